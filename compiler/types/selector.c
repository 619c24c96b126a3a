// SPDX-License-Identifier: MIT
//
// Selectors: pkg.Name, fields, methods, method values and method
// expressions. Leaves the Selection with its path of embedded fields, or for
// a qualified name the object in sel->ident.obj.
#include <ctype.h>

#include "types.h"

// ---- pkg.Name --------------------------------------------------------------

static bool same_ignoring_case(const Name *a, const Name *b) {
  if (a->len != b->len)
    return false;
  for (uint32_t i = 0; i < a->len; i++) {
    if (tolower((unsigned char)a->s[i]) != tolower((unsigned char)b->s[i]))
      return false;
  }
  return true;
}

static void undefined_in_package(Checker *c, Expr *e, Package *pkg) {
  if (pkg->fake)
    return;
  Expr *sel = e->selector.sel;
  const char *text = expr_string(perm, e);
  Object *alt = NULL;
  vec_each(Object *, o, &pkg->scope->objects) {
    if (name_is_exported((*o)->name) &&
        same_ignoring_case((*o)->name, sel->ident.name) &&
        (!alt || strcmp((*o)->name->s, alt->name->s) < 0))
      alt = *o;
  }
  if (alt)
    check_error(c, sel->pos, "undefined: %s (but have %s)", text,
                alt->name->s);
  else {
    check_error(c, sel->pos, "undefined: %s", text);
    suggest_exported(c, sel, pkg);
  }
}

static void denote(Checker *c, Expr *e, Object *obj) {
  if (!obj->type && obj->kind != OBJ_BUILTIN)
    check_object(c, obj);
  if (obj->kind == OBJ_BUILTIN) {
    e->mode = MODE_BUILTIN;
    e->builtin = e->selector.sel->builtin = (uint8_t)obj->builtin;
    return;
  }
  if (!obj->type || obj->type->kind == TY_INVALID)
    return;
  e->type = obj->type;
  if (obj->kind == OBJ_CONST && obj->const_.cv) {
    e->mode = MODE_CONST;
    e->cv = obj->const_.cv;
  } else if (obj->kind == OBJ_TYPE) {
    e->mode = MODE_TYPE;
  } else if (obj->kind == OBJ_VAR) {
    e->mode = MODE_VAR;
  } else if (obj->kind == OBJ_FUNC) {
    e->mode = MODE_VALUE;
  }
}

static void qualified(Checker *c, Expr *e, Object *pkgname, bool want_type) {
  Expr *sel = e->selector.sel;
  Package *pkg = pkgname->pkgname.imported;
  e->selector.x->ident.obj = pkgname;
  pkgname->used = true;
  if (!pkg || !pkg->scope)
    return;
  Object *obj = scope_lookup(pkg->scope, sel->ident.name);
  if (obj && !name_is_exported(obj->name)) {
    check_error(c, sel->pos, "name %s not exported by package %s",
                sel->ident.name->s, pkg->name->s);
    return;
  }
  if (!obj) {
    undefined_in_package(c, e, pkg);
    return;
  }
  sel->ident.obj = obj;
  denote(c, e, obj);
  sel->mode = e->mode;
  sel->type = e->type;
  sel->cv = e->cv;
  if (want_type && e->mode != MODE_TYPE && e->mode != MODE_INVALID) {
    check_error(c, e->pos, "%s is not a type", operand_string(c, e));
    e->mode = MODE_INVALID;
  }
}

static Object *package_name(Checker *c, Expr *x) {
  if (x->kind != E_IDENT)
    return NULL;
  Object *o = scope_lookup_outward(c->scope, x->ident.name, x->pos, NULL);
  return o && o->kind == OBJ_PKGNAME ? o : NULL;
}

// ---- what is missing -------------------------------------------------------

static Object *named_alike(ObjectVec *list, const Name *name) {
  if (name->len == 1 && name->s[0] == '_')
    return NULL;
  vec_each(Object *, o, list) {
    if ((*o)->name && same_ignoring_case((*o)->name, name))
      return *o;
  }
  return NULL;
}

static bool same_tail(const Name *a, const Name *b) {
  return a->len == b->len && a->len > 0 &&
         memcmp(a->s + 1, b->s + 1, a->len - 1) == 0;
}

typedef enum Miss { MISSING, MISSPELLED, UNEXPORTED, INACCESSIBLE } Miss;

