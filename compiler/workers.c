// SPDX-License-Identifier: MIT
//
// Jobs spread over the machine's processors. Each worker is a fork of the
// compiler: it finds all packages checked and analysed, in memory that is
// shared until written to, and no data of the passes needs a lock. What a job
// leaves behind is a file.
//
// Workers take the next job when they are free, so what a job does may depend
// on nothing that an earlier one did in the same process; then the output is
// the same for any number of workers.
//
// Rejected: threads, each with an LLVM context of its own. Types and names
// keep what lowering made of them, which every thread would need again.

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gl.h"

typedef struct Shared {
  atomic_int next;      // job
  atomic_int failures;
} Shared;

enum { MOST_WORKERS = 1024 };
static volatile pid_t running[MOST_WORKERS];  // for kill_workers

void kill_workers(void) {
  for (int i = 0; i < MOST_WORKERS; i++) {
    pid_t pid = running[i];
    if (pid > 0 && kill(pid, SIGKILL) == 0)
      waitpid(pid, NULL, 0);
  }
}

// A worker dies where its parent cleans up.
static void default_signals(void) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction old;
    if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      signal(signals[i], SIG_DFL);
  }
}

static int processors(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return n > 0 ? n : 1;
}

static void work(Shared *s, int n, bool (*job)(int i, void *data),
                 void *data) {
  int i;
  while ((i = atomic_fetch_add(&s->next, 1)) < n) {
    if (!job(i, data))
      atomic_fetch_add(&s->failures, 1);
  }
}

// False if the worker died: it cannot have counted its failure.
static bool wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR)
      return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool run_jobs(int n, int workers, bool (*job)(int i, void *data),
              void *data) {
  if (workers <= 0)
    workers = processors();
  if (workers > n)
    workers = n;
  Shared alone = {0};
  Shared *s = &alone;
  VEC(pid_t) pids = {0};
  if (workers > 1) {
    void *p = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED)
      s = p;
  }
  fflush(NULL);
  for (int k = 1; k < workers && s != &alone; k++) {
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      default_signals();
      work(s, n, job, data);
      fflush(NULL);
      _exit(0);
    }
    if (pid > 0) {
      running[k % MOST_WORKERS] = pid;
      vec_push(&pids, pid);
    }
  }
  work(s, n, job, data);  // if nobody else can, all of it
  bool ok = true;
  vec_each(pid_t, pid, &pids)
    ok &= wait_for(*pid);
  for (int k = 1; k < workers; k++)
    running[k % MOST_WORKERS] = 0;
  ok &= atomic_load(&s->failures) == 0;
  if (s != &alone)
    munmap(s, sizeof *s);
  return ok;
}
