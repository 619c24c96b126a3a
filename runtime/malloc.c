// SPDX-License-Identifier: MIT
//
// Allocation. gl_new and gl_new_noscan (asm_amd64.S) pop per-M free lists,
// one per 16-byte size class and kind; what they cannot do comes here.
//
// Lists are refilled by GC_generic_malloc_many, which hands out the free
// objects of a whole block. They are per M and not per P: the assembly then
// needs one thread-local address, and nothing preempts inside it. The
// collector marks listed objects by hand (gc.c).
//
// Objects that may hold pointers are of a kind of our own: libgc's NORMAL
// kind does not scan the last word of an object, room it reserves for
// pointers one past the end, which .gl code does not make. Large requests
// are made one byte smaller for the same reason: libgc adds that byte.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <string.h>

extern int gl_kind_scan;
GC_API void GC_CALL GC_generic_malloc_many(size_t, int, void **);

enum { KIND_NOSCAN = 0, STRESS_EVERY = 64 };  // libgc's PTRFREE

_Thread_local void *gl_tls_free[2 * MALLOC_CLASSES];
_Alignas(16) uint8_t gl_zerobase[64];

static void *large(size_t size, bool noscan) {
  void *p = GC_generic_malloc(size - 1, noscan ? KIND_NOSCAN : gl_kind_scan);
  if (UNLIKELY(!p)) fatal("runtime: out of memory");
  if (noscan) memset(p, 0, size);
  return p;
}

// The stress mode collects often and never keeps a list; less often when
// there are many stacks to scan.
static void *stressed(size_t size, bool noscan) {
  static _Atomic uint32_t n;
  uint32_t every = STRESS_EVERY + (uint32_t)gl_sched.ngs;
  if (atomic_fetch_add(&n, 1) % every == 0) GC_gcollect();
  return large(size, noscan);
}

static void *refill(size_t size, bool noscan) {
  size_t class = (size + 15) / 16;
  void **list = &gl_tls_free[class + (noscan ? MALLOC_CLASSES : 0)];
  // libgc stores the list before it lets go of its lock, so a collection
  // finds all of it here and marks it.
  GC_generic_malloc_many(class * 16, noscan ? KIND_NOSCAN : gl_kind_scan,
                         list);
  void *objs = *list;
  if (UNLIKELY(!objs)) fatal("runtime: out of memory");
  *list = *(void **)objs;
  if (noscan) memset(objs, 0, class * 16);
  else *(void **)objs = NULL;
  return objs;
}

// Zeroed memory of any size; also for C callers on g0.
void *malloc_new(size_t size, bool noscan) {
  if (size == 0) return gl_zerobase;
  if (UNLIKELY(gl_debug.stress)) return stressed(size, noscan);
  if (size > MALLOC_SMALL) return large(size, noscan);
  void **list = &gl_tls_free[(size + 15) / 16 + (noscan ? MALLOC_CLASSES : 0)];
  void *p = *list;
  if (!p) return refill(size, noscan);
  *list = *(void **)p;
  if (noscan) memset(p, 0, (size + 15) & ~(size_t)15);
  else *(void **)p = NULL;
  return p;
}

void *malloc_scan_slow(size_t size, const GlType *type) {
  (void)type;
  return malloc_new(size, false);
}

void *malloc_noscan_slow(size_t size) { return malloc_new(size, true); }
