// SPDX-License-Identifier: MIT
//
// Declarations.
#include "parser.h"

// Where the specs of one declaration go, and what they share.
typedef struct Group {
  DeclVec *decls;
  Pos pos;        // of the keyword, for a spec without parentheses
  CommentVec doc;
  int number;     // Decl.group
  int iota;       // of constants
  Decl *last;     // the last constant with a type or values of its own
} Group;

static Decl *new_decl(Parser *p, DeclKind kind, Group *g) {
  Decl *d = NEW(Decl);
  d->kind = kind;
  d->group = g->number;
  d->pos = g->number ? p->l.pos : g->pos;
  d->doc = g->number ? lead_comments(p) : g->doc;
  take_pragmas(p, d);
  vec_push(g->decls, d);
  return d;
}

// Decl = keyword ( Spec | "(" { Spec ";" } ")" ) .
static void declaration(Parser *p, DeclVec *decls, ListElem *spec) {
  Group g = {.decls = decls, .pos = p->l.pos, .doc = lead_comments(p)};
  next(p);
  if (p->l.tok != T_LPAREN) {
    spec(p, &g);
    return;
  }
  g.number = ++p->groups;
  drop_pragmas(p);  // those above the group; before "(" is consumed
  next(p);
  list(p, "grouped declaration", T_SEMICOLON, T_RPAREN, spec, &g);
}

// ---- imports ---------------------------------------------------------------

// ImportSpec = [ "." | PackageName ] ImportPath .
static bool import_spec(Parser *p, void *data) {
  Decl *d = new_decl(p, D_IMPORT, data);
  if (p->l.tok == T_IDENT) {
    d->import.name = name(p);
  } else if (p->l.tok == T_PERIOD) {
    d->import.name = ident(name_cstr("."), p->l.pos, p->l.end);
    next(p);
  }
  d->import.path = maybe_literal(p);
  if (!d->import.path) {
    d->import.path = bad_expr(p);
    syntax_error(p, p->l.pos, "missing import path");
    advance_to(p, T_SEMICOLON, T_RPAREN);
  } else if (d->import.path->kind == E_BASIC_LIT &&
             d->import.path->op != T_STRING) {
    syntax_error(p, d->import.path->pos, "import path must be a string");
    d->import.path->kind = E_BAD;
  }
  d->end = p->prev_end;
  return false;
}

void import_decl(Parser *p, DeclVec *decls) {
  declaration(p, decls, import_spec);
}

// ---- constants and variables -----------------------------------------------

// A spec without type and values repeats the last one that had some. It gets
// copies, since the checker keeps its findings in the nodes.
static void repeat_const(Group *g, Decl *d) {
  if (!g->last) return;
  d->const_.implicit = true;
  d->const_.type = expr_copy(g->last->const_.type);
  vec_each(Expr *, x, &g->last->const_.values)
    vec_push(&d->const_.values, expr_copy(*x));
}

// ConstSpec = IdentifierList [ [ Type ] "=" ExpressionList ] .
static bool const_spec(Parser *p, void *data) {
  Group *g = data;
  Decl *d = new_decl(p, D_CONST, g);
  d->const_.iota = g->iota++;
  name_list(p, &d->const_.names);
  if (p->l.tok != T_EOF && p->l.tok != T_SEMICOLON && p->l.tok != T_RPAREN) {
    d->const_.type = maybe_type(p);
    if (got_assign(p)) expr_list(p, &d->const_.values);
  }
  if (d->const_.type || d->const_.values.len)
    g->last = d;
  else
    repeat_const(g, d);
  d->end = p->prev_end;
  return false;
}

void const_decl(Parser *p, DeclVec *decls) {
  declaration(p, decls, const_spec);
}

// VarSpec = IdentifierList ( Type [ "=" ExpressionList ]
//                          | "=" ExpressionList ) .
static bool var_spec(Parser *p, void *data) {
  Decl *d = new_decl(p, D_VAR, data);
  name_list(p, &d->var.names);
  if (got_assign(p)) {
    expr_list(p, &d->var.values);
  } else {
    d->var.type = type(p);
    if (got_assign(p)) expr_list(p, &d->var.values);
  }
  d->end = p->prev_end;
  return false;
}

void var_decl(Parser *p, DeclVec *decls) {
  declaration(p, decls, var_spec);
}

// ---- types -----------------------------------------------------------------

// Whether x can only be an element of a constraint. False also if it might be
// either that or a value.
static bool is_type_elem(const Expr *x) {
  for (;;) {
    switch (x->kind) {
      case E_ARRAY_TYPE: case E_STRUCT_TYPE: case E_FUNC_TYPE:
      case E_INTERFACE_TYPE: case E_MAP_TYPE: case E_CHAN_TYPE:
        return true;
      case E_BINARY:
        if (is_type_elem(x->binary.y)) return true;
        x = x->binary.x;
        break;
      case E_UNARY:
        if (x->op == T_TILDE) return true;
        x = x->unary.x;
        break;
      case E_STAR:
        x = x->unary.x;
        break;
      case E_PAREN:
        x = x->paren.x;
        break;
      default:
        return false;
    }
  }
}

