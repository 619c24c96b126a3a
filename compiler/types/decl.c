// SPDX-License-Identifier: MIT
//
// Declarations. Package-level objects are resolved when they are first
// mentioned; c->path holds those on the way. An object is white, then grey
// while it is being resolved, then black: meeting a grey one is a cycle,
// which cycle.c judges. Function bodies come later, when all types are known.
#include "types.h"

typedef struct Env {
  File *file;
  Scope *scope;
  FuncInfo *func;
  Const *iota;
  Pos iota_pos;
  Object *decl;
  bool in_tparams;
  int in_length;
} Env;

static Env save_env(Checker *c) {
  return (Env){c->file, c->scope, c->func, c->iota, c->iota_pos, c->decl,
               c->in_tparams, c->in_length};
}

static void restore_env(Checker *c, Env e) {
  c->file = e.file;
  c->scope = e.scope;
  c->func = e.func;
  c->iota = e.iota;
  c->iota_pos = e.iota_pos;
  c->decl = e.decl;
  c->in_tparams = e.in_tparams;
  c->in_length = e.in_length;
}

void check_later(Checker *c, void (*run)(Checker *c, void *data),
                 void *data) {
  struct Delayed d = {run,     data,        c->file,     c->scope,
                      c->func, c->iota, c->iota_pos, c->decl};
  vec_push(&c->delayed, d);
}

void run_delayed(Checker *c) {
  Env e = save_env(c);
  for (int i = 0; i < c->delayed.len; i++) {
    struct Delayed d = c->delayed.at[i];
    restore_env(c, (Env){d.file, d.scope, d.func, d.iota, d.iota_pos, d.decl,
                         false, 0});
    d.run(c, d.data);
  }
  c->delayed.len = 0;
  restore_env(c, e);
}

// ---- declaring -------------------------------------------------------------

static bool is_underscore(const Name *n) {
  return n->len == 1 && n->s[0] == '_';
}

void declare(Checker *c, Object *obj, Pos scope_start) {
  if (is_underscore(obj->name)) return;
  Object *other = scope_insert(c->scope, obj);
  if (other) {
    check_error(c, obj->pos, "%s redeclared in this block", obj->name->s);
    if (other->pos)
      note_at(other->pos, "other declaration of %s", obj->name->s);
    return;
  }
  obj->scope_start = scope_start;
}

void check_arity(Checker *c, Decl *d, ExprVec *names, ExprVec *values,
                 bool is_const, bool implicit) {
  int l = names->len, r = values->len;
  if (l < r) {
    Expr *x = values->at[l];
    if (implicit) {
      Loc loc = source_loc(x->pos);
      check_error(c, d->pos, "extra init expr at %s:%d:%d", loc.path,
                  loc.line, loc.col);
    } else {
      check_error(c, expr_start(x), "extra init expr %s",
                  expr_string(perm, x));
    }
  } else if (l > r && (is_const || r != 1)) {
    check_error(c, names->at[r]->pos, "missing init expr for %s",
                names->at[r]->ident.name->s);
  }
}

// ---- constants -------------------------------------------------------------

static void const_decl(Checker *c, Object *obj, Decl *d) {
  int i = obj->const_.index;
  Expr *init = i < d->const_.values.len ? d->const_.values.at[i] : NULL;
  Const *iota = c->iota;
  Pos iota_pos = c->iota_pos;
  c->iota = const_from_int64(d->const_.iota);
  c->iota_pos = 0;
  Type *type = NULL;
  if (d->const_.type) {
    type = check_type(c, d->const_.type);
    obj->shown = spelled_type(d->const_.type);
    if (!is_const_type(type)) {
      if (under(type)->kind != TY_INVALID)
        check_error(c, expr_start(d->const_.type), "invalid constant type %s",
                    type_str(c, type));
      type = type_invalid;
    }
  }
  if (type && type->kind == TY_INVALID) {
    obj->type = type_invalid;
  } else {
    obj->type = type;
    c->iota_pos = d->const_.implicit ? obj->pos : 0;
    check_const_init(c, obj, type, init);
  }
  if (!obj->type) obj->type = type_invalid;
  c->iota = iota;
  c->iota_pos = iota_pos;
}

// ---- variables -------------------------------------------------------------

