// SPDX-License-Identifier: MIT
//
// What //go:embed puts into variables, as data. A string's bytes are constant,
// a slice's may be changed. An embed.FS points to a constant slice of package
// embed's structs of name and contents, with one for each folder, too; the
// fields that may follow these two are zero.
#include "lower.h"

static Val bytes_constant(const EmbedFile *f) {
  return LLVMConstStringInContext2(M->ctx, f->data, f->len, true);
}

static Val struct_constant(LLVMTypeRef t, Val *given, unsigned ngiven) {
  unsigned n = LLVMCountStructElementTypes(t);
  Val *elems = NEW_ARRAY(Val, n + 1);
  for (unsigned i = 0; i < n; i++)
    elems[i] = i < ngiven ? given[i]
                          : LLVMConstNull(LLVMStructGetTypeAtIndex(t, i));
  if (LLVMGetStructName(t)) return LLVMConstNamedStruct(t, elems, n);
  return LLVMConstStructInContext(M->ctx, elems, n, LLVMIsPackedStruct(t));
}

static Val slice_constant(Val array, Type *elem, int64_t len, Type *slice,
                          bool constant) {
  Val parts[] = {static_global(array, elem, constant), const_i64(len),
                 const_i64(len)};
  return struct_constant(mem_type(slice), parts, 3);
}

static Val byte_slice(const EmbedFile *f, Type *t) {
  return slice_constant(bytes_constant(f), under(t)->slice.elem,
                        (int64_t)f->len, t, false);
}

// struct{ files *[]file }
static Val file_system(Embed *e, Type *t) {
  if (!e->files.len) return LLVMConstNull(mem_type(t));
  Object *files = under(t)->struct_.fields.at[0];
  Type *slice = under(files->type)->pointer.elem;
  Type *file = under(slice)->slice.elem;
  Val *elems = NEW_ARRAY(Val, e->files.len);
  for (int i = 0; i < e->files.len; i++) {
    EmbedFile *f = &e->files.at[i];
    Val parts[] = {string_const(f->name, strlen(f->name)),
                   string_const(f->data, f->len)};
    elems[i] = struct_constant(mem_type(file), parts, 2);
  }
  Val array = LLVMConstArray2(mem_type(file), elems, (uint64_t)e->files.len);
  Val list = slice_constant(array, file, e->files.len, slice, true);
  Val pointer = static_global(list, slice, true);
  return struct_constant(mem_type(t), &pointer, 1);
}

Val embedded_value(Object *var) {
  Embed *e = var->var.embed;
  Type *t = var->type;
  if (is_embed_fs(t)) return file_system(e, t);
  if (!e->files.len) return LLVMConstNull(mem_type(t));
  if (under(t)->kind == TY_SLICE) return byte_slice(&e->files.at[0], t);
  return string_const(e->files.at[0].data, e->files.at[0].len);
}
