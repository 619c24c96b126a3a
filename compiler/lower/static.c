// SPDX-License-Identifier: MIT
//
// Constant data: values that the linker can lay out, so that no code has to
// run. static_value serves initialisers of package variables, which are
// evaluated once: &T{...} and slice literals become globals of their own.
// static_template serves literals inside functions, evaluated many times:
// only plain values. Both give NULL for what is not constant.
#include "lower.h"

// Larger arrays with few elements given are filled in by code.
enum { MAX_SPARSE = 4096 };

Val static_zero(Type *t) {
  return LLVMConstNull(mem_type(t));
}

Val static_global(Val init, Type *t, bool constant) {
  Val g = LLVMAddGlobal(M->mod, LLVMTypeOf(init), constant ? "const" : "stat");
  LLVMSetInitializer(g, init);
  LLVMSetGlobalConstant(g, constant);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  if (constant) LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
  LLVMSetAlignment(g, (unsigned)type_align(t));
  return g;
}

static Val static_expr(Expr *x, Type *t, bool once);

// A scalar-class constant as it lies in memory.
static Val in_memory(Val v, Type *t) {
  LLVMTypeRef mt = mem_type(t);
  if (LLVMTypeOf(v) == mt) return v;
  if (LLVMIsAConstantInt(v) && LLVMGetTypeKind(mt) == LLVMIntegerTypeKind)
    return LLVMConstInt(mt, LLVMConstIntGetZExtValue(v), false);
  return NULL;
}

static Val const_aggregate(LLVMTypeRef t, Val *elems, unsigned n) {
  if (LLVMGetStructName(t)) return LLVMConstNamedStruct(t, elems, n);
  return LLVMConstStructInContext(M->ctx, elems, n, LLVMIsPackedStruct(t));
}

// ---- composites ------------------------------------------------------------

// The LLVM element that holds field i: the one at its offset, of its type.
static int element_of_field(LLVMTypeRef mt, Type *strukt, int i, int start) {
  uint64_t off = (uint64_t)field_offset(strukt, i);
  LLVMTypeRef want = mem_type(strukt->struct_.fields.at[i]->type);
  int n = (int)LLVMCountStructElementTypes(mt);
  for (int e = start; e < n; e++)
    if (LLVMOffsetOfElement(M->layout, mt, (unsigned)e) == off &&
        LLVMStructGetTypeAtIndex(mt, (unsigned)e) == want)
      return e;
  return -1;
}

static int field_index(Type *strukt, Name *name) {
  for (int i = 0; i < strukt->struct_.fields.len; i++)
    if (strukt->struct_.fields.at[i]->name == name) return i;
  return -1;
}

static Val static_struct(Expr *x, Type *t, bool once) {
  Type *u = under(t);
  LLVMTypeRef mt = mem_type(t);
  if (LLVMGetTypeKind(mt) != LLVMStructTypeKind) return NULL;
  int n = (int)LLVMCountStructElementTypes(mt);
  Val *elems = NEW_ARRAY(Val, n + 1);
  for (int i = 0; i < n; i++)
    elems[i] = LLVMConstNull(LLVMStructGetTypeAtIndex(mt, (unsigned)i));
  ExprVec *given = &x->composite.elems;
  for (int i = 0; i < given->len; i++) {
    Expr *e = given->at[i];
    int field = i;
    if (e->kind == E_KEY_VALUE) {
      field = field_index(u, e->kv.key->ident.name);
      e = e->kv.value;
    }
    if (field < 0) return NULL;
    Object *f = u->struct_.fields.at[field];
    Val v = static_expr(e, f->type, once);
    if (!v) return NULL;
    if (f->name && f->name->len == 1 && f->name->s[0] == '_') continue;
    int at = element_of_field(mt, u, field, 0);
    if (at < 0 || LLVMTypeOf(v) != LLVMTypeOf(elems[at])) return NULL;
    elems[at] = v;
  }
  return const_aggregate(mt, elems, (unsigned)n);
}

int64_t literal_key(Expr *key) {
  int64_t n = 0;
  if (!const_int64(const_to_int(key->cv), &n)) unreachable();
  return n;
}

// len elements of type elem from a list with optional keys.
static Val static_elements(Expr *x, Type *elem, int64_t len, bool once) {
  ExprVec *given = &x->composite.elems;
  if (len > MAX_SPARSE && len > 4 * (int64_t)given->len) return NULL;
  LLVMTypeRef mt = mem_type(elem);
  Val *vals = NEW_ARRAY(Val, len + 1);
  for (int64_t i = 0; i < len; i++) vals[i] = LLVMConstNull(mt);
  int64_t at = 0;
  for (int i = 0; i < given->len; i++, at++) {
    Expr *e = given->at[i];
    if (e->kind == E_KEY_VALUE) {
      at = literal_key(e->kv.key);
      e = e->kv.value;
    }
    Val v = static_expr(e, elem, once);
    if (!v || LLVMTypeOf(v) != mt) return NULL;
    vals[at] = v;
  }
  return LLVMConstArray2(mt, vals, (uint64_t)len);
}