static Miss classify(Checker *c, const Name *sel, Object *alt) {
  if (!alt)
    return MISSING;
  const Name *have = alt->name;
  if (alt->pkg == c->pkg)
    return MISSPELLED;
  if (name_is_exported(sel)) {
    if (name_is_exported(have))
      return MISSPELLED;
    return same_tail(sel, have) ? UNEXPORTED : MISSING;
  }
  if (name_is_exported(have))
    return same_tail(sel, have) ? MISSPELLED : MISSING;
  return sel == have ? INACCESSIBLE : MISSING;
}

static char *literal_error(Checker *c, Type *t, Name *sel, Object *alt,
                           Miss miss) {
  const char *type = type_str(c, t);
  switch (miss) {
  case MISSPELLED:
    return arena_printf(perm, "unknown field %s in struct literal of type "
                        "%s, but does have %s",
                        sel->s, type, alt->name->s);
  case UNEXPORTED:
    return arena_printf(perm, "unknown field %s in struct literal of type "
                        "%s, but does have unexported %s",
                        sel->s, type, alt->name->s);
  case INACCESSIBLE:
    return arena_printf(perm, "cannot refer to unexported field %s in struct "
                        "literal of type %s",
                        alt->name->s, type);
  case MISSING:
    break;
  }
  return arena_printf(perm, "unknown field %s in struct literal of type %s",
                      sel->s, type);
}

char *lookup_error(Checker *c, Type *t, const char *type, Name *sel,
                   bool struct_lit) {
  // Literals have the direct fields of the struct only.
  Type *u = under(t);
  Object *alt = !struct_lit ? lookup_similar(t, false, c->pkg, sel).obj
                : u->kind == TY_STRUCT ? named_alike(&u->struct_.fields, sel)
                                       : NULL;
  Miss miss = classify(c, sel, alt);
  if (struct_lit)
    return literal_error(c, t, sel, alt, miss);
  const char *what = alt && alt->kind == OBJ_FUNC ? "method" : "field";
  switch (miss) {
  case MISSPELLED:
    return arena_printf(perm, "type %s has no field or method %s, but does "
                        "have %s %s",
                        type, sel->s, what, alt->name->s);
  case UNEXPORTED:
    return arena_printf(perm, "type %s has no field or method %s, but does "
                        "have unexported %s %s",
                        type, sel->s, what, alt->name->s);
  case INACCESSIBLE:
    return arena_printf(perm, "cannot refer to unexported %s %s", what,
                        alt->name->s);
  case MISSING:
    break;
  }
  return arena_printf(perm, "type %s has no field or method %s", type,
                      sel->s);
}

static bool is_interface_pointer(Type *t) {
  Type *u = under(t);
  return u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_INTERFACE;
}

static void missing(Checker *c, Expr *e, LookupResult *r) {
  Expr *x = e->selector.x, *sel = e->selector.sel;
  Name *name = sel->ident.name;
  if (under(x->type)->kind == TY_INVALID || is_cyclic(x->type))
    return;
  if (r->ambiguous) {
    check_error(c, sel->pos, "ambiguous selector %s.%s",
                expr_string(perm, x), name->s);
    return;
  }
  const char *type = type_str(c, x->type);
  if (r->ptr_recv) {
    if (x->mode == MODE_TYPE)
      check_error(c, sel->pos,
                  "invalid method expression %s.%s (needs pointer receiver "
                  "(*%s).%s)",
                  type, name->s, type, name->s);
    else
      check_error(c, sel->pos, "cannot call pointer method %s on %s",
                  name->s, type);
    return;
  }
  char *why;
  if (is_interface_pointer(x->type)) {
    bool param = is_type_param(under(x->type)->pointer.elem);
    why = arena_printf(perm, "type %s is pointer to %s, not %s", type,
                       param ? "type parameter" : "interface",
                       param ? "type parameter" : "interface");
  } else {
    Type *shown = shown_type(x);
    why = lookup_error(c, x->type, shown ? type_str(c, shown) : type, name,
                       false);
  }
  check_error(c, sel->pos, "%s.%s undefined (%s)", expr_string(perm, x),
              name->s, why);
  suggest_member(c, sel, x->type);
}

// ---- fields and methods ----------------------------------------------------

