// SPDX-License-Identifier: MIT
//
// The one header of the runtime: the data first, then the functions grouped
// under the file that defines them. Read HACKING.md for what spans files.
//
// All C here runs on g0, the thread stack of an M, unless a comment says so.
#ifndef GL_RUNTIME_H
#define GL_RUNTIME_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "abi.h"
#include "asm_offsets.h"

typedef struct G G;
typedef struct M M;
typedef struct P P;
typedef struct Seg Seg;
typedef struct Sudog Sudog;
typedef struct Hchan Hchan;
typedef struct Timer Timer;
typedef struct AsyncSave AsyncSave;
typedef struct MemProf MemProf;
typedef struct GBatch GBatch;

enum { PROF_DEPTH = 32 };  // of a stack in a profile

#define NORETURN _Noreturn
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

// ---------------------------------------------------------------- data

// G states, under Go's names and with its numbers where Go has the state too.
// There is no Gcopystack: stacks do not move (HACKING.md).
enum {
  Gidle,       // just allocated
  Grunnable,   // in a run queue
  Grunning,    // has an M and a P
  Gsyscall,    // in a blocking call: has an M, and perhaps a P
  Gwaiting,    // parked for g->waitreason, queued where that is
  Gdead = 6,   // ended, in a gfree list
  Gscan = 0x1000  // or'ed: somebody walks its stack, which must not change
};

// P states.
enum {
  Pidle,     // on the idle list, or on its way to an M
  Prunning,  // owned by an M
  Psyscall,  // its M is in a blocking call: sysmon may take it
  Pgcstop,   // halted, the world is stopped
  Pdead      // beyond GOMAXPROCS
};

extern const char *const gl_pstatus_name[];
const char *gstatus_name(uint32_t status);

// Why a G waits; wait_reason_text in traceback.c has the words.
enum {
  WAIT_NONE, WAIT_CHAN_RECEIVE, WAIT_CHAN_SEND, WAIT_CHAN_RECEIVE_NIL,
  WAIT_CHAN_SEND_NIL, WAIT_SELECT, WAIT_SELECT_NO_CASES, WAIT_SLEEP,
  WAIT_SEMACQUIRE, WAIT_SYNC_MUTEX_LOCK, WAIT_SYNC_RWMUTEX_RLOCK,
  WAIT_SYNC_RWMUTEX_LOCK, WAIT_SYNC_WAITGROUP_WAIT, WAIT_SYNC_COND_WAIT,
  WAIT_IO, WAIT_FINALIZER, WAIT_GC, WAIT_STOPPING_WORLD, WAIT_PARKED,
  WAIT_SIGNAL,
  WAIT_REASONS
};

// What happened how often: counters.def, schedtrace.c.
enum {
#define COUNTER(id, name, help) COUNT_##id,
#include "counters.def"
#undef COUNTER
  COUNTERS
};

// A spin-then-futex mutex: 0 free, 1 held, 2 held and somebody sleeps.
typedef struct Lock {
  _Atomic uint32_t state;
  uint32_t rank;  // LOCK_*; checked when GL_DEBUG is defined
} Lock;

// Ranks in the order in which locks may be taken; 0 is not checked.
enum {
  LOCK_UNRANKED, LOCK_SYSMON, LOCK_SCHED, LOCK_ALLG, LOCK_ALLM, LOCK_HCHAN,
  LOCK_TIMER, LOCK_SEMA, LOCK_NOTIFY, LOCK_POLL, LOCK_STACK, LOCK_SUDOG,
  LOCK_ASAVE, LOCK_PRINT, LOCK_RANKS
};

// A one-shot event: sleep until woken, then clear.
typedef struct Note {
  _Atomic uint32_t key;
} Note;

// A stack segment. The header sits at its high end; the stack below it.
//
//   lo          guard                    hi
//   |--slack----|------ frames <---------|Seg|
struct Seg {
  uintptr_t lo, hi;
  Seg *prev, *next;    // older segment; younger one, kept as a cache
  uintptr_t saved_sp;  // rsp when the stack went on to next
  uintptr_t guard;     // what %fs:0x70 gets: lo + STACK_SLACK
  uintptr_t room;      // biggest frame that fits an empty segment; 0: none
  uintptr_t size;      // bytes of the whole mapping, header included
};

// A G waiting for a channel or semaphore. One is part of every G; select
// takes more from the P's pool.
struct Sudog {
  G *g;
  Sudog *next, *prev;  // in the waitq
  void *elem;          // value to send or place to receive to
  void *c;             // Hchan, or address of the semaphore
  Sudog *waitlink;     // g->waiting list; also links the pool
  uint32_t ticket;     // index in notifyList
  uint16_t icase;      // case of select
  bool isselect;       // g takes part in a select: race on g->selectdone
  bool issend;         // of a select: which queue of c it is in
};

