// SPDX-License-Identifier: MIT
//
// netpoll.c's platform part on Linux: epoll, edge-triggered, and an eventfd
// to break a blocked wait.
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

static int epfd = -1, breakfd = -1;
static _Atomic bool breaking;  // the eventfd is already written

void netpoll_os_init(void) {
  epfd = epoll_create1(EPOLL_CLOEXEC);
  breakfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &breakfd};
  if (epfd < 0 || breakfd < 0 ||
      epoll_ctl(epfd, EPOLL_CTL_ADD, breakfd, &ev) < 0)
    fatal("runtime: netpoll initialisation failed");
}

int netpoll_os_open(int fd, void *pd) {
  struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
                                     EPOLLPRI | EPOLLET,
                           .data.ptr = pd};
  return epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) < 0 ? errno : 0;
}

int netpoll_os_close(int fd) {
  struct epoll_event ev;
  return epoll_ctl(epfd, EPOLL_CTL_DEL, fd, &ev) < 0 ? errno : 0;
}

void netpoll_break(void) {
  if (!netpoll_inited() || atomic_exchange(&breaking, true)) return;
  uint64_t one = 1;
  while (write(breakfd, &one, sizeof one) < 0 && errno == EINTR) {}
}

static void broken(void) {
  uint64_t n;
  while (read(breakfd, &n, sizeof n) < 0 && errno == EINTR) {}
  atomic_store(&breaking, false);
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
  if (epfd < 0) return NULL;
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
