// SPDX-License-Identifier: MIT
//
// Time and timers. Every P has a heap of timers (four children per node: half
// the depth of a binary one), under its timerlock. The owner runs what is due
// whenever it schedules; thieves run the timers of others when they find
// nothing else; and an M that sleeps in netpoll wakes when the first is due.
//
// A timer is in the heap of t->pp at t->index, or in none when t->pp is NULL;
// both change only under that P's timerlock. A due timer sends on its channel
// while the lock is held, so that after gl_timer_stop no stale value can
// arrive; the Gs this wakes are readied after the lock is released, since
// readying takes sched.lock. AfterFunc's goroutines start then, too.
//
// The heaps lie in uncollectable memory that the collector scans: a timer in
// a heap is alive.
#include "runtime.h"

#include <string.h>
#include <time.h>

enum { HEAP_ARITY = 4, HEAP_FIRST = 16 };
// Seconds from year 1 to 1970 and to 1885, as package time counts.
static const int64_t UNIX_TO_INTERNAL = INT64_C(62135596800);
static const int64_t WALL_TO_INTERNAL = INT64_C(59453308800);

static int64_t clock_ns(clockid_t id) {
  struct timespec ts;
  clock_gettime(id, &ts);
  return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

// The clock of deterministic mode: every look at it takes 100 ns, and when
// all sleep it jumps to the first timer (timers_skip_to).
static _Atomic int64_t virtual_now;

void timers_skip_to(int64_t when) {
  if (virtual_now < when) virtual_now = when;
}

// Monotonic nanoseconds since the program started, from 1.
int64_t nanotime(void) {
  if (UNLIKELY(gl_debug.deterministic))
    return atomic_fetch_add(&virtual_now, 100) + 1;
  static _Atomic int64_t base;
  int64_t t = clock_ns(CLOCK_MONOTONIC);
  int64_t b = base;
  if (UNLIKELY(b == 0)) {
    int64_t zero = 0;
    b = t - 1;
    if (!atomic_compare_exchange_strong(&base, &zero, b)) b = zero;
  }
  return t - b;
}

int64_t gl_nanotime(void) { return nanotime(); }

// A virtual clock starts at Go's birthday.
static struct timespec walltime(void) {
  struct timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  if (UNLIKELY(gl_debug.deterministic)) {
    int64_t t = nanotime();
    ts.tv_sec = 1257894000 + t / 1000000000;
    ts.tv_nsec = t % 1000000000;
  }
  return ts;
}

GlPair gl_walltime(void) {
  struct timespec ts = walltime();
  return (GlPair){(uintptr_t)ts.tv_sec, (uintptr_t)ts.tv_nsec};
}

// -------------------------------------------------------------------- heap

static void heap_set(P *pp, int64_t i, Timer *t) {
  pp->timers[i] = t;
  t->index = i;
}

static void sift_up(P *pp, int64_t i) {
  Timer *t = pp->timers[i];
  while (i > 0) {
    int64_t up = (i - 1) / HEAP_ARITY;
    if (pp->timers[up]->when <= t->when) break;
    heap_set(pp, i, pp->timers[up]);
    i = up;
  }
  heap_set(pp, i, t);
}

static void sift_down(P *pp, int64_t i) {
  Timer *t = pp->timers[i];
  for (;;) {
    int64_t best = i * HEAP_ARITY + 1;
    if (best >= pp->ntimers) break;
    int64_t last = best + HEAP_ARITY;
    if (last > pp->ntimers) last = pp->ntimers;
    for (int64_t k = best + 1; k < last; k++)
      if (pp->timers[k]->when < pp->timers[best]->when) best = k;
    if (t->when <= pp->timers[best]->when) break;
    heap_set(pp, i, pp->timers[best]);
    i = best;
  }
  heap_set(pp, i, t);
}

static void note_first(P *pp) {
  atomic_store(&pp->timer0when, pp->ntimers ? pp->timers[0]->when : 0);
}

static void heap_grow(P *pp) {
  int32_t cap = pp->captimers ? pp->captimers * 2 : HEAP_FIRST;
  Timer **h = gc_uncollectable((size_t)cap * sizeof *h);
  if (pp->timers) {
    memcpy(h, pp->timers, (size_t)pp->ntimers * sizeof *h);
    Timer **old = pp->timers;
    pp->timers = h;
    gc_uncollectable_free(old);
  } else {
    pp->timers = h;
  }
  pp->captimers = cap;
}

static void heap_add(P *pp, Timer *t) {
  if (pp->ntimers == pp->captimers) heap_grow(pp);
  atomic_store(&t->pp, pp);
  heap_set(pp, pp->ntimers, t);
  sift_up(pp, pp->ntimers++);
  note_first(pp);
}

static void heap_remove(P *pp, Timer *t) {
  int64_t i = t->index, last = --pp->ntimers;
  Timer *moved = pp->timers[last];
  pp->timers[last] = NULL;
  if (i != last) {
    heap_set(pp, i, moved);
    sift_up(pp, i);
    sift_down(pp, moved->index);
  }
  atomic_store(&t->pp, NULL);
  note_first(pp);
}

// -------------------------------------------------------------- operations

// Somebody must be awake at `when`: whoever polls, or an M to be woken.
static void wake_poller(int64_t when) {
  if (gl_sched.lastpoll == 0) {
    int64_t until = gl_sched.polluntil;
    if (until == 0 || until > when) netpoll_break();
  } else if (gl_sched.npidle != 0) {
    wakep();
  } else {
    sysmon_kick(when);
  }
}

void gl_timer_start(Timer *t) {
  netpoll_init();
  if (t->when <= 0) t->when = 1;
  if (t->kind == TIMER_SEND) {
    Hchan *c = t->arg;
    c->istimer = true;
    c->words = 0;
    c->dataqsiz = 0;
  }
  P *pp = cur_p();
  lock(&pp->timerlock);
  heap_add(pp, t);
  bool first = pp->timers[0] == t;
  unlock(&pp->timerlock);
  if (first) wake_poller(t->when);
}

// Out of whatever heap it is in; true if it was in one. A channel timer
// loses the value it may have sent.
static bool unlink_timer(Timer *t) {
  for (;;) {
    P *pp = atomic_load(&t->pp);
    if (!pp) return false;
    lock(&pp->timerlock);
    bool mine = atomic_load(&t->pp) == pp;
    if (mine) heap_remove(pp, t);
    unlock(&pp->timerlock);
    if (mine) return true;
  }
}

// A one-shot timer leaves its heap and sends in one critical section, but
// when t->pp reads NULL that section may still be running: wait for it.
static void wait_firing(Timer *t) {
  P *pp = atomic_load(&t->firing);
  if (!pp) return;
  lock(&pp->timerlock);
  unlock(&pp->timerlock);
}

bool gl_timer_stop(Timer *t) {
  bool pending = unlink_timer(t);
  if (t->kind == TIMER_SEND) {
    wait_firing(t);
    if (chan_drain(t->arg)) pending = true;
  }
  return pending;
}

bool gl_timer_reset(Timer *t, int64_t when, int64_t period) {
  bool pending = gl_timer_stop(t);
  t->when = when;
  t->period = period;
  gl_timer_start(t);
  return pending;
}

// ------------------------------------------------------------------ firing

static G *send_time(Timer *t) {
  struct timespec ts = walltime();
  struct {
    uint64_t wall;
    int64_t ext;
    void *loc;
  } v;
  int64_t sec = ts.tv_sec + UNIX_TO_INTERNAL - WALL_TO_INTERNAL;
  v.wall = UINT64_C(1) << 63 | (uint64_t)sec << 30 | (uint64_t)ts.tv_nsec;
  v.ext = nanotime();
  v.loc = t->arg2;
  Hchan *c = t->arg;
  G *wake = NULL;
  chan_lock(c);
  chan_send_locked(c, &v, &wake);
  chan_unlock(c);
  if (wake) chan_release(wake);
  return wake;
}

// With the lock: t, the first of pp, is due. What must happen after the lock
// is released is returned: a G to ready, or a function to start.
static G *fire(P *pp, Timer *t, int64_t now, const GlFuncVal **fn) {
  atomic_store(&t->firing, pp);
  if (t->period > 0) {
    t->when += t->period * (1 + (now - t->when) / t->period);
    sift_down(pp, 0);
    note_first(pp);
  } else {
    heap_remove(pp, t);
  }
  G *wake = NULL;
  switch (t->kind) {
  case TIMER_SEND: wake = send_time(t); break;
  case TIMER_GO: *fn = t->arg; break;
  case TIMER_READY: wake = t->arg; break;
  case TIMER_DEADLINE: netpoll_deadline(t, &wake); break;
  }
  return wake;
}

// Run what is due on pp (not necessarily ours). Returns when the next is due,
// 0 if there is none. *ran: something was made runnable.
int64_t timers_run(P *pp, int64_t now, bool *ran) {
  *ran = false;
  int64_t first = pp->timer0when;
  if (first == 0 || first > now) return first;
  lock(&pp->timerlock);
  while (pp->ntimers > 0 && pp->timers[0]->when <= now) {
    const GlFuncVal *fn = NULL;
    G *wake = fire(pp, pp->timers[0], now, &fn);
    if (!wake && !fn) continue;
    unlock(&pp->timerlock);
    // The first to be late runs next, also before Gs that spin.
    bool next = !*ran;
    *ran = true;
    while (wake) {
      G *gp = wake;
      wake = gp->schedlink;
      gp->schedlink = NULL;
      atomic_store(&gp->status, Grunnable);
      runqput(cur_p(), gp, next);
      next = false;
    }
    if (fn) runqput(cur_p(), proc_newg(fn, 0, 0), false);
    if (gl_sched.npidle != 0) wakep();
    lock(&pp->timerlock);
  }
  first = pp->ntimers ? pp->timers[0]->when : 0;
  unlock(&pp->timerlock);
  return first;
}

// The earliest over all Ps, 0 if there is none.
int64_t timers_next(void) {
  int64_t min = 0;
  for (int32_t i = 0; i < gl_gomaxprocs; i++) {
    int64_t w = gl_allp[i] ? gl_allp[i]->timer0when : 0;
    if (w != 0 && (min == 0 || w < min)) min = w;
  }
  return min;
}

bool timers_any(void) { return timers_next() != 0; }

// World stopped: from's timers move to `to`.
void timers_adopt(P *to, P *from) {
  while (from->ntimers > 0) {
    Timer *t = from->timers[from->ntimers - 1];
    heap_remove(from, t);
    heap_add(to, t);
  }
}

// mcall: time.Sleep. The G is parked before the timer is visible: it may
// fire, and the G may run elsewhere, before gl_timer_start returns.
void timesleep(G *gp, int64_t ns) {
  if (ns <= 0) return;
  Timer *t = gp->timer;
  if (!t) t = gp->timer = malloc_new(sizeof *t, false);
  int64_t now = nanotime();
  t->when = ns > INT64_MAX - now ? INT64_MAX : now + ns;
  t->kind = TIMER_READY;
  t->arg = gp;
  gp->schedlink = NULL;
  gopark_prepare(gp, WAIT_SLEEP);
  gl_timer_start(t);
  schedule();
}
