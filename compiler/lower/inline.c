// SPDX-License-Identifier: MIT
//
// Functions of other modules that this one may inline: of imported packages,
// and of the other parts of its own. Small bodies are lowered a second time
// as available_externally, which LLVM inlines or forgets.
//
// Requires that whatever such a body mentions can be linked from anywhere:
// names of functions and variables are hidden, not local, whether exported
// or not. So it must not define anything that only its own module has: func
// literals (internal functions) and local types. What needs a frame of its own,
// defer and recover, is not inlined anyway.
//
// Bodies of imported packages are checked when they are first asked for.

#include "lower.h"

enum { MOST_NODES = 80 };  // Go's limit too; LLVM decides in the end

typedef struct Measure {
  int nodes;
  bool bad;
} Measure;

static bool measure_expr(Walker *w, Expr *x) {
  Measure *m = w->data;
  m->nodes++;
  if (x->kind == E_FUNC_LIT ||
      (x->kind == E_IDENT && strcmp(x->ident.name->s, "recover") == 0))
    m->bad = true;
  return !m->bad && m->nodes <= MOST_NODES;
}

static bool measure_stmt(Walker *w, Stmt *s) {
  Measure *m = w->data;
  m->nodes++;
  switch (s->kind) {
  case S_GO: case S_DEFER: case S_SELECT: case S_LABELED: case S_DECL:
    m->bad = true;
    break;
  default:
    break;
  }
  return !m->bad && m->nodes <= MOST_NODES;
}

static bool is_small(FuncInfo *f) {
  Measure m = {0};
  Walker w = {.expr = measure_expr, .stmt = measure_stmt, .data = &m};
  walk_stmt(&w, f->body);
  return !m.bad && m.nodes <= MOST_NODES;
}

// The runtime's own functions run where others may not.
static bool is_candidate(Object *f) {
  FuncInfo *info = f->func.info;
  if (f->func.linkname || strcmp(info->pkg->path, "runtime") == 0 ||
      strcmp(f->name->s, "init") == 0)
    return false;
  const Directive *d = directive_of(f);
  return d->kind == DIR_NONE && !d->noinline_ && !d->nosplit && !d->wrapper &&
         is_small(info) && check_body_now(info) && !info->lits.len;
}

void offer_inline(Object *f) {
  FuncInfo *info = f->func.info;
  if (lower_options.opt_level < 2 || !info || !info->body ||
      info->obj != f || f->func.origin || is_generic_function(info) ||
      is_own_function(info) || map_has(&M->inlined, info))
    return;
  map_put(&M->inlined, info, info);
  if (is_candidate(f))
    vec_push(&M->inlinable, info);
}

void lower_inlinable(void) {
  for (int i = 0; i < M->inlinable.len; i++) {
    FuncInfo *info = M->inlinable.at[i];
    escape_require(info);
    lower_function(info);
    Val fn = LLVMGetNamedFunction(M->mod, link_name_info(info));
    LLVMSetLinkage(fn, LLVMAvailableExternallyLinkage);
    lower_instances();
  }
}
