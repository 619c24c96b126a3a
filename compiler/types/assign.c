// SPDX-License-Identifier: MIT
//
// Assignments, short variable declarations, and the initialization of
// variables, constants and results. Leaves comma_ok set on expressions used
// for two values, and variables that change after their declaration marked.
#include "types.h"

Object *local_var(Checker *c, Pos pos, Name *name, Type *t) {
  Object *v = object_new(OBJ_VAR, pos, c->pkg, name, t);
  v->var.func = c->func;
  v->file = c->file;
  return v;
}

// The type wanted helps only generic functions.
Type *func_hint(Checker *c, const Expr *x, Type *t, const char *name) {
  bool may = x->kind == E_IDENT || x->kind == E_SELECTOR || x->kind == E_INDEX;
  c->wanted = name;
  return may && t && under(t)->kind == TY_FUNC ? t : NULL;
}

static const char *var_name(Object *v) {
  return v->name && v->name->len ? v->name->s : "result variable";
}

// ---- left-hand sides -------------------------------------------------------

static Type *blank_lhs(Expr *x) {
  x->mode = MODE_VAR;
  x->type = type_invalid;  // the assigned value decides
  x->ident.obj = NULL;
  return NULL;
}

static Type *not_assignable(Checker *c, Expr *x) {
  Expr *inner = x;
  if (inner->kind == E_SELECTOR && inner->selector.x->mode == MODE_MAPINDEX)
    check_error(c, expr_start(x), "cannot assign to struct field %s in map",
                expr_string(perm, x));
  else
    check_error(c, expr_start(x),
                "cannot assign to %s (neither addressable nor a map index "
                "expression)",
                expr_string(perm, x));
  return type_invalid;
}

// After check_expr(x).
static Type *assignable_lhs(Checker *c, Expr *x) {
  if (x->mode == MODE_INVALID || x->type->kind == TY_INVALID)
    return type_invalid;
  if (x->mode != MODE_VAR && x->mode != MODE_MAPINDEX)
    return not_assignable(c, x);
  Object *root = root_variable(x);
  if (root)
    root->var.reassigned = true;
  return x->type;
}

// Assigning to a variable does not use it.
Type *check_lhs(Checker *c, Expr *x) {
  Expr *inner = unparen(x);
  if (is_blank(inner)) {
    blank_lhs(x);
    return blank_lhs(inner);
  }
  Object *v = NULL;
  bool was_used = false;
  if (inner->kind == E_IDENT) {
    v = scope_lookup_outward(c->scope, inner->ident.name, inner->pos, NULL);
    if (v && (v->kind != OBJ_VAR || v->pkg != c->pkg))
      v = NULL;
    was_used = v && v->used;
  }
  check_expr(c, x);
  if (v)
    v->used = was_used;
  return assignable_lhs(c, x);
}

static void set_blank_type(Expr *lhs, Type *t) {
  for (; lhs->kind == E_PAREN; lhs = lhs->paren.x)
    lhs->type = t;
  lhs->type = t;
}

static void assign_to(Checker *c, Expr *lhs, Type *t, Expr *x,
                      const char *context) {
  if (!t && strcmp(context, "assignment") == 0)
    context = "assignment to _ identifier";
  c->shown = t ? shown_type(lhs) : NULL;
  if (check_assignment(c, x, t, context) && !t)
    set_blank_type(lhs, x->type);
}

void assign_var(Checker *c, Expr *lhs, Expr *rhs, Expr *x,
                const char *context) {
  Type *t = check_lhs(c, lhs);
  if (t && t->kind == TY_INVALID) {
    if (!x)
      use_expr(c, rhs);
    return;
  }
  if (!x) {
    bool plain = rhs->kind != E_FUNC_LIT && t && under(t)->kind == TY_FUNC;
    check_expr_hint(c, rhs, func_hint(c, rhs, t,
                                      plain ? expr_string(perm, lhs) : NULL));
    x = rhs;
  }
  assign_to(c, lhs, t, x, context);
}

