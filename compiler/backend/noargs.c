// SPDX-License-Identifier: MIT
//
// Which functions have no parameters, for traces: they print f() for those and
// f(...) for others (runtime/symtab.c). Lines are all the debugging data that
// programs have, so there is no better place than a section of our own.
// Lowering marks the functions with the attribute NO_ARGS; those that are left
// after optimization are listed by their addresses. Like the fault maps, the
// section must keep no function alive, and so has the name of one that
// debuggers read (faultmaps.c); here it stays outside the program's memory.

#include "backend.h"

void note_no_args(LLVMModuleRef mod) {
  VEC(LLVMValueRef) list = {0};
  LLVMValueRef f = LLVMGetFirstFunction(mod);
  for (; f; f = LLVMGetNextFunction(f)) {
    if (!LLVMIsDeclaration(f) &&
        LLVMGetStringAttributeAtIndex(
            f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, NO_ARGS,
            sizeof NO_ARGS - 1))
      vec_push(&list, f);
  }
  if (!list.len)
    return;
  LLVMTypeRef ptr = LLVMTypeOf(list.at[0]);
  LLVMValueRef array = LLVMConstArray2(ptr, list.at, (uint64_t)list.len);
  LLVMValueRef g = LLVMAddGlobal(mod, LLVMTypeOf(array), "functions.noargs");
  LLVMSetInitializer(g, array);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetSection(g, NO_ARGS_SECTION);
}
