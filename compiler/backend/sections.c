// SPDX-License-Identifier: MIT
//
// One section per function and variable, so that the linker can drop what
// nobody refers to. The C API has no -ffunction-sections; what is in a comdat
// gets a section of its own, so everything is put into one. Those made here
// are of the kind "nodeduplicate": two definitions stay an error.
//
// Private constants become internal first, since a comdat has the name of one
// of its symbols. Strings stay: they refer to nothing, and merge better
// together.

#include "backend.h"

static bool has_name(LLVMValueRef g) {
  size_t n;
  LLVMGetValueName2(g, &n);
  return n > 0;
}

static void give_comdat(LLVMModuleRef mod, LLVMValueRef g) {
  size_t n;
  const char *name = LLVMGetValueName2(g, &n);
  LLVMComdatRef c = LLVMGetOrInsertComdat(mod, name);
  LLVMSetComdatSelectionKind(c, LLVMNoDeduplicateComdatSelectionKind);
  LLVMSetComdat(g, c);
}

static void split_functions(LLVMModuleRef mod) {
  LLVMValueRef f = LLVMGetFirstFunction(mod);
  for (; f; f = LLVMGetNextFunction(f)) {
    if (LLVMCountBasicBlocks(f) > 0 && !LLVMGetComdat(f))
      give_comdat(mod, f);
  }
}

// A name no other object has: with -r or LTO comdats of two modules meet.
static void name_private(LLVMModuleRef mod, LLVMValueRef g) {
  size_t n;
  const char *module = LLVMGetModuleIdentifier(mod, &n);
  size_t old_len;
  const char *old = LLVMGetValueName2(g, &old_len);
  char *name = arena_printf(perm, "%s..%s", module, old_len ? old : "data");
  LLVMSetValueName2(g, name, strlen(name));
  LLVMSetLinkage(g, LLVMInternalLinkage);
}

// Whether a linker would follow references from it.
static bool refers(LLVMValueRef g) {
  LLVMValueRef init = LLVMGetInitializer(g);
  return init && !LLVMIsAConstantDataSequential(init) &&
         !LLVMIsAConstantAggregateZero(init) && !LLVMIsAConstantInt(init) &&
         !LLVMIsAConstantFP(init);
}

static void split_variable(LLVMModuleRef mod, LLVMValueRef g) {
  const char *section = LLVMGetSection(g);
  bool constant = LLVMIsGlobalConstant(g) || LLVMIsThreadLocal(g);
  if (LLVMIsDeclaration(g) || (section && *section) ||
      LLVMGetLinkage(g) == LLVMAvailableExternallyLinkage)
    return;
  if (!LLVMGetComdat(g)) {
    bool private = LLVMGetLinkage(g) == LLVMPrivateLinkage || !has_name(g);
    if (private && constant && !refers(g))
      return;
    if (private)
      name_private(mod, g);
    give_comdat(mod, g);
  }
  if (!constant)
    add_roots(mod, g);
}

void split_sections(LLVMModuleRef mod) {
  split_functions(mod);
  LLVMValueRef g = LLVMGetFirstGlobal(mod);
  for (; g; g = LLVMGetNextGlobal(g)) {
    size_t n;
    const char *name = LLVMGetValueName2(g, &n);
    if (strncmp(name, "llvm.", 5) != 0)
      split_variable(mod, g);
  }
}
