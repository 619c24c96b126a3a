// SPDX-License-Identifier: MIT

// The sieve of Eratosthenes over a slice of bool.
package main

import "fmt"

func sieve(n int) int {
	composite := make([]bool, n)
	count := 0
	for i := 2; i < n; i++ {
		if composite[i] {
			continue
		}
		count++
		for j := 2 * i; j < n; j += i {
			composite[j] = true
		}
	}
	return count
}

func main() {
	sum := 0
	for i := 0; i < 60; i++ {
		sum += sieve(1000000 + i)
	}
	fmt.Println(sum)
}
