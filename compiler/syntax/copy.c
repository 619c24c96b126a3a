// SPDX-License-Identifier: MIT
//
// Deep copies of syntax trees. What the parser set is copied, what the checker
// found out is not. Identifiers, positions and comments are shared.
#include "syntax.h"

static Decl *decl_copy(const Decl *d);

static ExprVec exprs_copy(const ExprVec *v) {
  ExprVec out = {0};
  vec_each(Expr *, x, v) vec_push(&out, expr_copy(*x));
  return out;
}

static StmtVec stmts_copy(const StmtVec *v) {
  StmtVec out = {0};
  vec_each(Stmt *, s, v) vec_push(&out, stmt_copy(*s));
  return out;
}

static Field *field_copy(const Field *f, const Field *before) {
  Field *g = NEW(Field);
  *g = *f;
  g->name = expr_copy(f->name);
  g->type = f->shares_type ? before->type : expr_copy(f->type);
  g->tag = expr_copy(f->tag);
  return g;
}

static FieldVec fields_copy(const FieldVec *v) {
  FieldVec out = {0};
  Field *last = NULL;
  vec_each(Field *, f, v) {
    last = field_copy(*f, last);
    vec_push(&out, last);
  }
  return out;
}

// ---- expressions -----------------------------------------------------------

static void copy_primary(Expr *y, const Expr *x) {
  switch (x->kind) {
    case E_SELECTOR:
      y->selector.x = expr_copy(x->selector.x);
      y->selector.sel = expr_copy(x->selector.sel);
      y->selector.selection = NULL;
      break;
    case E_INDEX:
      y->index.x = expr_copy(x->index.x);
      y->index.indices = exprs_copy(&x->index.indices);
      break;
    case E_SLICE:
      y->slice.x = expr_copy(x->slice.x);
      y->slice.lo = expr_copy(x->slice.lo);
      y->slice.hi = expr_copy(x->slice.hi);
      y->slice.max = expr_copy(x->slice.max);
      break;
    case E_TYPE_ASSERT:
      y->assert.x = expr_copy(x->assert.x);
      y->assert.type = expr_copy(x->assert.type);
      break;
    case E_CALL:
      y->call.fun = expr_copy(x->call.fun);
      y->call.args = exprs_copy(&x->call.args);
      break;
    default:
      unreachable();
  }
}

static void copy_type(Expr *y, const Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      y->array.len = expr_copy(x->array.len);
      y->array.elem = expr_copy(x->array.elem);
      break;
    case E_STRUCT_TYPE:
      y->struct_.fields = fields_copy(&x->struct_.fields);
      break;
    case E_FUNC_TYPE:
      y->functype.tparams = fields_copy(&x->functype.tparams);
      y->functype.params = fields_copy(&x->functype.params);
      y->functype.results = fields_copy(&x->functype.results);
      break;
    case E_INTERFACE_TYPE:
      y->interface.elems = fields_copy(&x->interface.elems);
      break;
    case E_MAP_TYPE:
      y->map.key = expr_copy(x->map.key);
      y->map.value = expr_copy(x->map.value);
      break;
    case E_CHAN_TYPE:
      y->chan.elem = expr_copy(x->chan.elem);
      break;
    case E_ELLIPSIS:
      y->ellipsis.elem = expr_copy(x->ellipsis.elem);
      break;
    default:
      unreachable();
  }
}

Expr *expr_copy(const Expr *x) {
  if (!x) return NULL;
  Expr *y = NEW(Expr);
  *y = *x;
  y->mode = MODE_INVALID;
  y->builtin = 0;
  y->comma_ok = false;
  y->type = NULL;
  y->cv = NULL;
  switch (x->kind) {
    case E_BAD: case E_BASIC_LIT:
      break;
    case E_IDENT:
      y->ident.obj = NULL;
      break;
    case E_COMPOSITE_LIT:
      y->composite.type = expr_copy(x->composite.type);
      y->composite.elems = exprs_copy(&x->composite.elems);
      break;
    case E_FUNC_LIT:
      y->func.type = expr_copy(x->func.type);
      y->func.body = stmt_copy(x->func.body);
      y->func.info = NULL;
      break;
    case E_PAREN:
      y->paren.x = expr_copy(x->paren.x);
      break;
    case E_STAR: case E_UNARY:
      y->unary.x = expr_copy(x->unary.x);
      break;
    case E_BINARY:
      y->binary.x = expr_copy(x->binary.x);
      y->binary.y = expr_copy(x->binary.y);
      break;
    case E_KEY_VALUE:
      y->kv.key = expr_copy(x->kv.key);
      y->kv.value = expr_copy(x->kv.value);
      break;
    case E_SELECTOR: case E_INDEX: case E_SLICE: case E_TYPE_ASSERT:
    case E_CALL:
      copy_primary(y, x);
      break;
    default:
      copy_type(y, x);
  }
  return y;
}

