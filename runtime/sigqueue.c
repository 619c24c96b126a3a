// SPDX-License-Identifier: MIT
//
// Signals for package os/signal. A handler only sets a bit and writes to an
// eventfd, which the poller watches for the goroutine that delivers them.
// Until a program asks for a signal its action stays what it was: the
// system's default, or the runtime's report for SIGQUIT. The runtime's own
// signals, those of preemption and of the collector, never get here.
//
// SIGPIPE always has a handler, which does nothing unless the program wants
// the signal: writes then fail with EPIPE, and programs that are started have
// the default again. A write to a broken standard output ends the program as
// the signal would, unless the program wants or ignores it.
//
// Everything but the handlers is called with the lock of os/signal.
#include "runtime.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static _Atomic uint64_t wanted, pending;  // bit sig - 1
static uint64_t saved;                    // old_action is filled in
static struct sigaction old_action[NSIG];
static _Atomic int wakefd = -1;

static uint64_t bit(int sig) { return UINT64_C(1) << (sig - 1); }

// From a handler: true if the program wants the signal and will get it.
bool sig_send(int sig) {
  if (!(wanted & bit(sig))) return false;
  int err = errno;
  uint64_t one = 1;
  atomic_fetch_or(&pending, bit(sig));
  while (write(wakefd, &one, sizeof one) < 0 && errno == EINTR) {}
  errno = err;
  return true;
}

static void on_signal(int sig, siginfo_t *info, void *ctx) {
  (void)info;
  (void)ctx;
  sig_send(sig);
}

// Those whose handler is the runtime's for good; it calls sig_send.
static bool has_own_handler(int sig) {
  return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL ||
         sig == SIGURG || sig == SIGPIPE;
}

// The kernel's, the C library's and the collector's.
static bool untouchable(int sig) {
  return sig < 1 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP ||
         sig == 32 || sig == 33 || sig == gc_signal(0) || sig == gc_signal(1);
}

static void save(int sig) {
  if (saved & bit(sig)) return;
  saved |= bit(sig);
  sigaction(sig, NULL, &old_action[sig]);
}

static void install(int sig, void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_sigaction = handler;
  sa.sa_flags = SA_ONSTACK | SA_SIGINFO | SA_RESTART;
  sigfillset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

// Of signals that were ignored when the program began only SIGHUP and SIGINT
// stay so, for nohup and for shells that start programs in the background.
void sigqueue_init(void) {
  install(SIGPIPE, on_signal);
  signal(SIGTERM, SIG_DFL);
}

// ccall: the eventfd, -errno.
intptr_t gl_signal_open(void) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return -errno;
  wakefd = fd;
  return fd;
}

// ccall: the signals that came since the last call.
uint64_t gl_signal_take(void) { return atomic_exchange(&pending, 0); }

// ccall: deliver sig.
void gl_signal_enable(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig)) return;
  save(sig);
  atomic_fetch_or(&wanted, bit(sig));
  if (!has_own_handler(sig) || sig == SIGPIPE) install(sig, on_signal);
}

// ccall: deliver sig no more: back to what it was at the start. One that is
// ignored stays so.
void gl_signal_disable(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig) || !(wanted & bit(sig))) return;
  sigaction(sig, &old_action[sig], NULL);
  atomic_fetch_and(&wanted, ~bit(sig));
}

// ccall: ignore sig.
void gl_signal_ignore(intptr_t n) {
  int sig = (int)n;
  if (untouchable(sig)) return;
  save(sig);
  atomic_fetch_and(&wanted, ~bit(sig));
  if (!has_own_handler(sig) || sig == SIGPIPE) signal(sig, SIG_IGN);
}

// ccall: is sig ignored?
bool gl_signal_ignored(intptr_t n) {
  struct sigaction sa;
  int sig = (int)n;
  if (untouchable(sig) || sigaction(sig, NULL, &sa) < 0) return false;
  return sa.sa_handler == SIG_IGN;
}

// A write to fd failed with EPIPE.
void signal_epipe(int fd) {
  struct sigaction sa;
  if ((fd != 1 && fd != 2) || wanted & bit(SIGPIPE)) return;
  if (sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN) return;
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
}

void gl_epipe(intptr_t fd) { signal_epipe((int)fd); }
