// SPDX-License-Identifier: MIT
//
// Tokens and the abstract syntax tree. The parser makes the tree; the checker
// fills in the fields marked "checker" and never changes its shape; lowering
// only reads it. Nodes live in `perm`.
#ifndef GL_SYNTAX_H
#define GL_SYNTAX_H

#include "base.h"

// Filled in by types/, which is to the right of this folder.
typedef struct Type Type;
typedef struct Object Object;
typedef struct Scope Scope;
typedef struct Const Const;
typedef struct Package Package;
typedef struct Selection Selection;

typedef enum Token {
#define TOKEN(name, text) T_##name,
#include "token.def"
  T_COUNT
} Token;
extern const char *const token_text[T_COUNT];

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Decl Decl;
typedef struct Field Field;
typedef struct FuncInfo FuncInfo;  // types.h: what a function captures, etc.
typedef VEC(Expr *) ExprVec;
typedef VEC(Stmt *) StmtVec;
typedef VEC(Decl *) DeclVec;
typedef VEC(Field *) FieldVec;

// One comment. A doc is the comments that stand directly above a node, without
// an empty line between.
typedef struct Comment {
  Pos pos, end;  // text is source bytes [pos, end), with its markers
} Comment;
typedef VEC(Comment) CommentVec;

// A field of a struct, a parameter, result, receiver, or type parameter, or
// an element of an interface. `a, b int` becomes two Fields sharing one type
// Expr. name is NULL for embedded fields, unnamed parameters and interface
// elements that are not methods.
struct Field {
  Pos pos;
  Expr *name;   // IDENT or NULL
  Expr *type;   // for interface methods a FUNC_TYPE; for `...T` an ELLIPSIS
  Expr *tag;    // BASIC_LIT or NULL
  bool embedded;
  bool shares_type;  // same type Expr as the Field before: `a, b int`
  CommentVec doc;
};

typedef enum ExprKind {
  E_BAD,             // a syntax error was reported here
  E_IDENT,
  E_BASIC_LIT,
  E_COMPOSITE_LIT,
  E_FUNC_LIT,
  E_PAREN,
  E_SELECTOR,        // x.sel
  E_INDEX,           // x[i], x[i, j] (instantiation)
  E_SLICE,           // x[lo:hi:max]
  E_TYPE_ASSERT,     // x.(T), x.(type)
  E_CALL,            // f(args...), conversions and builtins too
  E_STAR,            // *x, pointer type too
  E_UNARY,           // + - ! ^ & <- and ~ in constraints
  E_BINARY,          // in constraints also |
  E_KEY_VALUE,       // in composite literals
  E_ARRAY_TYPE,      // [len]T, [...]T, []T
  E_STRUCT_TYPE,
  E_FUNC_TYPE,
  E_INTERFACE_TYPE,
  E_MAP_TYPE,
  E_CHAN_TYPE,
  E_ELLIPSIS         // ...T in a parameter list
} ExprKind;

// Checker: what an expression denotes.
typedef enum Mode {
  MODE_INVALID,   // not checked, or an error was reported
  MODE_NOVALUE,   // call of a function without result
  MODE_BUILTIN,   // a builtin function's name; expr->builtin says which
  MODE_TYPE,      // a type; expr->type is that type
  MODE_CONST,     // expr->cv is the value
  MODE_VAR,       // addressable
  MODE_MAPINDEX,  // m[k]: assignable, not addressable, comma-ok possible
  MODE_VALUE,
  MODE_NIL,       // untyped nil; type is set when it is converted
  MODE_COMMAOK,   // value that also has a comma-ok form (x.(T), <-c)
  MODE_TUPLE      // call with several results; type is a tuple
} Mode;

