// SPDX-License-Identifier: MIT
//
// Exact constants: literals, operations, rounding, representability, texts.
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Token kind_of(const char *s) {
  size_t n = strlen(s);
  bool hex = n > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
  if (s[0] == '\'') return T_CHAR;
  if (s[0] == '"' || s[0] == '`') return T_STRING;
  if (s[n - 1] == 'i') return T_IMAG;
  return strpbrk(s, hex ? ".pP" : ".eE") ? T_FLOAT : T_INT;
}

static Const *lit(const char *s) {
  return const_from_literal(name_cstr(s), kind_of(s));
}

static const char *text(const Const *c) {
  return c ? const_to_string(perm, c) : "NULL";
}

static void literals(void **state) {
  static const struct { const char *in, *want; } tests[] = {
      {"0", "0"},
      {"1_000_000", "1000000"},
      {"0x_FF", "255"},
      {"0b101", "5"},
      {"0o17", "15"},
      {"017", "15"},
      {"18446744073709551616", "18446744073709551616"},
      {"1.5", "1.5"},
      {".25", "0.25"},
      {"1e3", "1000"},
      {"010.5", "10.5"},
      {"0x1p-2", "0.25"},
      {"0x1.8p1", "3"},
      {"1e400", "1e+400"},
      {"1e-400", "1e-400"},
      {"1e100000", "1e+100000"},
      {"1e10000000000", "NULL"},
      {"2i", "(0 + 2i)"},
      {"0123i", "(0 + 123i)"},
      {"0x10i", "(0 + 16i)"},
      {"1.5e1i", "(0 + 15i)"},
      {"'a'", "97"},
      {"'\\n'", "10"},
      {"'\\u00e4'", "228"},
      {"\"a\\tb\"", "\"a\\tb\""},
      {"`a\\b`", "\"a\\\\b\""},
  };
  for (size_t i = 0; i < COUNT(tests); i++)
    assert_string_equal(text(lit(tests[i].in)), tests[i].want);
}

static void operations(void **state) {
  static const struct {
    const char *x;
    Token op;
    const char *y;
    bool int_div;
    const char *want;
  } tests[] = {
      {"7", T_QUO, "2", true, "3"},
      {"7", T_QUO, "2", false, "3.5"},
      {"7", T_REM, "4", true, "3"},
      {"1", T_QUO, "3.0", false, "0.333333"},
      {"6", T_AND, "3", false, "2"},
      {"6", T_ANDNOT, "3", false, "4"},
      {"6", T_XOR, "3", false, "5"},
      {"1e200", T_MUL, "1e200", false, "1e+400"},
      {"1e1000", T_QUO, "1e999", false, "10"},
      {"2i", T_MUL, "2i", false, "(-4 + 0i)"},
      {"1", T_QUO, "1i", false, "(0 + -1i)"},
      {"\"a\"", T_ADD, "\"b\"", false, "\"ab\""},
      {"0xffffffffffffffff", T_MUL, "0xffffffffffffffff", false,
       "340282366920938463426481119284349108225"},
  };
  for (size_t i = 0; i < COUNT(tests); i++)
    assert_string_equal(text(const_binary(lit(tests[i].x), tests[i].op,
                                          lit(tests[i].y),
                                          tests[i].int_div)),
                        tests[i].want);
  Const *third = const_binary(lit("1"), T_QUO, lit("3.0"), false);
  assert_true(const_compare(const_binary(third, T_MUL, lit("3"), false),
                            T_EQL, lit("1")));
  assert_string_equal(text(const_unary(T_XOR, lit("0"), 8)), "255");
  assert_string_equal(text(const_unary(T_XOR, lit("0"), 0)), "-1");
  assert_string_equal(text(const_unary(T_SUB, lit("2i"), 0)), "(0 + -2i)");
  Const *huge = const_shift(lit("1"), T_SHL, 600);
  assert_int_equal(const_bit_len(huge), 601);
  assert_string_equal(text(const_shift(huge, T_SHR, 598)), "4");
  assert_string_equal(
      text(const_shift(const_unary(T_SUB, lit("5"), 0), T_SHR, 1)), "-3");
}

