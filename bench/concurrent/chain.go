// SPDX-License-Identifier: MIT

// A chain of 100,000 goroutines, each of which passes on what it receives
// plus one; ten values go through it.
package main

import (
	"fmt"
	"time"
)

func link(left, right chan int) {
	for v := range right {
		left <- v + 1
	}
	close(left)
}

func main() {
	const n, values = 100000, 10
	start := time.Now()
	first := make(chan int)
	right := first
	for i := 0; i < n; i++ {
		left := right
		right = make(chan int)
		go link(left, right)
	}
	go func() {
		for i := 0; i < values; i++ {
			right <- i
		}
		close(right)
	}()
	sum := 0
	for v := range first {
		sum += v
	}
	ms := float64(time.Since(start).Nanoseconds()) / 1e6
	fmt.Println(sum)
	fmt.Printf("%.1f ms\n", ms)
}
