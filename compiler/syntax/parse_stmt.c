// SPDX-License-Identifier: MIT
//
// Statements.
#include "parser.h"

static Stmt *maybe_stmt(Parser *p);

// ---- simple statements -----------------------------------------------------

static Stmt *expr_stmt(Parser *p, Expr *x) {
  Stmt *s = new_stmt(p, S_EXPR);
  s->pos = expr_start(x);
  s->expr.x = x;
  return finish_stmt(p, s);
}

// RangeClause = [ ExpressionList "=" | IdentifierList ":=" ] "range"
//               Expression . The current token is "range".
static Stmt *range_clause(Parser *p, ExprVec lhs, bool define) {
  Stmt *s = new_stmt(p, S_RANGE);
  next(p);
  if (lhs.len > 0) s->range.key = lhs.at[0];
  if (lhs.len > 1) s->range.value = lhs.at[1];
  if (lhs.len > 2) s->range.extra = lhs.at[2];
  s->range.define = define;
  s->range.x = expr(p);
  return finish_stmt(p, s);
}

// The current token is an assignment operator. In the header of a for
// statement, "range" may follow it.
static Stmt *assignment(Parser *p, ExprVec lhs, bool range_ok) {
  Stmt *s = new_stmt(p, S_ASSIGN);
  s->op = (uint8_t)p->l.tok;
  next(p);
  if (range_ok && p->l.tok == T_RANGE)
    return range_clause(p, lhs, s->op == T_DEFINE);
  s->assign.lhs = lhs;
  if (s->op == T_ASSIGN || s->op == T_DEFINE)
    expr_list(p, &s->assign.rhs);
  else
    vec_push(&s->assign.rhs, expr(p));
  return finish_stmt(p, s);
}

// After one expression, which no "=" or ":=" follows.
static Stmt *after_expr(Parser *p, ExprVec lhs) {
  Expr *x = lhs.at[0];
  Stmt *s;
  switch (p->l.tok) {
    case T_INC: case T_DEC:
      s = new_stmt(p, S_INCDEC);
      s->pos = expr_start(x);
      s->op = (uint8_t)p->l.tok;
      s->expr.x = x;
      next(p);
      return finish_stmt(p, s);
    case T_ARROW:
      s = new_stmt(p, S_SEND);
      s->pos = expr_start(x);
      next(p);
      s->send.chan = x;
      s->send.value = expr(p);
      return finish_stmt(p, s);
    default:
      if (p->l.tok >= T_ADD_ASSIGN && p->l.tok <= T_ANDNOT_ASSIGN)
        return assignment(p, lhs, false);
      return expr_stmt(p, x);
  }
}

static bool is_guard(const Parser *p, const Expr *x) {
  return p->guard && x == p->guard;
}

// In the header of a switch, `x := y.(type)` has become a statement s. It is
// returned as a TYPE_SWITCH, for switch_stmt to complete.
static Stmt *guard_binding(Parser *p, Stmt *s) {
  if (s->op != T_DEFINE || s->assign.lhs.len != 1 || s->assign.rhs.len != 1 ||
      s->assign.lhs.at[0]->kind != E_IDENT ||
      !is_guard(p, s->assign.rhs.at[0]))
    return s;
  Expr *bind = s->assign.lhs.at[0], *guard = s->assign.rhs.at[0];
  s->kind = S_TYPE_SWITCH;
  memset(&s->type_switch, 0, sizeof s->type_switch);
  s->type_switch.bind = bind;
  s->type_switch.x = guard;
  return s;
}

// SimpleStmt = EmptyStmt | ExpressionStmt | SendStmt | IncDecStmt
//            | Assignment | ShortVarDecl . The first expressions may have
// been parsed already. keyword is the statement whose header this is, or EOF.
static Stmt *simple_stmt(Parser *p, ExprVec lhs, Token keyword) {
  if (keyword == T_FOR && !lhs.len && p->l.tok == T_RANGE)
    return range_clause(p, lhs, false);
  if (!lhs.len) expr_list(p, &lhs);
  if (p->l.tok == T_ASSIGN || p->l.tok == T_DEFINE) {
    Stmt *s = assignment(p, lhs, keyword == T_FOR);
    return keyword == T_SWITCH ? guard_binding(p, s) : s;
  }
  if (lhs.len == 1) return after_expr(p, lhs);
  unexpected(p, ", expected := or = or comma");
  advance_to(p, T_SEMICOLON, T_RBRACE);
  return expr_stmt(p, lhs.at[0]);
}

