// SPDX-License-Identifier: MIT
//
// Roots and threads for libgc, the conservative mark-sweep collector.
//
// What the collector must find, and how:
//  - static data of the runtime and of C: libgc registers it itself. Package
//    variables are not part of that: gcroots.c. Its own variables are left out:
//    one is the end of the memory it mapped last, which often is the first
//    word of a large object, and would keep that for ever;
//  - the thread stacks of Ms: gcthread.c;
//  - goroutine stacks: every G is an object of its own kind whose mark
//    procedure pushes its segments. Pushing stacks from push_roots instead
//    overflows libgc's mark stack with many Gs. gl_allgs links all Gs; a G's
//    procedure pushes the next one first, so depth stays small;
//  - the free lists of the Ms (malloc.c): marked by hand, object by object,
//    since nothing else refers to them.
//
// A G's stack is scanned from g->sp when it is set, else from the interrupted
// rsp of g->m, less the red zone. asm_amd64.S keeps the order of stores that
// makes one of the two valid at every instruction. Older segments are
// scanned from saved_sp. The segment that holds sp is found by address, not by
// g->seg, which changes an instruction before or after rsp does.
//
// Nothing called from here during a collection takes a lock of ours: the
// world is stopped at arbitrary instructions.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <stdlib.h>
#include <string.h>

enum {
  MARKERS = 8,
  GROWTH = 16,         // a full heap grows by one part in so many
  MIN_LONG = 128,      // bytes of a stack worth an entry on the mark stack
  ARRAY_PIECE = 1024   // bytes of an array marked at once
};

int gl_kinds[LISTS_KINDS];
unsigned gl_array_proc;
static int kind_g;
static GC_push_other_roots_proc old_push_roots;

// What libgc keeps on its mark stack, opaque in its headers: where to begin,
// and a descriptor as gc_mark.h defines them.
typedef struct GC_ms_entry Entry;
typedef struct MarkEntry {
  uintptr_t start;
  GC_word descr;
} MarkEntry;

// Pushes work for later; false if there is no room.
static bool push_entry(uintptr_t start, GC_word descr, Entry **top,
                       Entry *limit) {
  MarkEntry *e = (MarkEntry *)*top + 1;
  if (e >= (MarkEntry *)limit) return false;
  *e = (MarkEntry){start, descr};
  *top = (Entry *)e;
  return true;
}

static Entry *push_word(uintptr_t w, Entry *sp, Entry *limit, void *src) {
  return GC_MARK_AND_PUSH((void *)w, sp, limit, (void **)src);
}

static Entry *push_range(uintptr_t lo, uintptr_t hi, Entry *sp, Entry *limit) {
  lo = (lo + 7) & ~(uintptr_t)7;
  for (uintptr_t *w = (uintptr_t *)lo; w < (uintptr_t *)hi; w++)
    sp = push_word(*w, sp, limit, w);
  return sp;
}

// The same for what may be long: libgc goes through it by itself, in pieces
// that other marker threads may take.
static Entry *push_long(uintptr_t lo, uintptr_t hi, Entry *sp, Entry *limit) {
  lo = (lo + 7) & ~(uintptr_t)7;
  if (hi - lo >= MIN_LONG &&
      push_entry(lo, (hi - lo) | GC_DS_LENGTH, &sp, limit))
    return sp;
  return push_range(lo, hi, sp, limit);
}

static Entry *push_stack(G *gp, uintptr_t sp, Entry *top, Entry *limit) {
  for (Seg *s = gp->first; s; s = s->next) {
    if (sp >= s->lo - RED_ZONE && sp <= s->hi) {
      if (sp < s->lo) sp = s->lo;
      return push_long(sp, s->hi, top, limit);
    }
    if (s->saved_sp) top = push_long(s->saved_sp, s->hi, top, limit);
  }
  return top;  // interrupted on g0 between two lives of the G
}

static Entry *push_sudogs(G *gp, Entry *top, Entry *limit) {
  for (Sudog *sg = gp->waiting; sg; sg = sg->waitlink) {
    top = push_word((uintptr_t)sg->elem, top, limit, &sg->elem);
    top = push_word((uintptr_t)sg->c, top, limit, &sg->c);
    if (!sg->isselect) break;  // waitlink is the semaphore's queue
  }
  return top;
}

static uintptr_t scan_from(G *gp) {
  if (gp->sp) return gp->asave ? gp->sp - RED_ZONE : gp->sp;
  M *mp = gp->m;
  uintptr_t sp = mp ? gc_interrupted(mp) : 0;
  return sp ? sp - RED_ZONE : 0;
}

