// SPDX-License-Identifier: MIT
//
// What the parse_*.c files share; nothing else includes this.
//
// A recursive-descent parser with one token of lookahead. Every function
// leaves the current token behind what it parsed. Functions named maybe_*
// return NULL if what they parse is not there; the others report an error and
// return a BAD node.
#ifndef GL_PARSER_H
#define GL_PARSER_H

#include "syntax.h"

enum {
  MAX_NESTING = 10000,  // of recursion in the parser
  MAX_HEIGHT = 100000   // of the tree: chains such as 1+1+... are high, too
};

typedef struct Parser {
  Lexer l;           // l.tok is the current token
  File *file;
  Pos prev_end;      // end of the token before
  int fnest;         // function bodies around us
  int xnest;         // brackets around us; < 0 in the header of a statement,
                     // where { begins its block, not a composite literal
  int nesting;       // levels of recursion
  int height;        // of the highest tree since it was last set to 0
  int groups;        // parenthesised declarations so far
  int pragmas_used;  // pragmas that have found a declaration or missed it
  Expr *guard;       // x.(type) that has not met its type switch yet
} Parser;

// ---- parser.c --------------------------------------------------------------

void next(Parser *p);
bool got(Parser *p, Token tok);
void want(Parser *p, Token tok);
// "=", or with a complaint ":=".
bool got_assign(Parser *p);

// "syntax error: " and the message. Silent at the end of a file with errors.
void syntax_error(Parser *p, Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// The same, with "unexpected TOKEN" put before the message.
void unexpected(Parser *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// An error that is not one of syntax.
void parse_error(Parser *p, Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
const char *token_string(Token tok);

// Skips to a token of the list, or inside functions to one that begins a
// statement, or to the end of the file.
#define advance_to(p, ...) \
  skip_to((p), (const uint8_t[]){__VA_ARGS__, T_EOF})
void skip_to(Parser *p, const uint8_t *follow);

// Bounds the depth of recursion and the height of trees. Between enter, if it
// returns true, and leave a function may recurse; a chain that grows to the
// left without recursion calls grow for each link.
typedef struct Level {
  int height;  // p->height before
} Level;
bool enter(Parser *p, Level *v);
void leave(Parser *p, Level *v);
void grow(Parser *p);

// [ elem { sep elem } [ sep ] ] close. elem returns true to be the last one.
// Returns the position of close.
typedef bool ListElem(Parser *p, void *data);
Pos list(Parser *p, const char *context, Token sep, Token close,
         ListElem *elem, void *data);

Expr *new_expr(ExprKind kind, Pos pos);
Expr *finish_expr(Parser *p, Expr *x);
Stmt *new_stmt(Parser *p, StmtKind kind);
Stmt *finish_stmt(Parser *p, Stmt *s);
Expr *bad_expr(Parser *p);
Expr *ident(Name *name, Pos pos, Pos end);
Expr *blank_name(Parser *p);  // "_", after an error
Expr *name(Parser *p);
void name_list(Parser *p, ExprVec *names);
// The comments directly above the current token.
CommentVec lead_comments(Parser *p);
// Gives the pragmas above the current token to a declaration.
void take_pragmas(Parser *p, Decl *d);
// Those that stood where no declaration follows are lost.
void drop_pragmas(Parser *p);
// Forgets a guard that has not met its type switch; the checker reports it.
void drop_guard(Parser *p);

// ---- parse_expr.c ----------------------------------------------------------

Expr *expr(Parser *p);
void expr_list(Parser *p, ExprVec *list);
// x is the first operand if it has been parsed already.
Expr *binary_expr(Parser *p, Expr *x, int prec);
Expr *primary_expr(Parser *p, Expr *x);
// type { "," type } [ "," ]; unless strict, the first may be an expression.
// Returns whether there was a comma.
bool type_list(Parser *p, ExprVec *list, bool strict);
Expr *maybe_literal(Parser *p);

// ---- parse_type.c ----------------------------------------------------------

Expr *type(Parser *p);
Expr *maybe_type(Parser *p);
Expr *qualified_name(Parser *p, Expr *first);
// After "[", with the length if it has been parsed already.
Expr *array_type(Parser *p, Pos pos, Expr *len);
Expr *slice_type(Parser *p, Pos pos);  // after "[" "]"
// [ TypeParams ] Signature. Type parameters are errors if context is given.
Expr *func_type(Parser *p, Pos pos, const char *context);

typedef struct ParamList {
  Expr *name, *type;   // of the first parameter, if parsed already
  Token close;         // ")" or, for type parameters and arguments, "]"
  bool require_names;  // type parameters
  bool dots_ok;        // the last may be ...T
} ParamList;
FieldVec param_list(Parser *p, ParamList opt);

// ---- parse_stmt.c ----------------------------------------------------------

Stmt *block(Parser *p, const char *context);
Stmt *func_body(Parser *p);

// ---- parse_decl.c ----------------------------------------------------------

// What follows the keyword of a declaration: one spec, or a group of them.
void import_decl(Parser *p, DeclVec *decls);
void const_decl(Parser *p, DeclVec *decls);
void type_decl(Parser *p, DeclVec *decls);
void var_decl(Parser *p, DeclVec *decls);
void func_decl(Parser *p, DeclVec *decls);

#endif
