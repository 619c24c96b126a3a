// SPDX-License-Identifier: MIT
//
// range over a function: the body becomes a function that the iterator calls.
//
// Two variables of the enclosing frame steer it, captured by the body:
//   #state  where the loop is, checked and set by every call of the body, so
//           that an iterator that calls it once too often panics;
//   #next   0, or the number of the jump out of the loop that the body wants
//           done: the body sets it and returns false, and the code after the
//           iterator's call performs that jump, as if it stood there. If that
//           place is itself in such a body, the jump may go on outwards in
//           the same way.
// return stores its values in the results of the enclosing function first.
// defer in a body belongs to the enclosing function: #defers is its defer
// frame, and #frame its frame address, for recover deferred directly.
//
// Bodies are lowered after their outer function, so the jumps out of a body
// are collected from the tree before.
#include "lower.h"

// Values of #state, as runtime.panicrangestate knows them.
enum { STATE_DONE, STATE_READY, STATE_PANIC, STATE_EXHAUSTED, STATE_MISSING };

typedef struct Exit {
  Token op;          // T_BREAK, T_CONTINUE, T_GOTO or T_RETURN
  Stmt *target;
} Exit;

typedef struct RangeFunc {
  Stmt *s;
  VEC(Exit) exits;         // #next is 1 + the index
  Object *state, *next;
  Object *defers, *frame;  // NULL if not needed
  ObjectVec results;       // of the enclosing declared function or literal
  bool has_defer, has_recover;
} RangeFunc;

static Map range_funcs;    // FuncInfo of a body -> RangeFunc

// ---- what leaves the body --------------------------------------------------

static bool within(Stmt *inner, Stmt *outer) {
  return inner->pos >= outer->pos && inner->pos < outer->end;
}

static int exit_number(RangeFunc *rf, Token op, Stmt *target) {
  for (int i = 0; i < rf->exits.len; i++)
    if (rf->exits.at[i].op == op && rf->exits.at[i].target == target)
      return i + 1;
  vec_push(&rf->exits, ((Exit){op, target}));
  return rf->exits.len;
}

static bool collect_expr(Walker *w, Expr *x) {
  RangeFunc *rf = w->data;
  if (x->kind == E_FUNC_LIT) return false;
  if (x->kind == E_CALL && is_builtin_call(x) &&
      unparen(x->call.fun)->builtin == BUILTIN_RECOVER)
    rf->has_recover = true;
  return true;
}

static bool collect_stmt(Walker *w, Stmt *s) {
  RangeFunc *rf = w->data;
  if (s->kind == S_DEFER) rf->has_defer = true;
  if (s->kind == S_RETURN) exit_number(rf, T_RETURN, NULL);
  if (s->kind == S_BRANCH && s->branch.target &&
      s->branch.target != rf->s && !within(s->branch.target, rf->s))
    exit_number(rf, (Token)s->op, s->branch.target);
  return true;
}

static void collect_exits(RangeFunc *rf) {
  Walker w = {.expr = collect_expr, .stmt = collect_stmt, .data = rf};
  walk_stmt(&w, rf->s->range.body);
}

bool range_func_contains(Stmt *target) {
  return within(target, F->range_func->s->range.body);
}

// ---- the loop, in the enclosing function -----------------------------------

static Object *steer_var(RangeFunc *rf, const char *name, Type *t) {
  Object *v = object_new(OBJ_VAR, rf->s->pos, M->pkg, name_cstr(name), t);
  v->var.func = F->info;
  v->var.captured = true;
  v->var.reassigned = true;
  v->var.heap = escapes_site(rf->s);
  return v;
}

static void capture(FuncInfo *info, Object *v) {
  for (int i = 0; i < info->captures.len; i++)
    if (info->captures.at[i] == v) return;
  vec_push(&info->captures, v);
}

// The results a return inside the body stores to.
static void capture_results(RangeFunc *rf, FuncInfo *info) {
  rf->results = F->range_func ? F->range_func->results : F->results;
  bool returns = false;
  for (int i = 0; i < rf->exits.len; i++)
    returns |= rf->exits.at[i].op == T_RETURN;
  if (!returns) return;
  for (int i = 0; i < rf->results.len; i++) {
    Object *r = rf->results.at[i];
    r->var.captured = true;
    r->var.reassigned = true;
    capture(info, r);
  }
}

static Val const_state(int state) {
  return const_i64(state);
}

static void set_var(Object *v, Val value) {
  store_value(var_address(v), value, v->type);
}

static Val get_var(Object *v) {
  return load_value(var_address(v), v->type);
}

static RangeFunc *range_func_new(Stmt *s) {
  FuncInfo *info = s->range.body_info;
  RangeFunc *rf = NEW(RangeFunc);
  rf->s = s;
  collect_exits(rf);
  rf->state = steer_var(rf, "#state", types_basic[B_INT]);
  rf->next = steer_var(rf, "#next", types_basic[B_INT]);
  declare_local(rf->state, const_state(STATE_READY));
  declare_local(rf->next, const_i64(0));
  capture(info, rf->state);
  capture(info, rf->next);
  Type *pointer = types_basic[B_UNSAFE_POINTER];
  if (rf->has_defer) {
    rf->defers = steer_var(rf, "#defers", pointer);
    declare_local(rf->defers, F->defer_frame ? F->defer_frame
                                             : range_func_defer_frame());
    capture(info, rf->defers);
  }
  if (rf->has_recover) {
    info->has_recover = true;  // so that it stays a function of its own
    Val outer = range_func_frame();
    rf->frame = steer_var(rf, "#frame", pointer);
    declare_local(rf->frame, outer ? outer : frame_address());
    capture(info, rf->frame);
  }
  capture_results(rf, info);
  map_put(&range_funcs, info, rf);
  return rf;
}

