// SPDX-License-Identifier: MIT
//
// Walking a goroutine's frames and printing them as Go does.
//
// Every .gl function that calls another keeps rbp, so frames form a chain:
// [rbp] = caller's rbp, [rbp+8] = return address. The chain crosses segments
// through __morestack's own frames (see asm_amd64.S): a return address of
// gl_morestack_ret means the frame above is __morestack's, whose [rbp+16] is
// where the function really returns. At any other pc inside __morestack the
// function has not started its body: [rbp+8] lies in its prologue.
//
// A G in C or parked starts at g->bp, the frame of the stub that left the
// stack; a G preempted by signal at the saved registers, where call frame
// information (cfi.c) knows more than rbp; one preempted by poison inside
// __morestack. A G running on another M cannot be walked.
#include "runtime.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FRAMES_HEAD = 50, FRAMES_TAIL = 50, INLINE_MAX = 16 };

int gl_traceback_level = 1;
bool gl_traceback_all, gl_traceback_crash;
static struct { int level; bool all, crash; } fromenv;

extern char gl_goentry_ret[];
extern char __start_glwrap[] __attribute__((weak));
extern char __stop_glwrap[] __attribute__((weak));

static bool in_morestack(uintptr_t pc) {
  return pc > (uintptr_t)__morestack && pc <= (uintptr_t)gl_morestack_end;
}

intptr_t gl_pckind(uintptr_t pc) {
  if (pc == (uintptr_t)gl_morestack_ret) return 2;
  if (pc == (uintptr_t)gl_calldefer_ret) return 3;
  if (pc == (uintptr_t)gl_goentry_ret) return 4;
  if (pc == (uintptr_t)gl_sigpanic_ret) return 5;
  // A return address may be the first after a wrapper that never returns.
  if (pc > (uintptr_t)__start_glwrap && pc <= (uintptr_t)__stop_glwrap)
    return 1;
  return 0;
}

static bool has_frame(const Seg *s, uintptr_t bp) {
  return bp >= s->lo && bp + 24 <= s->hi + 16;
}

// Callers lie in the segment of the frame before or in an older one. These are
// looked at first: a stack that overflowed has 10,000.
static Seg *segment_of(const Unwind *u) {
  for (Seg *s = u->seg; s; s = s->prev)
    if (has_frame(s, u->bp)) return s;
  for (Seg *s = u->g->first; s; s = s->next)
    if (has_frame(s, u->bp)) return s;
  return NULL;
}

// A leaf that a signal interrupted may use rbp for something else.
static bool is_frame(Unwind *u) {
  if (!u->bp || u->bp & 7) return false;
  Seg *s = segment_of(u);
  if (s) u->seg = s;
  return s != NULL;
}

// Skip __morestack's frame when u->pc lies in it.
static void hop(Unwind *u) {
  while (is_frame(u) && in_morestack(u->pc)) {
    uintptr_t *f = (uintptr_t *)u->bp;
    if (u->pc != (uintptr_t)gl_morestack_ret && u->pc != 0) {
      u->pc = f[1];  // in the prologue; its caller follows
      u->first = true;
      return;
    }
    u->pc = f[2];
    u->bp = f[0];
  }
}

bool unwind_start(Unwind *u, G *gp) {
  memset(u, 0, sizeof *u);
  u->g = gp;
  if (gp->asave) {
    u->pc = gp->asave->gpr[AS_RIP / 8];
    u->bp = gp->asave->gpr[AS_RBP / 8];
    u->sp = gp->asave->gpr[AS_RSP / 8];
    return true;
  }
  if (!gp->sp || !gp->bp) return false;
  uintptr_t *f = (uintptr_t *)gp->bp;
  u->bp = f[0];
  u->pc = f[1];
  u->call = true;
  if (u->pc == (uintptr_t)gl_goentry && gp->fn) {  // it has not run yet
    u->pc = (uintptr_t)gp->fn->code;
    u->call = false;
    return true;
  }
  if (gp->sp + 72 == gp->bp) {  // stack_grow: bp is __morestack's own frame
    u->bp = gp->bp;
    u->first = true;
  }
  hop(u);
  return true;
}

