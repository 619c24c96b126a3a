// SPDX-License-Identifier: MIT
//
// Generated code around methods: for interface tables (data word to
// receiver), promoted methods, method values and method expressions.
//
// Most wrappers end in a tail call, so that they cost a load and a jump and
// leave no frame. What must hold for the others: wrappers lie in section
// glwrap and do not inline what they call, because runtime.gorecover looks
// through return addresses in that section: a method called by a wrapper
// counts as called by the wrapper's caller.

#include "lower.h"

// What a wrapper calls in the end.
typedef struct Final {
  Val code;
  Type *recv_type;
  Val recv;
  Object *found;  // the method, if at run time, or NULL
} Final;

// ---- receivers -------------------------------------------------------------

static Val pointer_receiver(Val v, Type *t, bool is_addr, Object *m,
                            Type **recv_type) {
  if (is_addr)
    v = load_value(v, t);
  *recv_type = t;
  if (m->func.ptr_recv)
    return v;
  nil_check(v);
  *recv_type = under(t)->pointer.elem;
  return load_value(v, *recv_type);
}

// From a value or address of type t along the path to m's receiver.
static Val find_receiver(Val v, Type *t, bool is_addr, Selection *sel,
                         Type **recv_type) {
  Object *m = sel->obj;
  if (sel->path.len) {
    v = lower_field_path(v, t, is_addr, sel, sel->path.len, &t);
    is_addr = true;
  }
  if (!m->func.iface && under(t)->kind == TY_POINTER)
    return pointer_receiver(v, t, is_addr, m, recv_type);
  if (!m->func.iface && m->func.ptr_recv) {
    *recv_type = type_pointer(t);
    return v;  // a method set holds such a method only if this is an address
  }
  *recv_type = t;
  return is_addr ? load_value(v, t) : v;
}

static void finish(Final *f, Val recv, Type *recv_type, Object *m) {
  if (!m->func.iface) {
    f->code = function_for(m);
    f->recv_type = recv_type;
    f->recv = snapshot(recv, recv_type);
    return;
  }
  Val itab = extract(recv, 0);
  nil_check(itab);
  f->code = load_iface_method(itab, recv_type, m);
  f->found = m;
  f->recv_type = types_basic[B_UNSAFE_POINTER];
  f->recv = extract(recv, 1);
}

// The frame is at most a few words, so the stack check is left to the callee.
static void make_tail_call(Val call) {
  LLVMSetTailCall(call, true);
  if (lower_options.opt_level == 0)
    return;
  const char *split = "split-stack", *nosplit = "gl-nosplit";
  LLVMRemoveStringAttributeAtIndex(F->fn, LLVMAttributeFunctionIndex, split,
                                   (unsigned)strlen(split));
  LLVMAddAttributeAtIndex(
      F->fn, LLVMAttributeFunctionIndex,
      LLVMCreateStringAttribute(M->ctx, nosplit, (unsigned)strlen(nosplit),
                                "", 0));
}

// Calls f with the wrapper's own parameters from `first` on, and returns what
// it returns; memory for results is passed on.
static void forward(Final *f, Type *sig, unsigned first) {
  Val *args = NEW_ARRAY(Val, sig->func.params.len + 3);
  unsigned n = 0;
  if (results_in_memory(sig))
    args[n++] = LLVMGetParam(F->fn, 0);
  args[n++] = f->recv;
  for (int i = 0; i < sig->func.params.len; i++)
    args[n++] = LLVMGetParam(F->fn, first + (unsigned)i);
  LLVMTypeRef type = func_llvm_type(sig, f->recv_type, false);
  Val call = LLVMBuildCall2(F->b, type, f->code, args, n, "");
  add_call_attr(call, "noinline");
  if (f->found)
    mark_method_call(call, f->found);
  // A copy of the receiver in this frame must outlive the call.
  if (!is_memory_class(f->recv_type))
    make_tail_call(call);
  if (LLVMGetReturnType(type) == M->t_void)
    LLVMBuildRetVoid(F->b);
  else
    LLVMBuildRet(F->b, call);
}

static bool begin_wrapper(const char *name, LLVMTypeRef type) {
  Val fn = function_declare(name, type);
  if (LLVMCountBasicBlocks(fn))
    return false;
  func_begin(fn, type, name, 0);
  mark_wrapper(fn);
  const char *attr = "disable-tail-calls";
  LLVMRemoveStringAttributeAtIndex(fn, LLVMAttributeFunctionIndex, attr,
                                   (unsigned)strlen(attr));
  return true;
}

static const char *method_name(Type *t, Object *m, const char *suffix) {
  const char *pkg = name_is_exported(m->name) || !m->pkg ? "" : m->pkg->path;
  return arena_printf(perm, "%s.%s%s%s%s", type_link_string(perm, t), pkg,
                      *pkg ? "." : "", m->name->s, suffix);
}

static Selection *selection_of(Type *t, const MethodEntry *m) {
  Selection *sel = NEW(Selection);
  sel->kind = SEL_METHOD;
  sel->recv = t;
  sel->obj = m->obj;
  sel->indirect = m->indirect;
  vec_each(int, i, &m->path)
    vec_push(&sel->path, *i);
  return sel;
}

