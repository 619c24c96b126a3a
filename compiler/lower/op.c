// SPDX-License-Identifier: MIT
//
// Arithmetic and comparisons on values. Every operation Go defines is defined
// here too, where LLVM would give poison: division of the smallest integer by
// -1, shifts by the width and more. Division by zero and negative shift
// counts panic. Floating point is exact: no fast-math flags, no contraction.
#include "lower.h"

int int_bits(Type *t) {
  return (int)type_size(t) * 8;
}

bool is_signed_int(Type *t) {
  return is_integer(t) && !is_unsigned(t);
}

Val to_i64(Val v, Type *t) {
  if (LLVMTypeOf(v) == M->t_i64) return v;
  return is_signed_int(t) ? LLVMBuildSExt(F->b, v, M->t_i64, "")
                          : LLVMBuildZExt(F->b, v, M->t_i64, "");
}

// ---- integers --------------------------------------------------------------

static Val icmp(LLVMIntPredicate p, Val x, Val y) {
  return LLVMBuildICmp(F->b, p, x, y, "");
}

static Val lower_div(Token op, Val x, Val y, Type *t) {
  LLVMTypeRef lt = LLVMTypeOf(x);
  Val zero = LLVMConstInt(lt, 0, false);
  Val known = LLVMIsAConstantInt(y);
  if (!known || LLVMIsNull(y))
    check(icmp(LLVMIntNE, y, zero), "panicdivide", NULL, 0);
  if (!is_signed_int(t))
    return op == T_QUO ? LLVMBuildUDiv(F->b, x, y, "")
                       : LLVMBuildURem(F->b, x, y, "");
  Val minus1 = LLVMConstInt(lt, (unsigned long long)-1, true);
  if (known && y != minus1)
    return op == T_QUO ? LLVMBuildSDiv(F->b, x, y, "")
                       : LLVMBuildSRem(F->b, x, y, "");
  // MIN / -1 is MIN; the instruction would trap.
  Val is_m1 = icmp(LLVMIntEQ, y, minus1);
  Val safe = LLVMBuildSelect(F->b, is_m1, LLVMConstInt(lt, 1, false), y, "");
  Val odd = op == T_QUO ? LLVMBuildNeg(F->b, x, "") : zero;
  Val usual = op == T_QUO ? LLVMBuildSDiv(F->b, x, safe, "")
                          : LLVMBuildSRem(F->b, x, safe, "");
  return LLVMBuildSelect(F->b, is_m1, odd, usual, "");
}

static Val lower_shift(Token op, Val x, Val y, Type *t, Type *ytype) {
  LLVMTypeRef lt = LLVMTypeOf(x), yt = LLVMTypeOf(y);
  unsigned width = LLVMGetIntTypeWidth(lt), ywidth = LLVMGetIntTypeWidth(yt);
  bool known = LLVMIsAConstantInt(y) && LLVMConstIntGetSExtValue(y) >= 0;
  if (is_signed_int(ytype) && !known)
    check(icmp(LLVMIntSGE, y, LLVMConstInt(yt, 0, false)), "panicshift", NULL,
          0);
  // The count may be wider than x: compare before it is cut. A narrow count
  // cannot name a width that does not fit its type.
  Val fits;
  if (ywidth < 8 || (ywidth == 8 && width >= 256))
    fits = LLVMConstInt(M->t_i1, 1, false);
  else
    fits = icmp(LLVMIntULT, y, LLVMConstInt(yt, width, false));
  Val n = ywidth > width   ? LLVMBuildTrunc(F->b, y, lt, "")
          : ywidth < width ? LLVMBuildZExt(F->b, y, lt, "")
                           : y;
  if (op == T_SHR && is_signed_int(t)) {
    Val most = LLVMConstInt(lt, width - 1, false);
    return LLVMBuildAShr(F->b, x, LLVMBuildSelect(F->b, fits, n, most, ""), "");
  }
  Val zero = LLVMConstInt(lt, 0, false);
  n = LLVMBuildSelect(F->b, fits, n, zero, "");
  Val r = op == T_SHL ? LLVMBuildShl(F->b, x, n, "")
                      : LLVMBuildLShr(F->b, x, n, "");
  return LLVMBuildSelect(F->b, fits, r, zero, "");
}

