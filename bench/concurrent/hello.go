// SPDX-License-Identifier: MIT

// Nothing but its start, its end, and the memory for it.
package main

import "fmt"

func main() {
	fmt.Println("hello, world")
}
