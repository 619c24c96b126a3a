// SPDX-License-Identifier: MIT
//
// Walks over syntax trees in source order, parents before children. A type
// that several fields share is visited once, with the first of them; values
// repeated implicitly in a constant declaration are visited where they are
// repeated.
#include "syntax.h"

static void walk_exprs(Walker *w, const ExprVec *v) {
  vec_each(Expr *, x, v) walk_expr(w, *x);
}

static void walk_stmts(Walker *w, const StmtVec *v) {
  vec_each(Stmt *, s, v) walk_stmt(w, *s);
}

// Names come before the type they share, as they are written.
static void walk_fields(Walker *w, const FieldVec *v) {
  for (int i = 0; i < v->len; i++) {
    Field *f = v->at[i];
    walk_expr(w, f->name);
    if (i + 1 < v->len && v->at[i + 1]->shares_type) continue;
    walk_expr(w, f->type);
    walk_expr(w, f->tag);
  }
}

static void walk_primary(Walker *w, Expr *x) {
  switch (x->kind) {
    case E_SELECTOR:
      walk_expr(w, x->selector.x);
      walk_expr(w, x->selector.sel);
      break;
    case E_INDEX:
      walk_expr(w, x->index.x);
      walk_exprs(w, &x->index.indices);
      break;
    case E_SLICE:
      walk_expr(w, x->slice.x);
      walk_expr(w, x->slice.lo);
      walk_expr(w, x->slice.hi);
      walk_expr(w, x->slice.max);
      break;
    case E_TYPE_ASSERT:
      walk_expr(w, x->assert.x);
      walk_expr(w, x->assert.type);
      break;
    case E_CALL:
      walk_expr(w, x->call.fun);
      walk_exprs(w, &x->call.args);
      break;
    default:
      unreachable();
  }
}

static void walk_type(Walker *w, Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      walk_expr(w, x->array.len);
      walk_expr(w, x->array.elem);
      break;
    case E_STRUCT_TYPE:
      walk_fields(w, &x->struct_.fields);
      break;
    case E_FUNC_TYPE:
      walk_fields(w, &x->functype.tparams);
      walk_fields(w, &x->functype.params);
      walk_fields(w, &x->functype.results);
      break;
    case E_INTERFACE_TYPE:
      walk_fields(w, &x->interface.elems);
      break;
    case E_MAP_TYPE:
      walk_expr(w, x->map.key);
      walk_expr(w, x->map.value);
      break;
    case E_CHAN_TYPE:
      walk_expr(w, x->chan.elem);
      break;
    case E_ELLIPSIS:
      walk_expr(w, x->ellipsis.elem);
      break;
    default:
      unreachable();
  }
}

void walk_expr(Walker *w, Expr *x) {
  if (!x || (w->expr && !w->expr(w, x))) return;
  switch (x->kind) {
    case E_BAD: case E_IDENT: case E_BASIC_LIT:
      break;
    case E_COMPOSITE_LIT:
      walk_expr(w, x->composite.type);
      walk_exprs(w, &x->composite.elems);
      break;
    case E_FUNC_LIT:
      walk_expr(w, x->func.type);
      walk_stmt(w, x->func.body);
      break;
    case E_PAREN:
      walk_expr(w, x->paren.x);
      break;
    case E_STAR: case E_UNARY:
      walk_expr(w, x->unary.x);
      break;
    case E_BINARY:
      walk_expr(w, x->binary.x);
      walk_expr(w, x->binary.y);
      break;
    case E_KEY_VALUE:
      walk_expr(w, x->kv.key);
      walk_expr(w, x->kv.value);
      break;
    case E_SELECTOR: case E_INDEX: case E_SLICE: case E_TYPE_ASSERT:
    case E_CALL:
      walk_primary(w, x);
      break;
    default:
      walk_type(w, x);
  }
}

