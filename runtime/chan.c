// SPDX-License-Identifier: MIT
//
// Channels.
//
//   Hchan | buf[bufsize] of elements (those not all pointers: apart)
//
// Invariants, under c->lock: at least one of recvq and sendq is empty (but
// for a select that both sends and receives on c); if elements are buffered,
// recvq is empty; if the buffer has room, sendq is empty.
//
// A G that must wait queues a Sudog and parks. Whoever serves it copies the
// element directly from or to its stack, which cannot move, stores its
// results in g->ret, and readies it: the woken G has nothing left to do. For
// a G in select the server first wins g->selectdone, and after it has
// released c->lock takes the G's other sudogs out of their channels
// (chan_release), each under its own lock; only then is the G readied.
//
// qcount and dataqsiz are what len and cap read; for timer channels they stay
// 0, and the one buffered time is in bufcount.
//
// All functions run on g0; those with a G parameter by mcall. The operations
// that need not wait nor wake have a short cut on the G's own stack, in
// chan_amd64.S; it does exactly what is done here.
#include "runtime.h"

#include <string.h>

// ------------------------------------------------------------- wait queues

// Non-blocking forms look at first without the lock.
static void set_first(Waitq *q, Sudog *sg) {
  __atomic_store_n(&q->first, sg, __ATOMIC_RELAXED);
}

void waitq_put(Waitq *q, Sudog *sg) {
  sg->next = NULL;
  sg->prev = q->last;
  if (q->last) q->last->next = sg;
  else set_first(q, sg);
  q->last = sg;
}

// Take sg out if it is in q: a sudog in no queue has no neighbours and is
// not first.
void waitq_remove(Waitq *q, Sudog *sg) {
  if (!sg->prev && q->first != sg) return;
  if (sg->prev) sg->prev->next = sg->next;
  else set_first(q, sg->next);
  if (sg->next) sg->next->prev = sg->prev;
  else q->last = sg->prev;
  sg->next = sg->prev = NULL;
}

// The first waiter we may serve: one in select may be taken by another case.
Sudog *waitq_get(Waitq *q) {
  for (;;) {
    Sudog *sg = q->first;
    if (!sg) return NULL;
    set_first(q, sg->next);
    if (sg->next) sg->next->prev = NULL;
    else q->last = NULL;
    sg->next = sg->prev = NULL;
    if (!sg->isselect) return sg;
    uint32_t zero = 0;
    if (atomic_compare_exchange_strong(&sg->g->selectdone, &zero, 1))
      return sg;
  }
}

// Results of the woken G. ok: 1 communicated, 0 closed, 2 closed under a
// send, in select's words.
static G *served(Sudog *sg, uintptr_t ok) {
  G *gp = sg->g;
  if (sg->isselect) {
    gp->ret[0] = sg->icase;
    gp->ret[1] = ok;
  } else {
    gp->ret[0] = ok;
  }
  gp->schedlink = NULL;
  return gp;
}

// Without locks: gp was served; take back what it still has queued.
void chan_release(G *gp) {
  Sudog *sg = gp->waiting;
  gp->waiting = NULL;
  if (!sg->isselect) return;
  while (sg) {
    Sudog *next = sg->waitlink;
    Hchan *c = sg->c;
    chan_lock(c);
    waitq_remove(sg->issend ? &c->sendq : &c->recvq, sg);
    int64_t when;
    if (UNLIKELY(c->timer != NULL)) timer_chan_adjust(c, &when);
    chan_unlock(c);
    sg->isselect = false;
    if (sg != &gp->sudog) sudog_release(cur_p(), sg);
    sg = next;
  }
}

void chan_wake(G *gp) {
  chan_release(gp);
  goready(gp);
}

// ------------------------------------------------------------------- buffer

static uint8_t *slot(Hchan *c, uintptr_t i) { return c->buf + i * c->elemsize; }

static void set_count(Hchan *c, uintptr_t n) {
  __atomic_store_n(&c->bufcount, n, __ATOMIC_RELAXED);
  if (!c->istimer)
    __atomic_store_n(&c->qcount, n, __ATOMIC_RELAXED);
}

