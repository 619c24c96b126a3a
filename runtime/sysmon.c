// SPDX-License-Identifier: MIT
//
// The monitor: a thread without a P that takes Ps back from Ms stuck in
// system calls, asks Gs that run too long to yield, polls the network when
// nobody else does, collects when nobody has for two minutes, and prints the
// scheduler trace. It is started by the first go statement or the first
// blocking call.
//
// It sleeps 20 us at first and up to 10 ms when it finds nothing to do, but
// not beyond the first timer, nor long while Gs wait for I/O that a spinning
// G would keep from being noticed: those are what makes a G yield before its
// 10 ms are over. gl_timer_start wakes it when it naps past a new timer.
// While all Ps are idle it sleeps until one is taken, or for a minute: an
// idle program uses no CPU.
//
// gl_tls_m is NULL on this thread.
#include "runtime.h"

#include <sys/prctl.h>
#include <unistd.h>

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>

static const int64_t TICK_MIN = 20000, TICK_MAX = 10000000;  // ns
static const int64_t TICK_IO = 1000000;    // nap while Gs wait for I/O
static const int64_t SLICE = 10000000;     // ns a G may run
static const int64_t SLICE_URGENT = 50000; // the same when others are due

static _Atomic bool running;
static _Atomic uint32_t nap;  // futex of the sleep between two looks
static int32_t urgent;        // Gs that I/O made runnable and none took yet

// Has pp something to run that should not wait for the end of the slice?
static bool is_urgent(P *pp, int64_t now) {
  int64_t when = pp->timer0when;
  if (when != 0 && when <= now) return true;
  return urgent > 0 && gl_sched.runqsize != 0 && gl_sched.npidle == 0;
}

// True: look again soon.
static bool retake_running(P *pp, int64_t now) {
  bool hurry = is_urgent(pp, now);
  uint32_t tick = pp->schedtick;
  if (pp->sys_schedtick != tick) {
    pp->sys_schedtick = tick;
    pp->sys_schedwhen = now;
    return hurry;
  }
  int64_t slice = hurry ? SLICE_URGENT : SLICE;
  if (pp->sys_schedwhen + slice > now && !gl_debug.stress) return hurry;
  // Is there anything for pp to run but what it runs now?
  if (!hurry && runqempty(pp) && gl_sched.runqsize == 0 &&
      !gl_sched.gcwaiting)
    return false;
  pp->spent = pp->sys_schedwhen + SLICE <= now;
  if (hurry && !pp->spent) {
    counter_inc(COUNT_URGENT);
    if (urgent > 0) urgent--;
    preempt_one(pp);  // and again: not wait for a prologue, which may not come
  }
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
  counter_inc(COUNT_HANDOFF);
  handoffp(pp);
  return true;
}

static bool retake(int64_t now) {
  bool any = false;
  if (gl_sched.runqsize == 0) urgent = 0;
  for (int32_t i = 0; i < gl_gomaxprocs; i++) {
    P *pp = gl_allp[i];
    if (!pp) continue;
    uint32_t s = pp->status;
    if (s == Prunning) any |= retake_running(pp, now);
    else if (s == Psyscall) any |= retake_syscall(pp, now);
  }
  return any;
}

// All Ps idle: sleep until one is taken, or until scavenge_tick has work.
static bool sleep_if_idle(int64_t due) {
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
  int64_t wait = due - nanotime();
  if (gl_sched.dumpreq || gl_sched.quitreq || gl_sched.sigreq) {
    // sysmon_ask may have set the note before it was cleared.
  } else if (due == 0) {
    note_sleep(&gl_sched.sysmonnote);
  } else if (!note_tsleep(&gl_sched.sysmonnote, wait > 0 ? wait : 1)) {
    lock(&gl_sched.lock);
    atomic_store(&gl_sched.sysmonwait, false);
    unlock(&gl_sched.lock);
  }
  sched_tick(nanotime());
  return true;
}

// Nap for at most delay, less if a timer is due before.
static void take_nap(int64_t delay) {
  int64_t now = nanotime(), next = timers_next();
  if (netpoll_any_waiters() && delay > TICK_IO) delay = TICK_IO;
  if (next != 0 && next - now < delay) delay = next - now;
  if (delay < TICK_MIN) delay = TICK_MIN;
  uint32_t seen = nap;
  atomic_store(&gl_sched.sysmonuntil, now + delay);
  futex_sleep(&nap, seen, delay);
  atomic_store(&gl_sched.sysmonuntil, 0);
}

