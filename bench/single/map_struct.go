// SPDX-License-Identifier: MIT

// A map whose keys are structs, and one whose values are slices.
package main

import "fmt"

type point struct{ x, y int32 }

type key struct {
	name string
	p    point
}

func main() {
	grid := make(map[point]int)
	for i := 0; i < 1000000; i++ {
		p := point{int32(i % 311), int32(i % 1009)}
		grid[p] += i
		if grid[point{p.y, p.x}] > i {
			delete(grid, p)
		}
	}
	names := [...]string{"north", "south", "east", "west"}
	groups := make(map[key][]int)
	for i := 0; i < 500000; i++ {
		k := key{names[i&3], point{int32(i % 13), int32(i % 17)}}
		groups[k] = append(groups[k], i)
	}
	sum := len(grid)
	for _, v := range grid {
		sum += v
	}
	for k, v := range groups {
		sum += len(k.name) * len(v)
	}
	fmt.Println(sum)
}
