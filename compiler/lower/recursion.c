// SPDX-License-Identifier: MIT
//
// Which functions have their recursion unrolled by one level (func.c does
// it): small ones that call themselves. LLVM inlines no function into itself,
// and to make loops of such calls is not allowed here, where every call keeps
// its frame: endless recursion must overflow the stack, and traces show each
// level. The inlined levels are in the debug information like any other.
//
// Not those with func literals, go or defer statements: the closures these
// make are named after the function and exist once. Not instances either,
// which several modules may define.

#include "lower.h"

enum { MAX_NODES = 120, MAX_CALLS = 4 };

typedef struct Count {
  Object *self;
  int nodes, calls;
  bool refused;
} Count;

static bool calls_itself(Expr *call, Object *self) {
  Expr *fun = unparen(call->call.fun);
  if (fun->kind == E_IDENT)
    return fun->ident.obj == self;
  Selection *sel = fun->kind == E_SELECTOR ? fun->selector.selection : NULL;
  return sel && sel->kind == SEL_METHOD && sel->obj == self;
}

static bool count_expr(Walker *w, Expr *x) {
  Count *c = w->data;
  c->nodes++;
  c->refused |= x->kind == E_FUNC_LIT;
  if (x->kind == E_CALL && calls_itself(x, c->self))
    c->calls++;
  return !c->refused && c->nodes <= MAX_NODES;
}

static bool count_stmt(Walker *w, Stmt *s) {
  Count *c = w->data;
  c->nodes++;
  c->refused |= s->kind == S_GO || s->kind == S_DEFER ||
                s->kind == S_SELECT ||
                (s->kind == S_RANGE && s->range.body_info);
  return !c->refused && c->nodes <= MAX_NODES;
}

bool unrolls_recursion(FuncInfo *info) {
  if (lower_options.opt_level < 2 || !info->obj || !info->decl ||
      info->has_recover || info->has_defer || is_generic_function(info))
    return false;
  const Directive *d = directive_of(info->obj);
  if (d->noinline_ || d->nosplit || d->wrapper || info->obj->func.linkname)
    return false;
  Count c = {.self = info->obj};
  Walker w = {.expr = count_expr, .stmt = count_stmt, .data = &c};
  walk_stmt(&w, info->body);
  return !c.refused && c.nodes <= MAX_NODES && c.calls > 0 &&
         c.calls <= MAX_CALLS;
}
