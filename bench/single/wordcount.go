// SPDX-License-Identifier: MIT

// Word count: a scanner over text, a map, a sort of its entries.
package main

import (
	"bufio"
	"fmt"
	"sort"
	"strings"
)

func text(n int) string {
	syllables := []string{"ka", "to", "ri", "men", "sol", "ba", "u", "pen"}
	var b strings.Builder
	x := uint32(7)
	for i := 0; i < n; i++ {
		x = x*1664525 + 1013904223
		for k := x >> 28 & 3; ; k-- {
			b.WriteString(syllables[x>>(8+3*k)&7])
			if k == 0 {
				break
			}
		}
		if i%12 == 11 {
			b.WriteString(".\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

type entry struct {
	word  string
	count int
}

func main() {
	s := text(200000)
	var top []entry
	lines, bytes := 0, 0
	for round := 0; round < 5; round++ {
		counts := make(map[string]int)
		scanner := bufio.NewScanner(strings.NewReader(s))
		for scanner.Scan() {
			line := scanner.Text()
			lines++
			bytes += len(line)
			for _, w := range strings.Fields(line) {
				counts[strings.ToUpper(strings.Trim(w, "."))]++
			}
		}
		top = top[:0]
		for w, n := range counts {
			top = append(top, entry{w, n})
		}
		sort.Slice(top, func(i, j int) bool {
			if top[i].count != top[j].count {
				return top[i].count > top[j].count
			}
			return top[i].word < top[j].word
		})
	}
	fmt.Println(lines, bytes, len(top), top[:5])
}
