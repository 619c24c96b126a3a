// SPDX-License-Identifier: MIT

// Strings: builder, concatenation, split, search, replace, case, numbers.
package main

import (
	"fmt"
	"strconv"
	"strings"
)

func builder(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString("item ")
		b.WriteString(strconv.Itoa(i))
		b.WriteByte(',')
		b.WriteRune('é')
	}
	return b.String()
}

func concat(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		s := "a" + strconv.Itoa(i) + ":" + strconv.Itoa(i+1)
		total += len(s) + int(s[1])
	}
	return total
}

func convert(s string) int {
	b := []byte(s)
	n := 0
	for i := 0; i+4 <= len(b); i += 4 {
		if string(b[i:i+4]) == "item" {
			n++
		}
		if t := string(b[i : i+4]); t > "m" && strings.HasSuffix(t, "e") {
			n += len(t)
		}
	}
	return n
}

func runes(s string) int {
	n := 0
	for _, r := range s {
		if r >= 0x80 {
			n += int(r)
		}
	}
	return n
}

func main() {
	sum := 0
	for i := 0; i < 30; i++ {
		s := builder(20000)
		sum += len(s) + convert(s) + runes(s)
		fields := strings.Split(s, ",")
		sum += len(fields) + len(strings.Join(fields, ";"))
		sum += strings.Count(s, "item 1") + strings.Index(s, "item 19999")
		sum += len(strings.ToUpper(s)) + len(strings.Fields(s))
		sum += len(strings.Replace(s, "item", "thing", -1))
		for _, f := range fields {
			if f = strings.TrimPrefix(strings.TrimSpace(f), "é"); f != "" {
				n, err := strconv.Atoi(f[len("item "):])
				if err != nil {
					panic(err)
				}
				sum += n
			}
		}
		sum += concat(50000)
	}
	fmt.Println(sum)
}
