// SPDX-License-Identifier: MIT

// The first 2000 primes through a chain of 2000 goroutines on unbuffered
// channels. Prints milliseconds.
package main

import (
	"fmt"
	"time"
)

func generate(out chan<- int) {
	for i := 2; ; i++ {
		out <- i
	}
}

func filter(in <-chan int, out chan<- int, prime int) {
	for {
		if n := <-in; n%prime != 0 {
			out <- n
		}
	}
}

func main() {
	start := time.Now()
	c := make(chan int)
	go generate(c)
	prime := 0
	for range 2000 {
		prime = <-c
		next := make(chan int)
		go filter(c, next, prime)
		c = next
	}
	ms := float64(time.Since(start).Microseconds()) / 1000
	if prime != 17389 {
		panic("wrong result")
	}
	fmt.Printf("%.3f ms\n", ms)
}
