// SPDX-License-Identifier: MIT
// link: runtime
//
// Timers: order, periods, stop and reset without stale values, functions,
// many at once, what stopped ones leave in the heap; and waiting for files with
// deadlines.
#include "rt_test.h"

#include <errno.h>
#include <fcntl.h>

void t_start(Timer *t);
bool t_stop(Timer *t);
bool t_reset(Timer *t, int64_t when, int64_t period);
STUB(t_start, gl_timer_start, gl_ccall);
STUB(t_stop, gl_timer_stop, gl_ccall);
STUB(t_reset, gl_timer_reset, gl_ccall);

typedef struct Time {
  uint64_t wall;
  int64_t ext;
  void *loc;
} Time;
static const GlType time_type = {.size = sizeof(Time), .ptrdata = 24};
static const GlChanType time_chan = {.elem = &time_type};
static const int64_t MS = 1000000;

static Timer *new_timer(int64_t when, int64_t period) {
  Timer *t = gl_new(sizeof *t, &ptr_type);
  t->kind = TIMER_SEND;
  t->arg = gl_makechan(&time_chan, 1);
  t->when = nanotime() + when;
  t->period = period;
  return t;
}

static void once_main(void) {
  Time v;
  Timer *t = new_timer(3600000 * MS, 0);
  t_start(t);
  CHECK(gl_selectnbrecv(t->arg, &v) == 0 && t_stop(t));
  int64_t begin = nanotime();
  t = new_timer(10 * MS, 0);
  t_start(t);
  Hchan *c = t->arg;
  CHECK(c->dataqsiz == 0);
  CHECK(gl_chanrecv(c, &v) == 1);
  CHECK(nanotime() - begin >= 10 * MS && v.ext >= begin + 10 * MS);
  CHECK(v.wall >> 63 == 1);
  CHECK(!t_stop(t));
}
static void once(void **state) { on_each_procs(once_main); }

static void period_main(void) {
  int64_t begin = nanotime();
  Timer *t = new_timer(2 * MS, 2 * MS);
  t_start(t);
  Time v;
  for (int i = 1; i <= 5; i++) {
    gl_chanrecv(t->arg, &v);
    CHECK(v.ext >= begin + 2 * i * MS);
  }
  CHECK(t_stop(t));
  t_sleep(6 * MS);
  CHECK(gl_selectnbrecv(t->arg, &v) == 0);
}
static void period(void **state) { on_each_procs(period_main); }

// A value that was sent but not received is gone after stop and reset.
static void stale_main(void) {
  Time v;
  Timer *t = new_timer(1 * MS, 0);
  t_start(t);
  t_sleep(5 * MS);
  CHECK(t_stop(t));
  CHECK(gl_selectnbrecv(t->arg, &v) == 0);
  t->when = nanotime() + 1 * MS;
  t_start(t);
  t_sleep(5 * MS);
  int64_t now = nanotime();
  CHECK(t_reset(t, now + 3 * MS, 0));
  gl_chanrecv(t->arg, &v);
  CHECK(v.ext >= now + 3 * MS);
}
static void stale(void **state) { on_each_procs(stale_main); }

static _Atomic int64_t fired;
static void fire_one(void) { fired++; }
static const GlFuncVal fire_fn = {(void *)fire_one};
static void many_main(void) {
  enum { N = 5000 };
  static Timer *ts[N];
  int stopped = 0;
  fired = 0;
  for (int i = 0; i < N; i++) {
    ts[i] = gl_new(sizeof *ts[i], &ptr_type);
    ts[i]->kind = TIMER_GO;
    ts[i]->arg = (void *)&fire_fn;
    ts[i]->when = nanotime() + (i * 7919 % N) * 10000;
    t_start(ts[i]);
  }
  for (int i = 0; i < N; i += 2) stopped += t_stop(ts[i]);
  t_gc();
  for (int i = 0; i < 200 && fired + stopped < N; i++) t_sleep(5 * MS);
  CHECK(fired + stopped == N);
}
static void many(void **state) { on_each_procs(many_main); }