struct Expr {
  ExprKind kind : 8;
  Mode mode : 8;          // checker
  uint8_t op;             // Token: UNARY, BINARY, BASIC_LIT (literal kind)
  uint8_t builtin;        // checker: BuiltinId on IDENT/SELECTOR of a builtin
  bool comma_ok : 1;      // checker: used in a two-value context; type is
                          // then still the type of the first value
  bool in_parens : 1;     // parser: this is the operand of a PAREN
  Pos pos;                // where errors about it point: the operator of a
                          // BINARY, the '(' of a CALL is call.lparen, else
                          // the first byte
  Pos end;                // after the last byte
  Type *type;             // checker: final type (after untyped conversion)
  Const *cv;              // checker: value if constant, also if mode is
                          // MODE_CONST only
  union {
    struct { Name *name; Object *obj; } ident;  // obj: checker
    struct { Name *text; } lit;           // exactly as written
    struct { Expr *type; ExprVec elems; Pos lbrace, rbrace; } composite;
    struct { Expr *type; Stmt *body; FuncInfo *info; } func;  // info: checker
    struct { Expr *x; } paren;
    struct { Expr *x; Expr *sel; Selection *selection; Pos dot; } selector;
        // checker: selection is NULL for pkg.Name; then sel->ident.obj is the
        // object
    struct { Expr *x; ExprVec indices; Pos lbrack; } index;
    struct { Expr *x; Expr *lo, *hi, *max; bool three; Pos lbrack; } slice;
    struct { Expr *x; Expr *type; } assert;  // type NULL: x.(type)
    struct { Expr *fun; ExprVec args; bool spread;  // f(xs...)
             Pos lparen, rparen, ellipsis; } call;
    struct { Expr *x; } unary;               // and STAR
    struct { Expr *x, *y; } binary;
    struct { Expr *key, *value; Pos colon; } kv;
    struct { Expr *len; Expr *elem; bool ellipsis; } array;  // len NULL: slice
    struct { FieldVec fields; } struct_;
    struct { FieldVec tparams, params, results; } functype;
    struct { FieldVec elems; } interface;    // methods and embedded elements
    struct { Expr *key, *value; } map;
    struct { Expr *elem; uint8_t dir; } chan;  // dir: GL_RECV_DIR ... as abi.h
    struct { Expr *elem; } ellipsis;
  };
};

typedef enum StmtKind {
  S_BAD, S_EMPTY, S_DECL, S_LABELED, S_EXPR, S_SEND, S_INCDEC, S_ASSIGN,
  S_GO, S_DEFER, S_RETURN, S_BRANCH, S_BLOCK, S_IF, S_SWITCH, S_TYPE_SWITCH,
  S_SELECT, S_FOR, S_RANGE, S_CASE
} StmtKind;

struct Stmt {
  StmtKind kind : 8;
  uint8_t op;       // Token: ASSIGN (T_ASSIGN, T_DEFINE, T_ADD_ASSIGN...),
                    // INCDEC, BRANCH (T_BREAK, T_CONTINUE, T_GOTO,
                    // T_FALLTHROUGH)
  Pos pos, end;     // pos: the operator of an ASSIGN, else the first byte
  union {
    DeclVec decls;                                    // DECL
    struct { Expr *label; Stmt *stmt; Object *obj; } labeled;  // obj: checker
    struct { Expr *x; } expr;                         // EXPR, INCDEC,
                                                      // GO, DEFER: a CALL
    struct { Expr *chan, *value; } send;
    struct { ExprVec lhs, rhs; } assign;
    struct { ExprVec results; FuncInfo *func; } return_;  // func: checker
    struct { Expr *label; Stmt *target; } branch;     // label may be NULL;
        // target: checker, the enclosing statement that is left or continued
        // (LABELED's inner statement), or the LABELED statement of a goto
    struct {
      StmtVec stmts;
      Pos rbrace;
      bool broken;  // a function's body that holds syntax errors
    } block;
    struct { Stmt *init; Expr *cond; Stmt *then, *els; } if_;
    struct { Stmt *init; Expr *tag; StmtVec cases; } switch_;
    struct { Stmt *init; Expr *bind;                  // IDENT or NULL
             Expr *x; StmtVec cases; } type_switch;
    struct { StmtVec cases; } select;
    struct { Stmt *init; Expr *cond; Stmt *post; Stmt *body;
             bool per_iteration; } for_;               // checker
    struct { Expr *key, *value, *extra; bool define; Expr *x; Stmt *body;
             bool per_iteration; FuncInfo *body_info; } range;  // checker;
        // extra: a third variable, an error; body_info: when x is a function,
        // the loop body as a function
    // One clause. exprs empty and comm NULL: default. A type switch case may
    // hold the IDENT nil. comm is a SEND, EXPR or ASSIGN statement.
    struct { ExprVec exprs; Stmt *comm; StmtVec body; bool is_default;
             Object *obj; } case_;  // obj: checker, the variable a type
                                    // switch declares in this clause
  };
};

