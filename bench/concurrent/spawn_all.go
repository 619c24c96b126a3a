// SPDX-License-Identifier: MIT

// Starts a million goroutines and then joins them all.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	const n = 1000000
	var wg sync.WaitGroup
	var sum int64
	start := time.Now()
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&sum, 1)
			wg.Done()
		}()
	}
	wg.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / n
	fmt.Println(sum)
	fmt.Printf("%.1f ns/go\n", ns)
}
