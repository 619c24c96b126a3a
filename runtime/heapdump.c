// SPDX-License-Identifier: MIT
//
// debug.WriteHeapDump: all of memory in Go's heap dump format, "go1.7 heap
// dump", which go.dev/wiki/heapdump15-through-heapdump17 describes. A dump is
// that line and records, each a tag and fields; numbers are varints, strings
// and memory have their length first.
//
// What is ours in it: objects have the pointers that the collector sees in
// them (malloc.c); stack frames have one at every word, since nothing maps
// theirs; what the runtime keeps alive by itself, timers and queues, is told as
// "other roots". Objects have no types, as since Go 1.4. Finalizers that are
// due are listed, those of live objects are not: libgc does not tell them.
//
// All runs on g0 with the world stopped and, but for the first collection,
// with libgc's lock, so that no other thread sweeps. Nothing is allocated. A
// file that cannot be written makes a short dump, as in Go.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <errno.h>
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  TAG_EOF, TAG_OBJECT, TAG_OTHER_ROOT, TAG_TYPE, TAG_GOROUTINE,
  TAG_STACK_FRAME, TAG_PARAMS, TAG_FINALIZER, TAG_ITAB, TAG_OS_THREAD,
  TAG_MEM_STATS, TAG_QUEUED_FINALIZER, TAG_DATA, TAG_BSS
};
enum { FIELD_END, FIELD_POINTER };
enum { KIND_UNCOLLECTABLE = 2 };  // libgc's

typedef struct Dump {
  int fd;
  bool failed;
  size_t n;
  uintptr_t lo, hi;      // where objects are
  uintptr_t base;        // of the fields under way
  uintptr_t end;         // and where they end
  MemStats stats;
  uint8_t buf[32 << 10];
} Dump;

static Dump *dump;  // one at a time: the world is stopped

// ------------------------------------------------------------------ writing

static void write_all(const void *p, size_t n) {
  const char *at = p;
  while (n > 0 && !dump->failed) {
    ssize_t k = write(dump->fd, at, n);
    if (k > 0) {
      at += k;
      n -= (size_t)k;
    } else if (k == 0 || errno != EINTR) {
      dump->failed = true;
    }
  }
}

static void flush(void) {
  write_all(dump->buf, dump->n);
  dump->n = 0;
}

static void put_bytes(const void *p, size_t n) {
  if (dump->n + n > sizeof dump->buf) flush();
  if (n > sizeof dump->buf) {
    write_all(p, n);
    return;
  }
  memcpy(dump->buf + dump->n, p, n);
  dump->n += n;
}

static void put(uint64_t v) {
  uint8_t b[10];
  size_t n = 0;
  for (; v >= 0x80; v >>= 7) b[n++] = (uint8_t)(v | 0x80);
  b[n++] = (uint8_t)v;
  put_bytes(b, n);
}

static void put_address(const void *p) { put((uintptr_t)p); }

static void put_memory(uintptr_t lo, uintptr_t hi) {
  put(hi - lo);
  put_bytes((const void *)lo, hi - lo);
}

static void put_string(GlString s) {
  put((uint64_t)s.len);
  put_bytes(s.ptr, (size_t)s.len);
}

static void put_text(const char *s) {
  put_string((GlString){(const uint8_t *)s, (intptr_t)strlen(s)});
}

// The words from lo to hi are pointers of what begins at dump->base.
static void put_pointers(uintptr_t lo, uintptr_t hi) {
  if (hi > dump->end) hi = dump->end;
  for (; lo >= dump->base && lo + 8 <= hi; lo += 8) {
    put(FIELD_POINTER);
    put(lo - dump->base);
  }
}

// ------------------------------------------------------------------ objects

static int lists_of(int kind) {
  for (int i = 0; i < LISTS_KINDS; i++)
    if (gl_kinds[i] == kind) return i;
  return -1;
}

// A bitmap as libgc has it: the first word is the highest bit.
static void put_bitmap(uintptr_t at, GC_word bits) {
  for (bits &= ~(GC_word)GC_DS_TAGS; bits; bits <<= 1, at += 8)
    if (bits >> 63) put_pointers(at, at + 8);
}

static void put_elements(uintptr_t at, const GlType *t) {
  for (; at + t->size <= dump->end; at += t->size)
    for (size_t i = 0; i < t->ptrdata / 8; i++)
      if (t->gcdata[i / 8] >> i % 8 & 1)
        put_pointers(at + i * 8, at + i * 8 + 8);
}

// The descriptor of LISTS_EXACT; malloc.c.
static void put_described(uintptr_t at, GC_word descr) {
  GC_word proc = GC_MAKE_PROC(gl_array_proc, 0);
  GC_word mask = GC_MAKE_PROC((1 << GC_LOG_MAX_MARK_PROCS) - 1, 0);
  if ((descr & GC_DS_TAGS) == GC_DS_BITMAP) put_bitmap(at, descr);
  else if ((descr & mask) == proc)
    put_elements(at, (const GlType *)(descr >> (GC_DS_TAG_BITS +
                                                GC_LOG_MAX_MARK_PROCS)));
}

