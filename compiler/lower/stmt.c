// SPDX-License-Identifier: MIT
//
// Statements: the dispatch, blocks, if, for, labels and jumps, return.
//
// Code after a jump is lowered into a block that nothing reaches, so that
// every function here may assume an open block and leaves one.
#include "lower.h"

void emit_unreachable(void) {
  if (!terminated()) LLVMBuildUnreachable(F->b);
  set_block(new_block("dead"));
}

// A branch to an earlier block. The one place for a counted hook.
void loop_back_edge(LLVMBasicBlockRef b) {
  br(b);
}

void lower_stmts(StmtVec *v) {
  for (int i = 0; i < v->len; i++) lower_stmt(v->at[i]);
}

void lower_block(Stmt *s) {
  lower_stmts(&s->block.stmts);
}

// ---- jumps -----------------------------------------------------------------

void push_target(Target *t, Stmt *s, LLVMBasicBlockRef brk,
                 LLVMBasicBlockRef cont) {
  t->outer = F->targets;
  t->stmt = s;
  t->brk = brk;
  t->cont = cont;
  F->targets = t;
}

void pop_target(void) {
  F->targets = F->targets->outer;
}

static LLVMBasicBlockRef label_block(Stmt *labeled) {
  LLVMBasicBlockRef b = map_get(&F->labels, labeled);
  if (!b) {
    b = new_block(labeled->labeled.label->ident.name->s);
    map_put(&F->labels, labeled, b);
  }
  return b;
}

void lower_jump(Token op, Stmt *target) {
  if (op == T_GOTO) {
    if (F->range_func && !range_func_contains(target))
      range_func_jump(op, target);
    else
      br(label_block(target));
    set_block(new_block("dead"));
    return;
  }
  for (Target *t = F->targets; t; t = t->outer)
    if (t->stmt == target) {
      if (op == T_CONTINUE)
        br(t->cont);
      else
        br(t->brk);
      set_block(new_block("dead"));
      return;
    }
  if (!F->range_func) unreachable();
  range_func_jump(op, target);
  set_block(new_block("dead"));
}

// ---- return ----------------------------------------------------------------

static void store_results(Val *vals) {
  for (int i = 0; i < F->results.len; i++) {
    Object *r = F->results.at[i];
    store_value(var_address(r), vals[i], r->type);
  }
}

static bool is_blank_result(Object *r) {
  return !r->name || (r->name->len == 1 && r->name->s[0] == '_');
}

void emit_return(Val *vals) {
  int n = F->results.len;
  if (F->defer_frame) {
    store_results(vals);
    br(F->defer_return);
    set_block(new_block("dead"));
    return;
  }
  // Closures and pointers that outlive the call see what was returned.
  for (int i = 0; i < n; i++) {
    Object *r = F->results.at[i];
    if (var_on_heap(r) && !is_blank_result(r))
      store_value(var_address(r), vals[i], r->type);
  }
  if (F->sret) {
    LLVMTypeRef rs = results_struct(F->sig);
    for (int i = 0; i < n; i++)
      store_value(LLVMBuildStructGEP2(F->b, rs, F->sret, (unsigned)i, ""),
                  vals[i], F->results.at[i]->type);
    LLVMBuildRetVoid(F->b);
  } else if (n == 0) {
    LLVMBuildRetVoid(F->b);
  } else if (n == 1) {
    LLVMBuildRet(F->b, vals[0]);
  } else {
    Val agg = LLVMGetPoison(LLVMGetReturnType(F->fn_type));
    for (int i = 0; i < n; i++)
      agg = LLVMBuildInsertValue(F->b, agg, vals[i], (unsigned)i, "");
    LLVMBuildRet(F->b, agg);
  }
  set_block(new_block("dead"));
}

