// SPDX-License-Identifier: MIT
//
// System calls of package os that may block; each runs on g0 between
// entersyscall and exitsyscall. Errors are returned as -errno.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"

static intptr_t result(intptr_t r) { return r < 0 ? -errno : r; }

intptr_t gl_os_pread(intptr_t fd, void *p, intptr_t n, int64_t off) {
  return result(pread((int)fd, p, (size_t)n, off));
}

intptr_t gl_os_pwrite(intptr_t fd, void *p, intptr_t n, int64_t off) {
  return result(pwrite((int)fd, p, (size_t)n, off));
}

intptr_t gl_os_lseek(intptr_t fd, int64_t off, intptr_t whence) {
  return result(lseek((int)fd, off, (int)whence));
}

static void fill(int64_t *out, const struct stat *st) {
  out[0] = st->st_mode;
  out[1] = st->st_size;
  out[2] = st->st_mtim.tv_sec;
  out[3] = st->st_mtim.tv_nsec;
  out[4] = (int64_t)st->st_dev;
  out[5] = (int64_t)st->st_ino;
}

intptr_t gl_os_stat(const char *path, bool follow, int64_t *out) {
  struct stat st;
  if ((follow ? stat : lstat)(path, &st) < 0)
    return -errno;
  fill(out, &st);
  return 0;
}

intptr_t gl_os_fstat(intptr_t fd, int64_t *out) {
  struct stat st;
  if (fstat((int)fd, &st) < 0)
    return -errno;
  fill(out, &st);
  return 0;
}

intptr_t gl_os_getdents(intptr_t fd, void *buf, intptr_t size) {
  return result(syscall(SYS_getdents64, (int)fd, buf, (size_t)size));
}

// The numbers are those of file.gl.
intptr_t gl_os_path1(intptr_t what, const char *path, intptr_t arg) {
  switch (what) {
  case 0: return result(mkdir(path, (mode_t)arg));
  case 1: return result(unlink(path));
  case 2: return result(rmdir(path));
  case 3: return result(chdir(path));
  case 4: return result(chmod(path, (mode_t)arg));
  case 5: return result(truncate(path, arg));
  }
  return -ENOSYS;
}

intptr_t gl_os_path2(intptr_t what, const char *old, const char *new) {
  switch (what) {
  case 0: return result(rename(old, new));
  case 1: return result(symlink(old, new));
  case 2: return result(link(old, new));
  }
  return -ENOSYS;
}

intptr_t gl_os_fd1(intptr_t what, intptr_t fd, intptr_t arg) {
  switch (what) {
  case 0: return result(ftruncate((int)fd, arg));
  case 1: return result(fsync((int)fd));
  case 2: return result(fchmod((int)fd, (mode_t)arg));
  case 3: return result(fchdir((int)fd));
  }
  return -ENOSYS;
}

intptr_t gl_os_chown(const char *path, intptr_t uid, intptr_t gid,
                     bool follow) {
  return result((follow ? chown : lchown)(path, (uid_t)uid, (gid_t)gid));
}

// times: seconds and nanoseconds of access, then of modification.
intptr_t gl_os_utimes(const char *path, const int64_t *times) {
  struct timespec ts[2] = {{.tv_sec = times[0], .tv_nsec = times[1]},
                           {.tv_sec = times[2], .tv_nsec = times[3]}};
  return result(utimensat(AT_FDCWD, path, ts, 0));
}

intptr_t gl_os_readlink(const char *path, char *buf, intptr_t size) {
  return result(readlink(path, buf, (size_t)size));
}

intptr_t gl_os_pipe(int32_t *fds) {
  int both[2];
  if (pipe2(both, O_CLOEXEC) < 0)
    return -errno;
  fds[0] = both[0];
  fds[1] = both[1];
  return 0;
}

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
