module lang

go 1.13
