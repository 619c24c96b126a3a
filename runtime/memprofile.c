// SPDX-License-Identifier: MIT
//
// The heap profile: a random part of all allocations, with their stacks, and
// whether they are still alive.
//
// On average one object is sampled per runtime.MemProfileRate bytes: an object
// of n bytes with probability 1 - exp(-n / rate), as Go's tools assume. The
// assembly that pops the free lists knows nothing of this. A list is cut short
// before the next object to be sampled instead, and the rest is put aside; when
// the list is empty the slow path comes here, finds the time has come, and
// takes the G's stack. How many objects to let pass is drawn for each list
// on its own (such streams of samples add up to what one for all would be).
// Without profile this costs a test per refill of a list.
//
// Nothing happens unless the program can ask for the profile: only then is the
// linker's section glmemprof there, which gl_memprofile refers to.
//
// The samples lie in an array, which is written with libgc's lock: so no
// collection sees it half changed. At the end of each those that were not
// marked are taken out and counted as freed, before their memory is used
// again; finalizable objects are marked by then. The addresses are stored
// inverted, out of the heap.
//
// What is put aside is marked by hand, as the free lists are (gc.c).
#include "runtime.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = LISTS_KINDS * MALLOC_CLASSES };

struct MemProf {
  intptr_t rate;             // what the numbers below were drawn for
  void *rest[LISTS];         // behind the list of the M
  void *cut;                 // the same, for a few instructions
  int64_t skip[LISTS];       // objects to pass; < 0: to be drawn
  int64_t large;             // bytes likewise
  uint64_t rng;
};

extern intptr_t rate_variable __asm__("runtime.MemProfileRate")
    __attribute__((weak));
extern const char glmemprof_start[] __asm__("__start_glmemprof")
    __attribute__((weak, visibility("hidden")));

__attribute__((section("glmemprof"), used))
static const char mark[1];
bool gl_memprof;  // never changes after start

void memprof_init(void) {
  gl_memprof = glmemprof_start != NULL && &rate_variable != NULL;
}

// ------------------------------------------------------------------ samples

typedef struct Sample {
  uintptr_t key;   // the inverted address
  Prof *prof;
  size_t size;
} Sample;

static struct {
  Sample *at;
  size_t n, room;
} samples;

// With libgc's lock.
static void *GC_CALLBACK insert(void *arg) {
  const Sample *s = arg;
  if (samples.n == samples.room) {
    size_t room = samples.room ? samples.room * 2 : 256;
    Sample *at = realloc(samples.at, room * sizeof *at);
    if (!at) return NULL;
    samples.at = at;
    samples.room = room;
  }
  samples.at[samples.n++] = *s;
  s->prof->count++;
  s->prof->amount += (int64_t)s->size;
  return NULL;
}

static void record(void *p, size_t size) {
  uintptr_t pcs[PROF_DEPTH];
  Prof *b = profile_bucket(PROF_MEM, pcs, profile_stack(gl_tls_g, pcs));
  if (!b) return;
  Sample s = {~(uintptr_t)p, b, size};
  GC_call_with_alloc_lock(insert, &s);
}

static bool alive(const Sample *s) {
  void *base = GC_base((void *)~s->key);
  return base && GC_is_marked(base);
}

// After a collection, with libgc's lock: forget what it did not mark.
void memprof_sweep(void) {
  size_t kept = 0;
  for (size_t i = 0; i < samples.n; i++) {
    Sample *s = &samples.at[i];
    if (alive(s)) {
      samples.at[kept++] = *s;
      continue;
    }
    s->prof->freed_count++;
    s->prof->freed_amount += (int64_t)s->size;
  }
  samples.n = kept;
}

// ------------------------------------------------------------------- drawing

