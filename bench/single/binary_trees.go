// SPDX-License-Identifier: MIT

// Binary trees: small objects with pointers, made, walked and dropped while a
// big tree stays.
package main

import "fmt"

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
	long := build(16)
	total := 0
	for depth := 4; depth <= 16; depth += 4 {
		for i := 0; i < 1<<uint(20-depth); i++ {
			total += build(depth).count()
		}
	}
	fmt.Println(total + long.count())
}
