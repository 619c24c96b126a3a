// SPDX-License-Identifier: MIT
//
// Expressions: what each kind of expression denotes, its type, and its value
// if it is constant. Leaves mode, type and cv of every expression set; an
// expression with an error has mode MODE_INVALID and is silent from then on.
#include "types.h"

// ---- identifiers -----------------------------------------------------------

static const char *object_kind(Object *o) {
  switch (o->kind) {
  case OBJ_PKGNAME: return "package name";
  case OBJ_CONST: return "constant";
  case OBJ_TYPE: return "defined type";
  case OBJ_VAR:
    return o->var.is_field    ? "struct field"
           : o->var.is_result ? "result variable"
           : o->var.is_param  ? "parameter"
           : o->var.is_global ? "package-level variable"
                              : "local variable";
  case OBJ_FUNC: return "function";
  case OBJ_LABEL: return "label";
  case OBJ_BUILTIN: return "built-in function";
  case OBJ_NIL: return "untyped nil";
  default: return "object";
  }
}

// Which captures each function has already, so that adding one is cheap.
static Map capture_sets;

static void add_capture(FuncInfo *f, Object *v) {
  Map *set = map_get(&capture_sets, f);
  if (!set) {
    set = NEW(Map);
    map_put(&capture_sets, f, set);
  }
  if (map_has(set, v))
    return;
  map_put(set, v, v);
  vec_push(&f->captures, v);
}

// Every function between the use and the variable's own passes it on.
void capture_variable(Checker *c, Object *v) {
  if (!v->var.func || v->var.func == c->func)
    return;
  for (FuncInfo *f = c->func; f && f != v->var.func; f = f->outer) {
    v->var.captured = true;
    add_capture(f, v);
  }
}

void add_dependency(Checker *c, Object *obj) {
  if (!c->decl || obj->pkg != c->pkg)
    return;
  bool global = (obj->kind == OBJ_VAR && obj->var.is_global) ||
                (obj->kind == OBJ_FUNC && obj->func.info) ||
                obj->kind == OBJ_CONST;
  if (!global)
    return;
  if (!c->decl->deps)
    c->decl->deps = NEW(Map);
  map_put(c->decl->deps, obj, obj);
}

static void ident_const(Checker *c, Expr *x, Object *obj) {
  add_dependency(c, obj);
  if (!obj->pkg && strcmp(obj->name->s, "iota") == 0) {
    if (!c->iota) {
      check_error(c, x->pos, "cannot use iota outside constant declaration");
      return;
    }
    x->cv = (Const *)c->iota;
  } else {
    x->cv = obj->const_.cv;
  }
  if (!x->cv || obj->type->kind == TY_INVALID)
    return;
  x->mode = MODE_CONST;
}

static void ident_var(Checker *c, Expr *x, Object *obj) {
  if (obj->pkg == c->pkg)
    obj->used = true;
  add_dependency(c, obj);
  capture_variable(c, obj);
  if (obj->type->kind != TY_INVALID)
    x->mode = MODE_VAR;
}

static void undefined_name(Checker *c, Expr *x) {
  const char *name = x->ident.name->s, *std = load_options.stdlib;
  if (!is_identifier(x->ident.name))
    return;
  check_error(c, x->pos, "undefined: %s", name);
  const char *package = std ? nearest_package(std, name) : NULL;
  if (package && strcmp(package, name) == 0)
    note_at(x->pos, "package %s is not imported", name);
  else
    suggest_name(c, x);
}

static Object *find_ident(Checker *c, Expr *x) {
  Scope *where = NULL;
  Name *name = x->ident.name;
  // A repeated constant expression means what it says where it is repeated.
  Pos pos = c->iota_pos ? c->iota_pos : x->pos;
  Object *obj = scope_lookup_outward(c->scope, name, pos, &where);
  if (!obj) {
    if (is_blank(x))
      check_error(c, x->pos, "cannot use _ as value or type");
    else
      undefined_name(c, x);
    return NULL;
  }
  x->ident.obj = obj;
  // A name of another package without qualifier came by a dot import.
  if (c->file && where == c->file->scope && obj->kind != OBJ_PKGNAME)
    use_dot_import(c, obj);
  return obj;
}

