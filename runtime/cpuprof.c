// SPDX-License-Identifier: MIT
//
// The CPU profile: where the program is, asked at a steady rate of the
// processor time that each thread uses.
//
// Every M has a timer on its own CPU clock, so each is asked as often as it
// computes, whatever the others do (one timer for the process would mostly hit
// the same thread). The timer's SIGPROF arrives on the M it is for. sysmon has
// none: it sleeps.
//
// The handler takes no lock of the runtime and calls nothing that allocates.
// It walks the stack by frame pointers, which it follows only inside the G's
// own segments, and finds the caller of an interrupted leaf by the tables that
// cfi_prepare() has sorted before. Functions that LLVM inlined are found when
// the samples are read, not here.
//
// Samples lie one after the other as words {pcs, times, labels, pc...} in a
// buffer; the reader swaps it for an empty one. Handlers and the reader spin
// for it: a handler runs with all signals blocked, and the reader blocks
// SIGPROF meanwhile, so who holds it is never interrupted by who wants it. The
// buffers are scanned by the collector, for the labels.
//
// Programs that cannot ask for the profile do not have this file: the runtime
// knows it through gl_cpuprof only.
#include "runtime.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

enum { HZ_MAX = 1000000, WORDS = 1 << 16, DEPTH = 128, HEAD = 3 };

static _Atomic int32_t rate;  // samples a second, 0: off
static _Atomic uint32_t busy;
static uintptr_t *filling, *reading;
static size_t filled, nreading, at;
static uint64_t lost;
static Lock startlock;

static void spin_lock(void) {
  while (atomic_exchange_explicit(&busy, 1, memory_order_acquire)) {}
}

static void spin_unlock(void) {
  atomic_store_explicit(&busy, 0, memory_order_release);
}

// ------------------------------------------------------------------- sampling

// From where ctx was interrupted; pcs[0] is its own pc + 1, the rest are
// return addresses.
static int stack_of(M *mp, ucontext_t *uc, uintptr_t *pcs) {
  greg_t *r = uc->uc_mcontext.gregs;
  uintptr_t pc = (uintptr_t)r[REG_RIP];
  G *gp = mp->curg;
  uint32_t status = gp ? gp->status & ~(uint32_t)Gscan : Gdead;
  if (gp != gl_tls_g || (status != Grunning && status != Gsyscall)) gp = NULL;
  Unwind u;
  int n = 0;
  bool walk;
  if (gp && gp->sp == 0) {
    walk = signal_interrupted(gp, uc, &u);
    if (!walk) {  // in assembly, on the G's stack
      pcs[n++] = pc + 1;
      unwind_at(&u, gp, pc, (uintptr_t)r[REG_RSP], (uintptr_t)r[REG_RBP]);
      walk = unwind_next(&u);
    }
  } else {
    // On a busy machine the tick that brings SIGPROF often brings the
    // preemption as well, which comes first and sends the thread here: the time
    // was the goroutine's.
    if (!gp || pc != (uintptr_t)preempt_async_sched) pcs[n++] = pc + 1;
    walk = gp && unwind_start(&u, gp);
  }
  for (; walk && n < DEPTH; walk = unwind_next(&u)) {
    intptr_t kind = gl_pckind(u.pc);
    if (kind != 1 && kind != 3 && kind != 5) pcs[n++] = u.pc + !u.call;
  }
  return n;
}

static void add(const uintptr_t *pcs, int n, int64_t times, void *labels) {
  spin_lock();
  if (!filling || filled + HEAD + (size_t)n > WORDS) {
    lost += (uint64_t)times;
  } else {
    uintptr_t *w = filling + filled;
    w[0] = (uintptr_t)n;
    w[1] = (uintptr_t)times;
    w[2] = (uintptr_t)labels;
    memcpy(w + HEAD, pcs, (size_t)n * sizeof *pcs);
    filled += HEAD + (size_t)n;
  }
  spin_unlock();
}

// In the handler of SIGPROF: false if the signal is not of our timers.
static bool on_tick(siginfo_t *info, void *ctx) {
  if (info->si_code != SI_TIMER || info->si_value.sival_ptr != &rate)
    return false;
  M *mp = gl_tls_m;
  if (rate == 0 || !mp) return true;
  int err = errno;
  uintptr_t pcs[DEPTH];
  int n = stack_of(mp, ctx, pcs);
  G *gp = n > 1 ? mp->curg : NULL;
  add(pcs, n, 1 + info->si_overrun, gp ? gp->labels : NULL);
  errno = err;
  return true;
}

