// SPDX-License-Identifier: MIT
//
// The scheduler: Gs (goroutines) run on Ms (threads) that hold Ps
// (processors). A P owns a queue of runnable Gs; an M without a P may only
// block in the kernel or sleep.
//
// Parking and readying. An mcall'ed C function parks its G by
// gopark_unlock(): the G is marked waiting before the lock under which it was
// queued is released, so whoever takes that lock next may ready it, and since
// the G's registers are already saved it may run at once on another M.
//
// Waking Ms. Whoever makes a G runnable calls wakep(): it starts an M that
// spins (looks for work without having any) unless one spins already. A
// spinning M that finds work wakes the next before it runs it; an M that gives
// up its P looks once more over all queues after it has said so. The submitter
// stores the G, then reads npidle and nmspinning; the M raises the one and
// lowers the other, then reads the queues: both with sequential consistency,
// so one sees the other. Rejected: a central queue (no locality, one lock),
// and handing a P over at every ready (thrashes between Ms), as Go found
// before us.
//
// All functions run on g0. schedule() and what ends in it never return.
#include "runtime.h"

struct Sched gl_sched;
P *gl_allp[MAX_PROCS];
int32_t gl_gomaxprocs, gl_ncpu;
_Atomic(G *) gl_allgs;
M *_Atomic gl_allms;
M gl_m0;
_Thread_local G *gl_tls_g;
_Thread_local M *gl_tls_m;

// An M that waits for a timer sleeps at least so long (ns): to wake up costs
// more than what many timers have to do, which then come due together. Where
// one is overdue, an M that spins is on its way to it.
static const int64_t TIMER_GRAIN = 100000;

enum { GOID_BATCH = 16, GLOBAL_EVERY = 61 };


// ------------------------------------------------------------ global queue

// With sched.lock.
void globrunqput_locked(G *gp) {
  gqueue_put(&gl_sched.runq, gp);
  atomic_fetch_add(&gl_sched.runqsize, 1);
}

void globrunqput(G *gp) {
  lock(&gl_sched.lock);
  globrunqput_locked(gp);
  unlock(&gl_sched.lock);
}

// With sched.lock: one G, and a fair share of the rest into pp's ring.
static G *globrunqget(P *pp, int32_t max) {
  int32_t size = gl_sched.runqsize;
  if (size == 0) return NULL;
  int32_t n = size / gl_gomaxprocs + 1;
  if (n > size) n = size;
  if (max > 0 && n > max) n = max;
  if (n > RUNQ_SIZE / 2) n = RUNQ_SIZE / 2;
  counter_inc(COUNT_GLOBAL);
  G *gp = gqueue_get(&gl_sched.runq);
  int32_t taken = 1;
  uint32_t t = atomic_load_explicit(&pp->runqtail, memory_order_relaxed);
  uint32_t h = atomic_load_explicit(&pp->runqhead, memory_order_acquire);
  for (; taken < n && t - h < RUNQ_SIZE; taken++, t++)
    atomic_store_explicit(&pp->runq[t % RUNQ_SIZE],
                          gqueue_get(&gl_sched.runq), memory_order_relaxed);
  atomic_fetch_sub(&gl_sched.runqsize, taken);
  atomic_store_explicit(&pp->runqtail, t, memory_order_release);
  return gp;
}

// A list of Gs that became runnable where there may be no P.
static void injectlist(G *list) {
  int32_t n = 0;
  lock(&gl_sched.lock);
  while (list) {
    G *gp = list;
    list = gp->schedlink;
    event(EVENT_UNBLOCK, gp, READY_WOKEN);
    gp->status = Grunnable;
    globrunqput_locked(gp);
    n++;
  }
  unlock(&gl_sched.lock);
  while (n-- > 0 && gl_sched.npidle > 0) startm(NULL, false);
}

// ------------------------------------------------------------------ P and M

void acquirep(P *pp) {
  M *mp = gl_tls_m;
  mp->p = pp;
  pp->m = mp;
  atomic_store(&pp->status, Prunning);
}

P *releasep(void) {
  M *mp = gl_tls_m;
  P *pp = mp->p;
  event(EVENT_PSTOP, NULL, 0);
  mp->p = NULL;
  pp->m = NULL;
  atomic_store(&pp->status, Pidle);
  return pp;
}

