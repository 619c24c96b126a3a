// SPDX-License-Identifier: MIT
//
// Channel operations and the select statement. Elements pass by address. The
// runtime's C side returns codes, and the panics are raised here.
//
// select {} blocks; one case is a plain operation; one case and a default is
// a non-blocking one; everything else goes through selectgo, whose array of
// cases lies in the frame with the sends first.
#include "lower.h"

void check_chan_code(Val code) {
  Val ok = LLVMBuildICmp(F->b, LLVMIntEQ, code, const_i64(GL_CHAN_OK), "");
  check(ok, "panicchan", &code, 1);
}

static Type *chan_elem(Type *t) {
  return under(t)->chan.elem;
}

void lower_send_value(Val ch, Val elem_addr) {
  check_chan_code(RT_CALL("chansend", ch, elem_addr));
}

Val lower_receive(Val ch, Type *chan, Val *ok) {
  Type *elem = chan_elem(chan);
  Val tmp = alloca_type(elem, "recv");
  Val code = RT_CALL("chanrecv", ch, tmp);
  if (ok)
    *ok = LLVMBuildICmp(F->b, LLVMIntNE, code, const_i64(0), "");
  return load_value(tmp, elem);
}

// ---- clauses ---------------------------------------------------------------

typedef struct Clause {
  Stmt *s;              // S_CASE
  bool is_send;
  Expr *recv;           // the <-c of a receive
  Stmt *assign;         // v, ok = <-c; or NULL
  Val chan, elem;       // elem: address of the value sent or received
  Type *chan_type;
  int slot;             // in the array of cases
  LLVMBasicBlockRef block;
} Clause;

static void clause_init(Clause *c, Stmt *s) {
  Stmt *comm = s->case_.comm;
  c->s = s;
  if (comm->kind == S_SEND) {
    c->is_send = true;
    c->chan_type = type_of(comm->send.chan);
    return;
  }
  if (comm->kind == S_EXPR) {
    c->recv = unparen(comm->expr.x);
  } else {
    c->assign = comm;
    c->recv = unparen(comm->assign.rhs.at[0]);
  }
  c->chan_type = type_of(c->recv->unary.x);
}

// Evaluates channel and value, and finds memory for what is received.
static void clause_operands(Clause *c) {
  Stmt *comm = c->s->case_.comm;
  Type *elem = chan_elem(c->chan_type);
  set_pos(comm->pos);
  if (c->is_send) {
    c->chan = lower_expr(comm->send.chan);
    c->elem = alloca_type(elem, "send");
    lower_expr_as_to(comm->send.value, elem, c->elem);
    return;
  }
  c->chan = lower_expr(c->recv->unary.x);
  c->elem = c->assign ? alloca_type(elem, "recv") : LLVMConstNull(M->t_ptr);
}

// One variable of v, ok := <-c, or an assignment to what stands there.
static void assign_received(Stmt *s, int i, Val v, Type *t) {
  Expr *lhs = s->assign.lhs.at[i];
  if (is_blank(unparen(lhs))) return;
  Object *obj = lhs->kind == E_IDENT ? lhs->ident.obj : NULL;
  if (s->op == T_DEFINE && obj && obj->pos == lhs->pos) {
    declare_local(obj, convert_value(v, t, obj->type, NULL));
    return;
  }
  assign_lvalue(lower_lvalue(lhs), v, t, NULL);
}

static void clause_body(Clause *c, Val ok, LLVMBasicBlockRef done) {
  if (c->assign) {
    Type *elem = chan_elem(c->chan_type);
    set_pos(c->assign->pos);
    assign_received(c->assign, 0, load_value(c->elem, elem), elem);
    if (c->assign->assign.lhs.len > 1)
      assign_received(c->assign, 1, ok, types_basic[B_BOOL]);
  }
  lower_stmts(&c->s->case_.body);
  br(done);
}

// ---- the simple forms ------------------------------------------------------

static void select_single(Clause *c, LLVMBasicBlockRef done) {
  clause_operands(c);
  Val ok = NULL;
  if (c->is_send) {
    lower_send_value(c->chan, c->elem);
  } else {
    Val code = RT_CALL("chanrecv", c->chan, c->elem);
    ok = LLVMBuildICmp(F->b, LLVMIntNE, code, const_i64(0), "");
  }
  clause_body(c, ok, done);
}

