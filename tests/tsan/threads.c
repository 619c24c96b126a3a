// SPDX-License-Identifier: MIT
//
// The C of the runtime that several Ms run at once, under ThreadSanitizer:
// locks, notes, run queues, channels, select, semaphores, notification lists
// and timers. There are no stacks to switch between here: every thread is an
// M with a P and one G. To park is to sleep on a note, and the mcall that
// parked is left by longjmp when the note comes.
//
// Each test also counts: nothing may be lost or come twice. Called with an
// argument it takes no channel locks, as with one P, and must be found racing.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime.h"

enum { THREADS = 4, ROUNDS = 20000 };

#define CHECK(x) \
  do { \
    if (!(x)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x); \
      exit(1); \
    } \
  } while (0)

// ------------------------------------------------ the rest of the runtime

struct Sched gl_sched;
P *gl_allp[MAX_PROCS];
int32_t gl_gomaxprocs = THREADS, gl_ncpu = 2;
_Thread_local M *gl_tls_m;
_Thread_local G *gl_tls_g;
struct Debug gl_debug;
void event_tell(int kind, const G *gp, int why) {
  (void)kind;
  (void)gp;
  (void)why;
}
void event_steal(const P *from, uint32_t n) { (void)from, (void)n; }
uint64_t gl_counts[COUNTERS];
_Atomic uint32_t gl_listeners;

typedef struct Thread {
  G g;  // first: goready finds the note by it
  Note ready;
  M m;
  P p;
  jmp_buf back;
  int id;
} Thread;
static Thread threads[THREADS];
static _Thread_local Thread *me;

void gopark_prepare(G *gp, int reason) {
  (void)reason;
  atomic_store(&gp->status, Gwaiting);
}
NORETURN void schedule(void) {
  note_sleep(&me->ready);
  note_clear(&me->ready);
  longjmp(me->back, 1);
}
NORETURN void gopark_unlock(G *gp, Lock *l, int reason) {
  gopark_prepare(gp, reason);
  unlock(l);
  schedule();
}
NORETURN void gopark_chan(G *gp, Hchan *c, int reason) {
  gopark_prepare(gp, reason);
  chan_unlock(c);
  schedule();
}
// The memory of a batch of Gs.
Seg *stack_alloc(size_t size) {
  (void)size;
  char *p = aligned_alloc(64, 1024);
  CHECK(p);
  Seg *s = (Seg *)(p + 1024 - sizeof(Seg));
  s->lo = (uintptr_t)p;
  return s;
}
void stack_free(Seg *s) { free((void *)s->lo); }
static _Atomic int timer_wakes;
_Atomic int64_t gl_mutexrate;  // no profile
void profile_contention(G *gp, G *waiter) {
  (void)gp;
  (void)waiter;
}

void goready(G *gp) {
  atomic_store(&gp->status, Grunnable);
  if (gp >= &threads[0].g && gp <= &threads[THREADS - 1].g)
    note_wakeup(&((Thread *)gp)->ready);
  else
    timer_wakes++;  // a G that only a timer knows
}
void goready_behind(G *gp) { goready(gp); }

NORETURN void throw(const char *msg) {
  fprintf(stderr, "throw: %s\n", msg);
  abort();
}
NORETURN void fatal(const char *msg) { throw(msg); }
void *malloc_new(size_t n, bool noscan) {
  (void)noscan;
  return calloc(1, n);
}
void *malloc_array(const GlType *elem, size_t n) {
  (void)elem;
  return calloc(1, n ? n : 1);
}
void *gc_uncollectable(size_t n) { return calloc(1, n); }
void gc_uncollectable_free(void *p) { free(p); }
void wakep(void) {}
void netpoll_init(void) {}
void netpoll_break(void) {}
void sysmon_kick(int64_t when) { (void)when; }
void netpoll_deadline(Timer *t, G **wake) {
  (void)t;
  (void)wake;
}
uint64_t rand_next(uint64_t *s) { return *s = *s * 6364136223846793005u + 1; }
static _Atomic int functions;
G *proc_newg(const GlFuncVal *fn, uintptr_t pc, const G *parent, bool system) {
  (void)fn;
  (void)pc;
  (void)parent;
  (void)system;
  functions++;
  return calloc(1, sizeof(G));
}

