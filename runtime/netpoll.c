// SPDX-License-Identifier: MIT
//
// Waiting for file descriptors. A PollDesc goes with a descriptor that the
// platform's poller watches, edge-triggered, from open to close. For each
// direction it holds at most one waiting G: package internal/poll lets only
// one in. pollio.c has the calls that are tried first. A platform supplies
// (see netpoll_epoll.c):
//
//   netpoll_os_init()          once
//   netpoll_os_open(fd, pd)    start to watch; 0 or errno
//   netpoll_os_close(fd)       stop
//   netpoll(delay)             the Gs that became ready, linked by schedlink
//   netpoll_break()            make a blocked netpoll return
//
// All of a PollDesc is under its lock. PollDescs are never freed, only
// reused: a late event of a closed descriptor at most makes its next user
// try a call in vain.
//
// Closing has two steps: gl_poll_evict makes all who wait or will wait see
// POLL_CLOSING; when they have gone internal/poll closes the descriptor and
// gives the PollDesc back by gl_poll_close.
#include "runtime.h"

#include <errno.h>
#include <stdlib.h>

static Lock poollock = {.rank = LOCK_POLL};
static PollDesc *pool;
static _Atomic bool inited;
static _Atomic int32_t waiters;

bool netpoll_inited(void) { return inited; }
bool netpoll_any_waiters(void) { return waiters > 0; }

void netpoll_init(void) {
  static Lock once;
  if (LIKELY(inited)) return;
  lock(&once);
  if (!inited) {
    netpoll_os_init();
    inited = true;
  }
  unlock(&once);
}

static PollDesc *pd_alloc(void) {
  lock(&poollock);
  PollDesc *pd = pool;
  if (pd) pool = pd->link;
  unlock(&poollock);
  // Uncollectable memory is scanned: timers in heaps point into it.
  if (!pd) pd = gc_uncollectable(sizeof *pd);
  return pd;
}

// ccall: {PollDesc or 0, errno}.
GlPair gl_poll_open(intptr_t fd) {
  netpoll_init();
  PollDesc *pd = pd_alloc();
  lock(&pd->lock);
  pd->fd = (int32_t)fd;
  pd->open = true;
  pd->drained = pd->marked = false;
  for (int i = 0; i < 2; i++) {
    pd->ready[i] = pd->expired[i] = false;
    pd->waiter[i] = NULL;
    pd->deadline[i] = 0;
  }
  unlock(&pd->lock);
  int err = netpoll_os_open((int)fd, pd);
  if (err == 0) return (GlPair){(uintptr_t)pd, 0};
  lock(&poollock);
  pd->open = false;
  pd->link = pool;
  pool = pd;
  unlock(&poollock);
  return (GlPair){0, (uintptr_t)err};
}

static G *take_waiter(PollDesc *pd, int mode) {
  G *gp = pd->waiter[mode];
  if (!gp) return NULL;
  pd->waiter[mode] = NULL;
  atomic_fetch_sub(&waiters, 1);
  return gp;
}

// ccall: wakes the waiters, which see POLL_CLOSING.
void gl_poll_evict(PollDesc *pd) {
  gl_timer_stop(&pd->timer[POLL_READ]);
  gl_timer_stop(&pd->timer[POLL_WRITE]);
  lock(&pd->lock);
  pd->open = false;
  G *r = take_waiter(pd, POLL_READ), *w = take_waiter(pd, POLL_WRITE);
  unlock(&pd->lock);
  if (r) r->ret[0] = (uintptr_t)POLL_CLOSING, goready(r);
  if (w) w->ret[0] = (uintptr_t)POLL_CLOSING, goready(w);
}

// ccall: the end of pd, which nobody uses any more.
void gl_poll_close(PollDesc *pd) {
  netpoll_os_close(pd->fd);
  lock(&poollock);
  pd->link = pool;
  pool = pd;
  unlock(&poollock);
}

// With pd->lock: 0, POLL_CLOSING or POLL_TIMEOUT.
static intptr_t poll_error(PollDesc *pd, int mode) {
  return !pd->open ? POLL_CLOSING : pd->expired[mode] ? POLL_TIMEOUT : 0;
}

// Before a call is tried: an edge that came before is of no interest.
intptr_t poll_prepare(PollDesc *pd, int mode) {
  lock(&pd->lock);
  intptr_t err = poll_error(pd, mode);
  pd->ready[mode] = false;
  if (mode == POLL_READ) pd->drained = false;
  unlock(&pd->lock);
  return err;
}

