// SPDX-License-Identifier: MIT
//
// Scopes: the universe, one per package, one per file inside it, then
// functions and blocks. Objects of functions are visible from their
// scope_start on, so that `x := x` finds the outer x.
#include "types.h"

Scope *scope_new(Scope *outer, FuncInfo *func) {
  Scope *s = NEW(Scope);
  s->outer = outer;
  s->func = func;
  return s;
}

Object *scope_insert(Scope *s, Object *obj) {
  Object *other = map_get(&s->names, obj->name);
  if (other) return other;
  map_put(&s->names, obj->name, obj);
  vec_push(&s->objects, obj);
  if (!obj->parent) obj->parent = s;
  return NULL;
}

Object *scope_lookup(Scope *s, Name *name) {
  return map_get(&s->names, name);
}

Object *scope_lookup_outward(Scope *s, Name *name, Pos pos, Scope **where) {
  for (; s; s = s->outer) {
    Object *obj = map_get(&s->names, name);
    if (obj && obj->scope_start <= pos) {
      if (where) *where = s;
      return obj;
    }
  }
  if (where) *where = NULL;
  return NULL;
}

Object *object_new(ObjKind kind, Pos pos, Package *pkg, Name *name, Type *t) {
  Object *obj = NEW(Object);
  obj->kind = kind;
  obj->pos = pos;
  obj->pkg = pkg;
  obj->name = name;
  obj->type = t;
  return obj;
}
