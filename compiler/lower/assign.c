// SPDX-License-Identifier: MIT
//
// Assignments, in Go's two phases: first the operands of index expressions
// and pointer indirections on the left and the expressions on the right, in
// the usual order; then the assignments from left to right. A nil pointer or
// an index out of range on the left panics in the second phase, so an Lvalue
// keeps the operands and makes the address only when it is stored to.
#include "lower.h"

static Lvalue *lvalue_new(LvalueKind kind, Type *type) {
  Lvalue *l = NEW(Lvalue);
  l->kind = kind;
  l->type = type;
  return l;
}

static Lvalue *lvalue_place(Val addr, Type *type) {
  Lvalue *l = lvalue_new(LV_VAR, type);
  l->addr = addr;
  return l;
}

static Lvalue *lvalue_var(Object *var) {
  Lvalue *l = lvalue_place(var_address(var), var->type);
  l->var = var;
  return l;
}

static Lvalue *lvalue_deref(Val pointer, Type *type) {
  Lvalue *l = lvalue_new(LV_DEREF, type);
  l->addr = pointer;
  return l;
}

// ---- the address, second phase ---------------------------------------------

Val lvalue_address(Lvalue *l) {
  switch (l->kind) {
  case LV_VAR:
    if (l->var) forget_held(l->var);
    return l->addr;
  case LV_DEREF:
    if (l->pos) set_pos(l->pos);
    nil_check(l->addr);
    return l->addr;
  case LV_SLICE:
    set_pos(l->pos);
    bounds_check(l->index, l->index_signed, extract(l->addr, 1), false,
                 GL_BOUNDS_INDEX);
    return gep_index(extract(l->addr, 0), l->type, l->index);
  case LV_ARRAY: {
    Val base = lvalue_address(l->base);
    set_pos(l->pos);
    bounds_check(l->index, l->index_signed,
                 const_i64(under(l->outer)->array.len), false,
                 GL_BOUNDS_INDEX);
    return gep_index(base, l->type, l->index);
  }
  case LV_FIELD:
    return gep_field(lvalue_address(l->base), under(l->outer), l->field);
  case LV_MAP:
    return map_assign(l->outer, l->addr, l->index);
  case LV_BLANK:
    break;
  }
  unreachable();
}

void note_assigned(Lvalue *l, Val v) {
  if (l->kind == LV_VAR && l->var && !is_memory_class(l->type))
    note_held(l->var, v);
}

// ---- the operands, first phase ---------------------------------------------

static Lvalue *lvalue_field(Lvalue *base, int field) {
  Type *u = under(base->type);
  Lvalue *l = lvalue_new(LV_FIELD, u->struct_.fields.at[field]->type);
  l->base = base;
  l->outer = base->type;
  l->field = field;
  return l;
}

// The variable behind pointer value l, which is read now.
static Lvalue *lvalue_follow(Lvalue *l) {
  Val p = load_value(lvalue_address(l), l->type);
  return lvalue_deref(p, under(l->type)->pointer.elem);
}

static Lvalue *lvalue_operand(Expr *x) {
  Type *t = type_of(x), *u = under(t);
  if (u->kind == TY_POINTER)
    return lvalue_deref(lower_expr(x), u->pointer.elem);
  return lower_lvalue(x);
}

static Lvalue *lvalue_selector(Expr *x) {
  Selection *sel = x->selector.selection;
  if (!sel) return lvalue_var(x->selector.sel->ident.obj);
  Lvalue *l = lvalue_operand(x->selector.x);
  for (int i = 0; i < sel->path.len; i++) {
    if (under(l->type)->kind == TY_POINTER) l = lvalue_follow(l);
    l = lvalue_field(l, sel->path.at[i]);
  }
  return l;
}

static Lvalue *lvalue_map(Expr *x, Type *map) {
  Type *u = under(map);
  Lvalue *l = lvalue_new(LV_MAP, u->map.elem);
  l->outer = map;
  Expr *key = x->index.indices.at[0];
  if (index_first(x)) l->index = lower_stable(key, u->map.key);
  l->addr = lower_expr(x->index.x);
  if (!l->index) l->index = lower_stable(key, u->map.key);
  return l;
}

