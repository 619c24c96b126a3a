// SPDX-License-Identifier: MIT
//
// Type descriptors: constants of the shapes in abi.h, named by link_name_type.
//
// What must hold: there is one descriptor per type in a program, since type
// identity is the address. A declared package-level type T and *T have theirs
// in T's package, which always emits both, and other packages refer to them;
// every other descriptor is linkonce_odr in each module that uses it. Sections
// of what nobody refers to are dropped at link time.

#include "lower.h"

typedef VEC(Val) ValVec;

static Val null_ptr(void) {
  return LLVMConstNull(M->t_ptr);
}

static Val cstring(const char *s) {
  return string_const(s, strlen(s));
}

static Val const_struct(Val *elems, unsigned n) {
  return LLVMConstStructInContext(M->ctx, elems, n, false);
}

// The descriptor being built: its tables go into its comdat, so that they are
// dropped with it.
static const char *owner;

// An array of constants of the owner's; NULL pointer if empty.
static Val const_table(const char *name, ValVec *elems) {
  if (elems->len == 0)
    return null_ptr();
  LLVMTypeRef t = LLVMTypeOf(elems->at[0]);
  Val array = LLVMConstArray2(t, elems->at, (uint64_t)elems->len);
  Val g = LLVMAddGlobal(M->mod, LLVMTypeOf(array), name);
  LLVMSetInitializer(g, array);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetComdat(g, LLVMGetOrInsertComdat(M->mod, owner));
  return g;
}

// ---- the common part -------------------------------------------------------

static uint32_t fnv1a(const char *s) {
  uint32_t h = 2166136261u;
  for (; *s; s++)
    h = (h ^ (uint8_t)*s) * 16777619u;
  return h;
}

static int kind_number(Type *t) {
  switch (t->kind) {
  case TY_BASIC:
    if (t->basic.kind == B_STRING) return GL_STRING;
    if (t->basic.kind == B_UNSAFE_POINTER) return GL_UNSAFE_POINTER;
    return (int)t->basic.kind;
  case TY_POINTER: return GL_POINTER;
  case TY_SLICE: return GL_SLICE;
  case TY_ARRAY: return GL_ARRAY;
  case TY_MAP: return GL_MAP;
  case TY_CHAN: return GL_CHAN;
  case TY_STRUCT: return GL_STRUCT;
  case TY_FUNC: return GL_FUNC;
  case TY_INTERFACE: return GL_INTERFACE;
  default: unreachable();
  }
}

static LLVMTypeRef base_type(void) {
  LLVMTypeRef p = M->t_ptr, i = M->t_i64, b = M->t_i8;
  LLVMTypeRef ts[] = {i, i, M->t_i32, b, b, b, b, p, p, p, M->t_string, p, p};
  return LLVMStructTypeInContext(M->ctx, ts, sizeof ts / sizeof *ts, false);
}

static Val byte_const(int v) {
  return const_int(M->t_i8, v);
}

typedef struct Common {
  int64_t size, ptrdata;
  uint32_t hash;
  int kind, align, flags;
  Val equal, hashfn, gcdata, str, ptr_to, uncommon;
} Common;

static Val common_const(const Common *c) {
  Val vs[] = {const_i64(c->size), const_i64(c->ptrdata),
              const_int(M->t_i32, c->hash), byte_const(c->kind),
              byte_const(c->align), byte_const(c->align),
              byte_const(c->flags), c->equal, c->hashfn, c->gcdata, c->str,
              c->ptr_to, c->uncommon};
  return const_struct(vs, sizeof vs / sizeof *vs);
}

static void set_pointer_data(Common *c, Type *t) {
  c->size = type_size(t);
  c->align = (int)type_align(t);
  c->ptrdata = pointer_prefix(t);
  c->gcdata = null_ptr();
  size_t len;
  uint8_t *bits = pointer_bitmap(t, c->ptrdata, &len);
  if (bits)
    c->gcdata = bytes_const((char *)bits, len);
}

// ---- a summary for the collector -------------------------------------------

