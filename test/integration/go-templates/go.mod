module keyturn/go-templates

go 1.22
