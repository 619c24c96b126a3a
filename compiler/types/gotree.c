// SPDX-License-Identifier: MIT
//
// Go's own source tree, for the standard packages that stdlib/ does not have.
// They are compiled from it unmodified, like a program's own packages; what
// touches the runtime (reflect, os, sync, runtime, ...) is always ours.
//
// The tree of Debian's golang-1.19-src comes first, so that a program means
// the same wherever that package is installed; a path that it does not have
// is looked for in the other trees there are. The environment's GLGOROOT
// names the trees instead, separated by colons, as folders that hold src/.
#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include "types.h"

typedef struct Tree {
  const char *src;      // its folder src, a real path
  const char *version;  // NULL: not said anywhere
} Tree;

static VEC(Tree) trees;
static bool searched;

// Where Linux distributions and Go's own archive put it.
static const char *const places[] = {
    "/usr/share/go-1.19", "/usr/lib/go-1.19", "/usr/share/go-1.[2-9]*",
    "/usr/share/go-1.1*", "/usr/lib/go-1.*",  "/usr/lib/go",
    "/usr/lib/golang",    "/usr/local/go",
};

static const char *first_line(const char *path, const char *prefix) {
  FILE *f = fopen(path, "r");
  char line[256];
  const char *found = NULL;
  size_t n = strlen(prefix);
  while (f && !found && fgets(line, sizeof line, f)) {
    if (strncmp(line, prefix, n) != 0) continue;
    size_t len = strcspn(line + n, " \r\n");
    found = arena_strndup(perm, line + n, len);
  }
  if (f) fclose(f);
  return found;
}

static void add_tree(const char *root) {
  const char *src = arena_printf(perm, "%s/src", root);
  const char *probe = arena_printf(perm, "%s/unicode/utf8/utf8.go", src);
  struct stat st;
  if (stat(probe, &st) != 0) return;
  char *real = realpath(src, NULL);
  if (!real) return;
  Tree *tree = NULL;
  vec_each(Tree, t, &trees)
    if (strcmp(t->src, real) == 0) tree = t;
  if (!tree) {
    Tree added = {arena_strndup(perm, real, strlen(real)), NULL};
    vec_push(&trees, added);
    tree = &trees.at[trees.len - 1];
  }
  free(real);
  // Debian has the version in another package, from where src is a link.
  if (!tree->version)
    tree->version = first_line(arena_printf(perm, "%s/VERSION", root), "");
}

static void search(void) {
  if (searched) return;
  searched = true;
  const char *given = getenv("GLGOROOT");
  if (given) {
    char *list = arena_strndup(perm, given, strlen(given)), *save = NULL;
    for (char *s = strtok_r(list, ":", &save); s;
         s = strtok_r(NULL, ":", &save))
      add_tree(s);
    return;
  }
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    glob_t found;
    if (glob(places[i], 0, NULL, &found) != 0) continue;
    for (size_t k = 0; k < found.gl_pathc; k++) add_tree(found.gl_pathv[k]);
    globfree(&found);
  }
}

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

static bool has_sources(const char *dir) {
  DIR *d = opendir(dir);
  bool found = false;
  for (struct dirent *e; d && !found && (e = readdir(d));)
    found = ends_with(e->d_name, ".go") && !ends_with(e->d_name, "_test.go");
  if (d) closedir(d);
  return found;
}

static const Tree *tree_of(const char *dir) {
  search();
  vec_each(const Tree, t, &trees)
    if (path_inside(dir, t->src)) return t;
  return NULL;
}

bool gotree_contains(const char *dir) {
  return tree_of(dir) != NULL;
}

const char *gotree_path_of(const char *dir) {
  const Tree *tree = tree_of(dir);
  if (!tree) return NULL;
  const char *rest = dir + strlen(tree->src);
  return *rest == '/' ? rest + 1 : rest;
}

// Sources alone know no more than what their module says.
const char *gotree_version(const char *dir) {
  const Tree *tree = tree_of(dir);
  if (tree->version) return tree->version;
  const char *mod = arena_printf(perm, "%s/go.mod", tree->src);
  const char *s = first_line(mod, "go ");
  return arena_printf(perm, "go%s", s ? s : "1.19");
}

bool gotree_is_command(const char *dir) {
  const char *path = gotree_path_of(dir);
  return path && path_inside(path, "cmd");
}

const char *gotree_find(const char *path) {
  if (path[0] == '.') return NULL;
  search();
  vec_each(const Tree, t, &trees) {
    const char *dir = arena_printf(perm, "%s/%s", t->src, path);
    if (has_sources(dir)) return dir;
  }
  return NULL;
}

// What a tree would bring, for the message when there is none.
static const char *const known[] = {
    "archive", "compress", "crypto", "database", "debug", "embed",
    "encoding", "expvar", "flag", "go", "hash", "html", "image", "index",
    "log/syslog", "math/big", "math/cmplx", "mime", "net/http",
    "net/mail", "net/rpc", "net/smtp", "net/textproto", "net/url", "os/user",
    "regexp", "testing", "text", "time/tzdata", "unicode/utf16",
};

const char *gotree_package(const char *path) {
  search();
  if (trees.len) return NULL;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t n = strlen(known[i]);
    if (strncmp(path, known[i], n) == 0 && (!path[n] || path[n] == '/'))
      return "golang-1.19-src";
  }
  return NULL;
}
