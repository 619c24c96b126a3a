// SPDX-License-Identifier: MIT
//
// The caller of an interrupted instruction, from .debug_frame.
//
// Where a function calls another its frame is found by rbp (traceback.c). A
// signal may come anywhere: in a prologue, or in a leaf, which keeps no rbp.
// There the call frame information says where the frame ends (the CFA): the
// return address lies below it, and rbp was saved or is still the caller's.
//
// Only rows for rsp, rbp and the return address are kept, and only rules the
// compiler writes are known: any other makes the search fail, and the trace
// goes on by rbp as well as it can. Everything here is read from a mapped
// file: it may be damaged, so nothing is read beyond its end.
#include "runtime.h"

#include <stdlib.h>
#include <string.h>

enum { REG_BP = 6, REG_SP = 7, STACK_DEPTH = 8 };

typedef struct In {
  const uint8_t *p, *end;
  bool bad;
} In;

// What a row says.
typedef struct Row {
  uint64_t cfa_reg;
  int64_t cfa_off;
  bool bp_saved;
  int64_t bp_off;  // from the CFA
} Row;

typedef struct Cie {
  uint64_t code_align;
  int64_t data_align;
  const uint8_t *code, *end;
} Cie;

static uint64_t fixed(In *in, size_t n) {
  uint64_t v = 0;
  if ((size_t)(in->end - in->p) < n) {
    in->bad = true;
    in->p = in->end;
    return 0;
  }
  memcpy(&v, in->p, n);
  in->p += n;
  return v;
}

static uint64_t uleb(In *in) {
  uint64_t v = 0;
  for (unsigned shift = 0; !in->bad; shift += 7) {
    uint8_t b = (uint8_t)fixed(in, 1);
    if (shift < 64) v |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) break;
  }
  return v;
}

static int64_t sleb(In *in) {
  uint64_t v = 0;
  for (unsigned shift = 0; !in->bad;) {
    uint8_t b = (uint8_t)fixed(in, 1);
    if (shift < 64) v |= (uint64_t)(b & 0x7f) << shift;
    shift += 7;
    if (b & 0x80) continue;
    if (b & 0x40 && shift < 64) v |= ~UINT64_C(0) << shift;
    break;
  }
  return (int64_t)v;
}

// The CIE at p. Augmented ones are of .eh_frame: not ours.
static bool read_cie(In in, Cie *cie) {
  uint64_t size = fixed(&in, 4);
  if (in.bad || size > (uint64_t)(in.end - in.p)) return false;
  in.end = in.p + size;
  if (fixed(&in, 4) != 0xffffffff) return false;
  uint64_t version = fixed(&in, 1);
  if (fixed(&in, 1) != 0) return false;
  if (version >= 4) fixed(&in, 2);  // sizes of addresses and segments
  cie->code_align = uleb(&in);
  cie->data_align = sleb(&in);
  uleb(&in);  // the column of the return address
  cie->code = in.p;
  cie->end = in.end;
  return !in.bad;
}

static void note_saved(Row *row, const Cie *cie, uint64_t reg, uint64_t off) {
  if (reg != REG_BP) return;
  row->bp_saved = true;
  row->bp_off = (int64_t)off * cie->data_align;
}

// Instructions from in on, until the row for the code after `target` bytes.
// False: one is unknown.
static bool run(In in, const Cie *cie, uint64_t target, Row *row) {
  Row stack[STACK_DEPTH], first = *row;
  int depth = 0;
  uint64_t at = 0, n;
  while (in.p < in.end && !in.bad) {
    uint8_t op = (uint8_t)fixed(&in, 1), low = op & 0x3f;
    uint64_t forward = 0;
    switch (op & 0xc0) {
    case 0x40: forward = low; break;
    case 0x80: note_saved(row, cie, low, uleb(&in)); continue;
    case 0xc0:
      if (low == REG_BP) row->bp_saved = first.bp_saved;
      continue;
    default:
      switch (op) {
      case 0x00: continue;
      case 0x02: forward = fixed(&in, 1); break;
      case 0x03: forward = fixed(&in, 2); break;
      case 0x04: forward = fixed(&in, 4); break;
      case 0x05:
        n = uleb(&in);
        note_saved(row, cie, n, uleb(&in));
        continue;
      case 0x0a:
        if (depth == STACK_DEPTH) return false;
        stack[depth++] = *row;
        continue;
      case 0x0b:
        if (depth == 0) return false;
        *row = stack[--depth];
        continue;
      case 0x0c:
        row->cfa_reg = uleb(&in);
        row->cfa_off = (int64_t)uleb(&in);
        continue;
      case 0x0d: row->cfa_reg = uleb(&in); continue;
      case 0x0e: row->cfa_off = (int64_t)uleb(&in); continue;
      case 0x11:
        n = uleb(&in);
        note_saved(row, cie, n, (uint64_t)sleb(&in));
        continue;
      case 0x2e: uleb(&in); continue;  // size of the arguments
      default: return false;
      }
    }
    at += forward * cie->code_align;
    if (at > target) return true;
  }
  return !in.bad;
}

