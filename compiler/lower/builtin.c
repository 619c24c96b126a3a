// SPDX-License-Identifier: MIT
//
// Calls of builtin functions, those of package unsafe too. Constant results
// never get here: the checker has folded them.
#include "lower.h"

static Expr *callee(Expr *x) {
  return unparen(x->call.fun);
}

bool is_builtin_call(Expr *x) {
  return x->kind == E_CALL && callee(x)->mode == MODE_BUILTIN;
}

static Expr *arg(Expr *x, int i) {
  return x->call.args.at[i];
}

static Val icmp(LLVMIntPredicate p, Val x, Val y) {
  return LLVMBuildICmp(F->b, p, x, y, "");
}

static Val select_(Val c, Val x, Val y) {
  return LLVMBuildSelect(F->b, c, x, y, "");
}

static Val bytes_of(Val count, Type *elem) {
  return LLVMBuildMul(F->b, count, const_i64(type_size(elem)), "");
}

static void move_elems(Val dst, Val src, Val count, Type *elem) {
  if (type_size(elem) == 0) return;
  unsigned align = (unsigned)type_align(elem);
  LLVMBuildMemMove(F->b, dst, align, src, align, bytes_of(count, elem));
}

static void clear_elems(Val p, Val count, Type *elem) {
  if (type_size(elem) == 0) return;
  LLVMBuildMemSet(F->b, p, LLVMConstInt(M->t_i8, 0, false),
                  bytes_of(count, elem), (unsigned)type_align(elem));
}

Val frame_address(void) {
  LLVMTypeRef pt[] = {M->t_ptr};
  const char *name = "llvm.frameaddress";
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Val f = LLVMGetIntrinsicDeclaration(M->mod, id, pt, 1);
  Val zero = LLVMConstInt(M->t_i32, 0, false);
  return LLVMBuildCall2(F->b, LLVMGlobalGetValueType(f), f, &zero, 1, "");
}

// An integer argument; what does not fit int comes out negative.
static Val size_arg(Expr *x, int i) {
  bool is_signed;
  return lower_index_value(arg(x, i), &is_signed);
}

// ---- len, cap --------------------------------------------------------------

// The word at p + offset, or 0 of a nil map or channel.
static Val head_word(Val p, int64_t offset) {
  LLVMBasicBlockRef before = cur_block(), some = new_block("len.some");
  LLVMBasicBlockRef done = new_block("len.done");
  Known known = F->known;
  cond_br(LLVMBuildIsNull(F->b, p, ""), done, some);
  set_block(some);
  Val n = LLVMBuildLoad2(F->b, M->t_i64, gep_bytes(p, offset), "");
  // Other threads change it.
  LLVMSetAlignment(n, 8);
  LLVMSetOrdering(n, LLVMAtomicOrderingMonotonic);
  br(done);
  enter_block(done, known);
  Val phi = LLVMBuildPhi(F->b, M->t_i64, "");
  Val in[] = {const_i64(0), n};
  LLVMBasicBlockRef from[] = {before, some};
  LLVMAddIncoming(phi, in, from, 2);
  return phi;
}

static Val lower_len(Expr *x, bool want_cap) {
  Expr *a = arg(x, 0);
  Expr *runes = want_cap ? NULL : converted_runes(a);
  if (runes) return RT_CALL("countrunes", lower_expr(runes));
  Expr *string = want_cap ? NULL : converted_string(a);
  if (string) a = string;
  view_string(a);
  Type *t = type_of(a), *u = under(t);
  Val v = lower_expr(a);
  switch (u->kind) {
  case TY_BASIC:
    return extract(v, 1);
  case TY_SLICE:
    return extract(v, want_cap ? 2 : 1);
  case TY_MAP:
    return head_word(v, offsetof(GlMapHead, count));
  case TY_CHAN:
    return head_word(v, want_cap ? offsetof(GlChanHead, dataqsiz)
                                 : offsetof(GlChanHead, qcount));
  case TY_ARRAY:
    return const_i64(u->array.len);
  case TY_POINTER:
    return const_i64(under(u->pointer.elem)->array.len);
  default:
    unreachable();
  }
}

