// SPDX-License-Identifier: MIT
//
// DWARF through LLVM's DIBuilder. Line tables always (traces need them);
// variables and types with -g.
//
// What must hold: every instruction of a function that has a DISubprogram has
// a location, or LLVM's verifier rejects calls that could be inlined. So
// set_pos ignores positions it does not know, and a function starts with the
// position of its declaration.
//
// Strings are structs {str, len}, slices {array, len, cap}, interfaces {tab,
// data}: gdb's support for Go prints strings by these field names.

#include <limits.h>
#include <unistd.h>

#include "lower.h"

enum { DW_ATE_boolean = 2, DW_ATE_complex = 3, DW_ATE_float = 4,
       DW_ATE_signed = 5, DW_ATE_unsigned = 7, DW_OP_deref = 6 };

static Map di_types;      // Type -> metadata, of this module
static StrMap di_paths;   // path -> DIFile
static StrMap di_named;   // link string -> metadata of declared types

// ---- files -----------------------------------------------------------------

static LLVMMetadataRef file_of(const char *path) {
  LLVMMetadataRef f = strmap_get(&di_paths, path, strlen(path));
  if (f)
    return f;
  static char cwd[PATH_MAX];
  if (!cwd[0] && !getcwd(cwd, sizeof cwd))
    cwd[0] = 0;
  const char *dir = path[0] == '/' ? "" : cwd;
  f = LLVMDIBuilderCreateFile(M->di, path, strlen(path), dir, strlen(dir));
  strmap_put(&di_paths, path, strlen(path), f);
  return f;
}

// A path of a //line directive stays as it was written. To mark one that is
// not absolute it is put into folder "/.", which symtab.c takes off again.
static LLVMMetadataRef file_at(const Loc *l) {
  const char *path = l->path;
  if (path == l->source->path || path[0] == '/')
    return file_of(path);
  return file_of(arena_printf(perm, "/./%s", *path ? path : "??"));
}

void debug_begin(void) {
  di_types = (Map){0};
  di_paths = (StrMap){0};
  di_named = (StrMap){0};
  M->di = LLVMCreateDIBuilder(M->mod);
  const char *path = M->pkg->path;
  if (M->pkg->files.len)
    path = M->pkg->files.at[0]->source->path;
  M->di_unit = LLVMDIBuilderCreateCompileUnit(
      M->di, LLVMDWARFSourceLanguageGo, file_of(path), "gl", 2,
      lower_options.opt_level > 0, "", 0, 0, "", 0,
      lower_options.debug_full ? LLVMDWARFEmissionFull
                               : LLVMDWARFEmissionLineTablesOnly,
      0, false, false, "", 0, "", 0);
  LLVMAddModuleFlag(M->mod, LLVMModuleFlagBehaviorWarning,
                    "Debug Info Version", 18,
                    LLVMValueAsMetadata(const_int(M->t_i32, 3)));
  LLVMAddModuleFlag(M->mod, LLVMModuleFlagBehaviorWarning, "Dwarf Version", 13,
                    LLVMValueAsMetadata(const_int(M->t_i32, 4)));
}

void debug_end(void) {
  LLVMDIBuilderFinalize(M->di);
  LLVMDisposeDIBuilder(M->di);
}

// ---- types -----------------------------------------------------------------

static LLVMMetadataRef di_type(Type *t);

static LLVMMetadataRef basic(const char *name, int bits, unsigned encoding) {
  return LLVMDIBuilderCreateBasicType(M->di, name, strlen(name),
                                      (uint64_t)bits, encoding,
                                      LLVMDIFlagZero);
}

static LLVMMetadataRef pointer_to(LLVMMetadataRef elem) {
  return LLVMDIBuilderCreatePointerType(M->di, elem, 64, 64, 0, "", 0);
}

static LLVMMetadataRef member(const char *name, LLVMMetadataRef t,
                              int64_t size, int64_t align, int64_t offset) {
  return LLVMDIBuilderCreateMemberType(
      M->di, M->di_unit, name, strlen(name), NULL, 0, (uint64_t)size * 8,
      (uint32_t)align * 8, (uint64_t)offset * 8, LLVMDIFlagZero, t);
}

static LLVMMetadataRef struct_of(const char *name, int64_t size, int64_t align,
                                 LLVMMetadataRef *members, int n) {
  return LLVMDIBuilderCreateStructType(
      M->di, M->di_unit, name, strlen(name), NULL, 0, (uint64_t)size * 8,
      (uint32_t)align * 8, LLVMDIFlagZero, NULL, members, (unsigned)n, 0, NULL,
      "", 0);
}