// What a G that is neither idle nor dead refers to.
static Entry *push_g(G *gp, Entry *top, Entry *limit) {
  top = push_word((uintptr_t)gp->fn, top, limit, &gp->fn);
  top = push_word((uintptr_t)gp->panic, top, limit, &gp->panic);
  top = push_word((uintptr_t)gp->timer, top, limit, &gp->timer);
  top = push_word((uintptr_t)gp->labels, top, limit, &gp->labels);
  top = push_range((uintptr_t)gp->ret, (uintptr_t)(gp->ret + 2), top, limit);
  top = push_sudogs(gp, top, limit);
  AsyncSave *as = gp->asave;
  if (as) {
    top = push_range((uintptr_t)as->gpr, (uintptr_t)(as->gpr + 18), top, limit);
    uintptr_t x = (uintptr_t)as->xsave;
    top = push_range(x, x + as->size, top, limit);
  }
  uintptr_t sp = scan_from(gp);
  return sp ? push_stack(gp, sp, top, limit) : top;
}

// Mark procedure of the G kind. Also called for cleared objects on a free
// list, and from libgc's marker threads.
static Entry *mark_g(GC_word *addr, Entry *top, Entry *limit, GC_word env) {
  (void)env;
  G *gp = (G *)addr;
  if (gp->sudog.g != gp) return top;
  top = push_word((uintptr_t)gp->alllink, top, limit, &gp->alllink);
  if (gp->status == Gdead || gp->status == Gidle) return top;
  return push_g(gp, top, limit);
}

// ------------------------------------------------------------------ arrays

static Entry *push_elem(uintptr_t at, const GlType *t, Entry *top,
                        Entry *limit) {
  for (size_t i = 0; i < t->ptrdata / 8; i += 8)
    for (unsigned bits = t->gcdata[i / 8]; bits; bits &= bits - 1) {
      uintptr_t *w = (uintptr_t *)at + i + (size_t)__builtin_ctz(bits);
      top = push_word(*w, top, limit, w);
    }
  return top;
}

// Mark procedure of objects that are values of type env one after the other,
// up to the descriptor in the last word (malloc.c). A piece at a time: the
// rest is pushed first, to be marked last.
static Entry *mark_array(GC_word *addr, Entry *top, Entry *limit,
                         GC_word env) {
  const GlType *t = (const GlType *)env;
  uintptr_t at = (uintptr_t)addr;
  uintptr_t base = (uintptr_t)GC_base(addr);
  uintptr_t end = base + GC_size((void *)base) - sizeof(GC_word);
  if (end - at > 2 * ARRAY_PIECE) {
    size_t n = ARRAY_PIECE / t->size + 1;
    uintptr_t rest = at + n * t->size;
    if (rest < end &&
        push_entry(rest, GC_MAKE_PROC(gl_array_proc, env), &top, limit))
      end = rest;
  }
  for (; at + t->size <= end; at += t->size)
    top = push_elem(at, t, top, limit);
  return top;
}

static void mark_list(int i, void *first, void *arg) {
  (void)i;
  (void)arg;
  for (void *p = first; p; p = *(void **)p) GC_set_mark_bit(p);
}

static void mark_freelists(M *mp) {
  if (!mp->freelists) return;
  for (int i = 0; i < LISTS_KINDS * MALLOC_CLASSES; i++)
    mark_list(i, mp->freelists[i], NULL);
  memprof_lists(mp, mark_list, NULL);
}

// Every G ever made is on gl_allgs, the one root that keeps Gs alive.
static void push_gs(void) {
  GC_push_all_eager((void *)&gl_allgs, (void *)(&gl_allgs + 1));
}

static void push_roots(void) {
  if (old_push_roots) old_push_roots();
  for (M *mp = gl_allms; mp; mp = mp->alllink) {
    mark_freelists(mp);
    gc_push_g0(mp);
  }
  gc_push_variables();
  push_gs();
}

NORETURN void gc_out_of_memory(size_t n) {
  print_str("runtime: out of memory: cannot allocate ");
  print_uint(n);
  print_str("-byte block (");
  print_uint(GC_get_heap_size());
  print_str(" in use)\n");
  fatal("out of memory");
}

// Callers see NULL and know the size better.
static void *GC_CALLBACK out_of_memory(size_t n) {
  (void)n;
  return NULL;
}

