// SPDX-License-Identifier: MIT
//
// What the collector sees of threads.
//
// libgc scans a suspended thread from its stack pointer on. Its own suspend
// handler would write its frame on a 2 KiB segment; ours runs on the alternate
// signal stack, so libgc scans only that one, with the interrupted registers
// in the signal frame. gc_push_g0 adds the g0 stack of an M: from the
// interrupted rsp when it lies there, up to m->g0sp.
//
// Less is better, for a dead word in a frame keeps whatever it points to, and
// everything behind that, for as long as the frame lies there:
//  - an M without work (m->parked) is not scanned: what its frames and its
//    registers still hold is of goroutines that went elsewhere. It sleeps in
//    gl_call_clean, which has put the registers aside;
//  - what lies above g0sp is not scanned: frames of the program's start, which
//    hold nothing of the heap. Half of an address that the dynamic linker left
//    there, below an int, is one in the heap whenever that lies across a
//    multiple of 4 GiB;
//  - sysmon is not scanned either, but while it collects. It holds on to
//    nothing but Gs, and these are kept by gl_allgs. Its alternate stack is
//    what makes this so. (On its own stack it would be scanned from the signal
//    frame on, and such a frame has holes of dozens of bytes: an old table of
//    libgc's finalizers seen through one of them kept 128 objects for ever.)
//
// Nothing called from here during a collection takes a lock of ours.
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

extern void *__libc_stack_end;  // rsp at the start of the program

static void (*gc_suspend)(int, siginfo_t *, void *);

// Where the collector interrupted a G or g0: beyond the handler, if it was one
// of a report that it interrupted. 0: mp's thread collects.
uintptr_t gc_interrupted(const M *mp) {
  uintptr_t sp = mp->gcsp, alt = (uintptr_t)mp->altstack;
  bool in_handler = sp >= alt && sp < alt + mp->altsize;
  return in_handler && mp->sigsp ? mp->sigsp : sp;
}

// A root of the collection under way.
void gc_push_g0(M *mp) {
  uintptr_t sp = gc_interrupted(mp);
  if (!sp) return;  // the collecting thread: libgc knows its stack
  if (mp->parked || sp < mp->g0lo || sp >= mp->g0sp) return;
  sp -= RED_ZONE;
  GC_push_all_eager((void *)(sp & ~(uintptr_t)7), (void *)mp->g0sp);
}

static void *set_bottom(void *base) {
  GC_set_stackbottom(NULL, base);
  return NULL;
}

// This thread's stack is scanned from its stack pointer, wherever that is
// at a collection by this thread, up to hi.
void gc_thread_bottom(uintptr_t hi) {
  struct GC_stack_base sb = {.mem_base = (void *)hi};
  GC_call_with_alloc_lock(set_bottom, &sb);
}

// An M that does nothing until n is woken, or for ns nanoseconds if that is
// not negative: false if nobody woke it.
bool gc_park_thread(M *mp, Note *n, int64_t ns) {
  mp->parked = true;
  bool woken = gl_call_clean(n, ns, note_tsleep);
  mp->parked = false;
  return woken;
}

static void on_suspend(int sig, siginfo_t *info, void *ctx) {
  M *mp = gl_tls_m;
  if (!mp) {
    gc_suspend(sig, info, ctx);
    return;
  }
  ucontext_t *uc = ctx;
  mp->gcregs = uc->uc_mcontext.gregs;
  mp->gcsp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
  gc_suspend(sig, info, ctx);
  mp->gcsp = 0;
  signals_put_off(mp);
}

int gc_signal(int which) {
  return which ? GC_get_thr_restart_signal() : GC_get_suspend_signal();
}

// After GC_INIT. libgc installs its handlers without SA_ONSTACK, and leaves
// some signals open: a report of all goroutines must not start in a thread
// that the collector waits for.
void gc_threads_init(void) {
  struct sigaction sa;
  sigaction(GC_get_suspend_signal(), NULL, &sa);
  gc_suspend = sa.sa_sigaction;
  sa.sa_sigaction = on_suspend;
  sa.sa_flags |= SA_ONSTACK | SA_SIGINFO;
  sigaddset(&sa.sa_mask, SIGQUIT);
  sigaction(GC_get_suspend_signal(), &sa, NULL);
  sigaction(GC_get_thr_restart_signal(), NULL, &sa);
  sa.sa_flags |= SA_ONSTACK;
  sigaction(GC_get_thr_restart_signal(), &sa, NULL);
}

// GC_register_altstack must come before sigaltstack: between the two in the
// other order a suspension would be scanned as if on the thread's own stack.
static void set_altstack(uintptr_t lo, uintptr_t hi, void **at, size_t *size) {
  long min = sysconf(_SC_MINSIGSTKSZ);
  // Traces are printed here, and libdw takes 160 KiB for its line tables. What
  // is not used is not committed.
  size_t n = (512 << 10) + (min > 0 ? (size_t)min : 0);
  n = (n + 4095) & ~(size_t)4095;
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                 -1, 0);
  if (p == MAP_FAILED) throw("no memory for a signal stack");
  *at = p;
  *size = n;
  GC_register_altstack((void *)lo, hi - lo, p, n);
  stack_t ss = {.ss_sp = p, .ss_size = n};
  sigaltstack(&ss, NULL);
}

// On the new thread, with gl_tls_m set and the g0 bounds filled in.
void gc_thread_init(M *mp) {
  struct GC_stack_base sb;
  // For the main thread libgc has looked already; asking again would read
  // /proc/self/maps, which takes longer than everything else here.
  if (mp == &gl_m0) sb.mem_base = __libc_stack_end;
  else GC_get_stack_base(&sb);
  mp->g0hi = (uintptr_t)sb.mem_base;
  if (mp == &gl_m0) {
    struct rlimit r;
    bool known = getrlimit(RLIMIT_STACK, &r) == 0 && r.rlim_cur < mp->g0hi;
    mp->g0lo = mp->g0hi - (known ? r.rlim_cur : 8 << 20);
  }
  set_altstack(mp->g0lo, mp->g0hi, &mp->altstack, &mp->altsize);
}

// On sysmon's thread, which has no M.
void gc_sysmon_init(void) {
  struct GC_stack_base sb;
  GC_get_stack_base(&sb);
  uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)4095;
  void *at;
  size_t size;
  set_altstack(here, (uintptr_t)sb.mem_base, &at, &size);
}
