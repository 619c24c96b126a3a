// SPDX-License-Identifier: MIT
//
// Hash maps by pointer and by string.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"

static void by_pointer(void **state) {
  enum { N = 20000 };
  static int keys[N];
  Map m = {0};
  assert_null(map_get(&m, keys));
  assert_false(map_has(&m, keys));
  for (int i = 0; i < N; i += 2) map_put(&m, &keys[i], &keys[N - 1 - i]);
  assert_int_equal(m.len, N / 2);
  for (int i = 0; i < N; i++) {
    assert_int_equal(map_has(&m, &keys[i]), i % 2 == 0);
    assert_ptr_equal(map_get(&m, &keys[i]), i % 2 ? NULL : &keys[N - 1 - i]);
  }
  map_put(&m, &keys[0], NULL);
  assert_true(map_has(&m, &keys[0]));
  assert_null(map_get(&m, &keys[0]));
  assert_int_equal(m.len, N / 2);
}

static void by_string(void **state) {
  enum { N = 20000 };
  StrMap m = {0};
  char key[32];
  assert_null(strmap_get(&m, "", 0));
  for (int i = 0; i < N; i++) {
    int n = sprintf(key, "key%d", i);
    strmap_put(&m, key, (size_t)n, &m.len + i);  // the key is copied
  }
  strmap_put(&m, "", 0, &m);
  strmap_put(&m, "a\0b", 3, key);
  assert_int_equal(m.len, N + 2);
  for (int i = 0; i < N; i++) {
    int n = sprintf(key, "key%d", i);
    assert_ptr_equal(strmap_get(&m, key, (size_t)n), &m.len + i);
  }
  assert_ptr_equal(strmap_get(&m, "", 0), &m);
  assert_ptr_equal(strmap_get(&m, "a\0b", 3), key);
  assert_null(strmap_get(&m, "a\0c", 3));
  assert_null(strmap_get(&m, "key", 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(by_pointer),
      cmocka_unit_test(by_string),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
