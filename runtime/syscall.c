// SPDX-License-Identifier: MIT
//
// Around calls that may block in the kernel. entersyscall leaves the P behind
// in state syscall, tied to nobody; if the call is short, exitsyscall takes
// it back with one compare-and-swap. If it is long, sysmon has retaken it and
// handed it to another M; then exitsyscall takes any idle P, or the G is
// queued and the M goes to sleep.
//
// gl_ccall_blocking (asm_amd64.S) calls these on g0 with the G's sp saved.
// Between them the M has no P: the C function must not touch the scheduler.
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void stopped_in_syscall(P *pp) {
  lock(&gl_sched.lock);
  uint32_t s = Psyscall;
  if (gl_sched.stopwait > 0 &&
      atomic_compare_exchange_strong(&pp->status, &s, Pgcstop)) {
    atomic_fetch_add(&pp->syscalltick, 1);
    if (--gl_sched.stopwait == 0) note_wakeup(&gl_sched.stopnote);
  }
  unlock(&gl_sched.lock);
}

void entersyscall(G *gp) {
  static _Atomic bool started;
  if (UNLIKELY(!started) && ((G *)gl_allgs)->alllink &&
      !atomic_exchange(&started, true))
    sysmon_start();
  M *mp = gl_tls_m;
  P *pp = mp->p;
  event(EVENT_SYSBEGIN, gp, 0);
  gp->waitsince = atomic_load_explicit(&gl_sched.coarse, memory_order_relaxed);
  atomic_store_explicit(&gp->status, Gsyscall, memory_order_relaxed);
  mp->oldp = pp;
  pp->m = NULL;
  mp->p = NULL;
  atomic_store(&pp->status, Psyscall);
  if (UNLIKELY(gl_sched.gcwaiting)) stopped_in_syscall(pp);
  if (UNLIKELY(gl_sched.sysmonwait)) {
    lock(&gl_sched.lock);
    if (gl_sched.sysmonwait) {
      atomic_store(&gl_sched.sysmonwait, false);
      note_wakeup(&gl_sched.sysmonnote);
    }
    unlock(&gl_sched.lock);
  }
}

// True: the M has a P and gp goes on.
bool exitsyscall(G *gp) {
  M *mp = gl_tls_m;
  P *pp = mp->oldp;
  mp->oldp = NULL;
  uint32_t s = Psyscall;
  if (pp && pp->status == Psyscall &&
      atomic_compare_exchange_strong(&pp->status, &s, Pidle)) {
    acquirep(pp);
  } else {
    sched_tick(nanotime());  // it took long, perhaps while all slept
    if (gl_sched.npidle == 0) return false;
    lock(&gl_sched.lock);
    pp = gl_sched.gcwaiting ? NULL : pidleget();
    unlock(&gl_sched.lock);
    if (!pp) return false;
    acquirep(pp);
  }
  atomic_fetch_add_explicit(&pp->syscalltick, 1, memory_order_relaxed);
  event(EVENT_SYSEND, gp, 0);
  atomic_store_explicit(&gp->status, Grunning, memory_order_relaxed);
  return true;
}

// The slow end: gp is saved like a parked G.
NORETURN void exitsyscall0(G *gp) {
  M *mp = gl_tls_m;
  event(EVENT_SYSEND, gp, 0);
  dropg(mp);
  atomic_store(&gp->status, Grunnable);
  lock(&gl_sched.lock);
  bool locked = gp->lockedm != NULL;
  P *pp = gl_sched.gcwaiting ? NULL : pidleget();
  // Under the same lock: an M that makes its P idle in between would not see
  // gp, and nobody else would look (tests/models/handoff.pml).
  if (!pp) globrunqput_locked(gp);
  unlock(&gl_sched.lock);
  if (pp) {
    acquirep(pp);
    if (gp->lockedm) execute(gp, false);
    runqput(pp, gp, true);
  } else {
    if (!locked) stopm();
  }
  schedule();
}

// ------------------------------------------------- blocking calls of .gl code

intptr_t gl_sys_open(const char *path, intptr_t flags, intptr_t mode) {
  int fd = open(path, (int)flags | O_CLOEXEC, (mode_t)mode);
  return fd < 0 ? -errno : fd;
}

intptr_t gl_sys_read(intptr_t fd, void *p, intptr_t n) {
  ssize_t r;
  do r = read((int)fd, p, (size_t)n);
  while (r < 0 && errno == EINTR);
  return r < 0 ? -errno : r;
}

intptr_t gl_sys_write(intptr_t fd, const void *p, intptr_t n) {
  ssize_t r;
  do r = write((int)fd, p, (size_t)n);
  while (r < 0 && errno == EINTR);
  if (r < 0 && errno == EPIPE) signal_epipe((int)fd);
  return r < 0 ? -errno : r;
}

intptr_t gl_sys_close(intptr_t fd) { return close((int)fd) < 0 ? -errno : 0; }

void gl_usleep(intptr_t us) {
  struct timespec ts = {us / 1000000, us % 1000000 * 1000};
  while (nanosleep(&ts, &ts) < 0 && errno == EINTR) {}
}

// mcall: the system call a[0] in the C library's wrapper, which makes all
// threads change their user or group by a signal. Its handler runs on
// whatever stack a thread is on, so all must be on g0: the world is stopped.
// {1, 0}: it could not be, try again; else {0, errno}.
void setxid(G *gp, const uintptr_t *a) {
  gp->ret[0] = 1;
  gp->ret[1] = 0;
  if (!stop_the_world_for(gp)) return;
  int r = -1;
  errno = ENOSYS;
  switch (a[0]) {
  case SYS_setuid: r = setuid((uid_t)a[1]); break;
  case SYS_setgid: r = setgid((gid_t)a[1]); break;
  case SYS_setreuid: r = setreuid((uid_t)a[1], (uid_t)a[2]); break;
  case SYS_setregid: r = setregid((gid_t)a[1], (gid_t)a[2]); break;
  case SYS_setresuid:
    r = setresuid((uid_t)a[1], (uid_t)a[2], (uid_t)a[3]);
    break;
  case SYS_setresgid:
    r = setresgid((gid_t)a[1], (gid_t)a[2], (gid_t)a[3]);
    break;
  case SYS_setgroups: r = setgroups(a[1], (const gid_t *)a[2]); break;
  }
  gp->ret[0] = 0;
  gp->ret[1] = r < 0 ? (uintptr_t)errno : 0;
  start_the_world_again();
}
