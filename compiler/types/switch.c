// SPDX-License-Identifier: MIT
//
// Switches on expressions and types, and select. Leaves case expressions
// converted to the type of the tag, and in each clause of a type switch the
// variable it declares.
#include "types.h"

static void multiple_defaults(Checker *c, StmtVec *cases) {
  Stmt *first = NULL;
  vec_each(Stmt *, p, cases) {
    if (!(*p)->case_.is_default)
      continue;
    if (!first) {
      first = *p;
      continue;
    }
    Loc loc = source_loc(first->pos);
    check_error(c, (*p)->pos, "multiple defaults (first at %s:%d:%d)",
                loc.path, loc.line, loc.col);
  }
}

// ---- expression switches ---------------------------------------------------

typedef struct SeenCase {
  Expr *x;
  struct SeenCase *next;  // with an equal value of another type
} SeenCase;

static void check_duplicate(Checker *c, Expr *x, StrMap *seen) {
  ConstKind kind = const_kind(x->cv);
  if (kind != CONST_INT && kind != CONST_FLOAT && kind != CONST_STRING)
    return;
  Buf b = {0};
  const_key(&b, x->cv);
  SeenCase *list = strmap_get(seen, b.at, b.len);
  for (SeenCase *s = list; s; s = s->next) {
    if (!identical(s->x->type, x->type))
      continue;
    check_error(c, expr_start(x), "duplicate case %s in expression switch",
                operand_string(c, x));
    note_at(expr_start(s->x), "previous case");
    return;
  }
  SeenCase *s = NEW(SeenCase);
  *s = (SeenCase){x, list};
  strmap_put(seen, b.at, b.len, s);
}

static void case_value(Checker *c, Expr *tag, Expr *x, StrMap *seen) {
  check_expr(c, x);
  if (tag->mode == MODE_INVALID || x->mode == MODE_INVALID ||
      !try_convert_untyped(c, x, tag->type))
    return;
  Expr result = *tag;  // what the comparison would be; not kept
  if (!check_comparison(c, &result, x, tag, T_EQL, true))
    return;
  if (x->mode == MODE_CONST && x->cv)
    check_duplicate(c, x, seen);
}

// The tag, or for `switch {` the constant true.
static Expr *switch_tag(Checker *c, Stmt *s) {
  Expr *x = s->switch_.tag;
  if (!x) {
    x = NEW(Expr);
    x->kind = E_IDENT;
    x->pos = x->end = s->pos;
    x->ident.name = name_cstr("true");
    x->mode = MODE_CONST;
    x->type = types_basic[B_BOOL];
    x->cv = const_from_bool(true);
    return x;
  }
  check_expr(c, x);
  check_assignment(c, x, NULL, "switch expression");
  if (x->mode != MODE_INVALID && !comparable_type(x->type, NULL) &&
      !has_nil(x->type)) {
    check_error(c, expr_start(x), "cannot switch on %s (%s is not comparable)",
                operand_string(c, x), type_str(c, x->type));
    x->mode = MODE_INVALID;
  }
  return x;
}

void check_switch(Checker *c, Stmt *s, Flow flow) {
  StmtVec *cases = &s->switch_.cases;
  open_scope(c);
  if (s->switch_.init)
    check_stmt(c, s->switch_.init, (Flow){0});
  Expr *tag = switch_tag(c, s);
  multiple_defaults(c, cases);
  StrMap seen = {0};
  flow.breaks = flow.in_switch = s;
  for (int i = 0; i < cases->len; i++) {
    Stmt *clause = cases->at[i];
    vec_each(Expr *, x, &clause->case_.exprs)
      case_value(c, tag, *x, &seen);
    flow.last_clause = i == cases->len - 1;
    flow.fallthrough_ok = !flow.last_clause;
    open_scope(c);
    check_stmt_list(c, &clause->case_.body, flow);
    close_scope(c);
  }
  close_scope(c);
}

// ---- type switches ---------------------------------------------------------

static bool is_nil_name(Checker *c, Expr *x) {
  x = unparen(x);
  if (x->kind != E_IDENT)
    return false;
  Object *o = scope_lookup_outward(c->scope, x->ident.name, x->pos, NULL);
  return o && o->kind == OBJ_NIL;
}

// The cases of a type switch by type, for finding duplicates: identical
// types have the same link string.
static bool is_duplicate_type(Checker *c, Expr *x, Type *t, StrMap *seen) {
  const char *key = t ? type_link_string(perm, t) : "nil";
  Expr *other = strmap_get(seen, key, strlen(key));
  if (!other) {
    strmap_put(seen, key, strlen(key), x);
    return false;
  }
  if (t && !identical(t, other->type))
    return false;
  check_error(c, expr_start(x), "duplicate case %s in type switch",
              t ? type_str(c, t) : "nil");
  note_at(expr_start(other), "previous case");
  return true;
}

