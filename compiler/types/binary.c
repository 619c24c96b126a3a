// SPDX-License-Identifier: MIT
//
// Binary expressions: arithmetic, shifts and comparisons. Chains such as
// a + b + c... nest to the left and may be 100,000 long, so they are walked
// in a loop; only right operands recurse.
#include "types.h"

// The largest shift count of a constant: the smallest float64 is 1>>1074.
enum { SHIFT_LIMIT = 1023 - 1 + 52, UNTYPED_BITS = 512 };

static bool is_const(const Expr *x) {
  return x->mode == MODE_CONST && x->cv;
}

static bool is_shift(Token op) { return op == T_SHL || op == T_SHR; }

static bool is_comparison(Token op) {
  return op == T_EQL || op == T_NEQ || op == T_LSS || op == T_LEQ ||
         op == T_GTR || op == T_GEQ;
}

static const char *operation_name(const Expr *x) {
  if (x->kind == E_UNARY)
    return x->op == T_XOR ? "bitwise complement " : "";
  if (x->kind != E_BINARY)
    return "";
  switch (x->op) {
  case T_ADD: return "addition ";
  case T_SUB: return "subtraction ";
  case T_XOR: return "bitwise XOR ";
  case T_MUL: return "multiplication ";
  case T_SHL: return "shift ";
  default: return "";
  }
}

// x is a constant whose value was just computed; NULL: it has none.
bool check_overflow(Checker *c, Expr *x, Pos op_pos) {
  if (!x->cv || (is_untyped(x->type) && const_kind(x->cv) == CONST_INT &&
                 const_bit_len(x->cv) > UNTYPED_BITS)) {
    if (is_untyped(x->type) && !is_integer(x->type))
      check_error(c, op_pos, "constant result is not representable");
    else
      check_error(c, op_pos, "constant %soverflow", operation_name(x));
    x->mode = MODE_INVALID;
    return false;
  }
  if (is_untyped(x->type))
    return true;
  Type *u = under(x->type);
  if (u->kind != TY_BASIC)
    return true;
  Const *v = const_represent(x->cv, u);
  if (v) {
    x->cv = v;
    return true;
  }
  check_error(c, x->kind == E_UNARY || x->kind == E_BINARY ? expr_start(x)
                                                           : op_pos,
              is_numeric(u) ? "%s overflows %s" : "cannot convert %s to type "
              "%s",
              operand_string(c, x), type_str(c, u));
  x->mode = MODE_INVALID;
  return false;
}

// ---- shifts ----------------------------------------------------------------

static bool is_integral(Expr *x) {
  return is_const(x) && is_numeric(x->type) && const_to_int(x->cv);
}

static bool bad_shifted(Checker *c, Expr *x) {
  check_error(c, expr_start(x),
              "invalid operation: shifted operand %s must be integer",
              operand_string(c, x));
  return false;
}

static bool check_const_count(Checker *c, Expr *y) {
  Const *v = is_numeric(y->type) ? const_to_int(y->cv) : NULL;
  if (v && const_sign(v) < 0) {
    check_error(c, expr_start(y),
                "invalid operation: negative shift count %s",
                operand_string(c, y));
    return false;
  }
  if (is_untyped(y->type))
    return try_convert_untyped(c, y, types_basic[B_UINT]);
  if (is_integer(y->type))
    return true;
  // A constant of another type will do if its value is an integer.
  if (v) {
    y->type = types_basic[B_UINT];
    y->cv = v;
    return true;
  }
  check_error(c, expr_start(y),
              "invalid operation: shift count %s must be integer",
              operand_string(c, y));
  return false;
}

