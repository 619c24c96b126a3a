#!/bin/sh
# SPDX-License-Identifier: MIT
#
# gdb.sh GL: a debugger breaks on main.main, steps by line, prints ints,
# strings and structs, and walks back through deep recursion. Skipped (77)
# without gdb.
. "$(dirname "$0")/ordinary.sh"
set -eu
gl=$1
command -v gdb >/dev/null || exit 77
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$gl" build -g -O0 -o "$work/debug" "$here/debug/debug.gl"
cat >"$work/commands" <<'EOF'
set pagination off
set debuginfod enabled off
set width 0
handle SIGURG SIGPWR SIGXCPU nostop noprint pass
break main.main
run
echo <<next>>\n
next
next
next
echo <<locals>>\n
print count
print name
print p
break main.bottom
continue
echo <<bottom>>\n
backtrace
EOF
gdb -q -nx -batch -x "$work/commands" "$work/debug" >"$work/log" 2>&1 || true

want() {
  grep -q -- "$1" "$work/log" && return
  echo "gdb does not print: $1"
  cat "$work/log"
  exit 1
}
want 'Breakpoint 1, main.main'
want '\$1 = 42'
want '\$2 = .*"gopher"'
want '\$3 = .*x = 3.*y = 4'
want 'Breakpoint 2, main.bottom'
want '^#1 .*main.descend'
want '^#20 .*main.descend'
