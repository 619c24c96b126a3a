// SPDX-License-Identifier: MIT
//
// Leaves out methods that a program cannot call. A type descriptor refers to
// all methods of its type, so the linker would keep every one of every type
// that reaches an interface: hello world would print dates. But a method in a
// descriptor's table can only be called
//
//   * through an interface, by a function that calls a method of this name, or
//   * by reflection's Method and MethodByName, which only a call of them does.
//
// and only if a value of the type gets into an interface, for which code, or
// the type of what it is a part of, refers to the descriptor: the types of
// methods do not count. Here the linker's own search is done ahead of it, from
// what the runtime refers to, but an entry of a method table is followed only
// once such a call is reached. The type of a method, which conversions compare,
// is followed once an interface with a method of this name is reached. What is
// then left is cut off: in a copy of the object, in memory, the references of
// such entries are erased, and the linker drops the rest. (The idea is that of
// Go's linker, whose dead-code pass works on its own object format.)
//
// What must hold: an erased entry is never called. Calls are counted by the
// hash of the name alone, in functions the linker keeps, which errs on the
// side of keeping. runtime.fillitab gives an erased method code that ends the
// program.

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"

// What sections of private constants with references are called first.
#define TABLE_SECTION ".data.rel.ro..L"

typedef VEC(uint64_t) HashVec;

typedef struct Elf {
  const char *at;  // the file
  size_t size;
  const Elf64_Shdr *sh;
  size_t nsh;
  const char *names;
  const Elf64_Sym *sym;
  size_t nsym;
  const char *strings;
  const uint32_t *xindex;  // section numbers that do not fit a symbol
  struct Section *sections;
  char *copy;              // with entries erased, or NULL
  int fd;                  // of the copy
} Elf;

typedef struct Section {
  Elf *elf;
  const Elf64_Shdr *rela;  // of its relocations, or NULL
  const uint32_t *group;   // the group it is in: member_count numbers
  size_t members;
  HashVec calls;           // of names of methods that it calls
  enum { PLAIN, METHODS, IMETHODS } table;
  bool live;
  bool scanned;
  bool boxed;  // if a type: of values in interfaces, or of their parts
} Section;

// A reference that counts only once its method's name does.
typedef struct Pending {
  Section *table;
  const Elf64_Rela *rela;
  uint64_t hash;
  bool is_type;
} Pending;

static struct {
  StrMap symbols;   // name: Section
  StrMap called;    // hashes of names
  StrMap compared;  // hashes of names in interface types
  VEC(Section *) work;
  VEC(Pending) pending;
  VEC(int) copies;  // descriptors
  bool by_reflection;
} P;

// ---- reading ---------------------------------------------------------------

static bool map_file(Elf *e, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
    if (fd >= 0)
      close(fd);
    return false;
  }
  e->size = (size_t)st.st_size;
  e->at = mmap(NULL, e->size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  return e->at != MAP_FAILED;
}

static bool read_headers(Elf *e) {
  const Elf64_Ehdr *eh = (const Elf64_Ehdr *)e->at;
  if (e->size < sizeof *eh || memcmp(e->at, ELFMAG, SELFMAG) != 0 ||
      eh->e_shoff >= e->size)
    return false;
  e->sh = (const Elf64_Shdr *)(e->at + eh->e_shoff);
  // The first section's header holds what does not fit the ELF header.
  e->nsh = eh->e_shnum ? eh->e_shnum : e->sh[0].sh_size;
  size_t names =
      eh->e_shstrndx == SHN_XINDEX ? e->sh[0].sh_link : eh->e_shstrndx;
  e->names = e->at + e->sh[names].sh_offset;
  for (size_t i = 1; i < e->nsh; i++) {
    const Elf64_Shdr *sh = &e->sh[i];
    if (sh->sh_type == SHT_SYMTAB) {
      e->sym = (const Elf64_Sym *)(e->at + sh->sh_offset);
      e->nsym = sh->sh_size / sizeof *e->sym;
      e->strings = e->at + e->sh[sh->sh_link].sh_offset;
    } else if (sh->sh_type == SHT_SYMTAB_SHNDX) {
      e->xindex = (const uint32_t *)(e->at + sh->sh_offset);
    }
  }
  return e->sym != NULL;
}

static const char *symbol_name(const Elf *e, size_t i) {
  return e->strings + e->sym[i].st_name;
}

