// SPDX-License-Identifier: MIT

// A million round trips between two goroutines on unbuffered channels, on
// one processor.
//
// bench: GOMAXPROCS=1
package main

import (
	"fmt"
	"time"
)

func main() {
	const rounds = 1000000
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v + 1
		}
	}()
	v := 0
	start := time.Now()
	for i := 0; i < rounds; i++ {
		a <- v
		v = <-b
	}
	ns := float64(time.Since(start).Nanoseconds()) / rounds
	fmt.Println(v)
	fmt.Printf("%.1f ns/trip\n", ns)
}
