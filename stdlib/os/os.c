// SPDX-License-Identifier: MIT
//
// System calls of package os that may block; each runs on g0 between
// entersyscall and exitsyscall. Errors are returned as -errno.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

static intptr_t result(intptr_t r) { return r < 0 ? -errno : r; }

// The numbers are those of proc.gl.
intptr_t gl_os_id(intptr_t what) {
  switch (what) {
  case 0: return getpid();
  case 1: return getppid();
  case 2: return getuid();
  case 3: return getgid();
  case 4: return geteuid();
  case 5: return getegid();
  case 6: return sysconf(_SC_PAGESIZE);
  }
  return -1;
}

intptr_t gl_os_name(intptr_t what, char *buf, intptr_t size) {
  switch (what) {
  case 0:
    return getcwd(buf, (size_t)size) ? (intptr_t)strlen(buf) : -errno;
  case 1:
    if (gethostname(buf, (size_t)size) < 0)
      return -errno;
    return (intptr_t)strnlen(buf, (size_t)size);
  case 2: return result(readlink("/proc/self/exe", buf, (size_t)size));
  }
  return -ENOSYS;
}
