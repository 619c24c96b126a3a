// SPDX-License-Identifier: MIT
//
// Goroutines that can never run again: those that wait for a channel, mutex,
// WaitGroup or the like which no goroutine that can still run reaches.
//
// The world is stopped thread by thread, as for a collection, and this file
// marks by itself, with a bitmap of its own: nothing is collected, and the
// collector's mark bits stay as they are. Roots are static data, everything
// uncollectable (timers, poll descriptors), the threads' own stacks and
// registers, and all Gs but the candidates: those whose wait reason says that
// only another goroutine can wake them. Then, until nothing changes, every
// candidate is rescued whose channel or semaphore was reached. A channel's
// queue also leads to its waiters directly. Who is left is reported.
//
// It may miss one, for the marking is conservative: any word that looks like
// a pointer is one, and so is its complement, which is how libgc hides the
// objects that have finalizers (these may still send on a channel). It must
// never accuse wrongly: a G in transit, whom somebody has taken out of a
// queue but not yet made runnable, has no g->waiting, and is a root; reasons
// unknown here are roots.
//
// While the world is stopped nothing here takes a lock, allocates from malloc
// or prints: a stopped thread may hold any lock.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MAX_RANGES = 256, KIND_NOSCAN = 0, REGS = 23 };
enum { KIND_UNCOLLECTABLE = 2 };

typedef struct Range {
  uintptr_t lo, hi;
} Range;

// A set of addresses, open addressing, and a stack of objects to scan.
static struct {
  uintptr_t *set;
  size_t mask, used;
  uintptr_t *stack;
  size_t depth, cap;
  Range statics[MAX_RANGES];
  int nstatics;
  int kind_g;
} mark;

void *map_scratch(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) fatal("runtime: cannot allocate memory");
  return p;
}

// ----------------------------------------------------------------- the marking

static size_t slot_of(uintptr_t *set, size_t mask, uintptr_t p) {
  size_t i = (p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
  for (i &= mask; set[i] && set[i] != p; i = (i + 1) & mask) {}
  return i;
}

static void grow_set(void) {
  size_t old = mark.mask + 1, n = old * 2;
  uintptr_t *set = map_scratch(n * sizeof *set);
  for (size_t i = 0; i < old; i++)
    if (mark.set[i]) set[slot_of(set, n - 1, mark.set[i])] = mark.set[i];
  munmap(mark.set, old * sizeof *set);
  mark.set = set;
  mark.mask = n - 1;
}

static bool marked(uintptr_t base) {
  return mark.set[slot_of(mark.set, mark.mask, base)] != 0;
}

static void push_base(uintptr_t base) {
  size_t i = slot_of(mark.set, mark.mask, base);
  if (mark.set[i]) return;
  mark.set[i] = base;
  if (++mark.used > mark.mask / 2) grow_set();
  if (mark.depth == mark.cap) {
    uintptr_t *s = map_scratch(mark.cap * 2 * sizeof *s);
    memcpy(s, mark.stack, mark.cap * sizeof *s);
    munmap(mark.stack, mark.cap * sizeof *s);
    mark.stack = s;
    mark.cap *= 2;
  }
  mark.stack[mark.depth++] = base;
}

static void push_word(uintptr_t w) {
  if (w >> 47 == 0x1ffff) w = ~w;
  if (w < 4096 || w >> 47) return;
  void *base = GC_base((void *)w);
  if (base) push_base((uintptr_t)base);
}

static void push_range(uintptr_t lo, uintptr_t hi) {
  for (lo = (lo + 7) & ~(uintptr_t)7; lo + 8 <= hi; lo += 8)
    push_word(*(uintptr_t *)lo);
}

static void push_frames(G *gp, uintptr_t sp) {
  for (Seg *s = gp->first; s; s = s->next) {
    if (sp >= s->lo - RED_ZONE && sp <= s->hi) {
      push_range(sp < s->lo ? s->lo : sp, s->hi);
      return;
    }
    if (s->saved_sp) push_range(s->saved_sp, s->hi);
  }
}

static void scan_g(G *gp) {
  uint32_t status = gp->status & ~(uint32_t)Gscan;
  if (!gp->first || status == Gdead || status == Gidle) return;
  push_word((uintptr_t)gp->fn);
  push_word((uintptr_t)gp->panic);
  push_word((uintptr_t)gp->timer);
  push_word((uintptr_t)gp->schedlink);
  push_word(gp->ret[0]);
  push_word(gp->ret[1]);
  for (Sudog *sg = gp->waiting; sg; sg = sg->waitlink) {
    push_word((uintptr_t)sg->elem);
    push_word((uintptr_t)sg->c);
    if (!sg->isselect) break;
  }
  AsyncSave *as = gp->asave;
  if (as) {
    push_range((uintptr_t)as->gpr, (uintptr_t)(as->gpr + 18));
    push_range((uintptr_t)as->xsave, (uintptr_t)as->xsave + as->size);
  }
  M *mp = gp->m;
  uintptr_t sp = gp->sp ? gp->sp : !mp ? 0 : mp->sigsp ? mp->sigsp : mp->gcsp;
  if (sp) push_frames(gp, sp - RED_ZONE);
}

static void drain(void) {
  while (mark.depth > 0) {
    uintptr_t base = mark.stack[--mark.depth];
    size_t size;
    int kind = GC_get_kind_and_size((void *)base, &size);
    if (kind == mark.kind_g) scan_g((G *)base);
    else if (kind != KIND_NOSCAN && kind != KIND_UNCOLLECTABLE)
      push_range(base, base + size);  // the latter are roots
  }
}

// ----------------------------------------------------------------------- roots

static int note_statics(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
    if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
    uintptr_t lo = info->dlpi_addr + ph->p_vaddr;
    if (mark.nstatics < MAX_RANGES)
      mark.statics[mark.nstatics++] = (Range){lo, lo + ph->p_memsz};
  }
  return 0;
}