// With sched.lock.
void pidleput(P *pp) {
  pp->link = gl_sched.pidle;
  gl_sched.pidle = pp;
  atomic_fetch_add(&gl_sched.npidle, 1);
}

P *pidleget(void) {
  P *pp = gl_sched.pidle;
  if (!pp) return NULL;
  gl_sched.pidle = pp->link;
  atomic_fetch_sub(&gl_sched.npidle, 1);
  if (UNLIKELY(gl_sched.sysmonwait)) {
    atomic_store(&gl_sched.sysmonwait, false);
    note_wakeup(&gl_sched.sysmonnote);
  }
  return pp;
}

// Who counted a spinning M but found no P for it looks again after taking that
// back: in between, others relied on that M (tests/models/wakep.pml).
void wakep(void) {
  do {
    atomic_thread_fence(memory_order_seq_cst);
    if (gl_sched.npidle == 0) return;
    int32_t zero = 0;
    if (gl_sched.nmspinning != 0 ||
        !atomic_compare_exchange_strong(&gl_sched.nmspinning, &zero, 1))
      return;
  } while (!startm(NULL, true));
}

static bool any_runq(void) {
  for (int32_t i = 0; i < gl_gomaxprocs; i++)
    if (gl_allp[i] && !runqempty(gl_allp[i])) return true;
  return false;
}

// Give a P away: its M is stuck in a system call.
void handoffp(P *pp) {
  if (!runqempty(pp) || gl_sched.runqsize != 0) {
    startm(pp, false);
    return;
  }
  int32_t zero = 0;
  if (gl_sched.nmspinning + gl_sched.npidle == 0 &&
      atomic_compare_exchange_strong(&gl_sched.nmspinning, &zero, 1)) {
    startm(pp, true);
    return;
  }
  lock(&gl_sched.lock);
  if (gl_sched.gcwaiting) {
    atomic_store(&pp->status, Pgcstop);
    if (--gl_sched.stopwait == 0) note_wakeup(&gl_sched.stopnote);
    unlock(&gl_sched.lock);
    return;
  }
  if (gl_sched.runqsize != 0) {
    unlock(&gl_sched.lock);
    startm(pp, false);
    return;
  }
  int64_t when = pp->timer0when;
  pidleput(pp);
  unlock(&gl_sched.lock);
  // Who made a G runnable a moment ago saw no idle P.
  if (any_runq()) wakep();
  // Its timers are now in the care of whoever polls.
  if (when != 0) netpoll_break();
}

static void gcstopm(void) {
  M *mp = gl_tls_m;
  if (mp->spinning) {
    mp->spinning = false;
    atomic_fetch_sub(&gl_sched.nmspinning, 1);
  }
  P *pp = releasep();
  lock(&gl_sched.lock);
  atomic_store(&pp->status, Pgcstop);
  if (--gl_sched.stopwait == 0) note_wakeup(&gl_sched.stopnote);
  unlock(&gl_sched.lock);
  stopm();
}

// ------------------------------------------------------------ finding work

NORETURN void execute(G *gp, bool inherit) {
  P *pp = cur_p();
  atomic_store_explicit(&gp->status, Grunning, memory_order_relaxed);
  gp->preempt = false;
  if (!inherit)
    atomic_store_explicit(&pp->schedtick, pp->schedtick + 1,
                          memory_order_relaxed);
  if (UNLIKELY(gp->blockedat != 0)) profile_unblocked(gp);
  event(EVENT_START, gp, inherit);
  if (UNLIKELY(gp->asave != NULL)) {
    M *mp = gl_tls_m;
    mp->aretired = gp->asave;  // free for reuse at the next schedule
  }
  gl_gogo(gp);
}

static void stop_spinning(M *mp, bool found) {
  mp->spinning = false;
  int32_t n = atomic_fetch_sub(&gl_sched.nmspinning, 1);
  if (found && n == 1) wakep();
}

