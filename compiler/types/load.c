// SPDX-License-Identifier: MIT
//
// Packages from files, folders and import paths. A package is parsed and
// checked when it is first imported, before the importing package is: so the
// list of load_all is in order of dependence. An import path is looked for in
// the standard library (whose own packages also see its vendor folder), then
// in Go's source tree (likewise), then in modules: see module.c.
//
// A package with errors is kept, marked fake, so that importers do not report
// them again.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "types.h"

LoadOptions load_options;

enum { STATE_LOADING = 1, STATE_LOADED };

static StrMap packages;                    // import path -> Package
static VEC(Package *) loaded;              // dependencies first
static VEC(Package *) loading;             // those on the way, for cycles

Package *const *load_all(int *n) {
  *n = loaded.len;
  return loaded.at;
}

// ---- paths -----------------------------------------------------------------

static bool in_stdlib(const char *dir) {
  return load_options.stdlib &&
         path_inside(path_absolute(dir), path_absolute(load_options.stdlib));
}

static bool in_tree(const char *dir) {
  return load_options.stdlib && gotree_contains(path_absolute(dir));
}

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

static bool has_source_suffix(const char *name) {
  return ends_with(name, ".gl") || ends_with(name, ".go");
}

static bool has_sources(const char *dir) {
  DIR *d = opendir(dir);
  bool found = false;
  for (struct dirent *e; d && !found && (e = readdir(d));)
    found = e->d_name[0] != '.' && has_source_suffix(e->d_name) &&
            !path_is_special(arena_printf(perm, "%s/%s", dir, e->d_name));
  if (d) closedir(d);
  return found;
}

// ---- where packages are ---------------------------------------------------

static const char *find_in_stdlib(const char *path) {
  const char *dir = arena_printf(perm, "%s/%s", load_options.stdlib, path);
  return path_is_dir(dir) && has_sources(dir) ? dir : NULL;
}

// A package that standard packages carry with them. Its path begins with
// vendor, so that it is not a module's of the same name. Go's own commands
// are a module with a vendor folder of its own.
static const char *find_vendored(const char **path, const char *importer_dir) {
  bool std = in_stdlib(importer_dir), tree = in_tree(importer_dir);
  if (!std && !tree) return NULL;
  if (tree && gotree_is_command(path_absolute(importer_dir))) {
    const char *full = arena_printf(perm, "cmd/vendor/%s", *path);
    const char *dir = gotree_find(full);
    if (dir) *path = full;
    if (dir) return dir;
  }
  const char *full = arena_printf(perm, "vendor/%s", *path);
  const char *dir = find_in_stdlib(full);
  if (!dir && tree) dir = gotree_find(full);
  if (dir) *path = full;
  return dir;
}

// The folder of an import path, or NULL: then *missing is the module that it
// should be in. *import becomes the package's own path.
static const char *find_import(const char **import, const char *importer_dir,
                               const char **missing) {
  const char *path = *import;
  if (load_options.stdlib) {
    const char *dir = find_in_stdlib(path);
    if (!dir) dir = find_vendored(import, importer_dir);
    if (!dir && !load_options.all_bodies) dir = gotree_find(path);
    if (dir) return dir;
  }
  return module_find(path, importer_dir, missing);
}

// ---- files -----------------------------------------------------------------

