// SPDX-License-Identifier: MIT
//
// Compiled packages and programs, kept from one run of gl to the next under
// the key that key.c makes of all they depend on. The folder is $GLCACHE,
// else gl in $XDG_CACHE_HOME or ~/.cache; GLCACHE=off means none.
//
//   README
//   trimmed            its time: when old entries were last looked for
//   0f/0f3a...9c       an entry: the contents, their hash, a mark
//   0f/tmp-PID-N       one that is being written
//
// What must hold:
//
// * A key names one content for ever, so entries are never changed and two
//   compilers that write the same one at once write the same thing. An entry
//   is written under a name of the writer's own and renamed.
// * Nothing here fails a build. A folder that cannot be written, a full disk
//   or a damaged entry means compiling again, and the damaged one is removed:
//   every entry is compared with its hash before use.
// * An entry is copied before use, so that it may be removed at any moment.
// * An entry's time is that of its last use, to the hour. Unused for five
//   days, or least recently used when all together are too large, it goes.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gl.h"

static const char mark[16] = "gl cache entry\n";
enum { TRAILER = HASH_SIZE + sizeof mark };

enum {
  HOUR = 3600,
  DAY = 24 * HOUR,
  UNUSED = 5 * DAY,         // then an entry goes
  DEFAULT_MEGABYTES = 4096
};

static const char readme[] =
    "Packages and programs that gl has compiled, named after a hash of all\n"
    "they depend on. It is safe to remove any of it at any time, as\n"
    "'gl clean -cache' does; what is missing is compiled again.\n";

// ---- the folder ------------------------------------------------------------

static const char *from_environment(void) {
  const char *s = getenv("GLCACHE");
  if (s && *s)
    return strcmp(s, "off") == 0 ? NULL : s;
  s = getenv("XDG_CACHE_HOME");
  if (s && *s == '/')
    return arena_printf(perm, "%s/gl", s);
  s = getenv("HOME");
  return s && *s == '/' ? arena_printf(perm, "%s/.cache/gl", s) : NULL;
}

const char *cache_dir(void) {
  static const char *dir;
  static bool known;
  if (!known)
    dir = from_environment();
  known = true;
  return dir;
}

static bool write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  if (!f)
    return false;
  bool ok = fputs(text, f) >= 0;
  return fclose(f) == 0 && ok;
}

void make_dirs(const char *path) {
  char *s = arena_strndup(perm, path, strlen(path));
  for (char *p = s + 1; *p; p++) {
    if (*p != '/')
      continue;
    *p = 0;
    mkdir(s, 0777);
    *p = '/';
  }
  mkdir(s, 0777);
}

// Whether entries can be made; makes the folder at the first use.
static bool is_writable(void) {
  static int state;  // 1 yes, 2 no
  if (!state && cache_dir()) {
    const char *dir = cache_dir();
    const char *path = arena_printf(perm, "%s/README", dir);
    if (access(path, F_OK) != 0) {
      make_dirs(dir);
      write_file(path, readme);
    }
    state = access(dir, W_OK | X_OK) == 0 ? 1 : 2;
  }
  return state == 1;
}

static const char *entry_path(const char *key) {
  return arena_printf(perm, "%s/%.2s/%s", cache_dir(), key, key);
}

// ---- reading ---------------------------------------------------------------

static bool write_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR)
      continue;
    if (k <= 0)
      return false;
    p += k;
    n -= (size_t)k;
  }
  return true;
}

static void seal(const char *data, size_t n, char trailer[TRAILER]) {
  Hash h;
  hash_init(&h);
  hash_add(&h, data, n);
  unsigned char sum[HASH_SIZE];
  hash_end(&h, sum);
  memcpy(trailer, sum, HASH_SIZE);
  memcpy(trailer + HASH_SIZE, mark, sizeof mark);
}

static bool is_whole(const char *data, size_t size) {
  char want[TRAILER];
  if (size < TRAILER || memcmp(data + size - sizeof mark, mark, sizeof mark))
    return false;
  seal(data, size - TRAILER, want);
  return memcmp(data + size - TRAILER, want, TRAILER) == 0;
}

static bool copy_out(const char *data, size_t n, const char *to, int mode) {
  int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0)
    return false;
  bool ok = write_all(fd, data, n);
  ok &= close(fd) == 0;
  if (!ok)
    unlink(to);
  return ok;
}

// To the hour: reading stays reading most of the time. A time in the future
// comes from a clock that was wrong.
static void note_use(int fd, const struct stat *st) {
  time_t now = time(NULL);
  if (st->st_mtime < now - HOUR || st->st_mtime > now + HOUR)
    futimens(fd, NULL);
}