static bool check_count(Checker *c, Expr *y) {
  if (is_const(y))
    return check_const_count(c, y);
  if (is_untyped(y->type) && y->mode != MODE_NIL && is_integer(y->type))
    return try_convert_untyped(c, y, types_basic[B_UINT]);
  if (is_integer(y->type)) {
    if (is_unsigned(y->type) || !c->file || c->file->lang >= 13)
      return true;
    return require_lang(c, expr_start(y), 13,
                        arena_printf(perm,
                                     "invalid operation: signed shift count "
                                     "%s",
                                     operand_string(c, y)));
  }
  if (is_untyped(y->type) && y->mode != MODE_NIL)
    return try_convert_untyped(c, y, types_basic[B_UINT]);
  check_error(c, expr_start(y),
              "invalid operation: shift count %s must be integer",
              operand_string(c, y));
  return false;
}

// written: y as it was before it was made a uint, for the message.
static void shift_const(Checker *c, Expr *e, Expr *x, Expr *y, Token op,
                        const Expr *written) {
  uint64_t count;
  if (!const_uint64(y->cv, &count) || count > SHIFT_LIMIT) {
    check_error(c, expr_start(y), "invalid operation: invalid shift count %s",
                operand_string(c, written));
    return;
  }
  e->mode = MODE_CONST;
  e->type = is_integer(x->type) ? x->type : types_basic[B_UNTYPED_INT];
  e->cv = const_shift(const_to_int(x->cv), op, (unsigned)count);
  check_overflow(c, e, e->pos);
}

static void shift(Checker *c, Expr *e, Expr *x, Expr *y, Token op) {
  bool integral = is_integral(x);
  if (!is_integer(x->type) && !(is_untyped(x->type) && integral)) {
    bad_shifted(c, x);
    return;
  }
  Expr written = *y;
  if (!check_count(c, y))
    return;
  if (is_const(x) && is_const(y)) {
    shift_const(c, e, x, y, op, &written);
    return;
  }
  e->type = x->type;
  // An untyped constant on the left takes the type the whole shift gets
  // from its context; update_type brings it down here.
  if (!(is_const(x) && is_untyped(x->type)) && !is_integer(x->type)) {
    bad_shifted(c, x);
    return;
  }
  e->mode = MODE_VALUE;
}

// ---- operand types ---------------------------------------------------------

static bool may_convert(Expr *x, Expr *y) {
  Type *s = x->type, *t = y->type;
  if (is_typed(s) && is_typed(t))
    return false;
  if (is_numeric(s) != is_numeric(t))
    return false;
  if (is_interface(s) || is_interface(t))
    return true;
  if (is_boolean(s) != is_boolean(t) || is_string(s) != is_string(t))
    return false;
  if (x->mode == MODE_NIL)
    return has_nil(t);
  if (y->mode == MODE_NIL)
    return has_nil(s);
  return under(s)->kind != TY_POINTER && under(t)->kind != TY_POINTER;
}

bool match_types(Checker *c, Expr *x, Expr *y) {
  if (!may_convert(x, y))
    return true;
  return try_convert_untyped(c, x, y->type) &&
         try_convert_untyped(c, y, x->type);
}

// ---- comparisons -----------------------------------------------------------

static const char *incomparable_cause(Checker *c, Type *t) {
  Type *u = under(t);
  if (u->kind == TY_SLICE || u->kind == TY_FUNC || u->kind == TY_MAP)
    return arena_printf(perm, "%s can only be compared to nil",
                        composite_kind(t));
  char *why = NULL;
  (void)c;
  comparable_type(t, &why);
  return why ? why : "";
}

// Finds what is wrong with x op y; the operand to blame, or NULL.
static Expr *comparison_fault(Checker *c, Expr *x, Expr *y, Token op,
                              const char **cause) {
  if (!assignable(c, x, y->type, NULL) && !assignable(c, y, x->type, NULL)) {
    *cause = arena_printf(perm, "mismatched types %s and %s",
                          type_str(c, x->type), type_str(c, y->type));
    return y;
  }
  if (op == T_EQL || op == T_NEQ) {
    if (x->mode == MODE_NIL && y->mode == MODE_NIL)
      return y;
    if (x->mode == MODE_NIL || y->mode == MODE_NIL)
      return has_nil(x->mode == MODE_NIL ? y->type : x->type) ? NULL : y;
    Expr *bad = !comparable_type(x->type, NULL)   ? x
                : !comparable_type(y->type, NULL) ? y
                                                  : NULL;
    if (bad)
      *cause = incomparable_cause(c, bad->type);
    return bad;
  }
  return !is_ordered(x->type) ? x : !is_ordered(y->type) ? y : NULL;
}

