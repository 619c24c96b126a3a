// SPDX-License-Identifier: MIT
//
// syscall.AllThreadsSyscall: a system call that every thread makes for itself,
// for what the kernel keeps for each thread and programs mean for all.
//
// The world is stopped, so that nobody makes threads. Those that are there are
// listed by the kernel (threads of the collector and sysmon are meant, too) and
// get signal 33, which the C library never lets anybody block and uses for the
// same purpose; its handler is ours meanwhile. Who has answered notes the
// round. The list is read again until nobody on it is new.
//
// If the call fails on the first thread, which is the caller's, no other makes
// it. If results differ the threads are not alike any more, and the program
// ends, as in Go.
#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIG_THREADS = 33, SETTLE_US = 100 };

// What the kernel takes; the C library's sigaction refuses the signal.
typedef struct KernelAction {
  void *handler;
  unsigned long flags;
  void *restorer;
  uint64_t mask;
} KernelAction;

static struct {
  _Atomic uint32_t round;
  uintptr_t a[7];
  uintptr_t r1, err;  // of the first thread
  _Atomic uint32_t answers;
  _Atomic bool differ;
} call;
static _Thread_local uint32_t answered;  // the last round

static uintptr_t make_call(uintptr_t *err) {
  uintptr_t *a = call.a;
  long r = syscall((long)a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
  *err = r == -1 ? (uintptr_t)errno : 0;
  return (uintptr_t)r;
}

static void on_call(int sig) {
  (void)sig;
  int saved = errno;
  uintptr_t err;
  if (answered != call.round) {
    answered = call.round;
    uintptr_t r1 = make_call(&err);
    if (r1 != call.r1 || err != call.err) atomic_store(&call.differ, true);
    atomic_fetch_add(&call.answers, 1);
  }
  errno = saved;
}

static long action(const KernelAction *new, KernelAction *old) {
  return syscall(SYS_rt_sigaction, SIG_THREADS, new, old, sizeof new->mask);
}

// Asks every thread not in tids yet; false if there was none. Who has ended
// meanwhile is not asked.
static bool ask_new(int **tids, size_t *n, uint32_t *asked) {
  bool any = false;
  DIR *d = opendir("/proc/self/task");
  if (!d) fatal("runtime: cannot list the threads of the program");
  for (struct dirent *e; (e = readdir(d));) {
    int tid = atoi(e->d_name);
    bool known = tid <= 0 || tid == gl_tls_m->tid;
    for (size_t i = 0; i < *n && !known; i++) known = (*tids)[i] == tid;
    if (known) continue;
    int *more = realloc(*tids, (*n + 1) * sizeof *more);
    if (!more) gc_out_of_memory(*n * sizeof *more);
    *tids = more;
    more[(*n)++] = tid;
    any = true;
    if (syscall(SYS_tgkill, getpid(), tid, SIG_THREADS) == 0) ++*asked;
  }
  closedir(d);
  return any;
}

static bool is_alive(int tid) {
  return syscall(SYS_tgkill, getpid(), tid, 0) == 0;
}

// Until all have answered, or those that have not are gone.
static void await(const int *tids, size_t n, uint32_t asked) {
  while (call.answers < asked) {
    usleep(SETTLE_US);
    size_t alive = 0;
    for (size_t i = 0; i < n; i++) alive += is_alive(tids[i]);
    if (call.answers >= alive) return;
  }
}

static void ask_all(void) {
  // Of the C library's own: how a handler returns.
  KernelAction old, ours;
  syscall(SYS_rt_sigaction, SIGSEGV, NULL, &ours, sizeof ours.mask);
  ours.handler = (void *)on_call;
  ours.flags = (ours.flags & ~(unsigned long)SA_SIGINFO) | SA_ONSTACK |
               SA_RESTART;
  ours.mask = ~UINT64_C(0);
  if (action(&ours, &old) != 0) fatal("runtime: cannot reach all threads");
  int *tids = NULL;
  size_t n = 0;
  uint32_t asked = 0;
  while (ask_new(&tids, &n, &asked)) await(tids, n, asked);
  action(&old, NULL);
  free(tids);
}

// mcall: a[0] is the call, a[1..6] are its arguments; its result comes back in
// a[0], the error in a[1]. ret[0] = 1: the world is being stopped by somebody
// else, try again.
void allthreads(G *gp, uintptr_t *a) {
  gp->ret[0] = 1;
  if (!stop_the_world_for(gp)) return;
  memcpy(call.a, a, sizeof call.a);
  answered = atomic_fetch_add(&call.round, 1) + 1;
  call.answers = 0;
  call.r1 = make_call(&call.err);
  if (call.err == 0) ask_all();
  a[0] = call.r1;
  a[1] = call.err;
  if (call.differ)
    fatal("AllThreadsSyscall6 results differ between threads; runtime "
          "corrupted");
  gp->ret[0] = 0;
  start_the_world_again();
}
