// SPDX-License-Identifier: MIT
//
// The start of a program: set everything up in order on the main thread,
// whose stack becomes g0 of m0, and schedule the main goroutine, which calls
// gl_start. The order matters: the collector before anything it scans, the
// first M before the first lock of a debug build, signals last. Until these
// have their handlers they are put off: one that comes in the program's first
// moment finds the main goroutine and its actions.
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// libgc and libc refer to it; crtbegin.o has it, which a link without the C
// compiler's driver leaves out.
__attribute__((weak, visibility("hidden"))) void *__dso_handle;

// Standard files that were closed: the next file opened would get the number
// of one, and be printed into by whoever means that one.
static void open_standard_files(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    if (open("/dev/null", O_RDWR) != fd)
      throw("cannot open standard files");
  }
}

// All but faults, which cannot wait. Returns the mask that there was.
static sigset_t put_off_signals(void) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
                               SIGABRT};
  sigset_t all, old;
  sigfillset(&all);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    sigdelset(&all, faults[i]);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  return old;
}

int main(int argc, char **argv, char **envp) {
  sigset_t mask = put_off_signals();
  open_standard_files();
  env_init(argc, argv, envp);
  events_init();
  int32_t procs = env_procs();
  stack_init();
  gc_init(procs);
  memprof_init();
  preempt_init();
  sched_init(procs);
  signal_init();
  if (gl_debug.schedtrace > 0) sysmon_start();
  new_main();
  m_set_sigmask(&mask);
  gl_mstart_asm(&gl_m0);
  return 0;
}
