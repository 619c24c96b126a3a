// SPDX-License-Identifier: MIT
//
// Arenas: memory that is freed all at once. An arena is a list of chunks; an
// allocation bumps a pointer in the newest one. Chunks come from calloc, which
// hands out fresh zero pages for large sizes, so nothing is cleared twice.
//
// Chunks grow with the arena, so that a small arena stays small and a large
// one makes few of them. A request of more than a quarter of a chunk gets a
// chunk of its own, which goes behind the newest, so that the space left in
// the newest is not lost.
#include "base.h"

enum {
  ALIGN = 16,
  MIN_CHUNK = 16 << 10,
  MAX_CHUNK = 1 << 20
};

typedef struct Chunk {
  struct Chunk *next;
  size_t size;  // of data; keeps data 16-byte aligned
  char data[];
} Chunk;

_Static_assert(sizeof(Chunk) % ALIGN == 0, "chunk data is aligned");

struct Arena {
  Chunk *chunks;     // newest first
  char *at, *limit;  // free space of the newest chunk
  size_t next_size;
};

static Arena perm_arena;
Arena *perm = &perm_arena;

static Chunk *chunk_new(size_t size) {
  Chunk *c = calloc(1, sizeof(Chunk) + size);
  if (!c) fatal("out of memory");
  c->size = size;
  return c;
}

Arena *arena_new(void) {
  Arena *a = calloc(1, sizeof *a);
  if (!a) fatal("out of memory");
  return a;
}

void arena_free(Arena *a) {
  for (Chunk *c = a->chunks, *next; c; c = next) {
    next = c->next;
    free(c);
  }
  if (a == &perm_arena)
    memset(a, 0, sizeof *a);
  else
    free(a);
}

// A chunk for one allocation only, placed second.
static void *alloc_large(Arena *a, size_t size) {
  Chunk *c = chunk_new(size);
  if (a->chunks) {
    c->next = a->chunks->next;
    a->chunks->next = c;
  } else {
    a->chunks = c;
  }
  return c->data;
}

static void *alloc_slow(Arena *a, size_t size) {
  if (!a->next_size) a->next_size = MIN_CHUNK;
  if (size > a->next_size / 4) return alloc_large(a, size);
  Chunk *c = chunk_new(a->next_size);
  if (a->next_size < MAX_CHUNK) a->next_size *= 2;
  c->next = a->chunks;
  a->chunks = c;
  a->at = c->data + size;
  a->limit = c->data + c->size;
  return c->data;
}

void *arena_alloc(Arena *a, size_t size) {
  if (size > PTRDIFF_MAX / 2) fatal("out of memory");
  size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  if (!size) size = ALIGN;
  if (size > (size_t)(a->limit - a->at)) return alloc_slow(a, size);
  void *p = a->at;
  a->at += size;
  return p;
}

char *arena_strndup(Arena *a, const char *s, size_t n) {
  char *p = arena_alloc(a, n + 1);
  if (n) memcpy(p, s, n);
  return p;
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap) {
  va_list ap2;
  va_copy(ap2, ap);
  int n = vsnprintf(NULL, 0, fmt, ap2);
  va_end(ap2);
  if (n < 0) unreachable();
  char *p = arena_alloc(a, (size_t)n + 1);
  vsnprintf(p, (size_t)n + 1, fmt, ap);
  return p;
}

char *arena_printf(Arena *a, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *p = arena_vprintf(a, fmt, ap);
  va_end(ap);
  return p;
}
