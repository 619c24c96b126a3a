// SPDX-License-Identifier: MIT
//
// Mutexes of the runtime's own C: spin a little, then sleep on a futex.
//
// A Lock is 0 when free, 1 when held, 2 when held and somebody may sleep.
// The fast paths are inline in runtime.h. A lock may be released by another
// function, even on behalf of a parked G, but always by the thread that took
// it. A thread holds no lock while it runs .gl code, except the print lock.
//
// With GL_DEBUG defined every thread keeps the ranks it holds, and taking a
// lock whose rank is not above them is a throw. Two channels are locked in
// address order by select, so equal ranks are allowed there.
#include "runtime.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SPINS = 30 };

// Sleep while *addr == val, at most ns nanoseconds (< 0: for ever). May wake
// early.
void futex_sleep(_Atomic uint32_t *addr, uint32_t val, int64_t ns) {
  struct timespec ts, *tp = NULL;
  if (ns >= 0) {
    ts.tv_sec = ns / 1000000000;
    ts.tv_nsec = ns % 1000000000;
    tp = &ts;
  }
  syscall(SYS_futex, addr, FUTEX_WAIT_PRIVATE, val, tp, NULL, 0);
}

void futex_wake(_Atomic uint32_t *addr, uint32_t n) {
  syscall(SYS_futex, addr, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

void lock_init(Lock *l, uint32_t rank) {
  atomic_store_explicit(&l->state, 0, memory_order_relaxed);
  l->rank = rank;
}

void lock_slow(Lock *l) {
  int spins = gl_ncpu > 1 ? SPINS : 0;
  for (int i = 0; i < spins; i++) {
    uint32_t zero = 0;
    if (atomic_load_explicit(&l->state, memory_order_relaxed) == 0 &&
        atomic_compare_exchange_weak_explicit(&l->state, &zero, 1,
                                              memory_order_acquire,
                                              memory_order_relaxed))
      return;
    for (int k = 0; k < 10; k++) __builtin_ia32_pause();
  }
  while (atomic_exchange_explicit(&l->state, 2, memory_order_acquire) != 0)
    futex_sleep(&l->state, 2, -1);
}

void unlock_slow(Lock *l) { futex_wake(&l->state, 1); }

#ifdef GL_DEBUG
void lock_check(Lock *l) {
  M *mp = gl_tls_m;
  if (!mp || l->rank == LOCK_UNRANKED) return;
  for (uint32_t i = 0; i < mp->nheld; i++) {
    uint32_t r = mp->heldranks[i];
    if (r > l->rank || (r == l->rank && r != LOCK_HCHAN))
      throw("lock ranks out of order");
  }
  if (mp->nheld < 16) mp->heldranks[mp->nheld++] = l->rank;
}

void unlock_check(Lock *l) {
  M *mp = gl_tls_m;
  if (!mp || l->rank == LOCK_UNRANKED) return;
  for (uint32_t i = mp->nheld; i-- > 0;) {
    if (mp->heldranks[i] != l->rank) continue;
    mp->heldranks[i] = mp->heldranks[--mp->nheld];
    return;
  }
}
#else
void lock_check(Lock *l) { (void)l; }
void unlock_check(Lock *l) { (void)l; }
#endif
