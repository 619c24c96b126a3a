// SPDX-License-Identifier: MIT
//
// Type parameters: substitution, and instances of generic types. An instance
// is made once for each list of arguments. Its right-hand side and its
// methods are made when someone asks, because generic types may mention
// instances of themselves.
#include "types.h"

enum { DEEPEST = 500 };

typedef struct Subst {
  TypeVec *from, *to;
  int depth;
} Subst;

static Type *subst(Subst *s, Type *t);

Type *constraint_interface(Type *p) {
  Type *c = p->tparam.constraint;
  if (!c) return type_any;
  if (c->kind == TY_TYPEPARAM) return type_any;  // reported
  Type *u = under(c);
  if (u->kind == TY_INTERFACE) return u;
  if (u->kind == TY_INVALID) return type_any;
  // [P int] means [P interface{ int }].
  static Map implicit;
  Type *i = map_get(&implicit, c);
  if (!i) {
    i = type_interface_new();
    i->interface.implicit = true;
    vec_push(&i->interface.embeds, c);
    map_put(&implicit, c, i);
    interface_complete(i);
  }
  return i;
}

// ---- substitution ----------------------------------------------------------

// Copies a list of objects if the type of one of them changes.
static bool subst_objects(Subst *s, ObjectVec *in, ObjectVec *out) {
  bool changed = false;
  vec_each(Object *, p, in) {
    Object *obj = *p;
    Type *t = obj->type ? subst(s, obj->type) : NULL;
    if (t != obj->type) {
      Object *copy = NEW(Object);
      *copy = *obj;
      copy->type = t;
      copy->shown = NULL;
      copy->lower = NULL;
      if (copy->kind == OBJ_FUNC && !copy->func.origin)
        copy->func.origin = obj;
      obj = copy;
      changed = true;
    }
    vec_push(out, obj);
  }
  return changed;
}

static bool subst_types(Subst *s, TypeVec *in, TypeVec *out) {
  bool changed = false;
  vec_each(Type *, p, in) {
    Type *t = subst(s, *p);
    changed |= t != *p;
    vec_push(out, t);
  }
  return changed;
}

static Type *subst_struct(Subst *s, Type *t) {
  ObjectVec fields = {0};
  if (!subst_objects(s, &t->struct_.fields, &fields)) return t;
  Type *r = type_struct_new();
  r->struct_.fields = fields;
  vec_each(Name *, tag, &t->struct_.tags) vec_push(&r->struct_.tags, *tag);
  return r;
}

static Type *subst_func(Subst *s, Type *t) {
  ObjectVec params = {0}, results = {0};
  bool changed = subst_objects(s, &t->func.params, &params);
  changed |= subst_objects(s, &t->func.results, &results);
  if (!changed) return t;
  Type *r = type_func_new();
  r->func.recv = t->func.recv;
  r->func.params = params;
  r->func.results = results;
  r->func.variadic = t->func.variadic;
  r->func.tparams = t->func.tparams;
  return r;
}

static Type *subst_interface(Subst *s, Type *t) {
  ObjectVec methods = {0};
  TypeVec embeds = {0};
  bool changed = subst_objects(s, &t->interface.methods, &methods);
  changed |= subst_types(s, &t->interface.embeds, &embeds);
  if (!changed) return t;
  Type *r = type_interface_new();
  r->interface.methods = methods;
  vec_each(Object *, m, &r->interface.methods) (*m)->func.iface = r;
  r->interface.embeds = embeds;
  vec_each(Pos, p, &t->interface.embed_pos)
    vec_push(&r->interface.embed_pos, *p);
  r->interface.implicit = t->interface.implicit;
  return r;
}

static Type *subst_union(Subst *s, Type *t) {
  bool changed = false;
  Type *r = NEW(Type);
  r->kind = TY_UNION;
  vec_each(struct Term, term, &t->union_.terms) {
    struct Term x = {term->tilde, subst(s, term->type)};
    changed |= x.type != term->type;
    vec_push(&r->union_.terms, x);
  }
  return changed ? r : t;
}

static Type *subst_param(Subst *s, Type *t) {
  for (int i = 0; i < s->from->len && i < s->to->len; i++)
    if (s->from->at[i] == t) return s->to->at[i];
  return t;
}

static Type *subst_literal(Subst *s, Type *t) {
  switch (t->kind) {
    case TY_TYPEPARAM: return subst_param(s, t);
    case TY_NAMED: {
      // Types local to a generic function are replaced as well.
      Type *local = t->named.local_id ? subst_param(s, t) : t;
      if (local != t) return local;
      TypeVec args = {0};
      if (!t->named.targs.len || !t->named.origin) return t;
      Type *origin = t->named.origin;
      if (origin->named.local_id) origin = subst_param(s, origin);
      bool changed = subst_types(s, &t->named.targs, &args);
      if (!changed && origin == t->named.origin) return t;
      return instantiate(origin, changed ? &args : &t->named.targs);
    }
    case TY_POINTER: {
      Type *e = subst(s, t->pointer.elem);
      return e == t->pointer.elem ? t : type_pointer(e);
    }
    case TY_SLICE: {
      Type *e = subst(s, t->slice.elem);
      return e == t->slice.elem ? t : type_slice(e);
    }
    case TY_ARRAY: {
      Type *e = subst(s, t->array.elem);
      return e == t->array.elem ? t : type_array(e, t->array.len);
    }
    case TY_MAP: {
      Type *k = subst(s, t->map.key), *e = subst(s, t->map.elem);
      return k == t->map.key && e == t->map.elem ? t : type_map(k, e);
    }
    case TY_CHAN: {
      Type *e = subst(s, t->chan.elem);
      return e == t->chan.elem ? t : type_chan(e, t->chan.dir);
    }
    case TY_STRUCT: return subst_struct(s, t);
    case TY_FUNC: return subst_func(s, t);
    case TY_INTERFACE: return subst_interface(s, t);
    case TY_UNION: return subst_union(s, t);
    case TY_TUPLE: {
      TypeVec list = {0};
      if (!subst_types(s, &t->tuple.types, &list)) return t;
      return type_tuple(list.at, list.len);
    }
    case TY_INVALID: case TY_BASIC: return t;
  }
  return t;
}

