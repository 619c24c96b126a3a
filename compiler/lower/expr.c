// SPDX-License-Identifier: MIT
//
// Expressions: the dispatch over kinds, identifiers, selectors, unary and
// binary operators, addresses, short-circuit conditions.
//
// lower_expr gives a value by the value model of lower.h. For a memory-class
// variable that is the variable's own address, without a copy: whoever keeps
// the value while something else is evaluated takes a snapshot
// (lower_stable). lower_expr_to and its kin write to memory that the
// expression cannot refer to, so composite literals build in place.
#include "lower.h"

Type *type_of(Expr *x) {
  return x->type;
}

bool is_addressable(Expr *x) {
  x = unparen(x);
  switch (x->kind) {
  case E_IDENT:
    return x->ident.obj && x->ident.obj->kind == OBJ_VAR;
  case E_STAR:
    return x->mode != MODE_TYPE;
  case E_SELECTOR: {
    Selection *sel = x->selector.selection;
    if (!sel) return is_addressable(x->selector.sel);
    if (sel->kind != SEL_FIELD) return false;
    return sel->indirect || under(type_of(x->selector.x))->kind == TY_POINTER ||
           is_addressable(x->selector.x);
  }
  case E_INDEX: {
    Type *t = under(type_of(x->index.x));
    if (t->kind == TY_SLICE || t->kind == TY_POINTER) return true;
    return t->kind == TY_ARRAY && is_addressable(x->index.x);
  }
  default:
    return false;
  }
}

bool is_conversion(Expr *x) {
  return x->kind == E_CALL && unparen(x->call.fun)->mode == MODE_TYPE;
}

static bool find_call(Walker *w, Expr *x) {
  bool *found = w->data;
  if (*found || x->mode == MODE_CONST || x->mode == MODE_TYPE) return false;
  if (x->kind == E_FUNC_LIT) return false;
  bool receive = x->kind == E_UNARY && x->op == T_ARROW;
  bool call = x->kind == E_CALL && !is_conversion(x);
  if (receive || call)
    *found = true;
  else if (x->kind == E_BINARY)
    *found = has_call(x);
  return !*found && x->kind != E_BINARY;
}

// Answers for operators are kept: every level of a long chain asks.
bool has_call(Expr *x) {
  static Map known;
  static char yes, no;
  bool found = false;
  Walker w = {.expr = find_call, .data = &found};
  if (x->kind != E_BINARY || x->mode == MODE_CONST) {
    walk_expr(&w, x);
    return found;
  }
  void *answer = map_get(&known, x);
  if (!answer) {
    bool has = has_call(x->binary.y) || has_call(x->binary.x);
    answer = has ? &yes : &no;
    map_put(&known, x, answer);
  }
  return answer == &yes;
}

// ---- constants -------------------------------------------------------------

static Val complex_const(const Const *c, Type *t) {
  LLVMTypeRef ct = llvm_type(t);
  LLVMTypeRef part = LLVMStructGetTypeAtIndex(ct, 0);
  const Const *re = const_real(c), *im = const_imag(c);
  Val re_im[2];
  if (part == M->t_f32) {
    re_im[0] = LLVMConstReal(part, const_float(re));
    re_im[1] = LLVMConstReal(part, const_float(im));
  } else {
    re_im[0] = LLVMConstReal(part, const_double(re));
    re_im[1] = LLVMConstReal(part, const_double(im));
  }
  // Not make2: a package variable may be meant, and no function.
  return LLVMConstStructInContext(M->ctx, re_im, 2, false);
}