// Equal shapes share one name; long bitmaps are named after their type.
static char *gc_name(Type *t, int64_t prefix) {
  size_t len = 0;
  uint8_t *bits = pointer_bitmap(t, prefix, &len);
  if (!bits || len > 16)
    return arena_printf(perm, "gc:%s", type_link_string(perm, t));
  Buf b = {0};
  buf_printf(&b, "gc:%lld:", (long long)type_size(t));
  for (size_t i = 0; i < len; i++)
    buf_printf(&b, "%02x", bits[i]);
  return b.at;
}

Val gc_descriptor(Type *t) {
  char *name = gc_name(t, pointer_prefix(t));
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g)
    return g;
  Common c = {0};
  set_pointer_data(&c, t);
  c.equal = c.hashfn = c.ptr_to = c.uncommon = null_ptr();
  c.str = cstring("");
  Val init = common_const(&c);
  g = LLVMAddGlobal(M->mod, LLVMTypeOf(init), name);
  LLVMSetInitializer(g, init);
  LLVMSetGlobalConstant(g, true);
  make_odr(g);
  return g;
}

// ---- names, methods --------------------------------------------------------

static const char *pkgpath_of(Object *o) {
  return o->pkg && !name_is_exported(o->name) ? o->pkg->path : "";
}

static Object *type_object(Type *t) {
  return t->kind == TY_NAMED ? t->named.obj : NULL;
}

// "T", "T[int]" or "int".
static const char *declared_name(Type *t) {
  if (t->kind == TY_BASIC)  // rune and byte are int32 and uint8
    return t->basic.kind == B_INT32 ? "int32"
           : t->basic.kind == B_UINT8 ? "uint8"
           : t->basic.kind == B_UNSAFE_POINTER ? "Pointer" : t->basic.name;
  Object *o = type_object(t);
  if (!o)
    return "";
  if (t->named.targs.len == 0 || !o->pkg)
    return o->name->s;
  return type_reflect_string(perm, t) + o->pkg->name->len + 1;
}

static Val method_const(Type *t, const MethodEntry *m) {
  Val vs[] = {string_const(m->obj->name->s, m->obj->name->len),
              cstring(pkgpath_of(m->obj)), type_descriptor(m->obj->type),
              itab_method_code(t, m), method_code(t, m)};
  return const_struct(vs, 5);
}

static Val uncommon_for(Type *t) {
  bool named = t->kind == TY_NAMED || t->kind == TY_BASIC;
  const MethodSet *ms = is_interface(t) ? NULL : method_set(t);
  if (!named && (!ms || ms->len == 0))
    return null_ptr();
  ValVec methods = {0};
  if (ms)
    vec_each(MethodEntry, m, ms) {
      if (!directive_of(m->obj)->nointerface)
        vec_push(&methods, method_const(t, m));
    }
  Object *o = type_object(t);
  const char *path = o && o->pkg ? o->pkg->path : "";
  if (t->kind == TY_BASIC && t->basic.kind == B_UNSAFE_POINTER)
    path = "unsafe";
  Val vs[] = {cstring(declared_name(t)), cstring(path),
              const_table(METHOD_TABLE, &methods), const_i64(methods.len)};
  ValVec one = {0};
  vec_push(&one, const_struct(vs, 4));
  return const_table("table", &one);
}

// ---- the part of each kind -------------------------------------------------

static Val descriptor_table(ObjectVec *vars) {
  ValVec v = {0};
  vec_each(Object *, o, vars)
    vec_push(&v, type_descriptor((*o)->type));
  return const_table("table", &v);
}

static void add_func(ValVec *v, Type *t) {
  vec_push(v, descriptor_table(&t->func.params));
  vec_push(v, const_i64(t->func.params.len));
  vec_push(v, descriptor_table(&t->func.results));
  vec_push(v, const_i64(t->func.results.len));
  vec_push(v, const_i64(t->func.variadic));
}

static void add_interface(ValVec *v, Type *t) {
  interface_complete(t);
  ValVec methods = {0};
  vec_each(Object *, m, &t->interface.all) {
    Val vs[] = {string_const((*m)->name->s, (*m)->name->len),
                cstring(pkgpath_of(*m)), type_descriptor((*m)->type)};
    vec_push(&methods, const_struct(vs, 3));
  }
  vec_push(v, const_table(IMETHOD_TABLE, &methods));
  vec_push(v, const_i64(methods.len));
}

