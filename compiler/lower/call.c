// SPDX-License-Identifier: MIT
//
// Calls: what is called, arguments, the calling convention.
//
// Order of evaluation: function value or receiver, then arguments, left to
// right; only then is a nil function or interface found out. Arguments that
// contain no call are evaluated after those that do, as gc does it.

#include "lower.h"

// What a call calls. Evaluated by callee_prepare before the arguments.
typedef struct Callee {
  Type *sig;
  Object *fn;        // declared function or concrete method; else
  Val func;          // func value, or
  Val iface;         // interface value, whose method is
  Object *method;
  Type *iface_type;
  Type *recv_type;   // of the receiver, NULL: none
  Val recv;
} Callee;

// ---- the convention --------------------------------------------------------

// Small integers are extended for C: clang and gcc rely on it.
void extend_arguments(Val call, Type *sig, unsigned first) {
  ObjectVec *ps = &sig->func.params;
  for (int i = 0; i < ps->len; i++) {
    Type *t = ps->at[i]->type;
    bool is_small = is_boolean(t) || (is_integer(t) && type_size(t) < 4);
    if (!is_small)
      continue;
    const char *name =
        is_integer(t) && !is_unsigned(t) ? "signext" : "zeroext";
    unsigned kind = LLVMGetEnumAttributeKindForName(name, 7);
    LLVMAddCallSiteAttribute(call, first + (unsigned)i + 1,
                             LLVMCreateEnumAttribute(M->ctx, kind, 0));
  }
}

static void mark_parameter(Val v, unsigned i, const char *attr, uint64_t n) {
  if (LLVMIsAFunction(v)) {
    add_attr(v, i + 1, attr, n);
    return;
  }
  unsigned kind = LLVMGetEnumAttributeKindForName(attr, strlen(attr));
  LLVMAddCallSiteAttribute(v, i + 1,
                           LLVMCreateEnumAttribute(M->ctx, kind, n));
}

static void mark_own(Val v, unsigned i, uint64_t size) {
  mark_parameter(v, i, "noalias", 0);
  mark_parameter(v, i, "nocapture", 0);
  if (size > 0)
    mark_parameter(v, i, "dereferenceable", size);
}

void mark_own_memory(Val v, Type *sig, Type *recv) {
  unsigned i = 0;
  if (results_in_memory(sig))
    mark_own(v, i++, LLVMABISizeOfType(M->layout, results_struct(sig)));
  if (recv && is_memory_class(recv))
    mark_own(v, i, (uint64_t)type_size(recv));
  if (recv)
    i++;
  vec_each(Object *, p, &sig->func.params) {
    if (is_memory_class((*p)->type))
      mark_own(v, i, (uint64_t)type_size((*p)->type));
    i++;
  }
}

static void take_results(Val call, Val memory, Type *sig, Val *vals) {
  ObjectVec *rs = &sig->func.results;
  if (!vals)
    return;
  if (memory) {
    LLVMTypeRef st = results_struct(sig);
    for (int i = 0; i < rs->len; i++) {
      Val at = LLVMBuildStructGEP2(F->b, st, memory, (unsigned)i, "");
      vals[i] = load_value(at, rs->at[i]->type);
    }
  } else if (rs->len == 1) {
    vals[0] = in_parts(call);
  } else {
    for (int i = 0; i < rs->len; i++)
      vals[i] = in_parts(extract(call, (unsigned)i));
  }
}

static Val build_call(Val code, Type *sig, Type *recv, Val recv_val, Val *args,
                      Val closure, Val *vals) {
  LLVMTypeRef type = func_llvm_type(sig, recv, closure != NULL);
  int np = sig->func.params.len;
  Val *all = NEW_ARRAY(Val, np + 3);
  unsigned n = 0;
  Val memory = NULL;
  if (results_in_memory(sig)) {
    memory = alloca_llvm(results_struct(sig), "results");
    all[n++] = memory;
  }
  if (recv)
    all[n++] = recv_val;
  for (int i = 0; i < np; i++)
    all[n++] = args[i];
  if (closure)
    all[n++] = closure;
  Val call = LLVMBuildCall2(F->b, type, code, all, n, "");
  if (closure) {
    unsigned kind = LLVMGetEnumAttributeKindForName("nest", 4);
    LLVMAddCallSiteAttribute(call, n,
                             LLVMCreateEnumAttribute(M->ctx, kind, 0));
  }
  mark_own_memory(call, sig, recv);
  take_results(call, memory, sig, vals);
  return call;
}

