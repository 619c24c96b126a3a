// SPDX-License-Identifier: MIT
//
// Loads, stores and allocation by the value model of lower.h; strings and
// other small values; blocks, branches and debug locations.
//
// Composite values of scalar class are loaded and stored leaf by leaf: LLVM
// promotes those to registers, and a first-class store of a struct with
// padding it would leave alone.

#include "lower.h"

// ---- addresses -------------------------------------------------------------

Val gep_bytes(Val addr, int64_t offset) {
  if (offset == 0)
    return addr;
  Val i = const_i64(offset);
  return LLVMBuildInBoundsGEP2(F->b, M->t_i8, addr, &i, 1, "");
}

Val gep_field(Val addr, Type *strukt, int index) {
  LLVMTypeRef mt = mem_type(strukt);
  return LLVMBuildStructGEP2(F->b, mt, addr, (unsigned)index, "");
}

Val gep_index(Val addr, Type *elem, Val index) {
  return LLVMBuildInBoundsGEP2(F->b, mem_type(elem), addr, &index, 1, "");
}

// ---- loads and stores ------------------------------------------------------

// The value loaded is at least 0 and less than limit.
static Val set_range(Val load, int64_t limit) {
  LLVMTypeRef t = LLVMTypeOf(load);
  LLVMMetadataRef range[2] = {LLVMValueAsMetadata(const_int(t, 0)),
                              LLVMValueAsMetadata(const_int(t, limit))};
  LLVMSetMetadata(load, LLVMGetMDKindIDInContext(M->ctx, "range", 5),
                  LLVMMetadataAsValue(
                      M->ctx, LLVMMDNodeInContext2(M->ctx, range, 2)));
  return load;
}

static Val load_bool(Val addr) {
  Val v = set_range(LLVMBuildLoad2(F->b, M->t_i8, addr, ""), 2);
  return LLVMBuildTrunc(F->b, v, M->t_i1, "");
}

static bool has_length(Type *t) {
  return under(t)->kind == TY_SLICE || is_string(t);
}

// What the length of a string or slice is less than: with elements of some
// size it is far from what an index may overflow to.
static int64_t length_limit(Type *t) {
  Type *u = under(t);
  bool sized = u->kind != TY_SLICE || type_size(u->slice.elem) > 0;
  return sized ? (int64_t)1 << 62 : INT64_MIN;
}

// A string or slice. That lengths are not negative is what most proofs that
// an index is within bounds begin with.
static Val load_header(Val addr, Type *type) {
  LLVMTypeRef t = llvm_type(type);
  int64_t limit = length_limit(type);
  Val v = LLVMBuildInsertValue(F->b, LLVMGetPoison(t),
                               LLVMBuildLoad2(F->b, M->t_ptr, addr, ""), 0,
                               "");
  for (unsigned i = 1; i < LLVMCountStructElementTypes(t); i++) {
    Val p = LLVMBuildStructGEP2(F->b, t, addr, i, "");
    Val n = LLVMBuildLoad2(F->b, M->t_i64, p, "");
    v = LLVMBuildInsertValue(F->b, v, set_range(n, limit), i, "");
  }
  return v;
}

static void assume(Val ok) {
  const char *name = "llvm.assume";
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Val fn = LLVMGetIntrinsicDeclaration(M->mod, id, NULL, 0);
  LLVMBuildCall2(F->b, LLVMGlobalGetValueType(fn), fn, &ok, 1, "");
}

void assume_lengths(Val v, Type *t) {
  if (!has_length(t) || lower_options.opt_level < 2)
    return;
  Val len = extract(v, 1);
  assume(LLVMBuildICmp(F->b, LLVMIntULT, len, const_i64(length_limit(t)),
                       ""));
  if (under(t)->kind == TY_SLICE)
    assume(LLVMBuildICmp(F->b, LLVMIntSLE, len, extract(v, 2), ""));
}

