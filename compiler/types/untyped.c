// SPDX-License-Identifier: MIT
//
// Untyped values: which type an untyped constant, shift or comparison takes
// from its context, and giving that type to the whole expression below it.
// Requires checked expressions. Every expression is visited only while it is
// untyped, and each visit gives it a larger kind or its final type, so all
// conversions of an expression together take linear time.
#include "types.h"

static bool is_const(const Expr *x) {
  return x->mode == MODE_CONST && x->cv;
}

static bool is_comparison(int op) {
  return op == T_EQL || op == T_NEQ || op == T_LSS || op == T_LEQ ||
         op == T_GTR || op == T_GEQ;
}

// The larger of two untyped numeric kinds, or the kind both have.
static Type *larger_kind(Type *x, Type *y) {
  if (x == y)
    return x;
  if (is_numeric(x) && is_numeric(y))
    return x->basic.kind > y->basic.kind ? x : y;
  return NULL;
}

static ConvCode represent(Expr *x, Type *basic, Const **cv) {
  Const *v = const_represent(x->cv, basic);
  if (v) {
    *cv = v;
    return CONV_OK;
  }
  if (!is_numeric(x->type) || !is_numeric(basic))
    return CONV_INVALID;
  return !is_integer(x->type) && is_integer(basic) ? CONV_TRUNCATED
                                                   : CONV_OVERFLOW;
}

static bool kind_fits(Type *from, Type *to) {
  switch (from->basic.kind) {
  case B_UNTYPED_BOOL: return is_boolean(to);
  case B_UNTYPED_INT: case B_UNTYPED_RUNE:
  case B_UNTYPED_FLOAT: case B_UNTYPED_COMPLEX: return is_numeric(to);
  case B_UNTYPED_STRING: return is_string(to);
  default: return false;
  }
}

static bool fits_every_term(Checker *c, Expr *x, Type *target) {
  Type *u = under(target);
  if (u->kind != TY_INTERFACE)
    return false;
  interface_complete(u);
  if (!u->interface.has_terms || u->interface.terms.len == 0)
    return false;
  vec_each(struct Term, t, &u->interface.terms) {
    Type *type;
    Const *cv;
    if (implicit_type(c, x, under(t->type), &type, &cv) != CONV_OK)
      return false;
  }
  return true;
}

// The type x takes where a target is wanted, and its value rounded to it
// (NULL: unchanged).
ConvCode implicit_type(Checker *c, Expr *x, Type *target, Type **type,
                       Const **cv) {
  *cv = NULL;
  *type = x->type;
  if (x->mode == MODE_INVALID || !is_untyped(x->type) ||
      target->kind == TY_INVALID)
    return CONV_OK;
  *type = target;
  if (is_untyped(target)) {
    *type = larger_kind(x->type, target);
    return *type ? CONV_OK : CONV_INVALID;
  }
  if (x->mode == MODE_NIL)
    return has_nil(target) ? CONV_OK : CONV_INVALID;
  if (is_type_param(target))
    return fits_every_term(c, x, target) ? CONV_OK : CONV_INVALID;
  Type *u = under(target);
  if (u->kind == TY_BASIC) {
    if (is_const(x))
      return represent(x, u, cv);
    return kind_fits(x->type, u) ? CONV_OK : CONV_INVALID;
  }
  if (u->kind != TY_INTERFACE)
    return CONV_INVALID;
  interface_complete(u);
  if (u->interface.all.len || u->interface.has_terms)
    return CONV_INVALID;
  *type = default_type(x->type);
  return CONV_OK;
}

static void report(Checker *c, Expr *x, Type *target, ConvCode code) {
  const char *text = operand_string(c, x);
  const char *type = type_str(c, target);
  Pos pos = expr_start(x);
  if (code == CONV_TRUNCATED)
    check_error(c, pos, "%s truncated to %s", text, type);
  else if (code == CONV_OVERFLOW)
    check_error(c, pos, "%s overflows %s", text, type);
  else
    check_error(c, pos, "cannot convert %s to type %s", text, type);
}

// The value of a constant that gets its final type t.
static void final_value(Checker *c, Expr *x, Type *t) {
  Type *type;
  Const *cv;
  ConvCode code = implicit_type(c, x, t, &type, &cv);
  if (code != CONV_OK) {
    report(c, x, is_type_param(t) ? t : under(t), code);
    x->mode = MODE_INVALID;
    return;
  }
  if (cv)
    x->cv = cv;
}

// One expression; its operands are the caller's business.
static void update_one(Checker *c, Expr *x, Type *t, bool shifted) {
  if (!is_untyped(t)) {
    if (shifted && !is_integer(t)) {
      check_error(c, expr_start(x),
                  "invalid operation: shifted operand %s (type %s) must be "
                  "integer",
                  expr_string(perm, x), type_str(c, t));
      x->mode = MODE_INVALID;
      return;
    }
    if (is_const(x))
      final_value(c, x, t);
  }
  x->type = t;
}

// Operands share the type of a non-constant expression; those of a constant
// do not matter any more, as its value stands for them. Left operands are
// followed in a loop: chains are long.
void update_type(Checker *c, Expr *x, Type *t) {
  bool shifted = false;
  ExprVec right = {0};
  while (x && x->mode != MODE_INVALID && x->type && is_untyped(x->type)) {
    Expr *next = NULL;
    bool next_shifted = false;
    if (x->kind == E_PAREN) {
      next = x->paren.x;
      next_shifted = shifted;
    } else if (!is_const(x) && x->kind == E_UNARY && x->op != T_ARROW &&
               x->op != T_AND) {
      next = x->unary.x;
    } else if (!is_const(x) && x->kind == E_BINARY && !is_comparison(x->op)) {
      next = x->binary.x;
      if (x->op == T_SHL || x->op == T_SHR)
        next_shifted = is_const(next);
      else
        vec_push(&right, x->binary.y);
    }
    update_one(c, x, t, shifted);
    if (next_shifted && x->kind == E_PAREN && x->mode == MODE_INVALID)
      break;
    x = next;
    shifted = next_shifted;
  }
  while (right.len > 0)
    update_type(c, right.at[--right.len], t);
}

