#!/bin/bash
# SPDX-License-Identifier: MIT
#
# packages.sh GL: every package of Go's source tree that a program may import
# compiles, unmodified, and starts: one program imports them all, and each of
# those that only a host without Gl's own version would need is left out.
set -u
gl=$(realpath "$1")
tree=/usr/share/go-1.19/src
[ -d "$tree" ] || {
  echo "$tree is not installed: skipped"
  exit 77
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is not there to be imported: of the go command, of no use without cgo,
# and those that ours stand for under no import path of their own.
not='^(cmd|vendor|builtin|unsafe|plugin|syscall/js)(/|$)'
not="$not|^runtime/(cgo|race|msan|asan|coverage|metrics)(/|$)"
not="$not|(^|/)(internal|testdata|_.*)(/|$)"
not="$not|^crypto/(boring|tls/fipsonly)$"

cd "$tree" || exit 1
packages=$(find . -name '*.go' ! -name '*_test.go' -printf '%h\n' | sort -u |
  sed 's,^\./,,' | grep -Ev "$not" | grep -v '^\.$')
{
  echo 'package main'
  echo 'import ('
  for p in $packages; do echo "	_ \"$p\""; done
  echo ')'
  echo 'func main() { println("all there") }'
} >"$work/all.go"

echo "$(echo "$packages" | wc -l) packages"
"$gl" build -O2 -o "$work/all" "$work/all.go" || exit 1
out=$("$work/all" 2>&1)
[ "$out" = 'all there' ] || {
  echo "$out"
  exit 1
}

# A package that is in no tree, and one where there is no tree.
echo 'package main; import _ "no/such"; func main() {}' >"$work/no.go"
"$gl" build -o "$work/no" "$work/no.go" 2>&1 |
  grep -q 'package no/such is not in std' || exit 1
echo 'package main; import _ "regexp"; func main() {}' >"$work/re.go"
GLGOROOT=/nowhere "$gl" build -o "$work/re" "$work/re.go" 2>&1 |
  grep -q 'golang-1.19-src' || {
  echo 'without a tree: the Debian package is not named'
  exit 1
}
echo 'package main; import _ "internal/godebug"; func main() {}' \
  >"$work/in.go"
"$gl" build -o "$work/in" "$work/in.go" 2>&1 |
  grep -q 'use of internal package internal/godebug not allowed' || exit 1
