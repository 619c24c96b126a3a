// SPDX-License-Identifier: MIT
//
// The names under which compiled packages are kept in the cache: a hash of
// everything their machine code depends on. That is the compiler, the options
// that reach lowering and the optimiser, the package's files with the names
// that traces and debuggers show, and the keys of its imports. Bodies of
// imported functions are inlined, so it is the imports' whole contents that
// count, not what they export.
//
// A package with a key in the cache had no errors when it was compiled.

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <unistd.h>

#include "gl.h"

// ---- the compiler ----------------------------------------------------------

static bool add_build_id(Hash *h, const char *at, size_t size) {
  const char *end = at + size;
  while (at + sizeof(Elf64_Nhdr) <= end) {
    const Elf64_Nhdr *n = (const Elf64_Nhdr *)at;
    const char *name = at + sizeof *n;
    const char *desc = name + (n->n_namesz + 3u) / 4 * 4;
    if (n->n_type == NT_GNU_BUILD_ID && strcmp(name, "GNU") == 0) {
      hash_add(h, desc, n->n_descsz);
      return true;
    }
    at = desc + (n->n_descsz + 3u) / 4 * 4;
  }
  return false;
}

typedef struct Finder {
  Hash *hash;
  bool found;
} Finder;

// Only of the first object, which is the program.
static int visit_object(struct dl_phdr_info *info, size_t size, void *data) {
  Finder *f = data;
  (void)size;
  for (int i = 0; i < info->dlpi_phnum && !f->found; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type == PT_NOTE)
      f->found = add_build_id(f->hash,
                              (const char *)(info->dlpi_addr + p->p_vaddr),
                              p->p_memsz);
  }
  return 1;
}

// The linker has put a hash of the compiler's code into the compiler.
static void add_compiler(Hash *h) {
  Finder f = {h, false};
  dl_iterate_phdr(visit_object, &f);
  if (!f.found)
    hash_add_file(h, self_path());
  hash_adds(h, GL_VERSION);
}

static void add_options(Hash *h) {
  int options[] = {lower_options.opt_level, lower_options.debug_full,
                   check_options.lang, check_options.no_main_ok,
                   check_options.bodyless_ok};
  hash_add(h, options, sizeof options);
  hash_adds(h, load_options.tags ? load_options.tags : "");
  const char *experiment = getenv("GOEXPERIMENT");
  hash_adds(h, experiment ? experiment : "");
}

// ---- packages --------------------------------------------------------------

// Debug information holds the path as given and the folder it starts from.
static void add_source(Hash *h, const Source *s) {
  static char here[PATH_MAX];
  if (!here[0] && !getcwd(here, sizeof here))
    here[0] = '?';
  hash_adds(h, s->path);
  hash_adds(h, s->path[0] == '/' ? "" : here);
  uint64_t len = s->len;
  hash_add(h, &len, sizeof len);
  hash_add(h, s->text, s->len);
}

static void add_embeds(Hash *h, Package *pkg) {
  vec_each(Object *, o, &pkg->embeds) {
    hash_adds(h, (*o)->name->s);
    vec_each(EmbedFile, f, &(*o)->var.embed->files) {
      uint64_t len = f->len;
      hash_adds(h, f->name);
      hash_add(h, &len, sizeof len);
      hash_add(h, f->data, f->len);
    }
  }
}

const char *package_key(Package *pkg) {
  static Map known;
  const char *key = map_get(&known, pkg);
  if (key)
    return key;
  Hash h;
  hash_init(&h);
  add_compiler(&h);
  add_options(&h);
  hash_adds(&h, pkg->path);
  if (strcmp(pkg->path, "main") == 0 && lower_options.build_info)
    hash_adds(&h, lower_options.build_info);
  int facts[] = {pkg->lang, pkg->is_std, pkg->files.len, pkg->imports.len};
  hash_add(&h, facts, sizeof facts);
  vec_each(File *, f, &pkg->files)
    add_source(&h, (*f)->source);
  add_embeds(&h, pkg);
  vec_each(Package *, p, &pkg->imports) {
    hash_adds(&h, (*p)->path);
    if (*p != package_unsafe)
      hash_adds(&h, package_key(*p));
  }
  key = hash_end_hex(&h);
  map_put(&known, pkg, (void *)(uintptr_t)key);
  return key;
}

const char *unit_key(const Unit *u) {
  Hash h;
  hash_init(&h);
  hash_adds(&h, package_key(u->pkg));
  int facts[] = {u->part, u->nparts, u->with_start};
  hash_add(&h, facts, sizeof facts);
  return hash_end_hex(&h);
}

const char *summary_key(Package *pkg) {
  Hash h;
  hash_init(&h);
  hash_adds(&h, "summary");
  hash_adds(&h, package_key(pkg));
  return hash_end_hex(&h);
}
