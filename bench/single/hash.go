// SPDX-License-Identifier: MIT

// FNV and CRC-32 over bytes: shifts, a table, and one long chain of each.
package main

import "fmt"

func table() *[256]uint32 {
	t := new([256]uint32)
	for i := range t {
		c := uint32(i)
		for k := 0; k < 8; k++ {
			if c&1 == 1 {
				c = c>>1 ^ 0xedb88320
			} else {
				c >>= 1
			}
		}
		t[i] = c
	}
	return t
}

func crc(t *[256]uint32, p []byte) uint32 {
	c := ^uint32(0)
	for _, b := range p {
		c = t[byte(c)^b] ^ c>>8
	}
	return ^c
}

func fnv(p []byte) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(p); i++ {
		h = (h ^ uint64(p[i])) * 1099511628211
	}
	return h
}

func main() {
	p := make([]byte, 1<<20)
	for i := range p {
		p[i] = byte(i * 7)
	}
	t := table()
	var sum uint64
	for i := 0; i < 80; i++ {
		p[i] ^= 0x55
		sum = sum*31 + uint64(crc(t, p)) + fnv(p)
	}
	fmt.Println(sum)
}