struct G {
  G *alllink;          // all Gs, newest first; never shrinks
  uintptr_t sp;        // saved stack pointer; 0 while running on its stack
  uintptr_t bp;        // frame of the stub that left the stack, for traces
  Seg *seg;            // current segment
  Seg *first;          // first segment; NULL: given back, the G is dead
  M *m;                // valid while running or in C for it
  AsyncSave *asave;    // registers of an asynchronous preemption, or NULL
  uintptr_t ret[2];    // results of an mcall
  GlDeferFrame *deferframe;
  void *panic;         // innermost panic, owned by runtime/panic.gl
  uint64_t goid;
  _Atomic uint32_t status;
  uint8_t waitreason;
  bool preempt;        // sysmon asked it to yield
  bool system;         // runtime's own: not counted by NumGoroutine
  bool paniconfault;   // debug.SetPanicOnFault
  G *schedlink;        // short lists: polled, due, dead without a stack
  Sudog *waiting;      // sudogs it waits on, select: in lock order
  const GlFuncVal *fn; // what it runs
  uintptr_t gopc;      // return address of the go statement
  uint64_t parentgoid;
  Timer *timer;        // for sleep, allocated at its first use
  M *lockedm;          // LockOSThread: the only M that may run it
  _Atomic uint32_t selectdone;
  uint32_t waitsince;  // gl_sched.coarse when it was parked
  int64_t blockedat;   // nanotime then, for profiles; 0: no matter
  void *labels;        // of pprof; inherited
  Sudog sudog;
};

// What a profile knows about one call stack.
enum { PROF_MEM, PROF_BLOCK, PROF_MUTEX, PROF_TRACE, PROF_KINDS };
typedef struct Prof {
  struct Prof *next;       // in the hash table
  int64_t count, amount;   // objects and bytes, or events and nanoseconds
  int64_t freed_count, freed_amount;
  int n;
  uintptr_t pcs[PROF_DEPTH];
} Prof;

// What happens to Gs; events.c. stdlib/runtime/trace.gl has the same numbers.
// In brackets is what else is said, the `why` of event().
enum {
  EVENT_STATUS,    // at the start of a trace [state]: arg the M, extra: runs
  EVENT_CREATE,    // a new G: arg is its code, extra who created it
  EVENT_START,     // runs [bool: in the time slice of the one before]
  EVENT_STOP,      // stays runnable [bool: of its own accord]
  EVENT_BLOCK,     // [WAIT_*]
  EVENT_UNBLOCK,   // [READY_*]
  EVENT_END,
  EVENT_SYSBEGIN, EVENT_SYSEND,
  EVENT_PSTOP,     // the M gives its P up
  EVENT_STWBEGIN, EVENT_STWEND, EVENT_GCBEGIN, EVENT_GCEND,
  // By runtime/trace: arg is the task, extra two numbers of strings.
  EVENT_TASK, EVENT_TASKEND, EVENT_REGION, EVENT_REGIONEND, EVENT_LOG
};
enum { READY_NEXT, READY_BEHIND, READY_WOKEN };  // by timers or the poller
typedef struct TraceBuf TraceBuf;
typedef struct TraceOut {
  TraceBuf *_Atomic buf;
  _Atomic bool busy;
} TraceOut;

// An entry of a heap of timers; t is NULL once it is deleted.
typedef struct TimerEnt {
  int64_t when;
  Timer *t;
} TimerEnt;

// What stack.c learned about a go statement.
enum { GO_SITES = 64 };
typedef struct GoSite {
  uintptr_t pc;         // return address of the statement
  uint32_t made, split; // goroutines, and those that outgrew their segment
  uint32_t shift;       // first segments are gl_stack_first << shift
} GoSite;

// One processor: the right to run Gs, and what goes with it.
enum { RUNQ_SIZE = 256, GFREE_MAX = 64 };
struct P {
  // Single producer (the owner), many consumers. runqhead is written by
  // consumers, runqtail by the owner.
  _Atomic uint32_t runqhead, runqtail;
  _Atomic(G *) runnext;  // runs next, before the queue; inherits the slice
  G *_Atomic runq[RUNQ_SIZE];

  int32_t id;
  _Atomic uint32_t status;
  P *link;              // idle list; sched.lock
  M *m;                 // owner, NULL when idle
  _Atomic uint32_t schedtick;    // one per execute
  _Atomic uint32_t syscalltick;  // one per system call
  // sysmon's last look
  uint32_t sys_schedtick, sys_syscalltick;
  int64_t sys_schedwhen, sys_syscallwhen;
  _Atomic bool preempt;
  bool fair;            // what runs was taken from the global queue in turn
  bool turn;            // the global queue is next
  _Atomic bool spent;   // sysmon: preempted since its slice is over

  G *gfree[GFREE_MAX];  // dead Gs, most with a first segment; the last goes
  int32_t ngfree;
  _Atomic int64_t ngs;  // Gs made here less those that ended here
  uint64_t goidcache, goidcacheend;
  Sudog *sudogs;
  int32_t nsudogs;
  uint64_t rng;

  GoSite gosites[GO_SITES];

  // Timers: a 4-ary heap by `when`, under the lock; timer.c.
  Lock timerlock;
  TimerEnt *timers;     // uncollectable memory, scanned
  int32_t ntimers, captimers;
  int32_t ndeleted;     // entries without a timer
  _Atomic int64_t timer0when;  // earliest, 0: none; read without the lock
};

