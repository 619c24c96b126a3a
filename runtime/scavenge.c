// SPDX-License-Identifier: MIT
//
// Memory that goes back to the system, by sysmon:
//   - after each collection the first segments of dead Gs and the slabs they
//     leave empty (stack.c); libgc itself unmaps blocks that several
//     collections found unused;
//   - a collection is forced when there was none for two minutes and the
//     program allocated meanwhile;
//   - a program that did not collect of its own accord for five minutes gives
//     back all it has free, and again if it allocated, freed stacks or ended
//     goroutines meanwhile.
// GLDEBUG=forcegc=MS,scavenge=MS shorten the times for tests.
//
// All runs on sysmon's thread or on g0 of debug.FreeOSMemory, without locks
// but those of the lists it works on.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>

static const int64_t FORCE_NS = 120000000000, IDLE_NS = 300000000000;
enum { KEEP_GS = 1024 };  // dead Gs that keep their stacks over a collection

static struct {
  uint64_t seen;      // collections at the last look
  uint64_t forced;    // number of the last one made here
  int64_t last;       // time the last one was seen
  int64_t active;     // when the program collected by itself, or all was
                      // given back
  uint64_t returned;  // activity() when that happened, 0: not yet
} state;

// Another number whenever there may be something new to give back.
static uint64_t activity(void) {
  return gc_count() * 31 + GC_get_bytes_since_gc() * 7 + stack_bytes() + 1;
}

static int64_t force_ns(void) {
  return gl_debug.forcegc > 0 ? gl_debug.forcegc * INT64_C(1000000) : FORCE_NS;
}
static int64_t idle_ns(void) {
  return gl_debug.scavenge > 0 ? gl_debug.scavenge * INT64_C(1000000) : IDLE_NS;
}

// What debug.FreeOSMemory does: all that is free goes back now.
void scavenge_all(void) {
  gc_collect_unmap();
  gfree_scavenge(0);
  stack_scavenge(true);
}

static void after_collection(int64_t now) {
  if (state.seen != state.forced) state.active = now;
  state.last = now;
  gfree_scavenge(KEEP_GS);
  stack_scavenge(false);
}

static bool worth_collecting(void) {
  return GC_get_bytes_since_gc() > 0 && gc_enabled();
}

// A look at what is due. Returns when the next is, 0: when something happens.
int64_t scavenge_tick(int64_t now) {
  if (state.last == 0) state.last = state.active = now;
  uint64_t n = gc_count();
  if (n != state.seen) {
    state.seen = n;
    after_collection(now);
  }
  bool more = activity() != state.returned;
  if (more && now - state.active >= idle_ns()) {
    scavenge_all();
    state.active = state.last = now;
    state.seen = state.forced = gc_count();
    state.returned = activity();
    more = false;
  } else if (now - state.last >= force_ns() && worth_collecting()) {
    gc_collect_forced();
    counter_inc(COUNT_FORCEGC);
    state.last = now;
    state.seen = state.forced = gc_count();
    gfree_scavenge(KEEP_GS);
    stack_scavenge(false);
  }
  int64_t next = more ? state.active + idle_ns() : 0;
  int64_t force = state.last + force_ns();
  if (worth_collecting() && (next == 0 || force < next)) next = force;
  return next;
}
