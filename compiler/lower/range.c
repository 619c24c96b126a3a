// SPDX-License-Identifier: MIT
//
// The range statement over everything but functions (rangefunc.c). The
// operand is evaluated once and its length taken once; a hidden counter
// drives the loop, so the body may change its variables.
#include "lower.h"

typedef struct Range {
  Stmt *s;
  Expr *key, *value;      // NULL if absent or blank
  LLVMBasicBlockRef cond, body, next, done;
  Known before;           // known all over the loop
} Range;

static Expr *used(Expr *x) {
  return x && !is_blank(x) ? x : NULL;
}

static Object *range_object(Expr *x) {
  return unparen(x)->ident.obj;
}

// Before Go 1.22 one pair of variables served the whole loop.
static void declare_once(Range *r) {
  if (!r->s->range.define || r->s->range.per_iteration) return;
  if (r->key) declare_local(range_object(r->key), NULL);
  if (r->value) declare_local(range_object(r->value), NULL);
}

static void range_begin(Range *r, Stmt *s) {
  r->s = s;
  r->before = known_below(F->known);
  r->key = used(s->range.key);
  r->value = used(s->range.value);
  r->cond = new_block("range.cond");
  r->body = new_block("range.body");
  r->next = new_block("range.next");
  r->done = new_block("range.done");
}

static void define_variable(Range *r, Expr *x, Val v, Type *t) {
  Object *obj = range_object(x);
  if (!obj) return;
  v = convert_value(v, t, obj->type, NULL);
  if (r->s->range.per_iteration)
    declare_local(obj, v);
  else
    store_value(var_address(obj), v, obj->type);
}

// Gives key and value (NULL if unused) to the statement's variables.
static void range_assign(Range *r, Val k, Type *kt, Val v, Type *vt) {
  set_pos(r->s->pos);
  if (r->s->range.define) {
    if (r->key) define_variable(r, r->key, k, kt);
    if (r->value) define_variable(r, r->value, v, vt);
    return;
  }
  Lvalue *kl = r->key ? lower_lvalue(r->key) : NULL;
  Lvalue *vl = r->value ? lower_lvalue(r->value) : NULL;
  if (kl && vl && is_memory_class(vt)) v = snapshot(v, vt);
  if (kl) assign_lvalue(kl, k, kt, NULL);
  if (vl) assign_lvalue(vl, v, vt, NULL);
}

static void enter_loop(Range *r) {
  br(r->cond);
  r->before = known_below(F->known);
  enter_block(r->cond, r->before);
}

static void range_body(Range *r) {
  Target target;
  push_target(&target, r->s, r->done, r->next);
  lower_stmt(r->s->range.body);
  pop_target();
  br(r->next);
}

// A hidden loop variable.
static Val counter_new(LLVMTypeRef t) {
  Val c = alloca_llvm(t, "range.i");
  LLVMBuildStore(F->b, LLVMConstNull(t), c);
  return c;
}

static void counter_step(Range *r, Val counter, LLVMTypeRef t) {
  enter_block(r->next, r->before);
  set_pos(r->s->pos);
  Val i = LLVMBuildLoad2(F->b, t, counter, "");
  i = LLVMBuildAdd(F->b, i, LLVMConstInt(t, 1, false), "");
  LLVMBuildStore(F->b, i, counter);
  loop_back_edge(r->cond);
}

// ---- int, array, slice -----------------------------------------------------

static void range_int(Range *r) {
  Expr *x = r->s->range.x;
  Type *t = default_type(type_of(x));
  if (r->key && is_untyped(type_of(x))) t = type_of(r->key);
  Val n = lower_expr_as(x, t);
  LLVMTypeRef lt = LLVMTypeOf(n);
  Val counter = counter_new(lt);
  declare_once(r);
  enter_loop(r);
  Val i = LLVMBuildLoad2(F->b, lt, counter, "");
  Val more = LLVMBuildICmp(F->b, is_signed_int(t) ? LLVMIntSLT : LLVMIntULT, i,
                           n, "");
  cond_br(more, r->body, r->done);
  enter_block(r->body, r->before);
  range_assign(r, i, t, NULL, NULL);
  range_body(r);
  counter_step(r, counter, lt);
}