// A thread.
struct M {
  uintptr_t g0sp;       // where C for a G starts on the thread's stack
  G *_Atomic curg;
  P *p, *nextp, *oldp;
  G *lockedg;           // LockOSThread: the only G it may run
  uint32_t lockedext;   // calls of LockOSThread not undone
  uint32_t lockedint;   // the same by the runtime, during initialization
  int64_t id;
  _Atomic uintptr_t *guardp;   // address of its %fs:0x70
  _Atomic uintptr_t gcsp;      // interrupted rsp while suspended by the GC
  const void *gcregs;   // the registers of then: greg_t[]
  _Atomic bool parked;  // without work, holds nothing: gcthread.c
  uintptr_t sigsp;      // rsp when the signal came that it reports, or 0
  uintptr_t g0lo, g0hi;
  pthread_t thread;
  int32_t tid;
  int32_t locks;        // held locks and the like: no preemption while > 0
  int32_t printlock;    // nesting of gl_printlock
  bool spinning;
  bool dying;
  bool quit;            // SIGQUIT came while the collector had it stopped
  _Atomic bool sigpending;  // SIGURG was sent and not yet handled
  Note park;
  M *schedlink;         // idle list, list of ended Ms; sched.lock
  M *alllink;           // sched.allmlock
  jmp_buf *end;         // where the thread ends
  uint64_t counts[COUNTERS];
  void **freelists;     // address of its gl_tls_free
  MemProf *memprof;     // or NULL
  uintptr_t createpcs[PROF_DEPTH];  // what its creator was at
  int ncreatepcs;
  TraceOut trace;
  timer_t proftimer;    // cpuprof.c; allmlock
  bool hasproftimer;
  uint64_t nmalloc[MALLOC_CLASSES];  // objects it took from libgc; 0: large
  uint64_t bmalloc;                  // bytes of these
  AsyncSave *aspare, *aretired;
  uint64_t rng;
  void *altstack;
  size_t altsize;
  uint32_t heldranks[16], nheld;  // GL_DEBUG
};

typedef struct GQueue {
  G *head, *tail;
  int32_t n;
} GQueue;

// Many Gs in the order in which they came; gqueue.c.
typedef struct GBatches {
  GBatch *head, *tail;
} GBatches;

struct Sched {
  Lock lock;
  GBatches runq;         // global queue; lock
  _Atomic int32_t runqsize;
  M *midle;              // lock
  int32_t nmidle, mcount;
  int32_t nmidlelocked;  // Ms waiting for their locked G; lock
  int32_t maxmcount;     // SetMaxThreads; lock
  _Atomic uint32_t dumpreq;  // SIGQUIT: sysmon, find leaks
  _Atomic bool quitreq;      // SIGQUIT: sysmon, make the report
  _Atomic bool sigreq;       // sysmon, wake who delivers signals
  G **leaks;             // what it found
  size_t nleaks;
  Note dumpnote;         // it is done
  int64_t mnext;         // id of the next M; lock
  M *freem;              // ended Ms for reuse; lock
  Lock allmlock;         // guards allms against ending Ms
  _Atomic int64_t nothread;      // no thread is to be had until then
  _Atomic uint32_t coarse;       // seconds, brought up to date now and then
  P *pidle;              // lock
  _Atomic int32_t npidle, nmspinning;
  _Atomic bool gcwaiting;   // somebody stops the world
  _Atomic bool frozen;      // for good: the program's last report is printed
  int32_t stopwait;         // lock
  Note stopnote;
  _Atomic bool sysmonwait;
  _Atomic int64_t sysmonuntil;   // when its nap ends, 0: awake
  Note sysmonnote;
  _Atomic int64_t lastpoll;   // 0: somebody is polling
  _Atomic int64_t polluntil;  // when that poll ends
  // On lines of their own: all Ps write these when goroutines come and go,
  // and read the ones above at every switch.
  _Alignas(64) Lock gfreelock;
  GBatches gfree;        // dead Gs with a stack, the last first
  G *gfree_nostack;
  _Atomic int32_t ngfree;   // on gfree; written under the lock
  _Atomic uint64_t goidgen;
  _Atomic int64_t nsysgs;   // the runtime's own Gs that are not dead
};

enum { MAX_PROCS = 1024, MAX_MS = 10000 };

extern struct Sched gl_sched;
extern P *gl_allp[MAX_PROCS];
extern int32_t gl_gomaxprocs, gl_ncpu;
extern _Atomic(G *) gl_allgs;
extern M *_Atomic gl_allms;
extern M gl_m0;
extern uintptr_t gl_stack_first;  // bytes of a first segment
extern _Atomic uint64_t gl_stack_max;    // bytes of one G, debug.SetMaxStack
extern _Thread_local G *gl_tls_g;
extern _Thread_local M *gl_tls_m;
extern _Thread_local void *gl_tls_free[LISTS_KINDS * MALLOC_CLASSES];

struct Debug {
  int32_t schedtrace, scheddetail, gc, stack, stress, asyncpreemptoff, nodw;
  int32_t counters, leaks, threadfail, events;
  int32_t forcegc, scavenge;  // ms; 0: the usual times
  int32_t minute;             // seconds in a minute of reports; 0: 60
  int64_t seed;
  bool deterministic;
};
extern struct Debug gl_debug;

