// SPDX-License-Identifier: MIT
//
// Starting a program. The child shares the parent's memory until it executes
// the other program (CLONE_VM), and the parent's thread waits for that
// (CLONE_VFORK): nothing is copied, and the collector never sees a second
// process. Other threads of the parent go on, so the child must not allocate,
// lock, or change memory outside its stack and `struct ForkArgs`. It calls
// the kernel directly: the C library's setuid and its kin would send signals
// to the parent's threads.
//
// All signals are blocked while the child runs here, and those that the
// parent handles are set to their default before it unblocks them: a handler
// of the parent must not run in the child.
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

enum {
  FORK_PTRACE = 1, FORK_SETSID = 2, FORK_SETPGID = 4, FORK_SETCTTY = 8,
  FORK_NOCTTY = 16, FORK_FOREGROUND = 32, FORK_CREDENTIAL = 64,
  FORK_SETGROUPS = 128, FORK_CGROUP = 256,
};

// As in exec.gl.
typedef struct ForkArgs {
  const char *path, *dir, *chroot;
  char **argv, **envv;
  int32_t *files;
  int64_t nfiles, flags, pgid, ctty, deathsig;
  uint64_t cloneflags, unshareflags;
  int64_t uid, gid, ngroups;
  const uint32_t *groups;
  const uint64_t *caps;
  int64_t ncaps, cgroup;
  const char *uidmap, *gidmap;
  int64_t uidmapn, gidmapn;
  int32_t pidfd, err;
} ForkArgs;

typedef struct Child {
  ForkArgs *a;
  sigset_t mask;  // of the parent
  pid_t parent;
} Child;

#define TRY(x) \
  do { \
    if ((x) < 0) return -1; \
  } while (0)

static int put_file(const char *path, const char *text, int64_t n) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  TRY(fd);
  ssize_t w = write(fd, text, (size_t)n);
  int err = errno;
  close(fd);
  errno = err;
  return w < 0 ? -1 : 0;
}

// A user namespace of its own: the child may map only its own user.
static int map_ids(const ForkArgs *a) {
  if (a->uidmapn) TRY(put_file("/proc/self/uid_map", a->uidmap, a->uidmapn));
  if (!a->gidmapn) return 0;
  if (a->flags & FORK_SETGROUPS)
    put_file("/proc/self/setgroups", "allow", 5);
  else
    put_file("/proc/self/setgroups", "deny", 4);
  return put_file("/proc/self/gid_map", a->gidmap, a->gidmapn);
}

static int set_ids(const ForkArgs *a) {
  if (!(a->flags & FORK_CREDENTIAL)) return 0;
  if (a->ngroups >= 0) TRY(syscall(SYS_setgroups, a->ngroups, a->groups));
  TRY(syscall(SYS_setgid, a->gid));
  return (int)syscall(SYS_setuid, a->uid);
}

static int keep_caps(const ForkArgs *a) {
  struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct d[2];
  TRY(syscall(SYS_capget, &h, d));
  for (int64_t i = 0; i < a->ncaps; i++) {
    uint32_t bit = 1u << (a->caps[i] & 31);
    d[a->caps[i] >> 5 & 1].permitted |= bit;
    d[a->caps[i] >> 5 & 1].inheritable |= bit;
  }
  TRY(syscall(SYS_capset, &h, d));
  for (int64_t i = 0; i < a->ncaps; i++)
    TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, a->caps[i], 0, 0));
  return 0;
}

static int session(const ForkArgs *a) {
  if (a->flags & FORK_SETSID) TRY(setsid());
  if (a->flags & FORK_SETPGID) TRY(syscall(SYS_setpgid, 0, a->pgid));
  if (a->flags & FORK_FOREGROUND) {
    pid_t group = a->pgid ? (pid_t)a->pgid : (pid_t)syscall(SYS_getpid);
    TRY(ioctl((int)a->ctty, TIOCSPGRP, &group));
  }
  return 0;
}

