// SPDX-License-Identifier: MIT
//
// Expression switches and type switches. Integer constants become an LLVM
// switch; many string constants are told apart by their length, then byte by
// byte, until one is left to be compared; many types by the hash in
// their descriptors. Other cases are compared one after the other, as the
// language orders them.
#include "lower.h"

enum { MIN_STRING_SWITCH = 4, MAX_COMPARED = 1, MIN_TYPE_SWITCH = 4 };

typedef struct Switch {
  StmtVec *cases;
  LLVMBasicBlockRef *bodies;   // parallel to cases
  LLVMBasicBlockRef dflt;      // of the default clause, or done
  LLVMBasicBlockRef done;
  Known known;                 // in all clauses and after
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
    enter_block(sw->bodies[i], sw->known);
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
  const char *text;
  size_t len;
} StringCase;

static StringCase *string_cases(Switch *sw, int n) {
  StringCase *cases = NEW_ARRAY(StringCase, n);
  StringCase *c = cases;
  for (int i = 0; i < sw->cases->len; i++) {
    ExprVec *xs = &sw->cases->at[i]->case_.exprs;
    for (int j = 0; j < xs->len; j++, c++) {
      c->x = xs->at[j];
      c->body = sw->bodies[i];
      c->text = const_string(xs->at[j]->cv, &c->len);
    }
  }
  return cases;
}

// The index of the byte that tells most of n strings of length len apart.
static size_t telling_byte(StringCase *cases, int n, size_t len) {
  size_t best = 0;
  int most = 0;
  for (size_t at = 0; at < len; at++) {
    bool seen[256] = {false};
    int values = 0;
    for (int i = 0; i < n; i++) {
      uint8_t byte = (uint8_t)cases[i].text[at];
      values += !seen[byte];
      seen[byte] = true;
    }
    if (values > most) {
      most = values;
      best = at;
    }
  }
  return best;
}

static void compare_strings(Switch *sw, Val tag, Type *t, StringCase *cases,
                            int n) {
  for (int i = 0; i < n; i++) {
    LLVMBasicBlockRef next = new_block("switch.next");
    Val eq = lower_equal(tag, lower_const(cases[i].x->cv, t), t);
    cond_br(eq, cases[i].body, next);
    set_block(next);
  }
  br(sw->dflt);
}

// Moves the cases for which key is `value` to the front; their number.
static int gather(StringCase *cases, int n, size_t at, bool by_len,
                  size_t value) {
  int k = 0;
  for (int i = 0; i < n; i++) {
    size_t key = by_len ? cases[i].len : (uint8_t)cases[i].text[at];
    if (key != value) continue;
    StringCase c = cases[i];
    cases[i] = cases[k];
    cases[k++] = c;
  }
  return k;
}

// tag has the length of all n cases.
static void switch_bytes(Switch *sw, Val tag, Type *t, StringCase *cases,
                         int n) {
  size_t at = telling_byte(cases, n, cases[0].len);
  // The same string twice cannot be: some byte differs.
  if (n <= MAX_COMPARED) {
    compare_strings(sw, tag, t, cases, n);
    return;
  }
  Val p = gep_bytes(extract(tag, 0), (int64_t)at);
  Val byte = LLVMBuildLoad2(F->b, M->t_i8, p, "");
  Val inst = LLVMBuildSwitch(F->b, byte, sw->dflt, (unsigned)n);
  while (n > 0) {
    uint8_t value = (uint8_t)cases[0].text[at];
    int k = gather(cases, n, at, false, value);
    LLVMBasicBlockRef b = new_block("switch.byte");
    LLVMAddCase(inst, LLVMConstInt(M->t_i8, value, false), b);
    set_block(b);
    switch_bytes(sw, tag, t, cases, k);
    cases += k;
    n -= k;
  }
}

static void switch_string(Switch *sw, Val tag, Type *t, int n) {
  StringCase *cases = string_cases(sw, n);
  Val inst = LLVMBuildSwitch(F->b, extract(tag, 1), sw->dflt, (unsigned)n);
  while (n > 0) {
    int k = gather(cases, n, 0, true, cases[0].len);
    LLVMBasicBlockRef b = new_block("switch.len");
    LLVMAddCase(inst, const_i64((int64_t)cases[0].len), b);
    set_block(b);
    switch_bytes(sw, tag, t, cases, k);
    cases += k;
    n -= k;
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
      if (!tag && is_boolean(type_of(xs->at[j]))) {
        enter_block(next, lower_cond(xs->at[j], sw->bodies[i], next).no);
        continue;
      }
      cond_br(case_equal(tag, t, xs->at[j]), sw->bodies[i], next);
      enter_block(next, F->known);
    }
  }
  br(sw->dflt);
}

