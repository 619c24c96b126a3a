// SPDX-License-Identifier: MIT
//
// Equality and hashing: == on any comparable type in line, and the functions
// that descriptors refer to.
//
// What must hold: types for which is_memory_equal are equal exactly if their
// bytes are (no padding, floats, strings, interfaces or blank fields). Fields
// are compared in source order and comparison stops at the first difference,
// since comparing interfaces may panic; but between two interfaces what needs
// a call, and reads other memory, comes last, as with Go's compiler.

#include "lower.h"

// ---- classes ---------------------------------------------------------------

static bool struct_is_memory_equal(Type *t) {
  int64_t end = 0;
  for (int i = 0; i < t->struct_.fields.len; i++) {
    Object *f = t->struct_.fields.at[i];
    if (field_offset(t, i) != end || strcmp(f->name->s, "_") == 0 ||
        !is_memory_equal(f->type))
      return false;
    end += type_size(f->type);
  }
  return end == type_size(t);
}

bool is_memory_equal(Type *t) {
  t = under(t);
  switch (t->kind) {
  case TY_BASIC:
    return !(t->basic.info & (BI_FLOAT | BI_COMPLEX | BI_STRING));
  case TY_POINTER: case TY_CHAN:
    return true;
  case TY_ARRAY:
    return is_memory_equal(t->array.elem);
  case TY_STRUCT:
    return struct_is_memory_equal(t);
  default:
    return false;
  }
}

// ---- a chain of conditions that stops at the first false one ---------------

typedef struct Chain {
  LLVMBasicBlockRef done;
  VEC(LLVMBasicBlockRef) from;  // jumps to done with false
  Val so_far;                   // NULL: true
} Chain;

static void chain_add(Chain *c, Val ok) {
  c->so_far = c->so_far ? LLVMBuildAnd(F->b, c->so_far, ok, "") : ok;
}

// What follows runs only if everything so far is true.
static void chain_cut(Chain *c) {
  if (!c->so_far)
    return;
  if (!c->done)
    c->done = new_block("eqdone");
  LLVMBasicBlockRef more = new_block("eqmore");
  vec_push(&c->from, cur_block());
  cond_br(c->so_far, more, c->done);
  c->so_far = NULL;
  enter_block(more, F->known);
}

static Val chain_end(Chain *c) {
  Val last = c->so_far ? c->so_far : const_int(M->t_i1, 1);
  if (!c->done)
    return last;
  LLVMBasicBlockRef from = cur_block();
  br(c->done);
  enter_block(c->done, F->known);  // comparing changes nothing
  Val phi = LLVMBuildPhi(F->b, M->t_i1, "");
  Val no = const_int(M->t_i1, 0);
  vec_each(LLVMBasicBlockRef, b, &c->from)
    LLVMAddIncoming(phi, &no, b, 1);
  LLVMAddIncoming(phi, &last, &from, 1);
  return phi;
}

// ---- == --------------------------------------------------------------------

static Val string_equal(Val x, Val y) {
  Chain c = {0};
  Val n = extract(x, 1);
  chain_add(&c, LLVMBuildICmp(F->b, LLVMIntEQ, n, extract(y, 1), ""));
  chain_cut(&c);
  chain_add(&c, bytes_equal(extract(x, 0), extract(y, 0), n));
  return chain_end(&c);
}

static Val iface_equal(Val x, Val y, Type *t) {
  Val tx = iface_type(x, t), ty = iface_type(y, t);
  LLVMBasicBlockRef same = new_block("sametype");
  LLVMBasicBlockRef data = new_block("eqdata");
  LLVMBasicBlockRef done = new_block("eqdone");
  LLVMBasicBlockRef start = cur_block();
  Known known = F->known;
  cond_br(LLVMBuildICmp(F->b, LLVMIntEQ, tx, ty, ""), same, done);
  set_block(same);
  Val nil = LLVMBuildICmp(F->b, LLVMIntEQ, tx, LLVMConstNull(M->t_ptr), "");
  cond_br(nil, done, data);
  set_block(data);
  Val eq = RT_CALL("efaceeq", tx, extract(x, 1), extract(y, 1));
  LLVMBasicBlockRef end = cur_block();
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_i1, "");
  Val vals[3] = {const_int(M->t_i1, 0), const_int(M->t_i1, 1), eq};
  LLVMBasicBlockRef from[3] = {start, same, end};
  LLVMAddIncoming(phi, vals, from, 3);
  return phi;
}

