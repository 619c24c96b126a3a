// SPDX-License-Identifier: MIT
//
// Expressions.
#include "abi.h"
#include "parser.h"

static const uint8_t precedence[T_COUNT] = {
#define BINARY(name, text, prec) [T_##name] = prec,
#include "token.def"
};

static int max(int a, int b) {
  return a > b ? a : b;
}

// ---- lists and literals ----------------------------------------------------

// ExpressionList = Expression { "," Expression } .
void expr_list(Parser *p, ExprVec *list) {
  do vec_push(list, expr(p));
  while (got(p, T_COMMA));
}

bool type_list(Parser *p, ExprVec *list, bool strict) {
  p->xnest++;
  bool comma = false;
  Expr *x = strict ? type(p) : expr(p);
  while (x) {
    vec_push(list, x);
    if (!got(p, T_COMMA)) break;
    comma = true;
    x = maybe_type(p);  // NULL after a trailing comma
  }
  p->xnest--;
  return comma;
}

Expr *maybe_literal(Parser *p) {
  Expr *x;
  switch (p->l.tok) {
    case T_INT: case T_FLOAT: case T_IMAG: case T_CHAR: case T_STRING:
      x = new_expr(E_BASIC_LIT, p->l.pos);
      x->op = (uint8_t)p->l.tok;
      x->lit.text = p->l.lit;
      break;
    case T_BAD:
      x = new_expr(E_BAD, p->l.pos);
      break;
    default:
      return NULL;
  }
  next(p);
  return finish_expr(p, x);
}

// ---- composite literals ----------------------------------------------------

static Expr *literal_value(Parser *p, Expr *type);

// Element = Expression | LiteralValue .
static Expr *element(Parser *p) {
  return p->l.tok == T_LBRACE ? literal_value(p, NULL) : expr(p);
}

// KeyedElement = [ Key ":" ] Element .
static bool keyed_element(Parser *p, void *data) {
  ExprVec *elems = data;
  Expr *x = element(p);
  if (p->l.tok == T_COLON) {
    Expr *kv = new_expr(E_KEY_VALUE, expr_start(x));
    kv->kv.key = x;
    kv->kv.colon = p->l.pos;
    next(p);
    kv->kv.value = element(p);
    x = finish_expr(p, kv);
  }
  vec_push(elems, x);
  return false;
}

// LiteralValue = "{" [ ElementList [ "," ] ] "}" .
static Expr *literal_value(Parser *p, Expr *type) {
  Level v;
  if (!enter(p, &v)) return bad_expr(p);
  Expr *x = new_expr(E_COMPOSITE_LIT, type ? type->pos : p->l.pos);
  x->composite.type = type;
  x->composite.lbrace = p->l.pos;
  p->xnest++;
  want(p, T_LBRACE);
  x->composite.rbrace = list(p, "composite literal", T_COMMA, T_RBRACE,
                             keyed_element, &x->composite.elems);
  p->xnest--;
  leave(p, &v);
  return finish_expr(p, x);
}

// ---- operands --------------------------------------------------------------

static Expr *parenthesized(Parser *p) {
  Expr *x = new_expr(E_PAREN, p->l.pos);
  next(p);
  p->xnest++;
  x->paren.x = expr(p);
  x->paren.x->in_parens = true;
  p->xnest--;
  want(p, T_RPAREN);
  return finish_expr(p, x);
}

// FunctionLit = "func" Signature FunctionBody . Without a body, a type.
static Expr *func_lit_or_type(Parser *p) {
  Pos pos = p->l.pos;
  next(p);
  Expr *t = func_type(p, p->l.pos, "function type");
  if (p->l.tok != T_LBRACE) return t;
  Expr *x = new_expr(E_FUNC_LIT, pos);
  x->func.type = t;
  p->xnest++;
  x->func.body = func_body(p);
  p->xnest--;
  return finish_expr(p, x);
}

// Operand = Literal | OperandName | "(" Expression ")" , and types.
static Expr *operand(Parser *p) {
  Expr *x;
  switch (p->l.tok) {
    case T_IDENT:
      return name(p);
    case T_INT: case T_FLOAT: case T_IMAG: case T_CHAR: case T_STRING:
    case T_BAD:
      return maybe_literal(p);
    case T_LPAREN:
      return parenthesized(p);
    case T_FUNC:
      return func_lit_or_type(p);
    case T_LBRACK: case T_CHAN: case T_MAP: case T_STRUCT: case T_INTERFACE:
      return type(p);
    default:
      x = bad_expr(p);
      unexpected(p, ", expected expression");
      advance_to(p, T_RPAREN, T_RBRACK, T_RBRACE);
      return x;
  }
}

