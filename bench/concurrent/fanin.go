// SPDX-License-Identifier: MIT

// Eight producers, each on a channel of its own, and a select over all of
// them.
package main

import (
	"fmt"
	"time"
)

func produce(c chan<- int, n int) {
	for i := 0; i < n; i++ {
		c <- i
	}
}

func main() {
	const each = 100000
	var cs [8]chan int
	start := time.Now()
	for i := range cs {
		cs[i] = make(chan int)
		go produce(cs[i], each)
	}
	sum := 0
	for i := 0; i < len(cs)*each; i++ {
		select {
		case v := <-cs[0]:
			sum += v
		case v := <-cs[1]:
			sum += v
		case v := <-cs[2]:
			sum += v
		case v := <-cs[3]:
			sum += v
		case v := <-cs[4]:
			sum += v
		case v := <-cs[5]:
			sum += v
		case v := <-cs[6]:
			sum += v
		case v := <-cs[7]:
			sum += v
		}
	}
	ns := float64(time.Since(start).Nanoseconds()) / (8 * each)
	fmt.Println(sum)
	fmt.Printf("%.1f ns/value\n", ns)
}
