// SPDX-License-Identifier: MIT
//
// What happens when objects become unreachable: finalizers, cleanups and weak
// pointers. Finalizers and cleanups are run by .gl code: a system goroutine of
// package runtime loops over finwait(), which returns records.
//
//   finalizer  libgc's, one per object, in order: what an object refers to is
//              finalized after it, and a cycle never. The object lives on.
//   cleanup    any number per object, without the object. Each record holds a
//              long link to it, a word that the collector does not follow and
//              that libgc clears when the object is gone for good, after its
//              finalizer. The records are looked through once per collection.
//   weak       one handle per address, of a kind without pointers, whose only
//              word libgc clears when the object becomes unreachable, before
//              a finalizer may bring it back. The handles are in a table, so
//              that equal pointers have equal weak pointers.
//
// Before libgc enlarges one of its tables, it collects in the hope of emptying
// it, which would mean a collection for every few thousand finalizers however
// much pacer.c still allows: not so while collections are disabled.
//
// All runs on g0. finlock guards the records and the table and is taken before
// libgc's lock; qlock guards the queue, and nothing is done under it.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <string.h>

typedef struct Finalizer {
  void *fn, *obj, *type;  // obj and type NULL: fn is a func()
  struct Finalizer *next;
} Finalizer;

// The collector follows the first three words only.
typedef struct CleanupRec {
  void *fn;              // func(); NULL: stopped
  struct CleanupRec *next;
  void *unused;
  void *link;            // the object, until it is gone
} CleanupRec;
enum { CLEANUP_BITS = 7 };

static Lock finlock, qlock;
static Finalizer *finq, *finqtail;
static G *_Atomic finwaiter;
static CleanupRec *_Atomic cleanups;
static uint64_t cleanups_gc;  // collection after which they were looked through

static void enqueue(Finalizer *f) {
  f->next = NULL;
  lock(&qlock);
  if (finqtail) finqtail->next = f;
  else finq = f;
  finqtail = f;
  unlock(&qlock);
}

static Finalizer *dequeue(void) {
  lock(&qlock);
  Finalizer *f = finq;
  if (f) finq = f->next;
  if (f) f->next = NULL;  // or a stale pointer to it keeps all that follow
  if (!finq) finqtail = NULL;
  unlock(&qlock);
  return f;
}

// -------------------------------------------------------------- finalizers

static void GC_CALLBACK run_one(void *obj, void *data) {
  Finalizer *f = data;
  f->obj = (char *)obj + (uintptr_t)f->obj;
  enqueue(f);
}

// After each collection that pacer.c makes, before the next: libgc's own list
// would put the later ones first.
void mfinal_drain(void) {
  if (GC_should_invoke_finalizers()) GC_invoke_finalizers();
}

// Visits the finalizers that are due, for a heap dump.
void mfinal_each(void (*visit)(const void *obj, void *const *fn,
                               const void *type)) {
  lock(&qlock);
  for (Finalizer *f = finq; f; f = f->next) visit(f->obj, f->fn, f->type);
  unlock(&qlock);
}

extern char __executable_start[], _end[];

// Static data, and the address all objects without size share.
static bool is_static(void *p) {
  return (char *)p >= __executable_start && (char *)p < _end;
}

enum { OK, ALREADY_SET, INNER, NO_BLOCK };

// fn NULL removes the finalizer. inner: obj may lie inside of an allocation.
intptr_t gl_setfinalizer(void *obj, void *fn, void *type, intptr_t inner) {
  char *base = GC_base(obj);
  if (!base) return is_static(obj) ? OK : NO_BLOCK;
  // malloc.c lets large pointer-free objects begin a few lines later.
  bool staggered = (char *)obj - base < 4096 && (uintptr_t)obj % 64 == 0 &&
                   GC_size(base) > 2048;
  if (obj != base && !inner && !staggered) return INNER;
  Finalizer *f = NULL;
  if (fn) {
    f = malloc_new(sizeof *f, false);
    f->fn = fn;
    f->type = type;
    f->obj = (void *)((char *)obj - base);  // until it is due
  }
  GC_finalization_proc had = NULL;
  void *data = NULL;
  GC_disable();
  GC_register_finalizer_ignore_self(base, fn ? run_one : NULL, f, &had, &data);
  GC_enable();
  if (!fn || !had) return OK;
  GC_register_finalizer_ignore_self(base, had, data, NULL, NULL);
  return ALREADY_SET;
}

// ---------------------------------------------------------------- cleanups

// May a cleanup fn(arg) belong to obj? arg is NULL if it is no pointer.
// 0 yes, 1 obj is static, 2 in no block, 3 arg points into it, 4 fn does.
intptr_t gl_cleanup_check(void *obj, void *arg, void **fn) {
  char *base = GC_base(obj);
  if (!base) return is_static(obj) ? 1 : 2;
  char *end = base + GC_size(base);
  if ((char *)arg >= base && (char *)arg < end) return 3;
  if (GC_base(fn) != fn) return 0;  // a plain function
  for (size_t i = 0; i < GC_size(fn) / 8; i++)
    if ((char *)fn[i] >= base && (char *)fn[i] < end) return 4;
  return 0;
}

