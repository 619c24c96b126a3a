// SPDX-License-Identifier: MIT
//
// Allocation. gl_new and gl_new_noscan (asm_amd64.S) pop per-M free lists,
// one per 16-byte size class and kind; what they cannot do comes here.
//
// The collector shall follow pointers only. Every allocation names its layout
// (GL_LAYOUT_* in abi.h), which chooses the libgc kind:
//
//   LISTS_ALL     every word may be a pointer
//   LISTS_NOSCAN  none is
//   LISTS_FEW(n)  some of the first four words, by GL_LAYOUT_FEW_LIST: costs no
//                 space, since libgc keeps one descriptor for the whole block;
//                 there are nine because libgc 8.2 has sixteen kinds
//   LISTS_EXACT   the object's last word is its descriptor: a bitmap of up to
//                 62 words, or mark_array of gc.c with the type of the
//                 elements, which is followed through the whole object
//
// Rejected: the descriptor in every object (a node of two pointers would take
// 32 bytes instead of 16), and a bitmap beside the heap (a byte written per
// allocation, and no faster way of libgc's to mark through it).
//
// Lists are refilled by GC_generic_malloc_many, which hands out the free
// objects of a whole block. They are per M and not per P: the assembly then
// needs one thread-local address, and nothing preempts inside it. The
// collector marks listed objects by hand (gc.c).
//
// libgc's NORMAL kind does not scan the last word of an object, room it
// reserves for pointers one past the end, which .gl code does not make: so
// LISTS_ALL is a kind of our own too. Large requests are made one byte smaller
// for the same reason: libgc adds that byte.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <string.h>

GC_API void GC_CALL GC_generic_malloc_many(size_t, int, void **);

enum { STRESS_EVERY = 64, WIPE_FROM = 16 << 10 };

_Thread_local void *gl_tls_free[LISTS_KINDS * MALLOC_CLASSES];
_Alignas(16) uint8_t gl_zerobase[64];

// Which lists an object of size bytes comes from, and what goes into its last
// word when these are LISTS_EXACT.
typedef struct Layout {
  int lists;
  GC_word descr;
  size_t size;
} Layout;

// ---------------------------------------------------------------- layouts

static bool is_pointer(const GlType *t, size_t word) {
  return t->gcdata[word / 8] >> word % 8 & 1;
}

static bool all_pointers(const GlType *t) {
  if (t->ptrdata != t->size) return false;
  for (size_t i = 0; i < t->size / 8; i++)
    if (!is_pointer(t, i)) return false;
  return true;
}

// Bitmap of the pointers of size bytes of ts, the first word in bit 63.
static GC_word repeat_bitmap(const GlType *t, size_t size) {
  GC_word bits = 0;
  for (size_t at = 0; at + t->size <= size; at += t->size)
    for (size_t i = 0; i < t->ptrdata / 8; i++)
      if (is_pointer(t, i)) bits |= (GC_word)1 << (63 - (at / 8 + i));
  return bits;
}

static Layout exact(GC_word descr, size_t size) {
  return (Layout){LISTS_EXACT, descr, size + 8};
}

// One or more values of type t in size bytes.
static Layout layout_of(const GlType *t, size_t size) {
  if (t->ptrdata == 0) return (Layout){LISTS_NOSCAN, 0, size};
  if (!t->gcdata || all_pointers(t)) return (Layout){LISTS_ALL, 0, size};
  size_t last = (size / t->size - 1) * t->size + t->ptrdata;  // bytes
  if (last > GL_LAYOUT_BITS * 8)
    return exact(GC_MAKE_PROC(gl_array_proc, (GC_word)t), size);
  GC_word bits = repeat_bitmap(t, size), low = 0;
  for (int i = 0; i < GL_LAYOUT_FEW_BITS; i++)
    low |= (bits >> (63 - i) & 1) << i;
  int few = last <= GL_LAYOUT_FEW_BITS * 8 ? gl_layout_few(low) : 0;
  if (few) return (Layout){LISTS_FEW(few), 0, size};
  return exact(bits | GC_DS_BITMAP, size);
}

static Layout decode(uintptr_t layout, size_t size) {
  if (layout == GL_LAYOUT_ALL) return (Layout){LISTS_ALL, 0, size};
  if (layout & GL_LAYOUT_TAG_FEW)
    return (Layout){LISTS_FEW((int)(layout >> 2)), 0, size};
  if (layout & GL_LAYOUT_TAG_BITMAP) return exact(layout, size);
  const GlType *t = (const GlType *)layout;
  return layout_of(t, size);
}

// -------------------------------------------------------------- allocation

// libgc gives objects of more than half a page whole pages. The rows of a
// matrix would all begin at the same sets of the processor's cache, and a walk
// down a column would find none of them there: they begin at different lines
// of their first page instead, as far as the room left over allows. Objects
// with pointers stay at the start, where their descriptors count from.
//
// Rows of 3200 bytes leave room for 15 places, so 400 rows still meet in 15 of
// the 64 sets: such a walk takes a fifth longer than with rows side by side,
// which libgc cannot do for what is larger than half a page. Rejected: several
// rows in one object of libgc's, which would live as long as any of them does.
static size_t stagger(size_t size, int lists) {
  enum { PAGE = 4096, LINE = 64 };
  static _Thread_local uint32_t turn;
  if (lists != LISTS_NOSCAN || size <= PAGE / 2) return 0;
  size_t room = (PAGE - size % PAGE) % PAGE / LINE;
  return turn++ % (room + 1) * LINE;
}

