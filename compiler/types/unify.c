// SPDX-License-Identifier: MIT
//
// Unification: finding types for type parameters that make two types equal.
// Type parameters that must be the same share a handle, which holds the type
// found for all of them.
//
// Modes: inexact unification lets a declared type match a type literal with
// its underlying type, and a directed channel a bidirectional one, as
// assignment does; below the top level of an assignment all is exact.
#include "types.h"

enum { DEEPEST = 100 };

typedef struct Pair {  // interfaces being compared, against endless recursion
  Type *x, *y;
  struct Pair *outer;
} Pair;

static bool nify(Unifier *u, Type *x, Type *y, int mode, Pair *p);

void unifier_init(Unifier *u, TypeVec *tparams, TypeVec *targs) {
  *u = (Unifier){.tparams = *tparams};
  u->by_methods = !current_checker || has_lang(current_checker, 21);
  for (int i = 0; i < tparams->len; i++) {
    Type **slot = NEW(Type *);
    *slot = i < targs->len ? targs->at[i] : NULL;
    vec_push(&u->handles, slot);
  }
}

static int bound(Unifier *u, Type *t) {
  if (!t || t->kind != TY_TYPEPARAM)
    return -1;
  for (int i = 0; i < u->tparams.len; i++) {
    if (u->tparams.at[i] == t)
      return i;
  }
  return -1;
}

static void share(Unifier *u, Type **from, Type **to) {
  for (int i = 0; i < u->handles.len; i++) {
    if (u->handles.at[i] == from)
      u->handles.at[i] = to;
  }
}

// False if both have types already.
static bool join(Unifier *u, int x, int y) {
  Type **hx = u->handles.at[x], **hy = u->handles.at[y];
  if (hx == hy)
    return true;
  if (*hx && *hy)
    return false;
  if (*hx)
    share(u, hy, hx);
  else
    share(u, hx, hy);
  return true;
}

int unifier_unknowns(Unifier *u) {
  int n = 0;
  vec_each(Type **, h, &u->handles)
    n += **h == NULL;
  return n;
}

static bool is_type_literal(Type *t) {
  return t->kind != TY_NAMED && t->kind != TY_TYPEPARAM;
}

static Type *as_interface(Type *t) {
  if (t->kind == TY_TYPEPARAM)
    return NULL;
  Type *u = under(t);
  if (u->kind != TY_INTERFACE)
    return NULL;
  interface_complete(u);
  return u;
}

static bool same_identifier(Object *a, Object *b) {
  return a->name == b->name &&
         (name_is_exported(a->name) || a->pkg == b->pkg);
}

// ---- type parameters -------------------------------------------------------

// x's type parameter has type t already, which unifies with y: which of the
// two to keep. False if they only look alike.
static bool keep(Unifier *u, int px, Type *t, Type *y, int mode) {
  Type *xi = as_interface(t), *yi = as_interface(y);
  bool xn = t->kind == TY_NAMED, yn = y->kind == TY_NAMED;
  if (xi && yi) {
    if (xn && yn)
      return identical(t, y);
    if (xi->interface.all.len != yi->interface.all.len)
      return false;
  } else if (xi || yi) {
    return false;
  }
  if (mode & UNIFY_EXACT)
    return true;
  // Prefer the declared type, then a channel with a direction.
  if (!xn && yn) {
    *u->handles.at[px] = y;
  } else if (!xn) {
    Type *c = under(y);
    if (c->kind == TY_CHAN && c->chan.dir != (GL_RECV_DIR | GL_SEND_DIR))
      *u->handles.at[px] = y;
  }
  return true;
}

static bool nify_param(Unifier *u, int px, Type *y, int mode, Pair *p) {
  Type *t = *u->handles.at[px];
  if (!t) {
    *u->handles.at[px] = y;
    return true;
  }
  return nify(u, t, y, mode, p) && keep(u, px, t, y, mode);
}

// ---- interfaces ------------------------------------------------------------

