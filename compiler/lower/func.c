// SPDX-License-Identifier: MIT
//
// Functions: declarations, the frame of the one being lowered, parameters and
// results, variables, closures.
//
// Every function from .gl carries "split-stack": its prologue checks the
// stack. Tail calls are off, so that traces keep every frame and endless
// recursion overflows instead of looping.
//
// Func literals are lowered where they stand, inside of the function around
// them: F->outer is that function. Captures lie behind the code pointer of
// the closure: the value itself if capture_by_value, else the variable's
// address.

#include "lower.h"

Func *F;

// ---- declarations ----------------------------------------------------------

static void string_attr(Val fn, const char *name, const char *value) {
  LLVMAddAttributeAtIndex(
      fn, LLVMAttributeFunctionIndex,
      LLVMCreateStringAttribute(M->ctx, name, (unsigned)strlen(name), value,
                                (unsigned)strlen(value)));
}

Val function_declare(const char *name, LLVMTypeRef type) {
  Val old = LLVMGetNamedFunction(M->mod, name);
  if (old && (LLVMGlobalGetValueType(old) == type ||
              LLVMCountBasicBlocks(old) > 0))
    return old;
  if (old)
    LLVMSetValueName2(old, "", 0);
  Val fn = LLVMAddFunction(M->mod, name, type);
  LLVMSetVisibility(fn, LLVMHiddenVisibility);
  add_attr(fn, LLVMAttributeFunctionIndex, "nounwind", 0);
  if (old) {
    LLVMReplaceAllUsesWith(old, fn);
    LLVMDeleteFunction(old);
  }
  return fn;
}

static Type *recv_of(Type *sig) {
  return sig->func.recv ? sig->func.recv->type : NULL;
}

static LLVMTypeRef type_of_func(Object *f) {
  Type *recv = f->func.recv_named ? recv_of(f->type) : NULL;
  return func_llvm_type(f->type, recv, false);
}

Val function_for(Object *f) {
  require_instance(f);
  offer_inline(f);
  const Directive *d = directive_of(f);
  if (d->kind != DIR_ASM)
    return function_declare(link_name_func(f), type_of_func(f));
  add_foreign_symbol(d->name);
  Val fn = function_declare(d->name, type_of_func(f));
  LLVMSetVisibility(fn, LLVMDefaultVisibility);  // memchr is in libc.so
  return fn;
}

void make_odr(Val g) {
  size_t n;
  const char *name = LLVMGetValueName2(g, &n);
  LLVMSetLinkage(g, LLVMLinkOnceODRLinkage);
  LLVMSetVisibility(g, LLVMHiddenVisibility);
  LLVMSetComdat(g, LLVMGetOrInsertComdat(M->mod, name));
}

void mark_no_args(Val fn) { string_attr(fn, NO_ARGS, ""); }

void mark_wrapper(Val fn) {
  make_odr(fn);
  LLVMSetSection(fn, "glwrap");
}

// ---- the function being lowered --------------------------------------------

static void set_code_attributes(Val fn) {
  string_attr(fn, "split-stack", "");
  string_attr(fn, "frame-pointer", "non-leaf");
  string_attr(fn, "disable-tail-calls", "true");
}

void func_begin(Val fn, LLVMTypeRef type, const char *name, Pos pos) {
  Func *f = NEW(Func);
  f->outer = F;
  f->fn = fn;
  f->fn_type = type;
  f->name = name;
  f->b = LLVMCreateBuilderInContext(M->ctx);
  f->entry_b = LLVMCreateBuilderInContext(M->ctx);
  F = f;
  set_code_attributes(fn);
  f->entry = new_block("entry");
  LLVMPositionBuilderAtEnd(f->entry_b, f->entry);
  set_block(new_block("body"));
  if (pos) {
    debug_function(f, pos);
    set_pos(pos);
  }
}

// Blocks after a return or panic that nothing reaches may be open.
static void close_blocks(void) {
  LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(F->fn);
  for (; b; b = LLVMGetNextBasicBlock(b)) {
    if (LLVMGetBasicBlockTerminator(b))
      continue;
    set_block(b);
    LLVMBuildUnreachable(F->b);
  }
}

static int count_instructions(int limit) {
  int n = 0;
  LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(F->fn);
  for (; b && n <= limit; b = LLVMGetNextBasicBlock(b)) {
    LLVMValueRef i = LLVMGetFirstInstruction(b);
    for (; i && n <= limit; i = LLVMGetNextInstruction(i))
      n++;
  }
  return n;
}

