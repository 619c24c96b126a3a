// SPDX-License-Identifier: MIT
//
// Package syscall. Texts of error numbers are the C library's, but as Go words
// them: without a capital letter.
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

// Where Go's texts differ from the C library's.
static const char *other_text(int err) {
  switch (err) {
  case ENOTSUP: return "operation not supported";
  case ENOTBLK: return "block device required";
  case ENOLCK: return "no locks available";
  default: return NULL;
  }
}

intptr_t gl_strerror(char *buf, intptr_t size, intptr_t err) {
  const char *text = other_text((int)err);
  if (!text) text = strerrordesc_np((int)err);
  if (!text || err == 0 || err > ERFKILL)  // Go knows no more
    return snprintf(buf, (size_t)size, "errno %d", (int)err);
  size_t n = strlen(text);
  if (n > (size_t)size) n = (size_t)size;
  memcpy(buf, text, n);
  // "No such file", but not "RFS specific error".
  if (n > 1 && !isupper((unsigned char)buf[1]))
    buf[0] = (char)tolower((unsigned char)buf[0]);
  return (intptr_t)n;
}

intptr_t gl_getpagesize(void) { return sysconf(_SC_PAGESIZE); }

// {result, errno} of the system call a[0] with arguments a[1] to a[6]. Not
// the C library's syscall: errors of some calls are large addresses.
GlPair gl_syscall6(const uintptr_t *a) {
  register long r10 __asm__("r10") = (long)a[4];
  register long r8 __asm__("r8") = (long)a[5];
  register long r9 __asm__("r9") = (long)a[6];
  long r;
  __asm__ volatile("syscall"
                   : "=a"(r)
                   : "0"(a[0]), "D"(a[1]), "S"(a[2]), "d"(a[3]), "r"(r10),
                     "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  if (r < 0 && r > -4096) return (GlPair){(uintptr_t)-1, (uintptr_t)-r};
  return (GlPair){(uintptr_t)r, 0};
}
