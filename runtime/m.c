// SPDX-License-Identifier: MIT
//
// Ms: how threads are made, sleep without work, are bound to a G, and end.
//
// An M is idle on gl_sched.midle, or waits for its locked G, or holds a P, or
// is in a blocking call. Ms are made when a P has work and no M is idle. If
// the system refuses a thread, a P that was only to help goes back to the
// idle list and is tried again later; a P that nobody else can run (its M
// sits in a blocking call or is locked to a G) is retried for a while, then
// the program ends with Go's words. Idle Ms beyond a few end after some time.
//
// LockOSThread. m->lockedg and g->lockedm point to each other; both are
// written by that M only, while it runs that G. Such an M runs no other G:
// when its G parks it gives its P away and sleeps (stoplockedm); whoever
// finds the G runnable hands it the P it needs (startlockedm) and goes to
// sleep itself. A G that ends while locked takes its thread with it.
//
// M structures are never freed, only reused: others may hold a stale pointer.
// allmlock keeps a thread from ending while its guard word is poisoned.
#include "runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>

enum { IDLE_KEPT = 8, CREATE_TRIES = 1000, M_STACK = 512 << 10 };
static const int64_t IDLE_NS = INT64_C(10000000000);
static const int64_t REFUSED_NS = 10000000;  // do not ask again so soon

// The signal mask of the program: sysmon, which makes threads, has another.
static sigset_t sigmask;

void minit(M *mp) {
  if (mp == &gl_m0) pthread_sigmask(SIG_SETMASK, NULL, &sigmask);
  mp->thread = pthread_self();
  mp->tid = (int32_t)syscall(SYS_gettid);
  mp->rng = rand_seed();
  pthread_attr_t at;
  void *lo = NULL;
  size_t size = 0;
  if (mp != &gl_m0 && pthread_getattr_np(pthread_self(), &at) == 0) {
    pthread_attr_getstack(&at, &lo, &size);
    pthread_attr_destroy(&at);
  }
  mp->g0lo = (uintptr_t)lo;
  mp->g0hi = (uintptr_t)lo + size;
  mp->freelists = gl_tls_free;
  preempt_refill(mp);
  gl_tls_m = mp;
  gc_thread_init(mp);
  char *tp = __builtin_thread_pointer();
  mp->guardp = (_Atomic uintptr_t *)(tp + TLS_GUARD);
  if (UNLIKELY(gl_cpuprof != NULL)) {
    lock(&gl_sched.allmlock);
    gl_cpuprof->start(mp);
    unlock(&gl_sched.allmlock);
  }
}

// On g0 of a new M, from gl_mstart_asm.
NORETURN void mstart1(M *mp) {
  gc_thread_bottom(mp->g0sp);
  if (mp == &gl_m0) execute(mp->lockedg, false);
  P *pp = mp->nextp;
  mp->nextp = NULL;
  acquirep(pp);
  schedule();
}

// On m0, once signals have their handlers: the mask of all Ms.
void m_set_sigmask(const sigset_t *mask) {
  sigmask = *mask;
  pthread_sigmask(SIG_SETMASK, &sigmask, NULL);
}

static void *mthread(void *arg) {
  M *mp = arg;
  jmp_buf end;
  mp->end = &end;
  minit(mp);
  uintptr_t bottom = mp->g0hi;
  pthread_sigmask(SIG_SETMASK, &sigmask, NULL);
  if (setjmp(end) == 0) gl_mstart_asm(mp);
  gc_thread_bottom(bottom);
  return NULL;
}

// pthread_create with the collector's knowledge. GLDEBUG=threadfail=N refuses
// every thread after the first N, for tests.
int gl_thread_create(pthread_t *th, const pthread_attr_t *at,
                     void *(*fn)(void *), void *arg) {
  static _Atomic int32_t made;
  if (UNLIKELY(gl_debug.threadfail > 0) &&
      atomic_fetch_add(&made, 1) >= gl_debug.threadfail)
    return EAGAIN;
  return GC_pthread_create(th, at, fn, arg);
}

static NORETURN void thread_exhaustion(int32_t max) {
  print_str("runtime: program exceeds ");
  print_int(max);
  print_str("-thread limit\n");
  fatal("thread exhaustion");
}

// Go's words.
NORETURN void thread_refused(int err) {
  print_str("runtime: failed to create new OS thread (have ");
  print_int(gl_sched.mcount);
  print_str(" already; errno=");
  print_int(err);
  print_str(")\n");
  if (err == EAGAIN)
    print_str("runtime: may need to increase max user processes "
              "(ulimit -u)\n");
  fatal("newosproc");
}