static bool seen_pair(Pair *p, Type *x, Type *y) {
  for (; p; p = p->outer) {
    if ((p->x == x && p->y == y) || (p->x == y && p->y == x))
      return true;
  }
  return false;
}

static bool same_terms(Type *x, Type *y) {
  if (x->interface.has_terms != y->interface.has_terms ||
      x->interface.is_comparable != y->interface.is_comparable ||
      x->interface.terms.len != y->interface.terms.len)
    return false;
  for (int i = 0; i < x->interface.terms.len; i++) {
    struct Term *a = &x->interface.terms.at[i], *b = &y->interface.terms.at[i];
    if (a->tilde != b->tilde || !identical(a->type, b->type))
      return false;
  }
  return true;
}

static Object *method_named(Type *i, Object *m) {
  vec_each(Object *, o, &i->interface.all) {
    if (same_identifier(*o, m))
      return *o;
  }
  return NULL;
}

// Every method of the smaller one must be in the other; exact: they have the
// same methods.
static bool nify_interfaces(Unifier *u, Type *x, Type *y, bool same_count,
                            Pair *p) {
  if (!same_terms(x, y))
    return false;
  if (same_count && x->interface.all.len != y->interface.all.len)
    return false;
  if (seen_pair(p, x, y))
    return true;
  Pair q = {x, y, p};
  if (x->interface.all.len > y->interface.all.len) {
    Type *t = x;
    x = y;
    y = t;
  }
  vec_each(Object *, m, &x->interface.all) {
    Object *o = method_named(y, *m);
    if (!o || !(*m)->type || !o->type ||
        !nify(u, (*m)->type, o->type, UNIFY_EXACT, &q))
      return false;
  }
  return true;
}

// The type t must have the methods of the interface.
static bool nify_methods(Unifier *u, Type *iface, Type *t, Pair *p) {
  if (seen_pair(p, iface, t))
    return true;
  Pair q = {iface, t, p};
  vec_each(Object *, m, &iface->interface.all) {
    LookupResult r =
        lookup_field_or_method(t, false, (*m)->pkg, (*m)->name);
    if (!r.obj || r.ambiguous || r.ptr_recv || r.obj->kind != OBJ_FUNC)
      return false;
    if (!r.obj->type && current_checker)
      check_object(current_checker, r.obj);
    if (!r.obj->type ||
        !nify(u, (*m)->type, r.obj->type, UNIFY_EXACT, &q))
      return false;
  }
  return true;
}

// ---- type literals ---------------------------------------------------------

static bool nify_objects(Unifier *u, ObjectVec *x, ObjectVec *y, int mode,
                         Pair *p) {
  if (x->len != y->len)
    return false;
  for (int i = 0; i < x->len; i++) {
    if (!nify(u, x->at[i]->type, y->at[i]->type, mode, p))
      return false;
  }
  return true;
}

static bool nify_structs(Unifier *u, Type *x, Type *y, int mode, Pair *p) {
  ObjectVec *xs = &x->struct_.fields, *ys = &y->struct_.fields;
  if (xs->len != ys->len)
    return false;
  for (int i = 0; i < xs->len; i++) {
    Object *f = xs->at[i], *g = ys->at[i];
    Name *ft = i < x->struct_.tags.len ? x->struct_.tags.at[i] : NULL;
    Name *gt = i < y->struct_.tags.len ? y->struct_.tags.at[i] : NULL;
    if (f->var.embedded != g->var.embedded || ft != gt ||
        !same_identifier(f, g) || !nify(u, f->type, g->type, mode, p))
      return false;
  }
  return true;
}

static bool nify_named(Unifier *u, Type *x, Type *y, int mode, Pair *p) {
  TypeVec *a = &x->named.targs, *b = &y->named.targs;
  Type *xo = x->named.origin ? x->named.origin : x;
  Type *yo = y->named.origin ? y->named.origin : y;
  if (a->len != b->len)
    return false;
  // Arguments first: messages show what was found.
  for (int i = 0; i < a->len; i++) {
    if (!nify(u, a->at[i], b->at[i], mode, p))
      return false;
  }
  return xo == yo && (a->len > 0 || x == y);
}

