#!/bin/bash
# SPDX-License-Identifier: MIT
#
# command.sh GL: the command line. Exit statuses, several files, folders,
# .go files, arguments, stages, diagnostics as text and as JSON, and an
# installed tree that works without the build tree.
. "$(dirname "$0")/ordinary.sh"
set -u
gl=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export NO_COLOR=1
failures=0

fail() {
  echo "$1"
  failures=$((failures + 1))
}

# expect WHAT STATUS command...: the exit status; output goes to out, err.
expect() {
  local what=$1 want=$2 got
  shift 2
  timeout 120 "$@" >out 2>err </dev/null
  got=$?
  [ "$got" = "$want" ] && return
  echo "$what: exit status $got, want $want"
  head -c 1000 out err
  failures=$((failures + 1))
}
# says FILE PATTERN: the last output holds the pattern.
says() {
  grep -qE -- "$2" "$1" && return
  echo "${FUNCNAME[1]} line ${BASH_LINENO[0]}: no /$2/ in:"
  head -c 1000 "$1"
  failures=$((failures + 1))
}

cat >hello.gl <<'EOF'
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("hello", len(os.Args), os.Args[1:])
	if len(os.Args) > 2 {
		os.Exit(len(os.Args))
	}
}
EOF
expect 'run' 0 "$gl" run hello.gl
says out '^hello 1 \[\]$'
expect 'run with arguments' 3 "$gl" run hello.gl -x --help
says out '^hello 3 \[-x --help\]$'
cp hello.gl hello.go
expect 'run .go' 0 "$gl" run hello.go a
says out '^hello 2 \[a\]$'
expect 'build -o' 0 "$gl" build -o prog hello.gl
expect 'the program' 0 ./prog
expect '-o into nowhere' 1 "$gl" build -o no/where hello.gl
says err 'cannot write no/where: there is no folder no$'
cp hello.gl kept.gl
expect '-o over a source' 1 "$gl" build -o kept.gl hello.gl
says err 'build output "kept.gl" already exists and is not an object file'
cmp -s hello.gl kept.gl || fail '-o replaced a source'
: >none
expect '-o over an empty file' 0 "$gl" build -o none hello.gl
expect '-o over a program' 0 "$gl" build -o none hello.gl
expect 'the program over it' 0 ./none
expect 'build' 0 "$gl" build hello.gl
expect 'its default name' 0 ./hello
for level in -O0 -O1 -O2 -g; do
  expect "build $level" 0 "$gl" build $level -o prog hello.gl
  expect "program of $level" 0 ./prog
done

mkdir pkg
printf 'package main\n\nfunc main() { println(answer()) }\n' >pkg/a.gl
printf 'package main\n\nfunc answer() int { return 42 }\n' >pkg/b.go
mkdir pkg/folder.go && mkfifo pkg/pipe.go
expect 'run a folder' 0 "$gl" run pkg
says err '^42$'
mkdir -p only/folder.go
expect 'a folder without files' 1 "$gl" build ./only
says err 'no source files in ./only'
expect 'run two files' 0 "$gl" run pkg/a.gl pkg/b.go
says err '^42$'

for stage in tokens ast types ir ir-opt asm; do
  expect "emit $stage" 0 "$gl" build --emit=$stage hello.gl
  [ -s out ] || fail "--emit=$stage prints nothing"
done
expect 'emit obj' 0 "$gl" build --emit=obj -o stage.out hello.gl
[ -s stage.out ] || fail '--emit=obj writes nothing'

printf 'package main\n\nfunc main() {\n\tx := y + z\n}\n' >bad.gl
expect 'errors' 1 "$gl" build bad.gl
says err '^bad\.gl:4:2: error: declared and not used: x$'
says err '^bad\.gl:4:7: error: undefined: y$'
says err '^bad\.gl:4:11: error: undefined: z$'
says err '^ *(4 \| *)?.*x := y \+ z$'
says err '\^'
grep -q "$(printf '\033')" err && fail 'colour in a file'
expect 'errors of run' 1 "$gl" run bad.gl
expect 'errors as JSON' 1 "$gl" build --json bad.gl
python3 - <<'EOF' || failures=$((failures + 1))
import json
lines = [json.loads(l) for l in open("err")]
assert len(lines) == 3, lines
for x in lines:
    assert x["file"] == "bad.gl" and x["line"] == 4, x
    assert x["severity"] == "error" and x["message"] and x["column"], x
EOF

printf 'package lib\n\nfunc F() int { return 1 }\n' >lib.gl
expect 'build of a library' 0 "$gl" build lib.gl
[ -e lib ] && fail 'a library makes a program'
expect 'object of a library' 0 "$gl" build -o lib.o lib.gl
[ -s lib.o ] || fail 'no object of a library'
expect 'run of a library' 1 "$gl" run lib.gl
says err 'package lib is not a main package'

