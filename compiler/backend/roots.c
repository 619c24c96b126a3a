// SPDX-License-Identifier: MIT
//
// Tells the collector where package variables have pointers. Variables, and
// what composite literals of the program's start are made of, go to sections
// of their own, gldata and .bss.gl, which libgc is told not to scan; section
// glroots lists the words in them that may be pointers. So an integer in a
// variable keeps nothing alive, and memory that only holds numbers is not
// read.
//
// This is done with the optimized module, so that LLVM sees plain variables.
// Their types tell pointers from the rest: lowering makes everything that may
// be a pointer a ptr, and nothing else.
//
// But LLVM must know that somebody reads them. A variable that only one
// function uses would become a local one of it, and where nobody reads a
// variable, or a field of it, a store of nil was dropped, and the object stayed
// for ever. So while the passes run there is a function that reads each
// variable with pointers that is stored to. Its reads are volatile, which
// tells LLVM to leave the variable as it is; they do not let its address out,
// so that other pointers still cannot point to it.
//
// An entry of glroots is what runtime/gcroots.c reads, three words of 32 bits:
//
//   rel    where the values are, from this word on
//   bits   the first word of a value is a pointer if bit 0 is set, ...
//   shape  how many values there are << 6 | words of a value, at most 32
//
// An entry is in the comdat of its variable, so the linker keeps or drops both.

#include "backend.h"

enum { MAX_WORDS = 32, MAX_VALUES = 1 << 25, MAX_EACH = 1024 };

typedef struct Roots {
  LLVMModuleRef mod;
  LLVMTargetDataRef layout;
  LLVMValueRef var;
  LLVMTypeRef i32, i64;
} Roots;

static uint64_t size_of(Roots *r, LLVMTypeRef t) {
  return LLVMABISizeOfType(r->layout, t);
}

static bool has_pointers(LLVMTypeRef t) {
  switch (LLVMGetTypeKind(t)) {
  case LLVMPointerTypeKind: return true;
  case LLVMArrayTypeKind:
    return LLVMGetArrayLength2(t) > 0 && has_pointers(LLVMGetElementType(t));
  case LLVMStructTypeKind:
    for (unsigned i = 0; i < LLVMCountStructElementTypes(t); i++)
      if (has_pointers(LLVMStructGetTypeAtIndex(t, i)))
        return true;
    return false;
  default: return false;
  }
}

// The pointers of a t that begins `at` bytes into what bits stands for.
static uint32_t pointer_bits(Roots *r, LLVMTypeRef t, uint64_t at) {
  uint32_t bits = 0;
  if (!has_pointers(t))
    return 0;
  if (LLVMGetTypeKind(t) == LLVMPointerTypeKind)
    return (uint32_t)1 << at / 8;
  if (LLVMGetTypeKind(t) == LLVMArrayTypeKind) {
    LLVMTypeRef e = LLVMGetElementType(t);
    for (uint64_t i = 0; i < LLVMGetArrayLength2(t); i++)
      bits |= pointer_bits(r, e, at + i * size_of(r, e));
    return bits;
  }
  for (unsigned i = 0; i < LLVMCountStructElementTypes(t); i++)
    bits |= pointer_bits(r, LLVMStructGetTypeAtIndex(t, i),
                         at + LLVMOffsetOfElement(r->layout, t, i));
  return bits;
}

// n values of the given size and pointers, `at` bytes into the variable.
static void add_entry(Roots *r, uint64_t at, uint64_t words, uint32_t bits,
                      uint64_t n) {
  LLVMTypeRef type = LLVMArrayType2(r->i32, 3);
  LLVMValueRef g = LLVMAddGlobal(r->mod, type, "root");
  LLVMValueRef rel = LLVMConstSub(LLVMConstPtrToInt(r->var, r->i64),
                                  LLVMConstPtrToInt(g, r->i64));
  rel = LLVMConstAdd(rel, LLVMConstInt(r->i64, at, false));
  LLVMValueRef entry[] = {
      LLVMConstTrunc(rel, r->i32), LLVMConstInt(r->i32, bits, false),
      LLVMConstInt(r->i32, n << 6 | words, false)};
  LLVMSetInitializer(g, LLVMConstArray2(r->i32, entry, 3));
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetAlignment(g, 4);
  LLVMSetSection(g, "glroots");
  LLVMSetComdat(g, LLVMGetComdat(r->var));
}