static void GC_CALLBACK no_warnings(char *msg, GC_word arg) {
  (void)msg;
  (void)arg;
}

// World stopped.
void gc_trim_stacks(void) {
  for (G *gp = gl_allgs; gp; gp = gp->alllink)
    if (gp->seg && gp->seg->next && gp->seg->next->size > (64 << 10))
      stack_trim(gp);
}

static int new_kind(GC_word descr, bool adjust) {
  return (int)GC_new_kind(GC_new_free_list(), descr, adjust, 1);
}

// The kinds of malloc.c and of Gs.
static void init_kinds(void) {
  gl_array_proc = GC_new_proc(mark_array);
  gl_kinds[LISTS_NOSCAN] = 0;  // libgc's PTRFREE
  gl_kinds[LISTS_ALL] = new_kind(GC_DS_LENGTH, true);
  gl_kinds[LISTS_EXACT] =
      new_kind((GC_word)-sizeof(GC_word) | GC_DS_PER_OBJECT, true);
  static const uint8_t few[GL_LAYOUT_FEW] = GL_LAYOUT_FEW_LIST;
  for (int n = 0; n < GL_LAYOUT_FEW; n++) {
    GC_word bits = 0;
    for (int i = 0; i < GL_LAYOUT_FEW_BITS; i++)
      bits |= (GC_word)(few[n] >> i & 1) << (63 - i);
    gl_kinds[LISTS_FEW(n + 1)] = new_kind(bits | GC_DS_BITMAP, false);
  }
  kind_g = new_kind(GC_MAKE_PROC(GC_new_proc(mark_g), 0), false);
}

// libgc by itself sends the suspend signal again to a thread that has not
// answered after 0.1 s, as on a loaded machine. Such a signal may arrive when
// the world runs again; the thread then answers once too often, and the next
// stop of the world, which waits until the answers are as many as the threads,
// is given up as failed after 15 s. Linux loses no signals. The variable is for
// libgc alone: what the program was started with stays as it is.
static void start_libgc(void) {
  static const char name[] = "GC_RETRY_SIGNALS";
  bool given = getenv(name) != NULL;
  setenv(name, "0", 0);
  GC_INIT();
  if (!given) unsetenv(name);
}

// Where gl.ld put libgc's variables; NULL in programs linked without it.
extern char gl_gcbss_start[] __attribute__((weak));
extern char gl_gcbss_end[] __attribute__((weak));

// What the collector shall not look through.
static void exclude_roots(void) {
  GC_exclude_static_roots((void *)&gl_allgs, (void *)(&gl_allgs + 1));
  if ((uintptr_t)gl_gcbss_start != 0)
    GC_exclude_static_roots(gl_gcbss_start, gl_gcbss_end);
}

// procs and the machine's processors bound the threads that mark: a program
// on one processor has no other, and allocation then needs no synchronisation
// with markers. More than there are processors only take threads that may be
// scarce.
void gc_init(int32_t procs) {
  if (procs > gl_ncpu) procs = gl_ncpu;
  GC_set_markers_count((unsigned)(procs < MARKERS ? procs : MARKERS));
  GC_set_all_interior_pointers(1);
  GC_set_dont_precollect(1);
  GC_set_finalize_on_demand(1);
  GC_set_free_space_divisor(GROWTH);
  GC_set_warn_proc(no_warnings);
  // Not SIGPWR and SIGXCPU, whose default actions programs rely on.
  GC_set_suspend_signal(SIGRTMAX - 1);
  GC_set_thr_restart_signal(SIGRTMAX - 2);
  start_libgc();
  GC_set_oom_fn(out_of_memory);
  init_kinds();
  old_push_roots = GC_get_push_other_roots();
  GC_set_push_other_roots(push_roots);
  pacer_init();
  exclude_roots();
  gc_roots_init();
  gc_threads_init();
}

// A new G: its own kind, reachable for ever through gl_allgs.
G *gc_new_g(void) {
  G *gp = GC_generic_malloc(sizeof(G) - 1, kind_g);
  if (!gp) gc_out_of_memory(sizeof(G));
  return gp;
}

void *gc_uncollectable(size_t n) {
  void *p = GC_malloc_uncollectable(n);
  if (!p) gc_out_of_memory(n);
  memset(p, 0, n);
  return p;
}

void gc_uncollectable_free(void *p) { GC_free(p); }

int gc_kind_g(void) { return kind_g; }

uint64_t gc_count(void) { return GC_get_gc_no(); }