mkdir -p mod/a/internal/x mod/b
printf 'module example.com/m\n\ngo 1.22\n' >mod/go.mod
printf 'package a\n\nimport "example.com/m/a/internal/x"\n\n' >mod/a/a.go
printf 'func A() int { return x.X() + arch() }\n' >>mod/a/a.go
printf 'package x\n\nfunc X() int { return 1 }\n' >mod/a/internal/x/x.go
printf '//go:build amd64\n\npackage a\n\nfunc arch() int\n' >mod/a/f.go
printf 'package a\n\nfunc arch() int\n' >mod/a/g_amd64.go
printf '//go:build !amd64\n\npackage a\n\nfunc arch() int { return 2 }\n' \
  >mod/a/none.go
printf 'TEXT\n' >mod/a/a_amd64.s
printf '//go:build extra\n\npackage main\n\nfunc init() { n = 40 }\n' \
  >mod/extra.go
printf 'package main\n\nimport "example.com/m/a"\n\nvar n int\n\n' \
  >mod/main.go
printf 'func main() { println(a.A() + n) }\n' >>mod/main.go
expect 'assembly is left out' 0 "$gl" run mod
says err '^3$'
expect 'tags' 0 "$gl" run -tags other,extra mod
says err '^43$'
expect 'all packages' 0 env -C mod "$gl" build ./...
printf 'package b\n\nvar v int = ""\n' >mod/b/b.go
expect 'all packages, one bad' 1 env -C mod "$gl" build ./...
says err '^b/b.go:3:13: error: cannot use ""'
expect 'two packages' 0 env -C mod "$gl" build ./a ./a/internal/x
for p in 1 2; do
  expect "processes $p" 0 "$gl" build -p $p -o prog$p mod
done
cmp prog1 prog2 || fail 'the program depends on -p'

# -x: the steps on stderr; the linker's line is a command that links again.
mkdir -p steps/a
printf 'module example.com/steps\n' >steps/go.mod
printf 'package a\nfunc F() string { return "steps" }\n' >steps/a/a.go
printf '%s\n' 'package main' 'import "example.com/steps/a"' \
  'func main() { println(a.F()) }' >steps/main.go
mkdir "it's out"
expect 'build -x' 0 env GLCACHE="$work/stepcache" "$gl" build -x \
  -o "it's out/prog" ./steps
says err '^# compile example.com/steps/a: /'
says err '^# compile main: /'
says err '^ld -o .it.* .*/crtn.o$'
says err '^mv .it'
says err '^# rm -r /'
[ -s out ] && fail 'build -x prints to stdout'
sh -n err || fail 'build -x prints what no shell reads'
expect 'cached build -x' 0 env GLCACHE="$work/stepcache" "$gl" build -x \
  -o prog ./steps
says err '^# cached example.com/steps/a: /'
grep -q '^# compile' err && fail 'build -x compiles what is cached'
expect 'run -x' 0 "$gl" run -x ./steps one 'two words'
says err "/steps one 'two words'\$"
says err '^steps$'

# Errors in the library's own sources are reported like others.
std=$(sed -n 's/^GLSTDLIB=//p' <("$gl" env))
for broken in 'func broken() int { return nothing }' 'func (' \
  'import "no/such"'; do
  for package in runtime errors; do
    rm -rf std
    cp -rL "$std" std
    for file in std/"$package"/*.gl; do
      echo "$broken" >>"$file"
    done
    expect "--build-std, $package with $broken" 1 "$gl" --build-std std stdout
    says err "^std/$package/.*error: "
  done
done

expect 'no command' 2 "$gl"
expect 'unknown command' 2 "$gl" frobnicate
expect 'unknown flag' 2 "$gl" build --frobnicate hello.gl
expect 'no file' 2 "$gl" run
mkdir -p nothing
expect 'no source' 1 env -C nothing "$gl" build
expect 'help' 0 "$gl" help
says out 'run'
expect 'version' 0 "$gl" version
says out '[0-9]+\.[0-9]+'
expect 'env' 0 "$gl" env
[ -s out ] || fail 'env prints nothing'

printf 'package main\nfunc main() { panic("no") }\n' >panics.gl
expect 'run of a panic' 2 "$gl" run panics.gl
says err '^panic: no'

# An installed tree, elsewhere.
build=$(cd "$(dirname "$gl")/.." && pwd)
expect 'cmake --install' 0 cmake --install "$build" --prefix "$work/tree"
expect 'installed run' 0 "$work/tree/bin/gl" run hello.gl
says out '^hello 1'
ln -s "$work/tree/bin/gl" link
expect 'run by a symbolic link' 0 ./link run hello.gl

[ "$failures" = 0 ] || echo "$failures failures"
exit $((failures != 0))
