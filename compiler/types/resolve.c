// SPDX-License-Identifier: MIT
//
// Checking a package: collects the objects its files declare, loads what they
// import, gives methods to their types, then resolves everything in the order
// types, aliases, the rest; bodies come last. Leaves behind package scope,
// file scopes, functions, and the order of initialisation.
#include <utf8proc.h>

#include "types.h"

Checker *current_checker;
CheckOptions check_options = {.lang = 26};

Package *checking_package(void) {
  return current_checker ? current_checker->pkg : NULL;
}

// What is collected besides the scopes.
typedef struct Collected {
  ObjectVec objects;  // package-level ones and methods, source order
  ObjectVec types, aliases, others;
  ObjectVec imports;  // PKGNAMEs
  ObjectVec methods;
} Collected;

static bool is_name(const Name *n, const char *s) {
  return strcmp(n->s, s) == 0;
}

static bool is_main(Checker *c) {
  return is_name(c->pkg->name, "main");
}

// ---- imports ---------------------------------------------------------------

static void declare_import(Checker *c, Collected *k, Decl *d, Name *name,
                           Package *imported) {
  Pos pos = d->import.name ? d->import.name->pos : d->import.path->pos;
  Object *obj = object_new(OBJ_PKGNAME, pos, c->pkg, name, type_invalid);
  obj->pkgname.imported = imported;
  obj->pkgname.decl = d;
  obj->file = c->file;
  obj->used = imported->fake || c->file->replaced;
  if (d->import.name) d->import.name->ident.obj = obj;
  vec_push(&k->imports, obj);
  c->scope = c->file->scope;
  if (!is_name(name, ".")) {
    declare(c, obj, 0);
    return;
  }
  vec_each(Object *, p, &imported->scope->objects) {
    if (!name_is_exported((*p)->name)) continue;
    // scope_insert keeps the object's own scope as parent.
    Object *other = scope_insert(c->file->scope, *p);
    if (!other) continue;
    check_error(c, pos, "%s redeclared in this block", other->name->s);
    if (other->pos)
      note_at(other->pos, "other declaration of %s", other->name->s);
  }
}

void use_dot_import(Checker *c, Object *obj) {
  if (!c->file || !c->file->scope) return;
  vec_each(Object *, p, &c->imports) {
    Object *i = *p;
    if (i->file == c->file && is_name(i->name, ".") &&
        i->pkgname.imported == obj->pkg)
      i->used = true;
  }
}

static void add_import(Package *pkg, Package *imported) {
  vec_each(Package *, p, &pkg->imports)
    if (*p == imported) return;
  vec_push(&pkg->imports, imported);
}

static Package *fake_package(const char *path) {
  Package *pkg = NEW(Package);
  const char *slash = strrchr(path, '/');
  pkg->path = arena_strndup(perm, path, strlen(path));
  pkg->name = name_cstr(slash ? slash + 1 : path);
  pkg->scope = scope_new(universe, NULL);
  pkg->fake = true;
  return pkg;
}

// The first character Go excludes from import paths, as it is reported.
static const char *bad_path_char(const Buf *path) {
  const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)path->at;
  const utf8proc_uint8_t *end = at + path->len;
  while (at < end) {
    utf8proc_int32_t r;
    utf8proc_ssize_t n = utf8proc_iterate(at, end - at, &r);
    if (n <= 0 || r == 0xfffd) return "U+FFFD '\357\277\275'";
    utf8proc_category_t cat = utf8proc_category(r);
    bool graphic = cat != UTF8PROC_CATEGORY_CN && cat < UTF8PROC_CATEGORY_ZS;
    if (!graphic || (r < 0x80 && strchr("!\"#$%&'()*,:;<=>?[\\]^{|}`", r)))
      return arena_printf(perm, graphic || r == ' ' ? "U+%04X '%.*s'"
                                                    : "U+%04X",
                          (unsigned)r, (int)n, (const char *)at);
    at += n;
  }
  return NULL;
}

static void collect_import(Checker *c, Collected *k, Decl *d) {
  Expr *x = d->import.path;
  if (!x || x->kind != E_BASIC_LIT || x->op != T_STRING) return;
  Buf path = {0};
  literal_string(x->lit.text, &path);
  if (!path.len) {
    check_error(c, x->pos, "invalid import path (empty string)");
    return;
  }
  const char *bad = bad_path_char(&path);
  if (bad) {
    check_error(c, x->pos, "invalid import path (invalid character %s)", bad);
    return;
  }
  if (strcmp(path.at, "C") == 0 && d->import.name) {
    check_error(c, d->import.name->pos, "cannot rename import \"C\"");
    return;
  }
  Package *imported = load_import(path.at, c->pkg->dir, x->pos);
  if (!imported) imported = fake_package(path.at);
  Name *name = d->import.name ? d->import.name->ident.name : imported->name;
  if (is_name(name, "init")) {
    check_error(c, d->import.name ? d->import.name->pos : x->pos,
                "cannot import package as init - init must be a func");
    return;
  }
  if (!imported->fake) add_import(c->pkg, imported);
  declare_import(c, k, d, name, imported);
}

