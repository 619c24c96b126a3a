// SPDX-License-Identifier: MIT
//
// Time and timers. Every P has a heap of timers (four children per node: half
// the depth of a binary one), under its timerlock. The owner runs what is due
// whenever it schedules; thieves run the timers of others when they find
// nothing else; and an M that sleeps in netpoll wakes when the first is due.
//
//   pp->timers   {when, t} {when, t} {when, -} ...
//                            deleted: ^
//
// A timer is in the heap of t->pp at t->index, or in none when t->pp is NULL;
// both change only under that P's timerlock. To delete one only takes it out
// of its entry, which stays until it comes to the top or until deleted
// entries are a quarter of the heap; then they are swept in one pass. So a
// stopped timer is free for the collector at once, and to stop costs the same
// for a million timers.
//
// The timer of a channel (TIMER_SEND) is in a heap only while somebody waits
// on the channel: `when` is otherwise just looked at when somebody receives.
// An abandoned time.After costs its memory until the next collection and
// nothing else. when, period and whether it is set (when != 0) are guarded by
// the lock of the channel. Order: channel, then timerlock. What comes due is
// taken out of the heap first and sends under the channel's lock alone, if it
// is still set and due; so after gl_timer_stop no stale value can arrive.
//
// Stop and Reset of functions may come from several Gs at once: t->lock.
//
// The heaps lie in uncollectable memory that the collector scans: a timer in
// a heap is alive.
#include "runtime.h"

#include <string.h>
#include <time.h>

enum { HEAP_ARITY = 4, HEAP_FIRST = 16, LATER = 32 };
static const int64_t NS = 1000000000;
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

static void heap_set(P *pp, int64_t i, TimerEnt e) {
  pp->timers[i] = e;
  if (e.t) e.t->index = i;
}

static void sift_up(P *pp, int64_t i) {
  TimerEnt e = pp->timers[i];
  while (i > 0) {
    int64_t up = (i - 1) / HEAP_ARITY;
    if (pp->timers[up].when <= e.when) break;
    heap_set(pp, i, pp->timers[up]);
    i = up;
  }
  heap_set(pp, i, e);
}

static void sift_down(P *pp, int64_t i) {
  TimerEnt e = pp->timers[i];
  for (;;) {
    int64_t best = i * HEAP_ARITY + 1;
    if (best >= pp->ntimers) break;
    int64_t last = best + HEAP_ARITY;
    if (last > pp->ntimers) last = pp->ntimers;
    for (int64_t k = best + 1; k < last; k++)
      if (pp->timers[k].when < pp->timers[best].when) best = k;
    if (e.when <= pp->timers[best].when) break;
    heap_set(pp, i, pp->timers[best]);
    i = best;
  }
  heap_set(pp, i, e);
}

// Take out the top.
static void pop(P *pp) {
  TimerEnt moved = pp->timers[--pp->ntimers];
  pp->timers[pp->ntimers] = (TimerEnt){0, NULL};
  if (pp->ntimers == 0) return;
  heap_set(pp, 0, moved);
  sift_down(pp, 0);
}

// No deleted entry stays at the top: it would wake somebody for nothing.
static void note_first(P *pp) {
  while (pp->ntimers > 0 && !pp->timers[0].t) {
    pp->ndeleted--;
    pop(pp);
  }
  int64_t w = pp->ntimers ? pp->timers[0].when : 0;
  if (w != pp->timer0when) atomic_store(&pp->timer0when, w);
}

// Drop all deleted entries and make a heap of the rest.
static void sweep(P *pp) {
  int32_t n = 0;
  for (int32_t i = 0; i < pp->ntimers; i++)
    if (pp->timers[i].t) heap_set(pp, n++, pp->timers[i]);
  for (int32_t i = n; i < pp->ntimers; i++)
    pp->timers[i] = (TimerEnt){0, NULL};
  pp->ntimers = n;
  pp->ndeleted = 0;
  for (int32_t i = n / HEAP_ARITY; i >= 0 && n > 0; i--) sift_down(pp, i);
}

static void heap_grow(P *pp) {
  int32_t cap = pp->captimers ? pp->captimers * 2 : HEAP_FIRST;
  TimerEnt *h = gc_uncollectable((size_t)cap * sizeof *h);
  TimerEnt *old = pp->timers;
  if (old) memcpy(h, old, (size_t)pp->ntimers * sizeof *h);
  pp->timers = h;
  pp->captimers = cap;
  if (old) gc_uncollectable_free(old);
}

