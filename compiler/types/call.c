// SPDX-License-Identifier: MIT
//
// Calls and conversions. A call f(g()) may pass several results of g at
// once, so arguments are a list of operands: the argument expressions
// themselves, or stand-ins for each result of the one call.
#include "types.h"

// ---- lists of operands -----------------------------------------------------

// A copy of x that stands for one of its results. Nothing below a copy is
// converted, as results are typed.
static Expr *stand_in(const Expr *x, Type *t) {
  Expr *y = NEW(Expr);
  *y = *x;
  y->mode = MODE_VALUE;
  y->type = t;
  y->cv = NULL;
  return y;
}

static ExprVec unpack(Expr *x) {
  ExprVec list = {0};
  if (x->mode != MODE_TUPLE) {
    vec_push(&list, x);
    return list;
  }
  vec_each(Type *, t, &x->type->tuple.types)
    vec_push(&list, stand_in(x, *t));
  return list;
}

ExprVec check_multi_values(Checker *c, Expr *x, bool comma_ok) {
  check_multi_expr(c, x);
  ExprVec list = unpack(x);
  if (comma_ok && (x->mode == MODE_MAPINDEX || x->mode == MODE_COMMAOK))
    vec_push(&list, stand_in(x, types_basic[B_UNTYPED_BOOL]));
  return list;
}

void set_comma_ok(Expr *x) {
  for (; x->kind == E_PAREN; x = x->paren.x)
    x->comma_ok = true;
  x->comma_ok = true;
}

static void check_value(Checker *c, Expr *x, bool generic) {
  if (!generic) {
    check_expr(c, x);
    return;
  }
  check_generic_expr(c, x);
  if (x->mode == MODE_NOVALUE || x->mode == MODE_BUILTIN ||
      x->mode == MODE_TYPE || x->mode == MODE_TUPLE) {
    const char *text = operand_string(c, x);
    Pos pos = expr_start(x);
    if (x->mode == MODE_NOVALUE)
      check_error(c, pos, "%s used as value", text);
    else if (x->mode == MODE_BUILTIN)
      check_error(c, pos, "%s must be called", text);
    else if (x->mode == MODE_TYPE)
      check_error(c, pos, "%s is not an expression", text);
    else
      check_error(c, pos, "multiple-value %s in single-value context", text);
    x->mode = MODE_INVALID;
  }
}

ExprVec check_values(Checker *c, ExprVec *list, bool generic) {
  if (list->len == 1 && unparen(list->at[0])->kind == E_CALL)
    return check_multi_values(c, list->at[0], false);
  ExprVec values = {0};
  vec_each(Expr *, x, list) {
    check_value(c, *x, generic);
    vec_push(&values, *x);
  }
  return values;
}

// ---- arguments -------------------------------------------------------------

static TypeVec types_of(ExprVec *list) {
  TypeVec types = {0};
  vec_each(Expr *, x, list)
    vec_push(&types, (*x)->type);
  return types;
}

static TypeVec types_of_vars(ObjectVec *list) {
  TypeVec types = {0};
  vec_each(Object *, o, list)
    vec_push(&types, (*o)->type);
  return types;
}

static void wrong_count(Checker *c, Expr *call, Type *sig, ExprVec *args,
                        int want) {
  Pos at = expr_start(call);
  if (args->len > want)
    at = expr_start(args->at[want]);
  else if (args->len > 0)
    at = expr_start(args->at[args->len - 1]);
  TypeVec have = types_of(args), wanted = types_of_vars(&sig->func.params);
  check_error(
      c, at, "%s arguments in call to %s\n\thave %s\n\twant %s",
      args->len > want ? "too many" : "not enough",
      expr_string(perm, call->call.fun),
      types_summary(c, have.at, have.len, false, call->call.spread),
      types_summary(c, wanted.at, wanted.len, sig->func.variadic, false));
}

