// SPDX-License-Identifier: MIT
//
// BLAKE2b with 32 bytes of result. The wanted sums are those of Python's
// hashlib.blake2b(digest_size=32).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void sums(void **state) {
  static const struct {
    size_t len;  // of 'x', 'y', 'z', 'x', ...
    const char *want;
  } tests[] = {
      {0, "0e5751c026e543b2e8ab2eb06099daa1"
          "d1e5df47778f7787faab45cdf12fe3a8"},
      {1, "d161d71145abeec5ef15abcf0459cec6"
          "0a27321e2f0ac0ef7ace5254f5944476"},
      {127, "264946bb6bd4012ede69f474df68976f"
          "0466892bd39f89dd9155efa8323db285"},
      {128, "28d96268b46708b87d9995ff522d8f99"
          "1aec46e7e4392d013bee6f4d7b5a3b5a"},
      {129, "d5d72265acc2a2205765dc4955e9b2d3"
          "4ae7a25baf6986e08a38001b0afd00d3"},
      {255, "3091527d622592fe602c28518a95abb2"
          "12738da6e8c34855da5161404e8789ed"},
      {256, "66f36c15574874c2d9f10bda94c35fe0"
          "60fa94c6eea922a197c82361daab0bf2"},
      {257, "653ae1344b115c2ce291e73470cb6257"
          "0d90ba6bb3f7fdc3acf1f825433b1f94"},
      {1000, "0d8b7ad411418d663ad5bbe06ec8c9ba"
          "cbab4c3e3974d4c2d6b8a9f57ff0b8b5"},
      {100000, "ac87ac86dbf7e44fcbfd0c1a8adb90d0"
          "9b9808bce8be6d523b8fe94efe9ded03"},
  };
  static char text[100000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = "xyz"[i % 3];
  for (size_t i = 0; i < COUNT(tests); i++) {
    Hash h;
    hash_init(&h);
    hash_add(&h, text, tests[i].len);
    assert_string_equal(hash_end_hex(&h), tests[i].want);
  }
}

// In pieces of any size the sum is the same.
static void pieces(void **state) {
  static char text[1000];
  for (size_t n = 1; n <= 300; n += 13) {
    Hash whole, parts;
    hash_init(&whole);
    hash_init(&parts);
    hash_add(&whole, text, sizeof text);
    for (size_t at = 0; at < sizeof text; at += n)
      hash_add(&parts, text + at,
               n < sizeof text - at ? n : sizeof text - at);
    assert_string_equal(hash_end_hex(&whole), hash_end_hex(&parts));
  }
}

static void strings(void **state) {
  Hash a, b;
  hash_init(&a);
  hash_init(&b);
  hash_adds(&a, "ab");
  hash_adds(&a, "c");
  hash_adds(&b, "a");
  hash_adds(&b, "bc");
  assert_string_not_equal(hash_end_hex(&a), hash_end_hex(&b));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums),
      cmocka_unit_test(pieces),
      cmocka_unit_test(strings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
