// SPDX-License-Identifier: MIT
//
// //go:embed PATTERN... above a package variable: the files that the patterns
// name become its value. The patterns are those of path.Match, relative to
// the package's folder, in quotes if they hold blanks; a folder stands for
// all files in it except those whose names begin with . or _, which the
// prefix all: brings in. What may not be part of a module cannot be embedded:
// files that are no plain files, names that some system refuses, folders of
// version control, other modules.
//
// Requires the package's declarations to be collected; leaves var.embed of
// the variables set, with the files' contents. Directives at wrong places are
// left to pragma.c, the variable's type is checked when it is known.
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include <utf8proc.h>

#include "types.h"

typedef VEC(const char *) NameVec;

typedef struct Embedder {
  Package *pkg;
  Pos pos;               // of the pattern
  const char *pattern;
  bool all;              // hidden files too
  Embed *out;
} Embedder;

static void failed(Embedder *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void failed(Embedder *e, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const char *what = arena_vprintf(perm, fmt, ap);
  va_end(ap);
  error_at(e->pos, "pattern %s: %s", e->pattern, what);
}

// ---- patterns --------------------------------------------------------------

// One rune at s, before end; *rune is -1 for a byte that is not UTF-8.
static int rune_at(const char *s, const char *end, int *rune) {
  utf8proc_int32_t r;
  utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, end - s,
                                        &r);
  *rune = n > 0 ? r : -1;
  return n > 0 ? (int)n : 1;
}

// A rune of a class, perhaps escaped. False if there is none.
static bool class_rune(const char **p, const char *end, int *rune) {
  if (*p == end || **p == '-' || **p == ']') return false;
  if (**p == '\\' && ++*p == end) return false;
  *p += rune_at(*p, end, rune);
  return *rune >= 0 && *p != end;
}

// A class, behind its [. *ok says whether r is in it; false if the pattern is
// malformed.
static bool match_class(const char **p, const char *end, int r, bool *ok) {
  bool negated = *p != end && **p == '^', found = false;
  if (negated) ++*p;
  for (int n = 0; *p == end || **p != ']' || n == 0; n++) {
    int lo, hi;
    if (!class_rune(p, end, &lo)) return false;
    hi = lo;
    if (**p == '-') {
      ++*p;
      if (!class_rune(p, end, &hi)) return false;
    }
    if (lo <= r && r <= hi) found = true;
  }
  ++*p;
  *ok = found != negated;
  return true;
}

// Whether the element p..end of a pattern has the right form.
static bool is_well_formed(const char *p, const char *end) {
  while (p != end) {
    bool ignored;
    char c = *p++;
    if (c == '\\' && p++ == end) return false;
    if (c == '[' && !match_class(&p, end, 0, &ignored)) return false;
  }
  return true;
}

// Whether a well-formed element matches the whole name.
static bool matches(const char *p, const char *end, const char *s) {
  const char *send = s + strlen(s);
  while (p != end) {
    if (*p == '*') {
      for (const char *t = s; t <= send; t++)
        if (matches(p + 1, end, t)) return true;
      return false;
    }
    if (s == send) return false;
    int r;
    s += rune_at(s, send, &r);
    bool ok = true;
    char c = *p++;
    if (c == '[') {
      match_class(&p, end, r, &ok);
    } else if (c != '?') {
      if (c == '\\') c = *p++;
      int want;
      p--;
      p += rune_at(p, end, &want);
      ok = want == r;
    }
    if (!ok) return false;
  }
  return s == send;
}

// A path that stays inside: no element is empty, "." or "..".
static bool is_valid_path(const char *s) {
  for (const char *p = s;;) {
    size_t n = strcspn(p, "/");
    if (!n || (n == 1 && *p == '.') || (n == 2 && !memcmp(p, "..", 2)))
      return false;
    if (!p[n]) return true;
    p += n + 1;
  }
}

static bool is_utf8(const char *s) {
  const char *end = s + strlen(s);
  for (int r; s != end;) {
    s += rune_at(s, end, &r);
    if (r < 0) return false;
  }
  return true;
}

static bool is_valid_pattern(const char *s) {
  if (!is_utf8(s) || !is_valid_path(s)) return false;
  for (;; s++) {
    const char *end = s + strcspn(s, "/");
    if (!is_well_formed(s, end)) return false;
    s = end;
    if (!*s) return true;
  }
}

