// SPDX-License-Identifier: MIT

// A select with default, polled: mostly nothing is there.
package main

import (
	"fmt"
	"time"
)

func main() {
	const n = 50000000
	c, quit := make(chan int, 1), make(chan int)
	got, idle := 0, 0
	start := time.Now()
	for i := 0; i < n; i++ {
		if i%16 == 0 {
			c <- i
		}
		select {
		case v := <-c:
			got += v
		default:
			idle++
		}
		select {
		case v := <-quit:
			got += v
		default:
			idle++
		}
	}
	ns := float64(time.Since(start).Nanoseconds()) / (2 * n)
	fmt.Println(got, idle)
	fmt.Printf("%.2f ns/poll\n", ns)
}