// Static data that refers to all Gs, or to waiting ones.
static void push_statics(void) {
  Range not[] = {{(uintptr_t)&gl_allgs, (uintptr_t)(&gl_allgs + 1)},
                 {(uintptr_t)&gl_m0, (uintptr_t)(&gl_m0 + 1)},
                 {(uintptr_t)&mark, (uintptr_t)(&mark + 1)},
                 {0, 0}, {0, 0}, {0, 0}};
  sema_table(&not[3].lo, &not[3].hi);
  for (int i = 0; i < 2; i++) gc_variables(i, &not[4 + i].lo, &not[4 + i].hi);
  gc_each_variable(push_range);
  for (int i = 0; i < mark.nstatics; i++) {
    uintptr_t at = mark.statics[i].lo;
    while (at < mark.statics[i].hi) {
      uintptr_t end = mark.statics[i].hi, next = end;
      for (size_t k = 0; k < sizeof not / sizeof *not; k++) {
        if (not[k].hi <= at || not[k].lo >= end) continue;
        end = not[k].lo > at ? not[k].lo : at;
        next = not[k].hi;
      }
      if (end > at) push_range(at, end);
      at = next;
    }
  }
}

// All of a P but its run queue, which keeps who has left it, and its dead Gs,
// likewise; who is in the queue is runnable.
static void push_p(P *pp) {
  push_range((uintptr_t)pp, (uintptr_t)&pp->runnext);
  push_range((uintptr_t)(pp->runq + RUNQ_SIZE), (uintptr_t)pp->gfree);
  push_range((uintptr_t)(pp->gfree + GFREE_MAX), (uintptr_t)(pp + 1));
}

static bool is_p(void *obj) {
  for (int i = 0; i < MAX_PROCS && gl_allp[i]; i++)
    if (obj == gl_allp[i]) return true;
  return false;
}