Val emit_call(Val code, Type *sig, Type *recv, Val recv_val, Val *args,
              Val closure, Val *vals, bool noinline_) {
  Val call =
      build_call(code, under(sig), recv, recv_val, args, closure, vals);
  if (noinline_)
    add_call_attr(call, "noinline");
  return call;
}

// Calls a func value; a nil one panics.
void emit_func_value_call(Val func, Type *sig, Val *args, Val *vals,
                          bool noinline_) {
  nil_check(func);
  Val code = LLVMBuildLoad2(F->b, M->t_ptr, func, "code");
  emit_call(code, sig, NULL, NULL, args, func, vals, noinline_);
}

Val load_iface_method(Val itab, Type *iface_type, Object *method) {
  int64_t offset = (int64_t)offsetof(GlItab, fun) +
                   8 * iface_method_index(iface_type, method);
  return load_invariant(M->t_ptr, gep_bytes(itab, offset));
}

void mark_method_call(Val call, const Object *method) {
  LLVMAttributeRef a = LLVMCreateStringAttribute(
      M->ctx, METHOD_CALL, sizeof METHOD_CALL - 1, method->name->s,
      method->name->len);
  LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                           a);
}

// Whether a call of f by its name finds methods: reflect's.
static bool finds_methods(const Object *f, Type *recv) {
  return recv && f->pkg && strcmp(f->pkg->path, "reflect") == 0 &&
         (strcmp(f->name->s, "Method") == 0 ||
          strcmp(f->name->s, "MethodByName") == 0);
}

// Calls a method of an interface value; a nil one panics.
void emit_iface_call(Val iface, Type *iface_type, Object *method, Val *args,
                     Val *vals, bool noinline_) {
  Val itab = extract(iface, 0);
  nil_check(itab);
  Val code = load_iface_method(itab, iface_type, method);
  Val call = emit_call(code, method->type, types_basic[B_UNSAFE_POINTER],
                       extract(iface, 1), args, NULL, vals, noinline_);
  mark_method_call(call, method);
}

// Calls a declared function or method.
void emit_static_call(Object *f, Type *recv_type, Val recv, Val *args,
                      Val *vals, bool noinline_) {
  if (directive_of(f)->kind == DIR_INTRINSIC) {
    Val v = emit_intrinsic(f, args);
    int n = f->type->func.results.len;
    for (int i = 0; vals && v && i < n; i++)
      vals[i] = n == 1 ? v : extract(v, (unsigned)i);
    return;
  }
  bool itself = F->self && F->info->obj == f;
  Val code = itself ? F->self : function_for(f);
  Val call = build_call(code, f->type, recv_type, recv, args, NULL, vals);
  if (noinline_)
    add_call_attr(call, "noinline");
  if (has_c_convention(f))
    extend_arguments(call, f->type, recv_type ? 1 : 0);
  if (finds_methods(f, recv_type))
    mark_method_call(call, f);
}

// ---- what is called --------------------------------------------------------

static void prepare_method(Expr *fun, Callee *c) {
  Selection *sel = fun->selector.selection;
  c->recv = lower_receiver(fun, &c->recv_type);
  if (sel->obj->func.iface) {
    c->iface = c->recv;
    c->iface_type = c->recv_type;
    c->method = sel->obj;
  } else {
    c->fn = sel->obj;
    c->recv = snapshot(c->recv, c->recv_type);
  }
}

static void callee_prepare(Expr *call, Callee *c) {
  Expr *fun = unparen(call->call.fun);
  *c = (Callee){.sig = under(type_of(fun))};
  c->fn = func_object(fun);
  if (c->fn)
    return;
  if (fun->kind == E_SELECTOR && fun->selector.selection &&
      fun->selector.selection->kind == SEL_METHOD)
    prepare_method(fun, c);
  else
    c->func = lower_expr(fun);
}