static Timer *far_timer(int64_t i) {
  Timer *t = gl_new(sizeof *t, &ptr_type);
  t->kind = TIMER_GO;
  t->arg = (void *)&fire_fn;
  t->when = nanotime() + (3600000 + i) * MS;
  t_start(t);
  return t;
}

// A stopped timer leaves its place in the heap, but never more than a quarter
// of these are empty, and a full heap is swept before it grows.
static void swept_main(void) {
  enum { N = 10000, FULL = 64, HOLES = 12 };
  static Timer *ts[N];
  P *pp = gl_allp[0];
  for (int i = 0; i < FULL; i++) ts[i] = far_timer(i);
  CHECK(pp->ntimers == FULL && pp->captimers == FULL);
  for (int i = 1; i <= HOLES; i++) CHECK(t_stop(ts[i]));
  CHECK(pp->ntimers == FULL && pp->ndeleted == HOLES);
  ts[1] = far_timer(1);
  CHECK(pp->captimers == FULL && pp->ndeleted == 0);
  CHECK(pp->ntimers == FULL - HOLES + 1);
  for (int i = 1; i < pp->ntimers; i++)
    CHECK(pp->timers[i].when >= pp->timers[(i - 1) / 4].when);
  for (int i = 0; i < FULL; i++) t_stop(ts[i]);
  CHECK(pp->ntimers == 0 && pp->ndeleted == 0 && pp->timer0when == 0);

  for (int i = 0; i < N; i++) ts[i] = far_timer(i);
  for (int i = 1; i < N - 1; i++) {
    CHECK(t_stop(ts[i]) && !ts[i]->pp);
    CHECK(pp->ntimers - pp->ndeleted == N - i);
    CHECK(pp->ndeleted <= 16 || pp->ndeleted <= pp->ntimers / 4);
  }
  CHECK(pp->ntimers < 32);
}
static void swept(void **state) {
  assert_int_equal(run_in_runtime(swept_main, 1), 0);
}

GlPair t_open(intptr_t fd);
void t_close(void *pd);
intptr_t t_wait(void *pd, intptr_t mode);
void t_deadline(void *pd, intptr_t mode, int64_t when);
STUB(t_open, gl_poll_open, gl_ccall);
STUB(t_close, gl_poll_evict, gl_ccall);
STUB(t_wait, pollwait, gl_mcall);
STUB(t_deadline, gl_poll_deadline, gl_ccall);

static int fds[2];
static void *pd;
static void writer(void) {
  t_sleep(5 * MS);
  CHECK(write(fds[1], "x", 1) == 1);
}
static void closer(void) {
  t_sleep(5 * MS);
  t_close(pd);
}
static void poll_main(void) {
  char b;
  CHECK(pipe2(fds, O_NONBLOCK) == 0);
  GlPair p = t_open(fds[0]);
  CHECK(p.a != 0 && p.b == 0);
  pd = (void *)p.a;
  CHECK(read(fds[0], &b, 1) < 0 && errno == EAGAIN);
  GO(writer);
  CHECK(t_wait(pd, 0) == 0);
  CHECK(read(fds[0], &b, 1) == 1 && b == 'x');
  int64_t now = nanotime();
  t_deadline(pd, 0, now + 5 * MS);
  CHECK(t_wait(pd, 0) == POLL_TIMEOUT && nanotime() - now >= 5 * MS);
  CHECK(t_wait(pd, 0) == POLL_TIMEOUT);
  t_deadline(pd, 0, 0);
  GO(closer);
  CHECK(t_wait(pd, 0) == POLL_CLOSING);
  CHECK(t_open(-1).b == EBADF);
}
static void poll(void **state) { on_each_procs(poll_main); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(once),  cmocka_unit_test(period),
      cmocka_unit_test(stale), cmocka_unit_test(many),
      cmocka_unit_test(swept), cmocka_unit_test(poll),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
