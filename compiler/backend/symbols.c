// SPDX-License-Identifier: MIT
//
// A check of debug builds: what an object leaves undefined. Compiled code runs
// on goroutine stacks of a few KiB, so it may call .gl code, the runtime's
// stubs, what directives name, and a handful of C functions that need no
// stack. LLVM makes calls of its own accord (fmod, __udivti3, fma); one that
// is not on the list is a mistake in lowering.

#include "backend.h"

#ifdef GL_DEBUG

#include <elf.h>

static const char *const harmless[] = {
    "", "_GLOBAL_OFFSET_TABLE_", "__morestack", "memcpy", "memmove", "memset",
    "bcmp", "memcmp",
};

static bool is_allowed(const char *name) {
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    if (strcmp(name, harmless[i]) == 0)
      return true;
  }
  // Of .gl packages: path.Name, type:T, eq:T and so on.
  bool is_gl = strpbrk(name, ".:") != NULL;
  return is_gl || strncmp(name, "gl_", 3) == 0 || is_foreign_symbol(name);
}

static void check_table(const char *elf, const Elf64_Shdr *all,
                        const Elf64_Shdr *sh) {
  const Elf64_Sym *sym = (const Elf64_Sym *)(elf + sh->sh_offset);
  const char *strings = elf + all[sh->sh_link].sh_offset;
  for (size_t i = 0; i < sh->sh_size / sizeof *sym; i++) {
    const char *name = strings + sym[i].st_name;
    if (sym[i].st_shndx == SHN_UNDEF && !is_allowed(name)) {
      fprintf(stderr, "gl: generated code calls %s\n", name);
      unreachable();
    }
  }
}

void check_symbols(const char *path) {
  LLVMMemoryBufferRef file;
  char *message;
  if (LLVMCreateMemoryBufferWithContentsOfFile(path, &file, &message))
    fatal("%s: %s", path, message);
  const char *elf = LLVMGetBufferStart(file);
  const Elf64_Ehdr *eh = (const Elf64_Ehdr *)elf;
  const Elf64_Shdr *sh = (const Elf64_Shdr *)(elf + eh->e_shoff);
  // The first section's header holds the count if there are very many.
  size_t n = eh->e_shnum ? eh->e_shnum : sh[0].sh_size;
  for (size_t i = 0; i < n; i++) {
    if (sh[i].sh_type == SHT_SYMTAB)
      check_table(elf, sh, &sh[i]);
  }
  LLVMDisposeMemoryBuffer(file);
}

#else

void check_symbols(const char *path) {
  (void)path;
}

#endif