// From a place in assembly, where gp is on its own stack: a routine without a
// frame, whose return address is at sp, or one with.
void unwind_at(Unwind *u, G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp) {
  *u = (Unwind){.g = gp, .pc = pc, .bp = bp, .call = true};
  if (in_morestack(pc)) hop(u);
  else if (!(sp & 7) && sp >= gp->seg->lo && sp < gp->seg->hi &&
           signal_in_gl_text(*(uintptr_t *)sp))
    u->ret = *(uintptr_t *)sp;
}

// From the frame that a fault's panic made to the instruction that faulted,
// or, where pc was in the C library, to the call of that.
static void to_fault(Unwind *u) {
  uintptr_t *f = (uintptr_t *)u->bp;
  u->call = f[2] == 0;
  u->pc = f[1];
  u->sp = f[2];
  u->bp = f[0];
}

// To the caller. False at the bottom of the goroutine.
bool unwind_next(Unwind *u) {
  uintptr_t sp = u->sp;
  u->sp = 0;
  if (u->ret) {
    u->pc = u->ret;
    u->ret = 0;
    return true;
  }
  if (sp && cfi_caller(u->g, u->pc, sp, u->bp, &u->pc, &u->bp)) {
    u->call = true;
    hop(u);
    return u->pc != (uintptr_t)gl_goentry_ret && u->pc != 0;
  }
  if (!is_frame(u)) return false;
  if (u->call && u->pc == (uintptr_t)gl_sigpanic_ret) {
    to_fault(u);
    return true;
  }
  uintptr_t *f = (uintptr_t *)u->bp;
  if (u->first) {  // a prologue inside __morestack: f is the latter's frame
    u->first = false;
    u->pc = f[2];
  } else {
    u->pc = f[1];
  }
  u->bp = f[0];
  u->call = true;
  hop(u);
  return u->pc != (uintptr_t)gl_goentry_ret && u->pc != 0;
}

// --------------------------------------------------------------- for .gl code

// Return addresses from u on, but for skip of them. Calls that were inlined
// count too.
static intptr_t callers(Unwind *u, intptr_t skip, uintptr_t *pcs, intptr_t n) {
  intptr_t k = 0;
  do {
    intptr_t kind = gl_pckind(u->pc);
    if (kind == 1 || kind == 3 || kind == 5) continue;
    if (k == n) break;
    k += inline_callers(u->pc + !u->call, &skip, pcs + k, n - k);
  } while (unwind_next(u));
  return k;
}

// ccall: those of the callers, skip 0 being the caller of this.
intptr_t gl_callers(intptr_t skip, uintptr_t *pcs, intptr_t n) {
  Unwind u;
  return unwind_start(&u, gl_tls_g) ? callers(&u, skip, pcs, n) : 0;
}

// ------------------------------------------------------------------- printing

static const char *const reason_text[WAIT_REASONS] = {
    [WAIT_NONE] = "",
    [WAIT_CHAN_RECEIVE] = "chan receive",
    [WAIT_CHAN_SEND] = "chan send",
    [WAIT_CHAN_RECEIVE_NIL] = "chan receive (nil chan)",
    [WAIT_CHAN_SEND_NIL] = "chan send (nil chan)",
    [WAIT_SELECT] = "select",
    [WAIT_SELECT_NO_CASES] = "select (no cases)",
    [WAIT_SLEEP] = "sleep",
    [WAIT_SEMACQUIRE] = "semacquire",
    [WAIT_SYNC_MUTEX_LOCK] = "sync.Mutex.Lock",
    [WAIT_SYNC_RWMUTEX_RLOCK] = "sync.RWMutex.RLock",
    [WAIT_SYNC_RWMUTEX_LOCK] = "sync.RWMutex.Lock",
    [WAIT_SYNC_WAITGROUP_WAIT] = "sync.WaitGroup.Wait",
    [WAIT_SYNC_COND_WAIT] = "sync.Cond.Wait",
    [WAIT_IO] = "IO wait",
    [WAIT_FINALIZER] = "finalizer wait",
    [WAIT_GC] = "garbage collection",
    [WAIT_STOPPING_WORLD] = "stopping the world",
    [WAIT_PARKED] = "waiting",
    [WAIT_SIGNAL] = "signal wait",
};

