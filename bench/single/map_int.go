// SPDX-License-Identifier: MIT

// Maps with int keys: growth, hits, misses, deletion, iteration.
package main

import "fmt"

func fill(n int) map[int]int {
	m := make(map[int]int)
	x := uint32(1)
	for i := 0; i < n; i++ {
		x = x*1664525 + 1013904223
		m[int(x>>8)] += i
	}
	return m
}

func look(m map[int]int, n int) int {
	x, sum := uint32(1), 0
	for i := 0; i < n; i++ {
		x = x*1664525 + 1013904223
		sum += m[int(x>>8)]
		if _, ok := m[-i]; ok {
			sum++
		}
	}
	return sum
}

func small(n int) int {
	m := map[int]int{}
	for i := 0; i < n; i++ {
		m[i&7]++
		if i&15 == 15 {
			delete(m, i&7)
		}
	}
	return m[3]
}

func main() {
	sum := 0
	for i := 0; i < 4; i++ {
		m := fill(200000)
		sum += look(m, 200000)
		for k, v := range m {
			sum += k ^ v
		}
		n := 0
		for k := range m {
			if n++; n%2 == 0 {
				delete(m, k)
			}
		}
		sum += len(m)
	}
	for i := 0; i < 20; i++ {
		m := fill(1000)
		for j := 0; j < 20; j++ {
			sum += look(m, 1000)
		}
	}
	fmt.Println(sum + small(5000000))
}
