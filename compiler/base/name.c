// SPDX-License-Identifier: MIT
//
// Interned names. Equal texts are the same pointer, so that the rest of the
// compiler compares and hashes names by address. A name is never freed.
#include <utf8proc.h>

#include "base.h"

static struct {
  Name **slots;  // open addressing; cap is a power of two
  uint32_t len, cap;
} table;

// FNV-1a: short identifiers are what it is good at.
static uint32_t hash_bytes(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}

static void table_grow(void) {
  uint32_t cap = table.cap ? table.cap * 2 : 4096;
  Name **slots = calloc(cap, sizeof *slots);
  if (!slots) fatal("out of memory");
  for (uint32_t i = 0; i < table.cap; i++) {
    Name *n = table.slots[i];
    if (!n) continue;
    uint32_t j = n->hash & (cap - 1);
    while (slots[j]) j = (j + 1) & (cap - 1);
    slots[j] = n;
  }
  free(table.slots);
  table.slots = slots;
  table.cap = cap;
}

static Name *name_new(const char *s, size_t n, uint32_t hash) {
  Name *name = arena_alloc(perm, sizeof(Name) + n + 1);
  name->len = (uint32_t)n;
  name->hash = hash;
  if (n) memcpy(name->s, s, n);
  return name;
}

Name *name_intern(const char *s, size_t n) {
  if (n > UINT32_MAX - 64) fatal("name too long");
  if (table.len >= table.cap / 4 * 3) table_grow();
  uint32_t hash = hash_bytes(s, n);
  uint32_t i = hash & (table.cap - 1);
  for (; table.slots[i]; i = (i + 1) & (table.cap - 1)) {
    Name *old = table.slots[i];
    if (old->hash == hash && old->len == n && memcmp(old->s, s, n) == 0)
      return old;
  }
  table.len++;
  return table.slots[i] = name_new(s, n, hash);
}

Name *name_cstr(const char *s) {
  return name_intern(s, strlen(s));
}

bool name_is_exported(const Name *n) {
  unsigned char c = (unsigned char)n->s[0];
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  utf8proc_int32_t r;
  if (utf8proc_iterate((const utf8proc_uint8_t *)n->s, n->len, &r) < 1)
    return false;
  return utf8proc_category(r) == UTF8PROC_CATEGORY_LU;
}
