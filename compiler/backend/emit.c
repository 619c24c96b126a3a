// SPDX-License-Identifier: MIT
//
// Machine code and text from an optimised module. Files appear under their
// name only when they are complete: they are written beside it, see publish.

#include <unistd.h>

#include "backend.h"

static bool report(const char *path, const char *message) {
  fprintf(stderr, "gl: %s: %s\n", path, message);
  return false;
}

bool emit_object(LLVMModuleRef mod, const char *path) {
  char *tmp = arena_printf(perm, "%s.%ld.tmp", path, (long)getpid());
  char *message = NULL;
  note_method_calls(mod);
  note_no_args(mod);
  if (LLVMTargetMachineEmitToFile(target_machine(), mod, tmp, LLVMObjectFile,
                                  &message)) {
    report(path, message);
    LLVMDisposeMessage(message);
    unlink(tmp);
    return false;
  }
  check_symbols(tmp);
  release_functions(tmp);
  return publish(tmp, path);
}

bool emit_assembly(LLVMModuleRef mod, FILE *out) {
  char *message = NULL;
  LLVMMemoryBufferRef text;
  if (LLVMTargetMachineEmitToMemoryBuffer(target_machine(), mod,
                                          LLVMAssemblyFile, &message, &text)) {
    report("assembly", message);
    LLVMDisposeMessage(message);
    return false;
  }
  fwrite(LLVMGetBufferStart(text), 1, LLVMGetBufferSize(text), out);
  LLVMDisposeMemoryBuffer(text);
  return true;
}

void emit_ir(LLVMModuleRef mod, FILE *out) {
  char *text = LLVMPrintModuleToString(mod);
  fputs(text, out);
  LLVMDisposeMessage(text);
}
