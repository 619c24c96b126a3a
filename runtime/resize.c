// SPDX-License-Identifier: MIT
//
// Stopping the world and changing the number of Ps. The collector has its own
// way to stop threads and does not come here.
//
// stop_the_world takes idle Ps and Ps in system calls at once and asks the Gs
// of the others to yield, again and again: their Ms give up the P in
// gcstopm() (proc.c). When stopwait is 0 no P runs .gl code, and the caller
// alone may touch them. All functions run on g0.
#include "runtime.h"

#include <unistd.h>

// Until the report is printed and the process ends.
static void stay_frozen(void) {
  while (gl_sched.frozen) pause();
}

static void stop_the_world(void) {
  stay_frozen();
  event(EVENT_STWBEGIN, gl_tls_g, 0);
  P *pp = cur_p();
  lock(&gl_sched.lock);
  gl_sched.stopwait = gl_gomaxprocs;
  atomic_store(&gl_sched.gcwaiting, true);
  preempt_all();
  atomic_store(&pp->status, Pgcstop);
  gl_sched.stopwait--;
  for (int32_t i = 0; i < gl_gomaxprocs; i++) {
    P *p2 = gl_allp[i];
    uint32_t s = Psyscall;
    if (p2->status == Psyscall &&
        atomic_compare_exchange_strong(&p2->status, &s, Pgcstop)) {
      atomic_fetch_add(&p2->syscalltick, 1);
      gl_sched.stopwait--;
    }
  }
  for (P *p2; (p2 = pidleget());) {
    atomic_store(&p2->status, Pgcstop);
    gl_sched.stopwait--;
  }
  bool wait = gl_sched.stopwait > 0;
  unlock(&gl_sched.lock);
  while (wait && !note_tsleep(&gl_sched.stopnote, 100000)) preempt_all();
  note_clear(&gl_sched.stopnote);
}

// Before a report at the end of the program: ask everybody to stop, wait a
// little, and never go on. Takes no lock; who does not come to a stop runs
// on. Nobody can start the world again, and nothing that stands still now is
// a deadlock (checkdead).
void freeze_the_world(void) {
  atomic_store(&gl_sched.frozen, true);
  gl_sched.stopwait = INT32_MAX;
  atomic_store(&gl_sched.gcwaiting, true);
  for (int i = 0; i < 5; i++) {
    bool running = false;
    for (int32_t k = 0; k < gl_gomaxprocs; k++) {
      P *pp = gl_allp[k];
      M *mp = pp && pp->status == Prunning ? pp->m : NULL;
      if (!mp || mp == gl_tls_m) continue;
      running = true;
      if (trylock(&gl_sched.allmlock)) {
        unlock(&gl_sched.allmlock);
        preempt_one(pp);
        preempt_one(pp);
      }
    }
    if (!running) break;
    usleep(1000);
  }
}

static P *new_p(int32_t id) {
  P *pp = gc_uncollectable(sizeof *pp);
  pp->id = id;
  pp->rng = rand_seed();
  lock_init(&pp->timerlock, LOCK_TIMER);
  return pp;
}

static void destroy_p(P *pp, P *to) {
  bool inherit;
  for (G *gp; (gp = runqget(pp, &inherit));) globrunqput_locked(gp);
  timers_adopt(to, pp);
  gfree_give(pp, 0);
  atomic_store(&pp->status, Pdead);
}

// With sched.lock and the world stopped. Returns the Ps with work.
P *procresize(int32_t n) {
  M *mp = gl_tls_m;
  for (int32_t i = 0; i < n; i++) {
    if (!gl_allp[i]) gl_allp[i] = new_p(i);
    if (gl_allp[i]->status == Pdead) gl_allp[i]->status = Pgcstop;
  }
  int32_t old = gl_gomaxprocs;
  gl_gomaxprocs = n;
  if (!mp->p || mp->p->id >= n) {
    if (mp->p) mp->p->m = NULL;
    acquirep(gl_allp[0]);
  } else {
    atomic_store(&mp->p->status, Prunning);
  }
  for (int32_t i = n; i < old; i++) destroy_p(gl_allp[i], mp->p);
  P *work = NULL;
  for (int32_t i = n; i-- > 0;) {
    P *pp = gl_allp[i];
    if (pp == mp->p) continue;
    atomic_store(&pp->status, Pidle);
    if (runqempty(pp)) {
      pidleput(pp);
    } else {
      pp->link = work;
      work = pp;
    }
  }
  return work;
}

static void start_the_world(int32_t procs) {
  lock(&gl_sched.lock);
  P *work = procresize(procs);
  event(EVENT_STWEND, gl_tls_g, 0);
  atomic_store(&gl_sched.gcwaiting, false);
  if (gl_sched.frozen) atomic_store(&gl_sched.gcwaiting, true);  // meanwhile
  if (gl_sched.sysmonwait) {
    atomic_store(&gl_sched.sysmonwait, false);
    note_wakeup(&gl_sched.sysmonnote);
  }
  unlock(&gl_sched.lock);
  stay_frozen();
  while (work) {
    P *pp = work;
    work = pp->link;
    startm(pp, false);
  }
  wakep();
}

// Taken with trylock only: a G that must wait for it yields.
static Lock stwlock;

// Stops the world for gp, which is in an mcall, until start_the_world_again.
// False: somebody else stops it, and gp shall ask again, for which it yields.
// That may not return, so gp->ret must say "ask again" before.
bool stop_the_world_for(G *gp) {
  if (!trylock(&stwlock)) {
    gosched(gp);
    return false;
  }
  stop_the_world();
  return true;
}

// The end of that, with as many Ps.
static void start_with(int32_t procs) {
  start_the_world(procs);
  unlock(&stwlock);
}

void start_the_world_again(void) { start_with(gl_gomaxprocs); }

// mcall: runtime.GOMAXPROCS.
void gomaxprocs(G *gp, intptr_t n) {
  gp->ret[0] = (uintptr_t)gl_gomaxprocs;
  if (n > MAX_PROCS) n = MAX_PROCS;
  if (n < 1 || n == gl_gomaxprocs || gl_debug.deterministic) return;
  gp->ret[0] = 0;  // somebody else resizes; .gl asks again
  if (!stop_the_world_for(gp)) return;
  gp->ret[0] = (uintptr_t)gl_gomaxprocs;
  start_with((int32_t)n);
}

// mcall: runtime.ReadMemStats. 0: somebody else stops the world, ask again.
void readmemstats(G *gp, MemStats *s) {
  gp->ret[0] = 0;
  if (!stop_the_world_for(gp)) return;
  memstats_read(s);
  start_the_world_again();
  gp->ret[0] = 1;
}
