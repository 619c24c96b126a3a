// SPDX-License-Identifier: MIT
//
// The system's zones for package time. gl_localzone runs on g0 and does not
// block but for the one time the C library reads /etc/localtime.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"

// The abbreviation in buf, its length in a; in b twice the offset east of
// UTC, plus one in daylight saving time.
GlPair gl_localzone(int64_t sec, char *buf, intptr_t size) {
  time_t t = (time_t)sec;
  struct tm tm;
  if (!localtime_r(&t, &tm))
    return (GlPair){0, 0};
  const char *zone = tm.tm_zone ? tm.tm_zone : "";
  size_t n = strlen(zone);
  if (n > (size_t)size)
    n = (size_t)size;
  memcpy(buf, zone, n);
  intptr_t offset = (intptr_t)tm.tm_gmtoff * 2 + (tm.tm_isdst > 0);
  return (GlPair){n, (uintptr_t)offset};
}

static int open_zone(const char *name) {
  static const char *const folders[] = {
      "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"};
  char path[512];
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    int n = snprintf(path, sizeof path, "%s/%s", folders[i], name);
    if (n < 0 || (size_t)n >= sizeof path)
      continue;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
      return fd;
  }
  return -1;
}

// Reads the database's file of that name; its length, or -1.
intptr_t gl_loadzone(const char *name, char *buf, intptr_t size) {
  int fd = open_zone(name);
  if (fd < 0)
    return -1;
  intptr_t len = 0;
  while (len < size) {
    ssize_t n = read(fd, buf + len, (size_t)(size - len));
    if (n <= 0)
      break;
    len += n;
  }
  close(fd);
  return len;
}
