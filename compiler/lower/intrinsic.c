// SPDX-License-Identifier: MIT
//
// The functions that //gl:intrinsic names: instructions in place of a call.
// Types and widths come from the .gl declaration.
//
// What must hold: no intrinsic becomes a call that needs stack. floor and its
// like are instructions on the processors we generate code for (SSE 4.1);
// fma, which is not one on all of them, goes through gl_ccall.

#include "lower.h"

typedef Val Emit(Object *f, Val *args);

static Type *param(Object *f, int i) {
  return f->type->func.params.at[i]->type;
}

static Type *result(Object *f) {
  return f->type->func.results.at[0]->type;
}

static Val call_llvm(const char *name, LLVMTypeRef *over, unsigned nover,
                     Val *args, unsigned n) {
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Val fn = LLVMGetIntrinsicDeclaration(M->mod, id, over, nover);
  LLVMTypeRef type = LLVMIntrinsicGetType(M->ctx, id, over, nover);
  return LLVMBuildCall2(F->b, type, fn, args, n, "");
}

static Val to_result(Object *f, Val v) {
  LLVMTypeRef t = llvm_type(result(f));
  return LLVMBuildIntCast2(F->b, v, t, false, "");
}

// ---- atomics ---------------------------------------------------------------

static Val make_atomic(Val access, Type *t) {
  LLVMSetOrdering(access, LLVMAtomicOrderingSequentiallyConsistent);
  LLVMSetAlignment(access, (unsigned)type_size(t));
  return access;
}

static Val atomic_load(Object *f, Val *args) {
  nil_check(args[0]);
  Val v = LLVMBuildLoad2(F->b, mem_type(result(f)), args[0], "");
  return make_atomic(v, result(f));
}

static Val atomic_store(Object *f, Val *args) {
  nil_check(args[0]);
  make_atomic(LLVMBuildStore(F->b, args[1], args[0]), param(f, 1));
  return NULL;
}

static Val rmw(LLVMAtomicRMWBinOp op, Val *args) {
  nil_check(args[0]);
  return LLVMBuildAtomicRMW(F->b, op, args[0], args[1],
                            LLVMAtomicOrderingSequentiallyConsistent, false);
}

static Val atomic_add(Object *f, Val *args) {
  (void)f;
  Val old = rmw(LLVMAtomicRMWBinOpAdd, args);
  return LLVMBuildAdd(F->b, old, args[1], "");
}

static Val atomic_swap(Object *f, Val *args) {
  (void)f;
  return rmw(LLVMAtomicRMWBinOpXchg, args);
}

static Val old_or_none(Object *f, Val old) {
  return f->type->func.results.len ? old : NULL;
}

static Val atomic_and(Object *f, Val *args) {
  return old_or_none(f, rmw(LLVMAtomicRMWBinOpAnd, args));
}

static Val atomic_or(Object *f, Val *args) {
  return old_or_none(f, rmw(LLVMAtomicRMWBinOpOr, args));
}

static Val atomic_cas(Object *f, Val *args) {
  (void)f;
  nil_check(args[0]);
  Val pair = LLVMBuildAtomicCmpXchg(
      F->b, args[0], args[1], args[2],
      LLVMAtomicOrderingSequentiallyConsistent,
      LLVMAtomicOrderingSequentiallyConsistent, false);
  return extract(pair, 1);
}

// ---- math ------------------------------------------------------------------

static Val math1(const char *name, Val *args) {
  LLVMTypeRef t = LLVMTypeOf(args[0]);
  return call_llvm(name, &t, 1, args, 1);
}

#define MATH1(name, llvm)                        \
  static Val math_##name(Object *f, Val *args) { \
    (void)f;                                     \
    return math1(llvm, args);                    \
  }
MATH1(sqrt, "llvm.sqrt")
MATH1(floor, "llvm.floor")
MATH1(ceil, "llvm.ceil")
MATH1(trunc, "llvm.trunc")
MATH1(abs, "llvm.fabs")

static Val math_copysign(Object *f, Val *args) {
  (void)f;
  LLVMTypeRef t = LLVMTypeOf(args[0]);
  return call_llvm("llvm.copysign", &t, 1, args, 2);
}

static Val math_fma(Object *f, Val *args) {
  (void)f;
  char *symbol = arena_printf(perm, "%s.fma·c", link_path(M->pkg));
  LLVMTypeRef ts[3] = {M->t_f64, M->t_f64, M->t_f64};
  LLVMTypeRef type = LLVMFunctionType(M->t_f64, ts, 3, false);
  Val fn = LLVMGetNamedFunction(M->mod, symbol);
  if (!fn) {
    emit_stub(symbol, "fma", "gl_ccall");
    fn = function_declare(symbol, type);
  }
  return LLVMBuildCall2(F->b, type, fn, args, 3, "");
}

// ---- bits ------------------------------------------------------------------

static Val count_zeros(Object *f, const char *name, Val *args) {
  LLVMTypeRef t = LLVMTypeOf(args[0]);
  Val both[2] = {args[0], LLVMConstInt(M->t_i1, 0, false)};
  return to_result(f, call_llvm(name, &t, 1, both, 2));
}

static Val bits_clz(Object *f, Val *args) {
  return count_zeros(f, "llvm.ctlz", args);
}

static Val bits_ctz(Object *f, Val *args) {
  return count_zeros(f, "llvm.cttz", args);
}

