// SPDX-License-Identifier: MIT
// link: runtime
//
// Channels: buffering, hand-over, close, nil, non-blocking forms.
#include "rt_test.h"

static Hchan *c, *done;
static int64_t sum;

static void buffered_main(void) {
  c = gl_makechan(&int_chan, 3);
  for (int64_t i = 0; i < 3; i++) CHECK(gl_chansend(c, &i) == GL_CHAN_OK);
  CHECK(c->qcount == 3 && c->dataqsiz == 3);
  int64_t v = 9;
  CHECK(gl_selectnbsend(c, &v) == 0);
  for (int64_t i = 0; i < 3; i++) CHECK(gl_chanrecv(c, &v) == 1 && v == i);
  CHECK(gl_selectnbrecv(c, &v) == 0);
}
static void buffered(void **state) { on_each_procs(buffered_main); }

static void closing_main(void) {
  c = gl_makechan(&int_chan, 2);
  int64_t v = 7;
  gl_chansend(c, &v);
  CHECK(gl_closechan(c) == GL_CHAN_OK);
  CHECK(gl_closechan(c) == GL_CHAN_CLOSE_CLOSED);
  CHECK(gl_closechan(NULL) == GL_CHAN_CLOSE_NIL);
  CHECK(gl_chansend(c, &v) == GL_CHAN_SEND_CLOSED);
  CHECK(gl_selectnbsend(c, &v) == 2);
  v = 0;
  CHECK(gl_chanrecv(c, &v) == 1 && v == 7);
  CHECK(gl_chanrecv(c, &v) == 0 && v == 0);
  CHECK(gl_selectnbrecv(c, &v) == 2);
  CHECK(gl_selectnbrecv(NULL, &v) == 0 && gl_selectnbsend(NULL, &v) == 0);
  CHECK(gl_makechan(&int_chan, -1) == NULL);
  CHECK(gl_makechan(&int_chan, INT64_MAX) == NULL);
}
static void closing(void **state) { on_each_procs(closing_main); }

static void blocked_sender(void) {
  int64_t v = 1;
  int64_t r = gl_chansend(c, &v);
  gl_chansend(done, &r);
}
static void blocked_receiver(void) {
  int64_t v = 5, r = gl_chanrecv(c, &v);
  CHECK(v == 0);
  gl_chansend(done, &r);
}
static void close_wakes_main(void) {
  c = gl_makechan(&int_chan, 0);
  done = gl_makechan(&int_chan, 10);
  int64_t r;
  for (int i = 0; i < 3; i++) GO(blocked_receiver);
  t_sleep(5000000);
  gl_closechan(c);
  for (int i = 0; i < 3; i++) CHECK(gl_chanrecv(done, &r) == 1 && r == 0);
  c = gl_makechan(&int_chan, 0);
  for (int i = 0; i < 3; i++) GO(blocked_sender);
  t_sleep(5000000);
  gl_closechan(c);
  for (int i = 0; i < 3; i++) {
    gl_chanrecv(done, &r);
    CHECK(r == GL_CHAN_SEND_CLOSED);
  }
}
static void close_wakes(void **state) { on_each_procs(close_wakes_main); }

enum { N = 20000, WORKERS = 8 };
static void producer(void) {
  for (int64_t i = 1; i <= N; i++) gl_chansend(c, &i);
  int64_t one = 1;
  gl_chansend(done, &one);
}
static void consumer(void) {
  int64_t v, s = 0;
  while (gl_chanrecv(c, &v) == 1) s += v;
  gl_chansend(done, &s);
}
static void many_main(void) {
  for (int size = 0; size < 3; size++) {
    c = gl_makechan(&int_chan, size * 7);
    done = gl_makechan(&int_chan, 0);
    int64_t v;
    for (int i = 0; i < WORKERS; i++) {
      GO(producer);
      GO(consumer);
    }
    // Producers end first: consumers wait for close.
    for (int i = 0; i < WORKERS; i++) gl_chanrecv(done, &v);
    gl_closechan(c);
    sum = 0;
    for (int i = 0; i < WORKERS; i++) {
      gl_chanrecv(done, &v);
      sum += v;
    }
    CHECK(sum == (int64_t)WORKERS * N * (N + 1) / 2);
  }
}
static void many(void **state) { on_each_procs(many_main); }

static void deadlock_main(void) {
  c = gl_makechan(&int_chan, 0);
  freopen("/dev/null", "w", stderr);
  int64_t v;
  gl_chanrecv(c, &v);
}
static void nil_main(void) {
  freopen("/dev/null", "w", stderr);
  int64_t v;
  gl_chansend(NULL, &v);
}
static void deadlock(void **state) {
  for (int p = 1; p <= 2; p++) {
    assert_int_equal(run_in_runtime(deadlock_main, p), 2);
    assert_int_equal(run_in_runtime(nil_main, p), 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(buffered),    cmocka_unit_test(closing),
      cmocka_unit_test(close_wakes), cmocka_unit_test(many),
      cmocka_unit_test(deadlock),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
