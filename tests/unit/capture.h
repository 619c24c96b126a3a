// SPDX-License-Identifier: MIT
//
// For unit tests of the compiler: what the diagnostics print, and sources made
// of strings.
#ifndef GL_TEST_CAPTURE_H
#define GL_TEST_CAPTURE_H

#include "base.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

// Prints what was recorded and returns it. glibc lets stderr be assigned.
static inline const char *flushed(void) {
  char *text = NULL;
  size_t len = 0;
  FILE *saved = stderr;
  stderr = open_memstream(&text, &len);
  diag_flush();
  fclose(stderr);
  stderr = saved;
  const char *copy = arena_strndup(perm, text, len);
  free(text);
  return copy;
}

// Only the "file:line:col: ..." lines, without source lines and carets.
static inline const char *flushed_messages(void) {
  const char *s = flushed();
  Buf b = {0};
  buf_adds(&b, "");
  for (const char *e; *s; s = e) {
    e = strchr(s, '\n');
    e = e ? e + 1 : s + strlen(s);
    if (*s != ' ') buf_add(&b, s, (size_t)(e - s));
  }
  return b.at;
}

static inline Source *source(const char *text) {
  return source_from_text("t", text, strlen(text));
}

#endif
