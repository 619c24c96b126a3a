// SPDX-License-Identifier: MIT
//
// Tokens, automatic semicolons, literals and what may be wrong with them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "syntax.h"

// All tokens on one line: names and literals as written, semicolons by their
// text, others as spelled.
static const char *tokens(const char *text, File *f) {
  Lexer l;
  Buf b = {0};
  buf_adds(&b, "");
  lexer_init(&l, source(text), f);
  for (lexer_next(&l); l.tok != T_EOF; lexer_next(&l)) {
    if (b.len) buf_addc(&b, ' ');
    if (l.tok == T_BAD) buf_addc(&b, '!');
    buf_adds(&b, l.lit ? l.lit->s : token_text[l.tok]);
  }
  return b.at;
}

static void tokens_and_semicolons(void **state) {
  static const struct { const char *in, *want; } tests[] = {
      {"", ""},
      {"a", "a EOF"},
      {"a\n", "a newline"},
      {"a;\n", "a ;"},
      {"a // c\nb", "a newline b EOF"},
      {"a /* c */ b", "a b EOF"},
      {"a /* c\n */ b", "a newline b EOF"},
      {"a /* c */\nb", "a newline b EOF"},
      {"+\n(\n", "+ ("},
      {")\n]\n}\n++\n--\n",
       ") newline ] newline } newline ++ newline -- newline"},
      {"return\nbreak\ncontinue\nfallthrough\n",
       "return newline break newline continue newline fallthrough newline"},
      {"go\nif\nelse\n", "go if else"},
      {"1\n'a'\n\"s\"\n`r`\n",
       "1 newline 'a' newline \"s\" newline `r` newline"},
      {"a<-b<<=c&^=d...e:=~f", "a <- b <<= c &^= d ... e := ~ f EOF"},
      {"a..b", "a . . b EOF"},
      {"x.1", "x .1 EOF"},
      {"iff if1 if", "iff if1 if"},
      {"\xc3\xa4\xe4\xb8\x96_1", "\xc3\xa4\xe4\xb8\x96_1 EOF"},
      {"if\xc3\xa4", "if\xc3\xa4 EOF"},
      {"\xef\xbb\xbf" "a", "a EOF"},
      {"a\r\nb\r\n", "a newline b newline"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    assert_string_equal(tokens(tests[i].in, NULL), tests[i].want);
    assert_string_equal(flushed(), "");
  }
}

static void numbers(void **state) {
  static const struct { const char *in; Token want; } tests[] = {
      {"0", T_INT}, {"123_456", T_INT}, {"0b1_0", T_INT}, {"0B1", T_INT},
      {"0o17", T_INT}, {"0O_17", T_INT}, {"017", T_INT}, {"0xDead_beef", T_INT},
      {"0.", T_FLOAT}, {"1.5", T_FLOAT}, {".5", T_FLOAT}, {"1e10", T_FLOAT},
      {"1E+1_0", T_FLOAT}, {"09.5", T_FLOAT}, {"09e1", T_FLOAT},
      {"0x1p-2", T_FLOAT}, {"0x.8p0", T_FLOAT}, {"0x1.8P+1", T_FLOAT},
      {"1i", T_IMAG}, {"09i", T_IMAG}, {"1.5e1i", T_IMAG}, {"0x1p1i", T_IMAG},
      {"0b1i", T_IMAG},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Lexer l;
    lexer_init(&l, source(tests[i].in), NULL);
    lexer_next(&l);
    assert_int_equal(l.tok, tests[i].want);
    assert_string_equal(l.lit->s, tests[i].in);
    assert_string_equal(flushed(), "");
  }
}

static void errors(void **state) {
  static const struct { const char *in, *tokens, *want; } tests[] = {
      {"08", "!08 EOF", "1:2: error: invalid digit '8' in octal literal"},
      {"0b12", "!0b12 EOF", "1:4: error: invalid digit '2' in binary literal"},
      {"0o8", "!0o8 EOF", "1:3: error: invalid digit '8' in octal literal"},
      {"0x", "!0x EOF", "1:3: error: hexadecimal literal has no digits"},
      {"0b", "!0b EOF", "1:3: error: binary literal has no digits"},
      {"0b1.0", "!0b1.0 EOF",
       "1:4: error: invalid radix point in binary literal"},
      {"1e", "!1e EOF", "1:3: error: exponent has no digits"},
      {"1p1", "!1p1 EOF",
       "1:2: error: 'p' exponent requires hexadecimal mantissa"},
      {"0b1e1", "!0b1e1 EOF",
       "1:4: error: 'e' exponent requires decimal mantissa"},
      {"0x1.0", "!0x1.0 EOF",
       "1:6: error: hexadecimal mantissa requires a 'p' exponent"},
      {"1__0", "!1__0 EOF",
       "1:3: error: '_' must separate successive digits"},
      {"1_", "!1_ EOF", "1:2: error: '_' must separate successive digits"},
      {"1_.5", "!1_.5 EOF", "1:2: error: '_' must separate successive digits"},
      {"''", "!'' EOF", "1:2: error: empty rune literal or unescaped '"},
      {"'ab'", "!'ab' EOF",
       "1:1: error: more than one character in rune literal"},
      {"'a", "!'a EOF", "1:1: error: rune literal not terminated"},
      {"'\n", "!' newline", "1:2: error: newline in rune literal"},
      {"'\\q'", "!'\\q' EOF", "1:3: error: unknown escape"},
      {"\"\\q\"", "!\"\\q\" EOF", "1:3: error: unknown escape"},
      {"\"a\n", "!\"a newline", "1:3: error: newline in string"},
      {"\"a", "!\"a EOF", "1:1: error: string not terminated"},
      {"`a", "!`a EOF", "1:1: error: string not terminated"},
      {"\"\\xg0\"", "!\"\\xg0\" EOF",
       "1:4: error: invalid character 'g' in hexadecimal escape"},
      {"\"\\08\"", "!\"\\08\" EOF",
       "1:4: error: invalid character '8' in octal escape"},
      {"\"\\400\"", "!\"\\400\" EOF",
       "1:6: error: octal escape value 256 > 255"},
      {"\"\\ud800\"", "!\"\\ud800\" EOF",
       "1:8: error: escape is invalid Unicode code point U+D800"},
      {"\"\\U00110000\"", "!\"\\U00110000\" EOF",
       "1:12: error: escape is invalid Unicode code point U+110000"},
      {"/*", "", "1:1: error: comment not terminated"},
      {"@", "", "1:1: error: invalid character U+0040 '@'"},
      {"\xe2\x80\x9c", "\xe2\x80\x9c EOF",
       "1:1: error: invalid character U+201C '\xe2\x80\x9c' in identifier"},
      {"\xd9\xa1" "a", "\xd9\xa1" "a EOF",
       "1:1: error: identifier cannot begin with digit U+0661 '\xd9\xa1'"},
      {"a\xef\xbb\xbf", "a\xef\xbb\xbf EOF",
       "1:2: error: invalid BOM in the middle of the file"},
      {"\n\xef\xbb\xbf" "var", "var",
       "2:1: error: invalid BOM in the middle of the file"},
      {"\xffvar", "var", "1:1: error: invalid UTF-8 encoding"},
      {"'\xff\xff'", "!'\xff\xff' EOF",
       "1:2: error: invalid UTF-8 encoding\n"
       "t:1:4: error: empty rune literal or unescaped '"},
      {"\"\xff\"", "\"\xff\" EOF", "1:2: error: invalid UTF-8 encoding"},
      {"// \xff", "", "1:4: error: invalid UTF-8 encoding"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    assert_string_equal(tokens(tests[i].in, NULL), tests[i].tokens);
    assert_string_equal(flushed_messages(),
                        arena_printf(perm, "t:%s\n", tests[i].want));
  }
}

static void nul_bytes(void **state) {
  Lexer l;
  lexer_init(&l, source_from_text("t", "a\0b", 3), NULL);
  lexer_next(&l);
  lexer_next(&l);
  assert_string_equal(l.lit->s, "b");
  assert_string_equal(flushed_messages(),
                      "t:1:2: error: invalid NUL character\n");
}

static void values(void **state) {
  static const struct { const char *in, *want; int len; } tests[] = {
      {"\"\"", "", 0},
      {"\"a\\tb\"", "a\tb", 3},
      {"\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"",
       "\a\b\f\n\r\t\v\\\"", 9},
      {"\"\\x41\\101\\0000\"", "AA\0" "0", 4},
      {"\"\\xff\\377\"", "\xff\xff", 2},
      {"\"\\u00e4\\U0001F600\"", "\xc3\xa4\xf0\x9f\x98\x80", 6},
      {"`a\\n\r\nb\r`", "a\\n\nb", 5},
      {"``", "", 0},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Buf b = {0};
    literal_string(name_cstr(tests[i].in), &b);
    assert_int_equal(b.len, tests[i].len);
    assert_memory_equal(b.at, tests[i].want, (size_t)tests[i].len + 1);
  }
  static const struct { const char *in; int32_t want; } chars[] = {
      {"'a'", 'a'}, {"'\\n'", '\n'}, {"'\\''", '\''}, {"'\\\\'", '\\'},
      {"'\\xff'", 255}, {"'\\377'", 255}, {"'\xc3\xa4'", 0xe4},
      {"'\\u4e16'", 0x4e16}, {"'\\U0010ffff'", 0x10ffff},
  };
  for (int i = 0; i < COUNT(chars); i++)
    assert_int_equal(literal_char(name_cstr(chars[i].in)), chars[i].want);
}

static void comments_and_pragmas(void **state) {
  File f = {0};
  tokens("// doc\n//go:build linux && !x \npackage p // c\r\n"
         "/* d */ //go:noinline\nx //gl:ccall f\n//go:build late\n", &f);
  assert_int_equal(f.comments.len, 7);
  assert_string_equal(f.build_constraint->s, "linux && !x");
  assert_int_equal(f.pragmas.len, 4);
  assert_string_equal(f.pragmas.at[1].text->s, "go:noinline");
  assert_string_equal(f.pragmas.at[2].text->s, "gl:ccall f");
  Comment *c = &f.comments.at[2];
  const Source *s = source_of(c->pos);
  assert_string_equal(
      arena_strndup(perm, s->text + (c->pos - s->base), c->end - c->pos),
      "// c");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_and_semicolons),
      cmocka_unit_test(numbers),
      cmocka_unit_test(errors),
      cmocka_unit_test(nul_bytes),
      cmocka_unit_test(values),
      cmocka_unit_test(comments_and_pragmas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
