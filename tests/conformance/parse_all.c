// SPDX-License-Identifier: MIT
//
// Parses every .go file below a folder, but for testdata, and prints the
// lines per second. Exit status 1 if any file has a syntax error, 77 (skip)
// if the folder is missing.
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#include "syntax.h"

static int files;
static long lines;

static bool ends_with(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static void parse(const char *path) {
  Source *source = source_read(path);
  if (source == NULL) fatal("cannot read %s", path);
  parse_file(source);
  files++;
  for (uint32_t i = 0; i < source->len; i++) lines += source->text[i] == '\n';
}

static void visit(const char *folder) {
  DIR *dir = opendir(folder);
  if (dir == NULL) fatal("cannot open %s", folder);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (entry->d_name[0] == '.' || strcmp(entry->d_name, "testdata") == 0)
      continue;
    char *path = arena_printf(perm, "%s/%s", folder, entry->d_name);
    struct stat info;
    if (lstat(path, &info) != 0) continue;
    if (S_ISDIR(info.st_mode)) {
      visit(path);
    } else if (S_ISREG(info.st_mode) && ends_with(path, ".go")) {
      parse(path);
    }
  }
  closedir(dir);
}

int main(int argc, char **argv) {
  struct stat info;
  if (argc != 2) fatal("usage: parse_all FOLDER");
  if (stat(argv[1], &info) != 0) {
    fprintf(stderr, "%s is not there, skipped\n", argv[1]);
    return 77;
  }
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  visit(argv[1]);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) +
                   (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
  int errors = diag_flush();
  printf("%d files, %ld lines, %.2f s, %.0f lines per second, %d errors\n",
         files, lines, seconds, (double)lines / seconds, errors);
  return errors != 0;
}