// ---- append, copy, clear, delete -------------------------------------------

// More than s holds, by growslice; in the frame, if s has no memory yet, what
// is wanted is short and nobody keeps it: then site is that of the append.
static Val grow_slowly(Val s, Val new_len, Val n, Type *elem,
                       const void *site) {
  Val ptr = extract(s, 0), cap = extract(s, 2);
  int64_t size = type_size(elem);
  LLVMBasicBlockRef in_frame = NULL, from = NULL;
  LLVMBasicBlockRef done = new_block("append.grown");
  Val buffer = NULL, most = NULL;
  if (size > 0 && size <= GL_SHORT_TEXT && !escapes_site(site)) {
    LLVMBasicBlockRef heap = new_block("append.heap");
    in_frame = new_block("append.frame");
    buffer = short_buffer(site);
    most = const_i64(GL_SHORT_TEXT / size);
    Val fits = LLVMBuildAnd(F->b, icmp(LLVMIntEQ, cap, const_i64(0)),
                            icmp(LLVMIntULE, new_len, most), "");
    Val used = is_append_in_loop(site) ? alloca_llvm(M->t_i1, "used") : NULL;
    if (used) {
      LLVMBuildStore(F->entry_b, const_int(M->t_i1, 0), used);
      Val fresh = LLVMBuildNot(
          F->b, LLVMBuildLoad2(F->b, M->t_i1, used, ""), "");
      fits = LLVMBuildAnd(F->b, fits, fresh, "");
    }
    cond_br(fits, in_frame, heap);
    set_block(in_frame);
    if (used) LLVMBuildStore(F->b, const_int(M->t_i1, 1), used);
    LLVMBuildMemSet(F->b, buffer, const_int(M->t_i8, 0),
                    const_i64(GL_SHORT_TEXT), 8);
    br(done);
    set_block(heap);
  }
  Val grown = RT_CALL("growslice", ptr, new_len, cap, n,
                      type_descriptor(elem));
  Val grown_ptr = extract(grown, 0), grown_cap = extract(grown, 2);
  from = cur_block();
  br(done);
  set_block(done);
  if (in_frame) {
    LLVMBasicBlockRef blocks[] = {in_frame, from};
    Val p = LLVMBuildPhi(F->b, M->t_ptr, "");
    LLVMAddIncoming(p, (Val[]){buffer, grown_ptr}, blocks, 2);
    Val c = LLVMBuildPhi(F->b, M->t_i64, "");
    LLVMAddIncoming(c, (Val[]){most, grown_cap}, blocks, 2);
    grown_ptr = p;
    grown_cap = c;
  }
  return make_slice(grown_ptr, new_len, grown_cap);
}

// s with room for n more elements: its length is the new one.
static Val grow(Val s, Val n, Type *elem, const void *site) {
  Val ptr = extract(s, 0), len = extract(s, 1), cap = extract(s, 2);
  Val new_len = LLVMBuildAdd(F->b, len, n, "");
  LLVMBasicBlockRef fits = new_block("append.fits");
  LLVMBasicBlockRef slow = new_block("append.grow");
  LLVMBasicBlockRef done = new_block("append.done");
  Known known = F->known;
  cond_br_likely(icmp(LLVMIntULE, new_len, cap), fits, slow);
  set_block(slow);
  Val grown = grow_slowly(s, new_len, n, elem, site);
  Val grown_ptr = extract(grown, 0), grown_cap = extract(grown, 2);
  LLVMBasicBlockRef slow_end = cur_block();
  br(done);
  set_block(fits);
  br(done);
  enter_block(done, known);
  LLVMBasicBlockRef from[] = {fits, slow_end};
  Val p = LLVMBuildPhi(F->b, M->t_ptr, "");
  Val p_in[] = {ptr, grown_ptr};
  LLVMAddIncoming(p, p_in, from, 2);
  Val c = LLVMBuildPhi(F->b, M->t_i64, "");
  Val c_in[] = {cap, grown_cap};
  LLVMAddIncoming(c, c_in, from, 2);
  return make_slice(p, new_len, c);
}

