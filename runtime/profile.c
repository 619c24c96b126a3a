// SPDX-License-Identifier: MIT
//
// Profiles: what happened, counted by the call stack it happened in. A bucket
// holds one stack and its counts; buckets are never freed. memprofile.c counts
// allocations here; this file counts waiting.
//
//   block  a G that parks while a rate is set notes the time (g->blockedat);
//          when it is about to run again its stack, still as it was, says
//          where it waited. Rare short waits are kept with a probability, and
//          what is kept counts for those that are not.
//   mutex  who releases a lock that others wait for is to blame: its stack
//          counts the time its first waiter has waited.
//
// A "cycle" of these profiles is a nanosecond. All functions run on g0; lock
// guards the tables and is a leaf. A collection never needs it.
#include "runtime.h"

#include <stdlib.h>
#include <string.h>

enum { HASH = 1 << 10 };

static Lock proflock;
static Prof *table[PROF_KINDS][HASH];
static intptr_t count[PROF_KINDS];

_Atomic int64_t gl_blockrate;   // ns between two samples; 0: no profile
_Atomic int64_t gl_mutexrate;   // one event in so many; 0: no profile

// Return addresses of gp, which is saved, innermost first.
int profile_stack(G *gp, uintptr_t *pcs) {
  Unwind u;
  int n = 0;
  if (!gp || !unwind_start(&u, gp)) return 0;
  do {
    intptr_t kind = gl_pckind(u.pc);
    if (kind == 1 || kind == 3) continue;
    pcs[n++] = u.pc;
  } while (n < PROF_DEPTH && unwind_next(&u));
  return n;
}

// The bucket of a stack, made if there is none; NULL without memory.
Prof *profile_bucket(int kind, const uintptr_t *pcs, int n) {
  uint64_t h = 0;
  for (int i = 0; i < n; i++) h = (h ^ pcs[i]) * 0x9e3779b97f4a7c15;
  lock(&proflock);
  Prof **slot = &table[kind][h >> 54];
  Prof *b = *slot;
  while (b && (b->n != n || memcmp(b->pcs, pcs, (size_t)n * sizeof *pcs) != 0))
    b = b->next;
  if (!b && (b = calloc(1, sizeof *b)) != NULL) {
    b->n = n;
    memcpy(b->pcs, pcs, (size_t)n * sizeof *pcs);
    b->next = *slot;
    *slot = b;
    count[kind]++;
  }
  unlock(&proflock);
  return b;
}

// ------------------------------------------------------------------- waiting

static void add(int kind, G *gp, int64_t times, int64_t ns) {
  uintptr_t pcs[PROF_DEPTH];
  Prof *b = profile_bucket(kind, pcs, profile_stack(gp, pcs));
  if (!b) return;
  lock(&proflock);
  b->count += times;
  b->amount += ns;
  unlock(&proflock);
}

static bool is_blocking(int reason) {
  return (reason >= WAIT_CHAN_RECEIVE && reason <= WAIT_SELECT) ||
         (reason >= WAIT_SEMACQUIRE && reason <= WAIT_SYNC_COND_WAIT);
}

static bool is_mutex(int reason) {
  return reason == WAIT_SYNC_MUTEX_LOCK || reason == WAIT_SYNC_RWMUTEX_LOCK ||
         reason == WAIT_SYNC_RWMUTEX_RLOCK;
}

// gp parks. Its stack cannot change until profile_unblocked.
void profile_blocked(G *gp) {
  gp->blockedat = is_blocking(gp->waitreason) ? nanotime() : 0;
}

// gp is about to run.
void profile_unblocked(G *gp) {
  int64_t ns = nanotime() - gp->blockedat, rate = gl_blockrate;
  gp->blockedat = 0;
  if (ns < 1) ns = 1;
  if (rate <= 0) return;
  if (ns >= rate) {
    add(PROF_BLOCK, gp, 1, ns);
  } else if ((int64_t)(rand_next(&gl_tls_m->rng) % (uint64_t)rate) <= ns) {
    add(PROF_BLOCK, gp, rate / ns, rate);
  }
}

