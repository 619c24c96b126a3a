// SPDX-License-Identifier: MIT

// A select with a timeout in each round; the value always comes first.
package main

import (
	"fmt"
	"time"
)

func main() {
	const rounds = 300000
	a, b := make(chan int), make(chan int)
	go func() {
		for v := range a {
			b <- v + 1
		}
	}()
	v, late := 0, 0
	start := time.Now()
	for i := 0; i < rounds; i++ {
		a <- v
		select {
		case v = <-b:
		case <-time.After(time.Minute):
			late++
		}
	}
	ns := float64(time.Since(start).Nanoseconds()) / rounds
	fmt.Println(v, late)
	fmt.Printf("%.1f ns/round\n", ns)
}
