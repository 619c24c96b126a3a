// SPDX-License-Identifier: MIT

// Append: one at a time, several, slices of slices, structs, a queue.
package main

import "fmt"

type pair struct {
	a int
	b string
}

func ints(n int) []int {
	var s []int
	for i := 0; i < n; i++ {
		s = append(s, i)
	}
	return s
}

func bytes(n int) []byte {
	b := make([]byte, 0, 16)
	for i := 0; i < n; i++ {
		b = append(b, byte(i), ' ')
		b = append(b, "word"...)
	}
	return b
}

func pairs(n int) []pair {
	var s []pair
	for i := 0; i < n; i++ {
		s = append(s, pair{i, "x"})
	}
	return s
}

func queue(n int) int {
	var q []int
	sum := 0
	q = append(q, 1)
	for i := 0; i < n; i++ {
		v := q[0]
		q = append(q[1:], v+1)
		if i%4 == 0 && len(q) < 1000 {
			q = append(q, i)
		}
		sum += v
	}
	return sum
}

func main() {
	sum := 0
	for i := 0; i < 200; i++ {
		sum += len(ints(100000)) + len(bytes(50000)) + len(pairs(20000))
	}
	buf := make([]int, 0, 1000)
	for i := 0; i < 200000; i++ {
		buf = buf[:0]
		for j := 0; j < 1000; j++ {
			buf = append(buf, j)
		}
		sum += len(buf)
	}
	fmt.Println(sum, queue(10000000))
}
