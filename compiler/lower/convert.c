// SPDX-License-Identifier: MIT
//
// Conversions and type assertions.
//
// Floats become integers as gc does it on amd64, by cvttsd2si, whose result
// for what does not fit is the smallest integer, not poison.
//
// A concrete value becomes an interface without allocation if it is pointer-
// shaped, of size zero, a constant, one byte, or if its box cannot outlive
// the frame (escapes_site). Boxes are never written to, so a value read from
// one may be used in place.
#include "lower.h"

static Val intrinsic(const char *name, Val *args, unsigned n) {
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  if (!id) unreachable();
  Val f = LLVMGetIntrinsicDeclaration(M->mod, id, NULL, 0);
  return LLVMBuildCall2(F->b, LLVMGlobalGetValueType(f), f, args, n, "");
}

// ---- numbers ---------------------------------------------------------------

// cvttsd2si and its relatives; bits is 32 or 64.
static Val cvtt(Val v, int bits) {
  bool wide = LLVMTypeOf(v) == M->t_f64;
  LLVMTypeRef vec = LLVMVectorType(LLVMTypeOf(v), wide ? 2 : 4);
  Val arg = LLVMBuildInsertElement(F->b, LLVMConstNull(vec), v,
                                   LLVMConstInt(M->t_i32, 0, false), "");
  const char *name = wide ? bits == 64 ? "llvm.x86.sse2.cvttsd2si64"
                                       : "llvm.x86.sse2.cvttsd2si"
                          : bits == 64 ? "llvm.x86.sse.cvttss2si64"
                                       : "llvm.x86.sse.cvttss2si";
  return intrinsic(name, &arg, 1);
}

// Values of 2^63 and more are brought into the signed range first.
static Val float_to_uint64(Val v) {
  LLVMTypeRef ft = LLVMTypeOf(v);
  Val two63 = LLVMConstReal(ft, 9223372036854775808.0);
  Val small = LLVMBuildFCmp(F->b, LLVMRealOLT, v, two63, "");
  Val low = cvtt(v, 64);
  Val high = cvtt(LLVMBuildFSub(F->b, v, two63, ""), 64);
  high = LLVMBuildOr(F->b, high, LLVMConstInt(M->t_i64, 1ULL << 63, false),
                     "");
  return LLVMBuildSelect(F->b, small, low, high, "");
}

static Val float_to_int(Val v, Type *to) {
  int bits = int_bits(to);
  bool is_signed = is_signed_int(to);
  if (bits == 64) return is_signed ? cvtt(v, 64) : float_to_uint64(v);
  Val wide = bits == 32 && !is_signed ? cvtt(v, 64) : cvtt(v, 32);
  LLVMTypeRef t = llvm_type(to);
  return LLVMTypeOf(wide) == t ? wide : LLVMBuildTrunc(F->b, wide, t, "");
}

static Val resize_float(Val v, LLVMTypeRef to) {
  if (LLVMTypeOf(v) == to) return v;
  return to == M->t_f64 ? LLVMBuildFPExt(F->b, v, to, "")
                        : LLVMBuildFPTrunc(F->b, v, to, "");
}

static Val resize_int(Val v, Type *from, Type *to) {
  LLVMTypeRef t = llvm_type(to);
  unsigned have = LLVMGetIntTypeWidth(LLVMTypeOf(v));
  unsigned want = LLVMGetIntTypeWidth(t);
  if (want == have) return v;
  if (want < have) return LLVMBuildTrunc(F->b, v, t, "");
  return is_signed_int(from) ? LLVMBuildSExt(F->b, v, t, "")
                             : LLVMBuildZExt(F->b, v, t, "");
}

static Val convert_number(Val v, Type *from, Type *to) {
  if (is_integer(from)) {
    if (is_integer(to)) return resize_int(v, from, to);
    return is_signed_int(from) ? LLVMBuildSIToFP(F->b, v, llvm_type(to), "")
                               : LLVMBuildUIToFP(F->b, v, llvm_type(to), "");
  }
  if (is_float(from)) {
    if (is_integer(to)) return float_to_int(v, to);
    return resize_float(v, llvm_type(to));
  }
  LLVMTypeRef ct = llvm_type(to);
  LLVMTypeRef part = LLVMStructGetTypeAtIndex(ct, 0);
  return make2(ct, resize_float(extract(v, 0), part),
               resize_float(extract(v, 1), part));
}

