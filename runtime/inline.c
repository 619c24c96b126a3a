// SPDX-License-Identifier: MIT
//
// Calls that LLVM inlined, as runtime.Callers lists them. A pc in the program
// may lie in several functions at once, but callers want one program counter
// for each: the innermost function keeps the pc itself, the others get
// made-up ones from a range of addresses that is reserved and never mapped.
// So does an innermost function whose return address is another's code, since
// the call never returns: programs ask FuncForPC about return addresses.
// All functions that take a pc from a program know both kinds.
//
// What must hold: one function at one place always has the same made-up pc,
// so that programs may compare and collect them. Nothing is ever forgotten;
// there are no more entries than calls in the program. As with real return
// addresses, the address in the list is one past the place it stands for.
//
// Runs on g0. The lock is a leaf: symtab.c's own are taken before it.
#include "runtime.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  DEPTH_MAX = 64,       // functions at one pc
  SLOT = 2,             // addresses for each made-up pc
  MADE_MAX = 1 << 22
};

// What is known about one pc.
typedef struct Place {
  uintptr_t pc;
  int n;              // functions, innermost first; 0: no line known
  bool has_made;
  size_t made;        // index of the made-up pc of frames[0], if there are any
  SymFrame *frames;
} Place;

typedef struct Made {
  const Place *place;
  int depth;
} Made;

static Lock inline_lock;
static Place **places;  // open addressing by pc
static size_t nplaces, places_cap;
static Made *made;
static size_t nmade, made_cap;
static uintptr_t made_base;

static size_t slot_of(Place **table, size_t cap, uintptr_t pc) {
  size_t i = (pc * 0x9e3779b97f4a7c15u >> 20) & (cap - 1);
  while (table[i] && table[i]->pc != pc) i = (i + 1) & (cap - 1);
  return i;
}

static bool grow_places(void) {
  size_t cap = places_cap ? 2 * places_cap : 256;
  Place **table = calloc(cap, sizeof *table);
  if (!table) return false;
  for (size_t i = 0; i < places_cap; i++)
    if (places[i]) table[slot_of(table, cap, places[i]->pc)] = places[i];
  free(places);
  places = table;
  places_cap = cap;
  return true;
}

// Made-up pcs for all its functions.
static bool make_pcs(Place *p) {
  size_t n = (size_t)p->n;
  if (p->has_made) return true;
  if (nmade + n > MADE_MAX) return false;
  if (!made_base) {
    void *at = mmap(NULL, (size_t)MADE_MAX * SLOT, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return false;
    made_base = (uintptr_t)at;
  }
  if (nmade + n > made_cap) {
    size_t cap = 2 * made_cap + n + 64;
    Made *at = realloc(made, cap * sizeof *at);
    if (!at) return false;
    made = at;
    made_cap = cap;
  }
  p->made = nmade;
  p->has_made = true;
  for (int i = 0; i < p->n; i++) made[nmade++] = (Made){p, i};
  return true;
}

static Place *new_place(uintptr_t pc) {
  SymFrame f[DEPTH_MAX];
  Place *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->pc = pc;
  p->n = symtab_frames(pc, f, DEPTH_MAX);
  if (p->n > 0) {
    p->frames = malloc((size_t)p->n * sizeof *f);
    if (!p->frames) return free(p), NULL;
    memcpy(p->frames, f, (size_t)p->n * sizeof *f);
    GlString name;
    uintptr_t entry;
    if (symtab_func(pc, &name, &entry)) p->frames[p->n - 1].name = name;
    // Before the prologue only the function itself is there.
    if (entry == pc) {
      p->frames[0] = p->frames[p->n - 1];
      p->n = 1;
    }
  }
  return p;
}

static Place *place_of(uintptr_t pc) {
  if (2 * nplaces >= places_cap && !grow_places()) return NULL;
  size_t i = slot_of(places, places_cap, pc);
  if (!places[i]) {
    Place *p = new_place(pc);
    if (!p) return NULL;
    places[i] = p;
    nplaces++;
  }
  return places[i];
}

// The call before return address pc is in the function that pc is in.
static bool returns_home(const Place *call, uintptr_t pc) {
  const Place *back = place_of(pc);
  return back && back->n == call->n &&
         back->frames[0].name.ptr == call->frames[0].name.ptr;
}

// Appends to pcs the return addresses of all functions at return address pc,
// leaving *skip of them out. Returns their number, at most room.
intptr_t inline_callers(uintptr_t pc, intptr_t *skip, uintptr_t *pcs,
                        intptr_t room) {
  lock(&inline_lock);
  Place *p = place_of(pc - 1);
  bool home = !p || p->n == 0 || returns_home(p, pc);
  bool all = p && p->n > 0 && (p->n > 1 || !home) && make_pcs(p);
  intptr_t k = 0;
  for (int i = 0; i < (all ? p->n : 1) && k < room; i++) {
    if (*skip > 0) {
      --*skip;
      continue;
    }
    bool real = !all || (i == 0 && home);
    pcs[k++] = real ? pc : made_base + (p->made + (size_t)i) * SLOT + 1;
  }
  unlock(&inline_lock);
  return k;
}

// The function at a pc of either kind, and its line. *real is the pc in the
// program. False if nothing is known.
bool inline_frame(uintptr_t pc, SymFrame *out, uintptr_t *real) {
  bool found = false;
  lock(&inline_lock);
  uintptr_t off = pc - made_base;
  if (made_base && off < (uintptr_t)nmade * SLOT) {
    const Made *m = &made[off / SLOT];
    *out = m->place->frames[m->depth];
    *real = m->place->pc;
    found = true;
  } else {
    const Place *p = place_of(pc);
    *real = pc;
    if (p && p->n > 0) {
      *out = p->frames[0];
      found = true;
    }
  }
  unlock(&inline_lock);
  return found;
}