// What append adds: n values, or the elements of a slice or string, or so
// many zeros.
typedef struct Added {
  Val *vals, spread, zeros;
  int n;
} Added;

// The length in append(s, make([]T, n)...), else NULL.
static Expr *made_length(Expr *x) {
  Expr *made = unparen(x);
  return made->kind == E_CALL && is_builtin_call(made) &&
                 callee(made)->builtin == BUILTIN_MAKE &&
                 made->call.args.len == 2
             ? made
             : NULL;
}

static Added lower_added(Expr *x, Type *elem) {
  Added a = {.n = x->call.args.len - 1};
  if (x->call.spread) {
    Expr *more = arg(x, 1);
    Expr *made = made_length(more);
    if (made) {
      a.zeros = size_arg(made, 1);
      set_pos(made->pos);
      check(icmp(LLVMIntSGE, a.zeros, const_i64(0)), "panicmakeslicelen", NULL,
            0);
    } else if (more->mode != MODE_NIL) {
      a.spread = lower_viewed_bytes(more, default_type(type_of(more)));
    }
    return a;
  }
  a.vals = NEW_ARRAY(Val, a.n + 1);
  Type **types = NEW_ARRAY(Type *, a.n + 1);
  for (int i = 0; i < a.n; i++) types[i] = elem;
  lower_operands(x->call.args.at + 1, types, a.n, a.vals);
  return a;
}

static Val append_added(Expr *x, Val s, Added a, Type *elem) {
  if (!a.spread && !a.vals && !a.zeros) return s;
  set_pos(x->pos);
  Val n = a.zeros    ? a.zeros
          : a.spread ? extract(a.spread, 1)
                     : const_i64(a.n);
  Val grown = grow(s, n, elem, x);
  Val at = gep_index(extract(grown, 0), elem, extract(s, 1));
  if (a.spread) move_elems(at, extract(a.spread, 0), n, elem);
  if (a.zeros) clear_elems(at, n, elem);
  for (int i = 0; a.vals && i < a.n; i++)
    store_value(gep_index(at, elem, const_i64(i)), a.vals[i], elem);
  return grown;
}

static Val lower_append(Expr *x) {
  Type *t = type_of(x), *elem = under(t)->slice.elem;
  Val s = lower_expr_as(arg(x, 0), t);
  if (x->call.args.len == 1) return s;
  return append_added(x, s, lower_added(x, elem), elem);
}

void lower_append_in_place(Expr *x, Lvalue *l) {
  Type *elem = under(l->type)->slice.elem;
  Added added = lower_added(x, elem);
  set_pos(x->pos);
  Val at = lvalue_address(l);
  Val s = append_added(x, load_value(at, l->type), added, elem);
  store_value(at, s, l->type);
}

static Val lower_copy(Expr *x) {
  Type *t = type_of(arg(x, 0)), *elem = under(t)->slice.elem;
  Val dst = lower_expr(arg(x, 0));
  Val src = lower_viewed_bytes(arg(x, 1), default_type(type_of(arg(x, 1))));
  Val a = extract(dst, 1), b = extract(src, 1);
  Val n = select_(icmp(LLVMIntSLT, a, b), a, b);
  move_elems(extract(dst, 0), extract(src, 0), n, elem);
  return n;
}