// ---- interfaces ------------------------------------------------------------

bool is_pointer_shaped(Type *t) {
  Type *u = under(t);
  switch (u->kind) {
  case TY_POINTER:
  case TY_MAP:
  case TY_CHAN:
  case TY_FUNC:
    return true;
  case TY_BASIC:
    return u->basic.kind == B_UNSAFE_POINTER;
  default:
    return false;
  }
}

bool is_empty_interface(Type *t) {
  Type *u = under(t);
  if (!u->interface.complete) interface_complete(u);
  return u->interface.all.len == 0;
}

// The type in an itab, or NULL of NULL.
static Val itab_type(Val itab) {
  LLVMBasicBlockRef before = cur_block(), load = new_block("itab.type");
  LLVMBasicBlockRef done = new_block("itab.done");
  Known known = F->known;
  cond_br(LLVMBuildIsNull(F->b, itab, ""), done, load);
  set_block(load);
  Val at = gep_bytes(itab, offsetof(GlItab, type));
  Val t = load_invariant(M->t_ptr, at);
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_ptr, "");
  Val in[] = {LLVMConstNull(M->t_ptr), t};
  LLVMBasicBlockRef from[] = {before, load};
  LLVMAddIncoming(phi, in, from, 2);
  return phi;
}

Val iface_type(Val v, Type *iface) {
  Val word = extract(v, 0);
  return is_empty_interface(iface) ? word : itab_type(word);
}

Val iface_unbox(Val data, Type *t) {
  return is_pointer_shaped(t) ? data : load_value(data, t);
}

// Words 0 to 255, shared by all packages: the boxes of small integers, and by
// their first bytes those of narrower ones.
static Val small_words(void) {
  const char name[] = "gl.smallwords";
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g) return g;
  Val words[256];
  for (int i = 0; i < 256; i++) words[i] = const_i64(i);
  Val init = LLVMConstArray2(M->t_i64, words, 256);
  g = LLVMAddGlobal(M->mod, LLVMTypeOf(init), name);
  LLVMSetInitializer(g, init);
  LLVMSetGlobalConstant(g, true);
  make_odr(g);
  return g;
}

static Val small_box(Val v) {
  Val i = LLVMTypeOf(v) == M->t_i64 ? v
                                    : LLVMBuildZExt(F->b, v, M->t_i64, "");
  return gep_index(small_words(), types_basic[B_INT], i);
}

// An integer on the heap, unless it is small.
static Val box_integer(Val v, Type *t) {
  Val limit = LLVMConstInt(LLVMTypeOf(v), 256, false);
  LLVMBasicBlockRef small = new_block("box.small");
  LLVMBasicBlockRef large = new_block("box.large");
  LLVMBasicBlockRef done = new_block("box.done");
  Known known = F->known;
  cond_br(LLVMBuildICmp(F->b, LLVMIntULT, v, limit, ""), small, large);
  set_block(small);
  Val p = small_box(v);
  br(done);
  set_block(large);
  Val q = new_object(t);
  store_value(q, v, t);
  LLVMBasicBlockRef large_end = cur_block();
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_ptr, "");
  LLVMBasicBlockRef from[] = {small, large_end};
  LLVMAddIncoming(phi, (Val[]){p, q}, from, 2);
  return phi;
}

// The memory form of a constant of a type without padding tricks, or NULL.
static Val constant_in_memory(Val v, Type *t) {
  if (is_memory_class(t) || !LLVMIsConstant(v)) return NULL;
  if (LLVMTypeOf(v) == mem_type(t)) return v;
  if (LLVMTypeOf(v) == M->t_i1 && LLVMIsAConstantInt(v))
    return LLVMConstInt(M->t_i8, LLVMConstIntGetZExtValue(v), false);
  return NULL;
}

// The data word for a value of type t.
static Val box(Val v, Type *t, const void *site) {
  if (is_pointer_shaped(t)) return v;
  int64_t size = type_size(t);
  if (size == 0) return new_object(t);  // the one address of all such
  if (size == 1 && !is_memory_class(t) &&
      LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMIntegerTypeKind)
    return small_box(v);
  Val c = constant_in_memory(v, t);
  if (c) return static_global(c, t, true);
  bool on_heap = !site || escapes_site(site);
  if (on_heap && LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMIntegerTypeKind)
    return box_integer(v, t);
  Val p = on_heap ? new_object(t) : alloca_type(t, "box");
  store_value(p, v, t);
  return p;
}

