// SPDX-License-Identifier: MIT
//
// Dumps to read, as SIGQUIT and the report of leaks print them. Goroutines
// that stand at the same place, wait for the same reason and were started by
// the same go statement are printed once, with their number; below stands
// what each waits for, and who holds it:
//
//   goroutine 18 [sync.Mutex.Lock]:
//   main.worker(...)
//           main.go:12 +0x1d
//   created by main.main in goroutine 1
//           main.go:20 +0x55
//           [9 more like it: 19 20 21 22 23 24 25 26 27]
//           [awaits sync.Mutex 0x7f00 held by goroutine 7]
//
// The goroutines must not run meanwhile: the world is frozen, or they never
// will again. Memory comes from mmap, since this may be a signal handler.
#include "runtime.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { FRAMES = 64, NAMED = 20, OBJECTS = 4 };

typedef struct Entry {
  uint64_t hash;
  G *g;
} Entry;

// What of package sync is looked into; stdlib/sync has the originals.
typedef struct Mutex {
  int32_t state;  // bit 0: locked
  uint32_t sema;
  uintptr_t owner;  // an address on the stack of who locked it
} Mutex;
typedef struct RWMutex {
  Mutex w;
  uint32_t writer_sem, reader_sem;
  int32_t readers, reader_wait;
} RWMutex;
typedef struct WaitGroup {
  uint64_t state;  // counter in the upper half
  uint32_t sema;
} WaitGroup;

// ------------------------------------------------------------ what they await

// The G that runs on the stack that holds p.
static G *owner_of(uintptr_t p) {
  for (G *gp = gl_allgs; gp && p; gp = gp->alllink) {
    uint32_t status = gp->status & ~(uint32_t)Gscan;
    if (status == Gdead || status == Gidle) continue;
    for (Seg *s = gp->first; s; s = s->next)
      if (p >= s->lo && p < s->hi) return gp;
  }
  return NULL;
}

static void put(const char *name, int64_t v) {
  print_str(name);
  print_int(v);
}

static void put_object(const char *what, const void *p) {
  print_str(what);
  print_hex((uintptr_t)p);
}

static void put_holder(const Mutex *m) {
  if (!(m->state & 1)) {
    print_str(" (free)");
    return;
  }
  G *gp = owner_of(m->owner);
  if (gp) put(" held by goroutine ", (int64_t)gp->goid);
  else print_str(" held by a goroutine that has ended");
}

static void put_chan(const Hchan *c) {
  print_str("chan ");
  GlString t = c->elemtype->str;
  print_bytes(t.ptr, (size_t)t.len);
  put_object(" ", c);
  if (c->bufsize) {
    put(" (", (int64_t)c->bufcount);
    put(" of ", (int64_t)c->bufsize);
    print_str(" buffered)");
  }
}

#define OUTER(type, field, p) \
  ((const type *)((const char *)(p) - offsetof(type, field)))

static void put_awaited(const G *gp, const Sudog *sg) {
  const void *c = sg->c;
  switch (gp->waitreason) {
  case WAIT_SYNC_MUTEX_LOCK:
    put_object("sync.Mutex ", OUTER(Mutex, sema, c));
    put_holder(OUTER(Mutex, sema, c));
    break;
  case WAIT_SYNC_RWMUTEX_RLOCK: {
    const RWMutex *rw = OUTER(RWMutex, reader_sem, c);
    put_object("sync.RWMutex ", rw);
    put_holder(&rw->w);
    break;
  }
  case WAIT_SYNC_RWMUTEX_LOCK: {
    const RWMutex *rw = OUTER(RWMutex, writer_sem, c);
    put_object("sync.RWMutex ", rw);
    put(" held by readers: ", rw->reader_wait);
    break;
  }
  case WAIT_SYNC_WAITGROUP_WAIT: {
    const WaitGroup *wg = OUTER(WaitGroup, sema, c);
    put_object("sync.WaitGroup ", wg);
    put(" with counter ", (int64_t)(wg->state >> 32));
    break;
  }
  case WAIT_SYNC_COND_WAIT:
    put_object("sync.Cond's list ", c);
    break;
  case WAIT_CHAN_RECEIVE:
  case WAIT_CHAN_SEND:
  case WAIT_SELECT:
    if (sg->isselect) print_str(sg->issend ? "send to " : "receive from ");
    put_chan(c);
    break;
  default:
    put_object("semaphore ", c);
  }
}

