// SPDX-License-Identifier: MIT

// A million goroutines that wait on a channel. Prints the bytes that each
// adds to the resident set of the process.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// resident reads the resident set size from /proc, in bytes.
func resident() int {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	b := make([]byte, 100)
	n, _ := f.Read(b)
	fields, value := 0, 0
	for _, c := range b[:n] {
		if c == ' ' {
			fields++
		} else if fields == 1 && c >= '0' && c <= '9' {
			value = value*10 + int(c-'0')
		}
	}
	return value * 4096
}

func main() {
	const n = 1000000
	before := resident()
	ready, stop := make(chan bool, 1000), make(chan bool)
	for range n {
		go func() {
			ready <- true
			<-stop
		}()
	}
	for range n {
		<-ready
	}
	runtime.Gosched()
	after := resident()
	fmt.Printf("%.0f bytes\n", float64(after-before)/n)
	os.Exit(0)
}