// ------------------------------------------------------------------ running

// What an mcall does: returns when target does, or when the G is readied.
#define MCALL(name, params, call) \
  static __attribute__((noinline)) void name params { \
    if (setjmp(me->back) == 0) call; \
  }
MCALL(g_send, (Hchan * c, void *v), chansend(&me->g, c, v))
MCALL(g_recv, (Hchan * c, void *v), chanrecv(&me->g, c, v))
MCALL(g_select, (GlScase * k, int sends, int recvs),
      selectgo(&me->g, k, sends, recvs, true))
MCALL(g_acquire, (_Atomic uint32_t * s, bool lifo),
      semacquire(&me->g, s, lifo, 0))

static void (*body)(int id);
static pthread_barrier_t barrier;

static void *thread(void *arg) {
  me = arg;
  gl_tls_m = &me->m;
  gl_tls_g = &me->g;
  pthread_barrier_wait(&barrier);
  body(me->id);
  return NULL;
}

static void run(const char *name, void (*f)(int id)) {
  body = f;
  pthread_t th[THREADS];
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (int i = 0; i < THREADS; i++) {
    Thread *t = &threads[i];
    memset(t, 0, sizeof *t);
    t->id = t->p.id = i;
    t->p.rng = t->m.rng = (uint64_t)i + 1;
    t->m.p = &t->p;
    t->p.m = &t->m;
    t->g.sudog.g = &t->g;
    lock_init(&t->p.timerlock, LOCK_TIMER);
    gl_allp[i] = &t->p;
  }
  for (int i = 0; i < THREADS; i++)
    CHECK(pthread_create(&th[i], NULL, thread, &threads[i]) == 0);
  for (int i = 0; i < THREADS; i++) pthread_join(th[i], NULL);
  pthread_barrier_destroy(&barrier);
  printf("%s\n", name);
}

// -------------------------------------------------------------------- locks

static Lock plain;
static Hchan chanlock;
static int64_t counted, chancounted;

static void locks(int id) {
  (void)id;
  for (int i = 0; i < ROUNDS; i++) {
    lock(&plain);
    counted++;
    unlock(&plain);
    chan_lock(&chanlock);
    chancounted++;
    if (i % 512 == 0) usleep(200);  // so that others sleep, too
    chan_unlock(&chanlock);
    if (trylock(&plain)) {
      counted++;
      counted--;
      unlock(&plain);
    }
  }
}

static Note notes[THREADS];
static int64_t token;

static void pass_notes(int id) {
  for (int i = 0; i < ROUNDS / 20; i++) {
    if (id != 0 || i != 0) {
      note_sleep(&notes[id]);
      note_clear(&notes[id]);
    }
    token++;
    note_wakeup(&notes[(id + 1) % THREADS]);
  }
}

// --------------------------------------------------------------- run queues

enum { GS = 30000 };
static G gs[GS];
static _Atomic int taken[GS], ntaken;

static void take(G *gp) {
  CHECK(gp >= gs && gp < gs + GS);
  taken[gp - gs]++;
  ntaken++;
}

static void take_global(void) {
  lock(&gl_sched.lock);
  G *gp = gqueue_get(&gl_sched.runq);
  if (gp) gl_sched.runqsize--;
  unlock(&gl_sched.lock);
  if (gp) take(gp);
}

