// SPDX-License-Identifier: MIT

// Eight goroutines that read under an RWMutex, and now and then write.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n, workers = 500000, 8
	var mu sync.RWMutex
	var wg sync.WaitGroup
	table := [256]int{}
	sums := [workers]int{}
	start := time.Now()
	for k := 0; k < workers; k++ {
		wg.Add(1)
		go func(k int) {
			bad := 0
			for i := 0; i < n; i++ {
				if i%256 == 255 {
					mu.Lock()
					table[i/256%256]++
					table[(i/256+1)%256]--
					mu.Unlock()
					continue
				}
				mu.RLock()
				if table[i%256] > n {
					bad++
				}
				mu.RUnlock()
			}
			sums[k] = bad
			wg.Done()
		}(k)
	}
	wg.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / (n * workers)
	fmt.Println(sums, table[0])
	fmt.Printf("%.1f ns/lock\n", ns)
}