const char *wait_reason_text(int reason) { return reason_text[reason]; }

static const char *state_text(G *gp, int status) {
  switch (status) {
  case Gidle: return "idle";
  case Grunnable: return "runnable";
  case Grunning: return "running";
  case Gsyscall: return "syscall";
  case Gwaiting: return reason_text[gp->waitreason];
  case Gdead: return "dead";
  default: return "???";
  }
}

static void print_gostring(GlString s) { print_bytes(s.ptr, (size_t)s.len); }

// off: from the entry of the function; 0: there, or inlined.
static void print_position(GlString file, int line, uintptr_t off) {
  print_str("\t");
  print_gostring(file);
  print_str(":");
  print_int(line);
  if (off != 0) {
    print_str(" +");
    print_hex(off);
  }
  print_str("\n");
}

static void print_location(uintptr_t pc, uintptr_t entry, bool call) {
  GlString file = {(const uint8_t *)"?", 1};
  int line = 0;
  symtab_line(call ? pc - 1 : pc, &file, &line);
  print_position(file, line, pc - entry);
}

static bool same(GlString s, const char *t) {
  return s.len == (intptr_t)strlen(t) && memcmp(s.ptr, t, strlen(t)) == 0;
}

static bool starts(GlString s, const char *t) {
  size_t n = strlen(t);
  return s.len >= (intptr_t)n && memcmp(s.ptr, t, n) == 0;
}

static bool ends(GlString s, const char *t) {
  size_t n = strlen(t);
  return s.len >= (intptr_t)n && memcmp(s.ptr + s.len - n, t, n) == 0;
}

// Frames that say nothing to the user: what package runtime does not export,
// but for a panic under which deferred calls run.
static bool hidden(GlString n) {
  if (gl_traceback_level > 1) return false;
  if (same(n, "gl_main_code") || ends(n, "..init")) return true;
  if (!starts(n, "runtime.") || same(n, "runtime.gopanic")) return false;
  uint8_t c = n.len > 8 ? n.ptr[8] : 0;
  return c < 'A' || c > 'Z';
}

// The frame that panicked: below the gopanic that reports it.
static void skip_panic(Unwind *u) {
  Unwind v = *u;
  GlString name;
  do {
    if (!symtab_func(v.call ? v.pc - 1 : v.pc, &name, NULL)) return;
    if (!starts(name, "runtime.")) return;
    if (same(name, "runtime.gopanic")) {
      if (unwind_next(&v)) *u = v;
      return;
    }
  } while (unwind_next(&v));
}

// Arguments are not known, but whether there are any is.
static void print_function(GlString name, bool noparams) {
  if (same(name, "runtime.gopanic")) name = (GlString){(void *)"panic", 5};
  print_gostring(name);
  print_str(noparams || same(name, "main.main") ? "()\n" : "(...)\n");
}

// One frame, and before it those LLVM inlined into it.
static void print_frame(const Unwind *u) {
  GlString name = {(const uint8_t *)"?", 1};
  uintptr_t entry = u->pc;
  uintptr_t look = u->call ? u->pc - 1 : u->pc;
  intptr_t kind = gl_pckind(u->pc);
  if (kind == 1 || kind == 3 || kind == 5) return;
  symtab_func(look, &name, &entry);
  SymFrame f[INLINE_MAX];
  int n = symtab_frames(look, f, INLINE_MAX);
  if (n == 0) {
    n = 1;
    f[0] = (SymFrame){.file = {(const uint8_t *)"?", 1}};
  }
  f[n - 1].name = name;
  for (int i = 0; i < n; i++) {
    if (hidden(f[i].name)) continue;
    bool real = i == n - 1;
    print_function(f[i].name, real && symtab_no_args(entry));
    print_position(f[i].file, f[i].line, real ? u->pc - entry : 0);
  }
}

