// SPDX-License-Identifier: MIT
//
// Making types and asking about them. Pointers and slices are interned by
// element, the other type literals are not: types are compared by
// identical(), never by address.
#include "types.h"

static Map pointers, slices;  // element -> Type

static Type *new_type(TypeKind kind) {
  Type *t = NEW(Type);
  t->kind = kind;
  return t;
}

Type *type_pointer(Type *elem) {
  Type *t = map_get(&pointers, elem);
  if (t) return t;
  t = new_type(TY_POINTER);
  t->pointer.elem = elem;
  map_put(&pointers, elem, t);
  return t;
}

Type *type_slice(Type *elem) {
  Type *t = map_get(&slices, elem);
  if (t) return t;
  t = new_type(TY_SLICE);
  t->slice.elem = elem;
  map_put(&slices, elem, t);
  return t;
}

Type *type_array(Type *elem, int64_t len) {
  Type *t = new_type(TY_ARRAY);
  t->array.elem = elem;
  t->array.len = len;
  return t;
}

Type *type_map(Type *key, Type *elem) {
  Type *t = new_type(TY_MAP);
  t->map.key = key;
  t->map.elem = elem;
  return t;
}

Type *type_chan(Type *elem, int dir) {
  Type *t = new_type(TY_CHAN);
  t->chan.elem = elem;
  t->chan.dir = dir;
  return t;
}

Type *type_tuple(Type *const *types, int n) {
  Type *t = new_type(TY_TUPLE);
  for (int i = 0; i < n; i++) vec_push(&t->tuple.types, types[i]);
  return t;
}

Type *type_named_new(Object *obj) {
  Type *t = new_type(TY_NAMED);
  t->named.obj = obj;
  return t;
}

Type *type_func_new(void) {
  return new_type(TY_FUNC);
}

Type *type_struct_new(void) {
  return new_type(TY_STRUCT);
}

Type *type_interface_new(void) {
  return new_type(TY_INTERFACE);
}

// ---- underlying types ------------------------------------------------------

// The last type of the chain of right-hand sides. A chain that is still
// being declared, or that runs in a circle, has none yet.
static Type *end_of_chain(Type *t) {
  enum { LONGEST_CHAIN = 1 << 20 };
  Type *at = t;
  for (int i = 0; i < LONGEST_CHAIN; i++) {
    if (at->kind == TY_TYPEPARAM) return type_invalid;
    if (at->kind != TY_NAMED) return at;
    if (at->named.underlying) return at->named.underlying;
    if (at->named.origin) instance_expand(at);
    if (!at->named.rhs || at->named.rhs == t) {
      if (current_checker && current_checker->in_length)
        needs_itself(current_checker, at);
      return NULL;
    }
    at = at->named.rhs;
  }
  return NULL;
}

static Type *resolve_underlying(Type *t) {
  Type *end = end_of_chain(t);
  if (!end) return type_invalid;
  // For all on the way, so that long chains are not walked again.
  while (t->kind == TY_NAMED && !t->named.underlying) {
    t->named.underlying = end;
    t = t->named.rhs;
  }
  return end;
}

Type *under(Type *t) {
  if (!t) return type_invalid;
  if (t->kind == TY_NAMED)
    return t->named.underlying ? t->named.underlying : resolve_underlying(t);
  if (t->kind == TY_TYPEPARAM) return constraint_interface(t);
  return t;
}

bool is_named(Type *t) {
  return t->kind == TY_BASIC || t->kind == TY_NAMED || t->kind == TY_TYPEPARAM;
}

bool is_type_param(Type *t) {
  return t && t->kind == TY_TYPEPARAM;
}

bool is_interface(Type *t) {
  return !is_type_param(t) && under(t)->kind == TY_INTERFACE;
}

bool is_generic(Type *t) {
  if (t->kind == TY_NAMED) return t->named.tparams.len && !t->named.targs.len;
  return t->kind == TY_FUNC && t->func.tparams.len;
}

// ---- basic properties ------------------------------------------------------

static int basic_info(Type *t) {
  Type *u = under(t);
  return u->kind == TY_BASIC ? u->basic.info : 0;
}

bool type_set_all(Type *t, bool (*ok)(Type *u, void *data), void *data) {
  if (!is_type_param(t)) return ok(under(t), data);
  Type *i = under(t);
  if (i->kind != TY_INTERFACE) return false;
  interface_complete(i);
  if (!i->interface.has_terms || !i->interface.terms.len) return false;
  vec_each(struct Term, term, &i->interface.terms)
    if (!ok(under(term->type), data)) return false;
  return true;
}

static bool has_info(Type *u, void *mask) {
  return u->kind == TY_BASIC && u->basic.info & *(int *)mask;
}

// Of a type parameter: whether every type of its type set has the property.
static bool all_have(Type *t, int mask) {
  if (!t) return false;
  if (!is_type_param(t)) return (basic_info(t) & mask) != 0;
  return type_set_all(t, has_info, &mask);
}

