// SPDX-License-Identifier: MIT
//
// Reads files of the zone database for package time, which cannot import os.
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

// The length of the file, which must be less than size, or -1. May block.
intptr_t gl_loadzone(const char *path, char *buf, intptr_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  intptr_t len = 0, n = 1;
  while (len < size && (n = read(fd, buf + len, (size_t)(size - len))) > 0)
    len += n;
  close(fd);
  return n == 0 ? len : -1;
}
