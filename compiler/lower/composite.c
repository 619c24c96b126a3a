// SPDX-License-Identifier: MIT
//
// Composite literals. A literal is built in fresh memory (or as an SSA
// value), never in the variable it is assigned to, since its elements may
// read that variable. Elements that are constant come from a read-only
// template in one copy; code stores the others.
#include "lower.h"

// Fewer constant elements than this are stored one by one.
enum { MIN_TEMPLATE = 4, MIN_MAP_LOOP = 25 };

static Expr *elem_value(Expr *e) {
  return e->kind == E_KEY_VALUE ? e->kv.value : e;
}

static int struct_field(Type *u, Expr *e, int i) {
  if (e->kind != E_KEY_VALUE) return i;
  Name *name = e->kv.key->ident.name;
  for (int f = 0; f < u->struct_.fields.len; f++)
    if (u->struct_.fields.at[f]->name == name) return f;
  unreachable();
}

// A field named _ stays zero, whatever the literal gives for it.
static bool is_blank_field(Object *f) {
  return f->name && f->name->len == 1 && f->name->s[0] == '_';
}

// ---- structs and arrays in memory ------------------------------------------

static void struct_to(Expr *x, Type *t, Val dst) {
  Type *u = under(t);
  ExprVec *elems = &x->composite.elems;
  bool partial = elems->len < u->struct_.fields.len || elems->len == 0;
  for (int i = 0; i < u->struct_.fields.len; i++)
    partial |= is_blank_field(u->struct_.fields.at[i]);
  if (partial) zero_memory(dst, t);
  int passes = operand_passes(elems->at, elems->len);
  for (int pass = 0; pass < passes; pass++)
    for (int i = 0; i < elems->len; i++) {
      if (!in_pass(elems->at[i], pass, passes)) continue;
      int f = struct_field(u, elems->at[i], i);
      Object *field = u->struct_.fields.at[f];
      if (is_blank_field(field))
        lower_expr_as(elem_value(elems->at[i]), field->type);
      else
        lower_expr_as_to(elem_value(elems->at[i]), field->type,
                         gep_field(dst, u, f));
    }
}

// Writes len elements from dst on. The memory may hold anything before.
static void elements_to(Expr *x, Type *elem, int64_t len, Val dst,
                        bool zeroed) {
  ExprVec *given = &x->composite.elems;
  Type *array = type_array(elem, len);
  Val *vals = NEW_ARRAY(Val, given->len + 1);
  int known = 0;
  bool dense = len <= 4 * (int64_t)given->len + 64;
  for (int i = 0; dense && i < given->len; i++) {
    vals[i] = static_template(elem_value(given->at[i]), elem);
    if (vals[i] && LLVMTypeOf(vals[i]) != mem_type(elem)) vals[i] = NULL;
    known += vals[i] != NULL;
  }
  bool use_template = known >= MIN_TEMPLATE && 2 * known >= given->len;
  if (use_template) {
    Val *all = NEW_ARRAY(Val, len);
    for (int64_t i = 0; i < len; i++) all[i] = static_zero(elem);
    int64_t at = 0;
    for (int i = 0; i < given->len; i++, at++) {
      if (given->at[i]->kind == E_KEY_VALUE)
        at = literal_key(given->at[i]->kv.key);
      if (vals[i]) all[at] = vals[i];
    }
    Val init = LLVMConstArray2(mem_type(elem), all, (uint64_t)len);
    Val g = static_global(init, elem, true);
    unsigned align = (unsigned)type_align(elem);
    LLVMBuildMemCpy(F->b, dst, align, g, align, const_i64(type_size(array)));
  } else if (!zeroed && given->len < len) {
    zero_memory(dst, array);
  }
  int passes = operand_passes(given->at, given->len);
  for (int pass = 0; pass < passes; pass++) {
    int64_t at = 0;
    for (int i = 0; i < given->len; i++, at++) {
      Expr *e = given->at[i];
      if (e->kind == E_KEY_VALUE) at = literal_key(e->kv.key);
      if (!in_pass(e, pass, passes) || (use_template && vals[i])) continue;
      Val to = gep_index(dst, elem, const_i64(at));
      lower_expr_as_to(elem_value(e), elem, to);
    }
  }
}

// ---- slices and maps -------------------------------------------------------

static Val lower_slice_literal(Expr *x, Type *t) {
  Type *elem = under(t)->slice.elem;
  int64_t len = literal_len(x);
  Type *array = type_array(elem, len);
  bool heap = escapes_site(x);
  Val p = heap || type_size(array) == 0 ? new_object(array)
                                        : alloca_type(array, "slicelit");
  elements_to(x, elem, len, p, heap);
  return make_slice(p, const_i64(len), const_i64(len));
}

static void map_store(Type *mt, Val m, Val key, Val v) {
  Val slot = map_assign(mt, m, key);
  store_value(slot, v, mt->map.elem);
}

