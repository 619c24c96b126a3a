// SPDX-License-Identifier: MIT

// Maps with string keys: growth, hits, misses, deletion, iteration.
package main

import (
	"fmt"
	"strconv"
)

func keys(prefix string, n int) []string {
	k := make([]string, n)
	for i := range k {
		k[i] = prefix + strconv.Itoa(i*i)
	}
	return k
}

func work(in, out []string, rounds int) int {
	m := make(map[string]int)
	for i, k := range in {
		m[k] = i
	}
	sum := 0
	for r := 0; r < rounds; r++ {
		for _, k := range in {
			sum += m[k]
		}
		for _, k := range out {
			if _, ok := m[k]; ok {
				sum++
			}
		}
	}
	for k, v := range m {
		sum += len(k) * v
	}
	for i, k := range in {
		if i%2 == 0 {
			delete(m, k)
		}
	}
	return sum + len(m)
}

func main() {
	sum := 0
	big, bigOut := keys("key:", 100000), keys("kez:", 100000)
	for i := 0; i < 3; i++ {
		sum += work(big, bigOut, 2)
	}
	in, out := keys("k", 500), keys("x", 500)
	for i := 0; i < 100; i++ {
		sum += work(in, out, 20)
	}
	few, fewOut := keys("a", 6), keys("b", 6)
	for i := 0; i < 10000; i++ {
		sum += work(few, fewOut, 20)
	}
	fmt.Println(sum)
}