static void select_nonblocking(Clause *c, Stmt *dflt, LLVMBasicBlockRef done) {
  clause_operands(c);
  Val code = RT_CALL(c->is_send ? "selectnbsend" : "selectnbrecv", c->chan,
                     c->elem);
  LLVMBasicBlockRef ready = new_block("select.ready");
  LLVMBasicBlockRef other = new_block("select.default");
  cond_br(LLVMBuildICmp(F->b, LLVMIntNE, code, const_i64(0), ""), ready,
          other);
  Known known = F->known;
  enter_block(ready, known);
  Val two = const_i64(2), ok = NULL;
  if (c->is_send) {
    Val arg = const_i64(GL_CHAN_SEND_CLOSED);
    check(LLVMBuildICmp(F->b, LLVMIntNE, code, two, ""), "panicchan", &arg, 1);
  } else {
    ok = LLVMBuildICmp(F->b, LLVMIntNE, code, two, "");
  }
  clause_body(c, ok, done);
  enter_block(other, known);
  lower_stmts(&dflt->case_.body);
  br(done);
}

// ---- selectgo --------------------------------------------------------------

static void fill_cases(Clause *clauses, int n, Val array) {
  for (int i = 0; i < n; i++) {
    Val at = gep_bytes(array, clauses[i].slot * (int64_t)sizeof(GlScase));
    LLVMBuildStore(F->b, clauses[i].chan, at);
    LLVMBuildStore(F->b, clauses[i].elem, gep_bytes(at, 8));
  }
}

static void select_general(Clause *clauses, int n, Stmt *dflt,
                           LLVMBasicBlockRef done) {
  int sends = 0;
  for (int i = 0; i < n; i++)
    if (clauses[i].is_send) clauses[i].slot = sends++;
  int recvs = 0;
  for (int i = 0; i < n; i++)
    if (!clauses[i].is_send) clauses[i].slot = sends + recvs++;
  for (int i = 0; i < n; i++) clause_operands(&clauses[i]);
  LLVMTypeRef words = LLVMArrayType2(M->t_ptr, (uint64_t)(2 * n));
  Val array = alloca_llvm(words, "cases");
  fill_cases(clauses, n, array);
  Val r = RT_CALL("selectgo", array, const_i64(sends), const_i64(recvs),
                  LLVMConstInt(M->t_i1, dflt == NULL, false));
  Val index = extract(r, 0), code = extract(r, 1);
  if (sends) {
    Val arg = const_i64(GL_CHAN_SEND_CLOSED);
    check(LLVMBuildICmp(F->b, LLVMIntNE, code, const_i64(2), ""), "panicchan",
          &arg, 1);
  }
  Val ok = LLVMBuildICmp(F->b, LLVMIntEQ, code, const_i64(1), "");
  LLVMBasicBlockRef other = new_block("select.default");
  Val sw = LLVMBuildSwitch(F->b, index, other, (unsigned)n);
  Known known = F->known;
  for (int i = 0; i < n; i++) {
    clauses[i].block = new_block("select.case");
    LLVMAddCase(sw, const_i64(clauses[i].slot), clauses[i].block);
  }
  for (int i = 0; i < n; i++) {
    enter_block(clauses[i].block, known);
    clause_body(&clauses[i], ok, done);
  }
  enter_block(other, known);
  if (!dflt) {
    LLVMBuildUnreachable(F->b);
    return;
  }
  lower_stmts(&dflt->case_.body);
  br(done);
}

void lower_select(Stmt *s) {
  StmtVec *cases = &s->select.cases;
  set_pos(s->pos);
  if (cases->len == 0) {
    rt_call("block", NULL, 0);
    emit_unreachable();
    return;
  }
  Clause *clauses = NEW_ARRAY(Clause, cases->len);
  Stmt *dflt = NULL;
  int n = 0;
  for (int i = 0; i < cases->len; i++) {
    Stmt *c = cases->at[i];
    if (c->case_.is_default || !c->case_.comm)
      dflt = c;
    else
      clause_init(&clauses[n++], c);
  }
  LLVMBasicBlockRef done = new_block("select.done");
  Target target;
  push_target(&target, s, done, NULL);
  Known known = known_below(F->known);
  if (n == 0) {
    lower_stmts(&dflt->case_.body);
    br(done);
  } else if (n == 1 && !dflt) {
    select_single(&clauses[0], done);
  } else if (n == 1) {
    select_nonblocking(&clauses[0], dflt, done);
  } else {
    select_general(clauses, n, dflt, done);
  }
  pop_target();
  enter_block(done, known);
}
