#!/bin/bash
# SPDX-License-Identifier: MIT
#
# commands.sh GL: Go's own commands, unmodified from its source tree, compiled
# by Gl, do their work. gofmt agrees with how the library is written, and puts
# right what is not; compiler and assembler make the very code that Go's do.
set -u
gl=$(realpath "$1")
tree=/usr/share/go-1.19
[ -d "$tree/src/cmd/gofmt" ] || {
  echo "$tree is not installed: skipped"
  exit 77
}
unset GLGOROOT GOFLAGS GOEXPERIMENT
export GOROOT=$tree GOARCH=amd64 GOOS=linux

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fail() {
  echo "$*"
  exit 1
}

# ---- gofmt ------------------------------------------------------------------

"$gl" build -O2 -o gofmt cmd/gofmt || exit 1
found=$(cd "$tree/src" && find . -path '*/testdata' -prune -o -name '*.go' \
  -path './[a-m]*' ! -path './cmd/*' -print | xargs "$work/gofmt" -l)
[ -z "$found" ] || fail "gofmt -l lists: $found"
printf 'package p\nimport ("b";"a")\nfunc  f( ) {x:=[]T{T{ 1},T{2 }}
if(x==nil){return};for i:= range x[1:len(x)]{_=i}}\n' >bad.go
printf 'package p\n\nimport (\n\t"a"\n\t"b"\n)\n\nfunc f() {
\tx := []T{{1}, {2}}\n\tif x == nil {\n\t\treturn\n\t}
\tfor i := range x[1:] {\n\t\t_ = i\n\t}\n}\n' >good.go
./gofmt -s bad.go >out.go 2>&1
diff out.go good.go || fail 'gofmt -s prints something else'
./gofmt -r 'x[1:] -> x[2:]' good.go | grep -q 'range x\[2:\]' ||
  fail 'gofmt -r rewrites nothing'
echo 'package p; func f( {}' >syntax.go
./gofmt syntax.go 2>&1 | grep -q '^syntax.go:1:20: expected ' ||
  fail 'gofmt accepts an error'

# ---- compile, asm -----------------------------------------------------------

mkdir bin
"$gl" build -O0 -o bin/ cmd/compile cmd/asm || exit 1

# The sum of what a command prints about the code it makes, which is that of
# the command as Go 1.19.8 compiles it.
same() {
  local want=$1 got
  shift
  got=$("$@" 2>&1 | sha256sum | cut -c1-16)
  [ "$got" = "$want" ] || fail "$*: other code ($got)"
}

compile() {
  local files
  mapfile -t files < <(find "$tree/src/$2" -name '*.go' ! -name '*_test.go' |
    LC_ALL=C sort)
  same "$1" bin/compile -c 1 -S -std -p "$2" -o out.a \
    -trimpath "$tree/src=>" "${files[@]}"
}

assemble() {
  same "$1" bin/asm -S -p "$(dirname "$2")" -o out.o -I "$tree/src/runtime" \
    -trimpath "$tree/src=>" -D GOOS_linux -D GOARCH_amd64 "$tree/src/$2"
}

compile e3c5799752cbad1c unicode/utf8
compile 98ca0b56ad2d7035 container/list
assemble a27ac8ea2f48fdb4 crypto/md5/md5block_amd64.s
assemble 777939f7d61bbbc4 math/floor_amd64.s
