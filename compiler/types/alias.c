// SPDX-License-Identifier: MIT
//
// How messages name types that are spelt by an alias. Aliases of basic types
// and of type literals are copies of what they stand for that know their name
// (decl.c). Declared types, interfaces and type parameters are themselves by
// address, so an alias of one only leaves a Type to print, beside the real
// one: in the `shown` of variables, fields, parameters and results, from where
// expressions that denote them have it. Nothing but printing looks at these.
#include "types.h"

static bool by_address(const Type *t) {
  return t->kind == TY_NAMED || t->kind == TY_INTERFACE ||
         t->kind == TY_TYPEPARAM;
}

static Object *type_name(const Expr *x) {
  if (x->kind == E_IDENT) return x->ident.obj;
  if (x->kind == E_SELECTOR && !x->selector.selection)
    return x->selector.sel->ident.obj;
  return NULL;
}

Type *spelled_type(const Expr *x) {
  while (x->kind == E_PAREN) x = x->paren.x;
  const Expr *name = x;
  if (x->kind == E_INDEX)
    for (name = x->index.x; name->kind == E_PAREN;) name = name->paren.x;
  Object *obj = type_name(name);
  if (!x->type || !obj || obj->kind != OBJ_TYPE || !obj->type_.alias ||
      !obj->pkg || !(by_address(x->type) || x->kind == E_INDEX))
    return NULL;
  Type *t = NEW(Type);
  *t = *x->type;
  t->alias = obj;
  if (x->kind != E_INDEX) return t;
  t->alias_args = NEW(TypeVec);
  vec_each(Expr *, a, &x->index.indices)
    vec_push(t->alias_args, (*a)->type);
  return t;
}

static Type *shown_by_call(const Expr *x) {
  const Expr *fun = x->call.fun;
  if (fun->mode == MODE_TYPE) return spelled_type(fun);
  Type *sig = fun->type && fun->type->kind == TY_FUNC ? fun->type : NULL;
  return sig && sig->func.results.len == 1 ? sig->func.results.at[0]->shown
                                           : NULL;
}

static Type *shown_by(const Expr *x) {
  switch (x->kind) {
    case E_IDENT: return x->ident.obj ? x->ident.obj->shown : NULL;
    case E_SELECTOR: {
      Selection *s = x->selector.selection;
      Object *obj = s ? s->obj : x->selector.sel->ident.obj;
      return obj && obj->kind != OBJ_FUNC ? obj->shown : NULL;
    }
    case E_COMPOSITE_LIT:
      return x->composite.type ? spelled_type(x->composite.type) : NULL;
    case E_CALL: return shown_by_call(x);
    default: return NULL;
  }
}

Type *shown_type(const Expr *x) {
  while (x->kind == E_PAREN) x = x->paren.x;
  Type *t = x->mode > MODE_TYPE && x->type ? shown_by(x) : NULL;
  // What a stand-in for x, or an instance, has instead is not spelt so.
  bool same = t && t->kind == x->type->kind &&
              (t->kind != TY_NAMED || t->named.obj == x->type->named.obj);
  return same ? t : NULL;
}