static void callee_call(Callee *c, Val *args, Val *vals, bool noinline_) {
  if (c->fn)
    emit_static_call(c->fn, c->recv_type, c->recv, args, vals, noinline_);
  else if (c->iface)
    emit_iface_call(c->iface, c->iface_type, c->method, args, vals, noinline_);
  else
    emit_func_value_call(c->func, c->sig, args, vals, noinline_);
}

// ---- arguments -------------------------------------------------------------

// One argument, in memory of its own if it is of memory class.
static Val lower_argument(Expr *x, Type *t) {
  if (!is_memory_class(t))
    return lower_expr_as(x, t);
  Val copy = alloca_type(t, "arg");
  lower_expr_as_to(x, t, copy);
  return copy;
}

static Val variadic_array(Type *elem, int n, bool on_heap) {
  if (on_heap)
    return new_object(type_array(elem, n));
  return alloca_type(type_array(elem, n), "variadic");
}

// f(g()) with several results of g.
static void spread_call(Expr *call, Type *sig, Val *out) {
  Expr *inner = call->call.args.at[0];
  TypeVec *ts = &inner->type->tuple.types;
  Val *vals = NEW_ARRAY(Val, ts->len + 1);
  lower_call_multi(unparen(inner), vals);
  ObjectVec *ps = &sig->func.params;
  int fixed = sig->func.variadic ? ps->len - 1 : ps->len;
  for (int i = 0; i < fixed; i++) {
    Type *t = ps->at[i]->type;
    out[i] = snapshot(convert_value(vals[i], ts->at[i], t, inner), t);
  }
  if (!sig->func.variadic)
    return;
  Type *slice = ps->at[fixed]->type;
  int n = ts->len - fixed;
  out[fixed] = zero_value(slice);
  if (n <= 0)
    return;
  Type *elem = under(slice)->slice.elem;
  Val array = variadic_array(elem, n, escapes_site(call));
  for (int i = 0; i < n; i++) {
    Val v = convert_value(vals[fixed + i], ts->at[fixed + i], elem, inner);
    store_value(gep_index(array, elem, const_i64(i)), v, elem);
  }
  out[fixed] = make_slice(array, const_i64(n), const_i64(n));
}

static void lower_args(Expr *call, Type *sig, Val *out, bool pack_on_heap) {
  ExprVec *args = &call->call.args;
  ObjectVec *ps = &sig->func.params;
  if (args->len == 1 && args->at[0]->mode == MODE_TUPLE) {
    spread_call(call, sig, out);
    return;
  }
  // The last parameter is a slice of the arguments from there on.
  int first = ps->len;
  Val array = NULL;
  Type *elem = NULL;
  if (sig->func.variadic && !call->call.spread) {
    Type *slice = ps->at[--first]->type;
    elem = under(slice)->slice.elem;
    int n = args->len - first;
    out[first] = zero_value(slice);
    if (n > 0) {
      array = variadic_array(elem, n, pack_on_heap);
      out[first] = make_slice(array, const_i64(n), const_i64(n));
    }
  }
  int passes = operand_passes(args->at, args->len);
  for (int pass = 0; pass < passes; pass++)
    for (int i = 0; i < args->len; i++) {
      Expr *x = args->at[i];
      if (!in_pass(x, pass, passes))
        continue;
      if (i >= first)
        lower_expr_as_to(x, elem, gep_index(array, elem, const_i64(i - first)));
      else
        out[i] = lower_argument(x, ps->at[i]->type);
    }
}

static Val *args_array(Type *sig) {
  return NEW_ARRAY(Val, sig->func.params.len + 1);
}

// ---- calls -----------------------------------------------------------------

void lower_call_multi(Expr *x, Val *vals) {
  x = unparen(x);
  Callee c;
  callee_prepare(x, &c);
  Val *args = args_array(c.sig);
  lower_args(x, c.sig, args, escapes_site(x));
  set_pos(x->call.lparen);
  callee_call(&c, args, vals, false);
}

