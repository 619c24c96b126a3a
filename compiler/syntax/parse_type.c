// SPDX-License-Identifier: MIT
//
// Types, parameter lists and constraints.
#include "abi.h"
#include "parser.h"

// ---- names and simple types ------------------------------------------------

Expr *type(Parser *p) {
  Expr *x = maybe_type(p);
  if (x) return x;
  x = bad_expr(p);
  unexpected(p, ", expected type");
  advance_to(p, T_COMMA, T_COLON, T_SEMICOLON, T_RPAREN, T_RBRACK, T_RBRACE);
  return x;
}

static Expr *star(Parser *p, Pos pos, Expr *elem) {
  Expr *x = new_expr(E_STAR, pos);
  x->unary.x = elem;
  return finish_expr(p, x);
}

// TypeArgs = "[" TypeList [ "," ] "]" .
static Expr *type_args(Parser *p, Expr *generic) {
  Expr *x = new_expr(E_INDEX, generic->pos);
  x->index.x = generic;
  x->index.lbrack = p->l.pos;
  want(p, T_LBRACK);
  if (p->l.tok == T_RBRACK) {
    unexpected(p, ", expected type argument list");
    vec_push(&x->index.indices, bad_expr(p));
  } else {
    type_list(p, &x->index.indices, true);
  }
  want(p, T_RBRACK);
  return finish_expr(p, x);
}

// TypeName [ TypeArgs ] .
Expr *qualified_name(Parser *p, Expr *first) {
  Expr *x = first;
  if (!x && p->l.tok == T_IDENT) {
    x = name(p);
  } else if (!x) {
    x = blank_name(p);
    unexpected(p, ", expected name");
    advance_to(p, T_PERIOD, T_SEMICOLON, T_RBRACE);
  }
  if (got(p, T_PERIOD)) {
    Expr *s = new_expr(E_SELECTOR, x->pos);
    s->selector.x = x;
    s->selector.sel = name(p);
    x = finish_expr(p, s);
  }
  return p->l.tok == T_LBRACK ? type_args(p, x) : x;
}

Expr *array_type(Parser *p, Pos pos, Expr *len) {
  Expr *x = new_expr(E_ARRAY_TYPE, pos);
  x->array.len = len;
  if (!len) {
    x->array.ellipsis = got(p, T_ELLIPSIS);
    if (!x->array.ellipsis) {
      p->xnest++;
      x->array.len = expr(p);
      p->xnest--;
    }
  }
  if (p->l.tok == T_COMMA) {
    // Right in type parameters, but this is no such list.
    syntax_error(p, p->l.pos, "unexpected comma; expected ]");
    next(p);
  }
  want(p, T_RBRACK);
  x->array.elem = type(p);
  return finish_expr(p, x);
}

Expr *slice_type(Parser *p, Pos pos) {
  Expr *x = new_expr(E_ARRAY_TYPE, pos);
  x->array.elem = type(p);
  return finish_expr(p, x);
}

// ChannelType = ( "chan" | "chan" "<-" | "<-" "chan" ) ElementType .
static Expr *chan_type(Parser *p) {
  Expr *x = new_expr(E_CHAN_TYPE, p->l.pos);
  x->chan.dir = GL_BOTH_DIR;
  if (got(p, T_ARROW)) {
    want(p, T_CHAN);
    x->chan.dir = GL_RECV_DIR;
  } else {
    next(p);
    if (got(p, T_ARROW)) x->chan.dir = GL_SEND_DIR;
  }
  x->chan.elem = maybe_type(p);
  if (!x->chan.elem) {
    x->chan.elem = bad_expr(p);
    syntax_error(p, p->l.pos, "missing channel element type");
  }
  return finish_expr(p, x);
}

// MapType = "map" "[" KeyType "]" ElementType .
static Expr *map_type(Parser *p) {
  Expr *x = new_expr(E_MAP_TYPE, p->l.pos);
  next(p);
  want(p, T_LBRACK);
  x->map.key = type(p);
  want(p, T_RBRACK);
  x->map.value = type(p);
  return finish_expr(p, x);
}

// ---- structs ---------------------------------------------------------------

static Field *new_field(Expr *name, Expr *type, Pos pos) {
  Field *f = NEW(Field);
  f->name = name;
  f->type = type;
  f->pos = pos;
  return f;
}

