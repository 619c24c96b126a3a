#!/bin/bash
# SPDX-License-Identifier: MIT
#
# cache.sh GL: the cache of compiled packages. What was compiled is used again
# and only then: everything that machine code depends on makes a new entry.
# Damaged, missing and unwritable caches, and several compilers at once, give
# the same programs as none.
set -u
gl=$(realpath "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
export GLCACHE=$work/cache
unset GLCACHESIZE
failures=0

fail() {
  echo "line ${BASH_LINENO[0]}: $1"
  failures=$((failures + 1))
}

# runs WANT command...: its stdout.
runs() {
  local want=$1 got
  shift
  got=$(timeout 120 "$@" 2>err </dev/null)
  [ "$got" = "$want" ] && return
  echo "line ${BASH_LINENO[0]}: $* prints '$got', want '$want'"
  head -c 1000 err
  failures=$((failures + 1))
}

entries() {
  find "$GLCACHE" -type f -path '*/??/*' | sort
}
count() {
  entries | wc -l
}
# As if nothing had been used for three hours.
age() {
  entries | xargs -r touch -d '3 hours ago'
}
# How many entries have been used since.
used() {
  find "$GLCACHE" -type f -path '*/??/*' -mmin -60 | wc -l
}

mkdir -p m/a m/b
printf 'module example.com/m\n\ngo 1.22\n' >m/go.mod
cat >m/main.go <<'X'
package main

import (
	"example.com/m/a"
	"fmt"
)

func main() { fmt.Println(a.Twice(10), a.Same(a.Wrap(1)), a.Same(2)) }
X
cat >m/a/a.go <<'X'
package a

import "example.com/m/b"

func Twice(x int) int { return b.Add(x, x) }

func local() any {
	type L struct{ s string }
	return L{}
}

func Wrap[T any](x T) any {
	type L struct{ v T }
	local()
	return wrapped{L{x}, local()}
}

type wrapped struct{ x, l any }

func Same(x any) bool {
	w, ok := x.(wrapped)
	return ok && w.l == local() && w.x == Wrap(1).(wrapped).x
}
X
printf 'package b\n\nfunc Add(x, y int) int { return x + y }\n' >m/b/b.go

# ---- hits and misses

runs '20 true false' "$gl" run m
# Packages a and b have a summary each beside the object.
[ "$(count)" = 6 ] || fail "$(count) entries for three packages and a program"
age
runs '20 true false' "$gl" run m
[ "$(count)" = 6 ] || fail "entries made by the second run: $(count)"
[ "$(used)" = 6 ] || fail "$(used) of 6 entries used by the second run"

# Only main: the generic body of package a is lowered here, whose other bodies
# are not even checked.
age
sed -i 's/Twice(10)/Twice(11)/' m/main.go
runs '22 true false' "$gl" run m
[ "$(used)" = 6 ] || fail "main changed: $(used) used or new, want 6"
[ "$(count)" = 8 ] || fail "main changed: $(count) entries, want 8"

# A body that package a inlines, and through it perhaps main.
sed -i 's/x + y/x * y/' m/b/b.go
runs '121 true false' "$gl" run m
[ "$(count)" = 14 ] || fail "b changed: $(count) entries, want 14"
sed -i 's/x \* y/x + y/' m/b/b.go
age
runs '22 true false' "$gl" run m
[ "$(count)" = 14 ] || fail "b changed back: $(count) entries, want 14"
[ "$(used)" = 6 ] || fail "b changed back: $(used) used, want 6"

for option in -O0 -g '-tags x'; do
  before=$(count)
  # shellcheck disable=SC2086
  runs '22 true false' "$gl" run $option m
  [ "$(count)" = $((before + 6)) ] || fail "$option makes no new entries"
done

# The language version: loop variables.
mkdir lang
printf 'module x\n\ngo 1.22\n' >lang/go.mod
cat >lang/x.go <<'X'
package main

func main() {
	var f []func() int
	for i := 0; i < 3; i++ {
		f = append(f, func() int { return i })
	}
	print(f[0](), f[1](), f[2]())
}
X
runs 012 sh -c "'$gl' run lang 2>&1"
sed -i 's/1.22/1.21/' lang/go.mod
runs 333 sh -c "'$gl' run lang 2>&1"

# Traces name files: the same text in another folder is another package.
mkdir here there
cat >here/x.go <<'X'
package main

import "runtime"

func main() {
	_, file, _, _ := runtime.Caller(0)
	println(file)
}
X
cp here/x.go there
for d in here there; do
  runs "$work/$d/x.go" sh -c "cd $d && '$gl' run x.go 2>&1"
done

# Errors are reported as often as the program is built.
cp m/a/a.go a.sav
printf 'func bad() { return 1 }\n' >>m/a/a.go
for i in 1 2; do
  "$gl" build -o prog m 2>err && fail 'a package with an error is built'
  grep -q 'm/a/a.go:24:21: error: too many return values' err ||
    fail "no error: $(cat err)"
done
cp a.sav m/a/a.go
printf 'package a\n\nfunc f() { x := 1 }\n' >m/a/warn.go
for i in 1 2; do
  runs '22 true false' "$gl" run --lax m
  grep -q 'declared and not used: x' err || fail 'no warning the second time'
done
rm m/a/warn.go

# ---- a cache in disorder

rm -rf "$GLCACHE"
"$gl" build -o want m || fail 'cannot build'
for damage in 'truncate -s 100' 'truncate -s -1' 'truncate -s 0' \
    "dd if=/dev/zero bs=1 seek=300 count=8 conv=notrunc status=none" 'rm -f'; do
  for e in $(entries); do
    case $damage in
      dd*) $damage of="$e" ;;
      *) $damage "$e" ;;
    esac
  done
  rm -f prog
  "$gl" build -o prog m || fail "after $damage: not built"
  cmp -s prog want || fail "after $damage: another program"
  [ "$(count)" = 5 ] || fail "after $damage: $(count) entries, want 5"
  age
  "$gl" build -o prog m
  [ "$(used)" = 5 ] || fail "after $damage: entries were not repaired"