static void GC_CALLBACK push_uncollectable(void *obj, size_t size, void *data) {
  (void)data;
  size_t n;
  if (GC_get_kind_and_size(obj, &n) != KIND_UNCOLLECTABLE) return;
  if (is_p(obj)) return;
  push_range((uintptr_t)obj, (uintptr_t)obj + size);
}

// An M without P and G sleeps, polls, or has a G that is runnable: what its
// stack says is stale.
static void push_m(M *mp) {
  uintptr_t sp = mp->gcsp;
  if (!sp || (!mp->p && !mp->curg)) return;
  if (mp->gcregs) push_range((uintptr_t)mp->gcregs,
                             (uintptr_t)mp->gcregs + REGS * 8);
  uintptr_t alt = (uintptr_t)mp->altstack;
  if (sp >= alt && sp < alt + mp->altsize) {
    push_range(sp, alt + mp->altsize);
    sp = mp->sigsp;
  }
  if (sp >= mp->g0lo && sp < mp->g0sp) push_range(sp - RED_ZONE, mp->g0sp);
}

// -------------------------------------------------------------- the candidates

// Can nothing but another goroutine wake gp?
static bool candidate(G *gp) {
  if ((gp->status & ~(uint32_t)Gscan) != Gwaiting || gp->system) return false;
  switch (gp->waitreason) {
  case WAIT_CHAN_RECEIVE_NIL:
  case WAIT_CHAN_SEND_NIL:
    return true;
  case WAIT_SELECT_NO_CASES:
    return gp->goid != 1;  // main may mean to wait for ever
  case WAIT_CHAN_RECEIVE:
  case WAIT_CHAN_SEND:
  case WAIT_SELECT:
  case WAIT_SEMACQUIRE:
  case WAIT_SYNC_MUTEX_LOCK:
  case WAIT_SYNC_RWMUTEX_RLOCK:
  case WAIT_SYNC_RWMUTEX_LOCK:
  case WAIT_SYNC_WAITGROUP_WAIT:
  case WAIT_SYNC_COND_WAIT:
    return gp->waiting != NULL;
  default:
    return false;
  }
}

// The G on whose stack p lies, or NULL.
static G *stack_owner(uintptr_t p) {
  for (G *gp = gl_allgs; gp; gp = gp->alllink)
    for (Seg *s = gp->first; s; s = s->next)
      if (p >= s->lo && p < s->hi + sizeof(Seg)) return gp;
  return NULL;
}

// Can somebody who runs get hold of what gp waits for?
static bool reached(G *gp) {
  for (Sudog *sg = gp->waiting; sg; sg = sg->waitlink) {
    uintptr_t base = (uintptr_t)GC_base(sg->c);
    if (base) {
      if (marked(base)) return true;
    } else {
      G *owner = stack_owner((uintptr_t)sg->c);
      if (!owner || (owner != gp && marked((uintptr_t)owner))) return true;
    }
    if (!sg->isselect) break;
  }
  return false;
}

static bool rescue(G *gp) {
  if (marked((uintptr_t)gp) || !reached(gp)) return false;
  push_base((uintptr_t)gp);
  drain();
  return true;
}

// Forwards and backwards in turn: chains of Gs were made in one order or the
// other.
static void rescue_all(G **c, size_t n) {
  for (bool again = true; again;) {
    again = false;
    for (size_t i = 0; i < n; i++) again |= rescue(c[i]);
    if (!again) return;
    for (size_t i = n; i-- > 0;) rescue(c[i]);
  }
}

// With the world stopped: mark everything, keep in c who stays unmarked.
static size_t find(G **c, uintptr_t sp) {
  size_t n = 0, k = 0;
  push_statics();
  GC_enumerate_reachable_objects_inner(push_uncollectable, NULL);
  for (M *mp = gl_allms; mp; mp = mp->alllink)
    if (mp != gl_tls_m) push_m(mp);
  if (gl_tls_m) push_range(sp, gl_tls_m->g0sp);
  for (int i = 0; i < MAX_PROCS && gl_allp[i]; i++)
    push_p(gl_allp[i]);
  for (G *gp = gl_allgs; gp; gp = gp->alllink) {
    if (candidate(gp)) c[n++] = gp;
    else if ((gp->status & ~(uint32_t)Gscan) != Gdead)
      push_base((uintptr_t)gp);
  }
  drain();
  rescue_all(c, n);
  for (size_t i = 0; i < n; i++)
    if (!marked((uintptr_t)c[i])) c[k++] = c[i];
  return k;
}