// ---- primary expressions ---------------------------------------------------

// After x ".": Selector or TypeAssertion.
static Expr *selector(Parser *p, Expr *x, Pos dot) {
  Expr *y;
  if (p->l.tok == T_IDENT) {
    y = new_expr(E_SELECTOR, x->pos);
    y->selector.x = x;
    y->selector.dot = dot;
    y->selector.sel = name(p);
  } else if (got(p, T_LPAREN)) {
    y = new_expr(E_TYPE_ASSERT, x->pos);
    y->assert.x = x;
    if (got(p, T_TYPE)) {
      drop_guard(p);
      p->guard = y;
    } else {
      y->assert.type = type(p);
    }
    want(p, T_RPAREN);
  } else {
    unexpected(p, ", expected name or (");
    advance_to(p, T_SEMICOLON, T_RPAREN);
    return x;
  }
  return finish_expr(p, y);
}

// The rest of Slice, where lo has been parsed.
static Expr *slice(Parser *p, Expr *x, Pos lbrack, Expr *lo) {
  Expr *y = new_expr(E_SLICE, lbrack);
  y->slice.x = x;
  y->slice.lbrack = lbrack;
  y->slice.lo = lo;
  if (!got(p, T_COLON)) {
    unexpected(p, ", expected comma, : or ]");
    advance_to(p, T_COMMA, T_COLON, T_RBRACK);
  }
  p->xnest++;
  if (p->l.tok != T_COLON && p->l.tok != T_RBRACK) y->slice.hi = expr(p);
  if (p->l.tok == T_COLON) {
    y->slice.three = true;
    if (!y->slice.hi) {
      parse_error(p, p->l.pos, "middle index required in 3-index slice");
      y->slice.hi = bad_expr(p);
    }
    next(p);
    if (p->l.tok != T_RBRACK) {
      y->slice.max = expr(p);
    } else {
      parse_error(p, p->l.pos, "final index required in 3-index slice");
      y->slice.max = bad_expr(p);
    }
  }
  p->xnest--;
  want(p, T_RBRACK);
  return finish_expr(p, y);
}

// Index, Slice or TypeArgs; the current token is "[".
static Expr *index_or_slice(Parser *p, Expr *x) {
  Pos lbrack = p->l.pos;
  ExprVec indices = {0};
  bool comma = false;
  next(p);
  if (p->l.tok == T_COLON) return slice(p, x, lbrack, NULL);
  if (p->l.tok == T_RBRACK) {
    unexpected(p, ", expected operand");
    vec_push(&indices, bad_expr(p));
  } else {
    comma = type_list(p, &indices, false);
  }
  if (!comma && p->l.tok != T_RBRACK)
    return slice(p, x, lbrack, indices.at[0]);
  want(p, T_RBRACK);
  Expr *y = new_expr(E_INDEX, x->pos);
  y->index.x = x;
  y->index.lbrack = lbrack;
  y->index.indices = indices;
  return finish_expr(p, y);
}

// Arguments = "(" [ ExpressionList [ "..." ] [ "," ] ] ")" .
static bool argument(Parser *p, void *data) {
  Expr *call = data;
  vec_push(&call->call.args, expr(p));
  if (p->l.tok != T_ELLIPSIS) return false;
  call->call.spread = true;
  call->call.ellipsis = p->l.pos;
  next(p);
  return true;
}

static Expr *call(Parser *p, Expr *fun) {
  Expr *x = new_expr(E_CALL, fun->pos);
  x->call.fun = fun;
  x->call.lparen = p->l.pos;
  next(p);
  p->xnest++;
  x->call.rparen =
      list(p, "argument list", T_COMMA, T_RPAREN, argument, x);
  p->xnest--;
  return finish_expr(p, x);
}

// Whether x can only be a value, not a type.
static bool is_value(const Expr *x) {
  switch (x->kind) {
    case E_BASIC_LIT: case E_COMPOSITE_LIT: case E_FUNC_LIT: case E_SLICE:
    case E_TYPE_ASSERT: case E_CALL: case E_UNARY: case E_BINARY:
      return true;
    case E_PAREN:
      return is_value(x->paren.x);
    case E_INDEX:
      if (x->index.indices.len == 1 && is_value(x->index.indices.at[0]))
        return true;
      return is_value(x->index.x);
    default:
      return false;
  }
}

