// SPDX-License-Identifier: MIT
//
// Types: identity, texts, underlying types, method sets, lookup through
// embedded fields, interfaces, initialisation order, build constraints.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Package *check(const char *text) {
  Source *s = source_from_text("test.gl", text, strlen(text));
  Package *p = NEW(Package);
  p->path = "example.org/test";
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

static void texts(void **state) {
  static const struct { const char *type, *message, *reflect, *link; }
  tests[] = {
      {"int", "int", "int", "int"},
      {"byte", "byte", "uint8", "uint8"},
      {"[]T", "[]T", "[]test.T", "[]example.org/test.T"},
      {"map[string][3]*T", "map[string][3]*T", "map[string][3]*test.T",
       "map[string][3]*example.org/test.T"},
      {"chan (<-chan int)", "chan (<-chan int)", "chan (<-chan int)",
       "chan (<-chan int)"},
      {"chan<- int", "chan<- int", "chan<- int", "chan<- int"},
      {"func(a int, b ...string) (n int, err error)",
       "func(a int, b ...string) (n int, err error)",
       "func(int, ...string) (int, error)",
       "func(int, ...string) (int, error)"},
      {"struct{ A int \"x:\\\"y\\\"\"; b any }",
       "struct{A int \"x:\\\"y\\\"\"; b any}",
       "struct { A int \"x:\\\"y\\\"\"; b interface {} }",
       "struct{A int \"x:\\\"y\\\"\"; example.org/test.b interface{}}"},
      {"interface{ M(); n() int }", "interface{M(); n() int}",
       "interface { M(); test.n() int }",
       "interface{M(); example.org/test.n() int}"},
      {"struct{ T }", "struct{T}", "struct { test.T }",
       "struct{?T example.org/test.T}"},
      {"interface{}", "interface{}", "interface {}", "interface{}"},
      {"any", "any", "interface {}", "interface{}"},
      {"error", "error", "error", "error"},
      {"struct{}", "struct{}", "struct {}", "struct{}"},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Package *p = check(arena_printf(perm, "package test\ntype T int\nvar x %s",
                                    tests[i].type));
    Type *t = type_of(p, "x");
    assert_string_equal(type_string(perm, t, p), tests[i].message);
    assert_string_equal(type_reflect_string(perm, t), tests[i].reflect);
    assert_string_equal(type_link_string(perm, t), tests[i].link);
  }
}

static void identity(void **state) {
  static const struct { const char *x, *y; bool same; } tests[] = {
      {"int", "int", true},
      {"byte", "uint8", true},
      {"T", "U", false},
      {"[]T", "[]T", true},
      {"[3]int", "[4]int", false},
      {"func(a int) string", "func(b int) string", true},
      {"func(...int)", "func([]int)", false},
      {"struct{a int}", "struct{a int}", true},
      {"struct{a int}", "struct{a int \"t\"}", false},
      {"struct{T}", "struct{T T}", false},
      {"interface{A(); B()}", "interface{B(); A()}", true},
      {"interface{A(); B()}", "interface{interface{A()}; B()}", true},
      {"interface{A()}", "interface{A() int}", false},
      {"chan int", "<-chan int", false},
      {"map[string]int", "map[string]int", true},
      {"any", "interface{}", true},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Package *p = check(arena_printf(
        perm, "package test\ntype T int\ntype U int\nvar x %s\nvar y %s",
        tests[i].x, tests[i].y));
    assert_int_equal(identical(type_of(p, "x"), type_of(p, "y")),
                     tests[i].same);
  }
}

static void comparable(void **state) {
  static const struct { const char *type; bool ok; } tests[] = {
      {"int", true},           {"[]int", false},
      {"func()", false},       {"map[int]int", false},
      {"struct{ a []int }", false}, {"[2]struct{ f func() }", false},
      {"[2]string", true},     {"any", true},
      {"chan int", true},      {"struct{ a any; b *int }", true},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Package *p =
        check(arena_printf(perm, "package test\nvar x %s", tests[i].type));
    assert_int_equal(comparable_type(type_of(p, "x"), NULL), tests[i].ok);
  }
}

static const char embedding[] =
    "package test\n"
    "type A struct{ x, y int }\n"
    "func (A) M() {}\n"
    "func (*A) P() {}\n"
    "type B struct{ x int }\n"
    "func (B) N() {}\n"
    "type I interface{ Q() }\n"
    "type C struct{ A; *B; I; z int }\n"
    "type D struct{ *C; y string }\n"
    "type E struct{ A; F }\n"
    "type F struct{ A }\n"
    "type R struct{ *R; A }\n"
    "type Ptr *A\n";

static void lookups(void **state) {
  Package *p = check(embedding);
  static const struct {
    const char *type, *name;
    bool found, ambiguous;
    int depth;  // length of the path
  } tests[] = {
      {"A", "x", true, false, 1},   {"C", "x", false, true, 0},
      {"C", "y", true, false, 2},   {"C", "z", true, false, 1},
      {"D", "y", true, false, 1},   {"D", "z", true, false, 2},
      {"D", "Q", true, false, 2},   {"E", "x", true, false, 2},
      {"R", "x", true, false, 2},   {"Ptr", "x", true, false, 1},
      {"Ptr", "M", false, false, 0}, {"A", "nope", false, false, 0},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    LookupResult r = lookup_field_or_method(type_of(p, tests[i].type), false,
                                            p, name_cstr(tests[i].name));
    assert_int_equal(r.obj != NULL, tests[i].found);
    assert_int_equal(r.ambiguous, tests[i].ambiguous);
    if (r.obj) assert_int_equal(r.path.len, tests[i].depth);
  }
}

