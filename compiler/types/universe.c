// SPDX-License-Identifier: MIT
//
// The predeclared identifiers and package unsafe.
#include "types.h"

Type *types_basic[B_COUNT];
Type *type_invalid, *type_byte, *type_rune;
Type *type_error, *type_any, *type_comparable;
Scope *universe;
Package *package_unsafe;
Object *universe_iota;

static const struct {
  BasicKind kind;
  int info;
  const char *name;
} basics[] = {
    {B_BOOL, BI_BOOLEAN, "bool"},
    {B_INT, BI_INTEGER, "int"},
    {B_INT8, BI_INTEGER, "int8"},
    {B_INT16, BI_INTEGER, "int16"},
    {B_INT32, BI_INTEGER, "int32"},
    {B_INT64, BI_INTEGER, "int64"},
    {B_UINT, BI_INTEGER | BI_UNSIGNED, "uint"},
    {B_UINT8, BI_INTEGER | BI_UNSIGNED, "uint8"},
    {B_UINT16, BI_INTEGER | BI_UNSIGNED, "uint16"},
    {B_UINT32, BI_INTEGER | BI_UNSIGNED, "uint32"},
    {B_UINT64, BI_INTEGER | BI_UNSIGNED, "uint64"},
    {B_UINTPTR, BI_INTEGER | BI_UNSIGNED, "uintptr"},
    {B_FLOAT32, BI_FLOAT, "float32"},
    {B_FLOAT64, BI_FLOAT, "float64"},
    {B_COMPLEX64, BI_COMPLEX, "complex64"},
    {B_COMPLEX128, BI_COMPLEX, "complex128"},
    {B_STRING, BI_STRING, "string"},
    {B_UNSAFE_POINTER, 0, "Pointer"},
    {B_UNTYPED_BOOL, BI_BOOLEAN | BI_UNTYPED, "untyped bool"},
    {B_UNTYPED_INT, BI_INTEGER | BI_UNTYPED, "untyped int"},
    {B_UNTYPED_RUNE, BI_INTEGER | BI_UNTYPED, "untyped rune"},
    {B_UNTYPED_FLOAT, BI_FLOAT | BI_UNTYPED, "untyped float"},
    {B_UNTYPED_COMPLEX, BI_COMPLEX | BI_UNTYPED, "untyped complex"},
    {B_UNTYPED_STRING, BI_STRING | BI_UNTYPED, "untyped string"},
    {B_UNTYPED_NIL, BI_UNTYPED, "untyped nil"},
};

static const char *const builtin_names[] = {
    [BUILTIN_APPEND] = "append",
    [BUILTIN_CAP] = "cap",
    [BUILTIN_CLEAR] = "clear",
    [BUILTIN_CLOSE] = "close",
    [BUILTIN_COMPLEX] = "complex",
    [BUILTIN_COPY] = "copy",
    [BUILTIN_DELETE] = "delete",
    [BUILTIN_IMAG] = "imag",
    [BUILTIN_LEN] = "len",
    [BUILTIN_MAKE] = "make",
    [BUILTIN_MAX] = "max",
    [BUILTIN_MIN] = "min",
    [BUILTIN_NEW] = "new",
    [BUILTIN_PANIC] = "panic",
    [BUILTIN_PRINT] = "print",
    [BUILTIN_PRINTLN] = "println",
    [BUILTIN_REAL] = "real",
    [BUILTIN_RECOVER] = "recover",
    [BUILTIN_UNSAFE_ADD] = "Add",
    [BUILTIN_UNSAFE_ALIGNOF] = "Alignof",
    [BUILTIN_UNSAFE_OFFSETOF] = "Offsetof",
    [BUILTIN_UNSAFE_SIZEOF] = "Sizeof",
    [BUILTIN_UNSAFE_SLICE] = "Slice",
    [BUILTIN_UNSAFE_SLICEDATA] = "SliceData",
    [BUILTIN_UNSAFE_STRING] = "String",
    [BUILTIN_UNSAFE_STRINGDATA] = "StringData",
};

const char *builtin_name(BuiltinId id) {
  const char *s = builtin_names[id];
  return s ? s : "?";
}

// ---- objects ---------------------------------------------------------------