static void copy(void *to, const void *from, size_t n) {
  if (n == 8) memcpy(to, from, 8);
  else if (n != 0) memcpy(to, from, n);
}

static void buf_put(Hchan *c, const void *elem) {
  copy(slot(c, c->sendx), elem, c->elemsize);
  if (++c->sendx == c->bufsize) c->sendx = 0;
  set_count(c, c->bufcount + 1);
}

static void buf_get(Hchan *c, void *elem) {
  uint8_t *s = slot(c, c->recvx);
  if (elem) copy(elem, s, c->elemsize);
  if (c->elemtype->ptrdata != 0) memset(s, 0, c->elemsize);
  if (++c->recvx == c->bufsize) c->recvx = 0;
  set_count(c, c->bufcount - 1);
}

Hchan *makechan(const GlType *t, intptr_t size) {
  const GlType *et = ((const GlChanType *)t)->elem;
  if (size < 0) return NULL;
  uintptr_t bytes;
  if (__builtin_mul_overflow((uintptr_t)size, et->size, &bytes) ||
      bytes > (UINT64_C(1) << 47))
    return NULL;
  bool inside = bytes == 0 || (et->ptrdata == et->size && et->size == 8);
  Hchan *c = malloc_new(sizeof *c + (inside ? bytes : 0), false);
  c->buf = inside ? (uint8_t *)(c + 1) : malloc_array(et, bytes);
  c->elemsize = (uint32_t)et->size;
  c->elemtype = et;
  c->dataqsiz = c->bufsize = (uintptr_t)size;
  c->words = size > 0 && et->size == 8 ? (inside ? 1 : 2) : 0;
  return c;
}

// -------------------------------------------------- the operations, locked
//
// Return 0 would block, 1 done, 2 closed. *wake is a G to pass to chan_wake
// after the lock is released.

int chan_send_locked(Hchan *c, void *elem, G **wake) {
  if (UNLIKELY(c->closed)) return 2;
  Sudog *sg = waitq_get(&c->recvq);
  if (sg) {
    if (sg->elem) copy(sg->elem, elem, c->elemsize);
    *wake = served(sg, 1);
    return 1;
  }
  if (c->bufcount < c->bufsize) {
    buf_put(c, elem);
    return 1;
  }
  return 0;
}

int chan_recv_locked(Hchan *c, void *elem, G **wake) {
  if (UNLIKELY(c->timer != NULL)) timer_chan_poll(c);
  if (c->bufcount > 0) {
    buf_get(c, elem);
    Sudog *sg = waitq_get(&c->sendq);
    if (sg) {
      buf_put(c, sg->elem);
      *wake = served(sg, sg->isselect ? 1 : GL_CHAN_OK);
    }
    return 1;
  }
  if (UNLIKELY(c->closed)) {
    if (elem) memset(elem, 0, c->elemsize);
    return 2;
  }
  Sudog *sg = waitq_get(&c->sendq);
  if (!sg) return 0;
  if (elem) copy(elem, sg->elem, c->elemsize);
  *wake = served(sg, sg->isselect ? 1 : GL_CHAN_OK);
  return 1;
}

static Sudog *enqueue(G *gp, Hchan *c, Waitq *q, void *elem) {
  Sudog *sg = &gp->sudog;
  sg->elem = elem;
  sg->c = c;
  sg->isselect = false;
  sg->waitlink = NULL;
  gp->waiting = sg;
  waitq_put(q, sg);
  return sg;
}

// ------------------------------------------------------ entry points (mcall)

void chansend(G *gp, Hchan *c, void *elem) {
  if (UNLIKELY(!c)) gopark_unlock(gp, NULL, WAIT_CHAN_SEND_NIL);
  G *wake = NULL;
  chan_lock(c);
  int r = chan_send_locked(c, elem, &wake);
  if (r != 0) {
    chan_unlock(c);
    if (wake) chan_wake(wake);
    gp->ret[0] = r == 1 ? GL_CHAN_OK : GL_CHAN_SEND_CLOSED;
    return;
  }
  enqueue(gp, c, &c->sendq, elem);
  gopark_chan(gp, c, WAIT_CHAN_SEND);
}