static void add_values(Roots *r, LLVMTypeRef t, uint64_t at, uint64_t n);

static void add_fields(Roots *r, LLVMTypeRef t, uint64_t at) {
  for (unsigned i = 0; i < LLVMCountStructElementTypes(t); i++)
    add_values(r, LLVMStructGetTypeAtIndex(t, i),
               at + LLVMOffsetOfElement(r->layout, t, i), 1);
}

// n values of type t side by side. Large ones are taken apart, unless there
// are very many: then each of their words counts as a pointer.
static void add_values(Roots *r, LLVMTypeRef t, uint64_t at, uint64_t n) {
  uint64_t size = size_of(r, t);
  if (!has_pointers(t))
    return;
  if (size > MAX_WORDS * 8 && n > MAX_EACH) {
    add_values(r, LLVMPointerTypeInContext(LLVMGetTypeContext(t), 0), at,
               n * size / 8);
    return;
  }
  if (size <= MAX_WORDS * 8) {
    for (; n > 0; at += MAX_VALUES * size) {
      uint64_t some = n < MAX_VALUES ? n : MAX_VALUES;
      add_entry(r, at, size / 8, pointer_bits(r, t, 0), some);
      n -= some;
    }
    return;
  }
  for (uint64_t i = 0; i < n; i++, at += size) {
    if (LLVMGetTypeKind(t) == LLVMArrayTypeKind)
      add_values(r, LLVMGetElementType(t), at, LLVMGetArrayLength2(t));
    else
      add_fields(r, t, at);
  }
}

// ---- a reader --------------------------------------------------------------

#define READER "gl.reader"

// Whether anything but reads is done to what p points to.
static bool is_stored(LLVMValueRef p) {
  for (LLVMUseRef u = LLVMGetFirstUse(p); u; u = LLVMGetNextUse(u)) {
    LLVMValueRef user = LLVMGetUser(u);
    if (LLVMIsALoadInst(user))
      continue;
    bool part = LLVMIsAGetElementPtrInst(user) ||
                (LLVMIsAConstantExpr(user) &&
                 LLVMGetConstOpcode(user) == LLVMGetElementPtr);
    if (!part || is_stored(user))
      return true;
  }
  return false;
}

static bool needs_reader(LLVMValueRef g) {
  return LLVMGetLinkage(g) == LLVMInternalLinkage && !LLVMIsDeclaration(g) &&
         !LLVMIsGlobalConstant(g) && !LLVMIsThreadLocal(g) &&
         has_pointers(LLVMGlobalGetValueType(g)) && is_stored(g);
}

// Before the passes.
void add_reader(LLVMModuleRef mod) {
  LLVMContextRef ctx = LLVMGetModuleContext(mod);
  LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(ctx), NULL, 0, 0);
  LLVMBuilderRef b = LLVMCreateBuilderInContext(ctx);
  LLVMValueRef f = NULL, g = LLVMGetFirstGlobal(mod);
  for (; g; g = LLVMGetNextGlobal(g)) {
    if (!needs_reader(g))
      continue;
    if (!f) {
      f = LLVMAddFunction(mod, READER, type);
      LLVMPositionBuilderAtEnd(b, LLVMAppendBasicBlockInContext(ctx, f, ""));
    }
    LLVMValueRef v = LLVMBuildLoad2(b, LLVMInt8TypeInContext(ctx), g, "");
    LLVMSetVolatile(v, true);
  }
  if (f)
    LLVMBuildRetVoid(b);
  LLVMDisposeBuilder(b);
}

// And after them.
void remove_reader(LLVMModuleRef mod) {
  LLVMValueRef f = LLVMGetNamedFunction(mod, READER);
  if (f)
    LLVMDeleteFunction(f);
}

// ---- sections --------------------------------------------------------------

// g is a variable with a comdat, in no section yet.
void add_roots(LLVMModuleRef mod, LLVMValueRef g) {
  LLVMValueRef init = LLVMGetInitializer(g);
  LLVMContextRef ctx = LLVMGetModuleContext(mod);
  Roots r = {mod, LLVMGetModuleDataLayout(mod), g,
             LLVMInt32TypeInContext(ctx), LLVMInt64TypeInContext(ctx)};
  LLVMSetSection(g, LLVMIsNull(init) ? ".bss.gl" : "gldata");
  add_values(&r, LLVMGlobalGetValueType(g), 0, 1);
}
