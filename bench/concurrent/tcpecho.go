// SPDX-License-Identifier: MIT

// TCP echo on loopback: 64 connections, each with a client that sends 64
// bytes and waits for them 2000 times.
package main

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const conns, rounds, size = 64, 2000, 64

func serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			b := make([]byte, 4096)
			for {
				n, err := c.Read(b)
				if err != nil {
					return
				}
				if _, err := c.Write(b[:n]); err != nil {
					return
				}
			}
		}()
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(l)
	var wg sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	start := time.Now()
	for i := 0; i < conns; i++ {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			panic(err)
		}
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			defer c.Close()
			b := make([]byte, size)
			local := 0
			for r := 0; r < rounds; r++ {
				for j := range b {
					b[j] = byte(i + r + j)
				}
				if _, err := c.Write(b); err != nil {
					panic(err)
				}
				if _, err := io.ReadFull(c, b); err != nil {
					panic(err)
				}
				local += int(b[r%size])
			}
			mu.Lock()
			sum += local
			mu.Unlock()
		}(i)
	}
	wg.Wait()
	ms := float64(time.Since(start).Nanoseconds()) / 1e6
	fmt.Println(sum)
	fmt.Printf("%.1f ms\n", ms)
}
