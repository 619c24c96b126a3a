// SPDX-License-Identifier: MIT
// link: runtime
//
// Allocation and collection: zeroed memory, what lives only on a goroutine's
// stack, in a channel, behind an interior pointer or in a parked G survives,
// also with several Ms and a collector that never rests.
#include "rt_test.h"

typedef struct Node {
  struct Node *next;
  uint64_t *data;
  uint64_t tag;
} Node;

static uint64_t mix(uint64_t x) { return x * 0x9e3779b97f4a7c15; }

static Node *make_list(uint64_t seed, int n) {
  Node *head = NULL;
  for (int i = 0; i < n; i++) {
    Node *x = gl_new(sizeof *x, &ptr_type);
    CHECK(!x->next && !x->data && !x->tag);
    size_t k = 1 + (seed + (uint64_t)i) % 40;
    x->data = gl_new_noscan(k * 8);
    for (size_t j = 0; j < k; j++) {
      CHECK(x->data[j] == 0);
      x->data[j] = mix(seed + (uint64_t)i) + j;
    }
    x->tag = seed + (uint64_t)i;
    x->next = head;
    head = x;
  }
  return head;
}

static void check_list(Node *x, uint64_t seed, int n) {
  for (int i = n; i-- > 0; x = x->next) {
    CHECK(x && x->tag == seed + (uint64_t)i);
    size_t k = 1 + x->tag % 40;
    for (size_t j = 0; j < k; j++) CHECK(x->data[j] == mix(x->tag) + j);
  }
  CHECK(!x);
}

static void sizes_main(void) {
  for (size_t n = 0; n < 5000; n = n * 5 / 4 + 1) {
    for (int noscan = 0; noscan < 2; noscan++) {
      uint8_t *p = noscan ? gl_new_noscan(n) : gl_new(n, &ptr_type);
      CHECK(p && (uintptr_t)p % 8 == 0);
      for (size_t i = 0; i < n; i++) CHECK(p[i] == 0);
      memset(p, 0xff, n);
    }
  }
  CHECK(gl_new(0, &int_type) == (void *)gl_zerobase);
}
static void sizes(void **state) { on_each_procs(sizes_main); }

static void last_word_main(void) {
  // The last word of an object of exact size is scanned.
  enum { WORDS = 4 };
  void **p = gl_new(WORDS * sizeof *p, &ptr_type);
  p[WORDS - 1] = make_list(5, 100);
  for (int i = 0; i < 20; i++) {
    t_gc();
    make_list(77, 1000);
  }
  check_list(p[WORDS - 1], 5, 100);
}
static void last_word(void **state) { on_each_procs(last_word_main); }

static void interior_main(void) {
  char *big = gl_new(100000, &ptr_type);
  Node **slot = (Node **)(big + 80000);
  *slot = make_list(9, 50);
  big = NULL;
  for (int i = 0; i < 10; i++) {
    t_gc();
    make_list(3, 1000);
  }
  check_list(*slot, 9, 50);
}
static void interior(void **state) { on_each_procs(interior_main); }

static Hchan *c, *done;
static _Atomic bool stop;
static void collector(void) {
  while (!stop) {
    t_gc();
    t_sleep(300000);
  }
  int64_t one = 1;
  gl_chansend(done, &one);
}
static void parked(void) {
  static _Atomic uint64_t seeds;
  uint64_t seed = seeds++;
  Node *mine = make_list(seed, 10);
  Node *x;
  CHECK(gl_chanrecv(c, &x) == 1);
  check_list(x, 1000, 5);
  check_list(mine, seed, 10);
  int64_t one = 1;
  gl_chansend(done, &one);
}
static void parked_main(void) {
  int64_t v;
  stop = false;
  c = gl_makechan(&ptr_chan, 0);
  done = gl_makechan(&int_chan, 0);
  GO(collector);
  enum { GS = 300 };
  for (int i = 0; i < GS; i++) GO(parked);
  for (int i = 0; i < 20; i++) {
    make_list(4, 500);
    t_gosched();
  }
  for (int i = 0; i < GS; i++) {
    Node *x = make_list(1000, 5);
    gl_chansend(c, &x);
  }
  for (int i = 0; i < GS; i++) gl_chanrecv(done, &v);
  stop = true;
  gl_chanrecv(done, &v);
}
static void parked_gs(void **state) { on_each_procs(parked_main); }

static void worker(void) {
  for (uint64_t i = 0; i < 300; i++) {
    Node *x = make_list(i * 1000, 30);
    if (i % 3 == 0) t_gosched();
    if (i % 50 == 0) t_usleep(100);
    check_list(x, i * 1000, 30);
  }
  int64_t one = 1;
  gl_chansend(done, &one);
}
static void load_main(void) {
  int64_t v;
  stop = false;
  done = gl_makechan(&int_chan, 0);
  GO(collector);
  for (int i = 0; i < 16; i++) GO(worker);
  for (int i = 0; i < 16; i++) gl_chanrecv(done, &v);
  stop = true;
  gl_chanrecv(done, &v);
}
static void load(void **state) { on_each_procs(load_main); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes),     cmocka_unit_test(last_word),
      cmocka_unit_test(interior),  cmocka_unit_test(parked_gs),
      cmocka_unit_test(load),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
