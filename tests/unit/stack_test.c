// SPDX-License-Identifier: MIT
// link: runtime
//
// Segments: layout, sizes, growth, reuse, and the return to first segments.
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

int main(void) {
  stack_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layout),    cmocka_unit_test(reuse),
      cmocka_unit_test(growth),    cmocka_unit_test(big_frame),
      cmocka_unit_test(total),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