static Type *declared_type(Checker *c, Expr *x) {
  // `var a, b T` asks for each variable.
  if (x->mode == MODE_TYPE && x->type) return x->type;
  return check_var_type(c, x);
}

static void init_vars(Checker *c, ObjectVec *lhs, Expr *init) {
  ExprVec rhs = {0};
  vec_push(&rhs, init);
  check_init_vars(c, lhs, &rhs, NULL);
  vec_each(Object *, v, lhs)
    if (!(*v)->type) (*v)->type = type_invalid;
}

// As Go's linker has it: offsets in the data section have 32 bits.
static void check_symbol_size(Checker *c, void *data) {
  const int64_t most = 2000000000;
  Object *obj = data;
  int64_t size = type_size(obj->type);
  if (size > most)
    check_error(c, obj->pos, "%s.%s: symbol too large (%lld bytes > %lld "
                "bytes)", c->pkg->name->s, obj->name->s, (long long)size,
                (long long)most);
  else if (size < 0 && under(obj->type)->kind == TY_STRUCT)
    type_too_large(c, obj->pos, type_str(c, obj->type));
}

// all: the variables of the declaration.
static void var_decl(Checker *c, Object *obj, Decl *d, ObjectVec *all) {
  ExprVec *values = &d->var.values;
  int i = obj->var.index;
  if (d->var.type) {
    obj->type = declared_type(c, d->var.type);
    obj->shown = spelled_type(d->var.type);
  }
  if (all->len > 1 && values->len == 1) {
    if (d->var.type)
      vec_each(Object *, v, all) (*v)->type = obj->type;
    init_vars(c, all, values->at[0]);
  } else if (i < values->len) {
    check_expr_hint(c, values->at[i], func_hint(c, values->at[i], obj->type,
                                               obj->name->s));
    init_var(c, obj, values->at[i], "variable declaration");
    if (!obj->type) obj->type = type_invalid;
  } else if (!obj->type) {
    obj->type = type_invalid;
  }
}

// ---- types -----------------------------------------------------------------

static void finite_later(Checker *c, void *data) {
  Object *obj = data;
  if (!obj->type || obj->type->kind != TY_NAMED || obj->type_.alias) return;
  check_finite(c, obj->type);
  Type *u = under(obj->type);
  if (u->kind == TY_STRUCT && type_size(u) < 0)
    type_too_large(c, obj->pos, obj->name->s);
}

static void field_and_method(Checker *c, void *data) {
  Type *t = data, *u = under(t);
  if (u->kind != TY_STRUCT) return;
  vec_each(Object *, f, &u->struct_.fields)
    vec_each(Object *, m, &t->named.methods) {
      if ((*f)->name != (*m)->name || is_underscore((*f)->name)) continue;
      check_error(c, (*m)->pos, "field and method with the same name %s",
                  (*f)->name->s);
      note_at((*f)->pos, "other declaration of %s", (*f)->name->s);
    }
}

static void add_methods(Checker *c, Type *t, ObjectVec *methods) {
  if (!methods) return;
  Object *obj = t->named.obj;
  Map seen = {0};
  vec_each(Object *, p, methods) {
    Object *m = *p, *other = map_get(&seen, m->name);
    m->func.recv_named = t;
    if (other) {
      Loc l = source_loc(other->pos);
      check_error(c, m->pos, "method %s.%s already declared at %s:%d:%d",
                  obj->name->s, m->name->s, l.path, l.line, l.col);
      continue;
    }
    map_put(&seen, m->name, m);
    vec_push(&t->named.methods, m);
  }
  check_later(c, field_and_method, t);
}

// The Type of a type definition exists before its declaration is checked.
static Type *named_of(Checker *c, Object *obj) {
  if (!obj->type) {
    obj->type = type_named_new(obj);
    add_methods(c, obj->type, map_get(&c->methods, obj));
  }
  return obj->type;
}

static void type_params(Checker *c, FieldVec *fields, TypeVec *out) {
  if (!fields->len) return;
  c->scope = scope_new(c->scope, c->func);
  c->in_tparams = true;
  check_type_params(c, fields, out);
  c->in_tparams = false;
}

static Type *alias_rhs(Checker *c, Expr *x) {
  bool outermost = !c->lazy_types;
  c->lazy_types = true;
  Type *t = check_type(c, x);
  if (!outermost) return t;
  c->lazy_types = false;
  return t;
}

