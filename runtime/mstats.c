// SPDX-License-Identifier: MIT
//
// What a program may ask about its memory.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <string.h>

// Words of *p: heap bytes in use, heap bytes from the system, bytes allocated
// in total, free bytes, collections, stack bytes (unknown: 0), Gs.
void gl_memstats(uint64_t *p) {
  GC_word heap, freeb, unmapped, since, total;
  GC_get_heap_usage_safe(&heap, &freeb, &unmapped, &since, &total);
  memset(p, 0, 16 * sizeof *p);
  p[0] = heap - freeb;
  p[1] = heap;
  p[2] = total;
  p[3] = freeb;
  p[4] = GC_get_gc_no();
  p[6] = (uint64_t)gl_sched.ngs;
}
