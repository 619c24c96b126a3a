// SPDX-License-Identifier: MIT
//
// Stack segments. A G starts on a small first segment; a prologue that does
// not fit calls __morestack (asm_amd64.S), which goes on to the next segment
// and comes back on return. Segments never move, so pointers into live frames
// stay good; copying stacks is impossible here, because nothing maps the
// pointers in frames.
//
// Sizes: STACK_FIRST bytes from slabs, then 64 KiB, then times four up to
// 64 MiB each, lazily committed, to a total of STACK_MAX. The jump to 64 KiB
// makes splits rare; the younger segment stays cached on the G, so that even
// a call that splits in a loop costs only a few nanoseconds.
//
// A segment belongs to one G or to the pool here. The pool's lock guards only
// the lists; all functions run on g0.
#include "runtime.h"

#include <string.h>
#include <sys/mman.h>

enum {
  STACK_FIRST = 2048,
  STACK_STRESS = 2048,
  STACK_SECOND = 64 << 10,
  STACK_BIGGEST = 64 << 20,
  STACK_SAVE = 128,        // what __morestack itself needs of a segment
  SLAB_SMALL = 256 << 10,  // the first slab: most programs need no second
  SLAB_BIG = 4 << 20,
  HUGE_PAGE = 2 << 20,
  SLAB_SECONDS = 8 << 20,  // slab of 64 KiB segments, without huge pages
  WARM_SECONDS = 256       // free ones that keep their pages
};
static const uintptr_t STACK_MAX = 1000000000;

uintptr_t gl_stack_first = STACK_FIRST;

static struct {
  Lock lock;
  Seg *firsts;  // free first segments
  Seg *seconds;
  int32_t nseconds;
  char *slab, *slabend;
  char *slab2, *slab2end;
  bool later;   // a slab was used up: the program is big
} pool;

static char *map_pages(size_t n) {
  char *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) fatal("runtime: cannot allocate memory for stacks");
  return p;
}

