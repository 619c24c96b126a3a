// SPDX-License-Identifier: MIT
//
// Compiler directives of user packages (//go:noinline, //go:linkname, ...):
// each must be known, stand above a declaration it can say something about,
// and keep to what is allowed outside the standard library. What they ask
// for is done in lower/directive.c. The standard library is not checked: it
// has directives of its own.
#include "types.h"

// Directives about functions. Others are taken for comments, as in Go.
static const char *const func_verbs[] = {
    "go:noescape", "go:norace", "go:nosplit", "go:noinline", "go:nocheckptr",
    "go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec",
    "go:yeswritebarrierrec", "go:cgo_unsafe_args", "go:uintptrkeepalive",
    "go:uintptrescapes", "go:registerparams",
};

static const char *const runtime_verbs[] = {
    "go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec",
    "go:yeswritebarrierrec",
};

// Directives of cgo, and what must follow them.
static const struct {
  const char *verb, *usage;
} cgo_verbs[] = {
    {"go:cgo_export_static", "local [remote]"},
    {"go:cgo_export_dynamic", "local [remote]"},
    {"go:cgo_import_dynamic", "local [remote [\"library\"]]"},
    {"go:cgo_import_static", "local"},
    {"go:cgo_dynamic_linker", "\"path\""},
    {"go:cgo_ldflag", "\"arg\""},
};

enum { MAX_FIELDS = 5 };

// The words of a directive; the first is its verb.
typedef struct Fields {
  const char *at[MAX_FIELDS];
  int len;  // may be more than MAX_FIELDS
} Fields;

static Fields fields_of(const Pragma *p) {
  Fields f = {.len = 0};
  char *text = arena_strndup(perm, p->text->s, p->text->len), *save = NULL;
  for (char *w = strtok_r(text, " \t\r", &save); w;
       w = strtok_r(NULL, " \t\r", &save)) {
    if (f.len < MAX_FIELDS) f.at[f.len] = w;
    f.len++;
  }
  return f;
}

static bool is_verb(const Fields *f, const char *verb) {
  return f->len && strcmp(f->at[0], verb) == 0;
}

static bool is_one_of(const Fields *f, const char *const *verbs, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (is_verb(f, verbs[i])) return true;
  return false;
}
#define IS_ONE_OF(f, verbs) is_one_of(f, verbs, sizeof verbs / sizeof *verbs)

// Go counts the slashes as part of the comment, not of the directive.
static Pos verb_pos(const Pragma *p) {
  return p->pos + 2;
}

bool file_imports(File *f, const char *literal) {
  vec_each(Decl *, p, &f->decls) {
    if ((*p)->kind != D_IMPORT) break;
    Expr *x = (*p)->import.path;
    if (x && x->kind == E_BASIC_LIT && strcmp(x->lit.text->s, literal) == 0)
      return true;
  }
  return false;
}

static bool is_top_level(File *f, const Decl *d) {
  vec_each(Decl *, p, &f->decls)
    if (*p == d) return true;
  return false;
}

// ---- what is not allowed here at all ---------------------------------------

static void check_cgo(const Pragma *p, const Fields *f) {
  for (size_t i = 0; i < sizeof cgo_verbs / sizeof *cgo_verbs; i++) {
    if (!is_verb(f, cgo_verbs[i].verb)) continue;
    if (f->len < 2 || f->len > 4)
      error_at(verb_pos(p), "usage: //%s %s", f->at[0], cgo_verbs[i].usage);
    else if (!is_verb(f, "go:cgo_import_dynamic"))
      error_at(verb_pos(p), "//%s only allowed in cgo-generated code",
               p->text->s);
  }
}

void check_pragma_words(File *file) {
  vec_each(Pragma, p, &file->pragmas) {
    Fields f = fields_of(p);
    check_cgo(p, &f);
    if (IS_ONE_OF(&f, runtime_verbs))
      error_at(verb_pos(p), "//%s only allowed in runtime", f.at[0]);
    if (is_verb(&f, "go:uintptrkeepalive"))
      error_at(verb_pos(p), "//%s is only allowed in the standard library",
               f.at[0]);
    if (is_verb(&f, "go:linkname") && f.len != 2 && f.len != 3)
      error_at(verb_pos(p), "usage: //go:linkname localname [linkname]");
  }
}

// ---- what stands at the wrong place ----------------------------------------

static void check_embed(File *file, const Pragma *p) {
  const Decl *d = p->decl;
  const char *why = NULL;
  if (!d || d->kind != D_VAR)
    why = "misplaced go:embed directive";
  else if (!file_imports(file, "\"embed\""))
    why = "go:embed requires import \"embed\" (or import _ \"embed\", if "
          "package is not used)";
  else if (d->var.names.len > 1)
    why = "go:embed cannot apply to multiple vars";
  else if (d->var.values.len)
    why = "go:embed cannot apply to var with initializer";
  else if (!d->var.type)
    why = "go:embed cannot apply to var without type";
  else if (!is_top_level(file, d))
    why = "go:embed cannot apply to var inside func";
  if (why) error_at(verb_pos(p), "%s", why);
}

static void check_linkname(Checker *c, File *file, const Pragma *p,
                           const Fields *f, Map *linked) {
  Object *obj = scope_lookup(c->pkg->scope, name_cstr(f->at[1]));
  bool is_symbol = obj && (obj->kind == OBJ_FUNC || obj->kind == OBJ_VAR);
  if (!file_imports(file, "\"unsafe\""))
    error_at(p->pos, "//go:linkname only allowed in Go files that import "
             "\"unsafe\"");
  else if (f->len == 3 && strchr(f->at[2], '[') && strchr(f->at[2], ']'))
    error_at(p->pos, "//go:linkname reference of an instantiation is not "
             "allowed");
  else if (!is_symbol)
    error_at(p->pos, "//go:linkname must refer to declared function or "
             "variable");
  else if (map_get(linked, obj))
    error_at(p->pos, "duplicate //go:linkname for %s", f->at[1]);
  else
    map_put(linked, obj, obj);
}

// A directive must have its line to itself.
static bool follows_code(const Pragma *p) {
  const Source *s = source_of(p->pos);
  const char *at = s->text + (p->pos - s->base);
  while (at > s->text && (at[-1] == ' ' || at[-1] == '\t')) at--;
  return at > s->text && at[-1] != '\n';
}

static void check_place(Checker *c, File *file, Pragma *p, Map *linked) {
  Fields f = fields_of(p);
  if (follows_code(p)) {
    error_at(verb_pos(p), "misplaced compiler directive");
  } else if (is_verb(&f, "go:embed")) {
    check_embed(file, p);
  } else if (is_verb(&f, "go:linkname")) {
    check_linkname(c, file, p, &f, linked);
  } else if (is_verb(&f, "go:build")) {
    if (p->pos > file->package_name->pos)
      error_at(verb_pos(p), "misplaced compiler directive");
  } else if (IS_ONE_OF(&f, func_verbs)) {
    const Decl *d = p->decl;
    if (!d || d->kind != D_FUNC)
      error_at(verb_pos(p), "misplaced compiler directive");
    else if (is_verb(&f, "go:noescape") && d->func.body)
      error_at(d->func.name->pos, "can only use //go:noescape with "
               "external func implementations");
  }
}

void check_pragma_places(Checker *c) {
  Map linked = {0};
  vec_each(File *, f, &c->pkg->files)
    vec_each(Pragma, p, &(*f)->pragmas) check_place(c, *f, p, &linked);
}