// Whether the source takes part by its //go:build line, or its +build lines
// if there is none. Files without, nearly all, are not scanned twice.
static bool takes_part(Source *s, const char *name) {
  if (!build_matches(name, NULL)) return false;
  if (strstr(s->text, "//go:build")) {
    const Name *line = parse_imports(s)->build_constraint;
    if (line) return build_matches(NULL, line);
  }
  return !strstr(s->text, "+build") || build_plus_matches(s->text);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static Source *read_source(const char *path) {
  Source *s = source_read(path);
  if (!s) error_at(0, "cannot read %s: %s", path, strerror(errno));
  return s;
}

// Whether a file of assembly takes part, and has functions: an empty one only
// allows declarations without a body. In Go's tree the name alone decides.
static bool is_assembly(const char *dir, const char *name) {
  if (!ends_with(name, ".s") || !build_matches(name, NULL)) return false;
  if (build_tree) return true;
  FILE *f = fopen(arena_printf(perm, "%s/%s", dir, name), "r");
  char line[1024];
  bool part = true, text = false;
  while (f && part && !text && fgets(line, sizeof line, f)) {
    line[strcspn(line, "\r\n")] = 0;
    text = strncmp(line, "TEXT", 4) == 0;
    if (strncmp(line, "//go:build ", 11) == 0)
      part = build_matches(NULL, name_cstr(line + 11));
  }
  if (f) fclose(f);
  return part && text;
}

// Whether there is assembly for this machine.
static bool has_assembly(const char *dir) {
  DIR *d = opendir(dir);
  bool found = false;
  for (struct dirent *e; d && !found && (e = readdir(d));)
    found = is_assembly(dir, e->d_name);
  if (d) closedir(d);
  return found;
}

static bool read_files(const char *dir, SourceVec *out, int *excluded);

// False after an error. *excluded counts files that take no part. In Go's
// tree a package may count on the assembly of another one of crypto's.
static bool read_folder(const char *path, const char *dir, SourceVec *out,
                        int *excluded) {
  build_tree = in_tree(dir);
  bool assembly = has_assembly(dir), ours = added_assembly_dir(path);
  build_no_arch = (assembly && !ours) ||
                  (build_tree && strstr(dir, "/crypto/"));
  bool ok = read_files(dir, out, excluded);
  if (ok && build_tree) ok = added_generated(dir, out);
  if (ok && assembly && ours) ok = added_assembly(path, dir, out);
  build_no_arch = build_tree = false;
  return ok;
}

static bool read_files(const char *dir, SourceVec *out, int *excluded) {
  DIR *d = opendir(dir);
  if (!d) {
    error_at(0, "cannot read %s: %s", dir, strerror(errno));
    return false;
  }
  VEC(const char *) names = {0};
  for (struct dirent *e; (e = readdir(d));) {
    const char *s = e->d_name;
    if (s[0] == '.' || s[0] == '_' || !has_source_suffix(s)) continue;
    if (ends_with(s, "_test.gl") || ends_with(s, "_test.go")) continue;
    vec_push(&names, arena_strndup(perm, s, strlen(s)));
  }
  closedir(d);
  if (names.len)
    qsort(names.at, (size_t)names.len, sizeof *names.at, compare_names);
  *excluded = 0;
  vec_each(const char *, name, &names) {
    const char *path = strcmp(dir, ".") == 0
                           ? *name
                           : arena_printf(perm, "%s/%s", dir, *name);
    if (path_is_special(path)) continue;  // a folder x.go, a pipe
    if (!build_matches(*name, NULL)) {
      ++*excluded;
      continue;
    }
    Source *s = read_source(path);
    if (!s) return false;
    if (takes_part(s, *name))
      vec_push(out, s);
    else
      ++*excluded;
  }
  return true;
}

// ---- packages --------------------------------------------------------------

static Package *new_package(const char *path, const char *dir) {
  Package *pkg = NEW(Package);
  pkg->path = arena_strndup(perm, path, strlen(path));
  pkg->dir = arena_strndup(perm, dir, strlen(dir));
  pkg->is_std = in_stdlib(dir);
  pkg->is_tree = !pkg->is_std && in_tree(dir);
  pkg->bodies = !pkg->is_std || load_options.all_bodies;
  pkg->scope = scope_new(universe, NULL);
  if (!pkg->is_std) pkg->lang = module_lang(module_around(dir));
  return pkg;
}

static bool parse_files(Package *pkg, SourceVec *sources) {
  bool ok = true;
  vec_each(Source *, s, sources) {
    File *f = parse_file(*s);
    if (f->had_errors) {
      check_labels_of_file(pkg, f);
      ok = false;
    }
    if (!f->package_name || f->package_name->kind != E_IDENT) {
      ok = false;
      continue;
    }
    Expr *x = f->package_name;
    Name *name = x->ident.name;
    if (!f->had_errors && strcmp(name->s, "_") == 0)
      error_at(x->pos, "invalid package name _");
    if (!pkg->name) {
      pkg->name = name;
    } else if (pkg->name != name) {
      error_at(x->pos, "package %s; expected package %s", name->s,
               pkg->name->s);
      ok = false;
      continue;
    }
    vec_push(&pkg->files, f);
  }
  return ok;
}

// Lowering calls into runtime, whether a program imports it or not.
static void import_runtime(Package *pkg) {
  if (strcmp(pkg->name->s, "main") != 0 || !load_options.stdlib) return;
  if (!path_is_dir(arena_printf(perm, "%s/runtime", load_options.stdlib)))
    return;
  Package *runtime = load_import("runtime", load_options.stdlib, 0);
  if (runtime && !runtime->fake) vec_push(&pkg->imports, runtime);
}

static bool names_map_of_tables(const Source *s) {
  static const char *const maps[] = {
      "unicode.Categories", "unicode.CategoryAliases", "unicode.Scripts",
      "unicode.Properties", "unicode.FoldCategory",    "unicode.FoldScript"};
  if (!strstr(s->text, "\"unicode\"")) return false;
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
    // Whatever the package is called here.
    if (strstr(s->text, maps[i] + strlen("unicode."))) return true;
  }
  return false;
}