static Val float_equal(Val x, Val y) {
  return LLVMBuildFCmp(F->b, LLVMRealOEQ, x, y, "");
}

static Val basic_equal(Val x, Val y, Type *t) {
  if (t->basic.info & BI_STRING)
    return string_equal(x, y);
  if (t->basic.info & BI_FLOAT)
    return float_equal(x, y);
  if (t->basic.info & BI_COMPLEX)
    return LLVMBuildAnd(F->b, float_equal(extract(x, 0), extract(y, 0)),
                        float_equal(extract(x, 1), extract(y, 1)), "");
  return LLVMBuildICmp(F->b, LLVMIntEQ, x, y, "");
}

// Part i of a struct or array: values of scalar class hold bools as bytes.
static Val part_value(Val v, Type *t, Type *part, int i) {
  if (is_memory_class(t)) {
    Val at = t->kind == TY_STRUCT ? gep_field(v, t, i)
                                  : gep_index(v, part, const_i64(i));
    return load_value(at, part);
  }
  Val e = extract(v, (unsigned)i);
  return is_boolean(part) ? LLVMBuildTrunc(F->b, e, M->t_i1, "") : e;
}

static bool is_cheap(Type *t) {
  return is_memory_equal(t) ? !is_memory_class(t)
                            : is_float(t) || is_complex(t);
}

static bool is_text(Type *t) {
  t = under(t);
  return t->kind == TY_BASIC && t->basic.info & BI_STRING;
}

// Comparing interfaces may panic.
static bool compares_interface(Type *t) {
  t = under(t);
  if (t->kind == TY_ARRAY)
    return compares_interface(t->array.elem);
  if (t->kind != TY_STRUCT)
    return t->kind == TY_INTERFACE;
  for (int i = 0; i < t->struct_.fields.len; i++)
    if (compares_interface(t->struct_.fields.at[i]->type))
      return true;
  return false;
}

// What field i of x and y adds in this pass: all that needs no call comes
// first, of a string its length.
static void field_equal(Chain *c, Val x, Val y, Type *t, int i, bool calls) {
  Type *f = t->struct_.fields.at[i]->type;
  if (calls ? is_cheap(f) : !is_cheap(f) && !is_text(f))
    return;
  Val a = part_value(x, t, f, i), b = part_value(y, t, f, i);
  if (calls)
    chain_cut(c);
  if (!is_text(f))
    chain_add(c, lower_equal(a, b, f));
  else if (!calls)
    chain_add(c, LLVMBuildICmp(F->b, LLVMIntEQ, extract(a, 1), extract(b, 1),
                               ""));
  else
    chain_add(c, bytes_equal(extract(a, 0), extract(b, 0), extract(a, 1)));
}

static Val struct_equal(Val x, Val y, Type *t) {
  Chain c = {0};
  int n = t->struct_.fields.len;
  for (int from = 0, to; from < n; from = to) {
    to = from;
    while (to < n && !compares_interface(t->struct_.fields.at[to]->type))
      to++;
    if (to == from)
      to++;  // an interface: by itself
    for (int k = 0; k < 2 * (to - from); k++) {
      int i = from + k % (to - from);
      if (strcmp(t->struct_.fields.at[i]->name->s, "_") != 0)
        field_equal(&c, x, y, t, i, k >= to - from);
    }
  }
  return chain_end(&c);
}

