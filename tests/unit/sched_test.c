// SPDX-License-Identifier: MIT
// link: runtime
//
// The scheduler: many Gs, their reuse, yielding, sleeping, system calls with
// hand-off, semaphores, GOMAXPROCS while running, poisoned guards, main
// returning.
#include "rt_test.h"

static _Atomic int64_t count;
static uint32_t sem;

static void bump(void) { count++; }
static void many_main(void) {
  count = 0;
  for (int i = 0; i < 50000; i++) GO(bump);
  while (count < 50000) t_gosched();
}
static void many(void **state) { on_each_procs(many_main); }

// Those that ended are used again, from the P's list and the one of all Ps.
static int64_t all_gs(void) {
  int64_t n = 0;
  for (G *gp = gl_allgs; gp; gp = gp->alllink) n++;
  return n;
}
static void reused_main(void) {
  enum { MANY = 5000 };
  int64_t first = 0;
  count = 0;
  for (int round = 1; round <= 4; round++) {
    for (int i = 0; i < MANY; i++) GO(bump);
    while (count < round * MANY) t_gosched();
    CHECK(gl_allp[0]->ngfree > 0 && gl_sched.ngfree > MANY / 2);
    if (round == 1) first = all_gs();
    CHECK(first > MANY && all_gs() == first);
  }
}
static void reused(void **state) {
  assert_int_equal(run_in_runtime(reused_main, 1), 0);
}

static void ends_main(void) { GO(bump); }
static void sleeper(void) {
  t_sleep(1000000000);
  _exit(98);
}
static void ends_early_main(void) {
  GO(sleeper);
  t_gosched();
}
static void ends(void **state) {
  on_each_procs(ends_main);
  on_each_procs(ends_early_main);
}

static void nap(void) {
  for (int i = 0; i < 10; i++) t_sleep(1000000);
  count++;
}
static void sleeping_main(void) {
  count = 0;
  for (int i = 0; i < 100; i++) GO(nap);
  while (count < 100) t_sleep(500000);
  t_sleep(-1);
  t_sleep(0);
}
static void sleeping(void **state) { on_each_procs(sleeping_main); }

static _Atomic int inside, most;
static void in_kernel(void) {
  int n = ++inside;
  if (n > most) most = n;
  t_usleep(50000);
  inside--;
  count++;
}
// Calls of 50 ms go on at the same time on any number of Ps.
static void handoff_main(void) {
  most = 0;
  count = 0;
  for (int i = 0; i < 20; i++) GO(in_kernel);
  while (count < 20) t_sleep(1000000);
  CHECK(most > 1);
}
static void handoff(void **state) { on_each_procs(handoff_main); }

static int64_t shared;
static void locked_adds(void) {
  for (int i = 0; i < 2000; i++) {
    t_semacquire(&sem, i % 3 == 0, 1);
    shared++;
    if (i % 100 == 0) t_gosched();
    t_semrelease(&sem, i % 5 == 0);
  }
  count++;
}
static void semaphores_main(void) {
  sem = 1;
  shared = 0;
  count = 0;
  for (int i = 0; i < 10; i++) GO(locked_adds);
  while (count < 10) t_gosched();
  CHECK(shared == 20000 && sem == 1);
}
static void semaphores(void **state) { on_each_procs(semaphores_main); }

static _Atomic bool stop;
static void yielder(void) {
  while (!stop) t_gosched();
  count++;
}
static void resize_main(void) {
  count = 0;
  for (int i = 0; i < 8; i++) GO(yielder);
  for (int i = 0; i < 100; i++) {
    int n = i % 5 + 1;
    t_gomaxprocs(n);
    CHECK(t_gomaxprocs(0) == n);
    t_gosched();
  }
  stop = true;
  while (count < 8) t_gosched();
}
static void resize(void **state) { on_each_procs(resize_main); }

static void lock_main(void) {
  // The nanosecond clock starts at the program and does not go back.
  int64_t a = nanotime(), b = nanotime();
  CHECK(a > 0 && b >= a && a < INT64_C(10000000000));
}
static void clock_starts(void **state) { on_each_procs(lock_main); }

// Deterministic mode: an hour passes at once, and runs with one seed agree.
static int64_t order;
static void sleeps_long(void) {
  static _Atomic int64_t ids;
  int64_t id = ++ids;
  t_sleep(INT64_C(3600000000000));
  order = order * 7 + id;
  count++;
}
static void replay_main(void) {
  int64_t begin = nanotime();
  count = 0;
  for (int i = 0; i < 5; i++) GO(sleeps_long);
  while (count < 5) t_sleep(INT64_C(1000000000));
  CHECK(nanotime() - begin >= INT64_C(3600000000000));
  _exit(order % 97);
}
static void replay(void **state) {
  setenv("GLDEBUG", "seed=42", 1);
  int first = run_in_runtime(replay_main, 4);
  assert_true(first < 97);
  for (int i = 0; i < 5; i++)
    assert_int_equal(run_in_runtime(replay_main, 4), first);
  unsetenv("GLDEBUG");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many),       cmocka_unit_test(ends),
      cmocka_unit_test(sleeping),   cmocka_unit_test(handoff),
      cmocka_unit_test(semaphores), cmocka_unit_test(resize),
      cmocka_unit_test(clock_starts), cmocka_unit_test(replay),
      cmocka_unit_test(reused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
