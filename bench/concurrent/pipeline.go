// SPDX-License-Identifier: MIT

// A pipeline of ten stages on unbuffered channels.
package main

import (
	"fmt"
	"time"
)

func stage(in <-chan int, out chan<- int) {
	for v := range in {
		out <- v + 1
	}
	close(out)
}

func main() {
	const n, stages = 200000, 10
	first := make(chan int)
	c := first
	start := time.Now()
	for i := 0; i < stages; i++ {
		next := make(chan int)
		go stage(c, next)
		c = next
	}
	go func() {
		for i := 0; i < n; i++ {
			first <- i
		}
		close(first)
	}()
	sum := 0
	for v := range c {
		sum += v
	}
	ns := float64(time.Since(start).Nanoseconds()) / (n * stages)
	fmt.Println(sum)
	fmt.Printf("%.1f ns/stage\n", ns)
}