static Type *subst(Subst *s, Type *t) {
  if (!t || s->depth >= DEEPEST) return t;
  s->depth++;
  Type *r = subst_literal(s, t);
  s->depth--;
  return r;
}

Type *subst_type(Type *t, TypeVec *tparams, TypeVec *targs) {
  if (!tparams->len) return t;
  Subst s = {tparams, targs, 0};
  return subst(&s, t);
}

// ---- instances -------------------------------------------------------------

static bool same_args(TypeVec *a, TypeVec *b) {
  if (a->len != b->len) return false;
  for (int i = 0; i < a->len; i++)
    if (!identical(a->at[i], b->at[i])) return false;
  return true;
}

static int nesting(Type *t, int limit) {
  if (limit <= 0 || t->kind != TY_NAMED) return 0;
  int most = 0;
  vec_each(Type *, a, &t->named.targs) {
    int n = 1 + nesting(*a, limit - 1);
    if (n > most) most = n;
  }
  return most;
}

Type *instantiate(Type *generic, TypeVec *targs) {
  enum { DEEPEST_ARGS = 100 };
  static Map instances;  // generic type -> TypeVec
  if (generic->named.obj->type_.alias) {
    if (!generic->named.rhs) return type_invalid;
    return subst_type(generic->named.rhs, &generic->named.tparams, targs);
  }
  TypeVec *list = map_get(&instances, generic);
  if (!list) {
    list = NEW(TypeVec);
    map_put(&instances, generic, list);
  }
  vec_each(Type *, t, list)
    if (same_args(&(*t)->named.targs, targs)) return *t;
  Type *t = type_named_new(generic->named.obj);
  t->named.origin = generic;
  t->named.local_id = generic->named.local_id;
  t->named.outer = generic->named.outer;
  vec_each(Type *, a, targs) vec_push(&t->named.targs, *a);
  // T[P] that holds T[T[P]] would go on for ever.
  if (nesting(t, DEEPEST_ARGS + 1) > DEEPEST_ARGS) {
    error_at(generic->named.obj->pos, "instantiation cycle");
    return type_invalid;
  }
  vec_push(list, t);
  return t;
}

void instance_expand(Type *t) {
  Type *g = t->named.origin;
  if (t->named.rhs || !g->named.rhs) return;
  if (g->named.tparams.len != t->named.targs.len) {
    t->named.rhs = type_invalid;
    return;
  }
  t->named.rhs = subst_type(g->named.rhs, &g->named.tparams, &t->named.targs);
}

// The method's own names for the type parameters: the arguments of its
// receiver's type.
static TypeVec *receiver_args(Object *m) {
  Object *recv = m->type ? m->type->func.recv : NULL;
  if (!recv || !recv->type) return NULL;
  Type *t = deref(recv->type, NULL);
  return t->kind == TY_NAMED ? &t->named.targs : NULL;
}

// The type of m as a method of t, whose arguments replace `from`. Its receiver
// is t's, although receivers do not count for identity.
static Type *method_type(Object *m, Type *t, TypeVec *from) {
  Type *sig = type_func_new();
  *sig = *subst_type(m->type, from, &t->named.targs);
  sig->lower = NULL;
  if (sig->func.recv) {
    Object *recv = NEW(Object);
    *recv = *sig->func.recv;
    recv->type = recv->type->kind == TY_POINTER ? type_pointer(t) : t;
    sig->func.recv = recv;
  }
  return sig;
}

Object *instance_method(Type *t, int i) {
  ObjectVec *methods = &t->named.methods;
  Object *m = t->named.origin->named.methods.at[i];
  while (methods->len <= i) vec_push(methods, NULL);
  Object *copy = methods->at[i];
  if (!copy) {
    copy = NEW(Object);
    *copy = *m;
    copy->type = NULL;
    copy->lower = NULL;
    copy->func.origin = m;
    copy->func.instance = t;
    copy->func.recv_named = t;
    methods->at[i] = copy;
  }
  if (!copy->type && !m->type && current_checker)
    check_object(current_checker, m);
  if (!copy->type && m->type) {
    TypeVec *from = receiver_args(m);
    if (from && from->len == t->named.targs.len)
      copy->type = method_type(m, t, from);
    else if (m->color == COLOR_BLACK)
      copy->type = m->type;
  }
  return copy;
}
