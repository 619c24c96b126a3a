// SPDX-License-Identifier: MIT
//
// Semaphores and notification lists: what package sync sleeps on. A semaphore
// is a count anywhere in memory; the Gs waiting for it queue in a table keyed
// by its address. sema_release hands a unit directly to the first waiter, so
// a woken G has acquired and never has to try again.
//
// The table has a fixed number of roots with a lock each, and a root has its
// addresses in lists, each with its queue. A root has more lists as it gets
// more addresses, so that finding one takes constant time also where a million
// Gs wait for as many mutexes. nwait is read without the lock: an acquirer
// raises it before it looks at the count for the last time, a releaser raises
// the count before it looks at nwait, both sequentially consistent, so one sees
// the other.
//
// notifyList gives tickets: Cond.Wait takes one before it unlocks its mutex,
// and a signal in between is remembered by the number.
#include "runtime.h"

#include <stdlib.h>

enum { ROOTS = 251, LIST_MAX = 4 };

// Waiters of one address, threaded through the first waiter's sudog:
//   list -> first(addr a) -next-> first(addr b) ...
// with each address's queue by waitlink.
typedef struct Root {
  Lock lock;
  _Atomic uint32_t nwait;
  Sudog *one;      // the only list, while lists is NULL
  Sudog **lists;   // 1 << bits of them
  uint32_t bits;
  uint32_t addrs;  // in the lists
} Root;
static struct {
  _Alignas(64) Root r;
} table[ROOTS];

void sema_table(uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)table;
  *hi = (uintptr_t)(table + ROOTS);
}

static Root *root_of(void *addr) {
  return &table[((uintptr_t)addr >> 3) % ROOTS].r;
}

static bool can_acquire(_Atomic uint32_t *addr) {
  uint32_t v = atomic_load(addr);
  while (v != 0)
    if (atomic_compare_exchange_weak(addr, &v, v - 1)) return true;
  return false;
}

// The list that addr is in, by the upper bits of a product (Knuth, volume 3,
// section 6.4).
static Sudog **list_of(Root *r, const void *addr) {
  if (!r->lists) return &r->one;
  uint64_t h = (uint64_t)(uintptr_t)addr * UINT64_C(0x9E3779B97F4A7C15);
  return &r->lists[h >> (64 - r->bits)];
}

static Sudog *find(Root *r, void *addr) {
  Sudog *sg = *list_of(r, addr);
  while (sg && sg->c != addr) sg = sg->next;
  return sg;
}

// sg becomes the representative of its address in old's place (or new).
static void link_head(Root *r, Sudog *sg, Sudog *old) {
  Sudog **list = list_of(r, sg->c);
  sg->prev = old ? old->prev : NULL;
  sg->next = old ? old->next : *list;
  if (sg->prev) sg->prev->next = sg;
  else *list = sg;
  if (sg->next) sg->next->prev = sg;
}

// Four times the lists; without memory for them the old ones get longer.
static void grow(Root *r) {
  uint32_t bits = r->bits + 2, n = r->lists ? 1u << r->bits : 1;
  Sudog **old = r->lists ? r->lists : &r->one;
  Sudog **lists = calloc((size_t)1 << bits, sizeof *lists);
  if (!lists) return;
  Sudog *all = NULL;
  for (uint32_t i = 0; i < n; i++) {
    for (Sudog *sg = old[i], *next; sg; sg = next) {
      next = sg->next;
      sg->next = all;
      all = sg;
    }
  }
  free(r->lists);
  r->one = NULL;
  r->lists = lists;
  r->bits = bits;
  for (Sudog *next; all; all = next) {
    next = all->next;
    link_head(r, all, NULL);
  }
}

static void link_new(Root *r, Sudog *sg) {
  link_head(r, sg, NULL);
  if (++r->addrs >> r->bits > LIST_MAX) grow(r);
}

static void unlink_head(Root *r, Sudog *sg) {
  if (sg->prev) sg->prev->next = sg->next;
  else *list_of(r, sg->c) = sg->next;
  if (sg->next) sg->next->prev = sg->prev;
  sg->next = sg->prev = NULL;
  if (--r->addrs > 0 || !r->lists) return;
  free(r->lists);
  r->lists = NULL;
  r->bits = 0;
}

// The last of a queue is kept in its first sudog's elem.
static void enqueue(Root *r, Sudog *sg, bool lifo) {
  Sudog *first = find(r, sg->c);
  sg->waitlink = NULL;
  if (!first) {
    sg->elem = sg;
    link_new(r, sg);
  } else if (lifo) {
    sg->elem = first->elem;
    sg->waitlink = first;
    link_head(r, sg, first);
    first->next = first->prev = NULL;
    first->elem = NULL;
  } else {
    ((Sudog *)first->elem)->waitlink = sg;
    first->elem = sg;
    sg->elem = NULL;
  }
}

static Sudog *dequeue(Root *r, void *addr) {
  Sudog *sg = find(r, addr);
  if (!sg) return NULL;
  Sudog *next = sg->waitlink;
  if (next) {
    next->elem = sg->elem;
    link_head(r, next, sg);
  } else {
    unlink_head(r, sg);
  }
  sg->waitlink = NULL;
  sg->elem = NULL;
  sg->next = sg->prev = NULL;
  return sg;
}

static int reason_of(intptr_t reason) {
  static const uint8_t map[] = {
      WAIT_SEMACQUIRE, WAIT_SYNC_MUTEX_LOCK, WAIT_SYNC_RWMUTEX_RLOCK,
      WAIT_SYNC_RWMUTEX_LOCK, WAIT_SYNC_WAITGROUP_WAIT};
  return reason >= 0 && reason < (intptr_t)sizeof map ? map[reason]
                                                      : WAIT_SEMACQUIRE;
}

