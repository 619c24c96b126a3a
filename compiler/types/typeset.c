// SPDX-License-Identifier: MIT
//
// What operations on values of type parameters need: properties that all
// types of a type set share. For any other type the set is the type itself.
#include "types.h"

typedef VEC(Type *) TypeList;

// The underlying types of t's type set. False if there are none: the
// constraint has no terms.
static bool members(Type *t, TypeList *out) {
  if (!is_type_param(t)) {
    vec_push(out, under(t));
    return true;
  }
  Type *i = under(t);
  if (i->kind != TY_INTERFACE)
    return false;
  interface_complete(i);
  if (!i->interface.has_terms || i->interface.terms.len == 0)
    return false;
  vec_each(struct Term, term, &i->interface.terms)
    vec_push(out, under(term->type));
  return true;
}

// Two channel types with the same elements agree on the narrower direction.
static Type *common_channel(Type *a, Type *b) {
  if (!identical(a->chan.elem, b->chan.elem))
    return NULL;
  int both = GL_RECV_DIR | GL_SEND_DIR;
  if (a->chan.dir == b->chan.dir || b->chan.dir == both)
    return a;
  return a->chan.dir == both ? b : NULL;
}

Type *common_under(Type *t) {
  if (!is_type_param(t))
    return under(t);
  TypeList list = {0};
  if (!members(t, &list))
    return NULL;
  Type *u = list.at[0];
  for (int i = 1; i < list.len && u; i++) {
    Type *v = list.at[i];
    if (identical(u, v))
      continue;
    u = u->kind == TY_CHAN && v->kind == TY_CHAN ? common_channel(u, v)
                                                 : NULL;
  }
  return u;
}

// u, or []byte in the place of a string.
static Type *as_bytes(Type *u) {
  static Type *bytes;
  if (!bytes)
    bytes = type_slice(type_byte);
  return u->kind == TY_BASIC && is_string(u) ? bytes : u;
}

// Why common_under(t) is NULL, or if strings count as bytes, common_bytes.
const char *why_no_common(Checker *c, Type *t, bool strings) {
  TypeList list = {0};
  if (!members(t, &list))
    return strings ? arena_printf(perm, "no specific type in %s",
                                  type_str(c, t))
                   : "no specific type";
  vec_each(struct Term, term, &under(t)->interface.terms) {
    Type *first = under(t)->interface.terms.at[0].type;
    Type *u = under(first), *v = under(term->type);
    if (strings) {
      u = as_bytes(u);
      v = as_bytes(v);
    }
    if (u->kind == TY_CHAN && v->kind == TY_CHAN && !common_channel(u, v))
      return arena_printf(perm, "channels %s and %s have %s",
                          type_str(c, first), type_str(c, term->type),
                          identical(u->chan.elem, v->chan.elem)
                              ? "conflicting directions"
                              : "different element types");
    if (!identical(u, v))
      return arena_printf(perm, "%s and %s have different underlying types",
                          type_str(c, first), type_str(c, term->type));
  }
  return "no common underlying type";
}

// Like common_under, but strings count as []byte where both occur: *string
// tells whether there is one. NULL if the types differ.
Type *common_bytes(Type *t, bool *string) {
  TypeList list = {0};
  *string = false;
  if (!members(t, &list))
    return NULL;
  Type *u = NULL;
  vec_each(Type *, p, &list) {
    Type *v = as_bytes(*p);
    *string |= v != *p;
    if (u && !identical(u, v))
      return NULL;
    u = v;
  }
  return *string ? types_basic[B_STRING] : u;
}

Type *send_only_term(Type *t) {
  if (!is_type_param(t)) {
    Type *u = under(t);
    return u->kind == TY_CHAN && !(u->chan.dir & GL_RECV_DIR) ? t : NULL;
  }
  TypeList list = {0};
  if (!members(t, &list))
    return NULL;
  vec_each(struct Term, term, &under(t)->interface.terms) {
    if (send_only_term(term->type))
      return term->type;
  }
  return NULL;
}

bool each_under(Type *t, bool (*ok)(Type *u, void *data), void *data) {
  TypeList list = {0};
  if (!members(t, &list))
    return false;
  vec_each(Type *, u, &list) {
    if (!ok(*u, data))
      return false;
  }
  return true;
}

// ---- indexing --------------------------------------------------------------

static bool element(Type *u, bool addressable, Element *e) {
  *e = (Element){.length = -1, .mode = MODE_VAR};
  if (u->kind == TY_BASIC && is_string(u)) {
    e->elem = type_byte;
    e->mode = MODE_VALUE;
  } else if (u->kind == TY_ARRAY) {
    e->elem = u->array.elem;
    e->length = u->array.len;
    e->mode = addressable ? MODE_VAR : MODE_VALUE;
  } else if (u->kind == TY_POINTER &&
             under(u->pointer.elem)->kind == TY_ARRAY) {
    Type *array = under(u->pointer.elem);
    e->elem = array->array.elem;
    e->length = array->array.len;
  } else if (u->kind == TY_SLICE) {
    e->elem = u->slice.elem;
  } else if (u->kind == TY_MAP) {
    e->key = u->map.key;
    e->elem = u->map.elem;
    e->mode = MODE_MAPINDEX;
  }
  return e->elem != NULL;
}

// What x[i] is for every type of x's type set: the element types must be
// identical, and either all are maps with identical keys or none is.
bool element_of(Type *t, bool addressable, Element *e) {
  TypeList list = {0};
  if (!members(t, &list) || !element(list.at[0], addressable, e))
    return false;
  for (int i = 1; i < list.len; i++) {
    Element f;
    if (!element(list.at[i], addressable, &f) ||
        !identical(e->elem, f.elem) || !e->key != !f.key ||
        (e->key && !identical(e->key, f.key)))
      return false;
    if (f.mode == MODE_VALUE)
      e->mode = MODE_VALUE;
    if (f.length >= 0 && (e->length < 0 || f.length < e->length))
      e->length = f.length;
  }
  return true;
}