// ---- interface tables ------------------------------------------------------

// A value method called through a nil *T: Go's own message.
static void check_wrapped(Val word, Type *t, const MethodEntry *m) {
  if (t->kind != TY_POINTER || m->path.len || m->obj->func.ptr_recv ||
      m->obj->func.iface)
    return;
  Type *base = t->pointer.elem;
  const char *pkg = m->obj->pkg ? m->obj->pkg->name->s : "";
  const char *type = base->kind == TY_NAMED ? base->named.obj->name->s : "";
  Val args[] = {string_const(pkg, strlen(pkg)),
                string_const(type, strlen(type)),
                string_const(m->obj->name->s, m->obj->name->len)};
  Val ok = LLVMBuildICmp(F->b, LLVMIntNE, word, LLVMConstNull(M->t_ptr), "");
  check(ok, "panicwrap", args, 3);
}

static bool needs_no_wrapper(Type *t, const MethodEntry *m) {
  if (m->path.len || m->obj->func.iface)
    return false;
  if (t->kind == TY_POINTER)
    return m->obj->func.ptr_recv;
  return is_pointer_shaped(t);
}

Val itab_method_code(Type *t, const MethodEntry *m) {
  if (needs_no_wrapper(t, m))
    return function_for(m->obj);
  Type *sig = m->obj->type;
  LLVMTypeRef type =
      func_llvm_type(sig, types_basic[B_UNSAFE_POINTER], false);
  const char *name = method_name(t, m->obj, "·i");
  if (begin_wrapper(name, type)) {
    unsigned at = results_in_memory(sig) ? 1 : 0;
    Val word = LLVMGetParam(F->fn, at);
    check_wrapped(word, t, m);
    Final f = {0};
    Type *recv_type;
    Val recv = find_receiver(word, t, !is_pointer_shaped(t),
                             selection_of(t, m), &recv_type);
    finish(&f, recv, recv_type, m->obj);
    forward(&f, sig, at + 1);
    func_end();
  }
  return LLVMGetNamedFunction(M->mod, name);
}

// ---- method values ---------------------------------------------------------

static LLVMTypeRef bound_type(Type *recv_type) {
  LLVMTypeRef ts[2] = {M->t_ptr, mem_type(recv_type)};
  return LLVMStructTypeInContext(M->ctx, ts, 2, false);
}

static Val bound_code(Type *recv_type, Object *m) {
  Type *sig = m->type;
  LLVMTypeRef type = func_llvm_type(sig, NULL, true);
  const char *name = method_name(recv_type, m, "-fm");
  if (begin_wrapper(name, type)) {
    unsigned last = LLVMCountParams(F->fn) - 1;
    Val closure = LLVMGetParam(F->fn, last);
    add_attr(F->fn, last + 1, "nest", 0);
    Val at = LLVMBuildStructGEP2(F->b, bound_type(recv_type), closure, 1, "");
    Final f = {0};
    finish(&f, load_value(at, recv_type), recv_type, m);
    forward(&f, sig, results_in_memory(sig) ? 1 : 0);
    func_end();
  }
  return LLVMGetNamedFunction(M->mod, name);
}

Val lower_method_value(Val recv, Type *recv_type, Selection *sel,
                       bool on_heap) {
  if (sel->obj->func.iface)
    nil_check(extract(recv, 0));
  Val code = bound_code(recv_type, sel->obj);
  LLVMTypeRef ct = bound_type(recv_type);
  Val closure = new_closure(ct, code, on_heap);
  store_value(LLVMBuildStructGEP2(F->b, ct, closure, 1, ""), recv, recv_type);
  return closure;
}

// ---- method expressions ----------------------------------------------------

static bool is_plain_expr(Selection *sel) {
  bool is_pointer = sel->recv->kind == TY_POINTER;
  return sel->path.len == 0 && !sel->obj->func.iface &&
         sel->obj->func.ptr_recv == is_pointer;
}

static Val method_expr_code(Selection *sel) {
  Type *t = sel->recv;
  Type *sig = sel->obj->type;
  LLVMTypeRef type = func_llvm_type(sig, t, false);
  const char *name = method_name(t, sel->obj, "-expr");
  if (begin_wrapper(name, type)) {
    unsigned at = results_in_memory(sig) ? 1 : 0;
    Final f = {0};
    Type *recv_type;
    Val recv = find_receiver(LLVMGetParam(F->fn, at), t, is_memory_class(t),
                             sel, &recv_type);
    finish(&f, recv, recv_type, sel->obj);
    forward(&f, sig, at + 1);
    func_end();
  }
  return LLVMGetNamedFunction(M->mod, name);
}

Val lower_method_expr(Selection *sel) {
  if (is_plain_expr(sel))
    return func_value_of(sel->obj);
  return static_closure(method_expr_code(sel));
}

// Code that takes the receiver of type t itself first.
Val method_code(Type *t, const MethodEntry *m) {
  if (is_pointer_shaped(t))
    return itab_method_code(t, m);
  if (m->path.len == 0 && !m->obj->func.iface)
    return function_for(m->obj);
  return method_expr_code(selection_of(t, m));
}
