// SPDX-License-Identifier: MIT

// Trees of contexts, ten below each for four levels, made and cancelled from
// the root, with a goroutine waiting at every leaf.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

var (
	wg       sync.WaitGroup
	mu       sync.Mutex
	finished int
)

func grow(ctx context.Context, depth int) {
	if depth == 0 {
		wg.Add(1)
		go func() {
			<-ctx.Done()
			mu.Lock()
			finished++
			mu.Unlock()
			wg.Done()
		}()
		return
	}
	for i := 0; i < 10; i++ {
		sub, cancel := context.WithCancel(ctx)
		_ = cancel
		grow(sub, depth-1)
	}
}

func main() {
	const rounds = 10
	start := time.Now()
	for i := 0; i < rounds; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		grow(ctx, 4)
		cancel()
		wg.Wait()
	}
	ms := float64(time.Since(start).Nanoseconds()) / 1e6 / rounds
	fmt.Println(finished)
	fmt.Printf("%.1f ms/tree\n", ms)
}