// What the entry with the CIE at id and the instructions e says `offset` bytes
// into its code.
static bool row_of(const uint8_t *sect, size_t size, uint64_t id, In e,
                   uint64_t offset, Row *row) {
  Cie cie;
  if (id >= size || !read_cie((In){sect + id, sect + size, false}, &cie))
    return false;
  *row = (Row){0};
  return run((In){cie.code, cie.end, false}, &cie, UINT64_MAX, row) &&
         run(e, &cie, offset, row);
}

// All entries, by address: for those who may not search (cpuprof.c).
typedef struct Entry {
  uint64_t lo, len, id;
  const uint8_t *p, *end;
} Entry;
static Entry *entries;
static size_t nentries;
static uintptr_t file_base;
static const uint8_t *file_sect;
static size_t file_size;
static _Atomic bool prepared;

// The next entry of the section: false at its end, or if it is damaged. One
// whose len is 0 is none.
static bool next_entry(In *in, Entry *e) {
  *e = (Entry){0};
  if (in->p >= in->end) return false;
  uint64_t n = fixed(in, 4);
  if (in->bad || n >= 0xfffffff0 || n > (uint64_t)(in->end - in->p))
    return false;
  In i = {in->p, in->p + n, false};
  in->p += n;
  e->id = fixed(&i, 4);
  if (e->id == 0xffffffff) return true;
  e->lo = fixed(&i, 8);
  e->len = fixed(&i, 8);
  if (i.bad) e->len = 0;
  e->p = i.p;
  e->end = i.end;
  return true;
}

static int by_lo(const void *a, const void *b) {
  uint64_t x = ((const Entry *)a)->lo, y = ((const Entry *)b)->lo;
  return x < y ? -1 : x > y;
}

// Before the first signal whose handler looks for callers. Not in a handler.
void cfi_prepare(void) {
  static Lock once;
  size_t size;
  uintptr_t bias;
  const uint8_t *sect = symtab_debug_frame(&size, &bias);
  lock(&once);
  if (sect && !prepared) {
    Entry e;
    size_t n = 0;
    for (In in = {sect, sect + size, false}; next_entry(&in, &e);) n++;
    entries = malloc((n + 1) * sizeof *entries);
    for (In in = {sect, sect + size, false}; entries && next_entry(&in, &e);)
      if (e.len != 0 && e.lo != 0) entries[nentries++] = e;
    if (entries) qsort(entries, nentries, sizeof *entries, by_lo);
    file_base = bias;
    file_sect = sect;
    file_size = size;
    atomic_store(&prepared, entries != NULL);
  }
  unlock(&once);
}

static bool find_prepared(uint64_t pc, Entry *e) {
  size_t lo = 0, hi = nentries;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (entries[mid].lo <= pc) lo = mid + 1;
    else hi = mid;
  }
  if (lo == 0 || pc - entries[lo - 1].lo >= entries[lo - 1].len) return false;
  *e = entries[lo - 1];
  return true;
}

// The row of pc, as the file counts: false if no entry has it.
static bool find_row(const uint8_t *sect, size_t size, uint64_t pc, Row *row) {
  In in = {sect, sect + size, false};
  Entry e;
  bool found = prepared && find_prepared(pc, &e);
  while (!prepared && !found && next_entry(&in, &e))
    found = e.len != 0 && pc >= e.lo && pc - e.lo < e.len;
  return found && row_of(sect, size, e.id, (In){e.p, e.end, false}, pc - e.lo,
                         row);
}

// The frame that is interrupted at pc with these sp and bp, on the stack of
// gp: where it returns to, and its caller's rbp. False if that is not known.
bool cfi_caller(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp,
                uintptr_t *ret, uintptr_t *callerbp) {
  size_t size;
  uintptr_t bias;
  const uint8_t *sect;
  Row row;
  if (prepared) {  // perhaps in a handler: no locks
    sect = file_sect;
    size = file_size;
    bias = file_base;
  } else {
    sect = symtab_debug_frame(&size, &bias);
  }
  if (!sect || !find_row(sect, size, pc - bias, &row)) return false;
  if (row.cfa_reg != REG_SP && row.cfa_reg != REG_BP) return false;
  uintptr_t cfa = (row.cfa_reg == REG_SP ? sp : bp) + (uintptr_t)row.cfa_off;
  uintptr_t lowest = row.bp_saved ? cfa + (uintptr_t)row.bp_off : cfa - 8;
  for (Seg *s = gp->first; s; s = s->next) {
    if (cfa & 7 || lowest < s->lo || cfa < s->lo + 8 || cfa > s->hi + 16)
      continue;
    *ret = *(uintptr_t *)(cfa - 8);
    *callerbp = row.bp_saved ? *(uintptr_t *)lowest : bp;
    return true;
  }
  return false;
}