// Descriptors go to 0, 1, ... First those that would be overwritten move out
// of the way, closed on exec; then each goes to its place.
static int place_files(ForkArgs *a) {
  int32_t *fd = a->files + a->nfiles;
  int next = (int)a->nfiles;
  for (int64_t i = 0; i < a->nfiles; i++) {
    fd[i] = a->files[i];
    if (fd[i] >= next) next = fd[i] + 1;
  }
  for (int64_t i = 0; i < a->nfiles; i++) {
    if (fd[i] < 0 || fd[i] >= i) continue;
    fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, next);
    TRY(fd[i]);
    next = fd[i] + 1;
  }
  for (int64_t i = 0; i < a->nfiles; i++) {
    if (fd[i] < 0) close((int)i);
    else if (fd[i] == i) TRY(fcntl((int)i, F_SETFD, 0));
    else TRY(dup2(fd[i], (int)i));
  }
  // As if the three standard ones were always given.
  for (int i = (int)a->nfiles; i < 3; i++) close(i);
  return 0;
}

static void default_signals(void) {
  for (int sig = 1; sig < NSIG; sig++) {
    struct sigaction sa;
    if (sigaction(sig, NULL, &sa) < 0 || sa.sa_handler == SIG_IGN ||
        sa.sa_handler == SIG_DFL)
      continue;
    memset(&sa, 0, sizeof sa);
    sigaction(sig, &sa, NULL);
  }
}

// "0" is whoever writes it.
static int enter_cgroup(const ForkArgs *a) {
  int fd = openat((int)a->cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  TRY(fd);
  ssize_t w = write(fd, "0", 1);
  return w < 0 ? -1 : 0;
}

static int prepare(Child *c) {
  ForkArgs *a = c->a;
  if (a->flags & FORK_CGROUP) TRY(enter_cgroup(a));
  if (a->cloneflags & CLONE_NEWUSER) TRY(map_ids(a));
  TRY(session(a));
  if (a->unshareflags) {
    TRY(syscall(SYS_unshare, a->unshareflags));
    if (a->unshareflags & CLONE_NEWUSER) TRY(map_ids(a));
  }
  if (a->ncaps) TRY(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  if (a->chroot) TRY(chroot(a->chroot));
  TRY(set_ids(a));
  if (a->ncaps) TRY(keep_caps(a));
  if (a->dir) TRY(chdir(a->dir));
  if (a->deathsig) {
    TRY(prctl(PR_SET_PDEATHSIG, a->deathsig, 0, 0, 0));
    if (getppid() != c->parent)
      syscall(SYS_kill, syscall(SYS_getpid), a->deathsig);
  }
  TRY(place_files(a));
  if (a->flags & FORK_NOCTTY) TRY(ioctl(0, TIOCNOTTY));
  if (a->flags & FORK_SETCTTY) TRY(ioctl((int)a->ctty, TIOCSCTTY, 1));
  if (a->flags & FORK_PTRACE) TRY(ptrace(PTRACE_TRACEME, 0, 0, 0));
  return 0;
}

static int child(void *arg) {
  Child *c = arg;
  default_signals();
  if (prepare(c) == 0) {
    sigprocmask(SIG_SETMASK, &c->mask, NULL);
    execve(c->a->path, c->a->argv, c->a->envv);
  }
  c->a->err = errno;
  _exit(253);
}

// Starts a's program. The process number or -errno.
intptr_t gl_fork_exec(ForkArgs *a) {
  _Alignas(16) char stack[32 << 10];
  Child c = {.a = a, .parent = getpid()};
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &c.mask);
  int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (int)a->cloneflags;
  int pidfd = -1;
  if (a->pidfd >= 0) flags |= CLONE_PIDFD;
  a->err = 0;
  int pid = clone(child, stack + sizeof stack, flags, &c, &pidfd, NULL, NULL);
  int err = errno;
  pthread_sigmask(SIG_SETMASK, &c.mask, NULL);
  a->pidfd = pidfd;
  if (pid < 0) return -err;
  if (!a->err) return pid;
  // It is there no more; take it away before somebody waits for any child.
  while (syscall(SYS_wait4, pid, NULL, 0, NULL) < 0 && errno == EINTR) {}
  if (pidfd >= 0) close(pidfd);
  a->pidfd = -1;
  return -a->err;
}

// Replaces this program. -errno, if it comes back.
intptr_t gl_exec(const char *path, char **argv, char **envv) {
  execve(path, argv, envv);
  return -errno;
}
