// SPDX-License-Identifier: MIT

// Calls of an empty function from every depth of the stack. A stack in
// segments must change over to the next one at some depths, in each call of
// the loop: prints the nanoseconds a call takes at the worst depth, less the
// median of all.
package main

import (
	"fmt"
	"slices"
	"time"
)

const calls, depths = 20000, 1500

var times [depths]float64

//go:noinline
func empty(p *[24]int) { p[3]++ }

// leaf has a frame of its own, which may be the one that does not fit.
//
//go:noinline
func leaf(n int) int {
	var a [24]int
	empty(&a)
	return a[3] + n
}

//go:noinline
func measure(depth int) int {
	sum := 0
	best := time.Hour
	for range 5 {
		start := time.Now()
		for i := range calls {
			sum += leaf(i)
		}
		best = min(best, time.Since(start))
	}
	times[depth] = float64(best.Nanoseconds()) / calls
	return sum
}

//go:noinline
func dive(depth int) int {
	if depth == depths {
		return 0
	}
	n := measure(depth)
	return dive(depth+1) + n&1
}

func main() {
	done := make(chan int)
	go func() { done <- dive(0) }()
	<-done
	worst := slices.Max(times[:])
	slices.Sort(times[:])
	fmt.Printf("%.2f ns\n", worst-times[depths/2])
}
