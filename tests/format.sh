#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Shell scripts parse, and Python compiles. C is checked against .clang-format
# where clang-format-19 is installed and GL_FORMAT is set: hand-aligned tables
# are worth more than its opinion, so it only advises.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
for script in gl check .ci/run bench/run tests/*.sh; do
  [ -e "$script" ] || continue
  head -1 "$script" | grep -q python && continue
  shell=$(head -1 "$script" | grep -o 'bash$' || echo sh)
  "$shell" -n "$script" || status=1
done
for script in bench/run tests/*.py; do
  python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' \
    "$script" || status=1
done
if [ -n "${GL_FORMAT:-}" ] && command -v clang-format-19 >/dev/null; then
  find abi compiler runtime stdlib tests -name '*.[ch]' -print0 |
    xargs -0 clang-format-19 --dry-run 2>&1 | grep -c 'warning:' |
    sed 's/$/ places clang-format would change/'
fi
exit $status