// Who counts an allocation for mstats.c. sysmon, which has no M, and m0 may
// both count on m0: what gets lost is lost.
static M *counting_m(void) { return gl_tls_m ? gl_tls_m : &gl_m0; }

// The g0 stack is used again from the same place by each call, and the
// collector takes what earlier ones left in frames for pointers. One that
// allocated something large, or a collection, wipes that.
__attribute__((noinline)) void malloc_wipe_stack(void) {
  char dead[4096];
  memset(dead, 0, sizeof dead);
  __asm__ volatile("" : : "r"(dead) : "memory");
}

// Before more memory is asked for: is it time to collect?
static void pace(size_t size) {
  uint64_t trigger =
      atomic_load_explicit(&gl_gc_trigger, memory_order_relaxed);
  if (UNLIKELY(GC_get_bytes_since_gc() + size > trigger)) gc_collect_paced();
}

// Straight from libgc. What libgc does not clear, pointer-free memory, holds
// what was in it.
static void *malloc_large(size_t size, int lists) {
  pace(size);
  size_t skip = stagger(size, lists);
  char *p = GC_generic_malloc(size + skip - 1, gl_kinds[lists]);
  if (UNLIKELY(!p)) gc_out_of_memory(size);
  if (size > WIPE_FROM) malloc_wipe_stack();
  M *mp = counting_m();
  mp->nmalloc[size <= MALLOC_SMALL ? (size + 15) / 16 : 0]++;
  mp->bmalloc += (size + skip + 15) & ~(size_t)15;
  if (UNLIKELY(gl_memprof)) memprof_large(p + skip, (size + 15) & ~(size_t)15);
  return p + skip;
}

// The same, zeroed.
void *malloc_uncached(size_t size, int lists) {
  void *p = malloc_large(size, lists);
  if (lists == LISTS_NOSCAN) memset(p, 0, size);
  return p;
}

// The stress mode collects often and never keeps a list; less often when
// there are many stacks to scan.
static void *stressed(size_t size, int lists) {
  static _Atomic uint32_t n;
  uint32_t every = STRESS_EVERY + (uint32_t)sched_ngs();
  if (atomic_fetch_add(&n, 1) % every == 0) gc_collect_paced();
  return malloc_uncached(size, lists);
}

// The objects of a block into *list, which is for those of number i.
static void fill(int i, void **list) {
  size_t class = (size_t)i % MALLOC_CLASSES;
  pace(0);
  // libgc stores the list before it lets go of its lock, so a collection
  // finds all of it here and marks it.
  GC_generic_malloc_many(class * 16, gl_kinds[i / MALLOC_CLASSES], list);
  if (UNLIKELY(!*list)) gc_out_of_memory(class * 16);
  uint64_t n = 0;
  for (void *p = *list; p; p = *(void **)p) n++;
  M *mp = counting_m();
  mp->nmalloc[class] += n;
  mp->bmalloc += n * class * 16;
}

static void *refill(size_t class, int lists) {
  int i = lists * MALLOC_CLASSES + (int)class;
  void **list = &gl_tls_free[i];
  if (LIKELY(!gl_memprof) || !memprof_refill(gl_tls_m, i, list, fill))
    fill(i, list);
  return *list;
}

static void *allocate(size_t size, int lists) {
  if (UNLIKELY(gl_debug.stress)) return stressed(size, lists);
  if (size > MALLOC_SMALL) return malloc_uncached(size, lists);
  size_t class = (size + 15) / 16;
  void **list = &gl_tls_free[lists * MALLOC_CLASSES + (int)class];
  void *p = *list;
  if (!p) p = refill(class, lists);
  *list = *(void **)p;
  if (lists == LISTS_NOSCAN) memset(p, 0, class * 16);
  else *(void **)p = NULL;
  return p;
}

// Where libgc looks for the descriptor: at the end of what it gave, which may
// be more than was asked for. Only what it cuts from whole blocks for a list
// is not; but when it has no block free, a list is one object of some size
// class of its own, and that object is taken here.
static void *allocate_as(Layout l) {
  uintptr_t *p = allocate(l.size, l.lists);
  if (l.descr) p[GC_size(p) / 8 - 1] = l.descr;
  return p;
}

// Zeroed memory of any size for C callers on g0; scanned whole or not at all.
void *malloc_new(size_t size, bool noscan) {
  if (size == 0) return gl_zerobase;
  return allocate(size, noscan ? LISTS_NOSCAN : LISTS_ALL);
}

// ccall: pointer-free memory that the caller is about to fill. Small objects
// are zeroed faster than somebody can be asked whether they must be.
void *malloc_dirty(size_t size) {
  if (size <= MALLOC_SMALL || UNLIKELY(gl_debug.stress))
    return malloc_new(size, true);
  return malloc_large(size, LISTS_NOSCAN);
}

// Pointers only in the words set in bits, one of GL_LAYOUT_FEW_LIST.
void *malloc_few(size_t size, unsigned bits) {
  return allocate(size, LISTS_FEW(gl_layout_few(bits)));
}

void *malloc_array(const GlType *elem, size_t size) {
  if (size == 0) return gl_zerobase;
  return allocate_as(layout_of(elem, size));
}

// Slow paths of the assembly.
void *malloc_scan_slow(size_t size, uintptr_t layout) {
  if (size == 0) return gl_zerobase;
  return allocate_as(decode(layout, size));
}

void *malloc_noscan_slow(size_t size) { return malloc_new(size, true); }
