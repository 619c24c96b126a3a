// SPDX-License-Identifier: MIT
//
// From a pc to a function's name and a source line. Names come from the ELF
// .symtab of /proc/self/exe, lines and inlined functions from DWARF through
// elfutils' libdw, which is loaded when the first trace is printed and may be
// missing: then our own reader (dwarf_line.c) finds lines only, unpacked by
// zlib, which every Debian has (dpkg uses it). Runs on g0; not
// async-signal-safe in the letter, but the program is about to end, or a
// package asked.
#include "runtime.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
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

// Of the file; unpacked when it is first asked for. NULL: missing.
typedef struct Section {
  const uint8_t *bytes;
  size_t size;
  bool packed;
} Section;
static Section debug_line, debug_frame, noargs;

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
    const char *name = (const char *)elf + strs->sh_offset + sym[i].st_name;
    if (strcmp(name, "gl_start") == 0) continue;  // an alias of runtime.main
    // No functions, and without a size: what follows is not theirs.
    if (strcmp(name, "_init") == 0 || strcmp(name, "_fini") == 0) continue;
    funcs[nfuncs++] = (Func){lo, lo + sym[i].st_size, name};
  }
  qsort(funcs, nfuncs, sizeof *funcs, by_lo);
}

// The bytes of a section the linker compressed, or NULL.
static const uint8_t *unpack(const uint8_t *section, size_t size, size_t *out) {
  const Elf64_Chdr *ch = (const Elf64_Chdr *)section;
  if (size < sizeof *ch || ch->ch_type != ELFCOMPRESS_ZLIB) return NULL;
  void *h = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  int (*uncompress)(uint8_t *, unsigned long *, const uint8_t *, unsigned long);
  if (!h || !(uncompress = dlsym(h, "uncompress"))) return NULL;
  uint8_t *bytes = malloc(ch->ch_size);
  *out = ch->ch_size;
  if (bytes &&
      uncompress(bytes, out, section + sizeof *ch, size - sizeof *ch) == 0)
    return bytes;
  free(bytes);
  return NULL;
}

static void note_section(Section *s, const uint8_t *elf, const Elf64_Shdr *sh) {
  *s = (Section){elf + sh->sh_offset, sh->sh_size,
                 sh->sh_flags & SHF_COMPRESSED};
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
      const char *names = (const char *)elf + sh[eh->e_shstrndx].sh_offset;
      for (int i = 0; i < eh->e_shnum; i++) {
        if (sh[i].sh_type == SHT_SYMTAB)
          read_symbols(elf, &sh[i], &sh[sh[i].sh_link]);
        const char *name = names + sh[i].sh_name;
        if (strcmp(name, ".debug_line") == 0)
          note_section(&debug_line, elf, &sh[i]);
        else if (strcmp(name, ".debug_frame") == 0)
          note_section(&debug_frame, elf, &sh[i]);
        else if (strcmp(name, ".debug_glnoargs") == 0)
          note_section(&noargs, elf, &sh[i]);
      }
    }
  }
  unlock(&once);
}

static const uint8_t *section_bytes(Section *s, size_t *size) {
  if (!loaded) load();
  lock(&once);
  if (s->packed) {
    s->packed = false;
    s->bytes = unpack(s->bytes, s->size, &s->size);
  }
  unlock(&once);
  *size = s->size;
  return s->bytes;
}

// .debug_frame, or NULL; *base is what to take off a pc to look it up.
const uint8_t *symtab_debug_frame(size_t *size, uintptr_t *base) {
  const uint8_t *bytes = section_bytes(&debug_frame, size);
  *base = bias;
  return bytes;
}