// ---- blocks ----------------------------------------------------------------

// StatementList = { Statement ";" } .
static void stmt_list(Parser *p, StmtVec *stmts) {
  while (p->l.tok != T_EOF && p->l.tok != T_RBRACE && p->l.tok != T_CASE &&
         p->l.tok != T_DEFAULT) {
    Stmt *s = maybe_stmt(p);
    drop_guard(p);
    drop_pragmas(p);
    if (!s) break;
    vec_push(stmts, s);
    if (got(p, T_SEMICOLON) || p->l.tok == T_RBRACE) continue;
    unexpected(p, " at end of statement");
    advance_to(p, T_SEMICOLON, T_RBRACE, T_CASE, T_DEFAULT);
    got(p, T_SEMICOLON);
  }
}

// Block = "{" StatementList "}" . context says after what it is expected.
Stmt *block(Parser *p, const char *context) {
  Stmt *s = new_stmt(p, S_BLOCK);
  if (!got(p, T_LBRACE)) {
    // Who comes from C may think that braces can be left out.
    unexpected(p, ", expected { after %s", context);
    advance_to(p, T_IDENT, T_RBRACE);
    s->block.rbrace = p->l.pos;
    if (got(p, T_RBRACE)) return finish_stmt(p, s);
  }
  stmt_list(p, &s->block.stmts);
  s->block.rbrace = p->l.pos;
  want(p, T_RBRACE);
  return finish_stmt(p, s);
}

Stmt *func_body(Parser *p) {
  int xnest = p->xnest;
  p->xnest = 0;
  p->fnest++;
  int errors = diag_error_count();
  Stmt *s = block(p, "function signature");
  s->block.broken = diag_error_count() != errors;
  p->fnest--;
  p->xnest = xnest;
  return s;
}

// ---- headers ---------------------------------------------------------------

// What stands between a keyword and its block.
typedef struct Header {
  Stmt *init, *post;
  Stmt *cond_stmt;  // as it was parsed
  Expr *cond;       // what it is
  Stmt *range;      // instead of all others
  Pos semi;         // of the ";" after init
  bool semi_is_newline;
  const char *semi_text;
} Header;

static const char *emphasized(const Expr *x) {
  const char *s = expr_string(perm, x);
  return x->kind == E_BINARY ? arena_printf(perm, "(%s)", s) : s;
}

static const char *exprs_string(const ExprVec *list) {
  Buf b = {0};
  vec_each(Expr *, x, list) {
    if (x != list->at) buf_adds(&b, ", ");
    buf_adds(&b, expr_string(perm, *x));
  }
  return b.at;
}

// A simple statement as a message quotes it.
static const char *stmt_string(const Stmt *s) {
  switch (s->kind) {
    case S_ASSIGN:
      // Parentheses make the = stand out.
      if (s->op == T_ASSIGN && s->assign.lhs.len == 1 &&
          s->assign.rhs.len == 1)
        return arena_printf(perm, "assignment %s = %s",
                            emphasized(s->assign.lhs.at[0]),
                            emphasized(s->assign.rhs.at[0]));
      return arena_printf(perm, "%s%s %s %s",
                          s->op == T_ASSIGN ? "assignment " : "",
                          exprs_string(&s->assign.lhs), token_text[s->op],
                          exprs_string(&s->assign.rhs));
    case S_INCDEC:
      return arena_printf(perm, "%s%s", expr_string(perm, s->expr.x),
                          token_text[s->op]);
    case S_SEND:
      return arena_printf(perm, "%s <- %s", expr_string(perm, s->send.chan),
                          expr_string(perm, s->send.value));
    default:
      return "statement";
  }
}