static void add_embedded(Parser *p, FieldVec *fields, Pos pos, Expr *type,
                         CommentVec doc) {
  Field *f = new_field(NULL, type, pos);
  f->embedded = true;
  f->tag = maybe_literal(p);
  f->doc = doc;
  vec_push(fields, f);
}

// After a name: "[" "]" E and "[" n "]" E are types. "[" n "]" alone are type
// arguments; they are returned as an INDEX, whose x the caller sets.
static Expr *array_or_type_args(Parser *p) {
  Pos pos = p->l.pos;
  want(p, T_LBRACK);
  if (got(p, T_RBRACK)) return slice_type(p, pos);
  ExprVec list = {0};
  bool comma = type_list(p, &list, false);
  want(p, T_RBRACK);
  Expr *elem = comma ? NULL : maybe_type(p);
  Expr *x = new_expr(elem ? E_ARRAY_TYPE : E_INDEX, pos);
  if (elem) {
    x->array.len = list.at[0];
    x->array.elem = elem;
  } else {
    x->index.lbrack = pos;
    x->index.indices = list;
  }
  return finish_expr(p, x);
}

static void set_index_base(Expr *index, Expr *x) {
  index->index.x = x;
  index->pos = x->pos;
}

// A field that begins with a name.
static void named_field(Parser *p, FieldVec *fields, CommentVec doc) {
  Pos pos = p->l.pos;
  ExprVec names = {0};
  vec_push(&names, name(p));
  switch (p->l.tok) {
    case T_PERIOD: case T_STRING: case T_INT: case T_FLOAT: case T_IMAG:
    case T_CHAR: case T_BAD: case T_SEMICOLON: case T_RBRACE:
      add_embedded(p, fields, pos, qualified_name(p, names.at[0]), doc);
      return;
    default:
      break;
  }
  if (got(p, T_COMMA)) name_list(p, &names);
  Expr *t;
  if (names.len == 1 && p->l.tok == T_LBRACK) {
    t = array_or_type_args(p);
    if (t->kind == E_INDEX) {
      set_index_base(t, names.at[0]);
      add_embedded(p, fields, pos, t, doc);
      return;
    }
  } else {
    t = type(p);
  }
  Expr *tag = maybe_literal(p);
  for (int i = 0; i < names.len; i++) {
    Field *f = new_field(names.at[i], t, names.at[i]->pos);
    f->tag = tag;
    f->doc = doc;
    f->shares_type = i > 0;
    vec_push(fields, f);
  }
}

// ( "*" T ) and * ( T ) with complaints; the current token is "(".
static Expr *parenthesized_embedded(Parser *p) {
  syntax_error(p, p->l.pos, "cannot parenthesize embedded type");
  next(p);
  Pos pos = p->l.pos;
  bool pointer = got(p, T_MUL);
  Expr *x = qualified_name(p, NULL);
  if (pointer) x = star(p, pos, x);
  got(p, T_RPAREN);
  return x;
}

// FieldDecl = ( IdentifierList Type | EmbeddedField ) [ Tag ] .
// EmbeddedField = [ "*" ] TypeName [ TypeArgs ] .
static bool field_decl(Parser *p, void *data) {
  FieldVec *fields = data;
  CommentVec doc = lead_comments(p);
  Pos pos = p->l.pos;
  Expr *x;
  switch (p->l.tok) {
    case T_IDENT:
      named_field(p, fields, doc);
      break;
    case T_MUL:
      next(p);
      x = p->l.tok == T_LPAREN ? parenthesized_embedded(p)
                               : qualified_name(p, NULL);
      add_embedded(p, fields, pos, star(p, pos, x), doc);
      break;
    case T_LPAREN:
      x = parenthesized_embedded(p);
      add_embedded(p, fields, pos, x, doc);
      break;
    default:
      unexpected(p, ", expected field name or embedded type");
      advance_to(p, T_SEMICOLON, T_RBRACE);
  }
  return false;
}

// StructType = "struct" "{" { FieldDecl ";" } "}" .
static Expr *struct_type(Parser *p) {
  Expr *x = new_expr(E_STRUCT_TYPE, p->l.pos);
  next(p);
  want(p, T_LBRACE);
  list(p, "struct type", T_SEMICOLON, T_RBRACE, field_decl,
       &x->struct_.fields);
  return finish_expr(p, x);
}

