// SPDX-License-Identifier: MIT
//
// Hash maps with open addressing and linear probing. Nothing is ever removed.
// A NULL key marks a free entry, so NULL is no key of a Map; in a StrMap the
// copy of a key is never NULL, also of the empty one. Capacities are powers of
// two and at most three quarters are used.
//
// Iteration order of a Map depends on addresses: who wants a stable order
// keeps a list beside it.
#include "base.h"

static uint32_t hash_pointer(const void *p) {
  // Fibonacci hashing; the low four bits of an arena address are zero.
  return (uint32_t)(((uintptr_t)p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static uint32_t hash_bytes(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}

static struct MapEntry *map_slot(const Map *m, const void *key) {
  int i = (int)(hash_pointer(key) & (uint32_t)(m->cap - 1));
  while (m->entries[i].key && m->entries[i].key != key)
    i = (i + 1) & (m->cap - 1);
  return &m->entries[i];
}

void *map_get(const Map *m, const void *key) {
  return m->cap ? map_slot(m, key)->val : NULL;
}

bool map_has(const Map *m, const void *key) {
  return m->cap && map_slot(m, key)->key;
}

static void map_grow(Map *m) {
  Map old = *m;
  m->cap = old.cap ? old.cap * 2 : 8;
  m->entries = NEW_ARRAY(struct MapEntry, m->cap);
  for (int i = 0; i < old.cap; i++)
    if (old.entries[i].key) *map_slot(m, old.entries[i].key) = old.entries[i];
}

void map_put(Map *m, const void *key, void *val) {
  assert(key);
  if (m->len >= m->cap / 4 * 3) map_grow(m);
  struct MapEntry *e = map_slot(m, key);
  if (!e->key) m->len++;
  e->key = key;
  e->val = val;
}

static struct StrMapEntry *strmap_slot(const StrMap *m, const char *key,
                                       size_t n, uint32_t hash) {
  int i = (int)(hash & (uint32_t)(m->cap - 1));
  for (;; i = (i + 1) & (m->cap - 1)) {
    struct StrMapEntry *e = &m->entries[i];
    if (!e->key) return e;
    if (e->hash == hash && e->len == n && memcmp(e->key, key, n) == 0)
      return e;
  }
}

void *strmap_get(const StrMap *m, const char *key, size_t n) {
  if (!m->cap) return NULL;
  return strmap_slot(m, key, n, hash_bytes(key, n))->val;
}

static void strmap_grow(StrMap *m) {
  StrMap old = *m;
  m->cap = old.cap ? old.cap * 2 : 8;
  m->entries = NEW_ARRAY(struct StrMapEntry, m->cap);
  for (int i = 0; i < old.cap; i++) {
    struct StrMapEntry *e = &old.entries[i];
    if (e->key) *strmap_slot(m, e->key, e->len, e->hash) = *e;
  }
}

void strmap_put(StrMap *m, const char *key, size_t n, void *val) {
  if (m->len >= m->cap / 4 * 3) strmap_grow(m);
  uint32_t hash = hash_bytes(key, n);
  struct StrMapEntry *e = strmap_slot(m, key, n, hash);
  if (!e->key) {
    m->len++;
    e->key = arena_strndup(perm, key, n);
    e->len = n;
    e->hash = hash;
  }
  e->val = val;
}