void semacquire(G *gp, _Atomic uint32_t *addr, bool lifo, intptr_t reason) {
  if (can_acquire(addr)) return;
  Root *r = root_of(addr);
  lock(&r->lock);
  atomic_fetch_add(&r->nwait, 1);
  if (can_acquire(addr)) {
    atomic_fetch_sub(&r->nwait, 1);
    unlock(&r->lock);
    return;
  }
  Sudog *sg = &gp->sudog;
  sg->c = (void *)addr;
  sg->isselect = false;
  gp->waiting = sg;  // keeps the memory of addr from being reused
  enqueue(r, sg, lifo);
  gopark_unlock(gp, &r->lock, reason_of(reason));
}

// handoff: the waiter runs at once, in the caller's time slice.
void semrelease(G *gp, _Atomic uint32_t *addr, bool handoff) {
  Root *r = root_of(addr);
  atomic_fetch_add(addr, 1);
  if (atomic_load(&r->nwait) == 0) return;
  lock(&r->lock);
  Sudog *sg = NULL;
  if (find(r, (void *)addr) && can_acquire(addr)) {
    sg = dequeue(r, (void *)addr);
    atomic_fetch_sub(&r->nwait, 1);
  }
  unlock(&r->lock);
  if (!sg) return;
  sg->g->waiting = NULL;
  if (UNLIKELY(gl_mutexrate != 0)) profile_contention(gp, sg->g);
  goready(sg->g);
  if (!handoff) return;
  event(EVENT_STOP, gp, true);
  dropg(gl_tls_m);
  atomic_store(&gp->status, Grunnable);
  runqput(cur_p(), gp, false);
  schedule();
}

// -------------------------------------------------------------- notifyList

typedef struct NotifyList {
  _Atomic uint32_t wait;    // ticket of the next waiter
  _Atomic uint32_t notify;  // ticket of the next to be woken; lock
  _Atomic uint32_t lockword;
  uint32_t pad;
  Sudog *head, *tail;       // lock
  uintptr_t spare;
} NotifyList;

// The lock lives in user memory: a Lock of rank 0.
static void nl_lock(NotifyList *l) {
  Lock *k = (Lock *)&l->lockword;
  lock(k);
}
static void nl_unlock(NotifyList *l) { unlock((Lock *)&l->lockword); }

static bool before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

uint32_t gl_notifylistadd(NotifyList *l) {
  return atomic_fetch_add(&l->wait, 1);
}

void notifylistwait(G *gp, NotifyList *l, uint32_t ticket) {
  nl_lock(l);
  if (before(ticket, l->notify)) {
    nl_unlock(l);
    return;
  }
  Sudog *sg = &gp->sudog;
  sg->ticket = ticket;
  sg->isselect = false;
  sg->next = NULL;
  sg->waitlink = NULL;
  sg->elem = NULL;
  sg->c = l;  // the G's stack may hold the only other reference
  gp->waiting = sg;
  if (l->tail) l->tail->next = sg;
  else l->head = sg;
  l->tail = sg;
  gopark_unlock(gp, (Lock *)&l->lockword, WAIT_SYNC_COND_WAIT);
}

static G *awake(Sudog *sg) {
  G *gp = sg->g;
  sg->next = NULL;
  gp->waiting = NULL;
  return gp;
}

void gl_notifylistall(NotifyList *l) {
  if (l->wait == l->notify) return;
  nl_lock(l);
  Sudog *sg = l->head;
  l->head = l->tail = NULL;
  l->notify = l->wait;
  nl_unlock(l);
  for (bool first = true; sg; first = false) {
    Sudog *next = sg->next;
    G *gp = awake(sg);
    if (first) goready(gp);
    else goready_behind(gp);
    sg = next;
  }
}

void gl_notifylistone(NotifyList *l) {
  if (l->wait == l->notify) return;
  nl_lock(l);
  uint32_t t = l->notify;
  Sudog *found = NULL;
  if (t != l->wait) {
    l->notify = t + 1;
    for (Sudog *p = NULL, *sg = l->head; sg; p = sg, sg = sg->next) {
      if (sg->ticket != t) continue;
      if (p) p->next = sg->next;
      else l->head = sg->next;
      if (l->tail == sg) l->tail = p;
      found = sg;
      break;
    }
  }
  nl_unlock(l);
  if (found) goready(awake(found));
}

// ------------------------------------------------------------------- pools

// The head of a sync.Pool.
typedef struct Pool {
  struct Pool *next;
  void *shelves, *victims;
  _Atomic uint32_t registered;
} Pool;
static Pool *_Atomic pools;  // those that hold something

// ccall: p has set registered. The list is a root of the collector.
void gl_poolregister(Pool *p) {
  Pool *head = pools;
  do p->next = head;
  while (!atomic_compare_exchange_weak(&pools, &head, p));
}

intptr_t gl_procid(void) { return cur_p()->id; }
intptr_t gl_procs(void) { return gl_gomaxprocs; }

// World stopped for a collection: what was not taken since the last one goes.
// A G may be in the middle of any operation of a pool; it then works on
// shelves that have become victims, or are forgotten.
void pools_clear(void) {
  Pool *p = pools, *kept = NULL;
  while (p) {
    Pool *next = p->next;
    p->victims = p->shelves;
    p->shelves = NULL;
    if (p->victims) {
      p->next = kept;
      kept = p;
    } else {
      p->next = NULL;
      atomic_store(&p->registered, 0);
    }
    p = next;
  }
  pools = kept;
}
