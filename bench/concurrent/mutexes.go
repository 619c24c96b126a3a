// SPDX-License-Identifier: MIT

// 200,000 goroutines, each waiting for a mutex of its own.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	const n = 200000
	mus := make([]sync.Mutex, n)
	var waiting, done sync.WaitGroup
	count := make([]int8, n)
	start := time.Now()
	for i := range mus {
		mus[i].Lock()
		waiting.Add(1)
		done.Add(1)
		go func(i int) {
			waiting.Done()
			mus[i].Lock()
			count[i]++
			mus[i].Unlock()
			done.Done()
		}(i)
	}
	waiting.Wait()
	for i := range mus {
		mus[i].Unlock()
	}
	done.Wait()
	ns := float64(time.Since(start).Nanoseconds()) / n
	sum := 0
	for _, c := range count {
		sum += int(c)
	}
	fmt.Println(sum)
	fmt.Printf("%.0f ns/mutex\n", ns)
}
