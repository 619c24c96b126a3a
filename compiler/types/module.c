// SPDX-License-Identifier: MIT
//
// Modules: which folder an import path means. A go.mod (or gl.mod) names its
// folder's path; the main module's also says where other modules are:
//
//   replace PATH [VERSION] => ../folder        there
//   replace PATH [VERSION] => OTHER VERSION    as if OTHER were required
//   require PATH VERSION                       in the module cache
//
// A folder vendor beside it comes before the cache. A go.work above lists the
// folders of several main modules and has replace lines of its own; GOWORK
// names another file, or is off. The module cache is Go's, $GOMODCACHE or
// $GOPATH/pkg/mod or ~/go/pkg/mod. Nothing is ever fetched, and versions are
// taken from the main module as they stand there, which has them all from Go
// 1.17 on.
//
// The main module is that of the first folder that is asked for.
#include <ctype.h>

#include "types.h"

typedef struct Require {
  const char *path, *version;
} Require;

typedef struct Replace {
  const char *path, *version;          // version NULL: any
  const char *to, *to_version;         // to_version NULL: a folder
} Replace;

struct Module {
  const char *dir, *path;
  int lang;
  VEC(Require) requires;
  VEC(Replace) replaces;
  VEC(const char *) uses;              // go.work
};

static Module *main_module, *work;
static VEC(Module *) work_modules;
static bool searched_work;

// ---- files -----------------------------------------------------------------

enum { MOST_WORDS = 8 };

// The words of a line, up to a comment. Returns how many.
static int split(const char *line, const char **words) {
  int n = 0;
  for (const char *s = line; n < MOST_WORDS;) {
    while (isspace((unsigned char)*s)) s++;
    if (!*s || (s[0] == '/' && s[1] == '/')) break;
    bool quoted = *s == '"' || *s == '`';
    const char *end = quoted ? strchr(s + 1, *s) : s;
    if (!end) break;
    while (!quoted && *end && !isspace((unsigned char)*end)) end++;
    words[n++] = arena_strndup(perm, s + quoted, (size_t)(end - s) - quoted);
    s = quoted ? end + 1 : end;
  }
  return n;
}

static void add_replace(Module *m, const char **w, int n) {
  int arrow = 0;
  while (arrow < n && strcmp(w[arrow], "=>") != 0) arrow++;
  if (arrow < 1 || arrow > 2 || arrow + 1 >= n) return;
  Replace r = {w[0], arrow == 2 ? w[1] : NULL, w[arrow + 1],
               arrow + 2 < n ? w[arrow + 2] : NULL};
  vec_push(&m->replaces, r);
}

static void add_line(Module *m, const char *verb, const char **w, int n) {
  if (n < 1) return;
  if (strcmp(verb, "module") == 0) {
    m->path = w[0];
  } else if (strcmp(verb, "go") == 0) {
    if (strncmp(w[0], "1.", 2) == 0) m->lang = atoi(w[0] + 2);
  } else if (strcmp(verb, "require") == 0 && n >= 2) {
    Require r = {w[0], w[1]};
    vec_push(&m->requires, r);
  } else if (strcmp(verb, "replace") == 0) {
    add_replace(m, w, n);
  } else if (strcmp(verb, "use") == 0) {
    vec_push(&m->uses, w[0]);
  }
}

static bool read_mod(const char *file, Module *m) {
  FILE *f = fopen(file, "r");
  if (!f) return false;
  char *line = NULL;
  size_t cap = 0;
  const char *block = NULL;
  while (getline(&line, &cap, f) > 0) {
    const char *words[MOST_WORDS];
    int n = split(line, words);
    if (!n) continue;
    if (block && strcmp(words[0], ")") == 0)
      block = NULL;
    else if (block)
      add_line(m, block, words, n);
    else if (n > 1 && strcmp(words[1], "(") == 0)
      block = words[0];
    else
      add_line(m, words[0], words + 1, n - 1);
  }
  free(line);
  fclose(f);
  return true;
}

static bool read_module(const char *dir, Module *m) {
  if (!read_mod(arena_printf(perm, "%s/gl.mod", dir), m) &&
      !read_mod(arena_printf(perm, "%s/go.mod", dir), m))
    return false;
  if (!m->path) return false;
  m->dir = dir;
  return true;
}

Module *module_around(const char *dir) {
  static StrMap cache;
  const char *at = path_absolute(dir);
  Module *m = strmap_get(&cache, at, strlen(at));
  if (m) return m;
  m = NEW(Module);
  if (!read_module(at, m) && strcmp(at, "/") != 0 && strcmp(at, ".") != 0) {
    m = module_around(path_dir(at));
  }
  strmap_put(&cache, at, strlen(at), m);
  return m;
}

int module_lang(const Module *m) {
  return m->lang;
}

const char *module_path_of(const char *dir) {
  Module *m = module_around(dir);
  if (!m->path) return NULL;
  return arena_printf(perm, "%s%s", m->path,
                      path_absolute(dir) + strlen(m->dir));
}

const char *module_name_of(const char *dir) {
  return module_around(dir)->path;
}

// ---- workspaces ------------------------------------------------------------

static const char *find_work(const char *dir) {
  const char *given = getenv("GOWORK");
  if (given && *given) return strcmp(given, "off") == 0 ? NULL : given;
  for (const char *d = path_absolute(dir);; d = path_dir(d)) {
    const char *file = arena_printf(perm, "%s/go.work", d);
    FILE *f = fopen(file, "r");
    if (f) {
      fclose(f);
      return file;
    }
    if (strcmp(d, "/") == 0 || strcmp(d, ".") == 0) return NULL;
  }
}