// ---- interfaces and constraints --------------------------------------------

// TypeTerm = [ "~" ] Type .
static Expr *type_term(Parser *p) {
  Expr *x;
  if (p->l.tok == T_TILDE) {
    x = new_expr(E_UNARY, p->l.pos);
    x->op = T_TILDE;
    next(p);
    x->unary.x = type(p);
    return finish_expr(p, x);
  }
  x = maybe_type(p);
  if (x) return x;
  x = bad_expr(p);
  unexpected(p, ", expected ~ term or type");
  advance_to(p, T_OR, T_SEMICOLON, T_RPAREN, T_RBRACK, T_RBRACE);
  return x;
}

// TypeElem = TypeTerm { "|" TypeTerm } . The first may be parsed already.
static Expr *type_elem(Parser *p, Expr *first) {
  Expr *x = first ? first : type_term(p);
  while (p->l.tok == T_OR) {
    Expr *y = new_expr(E_BINARY, p->l.pos);
    y->op = T_OR;
    next(p);
    y->binary.x = x;
    y->binary.y = type_term(p);
    grow(p);
    x = finish_expr(p, y);
  }
  return x;
}

static const char *const METHOD = "interface method";

// After name "[" "]": neither type parameters nor arguments.
static void empty_brackets(Parser *p, Field *f, Expr *name) {
  Pos pos = p->l.pos;
  next(p);
  if (p->l.tok == T_LPAREN) {
    parse_error(p, pos, "empty type parameter list");
    f->name = name;
    f->type = func_type(p, p->l.pos, METHOD);
  } else {
    parse_error(p, pos, "empty type argument list");
    f->type = name;
  }
}

// After name and with "[" as the current token: an embedded T[A, B], or a
// method with type parameters, which is an error.
static void method_or_instance(Parser *p, Field *f, Expr *name) {
  Pos pos = p->l.pos;
  next(p);
  if (p->l.tok == T_RBRACK) {
    empty_brackets(p, f, name);
    return;
  }
  // Type arguments look like parameters without names.
  FieldVec args = param_list(p, (ParamList){.close = T_RBRACK});
  if (!args.len && p->l.tok != T_LPAREN) {
    f->type = name;
  } else if (!args.len || args.at[0]->name) {
    f->name = name;
    f->type = func_type(p, p->l.pos, METHOD);
    if (args.len)
      parse_error(p, pos, "interface method must have no type parameters");
  } else {
    Expr *x = new_expr(E_INDEX, name->pos);
    x->index.x = name;
    x->index.lbrack = pos;
    vec_each(Field *, arg, &args) vec_push(&x->index.indices, (*arg)->type);
    f->type = finish_expr(p, x);
  }
}

// InterfaceElem = MethodName Signature | TypeElem .
static bool interface_elem(Parser *p, void *data) {
  FieldVec *elems = data;
  Level v;
  if (!enter(p, &v)) return true;
  Field *f = new_field(NULL, NULL, p->l.pos);
  f->doc = lead_comments(p);
  if (p->l.tok == T_IDENT) {
    Expr *first = name(p);
    if (p->l.tok == T_LPAREN) {
      f->name = first;
      f->type = func_type(p, p->l.pos, METHOD);
    } else if (p->l.tok == T_LBRACK) {
      method_or_instance(p, f, first);
    } else {
      f->type = qualified_name(p, first);
    }
  }
  if (!f->name) {
    f->type = type_elem(p, f->type);
    f->embedded = true;
  }
  vec_push(elems, f);
  leave(p, &v);
  return false;
}

// InterfaceType = "interface" "{" { InterfaceElem ";" } "}" .
static Expr *interface_type(Parser *p) {
  Expr *x = new_expr(E_INTERFACE_TYPE, p->l.pos);
  next(p);
  want(p, T_LBRACE);
  list(p, "interface type", T_SEMICOLON, T_RBRACE, interface_elem,
       &x->interface.elems);
  return finish_expr(p, x);
}

// ---- parameters ------------------------------------------------------------

