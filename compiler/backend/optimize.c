// SPDX-License-Identifier: MIT
//
// LLVM's pass pipelines. Requires a verified module; leaves one whose
// functions all check the stack: a definition without "split-stack" that was
// not asked for (//go:nosplit) is a mistake of ours.

#include <llvm-c/Support.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include "backend.h"

// Once per process: options LLVM takes from its command line only.
static void set_llvm_options(void) {
  static bool done;
  if (done)
    return;
  done = true;
  // Nil checks fold into the access they guard; see lower/value.c nil_check.
  const char *args[] = {"gl", "-enable-implicit-null-checks"};
  LLVMParseCommandLineOptions(sizeof args / sizeof *args, args, "");
}

static const char *pipeline(void) {
  switch (lower_options.opt_level) {
  case 0: return "default<O0>";
  case 1: return "default<O1>";
  default: return "default<O2>";
  }
}

static bool has_attribute(LLVMValueRef fn, const char *name) {
  return LLVMGetStringAttributeAtIndex(fn, LLVMAttributeFunctionIndex, name,
                                       (unsigned)strlen(name)) != NULL;
}

static void check_stack_attributes(LLVMModuleRef mod) {
  LLVMValueRef fn = LLVMGetFirstFunction(mod);
  for (; fn; fn = LLVMGetNextFunction(fn)) {
    if (LLVMCountBasicBlocks(fn) > 0 && !has_attribute(fn, "split-stack") &&
        !has_attribute(fn, "gl-nosplit"))
      unreachable();
  }
}

void optimize(LLVMModuleRef mod) {
  set_llvm_options();
  LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
  if (lower_options.opt_level >= 2) {
    LLVMPassBuilderOptionsSetLoopVectorization(options, true);
    LLVMPassBuilderOptionsSetSLPVectorization(options, true);
  }
  LLVMErrorRef error =
      LLVMRunPasses(mod, pipeline(), target_machine(), options);
  LLVMDisposePassBuilderOptions(options);
  if (error)
    fatal("%s", LLVMGetErrorMessage(error));
  check_stack_attributes(mod);
  split_sections(mod);
}
