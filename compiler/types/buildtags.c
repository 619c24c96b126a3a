// SPDX-License-Identifier: MIT
//
// Build constraints: //go:build expressions, the older // +build lines, and the
// _GOOS_GOARCH endings of file names. This compiler is linux on amd64 and calls
// itself gl; gc and purego are true too, so that portable files of Go packages
// are chosen over those with assembly.
#include <ctype.h>

#include "types.h"

enum { CURRENT_LANG = 26, DEEPEST = 500 };

static const char *const true_tags[] = {"linux", "unix",   "amd64",
                                        "gl",    "gc",     "purego"};

// In Go's tree these too choose portable code.
static const char *const tree_tags[] = {"math_big_pure_go", "osusergo",
                                        "netgo"};

static const char *const known_os[] = {
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos",
    "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris",
    "wasip1", "windows", "zos"};

static const char *const known_arch[] = {
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be",
    "loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32",
    "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390",
    "s390x", "sparc", "sparc64", "wasm"};

bool build_no_arch;
bool build_tree;

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool listed(const char *const *list, size_t n, const char *s,
                   size_t len) {
  for (size_t i = 0; i < n; i++)
    if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0) return true;
  return false;
}

// A word of the -tags option, which commas or blanks separate.
static bool given(const char *s, size_t n) {
  const char *t = load_options.tags ? load_options.tags : "";
  while (*t) {
    size_t len = strcspn(t, ", ");
    if (len == n && memcmp(t, s, n) == 0) return true;
    t += len + (t[len] != 0);
  }
  return false;
}

static bool is_arch(const char *s, size_t n) {
  return n == 5 && memcmp(s, "amd64", 5) == 0;
}

static bool tag_holds(const char *s, size_t n) {
  if (build_no_arch && is_arch(s, n)) return false;
  if (build_tree)
    return listed(true_tags, COUNT(true_tags), s, n) ||
           listed(tree_tags, COUNT(tree_tags), s, n);
  return listed(true_tags, COUNT(true_tags), s, n) || given(s, n);
}

// ---- expressions -----------------------------------------------------------

// || of && of !x, (x) and tags. Besides its value each part has the lowest
// language version it implies, which a negation around it turns around.
typedef struct Parser {
  const char *at;
  bool bad;
  int depth;
} Parser;

typedef struct Value {
  bool holds;
  int lang;      // implied if it holds; -1: none
  int not_lang;  // implied if it does not
} Value;

static int max(int a, int b) { return a > b ? a : b; }
static int min(int a, int b) { return a < b ? a : b; }

static void skip_space(Parser *p) {
  while (*p->at == ' ' || *p->at == '\t') p->at++;
}

static bool accept(Parser *p, const char *op) {
  skip_space(p);
  size_t n = strlen(op);
  if (strncmp(p->at, op, n) != 0) return false;
  p->at += n;
  return true;
}

// N of a tag go1.N, else -1.
static int tag_lang(const char *s, size_t n) {
  if (n < 5 || memcmp(s, "go1.", 4) != 0 || n > 7) return -1;
  int v = 0;
  for (size_t i = 4; i < n; i++) {
    if (!isdigit((unsigned char)s[i])) return -1;
    v = v * 10 + (s[i] - '0');
  }
  return v;
}

static bool is_tag_char(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.' ||
         (unsigned char)c >= 0x80;
}

static Value tag(Parser *p) {
  skip_space(p);
  const char *s = p->at;
  while (is_tag_char(*p->at)) p->at++;
  size_t n = (size_t)(p->at - s);
  if (!n) p->bad = true;
  int lang = tag_lang(s, n);
  bool holds = lang >= 0 ? lang <= CURRENT_LANG
                         : tag_holds(s, n);
  return (Value){holds, lang, -1};
}

static Value or_expr(Parser *p);

static Value unary(Parser *p) {
  if (++p->depth > DEEPEST) p->bad = true;
  Value v = {0};
  if (p->bad) return v;
  if (accept(p, "!")) {
    Value x = unary(p);
    v = (Value){!x.holds, x.not_lang, x.lang};
  } else if (accept(p, "(")) {
    v = or_expr(p);
    if (!accept(p, ")")) p->bad = true;
  } else {
    v = tag(p);
  }
  p->depth--;
  return v;
}

