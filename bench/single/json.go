// SPDX-License-Identifier: MIT

// A tokenizer and parser of JSON into values of our own.
package main

import (
	"fmt"
	"strconv"
	"strings"
)

type value interface{}

type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\n', '\t', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) fail(what string) {
	panic(what + " at " + strconv.Itoa(p.at))
}

func (p *parser) expect(c byte) {
	p.space()
	if p.at >= len(p.text) || p.text[p.at] != c {
		p.fail("no " + string(rune(c)))
	}
	p.at++
}

func (p *parser) str() string {
	p.expect('"')
	start := p.at
	var buf []byte
	for {
		c := p.text[p.at]
		p.at++
		if c == '"' {
			break
		}
		if c == '\\' {
			buf = append(buf, p.text[start:p.at-1]...)
			switch e := p.text[p.at]; e {
			case 'n':
				buf = append(buf, '\n')
			case 't':
				buf = append(buf, '\t')
			default:
				buf = append(buf, e)
			}
			p.at++
			start = p.at
		}
	}
	if buf == nil {
		return p.text[start : p.at-1]
	}
	return string(append(buf, p.text[start:p.at-1]...))
}

func (p *parser) num() value {
	start := p.at
	isFloat := false
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c == '.' || c == 'e' {
			isFloat = true
		} else if c != '-' && c != '+' && (c < '0' || c > '9') {
			break
		}
		p.at++
	}
	if isFloat {
		f, err := strconv.ParseFloat(p.text[start:p.at], 64)
		if err != nil {
			p.fail(err.Error())
		}
		return f
	}
	n, err := strconv.Atoi(p.text[start:p.at])
	if err != nil {
		p.fail(err.Error())
	}
	return n
}

func (p *parser) word(w string, v value) value {
	if !strings.HasPrefix(p.text[p.at:], w) {
		p.fail("bad word")
	}
	p.at += len(w)
	return v
}

func (p *parser) list() value {
	var list []value
	for p.at++; ; {
		p.space()
		if p.text[p.at] == ']' {
			p.at++
			return list
		}
		if len(list) > 0 {
			p.expect(',')
		}
		list = append(list, p.value())
	}
}

func (p *parser) object() value {
	m := make(map[string]value)
	for p.at++; ; {
		p.space()
		if p.text[p.at] == '}' {
			p.at++
			return m
		}
		if len(m) > 0 {
			p.expect(',')
			p.space()
		}
		k := p.str()
		p.expect(':')
		m[k] = p.value()
	}
}

func (p *parser) value() value {
	p.space()
	switch c := p.text[p.at]; c {
	case '{':
		return p.object()
	case '[':
		return p.list()
	case '"':
		return p.str()
	case 't':
		return p.word("true", true)
	case 'f':
		return p.word("false", false)
	case 'n':
		return p.word("null", nil)
	default:
		return p.num()
	}
}

func count(v value) int {
	switch v := v.(type) {
	case map[string]value:
		n := 1
		for k, e := range v {
			n += len(k) + count(e)
		}
		return n
	case []value:
		n := 1
		for _, e := range v {
			n += count(e)
		}
		return n
	case string:
		return len(v)
	case int:
		return v
	case float64:
		return int(v)
	case bool:
		return 1
	}
	return 0
}

func document(n int) string {
	var b strings.Builder
	b.WriteString("[")
	for i := 0; i < n; i++ {
		if i > 0 {
			b.WriteString(",\n  ")
		}
		fmt.Fprintf(&b, `{"id": %d, "name": "item \"%d\"", "tags": `+
			`["one", "two", null], "on": %t, "price": %d.5, `+
			`"place": {"x": %d, "y": -%d}}`, i, i, i%2 == 0, i, i*3, i)
	}
	b.WriteString("]")
	return b.String()
}

func main() {
	text := document(2000)
	sum := len(text)
	for i := 0; i < 60; i++ {
		p := &parser{text: text}
		sum += count(p.value())
	}
	fmt.Println(sum)
}