static void lower_clear(Expr *x) {
  Expr *a = arg(x, 0);
  Type *t = type_of(a), *u = under(t);
  Val v = lower_expr(a);
  if (u->kind == TY_MAP) {
    RT_CALL("mapclear", type_descriptor(t), v);
    return;
  }
  clear_elems(extract(v, 0), extract(v, 1), u->slice.elem);
}

static void lower_delete(Expr *x) {
  Type *t = type_of(arg(x, 0));
  Val m = lower_expr(arg(x, 0));
  Val key = lower_expr_as(arg(x, 1), under(t)->map.key);
  map_delete(t, m, key);
}

// ---- make and new ----------------------------------------------------------

enum { MAX_STACK_SLICE = 64 << 10 };

// A slice that nobody keeps, of a length known only when the program runs: in
// the frame if it is short.
static Val make_short(Expr *x, Type *t, Val len, Val cap) {
  Type *elem = under(t)->slice.elem;
  int64_t size = type_size(elem);
  if (escapes_site(x) || size <= 0 || size > GL_SHORT_TEXT) return NULL;
  LLVMBasicBlockRef in_frame = new_block("make.frame");
  LLVMBasicBlockRef heap = new_block("make.heap");
  LLVMBasicBlockRef done = new_block("make.done");
  Known known = F->known;
  Val fits = icmp(LLVMIntULE, cap, const_i64(GL_SHORT_TEXT / size));
  if (len != cap)
    fits = LLVMBuildAnd(F->b, fits, icmp(LLVMIntULE, len, cap), "");
  cond_br(fits, in_frame, heap);
  set_block(in_frame);
  Val buffer = short_buffer(x);
  LLVMBuildMemSet(F->b, buffer, const_int(M->t_i8, 0),
                  const_i64(GL_SHORT_TEXT), 8);
  br(done);
  set_block(heap);
  Val made = RT_CALL("makeslice", type_descriptor(elem), len, cap);
  br(done);
  enter_block(done, known);
  Val p = LLVMBuildPhi(F->b, M->t_ptr, "");
  LLVMAddIncoming(p, (Val[]){buffer, made},
                  (LLVMBasicBlockRef[]){in_frame, heap}, 2);
  return make_slice(p, len, cap);
}

// A slice in the frame, if escape.c allows it and its capacity is known.
static Val make_on_stack(Expr *x, Type *t, Val len, Val cap) {
  Type *elem = under(t)->slice.elem;
  if (escapes_site(x)) return NULL;
  if (!LLVMIsAConstantInt(cap)) return make_short(x, t, len, cap);
  int64_t n = LLVMConstIntGetSExtValue(cap);
  int64_t size = type_size(elem);
  if (n <= 0 || size <= 0 || n > MAX_STACK_SLICE / size) return NULL;
  if (!LLVMIsAConstantInt(len)) {
    check(icmp(LLVMIntSGE, len, const_i64(0)), "panicmakeslicelen", NULL, 0);
    check(icmp(LLVMIntSLE, len, cap), "panicmakeslicecap", NULL, 0);
  } else if (LLVMConstIntGetZExtValue(len) > (uint64_t)n)
    return NULL;
  Type *array = type_array(elem, n);
  Val p = alloca_type(array, "make");
  zero_memory(p, array);
  return make_slice(p, len, cap);
}

static Val lower_make(Expr *x) {
  Type *t = type_of(x), *u = under(t);
  int n = x->call.args.len;
  set_pos(x->pos);
  if (u->kind == TY_MAP) {
    Val hint = n > 1 ? size_arg(x, 1) : const_i64(0);
    return RT_CALL("makemap", type_descriptor(t), hint);
  }
  if (u->kind == TY_CHAN) {
    Val size = n > 1 ? size_arg(x, 1) : const_i64(0);
    Val ch = RT_CALL("makechan", type_descriptor(t), size);
    Val code = const_i64(GL_CHAN_BAD_SIZE);
    check(LLVMBuildIsNotNull(F->b, ch, ""), "panicchan", &code, 1);
    return ch;
  }
  Val len = size_arg(x, 1);
  Val cap = n > 2 ? size_arg(x, 2) : len;
  set_pos(x->pos);
  Val on_stack = make_on_stack(x, t, len, cap);
  if (on_stack) return on_stack;
  Val p = RT_CALL("makeslice", type_descriptor(u->slice.elem), len, cap);
  return make_slice(p, len, cap);
}