Val lower_const(Const *c, Type *t) {
  Type *d = default_type(t);
  Type *u = under(d);
  if (u->kind == TY_INTERFACE) {
    // An untyped constant that was given an interface type by its context.
    Type *own = types_basic[B_INT];
    switch (const_kind(c)) {
    case CONST_BOOL: own = types_basic[B_BOOL]; break;
    case CONST_STRING: own = types_basic[B_STRING]; break;
    case CONST_FLOAT: own = types_basic[B_FLOAT64]; break;
    case CONST_COMPLEX: own = types_basic[B_COMPLEX128]; break;
    default: break;
    }
    return convert_value(lower_const(c, own), own, d, NULL);
  }
  if (u->kind != TY_BASIC)  // unsafe.Pointer(nil) and the like
    return zero_value(d);
  if (is_boolean(u)) return LLVMConstInt(M->t_i1, const_bool(c), false);
  if (is_integer(u))
    return LLVMConstInt(llvm_type(d), const_bits(const_to_int(c)), false);
  if (is_float(u)) {
    if (u->basic.kind == B_FLOAT32)
      return LLVMConstReal(M->t_f32, const_float(c));
    return LLVMConstReal(M->t_f64, const_double(c));
  }
  if (is_complex(u)) return complex_const(c, d);
  if (is_string(u)) {
    size_t n;
    const char *s = const_string(c, &n);
    return string_const(s, n);
  }
  if (u->basic.kind == B_UNSAFE_POINTER) {
    Val bits = LLVMConstInt(M->t_i64, const_bits(c), false);
    return LLVMConstIntToPtr(bits, M->t_ptr);
  }
  unreachable();
}

// ---- identifiers and selectors ---------------------------------------------

// x is an identifier whose value is wanted as a t.
static Val lower_object(Expr *x, Type *t) {
  Object *obj = x->ident.obj;
  switch (obj->kind) {
  case OBJ_VAR:
    return var_value(obj);
  case OBJ_FUNC:
    return func_value_of(func_object(x));
  case OBJ_CONST:
    return lower_const(obj->const_.cv, t);
  case OBJ_NIL:
    return zero_value(t);
  default:
    unreachable();
  }
}

// A place in memory for a scalar value that is no variable.
static Val spill(Val v, Type *t) {
  Val tmp = alloca_type(t, "spill");
  store_value(tmp, v, t);
  return tmp;
}

Val lower_field_path(Val v, Type *t, bool is_addr, Selection *sel, int n,
                     Type **result) {
  for (int i = 0; i < n; i++) {
    Type *u = under(t);
    if (u->kind == TY_POINTER) {
      if (is_addr) v = load_value(v, t);
      nil_check(v);
      is_addr = true;
      t = u->pointer.elem;
      u = under(t);
    }
    if (!is_addr) {
      if (!is_memory_class(t)) v = spill(v, t);
      is_addr = true;
    }
    int index = sel->path.at[i];
    v = gep_field(v, u, index);
    t = u->struct_.fields.at[index]->type;
  }
  if (!is_addr) v = is_memory_class(t) ? v : spill(v, t);
  if (result) *result = t;
  return v;
}

// A variable that is but a name for a value.
static bool is_value_name(Expr *x) {
  x = unparen(x);
  return x->kind == E_IDENT && x->ident.obj &&
         map_has(&F->values, x->ident.obj);
}

// Where the operand of a selector starts: its address if it has one.
static Val lower_operand(Expr *x, bool *is_addr) {
  Type *t = type_of(x);
  if (under(t)->kind != TY_POINTER && is_addressable(x) &&
      !is_value_name(x)) {
    *is_addr = true;
    return lower_address(x);
  }
  *is_addr = is_memory_class(t);
  return lower_expr(x);
}

static Val lower_field_address(Expr *x, Type **ft) {
  Selection *sel = x->selector.selection;
  bool is_addr;
  Val v = lower_operand(x->selector.x, &is_addr);
  return lower_field_path(v, type_of(x->selector.x), is_addr, sel,
                          sel->path.len, ft);
}

