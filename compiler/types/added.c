// SPDX-License-Identifier: MIT
//
// Files that belong to packages which are not ours, but not to their sources:
//
//   stdlib/_tree/PATH  what building Go writes into a package of its tree; a
//                      tree that has been built has the files of these names
//                      already (ending in .go), and they come first; and
//                      functions that packages have from Go's runtime
//   stdlib/_asm/PATH   the functions that a package has in assembly; where
//                      there are such files the package is built for amd64
//
// Declarations without a body that these files define are dropped.
// A vendored package is found under the path it has outside of vendor. The
// version of a tree is a file at its root, which becomes a constant.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "types.h"

// The path behind the last folder called vendor.
static const char *without_vendor(const char *path) {
  const char *out = path;
  for (const char *s = path; (s = strstr(s, "vendor/")); s += 7)
    if (s == path || s[-1] == '/') out = s + 7;
  return out;
}

static const char *added_dir(const char *kind, const char *path) {
  if (!load_options.stdlib || !path) return NULL;
  const char *dir = arena_printf(perm, "%s/%s/%s", load_options.stdlib, kind,
                                 without_vendor(path));
  return path_is_dir(dir) ? dir : NULL;
}

// The name NAME.go for NAME.gl.
static const char *name_in_go(const char *name) {
  return arena_printf(perm, "%.*s.go", (int)(strlen(name) - 3), name);
}

static bool has_file(const char *dir, const char *name) {
  return access(arena_printf(perm, "%s/%s", dir, name), F_OK) == 0;
}

// Adds the files of one folder that dir, the package's own, does not have.
static bool read_added(const char *from, const char *dir, SourceVec *out) {
  DIR *d = opendir(from);
  bool ok = true;
  for (struct dirent *e; d && ok && (e = readdir(d));) {
    size_t n = strlen(e->d_name);
    if (n < 3 || strcmp(e->d_name + n - 3, ".gl") != 0) continue;
    if (has_file(dir, name_in_go(e->d_name))) continue;
    Source *s = source_read(arena_printf(perm, "%s/%s", from, e->d_name));
    if (s) vec_push(out, s);
    else ok = false;
  }
  if (d) closedir(d);
  return ok;
}

// A tree's version, for its packages that print it or write it into files.
static Source *version_source(const char *dir) {
  const char *version = gotree_version(dir);
  const char *text = arena_printf(perm, "package buildcfg\n\n"
                                  "const version = `%s`\n", version);
  return source_from_text("version.go", text, strlen(text));
}

bool added_generated(const char *dir, SourceVec *out) {
  const char *path = gotree_path_of(path_absolute(dir));
  const char *from = added_dir("_tree", path);
  if (!from) return true;
  int before = out->len;
  bool ok = read_added(from, dir, out);
  if (strcmp(path, "internal/buildcfg") == 0 && out->len > before)
    vec_push(out, version_source(path_absolute(dir)));
  return ok;
}

const char *added_assembly_dir(const char *path) {
  return added_dir("_asm", path);
}

bool added_assembly(const char *path, const char *dir, SourceVec *out) {
  const char *from = added_assembly_dir(path);
  return !from || read_added(from, dir, out);
}

// ---- declarations without a body -------------------------------------------

static bool is_added(const File *f, const char *from) {
  return path_inside(f->source->path, from);
}

static bool is_function(const Decl *d) {
  return d->kind == D_FUNC && !d->func.recv;
}

static void drop_bodyless(File *f, const Map *defined) {
  int kept = 0;
  vec_each(Decl *, d, &f->decls) {
    bool drop = is_function(*d) && !(*d)->func.body &&
                map_has(defined, (*d)->func.name->ident.name);
    if (!drop) f->decls.at[kept++] = *d;
  }
  f->replaced |= kept < f->decls.len;
  f->decls.len = kept;
}

// Drops what the files of this folder define.
static void replace_by(Package *pkg, const char *from) {
  if (!from) return;
  Map defined = {0};
  vec_each(File *, f, &pkg->files) {
    if (!is_added(*f, from)) continue;
    vec_each(Decl *, d, &(*f)->decls)
      if (is_function(*d)) map_put(&defined, (*d)->func.name->ident.name, *d);
  }
  vec_each(File *, f, &pkg->files)
    if (!is_added(*f, from)) drop_bodyless(*f, &defined);
}

void added_replace(Package *pkg) {
  replace_by(pkg, added_dir("_asm", pkg->path));
  if (pkg->is_tree)
    replace_by(pkg, added_dir("_tree", gotree_path_of(
                                           path_absolute(pkg->dir))));
}