// Package unicode's maps of tables keep all tables in a program, and take
// time at its start. They are filled by a package of their own, which is
// added only where one is named.
static void import_tables(Package *pkg) {
  if (pkg->is_std || !load_options.stdlib) return;
  bool named = false;
  vec_each(File *, f, &pkg->files) named |= names_map_of_tables((*f)->source);
  if (!named) return;
  Package *maps = load_import("internal/unicodemaps", load_options.stdlib, 0);
  if (maps && !maps->fake) vec_push(&pkg->imports, maps);
}

static bool load_sources(Package *pkg, SourceVec *sources) {
  int errors = diag_error_count();
  pkg->state = STATE_LOADING;
  strmap_put(&packages, pkg->path, strlen(pkg->path), pkg);
  vec_push(&loading, pkg);
  bool ok = parse_files(pkg, sources);
  added_replace(pkg);
  if (!pkg->name) pkg->name = name_cstr(pkg->path);
  if (ok) {
    import_runtime(pkg);
    import_tables(pkg);
    ok = check_package(pkg);
  }
  loading.len--;
  pkg->state = STATE_LOADED;
  pkg->fake = !ok;
  vec_push(&loaded, pkg);
  return ok && diag_error_count() == errors;
}

static Package *load_root(Package *pkg, SourceVec *sources) {
  pkg->bodies = true;
  return load_sources(pkg, sources) ? pkg : NULL;
}

static int compare_paths(const void *a, const void *b) {
  return strcmp((*(Package *const *)a)->path, (*(Package *const *)b)->path);
}

static bool is_ready(Package *pkg, const Map *done) {
  vec_each(Package *, p, &pkg->imports)
    if (*p != package_unsafe && !map_has(done, *p)) return false;
  return true;
}

static void add_in_order(Package *pkg, PackageVec *out, Map *done) {
  if (pkg == package_unsafe || map_has(done, pkg)) return;
  map_put(done, pkg, pkg);
  vec_each(Package *, p, &pkg->imports) add_in_order(*p, out, done);
  vec_push(out, pkg);
}

// The folder of the package with this import path, seen from here.
const char *load_find(const char *path) {
  const char *missing;
  return find_import(&path, ".", &missing);
}

// Sorted by import path as far as imports allow: in each step the first one
// whose imports are all there. Go's order of initialization.
PackageVec load_order(Package *pkg) {
  PackageVec out = {0}, all = {0};
  Map seen = {0}, done = {0};
  vec_push(&all, pkg);
  map_put(&seen, pkg, pkg);
  for (int i = 0; i < all.len; i++)
    vec_each(Package *, p, &all.at[i]->imports)
      if (*p != package_unsafe && !map_has(&seen, *p)) {
        map_put(&seen, *p, *p);
        vec_push(&all, *p);
      }
  qsort(all.at, (size_t)all.len, sizeof *all.at, compare_paths);
  // What package runtime needs comes before all others.
  vec_each(Package *, p, &all)
    if (strcmp((*p)->path, "runtime") == 0) add_in_order(*p, &out, &done);
  while (out.len < all.len) {
    Package **next = all.at;
    while (map_has(&done, *next) || !is_ready(*next, &done)) next++;
    map_put(&done, *next, *next);
    vec_push(&out, *next);
  }
  return out;
}

Package *load_files(const char *const *paths, int n, const char *path) {
  universe_init();
  SourceVec sources = {0};
  for (int i = 0; i < n; i++) {
    Source *s = read_source(paths[i]);
    if (!s) return NULL;
    vec_push(&sources, s);
  }
  if (!n) {
    error_at(0, "no source files");
    return NULL;
  }
  return load_root(new_package(path ? path : "main", path_dir(paths[0])),
                   &sources);
}

// A program is called main, another package by its place in the module.
static const char *path_of_root(const char *dir, SourceVec *sources) {
  Expr *name = parse_imports(sources->at[0])->package_name;
  bool is_main = name && name->kind == E_IDENT &&
                 strcmp(name->ident.name->s, "main") == 0;
  const char *path = is_main ? NULL : module_path_of(dir);
  return path ? path : "main";
}

Package *load_dir(const char *dir, const char *given) {
  universe_init();
  const char *path = given ? given : "main";
  Package *known = strmap_get(&packages, path, strlen(path));
  if (known && known->state == STATE_LOADED && known->bodies)
    return known->fake ? NULL : known;
  SourceVec sources = {0};
  int excluded;
  if (!read_folder(path, dir, &sources, &excluded)) return NULL;
  if (!sources.len) {
    error_at(0, excluded ? "build constraints exclude all source files in %s"
                         : "no source files in %s", dir);
    return NULL;
  }
  if (!given) path = path_of_root(dir, &sources);
  return load_root(new_package(path, dir), &sources);
}

// ---- imports ---------------------------------------------------------------

