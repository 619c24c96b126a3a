// SPDX-License-Identifier: MIT
//
// Expression switches and type switches. Integer constants become an LLVM
// switch; many string constants are told apart by their length first; other
// cases are compared one after the other, as the language orders them.
#include "lower.h"

enum { MIN_STRING_SWITCH = 4 };

typedef struct Switch {
  StmtVec *cases;
  LLVMBasicBlockRef *bodies;   // parallel to cases
  LLVMBasicBlockRef dflt;      // of the default clause, or done
  LLVMBasicBlockRef done;
} Switch;

static void switch_blocks(Switch *sw, StmtVec *cases) {
  sw->cases = cases;
  sw->bodies = NEW_ARRAY(LLVMBasicBlockRef, cases->len + 1);
  sw->done = new_block("switch.done");
  sw->dflt = sw->done;
  for (int i = 0; i < cases->len; i++) {
    bool dflt = cases->at[i]->case_.is_default;
    sw->bodies[i] = new_block(dflt ? "switch.default" : "switch.case");
    if (dflt) sw->dflt = sw->bodies[i];
  }
}

static bool ends_in_fallthrough(StmtVec *body) {
  for (int i = body->len - 1; i >= 0; i--) {
    Stmt *s = body->at[i];
    while (s->kind == S_LABELED) s = s->labeled.stmt;
    if (s->kind == S_EMPTY) continue;
    return s->kind == S_BRANCH && s->op == T_FALLTHROUGH;
  }
  return false;
}

static void switch_bodies(Switch *sw, Stmt *s) {
  Target target;
  push_target(&target, s, sw->done, NULL);
  for (int i = 0; i < sw->cases->len; i++) {
    StmtVec *body = &sw->cases->at[i]->case_.body;
    set_block(sw->bodies[i]);
    lower_stmts(body);
    br(ends_in_fallthrough(body) && i + 1 < sw->cases->len ? sw->bodies[i + 1]
                                                           : sw->done);
  }
  pop_target();
}

// ---- how the cases are told apart ------------------------------------------

// The number of case expressions if all are constants, else -1.
static int constant_cases(StmtVec *cases) {
  int n = 0;
  for (int i = 0; i < cases->len; i++)
    for (int j = 0; j < cases->at[i]->case_.exprs.len; j++, n++)
      if (cases->at[i]->case_.exprs.at[j]->mode != MODE_CONST) return -1;
  return n;
}

static void switch_int(Switch *sw, Val tag, Type *t, int n) {
  Val inst = LLVMBuildSwitch(F->b, tag, sw->dflt, (unsigned)n);
  Map seen = {0};
  for (int i = 0; i < sw->cases->len; i++) {
    ExprVec *xs = &sw->cases->at[i]->case_.exprs;
    for (int j = 0; j < xs->len; j++) {
      Val c = lower_const(xs->at[j]->cv, t);
      if (map_has(&seen, c)) continue;
      map_put(&seen, c, c);
      LLVMAddCase(inst, c, sw->bodies[i]);
    }
  }
}

typedef struct StringCase {
  Expr *x;
  LLVMBasicBlockRef body;
  size_t len;
  bool done;
} StringCase;

// Compares tag with all cases of one length, in order.
static void switch_one_length(Switch *sw, Val tag, Type *t, StringCase *cases,
                              int n, size_t len) {
  for (int i = 0; i < n; i++) {
    if (cases[i].len != len || cases[i].done) continue;
    cases[i].done = true;
    LLVMBasicBlockRef next = new_block("switch.next");
    Val eq = lower_equal(tag, lower_const(cases[i].x->cv, t), t);
    cond_br(eq, cases[i].body, next);
    set_block(next);
  }
  br(sw->dflt);
}

static void switch_string(Switch *sw, Val tag, Type *t, int n) {
  StringCase *cases = NEW_ARRAY(StringCase, n);
  int k = 0;
  for (int i = 0; i < sw->cases->len; i++) {
    ExprVec *xs = &sw->cases->at[i]->case_.exprs;
    for (int j = 0; j < xs->len; j++, k++) {
      cases[k].x = xs->at[j];
      cases[k].body = sw->bodies[i];
      const_string(xs->at[j]->cv, &cases[k].len);
    }
  }
  Val inst = LLVMBuildSwitch(F->b, extract(tag, 1), sw->dflt, (unsigned)n);
  for (int i = 0; i < n; i++) {
    if (cases[i].done) continue;
    LLVMBasicBlockRef b = new_block("switch.len");
    LLVMAddCase(inst, const_i64((int64_t)cases[i].len), b);
    set_block(b);
    switch_one_length(sw, tag, t, cases, n, cases[i].len);
  }
}