static void comparison_error(Checker *c, Expr *x, Expr *y, Token op,
                             Expr *bad, const char *cause, bool switch_case) {
  if (!*cause) {
    const char *what = composite_kind(bad->type);
    cause = is_type_param(bad->type)
                ? arena_printf(perm, "type parameter %s cannot use operator "
                               "%s",
                               type_str(c, bad->type), token_text[op])
                : arena_printf(perm, "operator %s not defined on %s",
                               token_text[op],
                               *what ? what : type_str(c, bad->type));
  }
  const char *xs = expr_string(perm, x), *ys = expr_string(perm, y);
  if (switch_case)
    check_error(c, expr_start(x), "invalid case %s in switch on %s (%s)", xs,
                ys, cause);
  else
    check_error(c, expr_start(bad), "invalid operation: %s %s %s (%s)", xs,
                token_text[op], ys, cause);
}

// e gets the result; NULL if only the operands are to be checked.
bool check_comparison(Checker *c, Expr *e, Expr *x, Expr *y, Token op,
                      bool switch_case) {
  if (x->type->kind == TY_INVALID || y->type->kind == TY_INVALID)
    return false;
  const char *cause = "";
  Expr *bad = comparison_fault(c, x, y, op, &cause);
  if (bad) {
    comparison_error(c, x, y, op, bad, cause, switch_case);
    return false;
  }
  if (e)
    e->type = types_basic[B_UNTYPED_BOOL];
  if (is_const(x) && is_const(y)) {
    if (e) {
      e->mode = MODE_CONST;
      e->cv = const_from_bool(const_compare(x->cv, op, y->cv));
    }
    return true;
  }
  if (e)
    e->mode = MODE_VALUE;
  // Whatever is untyped still has no context any more.
  if (is_untyped(x->type))
    use_default_type(c, x);
  if (is_untyped(y->type))
    use_default_type(c, y);
  return true;
}

// ---- arithmetic ------------------------------------------------------------

static bool can_add(Type *u, void *data) {
  (void)data;
  return is_numeric(u) || is_string(u);
}

static bool operator_fits(Token op, Type *t) {
  switch (op) {
  case T_ADD: return each_under(t, can_add, NULL);
  case T_SUB: case T_MUL: case T_QUO: return is_numeric(t);
  case T_REM: case T_AND: case T_OR: case T_XOR: case T_ANDNOT:
    return is_integer(t);
  case T_ANDAND: case T_OROR: return is_boolean(t);
  default: return false;
  }
}

static bool vanishes_squared(const Const *x) {
  Const *square = const_binary(x, T_MUL, x, false);
  return square ? const_sign(square) == 0 : const_double(x) == 0;
}

// Complex division goes by |y| squared, which may be zero where y is not.
static bool is_zero_divisor(const Const *y, bool is_complex) {
  if (!is_complex)
    return const_sign(y) == 0;
  Const *re = const_real(y), *im = const_imag(y);
  return vanishes_squared(re) && vanishes_squared(im);
}

static bool divides_by_zero(Expr *x, Expr *y, Token op) {
  if (op != T_QUO && op != T_REM)
    return false;
  if (!is_const(y) || !(is_const(x) || is_integer(x->type)))
    return false;
  bool is_complex = const_kind(y->cv) == CONST_COMPLEX ||
                    (is_const(x) && const_kind(x->cv) == CONST_COMPLEX);
  return is_zero_divisor(y->cv, is_complex);
}

