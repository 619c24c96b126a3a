// SPDX-License-Identifier: MIT
//
// What `-x` prints on stderr: commands as a shell would take them, and what
// the compiler does itself as comments. Each line is one write, since several
// processes print.

#include <stdarg.h>
#include <string.h>

#include "base.h"

bool steps_shown;

static void put_line(Buf *b) {
  buf_adds(b, "\n");
  fwrite(b->at, 1, b->len, stderr);
}

void step_note(const char *fmt, ...) {
  if (!steps_shown)
    return;
  char text[4096];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  Buf b = {0};
  buf_printf(&b, "# %s", text);
  put_line(&b);
}

// In single quotes if a shell would change it.
static void add_word(Buf *b, const char *s) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-_./:=,+@%";
  if (*s && strspn(s, plain) == strlen(s)) {
    buf_adds(b, s);
    return;
  }
  buf_adds(b, "'");
  for (; *s; s++) {
    if (*s == '\'')
      buf_adds(b, "'\\''");
    else
      buf_printf(b, "%c", *s);
  }
  buf_adds(b, "'");
}

void step_command(const char *const *argv) {
  if (!steps_shown)
    return;
  Buf b = {0};
  for (int i = 0; argv[i]; i++) {
    if (i)
      buf_adds(&b, " ");
    add_word(&b, argv[i]);
  }
  put_line(&b);
}
