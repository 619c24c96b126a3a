// SPDX-License-Identifier: MIT

// Structs: copied, passed, returned, compared, in slices and arrays.
package main

import "fmt"

type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec {
	return vec{a.x + b.x, a.y + b.y, a.z + b.z}
}

func (a vec) scale(f float64) vec {
	return vec{a.x * f, a.y * f, a.z * f}
}

func (a vec) dot(b vec) float64 {
	return a.x*b.x + a.y*b.y + a.z*b.z
}

type record struct {
	id    int
	name  string
	pos   vec
	tags  [4]int
	valid bool
}

//go:noinline
func update(r record, by vec) record {
	r.id++
	r.pos = r.pos.add(by)
	r.tags[r.id&3] += r.id
	return r
}

type date struct{ year, month, day int }

//go:noinline
func next(d date) date {
	if d.day++; d.day > 30 {
		d.day = 1
		if d.month++; d.month > 12 {
			d.month = 1
			d.year++
		}
	}
	return d
}

func count(records []record, want record) int {
	n := 0
	for _, r := range records {
		if r == want {
			n++
		}
	}
	return n
}

func main() {
	v, w := vec{1, 2, 3}, vec{0.5, 0.25, 0.125}
	for i := 0; i < 50000000; i++ {
		v = v.add(w.scale(0.5))
		if v.dot(w) > 1000 {
			v = vec{1, 2, 3}
		}
	}
	r := record{name: "r"}
	for i := 0; i < 20000000; i++ {
		r = update(r, w)
	}
	d, end := date{1, 1, 1}, date{90000, 1, 1}
	days := 0
	for ; d != end; d = next(d) {
		days++
	}
	records := make([]record, 1000)
	for i := range records {
		records[i] = record{id: i % 7, name: "same", valid: true}
	}
	n := 0
	for i := 0; i < 5000; i++ {
		j, k := i%1000, (i*7)%1000
		records[j], records[k] = records[k], records[j]
		n += count(records, record{id: i % 7, name: "same", valid: true})
	}
	fmt.Println(v, r.id, r.pos, r.tags, days, n)
}
