// SPDX-License-Identifier: MIT
//
// Branches without labels in files that do not parse: break, continue and
// fallthrough where there is nothing to leave or to fall into. Go finds these
// while it parses, so they are reported beside syntax errors. Where a file
// parses, stmt.c reports them.
#include "types.h"

typedef enum Fall {   // what a fallthrough here would be
  FALL_NOWHERE, FALL_OK, FALL_LAST, FALL_TYPE
} Fall;

typedef struct Place {
  bool breaks, continues;
  Fall fall;
} Place;

static void walk(Checker *c, Stmt *s, Place at);

static void walk_list(Checker *c, StmtVec *list, Place at) {
  int n = list->len;
  while (n > 0 && list->at[n - 1]->kind == S_EMPTY) n--;
  Place inner = at;
  inner.fall = at.fall == FALL_TYPE ? FALL_TYPE : FALL_NOWHERE;
  for (int i = 0; i < n; i++)
    walk(c, list->at[i], i == n - 1 ? at : inner);
}

static void walk_body(Checker *c, Stmt *body, Place at) {
  at.fall = FALL_NOWHERE;
  if (body) walk_list(c, &body->block.stmts, at);
}

static void walk_cases(Checker *c, Stmt *s, StmtVec *cases, Place at) {
  at.breaks = true;
  for (int i = 0; i < cases->len; i++) {
    at.fall = s->kind == S_SELECT        ? FALL_NOWHERE
              : s->kind == S_TYPE_SWITCH ? FALL_TYPE
              : i == cases->len - 1      ? FALL_LAST
                                         : FALL_OK;
    walk_list(c, &cases->at[i]->case_.body, at);
  }
}

static void branch(Checker *c, Stmt *s, Place at) {
  static const char *const faults[] = {
      [FALL_NOWHERE] = "fallthrough statement out of place",
      [FALL_LAST] = "cannot fallthrough final case in switch",
      [FALL_TYPE] = "cannot fallthrough in type switch",
  };
  if (s->branch.label) return;
  if (s->op == T_BREAK && !at.breaks)
    check_error(c, s->pos, "break is not in a loop, switch, or select");
  else if (s->op == T_CONTINUE && !at.continues)
    check_error(c, s->pos, "continue is not in a loop");
  else if (s->op == T_FALLTHROUGH && at.fall != FALL_OK)
    check_error(c, s->pos, "%s", faults[at.fall]);
}

static void walk(Checker *c, Stmt *s, Place at) {
  Place loop = {true, true, FALL_NOWHERE};
  if (!s) return;
  switch (s->kind) {
    case S_BRANCH: branch(c, s, at); break;
    case S_LABELED: walk(c, s->labeled.stmt, at); break;
    case S_BLOCK: walk_body(c, s, at); break;
    case S_IF:
      at.fall = FALL_NOWHERE;
      walk_body(c, s->if_.then, at);
      walk(c, s->if_.els, at);
      break;
    case S_FOR: walk_body(c, s->for_.body, loop); break;
    case S_RANGE: walk_body(c, s->range.body, loop); break;
    case S_SWITCH: walk_cases(c, s, &s->switch_.cases, at); break;
    case S_TYPE_SWITCH: walk_cases(c, s, &s->type_switch.cases, at); break;
    case S_SELECT: walk_cases(c, s, &s->select.cases, at); break;
    default: break;
  }
}

void check_branches(Checker *c, Stmt *body) {
  Place at = {false, false, FALL_NOWHERE};
  walk_body(c, body, at);
}