// any and comparable came with type parameters.
static bool is_declared_yet(Checker *c, Expr *x, Object *obj) {
  if (obj->kind != OBJ_TYPE || obj->pkg || !obj->type ||
      (obj->type != type_any && obj->type != type_comparable))
    return true;
  return require_lang(c, x->pos, 18, arena_printf(perm, "predeclared %s",
                                                  obj->name->s));
}

void check_ident(Checker *c, Expr *x, bool want_type) {
  x->mode = MODE_INVALID;
  x->type = type_invalid;
  Object *obj = find_ident(c, x);
  if (!obj || !is_declared_yet(c, x, obj))
    return;
  if (want_type && obj->kind != OBJ_TYPE) {
    if (obj->kind != OBJ_BAD)
      check_error(c, x->pos, "%s (%s) is not a type", obj->name->s,
                  object_kind(obj));
    if (obj->kind == OBJ_VAR && obj->pkg == c->pkg)
      obj->used = true;
    return;
  }
  if (obj->kind == OBJ_PKGNAME) {
    check_error(c, x->pos, "use of package %s not in selector", obj->name->s);
    return;
  }
  if (!obj->type ||
      (obj->kind == OBJ_TYPE && want_type && obj->pkg == c->pkg))
    check_object(c, obj);
  if (!obj->type)
    obj->type = type_invalid;
  switch (obj->kind) {
  case OBJ_CONST:
    ident_const(c, x, obj);
    break;
  case OBJ_TYPE:
    if (obj->type->kind != TY_INVALID)
      x->mode = MODE_TYPE;
    break;
  case OBJ_VAR:
    ident_var(c, x, obj);
    break;
  case OBJ_FUNC:
    add_dependency(c, obj);
    if (obj->type->kind != TY_INVALID)
      x->mode = MODE_VALUE;
    break;
  case OBJ_BUILTIN:
    x->mode = MODE_BUILTIN;
    x->builtin = (uint8_t)obj->builtin;
    return;
  case OBJ_NIL:
    x->mode = MODE_NIL;
    x->type = types_basic[B_UNTYPED_NIL];
    return;
  default:
    return;
  }
  x->type = obj->type;
}

// ---- unary -----------------------------------------------------------------

static bool operator_fits(Token op, Type *t) {
  switch (op) {
  case T_ADD: case T_SUB: return is_numeric(t);
  case T_XOR: return is_integer(t);
  case T_NOT: return is_boolean(t);
  default: return false;
  }
}

static void address_of(Checker *c, Expr *e) {
  Expr *x = e->unary.x;
  if (unparen(x)->kind != E_COMPOSITE_LIT && x->mode != MODE_VAR) {
    check_error(c, expr_start(x),
                "invalid operation: cannot take address of %s",
                operand_string(c, x));
    return;
  }
  mark_addr_taken(x);
  e->mode = MODE_VALUE;
  e->type = type_pointer(x->type);
}

typedef struct Channels {  // of a type set
  Checker *c;
  bool recv;
  Type *first;
  const char *why;
} Channels;

static bool same_channel(Type *u, void *data) {
  Channels *k = data;
  const char *s = type_str(k->c, u);
  int dir = k->recv ? GL_RECV_DIR : GL_SEND_DIR;
  if (u->kind != TY_CHAN)
    k->why = arena_printf(perm, "non-channel %s", s);
  else if (!(u->chan.dir & dir))
    k->why = arena_printf(perm, "%s-only channel %s",
                          k->recv ? "send" : "receive", s);
  else if (k->first && !identical(k->first->chan.elem, u->chan.elem))
    k->why = arena_printf(perm, "channels %s and %s have different element "
                          "types", type_str(k->c, k->first), s);
  if (!k->first)
    k->first = u;
  return !k->why;
}

