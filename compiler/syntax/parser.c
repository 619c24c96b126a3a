// SPDX-License-Identifier: MIT
//
// The parser's foundation: tokens, errors and recovery, limits, lists, names,
// comments and pragmas. The wording of errors is that of Go's compiler.
#include "parser.h"

// ---- tokens and errors -----------------------------------------------------

void next(Parser *p) {
  p->prev_end = p->l.end;
  lexer_next(&p->l);
}

bool got(Parser *p, Token tok) {
  if (p->l.tok != tok) return false;
  next(p);
  return true;
}

static bool is_keyword(Token tok) {
  return tok >= T_BREAK && tok <= T_VAR;
}

const char *token_string(Token tok) {
  if (tok == T_COMMA) return "comma";
  if (tok == T_SEMICOLON) return "semicolon or newline";
  if (is_keyword(tok)) return arena_printf(perm, "keyword %s", token_text[tok]);
  return token_text[tok];
}

enum { MAX_QUOTED = 200 };  // bytes of a token that a message repeats

static const char *quoted(const Name *text) {
  if (text->len <= MAX_QUOTED) return text->s;
  return arena_printf(perm, "%.*s...", MAX_QUOTED, text->s);
}

// The current token, in words.
static const char *current_token(const Parser *p) {
  const Lexer *l = &p->l;
  switch (l->tok) {
    case T_IDENT:
      return arena_printf(perm, "name %s", quoted(l->lit));
    case T_INT: case T_FLOAT: case T_IMAG: case T_CHAR: case T_STRING:
    case T_BAD:
      return arena_printf(perm, "literal %s", quoted(l->lit));
    case T_SEMICOLON:
      return l->lit->s[0] == ';' ? "semicolon" : l->lit->s;
    default:
      return token_string(l->tok);
  }
}

static bool is_quiet(const Parser *p) {
  return p->l.tok == T_EOF && p->file->had_errors;
}

static void report(Parser *p, Pos pos, const char *prefix, const char *fmt,
                   va_list ap) {
  const char *message = arena_vprintf(perm, fmt, ap);
  syntax_error_at(pos, "%s%s", prefix, message);
  p->file->had_errors = true;
}

void syntax_error(Parser *p, Pos pos, const char *fmt, ...) {
  if (is_quiet(p)) return;
  va_list ap;
  va_start(ap, fmt);
  report(p, pos, "", fmt, ap);
  va_end(ap);
}

void unexpected(Parser *p, const char *fmt, ...) {
  if (is_quiet(p)) return;
  va_list ap;
  va_start(ap, fmt);
  report(p, p->l.pos, arena_printf(perm, "unexpected %s", current_token(p)),
         fmt, ap);
  va_end(ap);
}

// The tree is whole in spite of the error, and can be checked further.
void parse_error(Parser *p, Pos pos, const char *fmt, ...) {
  (void)p;
  va_list ap;
  va_start(ap, fmt);
  error_at_v(pos, fmt, ap);
  va_end(ap);
}

void want(Parser *p, Token tok) {
  if (got(p, tok)) return;
  unexpected(p, ", expected %s", token_string(tok));
  if (p->l.tok != T_EOF) next(p);  // makes progress, whatever the caller does
}

bool got_assign(Parser *p) {
  if (p->l.tok == T_DEFINE)
    unexpected(p, ", expected =");
  else if (p->l.tok != T_ASSIGN)
    return false;
  next(p);
  return true;
}

static bool begins_statement(Token tok) {
  switch (tok) {
    case T_BREAK: case T_CONST: case T_CONTINUE: case T_DEFER:
    case T_FALLTHROUGH: case T_FOR: case T_GO: case T_GOTO: case T_IF:
    case T_RETURN: case T_SELECT: case T_SWITCH: case T_TYPE: case T_VAR:
      return true;
    default:
      return false;
  }
}

void skip_to(Parser *p, const uint8_t *follow) {
  for (; p->l.tok != T_EOF; next(p)) {
    if (p->fnest > 0 && begins_statement(p->l.tok)) return;
    for (const uint8_t *f = follow; *f != T_EOF; f++)
      if (p->l.tok == *f) return;
  }
}

// ---- limits ----------------------------------------------------------------

// Reports it and ends the file here, so that all levels unwind at once.
static void too_deep(Parser *p, int limit) {
  if (!is_quiet(p)) {
    parse_error(p, p->l.pos, "nesting deeper than %d levels", limit);
    p->file->had_errors = true;
  }
  p->l.cursor = p->l.limit;
  p->l.nlsemi = false;
  if (p->l.tok != T_EOF) next(p);
}