static Val load_leaves(Val addr, LLVMTypeRef t) {
  LLVMTypeKind kind = LLVMGetTypeKind(t);
  if (kind != LLVMStructTypeKind && kind != LLVMArrayTypeKind)
    return LLVMBuildLoad2(F->b, t, addr, "");
  unsigned n = kind == LLVMStructTypeKind ? LLVMCountStructElementTypes(t)
                                          : (unsigned)LLVMGetArrayLength2(t);
  Val v = LLVMGetPoison(t);
  for (unsigned i = 0; i < n; i++) {
    LLVMTypeRef et = kind == LLVMStructTypeKind ? LLVMStructGetTypeAtIndex(t, i)
                                                : LLVMGetElementType(t);
    Val at[2] = {const_int(M->t_i32, 0), const_int(M->t_i32, i)};
    Val p = LLVMBuildInBoundsGEP2(F->b, t, addr, at, 2, "");
    v = LLVMBuildInsertValue(F->b, v, load_leaves(p, et), i, "");
  }
  return v;
}

static void store_leaves(Val addr, Val v, LLVMTypeRef t) {
  LLVMTypeKind kind = LLVMGetTypeKind(t);
  if (kind != LLVMStructTypeKind && kind != LLVMArrayTypeKind) {
    LLVMBuildStore(F->b, v, addr);
    return;
  }
  unsigned n = kind == LLVMStructTypeKind ? LLVMCountStructElementTypes(t)
                                          : (unsigned)LLVMGetArrayLength2(t);
  for (unsigned i = 0; i < n; i++) {
    LLVMTypeRef et = kind == LLVMStructTypeKind ? LLVMStructGetTypeAtIndex(t, i)
                                                : LLVMGetElementType(t);
    Val at[2] = {const_int(M->t_i32, 0), const_int(M->t_i32, i)};
    Val p = LLVMBuildInBoundsGEP2(F->b, t, addr, at, 2, "");
    store_leaves(p, extract(v, i), et);
  }
}

Val load_value(Val addr, Type *t) {
  if (is_memory_class(t))
    return addr;
  if (is_boolean(t))
    return load_bool(addr);
  if (has_length(t))
    return load_header(addr, t);
  return load_leaves(addr, llvm_type(t));
}

void store_value(Val addr, Val v, Type *t) {
  if (is_memory_class(t))
    copy_memory(addr, v, t);
  else if (is_boolean(t))
    LLVMBuildStore(F->b, LLVMBuildZExt(F->b, v, M->t_i8, ""), addr);
  else
    store_leaves(addr, v, llvm_type(t));
}

static unsigned align_of(Type *t) {
  return (unsigned)type_align(t);
}

// LLVM makes a memcpy of it where the two cannot overlap.
void copy_memory(Val dst, Val src, Type *t) {
  if (dst == src || type_size(t) == 0)
    return;
  LLVMBuildMemMove(F->b, dst, align_of(t), src, align_of(t),
                   const_i64(type_size(t)));
}

void zero_memory(Val dst, Type *t) {
  if (type_size(t) == 0)
    return;
  if (!is_memory_class(t))
    store_value(dst, zero_value(t), t);
  else
    LLVMBuildMemSet(F->b, dst, const_int(M->t_i8, 0),
                    const_i64(type_size(t)), align_of(t));
}

Val load_invariant(LLVMTypeRef t, Val addr) {
  Val v = LLVMBuildLoad2(F->b, t, addr, "");
  LLVMSetMetadata(v, LLVMGetMDKindIDInContext(M->ctx, "invariant.load", 14),
                  LLVMMetadataAsValue(M->ctx, LLVMMDNodeInContext2(
                                                  M->ctx, NULL, 0)));
  return v;
}

// ---- allocation ------------------------------------------------------------

Val alloca_llvm(LLVMTypeRef t, const char *name) {
  return LLVMBuildAlloca(F->entry_b, t, name);
}

