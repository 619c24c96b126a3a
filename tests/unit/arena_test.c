// SPDX-License-Identifier: MIT
//
// Arenas: alignment, zeroing, large requests, formatting.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"

static void aligned_and_zeroed(void **state) {
  Arena *a = arena_new();
  for (size_t size = 0; size < 300000; size = size * 3 + 1) {
    for (int i = 0; i < 20; i++) {
      unsigned char *p = arena_alloc(a, size);
      assert_int_equal((uintptr_t)p % 16, 0);
      for (size_t j = 0; j < size; j++) assert_int_equal(p[j], 0);
      memset(p, 0xff, size);
    }
  }
  arena_free(a);
}

static void do_not_overlap(void **state) {
  enum { N = 3000 };
  static unsigned char *at[N];
  Arena *a = arena_new();
  for (int i = 0; i < N; i++) {
    size_t size = (size_t)(i * 37 % 5000 + 1);
    at[i] = arena_alloc(a, size);
    memset(at[i], i % 251, size);
  }
  for (int i = 0; i < N; i++) {
    size_t size = (size_t)(i * 37 % 5000 + 1);
    assert_int_equal(at[i][0], i % 251);
    assert_int_equal(at[i][size - 1], i % 251);
  }
  arena_free(a);
}

static void strings(void **state) {
  assert_string_equal(arena_strndup(perm, "hello", 3), "hel");
  assert_string_equal(arena_strndup(perm, "", 0), "");
  assert_string_equal(arena_printf(perm, "%d-%s", 42, "x"), "42-x");
  char *s = arena_printf(perm, "%*d", 100000, 1);
  assert_int_equal(strlen(s), 100000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(aligned_and_zeroed),
      cmocka_unit_test(do_not_overlap),
      cmocka_unit_test(strings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
