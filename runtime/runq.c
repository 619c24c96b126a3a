// SPDX-License-Identifier: MIT
//
// Run queues of a P: a ring of RUNQ_SIZE Gs and the slot runnext.
//
// The owner puts at the tail; the owner and thieves take from the head by
// compare-and-swap, so each G is taken once. Indices grow without bound and
// wrap. A full ring moves half of itself to the global queue. runnext holds
// the G readied last: it runs next and inherits the rest of the time slice,
// so that a pair that communicates is scheduled as one.
#include "runtime.h"

// Thieves exist only among several Ps; without them plain accesses do.
static bool alone(void) { return gl_gomaxprocs == 1; }

#define LOAD(x, order) atomic_load_explicit(&(x), memory_order_##order)

static void globrunqput_batch(GQueue *q) {
  lock(&gl_sched.lock);
  for (G *gp = q->head; gp; gp = gp->schedlink)
    gqueue_put(&gl_sched.runq, gp);
  atomic_fetch_add(&gl_sched.runqsize, q->n);
  unlock(&gl_sched.lock);
}

// Half of a full ring goes to the global queue, and gp if it is not NULL.
static bool put_slow(P *pp, G *gp, uint32_t h, uint32_t t) {
  G *batch[RUNQ_SIZE / 2 + 1];
  uint32_t n = RUNQ_SIZE / 2;
  if (t - h < n) return false;
  for (uint32_t i = 0; i < n; i++)
    batch[i] = LOAD(pp->runq[(h + i) % RUNQ_SIZE], relaxed);
  if (!atomic_compare_exchange_strong_explicit(
          &pp->runqhead, &h, h + n, memory_order_release,
          memory_order_relaxed))
    return false;
  if (gp) batch[n++] = gp;
  lock(&gl_sched.lock);
  for (uint32_t i = 0; i < n; i++) gqueue_put(&gl_sched.runq, batch[i]);
  atomic_fetch_add(&gl_sched.runqsize, (int32_t)n);
  unlock(&gl_sched.lock);
  counter_inc(COUNT_OVERFLOW);
  return true;
}

// Owner only. next: into runnext, kicking the old one into the ring.
void runqput(P *pp, G *gp, bool next) {
  if (next) {
    if (alone()) {
      G *old = LOAD(pp->runnext, relaxed);
      atomic_store_explicit(&pp->runnext, gp, memory_order_relaxed);
      gp = old;
    } else {
      gp = atomic_exchange(&pp->runnext, gp);
    }
    if (!gp) return;
  }
  for (;;) {
    uint32_t h = LOAD(pp->runqhead, acquire);
    uint32_t t = LOAD(pp->runqtail, relaxed);
    if (t - h < RUNQ_SIZE) {
      atomic_store_explicit(&pp->runq[t % RUNQ_SIZE], gp,
                            memory_order_relaxed);
      atomic_store_explicit(&pp->runqtail, t + 1, memory_order_release);
      return;
    }
    if (put_slow(pp, gp, h, t)) return;
  }
}

// Owner only: the Gs of q, what does not fit goes to the global queue.
void runqput_batch(P *pp, GQueue *q) {
  uint32_t h = LOAD(pp->runqhead, acquire);
  uint32_t t = LOAD(pp->runqtail, relaxed);
  while (q->head && t - h < RUNQ_SIZE) {
    G *gp = q->head;
    q->head = gp->schedlink;
    q->n--;
    atomic_store_explicit(&pp->runq[t % RUNQ_SIZE], gp, memory_order_relaxed);
    t++;
  }
  atomic_store_explicit(&pp->runqtail, t, memory_order_release);
  if (q->head) globrunqput_batch(q);
}

// Owner only: Gs whose time has come. The first runs next, also before Gs
// that spin. The others shall not wait behind the global queue: a ring without
// room gives it half of what it has first.
void runqput_woken(P *pp, GQueue *q) {
  G *first = q->head;
  q->head = first->schedlink;
  q->n--;
  uint32_t h = LOAD(pp->runqhead, acquire);
  uint32_t t = LOAD(pp->runqtail, relaxed);
  if (t - h + (uint32_t)q->n >= RUNQ_SIZE) put_slow(pp, NULL, h, t);
  if (q->head) runqput_batch(pp, q);
  runqput(pp, first, true);
}

// Owner only: the G in runnext, or NULL.
G *runnext_get(P *pp) {
  G *next = LOAD(pp->runnext, relaxed);
  if (!next) return NULL;
  if (alone()) atomic_store_explicit(&pp->runnext, NULL, memory_order_relaxed);
  else if (!atomic_compare_exchange_strong(&pp->runnext, &next, NULL))
    return NULL;
  return next;
}

