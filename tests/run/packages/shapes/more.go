// SPDX-License-Identifier: MIT

package shapes

import "example.com/packages/internal/names"

var Default = &Square{Side: start()}

var count = 10

func start() int {
	names.Log("shapes var")
	return Unit2
}

// Count is a function of the second file.
func Count() int { return count }

// Apply calls back into the importing package.
func Apply(f func(int) int, n int) int { return f(n) + count }
