// SPDX-License-Identifier: MIT
//
// What the process was given: arguments, environment, processors.
//
// The number of processors is counted as Go does since 1.25: the CPUs the
// affinity mask allows, and no more than the cgroup's CPU quota, which is
// rounded up and never counts as less than 2. GOMAXPROCS overrides it.
//
// GLDEBUG is a list NAME=N,NAME=N; HACKING.md has the table of names.
#include "runtime.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct Debug gl_debug;
static int argc_;
static char **argv_, **envp_;
static int envc_;

static GlString cstring(const char *s) {
  return (GlString){(const uint8_t *)s, s ? (intptr_t)strlen(s) : 0};
}

intptr_t gl_argc(void) { return argc_; }
intptr_t gl_envc(void) { return envc_; }
GlString gl_argv(intptr_t i) {
  return cstring(i >= 0 && i < argc_ ? argv_[i] : NULL);
}
GlString gl_envv(intptr_t i) {
  return cstring(i >= 0 && i < envc_ ? envp_[i] : NULL);
}

static const char *lookup(const char *name, size_t n) {
  for (int i = 0; i < envc_; i++)
    if (strncmp(envp_[i], name, n) == 0 && envp_[i][n] == '=')
      return envp_[i] + n + 1;
  return NULL;
}

const char *env_get(const char *name) { return lookup(name, strlen(name)); }

GlString gl_getenv(const uint8_t *name, intptr_t len) {
  return cstring(lookup((const char *)name, (size_t)len));
}

// The whole small file at path, NUL-terminated; false if it is not there.
static bool read_file(const char *path, char *buf, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, buf, size - 1);
  close(fd);
  if (n < 0) return false;
  buf[n] = 0;
  return true;
}

// Quota in thousandths of a CPU of one cgroup directory, 0 if none.
static int64_t quota_v2(const char *dir) {
  char path[600], buf[64];
  snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", dir);
  long long q, per;
  if (!read_file(path, buf, sizeof buf)) return 0;
  if (sscanf(buf, "%lld %lld", &q, &per) != 2 || per <= 0) return 0;
  return q * 1000 / per;
}

static int64_t quota_v1(const char *dir) {
  char path[600], buf[64];
  snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", dir);
  if (!read_file(path, buf, sizeof buf)) return 0;
  long long q = atoll(buf);
  snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", dir);
  if (q <= 0 || !read_file(path, buf, sizeof buf)) return 0;
  long long per = atoll(buf);
  return per > 0 ? q * 1000 / per : 0;
}

// The smallest quota on the way from dir up to the root.
static int64_t quota_up(char *dir, int64_t (*quota)(const char *)) {
  int64_t min = 0;
  for (;;) {
    int64_t q = quota(strcmp(dir, "/") == 0 ? "" : dir);
    if (q > 0 && (min == 0 || q < min)) min = q;
    char *slash = strrchr(dir, '/');
    if (!slash || !*dir) return min;
    *slash = 0;
  }
}

static int64_t cgroup_quota(void) {
  static char buf[8192], dir[512];
  if (!read_file("/proc/self/cgroup", buf, sizeof buf)) return 0;
  int64_t min = 0;
  char *save = NULL;
  for (char *line = strtok_r(buf, "\n", &save); line;
       line = strtok_r(NULL, "\n", &save)) {
    char *ctl = strchr(line, ':');
    char *path = ctl ? strchr(ctl + 1, ':') : NULL;
    if (!path) continue;
    bool v2 = ctl[1] == ':';
    *path = 0;
    bool cpu = strcmp(ctl + 1, "cpu") == 0 || strstr(ctl + 1, "cpu,") ||
               strstr(ctl + 1, ",cpu");
    if (!v2 && !cpu) continue;
    snprintf(dir, sizeof dir, "%s", path + 1);
    int64_t q = quota_up(dir, v2 ? quota_v2 : quota_v1);
    if (q > 0 && (min == 0 || q < min)) min = q;
  }
  return min;
}

static int32_t affinity_cpus(void) {
  size_t size = 8192;  // bytes of mask, room for 65536 CPUs
  cpu_set_t *set = calloc(1, size);
  int32_t n = 1;
  if (set && sched_getaffinity(0, size, set) == 0) n = CPU_COUNT_S(size, set);
  free(set);
  return n > 0 ? n : 1;
}

int32_t env_procs(void) {
  const char *s = env_get("GOMAXPROCS");
  if (s && *s) {
    char *end;
    long n = strtol(s, &end, 10);
    if (*end == 0 && n > 0) return n > MAX_PROCS ? MAX_PROCS : (int32_t)n;
  }
  int32_t n = gl_ncpu;
  if (n > 2) {  // a quota below 2 counts as 2, so fewer CPUs need no look
    int64_t q = cgroup_quota();
    int64_t limit = (q + 999) / 1000;
    if (q > 0 && limit < 2) limit = 2;
    if (q > 0 && limit < n) n = (int32_t)limit;
  }
  return n > MAX_PROCS ? MAX_PROCS : n;
}

static const struct Setting {
  const char *name, *help;
  int32_t *to;
} settings[] = {
#define SETTING(name, help) {#name, help, &gl_debug.name},
#include "debug.def"
#undef SETTING
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static void print_settings(void) {
  print_str("GLDEBUG=NAME=VALUE,NAME,... in the environment:\n");
  for (int i = 0; i < SETTINGS; i++) {
    print_str("  ");
    print_str(settings[i].name);
    for (size_t n = strlen(settings[i].name); n < 16; n++) print_str(" ");
    print_str(settings[i].help);
    print_str("\n");
  }
  print_str("  seed            =N   the same run again: one P, virtual time\n");
  print_flush();
}

static void set_debug(const char *s, size_t n, int64_t v) {
  for (int i = 0; i < SETTINGS; i++)
    if (strlen(settings[i].name) == n && strncmp(s, settings[i].name, n) == 0) {
      *settings[i].to = (int32_t)v;
      return;
    }
  if (n == 4 && strncmp(s, "seed", 4) == 0) {
    gl_debug.seed = v;
    gl_debug.deterministic = true;
  } else if (n == 4 && strncmp(s, "help", 4) == 0) {
    print_settings();
  } else if (n > 0) {
    print_str("GLDEBUG: no setting \"");
    print_bytes(s, n);
    print_str("\"; GLDEBUG=help lists them\n");
    print_flush();
  }
}

static void parse_debug(const char *s) {
  while (s && *s) {
    size_t n = strcspn(s, "=,");
    set_debug(s, n, s[n] == '=' ? strtoll(s + n + 1, NULL, 10) : 1);
    s = strchr(s, ',');
    if (s) s++;
  }
}

void env_init(int argc, char **argv, char **envp) {
  argc_ = argc;
  argv_ = argv;
  envp_ = envp;
  while (envp[envc_]) envc_++;
  gl_ncpu = affinity_cpus();
#ifdef GL_STRESS
  gl_debug.stress = 1;
#endif
  parse_debug(env_get("GLDEBUG"));
  traceback_env();
}

// A splitmix64 generator, one state per P and M.
uint64_t rand_next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

uint64_t rand_seed(void) {
  static _Atomic uint64_t n;
  uint64_t k = atomic_fetch_add(&n, 1);
  if (gl_debug.deterministic)
    return (uint64_t)gl_debug.seed * 0x9e3779b97f4a7c15 + k;
  return (uint64_t)nanotime() * 0xff51afd7ed558ccd + k + (uint64_t)getpid();
}

uint64_t gl_fastrand(void) { return rand_next(&cur_p()->rng); }
intptr_t gl_numcpu(void) { return gl_ncpu; }
