// SPDX-License-Identifier: MIT

// Defer without panic: a lock's pattern, several, with arguments, in a loop.
package main

import "fmt"

type lock struct{ held, count int }

func (l *lock) acquire() { l.held++ }
func (l *lock) release() { l.held--; l.count++ }

//go:noinline
func guarded(l *lock, x int) int {
	l.acquire()
	defer l.release()
	return x + l.held
}

//go:noinline
func three(p *int, x int) (r int) {
	defer func() { r += *p }()
	defer func(y int) { *p += y }(x)
	if x&1 == 0 {
		defer func() { *p ^= 1 }()
	}
	return x
}

func loop(n int) (r int) {
	for i := 0; i < n; i++ {
		i := i // before Go 1.22 there is one i
		defer func() { r += i }()
	}
	return 0
}

func main() {
	l, p, sum := &lock{}, 0, 0
	for i := 0; i < 50000000; i++ {
		sum += guarded(l, i&3)
	}
	for i := 0; i < 20000000; i++ {
		sum += three(&p, i&7) & 0xff
	}
	for i := 0; i < 1000; i++ {
		sum += loop(1000)
	}
	fmt.Println(sum, l.count, p)
}
