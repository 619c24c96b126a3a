// SPDX-License-Identifier: MIT

// The queens on a board: recursion over slices of bool.
package main

import "fmt"

type board struct {
	n                  int
	column, up, down   []bool
	solutions, visited int
}

func (b *board) place(row int) {
	b.visited++
	if row == b.n {
		b.solutions++
		return
	}
	for c := 0; c < b.n; c++ {
		if b.column[c] || b.up[row+c] || b.down[row-c+b.n-1] {
			continue
		}
		b.column[c], b.up[row+c], b.down[row-c+b.n-1] = true, true, true
		b.place(row + 1)
		b.column[c], b.up[row+c], b.down[row-c+b.n-1] = false, false, false
	}
}

func main() {
	const n = 11
	b := &board{n: n, column: make([]bool, n), up: make([]bool, 2*n-1),
		down: make([]bool, 2*n-1)}
	for i := 0; i < 10; i++ {
		b.place(0)
	}
	fmt.Println(b.solutions, b.visited)
}