// n elements of type elem at p; p NULL: the elements are not looked at.
static void range_elements(Range *r, Val p, Val n, Type *elem) {
  Val counter = counter_new(M->t_i64);
  declare_once(r);
  enter_loop(r);
  Val i = LLVMBuildLoad2(F->b, M->t_i64, counter, "");
  cond_br(LLVMBuildICmp(F->b, LLVMIntSLT, i, n, ""), r->body, r->done);
  enter_block(r->body, r->before);
  Val v = r->value ? load_value(gep_index(p, elem, i), elem) : NULL;
  range_assign(r, i, types_basic[B_INT], v, elem);
  range_body(r);
  counter_step(r, counter, M->t_i64);
}

static void range_array(Range *r) {
  Expr *x = r->s->range.x;
  Type *t = type_of(x), *u = under(t);
  Val p = NULL;
  Type *array = t;
  if (u->kind == TY_POINTER) {
    array = u->pointer.elem;
    if (r->value || has_call(x)) p = lower_expr(x);
    Val some = const_i64(under(array)->array.len);
    if (r->value && !LLVMIsNull(some)) nil_check(p);
  } else if (r->value) {
    // The loop sees the array as it was.
    p = alloca_type(t, "range.array");
    lower_expr_as_to(x, t, p);
  } else if (has_call(x)) {
    lower_expr(x);
  }
  u = under(array);
  range_elements(r, p, const_i64(u->array.len), u->array.elem);
}

static void range_slice(Range *r) {
  Expr *x = r->s->range.x;
  // The bytes of range []byte(s): nobody can write to them.
  Expr *string = converted_string(x);
  Val s = lower_expr(string ? string : x);
  range_elements(r, extract(s, 0), extract(s, 1),
                 under(type_of(x))->slice.elem);
}

// ---- string ----------------------------------------------------------------

// The rune at index i and the index after it.
static void decode(Val s, Val i, Val *rune, Val *next) {
  Val p = gep_index(extract(s, 0), types_basic[B_UINT8], i);
  Val c = LLVMBuildLoad2(F->b, M->t_i8, p, "");
  Val ascii = LLVMBuildICmp(F->b, LLVMIntULT, c,
                            LLVMConstInt(M->t_i8, 0x80, false), "");
  LLVMBasicBlockRef one = new_block("range.ascii");
  LLVMBasicBlockRef many = new_block("range.rune");
  LLVMBasicBlockRef done = new_block("range.decoded");
  Known known = F->known;
  cond_br_likely(ascii, one, many);
  set_block(one);
  Val r1 = LLVMBuildZExt(F->b, c, M->t_i32, "");
  Val n1 = LLVMBuildAdd(F->b, i, const_i64(1), "");
  br(done);
  set_block(many);
  Val d = RT_CALL("decoderune", s, i);
  Val r2 = extract(d, 0), n2 = extract(d, 1);
  if (LLVMTypeOf(r2) != M->t_i32)
    r2 = LLVMBuildTrunc(F->b, r2, M->t_i32, "");
  LLVMBasicBlockRef many_end = cur_block();
  br(done);
  enter_block(done, known);
  LLVMBasicBlockRef from[] = {one, many_end};
  *rune = LLVMBuildPhi(F->b, M->t_i32, "");
  LLVMAddIncoming(*rune, (Val[]){r1, r2}, from, 2);
  *next = LLVMBuildPhi(F->b, M->t_i64, "");
  LLVMAddIncoming(*next, (Val[]){n1, n2}, from, 2);
}

// x: the string. Keys are the indices of bytes, or for []rune(x) of runes.
static void range_string(Range *r, Expr *x, bool runes) {
  Val s = lower_expr_as(x, default_type(type_of(x)));
  Val counter = counter_new(M->t_i64), after = alloca_llvm(M->t_i64, "after");
  Val key = runes ? counter_new(M->t_i64) : counter;
  Type *rune_type = runes ? under(type_of(r->s->range.x))->slice.elem
                          : types_basic[B_INT32];
  declare_once(r);
  enter_loop(r);
  Val i = LLVMBuildLoad2(F->b, M->t_i64, counter, "");
  cond_br(LLVMBuildICmp(F->b, LLVMIntSLT, i, extract(s, 1), ""), r->body,
          r->done);
  enter_block(r->body, r->before);
  Val rune, next;
  decode(s, i, &rune, &next);
  LLVMBuildStore(F->b, next, after);
  Val k = runes ? LLVMBuildLoad2(F->b, M->t_i64, key, "") : i;
  range_assign(r, k, types_basic[B_INT], rune, rune_type);
  range_body(r);
  enter_block(r->next, r->before);
  if (runes) {
    k = LLVMBuildLoad2(F->b, M->t_i64, key, "");
    LLVMBuildStore(F->b, LLVMBuildAdd(F->b, k, const_i64(1), ""), key);
  }
  LLVMBuildStore(F->b, LLVMBuildLoad2(F->b, M->t_i64, after, ""), counter);
  loop_back_edge(r->cond);
}

