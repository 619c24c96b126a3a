// SPDX-License-Identifier: MIT
//
// Statements and function bodies. Leaves the targets of branches set (with
// labels.c), the function each return returns from, and what functions do
// that lowering must know: defer, recover, captures.
#include "types.h"

void open_scope(Checker *c) { c->scope = scope_new(c->scope, c->func); }

void close_scope(Checker *c) {
  check_unused(c, c->scope);
  c->scope = c->scope->outer;
}

// The declared function or literal around the code; bodies of range
// statements over functions belong to it.
static FuncInfo *real_function(FuncInfo *f) {
  while (f && f->range && f->outer)
    f = f->outer;
  return f;
}

// ---- simple statements -----------------------------------------------------

typedef enum CallKind { KIND_CONVERSION, KIND_EXPR, KIND_STMT } CallKind;

static CallKind kind_of(Expr *x) {
  x = unparen(x);
  if (x->kind == E_UNARY && x->op == T_ARROW)
    return KIND_STMT;
  if (x->kind != E_CALL)
    return KIND_EXPR;
  Expr *fun = x->call.fun;
  if (fun->mode == MODE_TYPE)
    return KIND_CONVERSION;
  if (fun->mode == MODE_BUILTIN)
    return builtin_is_statement(fun->builtin) ? KIND_STMT : KIND_EXPR;
  return KIND_STMT;
}

static void expr_stmt(Checker *c, Stmt *s) {
  Expr *x = s->expr.x;
  check_raw_expr(c, x, NULL);
  const char *fault = "is not used";
  if (x->mode == MODE_BUILTIN)
    fault = "must be called";
  else if (x->mode == MODE_TYPE)
    fault = "is not an expression";
  else if (x->mode == MODE_INVALID || kind_of(x) == KIND_STMT)
    return;
  check_error(c, expr_start(x), "%s %s", operand_string(c, x), fault);
}

static void send_stmt(Checker *c, Stmt *s) {
  Expr *ch = s->send.chan, *x = s->send.value;
  check_expr(c, ch);
  check_expr(c, x);
  if (ch->mode == MODE_INVALID || x->mode == MODE_INVALID)
    return;
  Type *elem = channel_elem(c, s->pos, ch, false);
  if (elem)
    check_assignment(c, x, elem, "send");
}

static void call_stmt(Checker *c, Stmt *s) {
  Expr *x = s->expr.x;
  const char *keyword = s->kind == S_GO ? "go" : "defer";
  if (s->kind == S_DEFER) {
    FuncInfo *f = real_function(c->func);
    if (f)
      f->has_defer = true;
  }
  if (x->kind == E_BAD) return;
  if (x->kind != E_CALL) {
    check_error(c, expr_start(x), "expression in %s must be function call",
                keyword);
    use_expr(c, x);
    return;
  }
  check_raw_expr(c, x, NULL);
  if (x->mode == MODE_INVALID)
    return;
  CallKind kind = kind_of(x);
  if (kind == KIND_STMT)
    return;
  check_error(c, expr_start(x), "%s %s %s", keyword,
              kind == KIND_CONVERSION
                  ? "requires function call, not conversion"
                  : "discards result of",
              operand_string(c, x));
}

// ---- return ----------------------------------------------------------------

static void shadowed_results(Checker *c, Stmt *s, ObjectVec *results) {
  vec_each(Object *, r, results) {
    if (!(*r)->name)
      continue;
    Object *found = scope_lookup_outward(c->scope, (*r)->name, s->pos, NULL);
    if (!found || found == *r || strcmp((*r)->name->s, "_") == 0)
      continue;
    check_error(c, s->pos, "result parameter %s not in scope at return",
                (*r)->name->s);
    note_at(found->pos, "inner declaration of var %s %s", found->name->s,
            type_str(c, found->type));
  }
}

static void return_stmt(Checker *c, Stmt *s) {
  FuncInfo *f = real_function(c->func);
  s->return_.func = f;
  if (!f || !f->sig || f->sig->kind != TY_FUNC) {
    use_exprs(c, &s->return_.results);
    return;
  }
  ObjectVec *results = &f->sig->func.results;
  ExprVec *values = &s->return_.results;
  // A return inside a range over a function sets the results from there.
  if (f->named_results && c->func != f) {
    vec_each(Object *, r, results)
      capture_variable(c, *r);
  }
  if (values->len == 0) {
    if (f->named_results)
      shadowed_results(c, s, results);
    else if (results->len > 0) {
      TypeVec want = {0};
      vec_each(Object *, o, results)
        vec_push(&want, (*o)->type);
      check_error(c, s->pos,
                  "not enough return values\n\thave ()\n\twant %s",
                  types_summary(c, want.at, want.len, false, false));
    }
    return;
  }
  check_init_vars(c, results, values, s);
}

// ---- blocks and loops ------------------------------------------------------

static Flow inner_flow(Flow flow) {
  flow.fallthrough_ok = flow.last_clause = false;
  flow.in_switch = NULL;
  return flow;
}

void check_stmt_list(Checker *c, StmtVec *list, Flow flow) {
  int n = list->len;
  // Empty statements at the end do not count for fallthrough.
  while (n > 0 && list->at[n - 1]->kind == S_EMPTY)
    n--;
  bool ok = flow.fallthrough_ok, last = flow.last_clause;
  for (int i = 0; i < n; i++) {
    flow.fallthrough_ok = ok && i == n - 1;
    flow.last_clause = last && i == n - 1;
    check_stmt(c, list->at[i], flow);
  }
}

