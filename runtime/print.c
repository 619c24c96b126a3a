// SPDX-License-Identifier: MIT
//
// Writing to standard error for reports: plain write(2), a small buffer, no
// allocation, usable on g0 and in signal handlers. The caller holds the print
// lock or is about to exit. The buffer is the thread's own: a report does not
// wait for who was stopped while it prints.
#include "runtime.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static _Thread_local char buf[1024];
static _Thread_local size_t used;
static _Thread_local char *sink;  // where it goes instead
static _Thread_local size_t sinksize, sinkused;

// debug.SetCrashOutput: what a dying program reports goes there, too.
static _Atomic intptr_t crash_fd = -1;
static _Atomic bool crashing;

// ccall. The descriptor before, or -1.
intptr_t gl_setcrashfd(intptr_t fd) { return atomic_exchange(&crash_fd, fd); }

// ccall: the report that ends the program begins.
void gl_crash_begin(void) { atomic_store(&crashing, true); }

void print_crash(const void *p, size_t n) {
  intptr_t fd = crash_fd;
  if (LIKELY(!crashing) || fd < 0) return;
  for (const char *at = p; n > 0;) {
    ssize_t w = write((int)fd, at, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) return;
    at += w;
    n -= (size_t)w;
  }
}

static void write_all(const char *p, size_t n) {
  if (sink) {
    if (n > sinksize - sinkused) n = sinksize - sinkused;
    memcpy(sink + sinkused, p, n);
    sinkused += n;
    return;
  }
  print_crash(p, n);
  while (n > 0) {
    ssize_t w = write(2, p, n);
    if (w < 0) {
      if (errno == EINTR) continue;
      return;
    }
    p += w;
    n -= (size_t)w;
  }
}

void print_flush(void) {
  size_t n = used;
  used = 0;
  write_all(buf, n);
}

void print_bytes(const void *p, size_t n) {
  if (n > sizeof buf - used) print_flush();
  if (n > sizeof buf) {
    write_all(p, n);
    return;
  }
  memcpy(buf + used, p, n);
  used += n;
}

void print_to(char *to, size_t size) {
  print_flush();
  sink = to;
  sinksize = size;
  sinkused = 0;
}

// The program's last report starts, perhaps in the middle of print_to.
void print_reset(void) {
  if (!sink) return;
  sink = NULL;
  used = 0;
}

size_t print_end(void) {
  print_flush();
  sink = NULL;
  return sinkused;
}

void print_str(const char *s) { print_bytes(s, strlen(s)); }

static void print_base(uint64_t v, unsigned base) {
  char d[24];
  size_t i = sizeof d;
  do {
    d[--i] = "0123456789abcdef"[v % base];
    v /= base;
  } while (v);
  print_bytes(d + i, sizeof d - i);
}

void print_uint(uint64_t v) { print_base(v, 10); }

void print_int(int64_t v) {
  if (v < 0) print_str("-");
  print_base(v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

void print_hex(uint64_t v) {
  print_str("0x");
  print_base(v, 16);
}