// A timer was started that is due at `when`: do not sleep past it.
void sysmon_kick(int64_t when) {
  int64_t until = gl_sched.sysmonuntil;
  if (until <= when) return;  // awake: 0
  atomic_fetch_add(&nap, 1);
  futex_wake(&nap, 1);
}

// sysmon counts as no M. While it holds Gs that wait no more and are not yet
// runnable, an M that falls asleep must not find the program dead.
static void count_as_running(bool on) {
  lock(&gl_sched.lock);
  gl_sched.nmidlelocked += on ? -1 : 1;
  if (!on) checkdead();
  unlock(&gl_sched.lock);
}

static void poll_network(int64_t now) {
  if (!netpoll_inited() || !netpoll_any_waiters()) return;
  int64_t last = gl_sched.lastpoll;
  if (last == 0 || last + TICK_IO > now) return;
  if (!atomic_compare_exchange_strong(&gl_sched.lastpoll, &last, now)) return;
  counter_inc(COUNT_POLL);
  count_as_running(true);
  G *list = netpoll(0);
  while (list) {
    G *gp = list;
    list = gp->schedlink;
    counter_inc(COUNT_INJECT);
    urgent++;
    goready_list(gp);
  }
  count_as_running(false);
}

// SIGQUIT: who can never run again?
static void find_leaks(void) {
  if (!atomic_exchange(&gl_sched.dumpreq, 0)) return;
  gl_sched.nleaks = leaks_find(&gl_sched.leaks);
  note_wakeup(&gl_sched.dumpnote);
}

bool sysmon_running(void) { return running; }

// From a signal handler: have that done, or the whole report. False if there
// is no sysmon.
bool sysmon_ask(bool report) {
  if (!running) return false;
  if (report) atomic_store(&gl_sched.quitreq, true);
  else atomic_store(&gl_sched.dumpreq, 1);
  note_wakeup(&gl_sched.sysmonnote);
  sysmon_kick(0);
  return true;
}

// From a signal handler: a signal is to be delivered.
void sysmon_ask_signals(void) {
  atomic_store(&gl_sched.sigreq, true);
  note_wakeup(&gl_sched.sysmonnote);
  sysmon_kick(0);
}

static void wake_signal_waiter(void) {
  if (!atomic_exchange(&gl_sched.sigreq, false)) return;
  count_as_running(true);
  G *gp = signal_woken();
  if (gp) goready_list(gp);
  count_as_running(false);
}

// Signals of the program, and SIGQUIT, are for Ms.
static void block_signals(void) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  sigset_t all;
  sigfillset(&all);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    sigdelset(&all, faults[i]);
  sigdelset(&all, GC_get_suspend_signal());
  sigdelset(&all, GC_get_thr_restart_signal());
  pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void *sysmon(void *arg) {
  (void)arg;
  block_signals();
  gc_sysmon_init();
  running = true;
  prctl(PR_SET_TIMERSLACK, 1000UL);
  int64_t delay = TICK_MIN, lasttrace = nanotime(), due = 0;
  int idle = 0;
  for (;;) {
    if (idle == 0) delay = TICK_MIN;
    else if (idle > 50) delay *= 2;
    if (delay > TICK_MAX) delay = TICK_MAX;
    take_nap(delay);
    if (sleep_if_idle(due)) idle = 0;
    if (gl_sched.quitreq) signal_dump();
    find_leaks();
    wake_signal_waiter();
    counter_inc(COUNT_LOOK);
    int64_t now = nanotime();
    sched_tick(now);
    poll_network(now);
    idle = retake(now) ? 0 : idle + 1;
    int64_t next = timers_next();
    if (next != 0 && next < now) wakep();  // of an idle P, or one too busy
    gc_wake_finalizer();
    due = scavenge_tick(now);
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
  pthread_attr_setstacksize(&at, 512 << 10);
  pthread_attr_setdetachstate(&at, PTHREAD_CREATE_DETACHED);
  pthread_t th;
  int err = gl_thread_create(&th, &at, sysmon, NULL);
  if (err != 0) thread_refused(err);
  pthread_attr_destroy(&at);
}
