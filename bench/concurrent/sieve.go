// SPDX-License-Identifier: MIT

// The concurrent prime sieve: every prime is a goroutine that filters its
// multiples out of a stream.
package main

import "fmt"

func generate(ch chan<- int) {
	for i := 2; ; i++ {
		ch <- i
	}
}

func filter(in <-chan int, out chan<- int, prime int) {
	for {
		if i := <-in; i%prime != 0 {
			out <- i
		}
	}
}

func main() {
	const primes = 1500
	ch := make(chan int)
	go generate(ch)
	last, sum := 0, 0
	for i := 0; i < primes; i++ {
		last = <-ch
		sum += last
		next := make(chan int)
		go filter(ch, next, last)
		ch = next
	}
	fmt.Println(last, sum)
}
