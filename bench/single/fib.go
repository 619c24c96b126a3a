// SPDX-License-Identifier: MIT

// Fib(40): calls and nothing else. Prints milliseconds.
package main

import (
	"fmt"
	"time"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	start := time.Now()
	r := fib(40)
	ms := float64(time.Since(start).Microseconds()) / 1000
	if r != 102334155 {
		panic("wrong result")
	}
	fmt.Printf("%.3f ms\n", ms)
}