static void walk_simple(Walker *w, Stmt *s) {
  switch (s->kind) {
    case S_EXPR: case S_INCDEC: case S_GO: case S_DEFER:
      walk_expr(w, s->expr.x);
      break;
    case S_SEND:
      walk_expr(w, s->send.chan);
      walk_expr(w, s->send.value);
      break;
    case S_ASSIGN:
      walk_exprs(w, &s->assign.lhs);
      walk_exprs(w, &s->assign.rhs);
      break;
    case S_RETURN:
      walk_exprs(w, &s->return_.results);
      break;
    case S_BRANCH:
      walk_expr(w, s->branch.label);
      break;
    default:
      unreachable();
  }
}

static void walk_compound(Walker *w, Stmt *s) {
  switch (s->kind) {
    case S_IF:
      walk_stmt(w, s->if_.init);
      walk_expr(w, s->if_.cond);
      walk_stmt(w, s->if_.then);
      walk_stmt(w, s->if_.els);
      break;
    case S_SWITCH:
      walk_stmt(w, s->switch_.init);
      walk_expr(w, s->switch_.tag);
      walk_stmts(w, &s->switch_.cases);
      break;
    case S_TYPE_SWITCH:
      walk_stmt(w, s->type_switch.init);
      walk_expr(w, s->type_switch.bind);
      walk_expr(w, s->type_switch.x);
      walk_stmts(w, &s->type_switch.cases);
      break;
    case S_SELECT:
      walk_stmts(w, &s->select.cases);
      break;
    case S_FOR:
      walk_stmt(w, s->for_.init);
      walk_expr(w, s->for_.cond);
      walk_stmt(w, s->for_.post);
      walk_stmt(w, s->for_.body);
      break;
    case S_RANGE:
      walk_expr(w, s->range.key);
      walk_expr(w, s->range.value);
      walk_expr(w, s->range.x);
      walk_stmt(w, s->range.body);
      break;
    case S_CASE:
      walk_exprs(w, &s->case_.exprs);
      walk_stmt(w, s->case_.comm);
      walk_stmts(w, &s->case_.body);
      break;
    default:
      walk_simple(w, s);
  }
}

void walk_stmt(Walker *w, Stmt *s) {
  if (!s || (w->stmt && !w->stmt(w, s))) return;
  switch (s->kind) {
    case S_BAD: case S_EMPTY:
      break;
    case S_DECL:
      vec_each(Decl *, d, &s->decls) walk_decl(w, *d);
      break;
    case S_LABELED:
      walk_expr(w, s->labeled.label);
      walk_stmt(w, s->labeled.stmt);
      break;
    case S_BLOCK:
      walk_stmts(w, &s->block.stmts);
      break;
    default:
      walk_compound(w, s);
  }
}

void walk_decl(Walker *w, Decl *d) {
  if (!d || (w->decl && !w->decl(w, d))) return;
  switch (d->kind) {
    case D_BAD:
      break;
    case D_IMPORT:
      walk_expr(w, d->import.name);
      walk_expr(w, d->import.path);
      break;
    case D_CONST:
      walk_exprs(w, &d->const_.names);
      walk_expr(w, d->const_.type);
      walk_exprs(w, &d->const_.values);
      break;
    case D_TYPE:
      walk_expr(w, d->type.name);
      walk_fields(w, &d->type.tparams);
      walk_expr(w, d->type.type);
      break;
    case D_VAR:
      walk_exprs(w, &d->var.names);
      walk_expr(w, d->var.type);
      walk_exprs(w, &d->var.values);
      break;
    case D_FUNC:
      if (d->func.recv) {
        walk_expr(w, d->func.recv->name);
        walk_expr(w, d->func.recv->type);
      }
      walk_expr(w, d->func.name);
      walk_expr(w, d->func.type);
      walk_stmt(w, d->func.body);
      break;
  }
}

Expr *unparen(Expr *x) {
  while (x && x->kind == E_PAREN) x = x->paren.x;
  return x;
}

Pos expr_start(const Expr *x) {
  while (x->kind == E_BINARY) x = x->binary.x;
  return x->pos;
}
