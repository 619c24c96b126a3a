// SPDX-License-Identifier: MIT

// Sorting: package sort through interface and closure, and a quicksort of
// our own.
package main

import (
	"fmt"
	"sort"
)

type person struct {
	name string
	age  int
}

type byName []person

func (p byName) Len() int           { return len(p) }
func (p byName) Less(i, j int) bool { return p[i].name < p[j].name }
func (p byName) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }

func random(n int) []int {
	x := uint32(42)
	a := make([]int, n)
	for i := range a {
		x = x*1664525 + 1013904223
		a[i] = int(x >> 4)
	}
	return a
}

func quicksort(a []int) {
	for len(a) > 12 {
		pivot := a[len(a)/2]
		i, j := 0, len(a)-1
		for i <= j {
			for a[i] < pivot {
				i++
			}
			for a[j] > pivot {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				j--
			}
		}
		quicksort(a[:j+1])
		a = a[i:]
	}
	for i := 1; i < len(a); i++ {
		v, j := a[i], i
		for ; j > 0 && a[j-1] > v; j-- {
			a[j] = a[j-1]
		}
		a[j] = v
	}
}

func main() {
	const n = 300000
	a, b, c := random(n), random(n), random(n)
	quicksort(a)
	sort.Ints(b)
	sort.Slice(c, func(i, j int) bool { return c[i] > c[j] })
	people := make([]person, n/4)
	for i, v := range random(n / 4) {
		people[i] = person{fmt.Sprint("name", v%5000), v}
	}
	sort.Stable(byName(people))
	sum := 0
	for i := range a {
		if a[i] != b[i] || a[i] != c[n-1-i] {
			panic("not sorted")
		}
		sum += a[i] * i
	}
	fmt.Println(sum, people[100], sort.SearchInts(a, a[777]) <= 777)
}