// The same for all channels of a type parameter's type set.
static Type *channels_elem(Checker *c, Pos pos, Expr *x, bool recv) {
  Channels k = {c, recv, NULL, NULL};
  if (each_under(x->type, same_channel, &k))
    return k.first->chan.elem;
  check_error(c, pos, "invalid operation: cannot %s %s: %s",
              recv ? "receive from" : "send to", operand_string(c, x),
              k.why ? k.why : "no specific channel type");
  return NULL;
}

// The element type if x is a channel that may be received from or sent to.
Type *channel_elem(Checker *c, Pos pos, Expr *x, bool recv) {
  if (is_type_param(x->type))
    return channels_elem(c, pos, x, recv);
  Type *u = under(x->type);
  const char *what;
  if (u->kind != TY_CHAN)
    what = "non-channel";
  else if (recv && !(u->chan.dir & GL_RECV_DIR))
    what = "send-only channel";
  else if (!recv && !(u->chan.dir & GL_SEND_DIR))
    what = "receive-only channel";
  else
    return u->chan.elem;
  check_error(c, pos, "invalid operation: cannot %s %s %s %s",
              recv ? "receive from" : "send to", what, type_str(c, x->type),
              operand_string(c, x));
  return NULL;
}

static void receive(Checker *c, Expr *e) {
  Expr *x = e->unary.x;
  Type *elem = channel_elem(c, expr_start(x), x, true);
  if (!elem)
    return;
  e->mode = MODE_COMMAOK;
  e->type = elem;
  c->has_call_or_recv = true;
}

static void unary_const(Checker *c, Expr *e, Token op) {
  Expr *x = e->unary.x;
  int bits = is_unsigned(x->type) ? (int)type_size(x->type) * 8 : 0;
  e->mode = MODE_CONST;
  e->cv = const_unary(op, x->cv, bits);
  check_overflow(c, e, e->pos);
}

static void unary(Checker *c, Expr *e) {
  Expr *x = e->unary.x;
  Token op = e->op;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return;
  if (op == T_AND) {
    address_of(c, e);
    return;
  }
  if (op == T_ARROW) {
    receive(c, e);
    return;
  }
  if (op == T_TILDE) {
    bool integer = is_integer(x->type);
    check_error(c, e->pos, "cannot use ~ outside of interface or type "
                "constraint%s",
                integer ? " (use ^ for bitwise complement)" : "");
    return;
  }
  if (!operator_fits(op, x->type)) {
    check_error(c, expr_start(x),
                "invalid operation: operator %s not defined on %s",
                token_text[op], operand_string(c, x));
    return;
  }
  e->type = x->type;
  if (x->mode == MODE_CONST && x->cv)
    unary_const(c, e, op);
  else
    e->mode = MODE_VALUE;
}

typedef struct Pointers {
  Type *elem;
  bool differ;
} Pointers;

static bool add_pointer(Type *u, void *data) {
  Pointers *p = data;
  if (u->kind != TY_POINTER)
    return false;
  p->differ = p->elem && !identical(p->elem, u->pointer.elem);
  p->elem = u->pointer.elem;
  return !p->differ;
}

// *x: a dereference, or a pointer type.
static void star(Checker *c, Expr *e) {
  Expr *x = e->unary.x;
  check_expr_or_type(c, x);
  if (x->mode == MODE_INVALID)
    return;
  if (x->mode == MODE_TYPE) {
    check_no_constraint(c, expr_start(x), x->type);
    e->mode = MODE_TYPE;
    e->type = type_pointer(x->type);
    return;
  }
  if (x->mode == MODE_NIL) {
    check_error(c, expr_start(x), "invalid operation: cannot indirect %s",
                operand_string(c, x));
    return;
  }
  Pointers p = {NULL, false};
  if (!each_under(x->type, add_pointer, &p)) {
    check_error(c, expr_start(x),
                p.differ ? "invalid operation: pointers of %s must have "
                           "identical base types"
                         : "invalid operation: cannot indirect %s",
                operand_string(c, x));
    return;
  }
  e->mode = MODE_VAR;
  e->type = p.elem;
}