static Val make_iface(Val word, Val data) {
  return make2(M->t_iface, word, data);
}

static Val to_interface(Val v, Type *from, Type *to, const void *site) {
  Val word = is_empty_interface(to) ? type_descriptor(from)
                                    : itab_for(from, to);
  return make_iface(word, box(v, from, site));
}

// A method-less interface from any other, or a smaller set of methods; the
// checker has proved that the dynamic type has them.
static Val iface_to_iface(Val v, Type *from, Type *to) {
  if (identical(under(from), under(to))) return v;
  Val type = iface_type(v, from), data = extract(v, 1);
  if (is_empty_interface(to)) return make_iface(type, data);
  LLVMBasicBlockRef before, some = new_block("conv.itab");
  LLVMBasicBlockRef done = new_block("conv.done");
  before = cur_block();
  Known known = F->known;
  cond_br(LLVMBuildIsNull(F->b, type, ""), done, some);
  set_block(some);
  Val itab = RT_CALL("assertitab", type_descriptor(to), type,
                     type_descriptor(from));
  LLVMBasicBlockRef some_end = cur_block();
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_ptr, "");
  Val in[] = {LLVMConstNull(M->t_ptr), itab};
  LLVMBasicBlockRef from_blocks[] = {before, some_end};
  LLVMAddIncoming(phi, in, from_blocks, 2);
  return make_iface(phi, data);
}

// ---- type assertions -------------------------------------------------------

static void panic_assert(Val ok, Val type, Type *from, Type *to) {
  Val args[] = {type, type_descriptor(to), type_descriptor(from)};
  check(ok, "panicdottype", args, 3);
}

// Where the last itabs found for an interface are kept, by the address of the
// type; what is empty holds an itab without a type.
enum { ITAB_SLOTS = 16, ITAB_SHIFT = 6 };

static Val itab_cache(Type *inter) {
  const char *name = arena_printf(perm, "itabcache:%s", link_name_type(inter));
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g) return g;
  const char *none_name = "gl.noitab";
  LLVMTypeRef itab = LLVMArrayType2(M->t_i64, sizeof(GlItab) / 8 + 1);
  Val none = LLVMGetNamedGlobal(M->mod, none_name);
  if (!none) {
    none = LLVMAddGlobal(M->mod, itab, none_name);
    LLVMSetInitializer(none, LLVMConstNull(itab));
    LLVMSetGlobalConstant(none, true);
    make_odr(none);
  }
  Val slots[ITAB_SLOTS];
  for (int i = 0; i < ITAB_SLOTS; i++) slots[i] = none;
  Val init = LLVMConstArray2(M->t_ptr, slots, ITAB_SLOTS);
  g = LLVMAddGlobal(M->mod, LLVMTypeOf(init), name);
  LLVMSetInitializer(g, init);
  make_odr(g);
  return g;
}

// The itab of a type that is not NULL, or NULL if it lacks a method. A type
// that was asked for lately costs three loads.
static Val find_itab(Type *inter, Val type) {
  if (lower_options.opt_level < 2)
    return RT_CALL("assertitab2", type_descriptor(inter), type);
  Val i = LLVMBuildPtrToInt(F->b, type, M->t_i64, "");
  i = LLVMBuildLShr(F->b, i, const_i64(ITAB_SHIFT), "");
  i = LLVMBuildAnd(F->b, i, const_i64(ITAB_SLOTS - 1), "");
  Val slot = gep_index(itab_cache(inter), types_basic[B_UNSAFE_POINTER], i);
  Val cached = LLVMBuildLoad2(F->b, M->t_ptr, slot, "");
  LLVMSetAlignment(cached, 8);
  LLVMSetOrdering(cached, LLVMAtomicOrderingAcquire);
  Val have = load_invariant(M->t_ptr,
                            gep_bytes(cached, offsetof(GlItab, type)));
  Known known = F->known;
  LLVMBasicBlockRef before = cur_block(), miss = new_block("itab.miss");
  LLVMBasicBlockRef done = new_block("itab.found");
  cond_br_likely(LLVMBuildICmp(F->b, LLVMIntEQ, have, type, ""), done, miss);
  set_block(miss);
  Val made = RT_CALL("itabmiss", type_descriptor(inter), type, slot);
  LLVMBasicBlockRef miss_end = cur_block();
  br(done);
  enter_block(done, known);
  Val tab = LLVMBuildPhi(F->b, M->t_ptr, "");
  LLVMBasicBlockRef from[] = {before, miss_end};
  LLVMAddIncoming(tab, (Val[]){cached, made}, from, 2);
  Val first = load_invariant(M->t_ptr, gep_bytes(tab, offsetof(GlItab, fun)));
  Val lacks = LLVMBuildIsNull(F->b, first, "");
  return LLVMBuildSelect(F->b, lacks, LLVMConstNull(M->t_ptr), tab, "");
}