// Threads 0 and 1 produce and consume, the others steal from them.
static void queues(int id) {
  P *pp = &me->p;
  bool inherit;
  if (id < 2) {
    for (int i = id; i < GS; i += 2) {
      runqput(pp, &gs[i], i % 3 == 0);
      if (i % 5 == 0) {
        G *gp = runqget(pp, &inherit);
        if (gp) take(gp);
      }
      if (i % 64 == 0) {
        GQueue q = {0};
        runqput_batch(pp, &q);
      }
    }
  }
  while (ntaken < GS) {
    G *gp = runqget(pp, &inherit);
    if (!gp) gp = runqsteal(pp, gl_allp[(id + 1) % THREADS], true);
    if (gp) take(gp);
    else take_global();
  }
}

// ----------------------------------------------------------------- channels

static const GlType int_type = {.size = 8};
static const GlChanType int_chan = {.elem = &int_type};
static Hchan *c1, *c2, *c3;
static _Atomic int64_t sent, received;

static void send(Hchan *c, int64_t v) {
  g_send(c, &v);
  CHECK(me->g.ret[0] == GL_CHAN_OK);
  sent += v;
}

// Two threads send on two channels, plainly and by select; two receive.
static void channels(int id) {
  int64_t v, w;
  if (id < 2) {
    for (int i = 1; i <= ROUNDS; i++) {
      v = w = i;
      if (i % 3 == 0) {
        GlScase cases[2] = {{c1, &v}, {c2, &w}};
        g_select(cases, 2, 0);
        CHECK(me->g.ret[1] == 1);
        sent += i;
      } else if (i % 3 == 1 && chan_trysend(c1, &v)) {
        sent += i;
      } else {
        send(i % 2 ? c1 : c2, i);
      }
    }
    v = 0;
    send(c3, 1);
    return;
  }
  for (int ends = 0; ends < 1;) {
    v = w = 0;
    int64_t end = 0;
    if (chan_tryrecv(c2, &w) == 1) {
      received += w;
      continue;
    }
    GlScase cases[3] = {{c1, &v}, {c2, &w}, {c3, &end}};
    g_select(cases, 0, 3);
    CHECK(me->g.ret[1] == 1);
    received += v + w + end;
    ends += end != 0;
  }
  // The other receiver may have ended first: drain until the senders end.
  while (sent != received) {
    v = w = 0;
    if (chan_tryrecv(c1, &v) == 1) received += v;
    if (chan_tryrecv(c2, &w) == 1) received += w;
  }
}

static Hchan *closing;
static _Atomic int told;

static void close_wakes_all(int id) {
  int64_t v = 1;
  if (id != 0) {
    g_recv(closing, &v);
    CHECK(me->g.ret[0] == 0 && v == 0);
    told++;
    return;
  }
  while (true) {
    chan_lock(closing);
    int n = 0;
    for (Sudog *sg = closing->recvq.first; sg; sg = sg->next) n++;
    chan_unlock(closing);
    if (n == THREADS - 1) break;
  }
  closechan(&me->g, closing);
}

// --------------------------------------------------------------- semaphores

static _Atomic uint32_t sema = 2;
static _Atomic int inside;

static void semaphores(int id) {
  (void)id;
  for (int i = 0; i < ROUNDS / 4; i++) {
    g_acquire(&sema, i % 2);
    CHECK(++inside <= 2);
    inside--;
    semrelease(&me->g, &sema, false);
  }
}

typedef struct NotifyList NotifyList;
uint32_t gl_notifylistadd(NotifyList *l);
void notifylistwait(G *gp, NotifyList *l, uint32_t ticket);
void gl_notifylistall(NotifyList *l);
void gl_notifylistone(NotifyList *l);
MCALL(g_notified, (NotifyList * l, uint32_t t), notifylistwait(&me->g, l, t))
static uint64_t list_words[6];
static _Atomic int waits;

static void notified(int id) {
  NotifyList *l = (NotifyList *)list_words;
  if (id == 0) {
    for (int i = 0; waits < (THREADS - 1) * 2000; i++) {
      if (i % 2) gl_notifylistone(l);
      else gl_notifylistall(l);
    }
    return;
  }
  for (int i = 0; i < 2000; i++) {
    uint32_t t = gl_notifylistadd(l);
    g_notified(l, t);
    waits++;
  }
}