static Lvalue *lvalue_index(Expr *x) {
  Expr *base = x->index.x, *index = x->index.indices.at[0];
  Type *t = type_of(base), *u = under(t);
  Lvalue *l;
  if (u->kind == TY_MAP) return lvalue_map(x, t);
  if (u->kind == TY_SLICE) {
    l = lvalue_new(LV_SLICE, u->slice.elem);
    if (index_first(x))
      l->index = lower_index_value(index, &l->index_signed);
    l->addr = lower_expr(base);
  } else {
    Lvalue *array = lvalue_operand(base);
    l = lvalue_new(LV_ARRAY, under(array->type)->array.elem);
    l->base = array;
    l->outer = array->type;
  }
  if (!l->index) l->index = lower_index_value(index, &l->index_signed);
  l->pos = x->index.lbrack;
  return l;
}

Lvalue *lower_lvalue(Expr *x) {
  x = unparen(x);
  if (is_blank(x)) return lvalue_new(LV_BLANK, NULL);
  set_pos(x->pos);
  switch (x->kind) {
  case E_IDENT:
    return lvalue_var(x->ident.obj);
  case E_STAR:
    return lvalue_deref(lower_expr(x->unary.x), type_of(x));
  case E_SELECTOR:
    return lvalue_selector(x);
  case E_INDEX:
    return lvalue_index(x);
  default:
    // The array of f()[i] = v cannot occur; a read-only operand can.
    return lvalue_place(lower_address(x), type_of(x));
  }
}

void assign_lvalue(Lvalue *l, Val v, Type *vtype, const void *site) {
  if (l->kind == LV_BLANK) return;
  v = convert_value(v, vtype, l->type, site);
  store_value(lvalue_address(l), v, l->type);
  note_assigned(l, v);
}

// ---- op= and ++ ------------------------------------------------------------

static Token binary_of(Token op) {
  switch (op) {
#define ASSIGN_OP(name, text, bin) \
  case T_##name:                   \
    return T_##bin;
#include "token.def"
  case T_INC: return T_ADD;
  case T_DEC: return T_SUB;
  default: unreachable();
  }
}

// Left operands without calls are evaluated after a right side with calls:
// the language leaves that open, and gc does it.
static bool is_late(Expr *lhs, Expr *rhs) {
  return !has_call(lhs) && has_call(rhs);
}

// After a division by zero a map has no entry that it did not have before; a
// negative shift count leaves one, as with gc.
static bool may_panic(Token op) {
  return op == T_QUO || op == T_REM;
}

static void lower_op_assign(Expr *x, Token op, Expr *rhs, Pos pos) {
  Type *t = type_of(x);
  bool shift = op == T_SHL || op == T_SHR;
  Type *yt = shift && rhs ? default_type(type_of(rhs)) : t;
  bool late = rhs && is_late(x, rhs);
  Lvalue *l = late ? NULL : lower_lvalue(x);
  Val y = NULL, *strings = NULL;
  int n = 0;
  if (!rhs)
    y = lower_const(const_from_int64(1), t);
  else if (is_string(t))
    strings = lower_concat_operands(rhs, &n);  // s += a + b is one call
  else
    y = lower_expr_as(rhs, yt);
  if (late) l = lower_lvalue(x);
  set_pos(pos);
  bool twice = l->kind == LV_MAP && may_panic(op);
  Val old = l->var ? held_value(l->var) : NULL;
  Val addr = twice ? map_access(l->outer, l->addr, l->index, NULL)
                   : lvalue_address(l);
  Val v = old ? old : load_value(addr, t);
  if (strings) {
    strings[0] = v;
    v = concat_strings(strings, n + 1, NULL);
  } else {
    v = lower_binary(op, v, y, t, yt, pos);
  }
  store_value(twice ? lvalue_address(l) : addr, v, t);
  note_assigned(l, v);
}

// ---- = and := --------------------------------------------------------------

// The variable that := declares at x, or NULL if it assigns to one.
static Object *declared_at(Stmt *s, Expr *x) {
  if (s->op != T_DEFINE || x->kind != E_IDENT || is_blank(x)) return NULL;
  Object *obj = x->ident.obj;
  return obj && obj->pos == x->pos ? obj : NULL;
}

// Builds a memory-class initial value in place.
static bool builds_in_place(Expr *x, Type *t) {
  return is_memory_class(t) && unparen(x)->kind == E_COMPOSITE_LIT &&
         identical(type_of(x), t);
}

static void declare_from(Object *obj, Expr *x) {
  if (builds_in_place(x, obj->type) && !var_on_heap(obj)) {
    declare_local(obj, NULL);
    lower_expr_to(x, var_address(obj));
    return;
  }
  declare_local(obj, lower_expr_as(x, obj->type));
}

