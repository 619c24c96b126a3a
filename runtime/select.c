// SPDX-License-Identifier: MIT
//
// select. All channels are locked in address order; if a case is ready, one
// is taken in random order; else a sudog is queued on each channel and the G
// parks. Who wakes it has done everything else (chan.c).
//
// Nothing is allocated for up to SMALL cases; for more, the orders lie on
// g0's stack, which is big enough for GL_SELECT_MAX.
#include "runtime.h"

#include <stdlib.h>

enum { SMALL = 8, SUDOGS_KEPT = 128, SUDOG_SLAB = 64 };

// --------------------------------------------------------------- sudog pool

static Lock poollock = {.rank = LOCK_SUDOG};
static Sudog *pool;

static void pool_fill(P *pp) {
  lock(&poollock);
  while (pool && pp->nsudogs < SUDOGS_KEPT / 2) {
    Sudog *sg = pool;
    pool = sg->waitlink;
    sg->waitlink = pp->sudogs;
    pp->sudogs = sg;
    pp->nsudogs++;
  }
  unlock(&poollock);
  if (pp->sudogs) return;
  Sudog *slab = calloc(SUDOG_SLAB, sizeof *slab);  // never freed, only reused
  if (!slab) fatal("runtime: out of memory");
  for (int i = 0; i < SUDOG_SLAB; i++) {
    slab[i].waitlink = pp->sudogs;
    pp->sudogs = &slab[i];
  }
  pp->nsudogs += SUDOG_SLAB;
}

Sudog *sudog_acquire(P *pp) {
  if (!pp->sudogs) pool_fill(pp);
  Sudog *sg = pp->sudogs;
  pp->sudogs = sg->waitlink;
  pp->nsudogs--;
  return sg;
}

void sudog_release(P *pp, Sudog *sg) {
  sg->elem = sg->c = NULL;
  sg->g = NULL;
  sg->waitlink = pp->sudogs;
  pp->sudogs = sg;
  if (++pp->nsudogs < SUDOGS_KEPT) return;
  lock(&poollock);
  while (pp->nsudogs > SUDOGS_KEPT / 2) {
    sg = pp->sudogs;
    pp->sudogs = sg->waitlink;
    pp->nsudogs--;
    sg->waitlink = pool;
    pool = sg;
  }
  unlock(&poollock);
}

// ------------------------------------------------------------------- orders

static void sift(GlScase *cs, uint16_t *o, int i, int n) {
  for (;;) {
    int k = 2 * i + 1;
    if (k >= n) return;
    if (k + 1 < n && cs[o[k]].chan < cs[o[k + 1]].chan) k++;
    if (cs[o[i]].chan >= cs[o[k]].chan) return;
    uint16_t t = o[i];
    o[i] = o[k];
    o[k] = t;
    i = k;
  }
}

// By heap, so that nothing is allocated and 65536 cases are no disaster.
static void sort_by_chan(GlScase *cs, uint16_t *o, int n) {
  for (int i = n / 2; i-- > 0;) sift(cs, o, i, n);
  for (int i = n; --i > 0;) {
    uint16_t t = o[0];
    o[0] = o[i];
    o[i] = t;
    sift(cs, o, 0, i);
  }
}

static int make_orders(GlScase *cs, int n, uint16_t *poll, uint16_t *lockord) {
  uint64_t *rng = &cur_p()->rng;
  int m = 0;
  for (int i = 0; i < n; i++) {
    if (!cs[i].chan) continue;
    uint32_t j = m ? rand_n(rng, (uint32_t)m + 1) : 0;
    poll[m] = poll[j];
    poll[j] = (uint16_t)i;
    lockord[m++] = (uint16_t)i;
  }
  sort_by_chan(cs, lockord, m);
  return m;
}

static void lock_all(GlScase *cs, const uint16_t *o, int n) {
  Hchan *last = NULL;
  for (int i = 0; i < n; i++) {
    Hchan *c = cs[o[i]].chan;
    if (c != last) chan_lock(c);
    last = c;
  }
}

