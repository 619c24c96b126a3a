// SPDX-License-Identifier: MIT
//
// Growable lists and byte strings.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"

static void push_and_iterate(void **state) {
  VEC(int) v = {0};
  int n = 0;
  vec_each(int, p, &v) fail();
  for (int i = 0; i < 100000; i++) vec_push(&v, i);
  assert_int_equal(v.len, 100000);
  vec_each(int, p, &v) assert_int_equal(*p, n++);
  assert_int_equal(n, 100000);
}

static void pointers(void **state) {
  VEC(const char *) v = {0};
  vec_push(&v, "a");
  vec_push(&v, "b");
  vec_push(&v, "c");
  Buf b = {0};
  vec_each(const char *, s, &v) buf_adds(&b, *s);
  assert_string_equal(b.at, "abc");
}

static void buffers(void **state) {
  Buf b = {0};
  buf_add(&b, NULL, 0);
  assert_string_equal(b.at, "");
  buf_addc(&b, 'x');
  buf_adds(&b, "yz");
  buf_printf(&b, "%03d%s", 7, "!");
  assert_string_equal(b.at, "xyz007!");
  assert_int_equal(b.len, 7);
  for (int i = 0; i < 1000; i++) buf_printf(&b, "%d,", i);
  assert_int_equal(b.at[b.len], 0);
  assert_int_equal(strlen(b.at), b.len);
  buf_add(&b, "a\0b", 3);
  assert_memory_equal(b.at + b.len - 3, "a\0b", 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(push_and_iterate),
      cmocka_unit_test(pointers),
      cmocka_unit_test(buffers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