static Val lower_int_op(Token op, Val x, Val y, Type *t) {
  switch (op) {
  case T_ADD: return LLVMBuildAdd(F->b, x, y, "");
  case T_SUB: return LLVMBuildSub(F->b, x, y, "");
  case T_MUL: return LLVMBuildMul(F->b, x, y, "");
  case T_AND: return LLVMBuildAnd(F->b, x, y, "");
  case T_OR: return LLVMBuildOr(F->b, x, y, "");
  case T_XOR: return LLVMBuildXor(F->b, x, y, "");
  case T_ANDNOT:
    return LLVMBuildAnd(F->b, x, LLVMBuildNot(F->b, y, ""), "");
  case T_QUO:
  case T_REM:
    return lower_div(op, x, y, t);
  default:
    unreachable();
  }
}

// ---- floats and complex numbers --------------------------------------------

static Val lower_float_op(Token op, Val x, Val y) {
  switch (op) {
  case T_ADD: return LLVMBuildFAdd(F->b, x, y, "");
  case T_SUB: return LLVMBuildFSub(F->b, x, y, "");
  case T_MUL: return LLVMBuildFMul(F->b, x, y, "");
  case T_QUO: return LLVMBuildFDiv(F->b, x, y, "");
  default: unreachable();
  }
}

static Val widen(Val part) {
  return LLVMTypeOf(part) == M->t_f64
             ? part
             : LLVMBuildFPExt(F->b, part, M->t_f64, "");
}

static Val narrow(Val part, LLVMTypeRef to) {
  return to == M->t_f64 ? part : LLVMBuildFPTrunc(F->b, part, to, "");
}

// complex64 is multiplied and divided in float64, as gc does.
static Val lower_complex_op(Token op, Val x, Val y, Type *t) {
  LLVMTypeRef ct = llvm_type(t);
  LLVMTypeRef part = LLVMStructGetTypeAtIndex(ct, 0);
  Val a = extract(x, 0), b = extract(x, 1);
  Val c = extract(y, 0), d = extract(y, 1);
  LLVMBuilderRef bl = F->b;
  switch (op) {
  case T_ADD:
    return make2(ct, LLVMBuildFAdd(bl, a, c, ""), LLVMBuildFAdd(bl, b, d, ""));
  case T_SUB:
    return make2(ct, LLVMBuildFSub(bl, a, c, ""), LLVMBuildFSub(bl, b, d, ""));
  case T_MUL: {
    a = widen(a), b = widen(b), c = widen(c), d = widen(d);
    Val re = LLVMBuildFSub(bl, LLVMBuildFMul(bl, a, c, ""),
                           LLVMBuildFMul(bl, b, d, ""), "");
    Val im = LLVMBuildFAdd(bl, LLVMBuildFMul(bl, a, d, ""),
                           LLVMBuildFMul(bl, b, c, ""), "");
    return make2(ct, narrow(re, part), narrow(im, part));
  }
  case T_QUO: {
    LLVMTypeRef wide = llvm_type(types_basic[B_COMPLEX128]);
    Val r = RT_CALL("complex128div", make2(wide, widen(a), widen(b)),
                    make2(wide, widen(c), widen(d)));
    return make2(ct, narrow(extract(r, 0), part),
                 narrow(extract(r, 1), part));
  }
  default:
    unreachable();
  }
}