// ---- objects ---------------------------------------------------------------

static Object *package_object(Checker *c, Collected *k, ObjKind kind,
                              Expr *name, Decl *d) {
  Object *obj = object_new(kind, name->pos, c->pkg, name->ident.name, NULL);
  obj->decl = d;
  obj->file = c->file;
  obj->order = k->objects.len + 1;
  obj->used = true;
  name->ident.obj = obj;
  vec_push(&k->objects, obj);
  return obj;
}

static void declare_object(Checker *c, Object *obj) {
  if (is_name(obj->name, "init")) {
    check_error(c, obj->pos, "cannot declare init - must be func");
    return;
  }
  if (is_name(obj->name, "main") && is_main(c)) {
    check_error(c, obj->pos, "cannot declare main - must be func");
    return;
  }
  c->scope = c->pkg->scope;
  declare(c, obj, 0);
  if (!obj->parent) obj->parent = c->pkg->scope;
}

static void collect_consts(Checker *c, Collected *k, Decl *d) {
  for (int i = 0; i < d->const_.names.len; i++) {
    Object *obj = package_object(c, k, OBJ_CONST, d->const_.names.at[i], d);
    obj->const_.index = i;
    obj->deps = NEW(Map);
    declare_object(c, obj);
    vec_push(&k->others, obj);
  }
  check_arity(c, d, &d->const_.names, &d->const_.values, true,
              d->const_.implicit);
}

static void collect_vars(Checker *c, Collected *k, Decl *d) {
  ObjectVec *group = NEW(ObjectVec);
  // `var a, b = f()`: they depend on the same expression.
  bool shared = d->var.values.len == 1;
  Map *deps = NEW(Map);
  for (int i = 0; i < d->var.names.len; i++) {
    Object *obj = package_object(c, k, OBJ_VAR, d->var.names.at[i], d);
    obj->var.index = i;
    obj->var.is_global = true;
    obj->var.group = group;
    obj->deps = shared ? deps : NEW(Map);
    vec_push(group, obj);
    declare_object(c, obj);
    vec_push(&k->others, obj);
  }
  if (!d->var.type || d->var.values.len)
    check_arity(c, d, &d->var.names, &d->var.values, false, false);
}

static void collect_type(Checker *c, Collected *k, Decl *d) {
  Object *obj = package_object(c, k, OBJ_TYPE, d->type.name, d);
  obj->type_.alias = d->type.alias;
  d->type.obj = obj;
  declare_object(c, obj);
  vec_push(d->type.alias ? &k->aliases : &k->types, obj);
}

static void check_plain(Checker *c, Decl *d) {
  Name *name = d->func.name->ident.name;
  Expr *t = d->func.type;
  if (t->functype.tparams.len)
    check_error(c, t->functype.tparams.at[0]->pos,
                "func %s must have no type parameters", name->s);
  if (t->functype.params.len || t->functype.results.len)
    check_error(c, d->func.name->pos,
                "func %s must have no arguments and no return values",
                name->s);
}

static bool has_directive(File *f, Decl *d) {
  vec_each(Pragma, p, &f->pragmas) {
    if (p->decl == d && (strncmp(p->text->s, "gl:", 3) == 0 ||
                         strncmp(p->text->s, "go:linkname", 11) == 0))
      return true;
    // A linkname may stand anywhere in the file.
    const char *s = p->text->s, *name = d->func.name->ident.name->s;
    size_t n = strlen(name);
    if (strncmp(s, "go:linkname ", 12) == 0 &&
        strncmp(s + 12, name, n) == 0 && (s[12 + n] == ' ' || !s[12 + n]))
      return true;
  }
  return false;
}

static void check_bodyless(Checker *c, Decl *d) {
  if (d->func.body || c->pkg->is_std || c->pkg->is_tree ||
      check_options.bodyless_ok ||
      has_directive(c->file, d) || d->func.type->functype.tparams.len)
    return;
  vec_push(&c->bodyless, d->func.pos);
}

