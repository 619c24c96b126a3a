// SPDX-License-Identifier: MIT
//
// To be preloaded: handlers lose SA_RESTART, so that each signal interrupts
// what its thread is blocked in.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

int sigaction(int sig, const struct sigaction *act, struct sigaction *old) {
  static int (*next)(int, const struct sigaction *, struct sigaction *);
  if (!next)
    *(void **)&next = dlsym(RTLD_NEXT, "sigaction");
  if (!act)
    return next(sig, act, old);
  struct sigaction copy = *act;
  copy.sa_flags &= ~SA_RESTART;
  return next(sig, &copy, old);
}
