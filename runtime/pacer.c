// SPDX-License-Identifier: MIT
//
// When the collector runs, and what each collection was like.
//
// As in Go a collection starts when the heap has grown by GOGC percent over
// what the last one left (stacks count as part of that), but not below 4 MiB
// * GOGC / 100, and earlier when the program comes near its memory limit.
// gl_gc_trigger is how much may be allocated until then; malloc.c looks at it
// where it asks libgc for memory. libgc would start collections of its own,
// when it has no free block and its own count is reached, which is set higher.
//
// Events come from libgc with its lock held, some with the world stopped:
// nothing here takes a lock or allocates. One collection runs at a time, so
// stats is written by one thread; readers may see one collection half noted.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

GcStats gl_gc_stats;
_Atomic uint64_t gl_gc_trigger = UINT64_MAX;

enum { MIN_HEAP = 4 << 20, LEAST = 64 << 10 };

static _Atomic int32_t percent = 100;  // < 0: off
static _Atomic int64_t limit = INT64_MAX;
static _Atomic bool forced;            // the next collection was asked for
static bool disabled;                  // libgc does not collect; collectlock
static Lock collectlock;

static struct {
  int64_t init, start, stop, mark, marked, restart;
  uint64_t before;
} times;

static uint64_t in_use(void) {
  return GC_get_heap_size() - GC_get_free_bytes();
}

bool gc_enabled(void) {
  return percent >= 0 || limit != INT64_MAX;
}

// Bytes that may be allocated before the next collection.
static uint64_t allowance(uint64_t used) {
  uint64_t stacks = stack_bytes();
  int64_t p = percent, max = limit;
  uint64_t n = INT64_MAX / 2;
  if (p >= 0) {
    n = (uint64_t)((double)(used + stacks) * (double)p / 100);
    uint64_t least = (uint64_t)MIN_HEAP * (uint64_t)p / 100;
    if (used + n < least) n = least - used;
  }
  if (max != INT64_MAX) {
    uint64_t total = used + stacks;
    uint64_t left = total < (uint64_t)max ? (uint64_t)max - total : 0;
    // Over the limit the program shall still get on.
    if (left < used / 16) left = used / 16;
    if (left < n) n = left;
  }
  return n < LEAST ? LEAST : n;
}

static void pace(void) {
  uint64_t used = in_use(), since = GC_get_bytes_since_gc();
  used = used > since ? used - since : 0;  // what the last collection left
  uint64_t n = allowance(used);
  gl_gc_trigger = n;
  GC_set_min_bytes_allocd(n + n / 4);
  gl_gc_stats.next = used + n;
}

// With collectlock. What is due after this collection is queued before the
// next one, so that finalizers run in order. libgc does nothing while
// collections are off, also when asked.
static void collect(void (*how)(void)) {
  if (disabled) GC_enable();
  malloc_wipe_stack();
  how();
  if (disabled) GC_disable();
  mfinal_drain();
}

// From malloc.c, when gl_gc_trigger is reached. One of those who come at the
// same time collects.
void gc_collect_paced(void) {
  if (!gc_enabled() || !trylock(&collectlock)) return;
  collect(GC_gcollect);
  unlock(&collectlock);
}