Val lower_call(Expr *x) {
  x = unparen(x);
  if (is_builtin_call(x))
    return lower_builtin(x);
  if (is_conversion(x))
    return lower_expr_as(x->call.args.at[0], x->type);
  Type *sig = under(type_of(unparen(x->call.fun)));
  int n = sig->func.results.len;
  Val *vals = NEW_ARRAY(Val, n + 1);
  lower_call_multi(x, vals);
  return n == 1 ? vals[0] : NULL;
}

// ---- calls that happen later -----------------------------------------------
//
// The closure {code, callee's value or receiver, arguments...} of go and
// defer statements. Its code is a wrapper for runtime.gorecover: what it
// calls counts as called by the deferring function.

// Values kept in a closure, with their types.
typedef struct Kept {
  VEC(Val) vals;
  VEC(Type *) types;
} Kept;

static void keep(Kept *k, Val v, Type *t) {
  vec_push(&k->vals, v);
  vec_push(&k->types, t);
}

static LLVMTypeRef kept_type(Kept *k) {
  LLVMTypeRef *ts = NEW_ARRAY(LLVMTypeRef, k->types.len + 1);
  ts[0] = M->t_ptr;
  for (int i = 0; i < k->types.len; i++)
    ts[i + 1] = mem_type(k->types.at[i]);
  return LLVMStructTypeInContext(M->ctx, ts, (unsigned)k->types.len + 1,
                                 false);
}

static Val kept_at(LLVMTypeRef ct, Val closure, int i) {
  return LLVMBuildStructGEP2(F->b, ct, closure, (unsigned)i + 1, "");
}

// Begins the thunk's function; returns it.
static Val thunk_begin(void) {
  char *name = arena_printf(perm, "%s.thunk%d", F->name, ++F->nthunks);
  LLVMTypeRef type = LLVMFunctionType(M->t_void, &M->t_ptr, 1, false);
  Val fn = function_declare(name, type);
  func_begin(fn, type, name, 0);
  mark_wrapper(fn);
  add_attr(fn, 1, "nest", 0);
  F->closure = LLVMGetParam(fn, 0);
  return fn;
}

static void thunk_end(void) {
  if (!terminated())
    LLVMBuildRetVoid(F->b);
  func_end();
}

static Val thunk_closure(Val fn, Kept *k, bool on_heap) {
  if (k->vals.len == 0)
    return static_closure(fn);
  LLVMTypeRef ct = kept_type(k);
  Val obj = new_closure(ct, fn, on_heap);
  for (int i = 0; i < k->vals.len; i++)
    store_value(kept_at(ct, obj, i), k->vals.at[i], k->types.at[i]);
  return obj;
}

static Val reload(Kept *k, int i) {
  return load_value(kept_at(kept_type(k), F->closure, i), k->types.at[i]);
}

static void keep_callee(Kept *k, Callee *c) {
  if (c->func)
    keep(k, c->func, c->sig);
  else if (c->recv)
    keep(k, c->recv, c->recv_type);
}

// Replaces what c holds by what the thunk's closure holds.
static int reload_callee(Kept *k, Callee *c) {
  if (c->func)
    c->func = reload(k, 0);
  else if (c->iface)
    c->iface = c->recv = reload(k, 0);
  else if (c->recv)
    c->recv = reload(k, 0);
  else
    return 0;
  return 1;
}

static Val thunk_of_call(Expr *call, bool on_heap) {
  Callee c;
  Kept k = {0};
  callee_prepare(call, &c);
  if (c.iface)
    nil_check(extract(c.iface, 0));
  keep_callee(&k, &c);
  Val *args = args_array(c.sig);
  lower_args(call, c.sig, args, on_heap || escapes_site(call));
  int np = c.sig->func.params.len;
  for (int i = 0; i < np; i++)
    keep(&k, args[i], c.sig->func.params.at[i]->type);
  Val fn = thunk_begin();
  int at = reload_callee(&k, &c);
  for (int i = 0; i < np; i++)
    args[i] = snapshot(reload(&k, at + i), c.sig->func.params.at[i]->type);
  callee_call(&c, args, NULL, true);
  thunk_end();
  return thunk_closure(fn, &k, on_heap);
}

