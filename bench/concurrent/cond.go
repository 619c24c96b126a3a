// SPDX-License-Identifier: MIT

// Rounds in which a hundred goroutines wait on a Cond for a broadcast.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const rounds, workers = 10000, 100
	var mu sync.Mutex
	begin, end := sync.NewCond(&mu), sync.NewCond(&mu)
	round, arrived, sum := 0, 0, 0
	for k := 0; k < workers; k++ {
		go func() {
			mu.Lock()
			for seen := 0; seen < rounds; {
				for round == seen {
					begin.Wait()
				}
				seen = round
				sum += seen
				arrived++
				if arrived == workers {
					end.Signal()
				}
			}
			mu.Unlock()
		}()
	}
	start := time.Now()
	mu.Lock()
	for i := 0; i < rounds; i++ {
		arrived = 0
		round++
		begin.Broadcast()
		for arrived < workers {
			end.Wait()
		}
	}
	mu.Unlock()
	ns := float64(time.Since(start).Nanoseconds()) / (rounds * workers)
	fmt.Println(sum)
	fmt.Printf("%.1f ns/wait\n", ns)
}