// LLVM's time grows faster than the length of a function. Very long ones are
// tables built by code, or generated; package initialisers run once.
static void leave_alone_if_long(void) {
  enum { LONG_INIT = 4000, LONG = 25000 };
  int limit = F->is_init ? LONG_INIT : LONG;
  if (count_instructions(limit) <= limit)
    return;
  add_attr(F->fn, LLVMAttributeFunctionIndex, "optnone", 0);
  add_attr(F->fn, LLVMAttributeFunctionIndex, "noinline", 0);
}

static bool is_for_nothing(Val i) {
  if (LLVMGetFirstUse(i))
    return false;
  switch (LLVMGetInstructionOpcode(i)) {
  case LLVMLoad:
    return !LLVMGetVolatile(i) &&
           LLVMGetOrdering(i) == LLVMAtomicOrderingNotAtomic;
  case LLVMInsertValue: case LLVMExtractValue: case LLVMGetElementPtr:
  case LLVMTrunc: case LLVMZExt: case LLVMAlloca:
    return true;
  default:
    return false;
  }
}

// Strings and the like are put together from parts that often serve alone.
static void remove_unused(void) {
  LLVMBasicBlockRef b = LLVMGetLastBasicBlock(F->fn);
  for (; b; b = LLVMGetPreviousBasicBlock(b))
    for (Val i = LLVMGetLastInstruction(b), before; i; i = before) {
      before = LLVMGetPreviousInstruction(i);
      if (is_for_nothing(i))
        LLVMInstructionEraseFromParent(i);
    }
}

void func_end(void) {
  LLVMBuildBr(F->entry_b, LLVMGetNextBasicBlock(F->entry));
  close_blocks();
  remove_unused();
  leave_alone_if_long();
  if (lower_options.verify &&
      LLVMVerifyFunction(F->fn, LLVMPrintMessageAction)) {
    LLVMDumpValue(F->fn);
    unreachable();
  }
  LLVMDisposeBuilder(F->b);
  LLVMDisposeBuilder(F->entry_b);
  F = F->outer;
}

// ---- variables -------------------------------------------------------------

static void bind_result(int i);

static bool is_blank_var(Object *var) {
  return !var->name || (var->name->len == 1 && var->name->s[0] == '_');
}

static Val global_address(Object *var) {
  const char *name = link_name_global(var);
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (!g) {
    g = LLVMAddGlobal(M->mod, mem_type(var->type), name);
    LLVMSetVisibility(g, LLVMHiddenVisibility);
  }
  return g;
}

// Whether the variable is but a name for the value it is declared with. For
// the debugger all have a place in memory.
static bool is_value(Object *var) {
  return !var->var.is_global && capture_by_value(var) && !var_on_heap(var) &&
         under(var->type)->kind != TY_ARRAY && !lower_options.debug_full;
}

// A result that only return statements with values set has a place once it
// is needed; it holds zero until then.
static Val late_result(Object *var) {
  for (int i = 0; i < F->results.len; i++) {
    if (F->results.at[i] != var)
      continue;
    LLVMBuilderRef b = F->b;
    F->b = F->entry_b;
    bind_result(i);
    F->b = b;
  }
  return map_get(&F->vars, var);
}

Val var_address(Object *var) {
  if (var->var.is_global)
    return global_address(var);
  forget_held(var);
  Val slot = map_get(&F->boxes, var);
  if (slot)
    return LLVMBuildLoad2(F->b, M->t_ptr, slot, var->name->s);
  Val addr = map_get(&F->vars, var);
  if (addr)
    return addr;
  Val v = map_get(&F->values, var);
  if (v) {  // for who only reads
    addr = alloca_type(var->type, "");
    store_value(addr, v, var->type);
    return addr;
  }
  addr = late_result(var);
  if (!addr)
    unreachable();
  return addr;
}

Val var_value(Object *var) {
  Val v = map_get(&F->values, var);
  if (!v)
    v = held_value(var);
  if (v)
    return v;
  v = load_value(var_address(var), var->type);
  if (!var->var.is_global && !is_memory_class(var->type))
    note_held(var, v);
  return v;
}

bool var_on_heap(Object *var) {
  return escapes_var(var);
}

static const char *var_name(Object *var) {
  return var->name ? var->name->s : "";
}

// A new box for var, whose address goes to its slot.
static Val new_box(Object *var, int argno) {
  Val box = new_object(var->type);
  Val slot = map_get(&F->boxes, var);
  if (!slot) {
    slot = alloca_llvm(M->t_ptr, var_name(var));
    map_put(&F->boxes, var, slot);
    LLVMBuildStore(F->b, box, slot);
    debug_var_at(var, slot, argno, true);
  } else {
    LLVMBuildStore(F->b, box, slot);
  }
  return box;
}