Val lower_receiver(Expr *x, Type **recv_type) {
  Selection *sel = x->selector.selection;
  Object *m = sel->obj;
  Type *t = type_of(x->selector.x);
  bool is_addr;
  Val v = lower_operand(x->selector.x, &is_addr);
  if (sel->path.len)
    v = lower_field_path(v, t, is_addr, sel, sel->path.len, &t), is_addr = true;
  if (m->func.iface) {
    *recv_type = t;
    return is_addr ? load_value(v, t) : v;
  }
  bool have_pointer = under(t)->kind == TY_POINTER && !is_interface(t);
  if (have_pointer) {
    if (is_addr) v = load_value(v, t);
    if (m->func.ptr_recv) {
      *recv_type = t;
      return v;
    }
    nil_check(v);
    t = under(t)->pointer.elem;
    is_addr = true;
  }
  if (m->func.ptr_recv) {
    *recv_type = type_pointer(t);
    return is_addr ? v : spill(v, t);
  }
  *recv_type = t;
  return is_addr ? load_value(v, t) : v;
}

// Field `index` of a struct value of scalar class.
static Val field_of_value(Val v, Type *field, int index) {
  v = extract(v, (unsigned)index);
  return is_boolean(field) ? LLVMBuildTrunc(F->b, v, M->t_i1, "") : v;
}

static Val lower_field(Expr *x) {
  Selection *sel = x->selector.selection;
  Type *t = type_of(x->selector.x);
  bool is_addr;
  Val v = lower_operand(x->selector.x, &is_addr);
  for (int i = 0; i < sel->path.len; i++) {
    Type *u = under(t);
    if (u->kind == TY_POINTER) {
      if (is_addr) v = load_value(v, t);
      nil_check(v);
      is_addr = true;
      u = under(u->pointer.elem);
    }
    int index = sel->path.at[i];
    t = u->struct_.fields.at[index]->type;
    v = is_addr ? gep_field(v, u, index) : field_of_value(v, t, index);
  }
  return is_addr ? load_value(v, t) : v;
}

static Val lower_selector(Expr *x) {
  Selection *sel = x->selector.selection;
  if (!sel) return lower_object(x->selector.sel, type_of(x));
  switch (sel->kind) {
  case SEL_FIELD:
    return lower_field(x);
  case SEL_METHOD: {
    Type *recv_type;
    Val recv = lower_receiver(x, &recv_type);
    return lower_method_value(recv, recv_type, sel, escapes_site(x));
  }
  case SEL_METHOD_EXPR:
    return lower_method_expr(sel);
  }
  unreachable();
}

// ---- addresses -------------------------------------------------------------

static Val lower_composite_address(Expr *x) {
  Type *t = type_of(x);
  if (under(t)->kind == TY_POINTER) return lower_expr(x);  // elided &T
  if (escapes_site(x)) {
    Val p = new_object(t);
    lower_composite_to(x, p);
    return p;
  }
  Val p = alloca_type(t, "lit");
  lower_composite_to(x, p);
  return p;
}

static bool is_map_index(Expr *x) {
  return x->kind == E_INDEX && under(type_of(x->index.x))->kind == TY_MAP;
}

Val lower_address(Expr *x) {
  x = unparen(x);
  set_pos(x->pos);
  switch (is_map_index(x) ? E_CALL : x->kind) {
  case E_IDENT:
    return var_address(x->ident.obj);
  case E_SELECTOR:
    if (!x->selector.selection)
      return var_address(x->selector.sel->ident.obj);
    return lower_field_address(x, NULL);
  case E_INDEX:
    return lower_index_address(x);
  case E_STAR: {
    Val p = lower_expr(x->unary.x);
    nil_check(p);
    return p;
  }
  case E_COMPOSITE_LIT:
    return lower_composite_address(x);
  default: {
    // Not addressable in the language; a copy serves who only reads.
    Type *t = type_of(x);
    Val v = lower_expr(x);
    return is_memory_class(t) ? v : spill(v, t);
  }
  }
}

