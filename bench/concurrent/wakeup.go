// SPDX-License-Identifier: MIT

// How late a sleeping goroutine wakes beside one that spins, on one
// processor: the latest of 99 in 100. gccgo never interrupts the loop.
//
// bench: GOMAXPROCS=1 -gccgo
package main

import (
	"fmt"
	"sort"
	"time"
)

var sink int

func main() {
	const n = 200
	go func() {
		for {
			sink++
		}
	}()
	late := make([]int, n)
	for i := range late {
		start := time.Now()
		time.Sleep(time.Millisecond)
		late[i] = int(time.Since(start) - time.Millisecond)
	}
	sort.Ints(late)
	fmt.Println(late[0] >= 0)
	fmt.Printf("%.1f us(p99)\n", float64(late[n*99/100])/1e3)
}