// Long traces print the newest and the oldest frames.
static void print_frames(Unwind u) {
  Unwind v = u;
  int64_t total = 1;
  while (unwind_next(&v)) total++;
  int64_t i = 0;
  do {
    if (total > FRAMES_HEAD + FRAMES_TAIL) {
      if (i == FRAMES_HEAD) {
        print_str("...");
        print_int(total - FRAMES_HEAD - FRAMES_TAIL);
        print_str(" frames elided...\n");
      }
      if (i >= FRAMES_HEAD && i < total - FRAMES_TAIL) continue;
    }
    print_frame(&u);
  } while (i++, unwind_next(&u));
}

static void print_created(G *gp) {
  if (!gp->gopc) return;
  GlString name;
  uintptr_t entry = 0;
  if (!symtab_func(gp->gopc - 1, &name, &entry)) return;
  print_str("created by ");
  print_gostring(name);
  print_str(" in goroutine ");
  print_uint(gp->parentgoid);
  print_str("\n");
  print_location(gp->gopc, entry, true);
}

static void print_pointer(const char *name, const void *p) {
  print_str(name);
  print_hex((uintptr_t)p);
}

static void print_header(G *gp, int status) {
  M *mp = gp->m;
  print_str("goroutine ");
  print_uint(gp->goid);
  if (gl_traceback_level > 1) {
    print_pointer(" gp=", gp);
    if (mp && status != Gwaiting && status != Grunnable) {
      print_str(" m=");
      print_int(mp->id);
      print_pointer(" mp=", mp);
    } else {
      print_str(" m=nil");
    }
  }
  print_str(" [");
  print_str(state_text(gp, status));
  if (leaks_has(gl_sched.leaks, gl_sched.nleaks, gp)) print_str(" (leaked)");
  if (status == Gwaiting || status == Gsyscall) {
    int64_t seconds = nanotime() / 1000000000 - gp->waitsince;
    int64_t minutes = seconds / (gl_debug.minute > 0 ? gl_debug.minute : 60);
    if (minutes > 0) {
      print_str(", ");
      print_int(minutes);
      print_str(" minutes");
    }
  }
  if (gp->lockedm && gp->lockedm->lockedext > 0)
    print_str(", locked to thread");
  print_str("]:\n");
}

// runtime.Stack itself is no part of what it prints.
static void skip_stack(Unwind *u) {
  GlString name;
  Unwind v = *u;
  if (symtab_func(v.call ? v.pc - 1 : v.pc, &name, NULL) &&
      same(name, "runtime.Stack") && unwind_next(&v))
    *u = v;
}

// gp is stopped, or in C for the calling M. A G that somebody walks already,
// for a report that failed, is not walked again.
void traceback(G *gp, int status) {
  print_header(gp, status);
  if (atomic_fetch_or(&gp->status, Gscan) & Gscan) return;
  Unwind u;
  if (unwind_start(&u, gp)) {
    skip_panic(&u);
    skip_stack(&u);
    print_frames(u);
  }
  atomic_fetch_and(&gp->status, ~(uint32_t)Gscan);
  print_created(gp);
}

// The current G, from where a signal found it.
void traceback_from(G *gp, Unwind u) {
  print_header(gp, Grunning);
  print_frames(u);
  print_created(gp);
}

int g_by_goid(const void *a, const void *b) {
  uint64_t x = (*(G *const *)a)->goid, y = (*(G *const *)b)->goid;
  return x < y ? -1 : x > y;
}

void print_goroutine(G *gp, int status) {
  if (status != Grunning) {
    traceback(gp, status);
    return;
  }
  print_header(gp, status);
  print_str("\tgoroutine running on other thread; stack unavailable\n");
  print_created(gp);
}

