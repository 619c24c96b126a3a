// SPDX-License-Identifier: MIT
//
// Source files and positions. All files are laid end to end, in the order in
// which they were read, with one byte between them so that the position of
// each end of file is its own. A position is found by binary search: first the
// file, then the line, then the //line directive in force.
#include <errno.h>

#include "base.h"

enum { MAX_SOURCE = 1 << 30 };

static VEC(Source *) sources;  // by ascending base
static Pos next_base = 1;

static void add_lines(Source *s) {
  const char *p = s->text, *end = p + s->len;
  vec_push(&s->lines, 0);
  while ((p = memchr(p, '\n', (size_t)(end - p)))) {
    p++;
    vec_push(&s->lines, (uint32_t)(p - s->text));
  }
}

// Takes over text, which ends in a NUL.
static Source *source_add(const char *path, const char *text, size_t len) {
  if (len >= UINT32_MAX - next_base)
    fatal("more than 4 GiB of source text");
  Source *s = NEW(Source);
  s->path = arena_strndup(perm, path, strlen(path));
  s->text = text;
  s->len = (uint32_t)len;
  s->base = next_base;
  next_base += (Pos)len + 1;
  add_lines(s);
  vec_push(&sources, s);
  return s;
}

Source *source_from_text(const char *path, const char *text, size_t len) {
  return source_add(path, arena_strndup(perm, text, len), len);
}

// Reads f to its end; NULL and errno if that fails. Works for pipes too, so
// the size is not asked beforehand.
static char *read_all(FILE *f, size_t *len) {
  size_t cap = 64 << 10, n = 0;
  char *text = malloc(cap);
  while (text) {
    n += fread(text + n, 1, cap - 1 - n, f);
    if (n < cap - 1) break;
    if (cap > MAX_SOURCE) {
      free(text);
      errno = EFBIG;
      return NULL;
    }
    char *bigger = realloc(text, cap *= 2);
    if (!bigger) free(text);
    text = bigger;
  }
  if (!text) {
    errno = ENOMEM;
    return NULL;
  }
  if (ferror(f)) {
    int e = errno;  // EISDIR, EIO
    free(text);
    errno = e;
    return NULL;
  }
  text[n] = 0;
  *len = n;
  return text;
}

Source *source_read(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  size_t len;
  errno = 0;
  char *text = read_all(f, &len);
  int e = errno;
  fclose(f);
  if (text && len > MAX_SOURCE) {
    free(text);
    text = NULL;
    e = EFBIG;
  }
  if (!text) {
    errno = e;
    return NULL;
  }
  Source *s = source_from_text(path, text, len);
  free(text);
  return s;
}

const Source *source_of(Pos pos) {
  if (!pos || !sources.len) return NULL;
  int lo = 0, hi = sources.len;  // sources.at[lo].base <= pos < [hi].base
  while (hi - lo > 1) {
    int mid = lo + (hi - lo) / 2;
    if (sources.at[mid]->base <= pos)
      lo = mid;
    else
      hi = mid;
  }
  Source *s = sources.at[lo];
  return pos - s->base <= s->len ? s : NULL;
}

// The index of the line that holds offset.
static int line_index(const Source *s, uint32_t offset) {
  int lo = 0, hi = s->lines.len;
  while (hi - lo > 1) {
    int mid = lo + (hi - lo) / 2;
    if (s->lines.at[mid] <= offset)
      lo = mid;
    else
      hi = mid;
  }
  return lo;
}

static const LineDirective *directive_at(const Source *s,
                                                uint32_t offset) {
  int lo = -1, hi = s->directives.len;
  while (hi - lo > 1) {
    int mid = lo + (hi - lo) / 2;
    if (s->directives.at[mid].offset <= offset)
      lo = mid;
    else
      hi = mid;
  }
  return lo < 0 ? NULL : &s->directives.at[lo];
}

// A column is known under a directive only if it gave one, and is relative to
// it only on its own line, as in Go.
static void apply_directive(Loc *l, const LineDirective *d) {
  int line = line_index(l->source, d->offset);
  l->path = d->path;
  l->line = d->line + (l->real_line - 1 - line);
  if (!d->col)
    l->col = 0;
  else if (l->real_line - 1 == line)
    l->col += d->col - 1 - (int)(d->offset - l->source->lines.at[line]);
}

Loc source_loc(Pos pos) {
  Loc l = {.source = source_of(pos)};
  if (!l.source) return l;
  uint32_t offset = pos - l.source->base;
  int line = line_index(l.source, offset);
  l.path = l.source->path;
  l.line = l.real_line = line + 1;
  l.col = (int)(offset - l.source->lines.at[line]) + 1;
  const LineDirective *d = directive_at(l.source, offset);
  if (d) apply_directive(&l, d);
  return l;
}