// ---- counts ----------------------------------------------------------------

static const char *measure(int n, const char *unit) {
  return arena_printf(perm, "%d %s%s", n, unit, n == 1 ? "" : "s");
}

static void count_mismatch(Checker *c, ExprVec *rhs, int l, int r) {
  Expr *x = rhs->at[0], *call = unparen(x);
  const char *vars = measure(l, "variable"), *vals = measure(r, "value");
  if (rhs->len == 1 && call->kind == E_CALL)
    check_error(c, expr_start(x),
                "assignment mismatch: %s but %s returns %s", vars,
                expr_string(perm, call->call.fun), vals);
  else
    check_error(c, expr_start(x), "assignment mismatch: %s but %s", vars,
                vals);
}

static void return_mismatch(Checker *c, Stmt *s, ObjectVec *lhs,
                            ExprVec *rhs) {
  Pos at = s->pos;
  bool many = rhs->len > lhs->len;
  if (many)
    at = expr_start(rhs->at[lhs->len]);
  else if (rhs->len > 0)
    at = expr_start(rhs->at[rhs->len - 1]);
  TypeVec have = {0}, want = {0};
  vec_each(Expr *, x, rhs)
    vec_push(&have, (*x)->type);
  vec_each(Object *, o, lhs)
    vec_push(&want, (*o)->type);
  check_error(c, at, "%s return values\n\thave %s\n\twant %s",
              many ? "too many" : "not enough",
              types_summary(c, have.at, have.len, false, false),
              types_summary(c, want.at, want.len, false, false));
}

// ---- initialization --------------------------------------------------------

bool init_var(Checker *c, Object *var, Expr *x, const char *context) {
  if (x->mode == MODE_INVALID || !x->type ||
      x->type->kind == TY_INVALID ||
      (var->type && var->type->kind == TY_INVALID)) {
    if (!var->type)
      var->type = type_invalid;
    x->mode = MODE_INVALID;
    return false;
  }
  if (!var->type) {
    if (x->mode == MODE_NIL && is_untyped(x->type)) {
      check_error(c, expr_start(x), "use of untyped nil in %s", context);
      var->type = type_invalid;
      x->mode = MODE_INVALID;
      return false;
    }
    var->type =
        x->mode == MODE_TUPLE ? type_invalid : default_type(x->type);
    var->shown = shown_type(x);
  }
  c->shown = var->shown;
  return check_assignment(c, x, var->type, context);
}

static void invalidate(ObjectVec *vars) {
  vec_each(Object *, v, vars) {
    if (!(*v)->type)
      (*v)->type = type_invalid;
  }
}

static ExprVec operands_of(ExprVec *list) {
  ExprVec values = {0};
  vec_each(Expr *, x, list)
    vec_push(&values, *x);
  return values;
}

static void init_from_one(Checker *c, ObjectVec *lhs, ExprVec *rhs,
                          Stmt *ret, const char *context) {
  Expr *x = rhs->at[0];
  ExprVec values = check_multi_values(c, x, lhs->len == 2 && !ret);
  if (values.len == lhs->len) {
    bool ok = true;
    for (int i = 0; i < lhs->len; i++)
      ok = init_var(c, lhs->at[i], values.at[i], context) && ok;
    if (values.len == 2 && x->mode != MODE_TUPLE)
      set_comma_ok(x);
    return;
  }
  if (values.at[0]->mode != MODE_INVALID) {
    if (ret)
      return_mismatch(c, ret, lhs, &values);
    else
      count_mismatch(c, rhs, lhs->len, values.len);
  }
  invalidate(lhs);
}