static Pos operator_pos(const Parser *p, const Stmt *s) {
  const Source *source = p->l.source;
  if (s->kind == S_INCDEC) return s->end - 2;
  if (s->kind != S_SEND) return s->pos;
  const char *arrow =
      strstr(source->text + (s->send.chan->end - source->base), "<-");
  return arrow ? source->base + (Pos)(arrow - source->text) : s->pos;
}

// The condition of an if or for, out of the statement that was parsed for it.
static void header_condition(Parser *p, Header *h, Token keyword) {
  Stmt *s = h->cond_stmt;
  if (s && s->kind == S_EXPR) {
    h->cond = s->expr.x;
  } else if (s && s->kind == S_TYPE_SWITCH) {
    return;
  } else if (s) {
    // People write = for ==.
    syntax_error(p, operator_pos(p, s), "cannot use %s as value",
                 stmt_string(s));
    h->cond = new_expr(E_BAD, s->pos);
    h->cond->end = s->end;
  } else if (keyword == T_IF && h->semi) {
    if (h->semi_is_newline)
      syntax_error(p, h->semi, "unexpected %s, expected { after if clause",
                   h->semi_text);
    else
      syntax_error(p, h->semi, "missing condition in if statement");
    h->cond = bad_expr(p);
  }
}

// Condition ";" [ PostStmt ], after InitStmt ";". False: stop here.
static bool for_clause(Parser *p, Header *h) {
  if (p->l.tok != T_SEMICOLON) {
    if (p->l.tok == T_LBRACE) {
      unexpected(p, ", expected for loop condition");
      return false;
    }
    h->cond_stmt = simple_stmt(p, (ExprVec){0}, T_EOF);
  }
  want(p, T_SEMICOLON);
  if (p->l.tok == T_LBRACE) return true;
  h->post = simple_stmt(p, (ExprVec){0}, T_EOF);
  if (h->post->kind == S_ASSIGN && h->post->op == T_DEFINE)
    syntax_error(p, h->post->pos,
                 "cannot declare in post statement of for loop");
  return true;
}

static void header_clauses(Parser *p, Header *h, Token keyword) {
  if (p->l.tok != T_SEMICOLON) {
    if (got(p, T_VAR))
      syntax_error(p, p->l.pos,
                   "var declaration not allowed in %s initializer",
                   token_text[keyword]);
    Stmt *s = simple_stmt(p, (ExprVec){0}, keyword);
    if (s->kind == S_RANGE) {
      h->range = s;
      return;
    }
    h->init = s;
  }
  if (p->l.tok == T_LBRACE) {
    h->cond_stmt = h->init;
    h->init = NULL;
    return;
  }
  if (p->l.tok == T_SEMICOLON) {
    h->semi = p->l.pos;
    h->semi_is_newline = p->l.lit->s[0] != ';';
    h->semi_text = p->l.lit->s;
    next(p);
  } else {
    want(p, T_LBRACE);  // a better message than to ask for ";"
    if (p->l.tok != T_LBRACE) advance_to(p, T_LBRACE, T_RBRACE);
  }
  if (keyword == T_FOR)
    for_clause(p, h);
  else if (p->l.tok != T_LBRACE)
    h->cond_stmt = simple_stmt(p, (ExprVec){0}, keyword);
}

static Header header(Parser *p, Token keyword) {
  Header h = {0};
  next(p);
  if (p->l.tok == T_LBRACE) {
    if (keyword == T_IF) {
      syntax_error(p, p->l.pos, "missing condition in if statement");
      h.cond = bad_expr(p);
    }
    return h;
  }
  int xnest = p->xnest;
  p->xnest = -1;
  header_clauses(p, &h, keyword);
  header_condition(p, &h, keyword);
  if (h.init && h.init->kind == S_TYPE_SWITCH) {
    drop_guard(p);  // a guard, but not where the tag belongs
    h.init = NULL;
  }
  p->xnest = xnest;
  return h;
}

// ---- for, if ---------------------------------------------------------------

