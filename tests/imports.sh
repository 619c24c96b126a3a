#!/bin/bash
# SPDX-License-Identifier: MIT
#
# imports.sh GL: which packages words and imports name. Import paths,
# patterns, several programs, modules elsewhere (replace, vendor, module
# cache, go.work), test files, and the order of initialization.
. "$(dirname "$0")/ordinary.sh"
set -u
gl=$(realpath "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1 GLCACHE=$work/cache GOMODCACHE=$work/modcache GOWORK=
failures=0

fail() {
  echo "line ${BASH_LINENO[0]}: $1"
  failures=$((failures + 1))
}
# prints WANT command...: both outputs together.
prints() {
  local want=$1 got
  shift
  got=$(timeout 120 "$@" 2>&1 </dev/null)
  [ "$got" = "$want" ] && return
  echo "line ${BASH_LINENO[0]}: $* prints '$got', want '$want'"
  failures=$((failures + 1))
}
# file NAME: from stdin, with its folders.
file() {
  mkdir -p "$(dirname "$1")"
  cat >"$1"
}
# package PATH NAME BODY...
package() {
  local path=$1 name=$2
  shift 2
  { printf 'package %s\n\n' "$name"; printf '%s\n' "$@"; } | file "$path"
}

# ---- words and patterns

file m/go.mod <<'X'
module example.com/m // the module

go 1.22

require (
	example.com/other v1.2.3 // by its version
	example.com/any/v2 v2.0.0
	"example.com/Upper" v1.0.0 // indirect
	example.com/gone v1.0.0
)

replace example.com/other v1.2.3 => ../other dir

replace (
	example.com/any/v2 => ../any
	example.com/renamed => example.com/Upper v1.0.0
)
X
sed -i 's/=> ..\/other dir/=> "..\/other dir"/' m/go.mod
package m/lib/l.go lib 'func L() string { return "lib" }'
package m/lib/l_test.go lib_test 'import "nosuch"'
package m/lib/in_test.go lib 'func L() int { return nosuch }'
package m/lib/l_windows.go lib 'func L() int { return nosuch }'
package m/testdata/t.go broken 'var x int = ""'
package m/_x/t.go broken 'var x int = ""'
package m/nested/t.go broken 'var x int = ""'
echo 'module example.com/nested' >m/nested/go.mod
printf '//go:build ignore\n\npackage p\n' | file m/ignored/i.go
package "m/a space/p.go" p 'import "example.com/m/lib"' \
  'func P() string { return lib.L() }'
package m/cmd/x/x.go main 'import "example.com/m/lib"' 'type T[X any] []X' \
  'func f[X any](x X) T[X] { return T[X]{x} }' \
  'func main() { println("x", lib.L(), len(f(1))) }'
package m/cmd/y/v2/y.go main 'import "example.com/m/lib"' \
  'type T[X any] [2]X' \
  'func f[X any](x X) T[X] { return T[X]{x, x} }' \
  'func main() { println("y", lib.L(), len(f(1))) }'
cd m || exit 1
prints 'x lib 1' "$gl" run ./cmd/x
prints 'x lib 1' "$gl" run example.com/m/cmd/x
prints 'y lib 2' "$gl" run example.com/m/cmd/y/v2
"$gl" build example.com/m/cmd/x || fail 'build by import path'
prints 'x lib 1' ./x
"$gl" build ./cmd/y/v2 || fail 'build of a folder'
prints 'y lib 2' ./y
rm x y
prints '' "$gl" build ./...
[ -e x ] || [ -e y ] && fail 'several packages write a program'
prints '' "$gl" build -o ../out/ ./...
prints 'x lib 1' ../out/x
prints 'y lib 2' ../out/y
prints '' "$gl" build -O0 -o ../out example.com/m/cmd/...
prints 'y lib 2' ../out/y
prints '' "$gl" build -o ../out2/ ./cmd/x
prints 'x lib 1' ../out2/x
prints '' "$gl" build './a space' ./lib
prints '' "$gl" build strconv fmt
prints '' "$gl" build -o /dev/null ./...
[ -c /dev/null ] || fail '/dev/null is gone'
prints 'gl: cannot write multiple packages to non-directory prog' \
  "$gl" build -o prog ./...
prints 'gl: no main packages to build' "$gl" build -o ../out ./lib/...
prints 'gl: ./nosuch: directory not found' "$gl" build ./nosuch
prints 'gl: package nosuch is not in std' "$gl" build nosuch
prints 'gl: no required module provides package example.com/nosuch' \
  "$gl" build example.com/nosuch
prints 'gl: warning: "./nosuch..." matched no packages' \
  "$gl" build ./nosuch...
prints 'gl: run: package lib is not a main package' "$gl" run ./lib
package bad/b.go bad 'var v int = ""'
"$gl" build ./... 2>/dev/null && fail 'an error in one package is ignored'
"$gl" build -o ../out3/ ./... 2>/dev/null && fail 'the same with -o'
rm -r bad

# ---- modules elsewhere

package '../other dir/sub/s.go' sub 'func F() string { return "other" }'
echo 'module example.com/other' >'../other dir/go.mod'
package ../any/a.go any 'import "example.com/other/sub"' \
  'func F() string { return "any " + sub.F() }'
echo 'module example.com/any/v2' >../any/go.mod
upper='../modcache/example.com/!upper@v1.0.0'
package "$upper/u.go" upper 'func F() string { return "upper" }'
echo 'module example.com/Upper' >"$upper/go.mod"
package cmd/z/z.go main 'import any "example.com/any/v2"' \
  'import up "example.com/Upper"' 'import re "example.com/renamed"' \
  'func main() { println(any.F(), up.F(), re.F()) }'
prints 'any other upper upper' "$gl" run ./cmd/z
package cmd/z/gone.go main 'import _ "example.com/gone/x"'
"$gl" run ./cmd/z 2>../err
grep -q 'module example.com/gone@v1.0.0, which has package' ../err ||
  fail "a module that is not there: $(cat ../err)"
sed -i 's/gone/unknown/' cmd/z/gone.go
"$gl" run ./cmd/z 2>../err
grep -q 'no required module provides package example.com/unknown/x' ../err ||
  fail "a module nobody requires: $(cat ../err)"
rm cmd/z/gone.go

package vendor/example.com/gone/g.go gone 'func F() string { return "vendor" }'
package cmd/v/v.go main 'import "example.com/gone"' \
  'func main() { println(gone.F()) }'
prints 'vendor' "$gl" run ./cmd/v
prints '' "$gl" build ./...

# Packages of the same name in two modules, and one of them in the other's
# internal folder.
package ../any/internal/i/i.go i 'func F() {}'
package cmd/v/w.go main 'import _ "example.com/any/v2/internal/i"'
"$gl" run ./cmd/v 2>../err
grep -q 'use of internal package example.com/any/v2/internal/i not allowed' \
  ../err || fail 'an internal package of another module'
rm cmd/v/w.go
cd ..

file ws/go.work <<'X'
go 1.22

use (
	./app
	./dep
)
X
echo 'module example.com/app' | file ws/app/go.mod
echo 'module example.com/dep' | file ws/dep/go.mod
package ws/dep/d.go dep 'func F() string { return "dep" }'
package ws/app/a.go main 'import "example.com/dep"' \
  'func main() { println(dep.F()) }'
prints dep env -C ws/app "$gl" run .
prints dep env -C ws "$gl" run ./app
prints '' env -C ws "$gl" build ./...
package ws/dep/bad/b.go bad 'var v int = ""'
env -C ws "$gl" build ./... 2>/dev/null && fail 'a module of go.work is skipped'
GOWORK=off "$gl" run ws/app 2>/dev/null && fail 'GOWORK=off is ignored'

# ---- initialization: by import path, what is imported first

echo 'module example.com/i' | file i/go.mod
package i/z/z.go z 'func init() { println("z") }'
package i/b/b.go b 'import _ "example.com/i/z"' 'func init() { println("b") }'
package i/a/a.go a 'func init() { println("a") }'
package i/c/c.go c 'import _ "example.com/i/a"' 'func init() { println("c") }'
package i/main.go main 'import _ "example.com/i/c"' \
  'import _ "example.com/i/b"' 'import _ "example.com/i/a"' \
  'func main() { println("main") }'
prints $'a\nc\nz\nb\nmain' "$gl" run i

# ---- places: links, read-only folders, other people's files

ln -s "$work/m" link
prints 'x lib 1' "$gl" run link/cmd/x
ln -s . m/lib/loop
prints '' env -C m "$gl" build ./...
rm m/lib/loop

# ---- an interrupted build leaves nothing behind

mkdir tmp
{
  echo 'package main'
  for i in $(seq 3000); do
    echo "func f$i(a, b int) int { for a < b { a += b % $i; b-- }; return a }"
  done
  echo "func main() { println($(seq -f 'f%.0f(1, 2)' -s + 3000)) }"
} | file slow.go
for signal in TERM HUP; do
  TMPDIR=$work/tmp GLCACHE=off setsid "$gl" build -o prog slow.go &
  pid=$!
  for _ in $(seq 100); do
    [ -n "$(ls tmp)" ] && break
    sleep 0.05
  done
  kill -$signal $pid 2>/dev/null
  wait $pid 2>/dev/null && rm -f prog # it was faster than the signal
  find . -name 'prog*tmp' | grep . && fail "an unfinished program is left"
  [ -z "$(ls tmp)" ] || fail "after SIG$signal there is $(ls tmp)"
  rm -rf tmp/*
done
[ -e prog ] && fail 'an interrupted build makes a program'

# also while it links, which takes most of this build
echo 'package main; import "fmt"; func main() { fmt.Println() }' | file fast.go
for delay in 0.02 0.04 0.06 0.08 0.1 0.12 0.15 0.2; do
  TMPDIR=$work/tmp GLCACHE=off setsid "$gl" build -o fast fast.go 2>/dev/null &
  pid=$!
  sleep $delay
  kill $pid 2>/dev/null
  wait $pid 2>/dev/null
  find . -name 'fast*tmp' | grep . && fail "a program is left after ${delay}s"
  [ -z "$(ls tmp)" ] || fail "after ${delay}s there is $(ls tmp)"
done

[ "$failures" = 0 ] || echo "$failures failures"
exit $((failures != 0))
