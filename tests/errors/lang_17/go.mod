module lang

go 1.17
