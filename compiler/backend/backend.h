// SPDX-License-Identifier: MIT
//
// From an LLVM module to an object file, and from objects to a program.
#ifndef GL_BACKEND_H
#define GL_BACKEND_H

#include "lower.h"

// optimize.c: runs the pass pipeline of lower_options.opt_level.
void optimize(LLVMModuleRef mod);
// sections.c: a section for every function and variable.
void split_sections(LLVMModuleRef mod);
// roots.c: where a variable has pointers, for the collector.
void add_roots(LLVMModuleRef mod, LLVMValueRef g);
// Has the passes between the two leave variables as they are.
void add_reader(LLVMModuleRef mod);
void remove_reader(LLVMModuleRef mod);
// symbols.c: in debug builds, aborts on calls that need too much stack.
void check_symbols(const char *path);
// faultmaps.c: lets the linker drop functions that the object's fault maps
// mention.
void release_functions(const char *path);
// methodcalls.c: says in the object which methods are called by name.
void note_method_calls(LLVMModuleRef mod);
void note_no_args(LLVMModuleRef mod);
// Both sides' hash of a method's name.
uint64_t method_hash(const char *name, size_t n);
#define METHOD_CALLS_SECTION ".glcalls"
#define NO_ARGS_SECTION ".debug_glnoargs"  // read by runtime/symtab.c
// publish.c: renames tmp to path; false after a message.
bool publish(const char *tmp, const char *path);
// emit.c: writes through a temporary name and renames. False and an error
// on stderr if the file cannot be written.
bool emit_object(LLVMModuleRef mod, const char *path);
bool emit_assembly(LLVMModuleRef mod, FILE *out);
void emit_ir(LLVMModuleRef mod, FILE *out);

typedef struct LinkInput {
  const char *lib_dir;         // lib/gl: libglrt.a, glstart.o, glend.o, pkg/
  const char *const *objects;
  int nobjects;
  const char *out;
  bool strip_debug;
} LinkInput;
// prune.c: the program's objects without the methods that it cannot call.
// The list may hold files of this process, open until prune_end; if anything
// is odd about an object, it is in->objects.
const char **prune_methods(const LinkInput *in);
void prune_end(void);
// link.c: false and the linker's message on stderr if it fails.
bool link_program(const LinkInput *in);
// Ends a link_program of another thread, before the process ends.
void link_abandon(void);
// Adds what is linked besides the caller's own objects: the runtime, standard
// packages, C's start files. False if that is not known.
bool link_add_identity(const LinkInput *in, Hash *h);

#endif
