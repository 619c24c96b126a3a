#!/bin/bash
# SPDX-License-Identifier: MIT
#
# threads.sh GL: the system refuses threads and processes (RLIMIT_NPROC): what
# needs no more of them goes on, anything else gets an error or a clear fatal
# error. The limit counts for users other than root: this needs root, to
# become somebody who has no processes.
. "$(dirname "$0")/common.sh"

uid=$((200000 + $$))  # others may run this at the same time
as=(setpriv --reuid $uid --regid $uid --clear-groups)
if ! "${as[@]}" true 2>/dev/null || [ "$(id -u)" != 0 ]; then
  echo "skipped: only root can become a user without processes"
  exit 77
fi
chmod 755 "$work"

# run LIMIT CASE STATUS PATTERN...: every pattern is a line of the output.
run() {
  # timeout counts as one.
  "${as[@]}" bash -c "ulimit -u $(($1 + 1)); exec timeout 250 $program $2" \
    >"$work/out" 2>&1
  local status=$?
  ((status == $3)) || wrong "$procs: $2 with $1: exit status $status, want $3"
  for pattern in "${@:4}"; do
    grep -qE "^$pattern\$" "$work/out" ||
      wrong "$procs: $2 with $1: no $pattern"
  done
}

refused='runtime: failed to create new OS thread \(have [0-9]+ already; '
refused+='errno=11\)'
more='runtime: may need to increase max user processes \(ulimit -u\)'
computed='computed 500 polled'
for procs in 1 2 8; do
  export GOMAXPROCS=$procs
  run 1 compute 2 "$refused" "$more" 'fatal error: newosproc'
  for n in 3 5 9; do
    run $n compute 0 "$computed"
    run $n many 2 "$refused" "$more" 'fatal error: newosproc'
  done
  run 8 few 0 'blocked 2' "$computed"
  run 200 many 0 'blocked 100'
  run 20 children 0 \
    'fork/exec .*cat: resource temporarily unavailable' '30 true true' \
    "$computed"
done
exit $failed
