// SPDX-License-Identifier: MIT
//
// One-shot events on which an M sleeps. A note is cleared by its sleeper,
// then at most one note_sleep and at most one note_wakeup follow, in either
// order; the wakeup is never lost.
#include "runtime.h"

void note_clear(Note *n) {
  atomic_store_explicit(&n->key, 0, memory_order_release);
}

void note_sleep(Note *n) {
  while (atomic_load_explicit(&n->key, memory_order_acquire) == 0)
    futex_sleep(&n->key, 0, -1);
}

// Sleep at most ns nanoseconds, or for ever if ns < 0; true if woken.
bool note_tsleep(Note *n, int64_t ns) {
  if (ns < 0) {
    note_sleep(n);
    return true;
  }
  int64_t end = nanotime() + ns;
  while (atomic_load_explicit(&n->key, memory_order_acquire) == 0) {
    int64_t left = end - nanotime();
    if (left <= 0) return false;
    futex_sleep(&n->key, 0, left);
  }
  return true;
}

void note_wakeup(Note *n) {
  if (atomic_exchange_explicit(&n->key, 1, memory_order_acq_rel) == 0)
    futex_wake(&n->key, 1);
}