void *gl_addcleanup(void *obj, void *fn) {
  CleanupRec *r = malloc_few(sizeof *r, CLEANUP_BITS);
  r->fn = fn;
  r->link = obj;
  GC_disable();
  GC_register_long_link(&r->link, GC_base(obj));
  GC_enable();
  lock(&finlock);
  r->next = cleanups;
  cleanups = r;
  unlock(&finlock);
  return r;
}

void gl_stopcleanup(CleanupRec *r) {
  lock(&finlock);
  GC_unregister_long_link(&r->link);
  r->fn = NULL;
  r->link = NULL;
  unlock(&finlock);
}

// With libgc's lock, so that no collection is under way: unlinks the records
// whose objects are gone, and returns them.
static void *GC_CALLBACK take_gone(void *arg) {
  (void)arg;
  CleanupRec *gone = NULL, *kept = NULL, *next;
  for (CleanupRec *r = cleanups; r; r = next) {
    next = r->next;
    CleanupRec **to = r->link ? &kept : &gone;
    r->next = *to;
    *to = r;
  }
  cleanups = kept;
  cleanups_gc = GC_get_gc_no();
  return gone;
}

static bool cleanups_due(void) {
  return cleanups && cleanups_gc != GC_get_gc_no();
}

// With finlock.
static void enqueue_cleanups(void) {
  CleanupRec *r = GC_call_with_alloc_lock(take_gone, NULL);
  for (; r; r = r->next) {
    if (!r->fn) continue;
    Finalizer *f = malloc_new(sizeof *f, false);
    f->fn = r->fn;
    enqueue(f);
  }
}

// --------------------------------------------------------- the goroutine

// mcall: the next record, or park until there is one.
void finwait(G *gp) {
  if (!gp->system) {
    gp->system = true;
    atomic_fetch_add(&gl_sched.nsysgs, 1);
  }
  mfinal_drain();
  lock(&finlock);
  if (cleanups_due()) enqueue_cleanups();
  Finalizer *f = dequeue();
  if (!f) {
    finwaiter = gp;
    gopark_unlock(gp, &finlock, WAIT_FINALIZER);
  }
  unlock(&finlock);
  gp->ret[0] = (uintptr_t)f;
}

// Wake the finalizer goroutine if there is work for it; called by sysmon and
// by Ms that look for something to run. The woken G gets NULL and asks again.
void gc_wake_finalizer(void) {
  if (LIKELY(!atomic_load_explicit(&finwaiter, memory_order_relaxed)) ||
      (!finq && !GC_should_invoke_finalizers() && !cleanups_due()))
    return;
  lock(&finlock);
  G *gp = finwaiter;
  finwaiter = NULL;
  unlock(&finlock);
  if (!gp) return;
  gp->ret[0] = 0;
  goready_list(gp);
}

// ------------------------------------------------------------ weak pointers

// An open hash table. key is the complement of the address, which keeps
// nothing alive; an entry whose handle is empty is free for reuse.
typedef struct WeakEntry {
  uintptr_t key;
  void **handle;
} WeakEntry;
static struct {
  WeakEntry *at;         // uncollectable memory: holds the handles
  size_t size, used;     // a power of two; slots ever filled
} weak;

static size_t weak_hash(uintptr_t key, size_t size) {
  return key * 0x9e3779b97f4a7c15 >> 20 & (size - 1);
}

static void weak_insert(WeakEntry *at, size_t size, WeakEntry e) {
  size_t i = weak_hash(e.key, size);
  while (at[i].handle) i = (i + 1) & (size - 1);
  at[i] = e;
}

// Twice the size if it is not just full of dead entries.
static void weak_grow(void) {
  size_t alive = 0;
  for (size_t i = 0; i < weak.size; i++)
    alive += weak.at[i].handle && *weak.at[i].handle;
  size_t size = 64;
  while (size < alive * 4) size *= 2;
  WeakEntry *at = gc_uncollectable(size * sizeof *at);
  for (size_t i = 0; i < weak.size; i++)
    if (weak.at[i].handle && *weak.at[i].handle)
      weak_insert(at, size, weak.at[i]);
  if (weak.at) gc_uncollectable_free(weak.at);
  weak.at = at;
  weak.size = size;
  weak.used = alive;
}

static void **weak_new(void *p) {
  void **handle = malloc_new(sizeof *handle, true);
  *handle = p;
  void *base = GC_base(p);
  GC_disable();
  if (base) GC_general_register_disappearing_link(handle, base);
  GC_enable();
  return handle;
}

// The handle of p, which the caller holds.
void **gl_weak_handle(void *p) {
  lock(&finlock);
  if (weak.used * 2 >= weak.size) weak_grow();
  uintptr_t key = ~(uintptr_t)p;
  size_t i = weak_hash(key, weak.size);
  for (; weak.at[i].handle; i = (i + 1) & (weak.size - 1))
    if (weak.at[i].key == key) break;
  void **h = weak.at[i].handle;
  if (!h || !*h) {
    weak.used += !h;
    h = weak_new(p);
    weak.at[i] = (WeakEntry){key, h};
  }
  unlock(&finlock);
  return h;
}

// With libgc's lock: between finding an object dead and clearing its handle
// nobody may look.
static void *GC_CALLBACK reveal(void *handle) { return *(void **)handle; }

void *gl_weak_value(void **handle) {
  return GC_call_with_alloc_lock(reveal, handle);
}