// rhs is not empty.
void check_init_vars(Checker *c, ObjectVec *lhs, ExprVec *rhs, Stmt *ret) {
  const char *context = ret ? "return statement" : "assignment";
  bool is_call = rhs->len == 1 && unparen(rhs->at[0])->kind == E_CALL;
  if (lhs->len == rhs->len && !is_call) {
    for (int i = 0; i < lhs->len; i++) {
      check_expr_hint(c, rhs->at[i], func_hint(c, rhs->at[i],
                                               lhs->at[i]->type,
                                               var_name(lhs->at[i])));
      init_var(c, lhs->at[i], rhs->at[i], context);
    }
    return;
  }
  if (rhs->len == 1) {
    init_from_one(c, lhs, rhs, ret, context);
    return;
  }
  bool ok = true;
  vec_each(Expr *, x, rhs) {
    check_expr(c, *x);
    ok = ok && (*x)->mode != MODE_INVALID;
  }
  if (ok && ret) {
    ExprVec values = operands_of(rhs);
    return_mismatch(c, ret, lhs, &values);
  } else if (ok) {
    count_mismatch(c, rhs, lhs->len, rhs->len);
  }
  invalidate(lhs);
}

void check_const_init(Checker *c, Object *obj, Type *type, Expr *init) {
  obj->type = type;
  obj->const_.cv = NULL;
  if (init)
    check_expr(c, init);
  if (!init || init->mode == MODE_INVALID ||
      init->type->kind == TY_INVALID || (type && type->kind == TY_INVALID)) {
    if (!type)
      obj->type = type_invalid;
    return;
  }
  if (init->mode != MODE_CONST || !init->cv) {
    check_error(c, expr_start(init), "%s is not constant",
                operand_string(c, init));
    if (!type)
      obj->type = type_invalid;
    return;
  }
  if (!type)
    obj->type = init->type;
  // An untyped constant keeps its kind.
  if (is_untyped(obj->type) ||
      check_assignment(c, init, obj->type, "constant declaration"))
    obj->const_.cv = init->cv;
}

// ---- assignment statements -------------------------------------------------

static void use_all_lhs(Checker *c, ExprVec *lhs) {
  vec_each(Expr *, x, lhs)
    use_lhs(c, *x);
}

static void assign_from_one(Checker *c, ExprVec *lhs, ExprVec *rhs) {
  Expr *x = rhs->at[0];
  ExprVec values = check_multi_values(c, x, lhs->len == 2);
  if (values.len != lhs->len) {
    if (values.at[0]->mode != MODE_INVALID)
      count_mismatch(c, rhs, lhs->len, values.len);
    use_all_lhs(c, lhs);
    return;
  }
  for (int i = 0; i < lhs->len; i++)
    assign_var(c, lhs->at[i], NULL, values.at[i], "assignment");
  if (values.len == 2 && x->mode != MODE_TUPLE)
    set_comma_ok(x);
}

static void assign_vars(Checker *c, ExprVec *lhs, ExprVec *rhs) {
  bool is_call = rhs->len == 1 && unparen(rhs->at[0])->kind == E_CALL;
  if (lhs->len == rhs->len && !is_call) {
    for (int i = 0; i < lhs->len; i++)
      assign_var(c, lhs->at[i], rhs->at[i], NULL, "assignment");
    return;
  }
  if (rhs->len == 1) {
    assign_from_one(c, lhs, rhs);
    return;
  }
  int before = diag_error_count();
  use_all_lhs(c, lhs);
  bool ok = use_exprs(c, rhs);
  if (ok && diag_error_count() == before)
    count_mismatch(c, rhs, lhs->len, rhs->len);
}

// The variable a name on the left of := stands for; NULL after an error.
static Object *define_one(Checker *c, Expr *x, Map *seen, ObjectVec *fresh) {
  if (x->kind != E_IDENT) {
    use_lhs(c, x);
    check_error(c, expr_start(x), "non-name %s on left side of :=",
                expr_string(perm, x));
    return NULL;
  }
  Name *name = x->ident.name;
  if (is_blank(x)) {
    Object *v = local_var(c, x->pos, name, NULL);
    x->ident.obj = NULL;
    return v;
  }
  if (map_has(seen, name)) {
    check_error(c, x->pos, "%s repeated on left side of :=", name->s);
    return NULL;
  }
  map_put(seen, name, x);
  Object *old = scope_lookup(c->scope, name);
  if (old) {
    x->ident.obj = old;
    if (old->kind != OBJ_VAR) {
      check_error(c, x->pos, "cannot assign to %s", name->s);
      return NULL;
    }
    old->var.reassigned = true;
    return old;
  }
  Object *v = local_var(c, x->pos, name, NULL);
  x->ident.obj = v;
  vec_push(fresh, v);
  return v;
}