void lower_return(Stmt *s) {
  set_pos(s->pos);
  if (F->range_func) {
    range_func_return(s);
    return;
  }
  ExprVec *xs = &s->return_.results;
  int n = F->results.len;
  if (xs->len == 0) {
    return_results();
    set_block(new_block("dead"));
    return;
  }
  Val *vals = NEW_ARRAY(Val, n + 1);
  if (xs->len == n) {
    Type **types = NEW_ARRAY(Type *, n);
    for (int i = 0; i < n; i++) types[i] = F->results.at[i]->type;
    lower_operands(xs->at, types, n, vals);
  } else {
    Expr *call = unparen(xs->at[0]);
    Type *tuple = type_of(call);
    lower_call_multi(call, vals);
    for (int i = 0; i < n; i++)
      vals[i] = convert_value(vals[i], tuple->tuple.types.at[i],
                              F->results.at[i]->type, NULL);
  }
  set_pos(s->pos);
  emit_return(vals);
}

// Whether only code after a jump is in b.
static bool is_dead(LLVMBasicBlockRef b) {
  return !LLVMGetFirstUse(LLVMBasicBlockAsValue(b)) &&
         b != LLVMGetEntryBasicBlock(F->fn) &&
         b != LLVMGetNextBasicBlock(F->entry);
}

// ---- if and for ------------------------------------------------------------

static void lower_if(Stmt *s) {
  if (s->if_.init) lower_stmt(s->if_.init);
  LLVMBasicBlockRef then = new_block("if.then"), done = new_block("if.done");
  LLVMBasicBlockRef els = s->if_.els ? new_block("if.else") : done;
  set_pos(s->pos);
  Outcome cond = lower_cond(s->if_.cond, then, els);
  enter_block(then, cond.yes);
  lower_stmt(s->if_.then);
  bool then_ends = is_dead(cur_block());
  Known after_then = F->known;
  br(done);
  bool else_ends = false;
  if (s->if_.els) {
    enter_block(els, cond.no);
    lower_stmt(s->if_.els);
    else_ends = is_dead(cur_block());
    br(done);
  } else {
    F->known = cond.no;
  }
  Known known = then_ends   ? F->known
                : else_ends ? after_then
                            : known_join(after_then, F->known);
  enter_block(done, known);
}

// Go 1.22: the next iteration gets variables of its own.
static void renew_variables(Stmt *s) {
  Stmt *init = s->for_.init;
  if (!s->for_.per_iteration || !init || init->kind != S_ASSIGN) return;
  for (int i = 0; i < init->assign.lhs.len; i++) {
    Expr *x = init->assign.lhs.at[i];
    if (is_blank(x) || x->kind != E_IDENT || !x->ident.obj) continue;
    if (var_on_heap(x->ident.obj)) renew_local(x->ident.obj);
  }
}

// Checks pointers that a loop does not change before it, instead of whenever
// its condition follows them: those that the condition, when it is evaluated
// for the first time, follows before it does anything else. False: it may do
// something else.
static bool check_before_loop(Expr *x) {
  x = unparen(x);
  if (x->mode == MODE_CONST || x->mode == MODE_NIL || x->kind == E_IDENT)
    return true;
  switch (x->kind) {
  case E_UNARY:
    return x->op == T_NOT && check_before_loop(x->unary.x);
  case E_BINARY:
    if (check_before_loop(x->binary.x) && is_comparison(x->op))
      check_before_loop(x->binary.y);
    return false;
  case E_CALL:
    return is_builtin_call(x) &&
           unparen(x->call.fun)->builtin == BUILTIN_LEN &&
           check_before_loop(x->call.args.at[0]);
  case E_SELECTOR: {
    Selection *sel = x->selector.selection;
    Expr *p = unparen(x->selector.x);
    if (!sel || sel->kind != SEL_FIELD || p->kind != E_IDENT ||
        !p->ident.obj)
      return false;
    Val v = map_get(&F->values, p->ident.obj);
    set_pos(x->pos);
    if (v && under(type_of(p))->kind == TY_POINTER) nil_check(v);
    return v && sel->path.len == 1;
  }
  default:
    return false;
  }
}

