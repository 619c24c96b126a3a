#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh PROGRAM: must end well by itself, and must be found racing when it is
# told to race. ThreadSanitizer cannot run with much randomness in addresses,
# hence setarch.
set -u
setarch=$(command -v setarch) && setarch="$setarch -R"
export TSAN_OPTIONS='halt_on_error=1 exitcode=66'
$setarch "$1" || exit 1
# One thread may be done before the other begins, hence several tries.
for _ in {1..20}; do
  $setarch "$1" race >/dev/null 2>&1
  status=$?
  if ((status == 66)); then
    echo 'the race was noticed'
    exit 0
  fi
done
echo "a race went unnoticed: exit status $status"
exit 1