static void put_fields(uintptr_t at, int lists, GC_word descr) {
  static const uint8_t few[GL_LAYOUT_FEW] = GL_LAYOUT_FEW_LIST;
  if (lists == LISTS_ALL) {
    put_pointers(at, dump->end);
  } else if (lists == LISTS_EXACT) {
    put_described(at, descr);
  } else if (lists != LISTS_NOSCAN) {
    for (int i = 0; i < GL_LAYOUT_FEW_BITS; i++)
      if (few[lists - LISTS_FEW(1)] >> i & 1)
        put_pointers(at + (uintptr_t)i * 8, at + (uintptr_t)i * 8 + 8);
  }
}

static void GC_CALLBACK put_object(void *obj, size_t bytes, void *data) {
  (void)bytes;
  (void)data;
  size_t size;
  int lists = lists_of(GC_get_kind_and_size(obj, &size));
  if (lists < 0) return;
  GC_word descr = 0;
  if (lists == LISTS_EXACT) {
    size -= sizeof descr;
    descr = *(GC_word *)((char *)obj + size);
  }
  dump->base = (uintptr_t)obj;
  dump->end = dump->base + size;
  put(TAG_OBJECT);
  put_address(obj);
  put_memory(dump->base, dump->end);
  put_fields(dump->base, lists, descr);
  put(FIELD_END);
}

static void GC_CALLBACK widen(void *obj, size_t bytes, void *data) {
  (void)data;
  uintptr_t lo = (uintptr_t)obj, hi = lo + bytes;
  if (dump->lo == 0 || lo < dump->lo) dump->lo = lo;
  if (hi > dump->hi) dump->hi = hi;
}

// The collection has marked what lies on free lists: such are no objects.
static void unmark_list(int i, void *first, void *arg) {
  (void)i;
  (void)arg;
  for (void *p = first; p; p = *(void **)p) GC_clear_mark_bit(p);
}

static void mark_list(int i, void *first, void *arg) {
  (void)i;
  (void)arg;
  for (void *p = first; p; p = *(void **)p) GC_set_mark_bit(p);
}

static void each_list(void (*fn)(int, void *, void *)) {
  for (M *mp = gl_allms; mp; mp = mp->alllink) {
    if (!mp->freelists) continue;
    for (int i = 0; i < LISTS_KINDS * MALLOC_CLASSES; i++)
      fn(i, mp->freelists[i], NULL);
    memprof_lists(mp, fn, NULL);
  }
}

// -------------------------------------------------------------------- roots

static void put_root(const char *what, uintptr_t to) {
  void *base = GC_base((void *)to);
  size_t size;
  if (!base || lists_of(GC_get_kind_and_size(base, &size)) < 0) return;
  put(TAG_OTHER_ROOT);
  put_text(what);
  put(to);
}

static void GC_CALLBACK put_kept(void *obj, size_t bytes, void *data) {
  (void)data;
  size_t size;
  if (GC_get_kind_and_size(obj, &size) != KIND_UNCOLLECTABLE) return;
  for (size_t i = 0; i < bytes / 8; i++)
    put_root("runtime", ((uintptr_t *)obj)[i]);
}

static void put_segment(int i) {
  gc_variables(i, &dump->base, &dump->end);
  put(i ? TAG_BSS : TAG_DATA);
  put(dump->base);
  put_memory(dump->base, dump->end);
  gc_each_variable(put_pointers);
  put(FIELD_END);
}

static void put_finalizer(const void *obj, void *const *fn,
                          const void *type) {
  put(TAG_QUEUED_FINALIZER);
  put_address(obj);
  put_address(fn);
  put_address(fn ? *fn : NULL);
  put_address(type);
  put_address(type);
}

// --------------------------------------------------------------- goroutines

static Seg *segment_at(G *gp, uintptr_t p) {
  for (Seg *s = gp->first; s; s = s->next)
    if (p >= s->lo && p <= s->hi) return s;
  return NULL;
}

// What of the stack belongs to the frame whose caller's rbp is saved at bp:
// from the end of the frame it called, or from where the stack went on to
// another segment.
static bool frame_bounds(G *gp, uintptr_t bp, uintptr_t below, uintptr_t *lo,
                         uintptr_t *hi) {
  Seg *s = segment_at(gp, bp);
  if (!s) return false;
  *hi = bp + 16 < s->hi ? bp + 16 : s->hi;
  *lo = segment_at(gp, below) == s ? below : s->saved_sp;
  return *lo >= s->lo && *lo <= *hi;
}

static void put_frame(const Unwind *u, uintptr_t lo, uintptr_t hi,
                      uintptr_t child, uint64_t depth) {
  GlString name = {(const uint8_t *)"unknown function", 16};
  uintptr_t entry = u->pc;
  symtab_func(u->call ? u->pc - 1 : u->pc, &name, &entry);
  dump->base = lo;
  dump->end = hi;
  put(TAG_STACK_FRAME);
  put(lo);
  put(depth);
  put(child);
  put_memory(lo, hi);
  put(entry);
  put(u->pc);
  put(u->pc);
  put_string(name);
  put_pointers(lo, hi);
  put(FIELD_END);
}

