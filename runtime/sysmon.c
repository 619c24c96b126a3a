// SPDX-License-Identifier: MIT
//
// The monitor: a thread without a P that takes Ps back from Ms stuck in
// system calls, asks Gs that run too long to yield, polls the network when
// nobody else does, and prints the scheduler trace. It sleeps 20 us at first
// and up to 10 ms when it finds nothing to do, and for good while all Ps are
// idle: an idle program uses no CPU. It is started by the first go statement
// or the first blocking call.
//
// gl_tls_m is NULL on this thread.
#include "runtime.h"

#include <unistd.h>

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>

static const int64_t TICK_MIN = 20, TICK_MAX = 10000;  // us
static const int64_t SLICE = 10000000;                 // ns
static int64_t start_time;

// Is there anything for pp to run but what it runs now?
static bool worth_preempting(P *pp, int64_t now) {
  int64_t when = pp->timer0when;
  return !runqempty(pp) || gl_sched.runqsize != 0 || gl_sched.gcwaiting ||
         (when != 0 && when <= now);
}

static bool retake_running(P *pp, int64_t now) {
  uint32_t tick = pp->schedtick;
  if (pp->sys_schedtick != tick) {
    pp->sys_schedtick = tick;
    pp->sys_schedwhen = now;
    return false;
  }
  if (pp->sys_schedwhen + SLICE > now && !gl_debug.stress) return false;
  if (!worth_preempting(pp, now)) return false;
  preempt_one(pp);
  return true;
}

static bool retake_syscall(P *pp, int64_t now) {
  uint32_t tick = pp->syscalltick;
  if (pp->sys_syscalltick != tick) {
    pp->sys_syscalltick = tick;
    pp->sys_syscallwhen = now;
    return false;
  }
  // Leave it where it is while nobody needs it, but not for ever: sysmon
  // could not go to sleep.
  if (runqempty(pp) && gl_sched.nmspinning + gl_sched.npidle > 0 &&
      pp->sys_syscallwhen + SLICE > now)
    return false;
  uint32_t s = Psyscall;
  if (!atomic_compare_exchange_strong(&pp->status, &s, Pidle)) return false;
  atomic_fetch_add(&pp->syscalltick, 1);
  handoffp(pp);
  return true;
}

static bool retake(int64_t now) {
  bool any = false;
  for (int32_t i = 0; i < gl_gomaxprocs; i++) {
    P *pp = gl_allp[i];
    if (!pp) continue;
    uint32_t s = pp->status;
    if (s == Prunning) any |= retake_running(pp, now);
    else if (s == Psyscall) any |= retake_syscall(pp, now);
  }
  return any;
}

// All Ps idle: sleep until one is taken.
static bool sleep_if_idle(void) {
  if (gl_debug.schedtrace > 0) return false;
  if (!gl_sched.gcwaiting && gl_sched.npidle != gl_gomaxprocs) return false;
  lock(&gl_sched.lock);
  bool idle = gl_sched.gcwaiting || gl_sched.npidle == gl_gomaxprocs;
  if (idle) {
    note_clear(&gl_sched.sysmonnote);
    atomic_store(&gl_sched.sysmonwait, true);
  }
  unlock(&gl_sched.lock);
  if (!idle) return false;
  note_sleep(&gl_sched.sysmonnote);
  return true;
}

static void poll_network(int64_t now) {
  if (!netpoll_inited() || !netpoll_any_waiters()) return;
  int64_t last = gl_sched.lastpoll;
  if (last == 0 || last + SLICE > now) return;
  if (!atomic_compare_exchange_strong(&gl_sched.lastpoll, &last, now)) return;
  G *list = netpoll(0);
  while (list) {
    G *gp = list;
    list = gp->schedlink;
    goready_list(gp);
  }
}

static void *sysmon(void *arg) {
  (void)arg;
  start_time = nanotime();
  int64_t delay = TICK_MIN, lasttrace = start_time;
  int idle = 0;
  for (;;) {
    if (idle == 0) delay = TICK_MIN;
    else if (idle > 50) delay *= 2;
    if (delay > TICK_MAX) delay = TICK_MAX;
    usleep((useconds_t)delay);
    if (sleep_if_idle()) idle = 0;
    int64_t now = nanotime();
    poll_network(now);
    idle = retake(now) ? 0 : idle + 1;
    int64_t next = timers_next();
    if (next != 0 && next < now) wakep();  // of an idle P, or one too busy
    gc_wake_finalizer();
    if (gl_debug.schedtrace > 0 &&
        now - lasttrace >= gl_debug.schedtrace * INT64_C(1000000)) {
      lasttrace = now;
      schedtrace(gl_debug.scheddetail > 0);
    }
  }
  return NULL;
}

void sysmon_start(void) {
  static _Atomic bool started;
  // What it decides depends on real time: a run that shall replay does
  // without. There is one P, which then waits for calls that block.
  if (gl_debug.deterministic) return;
  if (atomic_exchange(&started, true)) return;
  pthread_attr_t at;
  pthread_attr_init(&at);
  pthread_attr_setstacksize(&at, 256 << 10);
  pthread_attr_setdetachstate(&at, PTHREAD_CREATE_DETACHED);
  pthread_t th;
  if (GC_pthread_create(&th, &at, sysmon, NULL) != 0)
    fatal("runtime: failed to create new OS thread");
  pthread_attr_destroy(&at);
}

static void put(const char *name, int64_t v) {
  print_str(name);
  print_int(v);
}

static void trace_p(P *pp, bool detail) {
  uint32_t h = pp->runqhead, t = pp->runqtail;
  if (!detail) {
    put(" ", t - h);
    return;
  }
  put("\n  P", pp->id);
  put(": status=", pp->status);
  put(" schedtick=", pp->schedtick);
  put(" syscalltick=", pp->syscalltick);
  put(" m=", pp->m ? pp->m->id : -1);
  put(" runqsize=", t - h);
  put(" gfreecnt=", pp->ngfree);
  put(" timerslen=", pp->ntimers);
}

// One line as Go's GODEBUG=schedtrace prints it; read without locks.
void schedtrace(bool detail) {
  put("SCHED ", (nanotime() - start_time) / 1000000);
  put("ms: gomaxprocs=", gl_gomaxprocs);
  put(" idleprocs=", gl_sched.npidle);
  put(" threads=", gl_sched.mcount);
  put(" spinningthreads=", gl_sched.nmspinning);
  put(" idlethreads=", gl_sched.nmidle);
  put(" runqueue=", gl_sched.runqsize);
  if (!detail) print_str(" [");
  for (int32_t i = 0; i < gl_gomaxprocs; i++) trace_p(gl_allp[i], detail);
  print_str(detail ? "\n" : " ]\n");
  print_flush();
}