// ---- statements ------------------------------------------------------------

static void copy_simple(Stmt *t, const Stmt *s) {
  switch (s->kind) {
    case S_EXPR: case S_INCDEC: case S_GO: case S_DEFER:
      t->expr.x = expr_copy(s->expr.x);
      break;
    case S_SEND:
      t->send.chan = expr_copy(s->send.chan);
      t->send.value = expr_copy(s->send.value);
      break;
    case S_ASSIGN:
      t->assign.lhs = exprs_copy(&s->assign.lhs);
      t->assign.rhs = exprs_copy(&s->assign.rhs);
      break;
    case S_RETURN:
      t->return_.results = exprs_copy(&s->return_.results);
      t->return_.func = NULL;
      break;
    case S_BRANCH:
      t->branch.label = expr_copy(s->branch.label);
      t->branch.target = NULL;
      break;
    default:
      unreachable();
  }
}

static void copy_loop(Stmt *t, const Stmt *s) {
  if (s->kind == S_FOR) {
    t->for_.init = stmt_copy(s->for_.init);
    t->for_.cond = expr_copy(s->for_.cond);
    t->for_.post = stmt_copy(s->for_.post);
    t->for_.body = stmt_copy(s->for_.body);
    t->for_.per_iteration = false;
  } else {
    t->range.key = expr_copy(s->range.key);
    t->range.value = expr_copy(s->range.value);
    t->range.x = expr_copy(s->range.x);
    t->range.body = stmt_copy(s->range.body);
    t->range.per_iteration = false;
    t->range.body_info = NULL;
  }
}

static void copy_switch(Stmt *t, const Stmt *s) {
  if (s->kind == S_SWITCH) {
    t->switch_.init = stmt_copy(s->switch_.init);
    t->switch_.tag = expr_copy(s->switch_.tag);
    t->switch_.cases = stmts_copy(&s->switch_.cases);
  } else if (s->kind == S_TYPE_SWITCH) {
    t->type_switch.init = stmt_copy(s->type_switch.init);
    t->type_switch.bind = expr_copy(s->type_switch.bind);
    t->type_switch.x = expr_copy(s->type_switch.x);
    t->type_switch.cases = stmts_copy(&s->type_switch.cases);
  } else if (s->kind == S_SELECT) {
    t->select.cases = stmts_copy(&s->select.cases);
  } else {
    t->case_.exprs = exprs_copy(&s->case_.exprs);
    t->case_.comm = stmt_copy(s->case_.comm);
    t->case_.body = stmts_copy(&s->case_.body);
    t->case_.obj = NULL;
  }
}

Stmt *stmt_copy(const Stmt *s) {
  if (!s) return NULL;
  Stmt *t = NEW(Stmt);
  *t = *s;
  switch (s->kind) {
    case S_BAD: case S_EMPTY:
      break;
    case S_DECL:
      t->decls = (DeclVec){0};
      vec_each(Decl *, d, &s->decls) vec_push(&t->decls, decl_copy(*d));
      break;
    case S_LABELED:
      t->labeled.label = expr_copy(s->labeled.label);
      t->labeled.stmt = stmt_copy(s->labeled.stmt);
      t->labeled.obj = NULL;
      break;
    case S_BLOCK:
      t->block.stmts = stmts_copy(&s->block.stmts);
      break;
    case S_IF:
      t->if_.init = stmt_copy(s->if_.init);
      t->if_.cond = expr_copy(s->if_.cond);
      t->if_.then = stmt_copy(s->if_.then);
      t->if_.els = stmt_copy(s->if_.els);
      break;
    case S_FOR: case S_RANGE:
      copy_loop(t, s);
      break;
    case S_SWITCH: case S_TYPE_SWITCH: case S_SELECT: case S_CASE:
      copy_switch(t, s);
      break;
    default:
      copy_simple(t, s);
  }
  return t;
}

// ---- declarations, inside functions ----------------------------------------

static Decl *decl_copy(const Decl *d) {
  Decl *e = NEW(Decl);
  *e = *d;
  switch (d->kind) {
    case D_CONST:
      e->const_.names = exprs_copy(&d->const_.names);
      e->const_.type = expr_copy(d->const_.type);
      e->const_.values = exprs_copy(&d->const_.values);
      break;
    case D_TYPE:
      e->type.name = expr_copy(d->type.name);
      e->type.tparams = fields_copy(&d->type.tparams);
      e->type.type = expr_copy(d->type.type);
      e->type.obj = NULL;
      break;
    case D_VAR:
      e->var.names = exprs_copy(&d->var.names);
      e->var.type = expr_copy(d->var.type);
      e->var.values = exprs_copy(&d->var.values);
      break;
    case D_BAD:
      break;
    case D_IMPORT: case D_FUNC:
      unreachable();
  }
  return e;
}