// -ln of a random number in (0, 1]: by the series of atanh, without libm.
static double exponential(uint64_t *rng) {
  uint64_t bits = (rand_next(rng) >> 11) + 1;  // 1 .. 2^53
  int e = 63 - __builtin_clzll(bits);
  double m = (double)bits / (double)((uint64_t)1 << e);  // 1 <= m < 2
  double z = (m - 1) / (m + 1), zz = z * z, t = z, ln = 0;
  for (int i = 1; i < 20; i += 2, t *= zz) ln += t / i;
  return (53 - e) * 0.69314718055994531 - 2 * ln;
}

static int64_t draw(MemProf *mf) {
  if (mf->rate <= 0) return INT64_MAX;
  if (mf->rate == 1) return 0;
  return (int64_t)(exponential(&mf->rng) * (double)mf->rate);
}

// That of mp, up to date with the rate; NULL without memory or a G.
static MemProf *profile_of(M *mp) {
  if (!mp || !gl_tls_g) return NULL;
  MemProf *mf = mp->memprof;
  if (!mf) {
    mf = calloc(1, sizeof *mf);
    if (!mf) return NULL;
    mf->rate = -1;
    mf->rng = rand_seed();
    mp->memprof = mf;
  }
  intptr_t rate = *(volatile intptr_t *)&rate_variable;
  if (mf->rate != rate) {
    mf->rate = rate;
    for (int i = 0; i < LISTS; i++) mf->skip[i] = -1;
    mf->large = draw(mf);
  }
  return mf;
}

// ---------------------------------------------------------------- allocations

// The first n of the objects put aside go to *list. At each instruction all of
// them are found from rest, cut or list.
static void give(MemProf *mf, int i, int64_t n, void *volatile *list) {
  void *tail = mf->rest[i];
  while (--n > 0 && *(void **)tail) tail = *(void **)tail;
  *(void *volatile *)&mf->cut = *(void **)tail;
  *list = mf->rest[i];
  *(void *volatile *)tail = NULL;
  *(void *volatile *)&mf->rest[i] = mf->cut;
  *(void *volatile *)&mf->cut = NULL;
}

// The list with number i of mp is empty: fills it, by `more` if nothing is put
// aside. False: do it without a profile.
bool memprof_refill(M *mp, int i, void **list, void (*more)(int, void **)) {
  MemProf *mf = profile_of(mp);
  if (!mf) return false;
  if (!mf->rest[i]) more(i, &mf->rest[i]);
  size_t size = (size_t)(i % MALLOC_CLASSES) * 16;
  if (mf->skip[i] < 0) mf->skip[i] = draw(mf) / (int64_t)size;
  if (mf->skip[i] == 0) {
    give(mf, i, 1, list);
    mf->skip[i] = -1;
    record(*list, size);
    return true;
  }
  int64_t n = 0;
  for (void *p = mf->rest[i]; p && n < mf->skip[i]; p = *(void **)p) n++;
  give(mf, i, n, list);
  mf->skip[i] -= n;
  return true;
}

// A large object was made.
void memprof_large(void *p, size_t size) {
  MemProf *mf = profile_of(gl_tls_m);
  if (!mf || mf->rate <= 0) return;
  mf->large -= (int64_t)size;
  if (mf->large > 0) return;
  mf->large = draw(mf);
  record(p, size);
}

// The objects put aside by mp, list after list: f for each list there is.
void memprof_lists(M *mp, void (*f)(int i, void *first, void *arg), void *arg) {
  MemProf *mf = mp->memprof;
  if (!mf) return;
  for (int i = 0; i < LISTS; i++)
    if (mf->rest[i]) f(i, mf->rest[i], arg);
  if (mf->cut) f(-1, mf->cut, arg);
}

// The thread of mp ends. What is put aside goes with its free lists.
void memprof_end(M *mp) {
  free(mp->memprof);
  mp->memprof = NULL;
}

// ccall: runtime.MemProfile; see gl_profile.
intptr_t gl_memprofile(void *recs, intptr_t n, intptr_t zero) {
  __asm__ volatile("" : : "r"(mark));  // why there is a profile at all
  return gl_profile(PROF_MEM, recs, n, zero);
}
