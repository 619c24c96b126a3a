// SPDX-License-Identifier: MIT
//
// Mutexes of the runtime's own C: spin a little, then sleep on a futex.
//
// A Lock is 0 when free, 1 when held, 2 when held and somebody may sleep.
// The fast paths are inline in runtime.h. A lock may be released by another
// function, even on behalf of a parked G, but always by the thread that took
// it. A thread holds no lock while it runs .gl code, except the print lock.
//
// The lock of a channel is another kind, 0 free, 1 held: to release it is a
// plain store, since two locked instructions would be most of an operation on
// a channel. A releaser stores 0 and then looks at locksleepers, without a
// fence; so who wants to sleep raises locksleepers and makes all other
// processors pass a fence (membarrier) before it looks at the lock for the
// last time. Then either it sees the lock free, or whoever holds it now will
// see the sleeper. Where membarrier is missing it sleeps for a millisecond at
// most. tests/models/chanlock.pml checks this.
//
// Who finds the lock of a channel held stays away for longer and longer: two
// Ps that work on one channel would else pass its cache line to and fro at
// every operation, while it is far cheaper to let each do a batch in turn.
//
// With GL_DEBUG defined every thread keeps the ranks it holds, and taking a
// lock whose rank is not above them is a throw. Two channels are locked in
// address order by select, so equal ranks are allowed there.
#include "runtime.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SPINS = 30, CHAN_SPINS = 10, CHAN_PAUSES = 12 };

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

static bool have_membarrier;

// While there is one thread: later, the kernel would wait for the others.
void lock_asymmetric_init(void) {
  have_membarrier =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
              0) == 0;
}

static bool chan_trylock(Hchan *c) {
  uint32_t zero = 0;
  return atomic_load_explicit(&c->lock, memory_order_relaxed) == 0 &&
         atomic_compare_exchange_strong_explicit(&c->lock, &zero, 1,
                                                 memory_order_acquire,
                                                 memory_order_relaxed);
}

void chan_lock_slow(Hchan *c) {
  int spins = gl_ncpu > 1 ? CHAN_SPINS : 0;
  for (int i = 0, n = CHAN_PAUSES; i < spins; i++, n += n / 2) {
    for (int k = 0; k < n; k++) __builtin_ia32_pause();
    if (chan_trylock(c)) return;
  }
  atomic_fetch_add(&c->locksleepers, 1);
  int64_t limit = 1000000;
  if (have_membarrier) {
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    limit = -1;
  }
  while (!chan_trylock(c)) futex_sleep(&c->lock, 1, limit);
  atomic_fetch_sub(&c->locksleepers, 1);
}

intptr_t chan_unlock_slow(Hchan *c) {
  futex_wake(&c->lock, 1);
  return GL_CHAN_OK;
}

#ifdef GL_DEBUG
void lock_check_rank(uint32_t rank) {
  M *mp = gl_tls_m;
  if (!mp || rank == LOCK_UNRANKED) return;
  for (uint32_t i = 0; i < mp->nheld; i++) {
    uint32_t r = mp->heldranks[i];
    if (r > rank || (r == rank && r != LOCK_HCHAN))
      throw("lock ranks out of order");
  }
  if (mp->nheld < 16) mp->heldranks[mp->nheld++] = rank;
}

void unlock_check_rank(uint32_t rank) {
  M *mp = gl_tls_m;
  if (!mp || rank == LOCK_UNRANKED) return;
  for (uint32_t i = mp->nheld; i-- > 0;) {
    if (mp->heldranks[i] != rank) continue;
    mp->heldranks[i] = mp->heldranks[--mp->nheld];
    return;
  }
}
#else
void lock_check_rank(uint32_t rank) { (void)rank; }
void unlock_check_rank(uint32_t rank) { (void)rank; }
#endif
void lock_check(Lock *l) { lock_check_rank(l->rank); }
void unlock_check(Lock *l) { unlock_check_rank(l->rank); }
