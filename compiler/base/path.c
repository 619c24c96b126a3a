// SPDX-License-Identifier: MIT
//
// Names of files and folders.
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

const char *path_absolute(const char *path) {
  char *real = realpath(path, NULL);
  if (!real) return arena_strndup(perm, path, strlen(path));
  char *s = arena_strndup(perm, real, strlen(real));
  free(real);
  return s;
}

const char *path_dir(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return ".";
  return slash == path ? "/" : arena_strndup(perm, path,
                                             (size_t)(slash - path));
}

const char *path_shorten(const char *dir) {
  static char *here;
  if (!here) here = getcwd(NULL, 0);
  size_t n = here ? strlen(here) : 0;
  if (n < 2 || strncmp(dir, here, n) != 0 || dir[n] != '/') return dir;
  return dir + n + 1;
}

bool path_inside(const char *path, const char *dir) {
  size_t n = strlen(dir);
  while (n > 1 && dir[n - 1] == '/') n--;
  return strncmp(path, dir, n) == 0 && (!path[n] || path[n] == '/');
}

bool path_is_dir(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_is_special(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}
