// SPDX-License-Identifier: MIT

// Rounds in which ten goroutines each do a little and are waited for.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const rounds, workers = 100000, 10
	var work [workers]chan int
	var wg sync.WaitGroup
	var sums [workers]int
	for k := range work {
		work[k] = make(chan int, 1)
		go func(k int) {
			for v := range work[k] {
				sums[k] += v
				wg.Done()
			}
		}(k)
	}
	start := time.Now()
	for i := 0; i < rounds; i++ {
		wg.Add(workers)
		for _, c := range work {
			c <- i
		}
		wg.Wait()
	}
	ns := float64(time.Since(start).Nanoseconds()) / (rounds * workers)
	fmt.Println(sums)
	fmt.Printf("%.1f ns/done\n", ns)
}