// With pd->lock: park gp until an edge comes; its mcall returns ret.
static NORETURN void park(G *gp, PollDesc *pd, int mode, int ret) {
  pd->waiter[mode] = gp;
  atomic_fetch_add(&waiters, 1);
  gp->ret[0] = (uintptr_t)ret;
  gopark_unlock(gp, &pd->lock, WAIT_IO);
}

// poll_prepare for a read of what a short read empties (pollio.c). The read
// before was a short one if pd->drained, so only after an edge there can be
// something: without one gp parks, and gets EAGAIN from its mcall. An edge
// since the poll_prepare of the read before counts, as what it told of may
// have come too late for that read. And the end of the stream or urgent data
// may be what stopped the read: their edge may be from long ago, and no other
// will come (marked).
intptr_t poll_prepare_read(G *gp, PollDesc *pd) {
  lock(&pd->lock);
  intptr_t err = poll_error(pd, POLL_READ);
  bool empty = pd->drained && !pd->ready[POLL_READ] && !pd->marked;
  pd->ready[POLL_READ] = pd->drained = false;
  if (empty && err == 0) {
    counter_inc(COUNT_UNTRIED);
    park(gp, pd, POLL_READ, -EAGAIN);
  }
  unlock(&pd->lock);
  return err;
}

// The call said EAGAIN: park gp until an edge comes, and then return EAGAIN
// from its mcall. Returns true if an edge came meanwhile: try again at once.
// Otherwise gp->ret[0] has an error.
bool poll_park(G *gp, PollDesc *pd, int mode) {
  lock(&pd->lock);
  intptr_t err = poll_error(pd, mode);
  if (err || pd->ready[mode]) {
    pd->ready[mode] = false;
    unlock(&pd->lock);
    gp->ret[0] = (uintptr_t)err;
    return err == 0;
  }
  park(gp, pd, mode, -EAGAIN);
}

// mcall: wait until mode is ready. 0, POLL_TIMEOUT or POLL_CLOSING.
void pollwait(G *gp, PollDesc *pd, intptr_t mode) {
  lock(&pd->lock);
  intptr_t err = poll_error(pd, (int)mode);
  if (mode == POLL_READ) pd->drained = false;
  if (err || pd->ready[mode]) {
    pd->ready[mode] = false;
    unlock(&pd->lock);
    gp->ret[0] = (uintptr_t)err;
    return;
  }
  park(gp, pd, (int)mode, 0);
}

// ccall: deadline in gl_nanotime's clock, 0 for none, in the past: at once.
void gl_poll_deadline(PollDesc *pd, intptr_t mode, int64_t when) {
  Timer *t = &pd->timer[mode];
  gl_timer_stop(t);
  lock(&pd->lock);
  pd->expired[mode] = when != 0 && when <= nanotime();
  pd->deadline[mode] = when;
  G *gp = pd->expired[mode] ? take_waiter(pd, (int)mode) : NULL;
  bool start = when != 0 && !pd->expired[mode] && pd->open;
  unlock(&pd->lock);
  if (gp) gp->ret[0] = (uintptr_t)POLL_TIMEOUT, goready(gp);
  if (!start) return;
  t->when = when;
  t->period = 0;
  t->kind = TIMER_DEADLINE;
  t->arg = pd;
  t->arg2 = (void *)mode;
  gl_timer_start(t);
}

// From timer.c, with that timer's lock.
void netpoll_deadline(Timer *t, G **wake) {
  PollDesc *pd = t->arg;
  int mode = (int)(intptr_t)t->arg2;
  lock(&pd->lock);
  if (pd->deadline[mode] == t->when) {
    pd->expired[mode] = true;
    G *gp = take_waiter(pd, mode);
    if (gp) {
      gp->ret[0] = (uintptr_t)POLL_TIMEOUT;
      gp->schedlink = NULL;
      *wake = gp;
    }
  }
  unlock(&pd->lock);
}

// From the platform's netpoll: an event came. Prepends the G it wakes. marks:
// the other end will send no more, or sent urgent data.
G *netpoll_ready_list(G *list, void *desc, int mode, bool marks) {
  PollDesc *pd = desc;
  lock(&pd->lock);
  pd->marked |= marks;
  G *gp = pd->open ? take_waiter(pd, mode) : NULL;
  if (!gp) pd->ready[mode] = pd->open;
  unlock(&pd->lock);
  if (!gp) return list;
  gp->schedlink = list;
  return gp;
}