// The section a symbol is defined in, or NULL.
static Section *section_of(const Elf *e, size_t i) {
  size_t n = e->sym[i].st_shndx;
  if (n == SHN_XINDEX && e->xindex)
    n = e->xindex[i];
  else if (n >= SHN_LORESERVE)
    return NULL;
  return n && n < e->nsh ? &e->sections[n] : NULL;
}

static void note_group(Elf *e, const Elf64_Shdr *sh) {
  const uint32_t *word = (const uint32_t *)(e->at + sh->sh_offset);
  size_t n = sh->sh_size / sizeof *word - 1;  // after the flags
  for (size_t i = 1; i <= n; i++) {
    e->sections[word[i]].group = word + 1;
    e->sections[word[i]].members = n;
  }
}

static bool has_prefix(const char *s, const char *prefix) {
  return strncmp(s, prefix, strlen(prefix)) == 0;
}

// Method tables have no symbols, but LLVM names their sections after them.
static void note_table(Section *s, const char *name) {
  if (has_prefix(name, TABLE_SECTION METHOD_TABLE))
    s->table = METHODS;
  else if (has_prefix(name, TABLE_SECTION IMETHOD_TABLE))
    s->table = IMETHODS;
}

static void note_sections(Elf *e) {
  e->sections = NEW_ARRAY(Section, e->nsh);
  for (size_t i = 1; i < e->nsh; i++) {
    const Elf64_Shdr *sh = &e->sh[i];
    e->sections[i].elf = e;
    note_table(&e->sections[i], e->names + sh->sh_name);
    if (sh->sh_type == SHT_RELA)
      e->sections[sh->sh_info].rela = sh;
    else if (sh->sh_type == SHT_GROUP)
      note_group(e, sh);
  }
}

// The first definition counts, as with the linker.
static void note_symbols(Elf *e) {
  for (size_t i = 1; i < e->nsym; i++) {
    Section *s = section_of(e, i);
    if (!s || ELF64_ST_BIND(e->sym[i].st_info) == STB_LOCAL)
      continue;
    const char *name = symbol_name(e, i);
    if (!strmap_get(&P.symbols, name, strlen(name)))
      strmap_put(&P.symbols, name, strlen(name), s);
  }
}

static bool read_object(Elf *e, const char *path) {
  e->fd = -1;
  if (!map_file(e, path) || !read_headers(e))
    return false;
  note_sections(e);
  note_symbols(e);
  return true;
}

// ---- references ------------------------------------------------------------

static const Elf64_Rela *relocations(const Section *s, size_t *n) {
  *n = s->rela ? s->rela->sh_size / sizeof(Elf64_Rela) : 0;
  return s->rela ? (const Elf64_Rela *)(s->elf->at + s->rela->sh_offset) : NULL;
}

// What a relocation refers to, or NULL: something outside the objects.
static Section *target(const Elf *e, const Elf64_Rela *r) {
  size_t i = ELF64_R_SYM(r->r_info);
  if (!i || i >= e->nsym)
    return NULL;
  if (ELF64_ST_BIND(e->sym[i].st_info) == STB_LOCAL)
    return section_of(e, i);
  const char *name = symbol_name(e, i);
  return strmap_get(&P.symbols, name, strlen(name));
}

static const char *contents(const Section *s) {
  return s->elf->at + s->elf->sh[s - s->elf->sections].sh_offset;
}

static bool has_hash(const StrMap *m, uint64_t h) {
  return strmap_get(m, (const char *)&h, sizeof h) != NULL;
}

static void put_hash(StrMap *m, uint64_t h) {
  strmap_put(m, (const char *)&h, sizeof h, &P);
}

static void mark(Section *s, bool boxed) {
  if (!s || (s->live && (s->boxed || !boxed)))
    return;
  s->live = true;
  s->boxed |= boxed;
  vec_push(&P.work, s);
  for (size_t i = 0; i < s->members; i++)
    mark(&s->elf->sections[s->group[i]], boxed);
}

// The hash of the name an entry of a table begins with, a GlString whose
// pointer is the relocation r.
static uint64_t name_hash(const Section *table, const Elf64_Rela *r) {
  int64_t len;
  memcpy(&len, contents(table) + r->r_offset + 8, sizeof len);
  const Elf *e = table->elf;
  size_t i = ELF64_R_SYM(r->r_info);
  Section *s = target(e, r);
  if (!s)
    return 0;
  // A name shared by several objects may lie in another one than this.
  const Elf *home = s->elf;
  uint64_t at = (uint64_t)r->r_addend;
  if (home == e)
    at += e->sym[i].st_value;
  return method_hash(contents(s) + at, (size_t)len);
}

