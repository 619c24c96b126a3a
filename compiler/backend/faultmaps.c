// SPDX-License-Identifier: MIT
//
// The fault maps of an object must not keep its functions alive. LLVM writes
// one section .llvm_faultmaps for all functions of a module; loaded and kept
// by gl.ld, it would make every function reachable. Sections of debuggers'
// data refer to functions without keeping them: a linker fills in 0 for one
// that it drops. So the section is renamed, in place, to one that linkers take
// for such; gl.ld puts it back into the program's memory. The list of noargs.c
// has such a name from the start and only loses its flags.

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"

// Of the same length. The name of the relocations' section ends in it, too.
static const char llvm_name[] = ".llvm_faultmaps";
static const char debug_name[] = ".debug_glfaults";
_Static_assert(sizeof llvm_name == sizeof debug_name, "renamed in place");

static void rename_sections(char *elf) {
  const Elf64_Ehdr *eh = (const Elf64_Ehdr *)elf;
  Elf64_Shdr *sh = (Elf64_Shdr *)(elf + eh->e_shoff);
  // The first section's header holds what does not fit the ELF header.
  size_t n = eh->e_shnum ? eh->e_shnum : sh[0].sh_size;
  size_t names = eh->e_shstrndx == SHN_XINDEX ? sh[0].sh_link : eh->e_shstrndx;
  for (size_t i = 1; i < n; i++) {
    char *name = elf + sh[names].sh_offset + sh[i].sh_name;
    bool maps = strcmp(name, llvm_name) == 0;
    if (maps)
      memcpy(name, debug_name, sizeof debug_name);
    else if (strcmp(name, NO_ARGS_SECTION) != 0)
      continue;
    sh[i].sh_flags &= ~(Elf64_Xword)(SHF_ALLOC | SHF_WRITE);
  }
}

void release_functions(const char *path) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0)
    fatal("%s: cannot be read again", path);
  size_t size = (size_t)st.st_size;
  char *elf = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (elf == MAP_FAILED)
    fatal("%s: cannot be mapped", path);
  rename_sections(elf);
  munmap(elf, size);
  close(fd);
}
