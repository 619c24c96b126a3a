// SPDX-License-Identifier: MIT
//
// Layout: sizes, alignments, offsets and pointers, as unsafe.Sizeof of Go on
// amd64 says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Package *check(const char *text) {
  universe_init();
  Source *s = source_from_text("test.gl", text, strlen(text));
  Package *p = NEW(Package);
  p->path = "test";
  p->name = name_cstr("test");
  p->dir = ".";
  p->bodies = true;
  vec_push(&p->files, parse_file(s));
  assert_true(check_package(p));
  return p;
}

static Type *type_of(Package *p, const char *name) {
  return scope_lookup(p->scope, name_cstr(name))->type;
}

static void layouts(void **state) {
  Package *p = check(
      "package test\n"
      "type (\n"
      "  Empty struct{}\n"
      "  Bools struct{ a, b, c bool }\n"
      "  Mixed struct{ a int8; b int64; c int8 }\n"
      "  Tail struct{ a int32; b struct{} }\n"
      "  OnlyTail struct{ a, b struct{} }\n"
      "  Str struct{ s string; b []int; i any; f func(); m map[int]int }\n"
      "  Arr [3]Mixed\n"
      "  Cplx struct{ a bool; c complex64 }\n"
      "  Cplx2 struct{ a bool; c complex128 }\n"
      "  NoPtr struct{ a [4]int; b float64 }\n"
      "  ZeroPtr [0]*int\n"
      "  List struct{ next *List; v int16 }\n"
      "  Shorts struct{ a int16; b int8; c int16 }\n"
      ")\n");
  static const struct {
    const char *name;
    int64_t size, align;
    bool pointers;
  } tests[] = {
      {"Empty", 0, 1, false},   {"Bools", 3, 1, false},
      {"Mixed", 24, 8, false},  {"Tail", 8, 4, false},
      {"OnlyTail", 0, 1, false}, {"Str", 72, 8, true},
      {"Arr", 72, 8, false},    {"Cplx", 12, 4, false},
      {"Cplx2", 24, 8, false},
      {"NoPtr", 40, 8, false},  {"ZeroPtr", 0, 8, false},
      {"List", 16, 8, true},    {"Shorts", 6, 2, false},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Type *t = type_of(p, tests[i].name);
    assert_int_equal(type_size(t), tests[i].size);
    assert_int_equal(type_align(t), tests[i].align);
    assert_int_equal(type_has_pointers(t), tests[i].pointers);
  }
  Type *row = type_array(types_basic[B_INT], (int64_t)1 << 40);
  assert_int_equal(type_size(type_array(row, (int64_t)1 << 40)), -1);
  Type *mixed = type_of(p, "Mixed");
  assert_int_equal(field_offset(mixed, 1), 8);
  assert_int_equal(field_offset(mixed, 2), 16);
  assert_int_equal(field_offset(type_of(p, "Shorts"), 2), 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(layouts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