// One line for each thing gp waits for. False if there is none.
bool traceback_awaits(G *gp) {
  if ((gp->status & ~(uint32_t)Gscan) != Gwaiting || !gp->waiting) return false;
  for (Sudog *sg = gp->waiting; sg; sg = sg->waitlink) {
    print_str("\t[awaits ");
    put_awaited(gp, sg);
    print_str("]\n");
    if (!sg->isselect) break;
  }
  return true;
}

// ---------------------------------------------------------------------- groups

static uint64_t mix(uint64_t h, uint64_t v) {
  h ^= v;
  return h * UINT64_C(0x9e3779b97f4a7c15) ^ h >> 29;
}

// Where in the source a go statement stands: it may have been unrolled.
static uint64_t place(uintptr_t pc) {
  static uintptr_t last;
  static uint64_t known;
  if (pc == last || !pc) return pc ? known : 0;
  GlString name, file;
  int line = 0;
  uintptr_t entry = pc;
  symtab_func(pc - 1, &name, &entry);
  last = pc;
  known = symtab_line(pc - 1, &file, &line) ? mix(entry, (uint64_t)line) : pc;
  return known;
}

static uint64_t shape(G *gp) {
  uint32_t status = gp->status & ~(uint32_t)Gscan;
  uint64_t h = mix(mix(1, status), status == Gwaiting ? gp->waitreason : 0);
  h = mix(mix(h, place(gp->gopc)), gp->lockedm != NULL);
  h = mix(h, leaks_has(gl_sched.leaks, gl_sched.nleaks, gp));
  if (status == Grunning) return mix(h, gp->goid);
  Unwind u;
  int n = 0;
  if (unwind_start(&u, gp)) {
    do h = mix(h, u.pc);
    while (++n < FRAMES && unwind_next(&u));
  }
  return h;
}

static int by_shape(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return x->g->goid < y->g->goid ? -1 : x->g->goid > y->g->goid;
}

static int by_first(const void *a, const void *b) {
  const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;
  return x->g->goid < y->g->goid ? -1 : x->g->goid > y->g->goid;
}

static void print_others(const Entry *e, size_t n) {
  if (n == 1) return;
  put("\t[", (int64_t)n - 1);
  print_str(" more like it:");
  for (size_t i = 1; i < n && i <= NAMED; i++) put(" ", (int64_t)e[i].g->goid);
  print_str(n - 1 > NAMED ? " ...]\n" : "]\n");
}

// The members' channels or locks: the first few, if they differ.
static void print_awaited(const Entry *e, size_t n) {
  if (e[0].g->waitreason == WAIT_SELECT || n == 1) {
    traceback_awaits(e[0].g);
    return;
  }
  const void *seen[OBJECTS];
  int k = 0;
  for (size_t i = 0; i < n; i++) {
    G *gp = e[i].g;
    if (!gp->waiting) continue;
    bool known = false;
    for (int j = 0; j < k; j++) known |= seen[j] == gp->waiting->c;
    if (known) continue;
    if (k == OBJECTS) {
      print_str("\t[awaits ...]\n");
      return;
    }
    seen[k++] = gp->waiting->c;
    traceback_awaits(gp);
  }
}

static void print_group(const Entry *e, size_t n) {
  print_str("\n");
  print_goroutine(e->g, (int)(e->g->status & ~(uint32_t)Gscan));
  print_others(e, n);
  if ((e->g->status & ~(uint32_t)Gscan) == Gwaiting) print_awaited(e, n);
}

// The n Gs of list, merged, each group at its oldest member.
void dump_merged(G **list, size_t n) {
  if (n == 0) return;
  size_t size = (n + 1) * (sizeof(Entry) + sizeof(Entry *));
  Entry *e = map_scratch(size);
  Entry **first = (Entry **)(e + n + 1);
  for (size_t i = 0; i < n; i++) e[i] = (Entry){shape(list[i]), list[i]};
  qsort(e, n, sizeof *e, by_shape);
  size_t groups = 0;
  for (size_t i = 0; i < n; i++)
    if (i == 0 || e[i].hash != e[i - 1].hash) first[groups++] = &e[i];
  qsort(first, groups, sizeof *first, by_first);
  for (size_t i = 0; i < groups; i++) {
    size_t k = 1;
    while (first[i] + k < e + n && first[i][k].hash == first[i]->hash) k++;
    print_group(first[i], k);
  }
  munmap(e, size);
}

// Everybody but me and the runtime's own.
void dump_others(G *me) {
  size_t n = 0, k = 0;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) n++;
  G **all = map_scratch((n + 1) * sizeof *all);
  for (G *gp = gl_allgs; gp && k < n; gp = gp->alllink)
    if (g_is_other(gp, me)) all[k++] = gp;
  dump_merged(all, k);
  munmap(all, (n + 1) * sizeof *all);
}