// ...T
static Expr *dots_type(Parser *p) {
  Expr *x = new_expr(E_ELLIPSIS, p->l.pos);
  next(p);
  x->ellipsis.elem = maybe_type(p);
  if (x->ellipsis.elem) return finish_expr(p, x);
  x = bad_expr(p);
  syntax_error(p, p->l.pos, "... is missing type");
  return x;
}

// name "[" ..., name "." ... and name "|" ...: a type that begins with the
// name, or name followed by an array or slice type. False: none of these.
static bool param_after_name(Parser *p, Field *f, Expr *name, bool sets_ok) {
  if (p->l.tok == T_LBRACK) {
    f->type = array_or_type_args(p);
    if (f->type->kind == E_INDEX)
      set_index_base(f->type, name);
    else
      f->name = name;
  } else if (p->l.tok == T_PERIOD) {
    f->type = qualified_name(p, name);
  } else if (sets_ok && p->l.tok == T_OR) {
    f->type = name;
  } else {
    return false;
  }
  if (sets_ok && p->l.tok == T_OR) f->type = type_elem(p, f->type);
  return true;
}

// ParameterDecl = [ identifier ] [ "..." ] Type . A lone name may turn out to
// be a type; param_list decides. The name may be parsed already.
static Field *maybe_param(Parser *p, Expr *first, Token close) {
  bool sets_ok = close == T_RBRACK;  // type parameters: ~T and A|B
  Field *f = new_field(NULL, NULL, first ? first->pos : p->l.pos);
  if (first || p->l.tok == T_IDENT) {
    if (!first) first = name(p);
    if (param_after_name(p, f, first, sets_ok)) return f;
    f->name = first;
  }
  if (p->l.tok == T_ELLIPSIS) {
    f->type = dots_type(p);
    return f;
  }
  if (sets_ok && p->l.tok == T_TILDE) {
    f->type = type_elem(p, NULL);
    return f;
  }
  f->type = maybe_type(p);
  if (sets_ok && f->type && p->l.tok == T_OR) f->type = type_elem(p, f->type);
  if (f->name || f->type) return f;
  unexpected(p, ", expected %s", token_string(close));
  advance_to(p, T_COMMA, close);
  return NULL;
}

typedef struct Params {
  ParamList opt;
  FieldVec fields;
  int named;  // fields with name and type
  int typed;  // fields with a type
} Params;

static bool param_decl(Parser *p, void *data) {
  Params *ps = data;
  Field *f;
  Level v;
  if (!enter(p, &v)) return true;
  if (ps->opt.type)
    f = new_field(ps->opt.name, ps->opt.type, ps->opt.name->pos);
  else
    f = maybe_param(p, ps->opt.name, ps->opt.close);
  leave(p, &v);
  ps->opt.name = ps->opt.type = NULL;
  if (!f) return false;
  if (f->name && f->type) ps->named++;
  if (f->type) ps->typed++;
  vec_push(&ps->fields, f);
  return false;
}

// Gives names without a type the type to their right. Returns the leftmost
// field that has no name or no type, or 0.
static Pos distribute_types(FieldVec *fields) {
  Pos wrong = 0;
  Expr *t = NULL;
  for (int i = fields->len - 1; i >= 0; i--) {
    Field *f = fields->at[i];
    if (f->type) {
      t = f->type;
      if (!f->name) {
        wrong = expr_start(t);
        f->name = ident(name_cstr("_"), wrong, wrong);
      }
    } else if (t) {
      f->type = t;
      fields->at[i + 1]->shares_type = true;
    } else {
      wrong = f->name->pos;
      f->type = new_expr(E_BAD, wrong);
      f->type->end = wrong;
    }
  }
  return wrong;
}

// Some are named, so all must be.
static void complain_about_names(Parser *p, const Params *ps, Pos wrong,
                                 Pos end) {
  bool tparams = ps->opt.require_names;
  if (ps->named == ps->typed)  // names without types, at the end of the list
    syntax_error(p, end, tparams ? "missing type constraint"
                                 : "missing parameter type");
  else if (!tparams)
    syntax_error(p, wrong, "missing parameter name");
  else
    syntax_error(p, wrong, "missing type parameter name%s",
                 ps->fields.len == 1 ? " or invalid array length" : "");
}