static void mismatch(Checker *c, Expr *e, Expr *x, Expr *y, Token op,
                     bool stmt) {
  const char *xt = type_str(c, x->type), *yt = type_str(c, y->type);
  if (stmt)
    check_error(c, expr_start(x),
                "invalid operation: %s %s= %s (mismatched types %s and %s)",
                expr_string(perm, x), token_text[op], expr_string(perm, y),
                xt, yt);
  else
    check_error(c, expr_start(x),
                "invalid operation: %s (mismatched types %s and %s)",
                expr_string(perm, e), xt, yt);
}

static void arithmetic(Checker *c, Expr *e, Expr *x, Expr *y, Token op,
                       bool stmt) {
  if (!identical(x->type, y->type)) {
    if (x->type->kind != TY_INVALID && y->type->kind != TY_INVALID)
      mismatch(c, e, x, y, op, stmt);
    return;
  }
  if (!operator_fits(op, x->type)) {
    check_error(c, expr_start(x),
                "invalid operation: operator %s not defined on %s",
                token_text[op], operand_string(c, x));
    return;
  }
  if (divides_by_zero(x, y, op)) {
    check_error(c, expr_start(y), "invalid operation: division by zero");
    return;
  }
  e->type = x->type;
  e->mode = MODE_VALUE;
  if (is_const(x) && is_const(y)) {
    e->mode = MODE_CONST;
    e->cv = const_binary(x->cv, op, y->cv, is_integer(x->type));
    check_overflow(c, e, e->pos);
  }
}

void combine(Checker *c, Expr *e, Expr *x, Expr *y, Token op, bool stmt) {
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  e->cv = NULL;
  if (x->mode == MODE_INVALID || y->mode == MODE_INVALID)
    return;
  if (is_shift(op)) {
    shift(c, e, x, y, op);
    return;
  }
  if (!match_types(c, x, y))
    return;
  if (is_comparison(op))
    check_comparison(c, e, x, y, op, false);
  else
    arithmetic(c, e, x, y, op, stmt);
  if (e->mode == MODE_INVALID)
    e->type = type_invalid;
}

// ---- chains ----------------------------------------------------------------

// Joining the operands of a long chain of string constants one by one would
// take quadratic time. Instead they are collected, and only the last node of
// the run gets the value: nobody looks at constants below a constant.
typedef struct Run {
  bool wanted;   // the chain is long
  Expr *last;    // NULL: no run
  Buf text;
} Run;

static bool is_string_const(const Expr *x) {
  return is_const(x) && const_kind(x->cv) == CONST_STRING;
}

static void add_text(Buf *b, const Const *cv) {
  size_t n;
  const char *s = const_string(cv, &n);
  buf_add(b, s, n);
}

// True if e, whose operands are checked, was added to the run.
static bool run_extend(Run *r, Expr *e) {
  Expr *x = e->binary.x, *y = e->binary.y;
  if (!r->wanted || e->op != T_ADD || !is_string_const(x) ||
      !is_string_const(y) || !identical(x->type, y->type))
    return false;
  if (r->last != x) {
    r->text.len = 0;
    add_text(&r->text, x->cv);
  }
  add_text(&r->text, y->cv);
  e->mode = MODE_CONST;
  e->type = x->type;
  e->cv = x->cv;
  r->last = e;
  return true;
}

static void run_end(Run *r) {
  if (r->last)
    r->last->cv = const_from_string(r->text.at, r->text.len);
  r->last = NULL;
}

void check_binary(Checker *c, Expr *top) {
  enum { LONG = 32 };
  ExprVec chain = {0};
  Expr *x = top;
  for (; x->kind == E_BINARY; x = x->binary.x)
    vec_push(&chain, x);
  check_expr(c, x);
  Run run = {.wanted = chain.len > LONG};
  while (chain.len > 0) {
    Expr *e = chain.at[--chain.len];
    check_expr(c, e->binary.y);
    if (run_extend(&run, e))
      continue;
    run_end(&run);
    combine(c, e, e->binary.x, e->binary.y, e->op, false);
  }
  run_end(&run);
}