bool is_untyped(Type *t) {
  return t->kind == TY_BASIC && t->basic.info & BI_UNTYPED;
}
bool is_typed(Type *t) { return !is_untyped(t); }
bool is_boolean(Type *t) { return all_have(t, BI_BOOLEAN); }
bool is_integer(Type *t) { return all_have(t, BI_INTEGER); }
bool is_unsigned(Type *t) { return all_have(t, BI_UNSIGNED); }
bool is_float(Type *t) { return all_have(t, BI_FLOAT); }
bool is_complex(Type *t) { return all_have(t, BI_COMPLEX); }
bool is_numeric(Type *t) { return all_have(t, BI_NUMERIC); }
bool is_string(Type *t) { return all_have(t, BI_STRING); }
bool is_ordered(Type *t) { return all_have(t, BI_ORDERED); }

// Type parameters are no constant types, whatever their type sets.
bool is_const_type(Type *t) {
  return !is_type_param(t) && (basic_info(t) & BI_CONST) != 0;
}

static bool has_nil_under(Type *u, void *data) {
  (void)data;
  switch (u->kind) {
    case TY_BASIC:
      return u->basic.kind == B_UNSAFE_POINTER ||
             u->basic.kind == B_UNTYPED_NIL;
    case TY_POINTER: case TY_SLICE: case TY_MAP: case TY_CHAN: case TY_FUNC:
    case TY_INTERFACE:
      return true;
    default:
      return false;
  }
}

bool has_nil(Type *t) {
  return type_set_all(t, has_nil_under, NULL);
}

bool is_bytes_or_runes(Type *t) {
  Type *u = under(t);
  if (u->kind != TY_SLICE) return false;
  Type *e = under(u->slice.elem);
  return e->kind == TY_BASIC &&
         (e->basic.kind == B_UINT8 || e->basic.kind == B_INT32);
}

Type *default_type(Type *t) {
  if (t->kind != TY_BASIC) return t;
  switch (t->basic.kind) {
    case B_UNTYPED_BOOL: return types_basic[B_BOOL];
    case B_UNTYPED_INT: return types_basic[B_INT];
    case B_UNTYPED_RUNE: return type_rune;
    case B_UNTYPED_FLOAT: return types_basic[B_FLOAT64];
    case B_UNTYPED_COMPLEX: return types_basic[B_COMPLEX128];
    case B_UNTYPED_STRING: return types_basic[B_STRING];
    default: return t;
  }
}

Type *deref(Type *t, bool *was_pointer) {
  bool p = t->kind == TY_POINTER;
  if (was_pointer) *was_pointer = p;
  return p ? t->pointer.elem : t;
}

// ---- comparison with == ----------------------------------------------------

// Interfaces may be compared (and panic) unless strict is set, as the
// constraint `comparable` demands for type sets.
typedef struct Comparing {
  Map seen;
  bool strict;
  char **why;
} Comparing;

static bool explain(Comparing *k, const char *fmt, Type *t) {
  if (k->why)
    *k->why = arena_printf(perm, fmt,
                           t ? type_string(perm, t, checking_package()) : "");
  return false;
}

static bool compare_ok(Comparing *k, Type *t);

static bool interface_comparable(Comparing *k, Type *t, Type *u) {
  if (!k->strict && !is_type_param(t)) return true;
  interface_complete(u);
  if (u->interface.is_comparable && !u->interface.has_terms) return true;
  if (!u->interface.has_terms)
    return explain(k, "incomparable types in type set", NULL);
  if (!u->interface.terms.len) return explain(k, "empty type set", NULL);
  bool ok = true, strict = k->strict;
  k->strict = true;  // what stands for a type must not panic
  vec_each(struct Term, term, &u->interface.terms)
    ok = ok && compare_ok(k, term->type);
  k->strict = strict;
  return ok || explain(k, "incomparable types in type set", NULL);
}

static bool compare_ok(Comparing *k, Type *t) {
  if (map_has(&k->seen, t)) return true;
  map_put(&k->seen, t, t);
  Type *u = under(t);
  switch (u->kind) {
    case TY_BASIC:
      return u->basic.kind != B_UNTYPED_NIL;
    case TY_INVALID: case TY_POINTER: case TY_CHAN:
      return true;
    case TY_STRUCT:
      vec_each(Object *, f, &u->struct_.fields)
        if (!compare_ok(k, (*f)->type))
          return explain(k, "struct containing %s cannot be compared",
                         (*f)->type);
      return true;
    case TY_ARRAY:
      return compare_ok(k, u->array.elem) ||
             explain(k, "%s cannot be compared", t);
    case TY_INTERFACE:
      return interface_comparable(k, t, u);
    default:
      if (k->why) *k->why = NULL;
      return false;
  }
}

bool comparable_type(Type *t, char **why) {
  Comparing k = {.why = why};
  if (why) *why = NULL;
  return compare_ok(&k, t);
}

bool strictly_comparable(Type *t) {
  Comparing k = {.strict = true};
  return compare_ok(&k, t);
}
