// SPDX-License-Identifier: MIT

// Starts a million goroutines and then joins them all. Prints nanoseconds for
// each.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n = 1000000
	var wg sync.WaitGroup
	start := time.Now()
	wg.Add(n)
	for range n {
		go func() { wg.Done() }()
	}
	wg.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / n
	fmt.Printf("%.1f ns/goroutine\n", ns)
}