// Types an alias mentions are declared after it: what they in turn mention
// may be the alias itself.
static void declare_skipped(Checker *c) {
  if (c->lazy_types) return;
  while (c->skipped.len) check_object(c, c->skipped.at[--c->skipped.len]);
}

// t as messages name it when it is spelt by an alias: a copy, identical to t
// by structure. Types that are themselves by address keep their own name.
static Type *alias_of(Type *t, Object *obj) {
  switch (t->kind) {
    case TY_BASIC: case TY_POINTER: case TY_SLICE: case TY_ARRAY:
    case TY_MAP: case TY_CHAN: case TY_STRUCT: case TY_FUNC:
      break;
    default:
      return t;
  }
  Type *copy = NEW(Type);
  *copy = *t;
  copy->alias = obj;
  return copy;
}

static void alias_decl(Checker *c, Object *obj, Decl *d) {
  if (!d->type.tparams.len) {
    require_lang(c, obj->pos, 9, "type alias");
    Type *t = alias_rhs(c, d->type.type);
    // Otherwise invalid: a cycle was reported.
    if (!obj->type) obj->type = alias_of(t, obj);
    declare_skipped(c);
    return;
  }
  // A generic alias is a generic type whose instances are what it stands for.
  Scope *outer = c->scope;
  Type *t = type_named_new(obj);
  obj->type = t;
  require_lang(c, d->type.tparams.at[0]->pos, 23, "generic type alias");
  type_params(c, &d->type.tparams, &t->named.tparams);
  Type *rhs = alias_rhs(c, d->type.type);
  c->scope = outer;
  vec_each(Type *, p, &t->named.tparams)
    if (*p == rhs) {
      check_error(c, expr_start(d->type.type), "cannot use type parameter "
                  "declared in alias declaration as RHS");
      rhs = type_invalid;
    }
  t->named.rhs = rhs;
  declare_skipped(c);
}

static void type_decl(Checker *c, Object *obj, Decl *d) {
  check_later(c, finite_later, obj);
  if (d->type.alias) {
    alias_decl(c, obj, d);
    return;
  }
  Type *t = named_of(c, obj);
  Scope *outer = c->scope;
  bool lazy = c->lazy_types;
  c->lazy_types = false;
  if (d->type.tparams.len)
    require_lang(c, d->type.tparams.at[0]->pos, 18, "type parameter");
  type_params(c, &d->type.tparams, &t->named.tparams);
  Type *rhs = check_type(c, d->type.type);
  c->lazy_types = lazy;
  c->scope = outer;
  if (is_type_param(rhs)) {
    check_error(c, expr_start(d->type.type),
                "cannot use a type parameter as RHS in type declaration");
    rhs = type_invalid;
  }
  t->named.rhs = rhs;
  if (rhs->kind == TY_INVALID || obj->type->kind == TY_INVALID ||
      t->named.cyclic)
    t->named.rhs = t->named.underlying = type_invalid;
}

// ---- functions -------------------------------------------------------------

typedef struct RecvCheck {
  Pos pos;
  Type *type, *shown;
} RecvCheck;

static void check_receiver(Checker *c, void *data) {
  RecvCheck *k = data;
  Type *t = deref(k->type, NULL), *u = under(t);
  if (t->kind == TY_INVALID) return;
  const char *s = type_str(c, k->shown ? k->shown : t), *why = NULL;
  if (t->kind == TY_BASIC ||
      (t->kind == TY_NAMED && t->named.obj->pkg != c->pkg)) {
    check_error(c, k->pos, "cannot define new methods on non-local type %s",
                s);
    return;
  }
  if (t->kind != TY_NAMED) {
    check_error(c, k->pos, "invalid receiver type %s", type_str(c, k->type));
    return;
  }
  if (u->kind == TY_BASIC && u->basic.kind == B_UNSAFE_POINTER)
    why = "unsafe.Pointer";
  else if (u->kind == TY_POINTER || u->kind == TY_INTERFACE)
    why = "pointer or interface type";
  if (why) check_error(c, k->pos, "invalid receiver type %s (%s)", s, why);
}

// The T of a receiver *T, (*T) or T[P]: errors about it point there.
static Expr *receiver_base(Expr *x) {
  x = unparen(x);
  if (x->kind == E_STAR) x = unparen(x->unary.x);
  return x->kind == E_INDEX ? x->index.x : x;
}