// ---- type assertions -------------------------------------------------------

// x.(t), or `case t` of a type switch on x: t must be able to be in x.
void check_assertable(Checker *c, Expr *at, Expr *x, Type *t, bool is_case) {
  if (is_interface(t))
    return;
  Object *wrong = NULL;
  char *why = NULL;
  if (!missing_method(t, x->type, false, &wrong, &why, c->pkg))
    return;
  if (is_case)
    check_error(c, expr_start(at),
                "impossible type switch case: %s\n\t%s cannot have dynamic "
                "type %s %s",
                expr_string(perm, at), operand_string(c, x), type_str(c, t),
                why ? why : "");
  else
    check_error(c, expr_start(at),
                "impossible type assertion: %s\n\t%s does not implement %s %s",
                expr_string(perm, at), type_str(c, t), type_str(c, x->type),
                why ? why : "");
}

static void type_assert(Checker *c, Expr *e) {
  Expr *x = e->assert.x;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return;
  if (!e->assert.type) {
    check_error(c, e->pos, "invalid syntax tree: use of .(type) outside "
                "type switch");
    return;
  }
  if (is_type_param(x->type)) {
    check_error(c, expr_start(x),
                "invalid operation: cannot use type assertion on type "
                "parameter value %s",
                operand_string(c, x));
    return;
  }
  if (!is_interface(x->type)) {
    check_error(c, expr_start(x), "invalid operation: %s is not an interface",
                operand_string(c, x));
    return;
  }
  Type *t = check_var_type(c, e->assert.type);
  if (t->kind == TY_INVALID)
    return;
  check_assertable(c, e, x, t, false);
  e->mode = MODE_COMMAOK;
  e->type = t;
}

// ---- dispatch --------------------------------------------------------------

static void paren(Checker *c, Expr *e) {
  Expr *x = e->paren.x;
  check_raw_expr(c, x, NULL);
  e->mode = x->mode;
  e->type = x->type;
  e->cv = x->cv;
  e->builtin = x->builtin;
}

static void type_literal(Checker *c, Expr *x) {
  Type *t = check_type(c, x);
  x->mode = t->kind == TY_INVALID ? MODE_INVALID : MODE_TYPE;
  x->type = t;
}

static void raw(Checker *c, Expr *x, Type *hint) {
  x->mode = MODE_INVALID;
  x->type = type_invalid;
  x->cv = NULL;
  x->builtin = 0;
  x->comma_ok = false;
  switch (x->kind) {
  case E_BAD:
    return;
  case E_IDENT:
    check_ident(c, x, false);
    return;
  case E_BASIC_LIT:
    check_basic_lit(c, x);
    return;
  case E_COMPOSITE_LIT:
    check_composite(c, x, hint);
    return;
  case E_FUNC_LIT:
    check_func_lit(c, x);
    return;
  case E_PAREN:
    paren(c, x);
    return;
  case E_SELECTOR:
    check_selector(c, x, false);
    return;
  case E_INDEX:
    check_index(c, x);
    return;
  case E_SLICE:
    check_slice_expr(c, x);
    return;
  case E_TYPE_ASSERT:
    type_assert(c, x);
    return;
  case E_CALL:
    check_call(c, x, hint);
    return;
  case E_STAR:
    star(c, x);
    return;
  case E_UNARY:
    unary(c, x);
    return;
  case E_BINARY:
    check_binary(c, x);
    return;
  case E_KEY_VALUE:
    check_error(c, expr_start(x), "no key:value expected");
    return;
  case E_ELLIPSIS:
    check_error(c, x->pos, "invalid use of ...");
    return;
  case E_ARRAY_TYPE: case E_STRUCT_TYPE: case E_FUNC_TYPE:
  case E_INTERFACE_TYPE: case E_MAP_TYPE: case E_CHAN_TYPE:
    type_literal(c, x);
    return;
  }
}

