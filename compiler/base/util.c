// SPDX-License-Identifier: MIT
//
// The two ways the compiler gives up. Neither is for mistakes in the user's
// program, which go to diag.c.
#include "base.h"

_Noreturn void unreachable_at(const char *file, int line) {
  fflush(stdout);
  fprintf(stderr, "gl: internal error at %s:%d\n", file, line);
  abort();
}

_Noreturn void fatal(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  fflush(stdout);
  fputs("gl: ", stderr);
  vfprintf(stderr, fmt, ap);
  fputc('\n', stderr);
  va_end(ap);
  exit(2);
}