// ---- operators -------------------------------------------------------------

static Val lower_unary(Expr *x) {
  Type *t = type_of(x);
  Expr *operand = x->unary.x;
  switch (x->op) {
  case T_AND: {
    Val p = lower_address(operand);
    if (type_size(type_of(operand)) > 0) note_nonnil(p);
    return p;
  }
  case T_ARROW:
    return lower_receive(lower_expr(operand), type_of(operand), NULL);
  case T_NOT:
    return LLVMBuildNot(F->b, lower_expr(operand), "");
  case T_ADD:
    return lower_expr_as(operand, t);
  case T_XOR:
    return LLVMBuildNot(F->b, lower_expr_as(operand, t), "");
  case T_SUB: {
    Val v = lower_expr_as(operand, t);
    if (is_float(t)) return LLVMBuildFNeg(F->b, v, "");
    if (is_complex(t))
      return make2(llvm_type(t), LLVMBuildFNeg(F->b, extract(v, 0), ""),
                   LLVMBuildFNeg(F->b, extract(v, 1), ""));
    return LLVMBuildNeg(F->b, v, "");
  }
  default:
    unreachable();
  }
}

// The value of && and ||.
static Val lower_short_circuit(Expr *x) {
  LLVMBasicBlockRef rhs = new_block("sc.rhs"), done = new_block("sc.done");
  bool is_and = x->op == T_ANDAND;
  Outcome left = is_and ? lower_cond(x->binary.x, rhs, done)
                        : lower_cond(x->binary.x, done, rhs);
  enter_block(rhs, is_and ? left.yes : left.no);
  Val v = lower_expr(x->binary.y);
  LLVMBasicBlockRef rhs_end = cur_block();
  br(done);
  enter_block(done, known_join(is_and ? left.no : left.yes, F->known));
  Val phi = LLVMBuildPhi(F->b, M->t_i1, "");
  // The left side may reach done from several blocks.
  Val early = LLVMConstInt(M->t_i1, !is_and, false);
  for (LLVMUseRef u = LLVMGetFirstUse(LLVMBasicBlockAsValue(done)); u;
       u = LLVMGetNextUse(u)) {
    Val user = LLVMGetUser(u);
    if (!LLVMIsATerminatorInst(user)) continue;
    LLVMBasicBlockRef from = LLVMGetInstructionParent(user);
    Val in = from == rhs_end ? v : early;
    LLVMAddIncoming(phi, &in, &from, 1);
  }
  return phi;
}

bool is_comparison(Token op) {
  return op == T_EQL || op == T_NEQ || op == T_LSS || op == T_LEQ ||
         op == T_GTR || op == T_GEQ;
}

static bool is_nil_operand(Expr *x) {
  return x->mode == MODE_NIL;
}

// Whether the left operand is evaluated after the right one: the language
// orders calls only, and gc evaluates what contains none after them.
static bool read_late(Expr *x, Expr *beside) {
  return x->mode != MODE_CONST && !has_call(x) && has_call(beside);
}

static Val lower_comparison(Expr *x) {
  Expr *l = x->binary.x, *r = x->binary.y;
  if (is_nil_operand(r) || is_nil_operand(l)) {
    Expr *other = is_nil_operand(r) ? l : r;
    if (is_nil_operand(other))
      return LLVMConstInt(M->t_i1, x->op == T_EQL, false);
    Val is = lower_is_nil(lower_expr(other), type_of(other));
    return x->op == T_EQL ? is : LLVMBuildNot(F->b, is, "");
  }
  Type *lt = type_of(l), *rt = type_of(r);
  if (is_untyped(lt) && !is_untyped(rt)) lt = rt;
  if (is_untyped(rt) && !is_untyped(lt)) rt = lt;
  Val lv, rv;
  if (read_late(l, r)) {
    rv = lower_expr_as(r, rt);
    lv = lower_expr_as(l, lt);
  } else if (is_string(lt) && is_string(rt) && !has_call(r)) {
    lv = lower_string_view(l, lt);
    rv = lower_string_view(r, rt);
  } else {
    lv = lower_expr_as(l, lt);
    if (is_memory_class(lt) && has_call(r)) lv = snapshot(lv, lt);
    rv = lower_expr_as(r, rt);
  }
  set_pos(x->pos);
  return lower_compare(x->op, lv, lt, rv, rt);
}

