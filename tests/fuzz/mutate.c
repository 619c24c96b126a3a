// SPDX-License-Identifier: MIT
//
// Mutations that keep most of a program a program: they work on tokens, found
// by a scanner that is crude on purpose (it must cut any bytes into pieces),
// so that changed inputs get past the lexer and often past the parser.

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { MAX_TOKENS = 1 << 14 };

typedef struct Piece {
  const uint8_t *at;
  size_t len;
} Piece;

typedef struct Pieces {
  Piece at[MAX_TOKENS];
  int len;
} Pieces;

static const char *const words[] = {
  "break", "case", "chan", "const", "continue", "default", "defer", "else",
  "fallthrough", "for", "func", "go", "goto", "if", "import", "interface",
  "map", "package", "range", "return", "select", "struct", "switch", "type",
  "var", "any", "comparable", "bool", "byte", "complex128", "error",
  "float32", "float64", "int", "int8", "rune", "string", "uint", "uint8",
  "uintptr", "true", "false", "iota", "nil", "append", "cap", "clear",
  "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min",
  "new", "panic", "print", "println", "real", "recover", "_", "x", "T", "0",
  "1", "-1", "0x7fffffffffffffff", "1e400", "1i", "'a'", "\"s\"", "`r`",
  "1<<63", "0.5", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^",
  "+=", "<-", "++", "==", "<", "=", "!", "~", "!=", "<=", ":=", "...", "(",
  "[", "{", ",", ".", ")", "]", "}", ";", ":", "[]", "[...]", "[]int{1, 2}",
  "[2]int", "map[string]int", "chan int", "struct{}", "interface{ M() }",
  "func()", "func(int) int", "[T any]", "[int]", "func() {}()", "\n"
};
enum { NWORDS = sizeof words / sizeof *words };

// xorshift64*; never 0.
static uint64_t state;

static size_t below(size_t n) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return n ? (size_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % n : 0;
}

static bool is_word(uint8_t c) {
  return isalnum(c) || c == '_' || c >= 0x80;
}

// Length of a literal that begins with its quote; to the end of the line if
// it is not closed.
static size_t quoted(const uint8_t *s, size_t n) {
  for (size_t i = 1; i < n; i++) {
    if (s[i] == s[0])
      return i + 1;
    if (s[i] == '\n' && s[0] != '`')
      return i;
    if (s[i] == '\\' && s[0] != '`')
      i++;
  }
  return n;
}

static size_t piece_length(const uint8_t *s, size_t n) {
  size_t i = 1;
  if (*s == '"' || *s == '\'' || *s == '`')
    return quoted(s, n);
  if (is_word(*s))
    while (i < n && is_word(s[i]))
      i++;
  else if (isspace(*s))
    while (i < n && isspace(s[i]))
      i++;
  else if (n > 1 && s[0] == '/' && s[1] == '/')
    while (i < n && s[i] != '\n')
      i++;
  else if (n > 1 && strchr("=<>&|+-:", s[1]) && strchr("=<>&|+-:!*/%^", *s))
    i = 2;
  return i;
}

static void cut(const uint8_t *s, size_t n, Pieces *out) {
  out->len = 0;
  while (n > 0 && out->len < MAX_TOKENS) {
    size_t len = out->len == MAX_TOKENS - 1 ? n : piece_length(s, n);
    out->at[out->len++] = (Piece){s, len};
    s += len;
    n -= len;
  }
}

// ---- changes ---------------------------------------------------------------

// Replaces `drop` pieces at i by `count` pieces.
static void splice(Pieces *p, int i, int drop, const Piece *with, int count) {
  if (p->len - drop + count > MAX_TOKENS)
    return;
  memmove(p->at + i + count, p->at + i + drop,
          sizeof(Piece) * (size_t)(p->len - i - drop));
  if (count)
    memcpy(p->at + i, with, sizeof(Piece) * (size_t)count);
  p->len += count - drop;
}

static int at_random(const Pieces *p) {
  return (int)below((size_t)p->len);
}

// A run of at most `most` pieces, from i on.
static int run_length(const Pieces *p, int i, int most) {
  int n = 1 + (int)below((size_t)most);
  return n < p->len - i ? n : p->len - i;
}

static Piece new_word(void) {
  const char *w = words[below(NWORDS)];
  return (Piece){(const uint8_t *)w, strlen(w)};
}

static void change_once(Pieces *p) {
  static Piece copy[64];
  Piece pair[2] = {{(const uint8_t *)" ", 1}, new_word()};
  if (!p->len) {
    splice(p, 0, 0, pair, 2);
    return;
  }
  int i = at_random(p), j = at_random(p), n = run_length(p, j, 64);
  memcpy(copy, p->at + j, sizeof(Piece) * (size_t)n);
  switch (below(7)) {
  case 0: splice(p, i, run_length(p, i, 3), NULL, 0); break;
  case 1: splice(p, i, run_length(p, i, 60), NULL, 0); break;
  case 2: splice(p, i, 1, &pair[1], 1); break;
  case 3: splice(p, i, 0, pair, 2); break;
  case 4: splice(p, i, 1, copy, 1); break;              // another's token
  case 5: splice(p, i, 0, copy, n); break;              // a piece again
  case 6: splice(p, i, run_length(p, i, 8), copy, n); break;
  }
}

static size_t join(const Pieces *p, uint8_t *out, size_t max) {
  size_t n = 0;
  for (int i = 0; i < p->len && n + p->at[i].len <= max; i++) {
    memcpy(out + n, p->at[i].at, p->at[i].len);
    n += p->at[i].len;
  }
  return n;
}

// ---- entry points ----------------------------------------------------------

static void seed_with(unsigned seed) {
  state = (seed + 1ULL) * 0x9e3779b97f4a7c15ULL;
  below(1);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max,
                               unsigned seed) {
  static Pieces p;
  seed_with(seed);
  uint8_t *copy = malloc(n + 1);
  if (!copy)
    return n;
  memcpy(copy, data, n);
  cut(copy, n, &p);
  for (size_t i = 1 + below(4); i > 0; i--)
    change_once(&p);
  size_t len = join(&p, data, max);
  if (len && below(20) == 0)
    data[below(len)] ^= (uint8_t)(1 << below(8));
  free(copy);
  return len;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t na,
                                 const uint8_t *b, size_t nb, uint8_t *out,
                                 size_t max, unsigned seed) {
  static Pieces p, q;
  seed_with(seed);
  cut(a, na, &p);
  cut(b, nb, &q);
  if (!p.len || !q.len)
    return join(&p, out, max);
  int i = at_random(&p), j = at_random(&q);
  splice(&p, i, run_length(&p, i, 100), q.at + j, run_length(&q, j, 100));
  return join(&p, out, max);
}
