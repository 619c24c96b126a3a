// SPDX-License-Identifier: MIT
//
// Type identity. Declared types are identical only to themselves, instances
// if their generic type and their arguments are; type literals by structure.
// Interfaces can be compared again while they are being compared (a method
// may mention the interface through an anonymous type): such pairs are
// assumed identical.
#include "types.h"

typedef struct Pair {
  Type *x, *y;
  const struct Pair *outer;
} Pair;

typedef struct Comparer {
  bool ignore_tags;
  int depth;
} Comparer;

enum { DEEPEST = 20000 };

static bool same(Comparer *c, Type *x, Type *y, const Pair *p);

static bool same_package(const Package *a, const Package *b) {
  return a == b || (a && b && strcmp(a->path, b->path) == 0);
}

bool same_id(const Object *obj, const Package *pkg, const Name *name) {
  return obj->name == name &&
         (name_is_exported(name) || same_package(obj->pkg, pkg));
}

static bool same_vars(Comparer *c, ObjectVec *x, ObjectVec *y, const Pair *p) {
  if (x->len != y->len) return false;
  for (int i = 0; i < x->len; i++)
    if (!same(c, x->at[i]->type, y->at[i]->type, p)) return false;
  return true;
}

static bool same_structs(Comparer *c, Type *x, Type *y, const Pair *p) {
  if (x->struct_.fields.len != y->struct_.fields.len) return false;
  for (int i = 0; i < x->struct_.fields.len; i++) {
    Object *f = x->struct_.fields.at[i], *g = y->struct_.fields.at[i];
    if (f->var.embedded != g->var.embedded) return false;
    if (!same_id(f, g->pkg, g->name)) return false;
    if (!c->ignore_tags && x->struct_.tags.at[i] != y->struct_.tags.at[i])
      return false;
    if (!same(c, f->type, g->type, p)) return false;
  }
  return true;
}

static bool same_types(Comparer *c, TypeVec *x, TypeVec *y, const Pair *p) {
  if (x->len != y->len) return false;
  for (int i = 0; i < x->len; i++)
    if (!same(c, x->at[i], y->at[i], p)) return false;
  return true;
}

static bool same_funcs(Comparer *c, Type *x, Type *y, const Pair *p) {
  if (x->func.variadic != y->func.variadic) return false;
  if (x->func.tparams.len != y->func.tparams.len) return false;
  if (x->func.tparams.len) {
    // Generic functions: identical up to the names of their parameters.
    y = subst_type(y, &y->func.tparams, &x->func.tparams);
    for (int i = 0; i < x->func.tparams.len; i++)
      if (!same(c, x->func.tparams.at[i]->tparam.constraint,
                y->func.tparams.at[i]->tparam.constraint, p))
        return false;
  }
  return same_vars(c, &x->func.params, &y->func.params, p) &&
         same_vars(c, &x->func.results, &y->func.results, p);
}

static bool has_term(Comparer *c, Type *set, struct Term *t, const Pair *p) {
  vec_each(struct Term, s, &set->interface.terms)
    if (s->tilde == t->tilde && same(c, s->type, t->type, p)) return true;
  return false;
}

static bool same_interfaces(Comparer *c, Type *x, Type *y, const Pair *p) {
  interface_complete(x);
  interface_complete(y);
  if (x->interface.is_comparable != y->interface.is_comparable ||
      x->interface.has_terms != y->interface.has_terms ||
      x->interface.all.len != y->interface.all.len)
    return false;
  for (const Pair *q = p; q; q = q->outer)
    if ((q->x == x && q->y == y) || (q->x == y && q->y == x)) return true;
  Pair pair = {x, y, p};
  vec_each(struct Term, t, &x->interface.terms)
    if (!has_term(c, y, t, &pair)) return false;
  vec_each(struct Term, t, &y->interface.terms)
    if (!has_term(c, x, t, &pair)) return false;
  for (int i = 0; i < x->interface.all.len; i++) {
    Object *m = x->interface.all.at[i], *n = y->interface.all.at[i];
    if (!same_id(m, n->pkg, n->name) || !same(c, m->type, n->type, &pair))
      return false;
  }
  return true;
}

static bool same_unions(Comparer *c, Type *x, Type *y, const Pair *p) {
  if (x->union_.terms.len != y->union_.terms.len) return false;
  for (int i = 0; i < x->union_.terms.len; i++) {
    struct Term *s = &x->union_.terms.at[i], *t = &y->union_.terms.at[i];
    if (s->tilde != t->tilde || !same(c, s->type, t->type, p)) return false;
  }
  return true;
}

static bool same_literals(Comparer *c, Type *x, Type *y, const Pair *p) {
  switch (x->kind) {
    case TY_BASIC: return x->basic.kind == y->basic.kind;
    case TY_NAMED:
      return x->named.origin && x->named.origin == y->named.origin &&
             same_types(c, &x->named.targs, &y->named.targs, p);
    case TY_POINTER: return same(c, x->pointer.elem, y->pointer.elem, p);
    case TY_SLICE: return same(c, x->slice.elem, y->slice.elem, p);
    case TY_ARRAY:
      // A length that could not be determined was reported.
      return (x->array.len == y->array.len || x->array.len < 0 ||
              y->array.len < 0) &&
             same(c, x->array.elem, y->array.elem, p);
    case TY_MAP:
      return same(c, x->map.key, y->map.key, p) &&
             same(c, x->map.elem, y->map.elem, p);
    case TY_CHAN:
      return x->chan.dir == y->chan.dir &&
             same(c, x->chan.elem, y->chan.elem, p);
    case TY_STRUCT: return same_structs(c, x, y, p);
    case TY_FUNC: return same_funcs(c, x, y, p);
    case TY_INTERFACE: return same_interfaces(c, x, y, p);
    case TY_TUPLE: return same_types(c, &x->tuple.types, &y->tuple.types, p);
    case TY_UNION: return same_unions(c, x, y, p);
    case TY_TYPEPARAM: case TY_INVALID: return false;
  }
  return false;
}

static bool same(Comparer *c, Type *x, Type *y, const Pair *p) {
  if (x == y) return true;
  if (!x || !y || x->kind != y->kind) return false;
  if (c->depth >= DEEPEST) return true;
  c->depth++;
  bool ok = same_literals(c, x, y, p);
  c->depth--;
  return ok;
}

bool identical(Type *a, Type *b) {
  Comparer c = {0};
  return same(&c, a, b, NULL);
}

bool identical_ignore_tags(Type *a, Type *b) {
  Comparer c = {.ignore_tags = true};
  return same(&c, a, b, NULL);
}