Val lower_binary(Token op, Val x, Val y, Type *t, Type *ytype, Pos pos) {
  set_pos(pos);
  if (op == T_SHL || op == T_SHR) return lower_shift(op, x, y, t, ytype);
  if (is_integer(t)) return lower_int_op(op, x, y, t);
  if (is_float(t)) return lower_float_op(op, x, y);
  if (is_complex(t)) return lower_complex_op(op, x, y, t);
  if (is_string(t)) return concat_strings((Val[]){x, y}, 2, NULL);
  unreachable();
}

// ---- comparisons -----------------------------------------------------------

Val lower_is_nil(Val v, Type *t) {
  Type *u = under(t);
  Val p = u->kind == TY_SLICE || u->kind == TY_INTERFACE ? extract(v, 0) : v;
  return LLVMBuildIsNull(F->b, p, "");
}

static LLVMIntPredicate int_predicate(Token op, bool is_signed) {
  switch (op) {
  case T_EQL: return LLVMIntEQ;
  case T_NEQ: return LLVMIntNE;
  case T_LSS: return is_signed ? LLVMIntSLT : LLVMIntULT;
  case T_LEQ: return is_signed ? LLVMIntSLE : LLVMIntULE;
  case T_GTR: return is_signed ? LLVMIntSGT : LLVMIntUGT;
  case T_GEQ: return is_signed ? LLVMIntSGE : LLVMIntUGE;
  default: unreachable();
  }
}

static LLVMRealPredicate float_predicate(Token op) {
  switch (op) {
  case T_EQL: return LLVMRealOEQ;
  case T_NEQ: return LLVMRealUNE;
  case T_LSS: return LLVMRealOLT;
  case T_LEQ: return LLVMRealOLE;
  case T_GTR: return LLVMRealOGT;
  case T_GEQ: return LLVMRealOGE;
  default: unreachable();
  }
}

// An interface against a concrete value: same dynamic type, and equal.
static Val equal_mixed(Val iface, Type *it, Val v, Type *t) {
  Val same = icmp(LLVMIntEQ, iface_type(iface, it), type_descriptor(t));
  LLVMBasicBlockRef before, yes = new_block("mixed.same");
  LLVMBasicBlockRef done = new_block("mixed.done");
  before = cur_block();
  Known known = F->known;
  cond_br(same, yes, done);
  set_block(yes);
  Val eq = lower_equal(iface_unbox(extract(iface, 1), t), v, t);
  LLVMBasicBlockRef yes_end = cur_block();
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_i1, "");
  Val in[] = {LLVMConstInt(M->t_i1, 0, false), eq};
  LLVMBasicBlockRef from[] = {before, yes_end};
  LLVMAddIncoming(phi, in, from, 2);
  return phi;
}

static Val equal_values(Val x, Type *xt, Val y, Type *yt) {
  bool xi = is_interface(xt), yi = is_interface(yt);
  if (xi && !yi) return equal_mixed(x, xt, y, yt);
  if (yi && !xi) return equal_mixed(y, yt, x, xt);
  if (xi && is_empty_interface(xt) != is_empty_interface(yt)) {
    if (is_empty_interface(xt)) {
      y = convert_value(y, yt, xt, NULL);
    } else {
      x = convert_value(x, xt, yt, NULL);
      xt = yt;
    }
  }
  return lower_equal(x, y, xt);
}

Val lower_compare(Token op, Val x, Type *xt, Val y, Type *yt) {
  Type *u = under(xt);
  if (u->kind == TY_BASIC && !is_interface(yt)) {
    if (is_integer(u) || is_boolean(u))
      return icmp(int_predicate(op, is_signed_int(u)), x, y);
    if (is_float(u))
      return LLVMBuildFCmp(F->b, float_predicate(op), x, y, "");
    if (is_string(u) && op != T_EQL && op != T_NEQ) {
      Val order = RT_CALL("cmpstring", x, y);
      return icmp(int_predicate(op, true), order, const_i64(0));
    }
  }
  Val eq = equal_values(x, xt, y, yt);
  return op == T_EQL ? eq : LLVMBuildNot(F->b, eq, "");
}
