// SPDX-License-Identifier: MIT

// Panic and recover: explicit, from the runtime, through many frames, again.
package main

import (
	"errors"
	"fmt"
)

var errBad = errors.New("bad")

func try(f func(int) int, x int) (r int, err error) {
	defer func() {
		if e := recover(); e != nil {
			err, _ = e.(error)
		}
	}()
	return f(x), nil
}

func bad(x int) int {
	if x >= 0 {
		panic(errBad)
	}
	return x
}

func deep(x int) int {
	if x == 0 {
		return bad(x)
	}
	return deep(x-1) + 1
}

func nested(x int) int {
	defer func() { x++ }()
	return deep(x) + x
}

var list []int
var zero int

func index(x int) int  { return list[x] }
func divide(x int) int { return x / zero }

func main() {
	n := 0
	for i := 0; i < 400000; i++ {
		for j, f := range []func(int) int{bad, deep, nested, index, divide} {
			if _, err := try(f, i%10); err != nil {
				n += j
			}
		}
	}
	fmt.Println(n)
}