// Whether "{" after x begins a composite literal of type x, not a block.
static bool is_literal_type(const Parser *p, const Expr *x) {
  switch (x->kind) {
    case E_IDENT: case E_SELECTOR:
      return p->xnest >= 0;
    case E_INDEX:
      return p->xnest >= 0 && !is_value(x);
    case E_ARRAY_TYPE: case E_STRUCT_TYPE: case E_MAP_TYPE:
      return true;
    default:
      return false;
  }
}

// One link of a primary expression's chain, or NULL if it ends here.
static Expr *primary_link(Parser *p, Expr *x) {
  Pos pos = p->l.pos;
  switch (p->l.tok) {
    case T_PERIOD:
      next(p);
      return selector(p, x, pos);
    case T_LBRACK:
      return index_or_slice(p, x);
    case T_LPAREN:
      return call(p, x);
    case T_LBRACE:
      if (!is_literal_type(p, unparen(x))) return NULL;
      if (x->kind == E_PAREN)
        syntax_error(p, p->l.pos,
                     "cannot parenthesize type in composite literal");
      return literal_value(p, x);
    default:
      return NULL;
  }
}

// PrimaryExpr = Operand { Selector | Index | Slice | TypeAssertion
//                       | Arguments | LiteralValue } .
Expr *primary_expr(Parser *p, Expr *x) {
  int height = 0;
  if (!x) {
    height = p->height;
    p->height = 0;
    x = operand(p);
  }
  for (Expr *y; (y = primary_link(p, x)); x = y) grow(p);
  p->height = max(p->height, height);
  return x;
}

// ---- unary and binary expressions ------------------------------------------

// "<-" before a channel type: <-(chan T) is (<-chan T), <-(chan<- T) is
// (<-chan (<-T)), where T must be a channel type again.
static Expr *receive_type(Parser *p, Pos pos, Expr *x) {
  int dir = GL_SEND_DIR;
  Expr *t = x;
  while (dir == GL_SEND_DIR && t->kind == E_CHAN_TYPE) {
    dir = t->chan.dir;
    if (dir == GL_RECV_DIR)
      syntax_error(p, p->l.pos, "unexpected <-, expected chan");
    t->chan.dir = GL_RECV_DIR;
    t = t->chan.elem;
  }
  if (dir == GL_SEND_DIR)
    syntax_error(p, p->l.pos, "unexpected %s, expected chan",
                 expr_string(perm, t));
  x->pos = pos;
  return x;
}

static Expr *unary_op(Parser *p, ExprKind kind) {
  Expr *x = new_expr(kind, p->l.pos);
  x->op = (uint8_t)p->l.tok;
  next(p);
  x->unary.x = NULL;
  return x;
}

static Expr *unary_expr(Parser *p);

// Receive operation or channel type; only what follows "<-" tells.
static Expr *receive(Parser *p) {
  Expr *x = unary_op(p, E_UNARY);
  Expr *y = unary_expr(p);
  if (y->kind == E_CHAN_TYPE) return receive_type(p, x->pos, y);
  x->unary.x = y;
  return finish_expr(p, x);
}

// UnaryExpr = PrimaryExpr | unary_op UnaryExpr .
static Expr *unary_expr(Parser *p) {
  Level v;
  Expr *x;
  if (!enter(p, &v)) return bad_expr(p);
  switch (p->l.tok) {
    case T_ADD: case T_SUB: case T_NOT: case T_XOR: case T_AND: case T_TILDE:
    case T_MUL:
      x = unary_op(p, p->l.tok == T_MUL ? E_STAR : E_UNARY);
      x->unary.x = unary_expr(p);
      finish_expr(p, x);
      break;
    case T_ARROW:
      x = receive(p);
      break;
    default:
      x = primary_expr(p, NULL);
  }
  leave(p, &v);
  return x;
}

// Expression = UnaryExpr | Expression binary_op Expression .
Expr *binary_expr(Parser *p, Expr *x, int prec) {
  int height = 0;
  if (!x) {
    height = p->height;
    p->height = 0;
    x = unary_expr(p);
  }
  while (precedence[p->l.tok] > prec) {
    Expr *y = new_expr(E_BINARY, p->l.pos);
    y->op = (uint8_t)p->l.tok;
    next(p);
    y->binary.x = x;
    y->binary.y = binary_expr(p, NULL, precedence[y->op]);
    x = finish_expr(p, y);
    grow(p);
  }
  p->height = max(p->height, height);
  return x;
}

Expr *expr(Parser *p) {
  return binary_expr(p, NULL, 0);
}
