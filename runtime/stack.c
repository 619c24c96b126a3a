// SPDX-License-Identifier: MIT
//
// Stack segments. A G starts on a small first segment; a prologue that does
// not fit calls __morestack (asm_amd64.S), which goes on to the next segment
// and comes back on return. Segments never move, so pointers into live frames
// stay good; copying stacks is impossible here, because nothing maps the
// pointers in frames.
//
// Sizes: 1 KiB at first, of which STACK_SLACK is kept for what runs below the
// guard; then 64 KiB, then times four up to 64 MiB each, lazily committed, to
// a total of gl_stack_max. The jump to 64 KiB makes splits rare; the younger
// segment stays cached on the G, so that even a call that splits in a loop
// costs only a few nanoseconds. Where most goroutines of one go statement
// outgrow their first segment, stack_site makes that larger (below). The main
// goroutine begins with 64 KiB.
//
// Segments up to 64 KiB come from slabs, aligned mappings of one size each,
// since the kernel limits the number of mappings:
//
//   slab  | Slab, in the place of the first | segment | segment | ...
//                                             lo ... Seg|
//
// A slab knows how many of its segments are in use. Ones without any give
// back their pages at the second stack_scavenge that finds them so.
//
// A segment belongs to one G or to its slab. pool.lock guards slabs and their
// lists; all functions run on g0 or on sysmon's thread.
#include "runtime.h"

#include <string.h>
#include <sys/mman.h>

enum {
  STACK_FIRST = 1 << 10,
  STACK_STRESS = 2 << 10,
  STACK_SECOND = 64 << 10,
  STACK_BIGGEST = 64 << 20,
  STACK_SAVE = 128,        // what __morestack itself needs of a segment
  CLASSES = 7,             // 1 KiB to 64 KiB
  SLAB = 4 << 20,
  WARM_SECONDS = 256,      // free ones of 64 KiB that keep their pages
  WARM_BIG = 128 << 20,    // bytes of larger ones kept
  BIG_HUGE = 4 << 20       // from this size on huge pages are worth it
};

uintptr_t gl_stack_first = STACK_FIRST;
_Atomic uint64_t gl_stack_max = 1000000000;

typedef struct Slab {
  struct Slab *next, *prev;  // of its class: those with room
  Seg *free;
  char *bump, *end;          // never used yet
  int32_t used;              // segments
  int32_t class;
  bool listed;
  bool emptied;              // found without use by the last stack_scavenge
  bool cold;                 // has no pages but the first
} Slab;

static struct {
  Lock lock;
  Slab *room[CLASSES];       // slabs with a free segment
  int32_t nslabs[CLASSES];
  int32_t nfree_seconds;
  Seg *big[2];               // larger ones: freed lately, and before that
  uint64_t nbig;             // bytes of these
  uint64_t used, mapped;     // bytes
} pool;

static char *map_pages(size_t n) {
  char *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) gc_out_of_memory(n);
  return p;
}

