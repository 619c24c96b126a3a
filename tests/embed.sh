#!/bin/bash
# SPDX-License-Identifier: MIT
#
# embed.sh GL: //go:embed. The values that files become, the cache, and what
# Go says about patterns and variables that are wrong.
set -u
gl=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
export GLCACHE=$work/cache
failures=0

fail() {
  echo "line ${BASH_LINENO[0]}: $1"
  failures=$((failures + 1))
}

mkdir -p m/d/sub m/d/_x m/d/.hid m/other m/nothing m/bad
cd m || exit 1
printf 'module example.com/m\n\ngo 1.22\n' >go.mod
printf one >d/one.txt
printf two >d/sub/two.txt
printf 'a space' >'with space.txt'
for f in d/.hidden d/_under d/_x/x d/.hid/z 'd/_a:b' other/f bad/a:b \
    bad/con.txt; do
  printf '%s' "$f" >"$f"
done
printf 'module example.com/other\n' >other/go.mod
ln -s d/one.txt link
rm 'd/_a:b'
cp "$here/embed/tree.go" main.go
for option in -O0 -O2 -O2; do
  "$gl" run $option . >../out 2>../err || fail "exit status with $option"
  cmp -s ../out "$here/embed/tree.out" || {
    fail "output with $option"
    diff ../out "$here/embed/tree.out" | head -20
    head ../err
  }
done

# A changed file makes another program.
cat >main.go <<'X'
package main

import _ "embed"

//go:embed d/one.txt
var s string

func main() { println(s) }
X
"$gl" run . 2>../err
grep -qx one ../err || fail 'one.txt is not there'
printf 1 >d/one.txt
"$gl" run . 2>../err
grep -qx 1 ../err || fail 'the change of one.txt is not seen'

# rejects ERROR DECLARATIONS
rejects() {
  printf 'package main\n\nimport _ "embed"\n\n%b\n\nfunc main() {}\n' "$2" \
    >main.go
  "$gl" build -o ../prog . >/dev/null 2>../err && fail "accepted: $2"
  grep -qF "main.go:$1" ../err && return
  echo "line ${BASH_LINENO[0]}: want $1"
  cat ../err
  failures=$((failures + 1))
}
# pattern TEXT ERROR
pattern() {
  rejects "5:12: error: pattern $1: $2" "//go:embed ${1//\\/\\\\}\nvar x string"
}

pattern nosuch.txt 'no matching files found'
pattern all:nosuch 'no matching files found'
pattern go.mod/x 'no matching files found'
for p in ../x ./d d/ /d . .. d//sub d/.. 'd/[' '[a-' 'd/[]a]' '[^]' \
    '[a' 'd\'; do
  pattern "$p" 'invalid pattern syntax'
done
pattern nothing 'cannot embed directory nothing: contains no embeddable files'
pattern other 'cannot embed directory other: in different module'
pattern other/f 'cannot embed file other/f: in different module'
pattern link 'cannot embed irregular file link'
pattern bad 'cannot embed file bad/a:b: invalid name a:b'
pattern bad/con.txt 'cannot embed file bad/con.txt: invalid name con.txt'
at='5:3: error:'
var='var x string'
rejects "$at invalid quoted string in //go:embed: \"d" "//go:embed \"d\n$var"
rejects "$at invalid quoted string in //go:embed: y" "//go:embed \"x\"y\n$var"
rejects "$at usage: //go:embed pattern..." "//go:embed\n$var"
one='//go:embed d/one.txt'
rejects "6:5: error: invalid go:embed: multiple files for type string" \
  "$one d/sub/two.txt\n$var"
rejects "6:5: error: go:embed cannot apply to var of type int" \
  "$one\nvar x int"
rejects "6:5: error: go:embed cannot apply to var of type []uint16" \
  "$one\nvar x []uint16"
rejects "$at go:embed cannot apply to multiple vars" "$one\nvar x, y string"
rejects "$at go:embed cannot apply to var with initializer" "$one\nvar x = 1"
rejects "$at misplaced go:embed directive" "$one\ntype t int"
rejects "$at misplaced go:embed directive" "$one\nconst x = 1"
rejects "8:13: error: pattern nosuch: no matching files found" \
  "var (\n\t$one\n\tx string\n\t//go:embed nosuch\n\ty string\n)"
printf 'package main\n\n//go:embed go.mod\nvar x string\n\nfunc main() {}\n' \
  >main.go
"$gl" build -o ../prog . 2>../err && fail 'accepted without the import'
grep -qF 'go:embed requires import "embed" (or import _ "embed", if package' \
  ../err || fail 'the message about the missing import'

[ "$failures" = 0 ] || echo "$failures failures"
exit $((failures != 0))