// Performs the jump that the body asked for.
static void dispatch_exits(RangeFunc *rf) {
  if (rf->exits.len == 0) return;
  LLVMBasicBlockRef done = new_block("rangefunc.done");
  Val next = get_var(rf->next);
  Val sw = LLVMBuildSwitch(F->b, next, done, (unsigned)rf->exits.len);
  for (int i = 0; i < rf->exits.len; i++) {
    Exit *e = &rf->exits.at[i];
    LLVMBasicBlockRef b = new_block("rangefunc.exit");
    LLVMAddCase(sw, const_i64(i + 1), b);
    set_block(b);
    if (e->op != T_RETURN) {
      lower_jump(e->op, e->target);
    } else if (F->range_func) {
      range_func_jump(T_RETURN, NULL);
      set_block(new_block("dead"));
    } else {
      return_results();
    }
    emit_unreachable();
  }
  set_block(done);
}

void lower_range_func(Stmt *s) {
  Expr *x = s->range.x;
  Type *sig = under(type_of(x));
  Val iter = lower_expr(x);
  set_pos(s->pos);
  // An instance may be lowered again, for another package.
  FuncInfo *info = s->range.body_info;
  int ncaptures = info->captures.len;
  RangeFunc *rf = range_func_new(s);
  Val body = lower_closure(info, escapes_site(s));
  info->captures.len = ncaptures;
  nil_check(iter);
  Val code = LLVMBuildLoad2(F->b, M->t_ptr, iter, "");
  emit_call(code, sig, NULL, NULL, &body, iter, NULL, false);
  Val state = get_var(rf->state);
  Val missing = const_state(STATE_MISSING);
  check(LLVMBuildICmp(F->b, LLVMIntNE, state, const_state(STATE_PANIC), ""),
        "panicrangestate", &missing, 1);
  set_var(rf->state, const_state(STATE_EXHAUSTED));
  dispatch_exits(rf);
}

// ---- the body --------------------------------------------------------------

// Ends this call of the body.
static void leave_body(bool go_on) {
  RangeFunc *rf = F->range_func;
  set_var(rf->state, const_state(go_on ? STATE_READY : STATE_DONE));
  LLVMBuildRet(F->b, LLVMConstInt(M->t_i1, go_on, false));
}

void range_func_jump(Token op, Stmt *target) {
  RangeFunc *rf = F->range_func;
  if (target && target == rf->s) {
    leave_body(op == T_CONTINUE);
    return;
  }
  set_var(rf->next, const_i64(exit_number(rf, op, target)));
  leave_body(false);
}

void range_func_return(Stmt *s) {
  RangeFunc *rf = F->range_func;
  ExprVec *xs = &s->return_.results;
  int n = rf->results.len;
  Val *vals = NEW_ARRAY(Val, n + 1);
  if (xs->len == n) {
    Type **types = NEW_ARRAY(Type *, n + 1);
    for (int i = 0; i < n; i++) types[i] = rf->results.at[i]->type;
    lower_operands(xs->at, types, n, vals);
  } else if (xs->len == 1) {
    Expr *call = unparen(xs->at[0]);
    Type *tuple = type_of(call);
    lower_call_multi(call, vals);
    for (int i = 0; i < n; i++)
      vals[i] = convert_value(vals[i], tuple->tuple.types.at[i],
                              rf->results.at[i]->type, NULL);
  }
  if (xs->len)
    for (int i = 0; i < n; i++) set_var(rf->results.at[i], vals[i]);
  range_func_jump(T_RETURN, NULL);
  set_block(new_block("dead"));
}

Val range_func_frame(void) {
  RangeFunc *rf = F->range_func;
  return rf && rf->frame ? get_var(rf->frame) : NULL;
}

Val range_func_defer_frame(void) {
  RangeFunc *rf = F->range_func;
  if (!rf || !rf->defers) unreachable();
  return get_var(rf->defers);
}

// One parameter given to the statement's variable.
static void bind_param(Stmt *s, Expr *x, int i, FuncInfo *info) {
  if (!x || is_blank(x)) return;
  Type *t = info->sig->func.params.at[i]->type;
  Val v = LLVMGetParam(F->fn, (unsigned)i);
  if (!s->range.define) {
    assign_lvalue(lower_lvalue(x), v, t, NULL);
    return;
  }
  Object *obj = unparen(x)->ident.obj;
  if (obj && !map_has(&F->vars, obj)) declare_local(obj, v);
}

void lower_range_body(FuncInfo *info) {
  RangeFunc *rf = map_get(&range_funcs, info);
  Stmt *s = rf->s;
  F->range_func = rf;
  set_pos(s->pos);
  Val state = get_var(rf->state);
  check(LLVMBuildICmp(F->b, LLVMIntEQ, state, const_state(STATE_READY), ""),
        "panicrangestate", &state, 1);
  set_var(rf->state, const_state(STATE_PANIC));
  int n = info->sig->func.params.len;
  if (n > 0) bind_param(s, s->range.key, 0, info);
  if (n > 1) bind_param(s, s->range.value, 1, info);
  lower_stmt(s->range.body);
  leave_body(true);
  set_block(new_block("dead"));
  LLVMBuildUnreachable(F->b);
}