static LLVMMetadataRef word(void) {
  return basic("int", 64, DW_ATE_signed);
}

static LLVMMetadataRef words_struct(const char *name, LLVMMetadataRef first,
                                    const char *const *fields, int n) {
  LLVMMetadataRef ms[3];
  for (int i = 0; i < n; i++)
    ms[i] = member(fields[i], i == 0 ? first : word(), 8, 8, 8 * i);
  return struct_of(name, 8 * n, 8, ms, n);
}

static LLVMMetadataRef di_basic(Type *t) {
  const char *name = t->basic.name;
  int bits = (int)type_size(t) * 8;
  if (t->basic.info & BI_STRING) {
    LLVMMetadataRef byte = basic("uint8", 8, DW_ATE_unsigned);
    return words_struct("string", pointer_to(byte),
                        (const char *[]){"str", "len"}, 2);
  }
  if (t->basic.info & BI_BOOLEAN)
    return basic(name, 8, DW_ATE_boolean);
  if (t->basic.info & BI_FLOAT)
    return basic(name, bits, DW_ATE_float);
  if (t->basic.info & BI_COMPLEX)
    return basic(name, bits, DW_ATE_complex);
  if (t->basic.kind == B_UNSAFE_POINTER || !(t->basic.info & BI_INTEGER))
    return pointer_to(NULL);
  return basic(name, bits,
               t->basic.info & BI_UNSIGNED ? DW_ATE_unsigned : DW_ATE_signed);
}

static LLVMMetadataRef di_struct(Type *t, const char *name) {
  int n = t->struct_.fields.len;
  LLVMMetadataRef *ms = NEW_ARRAY(LLVMMetadataRef, n + 1);
  for (int i = 0; i < n; i++) {
    Object *f = t->struct_.fields.at[i];
    ms[i] = member(f->name->s, di_type(f->type), type_size(f->type),
                   type_align(f->type), field_offset(t, i));
  }
  return struct_of(name, type_size(t), type_align(t), ms, n);
}

static LLVMMetadataRef di_array(Type *t) {
  LLVMMetadataRef range =
      LLVMDIBuilderGetOrCreateSubrange(M->di, 0, t->array.len);
  return LLVMDIBuilderCreateArrayType(
      M->di, (uint64_t)type_size(t) * 8, (uint32_t)type_align(t) * 8,
      di_type(t->array.elem), &range, 1);
}

static LLVMMetadataRef di_literal(Type *t, const char *name) {
  switch (t->kind) {
  case TY_BASIC:
    return di_basic(t);
  case TY_POINTER:
    return pointer_to(di_type(t->pointer.elem));
  case TY_SLICE:
    return words_struct(name, pointer_to(di_type(t->slice.elem)),
                        (const char *[]){"array", "len", "cap"}, 3);
  case TY_INTERFACE:
    return words_struct(name, pointer_to(NULL),
                        (const char *[]){"tab", "data"}, 2);
  case TY_ARRAY:
    return di_array(t);
  case TY_STRUCT:
    return di_struct(t, name);
  default:
    return pointer_to(NULL);
  }
}

// A declared type may contain itself: inside of it stands a forward
// declaration, which the debugger looks up by name. (Temporaries that are
// replaced later leave dangling references in di_types.)
static LLVMMetadataRef di_named_type(Type *t) {
  const char *link = type_link_string(perm, t);
  LLVMMetadataRef md = strmap_get(&di_named, link, strlen(link));
  if (md)
    return md;
  const char *name = type_reflect_string(perm, t);
  LLVMMetadataRef forward = LLVMDIBuilderCreateForwardDecl(
      M->di, 0x13 /* DW_TAG_structure_type */, name, strlen(name), M->di_unit,
      NULL, 0, 0, 0, 0, "", 0);
  strmap_put(&di_named, link, strlen(link), forward);
  Type *u = under(t);
  md = di_literal(u, name);
  if (u->kind != TY_STRUCT)
    md = LLVMDIBuilderCreateTypedef(M->di, md, name, strlen(name), NULL, 0,
                                    M->di_unit, 0);
  strmap_put(&di_named, link, strlen(link), md);
  return md;
}

static LLVMMetadataRef di_type(Type *t) {
  if (t->kind == TY_NAMED)
    return di_named_type(t);
  LLVMMetadataRef md = map_get(&di_types, t);
  if (!md) {
    md = di_literal(t, type_reflect_string(perm, t));
    map_put(&di_types, t, md);
  }
  return md;
}

// ---- functions and variables -----------------------------------------------