static void lower_for(Stmt *s) {
  if (s->for_.init) lower_stmt(s->for_.init);
  if (s->for_.cond) check_before_loop(s->for_.cond);
  LLVMBasicBlockRef cond = new_block("for.cond"), body = new_block("for.body");
  LLVMBasicBlockRef post = new_block("for.post"), done = new_block("for.done");
  br(cond);
  enter_block(cond, known_below(F->known));
  Outcome known = {F->known, F->known};
  if (s->for_.cond)
    known = lower_cond(s->for_.cond, body, done);
  else
    br(body);
  enter_block(body, known.yes);
  Target target;
  push_target(&target, s, done, post);
  lower_stmt(s->for_.body);
  pop_target();
  br(post);
  enter_block(post, known_below(known.yes));
  renew_variables(s);
  if (s->for_.post) lower_stmt(s->for_.post);
  loop_back_edge(cond);
  enter_block(done, known_join(known.yes, known.no));
}

// ---- the rest --------------------------------------------------------------

static void lower_expr_stmt(Expr *x) {
  Expr *u = unparen(x);
  if (u->kind == E_CALL && !is_conversion(u) && !is_builtin_call(u) &&
      u->mode == MODE_TUPLE) {
    Type *t = type_of(u);
    Val *vals = NEW_ARRAY(Val, t->tuple.types.len + 1);
    lower_call_multi(u, vals);
    return;
  }
  lower_expr(u);
}

static void lower_send(Stmt *s) {
  Type *elem = under(type_of(s->send.chan))->chan.elem;
  Val ch = lower_expr(s->send.chan);
  Val tmp = alloca_type(elem, "send");
  lower_expr_as_to(s->send.value, elem, tmp);
  set_pos(s->pos);
  lower_send_value(ch, tmp);
}

static void lower_var_decl(Decl *d) {
  ObjectVec objs = {0};
  for (int i = 0; i < d->var.names.len; i++) {
    Expr *name = d->var.names.at[i];
    Object *obj = name->ident.obj;
    if (!obj) {  // blank
      Type *t = d->var.type ? d->var.type->type : NULL;
      if (!t && d->var.values.len == d->var.names.len)
        t = default_type(type_of(d->var.values.at[i]));
      obj = object_new(OBJ_VAR, name->pos, M->pkg, name->ident.name, t);
    }
    vec_push(&objs, obj);
  }
  lower_init_vars(&objs, &d->var.values);
}

static void lower_labeled(Stmt *s) {
  LLVMBasicBlockRef b = label_block(s);
  br(b);
  set_block(b);
  lower_stmt(s->labeled.stmt);
}

// Whether variables may be declared inside s that end with it.
static bool opens_scope(Stmt *s) {
  switch (s->kind) {
  case S_BLOCK: case S_IF: case S_SWITCH: case S_TYPE_SWITCH: case S_SELECT:
  case S_FOR: case S_RANGE:
    return true;
  default:
    return false;
  }
}

static void lower_statement(Stmt *s) {
  if (s->kind != S_BLOCK) set_pos(s->pos);
  switch (s->kind) {
  case S_BAD:
  case S_EMPTY:
    return;
  case S_DECL:
    for (int i = 0; i < s->decls.len; i++)
      if (s->decls.at[i]->kind == D_VAR) lower_var_decl(s->decls.at[i]);
    return;
  case S_LABELED: lower_labeled(s); return;
  case S_EXPR: lower_expr_stmt(s->expr.x); return;
  case S_SEND: lower_send(s); return;
  case S_INCDEC:
  case S_ASSIGN: lower_assign(s); return;
  case S_GO: lower_go(s); return;
  case S_DEFER: lower_defer(s); return;
  case S_RETURN: lower_return(s); return;
  case S_BRANCH:
    // switch.c looks at the last statement of a clause itself.
    if (s->op != T_FALLTHROUGH)
      lower_jump((Token)s->op, s->branch.target);
    return;
  case S_BLOCK: lower_block(s); return;
  case S_IF: lower_if(s); return;
  case S_SWITCH: lower_switch(s); return;
  case S_TYPE_SWITCH: lower_type_switch(s); return;
  case S_SELECT: lower_select(s); return;
  case S_FOR: lower_for(s); return;
  case S_RANGE: lower_range(s); return;
  case S_CASE: break;
  }
  unreachable();
}

void lower_stmt(Stmt *s) {
  LLVMMetadataRef outer = F->scope;
  if (opens_scope(s)) debug_scope(s->pos);
  lower_statement(s);
  F->scope = outer;
}
