#!/bin/bash
# SPDX-License-Identifier: MIT
#
# memory.sh GL: what happens when the system refuses memory (RLIMIT_AS), and
# when a program asks for more than there can be: a clear fatal error with
# exit status 2 or a panic, never a crash or a hang.
. "$(dirname "$0")/common.sh"

# run CASE STATUS PATTERN...: every pattern is a line of the output.
run() {
  local name=$1 want=$2
  shift 2
  (
    ulimit -v 400000
    exec timeout 250 "$program" "$name"
  ) >"$work/out" 2>&1
  local status=$?
  if ((status != want)); then
    wrong "$name: exit status $status, want $want"
  fi
  for pattern; do
    if ! grep -qE "^$pattern\$" "$work/out"; then
      wrong "$name: no line $pattern"
    fi
  done
}

none='runtime: out of memory: cannot allocate [0-9]+-byte block '
none+='\([0-9]+ in use\)'
for procs in 1 2; do
  export GOMAXPROCS=$procs
  for name in small medium append map string goroutines stack; do
    run $name 2 "$none" 'fatal error: out of memory' 'goroutine [0-9]+ .*'
  done
  run large 2 \
    'runtime: out of memory: cannot allocate 1099511627776-byte block .*' \
    'fatal error: out of memory'
  run maxstack 2 'runtime: goroutine stack exceeds 1048576-byte limit' \
    'runtime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]' \
    'fatal error: stack overflow'
  run garbage 0 4000
  run sizes 0 'runtime error: makeslice: len out of range' \
    'runtime error: makeslice: cap out of range' \
    'makechan: size out of range' '0'
done
exit $failed