static void body_later(Checker *c, void *data) {
  FuncInfo *info = data;
  c->decl = info->obj;
  check_func_body(c, info);
}

bool check_body_now(FuncInfo *info) {
  if (info->checked) return true;
  int errors = diag_error_count();
  Checker *outer = current_checker;
  Checker c = {.pkg = info->pkg, .file = info->obj->file};
  current_checker = &c;
  body_later(&c, info);
  run_delayed(&c);
  current_checker = outer;
  return diag_error_count() == errors;
}

// Whether the receiver is of a generic type.
static bool has_type_args(Type *sig) {
  Type *t = deref(sig->func.recv->type, NULL);
  return t->kind == TY_NAMED && t->named.targs.len;
}

static void func_decl(Checker *c, Object *obj, Decl *d) {
  FuncInfo *info = obj->func.info;
  Type *sig = obj->type = type_func_new();  // for cycles
  Field *recv = d->func.recv;
  info->scope = scope_new(c->file->scope, info);
  check_signature(c, sig, d->func.type, recv, info->scope, info);
  info->sig = sig;
  if (recv) {
    RecvCheck *k = NEW(RecvCheck);
    k->pos = expr_start(receiver_base(recv->type));
    k->type = sig->func.recv->type;
    k->shown = spelled_type(receiver_base(recv->type));
    check_later(c, check_receiver, k);
  }
  if (sig->func.tparams.len && !d->func.body)
    check_error(c, obj->pos, "generic function is missing function body");
  // Whoever instantiates a generic function lowers its body.
  bool generic = sig->func.tparams.len || (recv && has_type_args(sig));
  if (d->func.body && (c->pkg->bodies || generic))
    check_later(c, body_later, info);
}

// ---- package-level objects -------------------------------------------------

static void grey_object(Checker *c, Object *obj) {
  switch (obj->kind) {
    case OBJ_CONST: case OBJ_VAR:
      if (!valid_cycle(c, obj) || !obj->type) obj->type = type_invalid;
      break;
    case OBJ_TYPE:
      if (!valid_cycle(c, obj)) {
        obj->type = type_invalid;
      } else if (!obj->type) {
        report_cycle(c, &obj, 1, 0);
        obj->type = type_invalid;
      }
      break;
    case OBJ_FUNC:
      valid_cycle(c, obj);
      break;
    default: break;
  }
}

static void resolve_object(Checker *c, Object *obj) {
  Decl *d = obj->decl;
  switch (obj->kind) {
    case OBJ_CONST: const_decl(c, obj, d); break;
    case OBJ_VAR:
      var_decl(c, obj, d, obj->var.group);
      check_later(c, check_symbol_size, obj);
      break;
    case OBJ_TYPE: type_decl(c, obj, d); break;
    case OBJ_FUNC: func_decl(c, obj, d); break;
    default: break;
  }
}

static void white_object(Checker *c, Object *obj) {
  enum { LONGEST_PATH = 120000 };
  if (c->path.len >= LONGEST_PATH) {
    check_error(c, obj->pos, "declarations depend on each other too deeply");
    obj->type = type_invalid;
    obj->color = COLOR_BLACK;
    return;
  }
  Env e = save_env(c);
  bool lazy = c->lazy_types;
  if (obj->kind != OBJ_TYPE) c->lazy_types = false;
  // Only values depend on what they mention; functions do by their bodies.
  bool value = obj->kind == OBJ_CONST || obj->kind == OBJ_VAR;
  restore_env(c, (Env){obj->file, obj->file->scope, NULL, NULL, 0,
                       value ? obj : NULL, false, 0});
  obj->color = COLOR_GREY;
  vec_push(&c->path, obj);
  resolve_object(c, obj);
  c->path.len--;
  obj->color = COLOR_BLACK;
  c->lazy_types = lazy;
  restore_env(c, e);
}

