// SPDX-License-Identifier: MIT
//
// Giving a finished file its name. Readers never see half a file: it is
// renamed over the old one. A device such as /dev/null must not be replaced,
// so that is written to instead.

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"

static bool is_special(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static bool copy_to(const char *from, const char *to) {
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  char buf[1 << 16];
  size_t n;
  bool ok = in && out;
  while (ok && (n = fread(buf, 1, sizeof buf, in)) > 0)
    ok = fwrite(buf, 1, n, out) == n;
  if (in)
    fclose(in);
  if (out && fclose(out) != 0)
    ok = false;
  return ok;
}

bool publish(const char *tmp, const char *path) {
  bool ok;
  if (is_special(path)) {
    ok = copy_to(tmp, path);
    unlink(tmp);
  } else {
    ok = rename(tmp, path) == 0;
  }
  if (!ok) {
    fprintf(stderr, "gl: %s: %s\n", path, strerror(errno));
    unlink(tmp);
  }
  return ok;
}
