// SPDX-License-Identifier: MIT
//
// Making a G yield that does not ask to, in two ways.
//
// Poison: the guard word %fs:0x70 of the M is set above every stack pointer;
// the next prologue that checks it lands in __morestack, which comes to
// preempt_morestack by mcall. Segment switches overwrite the poison; sysmon
// repeats it.
//
// SIGURG: a loop without calls has no prologues. The handler, on the
// alternate stack with all signals blocked, copies the registers and the
// xsave image to an AsyncSave, marks the G as off its stack, and points the
// signal context at preempt_async_sched on g0. It does so only inside .gl
// text, where C and assembly cannot be in the middle of something, and only
// when the G asked for is really running on its own stack.
//
// An M keeps one spare AsyncSave, since a handler cannot allocate. The area a
// resumed G came from is retired, and reused at the M's next schedule().
#include "runtime.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

extern char gl_text_start[], gl_text_end[];

enum { XSTATE_MAGIC1 = 0x46505853, SW_BYTES = 464, FX_SIZE = 512 };
static size_t area_size;
static Lock poollock = {.rank = LOCK_ASAVE};
static AsyncSave *pool;

static AsyncSave *area_get(void) {
  lock(&poollock);
  AsyncSave *as = pool;
  if (as) pool = as->next;
  unlock(&poollock);
  if (as) return as;
  as = aligned_alloc(64, sizeof(AsyncSave) + area_size);
  if (!as) return NULL;
  memset(as, 0, sizeof *as + area_size);
  return as;
}

// On g0, from schedule(): turn the retired area into the spare one.
void preempt_refill(M *mp) {
  AsyncSave *as = mp->aretired;
  mp->aretired = NULL;
  if (!mp->aspare) {
    mp->aspare = as ? as : area_get();
  } else if (as) {
    lock(&poollock);
    as->next = pool;
    pool = as;
    unlock(&poollock);
  }
}

// The thread of mp must not end in between.
static void poison(M *mp, bool signal) {
  lock(&gl_sched.allmlock);
  _Atomic uintptr_t *g = mp->guardp;
  if (g) atomic_store_explicit(g, (uintptr_t)(intptr_t)STACK_PREEMPT,
                               memory_order_relaxed);
  if (g && signal && mp->tid && !atomic_exchange(&mp->sigpending, true)) {
    syscall(SYS_tgkill, getpid(), mp->tid, SIGURG);
    counter_inc(COUNT_SIGNAL);
  }
  unlock(&gl_sched.allmlock);
}

// Ask the G of pp to yield: by poison at first, by a signal when it was asked
// before and still runs.
void preempt_one(P *pp) {
  M *mp = pp->m;
  if (!mp) return;
  G *gp = mp->curg;
  if (!gp) return;
  bool again = gp->preempt;
  gp->preempt = true;
  poison(mp, again && !gl_debug.asyncpreemptoff);
}

// For stop_the_world: both at once, to all but the caller's.
void preempt_all(void) {
  for (int32_t i = 0; i < gl_gomaxprocs; i++) {
    P *pp = gl_allp[i];
    if (!pp || pp->status != Prunning || pp->m == gl_tls_m) continue;
    preempt_one(pp);
    preempt_one(pp);
  }
}

// mcall from __morestack.
void preempt_morestack(G *gp) {
  M *mp = gl_tls_m;
  atomic_store(mp->guardp, gp->seg->guard);
  P *pp = mp->p;
  bool idle = runqempty(pp) && gl_sched.runqsize == 0 &&
              !gl_sched.gcwaiting && pp->timer0when == 0;
  if (mp->locks > 0 || idle) {
    gp->preempt = false;
    return;
  }
  counter_inc(COUNT_PREEMPT_POISON);
  gopreempt(gp);
}

// On g0: the signal handler took gp off its stack, and the spare area.
NORETURN void preempt_async_sched(G *gp) {
  preempt_refill(gl_tls_m);
  counter_inc(COUNT_PREEMPT_SIGNAL);
  gopreempt(gp);
}

static bool may_preempt(M *mp, G *gp, uintptr_t pc, uintptr_t sp) {
  if (!mp || !gp || mp->curg != gp || mp->locks > 0 || !mp->p) return false;
  if (!gp->preempt || gp->sp != 0 || gp->asave || !mp->aspare) return false;
  if (gp->status != Grunning) return false;
  if (pc < (uintptr_t)gl_text_start || pc >= (uintptr_t)gl_text_end)
    return false;
  // Room for the red zone and the words gl_gogo_async pushes.
  return sp >= gp->seg->lo + 256 && sp <= gp->seg->hi;
}

static void save_registers(AsyncSave *as, ucontext_t *uc) {
  greg_t *r = uc->uc_mcontext.gregs;
  memcpy(as->gpr, r, sizeof as->gpr);  // REG_R8.. in AS_* order
  uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
  uint32_t sw[5];
  memcpy(sw, fp + SW_BYTES, sizeof sw);
  size_t n = sw[0] == XSTATE_MAGIC1 ? sw[4] : FX_SIZE;
  as->size = n;
  as->xsave = as->area;
  memcpy(as->area, fp, n);
  memset(as->area + SW_BYTES, 0, FX_SIZE - SW_BYTES);
  // Without the magic there is no header: restore x87 and SSE only.
  if (n == FX_SIZE) {
    memset(as->area + FX_SIZE, 0, 64);
    as->area[FX_SIZE] = 3;
  }
}

static pid_t own_pid;

static void on_urg(int sig, siginfo_t *info, void *ctx) {
  // preempt_one's come by tgkill; any other is the program's.
  if (info->si_code != SI_TKILL || info->si_pid != own_pid) {
    sig_send(sig);
    return;
  }
  ucontext_t *uc = ctx;
  greg_t *r = uc->uc_mcontext.gregs;
  M *mp = gl_tls_m;
  G *gp = gl_tls_g;
  if (mp) atomic_store(&mp->sigpending, false);
  if (!may_preempt(mp, gp, (uintptr_t)r[REG_RIP], (uintptr_t)r[REG_RSP]))
    return;
  uint32_t xsize;
  memcpy(&xsize, (uint8_t *)uc->uc_mcontext.fpregs + SW_BYTES + 16, 4);
  if (xsize > area_size) return;
  AsyncSave *as = mp->aspare;
  mp->aspare = NULL;
  save_registers(as, uc);
  gp->asave = as;
  gp->bp = (uintptr_t)r[REG_RBP];
  gp->sp = (uintptr_t)r[REG_RSP];
  r[REG_RIP] = (greg_t)preempt_async_sched;
  r[REG_RDI] = (greg_t)gp;
  r[REG_RSP] = (greg_t)(mp->g0sp - 8);
}

void preempt_init(void) {
  own_pid = getpid();
  _Static_assert(REG_R8 == 0 && REG_RIP * 8 == AS_RIP, "greg order");
  _Static_assert(REG_RSP * 8 == AS_RSP && REG_EFL * 8 == AS_EFL, "greg order");
  _Static_assert(REG_RDI * 8 == AS_RDI && REG_RCX * 8 == AS_RCX, "greg order");
  long n = sysconf(_SC_MINSIGSTKSZ);
  area_size = ((n > 0 ? (size_t)n : 0) + 4096 + 63) & ~(size_t)63;
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_sigaction = on_urg;
  sa.sa_flags = SA_ONSTACK | SA_SIGINFO | SA_RESTART;
  sigfillset(&sa.sa_mask);
  sigaction(SIGURG, &sa, NULL);
}