void check_object(Checker *c, Object *obj) {
  if (obj->kind == OBJ_FUNC && obj->func.instance) {
    // The method of an instance follows that of the generic type.
    if (obj->type) return;
    Object *m = obj->func.origin;
    check_object(c, m);
    Type *t = obj->func.instance;
    for (int i = 0; i < t->named.methods.len; i++)
      if (t->named.methods.at[i] == obj) instance_method(t, i);
    if (!obj->type) obj->type = type_invalid;
    return;
  }
  if (obj->pkg != c->pkg || !obj->decl || !obj->file) return;
  // Local types are resolved where they stand: they are grey or black.
  if (obj->color == COLOR_GREY) {
    grey_object(c, obj);
  } else if (obj->color == COLOR_WHITE) {
    // Generic types are needed at once, to be instantiated.
    if (obj->kind == OBJ_TYPE && c->lazy_types && !obj->decl->type.alias &&
        !obj->decl->type.tparams.len) {
      named_of(c, obj);
      vec_push(&c->skipped, obj);
      return;
    }
    if (obj->kind == OBJ_VAR && obj->type) return;  // with its group
    white_object(c, obj);
  }
}

// ---- declarations inside functions -----------------------------------------

static Object *local_object(Checker *c, ObjKind kind, Expr *name, Decl *d) {
  Object *obj = object_new(kind, name->pos, c->pkg, name->ident.name, NULL);
  obj->decl = d;
  obj->file = c->file;
  obj->color = COLOR_BLACK;
  name->ident.obj = obj;
  return obj;
}

static void local_consts(Checker *c, Decl *d) {
  ObjectVec objs = {0};
  ExprVec *names = &d->const_.names;
  for (int i = 0; i < names->len; i++) {
    Object *obj = local_object(c, OBJ_CONST, names->at[i], d);
    obj->const_.index = i;
    const_decl(c, obj, d);
    vec_push(&objs, obj);
  }
  check_arity(c, d, names, &d->const_.values, true, d->const_.implicit);
  vec_each(Object *, obj, &objs) declare(c, *obj, d->end);
}

static void local_vars(Checker *c, Decl *d) {
  ObjectVec objs = {0};
  ExprVec *names = &d->var.names;
  for (int i = 0; i < names->len; i++) {
    Object *obj = local_object(c, OBJ_VAR, names->at[i], d);
    obj->var.index = i;
    obj->var.func = c->func;
    vec_push(&objs, obj);
  }
  vec_each(Object *, obj, &objs) {
    var_decl(c, *obj, d, &objs);
    if (objs.len > 1 && d->var.values.len == 1) break;  // all are done
  }
  if (!d->var.type || d->var.values.len)
    check_arity(c, d, names, &d->var.values, false, false);
  vec_each(Object *, obj, &objs) declare(c, *obj, d->end);
}

static bool note_local_type(Walker *w, Decl *d) {
  Package *pkg = w->data;
  if (d->kind == D_TYPE && !d->type.alias)
    vec_push(&pkg->local_types, d->type.name->pos);
  return true;
}

// The types declared in functions are numbered by where they stand: so they
// have the same numbers whether or not the bodies before them are checked,
// as those of a package that was compiled before are not.
static int local_type_id(Checker *c, Pos pos) {
  Package *pkg = c->pkg;
  if (!pkg->local_types.len) {
    Walker w = {.decl = note_local_type, .data = pkg};
    vec_each(File *, f, &pkg->files) vec_each(Decl *, d, &(*f)->decls)
      if ((*d)->kind != D_TYPE) walk_decl(&w, *d);
  }
  int lo = 0, hi = pkg->local_types.len;  // at[lo] <= pos < at[hi]
  while (hi - lo > 1) {
    int mid = lo + (hi - lo) / 2;
    if (pkg->local_types.at[mid] <= pos)
      lo = mid;
    else
      hi = mid;
  }
  return lo + 1;
}

static void local_type(Checker *c, Decl *d) {
  Object *obj = local_object(c, OBJ_TYPE, d->type.name, d);
  d->type.obj = obj;
  obj->type_.alias = d->type.alias;
  declare(c, obj, obj->pos);
  obj->color = COLOR_GREY;
  if (!d->type.alias)
    named_of(c, obj)->named.local_id = local_type_id(c, obj->pos);
  vec_push(&c->path, obj);
  type_decl(c, obj, d);
  c->path.len--;
  obj->color = COLOR_BLACK;
}

void check_local_decl(Checker *c, Decl *d) {
  switch (d->kind) {
    case D_CONST: local_consts(c, d); break;
    case D_VAR: local_vars(c, d); break;
    case D_TYPE: local_type(c, d); break;
    default: break;  // the parser reported it
  }
}