static G *steal_work(P *pp, int64_t *now, int64_t *until, bool *again) {
  M *mp = gl_tls_m;
  int32_t n = gl_gomaxprocs;
  for (int round = 0; round < 4; round++) {
    bool last = round == 3;
    uint32_t start = rand_n(&mp->rng, (uint32_t)n);
    for (int32_t i = 0; i < n; i++) {
      if (gl_sched.gcwaiting) {
        *again = true;
        return NULL;
      }
      P *p2 = gl_allp[(start + (uint32_t)i) % (uint32_t)n];
      if (p2 == pp) continue;
      if (last && p2->timer0when != 0) {
        bool ran = false;
        if (*now == 0) *now = nanotime();
        int64_t w = timers_run(p2, *now, &ran);
        if (w != 0 && (*until == 0 || w < *until)) *until = w;
        bool inherit;
        G *gp = ran ? runqget(pp, &inherit) : NULL;
        if (gp) return gp;
      }
      if (p2->status == Pidle) continue;
      G *gp = runqsteal(pp, p2, last);
      if (gp) return gp;
    }
  }
  return NULL;
}

// After giving up the P: is there work in any queue? Then take a P again.
static bool check_runqs(void) {
  atomic_thread_fence(memory_order_seq_cst);
  if (!any_runq() && gl_sched.runqsize == 0) return false;
  lock(&gl_sched.lock);
  P *pp = pidleget();
  unlock(&gl_sched.lock);
  if (!pp) return false;
  acquirep(pp);
  return true;
}

// What the poller found, to this P's queue: a lock and a wake-up for all of
// them. The first is not queued but returned, to run at once.
static G *take_polled(P *pp, G *list) {
  GQueue q = {.head = list->schedlink};
  event(EVENT_UNBLOCK, list, READY_WOKEN);
  for (G *gp = q.head; gp; gp = gp->schedlink) {
    event(EVENT_UNBLOCK, gp, READY_WOKEN);
    gp->status = Grunnable;
    q.tail = gp;
    q.n++;
  }
  if (q.head) {
    runqput_batch(pp, &q);
    if (gl_sched.npidle != 0) wakep();
  }
  list->status = Grunnable;
  return list;
}

// Without a P: block in netpoll until something is ready or the first timer
// is due. Returns true if the M has a P again; *gpp may then hold a G.
static bool block_in_poll(int64_t until, bool was_spinning, G **gpp) {
  M *mp = gl_tls_m;
  int64_t delay = -1;
  if (until != 0) {
    if (gl_debug.deterministic) timers_skip_to(until);
    delay = until - nanotime();
    if (gl_debug.deterministic) delay = 0;
    else if (delay < TIMER_GRAIN) delay = TIMER_GRAIN;
  }
  atomic_store(&gl_sched.polluntil, until);
  counter_inc(COUNT_WAIT);
  mp->parked = true;  // what its stack holds is dead
  G *list = netpoll(delay);
  mp->parked = false;
  atomic_store(&gl_sched.polluntil, 0);
  int64_t now = nanotime();
  sched_tick(now);
  atomic_store(&gl_sched.lastpoll, now);
  lock(&gl_sched.lock);
  P *pp = pidleget();
  unlock(&gl_sched.lock);
  if (!pp) {
    if (list) injectlist(list);
    return false;
  }
  acquirep(pp);
  if (list) {
    *gpp = take_polled(pp, list);
    return true;
  }
  if (was_spinning) {
    mp->spinning = true;
    atomic_fetch_add(&gl_sched.nmspinning, 1);
  }
  return true;
}

// The global queue comes first at every 61st tick, and in turns with the local
// one where slices are used up (gopreempt).
static G *local_work(P *pp, int64_t *until, bool *inherit, int64_t *now) {
  *inherit = false;
  if (pp->timer0when != 0) {
    bool ran;
    *now = nanotime();
    sched_tick(*now);
    *until = timers_run(pp, *now, &ran);
  }
  if ((pp->turn || pp->schedtick % GLOBAL_EVERY == 0) &&
      gl_sched.runqsize > 0) {
    lock(&gl_sched.lock);
    G *gp = globrunqget(pp, 1);
    unlock(&gl_sched.lock);
    pp->turn = false;
    if (gp) counter_inc(COUNT_FAIR);
    if (gp) pp->fair = true;
    if (gp) return gp;
  }
  pp->fair = false;
  G *gp = runqget(pp, inherit);
  if (gp) return gp;
  if (gl_sched.runqsize != 0) {
    lock(&gl_sched.lock);
    gp = globrunqget(pp, 0);
    unlock(&gl_sched.lock);
    if (gp) return gp;
  }
  int64_t last = gl_sched.lastpoll;
  if (netpoll_inited() && netpoll_any_waiters() && last != 0) {
    G *list = netpoll(0);
    // sysmon need not look again so soon.
    atomic_compare_exchange_strong(&gl_sched.lastpoll, &last, nanotime());
    if (list) return take_polled(pp, list);
  }
  return NULL;
}

