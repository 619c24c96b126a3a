// SPDX-License-Identifier: MIT
//
// GLDEBUG=events=1: a line for each step of each goroutine, as it is taken: the
// closure a go statement made, its stack and queue, who runs what and what it
// waits for, who readies whom. What the scheduler does between two lines is in
// the function of proc.c, runq.c or sema.c that has the EVENT.
//
// Each line is one write, so lines of several Ms do not mix; their order is
// that of the writes. Goroutines of the runtime's own are left out.
#include "runtime.h"

static void print_g(const G *gp) {
  print_str("G");
  print_uint(gp->goid);
}

// "P0 G3", or "P0 scheduler" for what is done on g0 between two Gs.
static void begin(const G *gp) {
  const P *pp = gl_tls_m->p;
  print_str("events: P");
  if (pp) print_int(pp->id);
  else print_str("-");
  print_str(" ");
  if (gp) print_g(gp);
  else print_str("scheduler");
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

// A go statement of me has made gp and will queue it. (Once it is queued,
// another M may have run it to its end.)
void event_go(const G *me, const G *gp) {
  GlString name = {(const uint8_t *)"?", 1};
  symtab_func((uintptr_t)gp->fn->code, &name, NULL);
  begin(me);
  print_str(" go: ");
  print_g(gp);
  print_str(" will run ");
  print_bytes(name.ptr, (size_t)name.len);
  print_str(" (closure ");
  print_hex((uintptr_t)gp->fn);
  print_str(", stack of ");
  print_uint((uint64_t)(gp->first->hi - gp->first->lo));
  print_str(" bytes), to the ");
  print_queue(true);
  print_place(gp->gopc - 1);
  end();
}

// Whatever runs here makes gp runnable and will queue it.
void event_ready(const G *gp, bool next) {
  if (gp->system) return;
  begin(gl_tls_m->curg);
  print_str(" readies ");
  print_g(gp);
  print_str(": to the ");
  print_queue(next);
  end();
}

// Timers or the poller have made gp runnable.
void event_woken(const G *gp) {
  if (gp->system) return;
  begin(NULL);
  print_str(": what ");
  print_g(gp);
  print_str(" waited for has come");
  end();
}

void event_run(const G *gp, bool inherit) {
  if (gp->system) return;
  begin(NULL);
  print_str(" switches to ");
  print_g(gp);
  if (inherit) print_str(", in the time slice of the one before");
  end();
}

// gp stops running here; why it does, and what it waits for.
void event_stop(const G *gp, const char *why, const char *what) {
  if (gp->system) return;
  begin(gp);
  print_str(" ");
  print_str(why);
  print_str(what);
  end();
}

void event_steal(const P *from, uint32_t n) {
  begin(NULL);
  print_str(" steals ");
  print_uint(n);
  print_str(" from the queue of P");
  print_int(from->id);
  end();
}