static Val stack_slot(Object *var, int argno) {
  Val addr = map_get(&F->vars, var);
  if (!addr) {
    addr = alloca_type(var->type, var_name(var));
    map_put(&F->vars, var, addr);
    debug_var(var, addr, argno);
  }
  return addr;
}

void declare_local(Object *var, Val init) {
  if (is_blank_var(var))
    return;
  if (var_on_heap(var)) {
    Val box = new_box(var, 0);  // is zero
    if (init)
      store_value(box, init, var->type);
    return;
  }
  if (is_value(var)) {
    map_put(&F->values, var, init ? init : zero_value(var->type));
    return;
  }
  Val addr = stack_slot(var, 0);
  forget_held(var);
  if (!init) {
    zero_memory(addr, var->type);
    return;
  }
  store_value(addr, init, var->type);
  if (!is_memory_class(var->type))
    note_held(var, init);
}

void renew_local(Object *var) {
  if (!var_on_heap(var) || is_blank_var(var))
    return;
  Val old = var_address(var);
  Val box = new_box(var, 0);
  copy_memory(box, old, var->type);
}

// ---- parameters and results ------------------------------------------------

static void bind_param(Object *p, Val v, int argno) {
  if (is_blank_var(p))
    return;
  LLVMSetValueName2(v, p->name->s, p->name->len);
  v = in_parts(v);
  assume_lengths(v, p->type);
  if (var_on_heap(p)) {
    store_value(new_box(p, argno), v, p->type);
  } else if (is_memory_class(p->type)) {
    map_put(&F->vars, p, v);  // the callee owns the copy
    debug_var(p, v, argno);
  } else if (is_value(p)) {
    map_put(&F->values, p, v);
  } else {
    store_value(stack_slot(p, argno), v, p->type);
    note_held(p, v);
  }
}

// Result i, zero. Results that go through memory lie in the caller's struct
// from the start.
static void bind_result(int i) {
  Object *r = F->results.at[i];
  if (F->sret) {
    Val at = LLVMBuildStructGEP2(F->b, results_struct(F->sig), F->sret,
                                 (unsigned)i, "");
    map_put(&F->vars, r, at);
    debug_var(r, at, 0);
  }
  zero_memory(stack_slot(r, 0), r->type);
}

static unsigned bind_params(unsigned at) {
  int argno = 1;
  Object *recv = F->sig->func.recv;
  if (recv)
    bind_param(recv, LLVMGetParam(F->fn, at++), argno++);
  vec_each(Object *, p, &F->sig->func.params)
    bind_param(*p, LLVMGetParam(F->fn, at++), argno++);
  return at;
}

static void bind_results(void) {
  ObjectVec *rs = &F->sig->func.results;
  for (int i = 0; i < rs->len; i++) {
    Object *r = rs->at[i];
    vec_push(&F->results, r);
    if (!is_blank_var(r) && var_on_heap(r))
      new_box(r, 0);
    else if (!is_blank_var(r) || F->info->has_defer)
      bind_result(i);
  }
}

void return_values(void) {
  ObjectVec *rs = &F->results;
  if (F->sret) {
    LLVMTypeRef st = results_struct(F->sig);
    for (int i = 0; i < rs->len; i++) {
      Object *r = rs->at[i];
      Val to = LLVMBuildStructGEP2(F->b, st, F->sret, (unsigned)i, "");
      if (map_get(&F->boxes, r))
        store_value(to, load_value(var_address(r), r->type), r->type);
      else
        var_address(r);  // there, and zero, if nothing was stored
    }
    LLVMBuildRetVoid(F->b);
  } else if (rs->len == 0) {
    LLVMBuildRetVoid(F->b);
  } else if (rs->len == 1) {
    LLVMBuildRet(F->b, var_value(rs->at[0]));
  } else {
    Val v = LLVMGetPoison(LLVMGetReturnType(F->fn_type));
    for (int i = 0; i < rs->len; i++) {
      Object *r = rs->at[i];
      v = LLVMBuildInsertValue(F->b, v, var_value(r), (unsigned)i, "");
    }
    LLVMBuildRet(F->b, v);
  }
}

void return_results(void) {
  if (terminated())
    return;
  if (F->defer_return)
    br(F->defer_return);
  else
    return_values();
}

// ---- captures --------------------------------------------------------------