static Object *define(Scope *s, ObjKind kind, const char *name, Type *t) {
  Object *obj = object_new(kind, 0, s == universe ? NULL : package_unsafe,
                           name_cstr(name), t);
  obj->used = true;
  scope_insert(s, obj);
  return obj;
}

static Type *new_basic(BasicKind kind, int info, const char *name) {
  Type *t = NEW(Type);
  t->kind = TY_BASIC;
  t->basic.kind = kind;
  t->basic.info = info;
  t->basic.name = name;
  return t;
}

static void define_basics(void) {
  type_invalid = NEW(Type);
  types_basic[B_INVALID] = type_invalid;
  for (size_t i = 0; i < sizeof basics / sizeof *basics; i++) {
    Type *t = new_basic(basics[i].kind, basics[i].info, basics[i].name);
    types_basic[basics[i].kind] = t;
    if (basics[i].kind < B_UNSAFE_POINTER)
      define(universe, OBJ_TYPE, basics[i].name, t);
  }
  // Of their own, so that messages say what was written.
  type_byte = new_basic(B_UINT8, BI_INTEGER | BI_UNSIGNED, "byte");
  type_rune = new_basic(B_INT32, BI_INTEGER, "rune");
  define(universe, OBJ_TYPE, "byte", type_byte)->type_.alias = true;
  define(universe, OBJ_TYPE, "rune", type_rune)->type_.alias = true;
}

static Type *named_interface(const char *name) {
  Object *obj = define(universe, OBJ_TYPE, name, NULL);
  Type *t = type_named_new(obj);
  obj->type = t;
  t->named.rhs = t->named.underlying = type_interface_new();
  return t;
}

// type error interface { Error() string }
static void define_error(void) {
  type_error = named_interface("error");
  Type *i = type_error->named.underlying, *sig = type_func_new();
  Object *result =
      object_new(OBJ_VAR, 0, NULL, name_cstr(""), types_basic[B_STRING]);
  result->var.is_result = true;
  vec_push(&sig->func.results, result);
  sig->func.recv = object_new(OBJ_VAR, 0, NULL, name_cstr(""), type_error);
  Object *m = object_new(OBJ_FUNC, 0, NULL, name_cstr("Error"), sig);
  m->func.iface = i;
  vec_push(&i->interface.methods, m);
  interface_complete(i);
}

static void define_types(void) {
  type_any = type_interface_new();
  interface_complete(type_any);
  define(universe, OBJ_TYPE, "any", type_any)->type_.alias = true;
  define_error();
  type_comparable = named_interface("comparable");
  type_comparable->named.underlying->interface.is_comparable = true;
  interface_complete(type_comparable->named.underlying);
}

static void define_values(void) {
  define(universe, OBJ_CONST, "true", types_basic[B_UNTYPED_BOOL])
      ->const_.cv = const_from_bool(true);
  define(universe, OBJ_CONST, "false", types_basic[B_UNTYPED_BOOL])
      ->const_.cv = const_from_bool(false);
  universe_iota = define(universe, OBJ_CONST, "iota",
                         types_basic[B_UNTYPED_INT]);
  universe_iota->const_.cv = const_from_int64(0);
  define(universe, OBJ_NIL, "nil", types_basic[B_UNTYPED_NIL]);
  for (BuiltinId id = BUILTIN_APPEND; id <= BUILTIN_RECOVER; id++)
    define(universe, OBJ_BUILTIN, builtin_names[id], type_invalid)
        ->builtin = id;
}

static void define_unsafe(void) {
  package_unsafe = NEW(Package);
  package_unsafe->path = "unsafe";
  package_unsafe->name = name_cstr("unsafe");
  package_unsafe->is_std = true;
  package_unsafe->scope = scope_new(universe, NULL);
  define(package_unsafe->scope, OBJ_TYPE, "Pointer",
         types_basic[B_UNSAFE_POINTER]);
  for (BuiltinId id = BUILTIN_UNSAFE_ADD; id <= BUILTIN_UNSAFE_STRINGDATA;
       id++)
    define(package_unsafe->scope, OBJ_BUILTIN, builtin_names[id],
           type_invalid)->builtin = id;
}

void universe_init(void) {
  if (universe) return;
  universe = scope_new(NULL, NULL);
  define_basics();
  define_types();
  define_values();
  define_unsafe();
}