static void note_pending(Section *s, const Elf64_Rela *r, uint64_t hash,
                         bool is_type) {
  Pending p = {s, r, hash, is_type};
  vec_push(&P.pending, p);
}

// The relocations of an entry come in the order of its fields, the name first.
static void scan_methods(Section *s) {
  size_t n;
  const Elf64_Rela *r = relocations(s, &n);
  uint64_t hash = 0;
  s->scanned = true;
  for (size_t i = 0; i < n; i++) {
    size_t field = r[i].r_offset % sizeof(GlMethod);
    if (field == offsetof(GlMethod, name))
      hash = name_hash(s, &r[i]);
    if (field >= offsetof(GlMethod, type))
      note_pending(s, &r[i], hash, field == offsetof(GlMethod, type));
    else
      mark(target(s->elf, &r[i]), false);
  }
}

static void scan_imethods(Section *s) {
  size_t n;
  const Elf64_Rela *r = relocations(s, &n);
  for (size_t i = 0; i < n; i++) {
    if (r[i].r_offset % sizeof(GlImethod) == offsetof(GlImethod, name))
      put_hash(&P.compared, name_hash(s, &r[i]));
    mark(target(s->elf, &r[i]), false);
  }
}

static void scan_plain(Section *s) {
  size_t n;
  const Elf64_Rela *r = relocations(s, &n);
  for (size_t i = 0; i < n; i++)
    mark(target(s->elf, &r[i]), s->boxed);
}

// ---- calls -----------------------------------------------------------------

// Reads a section of methodcalls.c: pairs of a function and a hash.
static void note_calls(Section *s) {
  size_t n;
  const Elf64_Rela *r = relocations(s, &n);
  for (size_t i = 0; i < n; i++) {
    Section *f = target(s->elf, &r[i]);
    uint64_t hash;
    memcpy(&hash, contents(s) + r[i].r_offset + 8, sizeof hash);
    if (f)
      vec_push(&f->calls, hash);
  }
}

static void note_all_calls(Elf *e) {
  for (size_t i = 1; i < e->nsh; i++) {
    if (strcmp(e->names + e->sh[i].sh_name, METHOD_CALLS_SECTION) == 0)
      note_calls(&e->sections[i]);
  }
}

static void reach_calls(const Section *s) {
  vec_each(uint64_t, h, &s->calls) {
    put_hash(&P.called, *h);
    if (*h == method_hash("Method", 6) || *h == method_hash("MethodByName", 12))
      P.by_reflection = true;
  }
}

// ---- the search ------------------------------------------------------------

static void drain(void) {
  while (P.work.len) {
    Section *s = P.work.at[--P.work.len];
    reach_calls(s);
    if (s->table == METHODS && !s->scanned)
      scan_methods(s);
    else if (s->table == METHODS)
      continue;  // its entries are pending
    else if (s->table == IMETHODS)
      scan_imethods(s);
    else
      scan_plain(s);
  }
}

static bool counts(const Pending *p) {
  if (P.by_reflection)
    return true;
  return p->table->boxed &&
         (has_hash(&P.called, p->hash) ||
          (p->is_type && has_hash(&P.compared, p->hash)));
}

// Follows what counts by now; false if there was nothing.
static bool follow_pending(void) {
  int kept = 0, n = P.pending.len;
  for (int i = 0; i < n; i++) {
    Pending p = P.pending.at[i];
    if (counts(&p))
      mark(target(p.table->elf, p.rela), P.by_reflection || !p.is_type);
    else
      P.pending.at[kept++] = p;
  }
  P.pending.len = kept;
  return kept < n;
}

static void search(void) {
  do {
    drain();
  } while (follow_pending());
}

// What is kept whatever refers to it.
static void mark_retained(Elf *e) {
  for (size_t i = 1; i < e->nsh; i++) {
    uint32_t type = e->sh[i].sh_type;
    if (type == SHT_INIT_ARRAY || type == SHT_FINI_ARRAY ||
        type == SHT_PREINIT_ARRAY || type == SHT_NOTE ||
        (e->sh[i].sh_flags & SHF_GNU_RETAIN))
      mark(&e->sections[i], true);
  }
}

