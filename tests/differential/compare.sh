#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs random programs (generate.py) with gl at -O0 and -O2 and, where it is
# installed, with go 1.22 or later, and compares status and output.
#
# usage: compare.sh GL FIRST_SEED COUNT
#
# A program that differs is kept in the current directory as diff-SEED.gl.
set -u
gl=$1 first=$2 count=$3
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
have_go=false
case $(go version 2>/dev/null) in
*go1.2[2-9]* | *go1.[3-9][0-9]*) have_go=true ;;
esac

# build_and_run NAME COMMAND...: output and status to $tmp/NAME.got
build_and_run() {
  local name=$1
  shift
  if ! "$@" -o "$tmp/$name" "$tmp/p.$suffix" >"$tmp/$name.got" 2>&1; then
    echo "build failed" >>"$tmp/$name.got"
    return
  fi
  timeout 60 "$tmp/$name" >"$tmp/$name.got" 2>&1
  echo "status $?" >>"$tmp/$name.got"
}

failed=0
for ((seed = first; seed < first + count; seed++)); do
  python3 "$here/generate.py" "$seed" >"$tmp/p.gl"
  suffix=gl
  build_and_run O2 "$gl" build -O2
  build_and_run O0 "$gl" build -O0
  other=O0
  if $have_go; then
    cp "$tmp/p.gl" "$tmp/p.go"
    suffix=go
    build_and_run go go build
    other=go
  fi
  if ! cmp -s "$tmp/O2.got" "$tmp/O0.got" ||
    ! cmp -s "$tmp/O2.got" "$tmp/$other.got" ||
    grep -q "build failed" "$tmp/O2.got"; then
    echo "seed $seed differs:"
    diff "$tmp/$other.got" "$tmp/O2.got" | head -5
    cp "$tmp/p.gl" "diff-$seed.gl"
    failed=$((failed + 1))
  fi
done
echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
