// SPDX-License-Identifier: MIT

// Mandelbrot: a bitmap, eight points to a byte.
package main

import "fmt"

func row(bits []byte, y, n int) {
	ci := 2*float64(y)/float64(n) - 1
	for i := range bits {
		var b byte
		for x := 8 * i; x < 8*i+8; x++ {
			cr := 2*float64(x)/float64(n) - 1.5
			var zr, zi, r2, i2 float64
			k := 0
			for ; k < 50 && r2+i2 <= 4; k++ {
				zi = 2*zr*zi + ci
				zr = r2 - i2 + cr
				r2, i2 = zr*zr, zi*zi
			}
			b <<= 1
			if k == 50 {
				b |= 1
			}
		}
		bits[i] = b
	}
}

func main() {
	const n = 1600
	bits := make([]byte, n/8)
	var sum uint32
	for y := 0; y < n; y++ {
		row(bits, y, n)
		for _, b := range bits {
			sum = sum*31 + uint32(b)
		}
	}
	fmt.Println(sum)
}