static void define(Checker *c, Stmt *s) {
  ExprVec *lhs = &s->assign.lhs, *rhs = &s->assign.rhs;
  ObjectVec vars = {0}, fresh = {0};
  Map seen = {0};
  bool failed = false;
  vec_each(Expr *, x, lhs) {
    Object *v = define_one(c, *x, &seen, &fresh);
    if (!v) {
      failed = true;
      v = local_var(c, (*x)->pos, name_cstr("_"), NULL);
    }
    vec_push(&vars, v);
  }
  check_init_vars(c, &vars, rhs, NULL);
  for (int i = 0; i < lhs->len; i++) {
    lhs->at[i]->mode = MODE_VAR;
    lhs->at[i]->type = vars.at[i]->type;
  }
  if (fresh.len == 0 && !failed)
    check_error(c, s->pos, "no new variables on left side of :=");
  Pos from = rhs->at[rhs->len - 1]->end;
  vec_each(Object *, v, &fresh)
    declare(c, *v, from);
}

static Token operator_of(int op) {
  switch (op) {
  case T_ADD_ASSIGN: return T_ADD;
  case T_SUB_ASSIGN: return T_SUB;
  case T_MUL_ASSIGN: return T_MUL;
  case T_QUO_ASSIGN: return T_QUO;
  case T_REM_ASSIGN: return T_REM;
  case T_AND_ASSIGN: return T_AND;
  case T_OR_ASSIGN: return T_OR;
  case T_XOR_ASSIGN: return T_XOR;
  case T_SHL_ASSIGN: return T_SHL;
  case T_SHR_ASSIGN: return T_SHR;
  default: return T_ANDNOT;
  }
}

// x op= y: x is evaluated once, and used.
static void assign_op(Checker *c, Stmt *s) {
  Expr *x = s->assign.lhs.at[0], *y = s->assign.rhs.at[0];
  if (s->assign.lhs.len != 1 || s->assign.rhs.len != 1) {
    check_error(c, s->pos,
                "assignment operation %s requires single-valued expressions",
                token_text[s->op]);
    use_all_lhs(c, &s->assign.lhs);
    use_exprs(c, &s->assign.rhs);
    return;
  }
  check_expr(c, x);
  check_expr(c, y);
  Expr *e = NEW(Expr);
  e->kind = E_BINARY;
  e->op = (uint8_t)operator_of(s->op);
  e->pos = s->pos;
  e->end = y->end;
  e->binary.x = x;
  e->binary.y = y;
  combine(c, e, x, y, e->op, true);
  if (e->mode == MODE_INVALID)
    return;
  Type *t = assignable_lhs(c, x);
  if (t->kind != TY_INVALID)
    check_assignment(c, e, t, "assignment");
}

static void inc_dec(Checker *c, Stmt *s) {
  Expr *x = s->expr.x;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return;
  if (!is_numeric(x->type)) {
    check_error(c, expr_start(x),
                "invalid operation: %s%s (non-numeric type %s)",
                expr_string(perm, x), token_text[s->op],
                type_str(c, x->type));
    return;
  }
  assignable_lhs(c, x);
}

// An ASSIGN or INCDEC statement.
void check_assign(Checker *c, Stmt *s) {
  if (s->kind == S_INCDEC)
    inc_dec(c, s);
  else if (s->op == T_ASSIGN)
    assign_vars(c, &s->assign.lhs, &s->assign.rhs);
  else if (s->op == T_DEFINE)
    define(c, s);
  else
    assign_op(c, s);
}
