// SPDX-License-Identifier: MIT

// Binary trees: allocation and collection. Prints milliseconds.
package main

import (
	"fmt"
	"time"
)

type tree struct{ left, right *tree }

func build(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{build(depth - 1), build(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	start := time.Now()
	long := build(16)
	total := 0
	for depth := 4; depth <= 16; depth += 4 {
		for range 1 << (20 - depth) {
			total += build(depth).count()
		}
	}
	total += long.count()
	ms := float64(time.Since(start).Microseconds()) / 1000
	if total != 8449775 {
		panic(fmt.Sprint("wrong result ", total))
	}
	fmt.Printf("%.3f ms\n", ms)
}
