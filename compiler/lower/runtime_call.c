// SPDX-License-Identifier: MIT
//
// Declarations of, and calls to, the runtime's entry points: the table is
// abi/runtime.def.
//
// What must hold: the types made here from the letters of runtime.def are
// those that func_llvm_type makes from the .gl declaration of a class G
// function, and those of the C prototypes as gl_ccall passes them on.

#include "lower.h"

typedef struct RtEntry {
  const char *name;
  char class;
  const char *result, *params;
  bool noreturn, twice;
} RtEntry;

enum { ATTR_0 = 0, ATTR_NR = 1, ATTR_TW = 2 };

static const RtEntry entries[] = {
#define CLASS_C 'C'
#define CLASS_M 'M'
#define CLASS_A 'A'
#define CLASS_G 'G'
#define RT(class, name, result, params, attr) \
  {#name, CLASS_##class, result, params, (ATTR_##attr) == ATTR_NR, \
   (ATTR_##attr) == ATTR_TW},
#include "runtime.def"
#undef RT
};

static const RtEntry *rt_find(const char *name) {
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    if (strcmp(entries[i].name, name) == 0)
      return &entries[i];
  }
  unreachable();
}

// C takes a bool as a whole register, .gl as a bit.
static LLVMTypeRef letter_type(char letter, char class) {
  switch (letter) {
  case 'v': return M->t_void;
  case 'p': return M->t_ptr;
  case 'i': return M->t_i64;
  case 'w': return M->t_i32;
  case 'b': return class == 'G' ? M->t_i1 : M->t_i32;
  case 'd': return M->t_f64;
  case 'f': return M->t_f32;
  case 's': return M->t_string;
  case 'l': return M->t_slice;
  case 'e': return M->t_iface;
  case 'c':
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_f32, M->t_f32}, 2, false);
  case 'C':
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_f64, M->t_f64}, 2, false);
  case '2': case 'R':
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_i64, M->t_i64}, 2, false);
  case 'P':
    return LLVMStructTypeInContext(
        M->ctx, (LLVMTypeRef[]){M->t_ptr, M->t_i1}, 2, false);
  default: unreachable();
  }
}

static LLVMTypeRef entry_type(const RtEntry *e) {
  LLVMTypeRef params[8];
  unsigned n = 0;
  for (const char *p = e->params; *p; p++)
    params[n++] = letter_type(*p, e->class);
  return LLVMFunctionType(letter_type(e->result[0], e->class), params, n,
                          false);
}

// ---- attributes ------------------------------------------------------------

void add_attr(Val fn, unsigned index, const char *name, uint64_t value) {
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  assert(kind);
  LLVMAddAttributeAtIndex(fn, index,
                          LLVMCreateEnumAttribute(M->ctx, kind, value));
}

// Lets LLVM drop allocations nobody uses and know that they hold zeros.
static void mark_allocator(Val fn) {
  enum { ALLOC = 1, ZEROED = 16 };
  const uint64_t size_is_first = 0xffffffffu;  // no element count
  add_attr(fn, LLVMAttributeReturnIndex, "noalias", 0);
  add_attr(fn, LLVMAttributeReturnIndex, "nonnull", 0);
  add_attr(fn, LLVMAttributeFunctionIndex, "allockind", ALLOC | ZEROED);
  add_attr(fn, LLVMAttributeFunctionIndex, "allocsize", size_is_first);
}

static void set_attrs(Val fn, const RtEntry *e) {
  add_attr(fn, LLVMAttributeFunctionIndex, "nounwind", 0);
  if (e->noreturn) {
    add_attr(fn, LLVMAttributeFunctionIndex, "noreturn", 0);
    add_attr(fn, LLVMAttributeFunctionIndex, "cold", 0);
  }
  if (e->twice)
    add_attr(fn, LLVMAttributeFunctionIndex, "returns_twice", 0);
  if (strncmp(e->name, "new", 3) == 0)
    mark_allocator(fn);
}

// ---- calls -----------------------------------------------------------------

Val rt_func(const char *name, LLVMTypeRef *type) {
  const RtEntry *e = rt_find(name);
  *type = entry_type(e);
  const char *symbol =
      arena_printf(perm, "%s%s", e->class == 'G' ? "runtime." : "gl_", name);
  Val fn = LLVMGetNamedFunction(M->mod, symbol);
  if (!fn) {
    fn = function_declare(symbol, *type);
    set_attrs(fn, e);
  }
  return fn;
}

// Values of .gl bools for a C function.
static Val c_argument(Val v, char letter, char class) {
  if (letter == 'b' && class != 'G')
    return LLVMBuildZExt(F->b, v, M->t_i32, "");
  return v;
}

Val rt_call(const char *name, Val *args, unsigned n) {
  const RtEntry *e = rt_find(name);
  assert(n == strlen(e->params));
  LLVMTypeRef type;
  Val fn = rt_func(name, &type);
  Val passed[8];
  for (unsigned i = 0; i < n; i++)
    passed[i] = c_argument(args[i], e->params[i], e->class);
  Val call = LLVMBuildCall2(F->b, type, fn, passed, n, "");
  if (e->noreturn) {
    // Merged calls would show the line of one of them, or none.
    add_call_attr(call, "nomerge");
    add_call_attr(call, "noreturn");
    add_call_attr(call, "cold");
  }
  if (e->twice)
    add_call_attr(call, "returns_twice");
  return call;
}

void add_call_attr(Val call, const char *name) {
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  assert(kind);
  LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
                           LLVMCreateEnumAttribute(M->ctx, kind, 0));
}
