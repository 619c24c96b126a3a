module lang

go 1.19