bool cache_get(const char *key, const char *to, int mode) {
  if (!key || !cache_dir())
    return false;
  const char *path = entry_path(key);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  struct stat st;
  char *data = MAP_FAILED;
  size_t size = 0;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
    size = (size_t)st.st_size;
    data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  bool ok = data != MAP_FAILED && is_whole(data, size);
  if (!ok)
    unlink(path);
  else if ((ok = copy_out(data, size - TRAILER, to, mode)))
    note_use(fd, &st);
  if (data != MAP_FAILED)
    munmap(data, size);
  close(fd);
  return ok;
}

// ---- writing ---------------------------------------------------------------

static bool write_entry(const char *tmp, const char *data, size_t n) {
  char trailer[TRAILER];
  seal(data, n, trailer);
  int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return false;
  bool ok = write_all(fd, data, n) && write_all(fd, trailer, TRAILER);
  return close(fd) == 0 && ok;
}

void cache_put(const char *key, const char *from) {
  if (!key || !is_writable())
    return;
  static int count;
  const char *tmp = arena_printf(perm, "%s/%.2s/tmp-%ld-%d", cache_dir(), key,
                                 (long)getpid(), count++);
  int fd = open(from, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) {
    if (fd >= 0)
      close(fd);
    return;
  }
  mkdir(arena_printf(perm, "%s/%.2s", cache_dir(), key), 0777);
  size_t size = (size_t)st.st_size;
  // Escape summaries may be empty, which mmap refuses.
  char *data = mmap(NULL, size ? size : 1, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED || !write_entry(tmp, data, size) ||
      rename(tmp, entry_path(key)) != 0)
    unlink(tmp);
  if (data != MAP_FAILED)
    munmap(data, size ? size : 1);
  close(fd);
}

// ---- trimming --------------------------------------------------------------

typedef struct Entry {
  const char *path;
  time_t used;
  int64_t size;
} Entry;

typedef VEC(Entry) EntryVec;

static bool is_hex(const char *s, size_t n) {
  return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

// Only what is named as this file names things: the user may have put
// GLCACHE where other files are.
static bool is_ours(const char *name) {
  return is_hex(name, 2 * HASH_SIZE) || strncmp(name, "tmp-", 4) == 0;
}

static void add_entries(const char *dir, EntryVec *out) {
  DIR *d = opendir(dir);
  struct dirent *e;
  while (d && (e = readdir(d))) {
    const char *path = arena_printf(perm, "%s/%s", dir, e->d_name);
    struct stat st;
    if (!is_ours(e->d_name) || lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
      continue;
    Entry x = {path, st.st_mtime, st.st_size};
    vec_push(out, x);
  }
  if (d)
    closedir(d);
}

static EntryVec all_entries(void) {
  EntryVec all = {0};
  DIR *d = opendir(cache_dir());
  struct dirent *e;
  while (d && (e = readdir(d))) {
    if (is_hex(e->d_name, 2))
      add_entries(arena_printf(perm, "%s/%s", cache_dir(), e->d_name), &all);
  }
  if (d)
    closedir(d);
  return all;
}

static int oldest_first(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->used != y->used)
    return x->used < y->used ? -1 : 1;
  return strcmp(x->path, y->path);
}

static int64_t largest_size(void) {
  const char *s = getenv("GLCACHESIZE");
  long n = s ? strtol(s, NULL, 10) : 0;
  return (int64_t)(n > 0 ? n : DEFAULT_MEGABYTES) << 20;
}

static bool is_trimmed(const char *stamp, time_t now) {
  struct stat st;
  return stat(stamp, &st) == 0 && st.st_mtime > now - DAY &&
         st.st_mtime <= now + HOUR;
}

// A temporary file older than an hour belongs to a compiler that was killed.
static bool has_expired(const Entry *x, time_t now) {
  bool temporary = strstr(x->path, "/tmp-") != NULL;
  return x->used < now - (temporary ? HOUR : UNUSED);
}

void cache_trim(void) {
  time_t now = time(NULL);
  if (!cache_dir() || !is_writable())
    return;
  const char *stamp = arena_printf(perm, "%s/trimmed", cache_dir());
  if (is_trimmed(stamp, now))
    return;
  write_file(stamp, "");
  EntryVec all = all_entries();
  if (!all.len)
    return;
  int64_t size = 0, most = largest_size();
  vec_each(Entry, x, &all)
    size += x->size;
  qsort(all.at, (size_t)all.len, sizeof *all.at, oldest_first);
  vec_each(Entry, x, &all) {
    if (size <= most && !has_expired(x, now))
      break;
    if (unlink(x->path) == 0)
      size -= x->size;
  }
}

bool cache_clean(void) {
  if (!cache_dir())
    return true;
  EntryVec all = all_entries();
  bool ok = true;
  vec_each(Entry, x, &all) {
    if (unlink(x->path) != 0 && errno != ENOENT) {
      fprintf(stderr, "gl: %s: %s\n", x->path, strerror(errno));
      ok = false;
    }
  }
  for (int i = 0; i < 256; i++)
    rmdir(arena_printf(perm, "%s/%02x", cache_dir(), i));
  return ok;
}