// Elements one after the other: for (i = 0; i < n; i++) if (x[i] != y[i]) ...
static Val array_loop(Val x, Val y, Type *t) {
  Type *elem = t->array.elem;
  LLVMBasicBlockRef start = cur_block();
  LLVMBasicBlockRef head = new_block("eqhead"), body = new_block("eqbody");
  LLVMBasicBlockRef next = new_block("eqnext"), done = new_block("eqdone");
  br(head);
  set_block(head);
  Val i = LLVMBuildPhi(F->b, M->t_i64, "i");
  Val more = LLVMBuildICmp(F->b, LLVMIntULT, i, const_i64(t->array.len), "");
  cond_br(more, body, done);
  set_block(body);
  Val a = load_value(gep_index(x, elem, i), elem);
  Val b = load_value(gep_index(y, elem, i), elem);
  Val eq = lower_equal(a, b, elem);
  LLVMBasicBlockRef end = cur_block();
  cond_br(eq, next, done);
  set_block(next);
  Val inc = LLVMBuildAdd(F->b, i, const_i64(1), "");
  br(head);
  Val starts[2] = {const_i64(0), inc};
  LLVMBasicBlockRef preds[2] = {start, next};
  LLVMAddIncoming(i, starts, preds, 2);
  set_block(done);
  Val phi = LLVMBuildPhi(F->b, M->t_i1, "");
  Val vals[2] = {const_int(M->t_i1, 1), const_int(M->t_i1, 0)};
  LLVMBasicBlockRef from[2] = {head, end};
  LLVMAddIncoming(phi, vals, from, 2);
  return phi;
}

static Val array_equal(Val x, Val y, Type *t) {
  if (t->array.len == 0)
    return const_int(M->t_i1, 1);
  if (is_memory_class(t) && t->array.len > 1)
    return array_loop(x, y, t);
  Type *elem = t->array.elem;
  return lower_equal(part_value(x, t, elem, 0), part_value(y, t, elem, 0),
                     elem);
}

Val lower_equal(Val x, Val y, Type *t) {
  Type *u = under(t);
  if (is_memory_class(t) && is_memory_equal(t))
    return bytes_equal(x, y, const_i64(type_size(t)));
  switch (u->kind) {
  case TY_BASIC: return basic_equal(x, y, u);
  case TY_INTERFACE: return iface_equal(x, y, t);
  case TY_STRUCT: return struct_equal(x, y, u);
  case TY_ARRAY: return array_equal(x, y, u);
  default: return LLVMBuildICmp(F->b, LLVMIntEQ, x, y, "");
  }
}

// ---- names of the runtime's functions --------------------------------------

// "mem32", "str", "inter" ...: NULL if the runtime has none for t.
static const char *runtime_suffix(Type *t) {
  t = under(t);
  if (is_memory_equal(t)) {
    switch (type_size(t)) {
    case 1: return "mem8";
    case 2: return "mem16";
    case 4: return "mem32";
    case 8: return "mem64";
    case 16: return "mem128";
    default: return NULL;
    }
  }
  if (t->kind == TY_INTERFACE)
    return is_empty_interface(t) ? "nilinter" : "inter";
  if (t->kind != TY_BASIC)
    return NULL;
  switch (t->basic.kind) {
  case B_STRING: return "str";
  case B_FLOAT32: return "f32";
  case B_FLOAT64: return "f64";
  case B_COMPLEX64: return "c64";
  case B_COMPLEX128: return "c128";
  default: return NULL;
  }
}

static Val runtime_closure(const char *name) {
  LLVMTypeRef type;
  return static_closure(rt_func(name, &type));
}

// "f32" is f32hash, but "mem8" memhash8.
static const char *hash_name(const char *suffix) {
  if (strncmp(suffix, "mem", 3) == 0)
    return arena_printf(perm, "memhash%s", suffix + 3);
  return arena_printf(perm, "%shash", suffix);
}

static const char *equal_name(const char *suffix) {
  if (strncmp(suffix, "mem", 3) == 0)
    return arena_printf(perm, "memequal%s", suffix + 3);
  return arena_printf(perm, "%sequal", suffix);
}

// ---- hashing ---------------------------------------------------------------

static Val hash_at(Val p, Val seed, Type *t);

