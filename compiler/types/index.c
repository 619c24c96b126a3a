// SPDX-License-Identifier: MIT
//
// Index and slice expressions, and what may be an index.
#include "types.h"

static bool is_const(const Expr *x) {
  return x->mode == MODE_CONST && x->cv;
}

// what is "index" or "length". Gives an untyped x the type int.
bool is_valid_index(Checker *c, Expr *x, const char *what, bool negative_ok) {
  if (x->mode == MODE_INVALID ||
      !try_convert_untyped(c, x, types_basic[B_INT]))
    return false;
  const char *fault = NULL;
  if (!is_integer(x->type))
    fault = "must be integer";
  else if (is_const(x) && !negative_ok && const_sign(x->cv) < 0)
    fault = "must not be negative";
  else if (is_const(x) && !const_represent(x->cv, types_basic[B_INT]))
    fault = "overflows int";
  if (!fault)
    return true;
  check_error(c, expr_start(x), "invalid argument: %s %s %s", what,
              operand_string(c, x), fault);
  return false;
}

bool check_index_value(Checker *c, Expr *x, int64_t max, int64_t *val) {
  *val = -1;
  check_expr(c, x);
  if (!is_valid_index(c, x, "index", false))
    return false;
  int64_t v;
  if (!is_const(x) || !const_int64(x->cv, &v))
    return true;
  if (max >= 0 && v >= max) {
    check_error(c, expr_start(x),
                "invalid argument: index %s out of bounds [0:%lld]",
                const_to_string(perm, x->cv), (long long)max);
    return false;
  }
  *val = v;
  return true;
}

// Only instantiations have several indices.
static Expr *single_index(Checker *c, Expr *e) {
  ExprVec *list = &e->index.indices;
  if (list->len == 0) {
    check_error(c, expr_start(e), "missing index for %s",
                expr_string(perm, e->index.x));
    return NULL;
  }
  if (list->len > 1)
    check_error(c, expr_start(list->at[1]),
                "invalid operation: more than one index");
  return list->at[0];
}

static void map_index(Checker *c, Expr *e, Element *elem) {
  Expr *key = single_index(c, e);
  if (!key)
    return;
  check_expr(c, key);
  check_assignment(c, key, elem->key, "map index");
  e->mode = MODE_MAPINDEX;
  e->type = elem->elem;
}

// Sets e's mode and type from the operand; the length is known if >= 0.
static bool indexed(Checker *c, Expr *e, int64_t *length) {
  Expr *x = e->index.x;
  Element elem;
  size_t n;
  if (x->mode == MODE_NIL || !element_of(x->type, x->mode == MODE_VAR, &elem))
    return false;
  *length = elem.length;
  if (is_const(x)) {
    const_string(x->cv, &n);
    *length = (int64_t)n;
    use_default_type(c, x);
  }
  e->mode = elem.mode;
  e->type = elem.elem;
  return true;
}

// x[i, ...] where x is a type: an instance.
static void instance_type(Checker *c, Expr *e) {
  Type *t = check_type(c, e);
  e->mode = t->kind == TY_INVALID ? MODE_INVALID : MODE_TYPE;
  e->type = t;
}

void check_index(Checker *c, Expr *e) {
  Expr *x = e->index.x;
  check_generic_expr(c, x);
  if (x->mode == MODE_NOVALUE || x->mode == MODE_TUPLE ||
      x->mode == MODE_BUILTIN) {
    check_error(c, x->mode == MODE_BUILTIN ? e->index.lbrack : expr_start(x),
                x->mode == MODE_NOVALUE ? "%s used as value or type"
                : x->mode == MODE_TUPLE
                    ? "multiple-value %s in single-value context"
                    : "cannot index %s",
                operand_string(c, x));
    x->mode = MODE_INVALID;
  }
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  if (x->mode == MODE_INVALID) {
    use_exprs(c, &e->index.indices);
    return;
  }
  if (x->mode == MODE_TYPE) {
    instance_type(c, e);
    return;
  }
  if (is_generic_func(x)) {
    check_func_index(c, e);
    return;
  }
  Element elem;
  if (x->mode != MODE_NIL && element_of(x->type, false, &elem) && elem.key) {
    map_index(c, e, &elem);
    return;
  }
  int64_t length, val;
  if (!indexed(c, e, &length)) {
    if (!is_cyclic(x->type))
      check_error(c, e->index.lbrack, "cannot index %s",
                operand_string(c, x));
    use_exprs(c, &e->index.indices);
    return;
  }
  Expr *index = single_index(c, e);
  if (!index) {
    e->mode = MODE_INVALID;
    return;
  }
  check_index_value(c, index, length, &val);
}

