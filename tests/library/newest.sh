#!/bin/bash
# SPDX-License-Identifier: MIT
#
# newest.sh GL: with Go's own distribution as the only source tree, packages
# compile that Go 1.19 did not have, and those that lean on Go's runtime work.
set -u
gl=$(realpath "$1")
export GLGOROOT=/usr/local/go
[ -d "$GLGOROOT/src/log/slog" ] || {
  echo "$GLGOROOT is not installed: skipped"
  exit 77
}
here=$(realpath "$(dirname "$0")")
"$gl" run -O0 "$here/newest/program.gl" | diff "$here/newest/program.out" -
