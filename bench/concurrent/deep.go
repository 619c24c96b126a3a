// SPDX-License-Identifier: MIT

// A recursion one million calls deep in a fresh goroutine, so that its stack
// grows from nothing to tens of megabytes. Prints milliseconds.
package main

import (
	"fmt"
	"time"
)

//go:noinline
func down(n int) int {
	if n == 0 {
		return 0
	}
	return down(n-1) + n&1
}

func main() {
	const depth, rounds = 1000000, 5
	best, sum := time.Hour, 0
	for range rounds {
		start := time.Now()
		done := make(chan int)
		go func() { done <- down(depth) }()
		sum += <-done
		best = min(best, time.Since(start))
	}
	if sum != rounds*depth/2 {
		panic(fmt.Sprint("wrong result ", sum))
	}
	fmt.Printf("%.3f ms\n", float64(best.Microseconds())/1000)
}