// ---- slices ----------------------------------------------------------------

static bool slice_string(Checker *c, Expr *e, int64_t *length) {
  Expr *x = e->slice.x;
  size_t n;
  if (e->slice.three) {
    Expr *at = e->slice.max ? e->slice.max : e;
    check_error(c, expr_start(at),
                "invalid operation: 3-index slice of string");
    return false;
  }
  if (is_const(x)) {
    const_string(x->cv, &n);
    *length = (int64_t)n;
  }
  use_default_type(c, x);
  e->type = x->type;
  return true;
}

static bool slice_array(Checker *c, Expr *e, Type *array, int64_t *length) {
  Expr *x = e->slice.x;
  if (x->mode != MODE_VAR) {
    check_error(c, expr_start(x),
                "cannot slice unaddressable value %s",
                operand_string(c, x));
    return false;
  }
  mark_addr_taken(x);
  *length = array->array.len;
  e->type = type_slice(array->array.elem);
  return true;
}

static bool sliceable(Checker *c, Expr *e, int64_t *length) {
  Expr *x = e->slice.x;
  bool string;
  Type *u = common_bytes(x->type, &string);
  if (x->mode == MODE_NIL || !u) {
    // falls to the error
  } else if (u->kind == TY_BASIC && is_string(u)) {
    return slice_string(c, e, length);
  } else if (u->kind == TY_ARRAY) {
    return slice_array(c, e, u, length);
  } else if (u->kind == TY_POINTER &&
             under(u->pointer.elem)->kind == TY_ARRAY) {
    Type *array = under(u->pointer.elem);
    *length = array->array.len;
    e->type = type_slice(array->array.elem);
    return true;
  } else if (u->kind == TY_SLICE) {
    e->type = x->type;
    return true;
  }
  if (!is_cyclic(x->type))
    check_error(c, expr_start(x), "cannot slice %s%s%s",
                operand_string(c, x), u ? "" : ": ",
                u ? "" : why_no_common(c, x->type, true));
  return false;
}

static void check_order(Checker *c, Expr *const at[3], const int64_t v[3]) {
  for (int i = 0; i < 2; i++) {
    for (int j = i + 1; j < 3 && v[i] > 0; j++) {
      if (v[j] < 0 || v[j] >= v[i] || !at[j])
        continue;
      check_error(c, expr_start(at[j]), "invalid slice indices: %lld < %lld",
                  (long long)v[j], (long long)v[i]);
      return;
    }
  }
}

void check_slice_expr(Checker *c, Expr *e) {
  Expr *x = e->slice.x;
  Expr *at[3] = {e->slice.lo, e->slice.hi, e->slice.max};
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  check_expr(c, x);
  int64_t length = -1;
  if (x->mode == MODE_INVALID || !sliceable(c, e, &length)) {
    for (int i = 0; i < 3; i++) {
      if (at[i])
        use_expr(c, at[i]);
    }
    return;
  }
  e->mode = MODE_VALUE;
  if (e->slice.three && (!at[1] || !at[2])) {
    e->mode = MODE_INVALID;  // the parser has reported it
    return;
  }
  int64_t v[3] = {0, -1, -1};
  for (int i = 0; i < 3; i++) {
    if (at[i])
      check_index_value(c, at[i], length >= 0 ? length + 1 : -1, &v[i]);
    else if (i > 0)
      v[i] = length;
  }
  check_order(c, at, v);
}
