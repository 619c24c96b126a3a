// SPDX-License-Identifier: MIT
//
// netpoll.c's platform part on Linux: epoll, edge-triggered, and an eventfd
// to break a blocked wait.
//
// A break is announced in `breaking` before it is made, so that one at a time
// is: the eventfd is written for each change from 0 to 1, and who was woken
// sets 0. A break when no one waits is kept for the next wait.
#include "runtime.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 128, READ = 0, WRITE = 1 };

// After one of these a short read does not mean that nothing is left.
#define MARKS (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)

static _Atomic int epfd = -1;
static int breakfd = -1;           // valid once epfd is
static _Atomic uint32_t breaking;  // a break is on its way

// Both descriptors or none: 0 or errno. Who sleeps without them is woken.
static int create(void) {
  static Lock once;
  lock(&once);
  int err = 0, fd = epfd, wake = -1;
  if (fd >= 0) goto out;
  fd = epoll_create1(EPOLL_CLOEXEC);
  wake = fd < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &breakfd};
  if (wake < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, wake, &ev) < 0) {
    err = errno;
    if (wake >= 0) close(wake);
    if (fd >= 0) close(fd);
    goto out;
  }
  breakfd = wake;
  epfd = fd;
  breaking = 1;
  futex_wake(&breaking, 1);
  uint64_t one = 1;
  while (write(wake, &one, sizeof one) < 0 && errno == EINTR) {}
out:
  unlock(&once);
  return err;
}

// Without descriptors left for them, timers do without: netpoll then sleeps
// on the word `breaking` itself. What opens a file tries again.
void netpoll_os_init(void) { create(); }

int netpoll_os_open(int fd, void *pd) {
  struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
                                     EPOLLPRI | EPOLLET,
                           .data.ptr = pd};
  int err = epfd < 0 ? create() : 0;
  if (err) return err;
  return epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) < 0 ? errno : 0;
}

int netpoll_os_close(int fd) {
  struct epoll_event ev;
  return epoll_ctl(epfd, EPOLL_CTL_DEL, fd, &ev) < 0 ? errno : 0;
}

void netpoll_break(void) {
  if (!netpoll_inited() || atomic_exchange(&breaking, 1) != 0) return;
  if (epfd < 0) futex_wake(&breaking, 1);
  uint64_t one = 1;
  while (epfd >= 0 && write(breakfd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static void broken(void) {
  uint64_t n;
  while (read(breakfd, &n, sizeof n) < 0 && errno == EINTR) {}
  breaking = 0;
}

// epoll_pwait2 takes nanoseconds (Linux 5.11); older kernels get whole
// milliseconds, rounded up so that a wait does not end just before the timer
// it is for.
static int wait_events(struct epoll_event *ev, int64_t delay) {
  static _Atomic bool old;
  if (delay == 0) return epoll_wait(epfd, ev, EVENTS, 0);
  if (!old) {
    struct timespec ts = {delay / 1000000000, delay % 1000000000};
    int n = (int)syscall(SYS_epoll_pwait2, epfd, ev, EVENTS,
                         delay < 0 ? NULL : &ts, NULL, 0);
    if (n >= 0 || errno != ENOSYS) return n;
    old = true;
  }
  int64_t ms = (delay + 999999) / 1000000;
  if (ms > 1000000000) ms = 1000000000;
  return epoll_wait(epfd, ev, EVENTS, delay < 0 ? -1 : (int)ms);
}

G *netpoll(int64_t delay) {
  struct epoll_event ev[EVENTS];
  if (epfd < 0) {
    if (delay != 0) futex_sleep(&breaking, 0, delay);
    if (delay != 0) breaking = 0;
    return NULL;
  }
  int n = wait_events(ev, delay);
  G *list = NULL;
  for (int i = 0; i < n; i++) {
    if (ev[i].data.ptr == &breakfd) {
      if (delay != 0) broken();  // else leave it for the one it is meant for
      continue;
    }
    uint32_t e = ev[i].events;
    if (e & (EPOLLIN | MARKS))
      list = netpoll_ready_list(list, ev[i].data.ptr, READ, e & MARKS);
    if (e & (EPOLLOUT | EPOLLHUP | EPOLLERR))
      list = netpoll_ready_list(list, ev[i].data.ptr, WRITE, false);
  }
  return list;
}