static void mark_undefined(const Elf *e) {
  for (size_t i = 1; i < e->nsym; i++) {
    if (e->sym[i].st_shndx != SHN_UNDEF)
      continue;
    const char *name = symbol_name(e, i);
    mark(strmap_get(&P.symbols, name, strlen(name)), true);
  }
}

// Members lie at even addresses only: a copy is aligned.
static void mark_member(const char *at, size_t size) {
  char *copy = malloc(size ? size : 1);
  if (!copy)
    fatal("out of memory");
  memcpy(copy, at, size);
  Elf m = {.at = copy, .size = size};
  if (read_headers(&m))
    mark_undefined(&m);
  free(copy);
}

// Marks what the members of an archive (ar(5)) refer to.
static bool mark_archive(const char *path) {
  enum { HEADER = 60, SIZE_AT = 48, SIZE_LEN = 10 };
  Elf a = {0};
  if (!map_file(&a, path) || !has_prefix(a.at, "!<arch>\n"))
    return false;
  size_t at = 8;
  while (at + HEADER <= a.size) {
    char digits[SIZE_LEN + 1] = "";
    memcpy(digits, a.at + at + SIZE_AT, SIZE_LEN);
    size_t size = strtoul(digits, NULL, 10);
    if (size <= a.size - at - HEADER)
      mark_member(a.at + at + HEADER, size);
    at += HEADER + size + size % 2;
  }
  munmap((void *)(uintptr_t)a.at, a.size);
  return true;
}

// ---- the copies ------------------------------------------------------------

// The linker opens the copy by its descriptor, which it inherits.
static bool make_copy(Elf *e) {
  e->fd = memfd_create("object", 0);
  if (e->fd < 0)
    return false;
  vec_push(&P.copies, e->fd);
  if (ftruncate(e->fd, (off_t)e->size) != 0)
    return false;
  void *p = mmap(NULL, e->size, PROT_READ | PROT_WRITE, MAP_SHARED, e->fd, 0);
  if (p == MAP_FAILED)
    return false;
  e->copy = p;
  memcpy(e->copy, e->at, e->size);
  return true;
}

static bool erase(const Pending *p) {
  Elf *e = p->table->elf;
  if (!e->copy && !make_copy(e))
    return false;
  Elf64_Rela *r = (Elf64_Rela *)(e->copy + ((const char *)p->rela - e->at));
  r->r_info = ELF64_R_INFO(STN_UNDEF, R_X86_64_NONE);
  r->r_addend = 0;
  return true;
}

static bool erase_pending(void) {
  vec_each(Pending, p, &P.pending) {
    if (!erase(p))
      return false;
  }
  return true;
}

void prune_end(void) {
  vec_each(int, fd, &P.copies)
    close(*fd);
  P.copies.len = 0;
}

static void unmap_files(Elf *elfs, int n) {
  for (int i = 0; i < n; i++) {
    if (elfs[i].at && elfs[i].at != MAP_FAILED)
      munmap((void *)(uintptr_t)elfs[i].at, elfs[i].size);
    if (elfs[i].copy)
      munmap(elfs[i].copy, elfs[i].size);
  }
}

static bool prune(const LinkInput *in, Elf *elfs) {
  for (int i = 0; i < in->nobjects; i++) {
    if (!read_object(&elfs[i], in->objects[i]))
      return false;
  }
  for (int i = 0; i < in->nobjects; i++)
    note_all_calls(&elfs[i]);
  for (int i = 0; i < in->nobjects; i++)
    mark_retained(&elfs[i]);
  if (!mark_archive(arena_printf(perm, "%s/libglrt.a", in->lib_dir)))
    return false;
  search();
  return erase_pending();
}

const char **prune_methods(const LinkInput *in) {
  memset(&P, 0, sizeof P);
  Elf *elfs = NEW_ARRAY(Elf, in->nobjects);
  const char **objects = NEW_ARRAY(const char *, in->nobjects);
  bool ok = prune(in, elfs);
  for (int i = 0; i < in->nobjects; i++) {
    objects[i] = in->objects[i];
    if (ok && elfs[i].copy)
      objects[i] = arena_printf(perm, "/proc/self/fd/%d", elfs[i].fd);
  }
  unmap_files(elfs, in->nobjects);
  return objects;
}