bool is_const_text(Expr *x) {
  size_t n = 0;
  return x->mode == MODE_CONST && const_string(x->cv, &n) && n > 0;
}

typedef VEC(Expr *) Operands;

static void concat_operands(Expr *x, Operands *out) {
  Expr *u = unparen(x);
  if (u->mode != MODE_CONST && u->kind == E_BINARY && u->op == T_ADD) {
    concat_operands(u->binary.x, out);
    concat_operands(u->binary.y, out);
    return;
  }
  vec_push(out, x);
}

// A sum of one string with empty ones is that string, not a copy: with text
// that cannot be.
static bool has_text(Operands *ops) {
  vec_each(Expr *, x, ops)
    if (is_const_text(*x)) return true;
  return false;
}

Val *lower_concat_operands(Expr *x, int *n) {
  Operands ops = {0};
  concat_operands(x, &ops);
  Val *vals = NEW_ARRAY(Val, ops.len + 1);
  Type **types = NEW_ARRAY(Type *, ops.len);
  for (int i = 0; i < ops.len; i++) types[i] = type_of(x);
  if (has_text(&ops))
    vec_each(Expr *, op, &ops)
      if (!has_call(*op)) view_string(*op);
  lower_operands(ops.at, types, ops.len, vals + 1);
  *n = ops.len;
  return vals;
}

Val concat_strings(Val *vals, int n, const void *site) {
  Val array = alloca_llvm(LLVMArrayType2(M->t_string, (uint64_t)n), "concat");
  for (int i = 0; i < n; i++)
    LLVMBuildStore(F->b, vals[i], gep_bytes(array, i * 16));
  return RT_CALL("concatstrings", array, const_i64(n), short_buffer(site));
}

// a + b + c of strings as one call.
static Val lower_concat(Expr *x) {
  int n;
  Val *vals = lower_concat_operands(x, &n);
  set_pos(x->pos);
  return concat_strings(vals + 1, n, x);
}

static Val lower_binary_expr(Expr *x) {
  Expr *l = x->binary.x, *r = x->binary.y;
  Type *t = type_of(x);
  if (x->op == T_ANDAND || x->op == T_OROR) return lower_short_circuit(x);
  if (is_comparison(x->op)) return lower_comparison(x);
  if (x->op == T_ADD && is_string(t)) return lower_concat(x);
  bool shift = x->op == T_SHL || x->op == T_SHR;
  Type *rt = shift ? default_type(type_of(r)) : t;
  Val lv, rv;
  if (read_late(l, r)) {
    rv = lower_expr_as(r, rt);
    lv = lower_expr_as(l, t);
  } else {
    lv = lower_expr_as(l, t);
    rv = lower_expr_as(r, rt);
  }
  set_pos(x->pos);
  return lower_binary(x->op, lv, rv, t, rt, x->pos);
}

static Outcome lower_and_or(Expr *x, LLVMBasicBlockRef yes,
                            LLVMBasicBlockRef no) {
  LLVMBasicBlockRef rhs = new_block("cond.rhs");
  bool is_and = x->op == T_ANDAND;
  Outcome left = is_and ? lower_cond(x->binary.x, rhs, no)
                        : lower_cond(x->binary.x, yes, rhs);
  enter_block(rhs, is_and ? left.yes : left.no);
  Outcome right = lower_cond(x->binary.y, yes, no);
  if (is_and)
    right.no = known_join(left.no, right.no);
  else
    right.yes = known_join(left.yes, right.yes);
  return right;
}