// How many arguments the call must have; -1 after an error.
static int count_wanted(Checker *c, Expr *call, Type *sig, ExprVec *args) {
  int n = sig->func.params.len;
  bool spread = call->call.spread;
  if (!sig->func.variadic)
    return n;
  if (spread) {
    if (call->call.args.len == 1 && args->len > 1) {
      check_error(c, expr_start(call), "cannot use ... with %d-valued %s",
                  args->len, expr_string(perm, call->call.args.at[0]));
      return -1;
    }
    return n;
  }
  return args->len >= n - 1 ? args->len : n - 1;
}

// The i-th argument's parameter type; those of the variadic part share one.
static Type *param_type(Type *sig, int i, bool spread) {
  ObjectVec *params = &sig->func.params;
  if (!sig->func.variadic || spread || i < params->len - 1)
    return params->at[i]->type;
  Type *last = params->at[params->len - 1]->type;
  return last->kind == TY_SLICE ? last->slice.elem : type_invalid;
}

// The signature, instantiated if it is generic; NULL after an error.
Type *check_arguments(Checker *c, Expr *call, Type *sig, ExprVec *args) {
  bool spread = call->call.spread;
  if (spread && !sig->func.variadic) {
    check_error(c, expr_start(call),
                "cannot use ... in call to non-variadic %s",
                expr_string(perm, call->call.fun));
    return NULL;
  }
  int want = count_wanted(c, call, sig, args);
  if (want < 0)
    return NULL;
  if (args->len != want) {
    wrong_count(c, call, sig, args, want);
    return NULL;
  }
  TypeVec types = {0};
  bool generic = sig->func.tparams.len > 0;
  for (int i = 0; i < want; i++) {
    vec_push(&types, param_type(sig, i, spread));
    generic = generic || is_generic_func(args->at[i]);
  }
  Type *instance = generic ? infer_call(c, call, sig, args, &types) : sig;
  for (int i = 0; i < want && instance; i++)
    check_argument(c, args->at[i], types.at[i], call->call.fun);
  return instance;
}

// ---- conversions -----------------------------------------------------------

enum { MAX_RUNE = 0x10FFFF, REPLACEMENT = 0xFFFD };

static Const *string_of_rune(const Const *cv) {
  uint64_t v;
  uint32_t r = const_uint64(cv, &v) && v <= MAX_RUNE ? (uint32_t)v
                                                     : REPLACEMENT;
  if (r >= 0xD800 && r <= 0xDFFF)
    r = REPLACEMENT;
  char s[4];
  size_t n = 0;
  if (r < 0x80) {
    s[n++] = (char)r;
  } else if (r < 0x800) {
    s[n++] = (char)(0xC0 | r >> 6);
    s[n++] = (char)(0x80 | (r & 0x3F));
  } else if (r < 0x10000) {
    s[n++] = (char)(0xE0 | r >> 12);
    s[n++] = (char)(0x80 | (r >> 6 & 0x3F));
    s[n++] = (char)(0x80 | (r & 0x3F));
  } else {
    s[n++] = (char)(0xF0 | r >> 18);
    s[n++] = (char)(0x80 | (r >> 12 & 0x3F));
    s[n++] = (char)(0x80 | (r >> 6 & 0x3F));
    s[n++] = (char)(0x80 | (r & 0x3F));
  }
  return const_from_string(s, n);
}

static Const *convert_const(Expr *x, Type *t) {
  Type *u = under(t);
  Const *v = const_represent(x->cv, u);
  if (!v && is_integer(x->type) && is_string(u))
    v = string_of_rune(x->cv);
  return v;
}

// The type an untyped operand has within the conversion to t.
static Type *operand_type(Expr *x, Type *t, bool const_arg, bool result_const) {
  if (x->mode == MODE_NIL)
    return t;
  if ((is_interface(t) && !is_type_param(t)) ||
      (const_arg && !is_const_type(t)))
    return default_type(x->type);
  if (result_const && is_integer(x->type) && is_string(t))
    return x->type;
  return t;
}

static void cannot_convert(Checker *c, Expr *x, Type *t, const char *why) {
  if (is_cyclic(t) || (x->type && is_cyclic(x->type)))
    return;
  check_error(c, expr_start(x), "cannot convert %s to type %s%s%s",
              operand_string(c, x), type_str(c, t), why && *why ? ": " : "",
              why ? why : "");
}