static Selection *selection_new(SelectionKind kind, Type *recv,
                                LookupResult *r) {
  Selection *s = NEW(Selection);
  s->kind = kind;
  s->recv = recv;
  s->obj = r->obj;
  s->path.at = r->path.at;
  s->path.len = r->path.len;
  s->path.cap = r->path.len;
  s->indirect = r->indirect;
  return s;
}

// T.m has the receiver as its first parameter.
static Type *method_expr_type(Checker *c, Type *recv, Object *m) {
  Type *sig = m->type;
  Type *t = type_func_new();
  // Named if the others are.
  Name *name = NULL;
  if (sig->func.params.len && sig->func.params.at[0]->name->len) {
    Object *r = sig->func.recv;
    name = r && r->name && r->name->len ? r->name : name_cstr("_");
  }
  Object *first = object_new(OBJ_VAR, m->pos, c->pkg, name, recv);
  first->var.is_param = true;
  vec_push(&t->func.params, first);
  vec_each(Object *, p, &sig->func.params)
    vec_push(&t->func.params, *p);
  vec_each(Object *, p, &sig->func.results)
    vec_push(&t->func.results, *p);
  t->func.variadic = sig->func.variadic;
  return t;
}

static void method_expr(Checker *c, Expr *e, LookupResult *r) {
  Expr *x = e->selector.x, *sel = e->selector.sel;
  if (r->obj->kind != OBJ_FUNC) {
    check_error(c, sel->pos, "%s.%s undefined (type %s has no method %s)",
                expr_string(perm, x), sel->ident.name->s,
                type_str(c, x->type), sel->ident.name->s);
    return;
  }
  e->selector.selection = selection_new(SEL_METHOD_EXPR, x->type, r);
  e->mode = MODE_VALUE;
  e->type = method_expr_type(c, x->type, r->obj);
  add_dependency(c, r->obj);
}

// A pointer method called on a variable takes its address.
static bool takes_address(Expr *x, LookupResult *r) {
  Object *m = r->obj;
  return m->kind == OBJ_FUNC && m->func.ptr_recv && !r->indirect &&
         under(x->type)->kind != TY_POINTER;
}

static void field_or_method(Checker *c, Expr *e, LookupResult *r) {
  Expr *x = e->selector.x;
  Object *obj = r->obj;
  if (obj->kind == OBJ_FUNC) {
    e->selector.selection = selection_new(SEL_METHOD, x->type, r);
    if (takes_address(x, r))
      mark_addr_taken(x);
    e->mode = MODE_VALUE;
    add_dependency(c, obj);
  } else {
    e->selector.selection = selection_new(SEL_FIELD, x->type, r);
    e->mode = x->mode == MODE_VAR || r->indirect ? MODE_VAR : MODE_VALUE;
  }
  e->type = obj->type;
}

void check_selector(Checker *c, Expr *e, bool want_type) {
  Expr *x = e->selector.x, *sel = e->selector.sel;
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  e->selector.selection = NULL;
  Object *pkgname = package_name(c, x);
  if (pkgname) {
    qualified(c, e, pkgname, want_type);
    return;
  }
  check_expr_or_type(c, x);
  if (x->mode == MODE_BUILTIN) {
    check_error(c, e->selector.dot, "invalid use of %s in selector "
                "expression", operand_string(c, x));
    return;
  }
  if (x->mode == MODE_INVALID)
    return;
  if (is_blank(sel)) {
    check_error(c, sel->pos, "cannot refer to blank field or method");
    return;
  }
  if (want_type) {
    // A type that mentions its own methods: the cycle says more.
    if (x->mode != MODE_TYPE || x->type->kind != TY_NAMED ||
        x->type->named.targs.len || !needs_itself(c, x->type))
      check_error(c, sel->pos, "%s is not a type", expr_string(perm, e));
    return;
  }
  if (x->mode == MODE_NIL) {
    check_error(c, sel->pos, "invalid use of nil in selector expression");
    return;
  }
  LookupResult r = lookup_field_or_method(x->type, x->mode == MODE_VAR,
                                          c->pkg, sel->ident.name);
  if (!r.obj || r.ambiguous || r.ptr_recv) {
    missing(c, e, &r);
    return;
  }
  if (r.obj->kind == OBJ_FUNC && !r.obj->type)
    check_object(c, r.obj);
  if (!r.obj->type || r.obj->type->kind == TY_INVALID)
    return;
  sel->ident.obj = r.obj;
  if (x->mode == MODE_TYPE)
    method_expr(c, e, &r);
  else
    field_or_method(c, e, &r);
}
