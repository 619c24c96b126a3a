// SPDX-License-Identifier: MIT
//
// Signals, but for faults, and package os/signal.
//
// From the start the runtime catches every signal, as Go's does. What the
// program asked for goes to os/signal: the handler sets a bit and writes to an
// eventfd, which the poller watches for the goroutine that delivers. Else the
// table below decides: most are dropped, SIGINT and its kin end the program,
// SIGQUIT and its kin print all goroutines. A handler once installed stays
// when the program wants the signal no more, so that none that is on its way
// meets the kernel's default action. Those of job control (SIGTSTP ...) have a
// handler only while they are wanted; SIGHUP and SIGINT, if they were ignored
// when the program began (nohup, background jobs of a shell), likewise.
// The runtime's own signals, those of preemption and of the collector, never
// get to a program.
//
// SIGPIPE is dropped: writes fail with EPIPE. A write to a broken standard
// output ends the program as the signal would, unless the program wants or
// ignores it. Programs that are started have the defaults again.
//
// Everything but the handlers is called with the lock of os/signal.
#include "runtime.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static _Atomic uint64_t wanted, pending;  // bit sig - 1
static _Atomic uint32_t sending;          // handlers in sig_send
static uint64_t spared;                   // were ignored from the start
static _Atomic int wakefd = -1;

static uint64_t bit(int sig) { return UINT64_C(1) << (sig - 1); }

// From a handler: true if the program wants the signal and will get it.
bool sig_send(int sig) {
  atomic_fetch_add(&sending, 1);
  bool wants = wanted & bit(sig);
  if (wants) {
    int err = errno;
    uint64_t one = 1;
    atomic_fetch_or(&pending, bit(sig));
    if (wakefd < 0) sysmon_ask_signals();
    else while (write(wakefd, &one, sizeof one) < 0 && errno == EINTR) {}
    errno = err;
  }
  atomic_fetch_sub(&sending, 1);
  return wants;
}

// What the runtime does with a signal nobody wants.
typedef enum Action { DROP, END, REPORT, SYSTEM } Action;

static Action action_of(int sig) {
  switch (sig) {
  case SIGHUP: case SIGINT: case SIGTERM: return END;
  case SIGQUIT: case SIGILL: case SIGTRAP: case SIGABRT: case SIGBUS:
  case SIGFPE: case SIGSEGV: case SIGSTKFLT: case SIGSYS: return REPORT;
  case SIGCONT: case SIGTSTP: case SIGTTIN: case SIGTTOU: return SYSTEM;
  default: return DROP;
  }
}

// End as if there were no handler.
static NORETURN void end_by(int sig) {
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, sig);
  signal(sig, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
  raise(sig);
  _exit(2);
}

const CpuProf *_Atomic gl_cpuprof;

static void on_signal(int sig, siginfo_t *info, void *ctx) {
  const CpuProf *prof = sig == SIGPROF ? gl_cpuprof : NULL;
  if (prof && prof->signal(info, ctx)) return;
  if (sig_send(sig)) return;
  Action a = action_of(sig);
  if (a == END) end_by(sig);
  if (a != REPORT) return;
  // libgc waits here with SIGQUIT open, and waits for this thread in turn.
  if (sig == SIGQUIT && gl_tls_m && gl_tls_m->gcsp) gl_tls_m->quit = true;
  else if (sig != SIGQUIT || !signal_hand_over(info, ctx))
    signal_report(sig, info, ctx);
}

// The collector lets mp go on: what came meanwhile comes again.
void signals_put_off(M *mp) {
  if (!mp->quit) return;
  mp->quit = false;
  pthread_kill(mp->thread, SIGQUIT);
}

// Those whose handler is in another file; it calls sig_send.
static bool has_own_handler(int sig) {
  return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL ||
         sig == SIGURG;
}

// The kernel's, the C libraries' and the collector's.
static bool untouchable(int sig) {
  return sig < 1 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP ||
         (sig >= 32 && sig <= 34) || sig == gc_signal(0) || sig == gc_signal(1);
}

static bool ignored(int sig) {
  struct sigaction sa;
  return sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

// The collector must not stop a thread in here: the frames that the signal
// interrupted would not be scanned. A report opens its thread again.
static void install(int sig) {
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_sigaction = on_signal;
  sa.sa_flags = SA_ONSTACK | SA_SIGINFO | SA_RESTART;
  sigfillset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

void sigqueue_init(void) {
  for (int sig = 1; sig < NSIG; sig++) {
    if (untouchable(sig) || has_own_handler(sig)) continue;
    if (action_of(sig) == SYSTEM) continue;
    if ((sig == SIGHUP || sig == SIGINT) && ignored(sig)) spared |= bit(sig);
    else install(sig);
  }
}

// ccall: the eventfd, -errno.
intptr_t gl_signal_open(void) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return -errno;
  wakefd = fd;
  return fd;
}

// ccall: the eventfd cannot be waited for.
void gl_signal_close(void) { wakefd = -1; }

// A program that has used up its descriptors does without the eventfd: the
// goroutine that delivers parks here, and sysmon wakes it.
static _Atomic(G *) waiter;

// mcall: until a signal may have come.
void signal_wait(G *gp) {
  gopark_prepare(gp, WAIT_SIGNAL);
  atomic_store(&waiter, gp);
  G *self = gp;
  // The handler may have looked before.
  if (pending && atomic_compare_exchange_strong(&waiter, &self, NULL))
    goready(gp);
  schedule();
}

bool signal_waiter(void) { return waiter != NULL; }

// On sysmon's thread: who waits for a signal that came.
G *signal_woken(void) {
  return pending ? atomic_exchange(&waiter, NULL) : NULL;
}

// ccall: the signals that came since the last call.
uint64_t gl_signal_take(void) { return atomic_exchange(&pending, 0); }

// ccall: true once every handler that found its signal wanted has handed it
// over.
bool gl_signal_idle(void) { return sending == 0; }

// ccall: deliver sig.
void gl_signal_enable(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig)) return;
  atomic_fetch_or(&wanted, bit(sig));
  if (!has_own_handler(sig)) install(sig);
}

// One that was sent to the process, and that the thread the kernel chose has
// not taken yet, is taken here: the kernel looks again when a mask changes.
static void take_waiting(int sig) {
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, sig);
  pthread_sigmask(SIG_BLOCK, &only, NULL);
  pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

// ccall: deliver sig no more. One that is ignored stays so.
void gl_signal_disable(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig) || !(wanted & bit(sig))) return;
  take_waiting(sig);
  atomic_fetch_and(&wanted, ~bit(sig));
  if (spared & bit(sig)) signal(sig, SIG_IGN);
  if (action_of(sig) == SYSTEM) signal(sig, SIG_DFL);
}

// ccall: ignore sig.
void gl_signal_ignore(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig)) return;
  atomic_fetch_and(&wanted, ~bit(sig));
  if (!has_own_handler(sig)) signal(sig, SIG_IGN);
}

// ccall: is sig ignored?
bool gl_signal_ignored(intptr_t n) {
  return !untouchable((int)n) && ignored((int)n);
}

// A write to fd failed with EPIPE.
void signal_epipe(int fd) {
  if ((fd != 1 && fd != 2) || wanted & bit(SIGPIPE)) return;
  if (!ignored(SIGPIPE)) end_by(SIGPIPE);
}

void gl_epipe(intptr_t fd) { signal_epipe((int)fd); }
