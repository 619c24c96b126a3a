// SPDX-License-Identifier: MIT
// link: runtime
//
// The run queue of a P: order, runnext, overflow to the global queue,
// stealing; and a thief against the owner. The batches of gqueue.c.
#include "rt_test.h"

static P p1, p2;
static G gs[2000];

static void reset(void) {
  memset(&p1, 0, sizeof p1);
  memset(&p2, 0, sizeof p2);
  memset(&gl_sched.runq, 0, sizeof gl_sched.runq);
  gl_sched.runqsize = 0;
}

static void fifo_and_next(void **state) {
  reset();
  bool inherit;
  for (int i = 0; i < 5; i++) runqput(&p1, &gs[i], false);
  runqput(&p1, &gs[5], true);
  assert_ptr_equal(runqget(&p1, &inherit), &gs[5]);
  assert_true(inherit);
  for (int i = 0; i < 5; i++) {
    assert_ptr_equal(runqget(&p1, &inherit), &gs[i]);
    assert_false(inherit);
  }
  assert_null(runqget(&p1, &inherit));
  assert_true(runqempty(&p1));
}

static void next_kicks_out(void **state) {
  reset();
  bool inherit;
  runqput(&p1, &gs[0], true);
  runqput(&p1, &gs[1], true);
  assert_ptr_equal(runqget(&p1, &inherit), &gs[1]);
  assert_ptr_equal(runqget(&p1, &inherit), &gs[0]);
}

static void overflow(void **state) {
  reset();
  bool inherit;
  for (int i = 0; i <= RUNQ_SIZE; i++) runqput(&p1, &gs[i], false);
  // The older half and the newest went to the global queue.
  assert_int_equal(gl_sched.runqsize, RUNQ_SIZE / 2 + 1);
  for (int i = 0; i < RUNQ_SIZE / 2; i++)
    assert_ptr_equal(gqueue_get(&gl_sched.runq), &gs[i]);
  assert_ptr_equal(gqueue_get(&gl_sched.runq), &gs[RUNQ_SIZE]);
  assert_null(gqueue_get(&gl_sched.runq));
  for (int i = RUNQ_SIZE / 2; i < RUNQ_SIZE; i++)
    assert_ptr_equal(runqget(&p1, &inherit), &gs[i]);
  assert_null(runqget(&p1, &inherit));
}

static void steal(void **state) {
  static const struct { int n, stolen; } cases[] = {
      {1, 1}, {2, 1}, {3, 2}, {10, 5}, {256, 128}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    reset();
    bool inherit;
    for (int i = 0; i < cases[k].n; i++) runqput(&p1, &gs[i], false);
    assert_non_null(runqsteal(&p2, &p1, false));
    int n = 1;
    while (runqget(&p2, &inherit)) n++;
    assert_int_equal(n, cases[k].stolen);
    while (runqget(&p1, &inherit)) n++;
    assert_int_equal(n, cases[k].n);
  }
}

static void steal_next(void **state) {
  reset();
  runqput(&p1, &gs[0], true);
  assert_null(runqsteal(&p2, &p1, false));
  assert_ptr_equal(runqsteal(&p2, &p1, true), &gs[0]);
}

static void batch(void **state) {
  reset();
  for (int i = 0; i < 300; i++)
    gs[i].schedlink = i < 299 ? &gs[i + 1] : NULL;
  GQueue q = {&gs[0], &gs[299], 300};
  runqput_batch(&p1, &q);
  bool inherit;
  for (int i = 0; i < RUNQ_SIZE; i++)
    assert_ptr_equal(runqget(&p1, &inherit), &gs[i]);
  assert_int_equal(gl_sched.runqsize, 300 - RUNQ_SIZE);
}

// Where no G can lie: who looks at one that is only queued does not survive.
static G *nowhere(uintptr_t i) { return (G *)(i * 16); }

static void batches(void **state) {
  enum { MANY = 5000 };
  uint64_t before = stack_bytes();
  GBatches q = {0}, s = {0};
  uintptr_t in = 1, out = 1;
  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < MANY; i++) gqueue_put(&q, nowhere(in++));
    for (int i = 0; i < MANY - round; i++)
      assert_ptr_equal(gqueue_get(&q), nowhere(out++));
  }
  while (out < in) assert_ptr_equal(gqueue_get(&q), nowhere(out++));
  assert_null(gqueue_get(&q));
  for (uintptr_t i = 1; i <= MANY; i++) gstack_push(&s, nowhere(i));
  assert_true(stack_bytes() > before + MANY * sizeof(G *));
  for (uintptr_t i = MANY; i > 0; i--)
    assert_ptr_equal(gstack_pop(&s), nowhere(i));
  assert_null(gstack_pop(&s));
  // Each keeps one batch, the others went back.
  assert_true(stack_bytes() <= before + 2 * gl_stack_first);
}

// Every G is taken exactly once.
enum { ROUNDS = 200, BATCH = 1000 };
static _Atomic int taken[BATCH];
static _Atomic bool stop;

static void *thief(void *arg) {
  bool inherit;
  while (!stop) {
    G *gp = runqsteal(&p2, &p1, false);
    if (!gp) continue;
    do taken[gp - gs]++;
    while ((gp = runqget(&p2, &inherit)));
  }
  return NULL;
}

static void race(void **state) {
  pthread_t t;
  bool inherit;
  reset();
  stop = false;
  pthread_create(&t, NULL, thief, NULL);
  for (int r = 0; r < ROUNDS; r++) {
    for (int i = 0; i < BATCH; i++) {
      runqput(&p1, &gs[i], false);
      if (i % 3 == 0) {
        G *gp = runqget(&p1, &inherit);
        if (gp) taken[gp - gs]++;
      }
    }
    for (G *gp; (gp = runqget(&p1, &inherit));) taken[gp - gs]++;
    for (G *gp; (gp = gqueue_get(&gl_sched.runq));) taken[gp - gs]++;
    gl_sched.runqsize = 0;
    for (int i = 0; i < BATCH; i++) {
      while (taken[i] < r + 1) {}
      assert_int_equal(taken[i], r + 1);
    }
  }
  stop = true;
  pthread_join(t, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fifo_and_next), cmocka_unit_test(next_kicks_out),
      cmocka_unit_test(overflow),      cmocka_unit_test(steal),
      cmocka_unit_test(steal_next),    cmocka_unit_test(batch),
      cmocka_unit_test(batches),       cmocka_unit_test(race),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