// The operand of a comparison of a pointer with nil, or NULL.
static Expr *compared_with_nil(Expr *x) {
  if (x->kind != E_BINARY || (x->op != T_EQL && x->op != T_NEQ)) return NULL;
  Expr *l = x->binary.x, *r = x->binary.y;
  Expr *other = is_nil_operand(r) ? l : is_nil_operand(l) ? r : NULL;
  return other && !is_nil_operand(other) &&
                 under(type_of(other))->kind == TY_POINTER
             ? other
             : NULL;
}

Outcome lower_cond(Expr *x, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
  x = unparen(x);
  if (x->mode != MODE_CONST) {
    if (x->kind == E_UNARY && x->op == T_NOT) {
      Outcome o = lower_cond(x->unary.x, no, yes);
      return (Outcome){o.no, o.yes};
    }
    if (x->kind == E_BINARY && (x->op == T_ANDAND || x->op == T_OROR))
      return lower_and_or(x, yes, no);
    Expr *pointer = compared_with_nil(x);
    if (pointer) {
      Val p = lower_expr(pointer), is_nil = LLVMBuildIsNull(F->b, p, "");
      bool eq = x->op == T_EQL;
      cond_br(is_nil, eq ? yes : no, eq ? no : yes);
      Known nil = F->known;
      note_nonnil(p);
      return eq ? (Outcome){nil, F->known} : (Outcome){F->known, nil};
    }
  }
  cond_br(lower_expr(x), yes, no);
  return (Outcome){F->known, F->known};
}

// ---- comma-ok --------------------------------------------------------------

void lower_comma_ok(Expr *x, Val *value, Val *ok) {
  x = unparen(x);
  set_pos(x->pos);
  switch (x->kind) {
  case E_TYPE_ASSERT: {
    Val v = lower_expr(x->assert.x);
    Type *to = x->assert.type->type;
    *value = lower_type_assert(v, type_of(x->assert.x), to, true, ok);
    return;
  }
  case E_INDEX: {
    Type *mt = under(type_of(x->index.x));
    Val m = lower_expr(x->index.x);
    view_key(x->index.indices.at[0]);
    Val key = lower_expr_as(x->index.indices.at[0], mt->map.key);
    set_pos(x->pos);
    Val p = map_access(mt, m, key, ok);
    *value = load_value(p, mt->map.elem);
    return;
  }
  case E_UNARY: {
    Val ch = lower_expr(x->unary.x);
    *value = lower_receive(ch, type_of(x->unary.x), ok);
    return;
  }
  default:
    unreachable();
  }
}

// ---- entry -----------------------------------------------------------------

static Val lower_call_expr(Expr *x) {
  if (is_conversion(x)) {
    Expr *arg = x->call.args.at[0];
    // T(1) where T was a type parameter is no constant for the checker.
    if (arg->mode == MODE_CONST && is_numeric(type_of(x)) &&
        const_kind(arg->cv) >= CONST_INT)
      return lower_const(arg->cv, type_of(x));
    if (arg->mode == MODE_CONST && is_untyped(type_of(arg)) &&
        !is_const_type(type_of(x)))
      return convert_value(lower_const(arg->cv, type_of(arg)),
                           default_type(type_of(arg)), type_of(x), arg);
    if (arg->mode == MODE_NIL) return zero_value(type_of(x));
    Val view = lower_view(x);
    if (view) return view;
    return convert_explicitly(x);
  }
  if (is_builtin_call(x)) return lower_builtin(x);
  return lower_call(x);
}

static Val lower_star(Expr *x) {
  Val p = lower_expr(x->unary.x);
  nil_check(p);
  return load_value(p, type_of(x));
}