bool g_is_other(const G *gp, const G *me) {
  return gp != me && gp->status != Gdead && gp->status != Gidle &&
         (!gp->system || gl_traceback_level > 1);
}

static void print_other(G *gp) {
  print_str("\n");
  print_goroutine(gp, (int)(gp->status & ~(uint32_t)Gscan));
}

// Everybody but me, oldest first. A running one cannot be looked at.
void traceback_others(G *me) {
  size_t n = 0, k = 0;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) n++;
  // After running out of memory there may be none for a sorted list.
  size_t size = (n + 1) * sizeof(G *);
  G **all = mmap(NULL, size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) {
    for (G *gp = gl_allgs; gp; gp = gp->alllink)
      if (g_is_other(gp, me)) print_other(gp);
    return;
  }
  for (G *gp = gl_allgs; gp && k < n; gp = gp->alllink)
    if (g_is_other(gp, me)) all[k++] = gp;
  qsort(all, k, sizeof *all, g_by_goid);
  for (size_t i = 0; i < k; i++) print_other(all[i]);
  munmap(all, size);
}

// mcall: runtime.Stack, into buf. With all the world is stopped.
void stack_text(G *gp, char *buf, intptr_t n, bool all) {
  gp->ret[0] = (uintptr_t)-1;  // .gl asks again
  if (all && !stop_the_world_for(gp)) return;
  gl_printlock();
  print_to(buf, (size_t)n);
  traceback(gp, Grunning);
  if (all) traceback_others(gp);
  gp->ret[0] = print_end();
  gl_printunlock();
  if (all) start_the_world_again();
}

// ----------------------------------------------------------------- GOTRACEBACK

static void set_level(const char *s, size_t n) {
  static const struct {
    const char *name;
    int level;
    bool all, crash;
  } words[] = {
      {"none", 0, false, false}, {"single", 1, false, false},
      {"", 1, false, false},     {"all", 1, true, false},
      {"system", 2, true, false}, {"crash", 2, true, true},
      {"wer", 2, true, true},
  };
  gl_traceback_level = 0;
  gl_traceback_all = true;
  gl_traceback_crash = false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i].name) != n || memcmp(words[i].name, s, n) != 0)
      continue;
    gl_traceback_level = words[i].level;
    gl_traceback_all = words[i].all;
    gl_traceback_crash = words[i].crash;
    return;
  }
  int v = 0;
  for (size_t i = 0; i < n && s[i] >= '0' && s[i] <= '9' && v < 1000; i++)
    v = v * 10 + (s[i] - '0');
  gl_traceback_level = v;
}

void traceback_env(void) {
  const char *s = env_get("GOTRACEBACK");
  set_level(s ? s : "", s ? strlen(s) : 0);
  fromenv.level = gl_traceback_level;
  fromenv.all = gl_traceback_all;
  fromenv.crash = gl_traceback_crash;
}

// ccall: debug.SetTraceback: never less than the environment asks for.
void gl_settraceback(const uint8_t *s, intptr_t n) {
  set_level((const char *)s, (size_t)n);
  gl_traceback_level |= fromenv.level;
  gl_traceback_all |= fromenv.all;
  gl_traceback_crash |= fromenv.crash;
}

// mcall: runtime.GoroutineProfile. The stacks of all Gs, 32 pcs each, into
// recs when n are enough, and their labels where these are asked for, too;
// their number, or -1: ask again.
void goroutine_profile(G *me, uintptr_t (*recs)[32], intptr_t n,
                       void **labels) {
  me->ret[0] = (uintptr_t)-1;
  if (!stop_the_world_for(me)) return;
  intptr_t k = 0;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) {
    uint32_t status = gp->status;
    if (status == Gdead || status == Gidle || gp->system) continue;
    Unwind u;
    if (k < n) {
      memset(recs[k], 0, sizeof recs[k]);
      if (labels) labels[k] = gp->labels;
      if (unwind_start(&u, gp)) (void)callers(&u, 0, recs[k], 32);
    }
    k++;
  }
  me->ret[0] = (uintptr_t)k;
  start_the_world_again();
}
