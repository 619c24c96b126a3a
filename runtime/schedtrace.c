// SPDX-License-Identifier: MIT
//
// What the scheduler says about itself: the line of GLDEBUG=schedtrace, the
// state of every P, M and G with scheddetail, and the counters. All of it is
// read without locks and may be a little inconsistent; nothing here blocks.
#include "runtime.h"

#include <string.h>

const char *const gl_pstatus_name[] = {"Pidle", "Prunning", "Psyscall",
                                       "Pgcstop", "Pdead"};
uint64_t gl_counts[COUNTERS];

const char *gstatus_name(uint32_t status) {
  switch (status & ~(uint32_t)Gscan) {
  case Gidle: return "Gidle";
  case Grunnable: return "Grunnable";
  case Grunning: return "Grunning";
  case Gsyscall: return "Gsyscall";
  case Gwaiting: return "Gwaiting";
  case Gdead: return "Gdead";
  default: return "G???";
  }
}

static void put(const char *name, int64_t v) {
  print_str(name);
  print_int(v);
}

// An id, or nil.
static void put_id(const char *name, bool some, int64_t id) {
  print_str(name);
  if (some) print_int(id);
  else print_str("nil");
}

static void trace_p(P *pp) {
  M *mp = pp->m;
  put("  P", pp->id);
  print_str(": status=");
  print_str(gl_pstatus_name[pp->status]);
  put(" schedtick=", pp->schedtick);
  put(" syscalltick=", pp->syscalltick);
  put_id(" m=", mp, mp ? mp->id : 0);
  put(" runqsize=", pp->runqtail - pp->runqhead);
  put(" gfreecnt=", pp->ngfree);
  put(" timerslen=", pp->ntimers);
  print_str("\n");
}

static void trace_m(M *mp) {
  G *gp = mp->curg, *locked = mp->lockedg;
  P *pp = mp->p;
  put("  M", mp->id);
  put_id(": p=", pp, pp ? pp->id : 0);
  put_id(" curg=", gp, gp ? (int64_t)gp->goid : 0);
  put(" locks=", mp->locks);
  put(" dying=", mp->dying);
  print_str(mp->spinning ? " spinning=true" : " spinning=false");
  put_id(" lockedg=", locked, locked ? (int64_t)locked->goid : 0);
  print_str("\n");
}

static void trace_g(G *gp) {
  uint32_t status = gp->status;
  bool has_m = (status & ~(uint32_t)Gscan) == Grunning || status == Gsyscall;
  M *mp = has_m ? gp->m : NULL;
  M *locked = gp->lockedm;
  put("  G", (int64_t)gp->goid);
  print_str(": status=");
  if (status & Gscan) print_str("Gscan|");
  status &= ~(uint32_t)Gscan;
  print_str(gstatus_name(status));
  print_str("(");
  print_str(status == Gwaiting ? wait_reason_text(gp->waitreason) : "");
  print_str(")");
  put_id(" m=", mp, mp ? mp->id : 0);
  put_id(" lockedm=", locked, locked ? locked->id : 0);
  print_str("\n");
}

// One line as Go's GODEBUG=schedtrace prints it.
void schedtrace(bool detail) {
  put("SCHED ", nanotime() / 1000000);
  put("ms: gomaxprocs=", gl_gomaxprocs);
  put(" idleprocs=", gl_sched.npidle);
  put(" threads=", gl_sched.mcount);
  put(" spinningthreads=", gl_sched.nmspinning);
  put(" idlethreads=", gl_sched.nmidle);
  put(" runqueue=", gl_sched.runqsize);
  if (!detail) {
    print_str(" [");
    for (int32_t i = 0; i < gl_gomaxprocs; i++)
      put(" ", gl_allp[i]->runqtail - gl_allp[i]->runqhead);
    print_str(" ] schedticks=[");
    for (int32_t i = 0; i < gl_gomaxprocs; i++)
      put(" ", gl_allp[i]->schedtick);
    print_str(" ]\n");
  } else {
    print_str(gl_sched.gcwaiting ? " gcwaiting=true" : " gcwaiting=false");
    put(" nmidlelocked=", gl_sched.nmidlelocked);
    put(" stopwait=", gl_sched.stopwait);
    print_str("\n");
    for (int32_t i = 0; i < MAX_PROCS && gl_allp[i]; i++) trace_p(gl_allp[i]);
    for (M *mp = gl_allms; mp; mp = mp->alllink) trace_m(mp);
    for (G *gp = gl_allgs; gp; gp = gp->alllink) trace_g(gp);
  }
  print_flush();
}

// -------------------------------------------------------------------- counters

static const struct {
  const char *name, *help;
} about[COUNTERS] = {
#define COUNTER(id, name, help) {name, help},
#include "counters.def"
#undef COUNTER
};

// Over all Ms, those that ended, and sysmon.
uint64_t count_total(int which) {
  uint64_t n = gl_counts[which];
  for (M *mp = gl_allms; mp; mp = mp->alllink) n += mp->counts[which];
  return n;
}

static GlString cstring(const char *s) {
  return (GlString){(const uint8_t *)s, (intptr_t)strlen(s)};
}

// ccall: the i-th counter: its name, what it is, its value; "" past the end.
// Collections come last: libgc counts them.
GlString gl_counter_name(intptr_t i) {
  if (i == COUNTERS) return cstring("collections");
  return cstring(i < 0 || i > COUNTERS ? "" : about[i].name);
}

GlString gl_counter_help(intptr_t i) {
  if (i == COUNTERS) return cstring("garbage collections");
  return cstring(i < 0 || i > COUNTERS ? "" : about[i].help);
}

uint64_t gl_counter(intptr_t i) {
  if (i < 0 || i > COUNTERS) return 0;
  return i == COUNTERS ? gc_count() : count_total((int)i);
}

// GLDEBUG=counters=1, at exit.
void counters_print(void) {
  for (intptr_t i = 0; i <= COUNTERS; i++) {
    GlString s = gl_counter_name(i);
    print_str("counter ");
    print_bytes(s.ptr, (size_t)s.len);
    put(": ", (int64_t)gl_counter(i));
    print_str("\n");
  }
  print_flush();
}
