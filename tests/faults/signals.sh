#!/bin/bash
# SPDX-License-Identifier: MIT
#
# signals.sh GL: what blocks while signals rain: stopped and continued again
# and again; with thousands of signals to all threads; the same with handlers
# that interrupt every system call.
. "$(dirname "$0")/common.sh"

# begin PROCS OUTPUT ARGUMENTS...: in the background; ended checks it.
begin() {
  GOMAXPROCS=$1 LD_PRELOAD=$preload timeout 250 "$program" "${@:3}" \
    >"$work/out" 2>"$work/err" &
  pid=$! want=$2 what="GOMAXPROCS=$1 ${*:3}"
}

ended() {
  wait $pid
  local status=$?
  ((status == 0)) || wrong "$what: exit status $status"
  [ "$(cat "$work/out")" == "$want" ] || wrong "$what"
  ((failed)) && cat "$work/err"
}

preload=
sent='sent: true got: true'
for procs in 1 2 8; do
  begin $procs "$sent"$'\ndone' storm
  ended

  # On a busy machine the program may end before it was stopped often enough.
  for ((stops = 0, run = 0; stops < 4 && run < 9; run++)); do
    begin $procs done calm
    # timeout's only child is the program.
    while [ -e /proc/$pid ]; do
      child=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
      [ -n "$child" ] || continue
      kill -STOP $child 2>/dev/null || break
      sleep 0.02
      kill -CONT $child 2>/dev/null && stops=$((stops + 1))
      sleep 0.02
    done
    ended
  done
  ((stops > 3)) || wrong "stopped only $stops times"
done
((failed == 0)) || exit 1

cc -shared -fPIC -o "$work/norestart.so" "$here/norestart.c" || {
  echo 'skipped: there is no C compiler'
  exit 77
}
for procs in 1 2 8; do
  preload=$work/norestart.so
  begin $procs "$sent"$'\ninterrupted: true\ndone' storm interrupted
  preload=
  ended
done
exit $failed