// gp, saved, wakes waiter, which it has kept from a lock.
void profile_contention(G *gp, G *waiter) {
  int64_t rate = gl_mutexrate, since = waiter->blockedat;
  if (rate <= 0 || since == 0 || !is_mutex(waiter->waitreason)) return;
  if (rand_next(&gl_tls_m->rng) % (uint64_t)rate != 0) return;
  add(PROF_MUTEX, gp, rate, (nanotime() - since) * rate);
}

// ccall: runtime.SetBlockProfileRate.
void gl_setblockrate(intptr_t rate) {
  atomic_store(&gl_blockrate, rate > 0 ? rate : 0);
}

// ccall: runtime.SetMutexProfileFraction; < 0 only asks.
intptr_t gl_setmutexrate(intptr_t rate) {
  return rate < 0 ? (intptr_t)gl_mutexrate
                  : (intptr_t)atomic_exchange(&gl_mutexrate, rate);
}

// ------------------------------------------------------------------- reading

typedef struct MemRecord {  // runtime.MemProfileRecord
  int64_t bytes, freed_bytes, objects, freed_objects;
  uintptr_t pcs[PROF_DEPTH];
} MemRecord;

typedef struct BlockRecord {  // runtime.BlockProfileRecord
  int64_t count, cycles;
  uintptr_t pcs[PROF_DEPTH];
} BlockRecord;

// The program's view of a stack: calls that were inlined count too.
static void expand(uintptr_t *to, const uintptr_t *pcs, int n) {
  memset(to, 0, PROF_DEPTH * sizeof *to);
  intptr_t skip = 0, k = 0;
  for (int i = 0; i < n && k < PROF_DEPTH; i++)
    k += inline_callers(pcs[i], &skip, to + k, PROF_DEPTH - k);
}

// The nth bucket of a kind that is wanted, as far as recs has room.
static intptr_t read_all(int kind, void *recs, intptr_t n, bool zero) {
  intptr_t k = 0;
  for (int h = 0; h < HASH; h++)
    for (Prof *b = table[kind][h]; b; b = b->next) {
      if (kind == PROF_MEM) {
        if (b->count == 0 || (!zero && b->amount == b->freed_amount)) continue;
        if (k < n) {
          MemRecord *r = (MemRecord *)recs + k;
          r->bytes = b->amount;
          r->freed_bytes = b->freed_amount;
          r->objects = b->count;
          r->freed_objects = b->freed_count;
          expand(r->pcs, b->pcs, b->n);
        }
      } else if (k < n) {
        BlockRecord *r = (BlockRecord *)recs + k;
        r->count = b->count;
        r->cycles = b->amount;
        expand(r->pcs, b->pcs, b->n);
      }
      k++;
    }
  return k;
}

// ccall: the records of a kind, into recs if n are enough. Returns their
// number. zero: also those of memory that was freed again.
intptr_t gl_profile(intptr_t kind, void *recs, intptr_t n, intptr_t zero) {
  lock(&proflock);
  intptr_t need = read_all((int)kind, NULL, 0, zero != 0);
  if (need <= n) need = read_all((int)kind, recs, n, zero != 0);
  unlock(&proflock);
  return need;
}

// ccall: the goroutines that made threads necessary. A thread the runtime
// made by itself has an empty stack.
intptr_t gl_profile_threads(uintptr_t (*recs)[PROF_DEPTH], intptr_t n) {
  intptr_t k = 0;
  lock(&gl_sched.allmlock);
  for (M *mp = gl_allms; mp; mp = mp->alllink) k++;
  if (k <= n) {
    k = 0;
    for (M *mp = gl_allms; mp; mp = mp->alllink)
      expand(recs[k++], mp->createpcs, mp->ncreatepcs);
  }
  unlock(&gl_sched.allmlock);
  return k;
}
