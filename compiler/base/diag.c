// SPDX-License-Identifier: MIT
//
// Diagnostics. They are recorded while the compiler works and printed in the
// order of the source by diag_flush:
//
//   main.gl:3:9: error: undefined: x
//       return x
//              ^
//   main.gl:1:1: note: ...
//
// What is shown of the source is safe for a terminal: control characters,
// invisible format characters and bytes that are not UTF-8 are written as
// escapes, and a long line is cut to a window around the caret.
#include <utf8proc.h>

#include "base.h"

enum {
  WINDOW = 200,  // longest piece of a source line that is shown, in bytes
  INDENT = 4
};

typedef struct Note {
  Pos pos;
  const char *message;
} Note;

typedef struct Diag {
  Severity severity;
  Pos pos;
  int index;  // order of recording, to keep the sort stable
  const char *message;
  VEC(Note) notes;
} Diag;

DiagOptions diag_options = {.limit = 10};

static VEC(Diag *) diags;
static Diag *latest;  // takes notes; NULL if the latest one was dropped
static int error_count;
static StrMap seen;   // "pos:message", and "file:line" of syntax errors

// ---- recording -------------------------------------------------------------

static bool seen_before(const char *key) {
  size_t n = strlen(key);
  if (strmap_get(&seen, key, n)) return true;
  strmap_put(&seen, key, n, &seen);
  return false;
}

// Said at this place before, or about the same line just before.
static bool is_duplicate(Pos pos, const char *message) {
  static Loc last;
  static const char *said;
  Loc l = source_loc(pos);
  bool again = said && last.source == l.source &&
               last.real_line == l.real_line && strcmp(said, message) == 0;
  last = l;
  said = message;
  return seen_before(arena_printf(perm, "%u:%s", pos, message)) || again;
}

static void record(Severity severity, Pos pos, const char *message) {
  latest = NULL;
  if (is_duplicate(pos, message)) return;
  Diag *d = NEW(Diag);
  d->severity = severity;
  d->pos = pos;
  d->index = diags.len;
  d->message = message;
  vec_push(&diags, d);
  latest = d;
  if (severity == DIAG_ERROR) error_count++;
}

void error_at_v(Pos pos, const char *fmt, va_list ap) {
  record(DIAG_ERROR, pos, arena_vprintf(perm, fmt, ap));
}

void error_at(Pos pos, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  error_at_v(pos, fmt, ap);
  va_end(ap);
}

void syntax_error_at(Pos pos, const char *fmt, ...) {
  Loc l = source_loc(pos);
  latest = NULL;
  if (seen_before(arena_printf(perm, "%p:%d", (const void *)l.source,
                               l.real_line)))
    return;
  va_list ap;
  va_start(ap, fmt);
  const char *message = arena_vprintf(perm, fmt, ap);
  va_end(ap);
  record(DIAG_ERROR, pos, arena_printf(perm, "syntax error: %s", message));
}

void warning_at(Pos pos, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  record(DIAG_WARNING, pos, arena_vprintf(perm, fmt, ap));
  va_end(ap);
}

void note_at(Pos pos, const char *fmt, ...) {
  if (!latest) return;
  va_list ap;
  va_start(ap, fmt);
  Note n = {pos, arena_vprintf(perm, fmt, ap)};
  va_end(ap);
  vec_push(&latest->notes, n);
}

int diag_error_count(void) {
  return error_count;
}

// ---- safe text -------------------------------------------------------------

// Decodes one character of s[0..n). Returns its length and its width in
// columns, or width -1 if it must be escaped.
static int decode(const char *s, size_t n, int32_t *r, int *width) {
  utf8proc_int32_t c;
  utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s,
                                          (utf8proc_ssize_t)n, &c);
  if (len < 1) {
    *r = (unsigned char)*s;
    *width = -1;
    return 1;
  }
  *r = c;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC: case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS: case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN: case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      *width = -1;
      break;
    default:
      *width = utf8proc_charwidth(c);
  }
  return (int)len;
}

// Appends s with unsafe characters escaped, except those in keep. Returns the
// number of columns; a tab that is kept counts as none.
static int add_safe(Buf *b, const char *s, size_t n, const char *keep) {
  int columns = 0;
  while (n > 0) {
    int32_t r;
    int width, len = decode(s, n, &r, &width);
    if (width >= 0 || (r && r < 0x80 && strchr(keep, r))) {
      buf_add(b, s, (size_t)len);
      columns += width > 0 ? width : 0;
    } else {
      size_t before = b->len;
      buf_printf(b, len == 1 ? "\\x%02x" : r < 0x10000 ? "\\u%04x" : "\\U%08x",
                 (unsigned)r);
      columns += (int)(b->len - before);
    }
    s += len;
    n -= (size_t)len;
  }
  return columns;
}

// ---- source line and caret -------------------------------------------------

static bool is_continuation(char c) {
  return ((unsigned char)c & 0xc0) == 0x80;
}

// Appends blanks as wide as s, with its tabs, so that what follows stands
// below what follows s however wide a tab is.
static void add_blank(Buf *b, const char *s, size_t n) {
  Buf scratch = {0};
  while (n > 0) {
    const char *tab = memchr(s, '\t', n);
    size_t piece = tab ? (size_t)(tab - s) : n;
    scratch.len = 0;
    int columns = add_safe(&scratch, s, piece, "");
    while (columns-- > 0) buf_addc(b, ' ');
    if (!tab) return;
    buf_addc(b, '\t');
    s += piece + 1;
    n -= piece + 1;
  }
}

