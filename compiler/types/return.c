// SPDX-License-Identifier: MIT
//
// Terminating statements: whether control can run off the end of a function
// that must return something. Purely syntactic, as the specification says.
#include "types.h"

static bool has_break_list(StmtVec *list, Name *label, bool implicit);

// Whether s contains a break that leaves the statement around it: an
// unlabeled one if implicit, or one with the label.
static bool has_break(Stmt *s, Name *label, bool implicit) {
  if (!s)
    return false;
  switch (s->kind) {
  case S_LABELED:
    return has_break(s->labeled.stmt, label, implicit);
  case S_BRANCH:
    if (s->op != T_BREAK)
      return false;
    return s->branch.label ? label && s->branch.label->ident.name == label
                           : implicit;
  case S_BLOCK:
    return has_break_list(&s->block.stmts, label, implicit);
  case S_IF:
    for (; s && s->kind == S_IF; s = s->if_.els) {
      if (has_break(s->if_.then, label, implicit))
        return true;
    }
    return s && has_break(s, label, implicit);
  case S_CASE:
    return has_break_list(&s->case_.body, label, implicit);
  case S_SWITCH:
    return label && has_break_list(&s->switch_.cases, label, false);
  case S_TYPE_SWITCH:
    return label && has_break_list(&s->type_switch.cases, label, false);
  case S_SELECT:
    return label && has_break_list(&s->select.cases, label, false);
  case S_FOR:
    return label && has_break(s->for_.body, label, false);
  case S_RANGE:
    return label && has_break(s->range.body, label, false);
  default:
    return false;
  }
}

static bool has_break_list(StmtVec *list, Name *label, bool implicit) {
  vec_each(Stmt *, s, list) {
    if (has_break(*s, label, implicit))
      return true;
  }
  return false;
}

static bool list_terminates(StmtVec *list) {
  for (int i = list->len; i > 0; i--) {
    if (list->at[i - 1]->kind != S_EMPTY)
      return is_terminating(list->at[i - 1], NULL);
  }
  return false;
}

static bool cases_terminate(StmtVec *cases, Name *label, bool need_default) {
  bool has_default = !need_default;
  vec_each(Stmt *, p, cases) {
    StmtVec *body = &(*p)->case_.body;
    if ((*p)->case_.is_default)
      has_default = true;
    if (!list_terminates(body) || has_break_list(body, label, true))
      return false;
  }
  return has_default;
}

static bool is_panic(Expr *x) {
  x = unparen(x);
  return x->kind == E_CALL && x->call.fun->mode == MODE_BUILTIN &&
         x->call.fun->builtin == BUILTIN_PANIC;
}

// `if` chains are long in generated code: followed in a loop.
static bool if_terminates(Stmt *s) {
  for (;;) {
    if (!s->if_.els || !is_terminating(s->if_.then, NULL))
      return false;
    if (s->if_.els->kind != S_IF)
      return is_terminating(s->if_.els, NULL);
    s = s->if_.els;
  }
}

bool is_terminating(Stmt *s, Name *label) {
  if (!s)
    return false;
  switch (s->kind) {
  case S_LABELED:
    return is_terminating(s->labeled.stmt, s->labeled.label->ident.name);
  case S_EXPR:
    return is_panic(s->expr.x);
  case S_RETURN:
    return true;
  case S_BRANCH:
    return s->op == T_GOTO || s->op == T_FALLTHROUGH;
  case S_BLOCK:
    return list_terminates(&s->block.stmts);
  case S_IF:
    return if_terminates(s);
  case S_SWITCH:
    return cases_terminate(&s->switch_.cases, label, true);
  case S_TYPE_SWITCH:
    return cases_terminate(&s->type_switch.cases, label, true);
  case S_SELECT:
    return cases_terminate(&s->select.cases, label, false);
  case S_FOR:
    return !s->for_.cond && !has_break(s->for_.body, label, true);
  default:
    return false;
  }
}
