#!/bin/sh
# SPDX-License-Identifier: MIT
#
# pprof.sh GL: Go's tools read what programs write: pprof the CPU profile, in
# which it finds the functions, and trace the execution trace, with as many
# goroutines, in each of several runs. Skipped (77) without go.
set -eu
gl=$1
command -v go >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What these tools write home goes to work; they are built once, not each time.
GOCACHE=$(go env GOCACHE)
export GOCACHE
cat >"$work/main.gl" <<'EOF'
package main

import (
	"os"
	"runtime/pprof"
	"time"
)

//go:noinline
func spin(n int) (s int) {
	for i := range n {
		s += i * i % 7
	}
	return
}

//go:noinline
func caller(n int) int { return spin(n) + 1 }

func main() {
	f, _ := os.Create(os.Args[1])
	pprof.StartCPUProfile(f)
	sum := 0
	for begin := time.Now(); time.Since(begin) < time.Second; {
		sum += caller(100000 + sum%2)
	}
	pprof.StopCPUProfile()
	os.Stderr.WriteString("done "[:sum%2])
	h, _ := os.Create(os.Args[2])
	pprof.Lookup("goroutine").WriteTo(h, 0)
}
EOF
"$gl" build -o "$work/main" "$work/main.gl"
"$work/main" "$work/cpu" "$work/goroutine"
HOME=$work go tool pprof -top "$work/cpu" >"$work/top" 2>&1
HOME=$work go tool pprof -peek main.spin "$work/cpu" >"$work/peek" 2>&1
HOME=$work go tool pprof -top "$work/goroutine" >"$work/goroutines" 2>&1
found() {
  grep -Eq "$2" "$1" || { echo "no $2 in:"; cat "$1"; exit 1; }
}
found "$work/top" '^Type: cpu$'
found "$work/top" '(8|9|10)[0-9](\.[0-9]+)?% +[0-9.]+m?s +[0-9.]+% +main\.spin$'
found "$work/top" '100% +main\.main$|9[0-9.]+% +main\.main$'
found "$work/peek" '\| +main\.caller$'
found "$work/goroutines" '^Type: goroutine$'
found "$work/goroutines" 'main\.main$'

cat >"$work/trace.gl" <<'EOF'
package main

import (
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"time"
)

func main() {
	f, _ := os.Create(os.Args[1])
	trace.Start(f)
	var wg sync.WaitGroup
	c := make(chan int)
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				if i%2 == 0 {
					c <- i
				} else {
					<-c
				}
				runtime.Gosched()
				os.ReadFile("/proc/self/stat")
			}
		}()
	}
	for begin := time.Now(); time.Since(begin) < 1200*time.Millisecond; {
		_ = make([]byte, 100000)
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	trace.Stop()
}
EOF
"$gl" build -o "$work/trace" "$work/trace.gl"
for procs in 1 2 8; do
  GOMAXPROCS=$procs "$work/trace" "$work/trace.out"
  if ! HOME=$work go tool trace -d=parsed "$work/trace.out" >"$work/parsed" 2>&1
  then
    tail -3 "$work/parsed"
    exit 1
  fi
  n=$(grep -c 'GoID=[0-9]* NotExist->Runnable' "$work/parsed")
  m=$(grep -c 'GoID=[0-9]* Running->NotExist' "$work/parsed")
  if [ "$n" -lt 51 ] || [ "$m" -lt 50 ]; then
    echo "$procs: $n made, $m ended"
    exit 1
  fi
  found "$work/parsed" 'Running->Waiting Reason="chan send"'
  found "$work/parsed" 'Running->Syscall'
  found "$work/parsed" 'main\.main\.func1 @ '
done