static void add_excerpt(Buf *b, Pos pos) {
  Loc l = source_loc(pos);
  if (!l.source) return;
  const Source *s = l.source;
  size_t start = s->lines.at[l.real_line - 1];
  size_t end = l.real_line < s->lines.len ? s->lines.at[l.real_line] - 1
                                          : s->len;
  if (end > start && s->text[end - 1] == '\r') end--;
  size_t caret = pos - s->base;
  if (caret > end) caret = end;
  size_t from = start, to = end;
  if (end - start > WINDOW) {
    if (caret - start > WINDOW / 2) from = caret - WINDOW / 2;
    if (end - from > WINDOW) to = from + WINDOW;
    while (from < caret && is_continuation(s->text[from])) from++;
    while (to > caret && is_continuation(s->text[to])) to--;
  }
  const char *lead = from > start ? "..." : "";
  buf_printf(b, "%*s%s", INDENT, "", lead);
  add_safe(b, s->text + from, to - from, "\t");
  buf_printf(b, "%s\n%*s%*s", to < end ? "..." : "", INDENT, "",
             (int)strlen(lead), "");
  add_blank(b, s->text + from, caret - from);
  buf_adds(b, diag_options.color ? "\33[1;32m^\33[0m\n" : "^\n");
}

// ---- text output -----------------------------------------------------------

static void add_location(Buf *b, Pos pos) {
  Loc l = source_loc(pos);
  if (!l.source) return;
  add_safe(b, l.path, strlen(l.path), "");
  buf_printf(b, ":%d:", l.line);
  if (l.col) buf_printf(b, "%d:", l.col);
  buf_addc(b, ' ');
}

static void add_text(Buf *b, Pos pos, const char *word, const char *color,
                     const char *message) {
  bool c = diag_options.color;
  if (c) buf_adds(b, "\33[1m");
  add_location(b, pos);
  if (c) buf_adds(b, color);
  buf_adds(b, word);
  buf_adds(b, c ? ":\33[0m\33[1m " : ": ");
  add_safe(b, message, strlen(message), "\n\t");
  buf_adds(b, c ? "\33[0m\n" : "\n");
  add_excerpt(b, pos);
}

static void print_text(Buf *b, const Diag *d) {
  if (d->severity == DIAG_ERROR)
    add_text(b, d->pos, "error", "\33[31m", d->message);
  else
    add_text(b, d->pos, "warning", "\33[35m", d->message);
  vec_each(Note, n, &d->notes)
    add_text(b, n->pos, "note", "\33[36m", n->message);
}

// ---- JSON output -----------------------------------------------------------

static void add_json_string(Buf *b, const char *s) {
  size_t n = strlen(s);
  buf_addc(b, '"');
  while (n > 0) {
    int32_t r;
    int width, len = decode(s, n, &r, &width);
    if (len == 1 && (unsigned char)*s >= 0x80)
      buf_adds(b, "\\ufffd");
    else if (r == '"' || r == '\\')
      buf_printf(b, "\\%c", (char)r);
    else if (r == '\n' || r == '\t')
      buf_adds(b, r == '\n' ? "\\n" : "\\t");
    else if (r < 0x20 || r == 0x7f)
      buf_printf(b, "\\u%04x", (unsigned)r);
    else
      buf_add(b, s, (size_t)len);
    s += len;
    n -= (size_t)len;
  }
  buf_addc(b, '"');
}

static void add_json_location(Buf *b, Pos pos) {
  Loc l = source_loc(pos);
  buf_adds(b, "{\"file\":");
  add_json_string(b, l.path ? l.path : "");
  buf_printf(b, ",\"line\":%d,\"column\":%d", l.line, l.col);
}

static void print_json(Buf *b, const Diag *d) {
  add_json_location(b, d->pos);
  buf_printf(b, ",\"severity\":\"%s\",\"message\":",
             d->severity == DIAG_ERROR ? "error" : "warning");
  add_json_string(b, d->message);
  buf_adds(b, ",\"notes\":[");
  vec_each(Note, n, &d->notes) {
    if (n != d->notes.at) buf_addc(b, ',');
    add_json_location(b, n->pos);
    buf_adds(b, ",\"message\":");
    add_json_string(b, n->message);
    buf_addc(b, '}');
  }
  buf_adds(b, "]}\n");
}

// ---- flushing --------------------------------------------------------------

static int compare_diags(const void *x, const void *y) {
  const Diag *a = *(Diag *const *)x, *b = *(Diag *const *)y;
  if (a->pos != b->pos) return a->pos < b->pos ? -1 : 1;
  return a->index - b->index;
}

int diag_flush(void) {
  Buf b = {0};
  int printed = 0;
  if (diags.len) qsort(diags.at, (size_t)diags.len, sizeof *diags.at,
                       compare_diags);
  vec_each(Diag *, p, &diags) {
    Diag *d = *p;
    if (d->severity == DIAG_ERROR && diag_options.limit &&
        printed++ == diag_options.limit) {
      if (!diag_options.json) buf_adds(&b, "too many errors\n");
      break;
    }
    (diag_options.json ? print_json : print_text)(&b, d);
  }
  if (b.len) {
    fflush(stdout);
    fwrite(b.at, 1, b.len, stderr);
    fflush(stderr);
  }
  diags.len = 0;
  latest = NULL;
  return error_count;
}