static void report_cycle_to(Package *pkg, Pos pos) {
  int start = loading.len - 1;
  while (start > 0 && loading.at[start] != pkg) start--;
  Buf b = {0};
  for (int i = start; i < loading.len; i++)
    buf_printf(&b, "\n\t%s %s", i == start ? "package" : "imports",
               loading.at[i]->path);
  error_at(pos, "import cycle not allowed%s\n\timports %s", b.at, pkg->path);
}

// The path without empty elements and elements ".".
static const char *canonical(const char *path) {
  Buf b = {0};
  for (const char *s = path; *s;) {
    size_t n = strcspn(s, "/");
    if (n && !(n == 1 && *s == '.')) {
      if (b.len) buf_addc(&b, '/');
      buf_add(&b, s, n);
    }
    s += n + (s[n] == '/');
  }
  return b.len ? b.at : ".";
}

static void report_not_in_std(const char *path, Pos pos) {
  error_at(pos, "package %s is not in std", path);
  if (!load_options.stdlib) return;
  const char *debian = gotree_package(path);
  if (debian) {
    note_at(pos, "it is compiled from Go's sources: install the Debian "
            "package %s, or name a Go tree in GLGOROOT", debian);
    return;
  }
  const char *near = nearest_package(load_options.stdlib, path);
  if (near) note_at(pos, "did you mean \"%s\"?", near);
}

static void report_missing(const char *path, const char *module, Pos pos) {
  const char *slash = strchr(path, '/');
  size_t n = slash ? (size_t)(slash - path) : strlen(path);
  const char *clean = canonical(path);
  if (path[0] == '/')
    error_at(pos, "could not import %s (import path cannot be absolute path)",
             path);
  else if (strcmp(clean, path) != 0 && path[0] != '.')
    error_at(pos, "could not import %s (non-canonical import path \"%s\" "
             "(should be \"%s\"))", path, path, clean);
  else if (path[0] == '.')
    error_at(pos, "\"%s\" is relative, but relative import paths are not "
             "supported in module mode", path);
  else if (module)
    error_at(pos, "module %s, which has package %s, is not here (go mod "
             "download brings it)", module, path);
  else if (memchr(path, '.', n))
    error_at(pos, "no required module provides package %s", path);
  else
    report_not_in_std(path, pos);
}

// a/internal/b may be imported from below a only. Standard packages and those
// of Go's tree count as one tree.
static bool internal_allowed(const char *path, const char *dir,
                             const char *importer_dir) {
  if (in_tree(importer_dir) || in_stdlib(importer_dir))
    return in_tree(dir) || in_stdlib(dir);
  const char *found = NULL;
  for (const char *s = path; (s = strstr(s, "internal")); s += 8)
    if ((s == path || s[-1] == '/') && (!s[8] || s[8] == '/')) found = s;
  if (!found) return true;
  int up = 1;  // from dir to the folder that holds `internal`
  for (const char *s = found; *s; s++)
    if (*s == '/') up++;
  const char *parent = path_absolute(dir);
  while (up-- > 0) parent = path_dir(parent);
  return path_inside(path_absolute(importer_dir), parent);
}

static Package *load_new(const char *path, const char *dir, Pos pos) {
  SourceVec sources = {0};
  int excluded;
  if (!read_folder(path, dir, &sources, &excluded)) return NULL;
  if (!sources.len && !pos && load_options.skip_empty) return NULL;
  if (!sources.len) {
    error_at(pos, excluded ? "build constraints exclude all source files "
                             "in %s"
                           : "no source files in %s", dir);
    return NULL;
  }
  Package *pkg = new_package(path, dir);
  load_sources(pkg, &sources);
  return pkg;
}

Package *load_import(const char *path, const char *importer_dir, Pos pos) {
  universe_init();
  if (strcmp(path, "unsafe") == 0) return package_unsafe;
  if (strcmp(path, "C") == 0) {
    error_at(pos, "could not import C (no support for cgo)");
    return NULL;
  }
  const char *missing = NULL;
  const char *dir = strcmp(canonical(path), path) == 0
                        ? find_import(&path, importer_dir, &missing) : NULL;
  if (!dir) {
    report_missing(path, missing, pos);
    return NULL;
  }
  if (!internal_allowed(path, dir, importer_dir)) {
    error_at(pos, "use of internal package %s not allowed", path);
    return NULL;
  }
  Package *pkg = strmap_get(&packages, path, strlen(path));
  if (pkg && pkg->state == STATE_LOADING) {
    report_cycle_to(pkg, pos);
    return NULL;
  }
  if (!pkg) pkg = load_new(path, dir, pos);
  if (pkg && pos && pkg->name && strcmp(pkg->name->s, "main") == 0) {
    error_at(pos, "import \"%s\" is a program, not an importable package",
             path);
    return NULL;
  }
  return pkg;
}
