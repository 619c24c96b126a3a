// SPDX-License-Identifier: MIT

// Starts and joins a million goroutines, a hundred at a time. Prints
// nanoseconds for each.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n, batch = 1000000, 100
	var wg sync.WaitGroup
	start := time.Now()
	for range n / batch {
		wg.Add(batch)
		for range batch {
			go func() { wg.Done() }()
		}
		wg.Wait()
	}
	ns := float64(time.Since(start).Nanoseconds()) / n
	fmt.Printf("%.1f ns/goroutine\n", ns)
}
