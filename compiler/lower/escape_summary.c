// SPDX-License-Identifier: MIT
//
// Escape analysis: the summaries of functions. Those of functions that this
// compilation analyses are made after each component of the call graph. Those
// of packages that are compiled already, whose bodies are not checked again,
// are read from a file that was left with the object:
//
//   name of the function | leaks of each parameter | leaks of the parameters
//   of the function it returns, if that is always the same
//
// A parameter is `-` if it leaks nowhere, else made of parts such as h1 (to
// the heap after one load) and r0:2 (to result 0 after two). Functions that
// are not in the file leak all their arguments.

#include <errno.h>

#include "escape.h"

static Map summaries;          // FuncInfo -> EscSummary

static const EscLeak no_leak = {-1, {-1, -1, -1, -1, -1, -1, -1, -1}};

// ---- of this compilation ---------------------------------------------------

EscSummary *esc_summarize(FuncInfo *f) {
  EscSummary *s = NEW(EscSummary);
  s->params = NEW_ARRAY(EscLeak, f->sig->func.params.len + 1);
  if (f->sig->func.recv)
    s->params[s->nparams++] = esc_var(f->sig->func.recv)->leak;
  vec_each(Object *, p, &f->sig->func.params)
    s->params[s->nparams++] = esc_var(*p)->leak;
  return s;
}

void esc_keep_summary(FuncInfo *f) {
  EscSummary *s = esc_summarize(f);
  s->returned = esc_summary_of_returned(f);
  map_put(&summaries, f, s);
}

// ---- writing ---------------------------------------------------------------

static bool all_leak(const EscSummary *s) {
  for (int i = 0; i < s->nparams; i++)
    if (s->params[i].heap != 0)
      return false;
  return !s->returned;
}

static void write_leak(FILE *out, const EscLeak *l) {
  if (memcmp(l, &no_leak, sizeof *l) == 0)
    fputc('-', out);
  if (l->heap >= 0)
    fprintf(out, "h%d", l->heap);
  for (int i = 0; i < ESC_MAX_RESULTS; i++)
    if (l->result[i] >= 0)
      fprintf(out, "r%d:%d", i, l->result[i]);
}

static void write_params(FILE *out, const EscSummary *s) {
  fputs(" |", out);
  for (int i = 0; i < s->nparams; i++) {
    fputc(' ', out);
    write_leak(out, &s->params[i]);
  }
}

bool escape_write_summaries(Package *pkg, const char *path) {
  FILE *out = fopen(path, "w");
  if (!out) {
    fprintf(stderr, "gl: %s: %s\n", path, strerror(errno));
    return false;
  }
  vec_each(FuncInfo *, f, &pkg->funcs) {
    const EscSummary *s = map_get(&summaries, *f);
    if (!s || all_leak(s))
      continue;
    fputs(link_name_info(*f), out);
    write_params(out, s);
    if (s->returned)
      write_params(out, s->returned);
    fputc('\n', out);
  }
  return fclose(out) == 0;
}

// ---- reading ---------------------------------------------------------------

// The parts of one parameter, up to a space.
static EscLeak read_leak(char **at) {
  EscLeak l = no_leak;
  char *s = *at;
  while (*s && *s != ' ') {
    if (*s == 'h') {
      l.heap = (int)strtol(s + 1, &s, 10);
    } else if (*s == 'r') {
      long i = strtol(s + 1, &s, 10);
      int derefs = *s == ':' ? (int)strtol(s + 1, &s, 10) : 0;
      if (i >= 0 && i < ESC_MAX_RESULTS)
        l.result[i] = derefs;
    } else {
      s++;
    }
  }
  *at = s;
  return l;
}

// The parameters from *at to a bar or the end.
static EscSummary *read_params(char **at) {
  EscSummary *s = NEW(EscSummary);
  VEC(EscLeak) leaks = {0};
  while (**at == ' ' && (*at)[1] != '|') {
    ++*at;
    vec_push(&leaks, read_leak(at));
  }
  s->params = leaks.at;
  s->nparams = leaks.len;
  return s;
}

static EscSummary *parse_line(char *rest) {
  EscSummary *s = read_params(&rest);
  if (strncmp(rest, " |", 2) == 0) {
    rest += 2;
    s->returned = read_params(&rest);
  }
  return s;
}

// name -> the text after the first bar
static StrMap *read_summaries(const char *path) {
  StrMap *lines = NEW(StrMap);
  FILE *in = path ? fopen(path, "r") : NULL;
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  while (in && (n = getline(&line, &cap, in)) > 0) {
    if (line[n - 1] == '\n')
      n--;
    char *text = arena_strndup(perm, line, (size_t)n);
    char *bar = strstr(text, " |");
    if (bar)
      strmap_put(lines, text, (size_t)(bar - text), bar + 2);
  }
  free(line);
  if (in)
    fclose(in);
  return lines;
}

static const EscSummary *read_summary(Object *f) {
  static Map files;  // Package -> StrMap
  StrMap *lines = map_get(&files, f->pkg);
  if (!lines) {
    lines = read_summaries(lower_options.summary_path(f->pkg));
    map_put(&files, f->pkg, lines);
  }
  const char *name = link_name_func(f);
  char *text = strmap_get(lines, name, strlen(name));
  return text ? parse_line(text) : NULL;
}

// ---- lookup ----------------------------------------------------------------

static const EscSummary *keeps_nothing(Type *sig) {
  EscSummary *s = NEW(EscSummary);
  s->nparams = sig->func.params.len + (sig->func.recv != NULL);
  s->params = NEW_ARRAY(EscLeak, s->nparams + 1);
  for (int i = 0; i < s->nparams; i++)
    s->params[i] = no_leak;
  return s;
}

const EscSummary *esc_summary_of(Object *f) {
  FuncInfo *info = instance_info(f);
  const EscSummary *s = map_get(&summaries, info);
  if (s)
    return s;
  if (!info->body)
    s = directive_of(f)->noescape ? keeps_nothing(info->sig) : NULL;
  else if (lower_options.summary_path && !f->pkg->bodies &&
           !f->func.instance && !f->func.origin)
    s = read_summary(f);
  if (s)
    map_put(&summaries, info, (void *)(uintptr_t)s);
  return s;
}
