# SPDX-License-Identifier: MIT
#
# For the scripts beside it, which run as NAME.sh GL: builds NAME.gl to
# $program in the folder $work, which goes away in the end.
. "$(dirname "$0")/../ordinary.sh"
set -u
gl=$1
here=$(cd "$(dirname "$0")" && pwd)
name=$(basename "$0" .sh)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
program=$work/$name
"$gl" build -o "$program" "$here/$name.gl" || exit 1
failed=0

# wrong TEXT: says what was wrong with the run whose output is in $work/out.
wrong() {
  echo "$1"
  head -c 3000 "$work/out"
  failed=1
}
