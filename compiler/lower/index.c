// SPDX-License-Identifier: MIT
//
// Index and slice expressions, and access to maps. Checks come in gc's order
// and with its codes; a check that a constant proves is not emitted.
#include "lower.h"

// ---- checks ----------------------------------------------------------------

Val lower_index_value(Expr *x, bool *is_signed) {
  *is_signed = true;
  int64_t n;
  if (x->mode == MODE_CONST && const_int64(const_to_int(x->cv), &n))
    return const_i64(n);
  Type *t = default_type(type_of(x));
  *is_signed = is_signed_int(t);
  return to_i64(lower_expr_as(x, t), t);
}

void bounds_check(Val i, bool is_signed, Val limit, bool inclusive,
                  int code) {
  Val ok = LLVMBuildICmp(F->b, inclusive ? LLVMIntULE : LLVMIntULT, i, limit,
                         "");
  if (LLVMIsAConstantInt(ok) && LLVMConstIntGetZExtValue(ok)) return;
  Val args[] = {i, limit, LLVMConstInt(M->t_i1, is_signed, false),
                const_i64(code)};
  check(ok, "panicbounds", args, 4);
}

static Val array_len(Type *array) {
  return const_i64(under(array)->array.len);
}

// ---- elements --------------------------------------------------------------

bool index_first(Expr *x) {
  return has_call(x->index.indices.at[0]) && !has_call(x->index.x);
}

Val lower_index_address(Expr *x) {
  Expr *base = x->index.x;
  Expr *index = x->index.indices.at[0];
  Type *bt = type_of(base), *u = under(bt);
  Val p, limit, i = NULL;
  bool is_signed;
  Type *elem;
  if (index_first(x)) i = lower_index_value(index, &is_signed);
  if (u->kind == TY_SLICE) {
    Val s = lower_expr(base);
    p = extract(s, 0);
    limit = extract(s, 1);
    elem = u->slice.elem;
  } else if (u->kind == TY_POINTER) {
    p = lower_expr(base);
    elem = under(u->pointer.elem)->array.elem;
    limit = array_len(u->pointer.elem);
  } else {
    p = lower_address(base);
    elem = u->array.elem;
    limit = array_len(bt);
  }
  if (!i) i = lower_index_value(index, &is_signed);
  set_pos(x->index.lbrack);
  if (u->kind == TY_POINTER) nil_check(p);
  bounds_check(i, is_signed, limit, false, GL_BOUNDS_INDEX);
  return gep_index(p, elem, i);
}

static Val lower_string_index(Expr *x) {
  Val s = lower_expr(x->index.x);
  bool is_signed;
  Val i = lower_index_value(x->index.indices.at[0], &is_signed);
  set_pos(x->index.lbrack);
  bounds_check(i, is_signed, extract(s, 1), false, GL_BOUNDS_INDEX);
  Val p = gep_index(extract(s, 0), types_basic[B_UINT8], i);
  return LLVMBuildLoad2(F->b, M->t_i8, p, "");
}

static Val lower_map_index(Expr *x) {
  Type *mt = under(type_of(x->index.x));
  Val m = lower_expr(x->index.x);
  view_key(x->index.indices.at[0]);
  Val key = lower_expr_as(x->index.indices.at[0], mt->map.key);
  set_pos(x->pos);
  return load_value(map_access(mt, m, key, NULL), mt->map.elem);
}

Val lower_index(Expr *x) {
  Type *u = under(type_of(x->index.x));
  if (u->kind == TY_MAP) return lower_map_index(x);
  if (u->kind == TY_BASIC) return lower_string_index(x);
  Type *elem = u->kind == TY_SLICE  ? u->slice.elem
               : u->kind == TY_ARRAY ? u->array.elem
                                     : under(u->pointer.elem)->array.elem;
  return load_value(lower_index_address(x), elem);
}

// ---- slices ----------------------------------------------------------------

typedef struct Bound {
  Val v;           // NULL: left out
  bool is_signed;
} Bound;

static Bound lower_bound(Expr *x) {
  Bound b = {NULL, true};
  if (x) b.v = lower_index_value(x, &b.is_signed);
  return b;
}

static void check_bound(Bound b, Val limit, int code) {
  bounds_check(b.v, b.is_signed, limit, true, code);
}

static void check_bounds(Bound lo, Bound hi, Bound max, Val len, Val cap,
                         bool is_slice) {
  bool has_hi = hi.v;
  if (!has_hi) hi.v = len;
  if (max.v) {
    check_bound(max, cap,
                is_slice ? GL_BOUNDS_SLICE3_ACAP : GL_BOUNDS_SLICE3_ALEN);
    check_bound(hi, max.v, GL_BOUNDS_SLICE3_B);
    if (lo.v) check_bound(lo, hi.v, GL_BOUNDS_SLICE3_C);
    return;
  }
  if (has_hi)
    check_bound(hi, cap,
                is_slice ? GL_BOUNDS_SLICE_ACAP : GL_BOUNDS_SLICE_ALEN);
  if (lo.v) check_bound(lo, hi.v, GL_BOUNDS_SLICE_B);
}