// Collections so far; pacer.c.
enum { GC_PAUSES = 256 };
typedef struct GcStats {
  uint64_t n, nforced;
  uint64_t next;           // size of the heap at which the next starts
  uint64_t last;           // when the last ended, Unix time in ns
  uint64_t pause_total;    // world stopped, ns
  uint64_t total;          // in the collector, ns
  uint64_t pause[GC_PAUSES], end[GC_PAUSES];  // rings, index n % GC_PAUSES
} GcStats;
extern GcStats gl_gc_stats;

// What runtime/mstats.gl makes a runtime.MemStats of; words only.
enum { MEMSTATS_CLASSES = 61 };
typedef struct MemStats {
  uint64_t alloc, total_alloc, sys, mallocs, frees, heap_objects;
  uint64_t heap_sys, heap_idle, heap_inuse, heap_released;
  uint64_t stack_inuse, stack_sys, mcache_inuse, mcache_sys, gc_sys, other_sys;
  uint64_t next_gc, last_gc, pause_total, num_gc, num_forced;
  double gc_cpu_fraction;
  uint64_t pause_ns[GC_PAUSES], pause_end[GC_PAUSES];
  uint64_t class_mallocs[MEMSTATS_CLASSES], class_frees[MEMSTATS_CLASSES];
} MemStats;

// A timer, shared with package time: see HACKING.md.
struct Timer {
  int64_t when, period;
  int64_t kind;  // TIMER_*
  void *arg, *arg2;
  // private
  P *_Atomic pp;     // whose heap it is in, or NULL
  int64_t index;     // in that heap; pp->timerlock
  int64_t heapwhen;  // the `when` of its entry
  Lock lock;         // of Stop and Reset, where no channel guards the timer
  uintptr_t spare[3];
};
// A timer channel has dataqsiz 0, so that len and cap read 0.
enum { TIMER_SEND = 1, TIMER_GO = 2, TIMER_READY = 3, TIMER_DEADLINE = 4 };

// A descriptor the poller watches; netpoll.c. Two directions.
enum { POLL_READ, POLL_WRITE };
enum { POLL_TIMEOUT = -4001, POLL_CLOSING = -4002 };  // beside -errno
typedef struct PollDesc {
  Lock lock;
  int32_t fd;
  bool open;
  bool ready[2];     // an edge came while nobody waited
  bool drained;      // the last read took all there was; its reader's own
  bool marked;       // the end or urgent data came: never drained again
  bool expired[2];   // the deadline passed
  G *waiter[2];
  int64_t deadline[2];
  Timer timer[2];    // arg = this, arg2 = direction
  struct PollDesc *link;
} PollDesc;

typedef struct Waitq {
  Sudog *first, *last;
} Waitq;

struct Hchan {
  uintptr_t qcount;    // with dataqsiz GlChanHead: read inline
  uintptr_t dataqsiz;
  _Atomic uint32_t lock;    // guards everything here and the waiting sudogs
  _Atomic uint32_t locksleepers;
  uint32_t elemsize;
  bool closed;
  bool istimer;
  uint8_t words;       // buffered elements of 8 bytes: 1 pointers, 2 none
  uintptr_t bufcount;
  uintptr_t bufsize;   // elements; dataqsiz is 0 for timer channels
  uintptr_t sendx, recvx;
  uint8_t *buf;
  Waitq recvq, sendq;
  const GlType *elemtype;
  Timer *timer;        // that sends on it, or NULL: timer.c
};

// Registers and extended state of a G preempted by a signal.
struct AsyncSave {
  uintptr_t gpr[18];   // AS_*
  void *xsave;         // 64-aligned image inside area
  AsyncSave *next;
  size_t size;         // of area in use
  _Alignas(64) uint8_t area[];
};

