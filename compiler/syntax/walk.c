// SPDX-License-Identifier: MIT
//
// Walking the tree: calls functions for every node, parents first, in source
// order. Left operands of binary expressions are followed in a loop, as
// chains of them may be 100,000 long.
#include "syntax.h"

Expr *unparen(Expr *x) {
  while (x && x->kind == E_PAREN) x = x->paren.x;
  return x;
}

Pos expr_start(const Expr *x) {
  for (;;) {
    switch (x->kind) {
      case E_BINARY: x = x->binary.x; break;
      case E_KEY_VALUE: x = x->kv.key; break;
      case E_SELECTOR: x = x->selector.x; break;
      case E_INDEX: x = x->index.x; break;
      case E_TYPE_ASSERT: x = x->assert.x; break;
      case E_CALL: x = x->call.fun; break;
      case E_COMPOSITE_LIT:
        if (!x->composite.type) return x->pos;
        x = x->composite.type;
        break;
      default: return x->pos;
    }
  }
}

static void exprs(Walker *w, ExprVec *list) {
  vec_each(Expr *, x, list) walk_expr(w, *x);
}

static void stmts(Walker *w, StmtVec *list) {
  vec_each(Stmt *, s, list) walk_stmt(w, *s);
}

static void fields(Walker *w, FieldVec *list) {
  vec_each(Field *, p, list) {
    Field *f = *p;
    walk_expr(w, f->name);
    if (!f->shares_type) walk_expr(w, f->type);
    walk_expr(w, f->tag);
  }
}

static void type_expr(Walker *w, Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      walk_expr(w, x->array.len);
      walk_expr(w, x->array.elem);
      break;
    case E_STRUCT_TYPE: fields(w, &x->struct_.fields); break;
    case E_FUNC_TYPE:
      fields(w, &x->functype.tparams);
      fields(w, &x->functype.params);
      fields(w, &x->functype.results);
      break;
    case E_INTERFACE_TYPE: fields(w, &x->interface.elems); break;
    case E_MAP_TYPE:
      walk_expr(w, x->map.key);
      walk_expr(w, x->map.value);
      break;
    case E_CHAN_TYPE: walk_expr(w, x->chan.elem); break;
    case E_ELLIPSIS: walk_expr(w, x->ellipsis.elem); break;
    default: break;
  }
}

static void children(Walker *w, Expr *x) {
  switch (x->kind) {
    case E_COMPOSITE_LIT:
      walk_expr(w, x->composite.type);
      exprs(w, &x->composite.elems);
      break;
    case E_FUNC_LIT:
      walk_expr(w, x->func.type);
      walk_stmt(w, x->func.body);
      break;
    case E_PAREN: walk_expr(w, x->paren.x); break;
    case E_SELECTOR:
      walk_expr(w, x->selector.x);
      walk_expr(w, x->selector.sel);
      break;
    case E_INDEX:
      walk_expr(w, x->index.x);
      exprs(w, &x->index.indices);
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
      exprs(w, &x->call.args);
      break;
    case E_STAR: case E_UNARY: walk_expr(w, x->unary.x); break;
    case E_KEY_VALUE:
      walk_expr(w, x->kv.key);
      walk_expr(w, x->kv.value);
      break;
    default: type_expr(w, x); break;
  }
}

void walk_expr(Walker *w, Expr *x) {
  ExprVec chain = {0};
  for (; x && x->kind == E_BINARY; x = x->binary.x) {
    if (w->expr && !w->expr(w, x)) {
      x = NULL;
      break;
    }
    vec_push(&chain, x);
  }
  if (x && (!w->expr || w->expr(w, x))) children(w, x);
  while (chain.len > 0) walk_expr(w, chain.at[--chain.len]->binary.y);
}

// else-if chains are followed in a loop.
static void if_stmt(Walker *w, Stmt *s) {
  for (;;) {
    walk_stmt(w, s->if_.init);
    walk_expr(w, s->if_.cond);
    walk_stmt(w, s->if_.then);
    Stmt *els = s->if_.els;
    if (!els || els->kind != S_IF) {
      walk_stmt(w, els);
      return;
    }
    if (w->stmt && !w->stmt(w, els)) return;
    s = els;
  }
}

static void compound(Walker *w, Stmt *s) {
  switch (s->kind) {
    case S_BLOCK: stmts(w, &s->block.stmts); break;
    case S_IF: if_stmt(w, s); break;
    case S_SWITCH:
      walk_stmt(w, s->switch_.init);
      walk_expr(w, s->switch_.tag);
      stmts(w, &s->switch_.cases);
      break;
    case S_TYPE_SWITCH:
      walk_stmt(w, s->type_switch.init);
      walk_expr(w, s->type_switch.bind);
      walk_expr(w, s->type_switch.x);
      stmts(w, &s->type_switch.cases);
      break;
    case S_SELECT: stmts(w, &s->select.cases); break;
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
      exprs(w, &s->case_.exprs);
      walk_stmt(w, s->case_.comm);
      stmts(w, &s->case_.body);
      break;
    default: break;
  }
}

void walk_stmt(Walker *w, Stmt *s) {
  if (!s || (w->stmt && !w->stmt(w, s))) return;
  switch (s->kind) {
    case S_DECL:
      vec_each(Decl *, d, &s->decls) walk_decl(w, *d);
      break;
    case S_LABELED:
      walk_expr(w, s->labeled.label);
      walk_stmt(w, s->labeled.stmt);
      break;
    case S_EXPR: case S_INCDEC: case S_GO: case S_DEFER:
      walk_expr(w, s->expr.x);
      break;
    case S_SEND:
      walk_expr(w, s->send.chan);
      walk_expr(w, s->send.value);
      break;
    case S_ASSIGN:
      exprs(w, &s->assign.lhs);
      exprs(w, &s->assign.rhs);
      break;
    case S_RETURN: exprs(w, &s->return_.results); break;
    case S_BRANCH: walk_expr(w, s->branch.label); break;
    default: compound(w, s); break;
  }
}

static void func_decl(Walker *w, Decl *d) {
  Field *recv = d->func.recv;
  if (recv) {
    walk_expr(w, recv->name);
    walk_expr(w, recv->type);
  }
  walk_expr(w, d->func.name);
  walk_expr(w, d->func.type);
  walk_stmt(w, d->func.body);
}

void walk_decl(Walker *w, Decl *d) {
  if (!d || (w->decl && !w->decl(w, d))) return;
  switch (d->kind) {
    case D_BAD: break;
    case D_IMPORT:
      walk_expr(w, d->import.name);
      walk_expr(w, d->import.path);
      break;
    case D_CONST:
      exprs(w, &d->const_.names);
      walk_expr(w, d->const_.type);
      exprs(w, &d->const_.values);
      break;
    case D_TYPE:
      walk_expr(w, d->type.name);
      fields(w, &d->type.tparams);
      walk_expr(w, d->type.type);
      break;
    case D_VAR:
      exprs(w, &d->var.names);
      walk_expr(w, d->var.type);
      exprs(w, &d->var.values);
      break;
    case D_FUNC: func_decl(w, d); break;
  }
}