static G *find_runnable(bool *inherit) {
  M *mp = gl_tls_m;
  for (;;) {
    P *pp = mp->p;
    if (gl_sched.gcwaiting) {
      gcstopm();
      continue;
    }
    gc_wake_finalizer();
    int64_t until = 0, now = 0;
    G *gp = local_work(pp, &until, inherit, &now);
    if (gp) return gp;

    if (mp->spinning ||
        2 * gl_sched.nmspinning < gl_gomaxprocs - gl_sched.npidle) {
      if (!mp->spinning && gl_gomaxprocs > 1) {
        mp->spinning = true;
        atomic_fetch_add(&gl_sched.nmspinning, 1);
        counter_inc(COUNT_SPIN);
      }
      bool again = false;
      gp = steal_work(pp, &now, &until, &again);
      if (gp) return gp;
      if (again) continue;
    }

    // Nothing: give up the P.
    lock(&gl_sched.lock);
    if (gl_sched.gcwaiting) {
      unlock(&gl_sched.lock);
      continue;
    }
    if (gl_sched.runqsize != 0) {
      gp = globrunqget(pp, 0);
      unlock(&gl_sched.lock);
      return gp;
    }
    releasep();
    pidleput(pp);
    unlock(&gl_sched.lock);

    bool was_spinning = mp->spinning;
    if (was_spinning) {
      mp->spinning = false;
      atomic_fetch_sub(&gl_sched.nmspinning, 1);
    }
    // Also one that did not spin, having left that to others: those may have
    // looked before a G came, whose submitter then saw no idle P.
    if (check_runqs()) {
      mp->spinning = true;
      atomic_fetch_add(&gl_sched.nmspinning, 1);
      continue;
    }
    until = timers_next();
    if (netpoll_inited() && (netpoll_any_waiters() || until != 0) &&
        atomic_exchange(&gl_sched.lastpoll, 0) != 0) {
      gp = NULL;
      if (block_in_poll(until, was_spinning, &gp)) {
        *inherit = false;
        if (gp) return gp;
        continue;
      }
    } else if (until != 0 && netpoll_inited()) {
      int64_t pu = gl_sched.polluntil;
      if (pu == 0 || pu > until) netpoll_break();
    }
    stopm();
  }
}

// Run gp here, unless it is locked to another thread: then that one gets
// this P, and we return with another P later.
static void execute_here(G *gp, bool inherit) {
  if (LIKELY(gp->lockedm == NULL)) execute(gp, inherit);
  startlockedm(gp);
}

NORETURN void schedule(void) {
  M *mp = gl_tls_m;
  if (UNLIKELY(mp->aretired != NULL)) preempt_refill(mp);
  if (UNLIKELY(mp->lockedg != NULL)) {
    stoplockedm(mp);
    execute(mp->lockedg, false);
  }
  if (UNLIKELY(mp->p == NULL)) stopm();
  for (;;) {
    P *pp = mp->p;
    bool inherit = true;
    G *gp = NULL;
    // The way of a pair that communicates: straight to the G readied last.
    if (LIKELY(!gl_sched.gcwaiting && pp->timer0when == 0 && !mp->spinning &&
               !gl_debug.deterministic))
      gp = runnext_get(pp);
    if (!gp) gp = find_runnable(&inherit);
    if (UNLIKELY(mp->spinning)) stop_spinning(mp, true);
    execute_here(gp, inherit);
  }
}

// The coarse clock, for how long a G has waited: whoever looks at the clock
// anyway brings it up to date, sysmon at every tick. It stands still while
// all sleep, and is right again before the next G can park.
void sched_tick(int64_t now) {
  uint32_t sec = (uint32_t)(now / 1000000000);
  if (sec != gl_sched.coarse) gl_sched.coarse = sec;
}

// ------------------------------------------------------- park, ready, yield