// With pp->timerlock. True if t is now the first.
static bool heap_add(P *pp, Timer *t, int64_t when) {
  if (pp->ntimers == pp->captimers) {
    if (pp->ndeleted > pp->ntimers / 8) sweep(pp);
    else heap_grow(pp);
  }
  atomic_store(&t->pp, pp);
  t->heapwhen = when;
  heap_set(pp, pp->ntimers, (TimerEnt){when, t});
  sift_up(pp, pp->ntimers++);
  note_first(pp);
  return t->index == 0;
}

// With pp->timerlock, t in pp's heap.
static void heap_delete(P *pp, Timer *t) {
  int64_t i = t->index;
  pp->timers[i].t = NULL;
  if (i == pp->ntimers - 1) {
    pp->ntimers--;
  } else if (++pp->ndeleted > pp->ntimers / 4 &&
             pp->ndeleted > HEAP_FIRST) {
    sweep(pp);
  }
  atomic_store(&t->pp, NULL);
  note_first(pp);
}

// -------------------------------------------------------------- operations

// Somebody must be awake at `when`: whoever polls, or an M to be woken.
void timer_wake_poller(int64_t when) {
  if (gl_sched.lastpoll == 0) {
    int64_t until = gl_sched.polluntil;
    if (until == 0 || until > when) netpoll_break();
  } else if (gl_sched.npidle != 0) {
    wakep();
  } else {
    sysmon_kick(when);
  }
}

// True if t is the first of its heap: then call timer_wake_poller, without
// locks.
static bool insert(Timer *t, int64_t when) {
  P *pp = cur_p();
  lock(&pp->timerlock);
  bool first = heap_add(pp, t, when);
  unlock(&pp->timerlock);
  return first;
}

// Out of whatever heap it is in; true if it was in one.
static bool unlink_timer(Timer *t) {
  for (;;) {
    P *pp = atomic_load(&t->pp);
    if (!pp) return false;
    lock(&pp->timerlock);
    bool mine = atomic_load(&t->pp) == pp;
    if (mine) heap_delete(pp, t);
    unlock(&pp->timerlock);
    if (mine) return true;
  }
}

// With the lock of c: its timer is in a heap if it is set and somebody waits.
// True if timer_wake_poller(*when) must be called after the lock is released.
bool timer_chan_adjust(Hchan *c, int64_t *when) {
  Timer *t = c->timer;
  bool want = t->when != 0 && c->recvq.first != NULL;
  if (atomic_load(&t->pp) != NULL) {
    if (want && t->heapwhen == t->when) return false;
    unlink_timer(t);
  }
  if (!want) return false;
  *when = t->when;
  return insert(t, t->when);
}

// The time at which t was due: it may be long ago if nobody looked.
static void send_time(Timer *t, Hchan *c, int64_t late, G **wake) {
  struct timespec ts = walltime();
  struct {
    uint64_t wall;
    int64_t ext;
    void *loc;
  } v;
  int64_t sec = ts.tv_sec - late / NS, nsec = ts.tv_nsec - late % NS;
  if (nsec < 0) sec--, nsec += NS;
  sec += UNIX_TO_INTERNAL - WALL_TO_INTERNAL;
  v.wall = UINT64_C(1) << 63 | (uint64_t)sec << 30 | (uint64_t)nsec;
  v.ext = nanotime() - late;
  v.loc = t->arg2;
  chan_send_locked(c, &v, wake);
}

// With the lock of c: send the time if it is due. *wake is a G to be passed
// to chan_release and readied.
static void send_if_due(Hchan *c, int64_t now, G **wake) {
  Timer *t = c->timer;
  int64_t late = now - t->when;
  if (t->when == 0 || late < 0) return;
  if (t->period > 0) t->when += t->period * (1 + late / t->period);
  else t->when = 0;
  send_time(t, c, late, wake);
}

// With the lock of c, by who is about to receive. Whoever waits already is
// served first, from a heap.
void timer_chan_poll(Hchan *c) {
  G *wake = NULL;
  if (!c->recvq.first && c->timer->when != 0)
    send_if_due(c, nanotime(), &wake);
}

static void chan_timer_start(Timer *t) {
  Hchan *c = t->arg;
  int64_t when;
  chan_lock(c);
  if (!c->timer) {
    c->timer = t;
    c->istimer = true;
    c->words = 0;
    c->dataqsiz = 0;
  }
  bool first = timer_chan_adjust(c, &when);
  chan_unlock(c);
  if (first) timer_wake_poller(when);
}