typedef struct ToParam {
  Checker *c;
  Expr *x;
  Type *t;
  char *why;
} ToParam;

static bool const_to_member(Type *u, void *data) {
  ToParam *p = data;
  if ((is_string(p->x->type) && is_bytes_or_runes(u)) ||
      (u->kind == TY_BASIC && convert_const(p->x, u)))
    return true;
  const char *us = type_str(p->c, u), *ts = type_str(p->c, p->t);
  if (is_integer(p->x->type) && is_integer(u))
    p->why = arena_printf(perm, "constant %s overflows %s (in %s)",
                          const_to_string(perm, p->x->cv), us, ts);
  else
    p->why = arena_printf(perm, "cannot convert %s to type %s (in %s)",
                          operand_string(p->c, p->x), us, ts);
  return false;
}

// A constant converted to a type parameter must fit all of its types; the
// result is no constant.
static bool const_to_param(Checker *c, Expr *x, Type *t) {
  ToParam p = {c, x, t, NULL};
  if (each_under(t, const_to_member, &p))
    return true;
  Expr value = *x;  // as messages have it, no constant any more
  value.mode = MODE_VALUE;
  cannot_convert(c, &value, t,
                 p.why ? p.why
                       : arena_printf(perm, "%s does not contain specific "
                                      "types",
                                      type_str(c, t)));
  return false;
}

// Conversions of slices came with later language versions.
static bool slice_to_array(Checker *c, Expr *x, Type *t, char **why) {
  Type *from = under(x->type), *to = under(t);
  int lang = c->file && c->file->lang ? c->file->lang : 99;
  if (from->kind != TY_SLICE || x->mode == MODE_NIL)
    return true;
  if (to->kind == TY_ARRAY && lang < 20)
    *why = arena_printf(perm, "conversion of slice to array requires go1.20 "
                        "or later%s",
                        lang_origin(c));
  else if (to->kind == TY_POINTER && lang < 17 &&
           under(to->pointer.elem)->kind == TY_ARRAY)
    *why = arena_printf(perm, "conversion of slice to array pointer requires "
                        "go1.17 or later%s",
                        lang_origin(c));
  else
    return true;
  return false;
}

// e is the call T(x); x is checked.
void check_conversion(Checker *c, Expr *e, Type *t) {
  Expr *x = e->call.args.at[0];
  bool const_arg = x->mode == MODE_CONST && x->cv;
  bool result_const = false;
  char *why = NULL;
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  e->cv = NULL;
  if (const_arg && is_type_param(t)) {
    if (!const_to_param(c, x, t)) {
      return;
    }
  } else if (const_arg && is_const_type(t)) {
    e->cv = convert_const(x, t);
    if (!e->cv) {
      if (is_integer(x->type) && is_integer(t))
        check_error(c, expr_start(x), "constant %s overflows %s",
                    const_to_string(perm, x->cv), type_str(c, t));
      else
        cannot_convert(c, x, t, NULL);
      return;
    }
    result_const = true;
  } else if (!convertible(c, x, t, &why) || !slice_to_array(c, x, t, &why)) {
    cannot_convert(c, x, t, why);
    return;
  }
  if (is_untyped(x->type)) {
    update_type(c, x, operand_type(x, t, const_arg, result_const));
    if (x->mode == MODE_INVALID)
      return;
  }
  e->mode = result_const ? MODE_CONST : MODE_VALUE;
  e->type = t;
}