// The same, but it panics where there is none; type may be NULL.
static Val need_itab(Type *inter, Val type, Type *from) {
  if (lower_options.opt_level < 2)
    return RT_CALL("assertitab", type_descriptor(inter), type,
                   type_descriptor(from));
  LLVMBasicBlockRef some = new_block("need.some"), bad = new_block("need.bad");
  LLVMBasicBlockRef good = new_block("need.good");
  cond_br_likely(LLVMBuildIsNotNull(F->b, type, ""), some, bad);
  enter_block(some, F->known);
  Val tab = find_itab(inter, type);
  Known known = F->known;
  cond_br_likely(LLVMBuildIsNotNull(F->b, tab, ""), good, bad);
  set_block(bad);
  RT_CALL("assertitab", type_descriptor(inter), type, type_descriptor(from));
  LLVMBuildUnreachable(F->b);
  enter_block(good, known);
  return tab;
}

static Val assert_interface(Val v, Type *from, Type *to, bool comma_ok,
                            Val *ok) {
  Val type = iface_type(v, from), data = extract(v, 1);
  Val null = LLVMConstNull(M->t_ptr);
  Val some = LLVMBuildICmp(F->b, LLVMIntNE, type, null, "");
  if (is_empty_interface(to)) {
    if (!comma_ok)
      panic_assert(some, type, from, to);
    else
      *ok = some;
    return make_iface(type, data);
  }
  if (!comma_ok) {
    return make_iface(need_itab(to, type, from), data);
  }
  Known known = F->known;
  LLVMBasicBlockRef before = cur_block(), find = new_block("assert.find");
  LLVMBasicBlockRef done = new_block("assert.done");
  cond_br(some, find, done);
  set_block(find);
  Val found = find_itab(to, type);
  LLVMBasicBlockRef find_end = cur_block();
  br(done);
  enter_block(done, known);
  Val itab = LLVMBuildPhi(F->b, M->t_ptr, "");
  Val in[] = {null, found};
  LLVMBasicBlockRef from_blocks[] = {before, find_end};
  LLVMAddIncoming(itab, in, from_blocks, 2);
  *ok = LLVMBuildICmp(F->b, LLVMIntNE, itab, null, "");
  data = LLVMBuildSelect(F->b, *ok, data, null, "");
  return make_iface(itab, data);
}

// The concrete value if ok, else zero.
static Val unbox_if(Val ok, Val data, Type *t) {
  if (is_pointer_shaped(t))
    return LLVMBuildSelect(F->b, ok, data, LLVMConstNull(M->t_ptr), "");
  if (type_size(t) == 0) return zero_value(t);
  if (is_memory_class(t))
    return LLVMBuildSelect(F->b, ok, data, zero_value(t), "");
  Known known = F->known;
  LLVMBasicBlockRef before = cur_block(), load = new_block("assert.load");
  LLVMBasicBlockRef done = new_block("assert.done");
  cond_br(ok, load, done);
  set_block(load);
  Val v = load_value(data, t);
  LLVMBasicBlockRef load_end = cur_block();
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, LLVMTypeOf(v), "");
  Val in[] = {LLVMConstNull(LLVMTypeOf(v)), v};
  LLVMBasicBlockRef from[] = {before, load_end};
  LLVMAddIncoming(phi, in, from, 2);
  return phi;
}

