// SPDX-License-Identifier: MIT
//
// The parts of the lexer that need more than an automaton: identifiers beyond
// ASCII, malformed numbers, escapes, and the errors about them. Positions and
// texts of errors are those of Go's compiler.
#include <utf8proc.h>

#include "lexer.h"

void lex_error(Lexer *l, const char *at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  error_at_v(lex_pos(l, at), fmt, ap);
  va_end(ap);
}

// ---- characters ------------------------------------------------------------

enum { BOM = 0xfeff, RUNE_ERROR = 0xfffd, MAX_RUNE = 0x10ffff };

// Decodes the character at s. *valid is false if it is not UTF-8; then one
// byte is used.
static int decode(const Lexer *l, const char *s, int32_t *r, bool *valid) {
  utf8proc_int32_t c;
  utf8proc_ssize_t n =
      utf8proc_iterate((const utf8proc_uint8_t *)s, l->limit - s, &c);
  *valid = n > 0;
  *r = n > 0 ? c : RUNE_ERROR;
  return n > 0 ? (int)n : 1;
}

// Like decode, for any byte, with complaints.
static int next_char(Lexer *l, const char *s, int32_t *r) {
  if (*s > 0) {
    *r = *s;
    return 1;
  }
  if (!*s) {
    lex_error(l, s, "invalid NUL character");
    *r = 0;
    return 1;
  }
  bool valid;
  int n = decode(l, s, r, &valid);
  if (!valid)
    lex_error(l, s, "invalid UTF-8 encoding");
  else if (*r == BOM)
    lex_error(l, s, "invalid BOM in the middle of the file");
  return n;
}

void lex_check_text(Lexer *l, const char *s, const char *e) {
  int32_t r;
  while (s < e) s += *s > 0 ? 1 : next_char(l, s, &r);
}

static bool is_letter(int32_t r) {
  switch (utf8proc_category(r)) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return true;
    default:
      return false;
  }
}

static bool is_printable(int32_t r) {
  switch (utf8proc_category(r)) {
    case UTF8PROC_CATEGORY_CN: case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO: case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_ZS:
      return r == ' ';
    default:
      return true;
  }
}

// "U+0040 '@'", as %#U does in Go.
static const char *unicode_name(int32_t r) {
  char utf8[5] = {0};
  utf8proc_encode_char(r, (utf8proc_uint8_t *)utf8);
  return arena_printf(perm, is_printable(r) ? "U+%04X '%s'" : "U+%04X",
                      (unsigned)r, utf8);
}

// "'x'" with escapes, as %q does in Go.
static const char *quote_char(int32_t r) {
  static const char escapes[] = "\aa\bb\ff\nn\rr\tt\vv\\\\''";
  for (const char *e = escapes; *e; e += 2)
    if (r == e[0]) return arena_printf(perm, "'\\%c'", e[1]);
  if (!is_printable(r))
    return arena_printf(perm, r < 0x80      ? "'\\x%02x'"
                              : r < 0x10000 ? "'\\u%04x'"
                                            : "'\\U%08x'",
                        (unsigned)r);
  char utf8[5] = {0};
  utf8proc_encode_char(r, (utf8proc_uint8_t *)utf8);
  return arena_printf(perm, "'%s'", utf8);
}

void lex_invalid_char(Lexer *l, const char *s) {
  int32_t r;
  next_char(l, s, &r);
  if (r) lex_error(l, s, "invalid character %s", unicode_name(r));
}

// ---- identifiers -----------------------------------------------------------

bool lex_identifier(Lexer *l, const char *s) {
  for (const char *p = s; p < l->cursor;) {
    const char *at = p;
    int32_t r;
    p += next_char(l, p, &r);
    bool skip = r == BOM || (r == RUNE_ERROR && p == at + 1);
    if (skip && at == s) {
      l->cursor = p;
      return false;
    }
    if (skip || r < 0x80 || r == RUNE_ERROR || is_letter(r)) continue;
    if (utf8proc_category(r) != UTF8PROC_CATEGORY_ND)
      lex_error(l, at, "invalid character %s in identifier", unicode_name(r));
    else if (at == s)
      lex_error(l, at, "identifier cannot begin with digit %s",
                unicode_name(r));
  }
  return true;
}

