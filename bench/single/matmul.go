// SPDX-License-Identifier: MIT

// Matrix product: slices of slices of float64, the textbook's three loops.
package main

import "fmt"

func matrix(n int, seed float64) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = seed * float64(i-j) * float64(i+j)
		}
	}
	return m
}

func multiply(c, a, b [][]float64) {
	n := len(a)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			sum := 0.0
			for k := 0; k < n; k++ {
				sum += a[i][k] * b[k][j]
			}
			c[i][j] = sum
		}
	}
}

func main() {
	const n = 400
	a, b, c := matrix(n, 1/float64(n)), matrix(n, 2/float64(n)), matrix(n, 0)
	for i := 0; i < 6; i++ {
		multiply(c, a, b)
		a, c = c, a
		a[i][i] = 1
	}
	fmt.Printf("%.6e\n", a[n/2][n/3])
}
