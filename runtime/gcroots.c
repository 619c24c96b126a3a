// SPDX-License-Identifier: MIT
//
// What the collector sees of package variables: the words that the compiler
// lists in section glroots (compiler/backend/roots.c has the format), and
// nothing else of sections gldata and glbss (.bss.gl in objects), where the
// variables are.
//
// The linker names the bounds of the sections; a program may have none of
// them. Nothing here takes a lock: the world is stopped.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>

typedef struct Root {
  int32_t rel;      // where the values are, from here on
  uint32_t bits;    // which words of a value are pointers
  uint32_t shape;   // number of values << 6 | words of each
} Root;

#define BOUND(type, name) \
  extern type name[] __attribute__((weak, visibility("hidden")))
BOUND(const Root, __start_glroots);
BOUND(const Root, __stop_glroots);
BOUND(char, __start_gldata);
BOUND(char, __stop_gldata);
BOUND(char, __start_glbss);
BOUND(char, __stop_glbss);

enum { MIN_LAZY = 1024 };  // bytes worth an entry on libgc's mark stack

static void each_range(const Root *r, void (*visit)(uintptr_t, uintptr_t)) {
  uintptr_t at = (uintptr_t)r + (uintptr_t)(intptr_t)r->rel;
  size_t n = r->shape >> 6, words = r->shape & 63;
  if (words == 1) {
    visit(at, at + n * 8);
    return;
  }
  for (; n > 0; n--, at += words * 8)
    for (uint32_t bits = r->bits; bits; bits &= bits - 1) {
      uintptr_t w = at + (uintptr_t)__builtin_ctz(bits) * 8;
      visit(w, w + 8);
    }
}

// Visits the words that may be pointers, in ranges.
void gc_each_variable(void (*visit)(uintptr_t lo, uintptr_t hi)) {
  for (const Root *r = __start_glroots; r < __stop_glroots; r++)
    each_range(r, visit);
}

// The memory all variables are in: i is 0 or 1.
void gc_variables(int i, uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)(i ? __start_glbss : __start_gldata);
  *hi = (uintptr_t)(i ? __stop_glbss : __stop_gldata);
}

static void push(uintptr_t lo, uintptr_t hi) {
  if (hi - lo < MIN_LAZY) GC_push_all_eager((void *)lo, (void *)hi);
  else GC_push_all((void *)lo, (void *)hi);
}

// Roots of the collection under way.
void gc_push_variables(void) { gc_each_variable(push); }

// After GC_INIT.
void gc_roots_init(void) {
  for (int i = 0; i < 2; i++) {
    uintptr_t lo, hi;
    gc_variables(i, &lo, &hi);
    if (lo < hi) GC_exclude_static_roots((void *)lo, (void *)hi);
  }
}