static void set_value(Expr *x, Const *cv) {
  for (; x; x = x->kind == E_PAREN ? x->paren.x : NULL)
    x->cv = cv;
}

bool try_convert_untyped(Checker *c, Expr *x, Type *target) {
  Type *type;
  Const *cv;
  ConvCode code = implicit_type(c, x, target, &type, &cv);
  if (code != CONV_OK) {
    report(c, x, is_type_param(target) ? target : under(target), code);
    return false;
  }
  if (cv)
    set_value(x, cv);
  if (type != x->type)
    update_type(c, x, type);
  return x->mode != MODE_INVALID;
}

void convert_untyped(Checker *c, Expr *x, Type *t) {
  if (!try_convert_untyped(c, x, t))
    x->mode = MODE_INVALID;
}

void use_default_type(Checker *c, Expr *x) {
  if (x->mode == MODE_INVALID || !x->type || !is_untyped(x->type) ||
      x->mode == MODE_NIL)
    return;
  convert_untyped(c, x, default_type(x->type));
}

// ---- equality --------------------------------------------------------------

void const_key(Buf *b, const Const *cv) {
  ConstKind kind = const_kind(cv);
  bool number = kind != CONST_BOOL && kind != CONST_STRING;
  Const *integer = number ? const_to_int(cv) : NULL;
  int64_t i;
  uint64_t u;
  size_t n;
  if (integer && const_int64(integer, &i)) {
    buf_printf(b, "i%lld", (long long)i);
  } else if (integer && const_uint64(integer, &u)) {
    buf_printf(b, "i%llu", (unsigned long long)u);
  } else if (kind == CONST_BOOL) {
    buf_adds(b, const_bool(cv) ? "true" : "false");
  } else if (kind == CONST_STRING) {
    const char *s = const_string(cv, &n);
    buf_addc(b, 's');
    buf_add(b, s, n);
  } else {
    buf_printf(b, "f%a %a", const_double(cv), const_imag_double(cv));
  }
}

// ---- assignment ------------------------------------------------------------

// What is assigned to, for messages: the words are needed only for errors,
// and callees can be long.
typedef struct Context {
  const char *text;
  Expr *fun;
  Type *shown;  // the type assigned to, as messages name it
} Context;

static const char *context_text(const Context *k) {
  if (k->text)
    return k->text;
  return arena_printf(perm, "argument to %s", expr_string(perm, k->fun));
}

static bool fail(Expr *x) {
  x->mode = MODE_INVALID;
  return false;
}

static bool assign_untyped(Checker *c, Expr *x, Type *t, const Context *k) {
  Type *target = t;
  if (x->mode == MODE_NIL) {
    if (!t) {
      check_error(c, expr_start(x), "use of untyped nil in %s",
                  context_text(k));
      return fail(x);
    }
  } else if (!t || (is_interface(t) && !is_type_param(t))) {
    target = default_type(x->type);
  }
  Type *type;
  Const *cv;
  ConvCode code = implicit_type(c, x, target, &type, &cv);
  if (code != CONV_OK) {
    check_error(c, expr_start(x), "cannot use %s as %s value in %s%s",
                operand_string(c, x),
                type_str(c, target == t ? k->shown : target), context_text(k),
                code == CONV_TRUNCATED  ? " (truncated)"
                : code == CONV_OVERFLOW ? " (overflows)"
                                        : "");
    return fail(x);
  }
  if (cv)
    set_value(x, cv);
  if (type != x->type)
    update_type(c, x, type);
  return x->mode != MODE_INVALID;
}

static bool assign(Checker *c, Expr *x, Type *t, const Context *k) {
  switch (x->mode) {
  case MODE_INVALID:
    return false;
  case MODE_TUPLE:
    check_error(c, expr_start(x), "multiple-value %s in single-value context",
                operand_string(c, x));
    return fail(x);
  case MODE_NOVALUE: case MODE_BUILTIN: case MODE_TYPE:
    check_error(c, expr_start(x), "cannot assign %s to %s in %s",
                operand_string(c, x), type_str(c, t), context_text(k));
    return fail(x);
  default:
    break;
  }
  if (is_untyped(x->type) && !assign_untyped(c, x, t, k))
    return false;
  Type *u = under(x->type);
  if (u->kind == TY_FUNC && u->func.tparams.len) {
    check_error(c, expr_start(x),
                "cannot use generic function %s without instantiation in %s",
                expr_string(perm, x), context_text(k));
    return fail(x);
  }
  if (!t)
    return true;
  char *why = NULL;
  if (assignable(c, x, t, &why))
    return true;
  check_error(c, expr_start(x), "cannot use %s as %s value in %s%s%s",
              operand_string(c, x), type_str(c, k->shown), context_text(k),
              why && *why ? ": " : "", why ? why : "");
  return fail(x);
}

bool check_assignment(Checker *c, Expr *x, Type *t, const char *context) {
  Type *shown = c->shown;
  c->shown = NULL;
  return assign(c, x, t, &(Context){context, NULL, shown ? shown : t});
}

bool check_argument(Checker *c, Expr *x, Type *t, Expr *fun) {
  return assign(c, x, t, &(Context){NULL, fun, t});
}
