module example.com/plus

go 1.21
