// SPDX-License-Identifier: MIT
//
// Finalizers. They are run by .gl code: a system goroutine of package runtime
// loops over finwait(), which returns records {fn, object, type}. Objects
// become finalizable in libgc; the records wait in a queue here. All runs on
// g0; finlock guards the queue.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
typedef struct Finalizer {
  void *fn, *obj, *type;
  size_t skip;  // obj need not be where libgc says it begins (malloc.c)
  struct Finalizer *next;
} Finalizer;

static Lock finlock;
static Finalizer *finq, *finqtail;
static G *_Atomic finwaiter;

static void GC_CALLBACK run_one(void *base, void *data) {
  Finalizer *f = data;
  f->obj = (char *)base + f->skip;
  lock(&finlock);
  f->next = NULL;
  if (finqtail) finqtail->next = f;
  else finq = f;
  finqtail = f;
  unlock(&finlock);
}

// fn NULL removes the finalizer.
void gl_setfinalizer(void *obj, void *fn, void *type) {
  char *base = GC_base(obj);
  if (!base) return;  // static data is never collected
  Finalizer *f = NULL;
  if (fn) {
    f = malloc_new(sizeof *f, false);
    f->fn = fn;
    f->type = type;
    f->skip = (size_t)((char *)obj - base);
  }
  // In order, as Go does: what an object refers to is finalized after it.
  GC_register_finalizer_ignore_self(base, fn ? run_one : NULL, f, NULL, NULL);
}

// mcall: the next record, or park until there is one.
void finwait(G *gp) {
  if (!gp->system) {
    gp->system = true;
    atomic_fetch_add(&gl_sched.nsysgs, 1);
  }
  if (GC_should_invoke_finalizers()) GC_invoke_finalizers();
  lock(&finlock);
  Finalizer *f = finq;
  if (!f) {
    finwaiter = gp;
    gopark_unlock(gp, &finlock, WAIT_FINALIZER);
  }
  finq = f->next;
  if (!finq) finqtail = NULL;
  unlock(&finlock);
  gp->ret[0] = (uintptr_t)f;
}

// Wake the finalizer goroutine if there is work for it; called by sysmon and
// by Ms that look for something to run. The woken G gets NULL and asks again.
void gc_wake_finalizer(void) {
  if (LIKELY(!atomic_load_explicit(&finwaiter, memory_order_relaxed)) ||
      !GC_should_invoke_finalizers())
    return;
  lock(&finlock);
  G *gp = finwaiter;
  finwaiter = NULL;
  unlock(&finlock);
  if (!gp) return;
  gp->ret[0] = 0;
  goready_list(gp);
}