static void add_struct(ValVec *v, Type *t) {
  ValVec fields = {0};
  for (int i = 0; i < t->struct_.fields.len; i++) {
    Object *f = t->struct_.fields.at[i];
    Name *tag = i < t->struct_.tags.len ? t->struct_.tags.at[i] : NULL;
    Val vs[] = {string_const(f->name->s, f->name->len), cstring(pkgpath_of(f)),
                type_descriptor(f->type),
                tag ? string_const(tag->s, tag->len) : cstring(""),
                const_i64(field_offset(t, i)), const_i64(f->var.embedded)};
    vec_push(&fields, const_struct(vs, 6));
  }
  vec_push(v, const_table("table", &fields));
  vec_push(v, const_i64(fields.len));
}

static void add_field(Type *s, const char *name, Type *t) {
  Object *f = object_new(OBJ_VAR, 0, NULL, name_cstr(name), t);
  f->var.is_field = true;
  vec_push(&s->struct_.fields, f);
  vec_push(&s->struct_.tags, NULL);
}

// struct{key; elem}; an elem without size shares the key's address, so that
// sets take no more than their keys.
static Type *map_slot(Type *t) {
  Type *slot = type_struct_new();
  add_field(slot, "key", t->map.key);
  if (type_size(t->map.elem) > 0)
    add_field(slot, "elem", t->map.elem);
  return slot;
}

static void add_map(ValVec *v, Type *t) {
  Type *slot = map_slot(t);
  bool has_elem = slot->struct_.fields.len > 1;
  int64_t size = type_size(slot);
  vec_push(v, type_descriptor(t->map.key));
  vec_push(v, type_descriptor(t->map.elem));
  vec_push(v, const_i64(has_elem ? field_offset(slot, 1) : 0));
  vec_push(v, const_i64(size ? size : 1));
  vec_push(v, gc_descriptor(slot));
}

static void add_kind_part(ValVec *v, Type *t) {
  switch (t->kind) {
  case TY_ARRAY:
    vec_push(v, type_descriptor(t->array.elem));
    vec_push(v, type_descriptor(type_slice(t->array.elem)));
    vec_push(v, const_i64(t->array.len));
    break;
  case TY_CHAN:
    vec_push(v, type_descriptor(t->chan.elem));
    vec_push(v, const_i64(t->chan.dir));
    break;
  case TY_FUNC: add_func(v, t); break;
  case TY_INTERFACE: add_interface(v, t); break;
  case TY_MAP: add_map(v, t); break;
  case TY_POINTER:
    vec_push(v, type_descriptor(t->pointer.elem));
    break;
  case TY_SLICE:
    vec_push(v, type_descriptor(t->slice.elem));
    break;
  case TY_STRUCT: add_struct(v, t); break;
  default: break;
  }
}

// Letters of the fields add_kind_part adds.
static const char *kind_letters(Type *t) {
  switch (t->kind) {
  case TY_ARRAY: return "ppi";
  case TY_CHAN: return "pi";
  case TY_FUNC: return "pipii";
  case TY_INTERFACE: case TY_STRUCT: return "pi";
  case TY_MAP: return "ppiip";
  case TY_POINTER: case TY_SLICE: return "p";
  default: return "";
  }
}

static LLVMTypeRef descriptor_type(Type *t) {
  LLVMTypeRef ts[8];
  unsigned n = 0;
  ts[n++] = base_type();
  for (const char *s = kind_letters(under(t)); *s; s++)
    ts[n++] = *s == 'p' ? M->t_ptr : M->t_i64;
  return LLVMStructTypeInContext(M->ctx, ts, n, false);
}

// ---- entry -----------------------------------------------------------------

// The package whose object holds t's descriptor; NULL if every user does.
static Package *home_of(Type *t) {
  if (t->kind == TY_POINTER)
    t = t->pointer.elem;
  Object *o = type_object(t);
  if (!o || t->named.local_id || t->named.targs.len)
    return NULL;
  return o->pkg;
}