// Whether x and y have the same value wherever they are evaluated side by
// side, and neither panics. Only forms that stand for map keys and maps.
static bool same_and_safe(Expr *x, Expr *y) {
  x = unparen(x);
  y = unparen(y);
  if (x->kind != y->kind) return false;
  if (x->kind == E_IDENT) return x->ident.obj && x->ident.obj == y->ident.obj;
  if (x->kind != E_SELECTOR || !x->selector.selection) return false;
  Selection *a = x->selector.selection, *b = y->selector.selection;
  return b && a->kind == SEL_FIELD && !a->indirect && a->obj == b->obj &&
         same_and_safe(x->selector.x, y->selector.x);
}

// m[k] = append(m[k], ...): one search in the map is enough.
static bool appends_in_map(Expr *lhs, Expr *rhs) {
  lhs = unparen(lhs);
  rhs = unparen(rhs);
  if (lhs->kind != E_INDEX || under(type_of(lhs->index.x))->kind != TY_MAP ||
      rhs->kind != E_CALL || !is_builtin_call(rhs) ||
      unparen(rhs->call.fun)->builtin != BUILTIN_APPEND)
    return false;
  ExprVec *args = &rhs->call.args;
  Expr *first = unparen(args->at[0]);
  if (first->kind != E_INDEX ||
      !identical(type_of(rhs), type_of(lhs)) ||
      !same_and_safe(lhs->index.x, first->index.x) ||
      !same_and_safe(lhs->index.indices.at[0], first->index.indices.at[0]))
    return false;
  for (int i = 1; i < args->len; i++)
    if (has_call(args->at[i])) return false;
  return true;
}

static void assign_one(Stmt *s, Expr *lhs, Expr *rhs) {
  Object *obj = declared_at(s, lhs);
  if (obj) {
    declare_from(obj, rhs);
    return;
  }
  if (is_blank(unparen(lhs))) {
    if (rhs->mode != MODE_CONST && rhs->mode != MODE_NIL) lower_expr(rhs);
    return;
  }
  if (appends_in_map(lhs, rhs)) {
    lower_append_in_place(unparen(rhs), lower_lvalue(lhs));
    return;
  }
  bool late = is_late(lhs, rhs);
  Lvalue *l = late ? NULL : lower_lvalue(lhs);
  Val v = lower_expr_as(rhs, type_of(lhs));
  if (late) l = lower_lvalue(lhs);
  set_pos(s->pos);
  store_value(lvalue_address(l), v, l->type);
  note_assigned(l, v);
}

// Evaluates left operands: those with calls before the right side, those
// without (late) after it. NULL for what is declared.
static void lower_lhs(Stmt *s, Lvalue **ls, bool late) {
  ExprVec *lhs = &s->assign.lhs;
  for (int i = 0; i < lhs->len; i++)
    if (!declared_at(s, lhs->at[i]) && has_call(lhs->at[i]) != late)
      ls[i] = lower_lvalue(lhs->at[i]);
}

static Lvalue **lower_early_lhs(Stmt *s) {
  Lvalue **ls = NEW_ARRAY(Lvalue *, s->assign.lhs.len);
  lower_lhs(s, ls, false);
  return ls;
}

static void assign_to(Stmt *s, int i, Lvalue *l, Val v, Type *t) {
  Object *obj = declared_at(s, s->assign.lhs.at[i]);
  if (obj)
    declare_local(obj, convert_value(v, t, obj->type, NULL));
  else
    assign_lvalue(l, v, t, NULL);
}

// a, b = x, y
static void assign_parallel(Stmt *s) {
  ExprVec *lhs = &s->assign.lhs, *rhs = &s->assign.rhs;
  int n = lhs->len;
  Lvalue **ls = lower_early_lhs(s);
  Val *vals = NEW_ARRAY(Val, n);
  Type **types = NEW_ARRAY(Type *, n);
  for (int i = 0; i < n; i++) {
    Object *obj = declared_at(s, lhs->at[i]);
    if (obj)
      types[i] = obj->type;
    else
      types[i] = is_blank(unparen(lhs->at[i])) ? NULL : type_of(lhs->at[i]);
  }
  lower_operands(rhs->at, types, n, vals);
  lower_lhs(s, ls, true);
  set_pos(s->pos);
  for (int i = 0; i < n; i++)
    if (types[i]) assign_to(s, i, ls[i], vals[i], types[i]);
}

