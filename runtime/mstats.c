// SPDX-License-Identifier: MIT
//
// What runtime.ReadMemStats tells. Allocations are counted where the free
// lists are refilled (malloc.c), by size class; what still lies on the lists
// is taken off when somebody asks. What is alive is what the last collection
// marked, looked through once per collection and only on demand, and all that
// was allocated since.
//
// gl_memstats runs with the world stopped (readmemstats in resize.c): the
// lists of other Ms are at rest, and collections cannot start.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <string.h>

enum { CLASSES = MALLOC_CLASSES, LARGE = 0 };  // class 0 counts large objects

typedef struct Counts {
  uint64_t n[CLASSES];
  uint64_t bytes;
} Counts;

static Counts at_gc;     // allocated when the world was last stopped for it
static Counts listed;    // of the objects then marked, on free lists
static Counts live;      // marked by collection live_gc, without those listed
static uint64_t live_gc;

static void count_list(int i, void *first, void *arg) {
  Counts *c = arg;
  if (i < 0) return;
  for (void *p = first; p; p = *(void **)p) {
    c->n[i % CLASSES]++;
    c->bytes += (uint64_t)(i % CLASSES) * 16;
  }
}

// What all Ms have taken from libgc, less what is on their lists.
static void count_lists(Counts *all, Counts *lists) {
  for (M *mp = gl_allms; mp; mp = mp->alllink) {
    for (int c = 0; c < CLASSES; c++) all->n[c] += mp->nmalloc[c];
    all->bytes += mp->bmalloc;
    if (!mp->freelists) continue;
    for (int i = 0; i < LISTS_KINDS * CLASSES; i++)
      count_list(i, mp->freelists[i], lists);
    memprof_lists(mp, count_list, lists);
  }
}

static void subtract(Counts *a, const Counts *b) {
  for (int c = 0; c < CLASSES; c++) a->n[c] -= b->n[c];
  a->bytes -= b->bytes;
}

// At the end of marking, with the world stopped.
void malloc_note_collection(void) {
  memset(&at_gc, 0, sizeof at_gc);
  memset(&listed, 0, sizeof listed);
  count_lists(&at_gc, &listed);
  subtract(&at_gc, &listed);
}

static bool is_ours(int kind) {
  for (int i = 0; i < LISTS_KINDS; i++)
    if (gl_kinds[i] == kind) return true;
  return false;
}

static void GC_CALLBACK count_object(void *obj, size_t bytes, void *data) {
  Counts *c = data;
  size_t size;
  if (!is_ours(GC_get_kind_and_size(obj, &size))) return;
  c->n[bytes <= MALLOC_SMALL ? bytes / 16 : LARGE]++;
  c->bytes += bytes;
}

static void *GC_CALLBACK count_live(void *arg) {
  (void)arg;
  memset(&live, 0, sizeof live);
  GC_enumerate_reachable_objects_inner(count_object, &live);
  subtract(&live, &listed);
  return NULL;
}

static uint64_t total(const Counts *c) {
  uint64_t n = 0;
  for (int i = 0; i < CLASSES; i++) n += c->n[i];
  return n;
}

// Objects there are now: of each class no more than were made.
static Counts alive(const Counts *made) {
  Counts now = live;
  now.bytes += made->bytes - at_gc.bytes;
  for (int c = 0; c < CLASSES; c++) {
    now.n[c] += made->n[c] - at_gc.n[c];
    if (now.n[c] > made->n[c]) now.n[c] = made->n[c];
  }
  if (now.bytes > made->bytes) now.bytes = made->bytes;
  return now;
}

static void fill_system(MemStats *s) {
  struct GC_prof_stats_s ps;
  GC_get_prof_stats(&ps, sizeof ps);
  s->heap_sys = ps.heapsize_full;
  s->heap_idle = ps.free_bytes_full;
  s->heap_released = ps.unmapped_bytes;
  s->heap_inuse = s->heap_sys - s->heap_idle;
  if (ps.obtained_from_os_bytes > ps.heapsize_full)
    s->gc_sys = ps.obtained_from_os_bytes - ps.heapsize_full;
  stack_usage(&s->stack_inuse, &s->stack_sys);
  for (M *mp = gl_allms; mp; mp = mp->alllink) {
    s->other_sys += sizeof *mp + mp->altsize;
    s->mcache_inuse += sizeof gl_tls_free;
    if (mp != &gl_m0) s->stack_sys += mp->g0hi - mp->g0lo;
  }
  s->mcache_sys = s->mcache_inuse;
  s->sys = s->heap_sys + s->stack_sys + s->gc_sys + s->other_sys +
           s->mcache_sys;
}

static void fill_collections(MemStats *s) {
  const GcStats *g = &gl_gc_stats;
  s->next_gc = g->next;
  s->last_gc = g->last;
  s->pause_total = g->pause_total;
  memcpy(s->pause_ns, g->pause, sizeof s->pause_ns);
  memcpy(s->pause_end, g->end, sizeof s->pause_end);
  s->num_gc = g->n;
  s->num_forced = g->nforced;
  s->gc_cpu_fraction = gc_cpu_fraction();
}

// Fills *s in; the world is stopped.
void memstats_read(MemStats *s) {
  memset(s, 0, sizeof *s);
  if (live_gc != gl_gc_stats.n) {
    GC_call_with_alloc_lock(count_live, NULL);
    live_gc = gl_gc_stats.n;
  }
  Counts made = {0}, lists = {0};
  count_lists(&made, &lists);
  subtract(&made, &lists);
  Counts now = alive(&made);
  s->total_alloc = made.bytes;
  s->alloc = now.bytes;
  s->mallocs = total(&made);
  s->heap_objects = total(&now);
  s->frees = s->mallocs - s->heap_objects;
  for (int c = 1; c < MEMSTATS_CLASSES; c++) {
    s->class_mallocs[c] = made.n[c];
    s->class_frees[c] = made.n[c] - now.n[c];
  }
  fill_system(s);
  fill_collections(s);
}
