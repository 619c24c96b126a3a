// SPDX-License-Identifier: MIT
//
// Range statements. The body of a range over a function is a function of its
// own, called by the one ranged over: it gets a FuncInfo, and what it uses of
// the function around it becomes captured.
#include "types.h"

typedef struct RangeTypes {
  Type *key, *value;   // NULL: not permitted
  const char *why;     // why x cannot be ranged over, or ""; NULL: it can
} RangeTypes;

static RangeTypes bad(const char *why) {
  return (RangeTypes){type_invalid, type_invalid, why};
}

#define YIELD "func must be func(yield func(...) bool): "

static RangeTypes over_func(Checker *c, Type *f) {
  if (c->file && c->file->lang && c->file->lang < 23)
    return bad(arena_printf(perm, "requires go1.23 or later%s",
                            lang_origin(c)));
  if (f->func.params.len != 1)
    return bad(YIELD "wrong argument count");
  if (f->func.results.len != 0)
    return bad(YIELD "unexpected results");
  Type *yield = common_under(f->func.params.at[0]->type);
  if (!yield)
    return bad(arena_printf(
        perm, YIELD "in yield type, %s",
        why_no_common(c, f->func.params.at[0]->type, false)));
  if (yield->kind != TY_FUNC)
    return bad(YIELD "argument is not func");
  ObjectVec *params = &yield->func.params, *results = &yield->func.results;
  if (params->len > 2)
    return bad(YIELD "yield func has too many parameters");
  if (results->len != 1 ||
      !identical(results->at[0]->type, types_basic[B_BOOL])) {
    if (results->len == 1 && is_boolean(results->at[0]->type))
      return bad(YIELD "yield func returns user-defined boolean, not bool");
    return bad(YIELD "yield func does not return bool");
  }
  return (RangeTypes){params->len > 0 ? params->at[0]->type : NULL,
                      params->len > 1 ? params->at[1]->type : NULL, NULL};
}

static RangeTypes range_types(Checker *c, Type *t) {
  Type *u = common_under(t), *integer = types_basic[B_INT];
  Type *sends = send_only_term(t);
  if (sends)
    return bad(arena_printf(perm, "receive from send-only channel %s",
                            type_str(c, sends)));
  if (!u)
    return bad(why_no_common(c, t, false));
  if (u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_ARRAY)
    u = under(u->pointer.elem);
  switch (u->kind) {
  case TY_BASIC:
    if (is_string(u))
      return (RangeTypes){integer, type_rune, NULL};
    if (!is_integer(u))
      return bad("");
    if (c->file && c->file->lang && c->file->lang < 22)
      return bad(arena_printf(perm, "requires go1.22 or later%s",
                            lang_origin(c)));
    return (RangeTypes){t, NULL, NULL};
  case TY_ARRAY: return (RangeTypes){integer, u->array.elem, NULL};
  case TY_SLICE: return (RangeTypes){integer, u->slice.elem, NULL};
  case TY_MAP: return (RangeTypes){u->map.key, u->map.elem, NULL};
  case TY_CHAN: return (RangeTypes){u->chan.elem, NULL, NULL};
  case TY_FUNC: return over_func(c, u);
  default: return bad("");
  }
}

static RangeTypes check_range_expr(Checker *c, Stmt *s) {
  Expr *x = s->range.x, *key = s->range.key, *value = s->range.value;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return bad("");
  RangeTypes t = x->mode == MODE_NIL ? bad("") : range_types(c, x->type);
  const char *text = operand_string(c, x);
  if (t.why)
    check_error(c, expr_start(x), "cannot range over %s%s%s", text,
                *t.why ? ": " : "", t.why);
  else if (!t.key && key)
    check_error(c, expr_start(key),
                "range over %s permits no iteration variables", text);
  else if (!t.value && value)
    check_error(c, expr_start(value),
                "range over %s permits only one iteration variable", text);
  else if (s->range.extra)
    check_error(c, expr_start(s->range.extra),
                "range clause permits at most two iteration variables");
  return t;
}

// ---- variables -------------------------------------------------------------

// What is assigned to an iteration variable: errors point at the variable.
static Expr *element(Expr *lhs, Type *t) {
  Expr *y = NEW(Expr);
  *y = *lhs;
  y->mode = MODE_VALUE;
  y->type = t;
  y->cv = NULL;
  return y;
}