void chanrecv(G *gp, Hchan *c, void *elem) {
  if (UNLIKELY(!c)) gopark_unlock(gp, NULL, WAIT_CHAN_RECEIVE_NIL);
  G *wake = NULL;
  chan_lock(c);
  int r = chan_recv_locked(c, elem, &wake);
  if (r != 0) {
    chan_unlock(c);
    if (wake) chan_wake(wake);
    gp->ret[0] = r == 1;
    return;
  }
  enqueue(gp, c, &c->recvq, elem);
  gopark_prepare(gp, WAIT_CHAN_RECEIVE);
  int64_t when;
  bool first = c->timer && timer_chan_adjust(c, &when);
  chan_unlock(c);
  if (UNLIKELY(first)) timer_wake_poller(when);
  schedule();
}

void closechan(G *gp, Hchan *c) {
  if (!c) {
    gp->ret[0] = GL_CHAN_CLOSE_NIL;
    return;
  }
  chan_lock(c);
  if (c->closed) {
    chan_unlock(c);
    gp->ret[0] = GL_CHAN_CLOSE_CLOSED;
    return;
  }
  __atomic_store_n(&c->closed, true, __ATOMIC_RELEASE);
  G *list = NULL, **tail = &list;
  for (Sudog *sg; (sg = waitq_get(&c->recvq));) {
    if (sg->elem) memset(sg->elem, 0, c->elemsize);
    *tail = served(sg, 0);
    tail = &(*tail)->schedlink;
  }
  for (Sudog *sg; (sg = waitq_get(&c->sendq));) {
    *tail = served(sg, sg->isselect ? 2 : GL_CHAN_SEND_CLOSED);
    tail = &(*tail)->schedlink;
  }
  chan_unlock(c);
  for (bool first = true; list; first = false) {
    G *next = list->schedlink;
    chan_release(list);
    if (first) goready(list);
    else goready_behind(list);
    list = next;
  }
  gp->ret[0] = GL_CHAN_OK;
}

// ------------------------------------------------------------- non-blocking

int chan_trysend(Hchan *c, void *elem) {
  if (!c) return 0;
  // Full and open at one instant: not closed now, so it was not before.
  if (!__atomic_load_n(&c->closed, __ATOMIC_ACQUIRE) &&
      (c->bufsize == 0 ? !__atomic_load_n(&c->recvq.first, __ATOMIC_RELAXED)
                       : __atomic_load_n(&c->bufcount, __ATOMIC_RELAXED) ==
                             c->bufsize))
    return 0;
  G *wake = NULL;
  chan_lock(c);
  int r = chan_send_locked(c, elem, &wake);
  chan_unlock(c);
  if (wake) chan_wake(wake);
  return r;
}

int chan_tryrecv(Hchan *c, void *elem) {
  if (!c) return 0;
  bool empty;
  if (c->istimer) empty = false;  // a time may be due that is not in it yet
  else if (c->bufsize == 0)
    empty = !__atomic_load_n(&c->sendq.first, __ATOMIC_ACQUIRE);
  else
    empty = __atomic_load_n(&c->bufcount, __ATOMIC_ACQUIRE) == 0;
  if (empty && !__atomic_load_n(&c->closed, __ATOMIC_ACQUIRE)) return 0;
  G *wake = NULL;
  chan_lock(c);
  int r = chan_recv_locked(c, elem, &wake);
  chan_unlock(c);
  if (wake) chan_wake(wake);
  return r;
}

void selectnbsend(G *gp, Hchan *c, void *elem) {
  gp->ret[0] = (uintptr_t)chan_trysend(c, elem);
}

void selectnbrecv(G *gp, Hchan *c, void *elem) {
  gp->ret[0] = (uintptr_t)chan_tryrecv(c, elem);
}

// A stopped timer takes back the time it sent.
void chan_drain_locked(Hchan *c) {
  while (c->bufcount > 0) buf_get(c, NULL);
}