#define OFF(t, f, n) \
  _Static_assert(offsetof(t, f) == (n), "asm_offsets.h: " #t "." #f)
OFF(G, sp, G_SP);
OFF(G, bp, G_BP);
OFF(G, seg, G_SEG);
OFF(G, m, G_M);
OFF(G, asave, G_ASAVE);
OFF(G, ret, G_RET0);
OFF(G, deferframe, G_DEFERFRAME);
OFF(G, deferframe, GL_G_DEFERFRAME);
OFF(G, panic, G_PANIC);
OFF(G, goid, G_GOID);
OFF(Seg, lo, SEG_LO);
OFF(Seg, hi, SEG_HI);
OFF(Seg, prev, SEG_PREV);
OFF(Seg, next, SEG_NEXT);
OFF(Seg, saved_sp, SEG_SAVED_SP);
OFF(Seg, guard, SEG_GUARD);
OFF(Seg, room, SEG_ROOM);
OFF(M, g0sp, M_G0SP);
OFF(M, curg, M_CURG);
OFF(GlDeferFrame, link, DF_LINK);
OFF(GlDeferFrame, head, DF_HEAD);
OFF(GlDeferFrame, sp, DF_SP);
OFF(GlDeferFrame, pc, DF_PC);
OFF(GlDeferFrame, rbp, DF_RBP);
OFF(GlDeferFrame, rbx, DF_RBX);
OFF(GlDeferFrame, r12, DF_R12);
OFF(GlDeferFrame, r15, DF_R15);
OFF(GlDeferFrame, seg, DF_SEG);
OFF(GlDeferFrame, flags, DF_FLAGS);
OFF(AsyncSave, xsave, AS_XSAVE);
OFF(Hchan, dataqsiz, offsetof(GlChanHead, dataqsiz));
OFF(Hchan, qcount, HCHAN_QCOUNT);
OFF(Hchan, lock, HCHAN_LOCK);
OFF(Hchan, locksleepers, HCHAN_SLEEPERS);
OFF(Hchan, closed, HCHAN_CLOSED);
OFF(Hchan, istimer, HCHAN_ISTIMER);
OFF(Hchan, words, HCHAN_WORDS);
OFF(Hchan, bufcount, HCHAN_BUFCOUNT);
OFF(Hchan, bufsize, HCHAN_BUFSIZE);
OFF(Hchan, sendx, HCHAN_SENDX);
OFF(Hchan, recvx, HCHAN_RECVX);
OFF(Hchan, buf, HCHAN_BUF);
OFF(Hchan, recvq, HCHAN_RECVQ);
OFF(Hchan, sendq, HCHAN_SENDQ);
_Static_assert(sizeof(Seg) == 64, "keeps the stack top 16-aligned");
_Static_assert(sizeof(Timer) == 96, "twelve words, mirrored by package time");
_Static_assert(LISTS_KINDS == LISTS_FEW(GL_LAYOUT_FEW) + 1, "free lists");
_Static_assert(sizeof(G) <= 256, "a parked goroutine has a budget");

// ----------------------------------------------------------- functions

// asm_amd64.S
NORETURN void gl_gogo(G *gp);          // on g0: run gp
bool gl_call_clean(Note *n, int64_t ns, bool (*fn)(Note *, int64_t));
NORETURN void gl_mstart_asm(M *mp);    // note g0sp, then schedule()
void gl_goentry(void);                 // first pc of a G
extern char gl_morestack_ret[], gl_calldefer_ret[], gl_morestack_end[];
extern char gl_sigpanic_ret[];
void gl_sigpanic(void);  // where a fault goes that panics; signal.c
void __morestack(void);
void gl_mcall(void), gl_ccall(void), gl_ccall_blocking(void);

// lock.c
void lock_init(Lock *l, uint32_t rank);
void lock_slow(Lock *l);
void unlock_slow(Lock *l);
void lock_check(Lock *l), unlock_check(Lock *l);
void lock_check_rank(uint32_t rank), unlock_check_rank(uint32_t rank);
void chan_lock_slow(Hchan *c);
intptr_t chan_unlock_slow(Hchan *c);
void lock_asymmetric_init(void);
static inline void lock(Lock *l) {
#ifdef GL_DEBUG
  lock_check(l);
#endif
  uint32_t zero = 0;
  if (UNLIKELY(!atomic_compare_exchange_strong_explicit(
          &l->state, &zero, 1, memory_order_acquire, memory_order_relaxed)))
    lock_slow(l);
}
static inline bool trylock(Lock *l) {
  uint32_t zero = 0;
  bool ok = atomic_compare_exchange_strong_explicit(
      &l->state, &zero, 1, memory_order_acquire, memory_order_relaxed);
#ifdef GL_DEBUG
  if (ok) lock_check(l);
#endif
  return ok;
}
static inline void unlock(Lock *l) {
#ifdef GL_DEBUG
  unlock_check(l);
#endif
  if (UNLIKELY(atomic_exchange_explicit(&l->state, 0,
                                        memory_order_release) == 2))
    unlock_slow(l);
}
void futex_sleep(_Atomic uint32_t *addr, uint32_t val, int64_t ns);
void futex_wake(_Atomic uint32_t *addr, uint32_t n);

// note.c
void note_clear(Note *n);
void note_sleep(Note *n);
bool note_tsleep(Note *n, int64_t ns);
void note_wakeup(Note *n);

// proc.c
void sched_init(int32_t procs);
G *proc_newg(const GlFuncVal *fn, uintptr_t gopc, const G *parent,
             bool system);
void new_main(void);  // makes the main goroutine, runnable
NORETURN void schedule(void);
NORETURN void gopark_unlock(G *gp, Lock *l, int reason);
NORETURN void gopark_chan(G *gp, Hchan *c, int reason);
void gopark_prepare(G *gp, int reason);
void goready(G *gp);
void goready_behind(G *gp);
void goready_list(G *gp);
void gosched(G *gp);
NORETURN void gopreempt(G *gp);
void goexit0(G *gp);
void gfree_scavenge(int32_t keep);
void gfree_give(P *pp, int32_t keep);
int64_t sched_ngs(void);
void go(const GlFuncVal *fn);
void wakep(void);
void handoffp(P *pp);
NORETURN void execute(G *gp, bool inherit);
void sched_tick(int64_t now);  // now: what nanotime() said
void acquirep(P *pp);
P *releasep(void);
void pidleput(P *pp);
P *pidleget(void);
void globrunqput(G *gp);
void globrunqput_locked(G *gp);
void checkdead(void);

// gqueue.c
void gqueue_put(GBatches *q, G *gp);
G *gqueue_get(GBatches *q);
void gstack_push(GBatches *q, G *gp);
G *gstack_pop(GBatches *q);
void g_prefetch(const G *gp);
void g_prefetch_stack(const G *gp);

// m.c
void minit(M *mp);
void m_set_sigmask(const sigset_t *mask);
bool startm(P *pp, bool spinning);
void stopm(void);
void stoplockedm(M *mp);
void startlockedm(G *gp);
NORETURN void mexit(M *mp);
NORETURN void thread_refused(int err);
int gl_thread_create(pthread_t *th, const pthread_attr_t *at,
                     void *(*fn)(void *), void *arg);

// resize.c
bool stop_the_world_for(G *gp);
void start_the_world_again(void);
void freeze_the_world(void);
P *procresize(int32_t n);

// runq.c
void runqput(P *pp, G *gp, bool next);
G *runqget(P *pp, bool *inherit);
G *runnext_get(P *pp);
bool runqempty(P *pp);
G *runqsteal(P *pp, P *p2, bool stealnext);
void runqput_batch(P *pp, GQueue *q);
void runqput_woken(P *pp, GQueue *q);

// sysmon.c
void sysmon_start(void);
void sysmon_kick(int64_t when);
bool sysmon_running(void);
void sysmon_ask_signals(void);
bool sysmon_ask(bool report);  // for gl_sched.leaks; then wait for dumpnote

// schedtrace.c
void schedtrace(bool detail);
uint64_t count_total(int which);
void counters_print(void);
extern uint64_t gl_counts[COUNTERS];  // of sysmon, and of ended Ms

// preempt.c
void preempt_init(void);
void preempt_one(P *pp);
void preempt_all(void);
NORETURN void preempt_async_sched(G *gp);
void preempt_morestack(G *gp);  // mcall target of a poisoned prologue
void preempt_refill(M *mp);

// stack.c
void stack_init(void);
Seg *stack_alloc(size_t size);
void stack_free(Seg *s);
void stack_grow(G *gp, uintptr_t need);
void stack_reset(G *gp);  // dead G: give back all but the first segment
size_t stack_total(G *gp);
void stack_trim(G *gp);   // world stopped: drop pages of cached segments
size_t stack_site(P *pp, uintptr_t pc);  // first segment of a go statement
size_t stack_main(void);                 // and of the main goroutine
void stack_fit(G *gp, size_t size);      // dead G: at least that first segment
void stack_scavenge(bool force);         // give back what no G uses
void stack_usage(uint64_t *used, uint64_t *mapped);
uint64_t stack_bytes(void);              // used, without a lock

// gc.c
// libgc's kinds of the groups of free lists, LISTS_*, and the mark procedure
// of arrays whose descriptor is GC_MAKE_PROC(gl_array_proc, element type).
extern int gl_kinds[LISTS_KINDS];
extern unsigned gl_array_proc;
void gc_init(int32_t procs);
NORETURN void gc_out_of_memory(size_t n);
G *gc_new_g(void);
void *gc_uncollectable(size_t n);
void gc_uncollectable_free(void *p);
uint64_t gc_count(void);
int gc_kind_g(void);
void gc_trim_stacks(void);     // world stopped

// gcroots.c
void gc_roots_init(void);
void gc_push_variables(void);
void gc_each_variable(void (*visit)(uintptr_t lo, uintptr_t hi));
void gc_variables(int i, uintptr_t *lo, uintptr_t *hi);

// gcthread.c
enum { RED_ZONE = 128 };
void gc_threads_init(void);
void gc_thread_init(M *mp);
void gc_thread_bottom(uintptr_t hi);
void gc_sysmon_init(void);
void gc_push_g0(M *mp);
uintptr_t gc_interrupted(const M *mp);
int gc_signal(int which);  // 0 suspends a thread, 1 lets it go on
bool gc_park_thread(M *mp, Note *n, int64_t ns);

// pacer.c
void pacer_init(void);
extern _Atomic uint64_t gl_gc_trigger;  // bytes until the next collection
void gc_collect_paced(void);
bool gc_enabled(void);
double gc_cpu_fraction(void);
void gc_collect_forced(void);  // also when GOGC=off
void gc_collect_unmap(void);   // and give back all free blocks

// scavenge.c
int64_t scavenge_tick(int64_t now);  // sysmon: when the next is due, or 0
void scavenge_all(void);

// mstats.c
void malloc_note_collection(void);
void memstats_read(MemStats *s);  // world stopped

// mfinal.c
void mfinal_drain(void);
void mfinal_each(void (*visit)(const void *obj, void *const *fn,
                               const void *type));
void gc_wake_finalizer(void);

// profile.c
extern _Atomic int64_t gl_blockrate, gl_mutexrate;
int profile_stack(G *gp, uintptr_t *pcs);
Prof *profile_bucket(int kind, const uintptr_t *pcs, int n);
void profile_blocked(G *gp);
void profile_unblocked(G *gp);
void profile_contention(G *gp, G *waiter);
intptr_t gl_profile(intptr_t kind, void *recs, intptr_t n, intptr_t zero);

// cpuprof.c, in programs that can ask for the profile; else gl_cpuprof is NULL.
typedef struct CpuProf {
  bool (*signal)(siginfo_t *info, void *ctx);  // false: not its SIGPROF
  void (*start)(M *mp), (*end)(M *mp);         // a thread; with allmlock
} CpuProf;
extern const CpuProf *_Atomic gl_cpuprof;

// trace.c, in programs that can ask for the trace; gl_tracer is NULL until it
// is asked for the first time.
typedef struct Tracer {
  void (*note)(int kind, const G *gp, int why);
  void (*flush)(M *mp);  // its thread ends
} Tracer;
extern const Tracer *_Atomic gl_tracer;  // events.c

// memprofile.c
extern bool gl_memprof;  // can the program ask for a heap profile?
void memprof_init(void);
bool memprof_refill(M *mp, int i, void **list, void (*more)(int, void **));
void memprof_large(void *p, size_t size);
void memprof_lists(M *mp, void (*f)(int i, void *first, void *arg), void *arg);
void memprof_sweep(void);
void memprof_end(M *mp);

// malloc.c
void *malloc_new(size_t size, bool noscan);
void *malloc_array(const GlType *elem, size_t size);  // size: bytes of all
void *malloc_few(size_t size, unsigned bits);
void *malloc_uncached(size_t size, int lists);
void *malloc_dirty(size_t size);
void malloc_wipe_stack(void);
extern uint8_t gl_zerobase[64];

// chan.c
Hchan *makechan(const GlType *t, intptr_t size);
void chansend(G *gp, Hchan *c, void *elem);
void chanrecv(G *gp, Hchan *c, void *elem);
void closechan(G *gp, Hchan *c);
void selectnbsend(G *gp, Hchan *c, void *elem);
void selectnbrecv(G *gp, Hchan *c, void *elem);
int chan_trysend(Hchan *c, void *elem);  // 0 would block, 1 sent, 2 closed
int chan_tryrecv(Hchan *c, void *elem);  // 0 would block, 1 got, 2 closed
void chan_drain_locked(Hchan *c);
void chan_release(G *gp);  // served: leave the other queues of its select
void chan_wake(G *gp);     // chan_release, goready
void waitq_put(Waitq *q, Sudog *sg);
Sudog *waitq_get(Waitq *q);
void waitq_remove(Waitq *q, Sudog *sg);

int chan_send_locked(Hchan *c, void *elem, G **wake);
int chan_recv_locked(Hchan *c, void *elem, G **wake);

// select.c
void selectgo(G *gp, GlScase *cases, intptr_t nsends, intptr_t nrecvs,
              bool blocking);
void block(G *gp);
Sudog *sudog_acquire(P *pp);
void sudog_release(P *pp, Sudog *sg);

// sema.c
void semacquire(G *gp, _Atomic uint32_t *addr, bool lifo, intptr_t reason);
void semrelease(G *gp, _Atomic uint32_t *addr, bool handoff);
void sema_table(uintptr_t *lo, uintptr_t *hi);  // static data with waiters
void pools_clear(void);  // world stopped

// timer.c
int64_t nanotime(void);
void timers_skip_to(int64_t when);
void timesleep(G *gp, int64_t ns);
void gl_timer_start(Timer *t);
bool gl_timer_stop(Timer *t);
bool gl_timer_reset(Timer *t, int64_t when, int64_t period);
int64_t timers_run(P *pp, int64_t now, bool *ran);  // next when, or 0
int64_t timers_next(void);                          // over all Ps
bool timer_chan_adjust(Hchan *c, int64_t *when);
void timer_chan_poll(Hchan *c);
void timer_wake_poller(int64_t when);
void timers_adopt(P *pp, P *from);                  // world stopped
bool timers_any(void);

// netpoll.c, over the platform's netpoll_*.c
void netpoll_init(void);
bool netpoll_inited(void);
bool netpoll_any_waiters(void);
G *netpoll_ready_list(G *list, void *pd, int mode, bool marks);
void netpoll_deadline(Timer *t, G **wake);
intptr_t poll_prepare(PollDesc *pd, int mode);
bool poll_park(G *gp, PollDesc *pd, int mode);
intptr_t poll_prepare_read(G *gp, PollDesc *pd);
// netpoll_epoll.c
void netpoll_os_init(void);
int netpoll_os_open(int fd, void *pd);
int netpoll_os_close(int fd);
G *netpoll(int64_t delay);  // ns; <0: until broken, 0: only look
void netpoll_break(void);

// syscall.c
void entersyscall(G *gp);
bool exitsyscall(G *gp);
NORETURN void exitsyscall0(G *gp);

// events.c. gp is NULL where an event is of no G.
enum { LISTEN_LINES = 1, LISTEN_TRACE = 2 };
extern _Atomic uint32_t gl_listeners;  // LISTEN_*
void event_tell(int kind, const G *gp, int why);
static inline void event(int kind, const G *gp, int why) {
  if (UNLIKELY(atomic_load_explicit(&gl_listeners, memory_order_relaxed) != 0))
    event_tell(kind, gp, why);
}
void event_steal(const P *from, uint32_t n);
void events_init(void);

// signal.c
void signal_init(void);
bool signal_hand_over(siginfo_t *info, void *ctx);
NORETURN void signal_dump(void);  // on sysmon's thread
NORETURN void signal_report(int sig, siginfo_t *info, void *ctx);

// sigqueue.c
void sigqueue_init(void);
void signals_put_off(M *mp);
bool sig_send(int sig);
bool signal_waiter(void);  // a G that only sysmon can wake: no deadlock
G *signal_woken(void);
void signal_epipe(int fd);

// symtab.c
bool symtab_func(uintptr_t pc, GlString *name, uintptr_t *entry);
typedef struct SymFrame {
  GlString name, file;
  int line;
} SymFrame;
bool symtab_no_args(uintptr_t entry);
int symtab_frames(uintptr_t pc, SymFrame *out, int max);
bool symtab_line(uintptr_t pc, GlString *file, int *line);
const uint8_t *symtab_debug_frame(size_t *size, uintptr_t *base);

// cfi.c
void cfi_prepare(void);
bool cfi_caller(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp,
                uintptr_t *ret, uintptr_t *callerbp);

// inline.c
intptr_t inline_callers(uintptr_t pc, intptr_t *skip, uintptr_t *pcs,
                        intptr_t room);
bool inline_frame(uintptr_t pc, SymFrame *out, uintptr_t *real);

// dwarf_line.c
bool dwarf_line(const uint8_t *sect, size_t size, uint64_t pc, char *file,
                size_t filesize, int *line);

// traceback.c
typedef struct Unwind {
  G *g;
  Seg *seg;  // where the last frame was, or NULL
  uintptr_t pc, bp;
  uintptr_t sp;  // of an interrupted instruction, else 0
  uintptr_t ret; // where an interrupted routine without a frame returns to
  bool call;  // pc is a return address, not an interrupted instruction
  bool first;
} Unwind;
bool unwind_start(Unwind *u, G *gp);
bool unwind_next(Unwind *u);
bool signal_in_gl_text(uintptr_t pc);
bool signal_interrupted(G *gp, void *ctx, Unwind *u);  // signal.c
void unwind_at(Unwind *u, G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp);
intptr_t gl_pckind(uintptr_t pc);
const char *wait_reason_text(int reason);
void traceback(G *gp, int status_running);
void traceback_from(G *gp, Unwind u);
void traceback_others(G *me);
int g_by_goid(const void *a, const void *b);  // for qsort of G *
// Whether a report of everybody but me lists gp.
bool g_is_other(const G *gp, const G *me);
bool traceback_awaits(G *gp);  // what and who: one line each
void print_goroutine(G *gp, int status);  // header, frames, creation
extern int gl_traceback_level;  // GOTRACEBACK: 0 none, 1 single, 2 system
extern bool gl_traceback_all, gl_traceback_crash;
void traceback_env(void);

// dump.c
void dump_merged(G **list, size_t n);
void dump_others(G *me);

// leaks.c
size_t leaks_find(G ***list);  // Gs that can never run again, by goid
void leaks_free(G **list, size_t n);
bool leaks_has(G **list, size_t n, G *gp);
void leaks_report(void);
void *map_scratch(size_t n);   // zeroed, not from malloc

// panic.c
NORETURN void throw(const char *msg);
NORETURN void fatal(const char *msg);
NORETURN void die(void);  // exit status 2
bool report_claim(void);
void report_start(void);
void report_begin(void);  // returns to the first thread that fails only
void gl_printlock(void), gl_printunlock(void);

// print.c
void print_str(const char *s);
void print_bytes(const void *p, size_t n);
void print_int(int64_t v);
void print_uint(uint64_t v);
void print_hex(uint64_t v);
void print_flush(void);
void print_crash(const void *p, size_t n);
void gl_crash_begin(void);
void print_to(char *to, size_t size);  // into memory until print_end
size_t print_end(void);                // bytes stored
void print_reset(void);                // forget print_to

// env.c
void env_init(int argc, char **argv, char **envp);
int32_t env_procs(void);
const char *env_get(const char *name);

// rand
uint64_t rand_next(uint64_t *state);
uint64_t rand_seed(void);
static inline uint32_t rand_n(uint64_t *state, uint32_t n) {
  return (uint32_t)(((rand_next(state) >> 32) * (uint64_t)n) >> 32);
}

static inline P *cur_p(void) { return gl_tls_m->p; }

// Each M counts for itself, without synchronisation; sysmon has no M.
static inline void counter_add(int which, uint64_t n) {
  M *mp = gl_tls_m;
  if (mp) mp->counts[which] += n;
  else gl_counts[which] += n;
}
static inline void counter_inc(int which) { counter_add(which, 1); }

// The M stops running its G. curg is only a hint to others.
static inline void dropg(M *mp) {
  atomic_store_explicit(&mp->curg, NULL, memory_order_relaxed);
}

// Channel locks are taken by Ms that hold a P only, and never across a point
// where the world may be stopped: with one P there is nobody to exclude, and
// locked instructions would be half the cost of an operation. To release one
// takes no locked instruction; see lock.c.
static inline void chan_lock(Hchan *c) {
  if (gl_gomaxprocs == 1) return;
#ifdef GL_DEBUG
  lock_check_rank(LOCK_HCHAN);
#endif
  uint32_t zero = 0;
  if (UNLIKELY(!atomic_compare_exchange_strong_explicit(
          &c->lock, &zero, 1, memory_order_acquire, memory_order_relaxed)))
    chan_lock_slow(c);
}
static inline void chan_unlock(Hchan *c) {
  if (gl_gomaxprocs == 1) return;
#ifdef GL_DEBUG
  unlock_check_rank(LOCK_HCHAN);
#endif
  atomic_store_explicit(&c->lock, 0, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst);
  if (UNLIKELY(atomic_load_explicit(&c->locksleepers,
                                    memory_order_relaxed) != 0))
    chan_unlock_slow(c);
}

#endif
