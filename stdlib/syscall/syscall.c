// SPDX-License-Identifier: MIT
//
// Package syscall. Texts of error numbers are the C library's, but as Go words
// them: without a capital letter.
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

intptr_t gl_strerror(char *buf, intptr_t size, intptr_t err) {
  const char *text = strerrordesc_np((int)err);
  if (!text)
    return snprintf(buf, (size_t)size, "errno %d", (int)err);
  size_t n = strlen(text);
  if (n > (size_t)size)
    n = (size_t)size;
  memcpy(buf, text, n);
  // "No such file", but not "RFS specific error".
  if (n > 1 && !isupper((unsigned char)buf[1]))
    buf[0] = (char)tolower((unsigned char)buf[0]);
  return (intptr_t)n;
}

intptr_t gl_getpid(void) { return getpid(); }

intptr_t gl_getpagesize(void) { return sysconf(_SC_PAGESIZE); }

intptr_t gl_kill(intptr_t pid, intptr_t sig) {
  return kill((pid_t)pid, (int)sig) < 0 ? -errno : 0;
}