static void block_stmt(Checker *c, Stmt *s, Flow flow) {
  open_scope(c);
  check_stmt_list(c, &s->block.stmts, inner_flow(flow));
  close_scope(c);
}

static void condition(Checker *c, Expr *x, const char *what) {
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return;
  if (!is_boolean(x->type))
    check_error(c, expr_start(x), "non-boolean condition in %s statement",
                what);
  else
    use_default_type(c, x);
}

// else-if chains are followed in a loop; each opens one more scope.
static void if_stmt(Checker *c, Stmt *s, Flow flow) {
  flow = inner_flow(flow);
  int depth = 0;
  while (s && s->kind == S_IF) {
    open_scope(c);
    depth++;
    if (s->if_.init)
      check_stmt(c, s->if_.init, (Flow){0});
    condition(c, s->if_.cond, "if");
    check_stmt(c, s->if_.then, flow);
    s = s->if_.els;
  }
  if (s)
    check_stmt(c, s, flow);
  while (depth-- > 0)
    close_scope(c);
}

static void mark_per_iteration(Checker *c, Stmt *s) {
  Stmt *init = s->for_.init;
  if (!init || init->kind != S_ASSIGN || init->op != T_DEFINE ||
      (c->file && c->file->lang && c->file->lang < 22))
    return;
  s->for_.per_iteration = true;
  vec_each(Object *, v, &c->scope->objects) {
    if ((*v)->kind == OBJ_VAR)
      (*v)->var.per_iteration = true;
  }
}

static void for_stmt(Checker *c, Stmt *s, Flow flow) {
  flow = inner_flow(flow);
  open_scope(c);
  if (s->for_.init)
    check_stmt(c, s->for_.init, (Flow){0});
  mark_per_iteration(c, s);
  if (s->for_.cond)
    condition(c, s->for_.cond, "for");
  if (s->for_.post)
    check_stmt(c, s->for_.post, (Flow){0});
  flow.breaks = flow.continues = s;
  check_stmt(c, s->for_.body, flow);
  close_scope(c);
}

// ---- branches --------------------------------------------------------------

// Branches with labels are left to labels.c.
static void branch_stmt(Checker *c, Stmt *s, Flow flow) {
  if (s->branch.label)
    return;
  if (s->op == T_BREAK) {
    s->branch.target = flow.breaks;
    if (!flow.breaks)
      check_error(c, s->pos, "break is not in a loop, switch, or select");
  } else if (s->op == T_CONTINUE) {
    s->branch.target = flow.continues;
    if (!flow.continues)
      check_error(c, s->pos, "continue is not in a loop");
  } else if (s->op == T_FALLTHROUGH && !flow.fallthrough_ok) {
    const char *fault = "fallthrough statement out of place";
    if (flow.in_switch && flow.in_switch->kind == S_TYPE_SWITCH)
      fault = "cannot fallthrough in type switch";
    else if (flow.last_clause)
      fault = "cannot fallthrough final case in switch";
    check_error(c, s->pos, "%s", fault);
  }
}

// ---- dispatch --------------------------------------------------------------

static void decl_stmt(Checker *c, Stmt *s) {
  vec_each(Decl *, d, &s->decls)
    check_local_decl(c, *d);
}

void check_stmt(Checker *c, Stmt *s, Flow flow) {
  switch (s->kind) {
  case S_BAD: case S_EMPTY: case S_CASE: return;
  case S_DECL: decl_stmt(c, s); return;
  case S_LABELED: check_stmt(c, s->labeled.stmt, flow); return;
  case S_EXPR: expr_stmt(c, s); return;
  case S_SEND: send_stmt(c, s); return;
  case S_INCDEC: case S_ASSIGN: check_assign(c, s); return;
  case S_GO: case S_DEFER: call_stmt(c, s); return;
  case S_RETURN: return_stmt(c, s); return;
  case S_BRANCH: branch_stmt(c, s, flow); return;
  case S_BLOCK: block_stmt(c, s, flow); return;
  case S_IF: if_stmt(c, s, flow); return;
  case S_SWITCH: check_switch(c, s, inner_flow(flow)); return;
  case S_TYPE_SWITCH: check_type_switch(c, s, inner_flow(flow)); return;
  case S_SELECT: check_select(c, s, inner_flow(flow)); return;
  case S_FOR: for_stmt(c, s, flow); return;
  case S_RANGE: check_range(c, s, inner_flow(flow)); return;
  }
}

// ---- bodies ----------------------------------------------------------------

static bool has_named_results(Type *sig) {
  vec_each(Object *, r, &sig->func.results) {
    if ((*r)->name && (*r)->name->len > 0)
      return true;
  }
  return false;
}

// The parameters are declared in info->scope; the body shares that scope.
void check_func_body(Checker *c, FuncInfo *info) {
  if (!info->body || !info->sig || info->sig->kind != TY_FUNC)
    return;
  info->checked = true;
  Scope *scope = c->scope;
  FuncInfo *func = c->func;
  bool calls = c->has_call_or_recv;
  Pos iota_pos = c->iota_pos;
  c->func = info;
  c->iota_pos = 0;
  if (info->scope)
    c->scope = info->scope;
  info->named_results = has_named_results(info->sig);
  check_stmt_list(c, &info->body->block.stmts, (Flow){0});
  check_labels(c, info);
  if (info->sig->func.results.len > 0 && !is_terminating(info->body, NULL))
    check_error(c, info->body->block.rbrace, "missing return");
  check_unused(c, c->scope);
  frame_check(c, info);
  c->scope = scope;
  c->func = func;
  c->has_call_or_recv = calls;
  c->iota_pos = iota_pos;
}
