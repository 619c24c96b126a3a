// SPDX-License-Identifier: MIT

// Eight goroutines that contend for a mutex.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n, workers = 1000000, 8
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := 0
	table := map[int]int{}
	start := time.Now()
	for k := 0; k < workers; k++ {
		wg.Add(1)
		go func() {
			for i := 0; i < n; i++ {
				mu.Lock()
				count++
				if i%64 == 0 {
					table[i%1024]++
				}
				mu.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / (n * workers)
	fmt.Println(count, len(table), table[64])
	fmt.Printf("%.1f ns/lock\n", ns)
}
