// SPDX-License-Identifier: MIT
//
// Faults, and the reports of signals that end the program. Handlers run on
// the M's alternate stack.
//
// A nil dereference in .gl code is a null check that LLVM folded into the
// faulting access; .llvm_faultmaps says where the check's other branch is,
// and the handler only moves rip there: nothing is pushed on a stack that may
// be 1 KiB deep. Any other fault in .gl code is fatal, and so is every fault
// in C.
//
// The fault map, version 1, concatenated over objects by the linker:
//   u8 version, u8 0, u16 0, u32 functions
//   per function: u64 address, u32 faulting pcs, u32 0
//   per pc: u32 kind, u32 faulting offset, u32 handler offset
#include "runtime.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

// What gl_sigpanic and a call of __morestack need below the faulting frame.
enum { SIGPANIC_ROOM = 300 };

extern char gl_text_start[], gl_text_end[], __executable_start[], _end[];
extern const uint8_t gl_faultmaps_start[] __attribute__((weak));  // gl.ld
extern const uint8_t gl_faultmaps_end[] __attribute__((weak));

typedef struct Site {
  uintptr_t pc, handler;
} Site;
static Site *sites;
static size_t nsites;

static uint32_t u32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
static uint64_t u64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

static int by_pc(const void *a, const void *b) {
  uintptr_t x = ((const Site *)a)->pc, y = ((const Site *)b)->pc;
  return x < y ? -1 : x > y;
}

// One pass over the maps: count, or fill sites. Functions the linker dropped
// have address 0.
static size_t walk_maps(Site *out) {
  size_t n = 0;
  const uint8_t *p = gl_faultmaps_start, *end = gl_faultmaps_end;
  while (p && p + 8 <= end) {
    if (*p != 1) {  // padding between objects
      p++;
      continue;
    }
    uint32_t funcs = u32(p + 4);
    p += 8;
    while (funcs-- > 0 && p + 16 <= end) {
      uintptr_t fn = u64(p);
      uint32_t k = u32(p + 8);
      p += 16;
      for (; k-- > 0 && p + 12 <= end; p += 12) {
        if (!fn) continue;
        if (out) out[n] = (Site){fn + u32(p + 4), fn + u32(p + 8)};
        n++;
      }
    }
  }
  return n;
}

// Sorted at the first fault: most programs have none. In a signal handler,
// but the fault was in .gl code, so malloc is not interrupted.
static uintptr_t handler_of(uintptr_t pc) {
  static Lock once;
  lock(&once);
  if (!sites) {
    nsites = walk_maps(NULL);
    sites = malloc((nsites + 1) * sizeof *sites);
    if (sites) {
      walk_maps(sites);
      qsort(sites, nsites, sizeof *sites, by_pc);
    }
  }
  unlock(&once);
  if (!sites) return 0;
  Site key = {pc, 0};
  Site *s = bsearch(&key, sites, nsites, sizeof *sites, by_pc);
  return s ? s->handler : 0;
}

bool signal_in_gl_text(uintptr_t pc) {
  extern char __start_glwrap[] __attribute__((weak));
  extern char __stop_glwrap[] __attribute__((weak));
  return (pc >= (uintptr_t)gl_text_start && pc < (uintptr_t)gl_text_end) ||
         (pc >= (uintptr_t)__start_glwrap && pc < (uintptr_t)__stop_glwrap);
}

static const char *name_of(int sig) {
  switch (sig) {
  case SIGQUIT: return "SIGQUIT: quit";
  case SIGILL: return "SIGILL: illegal instruction";
  case SIGTRAP: return "SIGTRAP: trace trap";
  case SIGABRT: return "SIGABRT: abort";
  case SIGBUS: return "SIGBUS: bus error";
  case SIGFPE: return "SIGFPE: floating-point exception";
  case SIGSEGV: return "SIGSEGV: segmentation violation";
  case SIGSTKFLT: return "SIGSTKFLT: stack fault";
  default: return "SIGSYS: bad system call";
  }
}

