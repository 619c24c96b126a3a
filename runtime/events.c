// SPDX-License-Identifier: MIT
//
// What happens to goroutines, for who wants to know. The scheduler says each
// step once, by event(), before others can see it; nobody listening, that costs
// the test of a word. Two may listen: the execution trace (trace.c), and the
// lines of GLDEBUG=events=1 here, a line for each step as it is taken: the
// closure a go statement made, its stack and queue, who runs what and what it
// waits for, who readies whom. What the scheduler does between two lines is in
// the function that has the event().
//
// Each line is one write, so lines of several Ms do not mix; their order is
// that of the writes. Goroutines of the runtime's own are left out.
#include "runtime.h"

const Tracer *_Atomic gl_tracer;
_Atomic uint32_t gl_listeners;

void events_init(void) { gl_listeners = gl_debug.events ? LISTEN_LINES : 0; }

static void print_g(const G *gp) {
  print_str("G");
  print_uint(gp->goid);
}

// "P0 G3", or "P0 scheduler" for what is done on g0 between two Gs, or "P-
// sysmon" for the thread that has neither.
static void begin(const G *gp) {
  const M *mp = gl_tls_m;
  print_str("events: P");
  if (mp && mp->p) print_int(mp->p->id);
  else print_str("-");
  print_str(" ");
  if (gp) print_g(gp);
  else print_str(mp ? "scheduler" : "sysmon");
}

static void end(void) {
  print_str("\n");
  print_flush();
}

static void print_queue(bool next) {
  print_str(next ? "runnext of P" : "queue of P");
  print_int(gl_tls_m->p->id);
}

static void print_place(uintptr_t pc) {
  GlString file;
  int line = 0;
  if (!symtab_line(pc, &file, &line)) return;
  const uint8_t *base = file.ptr, *last = file.ptr + file.len;
  for (const uint8_t *p = base; p < last; p++)
    if (*p == '/') base = p + 1;
  print_str(" at ");
  print_bytes(base, (size_t)(last - base));
  print_str(":");
  print_int(line);
}

// gp was made and will be queued, by a go statement or by a timer.
static void line_create(const G *gp) {
  GlString name = {(const uint8_t *)"?", 1};
  symtab_func((uintptr_t)gp->fn->code, &name, NULL);
  begin(gl_tls_m->curg);
  print_str(gp->gopc ? " go: " : ": a timer starts ");
  print_g(gp);
  print_str(gp->gopc ? " will run " : ", which will run ");
  print_bytes(name.ptr, (size_t)name.len);
  print_str(" (closure ");
  print_hex((uintptr_t)gp->fn);
  print_str(", stack of ");
  print_uint((uint64_t)(gp->first->hi - gp->first->lo));
  print_str(" bytes)");
  if (gp->gopc) {
    print_str(", to the ");
    print_queue(true);
    print_place(gp->gopc - 1);
  }
  end();
}

// Whatever runs here makes gp runnable and will queue it.
static void line_ready(const G *gp, int why) {
  if (why == READY_WOKEN) {
    begin(NULL);
    print_str(": what ");
    print_g(gp);
    print_str(" waited for has come");
  } else {
    begin(gl_tls_m->curg);
    print_str(" readies ");
    print_g(gp);
    print_str(": to the ");
    print_queue(why == READY_NEXT);
  }
  end();
}

static void line_run(const G *gp, bool inherit) {
  begin(NULL);
  print_str(" switches to ");
  print_g(gp);
  if (inherit) print_str(", in the time slice of the one before");
  end();
}

// gp stops running here; why it does, and what it waits for.
static void line_stop(const G *gp, const char *why, const char *what) {
  begin(gp);
  print_str(" ");
  print_str(why);
  print_str(what);
  end();
}

static void line(int kind, const G *gp, int why) {
  switch (kind) {
  case EVENT_CREATE: line_create(gp); break;
  case EVENT_START: line_run(gp, why); break;
  case EVENT_UNBLOCK: line_ready(gp, why); break;
  case EVENT_BLOCK: line_stop(gp, "waits: ", wait_reason_text(why)); break;
  case EVENT_STOP:
    line_stop(gp, why ? "yields" : "is preempted: to the global queue", "");
    break;
  case EVENT_END:
    line_stop(gp, "ends; kept for another go statement", "");
    break;
  default: break;
  }
}

void event_steal(const P *from, uint32_t n) {
  begin(NULL);
  print_str(" steals ");
  print_uint(n);
  print_str(" from the queue of P");
  print_int(from->id);
  end();
}

// Somebody listens.
void event_tell(int kind, const G *gp, int why) {
  uint32_t who = gl_listeners;
  if (who & LISTEN_TRACE) gl_tracer->note(kind, gp, why);
  if (who & LISTEN_LINES && gp && !gp->system) line(kind, gp, why);
}