static void conversion(Checker *c, Expr *e) {
  Type *t = e->call.fun->type;
  ExprVec *args = &e->call.args;
  if (args->len == 0) {
    check_error(c, expr_start(e),
                "missing argument in conversion to %s", type_str(c, t));
    return;
  }
  if (args->len > 1) {
    use_exprs(c, args);
    check_error(c, expr_start(args->at[args->len - 1]),
                "too many arguments in conversion to %s", type_str(c, t));
    return;
  }
  Expr *x = args->at[0];
  check_expr_hint(c, x, NULL);
  if (x->mode == MODE_INVALID)
    return;
  Type *u = under(t);
  if (u->kind == TY_INTERFACE && !is_type_param(t)) {
    interface_complete(u);
    if (u->interface.has_terms || u->interface.is_comparable) {
      check_error(c, expr_start(e),
                  "cannot use interface %s in conversion (contains specific "
                  "type constraints or is comparable)",
                  type_str(c, t));
      return;
    }
  }
  if (e->call.spread) {
    check_error(c, expr_start(x),
                "invalid use of ... in conversion to %s", type_str(c, t));
    return;
  }
  check_conversion(c, e, t);
}

// ---- calls -----------------------------------------------------------------

static void call_result(Expr *e, Type *sig) {
  ObjectVec *results = &sig->func.results;
  if (results->len == 0) {
    e->mode = MODE_NOVALUE;
    return;
  }
  if (results->len == 1) {
    e->type = results->at[0]->type;
    e->mode = e->type->kind == TY_INVALID ? MODE_INVALID : MODE_VALUE;
    return;
  }
  TypeVec types = types_of_vars(results);
  e->mode = MODE_TUPLE;
  e->type = type_tuple(types.at, types.len);
}

typedef struct NotFunc {
  Type *t;
} NotFunc;

static bool is_func(Type *u, void *data) {
  if (u->kind == TY_FUNC)
    return true;
  ((NotFunc *)data)->t = u;
  return false;
}

static const char *why_no_call(Checker *c, Type *t) {
  NotFunc n = {NULL};
  if (!is_type_param(t))
    n.t = t;
  else
    each_under(t, is_func, &n);
  return n.t ? arena_printf(perm, "%s is not a function", type_str(c, n.t))
             : why_no_common(c, t, false);
}

static void function_call(Checker *c, Expr *e) {
  Expr *fun = e->call.fun;
  Type *sig = common_under(fun->type);
  if (sig && sig->kind == TY_INVALID) {
    use_exprs(c, &e->call.args);
    return;
  }
  if (!sig || sig->kind != TY_FUNC || fun->mode == MODE_NIL) {
    check_error(c, expr_start(fun), "invalid operation: cannot call %s: %s",
                operand_string(c, fun), why_no_call(c, fun->type));
    use_exprs(c, &e->call.args);
    return;
  }
  ExprVec args = check_values(c, &e->call.args, true);
  Type *instance = check_arguments(c, e, sig, &args);
  if (instance)
    sig = instance;
  else if (sig->func.tparams.len)
    return;  // the results are not known
  call_result(e, sig);
  frame_add_call(c, sig);
  c->has_call_or_recv = true;
}

// What a call is of: the type of a conversion, a builtin, or a function.
static void check_callee(Checker *c, Expr *fun) {
  Expr *outer = c->callee;
  c->callee = fun;
  check_generic_expr(c, fun);
  c->callee = outer;
  if (fun->mode == MODE_NOVALUE || fun->mode == MODE_TUPLE) {
    check_error(c, expr_start(fun),
                fun->mode == MODE_TUPLE
                    ? "multiple-value %s in single-value context"
                    : "%s used as value or type",
                operand_string(c, fun));
    fun->mode = MODE_INVALID;
  }
  if (fun->mode == MODE_TYPE && is_generic(fun->type)) {
    check_error(c, expr_start(fun),
                "cannot use generic type %s without instantiation",
                expr_string(perm, fun));
    fun->mode = MODE_INVALID;
  }
}

void check_call(Checker *c, Expr *e, Type *hint) {
  (void)hint;
  Expr *fun = e->call.fun;
  check_callee(c, fun);
  switch (fun->mode) {
  case MODE_INVALID:
    use_exprs(c, &e->call.args);
    return;
  case MODE_TYPE:
    conversion(c, e);
    return;
  case MODE_BUILTIN:
    check_builtin(c, e, fun->builtin);
    if (e->mode != MODE_INVALID && e->mode != MODE_CONST)
      c->has_call_or_recv = true;
    return;
  default:
    function_call(c, e);
  }
}