// ---- map, channel ----------------------------------------------------------

static bool equals_itself(Type *key) {
  return is_memory_equal(key) || is_string(key);
}

// for k := range m { delete(m, k) }, with keys that equal themselves.
static bool clears_map(Stmt *s) {
  Expr *m = unparen(s->range.x), *k = used(s->range.key);
  StmtVec *body = &s->range.body->block.stmts;
  if (!k || !s->range.define || used(s->range.value) || body->len != 1 ||
      body->at[0]->kind != S_EXPR || m->kind != E_IDENT ||
      !equals_itself(under(type_of(m))->map.key))
    return false;
  Expr *call = unparen(body->at[0]->expr.x);
  if (!is_builtin_call(call) ||
      unparen(call->call.fun)->builtin != BUILTIN_DELETE ||
      call->call.args.len != 2)
    return false;
  Expr *from = unparen(call->call.args.at[0]);
  Expr *what = unparen(call->call.args.at[1]);
  return from->kind == E_IDENT && from->ident.obj == m->ident.obj &&
         what->kind == E_IDENT && what->ident.obj == range_object(k);
}

static void range_map(Range *r) {
  Expr *x = r->s->range.x;
  Type *t = type_of(x), *u = under(t);
  Val m = lower_expr(x);
  LLVMTypeRef words = LLVMArrayType2(M->t_ptr, GL_HITER_WORDS);
  Val it = alloca_llvm(words, "hiter");
  LLVMBuildStore(F->b, LLVMConstNull(words), it);
  declare_once(r);
  RT_CALL("mapiterinit", type_descriptor(t), m, it);
  enter_loop(r);
  Val kp = LLVMBuildLoad2(F->b, M->t_ptr, it, "");
  cond_br(LLVMBuildIsNull(F->b, kp, ""), r->done, r->body);
  enter_block(r->body, r->before);
  Val k = NULL, v = NULL;
  if (r->key) k = load_value(kp, u->map.key);
  if (r->value) {
    Val vp = LLVMBuildLoad2(F->b, M->t_ptr, gep_bytes(it, 8), "");
    v = load_value(vp, u->map.elem);
  }
  range_assign(r, k, u->map.key, v, u->map.elem);
  range_body(r);
  enter_block(r->next, r->before);
  set_pos(r->s->pos);
  RT_CALL("mapiternext", it);
  loop_back_edge(r->cond);
}

static void range_chan(Range *r) {
  Expr *x = r->s->range.x;
  Type *t = type_of(x), *elem = under(t)->chan.elem;
  Val ch = lower_expr(x);
  declare_once(r);
  enter_loop(r);
  Val ok, v = lower_receive(ch, t, &ok);
  cond_br(ok, r->body, r->done);
  enter_block(r->body, r->before);
  range_assign(r, v, elem, NULL, NULL);
  range_body(r);
  enter_block(r->next, r->before);
  loop_back_edge(r->cond);
}

void lower_range(Stmt *s) {
  set_pos(s->pos);
  Type *u = under(type_of(s->range.x));
  if (u->kind == TY_FUNC) {
    lower_range_func(s);
    return;
  }
  Range r;
  range_begin(&r, s);
  switch (u->kind) {
  case TY_BASIC:
    if (is_string(u))
      range_string(&r, s->range.x, false);
    else
      range_int(&r);
    break;
  case TY_ARRAY:
  case TY_POINTER: range_array(&r); break;
  case TY_SLICE: {
    Expr *string = converted_runes(s->range.x);
    if (string)
      range_string(&r, string, true);
    else
      range_slice(&r);
    break;
  }
  case TY_MAP:
    if (clears_map(s)) {
      RT_CALL("mapclear", type_descriptor(type_of(s->range.x)),
              lower_expr(s->range.x));
      br(r.done);
    } else {
      range_map(&r);
    }
    break;
  case TY_CHAN: range_chan(&r); break;
  default: unreachable();
  }
  enter_block(r.done, r.before);
}
