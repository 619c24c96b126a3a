// SPDX-License-Identifier: MIT
// link: runtime
//
// What an M does next, where that is known: the processor is handed over with
// a message and with a semaphore, a poller that has something comes before
// sleep, and no M begins to look for work while half of those that could help
// look already.
#include "rt_test.h"

#include <fcntl.h>
#include <sched.h>

static const int64_t MS = 1000000;

// On one P, beside those that only want to run.
static int64_t others;
static bool stop;
static void other(void) {
  while (!stop) {
    others++;
    t_gosched();
  }
}
static void start_others(void) {
  stop = false;
  for (int i = 0; i < 3; i++) GO(other);
  t_gosched();
}

// ----------------------------------------------------- hand-off with messages

enum { ROUNDS = 1000 };
static Hchan *ping, *pong;

static void partner(void) {
  int64_t v;
  while (gl_chanrecv(ping, &v) == 1) gl_chansend(pong, &v);
}

// Nobody gets in between two that talk: whoever was served is next, in the time
// slice of who served it.
static void messages_main(void) {
  int64_t v = 0;
  ping = gl_makechan(&int_chan, 0);
  pong = gl_makechan(&int_chan, 0);
  GO(partner);
  start_others();
  gl_chansend(ping, &v);
  gl_chanrecv(pong, &v);
  int64_t before = others;
  uint32_t tick = gl_allp[0]->schedtick;
  for (int64_t i = 0; i < ROUNDS; i++) {
    gl_chansend(ping, &i);
    gl_chanrecv(pong, &v);
    CHECK(v == i);
  }
  CHECK(before > 0 && others == before);
  CHECK(gl_allp[0]->schedtick == tick);
  t_gosched();
  CHECK(others > before);
}
static void messages(void **state) {
  assert_int_equal(run_in_runtime(messages_main, 1), 0);
}

// -------------------------------------------------------- and with semaphores

static uint32_t sem;
static int64_t woken, others_then;
static void waiter(void) {
  for (;;) {
    t_semacquire(&sem, false, 1);
    woken++;
    others_then = others;
  }
}

// With handoff the waiter runs before the caller goes on and before all others;
// without, the caller goes on and then the waiter is next.
static void semaphore_main(void) {
  GO(waiter);
  start_others();
  for (int64_t i = 0; i < ROUNDS; i++) {
    int64_t before = others;
    t_semrelease(&sem, true);
    CHECK(woken == 2 * i + 1 && others_then == before);
    CHECK(others > before);  // who released has gone behind them
    before = others;
    t_semrelease(&sem, false);
    CHECK(woken == 2 * i + 1);
    t_gosched();
    CHECK(woken == 2 * i + 2 && others_then == before);
  }
}
static void semaphore(void **state) {
  assert_int_equal(run_in_runtime(semaphore_main, 1), 0);
}

// ------------------------------------------------------------- the netpoller

GlPair t_open(intptr_t fd);
intptr_t t_wait(void *pd, intptr_t mode);
STUB(t_open, gl_poll_open, gl_ccall);
STUB(t_wait, pollwait, gl_mcall);

static int fds[2];
static void *pd;
static Hchan *done;
static void reader(void) {
  char b;
  for (int64_t n = 0;;) {
    t_wait(pd, 0);
    if (read(fds[0], &b, 1) != 1) continue;
    gl_chansend(done, &n);
  }
}

// Whom the poller can wake is found in the search for work, before the P is
// given up. Without sysmon, which looks there as well.
static void poller_main(void) {
  int64_t v;
  CHECK(pipe2(fds, O_NONBLOCK) == 0);
  pd = (void *)t_open(fds[0]).a;
  CHECK(pd);
  done = gl_makechan(&int_chan, 0);
  GO(reader);
  t_sleep(MS);  // until it waits
  uint64_t waits = count_total(COUNT_WAIT);
  for (int i = 0; i < ROUNDS; i++) {
    CHECK(write(fds[1], "x", 1) == 1);
    CHECK(gl_chanrecv(done, &v) == 1);
  }
  CHECK(count_total(COUNT_WAIT) == waits);
}
static void poller(void **state) {
  setenv("GLDEBUG", "seed=1", 1);
  int status = run_in_runtime(poller_main, 1);
  unsetenv("GLDEBUG");
  assert_int_equal(status, 0);
}

// ------------------------------------------------------------------- spinning

// An M without work looks for some in the queues of others, unless many do.
// Here two do that do not exist, and no other M has a P when they begin to.
static void spinning_main(void) {
  uint64_t before = count_total(COUNT_SPIN);
  GO(waiter);
  while (count_total(COUNT_SPIN) == before) t_sleep(MS);
  atomic_fetch_add(&gl_sched.nmspinning, 2);
  while (gl_sched.npidle != 1 || gl_sched.nmspinning != 2) sched_yield();
  before = count_total(COUNT_SPIN);
  for (int i = 0; i < 20; i++) t_sleep(MS);
  CHECK(count_total(COUNT_SPIN) == before);
  atomic_fetch_sub(&gl_sched.nmspinning, 2);
}
static void spinning(void **state) {
  assert_int_equal(run_in_runtime(spinning_main, 2), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages), cmocka_unit_test(semaphore),
      cmocka_unit_test(poller),   cmocka_unit_test(spinning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
