// SPDX-License-Identifier: MIT
// link: runtime
//
// select: readiness, default, fairness, closed channels, many cases, the same
// channel twice, and two selects against each other.
#include "rt_test.h"

static Hchan *a, *b, *done;

static void ready_main(void) {
  a = gl_makechan(&int_chan, 1);
  b = gl_makechan(&int_chan, 1);
  int64_t v = 3, r = 0;
  GlScase cs[2] = {{a, &v}, {b, &r}};
  GlPair p = gl_selectgo(cs, 1, 1, true);
  CHECK(p.a == 0 && a->qcount == 1);
  p = gl_selectgo(cs, 1, 1, false);
  CHECK(p.a == (uintptr_t)-1);
  v = 8;
  gl_chansend(b, &v);
  p = gl_selectgo(cs, 1, 1, true);
  CHECK(p.a == 1 && p.b == 1 && r == 8);
  gl_closechan(b);
  p = gl_selectgo(cs, 1, 1, true);
  CHECK(p.a == 1 && p.b == 0 && r == 0);
  gl_closechan(a);
  GlScase send[1] = {{a, &v}};
  p = gl_selectgo(send, 1, 0, true);
  CHECK(p.a == 0 && p.b == 2);
  GlScase nils[2] = {{NULL, &v}, {b, &r}};
  p = gl_selectgo(nils, 1, 1, true);
  CHECK(p.a == 1 && p.b == 0);
}
static void ready(void **state) { on_each_procs(ready_main); }

static void fair_main(void) {
  a = gl_makechan(&int_chan, 1);
  b = gl_makechan(&int_chan, 1);
  int64_t v = 0;
  int count[2] = {0, 0};
  for (int i = 0; i < 10000; i++) {
    gl_selectnbsend(a, &v);
    gl_selectnbsend(b, &v);
    GlScase cs[3] = {{a, &v}, {NULL, NULL}, {b, &v}};
    GlPair p = gl_selectgo(cs, 0, 3, true);
    count[p.a == 2]++;
  }
  CHECK(count[0] > 4500 && count[1] > 4500);
}
static void fair(void **state) { on_each_procs(fair_main); }

enum { N = 20000 };
static void sender(void) {
  Hchan *mine = a;
  t_gosched();
  for (int64_t i = 0; i < N; i++) {
    GlScase cs[2] = {{mine, &i}, {b, &i}};
    gl_selectgo(cs, 2, 0, true);
  }
  int64_t one = 1;
  gl_chansend(done, &one);
}
static void both_main(void) {
  a = gl_makechan(&int_chan, 0);
  b = gl_makechan(&int_chan, 0);
  done = gl_makechan(&int_chan, 0);
  for (int i = 0; i < 4; i++) GO(sender);
  int64_t v, sum = 0;
  int ended = 0;
  while (ended < 4) {
    GlScase cs[4] = {{a, &v}, {b, &v}, {done, NULL}, {a, &v}};
    GlPair p = gl_selectgo(cs, 0, 4, true);
    CHECK(p.b == 1);
    if (p.a == 2) ended++;
    else sum += v;
  }
  CHECK(sum == 4 * ((int64_t)N * (N - 1) / 2));
}
static void both(void **state) { on_each_procs(both_main); }

enum { MANY = 3000 };
static Hchan *many[MANY];
static void poker(void) {
  for (int64_t i = 0; i < 200; i++) gl_chansend(many[i * 7919 % MANY], &i);
}
static void many_main(void) {
  static GlScase cs[MANY];
  int64_t v;
  for (int i = 0; i < MANY; i++) {
    many[i] = gl_makechan(&int_chan, 0);
    cs[i] = (GlScase){many[i], &v};
  }
  GO(poker);
  for (int64_t i = 0; i < 200; i++) {
    GlPair p = gl_selectgo(cs, 0, MANY, true);
    CHECK(p.b == 1 && v == i && p.a == (uintptr_t)(i * 7919 % MANY));
  }
  for (int i = 0; i < MANY; i++) CHECK(!many[i]->recvq.first);
}
static void many_cases(void **state) { on_each_procs(many_main); }

static void none_main(void) {
  freopen("/dev/null", "w", stderr);
  GlScase cs[1] = {{NULL, NULL}};
  gl_selectgo(cs, 0, 1, true);
}
static void none(void **state) {
  assert_int_equal(run_in_runtime(none_main, 1), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ready),      cmocka_unit_test(fair),
      cmocka_unit_test(both),       cmocka_unit_test(many_cases),
      cmocka_unit_test(none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