static char *map_aligned(size_t n) {
  char *q = map_pages(2 * n);
  char *p = (char *)(((uintptr_t)q + n - 1) & ~(uintptr_t)(n - 1));
  if (p > q) munmap(q, (size_t)(p - q));
  munmap(p + n, (size_t)(q + n - p));
  return p;
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

// ------------------------------------------------------------------- slabs

static size_t class_size(int class) { return (size_t)STACK_FIRST << class; }

static int class_of(size_t size) {
  int class = 0;
  while (class_size(class) < size) class++;
  return class;
}

static Slab *slab_of(Seg *s) {
  return (Slab *)(s->lo & ~(uintptr_t)(SLAB - 1));
}

static void slab_list(Slab *b) {
  Slab **head = &pool.room[b->class];
  b->prev = NULL;
  b->next = *head;
  if (*head) (*head)->prev = b;
  *head = b;
  b->listed = true;
}

static void slab_unlist(Slab *b) {
  if (b->prev) b->prev->next = b->next;
  else pool.room[b->class] = b->next;
  if (b->next) b->next->prev = b->prev;
  b->listed = false;
}

// Huge pages quarter the first touch of a million goroutines; a program with
// few has no use for two megabytes of them, and large segments are mostly
// untouched.
static Slab *new_slab(int class) {
  char *p = map_aligned(SLAB);
  bool huge = pool.nslabs[class]++ > 0 && class <= 2;
  madvise(p, SLAB, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  Slab *b = (Slab *)p;
  b->class = class;
  b->bump = p + class_size(class);
  b->end = p + SLAB;
  pool.mapped += SLAB;
  slab_list(b);
  return b;
}

// With pool.lock.
static Seg *slab_get(int class) {
  Slab *b = pool.room[class];
  if (!b) b = new_slab(class);
  Seg *s = b->free;
  if (s) {
    b->free = s->next;
    if (class == CLASSES - 1) pool.nfree_seconds--;
  } else {
    s = seg_init(b->bump, class_size(class));
    b->bump += class_size(class);
  }
  b->used++;
  b->emptied = b->cold = false;
  if (!b->free && b->bump == b->end) slab_unlist(b);
  pool.used += class_size(class);
  return s;
}

// All but the page with the header.
static void drop_pages(Seg *s) {
  uintptr_t end = (s->hi - 1) & ~(uintptr_t)4095;
  madvise((void *)s->lo, end - s->lo, MADV_DONTNEED);
}

static void slab_put(Seg *s) {
  Slab *b = slab_of(s);
  if (b->class == CLASSES - 1 && ++pool.nfree_seconds > WARM_SECONDS)
    drop_pages(s);
  s->next = b->free;
  b->free = s;
  b->used--;
  pool.used -= s->size;
  if (!b->listed) slab_list(b);
}

// Forget the segments of a slab nobody uses, and give back its pages.
static void slab_drop(Slab *b) {
  if (b->class == CLASSES - 1)
    for (Seg *s = b->free; s; s = s->next) pool.nfree_seconds--;
  b->free = NULL;
  b->bump = (char *)b + class_size(b->class);
  b->cold = true;
  madvise((char *)b + 4096, SLAB - 4096, MADV_DONTNEED);
}

// ---------------------------------------------------------- larger segments

// With pool.lock: a kept segment of that size, or NULL.
static Seg *big_get(size_t size) {
  for (int i = 0; i < 2; i++)
    for (Seg **p = &pool.big[i]; *p; p = &(*p)->next)
      if ((*p)->size == size) {
        Seg *s = *p;
        *p = s->next;
        pool.nbig -= size;
        return s;
      }
  return NULL;
}

static Seg *big_alloc(size_t size) {
  lock(&pool.lock);
  pool.used += size;
  Seg *s = big_get(size);
  if (!s) pool.mapped += size;
  unlock(&pool.lock);
  if (s) return s;
  char *p = map_pages(size);
  if (size >= BIG_HUGE) madvise(p, size, MADV_HUGEPAGE);
  return seg_init(p, size);
}

static void big_unmap(Seg *s) {
  while (s) {
    Seg *next = s->next;
    munmap((void *)s->lo, s->size);
    s = next;
  }
}

static void big_free(Seg *s) {
  Seg *drop = NULL;
  lock(&pool.lock);
  pool.used -= s->size;
  if (pool.nbig + s->size <= WARM_BIG) {
    s->next = pool.big[0];
    pool.big[0] = s;
    pool.nbig += s->size;
  } else {
    pool.mapped -= s->size;
    s->next = NULL;
    drop = s;
  }
  unlock(&pool.lock);
  big_unmap(drop);
}

static void big_scavenge(void) {
  lock(&pool.lock);
  Seg *old = pool.big[1];
  for (Seg *s = old; s; s = s->next) {
    pool.nbig -= s->size;
    pool.mapped -= s->size;
  }
  pool.big[1] = pool.big[0];
  pool.big[0] = NULL;
  unlock(&pool.lock);
  big_unmap(old);
}

// Gives back what no G uses: at once if forced, else what a collection ago was
// not used either. Holds the lock for one size at a time.
void stack_scavenge(bool force) {
  big_scavenge();
  if (force) big_scavenge();
  for (int class = 0; class < CLASSES; class++) {
    lock(&pool.lock);
    Slab *b = pool.room[class];
    while (b) {
      if (b->used == 0 && !b->cold) {
        if (force || b->emptied) slab_drop(b);
        else b->emptied = true;
      }
      b = b->next;
    }
    unlock(&pool.lock);
  }
}

#ifdef GL_DEBUG
// What must hold of every slab with room.
static void pool_check(void) {
  for (int class = 0; class < CLASSES; class++)
    for (Slab *b = pool.room[class]; b; b = b->next) {
      size_t size = class_size(class), n = 0;
      for (Seg *s = b->free; s; s = s->next, n++)
        if (slab_of(s) != b || s->size != size || s->hi - s->lo + sizeof *s !=
            size)
          throw("bad free segment");
      size_t made = (size_t)(b->bump - (char *)b) / size - 1;
      if (b->class != class || !b->listed || (size_t)b->used + n != made)
        throw("bad slab of segments");
    }
}
#endif

// A segment of at least size bytes, header included.
Seg *stack_alloc(size_t size) {
  Seg *s;
  if (size <= gl_stack_first) size = gl_stack_first;
  if (size <= STACK_SECOND) {
    lock(&pool.lock);
    s = slab_get(class_of(size));
#ifdef GL_DEBUG
    static uint32_t n;
    if (n++ % 1024 == 0) pool_check();
#endif
    unlock(&pool.lock);
  } else {
    s = big_alloc(size);
  }
  s->prev = s->next = NULL;
  s->saved_sp = 0;
  return s;
}

void stack_free(Seg *s) {
  if (s->size > STACK_SECOND) {
    big_free(s);
    return;
  }
  lock(&pool.lock);
  slab_put(s);
  unlock(&pool.lock);
}

// Bytes in use by Gs, and bytes of address space taken from the system.
void stack_usage(uint64_t *used, uint64_t *mapped) {
  lock(&pool.lock);
  *used = pool.used;
  *mapped = pool.mapped;
  unlock(&pool.lock);
}

uint64_t stack_bytes(void) {
  return __atomic_load_n(&pool.used, __ATOMIC_RELAXED);
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

// ------------------------------------------------------------ learned sizes
//
// Each P counts, for the go statements it ran last, how many goroutines they
// made and how many of these outgrew their first segment. When it is one in
// two or more, the next ones begin with twice as much, up to 16 KiB. Other
// goroutines pay nothing: a G that ends keeps its first segment, whatever its
// size, and stack_fit changes one that is too small.

enum { LEARN = 16, LEARN_MAX = 16 << 10 };

static GoSite *site_of(P *pp, uintptr_t pc) {
  return &pp->gosites[(pc ^ pc >> 6) % GO_SITES];
}

// A goroutine is made at pc: the size of its first segment.
size_t stack_site(P *pp, uintptr_t pc) {
  GoSite *t = site_of(pp, pc);
  if (t->pc != pc) *t = (GoSite){.pc = pc};
  t->made++;
  return gl_stack_first << t->shift;
}

// The main goroutine is one of a kind, and most programs do their work on it:
// it never lies at the end of a small segment.
size_t stack_main(void) {
  return gl_debug.stress ? gl_stack_first : STACK_SECOND;
}

static void learn(G *gp) {
  P *pp = gl_tls_m ? cur_p() : NULL;
  if (!pp || gl_debug.stress) return;
  GoSite *t = site_of(pp, gp->gopc);
  if (t->pc != gp->gopc || gp->first->size != gl_stack_first << t->shift)
    return;
  if (++t->split < LEARN) return;
  if (t->split * 2 >= t->made && gp->first->size * 2 <= LEARN_MAX) {
    t->shift++;
    counter_inc(COUNT_LEARN);
  }
  t->split = t->made = 0;
}

// A new life of gp: its first segment shall have size bytes or more.
void stack_fit(G *gp, size_t size) {
  Seg *old = gp->first;
  if (LIKELY(old && old->size >= size)) return;
  gp->first = gp->seg = stack_alloc(size);
  if (old) stack_free(old);
}

// -------------------------------------------------------------------- growth

static NORETURN void overflow(G *gp) {
  gl_printlock();
  print_str("runtime: goroutine stack exceeds ");
  print_uint(gl_stack_max);
  print_str("-byte limit\nruntime: sp=");
  print_hex(gp->sp);
  print_str(" stack=[");
  print_hex(gp->seg->lo);
  print_str(", ");
  print_hex(gp->first->hi);
  print_str("]\n");
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
  uint64_t max = gl_stack_max;
  if (total + size > max) size = total < max ? (max - total) & ~4095ull : 0;
  if (size < least) size = (least + 4095) & ~(size_t)4095;
  if (total + size > max) return 0;
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
  if (gp->seg == gp->first) learn(gp);
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

// debug.SetMaxStack: returns the limit before.
intptr_t gl_setmaxstack(intptr_t bytes) {
  return (intptr_t)atomic_exchange(&gl_stack_max,
                                   bytes < 0 ? 0 : (uint64_t)bytes);
}

void stack_init(void) {
  lock_init(&pool.lock, LOCK_STACK);
}
