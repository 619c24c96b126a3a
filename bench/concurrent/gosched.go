// SPDX-License-Identifier: MIT

// Two goroutines that yield to each other, on one processor.
//
// bench: GOMAXPROCS=1
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	const n = 3000000
	count := [2]int{}
	done := make(chan bool)
	start := time.Now()
	for k := 0; k < 2; k++ {
		go func(p *int) {
			for i := 0; i < n; i++ {
				*p++
				runtime.Gosched()
			}
			done <- true
		}(&count[k])
	}
	<-done
	<-done
	ns := float64(time.Since(start).Nanoseconds()) / (2 * n)
	fmt.Println(count)
	fmt.Printf("%.1f ns/yield\n", ns)
}
