// SPDX-License-Identifier: MIT
//
// Defer. A function with a defer statement has a GlDeferFrame in its frame,
// linked to the goroutine, and each statement pushes a record {next, closure}
// on the frame's list: a panic finds there what to run.
//
// Without panic the list is not needed, if every statement runs at most once
// in a call. Then each has a flag, "its call is still to come", and a return
// makes the calls whose flags are set, the last statement's first, directly,
// so that LLVM sees what is called and most flags vanish. Statements in loops
// and in bodies of range over a function put their records on the heap; in a
// function that has one, runtime.deferreturn walks the list.
//
// gl_deferenter returns twice, the second time after a recovered panic; the
// function then only runs what is deferred and loads its results. So results
// must be in memory whenever something may panic: their addresses are given
// to an empty asm statement, after which LLVM assumes that any call reads and
// writes them. (Volatile accesses would say the same, but each of them costs.)
// Where no deferred function calls recover, nobody ever resumes the function.
// Its frame is light: two words, linked here without a call.

#include "lower.h"

// ---- what the statements need ----------------------------------------------

typedef struct Plan {
  bool recovers;  // a deferred function may call recover
  bool listed;    // a record is on the heap
  bool in_range_func;
} Plan;

static bool find_recover(Walker *w, Expr *x) {
  bool *found = w->data;
  if (x->kind == E_FUNC_LIT)
    return false;
  if (x->kind == E_CALL) {
    Expr *fun = unparen(x->call.fun);
    if (fun->kind == E_IDENT && strcmp(fun->ident.name->s, "recover") == 0)
      *found = true;
  }
  return true;
}

// By the text alone: the bodies of imported packages may be unchecked.
static bool function_recovers(Object *f) {
  DirectiveKind kind = directive_of(f)->kind;
  FuncInfo *info = f->func.info;
  if (!info || !info->body)
    return kind == DIR_NONE;
  bool found = false;
  Walker w = {.expr = find_recover, .data = &found};
  walk_stmt(&w, info->body);
  return found;
}

static bool call_recovers(Expr *call) {
  Expr *fun = unparen(call->call.fun);
  if (is_builtin_call(call))
    return fun->builtin == BUILTIN_RECOVER;
  if (fun->kind == E_FUNC_LIT)
    return fun->func.info->has_recover;
  Selection *sel = fun->kind == E_SELECTOR ? fun->selector.selection : NULL;
  if (sel)
    return sel->kind != SEL_METHOD || sel->obj->func.iface ||
           function_recovers(sel->obj);
  Object *f = func_object(fun);
  return !f || function_recovers(f);
}

static bool no_literals(Walker *w, Expr *x) {
  (void)w;
  return x->kind != E_FUNC_LIT;
}

static bool plan_stmt(Walker *w, Stmt *s) {
  Plan *plan = w->data;
  if (s->kind == S_DEFER) {
    plan->recovers |= call_recovers(unparen(s->expr.x));
    plan->listed |= plan->in_range_func || escapes_site(s);
  }
  if (s->kind != S_RANGE || !s->range.body_info || plan->in_range_func)
    return true;
  plan->in_range_func = true;
  walk_stmt(w, s->range.body);
  plan->in_range_func = false;
  return false;
}

static Plan make_plan(FuncInfo *info) {
  Plan plan = {0};
  Walker w = {.expr = no_literals, .stmt = plan_stmt, .data = &plan};
  walk_stmt(&w, info->body);
  return plan;
}

// ---- frames ----------------------------------------------------------------

// Where the G holds its innermost frame. A goroutine's G is one and the same
// in all of the function, so LLVM may keep what this asm statement gives.
static Val innermost_frame(void) {
  LLVMTypeRef type = LLVMFunctionType(M->t_ptr, NULL, 0, false);
  const char *code = "movq %fs:gl_tls_g@tpoff, $0", *result = "=r";
  Val read = LLVMGetInlineAsm(type, code, strlen(code), result,
                              strlen(result), false, false,
                              LLVMInlineAsmDialectATT, false);
  Val g = LLVMBuildCall2(F->b, type, read, NULL, 0, "g");
  return gep_bytes(g, GL_G_DEFERFRAME);
}

static Val frame_word(size_t offset) {
  return gep_bytes(F->defer_frame, (int64_t)offset);
}

static void link_light_frame(void) {
  Val at = innermost_frame();
  Val outer = LLVMBuildLoad2(F->b, M->t_ptr, at, "");
  LLVMBuildStore(F->b, outer, frame_word(offsetof(GlDeferFrame, link)));
  LLVMBuildStore(F->b, LLVMConstNull(M->t_ptr),
                 frame_word(offsetof(GlDeferFrame, head)));
  LLVMBuildStore(F->b, F->defer_frame, at);
}

static void unlink_frame(void) {
  Val link = frame_word(offsetof(GlDeferFrame, link));
  Val outer = LLVMBuildLoad2(F->b, M->t_ptr, link, "");
  LLVMBuildStore(F->b, outer, innermost_frame());
}