static Val hash_struct(Val p, Val seed, Type *t) {
  for (int i = 0; i < t->struct_.fields.len; i++) {
    Object *f = t->struct_.fields.at[i];
    if (strcmp(f->name->s, "_") != 0)
      seed = hash_at(gep_field(p, t, i), seed, f->type);
  }
  return seed;
}

static Val hash_array(Val p, Val seed, Type *t) {
  if (t->array.len == 0)
    return seed;
  LLVMBasicBlockRef start = cur_block();
  LLVMBasicBlockRef head = new_block("hash"), done = new_block("hashed");
  br(head);
  set_block(head);
  Val i = LLVMBuildPhi(F->b, M->t_i64, "i");
  Val h = LLVMBuildPhi(F->b, M->t_i64, "h");
  Val h2 = hash_at(gep_index(p, t->array.elem, i), h, t->array.elem);
  Val inc = LLVMBuildAdd(F->b, i, const_i64(1), "");
  Val more = LLVMBuildICmp(F->b, LLVMIntULT, inc, const_i64(t->array.len), "");
  LLVMBasicBlockRef end = cur_block();
  cond_br(more, head, done);
  LLVMBasicBlockRef from[2] = {start, end};
  LLVMAddIncoming(i, (Val[]){const_i64(0), inc}, from, 2);
  LLVMAddIncoming(h, (Val[]){seed, h2}, from, 2);
  set_block(done);
  return h2;
}

static Val hash_at(Val p, Val seed, Type *t) {
  const char *suffix = runtime_suffix(t);
  if (suffix)
    return rt_call(hash_name(suffix), (Val[]){p, seed}, 2);
  Type *u = under(t);
  if (type_size(t) == 0)
    return seed;
  if (is_memory_equal(t))
    return RT_CALL("memhash", p, seed, const_i64(type_size(t)));
  if (u->kind == TY_STRUCT)
    return hash_struct(p, seed, u);
  if (u->kind == TY_ARRAY)
    return hash_array(p, seed, u);
  unreachable();
}

// ---- functions for descriptors ---------------------------------------------

static Val generated_name(const char *what, Type *t, char **name,
                          LLVMTypeRef type) {
  *name = arena_printf(perm, "%s:%s", what,
                       type_link_string(perm, under(t)));
  return function_declare(*name, type);
}

static Val equal_function(Type *t) {
  LLVMTypeRef ps[2] = {M->t_ptr, M->t_ptr};
  LLVMTypeRef type = LLVMFunctionType(M->t_i1, ps, 2, false);
  char *name;
  Val fn = generated_name("eq", t, &name, type);
  if (LLVMCountBasicBlocks(fn))
    return fn;
  func_begin(fn, type, name, 0);
  make_odr(fn);
  Val x = load_value(LLVMGetParam(fn, 0), t);
  Val y = load_value(LLVMGetParam(fn, 1), t);
  LLVMBuildRet(F->b, lower_equal(x, y, t));
  func_end();
  return fn;
}

static Val hash_function(Type *t) {
  LLVMTypeRef ps[2] = {M->t_ptr, M->t_i64};
  LLVMTypeRef type = LLVMFunctionType(M->t_i64, ps, 2, false);
  char *name;
  Val fn = generated_name("hash", t, &name, type);
  if (LLVMCountBasicBlocks(fn))
    return fn;
  func_begin(fn, type, name, 0);
  make_odr(fn);
  LLVMBuildRet(F->b, hash_at(LLVMGetParam(fn, 0), LLVMGetParam(fn, 1), t));
  func_end();
  return fn;
}

Val equal_func_value(Type *t) {
  if (!comparable_type(t, NULL))
    return LLVMConstNull(M->t_ptr);
  const char *suffix = runtime_suffix(t);
  if (!suffix)
    return static_closure(equal_function(t));
  return runtime_closure(equal_name(suffix));
}

Val hash_func_value(Type *t) {
  if (!comparable_type(t, NULL))
    return LLVMConstNull(M->t_ptr);
  const char *suffix = runtime_suffix(t);
  if (!suffix)
    return static_closure(hash_function(t));
  return runtime_closure(hash_name(suffix));
}