static Val bits_popcount(Object *f, Val *args) {
  return to_result(f, math1("llvm.ctpop", args));
}

static Val bits_bswap(Object *f, Val *args) {
  return to_result(f, math1("llvm.bswap", args));
}

// The whole product of two 64-bit words: {high, low}.
static Val bits_mul64(Object *f, Val *args) {
  (void)f;
  LLVMTypeRef wide = LLVMIntTypeInContext(M->ctx, 128);
  Val x = LLVMBuildZExt(F->b, args[0], wide, "");
  Val y = LLVMBuildZExt(F->b, args[1], wide, "");
  Val product = LLVMBuildMul(F->b, x, y, "");
  Val shift = LLVMConstInt(wide, 64, false);
  Val high = LLVMBuildLShr(F->b, product, shift, "");
  LLVMTypeRef words[2] = {M->t_i64, M->t_i64};
  LLVMTypeRef pair = LLVMStructTypeInContext(M->ctx, words, 2, false);
  return make2(pair, LLVMBuildTrunc(F->b, high, M->t_i64, ""),
               LLVMBuildTrunc(F->b, product, M->t_i64, ""));
}

// ---- memory ----------------------------------------------------------------

static Val mem_move(Object *f, Val *args) {
  (void)f;
  LLVMBuildMemMove(F->b, args[0], 1, args[1], 1, args[2]);
  return NULL;
}

static Val mem_clear(Object *f, Val *args) {
  (void)f;
  LLVMBuildMemSet(F->b, args[0], const_int(M->t_i8, 0), args[1], 1);
  return NULL;
}

static Val mem_equal(Object *f, Val *args) {
  (void)f;
  return bytes_equal(args[0], args[1], args[2]);
}

static Val caller_frame(Object *f, Val *args) {
  (void)args;
  Val p = frame_address();
  LLVMTypeRef t = llvm_type(result(f));
  return t == M->t_ptr ? p : LLVMBuildPtrToInt(F->b, p, t, "");
}

static Val return_address(Object *f, Val *args) {
  (void)args;
  Val zero = const_int(M->t_i32, 0);
  Val p = call_llvm("llvm.returnaddress", NULL, 0, &zero, 1);
  LLVMTypeRef t = llvm_type(result(f));
  return t == M->t_ptr ? p : LLVMBuildPtrToInt(F->b, p, t, "");
}

static Val prefetch(Object *f, Val *args) {
  (void)f;
  LLVMTypeRef t = M->t_ptr;
  Val all[4] = {args[0], const_int(M->t_i32, 0), const_int(M->t_i32, 3),
                const_int(M->t_i32, 1)};
  call_llvm("llvm.prefetch", &t, 1, all, 4);
  return NULL;
}

// ---- entry -----------------------------------------------------------------

// Whether n bytes are equal. bcmp needs no stack, like memmove.
Val bytes_equal(Val p, Val q, Val n) {
  LLVMTypeRef ts[3] = {M->t_ptr, M->t_ptr, M->t_i64};
  LLVMTypeRef type = LLVMFunctionType(M->t_i32, ts, 3, false);
  Val fn = LLVMGetNamedFunction(M->mod, "bcmp");
  if (!fn) {
    fn = LLVMAddFunction(M->mod, "bcmp", type);
    add_attr(fn, LLVMAttributeFunctionIndex, "nounwind", 0);
    add_attr(fn, LLVMAttributeFunctionIndex, "willreturn", 0);
    // memory(argmem: read)
    add_attr(fn, LLVMAttributeFunctionIndex, "memory", 1);
  }
  Val args[3] = {p, q, n};
  Val differ = LLVMBuildCall2(F->b, type, fn, args, 3, "");
  return LLVMBuildICmp(F->b, LLVMIntEQ, differ, const_int(M->t_i32, 0), "");
}

static const struct {
  const char *name;
  Emit *emit;
} table[] = {
    {"atomic.load", atomic_load},     {"atomic.store", atomic_store},
    {"atomic.add", atomic_add},       {"atomic.swap", atomic_swap},
    {"atomic.cas", atomic_cas},       {"atomic.and", atomic_and},
    {"atomic.or", atomic_or},         {"math.sqrt", math_sqrt},
    {"math.floor", math_floor},       {"math.ceil", math_ceil},
    {"math.trunc", math_trunc},       {"math.abs", math_abs},
    {"math.copysign", math_copysign}, {"math.fma", math_fma},
    {"bits.clz64", bits_clz},         {"bits.ctz64", bits_ctz},
    {"bits.popcount64", bits_popcount}, {"bits.bswap64", bits_bswap},
    {"bits.clz32", bits_clz},         {"bits.ctz32", bits_ctz},
    {"bits.popcount32", bits_popcount}, {"bits.bswap32", bits_bswap},
    {"bits.mul64", bits_mul64},
    {"memmove", mem_move},            {"memclr", mem_clear},
    {"memequal", mem_equal},          {"frameaddress", caller_frame},
    {"returnaddress", return_address}, {"prefetch", prefetch},
};

// The result, or NULL for none.
Val emit_intrinsic(Object *f, Val *args) {
  const char *name = directive_of(f)->name;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (strcmp(table[i].name, name) == 0)
      return table[i].emit(f, args);
  }
  fatal("%s: unknown intrinsic %s", link_name_func(f), name);
}