// Should the dump hang, the alarm ends the process.
static void set_alarm(void) {
  sigset_t alrm;
  sigemptyset(&alrm);
  sigaddset(&alrm, SIGALRM);
  signal(SIGALRM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &alrm, NULL);
  alarm(20);
}

// Others come to a stop, and sysmon finds out who can never run again; if it
// does not answer, the dump does without.
static void prepare_dump(void) {
  set_alarm();
  freeze_the_world();
  if (sysmon_ask(false)) note_tsleep(&gl_sched.dumpnote, INT64_C(1000000000));
}

// Where gp's .gl code was interrupted: there, or in a function of the C
// library that it called on its own stack (memmove and its kin, which push
// nothing). False if it is in C, or in the runtime's assembly.
bool signal_interrupted(G *gp, void *ctx, Unwind *u) {
  ucontext_t *uc = ctx;
  greg_t *r = uc->uc_mcontext.gregs;
  uintptr_t sp = (uintptr_t)r[REG_RSP];
  *u = (Unwind){.g = gp, .pc = (uintptr_t)r[REG_RIP],
                .bp = (uintptr_t)r[REG_RBP], .sp = sp};
  if (gp->sp != 0 || sp & 7 || sp < gp->seg->lo || sp >= gp->seg->hi)
    return false;
  if (signal_in_gl_text(u->pc)) return true;
  uintptr_t ret = *(uintptr_t *)sp;
  if (u->pc >= (uintptr_t)__executable_start && u->pc < (uintptr_t)_end)
    return false;
  if (!signal_in_gl_text(ret)) return false;
  u->pc = ret;
  u->sp = 0;
  u->call = true;
  return true;
}

static void put_hex(const char *name, uintptr_t v) {
  print_str(name);
  print_hex(v);
}

// A fault nobody can recover.
static void print_fault(int sig, siginfo_t *info, uintptr_t pc, bool gl) {
  uintptr_t addr = (uintptr_t)info->si_addr;
  if (gl && (sig == SIGSEGV || sig == SIGBUS)) {
    put_hex("unexpected fault address ", addr);
    print_str("\nfatal error: fault\n");
  } else {
    print_str("fatal error: unexpected signal during runtime execution\n");
  }
  print_str("[signal ");
  print_str(name_of(sig));
  put_hex(" code=", (uintptr_t)info->si_code);
  put_hex(" addr=", addr);
  put_hex(" pc=", pc);
  print_str("]\n");
}

// A signal that somebody sent.
static void print_sent(int sig, const siginfo_t *info, uintptr_t pc, M *mp) {
  print_str(name_of(sig));
  put_hex("\nPC=", pc);
  print_str(" m=");
  print_int(mp ? mp->id : -1);
  print_str(" sigcode=");
  print_int(info->si_code);
  if (sig == SIGSEGV || sig == SIGBUS)
    put_hex(" addr=", (uintptr_t)info->si_addr);
  print_str("\n");
}

static struct {
  siginfo_t info;
  uintptr_t pc;
  M *mp;
} handed;

// SIGQUIT in the middle of C: this thread may hold a lock the report needs,
// malloc's for one, or have stopped the world. It goes on, and sysmon makes the
// report. A thread that is not yet an M, or none any more, is in C, too; and so
// is sysmon itself, where the collector lets SIGQUIT through. False: make it
// here.
bool signal_hand_over(siginfo_t *info, void *ctx) {
  ucontext_t *uc = ctx;
  M *mp = gl_tls_m;
  G *gp = mp ? mp->curg : NULL;
  Unwind u;
  if (mp && (mp->dying || (gp && signal_interrupted(gp, uc, &u)))) return false;
  if (!sysmon_running()) return false;
  if (!report_claim()) return true;  // there is one already
  handed.info = *info;
  handed.pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
  handed.mp = mp;
  atomic_store(&gl_sched.frozen, true);
  set_alarm();
  sysmon_ask(true);
  return true;
}

// The report that was handed over.
NORETURN void signal_dump(void) {
  report_start();
  set_alarm();
  freeze_the_world();
  gl_sched.nleaks = leaks_find(&gl_sched.leaks);
  print_sent(SIGQUIT, &handed.info, handed.pc, handed.mp);
  dump_others(NULL);
  die();
}

