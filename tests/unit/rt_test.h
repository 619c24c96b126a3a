// SPDX-License-Identifier: MIT
//
// Unit tests of the runtime that need goroutines: run_in_runtime(fn, &status)
// forks, starts the runtime in the child, and runs fn as its main goroutine.
// The tests are C, without split-stack prologues, so first segments are made
// large enough never to split. Nothing of theirs lies in .gl text: they are
// never preempted by a signal.
#ifndef RT_TEST_H
#define RT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime.h"

extern char **environ;

__asm__(
    ".text\n"
    ".globl gl_text_start, gl_text_end\n"
    "gl_text_start: ud2\n"
    "gl_text_end: ud2\n");

static void (*rt_test_main)(void);
void gl_initdone(void);
void gl_start(void) {
  gl_initdone();
  rt_test_main();
}

#define CHECK(cond)                                                    \
  do {                                                                 \
    if (!(cond)) {                                                     \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);       \
      _exit(99);                                                       \
    }                                                                  \
  } while (0)

// Stubs as the compiler emits them: how is gl_ccall, gl_mcall, ...
#define STUB(stub, target, how)                                        \
  __asm__(".text\n.globl " #stub "\n" #stub ": movq " #target          \
          "@GOTPCREL(%rip), %r11\njmp " #how "\n")

void gl_go(const GlFuncVal *fn);
Hchan *gl_makechan(const void *t, intptr_t n);
intptr_t gl_chansend(Hchan *c, void *e);
intptr_t gl_chanrecv(Hchan *c, void *e);
intptr_t gl_closechan(Hchan *c);
intptr_t gl_selectnbsend(Hchan *c, void *e);
intptr_t gl_selectnbrecv(Hchan *c, void *e);
GlPair gl_selectgo(GlScase *c, intptr_t sends, intptr_t recvs, bool block);
void *gl_new(size_t size, const GlType *t);
void *gl_new_noscan(size_t size);
void t_gosched(void), t_sleep(int64_t ns), t_gc(void);
void t_semacquire(void *addr, bool lifo, intptr_t reason);
void t_semrelease(void *addr, bool handoff);
intptr_t t_gomaxprocs(intptr_t n);
void t_usleep(intptr_t us);
void stoptheworldgc(G *gp);
void gomaxprocs(G *gp, intptr_t n);
void gl_usleep(intptr_t us);
STUB(t_gosched, gosched, gl_mcall);
STUB(t_sleep, timesleep, gl_mcall);
STUB(t_gc, stoptheworldgc, gl_mcall);
STUB(t_semacquire, semacquire, gl_mcall);
STUB(t_semrelease, semrelease, gl_mcall);
STUB(t_gomaxprocs, gomaxprocs, gl_mcall);
STUB(t_usleep, gl_usleep, gl_ccall_blocking);

static const GlType int_type = {.size = 8, .kind = GL_INT};
static const GlType ptr_type = {.size = 8, .ptrdata = 8, .kind = GL_POINTER};
static const GlChanType int_chan = {.elem = &int_type};
static const GlChanType ptr_chan = {.elem = &ptr_type};

// Start fn() as a goroutine.
#define GO(f)                                         \
  do {                                                \
    static const GlFuncVal fv = {(void *)(f)};        \
    gl_go(&fv);                                       \
  } while (0)

// The runtime keeps the array it gets, as if the kernel had given it. That of
// setenv may move.
static char **environment(void) {
  size_t n = 0;
  while (environ[n]) n++;
  char **copy = calloc(n + 1, sizeof *copy);
  if (!copy) _exit(99);
  memcpy(copy, environ, n * sizeof *copy);
  return copy;
}

// The exit status of a process that runs fn on `procs` processors.
static int run_in_runtime(void (*fn)(void), int procs) {
  fflush(stdout);
  fflush(stderr);
  pid_t pid = fork();
  if (pid == 0) {
    static char name[] = "test";
    static char *argv[] = {name, NULL};
    rt_test_main = fn;
    alarm(60);
    env_init(1, argv, environment());
    gl_stack_first = 64 << 10;
    stack_init();
    gc_init(procs);
    preempt_init();
    sched_init(procs);
    signal_init();
    new_main();
    gl_mstart_asm(&gl_m0);
  }
  int status;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void on_each_procs(void (*fn)(void)) {
  static const int procs[] = {1, 2, 4};
  for (size_t i = 0; i < sizeof procs / sizeof *procs; i++)
    assert_int_equal(run_in_runtime(fn, procs[i]), 0);
}

// Keeps helpers that a test does not use from being warned about.
static inline void rt_test_unused(void) {
  (void)on_each_procs;
  (void)int_chan;
  (void)ptr_chan;
}

#endif
