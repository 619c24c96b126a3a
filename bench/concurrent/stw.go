// SPDX-License-Identifier: MIT

// The longest stop of the world beside 100,000 parked goroutines: one that
// spins looks at the clock all the time while others allocate and collect.
// Prints the longest gap it saw, in milliseconds.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type node struct{ next *node }

func main() {
	const parked = 100000
	ready, stop := make(chan bool, 1000), make(chan bool)
	for range parked {
		go func() {
			ready <- true
			<-stop
		}()
	}
	for range parked {
		<-ready
	}
	var end atomic.Bool
	gap := make(chan time.Duration)
	go func() {
		worst, last := time.Duration(0), time.Now()
		for !end.Load() {
			now := time.Now()
			worst = max(worst, now.Sub(last))
			last = now
		}
		gap <- worst
	}()
	for range 10 {
		var list *node
		for range 100000 {
			list = &node{list}
		}
		runtime.GC()
		runtime.KeepAlive(list)
	}
	end.Store(true)
	fmt.Printf("%.3f ms\n", float64((<-gap).Microseconds())/1000)
}