static LLVMMetadataRef subroutine(Func *f, LLVMMetadataRef file) {
  if (!lower_options.debug_full || !f->sig)
    return LLVMDIBuilderCreateSubroutineType(M->di, file, NULL, 0,
                                             LLVMDIFlagZero);
  ObjectVec *ps = &f->sig->func.params;
  LLVMMetadataRef *ts = NEW_ARRAY(LLVMMetadataRef, ps->len + 1);
  ObjectVec *rs = &f->sig->func.results;
  ts[0] = rs->len == 1 ? di_type(rs->at[0]->type) : NULL;
  for (int i = 0; i < ps->len; i++)
    ts[i + 1] = di_type(ps->at[i]->type);
  return LLVMDIBuilderCreateSubroutineType(M->di, file, ts,
                                           (unsigned)ps->len + 1,
                                           LLVMDIFlagZero);
}

void debug_function(Func *f, Pos pos) {
  Loc loc = source_loc(pos);
  LLVMMetadataRef file = file_at(&loc);
  f->scope = LLVMDIBuilderCreateFunction(
      M->di, file, f->name, strlen(f->name), "", 0, file, (unsigned)loc.line,
      subroutine(f, file), false, true, (unsigned)loc.line, LLVMDIFlagZero,
      lower_options.opt_level > 0);
  f->scope_path = loc.path;
  LLVMSetSubprogram(f->fn, f->scope);
}

static LLVMMetadataRef scope_for(const Loc *l) {
  if (strcmp(l->path, F->scope_path) == 0)
    return F->scope;
  return LLVMDIBuilderCreateLexicalBlockFile(M->di, F->scope, file_at(l), 0);
}

void set_pos(Pos pos) {
  if (!F || !F->scope || !pos)
    return;
  Loc loc = source_loc(pos);
  if (!loc.source)
    return;
  LLVMSetCurrentDebugLocation2(
      F->b, LLVMDIBuilderCreateDebugLocation(
                M->ctx, (unsigned)loc.line, (unsigned)loc.col,
                scope_for(&loc), NULL));
}

// A lexical block inside F->scope becomes F->scope.
void debug_scope(Pos pos) {
  Loc loc = source_loc(pos);
  if (!lower_options.debug_full || !F->scope || !loc.source)
    return;
  F->scope = LLVMDIBuilderCreateLexicalBlock(M->di, F->scope,
                                             file_at(&loc),
                                             (unsigned)loc.line,
                                             (unsigned)loc.col);
}

void debug_var_at(Object *var, Val addr, int argno, bool is_pointer) {
  if (!lower_options.debug_full || !F->scope || !var->pos || !var->name ||
      strcmp(var->name->s, "_") == 0)
    return;
  Loc loc = source_loc(var->pos);
  if (!loc.source)
    return;
  LLVMMetadataRef file = file_at(&loc);
  LLVMMetadataRef type = di_type(var->type);
  LLVMMetadataRef v =
      argno ? LLVMDIBuilderCreateParameterVariable(
                  M->di, F->scope, var->name->s, var->name->len,
                  (unsigned)argno, file, (unsigned)loc.line, type, true,
                  LLVMDIFlagZero)
            : LLVMDIBuilderCreateAutoVariable(
                  M->di, F->scope, var->name->s, var->name->len, file,
                  (unsigned)loc.line, type, true, LLVMDIFlagZero, 0);
  uint64_t ops[1] = {DW_OP_deref};
  LLVMMetadataRef e =
      LLVMDIBuilderCreateExpression(M->di, ops, is_pointer ? 1 : 0);
  LLVMMetadataRef at = LLVMDIBuilderCreateDebugLocation(
      M->ctx, (unsigned)loc.line, (unsigned)loc.col, F->scope, NULL);
  LLVMDIBuilderInsertDeclareRecordAtEnd(M->di, addr, v, e, at, cur_block());
}

void debug_var(Object *var, Val addr, int argno) {
  debug_var_at(var, addr, argno, false);
}

void debug_global(Object *var, Val g) {
  Loc loc = source_loc(var->pos);
  if (!lower_options.debug_full || !loc.source)
    return;
  const char *name = link_name_global(var);
  LLVMMetadataRef none = LLVMDIBuilderCreateExpression(M->di, NULL, 0);
  LLVMMetadataRef md = LLVMDIBuilderCreateGlobalVariableExpression(
      M->di, M->di_unit, name, strlen(name), "", 0, file_at(&loc),
      (unsigned)loc.line, di_type(var->type), false, none, NULL, 0);
  LLVMGlobalSetMetadata(g, LLVMGetMDKindIDInContext(M->ctx, "dbg", 3), md);
}