static Value and_expr(Parser *p) {
  Value v = unary(p);
  while (!p->bad && accept(p, "&&")) {
    Value x = unary(p);
    v = (Value){v.holds && x.holds, max(v.lang, x.lang),
                min(v.not_lang, x.not_lang)};
  }
  return v;
}

static Value or_expr(Parser *p) {
  Value v = and_expr(p);
  while (!p->bad && accept(p, "||")) {
    Value x = and_expr(p);
    v = (Value){v.holds || x.holds, min(v.lang, x.lang),
                max(v.not_lang, x.not_lang)};
  }
  return v;
}

static bool evaluate(const Name *constraint, Value *out) {
  Parser p = {.at = constraint->s};
  *out = or_expr(&p);
  skip_space(&p);
  return !p.bad && !*p.at;
}

int build_lang(const Name *constraint) {
  Value v;
  if (!constraint || !evaluate(constraint, &v)) return 0;
  return v.lang > 0 ? v.lang : 0;
}

// ---- +build lines ----------------------------------------------------------

// A tag, or !tag; what is neither is false, as in Go.
static bool plus_term(const char *s, size_t n) {
  bool negated = n > 1 && s[0] == '!' && s[1] != '!';
  Parser p = {.at = s + negated};
  Value v = tag(&p);
  bool valid = !p.bad && p.at == s + n;
  return (valid && v.holds) != negated;
}

// Behind "// +build" stand alternatives with blanks between, which are terms
// with commas between that must all hold.
static bool plus_build(const char *s, const char *end) {
  bool line = false;
  while (s < end) {
    bool all = true;
    size_t n = strcspn(s, " \t\r\n");
    for (const char *at = s, *stop = s + n; n && at <= stop; at++) {
      size_t len = strcspn(at, ", \t\r\n");
      all &= plus_term(at, len);
      at += len;
    }
    line |= n && all;
    s += n + 1;
  }
  return line;
}

// The end of the blank lines and // comments at the text's start that have a
// blank line behind them.
static const char *header_end(const char *text) {
  const char *end = text;
  for (const char *s = text; *s;) {
    const char *next = s + strcspn(s, "\n");
    if (*next) next++;
    const char *word = s + strspn(s, " \t\r");
    if (word >= next || *word == '\n')
      end = next;
    else if (strncmp(word, "//", 2) != 0)
      break;
    s = next;
  }
  return end;
}

bool build_plus_matches(const char *text) {
  const char *end = header_end(text);
  for (const char *s = text; s < end; s += strcspn(s, "\n") + 1) {
    const char *word = s + strspn(s, " \t"), *stop = s + strcspn(s, "\r\n");
    if (strncmp(word, "//", 2) != 0) continue;
    word += 2;
    word += strspn(word, " \t");
    if (strncmp(word, "+build", 6) != 0 || is_tag_char(word[6])) continue;
    if (!plus_build(word + 6, stop)) return false;
  }
  return true;
}

// ---- file names ------------------------------------------------------------

static bool name_matches(const char *filename) {
  const char *slash = strrchr(filename, '/');
  const char *s = slash ? slash + 1 : filename;
  const char *dot = strchr(s, '.');
  size_t n = dot ? (size_t)(dot - s) : strlen(s);
  if (n > 5 && memcmp(s + n - 5, "_test", 5) == 0) n -= 5;
  // What stands before the first _ is never a constraint.
  const char *first = memchr(s, '_', n);
  if (!first) return true;
  const char *end = s + n, *last = end;
  while (last > first + 1 && last[-1] != '_') last--;
  size_t len = (size_t)(end - last);
  if (listed(known_arch, COUNT(known_arch), last, len)) {
    if (!is_arch(last, len) || build_no_arch) return false;
    if (last - 1 <= first) return true;
    end = last - 1;
    last = end;
    while (last > first + 1 && last[-1] != '_') last--;
    len = (size_t)(end - last);
    if (!listed(known_os, COUNT(known_os), last, len)) return true;
  } else if (!listed(known_os, COUNT(known_os), last, len)) {
    return true;
  }
  return len == 5 && memcmp(last, "linux", 5) == 0;
}

bool build_matches(const char *filename, const Name *constraint) {
  if (filename && !name_matches(filename)) return false;
  Value v;
  return !constraint || (evaluate(constraint, &v) && v.holds);
}