Val alloca_type(Type *t, const char *name) {
  return alloca_llvm(mem_type(t), name);
}

Val snapshot(Val v, Type *t) {
  if (!is_memory_class(t))
    return v;
  Val copy = alloca_type(t, "");
  copy_memory(copy, v, t);
  return copy;
}

// Where all objects without size live.
static Val zero_base(void) {
  Val g = LLVMGetNamedGlobal(M->mod, "gl_zerobase");
  if (!g) {
    g = LLVMAddGlobal(M->mod, M->t_i64, "gl_zerobase");
    LLVMSetVisibility(g, LLVMHiddenVisibility);
  }
  return g;
}

Val new_object(Type *t) {
  if (type_size(t) == 0)
    return zero_base();
  Val size = const_i64(type_size(t));
  Val p = !type_has_pointers(t) ? RT_CALL("new_noscan", size)
                                : RT_CALL("new", size, layout_of_type(t));
  note_nonnil(p);
  return p;
}

// ---- composite values ------------------------------------------------------

// Looks through the values that agg was put together from.
Val extract(Val agg, unsigned i) {
  while (LLVMIsAInsertValueInst(agg)) {
    const unsigned *at = LLVMGetIndices(agg);
    if (at[0] == i && LLVMGetNumIndices(agg) == 1)
      return LLVMGetOperand(agg, 1);
    if (at[0] == i)
      break;
    agg = LLVMGetOperand(agg, 0);
  }
  return LLVMBuildExtractValue(F->b, agg, i, "");
}

Val in_parts(Val v) {
  LLVMTypeRef t = LLVMTypeOf(v);
  if (LLVMIsConstant(v) ||
      (t != M->t_string && t != M->t_slice && t != M->t_iface))
    return v;
  Val parts = LLVMGetPoison(t);
  for (unsigned i = 0; i < LLVMCountStructElementTypes(t); i++)
    parts = LLVMBuildInsertValue(F->b, parts, extract(v, i), i, "");
  return parts;
}

Val make2(LLVMTypeRef t, Val a, Val b) {
  Val v = LLVMBuildInsertValue(F->b, LLVMGetPoison(t), a, 0, "");
  return LLVMBuildInsertValue(F->b, v, b, 1, "");
}

Val make_string(Val ptr, Val len) {
  return make2(M->t_string, ptr, len);
}

Val make_slice(Val ptr, Val len, Val cap) {
  Val v = make2(M->t_slice, ptr, len);
  return LLVMBuildInsertValue(F->b, v, cap, 2, "");
}

// Texts this long are worth a section and a symbol of their own: packages that
// inline from each other then share them, and unused ones are dropped.
enum { SHARED_TEXT = 64 };

// Gives a long text a name made of its contents, equal in all objects.
static void share_text(Val g, const char *s, size_t n) {
  Hash h;
  hash_init(&h);
  hash_add(&h, s, n);
  char *name = arena_printf(perm, "text:%.32s", hash_end_hex(&h));
  LLVMSetValueName2(g, name, strlen(name));
  make_odr(g);
}

Val bytes_const(const char *s, size_t n) {
  Val g = strmap_get(&M->strings, s, n);
  if (g)
    return g;
  Val text = LLVMConstStringInContext2(M->ctx, s, n, true);
  g = LLVMAddGlobal(M->mod, LLVMTypeOf(text), "str");
  LLVMSetInitializer(g, text);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
  LLVMSetAlignment(g, 1);
  if (n >= SHARED_TEXT)
    share_text(g, s, n);
  strmap_put(&M->strings, s, n, g);
  return g;
}

Val string_const(const char *s, size_t n) {
  Val ptr = n ? bytes_const(s, n) : LLVMConstNull(M->t_ptr);
  Val parts[2] = {ptr, const_i64((int64_t)n)};
  return LLVMConstStructInContext(M->ctx, parts, 2, false);
}

// ---- blocks and branches ---------------------------------------------------