Val lower_type_assert(Val v, Type *from, Type *to, bool comma_ok, Val *ok) {
  if (is_interface(to)) return assert_interface(v, from, to, comma_ok, ok);
  Val type = iface_type(v, from);
  Val same = LLVMBuildICmp(F->b, LLVMIntEQ, type, type_descriptor(to), "");
  if (comma_ok) {
    *ok = same;
    return unbox_if(same, extract(v, 1), to);
  }
  panic_assert(same, type, from, to);
  return iface_unbox(extract(v, 1), to);
}

// ---- strings and slices ----------------------------------------------------

static bool elem_is_byte(Type *slice) {
  return type_size(under(slice)->slice.elem) == 1;
}

Val short_buffer(const void *site) {
  if (!site || escapes_site(site)) return LLVMConstNull(M->t_ptr);
  Val p = alloca_llvm(LLVMArrayType2(M->t_i8, GL_SHORT_TEXT), "short");
  LLVMSetAlignment(p, 8);
  return p;
}

static bool is_text_conversion(Type *f, Type *t) {
  if (is_string(t)) return f->kind == TY_SLICE || is_integer(f);
  return f->kind == TY_BASIC && is_string(f) && t->kind == TY_SLICE;
}

// From or to a string. site: what escape.c knows the result's bytes by.
static Val convert_text(Val v, Type *from, Type *to, const void *site) {
  Type *f = under(from);
  if (is_string(to) && is_integer(f))
    return RT_CALL("intstring", to_i64(v, f), short_buffer(site));
  if (is_string(to)) {
    const char *name = elem_is_byte(from) ? "bytestostring" : "runestostring";
    return RT_CALL(name, extract(v, 0), extract(v, 1), short_buffer(site));
  }
  return elem_is_byte(to) ? RT_CALL("stringtobytes", v, short_buffer(site))
                          : RT_CALL("stringtorunes", v);
}

Val convert_explicitly(Expr *x) {
  Expr *arg = x->call.args.at[0];
  Type *from = type_of(arg), *to = type_of(x);
  Val v = lower_expr(arg);
  if (is_text_conversion(under(from), under(to)))
    return convert_text(v, from, to, x);
  return convert_value(v, from, to, arg);
}

// A pointer to the first elements of a slice, checked to be enough.
static Val slice_to_array_pointer(Val v, Type *array) {
  bounds_check(const_i64(under(array)->array.len), true, extract(v, 1), true,
               GL_BOUNDS_CONVERT);
  return extract(v, 0);
}

static Val slice_to_array(Val v, Type *to) {
  Val p = slice_to_array_pointer(v, to);
  if (type_size(to) == 0) return zero_value(to);
  return load_value(p, to);
}

// ---- entry -----------------------------------------------------------------

// Same layout, another Go type: structs that differ in tags or names.
static Val retype(Val v, Type *from, Type *to) {
  if (is_memory_class(to) || LLVMTypeOf(v) == llvm_type(to)) return v;
  Val tmp = alloca_type(from, "conv");
  store_value(tmp, v, from);
  return load_value(tmp, to);
}

static Val convert_unsafe(Val v, Type *from, Type *to) {
  if (is_integer(from)) return LLVMBuildIntToPtr(F->b, v, M->t_ptr, "");
  if (is_integer(to)) return LLVMBuildPtrToInt(F->b, v, M->t_i64, "");
  return v;
}

static bool is_unsafe_pointer(Type *u) {
  return u->kind == TY_BASIC && u->basic.kind == B_UNSAFE_POINTER;
}

Val convert_value(Val v, Type *from, Type *to, const void *site) {
  if (from == to) return v;
  Type *f = under(from), *t = under(to);
  if (t->kind == TY_INTERFACE) {
    if (f->kind == TY_INTERFACE) return iface_to_iface(v, from, to);
    return to_interface(v, from, to, site);
  }
  if (is_unsafe_pointer(f) || is_unsafe_pointer(t))
    return convert_unsafe(v, f, t);
  if (t->kind == TY_BASIC) {
    if (is_numeric(t)) return convert_number(v, f, t);
    if (is_text_conversion(f, t)) return convert_text(v, from, to, NULL);
    return v;  // string, bool
  }
  if (is_text_conversion(f, t)) return convert_text(v, from, to, NULL);
  if (f->kind == TY_SLICE && t->kind == TY_POINTER)
    return slice_to_array_pointer(v, t->pointer.elem);
  if (f->kind == TY_SLICE && t->kind == TY_ARRAY) return slice_to_array(v, to);
  return retype(v, from, to);
}