// One case. False if it is not valid.
static bool case_type(Checker *c, Expr *guard, Expr *x, StrMap *seen,
                      Type **t) {
  *t = NULL;
  if (is_nil_name(c, x)) {
    check_expr(c, x);
  } else {
    *t = check_var_type(c, x);
    x->mode = (*t)->kind == TY_INVALID ? MODE_INVALID : MODE_TYPE;
    x->type = *t;
    if (x->mode == MODE_INVALID)
      return false;
  }
  if (is_duplicate_type(c, x, *t, seen))
    return true;
  if (guard && *t)
    check_assertable(c, x, guard, *t, true);
  return true;
}

// The type the variable has in a clause: that of the single type of its
// case, else that of the guard.
static Type *clause_type(Checker *c, Stmt *clause, Expr *guard,
                         StrMap *seen) {
  Type *t = NULL;
  bool ok = true;
  vec_each(Expr *, x, &clause->case_.exprs)
    ok = case_type(c, guard, *x, seen, &t) && ok;
  if (clause->case_.exprs.len == 1 && (t || !ok))
    return t ? t : type_invalid;
  return guard ? guard->type : type_invalid;
}

// NULL after an error.
static Expr *switch_guard(Checker *c, Expr *x) {
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return NULL;
  if (is_type_param(x->type))
    check_error(c, expr_start(x),
                "cannot use type switch on type parameter value %s",
                operand_string(c, x));
  else if (x->mode != MODE_NIL && is_interface(x->type))
    return x;
  else
    check_error(c, expr_start(x), "%s is not an interface",
                operand_string(c, x));
  return NULL;
}

static Object *clause_variable(Checker *c, Stmt *clause, Expr *bind,
                               Type *t) {
  Object *v = local_var(c, bind->pos, bind->ident.name, t);
  Pos from = clause->pos;
  if (clause->case_.exprs.len)
    from = clause->case_.exprs.at[clause->case_.exprs.len - 1]->end;
  declare(c, v, from);
  clause->case_.obj = v;
  return v;
}

void check_type_switch(Checker *c, Stmt *s, Flow flow) {
  Expr *bind = s->type_switch.bind;
  StmtVec *cases = &s->type_switch.cases;
  open_scope(c);
  if (s->type_switch.init)
    check_stmt(c, s->type_switch.init, (Flow){0});
  if (bind && is_blank(bind)) {
    check_error(c, bind->pos, "no new variable on left side of :=");
    bind = NULL;
  }
  Expr *guard = switch_guard(c, s->type_switch.x);
  multiple_defaults(c, cases);
  StrMap seen = {0};
  bool used = false;
  flow.breaks = flow.in_switch = s;
  vec_each(Stmt *, p, cases) {
    Type *t = clause_type(c, *p, guard, &seen);
    open_scope(c);
    Object *v = bind ? clause_variable(c, *p, bind, t) : NULL;
    check_stmt_list(c, &(*p)->case_.body, flow);
    if (v) {
      used = used || v->used;
      v->used = true;  // one error for all clauses is enough
    }
    close_scope(c);
  }
  if (bind && !used)
    check_error(c, bind->pos, "%s declared and not used",
                bind->ident.name->s);
  close_scope(c);
}

// ---- select ----------------------------------------------------------------

static bool is_receive(Expr *x) {
  x = unparen(x);
  return x->kind == E_UNARY && x->op == T_ARROW;
}

static bool is_communication(Stmt *s) {
  switch (s->kind) {
  case S_SEND: return true;
  case S_EXPR: return is_receive(s->expr.x);
  case S_ASSIGN:
    return (s->op == T_ASSIGN || s->op == T_DEFINE) &&
           s->assign.rhs.len == 1 && is_receive(s->assign.rhs.at[0]);
  default: return false;
  }
}

void check_select(Checker *c, Stmt *s, Flow flow) {
  multiple_defaults(c, &s->select.cases);
  flow.breaks = s;
  vec_each(Stmt *, p, &s->select.cases) {
    Stmt *clause = *p, *comm = clause->case_.comm;
    if (comm && comm->kind != S_BAD && !is_communication(comm)) {
      Pos at = comm->pos;
      if (comm->kind == S_ASSIGN)
        at = expr_start(comm->assign.lhs.at[0]);
      check_error(c, at, "select case must be send or receive (possibly with "
                  "assignment)");
      continue;
    }
    open_scope(c);
    if (comm)
      check_stmt(c, comm, (Flow){0});
    check_stmt_list(c, &clause->case_.body, flow);
    close_scope(c);
  }
}