// What hi of s[lo:hi] has to be compared with: for len(s)-k, which is at most
// the length if it is not negative, the length says no less than cap.
static Val high_limit(Expr *x, Val len, Val cap) {
  Expr *hi = x->slice.hi ? unparen(x->slice.hi) : NULL;
  Expr *base = unparen(x->slice.x);
  if (!hi || hi->kind != E_BINARY || hi->op != T_SUB ||
      hi->mode == MODE_CONST || base->kind != E_IDENT)
    return cap;
  int64_t k;
  Expr *call = unparen(hi->binary.x), *by = hi->binary.y;
  if (by->mode != MODE_CONST || !const_int64(const_to_int(by->cv), &k) ||
      k < 0 || !is_builtin_call(call) ||
      unparen(call->call.fun)->builtin != BUILTIN_LEN)
    return cap;
  Expr *of = unparen(call->call.args.at[0]);
  return of->kind == E_IDENT && of->ident.obj == base->ident.obj ? len : cap;
}

// p + lo elements, but p itself if nothing is left there: a pointer past the
// end would keep the next object alive, and not its own.
static Val advance(Val p, Val lo, Val left, Type *elem) {
  if (!lo || (LLVMIsAConstantInt(lo) && LLVMIsNull(lo))) return p;
  Val none = LLVMBuildICmp(F->b, LLVMIntEQ, left, const_i64(0), "");
  Val delta = LLVMBuildSelect(F->b, none, const_i64(0), lo, "");
  return gep_index(p, elem, delta);
}

Val lower_slice_expr(Expr *x) {
  Expr *base = x->slice.x;
  Type *bt = type_of(base), *u = under(bt), *elem;
  Val p, len, cap;
  bool is_string_ = u->kind == TY_BASIC, is_slice = u->kind == TY_SLICE;
  Type *array = NULL;
  if (u->kind == TY_POINTER) {
    p = lower_expr(base);
    array = u->pointer.elem;
  } else if (u->kind == TY_ARRAY) {
    p = lower_address(base);
    array = bt;
  } else {
    Val s = lower_expr(base);
    p = extract(s, 0);
    len = extract(s, 1);
    cap = is_slice ? extract(s, 2) : len;
    elem = is_slice ? u->slice.elem : types_basic[B_UINT8];
  }
  Bound lo = lower_bound(x->slice.lo), hi = lower_bound(x->slice.hi);
  Bound max = lower_bound(x->slice.max);
  set_pos(x->slice.lbrack);
  if (array) {
    if (u->kind == TY_POINTER) nil_check(p);
    len = cap = array_len(array);
    elem = under(array)->array.elem;
  }
  check_bounds(lo, hi, max, len, max.v ? cap : high_limit(x, len, cap),
               is_slice);
  Val from = lo.v ? lo.v : const_i64(0);
  Val new_len = LLVMBuildSub(F->b, hi.v ? hi.v : len, from, "");
  if (is_string_)
    return make_string(advance(p, lo.v, new_len, elem), new_len);
  Val new_cap = LLVMBuildSub(F->b, max.v ? max.v : cap, from, "");
  return make_slice(advance(p, lo.v, new_cap, elem), new_len, new_cap);
}

// ---- maps ------------------------------------------------------------------

// Suffix of the runtime functions that take the key itself, or NULL.
static const char *fast_suffix(Type *key) {
  Type *u = under(key);
  if (u->kind != TY_BASIC) return NULL;
  if (is_string(u)) return "_faststr";
  if (!is_integer(u)) return NULL;
  int64_t size = type_size(u);
  return size == 8 ? "_fast64" : size == 4 ? "_fast32" : NULL;
}

// Calls NAME with the key as that function wants it.
static Val map_call(const char *name, Type *map, Val m, Val key) {
  Type *kt = under(map)->map.key;
  const char *suffix = fast_suffix(kt);
  if (!suffix) {
    suffix = "";
    if (!is_memory_class(kt)) {
      Val tmp = alloca_type(kt, "key");
      store_value(tmp, key, kt);
      key = tmp;
    }
  }
  char full[40];
  snprintf(full, sizeof full, "%s%s", name, suffix);
  return RT_CALL(full, type_descriptor(map), m, key);
}

Val map_access(Type *map, Val m, Val key, Val *ok) {
  if (!ok) return map_call("mapaccess1", map, m, key);
  Val r = map_call("mapaccess2", map, m, key);
  *ok = extract(r, 1);
  if (LLVMTypeOf(*ok) != M->t_i1)
    *ok = LLVMBuildTrunc(F->b, *ok, M->t_i1, "");
  return extract(r, 0);
}

Val map_assign(Type *map, Val m, Val key) {
  return map_call("mapassign", map, m, key);
}

void map_delete(Type *map, Val m, Val key) {
  map_call("mapdelete", map, m, key);
}
