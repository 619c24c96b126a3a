// SPDX-License-Identifier: MIT
//
// malloc for the compiler's process, in place of the C library's. A tenth of
// a compile was spent in there: LLVM makes and frees small objects by the
// million, nearly all in one thread, in few sizes, and the next function wants
// those sizes again. So
//
//   * sizes are rounded up to classes, and each class has a list of free
//     blocks: malloc pops, free pushes, nothing is split or joined;
//   * blocks have no header. Those of a class fill a span, SPAN bytes at a
//     multiple of SPAN, and the span's head says their size:
//
//       | head | block | block | ...          | rest |
//       ^ SPAN-aligned; found by masking a block's address
//
//   * what is larger than MAX_SMALL has spans of its own, still by class; what
//     is larger than MAX_LISTED has a mapping, which is given back when freed;
//   * lists belong to a thread, so there are no locks. A block freed by
//     another thread than took it goes to the list of the one that freed it.
//     A thread that ends loses its lists; the compiler has two threads, and
//     both stay.
//
// Memory in lists is never given back: the process ends soon. Spans come from
// arenas; all but the first ask for huge pages, of which LLVM's scattered
// accesses need fewer translations.
//
// Not part of sanitized builds, which bring their own.

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  SPAN = 64 << 10,
  STEP = 16,                // between classes of up to FINE bytes
  FINE = 1 << 10,
  FINE_CLASSES = FINE / STEP + 1,
  COARSE_CLASSES = 10 * 4,  // four to a power of two
  CLASSES = FINE_CLASSES + COARSE_CLASSES,
  MAX_SMALL = 16 << 10,
  MAX_LISTED = 1 << 20,
  FIRST_ARENA = 4 << 20,    // hello world needs little more
  ARENA = 32 << 20,
  HUGE_PAGE = 2 << 20,
  MAPPED = CLASSES          // the class of a block with a mapping of its own
};

_Static_assert(FINE << COARSE_CLASSES / 4 == MAX_LISTED, "classes suffice");

typedef struct Head {
  size_t size;    // of each block
  unsigned class;
  size_t mapped;  // of a MAPPED block: bytes from the head on
} Head;

enum { HEAD = 64 };
_Static_assert(sizeof(Head) <= HEAD && HEAD % STEP == 0, "blocks align");

typedef struct Block {
  struct Block *next;
} Block;

typedef struct Heap {
  Block *free[CLASSES];
  char *at[CLASSES], *limit[CLASSES];  // what is unused of the newest span
  char *arena, *arena_limit;
  int arenas;
} Heap;

static _Thread_local Heap heap;

// ---- sizes -----------------------------------------------------------------

static inline unsigned class_of(size_t n) {
  if (n <= FINE)
    return (unsigned)((n + STEP - 1) / STEP);
  int log = 63 - __builtin_clzl(n - 1);  // FINE <= 2^log < n <= 2^(log+1)
  unsigned quarter = (unsigned)((n - 1) >> (log - 2)) & 3;
  return FINE_CLASSES + (unsigned)(log - 10) * 4 + quarter;
}

static size_t class_size(unsigned c) {
  if (c < FINE_CLASSES)
    return (c ? c : 1) * (size_t)STEP;
  unsigned log = (c - FINE_CLASSES) / 4 + 10, quarter = (c - FINE_CLASSES) % 4;
  return ((size_t)1 << log) + (quarter + 1) * ((size_t)1 << (log - 2));
}

static Head *head_of(const void *p) {
  return (Head *)((uintptr_t)p & ~(uintptr_t)(SPAN - 1));
}

// ---- memory from the system ------------------------------------------------