static void collect_func(Checker *c, Collected *k, Decl *d) {
  Object *obj = package_object(c, k, OBJ_FUNC, d->func.name, d);
  Name *name = obj->name;
  FuncInfo *info = NEW(FuncInfo);
  info->obj = obj;
  info->decl = d;
  info->body = d->func.body;
  info->pkg = c->pkg;
  obj->func.info = info;
  obj->deps = NEW(Map);
  d->func.obj = obj;
  d->func.info = info;
  vec_push(&c->pkg->funcs, info);
  vec_push(&k->others, obj);
  if (d->func.recv) {
    vec_push(&k->methods, obj);
    vec_push(&c->pkg->methods, obj);
    check_bodyless(c, d);
    return;
  }
  bool init = is_name(name, "init");
  if (init || (is_name(name, "main") && is_main(c))) check_plain(c, d);
  if (init && !d->func.body) {
    check_error(c, obj->pos, "func init must have a body");
  } else {
    check_bodyless(c, d);
  }
  if (init) {
    obj->parent = c->pkg->scope;  // invisible
    return;
  }
  c->scope = c->pkg->scope;
  declare(c, obj, 0);
  if (!obj->parent) obj->parent = c->pkg->scope;
}

static void collect_decl(Checker *c, Collected *k, Decl *d) {
  switch (d->kind) {
    case D_BAD: break;
    case D_IMPORT: collect_import(c, k, d); break;
    case D_CONST: collect_consts(c, k, d); break;
    case D_VAR: collect_vars(c, k, d); break;
    case D_TYPE: collect_type(c, k, d); break;
    case D_FUNC: collect_func(c, k, d); break;
  }
}

// ---- methods ---------------------------------------------------------------

// The type definition a receiver's name stands for, through aliases; they
// may bring a pointer along. NULL if it is none of this package.
static Object *receiver_type(Checker *c, Expr *x, bool *ptr) {
  enum { LONGEST = 1000 };
  for (int i = 0; i < LONGEST; i++) {
    x = unparen(x);
    if (x->kind == E_STAR) {
      if (*ptr) return NULL;
      *ptr = true;
      x = unparen(x->unary.x);
    }
    // An alias of an instance has no methods of its own.
    if (x->kind == E_INDEX && i == 0) x = unparen(x->index.x);
    if (x->kind != E_IDENT) return NULL;
    Object *obj = scope_lookup(c->pkg->scope, x->ident.name);
    if (!obj || obj->kind != OBJ_TYPE || !obj->decl) return NULL;
    if (!obj->type_.alias) return obj;
    if (obj->decl->type.tparams.len) return NULL;
    x = obj->decl->type.type;
  }
  return NULL;
}

static void associate_methods(Checker *c, Collected *k) {
  vec_each(Object *, p, &k->methods) {
    Object *m = *p;
    bool ptr = false;
    Object *base = receiver_type(c, m->decl->func.recv->type, &ptr);
    m->func.ptr_recv = ptr;
    if (!base || is_name(m->name, "_")) continue;
    ObjectVec *list = map_get(&c->methods, base);
    if (!list) {
      list = NEW(ObjectVec);
      map_put(&c->methods, base, list);
    }
    vec_push(list, m);
  }
}

// ---- conflicts, pragmas ----------------------------------------------------

static void check_file_scopes(Checker *c) {
  vec_each(File *, f, &c->pkg->files) {
    vec_each(Object *, p, &(*f)->scope->objects) {
      Object *obj = *p, *other = scope_lookup(c->pkg->scope, obj->name);
      if (!other) continue;
      if (obj->kind == OBJ_PKGNAME) {
        Package *i = obj->pkgname.imported;
        check_error(c, other->pos, "%s already declared through import of "
                    "package %s (\"%s\")", other->name->s, i->name->s,
                    i->path);
        note_at(obj->pos, "other declaration of %s", obj->name->s);
      } else {
        check_error(c, other->pos, "%s already declared through dot-import "
                    "of package %s (\"%s\")", other->name->s,
                    obj->pkg->name->s, obj->pkg->path);
        if (obj->pos)
          note_at(obj->pos, "other declaration of %s", obj->name->s);
      }
    }
  }
}

// go:linkname local symbol
static void apply_linkname(Checker *c, Pragma *p) {
  char *text = arena_strndup(perm, p->text->s, p->text->len), *save = NULL;
  const char *word = strtok_r(text, " \t", &save);
  if (!word || strcmp(word, "go:linkname") != 0) return;
  const char *local = strtok_r(NULL, " \t", &save);
  const char *symbol = strtok_r(NULL, " \t\r", &save);
  if (!local || !symbol) return;
  Object *obj = scope_lookup(c->pkg->scope, name_cstr(local));
  if (obj && obj->kind == OBJ_FUNC) obj->func.linkname = name_cstr(symbol);
}

