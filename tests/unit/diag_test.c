// SPDX-License-Identifier: MIT
//
// Diagnostics: excerpts, carets, order, duplicates, limit, JSON, colours, and
// text that a terminal must not see as it is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"

static void excerpts(void **state) {
  static const struct { const char *text; int offset; const char *want; }
  tests[] = {
      {"abc def\n", 4, "t:1:5: error: m\n    abc def\n        ^\n"},
      {"a\n\tb\tc", 5, "t:2:4: error: m\n    \tb\tc\n    \t \t^\n"},
      {"", 0, "t:1:1: error: m\n    \n    ^\n"},
      {"ab\r\n", 2, "t:1:3: error: m\n    ab\n      ^\n"},
      {"\xc3\xa4\xe4\xb8\x96x", 5,  // ä, a wide character
       "t:1:6: error: m\n    \xc3\xa4\xe4\xb8\x96x\n       ^\n"},
      {"a\x1b[31mx", 6, "t:1:7: error: m\n    a\\x1b[31mx\n"
                        "             ^\n"},
      {"a\xff|", 2, "t:1:3: error: m\n    a\\xff|\n         ^\n"},
      {"\xe2\x80\xae|", 3, "t:1:4: error: m\n    \\u202e|\n"
                           "          ^\n"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Source *s = source(tests[i].text);
    error_at(s->base + (Pos)tests[i].offset, "m");
    assert_string_equal(flushed(), tests[i].want);
  }
}

static void long_lines(void **state) {
  char *text = arena_printf(perm, "%*s%*s", 5000, "x", 5000, "y");
  Source *s = source(text);
  for (int offset = 0; offset <= 10000; offset += 333) {
    error_at(s->base + (Pos)offset, "m%d", offset);
    const char *out = flushed();
    assert_true(strlen(out) < 700);
    assert_int_equal(out[strlen(out) - 2], '^');
  }
}

static void sorted(void **state) {
  Source *s = source("a\nb\nc\n");
  error_at(s->base + 4, "third");
  warning_at(s->base + 2, "second");
  error_at(s->base, "first");
  note_at(s->base + 4, "a note");
  error_at(0, "nowhere");
  assert_string_equal(flushed(), "error: nowhere\n"
                      "t:1:1: error: first\n    a\n    ^\n"
                      "t:3:1: note: a note\n    c\n    ^\n"
                      "t:2:1: warning: second\n    b\n    ^\n"
                      "t:3:1: error: third\n    c\n    ^\n");
  assert_string_equal(flushed(), "");
}

static void duplicates(void **state) {
  Source *s = source("a b\nc\n");
  int before = diag_error_count();
  error_at(s->base, "same");
  error_at(s->base + 2, "same");
  error_at(s->base + 2, "other");
  error_at(s->base + 4, "same");
  syntax_error_at(s->base, "one");
  syntax_error_at(s->base + 2, "two");
  note_at(s->base, "lost with the error it belongs to");
  assert_int_equal(diag_error_count() - before, 4);
  assert_string_equal(flushed_messages(), "t:1:1: error: same\n"
                      "t:1:1: error: syntax error: one\n"
                      "t:1:3: error: other\n"
                      "t:2:1: error: same\n");
}

static void limited(void **state) {
  Source *s = source("a\nb\nc\nd\n");
  diag_options.limit = 2;
  for (int i = 0; i < 4; i++) error_at(s->base + (Pos)(2 * i), "m");
  assert_string_equal(flushed_messages(), "t:1:1: error: m\n"
                      "t:2:1: error: m\ntoo many errors\n");
  diag_options.limit = 0;
}

static void json(void **state) {
  Source *s = source_from_text("a\"b\n", "x\ny", 3);
  diag_options.json = true;
  error_at(s->base + 2, "tab\t\"quote\" back\\ bell\a \xff \xc3\xa4");
  note_at(s->base, "n");
  note_at(s->base, "o");
  warning_at(s->base, "w");
  const char *out = flushed();
  diag_options.json = false;
  assert_string_equal(
      out,
      "{\"file\":\"a\\\"b\\n\",\"line\":1,\"column\":1,"
      "\"severity\":\"warning\",\"message\":\"w\",\"notes\":[]}\n"
      "{\"file\":\"a\\\"b\\n\",\"line\":2,\"column\":1,"
      "\"severity\":\"error\",\"message\":\"tab\\t\\\"quote\\\" "
      "back\\\\ bell\\u0007 \\ufffd \xc3\xa4\",\"notes\":["
      "{\"file\":\"a\\\"b\\n\",\"line\":1,\"column\":1,\"message\":\"n\"},"
      "{\"file\":\"a\\\"b\\n\",\"line\":1,\"column\":1,\"message\":\"o\"}"
      "]}\n");
}

static void color(void **state) {
  Source *s = source("x");
  diag_options.color = true;
  error_at(s->base, "m");
  const char *out = flushed();
  diag_options.color = false;
  assert_string_equal(out, "\33[1mt:1:1: \33[31merror:\33[0m\33[1m m\33[0m\n"
                           "    x\n    \33[1;32m^\33[0m\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(excerpts),   cmocka_unit_test(long_lines),
      cmocka_unit_test(sorted),     cmocka_unit_test(duplicates),
      cmocka_unit_test(limited),    cmocka_unit_test(json),
      cmocka_unit_test(color),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