// ForStmt = "for" [ Condition | ForClause | RangeClause ] Block .
static Stmt *for_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_FOR);
  Header h = header(p, T_FOR);
  if (h.range) {
    h.range->pos = s->pos;
    s = h.range;
    drop_guard(p);
    s->range.body = block(p, "for clause");
    return finish_stmt(p, s);
  }
  s->for_.init = h.init;
  s->for_.cond = h.cond;
  s->for_.post = h.post;
  drop_guard(p);
  s->for_.body = block(p, "for clause");
  return finish_stmt(p, s);
}

// IfStmt = "if" [ SimpleStmt ";" ] Expression Block
//          [ "else" ( IfStmt | Block ) ] .
static Stmt *if_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_IF);
  Level v;
  if (!enter(p, &v)) {
    s->kind = S_BAD;
    return finish_stmt(p, s);
  }
  Header h = header(p, T_IF);
  s->if_.init = h.init;
  s->if_.cond = h.cond ? h.cond : bad_expr(p);
  drop_guard(p);
  s->if_.then = block(p, "if clause");
  if (got(p, T_ELSE)) {
    if (p->l.tok == T_IF) {
      s->if_.els = if_stmt(p);
    } else if (p->l.tok == T_LBRACE) {
      s->if_.els = block(p, "else");
    } else {
      syntax_error(p, p->l.pos,
                   "else must be followed by if or statement block");
      advance_to(p, T_IDENT, T_RBRACE);
    }
  }
  leave(p, &v);
  return finish_stmt(p, s);
}

// ---- switch, select --------------------------------------------------------

// Case = ( "case" ( ExpressionList | CommClause ) | "default" ) ":"
//        StatementList .
static Stmt *case_clause(Parser *p, bool in_select) {
  Stmt *s = new_stmt(p, S_CASE);
  if (got(p, T_CASE)) {
    if (in_select)
      s->case_.comm = simple_stmt(p, (ExprVec){0}, T_EOF);
    else
      expr_list(p, &s->case_.exprs);
    drop_guard(p);
  } else if (got(p, T_DEFAULT)) {
    s->case_.is_default = true;
  } else {
    unexpected(p, ", expected case or default or }");
    advance_to(p, T_COLON, T_CASE, T_DEFAULT, T_RBRACE);
  }
  want(p, T_COLON);
  stmt_list(p, &s->case_.body);
  return finish_stmt(p, s);
}

static void case_list(Parser *p, const char *keyword, StmtVec *cases) {
  if (!got(p, T_LBRACE)) {
    syntax_error(p, p->l.pos, "missing { after %s clause", keyword);
    advance_to(p, T_CASE, T_DEFAULT, T_RBRACE);
  }
  while (p->l.tok != T_EOF && p->l.tok != T_RBRACE)
    vec_push(cases, case_clause(p, keyword[1] == 'e'));
  want(p, T_RBRACE);
}

// SwitchStmt = ExprSwitchStmt | TypeSwitchStmt .
static Stmt *switch_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_SWITCH);
  Header h = header(p, T_SWITCH);
  Stmt *bound = h.cond_stmt && h.cond_stmt->kind == S_TYPE_SWITCH
                    ? h.cond_stmt : NULL;
  if (bound || (h.cond && is_guard(p, h.cond))) {
    Expr *guard = bound ? bound->type_switch.x : h.cond;
    p->guard = NULL;
    s->kind = S_TYPE_SWITCH;
    s->type_switch.init = h.init;
    s->type_switch.bind = bound ? bound->type_switch.bind : NULL;
    s->type_switch.x = guard->assert.x;
    case_list(p, "switch", &s->type_switch.cases);
  } else {
    drop_guard(p);
    s->switch_.init = h.init;
    s->switch_.tag = h.cond;
    case_list(p, "switch", &s->switch_.cases);
  }
  return finish_stmt(p, s);
}

// SelectStmt = "select" "{" { CommClause } "}" .
static Stmt *select_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_SELECT);
  next(p);
  case_list(p, "select", &s->select.cases);
  return finish_stmt(p, s);
}

// ---- other statements ------------------------------------------------------

