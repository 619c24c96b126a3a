// SPDX-License-Identifier: MIT
//
// Growable lists and byte strings. Storage is in `perm` and doubles; the old
// storage stays behind, which at most doubles what a list costs.
#include "base.h"

void *vec_grow(void *at, int len, int *cap, size_t elem_size) {
  if (*cap > INT32_MAX / 2) fatal("list of more than %d elements", *cap);
  int new_cap = *cap ? *cap * 2 : elem_size <= 8 ? 2 : 4;
  void *p = arena_alloc(perm, (size_t)new_cap * elem_size);
  if (len) memcpy(p, at, (size_t)len * elem_size);
  *cap = new_cap;
  return p;
}

// Makes room for n more bytes and a NUL.
static void buf_reserve(Buf *b, size_t n) {
  if (n < b->cap - b->len) return;
  size_t cap = b->cap ? b->cap * 2 : 64;
  while (cap <= b->len + n) cap *= 2;
  char *p = arena_alloc(perm, cap);
  if (b->len) memcpy(p, b->at, b->len);
  b->at = p;
  b->cap = cap;
}

void buf_add(Buf *b, const char *s, size_t n) {
  buf_reserve(b, n);
  if (n) memcpy(b->at + b->len, s, n);
  b->len += n;
  b->at[b->len] = 0;
}

void buf_addc(Buf *b, char c) {
  buf_reserve(b, 1);
  b->at[b->len++] = c;
  b->at[b->len] = 0;
}

void buf_adds(Buf *b, const char *s) {
  buf_add(b, s, strlen(s));
}

void buf_printf(Buf *b, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (n < 0) unreachable();
  buf_reserve(b, (size_t)n);
  va_start(ap, fmt);
  vsnprintf(b->at + b->len, (size_t)n + 1, fmt, ap);
  va_end(ap);
  b->len += (size_t)n;
}