// Big slabs are aligned for huge pages, which quarter the first touch of a
// million goroutines.
static void new_slab(void) {
  size_t n = pool.later ? SLAB_BIG : SLAB_SMALL;
  char *p;
  if (pool.later) {
    char *q = map_pages(n + HUGE_PAGE);
    p = (char *)(((uintptr_t)q + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    if (p > q) munmap(q, (size_t)(p - q));
    munmap(p + n, (size_t)(q + HUGE_PAGE - p));
    madvise(p, n, MADV_HUGEPAGE);
  } else {
    p = map_pages(n);
  }
  pool.later = true;
  pool.slab = p;
  pool.slabend = p + n;
}

static Seg *seg_init(char *p, size_t size) {
  Seg *s = (Seg *)(p + size - sizeof(Seg));
  s->lo = (uintptr_t)p;
  s->hi = (uintptr_t)s;
  s->size = size;
  s->guard = s->lo + STACK_SLACK;
  s->room = s->hi - s->guard - STACK_SAVE;
  s->prev = s->next = NULL;
  s->saved_sp = 0;
  if (gl_debug.stress) {
    // Every prologue lands in __morestack, which yields; and every new
    // segment fits only the frame it was made for.
    s->guard = (uintptr_t)(intptr_t)STACK_PREEMPT;
    s->room = 0;
  }
  return s;
}

// From slabs as well, since the kernel limits the number of mappings; never
// unmapped, for that would split them.
static Seg *new_second(void) {
  if (pool.slab2 == pool.slab2end) {
    pool.slab2 = map_pages(SLAB_SECONDS);
    pool.slab2end = pool.slab2 + SLAB_SECONDS;
    madvise(pool.slab2, SLAB_SECONDS, MADV_NOHUGEPAGE);
  }
  Seg *s = seg_init(pool.slab2, STACK_SECOND);
  pool.slab2 += STACK_SECOND;
  return s;
}

// A segment of at least size bytes, header included.
Seg *stack_alloc(size_t size) {
  lock(&pool.lock);
  Seg *s = NULL;
  if (size <= gl_stack_first) {
    size = gl_stack_first;
    s = pool.firsts;
    if (s) {
      pool.firsts = s->next;
    } else {
      if (pool.slab + size > pool.slabend || !pool.slab) new_slab();
      s = seg_init(pool.slab, size);
      pool.slab += size;
    }
  } else if (size <= STACK_SECOND) {
    size = STACK_SECOND;
    s = pool.seconds;
    if (s) {
      pool.seconds = s->next;
      pool.nseconds--;
    } else {
      s = new_second();
    }
  }
  unlock(&pool.lock);
  if (!s) s = seg_init(map_pages(size), size);
  s->prev = s->next = NULL;
  s->saved_sp = 0;
  return s;
}

// All but the page with the header.
static void drop_pages(Seg *s) {
  uintptr_t end = (s->hi - 1) & ~(uintptr_t)4095;
  madvise((void *)s->lo, end - s->lo, MADV_DONTNEED);
}

void stack_free(Seg *s) {
  bool unmap = false;
  lock(&pool.lock);
  if (s->size == gl_stack_first) {
    s->next = pool.firsts;
    pool.firsts = s;
  } else if (s->size == STACK_SECOND) {
    if (pool.nseconds >= WARM_SECONDS) drop_pages(s);
    s->next = pool.seconds;
    pool.seconds = s;
    pool.nseconds++;
  } else {
    unmap = true;
  }
  unlock(&pool.lock);
  if (unmap) munmap((void *)s->lo, s->size);
}

static void free_younger(Seg *s) {
  Seg *n = s->next;
  s->next = NULL;
  while (n) {
    Seg *next = n->next;
    stack_free(n);
    n = next;
  }
}

void stack_reset(G *gp) {
  free_younger(gp->first);
  gp->seg = gp->first;
}

size_t stack_total(G *gp) {
  size_t n = 0;
  for (Seg *s = gp->seg; s; s = s->prev) n += s->size;
  return n;
}

// Called with the world stopped: cached big segments give back their pages.
void stack_trim(G *gp) {
  if (!gp->seg) return;
  for (Seg *s = gp->seg->next; s; s = s->next) {
    if (s->size <= STACK_SECOND) continue;
    drop_pages(s);
  }
}

static NORETURN void overflow(G *gp) {
  gl_printlock();
  print_str("runtime: goroutine stack exceeds 1000000000-byte limit\n");
  print_str("fatal error: stack overflow\n\n");
  traceback(gp, Grunning);
  print_flush();
  die();
}

// Size of the segment that follows seg and can take a frame of need bytes.
static size_t next_size(G *gp, uintptr_t need) {
  size_t least = need + STACK_SLACK + STACK_SAVE + sizeof(Seg) + 64;
  size_t cur = gp->seg->size;
  size_t size = cur < STACK_SECOND ? STACK_SECOND : cur * 4;
  if (gl_debug.stress) size = STACK_STRESS;
  if (size > STACK_BIGGEST) size = STACK_BIGGEST;
  size_t total = stack_total(gp);
  if (total + size > STACK_MAX)
    size = total < STACK_MAX ? (STACK_MAX - total) & ~(size_t)4095 : 0;
  if (size < least) size = (least + 4095) & ~(size_t)4095;
  if (total + size > STACK_MAX) return 0;
  return size;
}

// From __morestack: give gp->seg a next segment in which a frame of need
// bytes fits. What is cached there is too small.
void stack_grow(G *gp, uintptr_t need) {
#ifdef GL_DEBUG
  uintptr_t sp = gp->sp;
  if (sp < gp->seg->lo || sp > gp->seg->hi) throw("morestack on g0");
#endif
  free_younger(gp->seg);
  size_t size = next_size(gp, need);
  if (size == 0) overflow(gp);
  Seg *s = stack_alloc(size);
  if (gl_debug.stress) s->room = need + 1;
  s->prev = gp->seg;
  gp->seg->next = s;
  counter_inc(COUNT_SPLIT);
  if (gl_debug.stack) {
    print_str("stack: goroutine ");
    print_uint(gp->goid);
    print_str(" grows to ");
    print_uint(stack_total(gp) + size);
    print_str(" bytes\n");
    print_flush();
  }
}

void stack_init(void) {
  lock_init(&pool.lock, LOCK_STACK);
}
