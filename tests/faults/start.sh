#!/bin/bash
# SPDX-License-Identifier: MIT
#
# start.sh GL: the first moment of a program: standard files that were closed,
# and SIGQUIT before anything is there to be reported.
. "$(dirname "$0")/common.sh"

# Any of them may be closed; what the program opens gets another number.
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' \
  '<&- >&- 2>&-'; do
  rm -f "$work/out"
  eval "timeout 250 \"\$program\" \"\$work/out\" $closed" <"$program" \
    >"$work/stdout" 2>"$work/stderr"
  status=$?
  ((status == 0)) || wrong "with $closed: exit status $status"
  want='written true true'
  [ "$(tail -n 1 "$work/out")" == "$want" ] || wrong "with $closed"
  for redirection in $closed; do
    case $redirection in
    '<&-') fd=0 ;;
    '>&-') fd=1 ;;
    *) fd=2 ;;
    esac
    grep -qx "$fd is /dev/null" "$work/out" || wrong "with $closed: $fd"
  done
done

# early.c sends SIGQUIT when the runtime first asks for the processors.
((failed == 0)) || exit 1
cc -shared -fPIC -o "$work/early.so" "$here/early.c" || {
  echo 'skipped: there is no C compiler'
  exit 77
}
LD_PRELOAD=$work/early.so timeout 250 "$program" "$work/unused" \
  >"$work/out" 2>&1
status=$?
((status == 2)) || wrong "SIGQUIT: exit status $status"
grep -qx 'SIGQUIT: quit' "$work/out" || wrong 'SIGQUIT: no report'
grep -q '^goroutine 1 \[runnable\]:' "$work/out" || wrong 'no goroutine 1'
exit $failed