static LLVMTypeRef closure_type(FuncInfo *info) {
  LLVMTypeRef *ts = NEW_ARRAY(LLVMTypeRef, info->captures.len + 1);
  unsigned n = 0;
  ts[n++] = M->t_ptr;
  vec_each(Object *, v, &info->captures)
    ts[n++] = capture_by_value(*v) ? mem_type((*v)->type) : M->t_ptr;
  return LLVMStructTypeInContext(M->ctx, ts, n, false);
}

static void bind_captures(FuncInfo *info) {
  LLVMTypeRef ct = closure_type(info);
  Val closure = F->closure;
  if (lower_options.debug_full) {
    // A place in the frame that gdb finds wherever the register went.
    Val slot = alloca_llvm(M->t_ptr, "closure");
    LLVMBuildStore(F->b, closure, slot);
  }
  for (int i = 0; i < info->captures.len; i++) {
    Object *v = info->captures.at[i];
    Val at = LLVMBuildStructGEP2(F->b, ct, closure, (unsigned)i + 1, "");
    bool value = capture_by_value(v);
    if (value && is_value(v)) {
      map_put(&F->values, v, load_value(at, v->type));
      continue;
    }
    Val addr = value ? at : LLVMBuildLoad2(F->b, M->t_ptr, at, var_name(v));
    map_put(&F->vars, v, addr);
    debug_var(v, addr, 0);
  }
}

static Val closure_object(Val fn, const char *name) {
  char *symbol = arena_printf(perm, "%s·f", name);
  Val g = LLVMGetNamedGlobal(M->mod, symbol);
  if (g)
    return g;
  g = LLVMAddGlobal(M->mod, M->t_ptr, symbol);
  LLVMSetInitializer(g, fn);
  LLVMSetGlobalConstant(g, true);
  make_odr(g);
  return g;
}

Val static_closure(Val fn) {
  size_t n;
  return closure_object(fn, LLVMGetValueName2(fn, &n));
}

// C and assembly want small integers extended, which a call through a func
// value does not do.
static Val c_function_wrapper(Object *f) {
  char *name = arena_printf(perm, "%s·go", link_name_func(f));
  Val fn = function_declare(name, type_of_func(f));
  if (LLVMCountBasicBlocks(fn))
    return fn;
  func_begin(fn, type_of_func(f), name, 0);
  mark_wrapper(fn);
  Val *args = NEW_ARRAY(Val, LLVMCountParams(fn) + 1);
  LLVMGetParams(fn, args);
  Val call = LLVMBuildCall2(F->b, F->fn_type, function_for(f), args,
                            LLVMCountParams(fn), "");
  extend_arguments(call, f->type, 0);
  if (LLVMGetReturnType(F->fn_type) == M->t_void)
    LLVMBuildRetVoid(F->b);
  else
    LLVMBuildRet(F->b, call);
  func_end();
  return fn;
}

Val func_value_of(Object *f) {
  Val fn = has_c_convention(f) ? c_function_wrapper(f) : function_for(f);
  return static_closure(fn);
}

Val lower_closure(FuncInfo *info, bool on_heap) {
  LLVMTypeRef type =
      func_llvm_type(info->sig, NULL, info->captures.len > 0);
  Val fn = function_declare(link_name_lit(info), type);
  lower_function(info);
  if (info->captures.len == 0)
    return static_closure(fn);
  LLVMTypeRef ct = closure_type(info);
  Val obj = new_closure(ct, fn, on_heap);
  for (int i = 0; i < info->captures.len; i++) {
    Object *v = info->captures.at[i];
    Val at = LLVMBuildStructGEP2(F->b, ct, obj, (unsigned)i + 1, "");
    if (capture_by_value(v))
      store_value(at, var_value(v), v->type);
    else
      LLVMBuildStore(F->b, var_address(v), at);
  }
  return obj;
}

// Tells LLVM that the code pointer stays what it is, whoever gets the closure:
// calls through it become direct. A slot in the frame that a loop uses again
// gets the same code again.
static void keep_code(Val closure) {
  const char *name = "llvm.invariant.start";
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Val fn = LLVMGetIntrinsicDeclaration(M->mod, id, &M->t_ptr, 1);
  Val args[] = {const_i64(8), closure};
  LLVMBuildCall2(F->b, LLVMGlobalGetValueType(fn), fn, args, 2, "");
}

// Memory for a closure of type ct, its code set.
Val new_closure(LLVMTypeRef ct, Val code, bool on_heap) {
  Val obj;
  if (on_heap) {
    Val size = const_i64((int64_t)LLVMABISizeOfType(M->layout, ct));
    obj = RT_CALL("new", size, layout_of_closure(ct));
  } else {
    obj = alloca_llvm(ct, "closure");
  }
  LLVMBuildStore(F->b, code, obj);
  keep_code(obj);
  if (!on_heap)
    map_put(&F->codes, obj, code);
  return obj;
}