void lower_switch(Stmt *s) {
  if (s->switch_.init) lower_stmt(s->switch_.init);
  Expr *x = s->switch_.tag;
  Type *t = x ? default_type(type_of(x)) : NULL;
  Switch sw;
  switch_blocks(&sw, &s->switch_.cases);
  int n = constant_cases(sw.cases);
  if (x && n > 0) view_string(x);  // the cases run nothing
  Val tag = x ? lower_stable(x, t) : NULL;
  sw.known = known_below(F->known);
  if (t && n > 0 && is_integer(t))
    switch_int(&sw, tag, t, n);
  else if (t && n >= MIN_STRING_SWITCH && is_string(t))
    switch_string(&sw, tag, t, n);
  else
    switch_chain(&sw, tag, t);
  switch_bodies(&sw, s);
  enter_block(sw.done, sw.known);
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

// A case of one type or nil: x belongs to clause `clause`.
typedef struct TypeCase {
  Expr *x;
  int clause;
} TypeCase;
typedef VEC(TypeCase) TypeCases;

static bool is_concrete_case(Expr *x) {
  return is_type_case(x) && !is_interface(unparen(x)->type);
}

// Goes to the body of the case among n that matches, all concrete types, or
// on.
static void switch_hash(Switch *sw, TypeSwitch *ts, TypeCase *cases, int n) {
  LLVMBasicBlockRef some = new_block("switch.type");
  LLVMBasicBlockRef next = new_block("switch.next");
  cond_br(LLVMBuildIsNull(F->b, ts->type, ""), next, some);
  set_block(some);
  Val at = gep_bytes(ts->type, offsetof(GlType, hash));
  Val hash = load_invariant(M->t_i32, at);
  Val inst = LLVMBuildSwitch(F->b, hash, next, (unsigned)n);
  Map blocks = {0};   // of a hash: where the next case with it is compared
  for (int i = 0; i < n; i++) {
    Type *want = unparen(cases[i].x)->type;
    Val key = LLVMConstInt(M->t_i32, type_hash(want), false);
    LLVMBasicBlockRef b = map_get(&blocks, key);
    if (!b) {
      b = new_block("switch.hash");
      LLVMAddCase(inst, key, b);
    }
    set_block(b);
    set_pos(cases[i].x->pos);
    LLVMBasicBlockRef other = new_block("switch.other");
    cond_br(LLVMBuildICmp(F->b, LLVMIntEQ, ts->type, type_descriptor(want),
                          ""),
            sw->bodies[cases[i].clause], other);
    map_put(&blocks, key, other);
    set_block(other);
  }
  for (int i = 0; i < n; i++) {
    Type *want = unparen(cases[i].x)->type;
    Val key = LLVMConstInt(M->t_i32, type_hash(want), false);
    set_block(map_get(&blocks, key));
    br(next);
  }
  set_block(next);
}

static void switch_types(Switch *sw, TypeSwitch *ts, Val *ifaces) {
  TypeCases all = {0};
  for (int i = 0; i < sw->cases->len; i++)
    vec_each(Expr *, x, &sw->cases->at[i]->case_.exprs)
      vec_push(&all, ((TypeCase){*x, i}));
  for (int i = 0; i < all.len;) {
    TypeCase *c = &all.at[i];
    int n = 0;   // concrete types from here on
    while (i + n < all.len && is_concrete_case(c[n].x)) n++;
    if (n >= MIN_TYPE_SWITCH) {
      switch_hash(sw, ts, c, n);
      i += n;
      continue;
    }
    LLVMBasicBlockRef next = new_block("switch.next");
    set_pos(c->x->pos);
    Val ok = type_matches(ts, c->x, &ifaces[c->clause]);
    cond_br(ok, sw->bodies[c->clause], next);
    enter_block(next, F->known);
    i++;
  }
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
  sw.known = known_below(F->known);
  Val *ifaces = NEW_ARRAY(Val, sw.cases->len + 1);
  switch_types(&sw, &ts, ifaces);
  br(sw.dflt);
  Target target;
  push_target(&target, s, sw.done, NULL);
  for (int i = 0; i < sw.cases->len; i++) {
    Stmt *clause = sw.cases->at[i];
    enter_block(sw.bodies[i], sw.known);
    set_pos(clause->pos);
    bind_clause(&ts, clause, ifaces[i]);
    lower_stmts(&clause->case_.body);
    br(sw.done);
  }
  pop_target();
  enter_block(sw.done, sw.known);
}