Val lower_expr(Expr *x) {
  if (x->mode == MODE_CONST) return lower_const(x->cv, type_of(x));
  if (x->mode == MODE_NIL) return zero_value(type_of(x));
  set_pos(x->pos);
  switch (x->kind) {
  case E_IDENT:
    return lower_object(x, type_of(x));
  case E_PAREN:
    return lower_expr(x->paren.x);
  case E_SELECTOR:
    return lower_selector(x);
  case E_INDEX: {
    // An instantiation F[int] denotes a function.
    Expr *f = unparen(x->index.x);
    if (under(type_of(f)) && under(type_of(f))->kind == TY_FUNC)
      return lower_expr(f);
    return lower_index(x);
  }
  case E_SLICE:
    return lower_slice_expr(x);
  case E_TYPE_ASSERT: {
    Val v = lower_expr(x->assert.x);
    set_pos(x->pos);
    return lower_type_assert(v, type_of(x->assert.x), x->assert.type->type,
                             false, NULL);
  }
  case E_CALL:
    return lower_call_expr(x);
  case E_STAR:
    return lower_star(x);
  case E_UNARY:
    return lower_unary(x);
  case E_BINARY:
    return lower_binary_expr(x);
  case E_COMPOSITE_LIT:
    return lower_composite(x);
  case E_FUNC_LIT:
    return lower_closure(x->func.info, escapes_site(x));
  default:
    unreachable();
  }
}

void lower_expr_to(Expr *x, Val dst) {
  x = unparen(x);
  if (x->kind == E_COMPOSITE_LIT && under(type_of(x))->kind != TY_POINTER) {
    set_pos(x->pos);
    lower_composite_to(x, dst);
    return;
  }
  store_value(dst, lower_expr(x), type_of(x));
}

Val lower_expr_as(Expr *x, Type *t) {
  if (x->mode == MODE_NIL) return zero_value(t);
  Type *xt = type_of(x);
  if (x->mode == MODE_CONST) {
    if (under(t)->kind == TY_BASIC) return lower_const(x->cv, t);
    xt = default_type(xt);
    return convert_value(lower_const(x->cv, xt), xt, t, x);
  }
  Val v = lower_expr(x);
  if (xt == t || is_untyped(xt)) return v;
  return convert_value(v, xt, t, x);
}

void lower_expr_as_to(Expr *x, Type *t, Val dst) {
  if (x->mode != MODE_CONST && x->mode != MODE_NIL &&
      identical(type_of(x), t)) {
    lower_expr_to(x, dst);
    return;
  }
  store_value(dst, lower_expr_as(x, t), t);
}

Val lower_stable(Expr *x, Type *t) {
  if (!is_memory_class(t)) return lower_expr_as(x, t);
  Expr *u = unparen(x);
  if (u->kind == E_COMPOSITE_LIT) return lower_expr_as(x, t);
  return snapshot(lower_expr_as(x, t), t);
}

// ---- lists -----------------------------------------------------------------

static Expr *list_value(Expr *x) {
  return x->kind == E_KEY_VALUE ? x->kv.value : x;
}

int operand_passes(Expr **xs, int n) {
  int calls = 0;
  for (int i = 0; i < n; i++) calls += has_call(list_value(xs[i]));
  return calls > 0 && calls < n ? 2 : 1;
}

bool in_pass(Expr *x, int pass, int passes) {
  return passes == 1 || has_call(list_value(x)) == (pass == 0);
}

void lower_operands(Expr **xs, Type **types, int n, Val *vals) {
  int passes = operand_passes(xs, n);
  for (int pass = 0; pass < passes; pass++)
    for (int i = 0; i < n; i++) {
      if (!in_pass(xs[i], pass, passes)) continue;
      if (types[i])
        vals[i] = n == 1 ? lower_expr_as(xs[i], types[i])
                         : lower_stable(xs[i], types[i]);
      else if (xs[i]->mode != MODE_CONST && xs[i]->mode != MODE_NIL)
        lower_expr(xs[i]);
    }
}