static int64_t walltime(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void print_ms(int64_t ns) {
  print_int(ns / 1000000);
  print_str(".");
  int64_t us = ns / 1000 % 1000;
  if (us < 100) print_str("0");
  if (us < 10) print_str("0");
  print_int(us);
}

static void print_mb(uint64_t n) { print_uint((n + (1 << 19)) >> 20); }

// gc 7 @0.412s 3%: 0.012+1.204+0.030 ms clock, 4->1 MB, 5 MB goal, ...
static void trace(const GcStats *s, bool was_forced, uint64_t goal) {
  print_str("gc ");
  print_uint(s->n);
  print_str(" @");
  print_ms((times.start - times.init) / 1000);
  print_str("s ");
  print_int((int64_t)(gc_cpu_fraction() * 100));
  print_str("%: ");
  print_ms(times.mark - times.stop);
  print_str("+");
  print_ms(times.marked - times.mark);
  print_str("+");
  print_ms(times.restart - times.marked);
  print_str(" ms clock, ");
  print_mb(times.before);
  print_str("->");
  print_mb(in_use());
  print_str(" MB, ");
  print_mb(goal);
  print_str(" MB goal, ");
  print_mb(stack_bytes());
  print_str(" MB stacks, ");
  print_uint((uint64_t)sched_ngs());
  print_str(" goroutines, ");
  print_int(gl_gomaxprocs);
  print_str(" P");
  if (was_forced) print_str(" (forced)");
  print_str("\n");
  print_flush();
}

static void finish(void) {
  GcStats *s = &gl_gc_stats;
  uint64_t goal = s->next;
  int64_t pause = times.restart - times.stop;
  bool was_forced = atomic_exchange(&forced, false);
  s->pause[s->n % GC_PAUSES] = (uint64_t)pause;
  s->end[s->n % GC_PAUSES] = s->last = (uint64_t)walltime();
  s->pause_total += (uint64_t)pause;
  s->total += (uint64_t)(nanotime() - times.start);
  s->n++;
  s->nforced += was_forced;
  pace();
  if (gl_debug.gc) trace(s, was_forced, goal);
}

static void GC_CALLBACK on_event(GC_EventType ev) {
  switch (ev) {
  case GC_EVENT_START:
    times.start = nanotime();
    times.before = in_use();
    if (gl_tls_m && gl_tls_m->curg)
      event(EVENT_GCBEGIN, gl_tls_m->curg, 0);
    break;
  case GC_EVENT_PRE_STOP_WORLD: times.stop = nanotime(); break;
  case GC_EVENT_POST_STOP_WORLD: pools_clear(); break;
  case GC_EVENT_MARK_START: times.mark = nanotime(); break;
  case GC_EVENT_MARK_END:
    times.marked = nanotime();
    malloc_note_collection();
    break;
  case GC_EVENT_PRE_START_WORLD: gc_trim_stacks(); break;
  case GC_EVENT_POST_START_WORLD: times.restart = nanotime(); break;
  case GC_EVENT_RECLAIM_END: memprof_sweep(); break;
  case GC_EVENT_END:
    finish();
    if (gl_tls_m && gl_tls_m->curg)
      event(EVENT_GCEND, gl_tls_m->curg, 0);
    break;
  default: break;
  }
}

// Part of the program's processor time that went into collections.
double gc_cpu_fraction(void) {
  int64_t all = (nanotime() - times.init) * gl_gomaxprocs;
  return all > 0 ? (double)gl_gc_stats.total / (double)all : 0;
}

// --------------------------------------------------------------- on demand

static void collect_now(void (*how)(void)) {
  lock(&collectlock);
  atomic_store(&forced, true);
  collect(how);
  unlock(&collectlock);
}

void gc_collect_forced(void) { collect_now(GC_gcollect); }

// libgc unmaps blocks that were free at the two collections before too.
void gc_collect_unmap(void) {
  collect_now(GC_gcollect);
  collect_now(GC_gcollect_and_unmap);
  collect_now(GC_gcollect_and_unmap);
}

// runtime.GC: an mcall only so that the G's registers are on its stack.
void stoptheworldgc(G *gp) {
  (void)gp;
  gc_collect_forced();
}

// mcall: debug.FreeOSMemory.
void freeosmemory(G *gp) {
  (void)gp;
  scavenge_all();
}

// --------------------------------------------------------------- settings

static void apply(void) {
  lock(&collectlock);
  bool off = !gc_enabled();
  if (off && !disabled) GC_disable();
  if (!off && disabled) GC_enable();
  disabled = off;
  unlock(&collectlock);
}

static void settle(void) {
  apply();
  pace();
}

// mcalls of runtime/debug. The values before are the results.
void setgcpercent(G *gp, intptr_t p) {
  int32_t old = percent;
  if (p < 0) p = -1;
  if (p > INT32_MAX / 2) p = INT32_MAX / 2;
  percent = (int32_t)p;
  gp->ret[0] = (uintptr_t)(intptr_t)old;
  if (old != p) settle();
}

void setmemorylimit(G *gp, intptr_t n) {
  int64_t old = limit;
  gp->ret[0] = (uintptr_t)old;
  if (n < 0 || n == old) return;
  limit = n;
  settle();
}

// ------------------------------------------------------------ environment

static int32_t env_percent(void) {
  const char *s = env_get("GOGC");
  if (s && strcmp(s, "off") == 0) return -1;
  char *end;
  long n = s && *s ? strtol(s, &end, 10) : 100;
  if (s && *s && (*end || n < INT32_MIN || n > INT32_MAX)) n = 100;
  return n < 0 ? -1 : (int32_t)n;
}

// A number of bytes: digits and B, KiB, MiB, GiB or TiB; -1 if it is none.
static int64_t parse_bytes(const char *s) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  char *end;
  if (*s < '0' || *s > '9') return -1;
  unsigned long long n = strtoull(s, &end, 10);
  if (*end == 0) return n <= INT64_MAX ? (int64_t)n : -1;
  for (int i = 0; i < 5; i++)
    if (strcmp(end, units[i]) == 0)
      return n <= (unsigned long long)INT64_MAX >> 10 * i
                 ? (int64_t)(n << 10 * i) : -1;
  return -1;
}

static int64_t env_limit(void) {
  const char *s = env_get("GOMEMLIMIT");
  if (!s || !*s || strcmp(s, "off") == 0) return INT64_MAX;
  int64_t n = parse_bytes(s);
  if (n >= 0) return n;
  print_str("GOMEMLIMIT=");
  print_str(s);
  print_str("\n");
  throw("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`");
}

// After GC_INIT.
void pacer_init(void) {
  times.init = nanotime();
  percent = env_percent();
  limit = env_limit();
  int64_t start = percent < 0 || percent > 100 ? MIN_HEAP
                  : (int64_t)MIN_HEAP * percent / 100;
  if (start > limit / 4) start = limit / 4;
  GC_expand_hp(start < 4 * LEAST ? 4 * LEAST : (size_t)start);
  GC_set_on_collection_event(on_event);
  apply();
  pace();
}