// Many constant entries: two tables and a loop.
static bool map_from_tables(Expr *x, Type *mt, Val m) {
  ExprVec *elems = &x->composite.elems;
  int n = elems->len;
  if (n < MIN_MAP_LOOP) return false;
  Type *kt = mt->map.key, *vt = mt->map.elem;
  Val *keys = NEW_ARRAY(Val, n), *vals = NEW_ARRAY(Val, n);
  for (int i = 0; i < n; i++) {
    keys[i] = static_template(elems->at[i]->kv.key, kt);
    vals[i] = static_template(elems->at[i]->kv.value, vt);
    if (!keys[i] || !vals[i] || LLVMTypeOf(keys[i]) != mem_type(kt) ||
        LLVMTypeOf(vals[i]) != mem_type(vt))
      return false;
  }
  Val kg = static_global(LLVMConstArray2(mem_type(kt), keys, (uint64_t)n), kt,
                         true);
  Val vg = static_global(LLVMConstArray2(mem_type(vt), vals, (uint64_t)n), vt,
                         true);
  LLVMBasicBlockRef before = cur_block(), body = new_block("maplit");
  LLVMBasicBlockRef done = new_block("maplit.done");
  br(body);
  set_block(body);
  Val i = LLVMBuildPhi(F->b, M->t_i64, "");
  map_store(mt, m, load_value(gep_index(kg, kt, i), kt),
            load_value(gep_index(vg, vt, i), vt));
  Val next = LLVMBuildAdd(F->b, i, const_i64(1), "");
  Val in[] = {const_i64(0), next};
  LLVMBasicBlockRef from[] = {before, cur_block()};
  LLVMAddIncoming(i, in, from, 2);
  cond_br(LLVMBuildICmp(F->b, LLVMIntSLT, next, const_i64(n), ""), body, done);
  set_block(done);
  return true;
}

static Val lower_map_literal(Expr *x, Type *t) {
  Type *mt = under(t);
  ExprVec *elems = &x->composite.elems;
  Val m = RT_CALL("makemap", type_descriptor(t), const_i64(elems->len));
  if (map_from_tables(x, mt, m)) return m;
  for (int i = 0; i < elems->len; i++) {
    Expr *e = elems->at[i];
    Val key = lower_stable(e->kv.key, mt->map.key);
    Val v = lower_expr_as(e->kv.value, mt->map.elem);
    map_store(mt, m, key, v);
  }
  return m;
}

// ---- entry -----------------------------------------------------------------

// A small struct or array as an SSA value.
static Val lower_scalar_composite(Expr *x, Type *t) {
  Type *u = under(t);
  ExprVec *elems = &x->composite.elems;
  bool simple = u->kind == TY_STRUCT;
  Val known = static_template(x, t);
  if (known && LLVMTypeOf(known) == llvm_type(t)) return known;
  if (simple)
    for (int i = 0; i < u->struct_.fields.len; i++)
      if (llvm_type(u->struct_.fields.at[i]->type) !=
          mem_type(u->struct_.fields.at[i]->type))
        simple = false;
  LLVMTypeRef lt = llvm_type(t);
  if (LLVMGetTypeKind(lt) != LLVMStructTypeKind) simple = false;
  if (simple && LLVMCountStructElementTypes(lt) !=
                    (unsigned)u->struct_.fields.len)
    simple = false;
  if (!simple) {
    Val tmp = alloca_type(t, "lit");
    lower_composite_to(x, tmp);
    return load_value(tmp, t);
  }
  Val v = LLVMConstNull(lt);
  int passes = operand_passes(elems->at, elems->len);
  for (int pass = 0; pass < passes; pass++)
    for (int i = 0; i < elems->len; i++) {
      if (!in_pass(elems->at[i], pass, passes)) continue;
      int f = struct_field(u, elems->at[i], i);
      Val e = lower_expr_as(elem_value(elems->at[i]),
                            u->struct_.fields.at[f]->type);
      if (!is_blank_field(u->struct_.fields.at[f]))
        v = LLVMBuildInsertValue(F->b, v, e, (unsigned)f, "");
    }
  return v;
}

Val lower_composite(Expr *x) {
  Type *t = type_of(x), *u = under(t);
  switch (u->kind) {
  case TY_SLICE:
    return lower_slice_literal(x, t);
  case TY_MAP:
    return lower_map_literal(x, t);
  case TY_POINTER: {  // elided &T in a list of pointers
    Type *elem = u->pointer.elem;
    Val p = escapes_site(x) ? new_object(elem) : alloca_type(elem, "lit");
    lower_composite_to(x, p);
    return p;
  }
  default:
    break;
  }
  if (!is_memory_class(t)) return lower_scalar_composite(x, t);
  Val tmp = alloca_type(t, "lit");
  lower_composite_to(x, tmp);
  return tmp;
}

void lower_composite_to(Expr *x, Val dst) {
  Type *t = type_of(x), *u = under(t);
  if (u->kind == TY_POINTER) {  // elided &T: dst is for the T
    t = u->pointer.elem;
    u = under(t);
  }
  switch (u->kind) {
  case TY_STRUCT:
    struct_to(x, t, dst);
    return;
  case TY_ARRAY:
    elements_to(x, u->array.elem, u->array.len, dst, false);
    return;
  case TY_SLICE:
    store_value(dst, lower_slice_literal(x, t), t);
    return;
  case TY_MAP:
    store_value(dst, lower_map_literal(x, t), t);
    return;
  default:
    store_value(dst, lower_composite(x), t);
  }
}
