#!/bin/bash
# SPDX-License-Identifier: MIT
#
# commands.sh GL: Go's own commands, unmodified from its source tree, compiled
# by Gl, do their work. gofmt agrees with how the library is written, and puts
# right what is not; assembler, compiler and linker make a program out of all
# the sources it consists of, Go's runtime among them, and it runs.
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

# ---- compile, asm, link -----------------------------------------------------

mkdir bin pkg
"$gl" build -O0 -o bin/ cmd/compile cmd/asm cmd/link || exit 1
: >importcfg

# The files of a package, $1, that take part on Linux with this suffix.
files_of() {
  local f
  for f in "$tree/src/$1"/*"$2"; do
    case $f in
    *_test.go | *_386.* | *_arm.* | *_arm64.* | *_wasm.* | *_loong64.* | \
      *_mips*x.* | *_mips.* | *_ppc64x.* | *_riscv64.* | *_s390x.* | \
      *_plan9* | *_windows* | *_darwin* | *_*bsd* | *_solaris* | *_aix* | \
      *_js* | *_illumos* | *_dragonfly* | *_ios* | *_mips64le.* | \
      *_mips64.* | *_mipsle.* | *_ppc64.* | *_ppc64le.* | *_sparc64.* | \
      *_android* | *_armbe.* | *_arm64be.* | *_riscv.* | *_zos* ) continue ;;
    esac
    ./takes_part "$f" && echo "$f"
  done
}

cat >takes_part.go <<'EOF'
package main

import (
	"go/build/constraint"
	"os"
	"strings"
)

func holds(tag string) bool {
	switch tag {
	case "linux", "unix", "amd64", "gc", "goexperiment.regabiwrappers",
		"goexperiment.regabiargs":
		return true
	}
	return strings.HasPrefix(tag, "go1.") && tag <= "go1.19"
}

func main() {
	text, _ := os.ReadFile(os.Args[1])
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "package ") {
			break
		}
		x, err := constraint.Parse(line)
		if constraint.IsGoBuild(line) && (err != nil || !x.Eval(holds)) {
			os.Exit(1)
		}
	}
}
EOF
"$gl" build -o takes_part takes_part.go || exit 1

# Compiles package $1 out of Go sources and assembly.
build() {
  local out=pkg/${1//\//_} flags=(-p "$1" -importcfg importcfg -std -+)
  local assembly objects=() s
  mapfile -t assembly < <(files_of "$1" .s)
  flags+=(-I . -trimpath "$work=>")
  mkdir "$out"
  local asm=(bin/asm -p "$1" -I "$out" -I "$tree/src/runtime" -D GOOS_linux
    -D GOARCH_amd64 -D GOAMD64_v1)
  [ "$1" = runtime ] && asm+=(-compiling-runtime)
  if [ ${#assembly[@]} -gt 0 ]; then
    : >"$out/go_asm.h"
    "${asm[@]}" -gensymabis -o "$out/symabis" "${assembly[@]}" || return 1
    flags+=(-symabis "$out/symabis" -asmhdr "$out/go_asm.h")
  else
    flags+=(-complete)
  fi
  mapfile -t sources < <(files_of "$1" .go)
  bin/compile -o "$out.a" -pack "${flags[@]}" "${sources[@]}" || return 1
  for s in "${assembly[@]}"; do
    objects+=("$out/$(basename "$s").o")
    "${asm[@]}" -o "${objects[-1]}" "$s" || return 1
  done
  [ ${#objects[@]} = 0 ] || bin/pack r "$out.a" "${objects[@]}" || return 1
  echo "packagefile $1=$out.a" >>importcfg
}