// ---- builtins later --------------------------------------------------------

static bool is_fixed(Expr *x) {
  return x->cv || x->mode == MODE_TYPE || x->mode == MODE_NIL;
}

// An identifier that stands for the value of x, evaluated now.
static Expr *stand_in(Expr *x, Kept *k, ObjectVec *vars) {
  Type *t = type_of(x);
  keep(k, snapshot(lower_stable(x, t), t), t);
  Object *var = object_new(OBJ_VAR, x->pos, M->pkg, name_cstr("arg"), t);
  vec_push(vars, var);
  Expr *id = NEW(Expr);
  *id = (Expr){.kind = E_IDENT, .mode = MODE_VAR, .pos = x->pos,
               .end = x->end, .type = t};
  id->ident.name = var->name;
  id->ident.obj = var;
  return id;
}

// recover deferred directly: it counts as called by the deferring function.
static Val thunk_of_recover(bool on_heap) {
  Kept k = {0};
  Val frame = range_func_frame();
  keep(&k, frame ? frame : frame_address(), types_basic[B_UNSAFE_POINTER]);
  Val fn = thunk_begin();
  RT_CALL("gorecover", reload(&k, 0));
  thunk_end();
  return thunk_closure(fn, &k, on_heap);
}

static Val thunk_of_builtin(Expr *call, bool on_heap) {
  if (unparen(call->call.fun)->builtin == BUILTIN_RECOVER)
    return thunk_of_recover(on_heap);
  Kept k = {0};
  ObjectVec vars = {0};
  Expr *copy = NEW(Expr);
  *copy = *call;
  copy->call.args = (ExprVec){0};
  vec_each(Expr *, a, &call->call.args)
    vec_push(&copy->call.args, is_fixed(*a) ? *a : stand_in(*a, &k, &vars));
  Val fn = thunk_begin();
  LLVMTypeRef ct = kept_type(&k);
  for (int i = 0; i < vars.len; i++)
    map_put(&F->vars, vars.at[i], kept_at(ct, F->closure, i));
  lower_builtin(copy);
  thunk_end();
  return thunk_closure(fn, &k, on_heap);
}

static Val lower_call_thunk(Expr *call, bool on_heap) {
  return is_builtin_call(call) ? thunk_of_builtin(call, on_heap)
                               : thunk_of_call(call, on_heap);
}

// ---- go --------------------------------------------------------------------

// A call of a func() without arguments or results: its closure needs no thunk.
// Whether it is nil the runtime finds out.
static Val plain_closure(Expr *call, bool may_be_nil) {
  Expr *fun = unparen(call->call.fun);
  if (is_builtin_call(call) || is_conversion(call) || call->call.args.len)
    return NULL;
  Type *sig = under(type_of(fun));
  if (sig->func.params.len || results_in_memory(sig))
    return NULL;
  Object *f = func_object(fun);
  if (f)
    return directive_of(f)->kind == DIR_INTRINSIC ? NULL : func_value_of(f);
  if (fun->kind == E_FUNC_LIT)
    return lower_expr(fun);
  bool is_method = fun->kind == E_SELECTOR && fun->selector.selection &&
                   fun->selector.selection->kind != SEL_FIELD;
  if (is_method || !may_be_nil)
    return NULL;
  return lower_expr(fun);
}

Val later_closure(Expr *call, bool on_heap, bool may_be_nil) {
  Val v = plain_closure(call, may_be_nil);
  return v ? v : lower_call_thunk(call, on_heap);
}

void lower_go(Stmt *s) {
  set_pos(s->pos);
  Val closure = later_closure(unparen(s->expr.x), true, true);
  set_pos(s->pos);
  RT_CALL("go", closure);
  // "created by" names the function that a return address lies in.
  add_attr(F->fn, LLVMAttributeFunctionIndex, "noinline", 0);
}