static bool chan_timer_stop(Timer *t, int64_t when, int64_t period) {
  Hchan *c = t->arg;
  chan_lock(c);
  bool pending = t->when != 0 || c->bufcount > 0;
  chan_drain_locked(c);
  t->when = when;
  t->period = period;
  bool first = c->timer && timer_chan_adjust(c, &when);
  chan_unlock(c);
  if (first) timer_wake_poller(when);
  return pending;
}

void gl_timer_start(Timer *t) {
  netpoll_init();
  if (t->when <= 0) t->when = 1;
  if (t->kind == TIMER_SEND) {
    chan_timer_start(t);
    return;
  }
  int64_t when = t->when;
  if (insert(t, when)) timer_wake_poller(when);
}

bool gl_timer_stop(Timer *t) {
  if (t->kind == TIMER_SEND) return chan_timer_stop(t, 0, 0);
  lock(&t->lock);
  bool pending = unlink_timer(t);
  unlock(&t->lock);
  return pending;
}

bool gl_timer_reset(Timer *t, int64_t when, int64_t period) {
  if (when <= 0) when = 1;
  if (t->kind == TIMER_SEND) return chan_timer_stop(t, when, period);
  lock(&t->lock);
  bool pending = unlink_timer(t);
  t->when = when;
  bool first = insert(t, when);
  unlock(&t->lock);
  if (first) timer_wake_poller(when);
  return pending;
}

// ------------------------------------------------------------------ firing

static void append(GQueue *q, G *gp) {
  gp->schedlink = NULL;
  if (q->tail) q->tail->schedlink = gp;
  else q->head = gp;
  q->tail = gp;
  q->n++;
}

static void wake_all(GQueue *q, G *list) {
  while (list) {
    G *gp = list;
    list = gp->schedlink;
    event(EVENT_UNBLOCK, gp, READY_WOKEN);
    atomic_store(&gp->status, Grunnable);
    append(q, gp);
  }
}

static void fire_chan(Timer *t, int64_t now, GQueue *q) {
  Hchan *c = t->arg;
  G *wake = NULL;
  int64_t when;
  chan_lock(c);
  send_if_due(c, now, &wake);
  bool first = timer_chan_adjust(c, &when);
  chan_unlock(c);
  if (first) timer_wake_poller(when);
  if (!wake) return;
  chan_release(wake);
  wake_all(q, wake);
}

// With pp->timerlock: take up to LATER timers that are due out of the heap,
// which must go on without the lock, and all before them that need not.
static int take_due(P *pp, int64_t now, Timer **later, GQueue *q) {
  int n = 0;
  while (n < LATER && pp->ntimers > 0 && pp->timers[0].when <= now) {
    Timer *t = pp->timers[0].t;
    Timer as_it_was = {.when = t->heapwhen, .arg = t->arg, .arg2 = t->arg2};
    pop(pp);
    atomic_store(&t->pp, NULL);
    note_first(pp);
    G *wake = NULL;
    if (t->kind == TIMER_READY) wake = t->arg;
    else if (t->kind == TIMER_DEADLINE) netpoll_deadline(&as_it_was, &wake);
    else later[n++] = t;
    wake_all(q, wake);
  }
  return n;
}

// Run what is due on pp (not necessarily ours). Returns when the next is due,
// 0 if there is none. *ran: something was made runnable.
int64_t timers_run(P *pp, int64_t now, bool *ran) {
  *ran = false;
  int64_t next = pp->timer0when;
  if (next == 0 || next > now) return next;
  GQueue q = {0};
  int n;
  do {
    Timer *later[LATER];
    lock(&pp->timerlock);
    n = take_due(pp, now, later, &q);
    unlock(&pp->timerlock);
    for (int i = 0; i < n; i++) {
      if (later[i]->kind == TIMER_SEND) {
        fire_chan(later[i], now, &q);
        continue;
      }
      append(&q, proc_newg(later[i]->arg, 0, NULL, false));
    }
  } while (n == LATER);
  if (q.head) {
    *ran = true;
    runqput_woken(cur_p(), &q);
    if (gl_sched.npidle != 0) wakep();
  }
  return pp->timer0when;
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
    TimerEnt e = from->timers[from->ntimers - 1];
    if (e.t) heap_delete(from, e.t);
    else from->ntimers--, from->ndeleted--;
    if (e.t) heap_add(to, e.t, e.when);
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