// new(T) and new(value).
static Val lower_new(Expr *x) {
  Type *elem = under(type_of(x))->pointer.elem;
  Expr *a = arg(x, 0);
  bool is_type = unparen(a)->mode == MODE_TYPE;
  Val v = is_type ? NULL : lower_expr_as(a, elem);
  set_pos(x->pos);
  if (escapes_site(x)) {
    if (v && is_memory_class(elem)) v = snapshot(v, elem);
    Val p = new_object(elem);
    if (v) store_value(p, v, elem);
    return p;
  }
  Val p = alloca_type(elem, "new");
  if (v)
    store_value(p, v, elem);
  else
    zero_memory(p, elem);
  return p;
}

// ---- min, max, complex -----------------------------------------------------

static Val float_minmax(Val a, Val b, bool is_min) {
  // NaN wins, and -0 is below 0.
  const char *name = is_min ? "llvm.minimum" : "llvm.maximum";
  LLVMTypeRef t = LLVMTypeOf(a);
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  Val f = LLVMGetIntrinsicDeclaration(M->mod, id, &t, 1);
  Val args[] = {a, b};
  return LLVMBuildCall2(F->b, LLVMGlobalGetValueType(f), f, args, 2, "");
}

static Val minmax2(Val a, Val b, Type *t, bool is_min) {
  if (is_float(t)) return float_minmax(a, b, is_min);
  // Of equals the first is taken.
  LLVMIntPredicate p = is_min ? LLVMIntSLT : LLVMIntSGT;
  if (is_string(t)) {
    Val order = RT_CALL("cmpstring", b, a);
    return select_(icmp(p, order, const_i64(0)), b, a);
  }
  if (!is_signed_int(t)) p = is_min ? LLVMIntULT : LLVMIntUGT;
  return select_(icmp(p, b, a), b, a);
}

static Val lower_minmax(Expr *x, bool is_min) {
  Type *t = type_of(x);
  int n = x->call.args.len;
  Val *vals = NEW_ARRAY(Val, n);
  Type **types = NEW_ARRAY(Type *, n);
  for (int i = 0; i < n; i++) types[i] = t;
  lower_operands(x->call.args.at, types, n, vals);
  Val r = vals[0];
  for (int i = 1; i < n; i++) r = minmax2(r, vals[i], t, is_min);
  return r;
}

static Val lower_complex(Expr *x) {
  Type *t = type_of(x);
  bool is64 = under(t)->basic.kind == B_COMPLEX64;
  Type *part = types_basic[is64 ? B_FLOAT32 : B_FLOAT64];
  Val re = lower_expr_as(arg(x, 0), part);
  Val im = lower_expr_as(arg(x, 1), part);
  return make2(llvm_type(t), re, im);
}

// ---- panic, recover, print -------------------------------------------------

static void lower_panic(Expr *x) {
  Val v = lower_expr_as(arg(x, 0), type_any);
  set_pos(x->pos);
  RT_CALL("gopanic", v);
  emit_unreachable();
}

// A body of range over a function is called by the iterator, not by the
// panic, so recover in it finds nothing: its own frame is what counts.
static Val lower_recover(void) {
  return RT_CALL("gorecover", frame_address());
}