static void unused_imports(Checker *c, Collected *k) {
  vec_each(Object *, p, &k->imports) {
    Object *obj = *p;
    if (obj->used || is_name(obj->name, "_")) continue;
    const char *path = obj->pkgname.imported->path;
    const char *slash = strrchr(path, '/'), *elem = slash ? slash + 1 : path;
    char *text =
        is_name(obj->name, ".") || is_name(obj->name, elem)
            ? arena_printf(perm, "\"%s\" imported and not used", path)
            : arena_printf(perm, "\"%s\" imported as %s and not used", path,
                           obj->name->s);
    if (check_options.lax)
      warning_at(obj->pos, "%s", text);
    else
      check_error(c, obj->pos, "%s", text);
  }
}

// ---- all of it -------------------------------------------------------------

static void resolve_all(Checker *c, ObjectVec *list) {
  vec_each(Object *, p, list) check_object(c, *p);
}

static void check_main(Checker *c) {
  if (!is_main(c) || check_options.no_main_ok || !c->pkg->files.len) return;
  Object *obj = scope_lookup(c->pkg->scope, name_cstr("main"));
  if (obj && obj->kind == OBJ_FUNC) return;
  if (obj) return;  // reported: must be func
  check_error(c, c->pkg->files.at[0]->package_name->pos,
              "function main is undeclared in the main package");
}

int package_lang(Package *pkg) {
  bool module = pkg->lang && pkg->lang < check_options.lang;
  return module ? pkg->lang : check_options.lang;
}

// The language version of a file: that of its //go:build line, not below the
// floor Go has for those; else its module's; else that of the command line.
static int file_lang(Package *pkg, File *f) {
  enum { FLOOR = 21, STD = 26 };
  if (pkg->is_std) return STD;
  if (pkg->is_tree) return pkg->lang ? pkg->lang : STD;
  int lang = build_lang(f->build_constraint);
  if (lang) return lang < FLOOR ? FLOOR : lang;
  return package_lang(pkg);
}

static void check_file_lang(Checker *c, File *f) {
  enum { NEWEST = 26 };
  int lang = build_lang(f->build_constraint);
  if (lang > NEWEST && f->package_name)
    check_error(c, f->package_name->pos,
                "file requires newer Go version go1.%d", lang);
}

static void collect(Checker *c, Collected *k) {
  vec_each(File *, p, &c->pkg->files) {
    File *f = c->file = *p;
    f->lang = file_lang(c->pkg, f);
    f->scope = scope_new(c->pkg->scope, NULL);
    vec_each(Decl *, d, &f->decls) collect_decl(c, k, *d);
    if (!c->pkg->is_std) check_file_lang(c, f);
    if (!c->pkg->is_std && !c->pkg->is_tree) check_pragma_words(f);
  }
  c->file = NULL;
  check_file_scopes(c);
  associate_methods(c, k);
  vec_each(File *, f, &c->pkg->files)
    vec_each(Pragma, p, &(*f)->pragmas) apply_linkname(c, p);
}

bool check_package(Package *pkg) {
  int errors = diag_error_count();
  Checker *outer = current_checker;
  Checker c = {.pkg = pkg};
  Collected k = {0};
  if (!pkg->scope) pkg->scope = scope_new(universe, NULL);
  collect(&c, &k);
  // Loading imports has used current_checker for others.
  current_checker = &c;
  c.imports = k.imports;
  resolve_embeds(pkg);
  if (pkg->bodies && !check_options.lax && diag_error_count() == errors &&
      load_options.fetch && load_options.fetch(pkg))
    pkg->bodies = false;
  check_direct_cycles(&c, &k.types);
  check_direct_cycles(&c, &k.aliases);
  resolve_all(&c, &k.types);
  resolve_all(&c, &k.aliases);
  resolve_all(&c, &k.others);
  run_delayed(&c);
  check_embeds(&c);
  report_too_large(&c);
  if (diag_error_count() == errors) check_anonymous_interfaces(&c);
  if (diag_error_count() == errors) mono_check(&c);
  if (diag_error_count() == errors)
    vec_each(Pos, p, &c.bodyless) check_error(&c, *p, "missing function body");
  if (pkg->bodies) {
    compute_init_order(&c);
    unused_imports(&c, &k);
    check_main(&c);
    if (!pkg->is_std && !pkg->is_tree && diag_error_count() == errors)
      check_pragma_places(&c);
  }
  current_checker = outer;
  return diag_error_count() == errors;
}
