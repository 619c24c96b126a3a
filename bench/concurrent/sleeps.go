// SPDX-License-Identifier: MIT

// 100,000 goroutines that sleep for random times. Prints how late the
// latest of 99 in 100 woke up.
package main

import (
	"fmt"
	"sort"
	"sync"
	"time"
)

func main() {
	const n = 100000
	late := make([]int, n)
	var wg sync.WaitGroup
	wg.Add(n)
	seed := uint32(1)
	for i := 0; i < n; i++ {
		seed = seed*1664525 + 1013904223
		go func(i int, d time.Duration) {
			start := time.Now()
			time.Sleep(d)
			late[i] = int(time.Since(start) - d)
			wg.Done()
		}(i, time.Duration(seed>>8)%1000*time.Millisecond+time.Millisecond)
	}
	wg.Wait()
	sort.Ints(late)
	fmt.Println(late[0] >= 0)
	fmt.Printf("%.1f us(p99)\n", float64(late[n*99/100])/1e3)
}