done
for e in $(entries); do
  rm "$e"
  mkdir "$e"
done
"$gl" build -o prog m || fail 'a folder in place of an entry'
cmp -s prog want || fail 'a folder in place of an entry: another program'

for dir in off /proc/none /dev/null/x relative; do
  GLCACHE=$dir "$gl" build -o prog m || fail "GLCACHE=$dir: not built"
  cmp -s prog want || fail "GLCACHE=$dir: another program"
done
[ -e off ] && fail 'a folder named off'
if [ "$(id -u)" != 0 ]; then
  mkdir closed && chmod 555 closed
  GLCACHE=$work/closed "$gl" build -o prog m || fail 'closed: not built'
fi
env -u GLCACHE -u HOME -u XDG_CACHE_HOME "$gl" build -o prog m ||
  fail 'no home: not built'
env -u GLCACHE XDG_CACHE_HOME="$work/xdg" "$gl" build -o prog m
[ -e xdg/gl/README ] || fail 'XDG_CACHE_HOME is not used'
env -u GLCACHE -u XDG_CACHE_HOME HOME="$work/home" "$gl" build -o prog m
[ -e home/.cache/gl/README ] || fail 'HOME is not used'

# ---- several compilers at once

for round in 1 2 3; do
  rm -rf "$GLCACHE"
  pids=
  for i in 1 2 3 4; do
    "$gl" build -o prog$i m &
    pids="$pids $!"
  done
  [ $round = 3 ] && "$gl" clean -cache
  for p in $pids; do
    wait "$p" || fail 'one of four at once fails'
  done
  for i in 1 2 3 4; do
    cmp -s prog$i want || fail 'one of four at once makes another program'
  done
  find "$GLCACHE" -name 'tmp-*' | grep . && fail 'temporary files are left'
done

# ---- trimming

rm -rf "$GLCACHE"
"$gl" build -o prog m
first=$(entries | head -1)
touch -d '6 days ago' "$first"
mkdir -p "$GLCACHE/mine"
touch -d '6 days ago' "$GLCACHE/mine/file" "${first%/*}/notes"
touch -d '2 hours ago' "${first%/*}/tmp-1-1"
"$gl" build -o prog lang 2>/dev/null
[ -e "$first" ] || fail 'trimmed on the same day'
touch -d '25 hours ago' "$GLCACHE/trimmed"
"$gl" build -o prog lang 2>/dev/null
[ -e "$first" ] && fail 'an old entry is kept'
[ -e "${first%/*}/tmp-1-1" ] && fail 'what a killed compiler left is kept'
[ -e "${first%/*}/notes" ] && [ -e "$GLCACHE/mine/file" ] ||
  fail 'a file of somebody else is gone'
# By size: a megabyte, and one old entry is larger than that.
big=$GLCACHE/aa/$(printf '%064d' 0)
mkdir -p "${big%/*}"
head -c 2000000 /dev/zero >"$big"
touch -d '1 day ago' "$big"
rm "$GLCACHE/trimmed"
before=$(count)
GLCACHESIZE=1 "$gl" build -o prog lang
[ -e "$big" ] && fail 'too large, and the oldest entry is kept'
[ "$(count)" = $((before - 1)) ] || fail 'more than needed is trimmed'

"$gl" clean -cache || fail 'clean -cache fails'
[ "$(count)" = 1 ] || fail "clean -cache leaves $(entries)"  # notes
[ -e "$GLCACHE/mine/file" ] || fail 'clean -cache removes what is not its own'
"$gl" clean 2>err && fail 'clean without -cache'

# ---- what a program cannot reach is not compiled ----------------------------

cat >reach.go <<'X'
package main

type T struct{ x int }

func (t T) Used() int   { return helper(t.x) }
func (t T) Unused() int { return onlyUnused(t.x) }

func helper(x int) int     { return x + 1 }
func onlyUnused(x int) int { return x + 2 }

func generic[T any](x T) T { viaGeneric(); return x }
func viaGeneric()          {}
func unused()              { generic("") }

var table = []func(){fromTable}

func fromTable() {}

func main() {
	table[0]()
	println(T{1}.Used() + generic(1))
}
X
rm -rf "$GLCACHE"
"$gl" build -O0 -o reach reach.go || fail 'reach.go does not build'
symbols=$(entries | xargs -n 1 nm 2>err | grep ' [tT] main' | sed 's/.* //' |
  sort | tr '\n' ' ')
want='main..init main.T.Used main.fromTable main.helper main.main '
want+='main.viaGeneric '
[ "$symbols" = "$want" ] || fail "compiled: $symbols"

[ "$failures" = 0 ] || echo "$failures failures"
exit $((failures != 0))