// tag NULL: true, which an interface may be compared with.
static Val case_equal(Val tag, Type *t, Expr *x) {
  if (!tag) {
    tag = LLVMConstInt(M->t_i1, 1, false);
    t = types_basic[B_BOOL];
  }
  if (x->mode == MODE_NIL) return lower_is_nil(tag, t);
  Type *xt = type_of(x);
  if (is_untyped(xt)) xt = is_interface(t) ? default_type(xt) : t;
  Val v = lower_expr_as(x, xt);
  set_pos(x->pos);
  return lower_compare(T_EQL, tag, t, v, xt);
}

// tag NULL: the cases are conditions.
static void switch_chain(Switch *sw, Val tag, Type *t) {
  for (int i = 0; i < sw->cases->len; i++) {
    ExprVec *xs = &sw->cases->at[i]->case_.exprs;
    for (int j = 0; j < xs->len; j++) {
      LLVMBasicBlockRef next = new_block("switch.next");
      set_pos(xs->at[j]->pos);
      if (!tag && is_boolean(type_of(xs->at[j])))
        lower_cond(xs->at[j], sw->bodies[i], next);
      else
        cond_br(case_equal(tag, t, xs->at[j]), sw->bodies[i], next);
      set_block(next);
    }
  }
  br(sw->dflt);
}

void lower_switch(Stmt *s) {
  if (s->switch_.init) lower_stmt(s->switch_.init);
  Expr *x = s->switch_.tag;
  Type *t = x ? default_type(type_of(x)) : NULL;
  Val tag = x ? lower_stable(x, t) : NULL;
  Switch sw;
  switch_blocks(&sw, &s->switch_.cases);
  int n = constant_cases(sw.cases);
  if (t && n > 0 && is_integer(t))
    switch_int(&sw, tag, t, n);
  else if (t && n >= MIN_STRING_SWITCH && is_string(t))
    switch_string(&sw, tag, t, n);
  else
    switch_chain(&sw, tag, t);
  switch_bodies(&sw, s);
  set_block(sw.done);
}

// ---- type switches ---------------------------------------------------------

typedef struct TypeSwitch {
  Val v;        // the interface value
  Type *t;      // its static type
  Val type;     // its dynamic type or NULL
} TypeSwitch;

static bool is_type_case(Expr *x) {
  return unparen(x)->mode == MODE_TYPE;
}

// Whether the case matches; *out gets the value if the case's type is an
// interface.
static Val type_matches(TypeSwitch *ts, Expr *x, Val *out) {
  if (!is_type_case(x)) return LLVMBuildIsNull(F->b, ts->type, "");
  Type *want = unparen(x)->type;
  if (!is_interface(want))
    return LLVMBuildICmp(F->b, LLVMIntEQ, ts->type, type_descriptor(want), "");
  Val ok;
  *out = lower_type_assert(ts->v, ts->t, want, true, &ok);
  return ok;
}

// Declares the clause's variable; iface as from type_matches, or NULL.
static void bind_clause(TypeSwitch *ts, Stmt *clause, Val iface) {
  Object *obj = clause->case_.obj;
  if (!obj) return;
  Val v = ts->v;
  if (clause->case_.exprs.len == 1 && is_type_case(clause->case_.exprs.at[0]))
    v = iface ? iface : iface_unbox(extract(ts->v, 1), obj->type);
  declare_local(obj, v);
}

void lower_type_switch(Stmt *s) {
  if (s->type_switch.init) lower_stmt(s->type_switch.init);
  Expr *x = unparen(s->type_switch.x);
  if (x->kind == E_TYPE_ASSERT) x = x->assert.x;
  TypeSwitch ts = {.t = type_of(x)};
  ts.v = lower_expr(x);
  ts.type = iface_type(ts.v, ts.t);
  Switch sw;
  switch_blocks(&sw, &s->type_switch.cases);
  Val *ifaces = NEW_ARRAY(Val, sw.cases->len + 1);
  for (int i = 0; i < sw.cases->len; i++) {
    ExprVec *xs = &sw.cases->at[i]->case_.exprs;
    for (int j = 0; j < xs->len; j++) {
      LLVMBasicBlockRef next = new_block("switch.next");
      set_pos(xs->at[j]->pos);
      Val ok = type_matches(&ts, xs->at[j], &ifaces[i]);
      cond_br(ok, sw.bodies[i], next);
      set_block(next);
    }
  }
  br(sw.dflt);
  Target target;
  push_target(&target, s, sw.done, NULL);
  for (int i = 0; i < sw.cases->len; i++) {
    Stmt *clause = sw.cases->at[i];
    set_block(sw.bodies[i]);
    set_pos(clause->pos);
    bind_clause(&ts, clause, ifaces[i]);
    lower_stmts(&clause->case_.body);
    br(sw.done);
  }
  pop_target();
  set_block(sw.done);
}