static void put_frames(G *gp) {
  Unwind u;
  if (!unwind_start(&u, gp)) return;
  uintptr_t below = u.sp ? u.sp - RED_ZONE : gp->sp, child = 0, lo, hi;
  uint64_t depth = 0;
  do {
    if (!frame_bounds(gp, u.bp, below, &lo, &hi)) lo = hi = below;
    put_frame(&u, lo, hi, child, depth++);
    child = lo;
    below = hi;
  } while (unwind_next(&u));
}

static void put_goroutine(G *gp, bool me) {
  int64_t now = nanotime();
  int64_t since = (int64_t)gp->waitsince * 1000000000;
  uint32_t status = gp->status & ~(uint32_t)Gscan;
  put(TAG_GOROUTINE);
  put_address(gp);
  put(gp->sp);
  put(gp->goid);
  put(gp->gopc);
  put(me ? Gwaiting : status);
  put(gp->system);
  put(false);  // in the background
  put(status == Gwaiting && since < now ? (uint64_t)since : 0);
  put_text(me ? "dumping heap"
              : status == Gwaiting ? wait_reason_text(gp->waitreason) : "");
  put_address(gp->fn);
  put_address(gp->m);
  put_address(gp->deferframe);
  put_address(gp->panic);
  put_frames(gp);
}

// What a G holds besides its stack.
static void put_g_roots(G *gp, bool me) {
  (void)me;
  put_root("goroutine", (uintptr_t)gp->fn);
  put_root("goroutine", (uintptr_t)gp->panic);
  put_root("goroutine", (uintptr_t)gp->timer);
  put_root("goroutine", gp->ret[0]);
  put_root("goroutine", gp->ret[1]);
  for (AsyncSave *as = gp->asave; as; as = NULL)
    for (int i = 0; i < 18; i++) put_root("registers", as->gpr[i]);
}

static void put_goroutines(void (*fn)(G *, bool)) {
  G *me = gl_tls_g;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) {
    uint32_t status = gp->status & ~(uint32_t)Gscan;
    if (status != Gdead && status != Gidle && gp->first) fn(gp, gp == me);
  }
}

// --------------------------------------------------------------- everything

static void put_params(void) {
  put(TAG_PARAMS);
  put(false);  // big-endian
  put(sizeof(void *));
  put(dump->lo);
  put(dump->hi);
  put_text("amd64");
  put_text("gl");
  put((uint64_t)gl_ncpu);
}

static void put_threads(void) {
  for (M *mp = gl_allms; mp; mp = mp->alllink) {
    put(TAG_OS_THREAD);
    put_address(mp);
    put((uint64_t)mp->id);
    put((uint64_t)mp->tid);
  }
}

// The fields of runtime.MemStats in their order; some mean nothing here.
static void put_stats(const MemStats *s) {
  uint64_t fields[] = {
      s->alloc, s->total_alloc, s->sys, 0, s->mallocs, s->frees, s->alloc,
      s->heap_sys, s->heap_idle, s->heap_inuse, s->heap_released,
      s->heap_objects, s->stack_inuse, s->stack_sys, 0, 0, s->mcache_inuse,
      s->mcache_sys, 0, s->gc_sys, s->other_sys, s->next_gc, s->last_gc,
      s->pause_total};
  put(TAG_MEM_STATS);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) put(fields[i]);
  for (int i = 0; i < GC_PAUSES; i++) put(s->pause_ns[i]);
  put(s->num_gc);
}

static void *GC_CALLBACK write_dump(void *arg) {
  (void)arg;
  each_list(unmark_list);
  GC_enumerate_reachable_objects_inner(widen, NULL);
  put_bytes("go1.7 heap dump\n", 16);
  put_params();
  GC_enumerate_reachable_objects_inner(put_object, NULL);
  put_goroutines(put_goroutine);
  put_threads();
  put_segment(0);
  put_segment(1);
  GC_enumerate_reachable_objects_inner(put_kept, NULL);
  put_goroutines(put_g_roots);
  mfinal_each(put_finalizer);
  put_stats(&dump->stats);
  put(TAG_EOF);
  flush();
  each_list(mark_list);
  return NULL;
}

// mcall: 0: somebody else stops the world, ask again.
void writeheapdump(G *gp, intptr_t fd) {
  gp->ret[0] = 0;
  if (!stop_the_world_for(gp)) return;
  dump = map_scratch(sizeof *dump);
  dump->fd = (int)fd;
  gc_collect_forced();
  memstats_read(&dump->stats);
  GC_call_with_alloc_lock(write_dump, NULL);
  munmap(dump, sizeof *dump);
  start_the_world_again();
  gp->ret[0] = 1;
}
