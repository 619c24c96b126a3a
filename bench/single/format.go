// SPDX-License-Identifier: MIT

// Formatting: Sprintf, Fprintf to a buffer, strconv both ways.
package main

import (
	"bytes"
	"fmt"
	"strconv"
)

type point struct{ X, Y int }

type level int

func (l level) String() string { return "level " + strconv.Itoa(int(l)) }

func main() {
	sum := 0
	var b bytes.Buffer
	for i := 0; i < 200000; i++ {
		b.Reset()
		fmt.Fprintf(&b, "%d %s %x|%6d|%-8s|", i, "text", i, i%1000, "left")
		fmt.Fprintf(&b, "%v %+v %.2f %q", level(i), point{i, -i},
			float64(i)/3, "quoted")
		sum += b.Len()
		sum += len(fmt.Sprint(i, "a", true)) + len(fmt.Sprintln("line", i))
	}
	for i := 0; i < 1000000; i++ {
		s := strconv.FormatFloat(float64(i)/7, 'g', -1, 64)
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(err)
		}
		sum += int(f)
	}
	fmt.Println(sum)
}
