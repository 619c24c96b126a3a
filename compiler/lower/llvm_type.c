// SPDX-License-Identifier: MIT
//
// From Gl types to LLVM types: the two classes of the value model, the layout
// in memory, and the signatures of functions.
//
// What must hold: mem_type(t) has exactly the size, alignment and field
// offsets that types/sizes.c computes, since constants, descriptors and
// unsafe.Offsetof use those. A debug build checks every struct it makes.
//
// LLVM types are made once per Type and kept in Type.lower; they belong to
// the one context of all modules.

#include "lower.h"

enum { MAX_WORDS = 4 };  // of a composite value kept in registers

typedef struct TypeLower {
  LLVMTypeRef mem, val;
  int words;          // 1 + words_of, 0: not known yet
} TypeLower;

static TypeLower *lower_of(Type *t) {
  if (!t->lower)
    t->lower = NEW(TypeLower);
  return t->lower;
}

// ---- classes ---------------------------------------------------------------

static int words_of(Type *t);

static int words_of_struct(Type *t) {
  int n = 0;
  vec_each(Object *, f, &t->struct_.fields) {
    n += words_of((*f)->type);
    if (n > MAX_WORDS)
      return MAX_WORDS + 1;
  }
  return n;
}

static int count_words(Type *t) {
  switch (t->kind) {
  case TY_BASIC:
    return t->basic.info & (BI_STRING | BI_COMPLEX) ? 2 : 1;
  case TY_SLICE:
    return 3;
  case TY_INTERFACE:
    return 2;
  case TY_ARRAY:
    if (t->array.len == 0)
      return 0;
    return t->array.len == 1 ? words_of(t->array.elem) : MAX_WORDS + 1;
  case TY_STRUCT:
    return words_of_struct(t);
  default:
    return 1;
  }
}

// Registers a value takes, more than MAX_WORDS for memory class.
static int words_of(Type *t) {
  TypeLower *l = lower_of(t);
  if (!l->words)
    l->words = 1 + count_words(under(t));
  return l->words - 1;
}

bool is_memory_class(Type *t) {
  return words_of(t) > MAX_WORDS;
}

// ---- types -----------------------------------------------------------------

static LLVMTypeRef basic_type(BasicKind kind) {
  switch (kind) {
  case B_BOOL: case B_UNTYPED_BOOL:
  case B_INT8: case B_UINT8:
    return M->t_i8;
  case B_INT16: case B_UINT16:
    return M->t_i16;
  case B_INT32: case B_UINT32: case B_UNTYPED_RUNE:
    return M->t_i32;
  case B_INT: case B_UINT: case B_INT64: case B_UINT64: case B_UINTPTR:
  case B_UNTYPED_INT:
    return M->t_i64;
  case B_FLOAT32:
    return M->t_f32;
  case B_FLOAT64: case B_UNTYPED_FLOAT:
    return M->t_f64;
  case B_COMPLEX64:
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_f32, M->t_f32}, 2, false);
  case B_COMPLEX128: case B_UNTYPED_COMPLEX:
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_f64, M->t_f64}, 2, false);
  case B_STRING: case B_UNTYPED_STRING:
    return M->t_string;
  case B_UNSAFE_POINTER: case B_UNTYPED_NIL:
    return M->t_ptr;
  default:
    unreachable();
  }
}

static void check_layout(Type *t, LLVMTypeRef s) {
#ifndef NDEBUG
  assert((int64_t)LLVMABISizeOfType(M->layout, s) == type_size(t));
  for (int i = 0; i < under(t)->struct_.fields.len; i++)
    assert((int64_t)LLVMOffsetOfElement(M->layout, s, (unsigned)i) ==
           field_offset(under(t), i));
#else
  (void)t;
  (void)s;
#endif
}

static LLVMTypeRef struct_type(Type *t) {
  ObjectVec *fields = &t->struct_.fields;
  LLVMTypeRef *elems = NEW_ARRAY(LLVMTypeRef, fields->len + 1);
  unsigned n = 0;
  bool any = false;
  vec_each(Object *, f, fields) {
    elems[n++] = mem_type((*f)->type);
    any |= type_size((*f)->type) > 0;
  }
  // A pointer to a trailing field without size must stay inside the object.
  if (any && type_size(fields->at[fields->len - 1]->type) == 0)
    elems[n++] = M->t_i8;
  LLVMTypeRef s = LLVMStructTypeInContext(M->ctx, elems, n, false);
  check_layout(t, s);
  return s;
}