bool enter(Parser *p, Level *v) {
  if (p->nesting >= MAX_NESTING) {
    too_deep(p, MAX_NESTING);
    return false;
  }
  p->nesting++;
  v->height = p->height;
  p->height = 0;
  return true;
}

void grow(Parser *p) {
  if (++p->height > MAX_HEIGHT) too_deep(p, MAX_HEIGHT);
}

void leave(Parser *p, Level *v) {
  p->nesting--;
  grow(p);
  if (p->height < v->height) p->height = v->height;
}

// ---- lists -----------------------------------------------------------------

Pos list(Parser *p, const char *context, Token sep, Token close,
         ListElem *elem, void *data) {
  bool done = false;
  while (p->l.tok != T_EOF && p->l.tok != close && !done) {
    done = elem(p, data);
    if (got(p, sep) || p->l.tok == close) continue;
    unexpected(p, " in %s; possibly missing %s or %s", context,
               token_string(sep), token_string(close));
    advance_to(p, T_RPAREN, T_RBRACK, T_RBRACE);
    if (p->l.tok != close) return p->l.pos;
  }
  Pos pos = p->l.pos;
  want(p, close);
  return pos;
}

// ---- nodes -----------------------------------------------------------------

Expr *new_expr(ExprKind kind, Pos pos) {
  Expr *x = NEW(Expr);
  x->kind = kind;
  x->pos = pos;
  return x;
}

Expr *finish_expr(Parser *p, Expr *x) {
  x->end = p->prev_end;
  return x;
}

Stmt *new_stmt(Parser *p, StmtKind kind) {
  Stmt *s = NEW(Stmt);
  s->kind = kind;
  s->pos = p->l.pos;
  return s;
}

Stmt *finish_stmt(Parser *p, Stmt *s) {
  s->end = p->prev_end;
  return s;
}

Expr *bad_expr(Parser *p) {
  Expr *x = new_expr(E_BAD, p->l.pos);
  x->end = x->pos;
  return x;
}

Expr *ident(Name *name, Pos pos, Pos end) {
  Expr *x = new_expr(E_IDENT, pos);
  x->end = end;
  x->ident.name = name;
  return x;
}

Expr *blank_name(Parser *p) {
  return ident(name_cstr("_"), p->l.pos, p->l.pos);
}

Expr *name(Parser *p) {
  Expr *x;
  if (p->l.tok == T_IDENT) {
    x = ident(p->l.lit, p->l.pos, p->l.end);
    next(p);
    return x;
  }
  x = blank_name(p);
  unexpected(p, ", expected name");
  if (p->l.tok != T_EOF) next(p);
  return x;
}

// IdentifierList = identifier { "," identifier } .
void name_list(Parser *p, ExprVec *names) {
  do vec_push(names, name(p));
  while (got(p, T_COMMA));
}

// ---- comments and pragmas --------------------------------------------------

// Newlines between two positions; counting stops at two.
static int newlines(const Parser *p, Pos from, Pos to) {
  const Source *s = p->l.source;
  int n = 0;
  for (Pos i = from; i < to && n < 2; i++)
    if (s->text[i - s->base] == '\n') n++;
  return n;
}

// Whether a comment stands on the line of the token before. An automatic
// semicolon ends behind its newline, so what follows is on a line of its own.
static bool is_trailing(const Parser *p, const Comment *c) {
  const Source *s = p->l.source;
  if (!p->prev_end || s->text[p->prev_end - 1 - s->base] == '\n') return false;
  return !newlines(p, p->prev_end, c->pos);
}

CommentVec lead_comments(Parser *p) {
  int first = p->file->comments.len, n = first;
  Pos below = p->l.pos;
  while (first > 0) {
    Comment *c = &p->file->comments.at[first - 1];
    if (c->pos < p->prev_end || newlines(p, c->end, below) > 1) break;
    if (is_trailing(p, c)) break;
    below = c->pos;
    first--;
  }
  CommentVec doc = {0};
  if (first < n) {
    doc.at = &p->file->comments.at[first];
    doc.len = doc.cap = n - first;
  }
  return doc;
}

void take_pragmas(Parser *p, Decl *d) {
  for (; p->pragmas_used < p->file->pragmas.len; p->pragmas_used++) {
    Pragma *pragma = &p->file->pragmas.at[p->pragmas_used];
    if (pragma->pos > p->l.pos) break;
    pragma->decl = d;
  }
}

void drop_pragmas(Parser *p) {
  p->pragmas_used = p->file->pragmas.len;
}

void drop_guard(Parser *p) {
  p->guard = NULL;
}
