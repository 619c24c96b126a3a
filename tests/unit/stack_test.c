// SPDX-License-Identifier: MIT
// link: runtime
//
// Segments: layout, sizes, growth, reuse, the return to first segments, and
// what becomes of the pages of those that are not in use.
#include "rt_test.h"

static G g;

static void new_g(void) {
  memset(&g, 0, sizeof g);
  g.first = g.seg = stack_alloc(gl_stack_first);
}

// As __morestack does, with the saved sp on the current segment.
static void grow(uintptr_t need) {
  g.sp = g.seg->hi - 100;
  stack_grow(&g, need);
}

static void layout(void **state) {
  Seg *s = stack_alloc(gl_stack_first);
  assert_int_equal(s->hi + sizeof(Seg) - s->lo, gl_stack_first);
  assert_int_equal(s->hi % 16, 0);
  assert_int_equal(s->guard - s->lo, STACK_SLACK);
  assert_true(s->guard + s->room < s->hi);
  stack_free(s);
}

static void reuse(void **state) {
  Seg *a = stack_alloc(gl_stack_first), *b = stack_alloc(gl_stack_first);
  assert_ptr_not_equal(a, b);
  stack_free(a);
  assert_ptr_equal(stack_alloc(gl_stack_first), a);
  Seg *c = stack_alloc(64 << 10);
  stack_free(c);
  assert_ptr_equal(stack_alloc(64 << 10), c);
}

static void growth(void **state) {
  static const size_t want[] = {64 << 10, 256 << 10, 1 << 20, 4 << 20,
                                16 << 20, 64 << 20,  64 << 20};
  new_g();
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    grow(100);
    Seg *s = g.seg->next;
    assert_int_equal(s->size, want[i]);
    assert_ptr_equal(s->prev, g.seg);
    assert_true(s->room > 100);
    g.seg = s;
  }
  stack_reset(&g);
  assert_ptr_equal(g.seg, g.first);
  assert_null(g.first->next);
}

static void big_frame(void **state) {
  new_g();
  grow(1 << 20);
  assert_true(g.seg->next->room >= 1 << 20);
  // What is cached is replaced when it is too small.
  grow(8 << 20);
  assert_true(g.seg->next->room >= 8 << 20);
  assert_null(g.seg->next->next);
  stack_reset(&g);
}

static void total(void **state) {
  new_g();
  assert_int_equal(stack_total(&g), gl_stack_first);
  grow(0);
  g.seg = g.seg->next;
  assert_int_equal(stack_total(&g), gl_stack_first + (64 << 10));
  stack_reset(&g);
}

// Every segment of a slab but its first page goes back at the second
// stack_scavenge that finds it unused; a large one is unmapped.
static size_t resident(void) {
  FILE *f = fopen("/proc/self/statm", "r");
  size_t total, pages;
  assert_int_equal(fscanf(f, "%zu %zu", &total, &pages), 2);
  fclose(f);
  return pages * 4096;
}

enum { MANY = 10000 };

static void scavenge(void **state) {
  static Seg *s[MANY], *big;
  size_t before = resident();
  for (int i = 0; i < MANY; i++) {
    s[i] = stack_alloc(4096);
    memset((void *)s[i]->lo, 1, 3000);
  }
  big = stack_alloc(32 << 20);
  memset((void *)big->lo, 1, 32 << 20 >> 1);
  assert_true(resident() - before > MANY * 4096);
  for (int i = 0; i < MANY; i++) stack_free(s[i]);
  stack_free(big);
  uint64_t used, mapped, mapped2;
  stack_usage(&used, &mapped);
  stack_scavenge(false);
  assert_true(resident() - before > MANY * 4096);
  stack_scavenge(false);
  assert_true(resident() < before + (2 << 20));
  stack_usage(&used, &mapped2);
  assert_true(mapped - mapped2 >= 32 << 20);
  // And they are good for new ones.
  for (int i = 0; i < MANY; i++) s[i] = stack_alloc(4096);
  for (int i = 0; i < MANY; i++) stack_free(s[i]);
  stack_scavenge(true);
  assert_true(resident() < before + (2 << 20));
}

// A collection takes the pages of large segments that are cached beyond the one
// in use: they then read as zero.
static bool is_zero(Seg *s) {
  for (const char *p = (char *)s->lo; p < (char *)s->lo + s->size / 2; p++)
    if (*p) return false;
  return true;
}

static Seg *cache_behind(Seg *s, size_t size) {
  Seg *n = stack_alloc(size);
  n->prev = s;
  s->next = n;
  memset((void *)n->lo, 1, size / 2);
  return n;
}

static void trimmed_main(void) {
  Seg *now = gl_tls_g->seg;
  CHECK(!now->next);
  Seg *large = cache_behind(now, 1 << 20);
  Seg *larger = cache_behind(large, 4 << 20);
  CHECK(!is_zero(large) && !is_zero(larger));
  t_gc();
  CHECK(is_zero(large) && is_zero(larger));
  CHECK(now->next == large && large->next == larger && !larger->next);
  CHECK(large->size == 1 << 20 && larger->size == 4 << 20);
  // Those of 64 KiB are what calls that split in a loop come back to.
  stack_reset(gl_tls_g);
  Seg *second = cache_behind(now, 64 << 10);
  t_gc();
  CHECK(!is_zero(second));
}
static void trimmed(void **state) {
  assert_int_equal(run_in_runtime(trimmed_main, 1), 0);
}

// A goroutine that ends gives back all segments but its first.
static uint64_t in_use;
static void deep(void) {
  cache_behind(cache_behind(gl_tls_g->seg, 1 << 20), 4 << 20);
  in_use = stack_bytes();
}
static void given_back_main(void) {
  GO(deep);
  t_gosched();
  uint64_t before = stack_bytes();
  for (int i = 0; i < 3; i++) {
    in_use = 0;
    GO(deep);
    t_gosched();
    CHECK(in_use == before + (5 << 20) && stack_bytes() == before);
  }
}
static void given_back(void **state) {
  assert_int_equal(run_in_runtime(given_back_main, 1), 0);
}

// A G keeps its first segment over its lives unless the next needs more.
static void fit(void **state) {
  new_g();
  Seg *first = g.first;
  stack_fit(&g, gl_stack_first);
  assert_ptr_equal(g.first, first);
  stack_fit(&g, gl_stack_first * 4);
  assert_int_equal(g.first->size, gl_stack_first * 4);
  assert_ptr_equal(g.seg, g.first);
  stack_fit(&g, gl_stack_first);
  assert_int_equal(g.first->size, gl_stack_first * 4);
}

int main(void) {
  stack_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layout),    cmocka_unit_test(reuse),
      cmocka_unit_test(growth),    cmocka_unit_test(big_frame),
      cmocka_unit_test(total),     cmocka_unit_test(scavenge),
      cmocka_unit_test(fit),       cmocka_unit_test(trimmed),
      cmocka_unit_test(given_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