// ------------------------------------------------------------------- timers

enum { TIMERS = 64 };
static Timer timers[THREADS][TIMERS];
static G sleeper;
static Hchan *ticks;
static Timer ticker;
static const GlType time_type = {.size = 24};
static const GlChanType time_chan = {.elem = &time_type};
static _Atomic int started, stopped;

static void drain(P *pp) {
  bool inherit;
  for (G *gp; (gp = runqget(pp, &inherit));)
    if (gp != &sleeper) goready(gp);
}

static void timing(int id) {
  bool ran;
  for (int i = 0; i < ROUNDS / 4; i++) {
    int who = (int)rand_n(&me->p.rng, THREADS);
    Timer *t = &timers[who][rand_n(&me->p.rng, TIMERS)];
    int64_t now = nanotime();
    // All may stop and reset all; who resets starts one more.
    if (i % 3 == 0) {
      stopped += gl_timer_stop(t);
    } else {
      stopped += gl_timer_reset(t, now + 1 + i % 50 * 1000, 0);
      started++;
    }
    if (i % 16 == id) gl_timer_reset(&ticker, now + 20000, 30000);
    if (i % 64 == 0 && id != 0) {  // one of them always runs timers
      uint64_t when[3];
      g_recv(ticks, when);
    }
    timers_run(gl_allp[(id + i) % THREADS], now, &ran);
    drain(&me->p);
  }
  // Nobody leaves while others may wait for a tick.
  static _Atomic int ended;
  ended++;
  while (ended < THREADS || timers_next() != 0) {
    for (int i = 0; i < THREADS; i++) timers_run(gl_allp[i], nanotime(), &ran);
    drain(&me->p);
    if (ended == THREADS) gl_timer_stop(&ticker);
  }
}

// A channel without its lock: the report of this race shows that the others
// would be seen.
static void race(int id) {
  int64_t v = id;
  for (int i = 0; i < 1000000; i++)
    if (id % 2) chan_trysend(c1, &v);
    else chan_tryrecv(c1, &v);
}

int main(int argc, char **argv) {
  (void)argv;
  lock_asymmetric_init();
  lock_init(&gl_sched.lock, LOCK_SCHED);
  if (argc > 1) {
    gl_gomaxprocs = 1;
    c1 = makechan(&int_chan.t, 3);
    run("race", race);
    return 0;
  }
  run("locks", locks);
  CHECK(counted == THREADS * ROUNDS && chancounted == THREADS * ROUNDS);
  run("notes", pass_notes);
  CHECK(token == THREADS * (ROUNDS / 20));
  run("run queues", queues);
  for (int i = 0; i < GS; i++) CHECK(taken[i] == 1);
  for (int size = 0; size < 3; size++) {
    c1 = makechan(&int_chan.t, size);
    c2 = makechan(&int_chan.t, size * 7);
    c3 = makechan(&int_chan.t, 2);
    sent = received = 0;
    run("channels", channels);
    CHECK(sent == received);
    closing = makechan(&int_chan.t, size);
    told = 0;
    run("close", close_wakes_all);
    CHECK(told == THREADS - 1);
  }
  run("semaphores", semaphores);
  CHECK(sema == 2);
  run("notification lists", notified);
  ticks = makechan(&time_chan.t, 1);
  ticker = (Timer){.kind = TIMER_SEND, .arg = ticks, .when = 1,
                   .period = 30000};
  gl_timer_start(&ticker);
  for (int i = 0; i < THREADS; i++)
    for (int k = 0; k < TIMERS; k++)
      timers[i][k] = (Timer){.kind = TIMER_GO, .arg = &sleeper};
  run("timers", timing);
  CHECK(started == stopped + functions);
  return 0;
}
