// SPDX-License-Identifier: MIT
//
// The start of a program: set everything up in order on the main thread,
// whose stack becomes g0 of m0, and schedule the main goroutine, which calls
// gl_start. The order matters: the collector before anything it scans, the
// first M before the first lock of a debug build, signals last.
#include "runtime.h"

// libgc and libc refer to it; crtbegin.o has it, which a link without the C
// compiler's driver leaves out.
__attribute__((weak, visibility("hidden"))) void *__dso_handle;

int main(int argc, char **argv, char **envp) {
  env_init(argc, argv, envp);
  int32_t procs = env_procs();
  stack_init();
  gc_init(procs);
  memprof_init();
  preempt_init();
  sched_init(procs);
  signal_init();
  if (gl_debug.schedtrace > 0) sysmon_start();
  proc_main();
  return 0;
}
