// SPDX-License-Identifier: MIT
//
// Interned names and exported identifiers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"

static void interning(void **state) {
  Name *first = name_cstr("name0");
  for (int i = 0; i < 50000; i++) name_cstr(arena_printf(perm, "name%d", i));
  assert_ptr_equal(name_cstr("name0"), first);
  assert_ptr_equal(name_intern("name0123", 5), first);
  assert_ptr_not_equal(name_cstr("name00"), first);
  Name *nul = name_intern("a\0b", 3);
  assert_ptr_not_equal(nul, name_cstr("a"));
  assert_int_equal(nul->len, 3);
  assert_string_equal(name_cstr("")->s, "");
}

static void exported(void **state) {
  static const struct { const char *name; bool want; } tests[] = {
      {"A", true}, {"Zebra", true}, {"a", false}, {"_A", false},
      {"_", false}, {"", false}, {"\xc3\x84rger", true},   // Ä
      {"\xc3\xa4rger", false},                             // ä
      {"\xe4\xb8\x96", false},                             // a Chinese letter
      {"\xce\xa3", true},                                  // Σ
      {"\xc7\x85", false},                                 // title case
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    assert_int_equal(name_is_exported(name_cstr(tests[i].name)),
                     tests[i].want);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(interning),
      cmocka_unit_test(exported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
