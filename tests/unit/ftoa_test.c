// SPDX-License-Identifier: MIT
// link: runtime
//
// Floating-point numbers to decimal and back (stdlib/strconv/ftoa.c): tables
// of edges, then random numbers against the C library.
#include "rt_test.h"

#include <math.h>

GlPair gl_ftoa64(uint8_t *digits, double v);
intptr_t gl_ftoa_f(char *buf, intptr_t size, intptr_t prec, double v);
intptr_t gl_fmt_g64(uint8_t *p, double v);
intptr_t gl_fmt_g32(uint8_t *p, float v);
double gl_strtod(const uint8_t *s, intptr_t n);

static const char *general(double v) {
  static char buf[64];
  buf[gl_fmt_g64((uint8_t *)buf, v)] = 0;
  return buf;
}

static const char *general32(float v) {
  static char buf[64];
  buf[gl_fmt_g32((uint8_t *)buf, v)] = 0;
  return buf;
}

static void test_general(void **state) {
  static const struct {
    double in;
    const char *want;
  } table[] = {
      {0, "0"}, {-0.0, "-0"}, {1, "1"}, {-1.5, "-1.5"}, {0.1, "0.1"},
      {100000, "100000"}, {1e6, "1e+06"}, {1e21, "1e+21"}, {1e-5, "1e-05"},
      {0.0001, "0.0001"}, {123456.789, "123456.789"}, {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {9007199254740993, "9.007199254740992e+15"}, {INFINITY, "+Inf"},
      {-INFINITY, "-Inf"}, {NAN, "NaN"}, {5.684341886080802e-14,
      "5.684341886080802e-14"}, {2.9802322387695312e-08,
      "2.9802322387695312e-08"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    assert_string_equal(general(table[i].in), table[i].want);
  assert_string_equal(general32(0.1f), "0.1");
  assert_string_equal(general32(16777216), "1.6777216e+07");
  assert_string_equal(general32(0x1p-12f), "0.00024414063");
  assert_string_equal(general32(1e-45f), "1e-45");
}

static uint64_t seed = 88172645463325252u;

static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static double random_double(void) {
  uint64_t bits = next();
  double v;
  memcpy(&v, &bits, sizeof v);
  return isfinite(v) ? fabs(v) : 1;
}

// The shortest form reads back, and no shorter one does.
static void test_shortest(void **state) {
  for (int i = 0; i < 100000; i++) {
    double v = random_double();
    uint8_t digits[24];
    GlPair r = gl_ftoa64(digits, v);
    char text[64], fewer[64];
    snprintf(text, sizeof text, "0.%.*se%d", (int)r.a, digits, (int)r.b);
    assert_true(strtod(text, NULL) == v);
    assert_true(gl_strtod((uint8_t *)text, (intptr_t)strlen(text)) == v);
    if (r.a > 1) {
      snprintf(fewer, sizeof fewer, "%.*e", (int)r.a - 2, v);
      assert_true(strtod(fewer, NULL) != v);
    }
  }
}

static void test_fixed(void **state) {
  for (int i = 0; i < 200000; i++) {
    double v = i % 2 ? (double)(next() >> 44) / (double)(1 << (i % 20))
                     : (double)(next() % 100000) / 1000;
    int prec = i % 23;
    char want[128], got[128];
    snprintf(want, sizeof want, "%.*f", prec, v);
    got[gl_ftoa_f(got, sizeof got, prec, v)] = 0;
    assert_string_equal(got, want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_general),
      cmocka_unit_test(test_shortest),
      cmocka_unit_test(test_fixed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
