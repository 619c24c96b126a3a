// SPDX-License-Identifier: MIT

// Linked data: a list, a heap of pointers, a hash table with chains.
package main

import "fmt"

type node struct {
	key, value int
	next       *node
}

type table struct {
	buckets []*node
	n       int
}

func (t *table) get(k int) *node {
	for e := t.buckets[uint(k)%uint(len(t.buckets))]; e != nil; e = e.next {
		if e.key == k {
			return e
		}
	}
	return nil
}

func (t *table) put(k, v int) {
	if e := t.get(k); e != nil {
		e.value = v
		return
	}
	at := uint(k) % uint(len(t.buckets))
	t.buckets[at] = &node{k, v, t.buckets[at]}
	t.n++
}

func reverse(l *node) (r *node) {
	for l != nil {
		l, l.next, r = l.next, r, l
	}
	return r
}

func heapDown(h []*node, i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].key < h[c].key {
			c++
		}
		if h[i].key <= h[c].key {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}

func main() {
	sum := 0
	for round := 0; round < 20; round++ {
		t := &table{buckets: make([]*node, 5003)}
		var list *node
		for i := 0; i < 50000; i++ {
			k := i * 7919 % 20011
			t.put(k, i)
			list = &node{k, i, list}
			sum += t.get(k * 3 % 20011 % 1000).getValue()
		}
		for i := 0; i < 5; i++ {
			list = reverse(list)
		}
		var h []*node
		for l := list; l != nil; l = l.next {
			h = append(h, l)
		}
		for i := len(h) / 2; i >= 0; i-- {
			heapDown(h, i)
		}
		for n := len(h) - 1; n > 0; n-- {
			h[0], h[n] = h[n], h[0]
			heapDown(h[:n], 0)
			sum += h[n].key & 3
		}
		sum += t.n
	}
	fmt.Println(sum)
}

func (n *node) getValue() int {
	if n == nil {
		return 1
	}
	return n.value & 7
}
