// SPDX-License-Identifier: MIT
//
// The execution trace: what happened to every G, in the order in which it
// happened. Here it is only noted; stdlib/runtime/trace.gl makes of it the
// format that `go tool trace` reads.
//
// Every M writes to a buffer of its own, without a lock; sysmon, which has no
// M, to one more. An event is noted before its effect can be seen: a G is noted
// as woken before anybody can run it, as blocked before anybody can wake it. So
// the clock, which is the same on all processors, puts the events of one G in
// the right order, and those of different Gs where one caused the other.
//
// What a thread writes is in the reader's hands as soon as the reader has seen
// its flag `busy` clear after it took its buffer away; later events then have
// later times than that of the beginning of the reader's round. So each round
// yields all events up to its beginning, sorted.
//
// trace_note is called by event() (events.c) while the trace is on.
#include "runtime.h"

#include <stdlib.h>
#include <string.h>

enum { BUF_EVENTS = 1000 };
enum { TRACE_SYSMON = 1 << 30 };  // as an M's id

// The note of an event: the G is goid, on M m with P p (-1: none).
typedef struct TraceEvent {
  int64_t when;
  uint64_t goid, arg, extra, seq;
  struct Prof *stack;
  int32_t m;
  int16_t p;
  uint8_t kind, reason;
} TraceEvent;

struct TraceBuf {
  TraceBuf *next;
  size_t n;
  TraceEvent events[BUF_EVENTS];
};

static TraceOut sysmon_out;
static TraceBuf *full;  // lock
static Lock lock_full;

// Events that were taken and not yet read: sorted up to `ready`.
static TraceEvent *taken;
static size_t ntaken, room, ready, at;

static void push_full(TraceBuf *b) {
  lock(&lock_full);
  b->next = full;
  full = b;
  unlock(&lock_full);
}

// The stack of the G that runs here; it is in C.
static Prof *stack_here(void) {
  M *mp = gl_tls_m;
  G *gp = mp ? gl_tls_g : NULL;
  uintptr_t pcs[PROF_DEPTH];
  if (!gp || gp->m != mp || (!gp->sp && !gp->asave)) return NULL;
  if (mp->curg != gp && gp->status != Grunnable && gp->status != Gwaiting)
    return NULL;
  int n = profile_stack(gp, pcs);
  return n > 0 ? profile_bucket(PROF_TRACE, pcs, n) : NULL;
}

static bool tracing(void) { return gl_listeners & LISTEN_TRACE; }

static void note(int kind, uint64_t goid, int reason, uint64_t arg,
                 uint64_t extra) {
  M *mp = gl_tls_m;
  TraceOut *out = mp ? &mp->trace : &sysmon_out;
  bool stack = kind != EVENT_START && kind != EVENT_END &&
               kind != EVENT_PSTOP && kind != EVENT_SYSEND;
  Prof *prof = stack ? stack_here() : NULL;
  atomic_store(&out->busy, true);
  TraceBuf *b = atomic_exchange(&out->buf, NULL);
  if (!b || b->n == BUF_EVENTS) {
    if (b) push_full(b);
    b = malloc(sizeof *b);
    if (b) b->n = 0;
  }
  if (b) {
    b->events[b->n++] = (TraceEvent){
        .when = nanotime(), .goid = goid, .arg = arg, .extra = extra,
        .stack = prof, .m = mp ? (int32_t)mp->id : TRACE_SYSMON,
        .p = mp && mp->p ? (int16_t)mp->p->id : -1, .kind = (uint8_t)kind,
        .reason = (uint8_t)reason};
    atomic_store(&out->buf, b);
  }
  atomic_store(&out->busy, false);
}

static void trace_note(int kind, const G *gp, int why) {
  bool create = kind == EVENT_CREATE;
  note(kind, gp ? gp->goid : 0, why, create ? (uintptr_t)gp->fn->code : 0,
       create ? gp->parentgoid : 0);
}

// A thread ends.
static void trace_flush(M *mp) {
  TraceBuf *b = atomic_exchange(&mp->trace.buf, NULL);
  if (b) push_full(b);
}

static const Tracer tracer = {trace_note, trace_flush};

// ------------------------------------------------------------------- reading