int64_t literal_len(Expr *x) {
  int64_t at = 0, len = 0;
  for (int i = 0; i < x->composite.elems.len; i++, at++) {
    Expr *e = x->composite.elems.at[i];
    if (e->kind == E_KEY_VALUE) at = literal_key(e->kv.key);
    if (at + 1 > len) len = at + 1;
  }
  return len;
}

static Val static_slice(Expr *x, Type *t) {
  Type *elem = under(t)->slice.elem;
  int64_t len = literal_len(x);
  if (len == 0) return NULL;  // not nil: needs an address
  Val array = static_elements(x, elem, len, true);
  if (!array) return NULL;
  Val parts[] = {static_global(array, elem, false), const_i64(len),
                 const_i64(len)};
  return const_aggregate(mem_type(t), parts, 3);
}

static Val static_composite(Expr *x, Type *t, bool once) {
  Type *u = under(t);
  switch (u->kind) {
  case TY_STRUCT:
    return static_struct(x, t, once);
  case TY_ARRAY: {
    Val v = static_elements(x, u->array.elem, u->array.len, once);
    return v && LLVMTypeOf(v) == mem_type(t) ? v : NULL;
  }
  case TY_SLICE:
    return once ? static_slice(x, t) : NULL;
  case TY_POINTER: {  // elided &T
    if (!once || type_size(u->pointer.elem) == 0) return NULL;
    Val v = static_composite(x, u->pointer.elem, true);
    return v ? static_global(v, u->pointer.elem, false) : NULL;
  }
  default:
    return NULL;
  }
}

// ---- addresses -------------------------------------------------------------

static Val static_address(Expr *x, bool once) {
  x = unparen(x);
  if (x->kind == E_COMPOSITE_LIT) {
    Type *t = type_of(x);
    if (!once || type_size(t) == 0) return NULL;
    Val v = static_composite(x, t, true);
    return v ? static_global(v, t, false) : NULL;
  }
  Object *obj = NULL;
  if (x->kind == E_IDENT) obj = x->ident.obj;
  if (x->kind == E_SELECTOR && !x->selector.selection)
    obj = x->selector.sel->ident.obj;
  if (!obj || obj->kind != OBJ_VAR || !obj->var.is_global) return NULL;
  return var_address(obj);
}

static Val static_function(Expr *x) {
  Object *obj = func_object(x);
  return obj ? func_value_of(obj) : NULL;
}

// ---- interfaces ------------------------------------------------------------

static Val static_interface(Expr *x, Type *from, Type *to, bool once) {
  if (is_interface(from)) return NULL;
  Val v = static_expr(x, from, once);
  if (!v) return NULL;
  Val data = v;
  if (!is_pointer_shaped(from)) {
    if (type_size(from) == 0) return NULL;
    data = static_global(v, from, true);
  }
  Val parts[] = {is_empty_interface(to) ? type_descriptor(from)
                                        : itab_for(from, to),
                 data};
  return const_aggregate(mem_type(to), parts, 2);
}

// ---- entry -----------------------------------------------------------------

static Val static_expr(Expr *x, Type *t, bool once) {
  if (x->mode == MODE_NIL) return static_zero(t);
  if (x->mode == MODE_CONST) {
    Type *own = default_type(type_of(x));
    if (under(t)->kind == TY_INTERFACE)
      return static_interface(x, own, t, once);
    if (under(t)->kind != TY_BASIC) return NULL;
    return in_memory(lower_const(x->cv, t), t);
  }
  x = unparen(x);
  if (x->mode == MODE_CONST || x->mode == MODE_NIL)
    return static_expr(x, t, once);
  Type *xt = type_of(x);
  if (!xt) return NULL;
  if (is_interface(t) && !is_interface(xt))
    return static_interface(x, xt, t, once);
  switch (x->kind) {
  case E_COMPOSITE_LIT:
    if (under(xt)->kind != under(t)->kind) return NULL;
    return static_composite(x, xt, once);
  case E_UNARY:
    return x->op == T_AND ? static_address(x->unary.x, once) : NULL;
  case E_IDENT:
  case E_SELECTOR:
    return static_function(x);
  case E_CALL:
    // T(x) of the same layout.
    if (is_conversion(x) && x->call.args.len == 1 &&
        !is_interface(xt) && !is_interface(t) &&
        type_of(x->call.args.at[0]) &&
        identical(under(type_of(x->call.args.at[0])), under(xt)))
      return static_expr(x->call.args.at[0], xt, once);
    return NULL;
  default:
    return NULL;
  }
}

Val static_value(Expr *x, Type *t) {
  return static_expr(x, t, true);
}

Val static_template(Expr *x, Type *t) {
  return static_expr(x, t, false);
}
