// SPDX-License-Identifier: MIT

// Starts and joins a million goroutines, a hundred at a time.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	const n, batch = 1000000, 100
	var wg sync.WaitGroup
	var sum int64
	start := time.Now()
	for i := 0; i < n/batch; i++ {
		wg.Add(batch)
		for k := 0; k < batch; k++ {
			go func() {
				atomic.AddInt64(&sum, 1)
				wg.Done()
			}()
		}
		wg.Wait()
	}
	ns := float64(time.Since(start).Nanoseconds()) / n
	fmt.Println(sum)
	fmt.Printf("%.1f ns/go\n", ns)
}