// Before a G is queued where others see it under a lock the caller holds.
void gopark_prepare(G *gp, int reason) {
  gp->waitreason = (uint8_t)reason;
  gp->waitsince = atomic_load_explicit(&gl_sched.coarse, memory_order_relaxed);
  if (UNLIKELY((gl_blockrate | gl_mutexrate) != 0)) profile_blocked(gp);
  event(EVENT_BLOCK, gp, reason);
  atomic_store_explicit(&gp->status, Gwaiting, memory_order_relaxed);
  dropg(gl_tls_m);
}

// Park gp, releasing l (may be NULL) when it can be readied.
NORETURN void gopark_unlock(G *gp, Lock *l, int reason) {
  gopark_prepare(gp, reason);
  if (l) unlock(l);
  schedule();
}

// The same with the lock of a channel.
NORETURN void gopark_chan(G *gp, Hchan *c, int reason) {
  gopark_prepare(gp, reason);
  chan_unlock(c);
  schedule();
}

// Make a waiting G runnable, next on this P.
void goready(G *gp) {
  event(EVENT_UNBLOCK, gp, READY_NEXT);
  atomic_store_explicit(&gp->status, Grunnable, memory_order_relaxed);
  runqput(cur_p(), gp, true);
  if (UNLIKELY(gl_sched.npidle != 0)) wakep();
}

// The same, behind those that are runnable: for the second and later ones of
// many, which then run in their order.
void goready_behind(G *gp) {
  event(EVENT_UNBLOCK, gp, READY_BEHIND);
  atomic_store_explicit(&gp->status, Grunnable, memory_order_relaxed);
  runqput(cur_p(), gp, false);
  if (UNLIKELY(gl_sched.npidle != 0)) wakep();
}

// The same from where there may be no P.
void goready_list(G *gp) {
  gp->schedlink = NULL;
  injectlist(gp);
}

// mcall: runtime.Gosched. The G goes to the end of this P's queue, without a
// lock; only when that is empty and the global one is not, behind the latter.
void gosched(G *gp) {
  P *pp = cur_p();
  bool alone = runqempty(pp);
  if (alone && gl_sched.runqsize == 0 && pp->timer0when == 0 &&
      !gl_sched.gcwaiting && !netpoll_any_waiters())
    return;
  event(EVENT_STOP, gp, true);
  dropg(gl_tls_m);
  atomic_store_explicit(&gp->status, Grunnable, memory_order_relaxed);
  if (alone) globrunqput(gp);
  else runqput(pp, gp, false);
  schedule();
}

// 61 ticks of whole slices are long: after one, the global queue has its turn,
// unless it had it just now. Not after a slice that a timer or I/O cut short:
// those it was for come first.
NORETURN void gopreempt(G *gp) {
  P *pp = cur_p();
  if (atomic_exchange(&pp->spent, false)) pp->turn = !pp->fair;
  event(EVENT_STOP, gp, false);
  dropg(gl_tls_m);
  atomic_store(&gp->status, Grunnable);
  globrunqput(gp);
  if (gl_sched.npidle != 0) wakep();
  schedule();
}

void park(G *gp, intptr_t reason) {
  (void)reason;
  gopark_unlock(gp, NULL, WAIT_PARKED);
}

void gl_ready(G *gp) { goready(gp); }

// ------------------------------------------------------------ new and dead Gs

// Half a P's fill of dead Gs, those with a stack first.
static void gfget_global(P *pp) {
  lock(&gl_sched.gfreelock);
  while (pp->ngfree < GFREE_MAX / 2) {
    G *gp = gstack_pop(&gl_sched.gfree);
    if (gp) {
      gl_sched.ngfree--;
    } else {
      gp = gl_sched.gfree_nostack;
      if (!gp) break;
      gl_sched.gfree_nostack = gp->schedlink;
    }
    pp->gfree[pp->ngfree++] = gp;
  }
  unlock(&gl_sched.gfreelock);
}

// Most of them ended on another P: what the next ones need is on its way
// while this one is made.
static G *gfget(P *pp) {
  if (pp->ngfree == 0) {
    if (gl_sched.ngfree == 0 && !gl_sched.gfree_nostack) return NULL;
    gfget_global(pp);
    if (pp->ngfree == 0) return NULL;
  }
  int32_t n = --pp->ngfree;
  if (n > 1) g_prefetch(pp->gfree[n - 2]);
  if (n > 0) g_prefetch_stack(pp->gfree[n - 1]);
  return pp->gfree[n];
}