static void publish_address(Val p) {
  LLVMTypeRef type = LLVMFunctionType(M->t_void, &M->t_ptr, 1, false);
  const char *constraints = "r,~{memory}";
  Val nothing = LLVMGetInlineAsm(type, "", 0, constraints, strlen(constraints),
                                 true, false, LLVMInlineAsmDialectATT, false);
  LLVMBuildCall2(F->b, type, nothing, &p, 1, "");
}

static void run_list(void) {
  RT_CALL("deferreturn", F->defer_frame);
  return_values();
}

// Continues in a new block; a second return goes through the list.
static void link_full_frame(FuncInfo *info) {
  vec_each(Object *, r, &F->results)
    publish_address(map_get(&F->boxes, *r) ? map_get(&F->boxes, *r)
                                           : var_address(*r));
  LLVMBasicBlockRef go_on = new_block("start");
  LLVMBasicBlockRef recovered = new_block("recovered");
  Val again = RT_CALL("deferenter", F->defer_frame);
  Val first =
      LLVMBuildICmp(F->b, LLVMIntEQ, again, const_int(M->t_i32, 0), "");
  cond_br_likely(first, go_on, recovered);
  set_block(recovered);
  set_pos(info->body->block.rbrace);
  run_list();
  set_block(go_on);
}

void enter_defer(FuncInfo *info) {
  Plan plan = make_plan(info);
  F->defers_listed = plan.listed;
  unsigned words = plan.recovers ? GL_DEFER_FRAME_WORDS
                                 : GL_LIGHT_DEFER_FRAME_WORDS;
  F->defer_frame = alloca_llvm(LLVMArrayType2(M->t_i64, words), "defer");
  F->defer_return = new_block("deferreturn");
  if (!plan.recovers) {
    link_light_frame();
    return;
  }
  add_attr(F->fn, LLVMAttributeFunctionIndex, "noinline", 0);
  link_full_frame(info);
}

// ---- the statement ---------------------------------------------------------

// The frame of the function whose defers these are: inside a range-over-func
// body, that of the function around it.
static Val frame_to_push_on(void) {
  return F->defer_frame ? F->defer_frame : range_func_defer_frame();
}

static void note_defer(Val record, Val closure) {
  Val pending = alloca_llvm(M->t_i1, "pending");
  LLVMBuildStore(F->entry_b, LLVMConstInt(M->t_i1, 0, false), pending);
  LLVMBuildStore(F->b, LLVMConstInt(M->t_i1, 1, false), pending);
  vec_push(&F->defers,
           ((Defer){pending, record, closure, closure_code(closure)}));
}

void lower_defer(Stmt *s) {
  set_pos(s->pos);
  bool on_heap = escapes_site(s) || !F->defer_frame;
  Val closure = later_closure(unparen(s->expr.x), on_heap, false);
  LLVMTypeRef type = LLVMStructTypeInContext(
      M->ctx, (LLVMTypeRef[]){M->t_ptr, M->t_ptr}, 2, false);
  Val record = on_heap ? RT_CALL("new", const_i64(sizeof(GlDefer)),
                                 LLVMConstNull(M->t_ptr))
                       : alloca_llvm(type, "defer");
  Val head = gep_bytes(frame_to_push_on(), offsetof(GlDeferFrame, head));
  Val next = LLVMBuildLoad2(F->b, M->t_ptr, head, "");
  LLVMBuildStore(F->b, next, record);
  LLVMBuildStore(F->b, closure, gep_bytes(record, offsetof(GlDefer, fn)));
  LLVMBuildStore(F->b, record, head);
  if (F->defer_frame && !F->defers_listed)
    note_defer(record, closure);
}

// ---- the return ------------------------------------------------------------

static void call_closure(Val closure, Val code) {
  LLVMTypeRef type = LLVMFunctionType(M->t_void, &M->t_ptr, 1, false);
  if (code)
    type = LLVMGlobalGetValueType(code);
  else
    code = LLVMBuildLoad2(F->b, M->t_ptr, closure, "code");
  unsigned n = LLVMCountParamTypes(type);
  Val call = LLVMBuildCall2(F->b, type, code, &closure, n, "");
  if (n == 0)
    return;
  unsigned kind = LLVMGetEnumAttributeKindForName("nest", 4);
  LLVMAddCallSiteAttribute(call, 1, LLVMCreateEnumAttribute(M->ctx, kind, 0));
}

// The record leaves the list before its call: that may panic.
static void run_defer(Defer *d) {
  LLVMBasicBlockRef run = new_block("defer"), after = new_block("deferred");
  cond_br(LLVMBuildLoad2(F->b, M->t_i1, d->pending, ""), run, after);
  set_block(run);
  Val next = LLVMBuildLoad2(F->b, M->t_ptr, d->record, "");
  LLVMBuildStore(F->b, next, frame_word(offsetof(GlDeferFrame, head)));
  call_closure(d->closure, d->code);
  br(after);
  set_block(after);
}

void end_defer(void) {
  set_block(F->defer_return);
  set_pos(F->info->body->block.rbrace);
  if (F->defers_listed) {
    run_list();
    return;
  }
  for (int i = F->defers.len; i-- > 0;)
    run_defer(&F->defers.at[i]);
  unlink_frame();
  return_values();
}
