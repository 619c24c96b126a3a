// SPDX-License-Identifier: MIT

// Closures: made, called, passed down, returned; functions as values.
package main

import "fmt"

func adder(n int) func(int) int {
	return func(x int) int { n += x; return n }
}

func apply(a []int, f func(int) int) {
	for i, v := range a {
		a[i] = f(v)
	}
}

func compose(f, g func(int) int) func(int) int {
	return func(x int) int { return g(f(x)) }
}

func double(x int) int { return 2 * x }
func inc(x int) int    { return x + 1 }

func walk(depth int, visit func(int)) {
	if depth > 0 {
		visit(depth)
		walk(depth-1, visit)
		walk(depth-1, visit)
	}
}

func main() {
	a := make([]int, 1000)
	sum, k := 0, 3
	for i := 0; i < 100000; i++ {
		apply(a, func(v int) int { return (v + k) & 0xffff })
		k = i & 7
	}
	ops := []func(int) int{double, inc, adder(5), compose(double, inc)}
	for i := 0; i < 50000000; i++ {
		sum += ops[i&3](i) & 0xff
	}
	for i := 0; i < 5000000; i++ {
		sum += adder(i)(1) & 3
	}
	walk(24, func(d int) { sum += d })
	fmt.Println(sum, a[0], a[999])
}