static bool over_integer(Stmt *s) {
  Expr *x = s->range.x;
  return x->mode != MODE_INVALID && x->mode != MODE_NIL &&
         is_integer(x->type);
}

// Declared after both are known: the scope of the variables is the body.
static Object *define_one(Checker *c, Stmt *s, Expr *lhs, Type *t) {
  if (lhs->kind != E_IDENT) {
    check_error(c, expr_start(lhs), "non-name %s on left side of :=",
                expr_string(perm, lhs));
    return NULL;
  }
  Object *v = local_var(c, lhs->pos, lhs->ident.name, NULL);
  v->var.per_iteration = s->range.per_iteration;
  v->var.reassigned = !s->range.per_iteration;
  lhs->ident.obj = is_blank(lhs) ? NULL : v;
  lhs->mode = MODE_VAR;
  if (!t || t->kind == TY_INVALID) {
    v->type = type_invalid;
    v->used = true;
  } else if (over_integer(s)) {
    init_var(c, v, s->range.x, "range clause");
  } else {
    init_var(c, v, element(lhs, t), "assignment");
  }
  lhs->type = v->type;
  return v;
}

static void define(Checker *c, Stmt *s, RangeTypes t) {
  Expr *lhs[2] = {s->range.key, s->range.value};
  Type *types[2] = {t.key, t.value};
  Object *vars[2] = {NULL, NULL};
  bool fresh = false;
  s->range.per_iteration = !c->file || !c->file->lang || c->file->lang >= 22;
  for (int i = 0; i < 2; i++) {
    if (lhs[i])
      vars[i] = define_one(c, s, lhs[i], types[i]);
    fresh = fresh || !lhs[i] || !is_blank(lhs[i]);
  }
  for (int i = 0; i < 2; i++) {
    if (vars[i] && !is_blank(lhs[i]))
      declare(c, vars[i], s->range.body->pos);
  }
  if (is_blank(lhs[0]) && (!lhs[1] || is_blank(lhs[1])))
    check_error(c, s->pos, "no new variables on left side of :=");
}

static void assign(Checker *c, Stmt *s, RangeTypes t) {
  Expr *lhs[2] = {s->range.key, s->range.value};
  Type *types[2] = {t.key, t.value};
  for (int i = 0; i < 2; i++) {
    if (!lhs[i])
      continue;
    if (!types[i] || types[i]->kind == TY_INVALID) {
      continue;
    } else if (over_integer(s)) {
      Expr *x = s->range.x;
      assign_var(c, lhs[i], NULL, x, "range clause");
      if (x->mode != MODE_INVALID && !is_integer(x->type))
        check_error(c, expr_start(lhs[i]),
                    "cannot use iteration variable of type %s",
                    type_str(c, x->type));
    } else {
      assign_var(c, lhs[i], NULL, element(lhs[i], types[i]), "assignment");
    }
  }
}

// ---- the statement ---------------------------------------------------------

static FuncInfo *body_function(Checker *c, Stmt *s) {
  FuncInfo *f = NEW(FuncInfo);
  f->outer = c->func;
  f->range = s;
  Type *over = common_under(s->range.x->type);
  f->sig = common_under(over->func.params.at[0]->type);
  f->body = s->range.body;
  f->pkg = c->pkg;
  if (c->func)
    vec_push(&c->func->lits, f);
  s->range.body_info = f;
  return f;
}

void check_range(Checker *c, Stmt *s, Flow flow) {
  RangeTypes t = check_range_expr(c, s);
  FuncInfo *outer = c->func;
  Type *over = t.why ? NULL : common_under(s->range.x->type);
  bool is_func = over && over->kind == TY_FUNC;
  if (over && over->kind == TY_ARRAY && s->range.value &&
      !is_blank(s->range.value))
    frame_add(c, over);
  if (is_func)
    c->func = body_function(c, s);
  open_scope(c);
  if (is_func)
    c->func->scope = c->scope;
  if (s->range.define && s->range.key)
    define(c, s, t);
  else if (s->range.key)
    assign(c, s, t);
  else if (over_integer(s) && !t.why)
    check_assignment(c, s->range.x, NULL, "range clause");
  use_default_type(c, s->range.x);
  flow.breaks = flow.continues = s;
  check_stmt(c, s->range.body, flow);
  close_scope(c);
  c->func = outer;
}