// a, b = f()
static void assign_call(Stmt *s, Expr *call) {
  int n = s->assign.lhs.len;
  Lvalue **ls = lower_early_lhs(s);
  Val *vals = NEW_ARRAY(Val, n);
  Type *tuple = type_of(call);
  lower_call_multi(call, vals);
  lower_lhs(s, ls, true);
  set_pos(s->pos);
  for (int i = 0; i < n; i++)
    assign_to(s, i, ls[i], vals[i], tuple->tuple.types.at[i]);
}

// v, ok = m[k] and the like
static void assign_comma_ok(Stmt *s, Expr *x) {
  Lvalue **ls = lower_early_lhs(s);
  Val v, ok;
  Type *t = type_of(x);
  if (t->kind == TY_TUPLE) t = t->tuple.types.at[0];
  lower_comma_ok(x, &v, &ok);
  if (is_memory_class(t)) v = snapshot(v, t);
  lower_lhs(s, ls, true);
  set_pos(s->pos);
  assign_to(s, 0, ls[0], v, t);
  assign_to(s, 1, ls[1], ok, types_basic[B_BOOL]);
}

void lower_assign(Stmt *s) {
  set_pos(s->pos);
  if (s->kind == S_INCDEC) {
    lower_op_assign(s->expr.x, binary_of(s->op), NULL, s->pos);
    return;
  }
  ExprVec *lhs = &s->assign.lhs, *rhs = &s->assign.rhs;
  if (s->op != T_ASSIGN && s->op != T_DEFINE) {
    lower_op_assign(lhs->at[0], binary_of(s->op), rhs->at[0], s->pos);
    return;
  }
  if (lhs->len == 1 && rhs->len == 1) {
    assign_one(s, lhs->at[0], rhs->at[0]);
  } else if (lhs->len == rhs->len) {
    assign_parallel(s);
  } else {
    Expr *x = unparen(rhs->at[0]);
    if (x->kind == E_CALL)
      assign_call(s, x);
    else
      assign_comma_ok(s, x);
  }
}

// ---- variable declarations -------------------------------------------------

static bool is_blank_object(Object *obj) {
  return obj->name->len == 1 && obj->name->s[0] == '_';
}

static void init_object(Object *obj, Val v, Type *t) {
  if (is_blank_object(obj)) return;
  if (t != obj->type) v = convert_value(v, t, obj->type, NULL);
  if (obj->var.is_global)
    store_value(var_address(obj), v, obj->type);
  else
    declare_local(obj, v);
}

static void init_one(Object *obj, Expr *x) {
  set_pos(x->pos);
  if (is_blank_object(obj)) {
    lower_expr_as(x, obj->type);
  } else if (obj->var.is_global) {
    store_value(var_address(obj), lower_expr_as(x, obj->type), obj->type);
  } else {
    declare_from(obj, x);
  }
}

void lower_init_vars(ObjectVec *lhs, ExprVec *rhs) {
  int n = lhs->len;
  if (rhs->len == 0) {
    for (int i = 0; i < n; i++)
      if (!is_blank_object(lhs->at[i]) && !lhs->at[i]->var.is_global)
        declare_local(lhs->at[i], NULL);
    return;
  }
  if (n == 1 && rhs->len == 1) {
    init_one(lhs->at[0], rhs->at[0]);
    return;
  }
  Val *vals = NEW_ARRAY(Val, n > 2 ? n : 2);
  if (rhs->len == n) {
    Type **types = NEW_ARRAY(Type *, n);
    for (int i = 0; i < n; i++) types[i] = lhs->at[i]->type;
    lower_operands(rhs->at, types, n, vals);
    for (int i = 0; i < n; i++)
      init_object(lhs->at[i], vals[i], lhs->at[i]->type);
    return;
  }
  Expr *x = unparen(rhs->at[0]);
  if (x->kind == E_CALL) {
    Type *tuple = type_of(x);
    lower_call_multi(x, vals);
    for (int i = 0; i < n; i++)
      init_object(lhs->at[i], vals[i], tuple->tuple.types.at[i]);
    return;
  }
  Type *t = type_of(x);
  if (t->kind == TY_TUPLE) t = t->tuple.types.at[0];
  lower_comma_ok(x, &vals[0], &vals[1]);
  init_object(lhs->at[0], vals[0], t);
  init_object(lhs->at[1], vals[1], types_basic[B_BOOL]);
}
