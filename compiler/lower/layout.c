// SPDX-License-Identifier: MIT
//
// Where the pointers of a value are: the bitmaps in descriptors, and the
// layout word that every allocation passes to the runtime (abi.h), so that
// the collector takes no number for a pointer.

#include "lower.h"

enum { MAX_BITMAP_WORDS = 16384 };  // larger types are scanned conservatively

// ---- bitmaps of types ------------------------------------------------------

static void mark_pointers(Type *t, int64_t offset, uint8_t *bits);

static void mark_word(int64_t offset, uint8_t *bits) {
  int64_t word = offset / 8;
  bits[word / 8] |= (uint8_t)(1 << word % 8);
}

static void mark_aggregate(Type *t, int64_t offset, uint8_t *bits) {
  if (t->kind == TY_ARRAY) {
    int64_t size = type_size(t->array.elem);
    for (int64_t i = 0; i < t->array.len; i++)
      mark_pointers(t->array.elem, offset + i * size, bits);
    return;
  }
  for (int i = 0; i < t->struct_.fields.len; i++)
    mark_pointers(t->struct_.fields.at[i]->type, offset + field_offset(t, i),
                  bits);
}

static void mark_pointers(Type *t, int64_t offset, uint8_t *bits) {
  if (!type_has_pointers(t))
    return;
  t = under(t);
  switch (t->kind) {
  case TY_ARRAY: case TY_STRUCT:
    mark_aggregate(t, offset, bits);
    break;
  case TY_INTERFACE:
    mark_word(offset, bits);
    mark_word(offset + 8, bits);
    break;
  default:  // strings and slices begin with their pointer
    mark_word(offset, bits);
  }
}

int64_t pointer_prefix(Type *t) {
  if (!type_has_pointers(t))
    return 0;
  t = under(t);
  switch (t->kind) {
  case TY_INTERFACE:
    return 16;
  case TY_ARRAY:
    return (t->array.len - 1) * type_size(t->array.elem) +
           pointer_prefix(t->array.elem);
  case TY_STRUCT:
    for (int i = t->struct_.fields.len - 1; i >= 0; i--) {
      Type *ft = t->struct_.fields.at[i]->type;
      if (type_has_pointers(ft))
        return field_offset(t, i) + pointer_prefix(ft);
    }
    unreachable();
  default:
    return 8;
  }
}

uint8_t *pointer_bitmap(Type *t, int64_t prefix, size_t *len) {
  int64_t words = prefix / 8;
  if (words == 0 || words > MAX_BITMAP_WORDS)
    return NULL;
  *len = (size_t)(words + 7) / 8;
  uint8_t *bits = arena_alloc(perm, *len);
  mark_pointers(t, 0, bits);
  return bits;
}

// ---- layout words -----------------------------------------------------------

static Val layout_const(uint64_t word) {
  return LLVMConstIntToPtr(LLVMConstInt(M->t_i64, word, false), M->t_ptr);
}

// The layout of an object of size bytes with the pointers in bits; false when
// a bitmap of it does not fit in a word.
static bool small_layout(const uint8_t *bits, int64_t prefix, int64_t size,
                         Val *layout) {
  int64_t n = prefix / 8;
  if (n > GL_LAYOUT_BITS)
    return false;
  uint64_t low = 0, bitmap = 0, all = 0;
  for (int64_t i = 0; i < n; i++) {
    uint64_t set = bits[i / 8] >> i % 8 & 1;
    low |= set << i;
    bitmap |= set << (63 - i);
    all += set;
  }
  int few = gl_layout_few(low);
  if (all == (uint64_t)n && prefix == size)
    *layout = layout_const(GL_LAYOUT_ALL);
  else if (few)
    *layout = layout_const((uint64_t)few << 2 | GL_LAYOUT_TAG_FEW);
  else
    *layout = layout_const(bitmap | GL_LAYOUT_TAG_BITMAP);
  return true;
}

Val layout_of_type(Type *t) {
  int64_t prefix = pointer_prefix(t);
  Val layout;
  if (prefix / 8 <= GL_LAYOUT_BITS) {
    size_t len;
    uint8_t *bits = pointer_bitmap(t, prefix, &len);
    if (small_layout(bits, prefix, type_size(t), &layout))
      return layout;
  }
  while (under(t)->kind == TY_ARRAY)
    t = under(t)->array.elem;
  return gc_descriptor(t);
}

// Pointers of the LLVM type t at offset; only the first GL_LAYOUT_BITS words
// are noted. Returns the end of the last one.
static int64_t mark_llvm(LLVMTypeRef t, int64_t offset, uint8_t *bits) {
  int64_t end = 0, e;
  switch (LLVMGetTypeKind(t)) {
  case LLVMPointerTypeKind:
    if (offset / 8 < GL_LAYOUT_BITS)
      mark_word(offset, bits);
    return offset + 8;
  case LLVMStructTypeKind:
    for (unsigned i = 0; i < LLVMCountStructElementTypes(t); i++) {
      e = mark_llvm(LLVMStructGetTypeAtIndex(t, i),
                    offset + (int64_t)LLVMOffsetOfElement(M->layout, t, i),
                    bits);
      end = e > end ? e : end;
    }
    return end;
  case LLVMArrayTypeKind: {
    LLVMTypeRef elem = LLVMGetElementType(t);
    int64_t size = (int64_t)LLVMABISizeOfType(M->layout, elem);
    int64_t n = (int64_t)LLVMGetArrayLength2(t);
    for (int64_t i = 0; i < n; i++) {
      e = mark_llvm(elem, offset + i * size, bits);
      if (e == 0)
        break;
      end = e;
      if (e / 8 > GL_LAYOUT_BITS)
        break;  // too far already
    }
    return end;
  }
  default:
    return 0;
  }
}

Val layout_of_closure(LLVMTypeRef ct) {
  uint8_t bits[(GL_LAYOUT_BITS + 7) / 8] = {0};
  Val layout;
  if (small_layout(bits, mark_llvm(ct, 0, bits),
                   (int64_t)LLVMABISizeOfType(M->layout, ct), &layout))
    return layout;
  return layout_const(GL_LAYOUT_ALL);
}
