// SPDX-License-Identifier: MIT
//
// Conversions between strings and slices that copy nothing. The result of
// string(b) or []byte(s) is a value of its own, but where it is only looked
// at, by something that is over before anybody can write to the operand or
// to the result, the operand's memory serves.
//
// Whoever lowers such a place says so before (view_string, view_key) or asks
// for the operand (converted_bytes, converted_string). What must hold: from
// the evaluation of the conversion to the last look at its result nothing of
// the program runs, and the result is not kept.
#include "lower.h"

static Map views;   // conversions that are only looked at

static bool is_byte_slice(Type *t) {
  Type *u = t ? under(t) : NULL;
  return u && u->kind == TY_SLICE && type_size(u->slice.elem) == 1;
}

// The operand of a conversion, or NULL.
static Expr *converted(Expr *x) {
  return x->mode != MODE_CONST && is_conversion(x) ? x->call.args.at[0] : NULL;
}

Expr *converted_bytes(Expr *x) {
  x = unparen(x);
  Expr *from = converted(x);
  return from && is_string(type_of(x)) && is_byte_slice(type_of(from)) ? from
                                                                      : NULL;
}

static Expr *converted_from_string(Expr *x) {
  Expr *from = converted(x);
  Type *t = from ? type_of(from) : NULL;
  // An untyped constant would first have to become a string.
  return t && is_string(t) && from->mode != MODE_CONST ? from : NULL;
}

Expr *converted_string(Expr *x) {
  x = unparen(x);
  return is_byte_slice(type_of(x)) ? converted_from_string(x) : NULL;
}

Expr *converted_runes(Expr *x) {
  x = unparen(x);
  Type *u = under(type_of(x));
  bool runes = u && u->kind == TY_SLICE && type_size(u->slice.elem) == 4;
  return runes ? converted_from_string(x) : NULL;
}

void view_string(Expr *x) {
  x = unparen(x);
  if (converted_bytes(x)) map_put(&views, x, x);
}

// A key that a map is searched for: also strings within a literal.
void view_key(Expr *x) {
  x = unparen(x);
  view_string(x);
  Type *u = x->kind == E_COMPOSITE_LIT ? under(type_of(x)) : NULL;
  if (!u || has_call(x) || (u->kind != TY_STRUCT && u->kind != TY_ARRAY))
    return;
  vec_each(Expr *, e, &x->composite.elems)
    view_key((*e)->kind == E_KEY_VALUE ? (*e)->kv.value : *e);
}

Val lower_view(Expr *x) {
  if (!map_has(&views, x)) return NULL;
  Val bytes = lower_expr(x->call.args.at[0]);
  return make_string(extract(bytes, 0), extract(bytes, 1));
}

Val lower_string_view(Expr *x, Type *t) {
  view_string(x);
  return lower_expr_as(x, t);
}

Val lower_viewed_bytes(Expr *x, Type *t) {
  view_string(x);
  Expr *from = converted_string(x);
  return from ? lower_expr(from) : lower_expr_as(x, t);
}
