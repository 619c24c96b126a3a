#!/bin/bash
# SPDX-License-Identifier: MIT
#
# files.sh GL: a program that uses up its file descriptors gets an error from
# every call that needs one, goes on with what needs none, and does all again
# when some are closed.
. "$(dirname "$0")/common.sh"

for procs in 1 2 8; do
  for begin in early late; do
    (
      ulimit -n 40
      GOMAXPROCS=$procs exec timeout 250 "$program" $begin
    ) >"$work/out" 2>&1
    status=$?
    ((status == 0)) || wrong "$begin, $procs: exit status $status"
    diff "$here/files.$begin.out" "$work/out" || wrong "$begin, $procs"
  done
done
exit $failed
