// SPDX-License-Identifier: MIT
//
// A reader of .debug_line, versions 2 to 4, for traces where libdw is
// missing: a program's report names files and lines on any machine. It knows
// nothing of inlined functions. The section is interpreted anew for each
// look-up; traces are short.
//
// A unit is a header (tables of directories and files) and a program for a
// small machine whose registers are address, file and line; each row it
// emits holds from its address to that of the next row.
#include "runtime.h"

#include <string.h>

typedef struct Reader {
  const uint8_t *p, *end;
} Reader;

static uint64_t fixed(Reader *r, size_t n) {
  uint64_t v = 0;
  if ((size_t)(r->end - r->p) < n) {
    r->p = r->end;
    return 0;
  }
  memcpy(&v, r->p, n);
  r->p += n;
  return v;
}

static uint64_t uleb(Reader *r) {
  uint64_t v = 0;
  for (unsigned shift = 0; r->p < r->end && shift < 64; shift += 7) {
    uint8_t b = *r->p++;
    v |= (uint64_t)(b & 127) << shift;
    if (b < 128) break;
  }
  return v;
}

static int64_t sleb(Reader *r) {
  uint64_t v = 0;
  unsigned shift = 0;
  while (r->p < r->end && shift < 64) {
    uint8_t b = *r->p++;
    v |= (uint64_t)(b & 127) << shift;
    shift += 7;
    if (b >= 128) continue;
    if ((b & 64) && shift < 64) v |= ~UINT64_C(0) << shift;
    break;
  }
  return (int64_t)v;
}

static const char *string(Reader *r) {
  const char *s = (const char *)r->p;
  size_t n = strnlen(s, (size_t)(r->end - r->p));
  r->p += n;
  if (r->p == r->end) return "";
  r->p++;
  return s;
}

typedef struct Unit {
  uint8_t min_inst, line_range, opcode_base;
  int8_t line_base;
  const uint8_t *lengths;  // operands of standard opcodes, from 1
  Reader dirs, files, program;
} Unit;

// Reads a unit's header and moves r past the unit; false if we cannot read it.
static bool unit_header(Reader *r, Unit *u) {
  uint64_t size = fixed(r, 4);
  if (size >= 0xfffffff0 || size > (uint64_t)(r->end - r->p)) {
    r->p = r->end;
    return false;
  }
  Reader h = {r->p, r->p + size};
  r->p = h.end;
  uint64_t version = fixed(&h, 2);
  if (version < 2 || version > 4) return false;
  uint64_t header = fixed(&h, 4);
  if (header > (uint64_t)(h.end - h.p)) return false;
  u->program = (Reader){h.p + header, h.end};
  u->min_inst = (uint8_t)fixed(&h, 1);
  if (version == 4) fixed(&h, 1);  // operations per instruction: VLIW only
  fixed(&h, 1);                    // default of is_stmt
  u->line_base = (int8_t)fixed(&h, 1);
  u->line_range = (uint8_t)fixed(&h, 1);
  u->opcode_base = (uint8_t)fixed(&h, 1);
  u->lengths = h.p - 1;
  if (u->line_range == 0 || u->opcode_base == 0) return false;
  h.p += u->opcode_base - 1;
  if (h.p > h.end) return false;
  u->dirs = h;
  while (h.p < h.end && *h.p) string(&h);
  h.p++;
  u->files = h;
  return h.p <= h.end;
}

// dir/name of file number i (from 1) into buf.
static void file_path(const Unit *u, uint64_t i, char *buf, size_t size) {
  Reader f = u->files, d = u->dirs;
  const char *name = "?", *dir = "";
  uint64_t dirno = 0;
  while (i-- > 0 && f.p < f.end && *f.p) {
    name = string(&f);
    dirno = uleb(&f);
    uleb(&f);
    uleb(&f);
  }
  while (dirno-- > 0 && d.p < d.end && *d.p) dir = string(&d);
  size_t n = 0;
  if (*dir && *name != '/') {
    n = strnlen(dir, size - 2);
    memcpy(buf, dir, n);
    buf[n++] = '/';
  }
  size_t m = strnlen(name, size - 1 - n);
  memcpy(buf + n, name, m);
  buf[n + m] = 0;
}

typedef struct Row {
  uint64_t addr, file, line;
} Row;

enum {
  LNS_COPY = 1, LNS_ADVANCE_PC, LNS_ADVANCE_LINE, LNS_SET_FILE,
  LNS_CONST_ADD_PC = 8, LNS_FIXED_ADVANCE_PC,
  LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS
};

// Run u's program until the row that covers pc. Sequences of functions the
// linker dropped start at address 0.
static bool find_row(Unit *u, uint64_t pc, Row *found) {
  Reader *r = &u->program;
  Row now = {0, 1, 1}, last = {0, 0, 0};
  bool have = false;
  while (r->p < r->end) {
    uint8_t op = *r->p++;
    bool emit = false, end = false;
    if (op >= u->opcode_base) {
      unsigned k = op - u->opcode_base;
      now.addr += (uint64_t)u->min_inst * (k / u->line_range);
      now.line += (uint64_t)(int64_t)(u->line_base + (int)(k % u->line_range));
      emit = true;
    } else if (op == 0) {
      uint64_t n = uleb(r);
      const uint8_t *next = r->p + n;
      if (n == 0 || n > (uint64_t)(r->end - r->p)) return false;
      uint8_t ext = *r->p++;
      if (ext == LNE_END_SEQUENCE) emit = end = true;
      else if (ext == LNE_SET_ADDRESS) now.addr = fixed(r, 8);
      r->p = next;
    } else {
      switch (op) {
      case LNS_COPY: emit = true; break;
      case LNS_ADVANCE_PC: now.addr += uleb(r) * u->min_inst; break;
      case LNS_ADVANCE_LINE: now.line += (uint64_t)sleb(r); break;
      case LNS_SET_FILE: now.file = uleb(r); break;
      case LNS_CONST_ADD_PC:
        now.addr += (uint64_t)u->min_inst *
                    ((255u - u->opcode_base) / u->line_range);
        break;
      case LNS_FIXED_ADVANCE_PC: now.addr += fixed(r, 2); break;
      default:
        for (int i = 0; i < u->lengths[op]; i++) uleb(r);
      }
    }
    if (!emit) continue;
    if (have && last.addr != 0 && last.addr <= pc && pc < now.addr) {
      *found = last;
      return true;
    }
    last = now;
    have = !end;
    if (end) now = (Row){0, 1, 1};
  }
  return false;
}

// The source position of pc (link-time address) in a .debug_line section.
bool dwarf_line(const uint8_t *sect, size_t size, uint64_t pc, char *file,
                size_t filesize, int *line) {
  Reader r = {sect, sect + size};
  while (r.p < r.end) {
    Unit u;
    Row row;
    if (!unit_header(&r, &u) || !find_row(&u, pc, &row)) continue;
    file_path(&u, row.file, file, filesize);
    *line = (int)row.line;
    return true;
  }
  return false;
}
