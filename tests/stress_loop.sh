#!/bin/bash
# SPDX-License-Identifier: MIT
#
# stress_loop.sh GL MINUTES: thousands of short runs of small concurrent
# programs with 1, 2 and 8 processors. Races in starting, stopping and
# collecting show up in many short runs that one long run never meets. Ends
# after MINUTES, or at once at the first run that fails, hangs or prints
# anything unexpected.
set -u
gl=$1 minutes=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

names=()
for source in "$here"/stress/short_*.gl; do
  name=$(basename "$source" .gl)
  "$gl" build -o "$work/$name" "$source" || exit 1
  names+=("$name")
done

runs=0
end=$((SECONDS + minutes * 60))
while ((SECONDS < end)); do
  for name in "${names[@]}"; do
    for procs in 1 2 8; do
      GOMAXPROCS=$procs timeout 120 "$work/$name" \
        >"$work/out" 2>"$work/err" </dev/null
      status=$?
      if ((status != 0)) || ! cmp -s "$work/out" "$here/stress/$name.out"; then
        echo "run $runs: $name with GOMAXPROCS=$procs: exit status $status"
        head -c 2000 "$work/out"
        head -c 4000 "$work/err"
        exit 1
      fi
      runs=$((runs + 1))
    done
  done
done
echo "$runs runs of ${#names[@]} programs"