LLVMBasicBlockRef new_block(const char *name) {
  return LLVMAppendBasicBlockInContext(M->ctx, F->fn, name);
}

void set_block(LLVMBasicBlockRef b) {
  LLVMPositionBuilderAtEnd(F->b, b);
  F->known = (Known){0};
}

LLVMBasicBlockRef cur_block(void) {
  return LLVMGetInsertBlock(F->b);
}

bool terminated(void) {
  return LLVMGetBasicBlockTerminator(cur_block()) != NULL;
}

void br(LLVMBasicBlockRef b) {
  if (!terminated())
    LLVMBuildBr(F->b, b);
}

void cond_br(Val cond, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
  if (!terminated())
    LLVMBuildCondBr(F->b, cond, yes, no);
}

static LLVMMetadataRef weight(int64_t v) {
  return LLVMValueAsMetadata(const_int(M->t_i32, v));
}

static void set_weights(Val branch, int yes, int no) {
  LLVMMetadataRef md[3] = {
      LLVMMDStringInContext2(M->ctx, "branch_weights", 14), weight(yes),
      weight(no)};
  LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(M->ctx, "prof", 4),
                  LLVMMetadataAsValue(
                      M->ctx, LLVMMDNodeInContext2(M->ctx, md, 3)));
}

void cond_br_likely(Val cond, LLVMBasicBlockRef likely,
                    LLVMBasicBlockRef unlikely) {
  if (terminated())
    return;
  set_weights(LLVMBuildCondBr(F->b, cond, likely, unlikely), 1 << 20, 1);
}

// ---- panics ----------------------------------------------------------------

void check(Val ok, const char *panic_name, Val *args, unsigned n) {
  if (terminated())
    return;
  LLVMBasicBlockRef good = new_block("ok");
  LLVMBasicBlockRef bad = new_block("bad");
  Known known = F->known;
  cond_br_likely(ok, good, bad);
  set_block(bad);
  rt_call(panic_name, args, n);
  LLVMBuildUnreachable(F->b);
  enter_block(good, known);
}

static void mark_implicit(Val branch) {
  LLVMSetMetadata(branch,
                  LLVMGetMDKindIDInContext(M->ctx, "make.implicit", 13),
                  LLVMMetadataAsValue(M->ctx,
                                      LLVMMDNodeInContext2(M->ctx, NULL, 0)));
}

static bool is_same_line(LLVMMetadataRef a, LLVMMetadataRef b) {
  return a == b || (a && b && LLVMDILocationGetLine(a) ==
                                  LLVMDILocationGetLine(b) &&
                    LLVMDILocationGetScope(a) == LLVMDILocationGetScope(b));
}

// One block for all checks of a line: a trace then still shows the line.
static LLVMBasicBlockRef nil_block(void) {
  LLVMMetadataRef loc = LLVMGetCurrentDebugLocation2(F->b);
  if (F->nil_block && is_same_line(F->nil_loc, loc))
    return F->nil_block;
  LLVMBasicBlockRef here = cur_block();
  Known known = F->known;
  F->nil_block = new_block("nil");
  F->nil_loc = loc;
  set_block(F->nil_block);
  rt_call("panicnil", NULL, 0);
  LLVMBuildUnreachable(F->b);
  enter_block(here, known);
  return F->nil_block;
}

void nil_check(Val ptr) {
  if (terminated() || known_nonnil(ptr))
    return;
  LLVMBasicBlockRef bad = nil_block();
  LLVMBasicBlockRef good = new_block("nonnil");
  Val is_nil = LLVMBuildICmp(F->b, LLVMIntEQ, ptr, LLVMConstNull(M->t_ptr), "");
  Val branch = LLVMBuildCondBr(F->b, is_nil, bad, good);
  mark_implicit(branch);
  set_weights(branch, 1, 1 << 20);
  enter_block(good, F->known);
  note_nonnil(ptr);
}