static void print_value(Val v, Type *t) {
  Type *u = under(t);
  switch (u->kind) {
  case TY_SLICE:
    RT_CALL("printslice", v);
    return;
  case TY_INTERFACE:
    if (is_empty_interface(t))
      RT_CALL("printeface", v);
    else
      RT_CALL("printiface", extract(v, 0), extract(v, 1));
    return;
  case TY_BASIC:
    break;
  default:
    RT_CALL("printpointer", v);
    return;
  }
  if (is_boolean(u))
    RT_CALL("printbool", v);
  else if (is_integer(u))
    RT_CALL(is_signed_int(u) ? "printint" : "printuint", to_i64(v, u));
  else if (is_float(u))
    RT_CALL(type_size(u) == 4 ? "printfloat32" : "printfloat", v);
  else if (is_complex(u))
    RT_CALL(type_size(u) == 8 ? "printcomplex64" : "printcomplex", v);
  else if (is_string(u))
    RT_CALL("printstring", v);
  else
    RT_CALL("printpointer", v);
}

static void lower_print(Expr *x, bool newline) {
  int n = x->call.args.len;
  Val *vals = NEW_ARRAY(Val, n + 1);
  Type **types = NEW_ARRAY(Type *, n + 1);
  for (int i = 0; i < n; i++) {
    types[i] = default_type(type_of(arg(x, i)));
    if (arg(x, i)->mode == MODE_NIL) types[i] = types_basic[B_UNSAFE_POINTER];
  }
  lower_operands(x->call.args.at, types, n, vals);
  set_pos(x->pos);
  rt_call("printlock", NULL, 0);
  for (int i = 0; i < n; i++) {
    if (i && newline) rt_call("printsp", NULL, 0);
    print_value(vals[i], types[i]);
  }
  if (newline) rt_call("printnl", NULL, 0);
  rt_call("printunlock", NULL, 0);
}

// ---- unsafe ----------------------------------------------------------------

// Panics unless 0 <= n, and n elements at p fit the address space; NULL may
// have none.
static void check_unsafe(Val p, Val n, int64_t size, const char *len_panic,
                         const char *nil_panic) {
  Val zero = const_i64(0);
  check(icmp(LLVMIntSGE, n, zero), len_panic, NULL, 0);
  Val addr = LLVMBuildPtrToInt(F->b, p, M->t_i64, "");
  if (size) {
    // n <= (2^64 - addr) / size, for addr 0 n must be 0 anyway.
    Val room = LLVMBuildNeg(F->b, addr, "");
    Val most = LLVMBuildUDiv(F->b, room, const_i64(size), "");
    Val ok = LLVMBuildOr(F->b, icmp(LLVMIntULE, n, most),
                         icmp(LLVMIntEQ, addr, zero), "");
    check(ok, len_panic, NULL, 0);
  }
  Val ok = LLVMBuildOr(F->b, icmp(LLVMIntNE, addr, zero),
                       icmp(LLVMIntEQ, n, zero), "");
  check(ok, nil_panic, NULL, 0);
}

static Val lower_unsafe_slice(Expr *x) {
  Type *elem = under(type_of(x))->slice.elem;
  Val p = lower_expr(arg(x, 0));
  Val n = size_arg(x, 1);
  set_pos(x->pos);
  check_unsafe(p, n, type_size(elem), "panicunsafeslicelen",
               "panicunsafeslicenilptr");
  return make_slice(p, n, n);
}

static Val lower_unsafe_string(Expr *x) {
  Val p = lower_expr(arg(x, 0));
  Val n = size_arg(x, 1);
  set_pos(x->pos);
  check_unsafe(p, n, 1, "panicunsafestringlen", "panicunsafestringnilptr");
  return make_string(p, n);
}

static Val lower_unsafe_add(Expr *x) {
  Val p = lower_expr(arg(x, 0));
  Val n = size_arg(x, 1);
  return LLVMBuildGEP2(F->b, M->t_i8, p, &n, 1, "");
}

// ---- entry -----------------------------------------------------------------