static void take_events(TraceBuf *b) {
  while (b) {
    TraceBuf *next = b->next;
    if (ntaken + b->n > room) {
      size_t more = 2 * room + b->n;
      TraceEvent *to = realloc(taken, more * sizeof *to);
      if (!to) gc_out_of_memory(more * sizeof *to);
      taken = to;
      room = more;
    }
    memcpy(taken + ntaken, b->events, b->n * sizeof *taken);
    ntaken += b->n;
    free(b);
    b = next;
  }
}

static void take_out(TraceOut *out) {
  for (;;) {
    TraceBuf *b = atomic_exchange(&out->buf, NULL);
    if (b) push_full(b);
    if (out->busy) continue;  // it has the buffer, and brings it back
    if (!out->buf) return;
  }
}

static int by_time(const void *a, const void *b) {
  const TraceEvent *x = a, *y = b;
  if (x->when != y->when) return x->when < y->when ? -1 : 1;
  return x->seq < y->seq ? -1 : x->seq > y->seq;
}

// All that was noted before now.
static void take(void) {
  int64_t begin = tracing() ? nanotime() : INT64_MAX;
  memmove(taken, taken + at, (ntaken - at) * sizeof *taken);
  ntaken -= at;
  at = 0;
  lock(&gl_sched.allmlock);
  for (M *mp = gl_allms; mp; mp = mp->alllink) take_out(&mp->trace);
  unlock(&gl_sched.allmlock);
  take_out(&sysmon_out);
  lock(&lock_full);
  TraceBuf *b = full, *in_order = NULL;
  full = NULL;
  unlock(&lock_full);
  while (b) {  // the newest is first
    TraceBuf *next = b->next;
    b->next = in_order;
    in_order = b;
    b = next;
  }
  take_events(in_order);
  for (size_t i = 0; i < ntaken; i++) taken[i].seq = i;
  if (ntaken) qsort(taken, ntaken, sizeof *taken, by_time);
  for (ready = ntaken; ready > 0 && taken[ready - 1].when >= begin;) ready--;
}

// ccall: the next events, at most n of them; 0 ends a round.
intptr_t gl_trace_read(TraceEvent *out, intptr_t n) {
  if (at == ready) {
    take();
    if (ready == 0) return 0;
  }
  if ((size_t)n > ready - at) n = (intptr_t)(ready - at);
  memcpy(out, taken + at, (size_t)n * sizeof *out);
  at += (size_t)n;
  return n;
}

// ccall: the return addresses of an event's stack; calls that were inlined
// count, too.
intptr_t gl_trace_stack(const Prof *prof, uintptr_t *out, intptr_t n) {
  intptr_t skip = 0, k = 0;
  for (int i = 0; i < prof->n && k < n; i++)
    k += inline_callers(prof->pcs[i], &skip, out + k, n - k);
  return k;
}

// ------------------------------------------------------------------- on, off

// The world is stopped: what each G is doing, as if it happened now.
static void note_all(G *me) {
  for (G *gp = gl_allgs; gp; gp = gp->alllink) {
    uint32_t s = gp->status & ~(uint32_t)Gscan;
    if (s == Gdead || s == Gidle) continue;
    M *mp = s == Gsyscall ? gp->m : NULL;
    note(EVENT_STATUS, gp->goid, (int)s, mp ? (uint64_t)mp->id : 0, gp == me);
  }
}

// mcall: on with the trace. ret[0]: 0, or 1: ask again, or 2: it is on.
void trace_start(G *gp) {
  gp->ret[0] = tracing() ? 2 : 1;
  if (tracing()) return;
  if (!stop_the_world_for(gp)) return;
  take();  // what the last one left
  ntaken = ready = at = 0;
  gl_tracer = &tracer;
  note_all(gp);
  atomic_fetch_or(&gl_listeners, LISTEN_TRACE);
  start_the_world_again();
  gp->ret[0] = 0;
}

// ccall: off. What was noted remains to be read.
void gl_trace_stop(void) {
  atomic_fetch_and(&gl_listeners, ~(uint32_t)LISTEN_TRACE);
}

bool gl_trace_on(void) { return tracing(); }

// ccall: an event of the program's own; kind is EVENT_TASK or one of those that
// follow.
void gl_trace_user(intptr_t kind, uint64_t task, uint64_t extra) {
  if (tracing()) note((int)kind, gl_tls_g->goid, 0, task, extra);
}