static const char *set_text(Type *t) {
  Buf b = {0};
  const MethodSet *set = method_set(t);
  vec_each(const MethodEntry, m, set)
    buf_printf(&b, "%s%s", b.len ? " " : "", m->obj->name->s);
  return b.at ? b.at : "";
}

static void method_sets(void **state) {
  Package *p = check(embedding);
  static const struct { const char *type, *value, *pointer; } tests[] = {
      {"A", "M", "M P"},     {"B", "N", "N"},
      {"C", "M N Q", "M N P Q"}, {"D", "M N P Q", "M N P Q"},
      {"I", "Q", ""},        {"Ptr", "", ""},
      {"E", "M", "M P"},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Type *t = type_of(p, tests[i].type);
    assert_string_equal(set_text(t), tests[i].value);
    assert_string_equal(set_text(type_pointer(t)), tests[i].pointer);
  }
}

static void interfaces(void **state) {
  Package *p = check(
      "package test\n"
      "type I interface{ M(); N() int }\n"
      "type Missing struct{}\n"
      "func (Missing) M() {}\n"
      "type Wrong struct{ Missing }\n"
      "func (Wrong) N() string { return \"\" }\n"
      "type Ptr struct{ Missing }\n"
      "func (*Ptr) N() int { return 0 }\n"
      "type Field struct{ Missing; N int }\n"
      "type Case struct{ Missing }\n"
      "func (Case) n() int { return 0 }\n");
  static const struct { const char *type; bool pointer; const char *why; }
  tests[] = {
      {"Missing", false, "Missing does not implement I (missing method N)"},
      {"Wrong", false, "Wrong does not implement I (wrong type for method N)"
       "\n\t\thave N() string\n\t\twant N() int"},
      {"Ptr", false, "Ptr does not implement I (method N has pointer "
       "receiver)"},
      {"Ptr", true, NULL},
      {"Field", false, "Field does not implement I (Field.N is a field, not "
       "a method)"},
      {"Case", false, "Case does not implement I (missing method N)"
       "\n\t\thave n() int\n\t\twant N() int"},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    char *why = NULL;
    Type *t = type_of(p, tests[i].type);
    if (tests[i].pointer) t = type_pointer(t);
    bool ok = implements(t, type_of(p, "I"), &why, p);
    assert_int_equal(ok, tests[i].why == NULL);
    if (!ok) assert_string_equal(why, tests[i].why);
  }
}

static void init_order(void **state) {
  Package *p = check(
      "package test\n"
      "var a = b + f()\n"
      "var b = 1 + c\n"
      "var c, d = g()\n"
      "var e int\n"
      "var _ = h(a)\n"
      "var k = T{}.m\n"
      "func f() int { return e2 }\n"
      "func g() (int, int) { return 1, 2 }\n"
      "func h(x int) int { return x }\n"
      "var e2 = d\n"
      "type T struct{}\n"
      "func (T) m() int { return z }\n"
      "var z = 3\n");
  Buf b = {0};
  vec_each(InitEntry *, e, &p->init_order) {
    vec_each(Object *, v, &(*e)->lhs) buf_printf(&b, "%s,", (*v)->name->s);
    buf_adds(&b, " ");
  }
  assert_string_equal(b.at, "c,d, b, e2, a, _, z, k, ");
}

static void constraints(void **state) {
  static const struct { const char *file, *expr; bool ok; int lang; }
  tests[] = {
      {"a.gl", NULL, true, 0},
      {"a_linux.go", NULL, true, 0},
      {"a_windows.go", NULL, false, 0},
      {"a_linux_amd64.go", NULL, true, 0},
      {"a_linux_arm64.go", NULL, false, 0},
      {"a_arm64.go", NULL, false, 0},
      {"linux.go", NULL, true, 0},
      {"windows.go", NULL, true, 0},
      {"a_windows_amd64.go", NULL, false, 0},
      {"a_x_amd64.go", NULL, true, 0},
      {NULL, "linux && amd64", true, 0},
      {NULL, "!linux || (gl && !ignore)", true, 0},
      {NULL, "ignore", false, 0},
      {NULL, "go1.22", true, 22},
      {NULL, "go1.22 && linux", true, 22},
      {NULL, "go1.22 || linux", true, 0},
      {NULL, "go1.99", false, 99},
      {NULL, "!go1.22", false, 0},
      {NULL, "linux &&", false, 0},
      {NULL, "((((", false, 0},
  };
  for (size_t i = 0; i < COUNT(tests); i++) {
    Name *expr = tests[i].expr ? name_cstr(tests[i].expr) : NULL;
    assert_int_equal(build_matches(tests[i].file, expr), tests[i].ok);
    assert_int_equal(build_lang(expr), tests[i].lang);
  }
}

static int setup(void **state) {
  universe_init();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts),       cmocka_unit_test(identity),
      cmocka_unit_test(comparable),  cmocka_unit_test(lookups),
      cmocka_unit_test(method_sets), cmocka_unit_test(interfaces),
      cmocka_unit_test(init_order),  cmocka_unit_test(constraints),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
