// SPDX-License-Identifier: MIT
//
// Sizes, alignments and field offsets: those of Go's gc compiler on amd64,
// which unsafe.Sizeof makes part of the language. Struct layouts are kept
// with the struct: offsets[i] of field i, then the size and the alignment.
//
// A type that is still being declared has no size yet; it counts as empty
// and nothing that depends on it is kept.
#include "types.h"

static const int64_t LARGEST = (int64_t)1 << 50;  // of a value, as in gc

enum { WORD = 8 };

static bool incomplete;  // met a type without a size since it was cleared
static int depth;

enum { DEEPEST = 20000 };

static int64_t align_up(int64_t n, int64_t align) {
  return (n + align - 1) / align * align;
}

static int64_t basic_size(BasicKind k) {
  switch (k) {
    case B_BOOL: case B_INT8: case B_UINT8: case B_UNTYPED_BOOL: return 1;
    case B_INT16: case B_UINT16: return 2;
    case B_INT32: case B_UINT32: case B_FLOAT32: case B_UNTYPED_RUNE: return 4;
    case B_COMPLEX128: case B_STRING: case B_UNTYPED_STRING:
    case B_UNTYPED_COMPLEX: return 16;
    case B_INVALID: return 0;
    default: return WORD;
  }
}

static int64_t basic_align(BasicKind k) {
  if (k == B_COMPLEX64) return 4;
  int64_t size = basic_size(k);
  return size > WORD ? WORD : size;
}

// Fills in offsets. A pointer to a trailing field without size must not
// point behind the struct, into the next object: such structs get a byte.
static int64_t *layout(Type *t) {
  static int64_t cyclic;  // marks a struct whose layout is being computed
  if (t->struct_.offsets == &cyclic) {
    incomplete = true;
    return NULL;
  }
  if (t->struct_.offsets) return t->struct_.offsets;
  bool outer_incomplete = incomplete;
  incomplete = false;
  t->struct_.offsets = &cyclic;
  int n = t->struct_.fields.len;
  int64_t *offsets = NEW_ARRAY(int64_t, n + 2), at = 0, most = 1;
  for (int i = 0; i < n; i++) {
    Type *f = t->struct_.fields.at[i]->type;
    int64_t align = type_align(f), size = type_size(f);
    if (align > most) most = align;
    at = align_up(at, align);
    offsets[i] = at;
    if (size < 0 || at + size >= LARGEST) {
      for (at = -1; i < n - 1;) offsets[++i] = -1;
      break;
    }
    at += size;
    if (i == n - 1 && size == 0 && at > 0) at++;
  }
  offsets[n] = at < 0 ? -1 : align_up(at, most);
  offsets[n + 1] = most;
  t->struct_.offsets = incomplete ? NULL : offsets;
  incomplete |= outer_incomplete;
  return offsets;
}

void type_too_large(Checker *c, Pos pos, const char *name) {
  struct TooLarge t = {
      pos, arena_printf(perm, "type %s larger than address space", name)};
  vec_push(&c->too_large, t);
}

void report_too_large(Checker *c) {
  if (c->asked_too_large) return;
  vec_each(struct TooLarge, t, &c->too_large) error_at(t->pos, "%s", t->text);
}

static int64_t array_size(Type *t) {
  int64_t n = t->array.len, size = type_size(t->array.elem);
  if (n <= 0 || size == 0) return 0;
  int64_t total;
  if (size < 0 || __builtin_mul_overflow(n, size, &total) || total >= LARGEST)
    return -1;
  return total;
}

static int64_t size_of(Type *t) {
  switch (t->kind) {
    case TY_BASIC: return basic_size(t->basic.kind);
    case TY_POINTER: case TY_MAP: case TY_CHAN: case TY_FUNC: return WORD;
    case TY_SLICE: return 3 * WORD;
    case TY_INTERFACE: return 2 * WORD;
    case TY_ARRAY: return array_size(t);
    case TY_STRUCT: {
      int64_t *offsets = layout(t);
      return offsets ? offsets[t->struct_.fields.len] : 0;
    }
    default:
      incomplete = true;
      return 0;
  }
}

int64_t type_size(Type *t) {
  if (depth >= DEEPEST) return -1;
  depth++;
  int64_t size = size_of(under(t));
  depth--;
  return size;
}

int64_t type_align(Type *t) {
  Type *u = under(t);
  switch (u->kind) {
    case TY_BASIC: {
      int64_t align = basic_align(u->basic.kind);
      return align ? align : 1;
    }
    case TY_ARRAY: return type_align(u->array.elem);
    case TY_STRUCT: {
      int64_t *offsets = layout(u);
      return offsets ? offsets[u->struct_.fields.len + 1] : 1;
    }
    case TY_INVALID: case TY_TUPLE: case TY_UNION: case TY_TYPEPARAM:
    case TY_NAMED: return 1;
    default: return WORD;
  }
}

int64_t field_offset(Type *strukt, int index) {
  int64_t *offsets = layout(under(strukt));
  return offsets ? offsets[index] : 0;
}

bool type_has_pointers(Type *t) {
  Type *u = under(t);
  switch (u->kind) {
    case TY_BASIC:
      return u->basic.kind == B_STRING || u->basic.kind == B_UNSAFE_POINTER ||
             u->basic.kind == B_UNTYPED_STRING ||
             u->basic.kind == B_UNTYPED_NIL;
    case TY_ARRAY:
      return u->array.len != 0 && type_has_pointers(u->array.elem);
    case TY_STRUCT:
      vec_each(Object *, f, &u->struct_.fields)
        if (type_has_pointers((*f)->type)) return true;
      return false;
    case TY_INVALID:
      return false;
    default:
      return true;
  }
}