// The first segments of dead Gs on the global list go back to their slabs,
// but for some; called after a collection, and for all when the program is
// idle.
void gfree_scavenge(int32_t keep) {
  bool more = true;
  while (more) {
    lock(&gl_sched.gfreelock);
    for (int i = 0; i < GFREE_MAX && gl_sched.ngfree > keep; i++) {
      G *gp = gstack_pop(&gl_sched.gfree);
      gl_sched.ngfree--;
      Seg *first = gp->first;
      gp->first = gp->seg = NULL;
      stack_free(first);
      gp->schedlink = gl_sched.gfree_nostack;
      gl_sched.gfree_nostack = gp;
    }
    more = gl_sched.ngfree > keep;
    unlock(&gl_sched.gfreelock);
  }
}

// The dead Gs of a P, but for some, to the global list.
void gfree_give(P *pp, int32_t keep) {
  lock(&gl_sched.gfreelock);
  while (pp->ngfree > keep) {
    gstack_push(&gl_sched.gfree, pp->gfree[--pp->ngfree]);
    gl_sched.ngfree++;
  }
  unlock(&gl_sched.gfreelock);
}

static void gfput(P *pp, G *gp) {
  pp->gfree[pp->ngfree++] = gp;
  if (pp->ngfree == GFREE_MAX) gfree_give(pp, GFREE_MAX / 2);
}

static G *new_g(size_t stack) {
  G *gp = gc_new_g();
  gp->status = Gidle;  // until new_runnable is done with it
  gp->sudog.g = gp;    // from here on the mark procedure looks at it
  G *head = gl_allgs;
  do gp->alllink = head;
  while (!atomic_compare_exchange_weak(&gl_allgs, &head, gp));
  gp->first = gp->seg = stack_alloc(stack);
  return gp;
}

// How many Gs there are, each P counts for itself: one counter for all would
// travel between the processors with every goroutine.
static void count_gs(P *pp, int64_t n) {
  int64_t ngs = atomic_load_explicit(&pp->ngs, memory_order_relaxed);
  atomic_store_explicit(&pp->ngs, ngs + n, memory_order_relaxed);
}

// Gs that are not dead, as good as such a number can be while they run.
int64_t sched_ngs(void) {
  int64_t n = 0;
  for (int32_t i = 0; i < MAX_PROCS && gl_allp[i]; i++) n += gl_allp[i]->ngs;
  return n;
}

static uint64_t next_goid(P *pp) {
  if (pp->goidcache == pp->goidcacheend) {
    pp->goidcache = atomic_fetch_add(&gl_sched.goidgen, GOID_BATCH) + 1;
    pp->goidcacheend = pp->goidcache + GOID_BATCH;
  }
  return pp->goidcache++;
}

// A runnable G that will call fn. Its first frame, as gl_gogo pops it:
//   r15 r14 r13 r12 rbx=fn rbp=0 pc=gl_goentry | 0 0
static G *new_runnable(const GlFuncVal *fn, size_t stack, uintptr_t gopc,
                       uint64_t parent) {
  P *pp = cur_p();
  G *gp = gfget(pp);
  if (!gp) gp = new_g(stack);
  else stack_fit(gp, stack);
  uintptr_t *sp = (uintptr_t *)gp->first->hi - 2;
  sp[0] = sp[1] = 0;
  *--sp = (uintptr_t)gl_goentry;
  *--sp = 0;
  *--sp = (uintptr_t)fn;
  for (int i = 0; i < 4; i++) *--sp = 0;
  gp->fn = fn;
  gp->gopc = gopc;
  gp->parentgoid = parent;
  gp->goid = next_goid(pp);
  gp->bp = (uintptr_t)(sp + 5);
  gp->sp = (uintptr_t)sp;
  count_gs(pp, 1);
  atomic_store_explicit(&gp->status, Grunnable, memory_order_release);
  return gp;
}

// For a timer that starts a goroutine parent is NULL. system: the new G is of
// the runtime's own.
G *proc_newg(const GlFuncVal *fn, uintptr_t gopc, const G *parent,
             bool system) {
  if (UNLIKELY(!fn)) fatal("go of nil func value");
  G *gp = new_runnable(fn, stack_site(cur_p(), gopc), gopc,
                       parent ? parent->goid : 0);
  gp->system = system;
  if (parent && !system) gp->labels = parent->labels;
  event(EVENT_CREATE, gp, 0);
  return gp;
}