// Generic types and functions are values only once they are instantiated;
// what is wanted may tell how.
static void exclude_generic(Checker *c, Expr *x, Type *wanted) {
  if (x->mode == MODE_TYPE && is_generic(x->type))
    check_error(c, expr_start(x),
                "cannot use generic type %s without instantiation",
                expr_string(perm, x));
  else if (!is_generic_func(x) || infer_value(c, x, wanted))
    return;
  x->mode = MODE_INVALID;
  x->type = type_invalid;
}

void check_raw_expr(Checker *c, Expr *x, Type *hint) {
  raw(c, x, hint);
  exclude_generic(c, x, hint);
}

void check_generic_expr(Checker *c, Expr *x) { raw(c, x, NULL); }

enum { NO_VALUE = 1, NO_TYPE = 2, NO_BUILTIN = 4, NO_TUPLE = 8 };

bool in_own_length(Checker *c, Type *t) {
  return c->in_length && t->kind == TY_NAMED && !t->named.targs.len &&
         needs_itself(c, t);
}

static void exclude(Checker *c, Expr *x, int what) {
  const char *before = "", *after = NULL;
  if (x->mode == MODE_NOVALUE && (what & NO_VALUE))
    after = what & NO_TYPE ? "used as value" : "used as value or type";
  else if (x->mode == MODE_BUILTIN && (what & NO_BUILTIN))
    after = "must be called";
  else if (x->mode == MODE_TYPE && (what & NO_TYPE))
    after = "is not an expression";
  else if (x->mode == MODE_TUPLE && (what & NO_TUPLE))
    before = "multiple-value ", after = "in single-value context";
  if (!after)
    return;
  if (x->mode == MODE_TYPE && in_own_length(c, x->type)) {
    x->mode = MODE_INVALID;
    return;
  }
  check_error(c, expr_start(x), "%s%s %s", before, operand_string(c, x),
              after);
  x->mode = MODE_INVALID;
}

void check_expr_hint(Checker *c, Expr *x, Type *hint) {
  check_raw_expr(c, x, hint);
  exclude(c, x, NO_VALUE | NO_TYPE | NO_BUILTIN | NO_TUPLE);
}

void check_expr(Checker *c, Expr *x) { check_expr_hint(c, x, NULL); }

void check_expr_or_type(Checker *c, Expr *x) {
  check_raw_expr(c, x, NULL);
  exclude(c, x, NO_VALUE | NO_TUPLE);
}

void check_multi_expr(Checker *c, Expr *x) {
  check_raw_expr(c, x, NULL);
  exclude(c, x, NO_VALUE | NO_TYPE | NO_BUILTIN);
}

// ---- array lengths ---------------------------------------------------------

static bool is_constant_name(Checker *c, Expr *x) {
  if (x->kind != E_IDENT)
    return true;
  Name *name = x->ident.name;
  Object *o = scope_lookup_outward(c->scope, name, x->pos, NULL);
  if (!o)
    check_error(c, x->pos,
                "undefined array length %s or missing type constraint",
                name->s);
  else if (o->kind != OBJ_CONST)
    check_error(c, x->pos, "invalid array length %s", name->s);
  if (o && o->kind == OBJ_VAR && o->pkg == c->pkg)
    o->used = true;
  return o && o->kind == OBJ_CONST;
}

int64_t check_array_len(Checker *c, Expr *x) {
  if (!is_constant_name(c, x))
    return -1;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return -1;
  if (x->mode != MODE_CONST) {
    check_error(c, expr_start(x), "array length %s must be constant",
                operand_string(c, x));
    return -1;
  }
  int64_t n;
  if ((is_untyped(x->type) || is_integer(x->type)) && is_numeric(x->type) &&
      const_int64(x->cv, &n) && n >= 0) {
    if (is_untyped(x->type))
      convert_untyped(c, x, types_basic[B_INT]);
    return n;
  }
  check_error(c, expr_start(x),
              is_integer(x->type) ? "invalid array length %s"
                                  : "array length %s must be integer",
              operand_string(c, x));
  return -1;
}
