#!/bin/bash
# SPDX-License-Identifier: MIT
#
# House rules that a machine can check: licence lines, who may include whom,
# width, trailing blanks, file length, words that do not belong in a source
# tree. Prints every offence as file:line: text.
set -u
shopt -s lastpipe  # so that report, at the end of a pipe, can set bad
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.." || exit 1
bad=0

# report RULE: prints what comes in, and remembers that something came.
report() {
  local text
  text=$(cut -c 1-200)
  [ -z "$text" ] && return
  printf '%s\n%s\n' "-- $1" "$text"
  bad=1
}

# Files of the tree, without build folders. Works without git.
files() {
  find . \( -name .git -o -name 'build*' -o -name cache \) -prune -o \
    -type f \( "$@" \) -print | sed 's|^\./||' | sort
}
code() { files -name '*.[chS]' -o -name '*.re' -o -name '*.def'; }
gl() { files -name '*.gl' -o -name '*.go'; }
scripts() {
  files -name '*.sh' -o -name '*.py' -o -name '*.cmake' \
    -o -name CMakeLists.txt -o -path ./gl -o -path ./check \
    -o -path ./.ci/run -o -path ./bench/run
}
pages() { files -name '*.md'; }

# One SPDX line among the first two: after #! and the kind of a test.
{ code; gl; scripts; } | grep -v '^tests/golden/' | while read -r f; do
  head -n 2 "$f" | grep -q 'SPDX-License-Identifier: MIT' ||
    echo "$f:1: no SPDX line"
done | report 'licence'

# Only tests of the compiler may hold odd blanks; expected outputs are not
# looked at.
{ code; gl; scripts; pages; } | grep -v '^tests/golden/' |
  xargs -r grep -nE '[[:blank:]]+$' /dev/null | report 'trailing blanks'
code | grep -v '\.S$' | xargs -r grep -nP '\t' /dev/null | report 'tabs'

# Width: 80 columns, a tab of .gl counts four; in the standard library 120,
# where names, signatures and texts are given.
{ code; scripts; } | xargs -r grep -nP '^.{81,}' /dev/null |
  report 'over 80 columns'
pages | xargs -r grep -nP '^(?![|]|.*https?:).{81,}' /dev/null |
  report 'over 80 columns'
gl | grep -E '^(stdlib|examples|bench)/' | while read -r f; do
  case $f in
    stdlib/unicode/*) continue ;;  # tables
    stdlib/*) width=121 ;;
    *) width=81 ;;
  esac
  expand -t 4 "$f" | grep -nP "^.{$width,}" | sed "s|^|$f:|"
done | report 'over 80 columns'

# Length: past 900 lines look for the second idea; past 1000 there is one.
{ code; gl; scripts; } | grep -v '^tests/golden/' | while read -r f; do
  n=$(wc -l <"$f")
  [ "$n" -le 1000 ] || echo "$f:$n: over 1000 lines"
done | report 'file length'

# llvm-c only right of the checker.
code | grep -Ev '^compiler/(lower|backend)/|^tests/' |
  xargs -r grep -nE '#include [<"]llvm' /dev/null | report 'llvm-c'

# Headers of ours that a file may include, by folder.
allowed() {
  case $1 in
    abi/*) echo 'abi|runtime' ;;
    compiler/base/*) echo 'base|abi' ;;
    compiler/syntax/*) echo 'base|syntax|token|abi' ;;
    compiler/types/*) echo 'syntax|types|token|abi' ;;
    compiler/lower/*) echo 'types|lower|token|abi|runtime' ;;
    compiler/backend/*) echo 'lower|backend|abi|runtime' ;;
    compiler/*) echo 'backend|lower|types|syntax|base|abi' ;;
    runtime/* | stdlib/*) echo 'abi|runtime|[a-z0-9_]*_amd64' ;;
    *) echo '.*' ;;
  esac
}
code | grep -v '^tests/' | while read -r f; do
  folder=$(dirname "$f")
  grep -nE '^#include "' "$f" | while IFS=: read -r line text; do
    name=$(echo "$text" | sed -E 's/^#include "([^"]*)".*/\1/')
    case $name in
      */*) echo "$f:$line: $name: a path in an include" ; continue ;;
    esac
    # A folder's own headers and lists are its own business.
    [ -e "$folder/$name" ] && continue
    echo "${name%.*}" | grep -qxE "$(allowed "$f")" ||
      echo "$f:$line: may not include $name"
  done
done | report 'includes'

# Words.
{ code; gl; scripts; pages; } | grep -vx 'tests/lint.sh' |
  xargs -r grep -nE '\b(TODO|FIXME|XXX|HACK)(:|\([a-z])' /dev/null |
  report 'unfinished'
{ code; gl; scripts; pages; } | grep -vx 'tests/lint.sh' |
  xargs -r grep -nE '(^|[^.a-zA-Z])/(work|root)/|/tmp/gl/' /dev/null |
  report 'paths of one machine'

# What packages export is documented.
find stdlib -name internal -prune -o -name '*.gl' -printf '%h\n' | sort -u |
  xargs python3 tests/documented.py | report 'exported, no comment'

# The grammar.
python3 tests/grammar.py . | grep -v ' rules$' | sed 's/^/LANGUAGE.md: /' |
  report 'grammar'

exit $bad
