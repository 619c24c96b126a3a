#!/bin/bash
# SPDX-License-Identifier: MIT
#
# pipes.sh GL: what a program sees, and how it ends, when the reader of what
# it writes has gone.
. "$(dirname "$0")/common.sh"

# run CASE STATUS TEXT: with standard output read by one who goes at once.
run() {
  for procs in 1 2; do
    GOMAXPROCS=$procs timeout 250 "$program" $1 2>"$work/out" | :
    local status=${PIPESTATUS[0]}
    ((status == $2)) || wrong "$1: exit status $status, want $2"
    [ "$(cat "$work/out")" == "$3" ] || wrong "$1: it said"
  done
}

sigpipe=141
broken='true write /dev/stdout: broken pipe'
run stdout $sigpipe ''
run others 0 'pipe true write |1: broken pipe
socket true write socket: broken pipe
net true
syscall true broken pipe
end'
run notify $sigpipe "stdout $broken
broken pipe"
run ignore 0 "stdout $broken
end"
timeout 250 "$program" stderr 2>&1 >"$work/out" | :
status=${PIPESTATUS[0]}
((status == sigpipe)) || wrong "stderr: exit status $status"

# Standard output that is full is an error, not a signal.
timeout 250 "$program" stdout >/dev/full 2>"$work/out"
grep -qx end "$work/out" || wrong 'full'
exit $failed