static const char *relative_to(const char *dir, const char *path) {
  return path_absolute(path[0] == '/' ? path
                                      : arena_printf(perm, "%s/%s", dir, path));
}

static void read_work(const char *file) {
  Module *w = NEW(Module);
  if (!read_mod(file, w)) return;
  w->dir = path_absolute(path_dir(file));
  vec_each(const char *, use, &w->uses) {
    Module *m = module_around(relative_to(w->dir, *use));
    if (m->path) vec_push(&work_modules, m);
  }
  work = w;
}

bool module_in_work(const char *dir) {
  const char *at = path_absolute(dir);
  vec_each(Module *, m, &work_modules)
    if (strcmp((*m)->dir, at) == 0) return true;
  return false;
}

// The main module, and the workspace if it is one of it.
void module_set_main(const char *dir) {
  if (!main_module && module_around(dir)->path)
    main_module = module_around(dir);
  if (searched_work) return;
  searched_work = true;
  const char *file = find_work(dir);
  if (file) read_work(file);
}

// ---- looking for packages --------------------------------------------------

// What is found: the folder of the module that has the longest path.
typedef struct Search {
  const char *import;
  const char *dir;      // of the package
  size_t longest;       // of modules so far
  const char *missing;  // the module it should be in, but that is not there
} Search;

static bool is_candidate(const Search *s, const char *module) {
  return path_inside(s->import, module) && strlen(module) > s->longest;
}

static void found(Search *s, const char *module, const char *dir,
                  const char *version) {
  s->longest = strlen(module);
  s->dir = s->missing = NULL;
  if (dir && path_is_dir(dir))
    s->dir = arena_printf(perm, "%s%s", dir, s->import + strlen(module));
  else
    s->missing = version ? arena_printf(perm, "%s@%s", module, version)
                         : module;
}

// An upper-case letter is written !x in the module cache.
static const char *escape(const char *s) {
  Buf b = {0};
  buf_add(&b, "", 0);
  for (; *s; s++) {
    if (*s >= 'A' && *s <= 'Z') buf_addc(&b, '!');
    buf_addc(&b, (char)tolower((unsigned char)*s));
  }
  return b.at;
}

static const char *module_cache(void) {
  const char *s = getenv("GOMODCACHE");
  if (s && *s) return s;
  s = getenv("GOPATH");
  if (s && *s) {
    size_t n = strcspn(s, ":");
    return arena_printf(perm, "%.*s/pkg/mod", (int)n, s);
  }
  s = getenv("HOME");
  return s ? arena_printf(perm, "%s/go/pkg/mod", s) : NULL;
}

static const char *cached_dir(const char *path, const char *version) {
  const char *cache = module_cache();
  return cache ? arena_printf(perm, "%s/%s@%s", cache, escape(path),
                              escape(version))
               : NULL;
}

static const Replace *replacement(const Module *m, const char *path,
                                  const char *version) {
  const Replace *any = NULL;
  vec_each(const Replace, r, &m->replaces) {
    if (strcmp(r->path, path) != 0) continue;
    if (!r->version) any = r;
    else if (version && strcmp(r->version, version) == 0) return r;
  }
  return any;
}

static const char *replaced_dir(const Module *m, const Replace *r) {
  return r->to_version ? cached_dir(r->to, r->to_version)
                       : relative_to(m->dir, r->to);
}

// Modules that m requires or replaces; those of go.work come first.
static void search_listed(Search *s, const Module *m) {
  vec_each(const Require, q, &m->requires) {
    if (!is_candidate(s, q->path)) continue;
    const Module *owner = work && replacement(work, q->path, q->version)
                              ? work : m;
    const Replace *r = replacement(owner, q->path, q->version);
    found(s, q->path, r ? replaced_dir(owner, r)
                        : cached_dir(q->path, q->version), q->version);
  }
  vec_each(const Replace, r, &m->replaces)
    if (is_candidate(s, r->path)) found(s, r->path, replaced_dir(m, r), NULL);
}

static void search_module(Search *s, const Module *m) {
  if (m->path && is_candidate(s, m->path)) found(s, m->path, m->dir, NULL);
}

// The root's folder vendor, with what Go's tools copied there.
static bool search_vendor(Search *s, const Module *m) {
  const char *vendor = arena_printf(perm, "%s/vendor", m->dir);
  if (!path_is_dir(vendor)) return false;
  const char *dir = arena_printf(perm, "%s/%s", vendor, s->import);
  if (!path_is_dir(dir)) return false;
  s->dir = dir;
  return true;
}

const char *module_find(const char *import, const char *importer_dir,
                        const char **missing) {
  module_set_main(importer_dir);
  Search s = {.import = import};
  search_module(&s, module_around(importer_dir));
  if (main_module) search_module(&s, main_module);
  vec_each(Module *, m, &work_modules) search_module(&s, *m);
  const Module *root = work ? work : main_module;
  bool own = s.dir && path_is_dir(s.dir);
  if (!own && root && search_vendor(&s, root)) return path_shorten(s.dir);
  if (main_module) search_listed(&s, main_module);
  vec_each(Module *, m, &work_modules) search_listed(&s, *m);
  if (work) search_listed(&s, work);
  *missing = s.missing;
  return s.dir && path_is_dir(s.dir) ? path_shorten(s.dir) : NULL;
}
