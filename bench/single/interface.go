// SPDX-License-Identifier: MIT

// Calls through interfaces: mixed types, one type, type switches, assertions.
package main

import "fmt"

type shape interface {
	area() float64
	sides() int
}

type square struct{ a float64 }
type rectangle struct{ a, b float64 }
type circle struct{ r float64 }

func (s square) area() float64     { return s.a * s.a }
func (s square) sides() int        { return 4 }
func (r *rectangle) area() float64 { return r.a * r.b }
func (r *rectangle) sides() int    { return 4 }
func (c circle) area() float64     { return 3 * c.r * c.r }
func (c circle) sides() int        { return 0 }

type counter interface{ add(int) }
type total struct{ n int }

func (t *total) add(n int) { t.n += n }

func sum(shapes []shape) (area float64, sides int) {
	for _, s := range shapes {
		area += s.area()
		sides += s.sides()
	}
	return
}

func classify(values []interface{}) int {
	n := 0
	for _, v := range values {
		switch v := v.(type) {
		case int:
			n += v
		case string:
			n += len(v)
		case float64:
			n += int(v)
		case []int:
			n += len(v)
		case shape:
			n += v.sides()
		case nil:
			n++
		}
	}
	return n
}

func main() {
	var shapes []shape
	var values []interface{}
	for i := 0; i < 999; i++ {
		f := float64(i % 10)
		switch i % 3 {
		case 0:
			shapes = append(shapes, square{f})
			values = append(values, i, "text")
		case 1:
			shapes = append(shapes, &rectangle{f, f + 1})
			values = append(values, f, []int{i})
		case 2:
			shapes = append(shapes, circle{f})
			values = append(values, circle{f}, nil)
		}
	}
	t := &total{}
	var c counter = t
	area, sides := 0.0, 0
	for i := 0; i < 20000; i++ {
		a, s := sum(shapes)
		area += a
		sides += s
		if p, ok := shapes[i%999].(*rectangle); ok {
			sides += int(p.a)
		}
	}
	for i := 0; i < 3000; i++ {
		sides += classify(values)
	}
	for i := 0; i < 100000000; i++ {
		c.add(i & 3)
	}
	fmt.Println(area, sides, t.n)
}
