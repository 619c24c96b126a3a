// SPDX-License-Identifier: MIT
//
// What the words after `gl build` and `gl run` name: source files, folders,
// import paths, and patterns of either with "...". And what a program is
// called that no -o names.

#include <dirent.h>
#include <unistd.h>

#include "gl.h"

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

bool is_source(const char *path) {
  return (ends_with(path, ".gl") || ends_with(path, ".go")) &&
         !path_is_dir(path);
}

// "." and "./x" are folders whether they exist or not.
static bool is_local(const char *s) {
  return strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || s[0] == '/' ||
         strncmp(s, "./", 2) == 0 || strncmp(s, "../", 3) == 0;
}

static const char *without_slashes(const char *s) {
  size_t n = strlen(s);
  while (n > 1 && s[n - 1] == '/')
    n--;
  return arena_strndup(perm, s, n);
}

// The folder of a word that is neither file nor pattern; NULL after a message.
static const char *folder_of(const char *word) {
  if (path_is_dir(word))
    return without_slashes(word);
  if (is_local(word)) {
    fprintf(stderr, "gl: %s: directory not found\n", word);
    return NULL;
  }
  const char *dir = load_find(word);
  if (dir)
    return dir;
  const char *slash = strchr(word, '/');
  size_t n = slash ? (size_t)(slash - word) : strlen(word);
  fprintf(stderr, memchr(word, '.', n)
                      ? "gl: no required module provides package %s\n"
                      : "gl: package %s is not in std\n", word);
  const char *near = nearest_package(load_options.stdlib, word);
  if (near)
    fprintf(stderr, "gl: did you mean %s?\n", near);
  return NULL;
}

static bool has_sources(const char *dir) {
  DIR *d = opendir(dir);
  struct dirent *e;
  bool found = false;
  while (d && !found && (e = readdir(d)))
    found = e->d_name[0] != '.' && e->d_name[0] != '_' &&
            (ends_with(e->d_name, ".go") || ends_with(e->d_name, ".gl")) &&
            !path_is_special(arena_printf(perm, "%s/%s", dir, e->d_name));
  if (d)
    closedir(d);
  return found;
}

// A module inside another is not part of it, but of a workspace it may be.
static bool is_other_module(const char *dir) {
  bool has = access(arena_printf(perm, "%s/go.mod", dir), F_OK) == 0 ||
             access(arena_printf(perm, "%s/gl.mod", dir), F_OK) == 0;
  return has && !module_in_work(dir);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Whether s matches the pattern, in which each "..." stands for any text; at
// the end "/..." also for none.
static bool matches(const char *pattern, const char *s) {
  for (; *pattern; pattern++, s++) {
    if (strcmp(pattern, "/...") == 0 && !*s)
      return true;
    if (strncmp(pattern, "...", 3) == 0) {
      for (;; s++) {
        if (matches(pattern + 3, s))
          return true;
        if (!*s)
          return false;
      }
    }
    if (*pattern != *s)
      return false;
  }
  return !*s;
}

static void add_below(StringVec *out, const char *dir, const char *pattern) {
  if (matches(pattern, dir) && has_sources(dir))
    vec_push(out, dir);
  StringVec names = {0};
  DIR *d = opendir(dir);
  struct dirent *e;
  while (d && (e = readdir(d))) {
    const char *s = e->d_name;
    if (s[0] != '.' && s[0] != '_' && strcmp(s, "testdata") != 0 &&
        strcmp(s, "vendor") != 0)
      vec_push(&names, arena_strndup(perm, s, strlen(s)));
  }
  if (d)
    closedir(d);
  if (names.len)
    qsort(names.at, (size_t)names.len, sizeof *names.at, compare_names);
  vec_each(const char *, name, &names) {
    const char *sub = arena_printf(perm, strcmp(dir, "/") ? "%s/%s" : "%s%s",
                                   dir, *name);
    // Links to folders are not followed: they may lead in a circle.
    char link[1];
    if (path_is_dir(sub) && readlink(sub, link, 1) < 0 &&
        !is_other_module(sub))
      add_below(out, sub, pattern);
  }
}

// All folders a pattern matches.
static bool expand(StringVec *out, const char *pattern) {
  const char *dots = strstr(pattern, "...");
  size_t n = (size_t)(dots - pattern);
  while (n > 0 && pattern[n - 1] != '/')
    n--;
  const char *prefix = n > 1 ? arena_strndup(perm, pattern, n - 1)
                             : n ? "/" : ".";
  if (!n)
    pattern = arena_printf(perm, "./%s", pattern);
  const char *dir = folder_of(prefix);
  if (!dir)
    return false;
  if (strcmp(dir, prefix) != 0)
    pattern = arena_printf(perm, "%s%s", dir, pattern + n - 1);
  int before = out->len;
  module_set_main(dir);
  add_below(out, dir, pattern);
  if (out->len == before)
    fprintf(stderr, "gl: warning: \"%s\" matched no packages\n", pattern);
  return true;
}

bool resolve_inputs(Options *o) {
  if (is_source(o->inputs.at[0]))
    return true;
  StringVec out = {0};
  bool ok = true;
  module_set_main(".");
  vec_each(const char *, word, &o->inputs) {
    if (strstr(*word, "...")) {
      o->several = true;
      ok &= expand(&out, *word);
    } else {
      const char *dir = folder_of(*word);
      ok &= dir != NULL;
      if (dir)
        vec_push(&out, dir);
    }
  }
  o->several |= o->inputs.len > 1;
  o->inputs = out;
  return ok;
}

// ---- names -----------------------------------------------------------------

static bool is_version(const char *s) {
  return s[0] == 'v' && s[1] >= '1' && s[1] <= '9' &&
         strspn(s + 1, "0123456789") == strlen(s + 1);
}

// The last element of a path, or the one before if it is v2, v3, ...
static const char *last_element(const char *path) {
  char *s = arena_strndup(perm, path, strlen(path));
  char *slash = strrchr(s, '/');
  if (slash && slash != s && is_version(slash + 1)) {
    *slash = 0;
    slash = strrchr(s, '/');
  }
  return slash ? slash + 1 : s;
}

static const char *program_name(const char *input) {
  if (!is_source(input)) {
    const char *path = module_path_of(input);
    const char *name = last_element(path ? path : path_absolute(input));
    return *name ? name : "a.out";
  }
  const char *real = path_absolute(input);
  const char *name = last_element(real);
  const char *dot = strrchr(name, '.');
  return dot && dot != name ? arena_strndup(perm, name, (size_t)(dot - name))
                            : name;
}

bool names_folder(const char *out) {
  return path_is_dir(out) || ends_with(out, "/");
}

const char *output_of(const Options *o, const char *input) {
  if (!o->out)
    return program_name(input);
  if (!names_folder(o->out))
    return o->out;
  make_dirs(o->out);
  return arena_printf(perm, "%s/%s", without_slashes(o->out),
                      program_name(input));
}