bool is_identifier(const Name *name) {
  bool valid = true;
  for (size_t i = 0; i < name->len && valid;) {
    utf8proc_int32_t r;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)name->s + i,
                         (utf8proc_ssize_t)(name->len - i), &r);
    valid = n > 0 && (r == '_' || is_letter(r) ||
                      (i && utf8proc_category(r) == UTF8PROC_CATEGORY_ND));
    i += n > 0 ? (size_t)n : 1;
  }
  return valid && name->len;
}

// ---- numbers ---------------------------------------------------------------

static char lower(char c) {
  return c | 0x20;
}

static bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
  return is_decimal(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

static const char *base_name(int base) {
  switch (base) {
    case 2: return "binary";
    case 8: return "octal";
    case 10: return "decimal";
    default: return "hexadecimal";
  }
}

// What is known of a number while it is read from left to right.
typedef struct Number {
  Lexer *l;
  const char *at, *end;
  int base;
  char prefix;          // 'x', 'o', 'b'; '0' for 017; 0 for decimal
  bool digits, seps;    // since the last part began; seps: ever
  const char *invalid;  // first digit too large for the base
  bool ok;
} Number;

static void number_error(Number *n, const char *at, const char *fmt,
                         const char *arg) {
  if (n->ok) lex_error(n->l, at, fmt, arg);
  n->ok = false;
}

static void scan_digits(Number *n, int base) {
  for (; n->at < n->end; n->at++) {
    char c = *n->at;
    if (c == '_') {
      n->seps = true;
    } else if (base <= 10 ? is_decimal(c) : is_hex(c)) {
      n->digits = true;
      if (base < 10 && c >= '0' + base && !n->invalid) n->invalid = n->at;
    } else {
      return;
    }
  }
}

static void scan_prefix(Number *n) {
  n->base = 10;
  if (*n->at != '0') return;
  n->at++;
  char c = n->at < n->end ? lower(*n->at) : 0;
  if (c == 'x' || c == 'o' || c == 'b') {
    n->at++;
    n->prefix = c;
    n->base = c == 'x' ? 16 : c == 'o' ? 8 : 2;
  } else {
    n->prefix = '0';
    n->base = 8;
    n->digits = true;
  }
}

// [ "." digits ]. Returns whether there is a point.
static bool scan_fraction(Number *n) {
  if (n->at == n->end || *n->at != '.') return false;
  if (n->prefix == 'o' || n->prefix == 'b')
    number_error(n, n->at, "invalid radix point in %s literal",
                 base_name(n->base));
  n->at++;
  scan_digits(n, n->base);
  return true;
}

// [ exponent ]. Returns whether there is one.
static bool scan_exponent(Number *n) {
  char e = n->at < n->end ? lower(*n->at) : 0;
  if (e != 'e' && e != 'p') return false;
  if (e == 'e' && n->prefix && n->prefix != '0')
    number_error(n, n->at, "%s exponent requires decimal mantissa",
                 quote_char(*n->at));
  else if (e == 'p' && n->prefix != 'x')
    number_error(n, n->at, "%s exponent requires hexadecimal mantissa",
                 quote_char(*n->at));
  n->at++;
  if (n->at < n->end && (*n->at == '+' || *n->at == '-')) n->at++;
  n->digits = false;
  scan_digits(n, 10);
  if (!n->digits) number_error(n, n->at, "%s", "exponent has no digits");
  return true;
}

// The first '_' that does not stand between digits, or NULL. A base prefix
// counts as a digit.
static const char *invalid_separator(const char *s, const char *e) {
  char x = s + 1 < e && *s == '0' ? lower(s[1]) : 0;
  char prev = '.';  // '_', '0' for any digit, '.' for anything else
  const char *p = s;
  if (x == 'x' || x == 'o' || x == 'b') {
    prev = '0';
    p += 2;
  }
  for (; p < e; p++) {
    bool digit = is_decimal(*p) || (x == 'x' && is_hex(*p));
    char c = *p == '_' ? '_' : digit ? '0' : '.';
    if (c == '_' && prev != '0') return p;
    if (c == '.' && prev == '_') return p - 1;
    prev = c;
  }
  return prev == '_' ? e - 1 : NULL;
}

Token lex_number(Lexer *l, const char *s) {
  Number n = {.l = l, .at = s, .end = l->cursor, .ok = true};
  scan_prefix(&n);
  scan_digits(&n, n.base);
  Token kind = T_INT;
  if (scan_fraction(&n)) kind = T_FLOAT;
  if (!n.digits)
    number_error(&n, n.at, "%s literal has no digits", base_name(n.base));
  if (scan_exponent(&n))
    kind = T_FLOAT;
  else if (n.prefix == 'x' && kind == T_FLOAT)
    number_error(&n, n.at, "%s",
                 "hexadecimal mantissa requires a 'p' exponent");
  if (n.at < n.end && *n.at == 'i') {
    kind = T_IMAG;
    n.at++;
  }
  // What the automaton took too much is the next token's: 0b1.5 or 0o1e3 are
  // whole, but nothing else stops early.
  l->cursor = n.at;
  if (kind == T_INT && n.invalid)
    number_error(&n, n.invalid, "invalid digit %s",
                 arena_printf(perm, "%s in %s literal", quote_char(*n.invalid),
                              base_name(n.base)));
  const char *sep = n.seps ? invalid_separator(s, n.at) : NULL;
  if (sep)
    number_error(&n, sep, "%s", "'_' must separate successive digits");
  return n.ok ? kind : T_BAD;
}

// ---- runes and strings -----------------------------------------------------

static int hex_value(char c) {
  if (is_decimal(c)) return c - '0';
  if (is_hex(c)) return lower(c) - 'a' + 10;
  return 99;
}

// The rest of a numeric escape of n digits; the cursor is at the first one.
static bool lex_escape_digits(Lexer *l, int n, int base, uint32_t max) {
  uint32_t x = 0;
  for (; n > 0; n--) {
    if (l->cursor == l->limit) return true;  // the caller complains
    int d = hex_value(*l->cursor);
    if (d >= base) {
      int32_t r;
      bool valid = true;
      if (*l->cursor >= 0)
        r = *l->cursor;
      else
        decode(l, l->cursor, &r, &valid);
      lex_error(l, l->cursor, "invalid character %s in %s escape",
                quote_char(r), base_name(base));
      return false;
    }
    x = x * (uint32_t)base + (uint32_t)d;
    l->cursor++;
  }
  if (x > max && base == 8) {
    lex_error(l, l->cursor, "octal escape value %u > 255", x);
    return false;
  }
  if (x > max || (max == MAX_RUNE && x >= 0xd800 && x < 0xe000)) {
    lex_error(l, l->cursor, "escape is invalid Unicode code point %s",
              x <= MAX_RUNE ? unicode_name((int32_t)x)
                            : arena_printf(perm, "U+%04X", x));
    return false;
  }
  return true;
}

// An escape; the cursor is behind its backslash.
static bool lex_escape(Lexer *l, char quote) {
  if (l->cursor == l->limit) return true;  // the caller complains
  char c = *l->cursor;
  if (c == quote || (c && strchr("abfnrtv\\", c))) {
    l->cursor++;
    return true;
  }
  if (c >= '0' && c <= '7') return lex_escape_digits(l, 3, 8, 255);
  if (c == 'x' || c == 'u' || c == 'U') {
    l->cursor++;
    return c == 'x'   ? lex_escape_digits(l, 2, 16, 255)
           : c == 'u' ? lex_escape_digits(l, 4, 16, MAX_RUNE)
                      : lex_escape_digits(l, 8, 16, MAX_RUNE);
  }
  lex_error(l, l->cursor, "unknown escape");
  return false;
}

Token lex_char(Lexer *l, const char *s) {
  bool ok = true;
  int32_t r;
  for (int n = 0;; n++) {
    const char *problem = NULL, *at = l->cursor;
    bool at_end = at == l->limit;
    if (at_end) {
      problem = "rune literal not terminated";
      at = s;
    } else if (*at == '\'') {
      l->cursor++;
      if (n == 0) {
        problem = "empty rune literal or unescaped '";
      } else if (n != 1) {
        problem = "more than one character in rune literal";
        at = s;
      }
      at_end = true;
    } else if (*at == '\n') {
      problem = "newline in rune literal";
      at_end = true;
    }
    if (at_end) {
      if (problem && ok) lex_error(l, at, "%s", problem);
      return problem || !ok ? T_BAD : T_CHAR;
    }
    if (*at == '\\') {
      l->cursor++;
      ok &= lex_escape(l, '\'');
    } else {
      l->cursor += next_char(l, at, &r);
      // What is no character does not count.
      n -= r == 0 || r == BOM ||
           (r == RUNE_ERROR && l->cursor == at + 1);
    }
  }
}

Token lex_string(Lexer *l, const char *s) {
  bool ok = true;
  int32_t r;
  for (;;) {
    if (l->cursor == l->limit) {
      lex_error(l, s, "string not terminated");
      return T_BAD;
    }
    switch (*l->cursor) {
      case '"':
        l->cursor++;
        return ok ? T_STRING : T_BAD;
      case '\n':
        lex_error(l, l->cursor, "newline in string");
        return T_BAD;
      case '\\':
        l->cursor++;
        ok &= lex_escape(l, '"');
        break;
      default:
        l->cursor += next_char(l, l->cursor, &r);
    }
  }
}

Token lex_raw_string(Lexer *l, const char *s) {
  const char *e = memchr(l->cursor, '`', (size_t)(l->limit - l->cursor));
  l->cursor = e ? e + 1 : l->limit;
  lex_check_text(l, s, l->cursor);
  if (!e) lex_error(l, s, "string not terminated");
  return e ? T_STRING : T_BAD;
}

// ---- values ----------------------------------------------------------------

// Decodes the escape at s, behind its backslash, and returns its end. A value
// that stands for a single byte, not a character, sets *is_byte.
static const char *escape_value(const char *s, int32_t *value, bool *is_byte) {
  static const char simple[] = "a\ab\bf\fn\nr\rt\tv\v";
  int n = 0, base = 16;
  *is_byte = false;
  switch (*s) {
    case 'x': n = 2; *is_byte = true; break;
    case 'u': n = 4; break;
    case 'U': n = 8; break;
    case '0': case '1': case '2': case '3':
    case '4': case '5': case '6': case '7':
      n = 3;
      base = 8;
      *is_byte = true;
      s--;
      break;
    default:
      *value = *s;  // a quote or a backslash
      for (const char *e = simple; *e; e += 2)
        if (*s == e[0]) *value = e[1];
      return s + 1;
  }
  s++;
  uint32_t x = 0;
  for (; n > 0 && hex_value(*s) < base; n--, s++)
    x = x * (uint32_t)base + (uint32_t)hex_value(*s);
  *value = (int32_t)x;
  return s;
}

static void add_rune(Buf *out, int32_t r) {
  char utf8[4];
  utf8proc_ssize_t n = utf8proc_encode_char(r, (utf8proc_uint8_t *)utf8);
  buf_add(out, utf8, (size_t)n);
}

static void raw_string_value(const char *s, const char *e, Buf *out) {
  while (s < e) {
    const char *cr = memchr(s, '\r', (size_t)(e - s));
    const char *stop = cr ? cr : e;
    buf_add(out, s, (size_t)(stop - s));
    s = cr ? cr + 1 : e;
  }
}

void literal_string(const Name *text, Buf *out) {
  const char *s = text->s, *e = s + text->len;
  if (text->len < 2) return;
  char quote = *s++;
  if (e[-1] == quote) e--;
  buf_add(out, "", 0);  // also the empty string has a buffer
  if (quote == '`') {
    raw_string_value(s, e, out);
    return;
  }
  while (s < e) {
    const char *slash = memchr(s, '\\', (size_t)(e - s));
    const char *stop = slash ? slash : e;
    buf_add(out, s, (size_t)(stop - s));
    if (!slash) return;
    int32_t value;
    bool is_byte;
    s = escape_value(slash + 1, &value, &is_byte);
    if (is_byte)
      buf_addc(out, (char)value);
    else
      add_rune(out, value);
  }
}

int32_t literal_char(const Name *text) {
  if (text->len < 2) return 0;
  if (text->s[1] == '\\') {
    int32_t value;
    bool is_byte;
    escape_value(text->s + 2, &value, &is_byte);
    return value;
  }
  utf8proc_int32_t r;
  if (utf8proc_iterate((const utf8proc_uint8_t *)text->s + 1, text->len - 1,
                       &r) < 1)
    return RUNE_ERROR;
  return r;
}