// ---- names -----------------------------------------------------------------

static bool is_letter(int r) {
  utf8proc_category_t c = utf8proc_category(r);
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

static bool is_reserved(const char *name) {
  static const char *const words[] = {
      "con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4",
      "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3",
      "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};
  size_t n = strcspn(name, ".");
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == n && strncasecmp(words[i], name, n) == 0)
      return true;
  return false;
}

// A name that modules do not have.
static bool is_bad_name(const char *name) {
  static const char *const tools[] = {".bzr", ".hg", ".git", ".svn"};
  for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
    if (strcmp(name, tools[i]) == 0) return true;
  size_t n = strlen(name);
  if (!n || name[n - 1] == '.' || is_reserved(name)) return true;
  const char *end = name + n;
  for (int r; name != end;) {
    name += rune_at(name, end, &r);
    if (r < 0 || (r < 0x80 ? r < ' ' || r == 0x7f || strchr("\"'*/:;<>?`|\\", r)
                           : !is_letter(r)))
      return true;
  }
  return false;
}

// ---- files -----------------------------------------------------------------

static const char *in_package(Embedder *e, const char *rel) {
  return arena_printf(perm, "%s/%s", e->pkg->dir, rel);
}

static bool is_module(Embedder *e, const char *rel) {
  struct stat st;
  return stat(in_package(e, arena_printf(perm, "%s/go.mod", rel)), &st) == 0;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static NameVec names_in(const char *dir) {
  NameVec names = {0};
  DIR *d = opendir(dir);
  for (struct dirent *x; d && (x = readdir(d));)
    if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
      vec_push(&names, arena_strndup(perm, x->d_name, strlen(x->d_name)));
  if (d) closedir(d);
  if (names.len)
    qsort(names.at, (size_t)names.len, sizeof *names.at, compare_names);
  return names;
}

static bool has_file(const Embed *out, const char *name) {
  vec_each(EmbedFile, f, &out->files)
    if (strcmp(f->name, name) == 0) return true;
  return false;
}

static char *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  struct stat st;
  if (!f) return NULL;
  char *data = NULL;
  if (fstat(fileno(f), &st) == 0 && (data = malloc((size_t)st.st_size + 1))) {
    *len = fread(data, 1, (size_t)st.st_size, f);
    data[*len] = 0;
  }
  fclose(f);
  return data;
}

static void add_file(Embedder *e, const char *rel) {
  if (has_file(e->out, rel)) return;
  EmbedFile f = {.name = rel};
  f.data = read_file(in_package(e, rel), &f.len);
  if (!f.data) {
    failed(e, "open %s: %s", in_package(e, rel), strerror(errno));
    return;
  }
  vec_push(&e->out->files, f);
}

// All files in and below a folder; returns how many, -1 after an error.
static int add_folder(Embedder *e, const char *dir) {
  NameVec names = names_in(in_package(e, dir));
  int n = 0;
  vec_each(const char *, name, &names) {
    const char *rel = arena_printf(perm, "%s/%s", dir, *name);
    bool hidden = (*name)[0] == '.' || (*name)[0] == '_';
    bool bad = is_bad_name(*name);
    struct stat st;
    if ((hidden && (bad || !e->all)) || lstat(in_package(e, rel), &st) != 0)
      continue;
    if (bad && !S_ISDIR(st.st_mode)) {
      failed(e, "cannot embed file %s: invalid name %s", rel, *name);
      return -1;
    }
    if (bad) continue;
    if (S_ISDIR(st.st_mode) && !is_module(e, rel)) {
      int below = add_folder(e, rel);
      if (below < 0) return -1;
      n += below;
    } else if (S_ISREG(st.st_mode)) {
      add_file(e, rel);
      n++;
    }
  }
  return n;
}

// Whether each folder on the way to rel, and rel itself, may be in a module.
static bool may_embed(Embedder *e, const char *rel, const char *what) {
  for (char *at = arena_strndup(perm, rel, strlen(rel)); at;) {
    bool whole = strlen(at) == strlen(rel);
    struct stat st;
    if (is_module(e, at)) {
      failed(e, "cannot embed %s %s: in different module", what, rel);
      return false;
    }
    if (!whole && lstat(in_package(e, at), &st) == 0 &&
        !S_ISDIR(st.st_mode)) {
      failed(e, "cannot embed %s %s: in non-directory %s", what, rel, at);
      return false;
    }
    char *slash = strrchr(at, '/');
    const char *elem = slash ? slash + 1 : at;
    if (is_bad_name(elem)) {
      failed(e, "cannot embed %s %s: %s %s", what, rel,
             whole ? "invalid name" : "in invalid directory", elem);
      return false;
    }
    if (slash) *slash = 0;
    else at = NULL;
  }
  return true;
}

// Adds what the name stands for. False after an error.
static bool add_match(Embedder *e, const char *rel, int *count) {
  struct stat st;
  if (lstat(in_package(e, rel), &st) != 0) return true;
  bool is_dir = S_ISDIR(st.st_mode);
  if (!may_embed(e, rel, is_dir ? "directory" : "file")) return false;
  if (is_dir) {
    int n = add_folder(e, rel);
    *count += n > 0 ? n : 0;
    if (!n)
      failed(e, "cannot embed directory %s: contains no embeddable files",
             rel);
    return n > 0;
  }
  if (!S_ISREG(st.st_mode)) {
    failed(e, "cannot embed irregular file %s", rel);
    return false;
  }
  add_file(e, rel);
  ++*count;
  return true;
}

// Adds what the rest of a pattern matches below dir ("" or with a /).
static bool expand(Embedder *e, const char *dir, const char *rest,
                   int *count) {
  const char *end = rest + strcspn(rest, "/");
  NameVec names = names_in(*dir ? in_package(e, dir) : e->pkg->dir);
  vec_each(const char *, name, &names) {
    if (!matches(rest, end, *name)) continue;
    const char *rel = arena_printf(perm, "%s%s", dir, *name);
    bool ok = *end ? expand(e, arena_printf(perm, "%s/", rel), end + 1, count)
                   : add_match(e, rel, count);
    if (!ok) return false;
  }
  return true;
}

static void add_pattern(Embedder *e, const char *pattern, Pos pos) {
  static const char prefix[] = "all:";
  e->pattern = pattern;
  e->pos = pos;
  e->all = strncmp(pattern, prefix, strlen(prefix)) == 0;
  const char *glob = e->all ? pattern + strlen(prefix) : pattern;
  int count = 0;
  if (!is_valid_pattern(glob))
    failed(e, "invalid pattern syntax");
  else if (expand(e, "", glob, &count) && !count)
    failed(e, "no matching files found");
}

// ---- directives ------------------------------------------------------------

// The end of the quoted word at s, or NULL.
static const char *quoted_end(const char *s) {
  char quote = *s;
  for (const char *p = s + 1; *p; p++) {
    if (*p == quote) return p + 1;
    if (*p == '\\' && quote == '"' && p[1]) p++;
  }
  return NULL;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static const char *word_end(const char *s) {
  while (*s && !is_space(*s)) s++;
  return s;
}

static void add_words(Embedder *e, const Pragma *p) {
  static const char verb[] = "go:embed";
  const char *at = p->text->s + strlen(verb);
  for (int n = 0;; n++) {
    while (is_space(*at)) at++;
    Pos pos = p->pos + 2 + (Pos)(at - p->text->s);
    if (!*at) {
      if (!n) error_at(p->pos + 2, "usage: //go:embed pattern...");
      return;
    }
    bool quoted = *at == '"' || *at == '`';
    const char *end = quoted ? quoted_end(at) : word_end(at);
    if (!end || (*end && !is_space(*end))) {
      error_at(p->pos + 2, "invalid quoted string in //go:embed: %s",
               end ? end : at);
      error_at(p->pos + 2, "usage: //go:embed pattern...");
      return;
    }
    const char *word = arena_strndup(perm, at, (size_t)(end - at));
    if (quoted) {
      Buf b = {0};
      buf_add(&b, "", 0);
      literal_string(name_cstr(word), &b);
      word = b.at;
    }
    add_pattern(e, word, pos);
    at = end;
  }
}

static bool is_embed(const Pragma *p) {
  const char *s = p->text->s;
  return strncmp(s, "go:embed", 8) == 0 && (!s[8] || is_space(s[8]));
}

// Whether the file's language version has the directive.
static bool has_embed(File *f, const Pragma *p) {
  if (f->lang >= 16) return true;
  error_at(p->pos + 2, "go:embed requires go1.16 or later (-lang was set to "
           "go1.%d; check go.mod)", f->lang);
  return false;
}

static Object *embed_target(Package *pkg, const Pragma *p) {
  const Decl *d = p->decl;
  if (!d || d->kind != D_VAR || d->var.names.len != 1 || d->var.values.len ||
      !d->var.type)
    return NULL;
  Object *o = scope_lookup(pkg->scope, d->var.names.at[0]->ident.name);
  return o && o->kind == OBJ_VAR && o->decl == d ? o : NULL;
}

// A name's folder ("." at the top) and last element; a folder's name ends in
// a slash.
typedef struct Split {
  const char *dir, *elem;
  size_t ndir, nelem;
} Split;

static Split split(const char *name) {
  size_t n = strlen(name);
  if (n && name[n - 1] == '/') n--;
  size_t i = n;
  while (i > 0 && name[i - 1] != '/') i--;
  if (i == 0) return (Split){".", name, 1, n};
  return (Split){name, name + i, i - 1, n - i};
}

static int compare_bytes(const char *a, size_t na, const char *b, size_t nb) {
  int c = memcmp(a, b, na < nb ? na : nb);
  if (c) return c;
  return na == nb ? 0 : na < nb ? -1 : 1;
}

// The order in which package embed searches.
static int by_folder(const void *a, const void *b) {
  Split x = split(((const EmbedFile *)a)->name);
  Split y = split(((const EmbedFile *)b)->name);
  int c = compare_bytes(x.dir, x.ndir, y.dir, y.ndir);
  return c ? c : compare_bytes(x.elem, x.nelem, y.elem, y.nelem);
}

static void sort_files(Embed *e) {
  if (e->files.len)
    qsort(e->files.at, (size_t)e->files.len, sizeof *e->files.at, by_folder);
}

void resolve_embeds(Package *pkg) {
  vec_each(File *, f, &pkg->files)
    vec_each(Pragma, p, &(*f)->pragmas) {
      Object *o = is_embed(p) ? embed_target(pkg, p) : NULL;
      if (!o || !file_imports(*f, "\"embed\"") || !has_embed(*f, p)) continue;
      if (!o->var.embed) {
        o->var.embed = NEW(Embed);
        o->var.embed->pos = p->pos + 2;
        vec_push(&pkg->embeds, o);
      }
      Embedder e = {.pkg = pkg, .out = o->var.embed};
      add_words(&e, p);
    }
  vec_each(Object *, o, &pkg->embeds) sort_files((*o)->var.embed);
}

// A file system has entries for the folders on the way to its files.
static void add_folders(Embed *e) {
  int n = e->files.len;
  for (int i = 0; i < n; i++)
    for (const char *s = e->files.at[i].name; (s = strchr(s, '/')); s++) {
      const char *name = e->files.at[i].name;
      EmbedFile f = {arena_strndup(perm, name, (size_t)(s + 1 - name)), "", 0};
      if (!has_file(e, f.name)) vec_push(&e->files, f);
    }
  sort_files(e);
}

// ---- types -----------------------------------------------------------------

bool is_embed_fs(Type *t) {
  return t->kind == TY_NAMED && t->named.obj->pkg &&
         strcmp(t->named.obj->pkg->path, "embed") == 0 &&
         strcmp(t->named.obj->name->s, "FS") == 0;
}

static bool is_string_or_bytes(Type *t) {
  Type *u = under(t);
  if (u->kind == TY_BASIC) return u->basic.kind == B_STRING;
  if (u->kind != TY_SLICE) return false;
  Type *elem = under(u->slice.elem);
  return elem->kind == TY_BASIC && elem->basic.kind == B_UINT8;
}

void check_embeds(Checker *c) {
  vec_each(Object *, p, &c->pkg->embeds) {
    Object *o = *p;
    if (!o->type || o->type == type_invalid) continue;
    if (is_embed_fs(o->type)) add_folders(o->var.embed);
    if (!is_embed_fs(o->type) && !is_string_or_bytes(o->type))
      error_at(o->pos, "go:embed cannot apply to var of type %s",
               type_str(c, o->type));
    else if (!is_embed_fs(o->type) && o->var.embed->files.len > 1)
      error_at(o->pos, "invalid go:embed: multiple files for type %s",
               type_str(c, o->type));
  }
}
