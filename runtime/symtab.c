// SPDX-License-Identifier: MIT
//
// From a pc to a function's name and a source line. Names come from the ELF
// .symtab of /proc/self/exe, lines from DWARF through elfutils' libdw, which
// is loaded when the first trace is printed and may be missing: then there
// are names only. Runs on g0; not async-signal-safe in the letter, but the
// program is about to end, or a package asked.
#include "runtime.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Func {
  uintptr_t lo, hi;
  const char *name;
} Func;

static Lock once;
static bool loaded;
static Func *funcs;
static size_t nfuncs;
static uintptr_t bias;  // load address of the executable

static int by_lo(const void *a, const void *b) {
  uintptr_t x = ((const Func *)a)->lo, y = ((const Func *)b)->lo;
  return x < y ? -1 : x > y;
}

static int first_object(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  *(uintptr_t *)data = info->dlpi_addr;
  return 1;
}

static const uint8_t *map_self(size_t *size) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  struct stat st;
  void *p = MAP_FAILED;
  if (fstat(fd, &st) == 0)
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (p == MAP_FAILED) return NULL;
  *size = (size_t)st.st_size;
  return p;
}

static void read_symbols(const uint8_t *elf, const Elf64_Shdr *sh,
                         const Elf64_Shdr *strs) {
  const Elf64_Sym *sym = (const Elf64_Sym *)(elf + sh->sh_offset);
  size_t n = sh->sh_size / sizeof *sym;
  funcs = malloc((n + 1) * sizeof *funcs);
  if (!funcs) return;
  for (size_t i = 0; i < n; i++) {
    if (ELF64_ST_TYPE(sym[i].st_info) != STT_FUNC || !sym[i].st_value) continue;
    uintptr_t lo = bias + sym[i].st_value;
    funcs[nfuncs++] = (Func){lo, lo + sym[i].st_size,
                             (const char *)elf + strs->sh_offset +
                                 sym[i].st_name};
  }
  qsort(funcs, nfuncs, sizeof *funcs, by_lo);
}

static void load(void) {
  lock(&once);
  if (!loaded) {
    loaded = true;
    size_t size;
    const uint8_t *elf = map_self(&size);
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *)elf;
    dl_iterate_phdr(first_object, &bias);
    if (elf && size > sizeof *eh && eh->e_shoff != 0) {
      const Elf64_Shdr *sh = (const Elf64_Shdr *)(elf + eh->e_shoff);
      for (int i = 0; i < eh->e_shnum; i++)
        if (sh[i].sh_type == SHT_SYMTAB)
          read_symbols(elf, &sh[i], &sh[sh[i].sh_link]);
    }
  }
  unlock(&once);
}

static const Func *find(uintptr_t pc) {
  if (!loaded) load();
  size_t lo = 0, hi = nfuncs;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (funcs[mid].lo <= pc) lo = mid + 1;
    else hi = mid;
  }
  if (lo == 0) return NULL;
  const Func *f = &funcs[lo - 1];
  if (pc < f->hi || f->hi == f->lo) return f;
  return NULL;
}

bool symtab_func(uintptr_t pc, GlString *name, uintptr_t *entry) {
  const Func *f = find(pc);
  if (!f) return false;
  *name = (GlString){(const uint8_t *)f->name, (intptr_t)strlen(f->name)};
  if (entry) *entry = f->lo;
  return true;
}

// ------------------------------------------------------------ lines by libdw

// What we use of elfutils' libdwfl.h, declared here since the library is
// optional at run time and at build time.
typedef struct Callbacks {
  int (*find_elf)();
  int (*find_debuginfo)();
  int (*section_address)();
  char **debuginfo_path;
} Callbacks;
static struct {
  void *dwfl;
  void *(*begin)(const Callbacks *);
  int (*linux_proc_report)(void *, pid_t);
  int (*report_end)(void *, void *, void *);
  void *(*addrmodule)(void *, uint64_t);
  void *(*module_getsrc)(void *, uint64_t);
  const char *(*lineinfo)(void *, uint64_t *, int *, int *, uint64_t *,
                          uint64_t *);
} dw;

static bool dw_load(void) {
  static bool tried;
  static Callbacks cb;
  if (tried) return dw.dwfl != NULL;
  tried = true;
  void *h = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!h) return false;
  *(void **)&dw.begin = dlsym(h, "dwfl_begin");
  *(void **)&dw.linux_proc_report = dlsym(h, "dwfl_linux_proc_report");
  *(void **)&dw.report_end = dlsym(h, "dwfl_report_end");
  *(void **)&dw.addrmodule = dlsym(h, "dwfl_addrmodule");
  *(void **)&dw.module_getsrc = dlsym(h, "dwfl_module_getsrc");
  *(void **)&dw.lineinfo = dlsym(h, "dwfl_lineinfo");
  *(void **)&cb.find_elf = dlsym(h, "dwfl_linux_proc_find_elf");
  *(void **)&cb.find_debuginfo = dlsym(h, "dwfl_standard_find_debuginfo");
  if (!dw.begin || !dw.linux_proc_report || !dw.report_end ||
      !dw.addrmodule || !dw.module_getsrc || !dw.lineinfo || !cb.find_elf)
    return false;
  void *d = dw.begin(&cb);
  if (!d || dw.linux_proc_report(d, getpid()) != 0) return false;
  dw.report_end(d, NULL, NULL);
  dw.dwfl = d;
  return true;
}

bool symtab_line(uintptr_t pc, GlString *file, int *line) {
  static Lock dwlock;
  lock(&dwlock);
  const char *name = NULL;
  if (dw_load()) {
    void *mod = dw.addrmodule(dw.dwfl, pc);
    void *src = mod ? dw.module_getsrc(mod, pc) : NULL;
    if (src) name = dw.lineinfo(src, NULL, line, NULL, NULL, NULL);
  }
  unlock(&dwlock);
  if (!name) return false;
  *file = (GlString){(const uint8_t *)name, (intptr_t)strlen(name)};
  return true;
}

// ------------------------------------------------------------- for .gl code

static GlString copied(GlString s) {
  uint8_t *p = malloc_new((size_t)s.len, true);
  memcpy(p, s.ptr, (size_t)s.len);
  return (GlString){p, s.len};
}

GlString gl_funcname(uintptr_t pc) {
  GlString s = {NULL, 0};
  symtab_func(pc, &s, NULL);  // mapped for ever: no copy needed
  return s;
}

uintptr_t gl_funcentry(uintptr_t pc) {
  GlString s;
  uintptr_t e = 0;
  symtab_func(pc, &s, &e);
  return e;
}

GlString gl_pcfile(uintptr_t pc) {
  GlString f;
  int line;
  if (!symtab_line(pc, &f, &line)) return (GlString){(const uint8_t *)"?", 1};
  return copied(f);
}

intptr_t gl_pcline(uintptr_t pc) {
  GlString f;
  int line;
  return symtab_line(pc, &f, &line) ? line : 0;
}