// LabeledStmt = Label ":" Statement . NULL: the statement is missing.
static Stmt *labeled_stmt(Parser *p, Expr *label) {
  Stmt *s = new_stmt(p, S_LABELED);
  Pos colon = p->l.pos;
  s->pos = label->pos;
  s->labeled.label = label;
  want(p, T_COLON);
  if (p->l.tok == T_RBRACE) {
    s->labeled.stmt = new_stmt(p, S_EMPTY);
    s->labeled.stmt->end = s->labeled.stmt->pos;
    return finish_stmt(p, s);
  }
  s->labeled.stmt = maybe_stmt(p);
  if (s->labeled.stmt) return finish_stmt(p, s);
  syntax_error(p, colon, "missing statement after label");
  return NULL;
}

static Stmt *decl_stmt(Parser *p, void (*decl)(Parser *, DeclVec *)) {
  Stmt *s = new_stmt(p, S_DECL);
  decl(p, &s->decls);
  return finish_stmt(p, s);
}

// GoStmt = "go" Expression . DeferStmt = "defer" Expression .
static Stmt *call_stmt(Parser *p) {
  Token keyword = p->l.tok;
  Stmt *s = new_stmt(p, keyword == T_GO ? S_GO : S_DEFER);
  next(p);
  Expr *x = primary_expr(p, NULL);
  if (x->kind == E_PAREN) {
    parse_error(p, x->pos, "expression in %s must not be parenthesized",
                token_text[keyword]);
    x = unparen(x);
  }
  s->expr.x = x;
  return finish_stmt(p, s);
}

// BreakStmt, ContinueStmt, GotoStmt, FallthroughStmt.
static Stmt *branch_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_BRANCH);
  s->op = (uint8_t)p->l.tok;
  next(p);
  if (s->op == T_GOTO || (s->op != T_FALLTHROUGH && p->l.tok == T_IDENT))
    s->branch.label = name(p);
  return finish_stmt(p, s);
}

// ReturnStmt = "return" [ ExpressionList ] .
static Stmt *return_stmt(Parser *p) {
  Stmt *s = new_stmt(p, S_RETURN);
  next(p);
  if (p->l.tok != T_SEMICOLON && p->l.tok != T_RBRACE)
    expr_list(p, &s->return_.results);
  return finish_stmt(p, s);
}

static Stmt *stmt_with_name(Parser *p) {
  ExprVec lhs = {0};
  expr_list(p, &lhs);
  if (lhs.len == 1 && lhs.at[0]->kind == E_IDENT && p->l.tok == T_COLON)
    return labeled_stmt(p, lhs.at[0]);
  return simple_stmt(p, lhs, T_EOF);
}

static Stmt *stmt_of_token(Parser *p) {
  switch (p->l.tok) {
    case T_IDENT: return stmt_with_name(p);
    case T_VAR: return decl_stmt(p, var_decl);
    case T_CONST: return decl_stmt(p, const_decl);
    case T_TYPE: return decl_stmt(p, type_decl);
    case T_LBRACE: return block(p, "block");
    case T_ADD: case T_SUB: case T_MUL: case T_AND: case T_XOR: case T_NOT:
    case T_INT: case T_FLOAT: case T_IMAG: case T_CHAR: case T_STRING:
    case T_BAD: case T_FUNC: case T_LPAREN: case T_LBRACK: case T_STRUCT:
    case T_MAP: case T_CHAN: case T_INTERFACE: case T_ARROW:
      return simple_stmt(p, (ExprVec){0}, T_EOF);
    case T_FOR: return for_stmt(p);
    case T_SWITCH: return switch_stmt(p);
    case T_SELECT: return select_stmt(p);
    case T_IF: return if_stmt(p);
    case T_BREAK: case T_CONTINUE: case T_GOTO: case T_FALLTHROUGH:
      return branch_stmt(p);
    case T_GO: case T_DEFER: return call_stmt(p);
    case T_RETURN: return return_stmt(p);
    case T_SEMICOLON: {
      Stmt *s = new_stmt(p, S_EMPTY);
      s->end = s->pos;
      return s;
    }
    default: return NULL;
  }
}

static Stmt *maybe_stmt(Parser *p) {
  Level v;
  if (!enter(p, &v)) return NULL;
  Stmt *s = stmt_of_token(p);
  leave(p, &v);
  return s;
}