static bool nify_same_kind(Unifier *u, Type *x, Type *y, int mode, Pair *p) {
  int emode = mode & UNIFY_ASSIGN ? mode | UNIFY_EXACT : mode;
  switch (x->kind) {
  case TY_BASIC: return x->basic.kind == y->basic.kind;
  case TY_ARRAY:
    return (x->array.len < 0 || y->array.len < 0 ||
            x->array.len == y->array.len) &&
           nify(u, x->array.elem, y->array.elem, emode, p);
  case TY_SLICE: return nify(u, x->slice.elem, y->slice.elem, emode, p);
  case TY_POINTER: return nify(u, x->pointer.elem, y->pointer.elem, emode, p);
  case TY_STRUCT: return nify_structs(u, x, y, emode, p);
  case TY_FUNC:
    return x->func.variadic == y->func.variadic &&
           nify_objects(u, &x->func.params, &y->func.params, emode, p) &&
           nify_objects(u, &x->func.results, &y->func.results, emode, p);
  case TY_INTERFACE:
    return nify_interfaces(u, as_interface(x), as_interface(y), true, p);
  case TY_MAP:
    return nify(u, x->map.key, y->map.key, emode, p) &&
           nify(u, x->map.elem, y->map.elem, emode, p);
  case TY_CHAN:
    return (!(mode & UNIFY_EXACT) || x->chan.dir == y->chan.dir) &&
           nify(u, x->chan.elem, y->chan.elem, emode, p);
  case TY_NAMED: return nify_named(u, x, y, mode, p);
  default: return false;
  }
}

// ---- unification -----------------------------------------------------------

static bool nify_unbound(Unifier *u, Type *x, Type *y, int mode, Pair *p) {
  if (!(mode & UNIFY_EXACT) && u->by_methods) {
    Type *xi = as_interface(x), *yi = as_interface(y);
    if (xi && yi)
      return nify_interfaces(u, xi, yi, false, p);
    if (xi)
      return nify_methods(u, xi, y, p);
    if (yi)
      return nify_methods(u, yi, x, p);
  }
  if (y->kind == TY_TYPEPARAM) {
    Type *t = x;
    x = y;
    y = t;
  }
  if (x->kind == TY_TYPEPARAM) {  // of the function around the call
    Type *core = common_under(x);
    return core && nify(u, core, y, UNIFY_ASSIGN, p);
  }
  return x->kind == y->kind && nify_same_kind(u, x, y, mode, p);
}

static bool nify(Unifier *u, Type *x, Type *y, int mode, Pair *p) {
  if (x == y)
    return true;
  if (!x || !y || u->depth > DEEPEST)
    return false;
  if (x->kind == TY_NAMED || bound(u, y) >= 0) {
    Type *t = x;
    x = y;
    y = t;
  }
  if (!(mode & UNIFY_EXACT) && y->kind == TY_NAMED && is_type_literal(x) &&
      !(u->by_methods && as_interface(x))) {
    y = under(y);
    if (x == y)
      return true;
  }
  u->depth++;
  int px = bound(u, x), py = bound(u, y);
  bool ok;
  if (px >= 0 && py >= 0)
    ok = join(u, px, py) ||
         nify(u, *u->handles.at[px], *u->handles.at[py], mode, p);
  else if (px >= 0)
    ok = nify_param(u, px, y, mode, p);
  else
    ok = nify_unbound(u, x, y, mode, p);
  u->depth--;
  return ok;
}

bool unify(Unifier *u, Type *x, Type *y, int mode) {
  return nify(u, x, y, mode, NULL);
}

bool unify_methods(Unifier *u, Type *iface, Type *t) {
  return nify_methods(u, iface, t, NULL);
}