// --------------------------------------------------------------------- timers

// With allmlock; mp runs. A thread that gets no timer is not sampled.
static void timer_on(M *mp) {
  int32_t hz = rate;
  clockid_t clock;
  if (hz == 0 || mp->hasproftimer ||
      pthread_getcpuclockid(mp->thread, &clock) != 0)
    return;
  struct sigevent ev = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF,
                        .sigev_value.sival_ptr = (void *)&rate};
  ev._sigev_un._tid = mp->tid;
  if (timer_create(clock, &ev, &mp->proftimer) != 0) return;
  mp->hasproftimer = true;
  long ns = 1000000000 / hz;
  // The first after a random part, lest short-lived threads are never seen.
  long first = 1 + (long)(rand_next(&mp->rng) % (uint64_t)ns);
  struct itimerspec t = {.it_interval = {ns / 1000000000, ns % 1000000000},
                         .it_value = {0, first}};
  timer_settime(mp->proftimer, 0, &t, NULL);
}

static void timer_off(M *mp) {
  if (!mp->hasproftimer) return;
  mp->hasproftimer = false;
  timer_delete(mp->proftimer);
}

static const CpuProf hooks = {on_tick, timer_on, timer_off};

static void each_thread(void (*f)(M *mp)) {
  lock(&gl_sched.allmlock);
  gl_cpuprof = &hooks;
  for (M *mp = gl_allms; mp; mp = mp->alllink)
    if (mp->tid) f(mp);
  unlock(&gl_sched.allmlock);
}

// ccall: runtime.SetCPUProfileRate; hz <= 0 ends the profile, of which what
// was not read remains to be read. False: there is one already.
bool gl_cpuprof_rate(intptr_t hz) {
  if (hz < 0) hz = 0;
  if (hz > HZ_MAX) hz = HZ_MAX;
  lock(&startlock);
  bool refused = hz > 0 && rate > 0;
  if (!refused && hz > 0) {
    cfi_prepare();
    if (!filling) filling = gc_uncollectable(WORDS * sizeof *filling);
    if (!reading) reading = gc_uncollectable(WORDS * sizeof *reading);
    filled = nreading = at = 0;
    lost = 0;
    atomic_store(&rate, (int32_t)hz);
    each_thread(timer_on);
  } else if (!refused && rate > 0) {
    atomic_store(&rate, 0);
    each_thread(timer_off);
  }
  unlock(&startlock);
  return !refused;
}

// -------------------------------------------------------------------- reading

// The full buffer for the one that was read.
static void swap(void) {
  sigset_t prof, old;
  sigemptyset(&prof);
  sigaddset(&prof, SIGPROF);
  memset(reading, 0, nreading * sizeof *reading);  // keeps no labels alive
  pthread_sigmask(SIG_BLOCK, &prof, &old);
  spin_lock();
  uintptr_t *full = filling;
  filling = reading;
  reading = full;
  nreading = filled;
  filled = 0;
  spin_unlock();
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  at = 0;
}

// ccall: the next sample: how often, its labels, and in out, which has room
// for n words, return addresses with calls that were inlined, as many as
// returned. -1: none now. One reader at a time.
intptr_t gl_cpuprof_read(uint64_t *times, void **labels, uintptr_t *out,
                         intptr_t n) {
  if (!reading) return -1;
  if (at == nreading) swap();
  if (at == nreading) return -1;
  const uintptr_t *w = reading + at;
  at += HEAD + w[0];
  *times = w[1];
  *labels = (void *)w[2];
  intptr_t skip = 0, k = 0;
  for (uintptr_t i = 0; i < w[0] && k < n; i++)
    k += inline_callers(w[HEAD + i], &skip, out + k, n - k);
  return k;
}

// ccall: samples there was no room for.
uint64_t gl_cpuprof_lost(void) { return lost; }

// ccall: the function of a library, or of the C part of the program, that pc
// is in; "" if there is none.
GlString gl_cfuncname(uintptr_t pc) {
  Dl_info info;
  GlString name = {NULL, 0};
  if (symtab_func(pc, &name, NULL)) return name;
  if (dladdr((void *)pc, &info) == 0 || !info.dli_sname)
    return (GlString){NULL, 0};
  return (GlString){(const uint8_t *)info.dli_sname,
                    (intptr_t)strlen(info.dli_sname)};
}

// ccall: what pprof.SetGoroutineLabels set for the goroutine, which those that
// it starts inherit.
void gl_setlabels(void *labels) { gl_tls_g->labels = labels; }
