#!/bin/sh
# SPDX-License-Identifier: MIT
#
# pprof.sh GL: Go's pprof reads the CPU profile of a program and finds its
# functions. Skipped (77) without go.
set -eu
gl=$1
command -v go >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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
	for begin := time.Now(); time.Since(begin) < time.Second; {
		caller(100000)
	}
	pprof.StopCPUProfile()
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