// A thread that reports, or waits for who does, stays in its handler, where
// the collector may stop it; sigsp says what is to be scanned then.
static void open_to_collector(M *mp, const ucontext_t *uc) {
  if (mp) mp->sigsp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, gc_signal(0));
  sigaddset(&set, gc_signal(1));
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

// From the handler of a signal that ends the program: say why and where. If
// another thread reports already, wait for its end.
NORETURN void signal_report(int sig, siginfo_t *info, void *ctx) {
  ucontext_t *uc = ctx;
  uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
  M *mp = gl_tls_m;
  G *gp = mp ? mp->curg : NULL;
  Unwind u;
  bool gl = gp && signal_interrupted(gp, uc, &u);
  bool sent = info->si_code <= 0 || sig == SIGTRAP || sig == SIGSYS;
  bool all = sent || !gl || gl_traceback_all;
  open_to_collector(mp, uc);
  report_begin();
  if (sent) print_sent(sig, info, pc, mp);
  else print_fault(sig, info, pc, gl);
  if (gl_traceback_level == 0 && !sent) die();
  if (sig == SIGQUIT) prepare_dump();
  else if (all) freeze_the_world();
  print_str("\n");
  if (gl) traceback_from(gp, u);
  else if (gp) traceback(gp, Grunning);
  if (sig == SIGQUIT) dump_others(gp);
  else if (all) traceback_others(gp);
  die();
}

// Have gp call runtime.sigpanic as if the interrupted instruction did. What a
// leaf keeps below its rsp may be overwritten: it will not go on.
static bool call_sigpanic(G *gp, int sig, ucontext_t *uc, siginfo_t *info,
                          bool near) {
  greg_t *r = uc->uc_mcontext.gregs;
  Unwind u;
  uintptr_t sp = ((uintptr_t)r[REG_RSP] & ~(uintptr_t)15) - 24;
  if (!signal_interrupted(gp, uc, &u) || sp < gp->seg->lo + SIGPANIC_ROOM)
    return false;
  ((uintptr_t *)sp)[0] = u.pc;
  ((uintptr_t *)sp)[1] = u.sp;
  r[REG_RDI] = (greg_t)(uintptr_t)info->si_addr;
  r[REG_RSI] = sig;
  r[REG_RDX] = info->si_code;
  r[REG_RCX] = near;
  r[REG_RSP] = (greg_t)sp;
  r[REG_RIP] = (greg_t)gl_sigpanic;
  return true;
}

static void on_fault(int sig, siginfo_t *info, void *ctx) {
  ucontext_t *uc = ctx;
  uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
  // On its own stack a G runs .gl code and little else; where the linker put
  // that code does not matter (LLVM moves cold functions).
  G *gp = gl_tls_m ? gl_tls_m->curg : NULL;
  if ((sig == SIGSEGV || sig == SIGBUS) && gp && gp->sp == 0 &&
      info->si_code > 0) {
    bool near = info->si_code <= SEGV_ACCERR && (uintptr_t)info->si_addr < 4096;
    uintptr_t h = near ? handler_of(pc) : 0;
    if (h) {
      uc->uc_mcontext.gregs[REG_RIP] = (greg_t)h;
      return;
    }
    if ((near || gp->paniconfault) && call_sigpanic(gp, sig, uc, info, near))
      return;
  }
  // From another process, and not a fault.
  if (info->si_code <= 0 && sig_send(sig)) return;
  signal_report(sig, info, uc);
}

// ccall: debug.SetPanicOnFault, for the goroutine that calls: what was set.
bool gl_setpaniconfault(bool on) {
  G *gp = gl_tls_g;
  bool old = gp->paniconfault;
  gp->paniconfault = on;
  return old;
}

void signal_init(void) {
  static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_sigaction = on_fault;
  sa.sa_flags = SA_ONSTACK | SA_SIGINFO | SA_RESTART;
  sigfillset(&sa.sa_mask);
  for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++)
    sigaction(fatal_signals[i], &sa, NULL);
  sigqueue_init();
}