static void check_dots(Parser *p, Params *ps) {
  bool reported = false;
  for (int i = 0; i < ps->fields.len; i++) {
    Field *f = ps->fields.at[i];
    bool last = i == ps->fields.len - 1;
    if (f->type->kind != E_ELLIPSIS || (ps->opt.dots_ok && last)) continue;
    if (!reported)
      parse_error(p, f->type->pos,
                  ps->opt.dots_ok ? "can only use ... with final parameter"
                                  : "invalid use of ...");
    reported = true;
    f->type = f->type->ellipsis.elem;
  }
}

// Parameters = "(" [ ParameterList [ "," ] ] ")" .
// TypeParameters = "[" TypeParamList [ "," ] "]" .
// The opening bracket has been consumed.
FieldVec param_list(Parser *p, ParamList opt) {
  Params ps = {.opt = opt};
  Pos end = p->l.pos;
  if (opt.name && opt.type && p->l.tok == opt.close) {
    param_decl(p, &ps);  // list calls nobody for an empty list
    next(p);
  } else {
    end = list(p, "parameter list", T_COMMA, opt.close, param_decl, &ps);
  }
  if (!ps.named && !opt.require_names) {
    // No names at all: what looked like names are types.
    vec_each(Field *, f, &ps.fields) {
      if (!(*f)->name) continue;
      (*f)->type = (*f)->name;
      (*f)->name = NULL;
    }
  } else if (ps.named != ps.fields.len) {
    Pos wrong = distribute_types(&ps.fields);
    if (wrong) complain_about_names(p, &ps, wrong, end);
  }
  check_dots(p, &ps);
  return ps.fields;
}

// Result = Parameters | Type .
static FieldVec result(Parser *p) {
  FieldVec fields = {0};
  if (got(p, T_LPAREN))
    return param_list(p, (ParamList){.close = T_RPAREN});
  Pos pos = p->l.pos;
  Expr *t = maybe_type(p);
  if (t) vec_push(&fields, new_field(NULL, t, pos));
  return fields;
}

// Signature = Parameters [ Result ] .
Expr *func_type(Parser *p, Pos pos, const char *context) {
  Expr *x = new_expr(E_FUNC_TYPE, pos);
  Pos lbrack = p->l.pos;
  if (got(p, T_LBRACK)) {
    if (context)
      syntax_error(p, lbrack, "%s must have no type parameters", context);
    if (p->l.tok == T_RBRACK) {
      syntax_error(p, p->l.pos, "empty type parameter list");
      next(p);
    } else {
      x->functype.tparams = param_list(
          p, (ParamList){.close = T_RBRACK, .require_names = true});
      // Reported; the checker need not know.
      if (context) x->functype.tparams = (FieldVec){0};
    }
  }
  want(p, T_LPAREN);
  x->functype.params =
      param_list(p, (ParamList){.close = T_RPAREN, .dots_ok = true});
  x->functype.results = result(p);
  return finish_expr(p, x);
}

// ---- all types -------------------------------------------------------------

// Type = TypeName [ TypeArgs ] | TypeLit | "(" Type ")" .
// TypeLit = ArrayType | StructType | PointerType | FunctionType
//         | InterfaceType | SliceType | MapType | ChannelType .
static Expr *type_of_token(Parser *p) {
  Pos pos = p->l.pos;
  Expr *x;
  switch (p->l.tok) {
    case T_MUL:
      next(p);
      return star(p, pos, type(p));
    case T_ARROW: case T_CHAN:
      return chan_type(p);
    case T_FUNC:
      next(p);
      return func_type(p, p->l.pos, "function type");
    case T_LBRACK:
      next(p);
      if (got(p, T_RBRACK)) return slice_type(p, pos);
      return array_type(p, pos, NULL);
    case T_MAP:
      return map_type(p);
    case T_STRUCT:
      return struct_type(p);
    case T_INTERFACE:
      return interface_type(p);
    case T_IDENT:
      return qualified_name(p, NULL);
    case T_LPAREN:
      next(p);
      x = new_expr(E_PAREN, pos);
      x->paren.x = type(p);
      x->paren.x->in_parens = true;
      want(p, T_RPAREN);
      return finish_expr(p, x);
    default:
      return NULL;
  }
}

Expr *maybe_type(Parser *p) {
  Level v;
  if (!enter(p, &v)) return bad_expr(p);
  Expr *x = type_of_token(p);
  leave(p, &v);
  return x;
}