static void comparisons(void **state) {
  assert_true(const_compare(lit("1"), T_LSS, lit("1.5")));
  assert_true(const_compare(lit("\"a\""), T_LSS, lit("\"ab\"")));
  assert_true(const_compare(lit("1i"), T_NEQ, lit("1")));
  assert_true(const_compare(const_from_bool(true), T_EQL,
                            const_from_bool(true)));
  assert_true(const_compare(lit("1e5000"), T_GTR, lit("1e4999")));
}

static void rounding(void **state) {
  // 2^53 + 1 lies between two doubles; the even one wins.
  assert_true(const_double(lit("9007199254740993")) == 9007199254740992.0);
  assert_true(const_double(lit("0.1")) == 0.1);
  assert_true(const_float(lit("0.1")) == 0.1f);
  assert_true(const_double(lit("5e-324")) == 5e-324);
  assert_true(const_double(lit("2e-324")) == 0);
  assert_true(const_double(lit("3e-324")) == 5e-324);
  assert_true(const_double(lit("2.2250738585072011e-308")) ==
              2.2250738585072011e-308);
  assert_true(const_float(lit("1e-45")) == 1e-45f);
}

static void representable(void **state) {
  static const struct {
    const char *in;
    BasicKind kind;
    const char *want;
  } tests[] = {
      {"255", B_UINT8, "255"},
      {"256", B_UINT8, "NULL"},
      {"127", B_INT8, "127"},
      {"128", B_INT8, "NULL"},
      {"9223372036854775807", B_INT64, "9223372036854775807"},
      {"9223372036854775808", B_INT64, "NULL"},
      {"18446744073709551615", B_UINT, "18446744073709551615"},
      {"18446744073709551616", B_UINT, "NULL"},
      {"2.0", B_INT, "2"},
      {"2.5", B_INT, "NULL"},
      {"1e1", B_INT, "10"},
      {"1e39", B_FLOAT32, "NULL"},
      {"1e38", B_FLOAT32, "1e+38"},
      {"1e309", B_FLOAT64, "NULL"},
      {"1e-400", B_FLOAT64, "0"},
      {"1", B_COMPLEX64, "(1 + 0i)"},
      {"1i", B_FLOAT64, "NULL"},
      {"\"a\"", B_STRING, "\"a\""},
      {"\"a\"", B_INT, "NULL"},
      {"1", B_STRING, "NULL"},
      {"1e5000", B_UNTYPED_FLOAT, "1e+5000"},
  };
  for (size_t i = 0; i < COUNT(tests); i++)
    assert_string_equal(
        text(const_represent(lit(tests[i].in), types_basic[tests[i].kind])),
        tests[i].want);
  Const *low = const_unary(T_SUB, lit("128"), 0);
  assert_string_equal(text(const_represent(low, types_basic[B_INT8])), "-128");
  low = const_unary(T_SUB, lit("129"), 0);
  assert_string_equal(text(const_represent(low, types_basic[B_INT8])), "NULL");
  assert_string_equal(text(const_represent(low, types_basic[B_UINT8])),
                      "NULL");
  // What fits 32 bits is what is left after rounding.
  Const *f = const_represent(lit("0.1"), types_basic[B_FLOAT32]);
  assert_true(const_double(f) == (double)0.1f);
}

static void reading(void **state) {
  int64_t i;
  uint64_t u;
  assert_true(const_int64(lit("2.0"), &i) && i == 2);
  assert_false(const_int64(lit("9223372036854775808"), &i));
  assert_true(const_uint64(lit("18446744073709551615"), &u) && u == UINT64_MAX);
  assert_false(const_uint64(const_unary(T_SUB, lit("1"), 0), &u));
  assert_true(const_bits(const_unary(T_SUB, lit("1"), 0)) == UINT64_MAX);
  assert_int_equal(const_sign(const_unary(T_SUB, lit("0.5"), 0)), -1);
  assert_int_equal(const_bit_len(lit("256")), 9);
}

static int setup(void **state) {
  universe_init();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(literals),    cmocka_unit_test(operations),
      cmocka_unit_test(comparisons), cmocka_unit_test(rounding),
      cmocka_unit_test(representable), cmocka_unit_test(reading),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
