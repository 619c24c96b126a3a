// SPDX-License-Identifier: MIT
//
// Which methods a function calls through interfaces, for the linking of
// programs: methods that nobody calls so are left out (prune.c). Lowering marks
// the calls with the attribute METHOD_CALL; after optimization, when inlining
// is done, the marks of each function go into a section of the object, pairs
// of the function's address and a hash of the method's name. The linker leaves
// the section out.

#include "backend.h"

uint64_t method_hash(const char *name, size_t n) {
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < n; i++)
    h = (h ^ (uint8_t)name[i]) * 0x100000001b3u;
  return h;
}

typedef VEC(uint64_t) HashVec;

static void add_once(HashVec *v, uint64_t h) {
  vec_each(uint64_t, old, v) {
    if (*old == h)
      return;
  }
  vec_push(v, h);
}

static void add_call(HashVec *v, LLVMValueRef call) {
  LLVMAttributeRef a = LLVMGetCallSiteStringAttribute(
      call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, METHOD_CALL,
      sizeof METHOD_CALL - 1);
  if (!a)
    return;
  unsigned n;
  const char *name = LLVMGetStringAttributeValue(a, &n);
  add_once(v, method_hash(name, n));
}

static HashVec calls_of(LLVMValueRef f) {
  HashVec v = {0};
  LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f);
  for (; b; b = LLVMGetNextBasicBlock(b)) {
    LLVMValueRef i = LLVMGetFirstInstruction(b);
    for (; i; i = LLVMGetNextInstruction(i)) {
      if (LLVMIsACallInst(i))
        add_call(&v, i);
    }
  }
  return v;
}

// What finds methods for others is no caller of theirs.
static bool is_finder(LLVMValueRef f) {
  static const char prefix[] = "reflect.(*rtype).Method";
  size_t n;
  const char *name = LLVMGetValueName2(f, &n);
  return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

typedef VEC(LLVMValueRef) ValueVec;

static void add_function(ValueVec *pairs, LLVMTypeRef i64, LLVMValueRef f) {
  HashVec v = calls_of(f);
  vec_each(uint64_t, h, &v) {
    LLVMValueRef pair[] = {f, LLVMConstInt(i64, *h, false)};
    vec_push(pairs, LLVMConstStructInContext(LLVMGetTypeContext(i64), pair, 2,
                                             false));
  }
}

// An excluded section: metadata of this name makes LLVM set SHF_EXCLUDE.
static void exclude(LLVMContextRef c, LLVMValueRef g) {
  LLVMGlobalSetMetadata(g, LLVMGetMDKindIDInContext(c, "exclude", 7),
                        LLVMMDNodeInContext2(c, NULL, 0));
}

void note_method_calls(LLVMModuleRef mod) {
  LLVMContextRef c = LLVMGetModuleContext(mod);
  LLVMTypeRef i64 = LLVMInt64TypeInContext(c);
  ValueVec pairs = {0};
  LLVMValueRef f = LLVMGetFirstFunction(mod);
  for (; f; f = LLVMGetNextFunction(f)) {
    if (!is_finder(f))
      add_function(&pairs, i64, f);
  }
  if (!pairs.len)
    return;
  LLVMValueRef array = LLVMConstArray2(LLVMTypeOf(pairs.at[0]), pairs.at,
                                       (uint64_t)pairs.len);
  LLVMValueRef g = LLVMAddGlobal(mod, LLVMTypeOf(array), "method.calls");
  LLVMSetInitializer(g, array);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetSection(g, METHOD_CALLS_SECTION);
  exclude(c, g);
}