static void *map(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

// n bytes at a multiple of align; both are multiples of the page size.
static void *map_aligned(size_t n, size_t align) {
  char *p = map(n + align);
  if (!p)
    return NULL;
  size_t before = (size_t)(-(uintptr_t)p & (align - 1));
  if (before)
    munmap(p, before);
  if (align > before)
    munmap(p + before + n, align - before);
  return p + before;
}

// n bytes, a multiple of SPAN.
static char *new_spans(size_t n) {
  if ((size_t)(heap.arena_limit - heap.arena) < n) {
    size_t size = heap.arenas ? ARENA : FIRST_ARENA;
    char *p = map_aligned(size, HUGE_PAGE);
    if (!p)
      return NULL;
    if (heap.arenas++)
      madvise(p, size, MADV_HUGEPAGE);
    heap.arena = p;
    heap.arena_limit = p + size;
  }
  char *span = heap.arena;
  heap.arena += n;
  return span;
}

// ---- blocks ----------------------------------------------------------------

static void *no_memory(void) {
  errno = ENOMEM;
  return NULL;
}

// A block that was never used, so it is zero.
static __attribute__((noinline)) void *new_block(unsigned c) {
  size_t size = class_size(c);
  if ((size_t)(heap.limit[c] - heap.at[c]) < size) {
    size_t n = size <= MAX_SMALL
                   ? SPAN
                   : (HEAD + size + SPAN - 1) & ~(size_t)(SPAN - 1);
    char *span = new_spans(n);
    if (!span)
      return no_memory();
    *(Head *)span = (Head){.size = size, .class = c};
    heap.at[c] = span + HEAD;
    heap.limit[c] = span + n;
  }
  void *p = heap.at[c];
  heap.at[c] += size;
  if (size > MAX_SMALL)  // a second one would not find the head
    heap.limit[c] = heap.at[c];
  return p;
}

// The block begins `before` bytes after the head, less than SPAN.
static void *new_mapping(size_t n, size_t before) {
  size_t page = 4096, mapped = (n + before + page - 1) & ~(page - 1);
  Head *h = n < PTRDIFF_MAX / 2 ? map_aligned(mapped, SPAN) : NULL;
  if (!h)
    return no_memory();
  if (mapped >= 2 * HUGE_PAGE)
    madvise(h, mapped, MADV_HUGEPAGE);
  *h = (Head){.size = mapped - before, .class = MAPPED, .mapped = mapped};
  return (char *)h + before;
}

static void unmap(Head *h) {
  int saved = errno;
  munmap(h, h->mapped);
  errno = saved;
}

static inline Block *reuse(unsigned c) {
  Block *b = heap.free[c];
  if (b)
    heap.free[c] = b->next;
  return b;
}

// ---- what the C library declares -------------------------------------------

void *malloc(size_t n) {
  if (n > MAX_LISTED)
    return new_mapping(n, HEAD);
  unsigned c = class_of(n);
  Block *b = reuse(c);
  return b ? b : new_block(c);
}

void free(void *p) {
  if (!p)
    return;
  Head *h = head_of(p);
  if (h->class == MAPPED) {
    unmap(h);
    return;
  }
  Block *b = p;
  b->next = heap.free[h->class];
  heap.free[h->class] = b;
}

void *calloc(size_t count, size_t each) {
  size_t n;
  if (__builtin_mul_overflow(count, each, &n))
    return no_memory();
  if (n > MAX_LISTED)
    return new_mapping(n, HEAD);
  unsigned c = class_of(n);
  Block *b = reuse(c);
  return b ? memset(b, 0, n) : new_block(c);
}

void *realloc(void *old, size_t n) {
  if (!old)
    return malloc(n);
  size_t size = head_of(old)->size;
  if (n <= size && n >= size / 2)
    return old;
  void *p = malloc(n);
  if (p) {
    memcpy(p, old, n < size ? n : size);
    free(old);
  }
  return p;
}

void *aligned_alloc(size_t align, size_t n) {
  if (align <= STEP)
    return malloc(n);
  if (align >= SPAN) {
    errno = EINVAL;
    return NULL;
  }
  return new_mapping(n, align < HEAD ? HEAD : align);
}

void *memalign(size_t align, size_t n) {
  return aligned_alloc(align, n);
}

int posix_memalign(void **out, size_t align, size_t n) {
  int saved = errno;
  void *p = aligned_alloc(align, n);
  int error = p ? 0 : errno;
  errno = saved;
  if (p)
    *out = p;
  return error;
}

void *valloc(size_t n) {
  return aligned_alloc(4096, n);
}

void *pvalloc(size_t n) {
  return aligned_alloc(4096, (n + 4095) & ~(size_t)4095);
}

size_t malloc_usable_size(void *p) {
  return p ? head_of(p)->size : 0;
}

// ---- what C++ calls --------------------------------------------------------
//
// operator new and delete under their mangled names: LLVM's calls come here
// without a detour through the C++ library.

void *_Znwm(size_t n);
void _ZdlPv(void *p);
void _ZdlPvm(void *p, size_t n);
void *_ZnwmSt11align_val_t(size_t n, size_t align);
void _ZdlPvSt11align_val_t(void *p, size_t align);
void _ZdlPvmSt11align_val_t(void *p, size_t n, size_t align);

static void *must(void *p) {
  static const char message[] = "gl: out of memory\n";
  if (p)
    return p;
  if (write(2, message, sizeof message - 1) > 0)
    _exit(2);
  abort();
}

void *_Znwm(size_t n) {
  return must(malloc(n));
}

void _ZdlPv(void *p) {
  free(p);
}

void _ZdlPvm(void *p, size_t n) {
  (void)n;
  free(p);
}

void *_ZnwmSt11align_val_t(size_t n, size_t align) {
  return must(aligned_alloc(align, n));
}

void _ZdlPvSt11align_val_t(void *p, size_t align) {
  (void)align;
  free(p);
}

void _ZdlPvmSt11align_val_t(void *p, size_t n, size_t align) {
  (void)n;
  (void)align;
  free(p);
}