static const Func *find(uintptr_t pc) {
  extern char __executable_start[], etext[];
  if (pc < (uintptr_t)__executable_start || pc >= (uintptr_t)etext) return NULL;
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

static GlString cstr(const char *s) {
  return (GlString){(const uint8_t *)s, s ? (intptr_t)strlen(s) : 0};
}

// A copy that is never freed, the same for the same text: callers hold on to
// names. NULL without memory.
static const char *keep(const char *s) {
  static Lock keeplock;
  static struct Kept {
    struct Kept *next;
    char text[];
  } *table[256];
  size_t n = strlen(s), h = 5381;
  for (size_t i = 0; i < n; i++) h = h * 33 + (uint8_t)s[i];
  struct Kept **slot = &table[h % 256], *k;
  lock(&keeplock);
  for (k = *slot; k && strcmp(k->text, s) != 0;) k = k->next;
  if (!k && (k = malloc(sizeof *k + n + 1))) {
    memcpy(k->text, s, n + 1);
    k->next = *slot;
    *slot = k;
  }
  unlock(&keeplock);
  return k ? k->text : NULL;
}

// s with [...] for type arguments, in to, as far as there is room. Quotes in
// them are those of tags.
static void elide_arguments(const char *s, char *to, size_t room) {
  size_t n = 0;
  int depth = 0;
  bool quoted = false;
  for (; *s && n + 6 < room; s++) {
    if (quoted && *s == '\\' && s[1]) s++;
    else if (*s == '"') quoted = !quoted;
    else if (quoted) continue;
    else if (*s == ']' && --depth == 0) n += (size_t)sprintf(to + n, "[...]");
    else if (*s == '[') depth++;
    else if (depth == 0) to[n++] = *s;
  }
  to[n] = 0;
}

static int by_address(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

// Whether the function at entry has no parameters: the compiler lists those
// (backend/noargs.c).
bool symtab_no_args(uintptr_t entry) {
  static uint64_t *list;
  static size_t n;
  static _Atomic bool sorted;
  size_t size;
  const uint8_t *bytes = section_bytes(&noargs, &size);
  lock(&once);
  if (bytes && !sorted && (list = malloc(size + 1))) {
    n = size / sizeof *list;
    memcpy(list, bytes, n * sizeof *list);
    qsort(list, n, sizeof *list, by_address);
  }
  sorted = true;
  unlock(&once);
  uint64_t key = entry - bias;
  return list && bsearch(&key, list, n, sizeof *list, by_address);
}

// The name of a function as Go's reports have it: instances are p.f[...] and
// p.(*T[...]).m, while the linker knows them as p.f[int] and (*p.T[int]).m.
static GlString go_name(const char *s) {
  char buf[512], out[520];
  if (!s || !strchr(s, '[') || strncmp(s, "type:", 5) == 0) return cstr(s);
  elide_arguments(s, buf, sizeof buf);
  if (strncmp(buf, "(*", 2) != 0) return cstr(keep(buf));
  const char *slash = strrchr(buf, '/');
  char *dot = strchr(slash ? slash : buf, '.');
  if (!dot) return cstr(keep(buf));
  *dot = 0;
  snprintf(out, sizeof out, "%s.(*%s", buf + 2, dot + 1);
  return cstr(keep(out));
}

bool symtab_func(uintptr_t pc, GlString *name, uintptr_t *entry) {
  const Func *f = find(pc);
  if (!f) return false;
  *name = go_name(f->name);
  if (entry) *entry = f->lo;
  return true;
}

// ------------------------------------------------------------ lines by libdw

// What we use of elfutils' libdwfl.h and libdw.h, declared here since the
// library is optional at run time and at build time.
typedef struct Callbacks {
  int (*find_elf)();
  int (*find_debuginfo)();
  int (*section_address)();
  char **debuginfo_path;
} Callbacks;
typedef struct Die {
  void *addr, *cu, *abbrev;
  long pad;
} Die;
typedef struct Attr {
  unsigned code, form;
  void *valp, *cu;
} Attr;
enum {
  TAG_INLINED = 0x1d, TAG_SUBPROGRAM = 0x2e, AT_NAME = 0x03,
  AT_LINKAGE_NAME = 0x6e, AT_CALL_FILE = 0x58, AT_CALL_LINE = 0x59
};

#define DW_FUNCS(F) \
  F(void *, dwfl_begin, (const Callbacks *)) \
  F(void *, dwfl_report_elf, (void *, const char *, const char *, int, \
                              uint64_t, bool)) \
  F(int, dwfl_report_end, (void *, void *, void *)) \
  F(void *, dwfl_addrmodule, (void *, uint64_t)) \
  F(Die *, dwfl_module_nextcu, (void *, Die *, uint64_t *)) \
  F(int, dwarf_haspc, (Die *, uint64_t)) \
  F(void *, dwarf_getsrc_die, (Die *, uint64_t)) \
  F(const char *, dwarf_linesrc, (void *, uint64_t *, uint64_t *)) \
  F(int, dwarf_lineno, (void *, int *)) \
  F(int, dwarf_getscopes, (Die *, uint64_t, Die **)) \
  F(int, dwarf_getscopes_die, (Die *, Die **)) \
  F(int, dwarf_tag, (Die *)) \
  F(Attr *, dwarf_attr_integrate, (Die *, unsigned, Attr *)) \
  F(Attr *, dwarf_attr, (Die *, unsigned, Attr *)) \
  F(const char *, dwarf_formstring, (Attr *)) \
  F(int, dwarf_formudata, (Attr *, uint64_t *)) \
  F(int, dwarf_getsrcfiles, (Die *, void **, size_t *)) \
  F(const char *, dwarf_filesrc, (void *, size_t, uint64_t *, uint64_t *))

static struct {
  void *session;
#define F(result, name, params) result(*name) params;
  DW_FUNCS(F)
#undef F
} dw;

static bool dw_load(void) {
  static bool tried;
  static char *path;
  static Callbacks cb = {.debuginfo_path = &path};
  if (tried) return dw.session != NULL;
  tried = true;
  if (gl_debug.nodw) return false;
  void *h = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!h) return false;
#define F(result, name, params) \
  if (!(*(void **)&dw.name = dlsym(h, #name))) return false;
  DW_FUNCS(F)
#undef F
  *(void **)&cb.find_elf = dlsym(h, "dwfl_linux_proc_find_elf");
  *(void **)&cb.find_debuginfo = dlsym(h, "dwfl_standard_find_debuginfo");
  void *d = dw.dwfl_begin(&cb);
  // Not by the file's name: `gl run` has removed it already.
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (!d || !dw.dwfl_report_elf(d, "exe", "/proc/self/exe", fd, bias, true))
    return false;
  dw.dwfl_report_end(d, NULL, NULL);
  dw.session = d;
  return true;
}

// The compilation unit of pc; the index .debug_aranges is usually missing,
// so all units of the module are asked.
static Die *find_cu(uintptr_t pc, uint64_t *delta) {
  void *mod = dw_load() ? dw.dwfl_addrmodule(dw.session, pc) : NULL;
  Die *cu = NULL;
  while (mod && (cu = dw.dwfl_module_nextcu(mod, cu, delta)))
    if (dw.dwarf_haspc(cu, pc - *delta) > 0) return cu;
  return NULL;
}

// The compiler puts relative paths of //line directives into folder "/.".
static GlString path_of(const char *s) {
  return cstr(s && strncmp(s, "/./", 3) == 0 ? s + 3 : s);
}

static uint64_t attr_number(Die *d, unsigned name) {
  Attr a;
  uint64_t v = 0;
  if (dw.dwarf_attr(d, name, &a)) dw.dwarf_formudata(&a, &v);
  return v;
}

static GlString die_name(Die *d) {
  Attr a;
  if (dw.dwarf_attr_integrate(d, AT_LINKAGE_NAME, &a) ||
      dw.dwarf_attr_integrate(d, AT_NAME, &a))
    return go_name(dw.dwarf_formstring(&a));
  return cstr("?");
}

static GlString file_name(Die *cu, uint64_t index) {
  void *files;
  size_t n;
  if (dw.dwarf_getsrcfiles(cu, &files, &n) != 0 || index >= n)
    return cstr("?");
  return path_of(dw.dwarf_filesrc(files, index, NULL, NULL));
}

// Without libdw.
static int line_only(uintptr_t pc, SymFrame *out) {
  char buf[1024];
  size_t size;
  const uint8_t *lines = section_bytes(&debug_line, &size);
  if (!lines ||
      !dwarf_line(lines, size, pc - bias, buf, sizeof buf, &out[0].line))
    return 0;
  const char *path = keep(buf);
  if (!path) return 0;
  out[0].file = path_of(path);
  out[0].name = (GlString){NULL, 0};
  return 1;
}

// By libdw; with dwlock.
static int dw_frames(uintptr_t pc, SymFrame *out, int max) {
  int n = 0;
  uint64_t delta = 0;
  Die *cu = find_cu(pc, &delta), *inner = NULL, *scopes = NULL;
  void *line = cu ? dw.dwarf_getsrc_die(cu, pc - delta) : NULL;
  if (!line) return 0;
  out[0].file = path_of(dw.dwarf_linesrc(line, NULL, NULL));
  dw.dwarf_lineno(line, &out[0].line);
  // From an inlined function getscopes goes on to where it was declared;
  // what it was inlined into are the DIEs around its own.
  int k = dw.dwarf_getscopes(cu, pc - delta, &inner);
  if (k > 0) k = dw.dwarf_getscopes_die(&inner[0], &scopes);
  for (int i = 0; i < k && n + 1 < max; i++) {
    if (dw.dwarf_tag(&scopes[i]) != TAG_INLINED) continue;
    out[n++].name = die_name(&scopes[i]);
    out[n].file = file_name(cu, attr_number(&scopes[i], AT_CALL_FILE));
    out[n].line = (int)attr_number(&scopes[i], AT_CALL_LINE);
  }
  out[n++].name = (GlString){NULL, 0};
  free(scopes);
  free(inner);
  return n;
}

// What was looked up last: the traces of many goroutines name few places over
// and over. The strings stay.
enum { MEMO = 256, MEMO_DEPTH = 4 };

typedef struct Memo {
  uintptr_t pc;
  int n;
  SymFrame frames[MEMO_DEPTH];
} Memo;

static Memo memo[MEMO];

static Memo *memo_of(uintptr_t pc) { return &memo[pc * 0x9E3779B1u % MEMO]; }

// The functions pc is in, innermost inlined one first; the last is the real
// one, whose name is left empty. 0: no line known.
int symtab_frames(uintptr_t pc, SymFrame *out, int max) {
  static Lock dwlock;
  Memo *m = memo_of(pc);
  lock(&dwlock);
  bool known = m->pc == pc && m->n < max;
  int n = known ? m->n : dw_frames(pc, out, max);
  if (known) memcpy(out, m->frames, (size_t)n * sizeof *out);
  unlock(&dwlock);
  if (n == 0) n = line_only(pc, out);
  if (known || n == 0 || n == max || n > MEMO_DEPTH) return n;
  lock(&dwlock);
  m->pc = pc;
  m->n = n;
  memcpy(m->frames, out, (size_t)n * sizeof *out);
  unlock(&dwlock);
  return n;
}

bool symtab_line(uintptr_t pc, GlString *file, int *line) {
  SymFrame f[16];
  int n = symtab_frames(pc, f, 16);
  if (n == 0) return false;
  *file = f[n - 1].file;
  *line = f[n - 1].line;
  return true;
}

// ------------------------------------------------------------- for .gl code

static GlString copied(GlString s) {
  uint8_t *p = malloc_new((size_t)s.len, true);
  memcpy(p, s.ptr, (size_t)s.len);
  return (GlString){p, s.len};
}

// The program's pcs may be made up: inline.c knows.
GlString gl_funcname(uintptr_t pc) {
  SymFrame f = {0};
  GlString s = {NULL, 0};
  uintptr_t real = pc;
  if (inline_frame(pc, &f, &real) && f.name.len > 0)
    return f.name;  // mapped for ever: no copy needed
  symtab_func(real, &s, NULL);
  return s;
}

uintptr_t gl_funcentry(uintptr_t pc) {
  SymFrame f;
  GlString s;
  uintptr_t e = 0, real = pc;
  inline_frame(pc, &f, &real);
  symtab_func(real, &s, &e);
  return e;
}

GlString gl_pcfile(uintptr_t pc) {
  SymFrame f;
  uintptr_t real;
  if (!inline_frame(pc, &f, &real)) return (GlString){(const uint8_t *)"?", 1};
  return copied(f.file);
}

intptr_t gl_pcline(uintptr_t pc) {
  SymFrame f;
  uintptr_t real;
  return inline_frame(pc, &f, &real) ? f.line : 0;
}

// The compiler puts it into programs.
extern const char gl_build_info[] __attribute__((weak));

// ccall: how the program was built, "" unknown.
GlString gl_buildinfo(void) {
  const char *s = gl_build_info;
  if (!s) return (GlString){NULL, 0};
  return (GlString){(const uint8_t *)s, (intptr_t)strlen(s)};
}