// In `type T[P *C]...` what follows "[" has been parsed as the expression P*C,
// which might be an array length. If it can be read as a name and a type,
// takes it apart and returns the name; *constraint is the type, or NULL if x
// is only a name. x is taken apart only if the type can be nothing else, or
// if force says that this is no array length. Examples:
//
//   P              P, NULL
//   P*[]int        P, *[]int
//   P*E            P, *E with force, else NULL
//   P(E)           P, E with force, else NULL
//   P*E|F|~G       P, *E|F|~G
static Expr *extract_name(Expr *x, bool force, Expr **constraint) {
  *constraint = NULL;
  if (x->kind == E_IDENT) return x;
  if (x->kind == E_BINARY && x->op == T_MUL) {
    Expr *left = x->binary.x, *right = x->binary.y;
    if (left->kind != E_IDENT || !(force || is_type_elem(right))) return NULL;
    Expr *star = new_expr(E_STAR, x->pos);
    star->end = x->end;
    star->unary.x = right;
    *constraint = star;
    return left;
  }
  if (x->kind == E_BINARY && x->op == T_OR) {
    Expr *left;
    Expr *found = extract_name(x->binary.x,
                               force || is_type_elem(x->binary.y), &left);
    if (!found || !left) return NULL;
    x->binary.x = left;
    *constraint = x;
    return found;
  }
  if (x->kind == E_CALL && x->call.fun->kind == E_IDENT &&
      x->call.args.len == 1 && !x->call.spread &&
      (force || is_type_elem(x->call.args.at[0]))) {
    *constraint = unparen(x->call.args.at[0]);
    return x->call.fun;
  }
  return NULL;
}

// After "[" and with a name as the current token: type parameters, or the
// length of an array type.
static void type_params_or_array(Parser *p, Decl *d, Pos lbrack) {
  // P [ can only begin a constraint such as P []E, because no array length
  // indexes anything. Else an expression that begins with the name is read.
  Expr *x = name(p), *constraint;
  if (p->l.tok != T_LBRACK) {
    p->xnest++;
    x = binary_expr(p, primary_expr(p, x), 0);
    p->xnest--;
  }
  Expr *first = extract_name(x, p->l.tok == T_COMMA, &constraint);
  if (!first || (!constraint && p->l.tok == T_RBRACK)) {
    d->type.type = array_type(p, lbrack, x);
    return;
  }
  d->type.tparams = param_list(
      p, (ParamList){.name = first, .type = constraint, .close = T_RBRACK,
                     .require_names = true});
  d->type.alias = got_assign(p);
  d->type.type = maybe_type(p);
}

// TypeSpec = identifier [ TypeParams ] [ "=" ] Type .
static bool type_spec(Parser *p, void *data) {
  Decl *d = new_decl(p, D_TYPE, data);
  Level v;
  if (!enter(p, &v)) {
    d->type.name = blank_name(p);
    d->type.type = bad_expr(p);
    return true;
  }
  d->type.name = name(p);
  Pos lbrack = p->l.pos;
  if (!got(p, T_LBRACK)) {
    d->type.alias = got_assign(p);
    d->type.type = maybe_type(p);
  } else if (p->l.tok == T_IDENT) {
    type_params_or_array(p, d, lbrack);
  } else if (got(p, T_RBRACK)) {
    d->type.type = slice_type(p, lbrack);
  } else {
    d->type.type = array_type(p, lbrack, NULL);
  }
  if (!d->type.type) {
    d->type.type = bad_expr(p);
    unexpected(p, " in type declaration");
    advance_to(p, T_SEMICOLON, T_RPAREN);
  }
  leave(p, &v);
  d->end = p->prev_end;
  return false;
}

void type_decl(Parser *p, DeclVec *decls) {
  declaration(p, decls, type_spec);
}

// ---- functions -------------------------------------------------------------

// Receiver = Parameters .
static Field *receiver(Parser *p) {
  FieldVec fields = param_list(p, (ParamList){.close = T_RPAREN});
  if (fields.len != 1)
    parse_error(p, p->l.pos, fields.len ? "method has multiple receivers"
                                        : "method has no receiver");
  return fields.len ? fields.at[0] : NULL;
}

// FunctionDecl = "func" FunctionName Signature [ FunctionBody ] .
// MethodDecl = "func" Receiver MethodName Signature [ FunctionBody ] .
void func_decl(Parser *p, DeclVec *decls) {
  Group g = {.decls = decls, .pos = p->l.pos, .doc = lead_comments(p)};
  Decl *d = new_decl(p, D_FUNC, &g);
  next(p);
  d->func.pos = p->l.pos;
  bool is_method = got(p, T_LPAREN);
  if (is_method) d->func.recv = receiver(p);
  if (p->l.tok == T_IDENT) {
    d->func.name = name(p);
    d->func.type = func_type(p, p->l.pos, is_method ? "method" : NULL);
  } else {
    d->func.name = blank_name(p);
    d->func.type = finish_expr(p, new_expr(E_FUNC_TYPE, p->l.pos));
    unexpected(p, is_method ? ", expected name" : ", expected name or (");
    advance_to(p, T_LBRACE, T_SEMICOLON);
  }
  if (p->l.tok == T_LBRACE) d->func.body = func_body(p);
  d->end = p->prev_end;
}