static size_t count_gs(void) {
  size_t n = 0;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) n++;
  return n;
}

// The goroutines that can never run again, by their numbers; *list is freed by
// leaks_free. Called on g0 of an M, or by sysmon; no lock of ours is held.
size_t leaks_find(G ***list) {
  static Lock one;
  __builtin_unwind_init();  // registers of our callers: onto the stack
  lock(&one);
  mark.mask = (1 << 16) - 1;
  mark.set = map_scratch((mark.mask + 1) * sizeof *mark.set);
  mark.cap = 1 << 16;
  mark.stack = map_scratch(mark.cap * sizeof *mark.stack);
  mark.depth = mark.used = 0;
  mark.nstatics = 0;
  mark.kind_g = gc_kind_g();
  dl_iterate_phdr(note_statics, NULL);
  GC_stop_world_external();
  size_t total = count_gs();
  G **c = map_scratch((total + 1) * sizeof *c);
  size_t n = find(c, (uintptr_t)__builtin_frame_address(0) - RED_ZONE);
  GC_start_world_external();
  munmap(mark.set, (mark.mask + 1) * sizeof *mark.set);
  munmap(mark.stack, mark.cap * sizeof *mark.stack);
  qsort(c, n, sizeof *c, g_by_goid);
  *list = map_scratch((n + 1) * sizeof *c);
  memcpy(*list, c, n * sizeof *c);
  munmap(c, (total + 1) * sizeof *c);
  unlock(&one);
  return n;
}

void leaks_free(G **list, size_t n) {
  if (list) munmap(list, (n + 1) * sizeof *list);
}

bool leaks_has(G **list, size_t n, G *gp) {
  for (size_t i = 0; i < n; i++)
    if (list[i] == gp) return true;
  return false;
}

// --------------------------------------------------------------------- reports

// On g0, from a G that runs: what was found, with the print lock.
static void print_leaks(G **list, size_t n) {
  print_str("leaks: ");
  print_uint(n);
  print_str(n == 1 ? " goroutine" : " goroutines");
  print_str(" can never run again\n");
  dump_merged(list, n);
}

// GLDEBUG=leaks=1: at exit, if there are any. ccall: debug.PrintLeaks.
intptr_t gl_printleaks(void) {
  G **list;
  size_t n = leaks_find(&list);
  if (n > 0) {
    gl_printlock();
    print_leaks(list, n);
    gl_printunlock();
  }
  leaks_free(list, n);
  return (intptr_t)n;
}

void leaks_report(void) { gl_printleaks(); }

// ccall: the Gs that leak, at most n of them, into out; returns their number.
intptr_t gl_leaks(G **out, intptr_t n) {
  G **list;
  size_t k = leaks_find(&list);
  for (size_t i = 0; i < k && (intptr_t)i < n; i++) out[i] = list[i];
  leaks_free(list, k);
  return (intptr_t)k;
}

uint64_t gl_leak_id(G *gp) { return gp->goid; }

GlString gl_leak_wait(G *gp) {
  const char *s = wait_reason_text(gp->waitreason);
  return (GlString){(const uint8_t *)s, (intptr_t)strlen(s)};
}

// ccall: its trace as text, at most n bytes.
intptr_t gl_leak_stack(G *gp, char *buf, intptr_t n) {
  gl_printlock();
  print_to(buf, (size_t)n);
  print_goroutine(gp, Gwaiting);
  traceback_awaits(gp);
  size_t k = print_end();
  gl_printunlock();
  return (intptr_t)k;
}