// A fresh or a used structure, linked and counted.
static M *allocm(void) {
  lock(&gl_sched.lock);
  if (gl_sched.mcount >= gl_sched.maxmcount) {
    int32_t max = gl_sched.maxmcount;
    unlock(&gl_sched.lock);
    thread_exhaustion(max);
  }
  gl_sched.mcount++;
  int64_t id = gl_sched.mnext++;
  M *mp = gl_sched.freem;
  if (mp) gl_sched.freem = mp->schedlink;
  unlock(&gl_sched.lock);
  AsyncSave *spare = mp ? mp->aspare : NULL;
  if (!mp) mp = aligned_alloc(64, (sizeof(M) + 63) & ~(size_t)63);
  if (!mp) fatal("runtime: cannot allocate memory");
  memset(mp, 0, sizeof *mp);
  mp->aspare = spare;
  mp->id = id;
  lock(&gl_sched.allmlock);
  mp->alllink = gl_allms;
  atomic_store(&gl_allms, mp);
  unlock(&gl_sched.allmlock);
  return mp;
}

// The collector walks this list whenever it likes, without a lock.
static void unlink_m(M *mp) {
  lock(&gl_sched.allmlock);
  if (gl_cpuprof) gl_cpuprof->end(mp);
  mp->guardp = NULL;
  mp->freelists = NULL;
  mp->tid = 0;
  if (gl_allms == mp) {
    atomic_store(&gl_allms, mp->alllink);
  } else {
    M *m2 = gl_allms;
    while (m2->alllink != mp) m2 = m2->alllink;
    __atomic_store_n(&m2->alllink, mp->alllink, __ATOMIC_RELEASE);
  }
  for (int i = 0; i < COUNTERS; i++) gl_counts[i] += mp->counts[i];
  unlock(&gl_sched.allmlock);
}

static void freem(M *mp, bool asleep) {
  lock(&gl_sched.lock);
  gl_sched.mcount--;
  if (asleep) gl_sched.nmidlelocked--;
  mp->schedlink = gl_sched.freem;
  gl_sched.freem = mp;
  unlock(&gl_sched.lock);
}

// A new thread that will take pp; 0 or the error.
static int newm(P *pp, bool spinning) {
  M *mp = allocm();
  mp->nextp = pp;
  mp->spinning = spinning;
  mp->ncreatepcs = profile_stack(gl_tls_g, mp->createpcs);
  pthread_attr_t at;
  pthread_attr_init(&at);
  pthread_attr_setstacksize(&at, M_STACK);
  pthread_attr_setdetachstate(&at, PTHREAD_CREATE_DETACHED);
  pthread_t th;
  int err = gl_thread_create(&th, &at, mthread, mp);
  pthread_attr_destroy(&at);
  if (err == 0) {
    counter_inc(COUNT_THREAD);
    return 0;
  }
  counter_inc(COUNT_THREAD_FAIL);
  unlink_m(mp);
  freem(mp, false);
  return err;
}

// The thread of mp, which has neither P nor G and for checkdead counts among
// nmidlelocked already, ends.
static NORETURN void thread_end(M *mp) {
  jmp_buf *end = mp->end;
  void *alt = mp->altstack;
  size_t altsize = mp->altsize;
  counter_inc(COUNT_THREAD_END);
  preempt_refill(mp);
  if (UNLIKELY(gl_tracer != NULL)) gl_tracer->flush(mp);
  unlink_m(mp);
  memprof_end(mp);
  gl_tls_g = NULL;
  gl_tls_m = NULL;  // signals from here on are those of a foreign thread
  stack_t ss = {.ss_flags = SS_DISABLE};
  sigaltstack(&ss, NULL);
  munmap(alt, altsize);
  freem(mp, true);
  longjmp(*end, 1);
}

// -------------------------------------------------------------- idle and woken

static void mput(M *mp) {
  mp->schedlink = gl_sched.midle;
  gl_sched.midle = mp;
  gl_sched.nmidle++;
  checkdead();
}

// With sched.lock: take mp out of the idle list; false if it is not there.
static bool mremove(M *mp) {
  for (M **p = &gl_sched.midle; *p; p = &(*p)->schedlink) {
    if (*p != mp) continue;
    *p = mp->schedlink;
    gl_sched.nmidle--;
    return true;
  }
  return false;
}

static M *mget(void) {
  M *mp = gl_sched.midle;
  if (!mp) return NULL;
  gl_sched.midle = mp->schedlink;
  gl_sched.nmidle--;
  return mp;
}

// No M was idle and none could be made. A P that was to help is idle again;
// work it could do is in the queue of somebody who runs.
static void give_up(P *pp, bool spinning) {
  atomic_store(&gl_sched.nothread, nanotime() + REFUSED_NS);
  lock(&gl_sched.lock);
  if (gl_sched.gcwaiting) {
    atomic_store(&pp->status, Pgcstop);
    if (--gl_sched.stopwait == 0) note_wakeup(&gl_sched.stopnote);
  } else {
    pidleput(pp);
  }
  unlock(&gl_sched.lock);
  if (spinning) atomic_fetch_sub(&gl_sched.nmspinning, 1);
}