// The offset of a field in x of x.f, through embedded structs.
static int64_t selection_offset(Expr *x) {
  Selection *s = x->selector.selection;
  Type *t = deref(s->recv, NULL);
  int64_t offset = 0;
  vec_each(int, i, &s->path) {
    Type *u = under(t);
    offset += field_offset(u, *i);
    t = u->struct_.fields.at[*i]->type;
  }
  return offset;
}

// f(g()) with several results of g: each becomes a variable first.
static Expr *spread_tuple(Expr *x) {
  Expr *call = unparen(arg(x, 0));
  TypeVec *types = &type_of(call)->tuple.types;
  Val *vals = NEW_ARRAY(Val, types->len);
  lower_call_multi(call, vals);
  Expr *copy = NEW(Expr);
  *copy = *x;
  copy->call.args = (ExprVec){0};
  for (int i = 0; i < types->len; i++) {
    Type *t = types->at[i];
    Object *var = object_new(OBJ_VAR, x->pos, M->pkg, name_cstr("#arg"), t);
    declare_local(var, vals[i]);
    Expr *id = NEW(Expr);
    *id = (Expr){.kind = E_IDENT, .mode = MODE_VAR, .pos = x->pos,
                 .end = x->end, .type = t};
    id->ident.name = var->name;
    id->ident.obj = var;
    vec_push(&copy->call.args, id);
  }
  return copy;
}

Val lower_builtin(Expr *x) {
  set_pos(x->pos);
  if (x->call.args.len == 1 && arg(x, 0)->mode == MODE_TUPLE)
    x = spread_tuple(x);
  switch ((BuiltinId)callee(x)->builtin) {
  case BUILTIN_APPEND: return lower_append(x);
  case BUILTIN_LEN: return lower_len(x, false);
  case BUILTIN_CAP: return lower_len(x, true);
  case BUILTIN_CLEAR: lower_clear(x); return NULL;
  case BUILTIN_CLOSE: {
    Val ch = lower_expr(arg(x, 0));
    set_pos(x->pos);
    check_chan_code(RT_CALL("closechan", ch));
    return NULL;
  }
  case BUILTIN_COMPLEX: return lower_complex(x);
  case BUILTIN_COPY: return lower_copy(x);
  case BUILTIN_DELETE: lower_delete(x); return NULL;
  case BUILTIN_REAL: return extract(lower_expr(arg(x, 0)), 0);
  case BUILTIN_IMAG: return extract(lower_expr(arg(x, 0)), 1);
  case BUILTIN_MAKE: return lower_make(x);
  case BUILTIN_MAX: return lower_minmax(x, false);
  case BUILTIN_MIN: return lower_minmax(x, true);
  case BUILTIN_NEW: return lower_new(x);
  case BUILTIN_PANIC: lower_panic(x); return NULL;
  case BUILTIN_PRINT: lower_print(x, false); return NULL;
  case BUILTIN_PRINTLN: lower_print(x, true); return NULL;
  case BUILTIN_RECOVER: return lower_recover();
  case BUILTIN_UNSAFE_ADD: return lower_unsafe_add(x);
  case BUILTIN_UNSAFE_SLICE: return lower_unsafe_slice(x);
  case BUILTIN_UNSAFE_STRING: return lower_unsafe_string(x);
  case BUILTIN_UNSAFE_SLICEDATA:
  case BUILTIN_UNSAFE_STRINGDATA:
    return extract(lower_expr_as(arg(x, 0), default_type(type_of(arg(x, 0)))),
                   0);
  case BUILTIN_UNSAFE_ALIGNOF:
    return const_i64(type_align(type_of(arg(x, 0))));
  case BUILTIN_UNSAFE_SIZEOF:
    return const_i64(type_size(type_of(arg(x, 0))));
  case BUILTIN_UNSAFE_OFFSETOF:
    return const_i64(selection_offset(unparen(arg(x, 0))));
  case BUILTIN_NONE:
    break;
  }
  unreachable();
}