// The go statement. The return address is above the saved rbp where gl_ccall
// left the stack.
void go(const GlFuncVal *fn) {
  G *me = gl_tls_g;
  G *gp = proc_newg(fn, ((uintptr_t *)me->sp)[1], me, false);
  runqput(cur_p(), gp, true);
  static _Atomic bool started;
  if (UNLIKELY(!started) && !atomic_exchange(&started, true)) sysmon_start();
  if (gl_sched.npidle != 0) wakep();
}

// ccall: a go statement for a goroutine of the runtime's own.
void gl_gosystem(const GlFuncVal *fn) {
  G *gp = proc_newg(fn, ((uintptr_t *)gl_tls_g->sp)[1], gl_tls_g, true);
  atomic_fetch_add(&gl_sched.nsysgs, 1);
  runqput(cur_p(), gp, true);
}

// mcall: the end of a G.
void goexit0(G *gp) {
  M *mp = gl_tls_m;
  event(EVENT_END, gp, 0);
  atomic_store(&gp->status, Gdead);
  dropg(mp);
  gp->sp = 0;
  gp->m = NULL;
  gp->deferframe = NULL;
  gp->panic = NULL;
  gp->paniconfault = false;
  gp->fn = NULL;
  gp->labels = NULL;
  gp->timer = NULL;  // the collector does not look at dead Gs
  gp->waiting = NULL;
  gp->ret[0] = gp->ret[1] = 0;
  if (gp->system) atomic_fetch_sub(&gl_sched.nsysgs, 1);
  count_gs(mp->p, -1);
  if (gp->first->next) stack_reset(gp);
  gp->seg = gp->first;
  gfput(mp->p, gp);
  if (UNLIKELY(mp->lockedg != NULL)) {
    gp->lockedm = NULL;
    mp->lockedg = NULL;
    mp->lockedint = 0;
    // The thread may be in a state nobody else should see.
    if (mp->lockedext > 0) mexit(mp);
  }
  schedule();
}

intptr_t gl_numgoroutine(void) {
  int64_t n = sched_ngs() - gl_sched.nsysgs;
  return n < 1 ? 1 : (intptr_t)n;
}

// ----------------------------------------------------------------- deadlock

// With sched.lock, when an M is about to sleep: if no M can make progress and
// nothing will wake one, the program is dead.
void checkdead(void) {
  int32_t run = gl_sched.mcount - gl_sched.nmidle - gl_sched.nmidlelocked;
  if (run > 0 || gl_sched.gcwaiting || gl_sched.frozen) return;
  if (timers_any()) return;
  if (netpoll_inited() && netpoll_any_waiters()) return;
  if (signal_waiter()) return;
  if (gl_sched.runqsize != 0) return;
  for (G *gp = gl_allgs; gp; gp = gp->alllink)
    if (gp->status == Grunnable || gp->status == Grunning ||
        gp->status == Gsyscall)
      return;
  unlock(&gl_sched.lock);
  int64_t users = sched_ngs() - gl_sched.nsysgs;
  if (users == 0)
    fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  fatal("all goroutines are asleep - deadlock!");
}

// ------------------------------------------------------------------- start

void sched_init(int32_t procs) {
  lock_init(&gl_sched.lock, LOCK_SCHED);
  lock_asymmetric_init();
  lock_init(&gl_sched.allmlock, LOCK_ALLM);
  gl_sched.mcount = 1;
  gl_sched.mnext = 1;
  gl_sched.maxmcount = MAX_MS;
  gl_sched.lastpoll = nanotime();
  M *mp = &gl_m0;
  gl_allms = mp;
  minit(mp);
  lock(&gl_sched.lock);
  procresize(gl_debug.deterministic ? 1 : procs);
  unlock(&gl_sched.lock);
}

void gl_main_code(void);
static const GlFuncVal main_fn = {(void *)gl_main_code};

void new_main(void) {
  G *gp = new_runnable(&main_fn, stack_main(), 0, 0);
  // While packages are initialized, main stays on the main thread: if one of
  // them calls LockOSThread, main.main runs there as well.
  gp->lockedm = &gl_m0;
  gl_m0.lockedg = gp;
  gl_m0.lockedint = 1;
}