// Let some M run pp (NULL: an idle P). spinning: the caller has counted the
// M in nmspinning. False if no P was idle; then the M is not counted any more.
bool startm(P *pp, bool spinning) {
  bool wish = !pp;
  bool refused = wish && UNLIKELY(gl_sched.nothread != 0) &&
                 nanotime() < gl_sched.nothread;
  for (int tries = 0;; tries++) {
    lock(&gl_sched.lock);
    if (!pp) pp = pidleget();
    M *mp = pp ? mget() : NULL;
    unlock(&gl_sched.lock);
    if (!pp) {
      if (spinning) atomic_fetch_sub(&gl_sched.nmspinning, 1);
      return false;
    }
    if (mp) {
      counter_inc(COUNT_WAKE);
      mp->spinning = spinning;
      mp->nextp = pp;
      note_wakeup(&mp->park);
      return true;
    }
    int err = refused ? EAGAIN : newm(pp, spinning);
    if (err == 0) return true;
    if (wish) {
      give_up(pp, spinning);
      return true;
    }
    if (tries >= CREATE_TRIES) thread_refused(err);
    usleep(1000);
  }
}

static void take_nextp(M *mp) {
  note_clear(&mp->park);
  P *pp = mp->nextp;
  mp->nextp = NULL;
  acquirep(pp);
}

// Sleep until somebody gives this M a P. One of many ends after a while.
void stopm(void) {
  M *mp = gl_tls_m;
  lock(&gl_sched.lock);
  bool many = gl_sched.nmidle >= IDLE_KEPT && mp != &gl_m0 &&
              !gl_debug.deterministic;
  mput(mp);
  unlock(&gl_sched.lock);
  if (many && !gc_park_thread(mp, &mp->park, IDLE_NS)) {
    lock(&gl_sched.lock);
    bool mine = mremove(mp);
    if (mine) gl_sched.nmidlelocked++;
    unlock(&gl_sched.lock);
    if (mine) thread_end(mp);
  }
  gc_park_thread(mp, &mp->park, -1);
  take_nextp(mp);
}

// ------------------------------------------------------------------ locked Ms

// Until mp's G is runnable and somebody brings a P for it.
void stoplockedm(M *mp) {
  if (mp->p) {
    P *pp = releasep();
    handoffp(pp);
  }
  lock(&gl_sched.lock);
  gl_sched.nmidlelocked++;
  checkdead();
  unlock(&gl_sched.lock);
  gc_park_thread(mp, &mp->park, -1);
  take_nextp(mp);
}

// gp, runnable and in no queue, must run on another M: pass it our P.
void startlockedm(G *gp) {
  M *mp = gp->lockedm;
  counter_inc(COUNT_LOCKED);
  lock(&gl_sched.lock);
  gl_sched.nmidlelocked--;
  unlock(&gl_sched.lock);
  mp->nextp = releasep();
  note_wakeup(&mp->park);
  stopm();
}

// The G locked to this thread has ended. The main thread cannot end without
// the process: it sleeps for ever.
NORETURN void mexit(M *mp) {
  mp->lockedext = 0;
  handoffp(releasep());
  lock(&gl_sched.lock);
  gl_sched.nmidlelocked++;
  checkdead();
  unlock(&gl_sched.lock);
  if (mp != &gl_m0) thread_end(mp);
  for (;;) pause();
}

// ccall: runtime.LockOSThread. Calls nest.
void gl_lockosthread(void) {
  M *mp = gl_tls_m;
  G *gp = gl_tls_g;
  if (++mp->lockedext == 0) throw("LockOSThread nesting overflow");
  mp->lockedg = gp;
  gp->lockedm = mp;
}

static void unlock_thread(M *mp) {
  if (mp->lockedext != 0 || mp->lockedint != 0) return;
  if (mp->lockedg) mp->lockedg->lockedm = NULL;
  mp->lockedg = NULL;
}

void gl_unlockosthread(void) {
  M *mp = gl_tls_m;
  if (mp->lockedext == 0) return;
  mp->lockedext--;
  unlock_thread(mp);
}

// All packages are initialized, main.main is about to run.
void initdone(void) {
  M *mp = gl_tls_m;
  mp->lockedint = 0;
  unlock_thread(mp);
}

// debug.SetMaxThreads: the number before.
intptr_t gl_setmaxthreads(intptr_t n) {
  lock(&gl_sched.lock);
  int32_t old = gl_sched.maxmcount;
  gl_sched.maxmcount = n > INT32_MAX ? INT32_MAX : n < 0 ? 0 : (int32_t)n;
  bool over = gl_sched.mcount > gl_sched.maxmcount;
  unlock(&gl_sched.lock);
  if (over) thread_exhaustion((int32_t)n);
  return old;
}
