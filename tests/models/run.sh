#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh MODEL.pml: explores all states of a model of one of the runtime's
# protocols with Spin. It must hold; and its variants BROKEN, each of which
# leaves out a step that matters, must be found wrong. Exit status 77: no spin
# here.
set -u
model=$(realpath "$1")
command -v spin >/dev/null && command -v cc >/dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# Prints the number of errors found in all reachable states.
explore() {
  rm -f pan*
  spin "$@" -a "$model" >spin.out 2>&1 && [ -f pan.c ] ||
    { cat spin.out; return 1; }
  cc -O1 -w -DSAFETY -DMEMLIM=1024 -o pan pan.c || return 1
  ./pan -m200000 >pan.out || return 1
  if grep -q 'max search depth too small\|out of memory' pan.out; then
    cat pan.out
    return 1
  fi
  sed -n 's/.*errors: \([0-9]*\)$/\1/p' pan.out
}

right=$(explore) || { echo "$right"; exit 1; }
if [ "$right" != 0 ]; then
  echo "$(basename "$model"): $right errors"
  spin -k ./*.trail -p "$model" | tail -n 60
  exit 1
fi
states=$(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' pan.out)
variants=$(grep -o 'BROKEN [!=]= [0-9]' "$model" | sed 's/.* /=/' | sort -u)
for broken in ${variants:-=1}; do
  wrong=$(explore "-DBROKEN$broken") || { echo "$wrong"; exit 1; }
  if [ "$wrong" = 0 ]; then
    echo "$(basename "$model"): holds also with BROKEN$broken"
    exit 1
  fi
done
echo "$(basename "$model" .pml) holds in $states states"