typedef enum DeclKind {
  D_BAD, D_IMPORT, D_CONST, D_TYPE, D_VAR, D_FUNC
} DeclKind;

struct Decl {
  DeclKind kind : 8;
  Pos pos, end;
  CommentVec doc;
  int group;       // declarations of one parenthesised group share a number
                   // that is unique in the file; 0: not in a group
  union {
    struct { Expr *name; Expr *path; } import;  // name: IDENT, "." or "_" too
    struct {
      ExprVec names;
      Expr *type;         // NULL if left out
      ExprVec values;     // for an implicit repetition the list repeated
      int iota;
      bool implicit;      // type and values are those of an earlier spec
    } const_;
    struct { Expr *name; FieldVec tparams; bool alias; Expr *type;
             Object *obj; } type;                       // obj: checker
    struct { ExprVec names; Expr *type; ExprVec values; } var;
    struct {
      Pos pos;             // after the keyword
      Expr *name;
      Field *recv;         // NULL for functions
      Expr *type;          // FUNC_TYPE
      Stmt *body;          // NULL: implemented elsewhere
      Object *obj;         // checker
      FuncInfo *info;      // checker
    } func;
  };
};

// A pragma: a //go: or //gl: line. text is without the slashes.
typedef struct Pragma {
  Pos pos;
  Name *text;       // "go:noinline", "gl:ccall gl_write", ...
  Decl *decl;       // the declaration it stands directly above, or NULL
} Pragma;

typedef struct File {
  Source *source;
  CommentVec doc;         // of the package clause
  Expr *package_name;     // IDENT
  DeclVec decls;          // imports first
  VEC(Comment) comments;  // all, in order of position
  VEC(Pragma) pragmas;
  Name *build_constraint; // text of the //go:build expression, or NULL
  int lang;               // checker: minor version in force (26 for go1.26)
  Scope *scope;           // checker: the file block
  bool had_errors;
  bool replaced;          // functions without body were dropped (added.c)
} File;

// ---- lexer.re --------------------------------------------------------------

typedef struct Lexer {
  Source *source;
  const char *cursor, *limit;
  Token tok;
  Pos pos, end;      // of tok
  Name *lit;         // text of IDENT and literals; of SEMICOLON: ";",
                     // "newline" or "EOF"; of BAD: a literal that was
                     // reported and has no value
  bool nlsemi;       // a newline here ends the statement
  File *file;        // gets comments and pragmas; NULL to drop them
} Lexer;
void lexer_init(Lexer *l, Source *s, File *f);
void lexer_next(Lexer *l);
// The value of a literal's text. The lexer has checked it.
// Decodes a STRING or raw string into bytes.
void literal_string(const Name *text, Buf *out);
int32_t literal_char(const Name *text);
// False for one that the lexer complained of.
bool is_identifier(const Name *name);
void tokens_dump(Source *s, FILE *out);  // --emit=tokens

// ---- parser ----------------------------------------------------------------

// Never NULL; errors go to diag. Nesting is limited to 10,000 levels.
File *parse_file(Source *s);
// Only the package clause, imports and build constraint.
File *parse_imports(Source *s);

// ---- dump.c ----------------------------------------------------------------

void ast_dump(File *f, FILE *out);  // --emit=ast
// Writes an expression as source on one line, as messages quote it; shortens
// function bodies and struct types to {…} as Go does.
char *expr_string(Arena *a, const Expr *x);

// ---- copy.c ----------------------------------------------------------------

// A deep copy, without what the checker found out. NULL gives NULL.
Expr *expr_copy(const Expr *x);
Stmt *stmt_copy(const Stmt *s);

// ---- walk.c ----------------------------------------------------------------

// Calls the functions that are not NULL for each node below, parents first;
// a function that returns false prunes. Order is source order.
typedef struct Walker {
  bool (*expr)(struct Walker *w, Expr *x);
  bool (*stmt)(struct Walker *w, Stmt *s);
  bool (*decl)(struct Walker *w, Decl *d);
  void *data;
} Walker;
void walk_expr(Walker *w, Expr *x);
void walk_stmt(Walker *w, Stmt *s);
void walk_decl(Walker *w, Decl *d);

// Without parentheses around it.
Expr *unparen(Expr *x);
// Its first byte, which is where Go reports most errors about it.
Pos expr_start(const Expr *x);

#endif