Val closure_code(Val closure) {
  if (LLVMIsAGlobalVariable(closure))
    return LLVMGetInitializer(closure);
  return map_get(&F->codes, closure);
}

// ---- entry -----------------------------------------------------------------

static bool in_main(FuncInfo *info) {
  return strcmp(info->pkg->path, "main") == 0;
}

static void set_linkage(FuncInfo *info, const Directive *d) {
  bool is_local = !info->obj || (in_main(info) && M->nparts == 1 &&
                                 !info->obj->func.linkname);
  if (is_local) {
    LLVMSetVisibility(F->fn, LLVMDefaultVisibility);
    LLVMSetLinkage(F->fn, LLVMInternalLinkage);
  }
  bool is_main = info->obj && in_main(info) && !info->obj->func.recv_named &&
                 strcmp(info->obj->name->s, "main") == 0;
  if (info->has_recover || is_main || (d && d->noinline_))
    add_attr(F->fn, LLVMAttributeFunctionIndex, "noinline", 0);
  if (d && d->wrapper)
    LLVMSetSection(F->fn, "glwrap");
  if (d && d->nosplit) {
    LLVMRemoveStringAttributeAtIndex(F->fn, LLVMAttributeFunctionIndex,
                                     "split-stack", 11);
    string_attr(F->fn, "gl-nosplit", "");
  }
}

static Pos func_pos(FuncInfo *info) {
  return info->decl ? info->decl->pos
         : info->lit ? info->lit->pos : info->body->pos;
}

static void lower_body(FuncInfo *info) {
  if (info->range)
    lower_range_body(info);
  else
    lower_block(info->body);
  set_pos(info->body->block.rbrace);
  if (terminated())
    return;
  if (F->results.len == 0)
    return_results();
  else
    LLVMBuildUnreachable(F->b);  // the checker saw a terminating statement
}

// Lowers the function as fn. self: what it calls in place of itself, or NULL.
static void lower_function_as(FuncInfo *info, Val fn, Val self) {
  LLVMTypeRef type = LLVMGlobalGetValueType(fn);
  func_begin(fn, type, link_name_info(info), 0);
  F->info = info;
  F->sig = info->sig;
  debug_function(F, func_pos(info));
  set_pos(func_pos(info));
  if (!F->sig->func.recv && !F->sig->func.params.len)
    mark_no_args(fn);
  F->self = self;
  set_linkage(info, info->obj ? directive_of(info->obj) : NULL);
  // A call may return by a panic that a deferred call ends, unseen by LLVM:
  // what was stored in the results before it counts then.
  if (!info->has_defer)
    mark_own_memory(fn, info->sig, recv_of(info->sig));
  unsigned at = 0;
  if (results_in_memory(info->sig))
    F->sret = LLVMGetParam(fn, at++);
  at = bind_params(at);
  if (!info->obj && info->captures.len > 0) {
    F->closure = LLVMGetParam(fn, at);
    add_attr(fn, at + 1, "nest", 0);
    bind_captures(info);
  }
  bind_results();
  if (info->has_defer)
    enter_defer(info);
  lower_body(info);
  if (info->has_defer)
    end_defer();
  func_end();
}

// A function that calls itself calls a copy, which is inlined and calls the
// function: every other level of a recursion is no call.
static void lower_with_copy(FuncInfo *info, Val fn, const char *name) {
  char *copy_name = arena_printf(perm, "%s.unrolled", name);
  Val copy = function_declare(copy_name, LLVMGlobalGetValueType(fn));
  lower_function_as(info, fn, copy);
  lower_function_as(info, copy, fn);
  LLVMSetVisibility(copy, LLVMDefaultVisibility);
  LLVMSetLinkage(copy, LLVMInternalLinkage);
  add_attr(copy, LLVMAttributeFunctionIndex, "alwaysinline", 0);
}

void lower_function(FuncInfo *info) {
  if (!info->body) {
    if (info->obj)
      lower_bodyless(info);
    return;
  }
  const char *name = link_name_info(info);
  bool nest = !info->obj && info->captures.len > 0;
  Type *recv = recv_of(info->sig);
  Val fn = function_declare(name, func_llvm_type(info->sig, recv, nest));
  if (LLVMCountBasicBlocks(fn) > 0)
    return;
  if (unrolls_recursion(info))
    lower_with_copy(info, fn, name);
  else
    lower_function_as(info, fn, NULL);
}
