// SPDX-License-Identifier: MIT
// link: runtime
//
// Timers: order, periods, stop and reset without stale values, functions,
// many at once; and waiting for files with deadlines.
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
  int64_t begin = nanotime();
  Timer *t = new_timer(10 * MS, 0);
  t_start(t);
  Hchan *c = t->arg;
  Time v;
  CHECK(c->dataqsiz == 0 && gl_selectnbrecv(c, &v) == 0);
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
  GO(writer);
  CHECK(read(fds[0], &b, 1) < 0 && errno == EAGAIN);
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
      cmocka_unit_test(poll),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
