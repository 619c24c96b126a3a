// SPDX-License-Identifier: MIT
//
// Calls on descriptors that the poller watches. Such a descriptor is
// non-blocking, so the call is simply tried on g0, without giving up the P;
// only when it says EAGAIN the G parks. Compared with a blocking call this
// saves entersyscall and exitsyscall, and with a call and a wait apart one
// switch of stacks. A G that has waited comes back with EAGAIN: its caller
// tries again.
//
// A server reads a request, answers, and reads again: there is nothing yet,
// so half of all reads would say EAGAIN. Where a short read means that no
// more was there (TCP: not what keeps messages, lines or descriptors apart),
// the next one parks at once. An edge that tells of more comes only once;
// netpoll.c says why none is missed.
//
// read and write of the C library are points where a thread may be cancelled,
// which costs two atomic operations a call: they are called by number.
#include "runtime.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

GlPair gl_syscall6(const uintptr_t *a);

// mcall: read. drains: a short read leaves nothing behind.
void pollread(G *gp, PollDesc *pd, intptr_t fd, void *p, intptr_t n,
              intptr_t drains) {
  intptr_t err =
      drains ? poll_prepare_read(gp, pd) : poll_prepare(pd, POLL_READ);
  if (err) {
    gp->ret[0] = (uintptr_t)err;
    return;
  }
  do {
    ssize_t r;
    do r = syscall(SYS_read, fd, p, n);
    while (r < 0 && errno == EINTR);
    if (r >= 0 || errno != EAGAIN) {
      gp->ret[0] = (uintptr_t)(r < 0 ? -errno : r);
      if (drains && r > 0 && r < n) pd->drained = true;
      return;
    }
  } while (poll_park(gp, pd, POLL_READ));
}

// mcall: write.
void pollwrite(G *gp, PollDesc *pd, intptr_t fd, const void *p, intptr_t n) {
  intptr_t err = poll_prepare(pd, POLL_WRITE);
  if (err) {
    gp->ret[0] = (uintptr_t)err;
    return;
  }
  do {
    ssize_t r;
    do r = syscall(SYS_write, fd, p, n);
    while (r < 0 && errno == EINTR);
    if (r < 0 && errno == EPIPE) signal_epipe((int)fd);
    if (r >= 0 || errno != EAGAIN) {
      gp->ret[0] = (uintptr_t)(r < 0 ? -errno : r);
      return;
    }
  } while (poll_park(gp, pd, POLL_WRITE));
}

// mcall: the system call a[0] with the arguments a[1] to a[6].
void pollcall(G *gp, PollDesc *pd, intptr_t mode, const uintptr_t *a) {
  intptr_t err = poll_prepare(pd, (int)mode);
  if (err) {
    gp->ret[0] = (uintptr_t)err;
    return;
  }
  do {
    GlPair r;
    do r = gl_syscall6(a);
    while (r.b == EINTR);
    if (r.b != EAGAIN) {
      gp->ret[0] = r.b ? (uintptr_t)-(intptr_t)r.b : r.a;
      return;
    }
  } while (poll_park(gp, pd, (int)mode));
}