// Deterministic mode: any G of the only P may be next.
static void shuffle_head(P *pp) {
  G *next = runnext_get(pp);
  if (next) runqput(pp, next, false);
  uint32_t h = LOAD(pp->runqhead, relaxed), t = LOAD(pp->runqtail, relaxed);
  if (t - h < 2) return;
  uint32_t k = h + rand_n(&pp->rng, t - h);
  G *a = LOAD(pp->runq[h % RUNQ_SIZE], relaxed);
  G *b = LOAD(pp->runq[k % RUNQ_SIZE], relaxed);
  atomic_store_explicit(&pp->runq[h % RUNQ_SIZE], b, memory_order_relaxed);
  atomic_store_explicit(&pp->runq[k % RUNQ_SIZE], a, memory_order_relaxed);
}

// Another processor may have made the Gs that follow the one at h, or they have
// waited for long: ask for their memory while that one runs. Thieves may take
// them, but a G is never freed.
static void look_ahead(P *pp, uint32_t h, uint32_t t) {
  if (t - h > 2) g_prefetch(LOAD(pp->runq[(h + 2) % RUNQ_SIZE], relaxed));
  if (t - h > 1) g_prefetch_stack(LOAD(pp->runq[(h + 1) % RUNQ_SIZE], relaxed));
}

// Owner only. *inherit: it came from runnext.
G *runqget(P *pp, bool *inherit) {
  if (UNLIKELY(gl_debug.deterministic)) shuffle_head(pp);
  G *next = runnext_get(pp);
  *inherit = next != NULL;
  if (next) return next;
  if (alone()) {
    uint32_t h = LOAD(pp->runqhead, relaxed);
    uint32_t t = LOAD(pp->runqtail, relaxed);
    if (t == h) return NULL;
    look_ahead(pp, h, t);
    atomic_store_explicit(&pp->runqhead, h + 1, memory_order_relaxed);
    return LOAD(pp->runq[h % RUNQ_SIZE], relaxed);
  }
  for (;;) {
    uint32_t h = LOAD(pp->runqhead, acquire);
    uint32_t t = LOAD(pp->runqtail, relaxed);
    if (t == h) return NULL;
    look_ahead(pp, h, t);
    G *gp = LOAD(pp->runq[h % RUNQ_SIZE], relaxed);
    if (atomic_compare_exchange_strong_explicit(
            &pp->runqhead, &h, h + 1, memory_order_release,
            memory_order_relaxed))
      return gp;
  }
}

// True if pp had no G at some instant. A G kicked out of runnext is briefly
// in neither place, hence the second look at the tail.
bool runqempty(P *pp) {
  for (;;) {
    uint32_t h = LOAD(pp->runqhead, seq_cst);
    uint32_t t = LOAD(pp->runqtail, seq_cst);
    G *next = LOAD(pp->runnext, seq_cst);
    if (t == LOAD(pp->runqtail, seq_cst)) return h == t && !next;
  }
}

// Take half of p2's ring into batch's ring at index tail.
static uint32_t grab(P *p2, P *to, uint32_t tail, bool stealnext) {
  for (;;) {
    uint32_t h = LOAD(p2->runqhead, acquire);
    uint32_t t = LOAD(p2->runqtail, acquire);
    uint32_t n = t - h;
    n = n - n / 2;
    if (n == 0) {
      if (!stealnext) return 0;
      G *next = LOAD(p2->runnext, relaxed);
      if (!next) return 0;
      // Its owner is about to run it: give it the time to, or the two would
      // throw it back and forth.
      if (LOAD(p2->status, relaxed) == Prunning && !gl_debug.deterministic) {
        for (int i = 0; i < 40; i++) __builtin_ia32_pause();
        if (gl_ncpu > 1) futex_sleep(&(_Atomic uint32_t){0}, 0, 3000);
      }
      if (!atomic_compare_exchange_strong(&p2->runnext, &next, NULL)) continue;
      atomic_store_explicit(&to->runq[tail % RUNQ_SIZE], next,
                            memory_order_relaxed);
      return 1;
    }
    if (n > RUNQ_SIZE / 2) continue;  // h and t were not of one instant
    for (uint32_t i = 0; i < n; i++) {
      G *gp = LOAD(p2->runq[(h + i) % RUNQ_SIZE], relaxed);
      atomic_store_explicit(&to->runq[(tail + i) % RUNQ_SIZE], gp,
                            memory_order_relaxed);
    }
    if (atomic_compare_exchange_strong_explicit(
            &p2->runqhead, &h, h + n, memory_order_acq_rel,
            memory_order_relaxed))
      return n;
  }
}

// Steal half of p2's queue into pp's, return one of them.
G *runqsteal(P *pp, P *p2, bool stealnext) {
  uint32_t t = LOAD(pp->runqtail, relaxed);
  uint32_t n = grab(p2, pp, t, stealnext);
  if (n == 0) return NULL;
  counter_inc(COUNT_STEAL);
  counter_add(COUNT_STOLEN, n);
  if (UNLIKELY(gl_debug.events)) event_steal(p2, n);
  n--;
  G *gp = LOAD(pp->runq[(t + n) % RUNQ_SIZE], relaxed);
  if (n > 0)
    atomic_store_explicit(&pp->runqtail, t + n, memory_order_release);
  return gp;
}
