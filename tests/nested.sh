#!/bin/sh
# SPDX-License-Identifier: MIT
#
# nested.sh PRESET: builds another preset and runs the tests it is for.
# asan and ubsan run all tests of the compiler; stress, whose runtime is the
# odd one, runs the run tests and the concurrent programs once.
set -eu
preset=$1
cd "$(dirname "$0")/.."
jobs=$(nproc)
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1

case $preset in
  # Millions of levels of recursion take for ever if each takes a segment.
  stress) select='^(run|examples|panic|stress)/'
     skip="^stress/loop|stack_overflow|deep_rec"
     skip="$skip|^run/(robust|command|gdb|memstats|exact_lay)"
     skip="$skip|^run/stack_(learned|main)"
     # What is freed when is another matter if each 64th allocation collects.
     skip="$skip|^run/(memory_returned|profiles|sync_more|heap_growth)"
     # Hundreds of processes, each slow to start.
     skip="$skip|^run/(signal_defaults|sigquit_storm)"
     # Latencies, who waits or runs first, states seen at moments the test
     # chooses; 2000 goroutines that switch at each chance.
     skip="$skip|^run/(preempt_latency|fair_waiters|sched_queues)"
     skip="$skip|^run/(schedtrace|sync_misuse)|^stress/fairness" ;;
  *) select='^(unit|golden|errors|run|examples|conformance)/'
     skip='^run/gdb' ;;
esac

cmake --preset "$preset" >"/tmp/gl-$$.log" 2>&1 &&
  cmake --build --preset "$preset" -j "$jobs" >>"/tmp/gl-$$.log" 2>&1 || {
    tail -50 "/tmp/gl-$$.log"
    rm -f "/tmp/gl-$$.log"
    exit 1
  }
rm -f "/tmp/gl-$$.log"
exec ctest --test-dir "build-$preset" -R "$select" -E "$skip" -j "$jobs" \
  --output-on-failure