static LLVMTypeRef make_mem_type(Type *t) {
  switch (t->kind) {
  case TY_BASIC:
    return basic_type(t->basic.kind);
  case TY_STRUCT:
    return struct_type(t);
  case TY_ARRAY:
    return LLVMArrayType2(mem_type(t->array.elem), (uint64_t)t->array.len);
  case TY_SLICE:
    return M->t_slice;
  case TY_INTERFACE:
    return M->t_iface;
  case TY_POINTER: case TY_MAP: case TY_CHAN: case TY_FUNC:
    return M->t_ptr;
  default:
    unreachable();
  }
}

LLVMTypeRef mem_type(Type *t) {
  TypeLower *l = lower_of(t);
  if (!l->mem)
    l->mem = make_mem_type(under(t));
  return l->mem;
}

LLVMTypeRef llvm_type(Type *t) {
  TypeLower *l = lower_of(t);
  if (!l->val) {
    if (is_memory_class(t))
      l->val = M->t_ptr;
    else if (is_boolean(t))
      l->val = M->t_i1;
    else
      l->val = mem_type(t);
  }
  return l->val;
}

// ---- functions -------------------------------------------------------------

bool results_in_memory(Type *sig) {
  vec_each(Object *, r, &sig->func.results) {
    if (is_memory_class((*r)->type))
      return true;
  }
  return false;
}

LLVMTypeRef results_struct(Type *sig) {
  ObjectVec *rs = &sig->func.results;
  LLVMTypeRef *elems = NEW_ARRAY(LLVMTypeRef, rs->len + 1);
  for (int i = 0; i < rs->len; i++)
    elems[i] = mem_type(rs->at[i]->type);
  return LLVMStructTypeInContext(M->ctx, elems, (unsigned)rs->len, false);
}

static LLVMTypeRef result_type(Type *sig) {
  ObjectVec *rs = &sig->func.results;
  if (rs->len == 0 || results_in_memory(sig))
    return M->t_void;
  if (rs->len == 1)
    return llvm_type(rs->at[0]->type);
  LLVMTypeRef *elems = NEW_ARRAY(LLVMTypeRef, rs->len);
  for (int i = 0; i < rs->len; i++)
    elems[i] = llvm_type(rs->at[i]->type);
  return LLVMStructTypeInContext(M->ctx, elems, (unsigned)rs->len, false);
}

LLVMTypeRef func_llvm_type(Type *sig, Type *recv, bool nest) {
  sig = under(sig);
  ObjectVec *ps = &sig->func.params;
  LLVMTypeRef *params = NEW_ARRAY(LLVMTypeRef, ps->len + 3);
  unsigned n = 0;
  if (results_in_memory(sig))
    params[n++] = M->t_ptr;
  if (recv)
    params[n++] = llvm_type(recv);
  vec_each(Object *, p, ps)
    params[n++] = llvm_type((*p)->type);
  if (nest)
    params[n++] = M->t_ptr;
  return LLVMFunctionType(result_type(sig), params, n, false);
}

// ---- constants -------------------------------------------------------------

Val const_int(LLVMTypeRef t, int64_t v) {
  return LLVMConstInt(t, (unsigned long long)v, true);
}

Val const_i64(int64_t v) {
  return const_int(M->t_i64, v);
}

// A zero of a memory class type. One that is large lives in .bss, where it
// takes no room in the file; nobody writes to it.
static Val zero_memory_const(Type *t) {
  LLVMTypeRef mt = mem_type(t);
  int64_t size = type_size(t);
  char *name = arena_printf(perm, "zero.%lld.%lld", (long long)size,
                            (long long)type_align(t));
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g)
    return g;
  LLVMTypeRef bytes = LLVMArrayType2(M->t_i8, (uint64_t)size);
  g = LLVMAddGlobal(M->mod, bytes, name);
  LLVMSetInitializer(g, LLVMConstNull(bytes));
  LLVMSetLinkage(g, LLVMInternalLinkage);
  LLVMSetAlignment(g, LLVMABIAlignmentOfType(M->layout, mt));
  if (size <= 1024) {
    LLVMSetGlobalConstant(g, true);
    LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
  }
  return g;
}

Val zero_value(Type *t) {
  if (is_memory_class(t))
    return zero_memory_const(t);
  return LLVMConstNull(llvm_type(t));
}