// Reflection reaches the methods of *T from a T, so T keeps them.
static Val ptr_to_of(Type *t) {
  if (t->kind == TY_POINTER || is_interface(t))
    return null_ptr();
  Type *p = type_pointer(t);
  return method_set(p)->len ? type_descriptor(p) : null_ptr();
}

static int flags_of(Type *t, bool has_uncommon) {
  int flags = 0;
  if (is_pointer_shaped(t))
    flags |= GL_TF_DIRECT;
  if (t->kind == TY_NAMED || t->kind == TY_BASIC)
    flags |= GL_TF_NAMED;
  if (is_memory_equal(t))
    flags |= GL_TF_MEMEQ;
  if (has_uncommon)
    flags |= GL_TF_UNCOMMON;
  return flags;
}

static Val build_descriptor(Type *t, const char *name) {
  Common c = {0};
  set_pointer_data(&c, t);
  c.hash = fnv1a(name);
  c.kind = kind_number(under(t));
  c.equal = equal_func_value(t);
  c.hashfn = hash_func_value(t);
  c.str = cstring(type_reflect_string(perm, t));
  c.ptr_to = ptr_to_of(t);
  c.uncommon = uncommon_for(t);
  c.flags = flags_of(t, c.uncommon != null_ptr());
  ValVec parts = {0};
  vec_push(&parts, common_const(&c));
  add_kind_part(&parts, under(t));
  return const_struct(parts.at, (unsigned)parts.len);
}

// ---- references for reflection ----------------------------------------------

// An unnamed type may also be made at run time, and must be found then: its
// descriptor's comdat has a reference to it, the distance between the two, in
// section gltypes. The linker keeps or drops the members of a comdat together,
// so the section has what the program has, and keeps nothing itself.
static ValVec type_refs;

static void add_type_ref(Val descriptor, LLVMComdatRef comdat) {
  Val g = LLVMAddGlobal(M->mod, M->t_i32, "typeref");
  Val distance = LLVMConstSub(LLVMConstPtrToInt(descriptor, M->t_i64),
                              LLVMConstPtrToInt(g, M->t_i64));
  LLVMSetInitializer(g, LLVMConstTrunc(distance, M->t_i32));
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetSection(g, "gltypes");
  LLVMSetComdat(g, comdat);
  vec_push(&type_refs, g);
}

// Has the optimizer leave them alone.
void emit_type_refs(void) {
  if (type_refs.len) {
    Val array = LLVMConstArray2(M->t_ptr, type_refs.at,
                                (uint64_t)type_refs.len);
    Val g = LLVMAddGlobal(M->mod, LLVMTypeOf(array), "llvm.compiler.used");
    LLVMSetInitializer(g, array);
    LLVMSetLinkage(g, LLVMAppendingLinkage);
    LLVMSetSection(g, "llvm.metadata");
  }
  type_refs.len = 0;
}

Val type_descriptor(Type *t) {
  t = default_type(t);
  const char *name = link_name_type(t);
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g)
    return g;
  // Entered before it is built: types refer to themselves.
  g = LLVMAddGlobal(M->mod, descriptor_type(t), name);
  LLVMSetVisibility(g, LLVMHiddenVisibility);
  LLVMSetGlobalConstant(g, true);
  LLVMSetAlignment(g, 8);
  Package *home = home_of(t);
  if (home && (home != M->pkg || M->part > 0))
    return g;
  LLVMComdatRef comdat = LLVMGetOrInsertComdat(M->mod, name);
  LLVMSetComdat(g, comdat);
  if (home)
    LLVMSetComdatSelectionKind(comdat, LLVMNoDeduplicateComdatSelectionKind);
  else {
    LLVMSetGlobalConstant(g, true);
    make_odr(g);
  }
  const char *outer = owner;
  owner = name;
  LLVMSetInitializer(g, build_descriptor(t, name));
  owner = outer;
  if (t->kind != TY_NAMED && t->kind != TY_BASIC)
    add_type_ref(g, comdat);
  return g;
}

// The hash in t's descriptor.
uint32_t type_hash(Type *t) {
  return fnv1a(link_name_type(t));
}
