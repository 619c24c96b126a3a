// SPDX-License-Identifier: MIT
//
// The fatal side of panics: reports that end the program with status 2.
// Panics that a program may recover are in runtime/panic.gl.
//
// throw is for broken invariants of the runtime, fatal for hopeless errors of
// the program. Both print, trace, and exit; only one thread reports.
#include "runtime.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static Lock printlk = {.rank = LOCK_UNRANKED};
static _Atomic int dying;

// The print lock nests, and its holder is not preempted: another G on the
// same M would wait for it for ever.
void gl_printlock(void) {
  M *mp = gl_tls_m;
  if (!mp) return;
  mp->locks++;
  if (mp->printlock++ == 0) lock(&printlk);
}

void gl_printunlock(void) {
  M *mp = gl_tls_m;
  if (!mp) return;
  if (--mp->printlock == 0) {
    print_flush();
    unlock(&printlk);
  }
  mp->locks--;
}

// GOTRACEBACK=crash wants a core file.
NORETURN void die(void) {
  print_flush();
  if (gl_traceback_crash) {
    sigset_t none;
    sigemptyset(&none);
    signal(SIGABRT, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    raise(SIGABRT);
  }
  _exit(2);
}

// The right to make the one report there will be; false: it is taken.
bool report_claim(void) { return atomic_fetch_add(&dying, 1) == 0; }

// On the thread that makes the report.
void report_start(void) {
  print_reset();
  gl_crash_begin();
  if (gl_tls_m) gl_tls_m->dying = true;
}

// The first thread to fail reports; others wait for the end of the process.
void report_begin(void) {
  if (report_claim()) {
    report_start();
    return;
  }
  if (gl_tls_m && gl_tls_m->dying) _exit(3);  // failed while failing
  for (;;) pause();
}

static NORETURN void report(GlString msg) {
  report_begin();
  print_str("fatal error: ");
  print_bytes(msg.ptr, (size_t)msg.len);
  print_str("\n");
  if (gl_traceback_level > 0) {
    freeze_the_world();
    G *me = gl_tls_m ? gl_tls_m->curg : NULL;
    if (me) {
      print_str("\n");
      traceback(me, Grunning);
    }
    traceback_others(me);
  }
  die();
}

static GlString cstr(const char *s) {
  return (GlString){(const uint8_t *)s, (intptr_t)strlen(s)};
}

NORETURN void throw(const char *msg) { report(cstr(msg)); }
NORETURN void fatal(const char *msg) { report(cstr(msg)); }
void gl_throw(const uint8_t *p, intptr_t n) { report((GlString){p, n}); }
void gl_fatal(const uint8_t *p, intptr_t n) { report((GlString){p, n}); }

// ccall, after .gl code has printed the panic: trace of the current G.
void gl_fatalpanic(void) {
  report_begin();
  G *me = gl_tls_g;
  if (gl_traceback_level > 0) {
    print_str("\n");
    if (gl_traceback_all) freeze_the_world();
    traceback(me, Grunning);
    if (gl_traceback_all) traceback_others(me);
  }
  die();
}

// ccall: bytes of print and println; may be short only on errors.
intptr_t gl_write(intptr_t fd, const void *p, intptr_t n) {
  ssize_t w = write((int)fd, p, (size_t)n);
  if (fd == 2 && w > 0) print_crash(p, (size_t)w);
  return w;
}

void gl_exit(intptr_t code) {
  while (gl_sched.quitreq) pause();  // the report of SIGQUIT comes first
  print_flush();
  if (UNLIKELY(gl_debug.leaks)) leaks_report();
  if (UNLIKELY(gl_debug.counters)) counters_print();
  _exit((int)code);
}
