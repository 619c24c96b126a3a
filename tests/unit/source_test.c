// SPDX-License-Identifier: MIT
//
// Positions, lines, //line directives, reading files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "capture.h"
#include "syntax.h"

static void positions(void **state) {
  Source *a = source_from_text("a", "x\nyz\n", 5);
  Source *b = source_from_text("b", "", 0);
  Source *c = source_from_text("c", "\n\n1", 3);
  static const struct { int file, offset, line, col; } tests[] = {
      {0, 0, 1, 1}, {0, 1, 1, 2}, {0, 2, 2, 1}, {0, 4, 2, 3}, {0, 5, 3, 1},
      {1, 0, 1, 1}, {2, 0, 1, 1}, {2, 1, 2, 1}, {2, 2, 3, 1}, {2, 3, 3, 2},
  };
  Source *files[] = {a, b, c};
  for (int i = 0; i < COUNT(tests); i++) {
    Source *s = files[tests[i].file];
    Pos pos = s->base + (Pos)tests[i].offset;
    Loc l = source_loc(pos);
    assert_ptr_equal(l.source, s);
    assert_ptr_equal(source_of(pos), s);
    assert_string_equal(l.path, s->path);
    assert_int_equal(l.line, tests[i].line);
    assert_int_equal(l.col, tests[i].col);
  }
  assert_null(source_of(0));
  assert_null(source_of(c->base + 4));
  assert_null(source_loc(0).source);
}

// Where the identifier that begins with x ends up.
static void directives(void **state) {
  static const struct { const char *text, *path; int line, col, real; }
  tests[] = {
      {"x", "t", 1, 1, 1},
      {"//line foo.go:10\n\n x", "foo.go", 11, 0, 3},
      {"//line foo.go:10:5\n x", "foo.go", 10, 6, 2},
      {"//line foo.go:10:5\n\n x", "foo.go", 11, 2, 3},
      {" //line foo.go:10\nx", "t", 2, 1, 2},  // not at the line's start
      {"/*line foo.go:10:5*/x", "foo.go", 10, 5, 1},
      {"/*line foo.go:10*/ x", "foo.go", 10, 0, 1},
      {"//line a:1\n//line :7:3\nx", "a", 7, 3, 3},
      {"//line C:/a.go:8\nx", "C:/a.go", 8, 0, 2},
      {"//line foo.go\nx", "t", 2, 1, 2},  // no directive
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Lexer l;
    lexer_init(&l, source(tests[i].text), NULL);
    do lexer_next(&l);
    while (l.tok != T_EOF && l.tok != T_IDENT);
    Loc loc = source_loc(l.pos);
    assert_string_equal(loc.path, tests[i].path);
    assert_int_equal(loc.line, tests[i].line);
    assert_int_equal(loc.col, tests[i].col);
    assert_int_equal(loc.real_line, tests[i].real);
    assert_string_equal(flushed(), "");
  }
}

static void bad_directives(void **state) {
  static const struct { const char *text, *want; } tests[] = {
      {"//line f:x\n", "t:1:10: error: invalid line number: x\n"},
      {"//line f:0\n", "t:1:10: error: invalid line number: 0\n"},
      {"//line f:3:0\n", "t:1:12: error: invalid column number: 0\n"},
      {"//line f:99999999999\n",
       "t:1:10: error: invalid line number: 99999999999\n"},
      {"//line f:\n", "t:1:10: error: invalid line number: \n"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Lexer l;
    lexer_init(&l, source(tests[i].text), NULL);
    do lexer_next(&l);
    while (l.tok != T_EOF);
    assert_string_equal(flushed_messages(), tests[i].want);
  }
}

static void reading(void **state) {
  assert_null(source_read("/nonexistent/file"));
  assert_int_equal(errno, ENOENT);
  assert_null(source_read("/"));
  assert_int_equal(errno, EISDIR);
  char path[] = "/tmp/source_testXXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  FILE *f = fdopen(fd, "w");
  for (int i = 0; i < 50000; i++) fprintf(f, "line %d\n", i);
  fclose(f);
  Source *s = source_read(path);
  remove(path);
  assert_non_null(s);
  assert_int_equal(s->lines.len, 50001);
  assert_int_equal(s->text[s->len], 0);
  Loc l = source_loc(s->base + s->lines.at[4999] + 3);
  assert_int_equal(l.line, 5000);
  assert_int_equal(l.col, 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(positions),
      cmocka_unit_test(directives),
      cmocka_unit_test(bad_directives),
      cmocka_unit_test(reading),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