static void unlock_all(GlScase *cs, const uint16_t *o, int n) {
  for (int i = n; i-- > 0;) {
    Hchan *c = cs[o[i]].chan;
    if (i == 0 || cs[o[i - 1]].chan != c) chan_unlock(c);
  }
}

// ----------------------------------------------------------------- selectgo

// Queue gp on every channel, all locked, and park. The last lock to be
// released belongs to the first channel in lock order: when any is released
// the G may be woken and run, and cases, which lies in its frame, be gone.
// So the channels are copied first.
static NORETURN void wait_all(G *gp, GlScase *cs, int nsends,
                              const uint16_t *o, int n) {
  Hchan **chans = __builtin_alloca((size_t)n * sizeof *chans);
  Sudog **link = &gp->waiting;
  int nchans = 0;
  atomic_store(&gp->selectdone, 0);
  for (int i = 0; i < n; i++) {
    GlScase *k = &cs[o[i]];
    Hchan *c = k->chan;
    Sudog *sg = i == 0 ? &gp->sudog : sudog_acquire(cur_p());
    sg->g = gp;
    sg->isselect = true;
    sg->elem = k->elem;
    sg->c = c;
    sg->icase = o[i];
    sg->waitlink = NULL;
    *link = sg;
    link = &sg->waitlink;
    sg->issend = o[i] < nsends;
    waitq_put(sg->issend ? &c->sendq : &c->recvq, sg);
    if (nchans == 0 || chans[nchans - 1] != c) chans[nchans++] = c;
  }
  gopark_prepare(gp, WAIT_SELECT);
  int64_t first = 0, when;
  for (int i = 0; i < nchans; i++)
    if (chans[i]->timer && timer_chan_adjust(chans[i], &when) &&
        (first == 0 || when < first))
      first = when;
  while (nchans > 0) chan_unlock(chans[--nchans]);
  if (first != 0) timer_wake_poller(first);
  schedule();
}

// Results: {case or -1, 1 communicated / 0 closed / 2 send on closed}.
static void select_on(G *gp, GlScase *cs, int nsends, int n, bool blocking,
                      uint16_t *poll, uint16_t *order) {
  // 1. orders
  int m = make_orders(cs, n, poll, order);
  if (m == 0 && blocking) gopark_unlock(gp, NULL, WAIT_SELECT_NO_CASES);
  lock_all(cs, order, m);
  // 2. is a case ready?
  for (int i = 0; i < m; i++) {
    int k = poll[i];
    Hchan *c = cs[k].chan;
    G *wake = NULL;
    bool send = k < nsends;
    int r = send ? chan_send_locked(c, cs[k].elem, &wake)
                 : chan_recv_locked(c, cs[k].elem, &wake);
    if (r == 0) continue;
    unlock_all(cs, order, m);
    if (wake) chan_wake(wake);
    gp->ret[0] = (uintptr_t)k;
    gp->ret[1] = r == 1 ? 1 : send ? 2 : 0;
    return;
  }
  // 3. none
  if (blocking) wait_all(gp, cs, nsends, order, m);
  unlock_all(cs, order, m);
  gp->ret[0] = (uintptr_t)-1;
  gp->ret[1] = 0;
}

void selectgo(G *gp, GlScase *cases, intptr_t nsends, intptr_t nrecvs,
              bool blocking) {
  int n = (int)(nsends + nrecvs);
  if (n <= SMALL) {
    uint16_t poll[SMALL], order[SMALL];
    select_on(gp, cases, (int)nsends, n, blocking, poll, order);
    return;
  }
  if (n > GL_SELECT_MAX) fatal("select: too many cases");
  uint16_t *poll = __builtin_alloca(2 * (size_t)n * sizeof *poll);
  select_on(gp, cases, (int)nsends, n, blocking, poll, poll + n);
}

// mcall: select {}.
void block(G *gp) { gopark_unlock(gp, NULL, WAIT_SELECT_NO_CASES); }
