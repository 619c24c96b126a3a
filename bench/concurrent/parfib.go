// SPDX-License-Identifier: MIT

// Fibonacci numbers, each call a goroutine that sends its result.
package main

import (
	"fmt"
	"time"
)

func fib(n int, out chan<- int) {
	if n < 2 {
		out <- n
		return
	}
	c := make(chan int, 2)
	go fib(n-1, c)
	go fib(n-2, c)
	out <- <-c + <-c
}

func main() {
	start := time.Now()
	c := make(chan int, 1)
	go fib(25, c)
	v := <-c
	ms := float64(time.Since(start).Nanoseconds()) / 1e6
	fmt.Println(v)
	fmt.Printf("%.1f ms\n", ms)
}
