// SPDX-License-Identifier: MIT

// Four producers and four consumers of four million values, on one buffered
// channel.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n, sides = 4000000, 4
	c := make(chan int, 128)
	var producers, consumers sync.WaitGroup
	sums := [sides]int{}
	start := time.Now()
	for k := 0; k < sides; k++ {
		producers.Add(1)
		consumers.Add(1)
		go func(k int) {
			for i := k; i < n; i += sides {
				c <- i
			}
			producers.Done()
		}(k)
		go func(k int) {
			sum := 0
			for v := range c {
				sum += v
			}
			sums[k] = sum
			consumers.Done()
		}(k)
	}
	producers.Wait()
	close(c)
	consumers.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / n
	total := 0
	for _, s := range sums {
		total += s
	}
	fmt.Println(total)
	fmt.Printf("%.1f ns/value\n", ns)
}
