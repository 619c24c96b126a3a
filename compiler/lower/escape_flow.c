// SPDX-License-Identifier: MIT
//
// Escape analysis: from the syntax tree to the edges of escape.c's graph.
// Every expression is walked with a hole, the place its value goes to; a
// statement's expressions go to variables, the heap or nowhere.

#include "escape.h"

static FuncInfo *cur;      // function being walked
static int depth;          // its loop depth

static const EscHole nowhere = {NULL, 0};

static void flow_stmt(Stmt *s);
static void flow_block(StmtVec *stmts);

// ---- holes -----------------------------------------------------------------

static EscHole deref_hole(EscHole k) {
  k.derefs++;
  return k;
}

static EscHole addr_hole(EscHole k) {
  k.derefs--;
  return k;
}

static EscHole loc_hole(EscLoc *l) {
  return (EscHole){l, 0};
}

EscLoc *esc_temporary(void) {
  return esc_loc_new(cur, depth);
}

void flow_discard(Expr *x) {
  if (x)
    flow_expr(nowhere, x);
}

static bool carries_pointers(Type *t) {
  return t && t->kind != TY_INVALID && t->kind != TY_TUPLE &&
         type_has_pointers(t);
}

static bool pointer_shaped(Type *t) {
  Type *u = under(t);
  return u->kind == TY_POINTER || u->kind == TY_MAP || u->kind == TY_CHAN ||
         u->kind == TY_FUNC ||
         (u->kind == TY_BASIC && u->basic.kind == B_UNSAFE_POINTER);
}

EscLoc *esc_spill(EscHole k, const void *site) {
  EscLoc *l = esc_site(site, cur, depth);
  esc_flow(addr_hole(k), l);
  return l;
}

// ---- conversions -----------------------------------------------------------

void flow_as(EscHole k, Expr *x, Type *to) {
  if (to && is_interface(to) && x->type && !is_interface(x->type) &&
      x->mode != MODE_NIL && x->type->kind != TY_TUPLE &&
      !(x->type->kind == TY_BASIC &&
        x->type->basic.kind == B_UNTYPED_NIL) &&
      !pointer_shaped(x->type)) {
    flow_expr(loc_hole(esc_spill(k, x)), x);
    return;
  }
  flow_expr(k, x);
}

// Pointers hidden in integer arithmetic: unsafe.Pointer(uintptr(p) + off).
static void flow_uintptr(EscHole k, Expr *x) {
  x = unparen(x);
  if (x->kind == E_BINARY) {
    flow_uintptr(k, x->binary.x);
    flow_uintptr(k, x->binary.y);
  } else if (x->kind == E_CALL && x->call.fun->mode == MODE_TYPE &&
             x->call.args.len == 1) {
    Type *from = under(x->call.args.at[0]->type);
    if (from->kind == TY_BASIC && from->basic.kind == B_UNSAFE_POINTER)
      flow_expr(k, x->call.args.at[0]);
    else
      flow_uintptr(k, x->call.args.at[0]);
  } else {
    flow_discard(x);
  }
}

static void flow_conversion(EscHole k, Expr *x) {
  Expr *arg = x->call.args.at[0];
  Type *to = under(x->type), *from = under(arg->type);
  if (to->kind == TY_BASIC && to->basic.kind == B_UNSAFE_POINTER &&
      is_integer(from)) {
    flow_uintptr(k, arg);
    return;
  }
  // Slices to arrays load; string conversions copy.
  if (from->kind == TY_SLICE && to->kind == TY_ARRAY)
    flow_expr(deref_hole(k), arg);
  else if (is_string(to) != is_string(from)) {
    esc_spill(k, x);
    flow_discard(arg);
  } else
    flow_as(k, arg, x->type);
}

// ---- builtins -----------------------------------------------------------

static void flow_append(EscHole k, Expr *x) {
  ExprVec *args = &x->call.args;
  Type *elem = under(x->type)->slice.elem;
  // A new array, if it is small. It is given out once a call at most.
  EscLoc *array = esc_site(x, cur, 1);
  array->in_loop = depth > 1;
  esc_flow(addr_hole(k), array);
  // Growing copies what the old array holds to a new one on the heap.
  if (carries_pointers(elem)) {
    EscLoc *t = esc_temporary();
    esc_flow(k, t);
    esc_flow(deref_hole(esc_heap_hole()), t);
    flow_expr(loc_hole(t), args->at[0]);
  } else {
    flow_expr(k, args->at[0]);
  }
  for (int i = 1; i < args->len; i++) {
    if (x->call.spread)
      flow_expr(carries_pointers(elem) ? deref_hole(esc_heap_hole()) : nowhere,
                args->at[i]);
    else
      flow_as(esc_heap_hole(), args->at[i], elem);
  }
}

static bool n_is_constant(ExprVec *args) {
  return args->at[args->len - 1]->cv != NULL;
}

// make and new: memory of a known, small size may be on the stack.
static void flow_allocation(EscHole k, Expr *x, BuiltinId id) {
  ExprVec *args = &x->call.args;
  Type *t = under(x->type);
  int64_t size = -1;
  for (int i = 1; i < args->len; i++)
    flow_discard(args->at[i]);
  if (id == BUILTIN_NEW) {
    size = type_size(t->pointer.elem);
  } else if (t->kind == TY_SLICE && args->len >= 2) {
    Expr *n = args->at[args->len - 1];
    int64_t count;
    if (n->cv && const_int64(n->cv, &count) && count >= 0 &&
        count <= ESC_MAX_IMPLICIT)
      size = count * type_size(t->slice.elem);
  } else {
    return;  // maps and channels are always on the heap
  }
  EscLoc *l = esc_spill(k, x);
  // A slice of unknown length is there in the frame only if it is short.
  if (size > ESC_MAX_IMPLICIT || (size < 0 && n_is_constant(args)))
    l->escapes = true;
  if (id == BUILTIN_NEW && args->at[0]->mode != MODE_TYPE)
    flow_as(loc_hole(l), args->at[0], t->pointer.elem);
}

static void flow_copy(Expr *x) {
  Expr *src = x->call.args.at[1];
  Type *t = under(src->type);
  flow_discard(x->call.args.at[0]);
  if (t->kind == TY_SLICE && carries_pointers(t->slice.elem))
    flow_expr(deref_hole(esc_heap_hole()), src);
  else
    flow_discard(src);
}

static void flow_builtin(EscHole k, Expr *x, BuiltinId id) {
  ExprVec *args = &x->call.args;
  if (args->len == 1 && args->at[0]->mode == MODE_TUPLE) {
    flow_expr(esc_heap_hole(), args->at[0]);
    return;
  }
  switch (id) {
  case BUILTIN_APPEND:
    flow_append(k, x);
    return;
  case BUILTIN_MAKE:
  case BUILTIN_NEW:
    flow_allocation(k, x, id);
    return;
  case BUILTIN_COPY:
    flow_copy(x);
    return;
  case BUILTIN_PANIC:
    flow_as(esc_heap_hole(), args->at[0], type_any);
    return;
  case BUILTIN_MIN:
  case BUILTIN_MAX:
    vec_each(Expr *, a, args)
      flow_expr(k, *a);
    return;
  case BUILTIN_UNSAFE_ADD:
  case BUILTIN_UNSAFE_SLICE:
  case BUILTIN_UNSAFE_SLICEDATA:
  case BUILTIN_UNSAFE_STRING:
  case BUILTIN_UNSAFE_STRINGDATA:
    flow_expr(k, args->at[0]);
    for (int i = 1; i < args->len; i++)
      flow_discard(args->at[i]);
    return;
  default:
    vec_each(Expr *, a, args)
      if ((*a)->mode != MODE_TYPE)
        flow_discard(*a);
    return;
  }
}

static BuiltinId builtin_of(Expr *fun) {
  fun = unparen(fun);
  return fun->mode == MODE_BUILTIN ? (BuiltinId)fun->builtin : BUILTIN_NONE;
}

static void flow_call(EscHole k, Expr *x) {
  BuiltinId id = builtin_of(x->call.fun);
  if (unparen(x->call.fun)->mode == MODE_TYPE) {
    flow_conversion(k, x);
  } else if (id != BUILTIN_NONE) {
    flow_builtin(k, x, id);
  } else {
    // Of several results each goes to k.
    EscHole ks[ESC_MAX_RESULTS];
    for (int i = 0; i < ESC_MAX_RESULTS; i++)
      ks[i] = k;
    flow_call_results(ks, ESC_MAX_RESULTS, x);
  }
}

// ---- other expressions -----------------------------------------------------

bool capture_by_value(Object *var) {
  // A return statement assigns to a result without naming it.
  return !var->var.reassigned && !var->var.addr_taken &&
         !var->var.is_result && !is_memory_class(var->type);
}

static void flow_func_lit(EscHole k, Expr *x) {
  FuncInfo *info = x->func.info;
  bool walked = esc_has_site(x);
  EscLoc *closure = esc_spill(k, x);
  if (walked)
    return;
  vec_each(Object *, v, &info->captures) {
    EscHole c = loc_hole(closure);
    esc_flow(capture_by_value(*v) ? c : addr_hole(c), esc_var(*v));
  }
  FuncInfo *outer = cur;
  int outer_depth = depth;
  esc_walk_function(info);
  cur = outer;
  depth = outer_depth;
}

static void flow_composite(EscHole k, Expr *x) {
  Type *t = under(x->type);
  if (t->kind == TY_POINTER) {  // elided &T in a composite of pointers
    EscLoc *l = esc_spill(k, x);
    if (type_size(t->pointer.elem) > ESC_MAX_IMPLICIT)
      l->escapes = true;
    k = loc_hole(l);
    t = under(t->pointer.elem);
  }
  EscHole elem_hole = k;
  Type *elem = NULL;
  if (t->kind == TY_SLICE) {
    elem = t->slice.elem;
    EscLoc *l = esc_spill(k, x);
    if (type_size(elem) > 0 &&
        x->composite.elems.len > ESC_MAX_IMPLICIT / type_size(elem))
      l->escapes = true;
    // Keys may make it longer than its list.
    vec_each(Expr *, e, &x->composite.elems)
      if ((*e)->kind == E_KEY_VALUE)
        l->escapes = true;
    elem_hole = loc_hole(l);
  } else if (t->kind == TY_ARRAY) {
    elem = t->array.elem;
  } else if (t->kind == TY_MAP) {
    elem_hole = esc_heap_hole();
    elem = t->map.elem;
  }
  int i = 0;
  vec_each(Expr *, e, &x->composite.elems) {
    Expr *v = *e;
    Type *want = elem;
    if (t->kind == TY_STRUCT) {
      Object *f = NULL;
      if (v->kind == E_KEY_VALUE)
        f = v->kv.key->ident.obj;
      else if (i < t->struct_.fields.len)
        f = t->struct_.fields.at[i];
      want = f ? f->type : NULL;
    } else if (v->kind == E_KEY_VALUE && t->kind == TY_MAP) {
      flow_as(esc_heap_hole(), v->kv.key, t->map.key);
    }
    flow_as(elem_hole, v->kind == E_KEY_VALUE ? v->kv.value : v, want);
    i++;
  }
}

static void flow_selector(EscHole k, Expr *x) {
  Selection *s = x->selector.selection;
  if (!s) {
    return;  // a global's contents are on the heap already
  } else if (s->kind == SEL_METHOD) {
    flow_method_value(k, x);
  } else if (s->kind == SEL_FIELD) {
    Expr *base = x->selector.x;
    if (under(base->type)->kind == TY_POINTER)
      k = deref_hole(k);
    else if (s->indirect && k.derefs < 0)
      k.derefs = 0;  // the field is in what an embedded pointer points to
    flow_expr(k, base);
  }
}

static void flow_index(EscHole k, Expr *x) {
  Expr *base = x->index.x;
  if (base->mode == MODE_TYPE || x->mode == MODE_TYPE)
    return;
  Type *t = under(base->type);
  if (t->kind == TY_FUNC)
    return;  // instantiation
  vec_each(Expr *, i, &x->index.indices)
    if (t->kind == TY_MAP)
      flow_as(nowhere, *i, t->map.key);  // only searched for
    else
      flow_discard(*i);
  if (t->kind == TY_ARRAY)
    flow_expr(k, base);
  else if (t->kind == TY_SLICE || t->kind == TY_POINTER)
    flow_expr(deref_hole(k), base);
  else
    flow_discard(base);
}

static void flow_slice(EscHole k, Expr *x) {
  flow_discard(x->slice.lo);
  flow_discard(x->slice.hi);
  flow_discard(x->slice.max);
  Type *t = under(x->slice.x->type);
  flow_expr(t->kind == TY_ARRAY ? addr_hole(k) : k, x->slice.x);
}

static void flow_unary(EscHole k, Expr *x) {
  Expr *y = x->unary.x;
  if (x->op == T_AND) {
    Expr *u = unparen(y);
    if (u->kind == E_COMPOSITE_LIT) {
      // The site of &T{} is the literal.
      EscLoc *l = esc_spill(k, u);
      if (type_size(u->type) > ESC_MAX_IMPLICIT)
        l->escapes = true;
      flow_expr(loc_hole(l), u);
    } else {
      flow_expr(addr_hole(k), y);
    }
  } else {
    flow_discard(y);  // what comes from a channel is on the heap
  }
}

static void flow_type_assert(EscHole k, Expr *x) {
  Type *t = x->type;
  bool boxed = t && !is_interface(t) && !pointer_shaped(t);
  flow_expr(boxed ? deref_hole(k) : k, x->assert.x);
}

static bool is_concat(Expr *x) {
  return x->kind == E_BINARY && x->op == T_ADD && x->mode != MODE_CONST &&
         x->type && is_string(x->type);
}

static bool has_text(Expr *x) {
  x = unparen(x);
  return is_concat(x) ? has_text(x->binary.x) || has_text(x->binary.y)
                      : is_const_text(x);
}

static void flow_operands(EscHole k, Expr *x) {
  x = unparen(x);
  if (is_concat(x)) {
    flow_operands(k, x->binary.x);
    flow_operands(k, x->binary.y);
  } else {
    flow_expr(k, x);
  }
}

// A sum of strings is new memory, but of one string with empty ones it is
// that string itself.
static void flow_concat(EscHole k, Expr *x) {
  esc_spill(k, x);
  flow_operands(has_text(x) ? nowhere : k, x);
}

void flow_expr(EscHole k, Expr *x) {
  while (x->kind == E_BINARY || x->kind == E_PAREN) {
    if (x->kind == E_PAREN) {
      x = x->paren.x;
    } else if (is_concat(x)) {
      flow_concat(k, x);
      return;
    } else {
      // Comparisons box on the way.
      Type *tx = x->binary.x->type, *ty = x->binary.y->type;
      if (tx && ty && is_interface(tx) != is_interface(ty)) {
        EscHole t = loc_hole(esc_temporary());
        flow_as(t, x->binary.x, is_interface(ty) ? ty : NULL);
        flow_as(t, x->binary.y, is_interface(tx) ? tx : NULL);
        return;
      }
      flow_discard(x->binary.y);
      x = x->binary.x;
      k = nowhere;
    }
  }
  if (x->mode == MODE_CONST || x->mode == MODE_TYPE)
    return;
  // Only values with pointers matter, but walk on for what is inside.
  if (k.derefs >= 0 && x->type && !carries_pointers(x->type) &&
      x->mode != MODE_TUPLE)
    k = nowhere;
  switch (x->kind) {
  case E_IDENT:
    if (x->ident.obj && x->ident.obj->kind == OBJ_VAR)
      esc_flow(k, esc_var(x->ident.obj));
    return;
  case E_COMPOSITE_LIT: flow_composite(k, x); return;
  case E_FUNC_LIT: flow_func_lit(k, x); return;
  case E_SELECTOR: flow_selector(k, x); return;
  case E_INDEX: flow_index(k, x); return;
  case E_SLICE: flow_slice(k, x); return;
  case E_TYPE_ASSERT: flow_type_assert(k, x); return;
  case E_CALL: flow_call(k, x); return;
  case E_STAR: flow_expr(deref_hole(k), x->unary.x); return;
  case E_UNARY: flow_unary(k, x); return;
  default: return;
  }
}

// ---- assignments -----------------------------------------------------------

// The hole of an assignment's left side; its operands are walked.
static EscHole flow_target(Expr *x) {
  x = unparen(x);
  switch (x->kind) {
  case E_IDENT:
    if (!x->ident.obj || x->ident.obj->kind != OBJ_VAR)
      return nowhere;  // blank
    return esc_var_hole(x->ident.obj);
  case E_SELECTOR:
    if (!x->selector.selection)
      return esc_heap_hole();
    if (under(x->selector.x->type)->kind == TY_POINTER ||
        x->selector.selection->indirect) {
      flow_discard(x->selector.x);
      return esc_heap_hole();
    }
    return flow_target(x->selector.x);
  case E_INDEX: {
    Type *t = under(x->index.x->type);
    if (t->kind == TY_ARRAY) {
      flow_discard(x->index.indices.at[0]);
      return flow_target(x->index.x);
    }
    if (t->kind == TY_MAP)
      flow_as(esc_heap_hole(), x->index.indices.at[0], t->map.key);
    else
      flow_discard(x->index.indices.at[0]);
    flow_discard(x->index.x);
    return esc_heap_hole();
  }
  default:
    flow_discard(x);
    return esc_heap_hole();
  }
}

static void flow_values(EscHole *ks, Type **types, int n, ExprVec *rhs) {
  if (rhs->len == n) {
    for (int i = 0; i < n; i++)
      flow_as(ks[i], rhs->at[i], types[i]);
    return;
  }
  Expr *x = unparen(rhs->at[0]);
  if (x->kind == E_CALL && builtin_of(x->call.fun) == BUILTIN_NONE &&
      n <= ESC_MAX_RESULTS) {
    // A result that is boxed for an interface variable: heap, to be simple.
    for (int i = 0; i < n; i++)
      if (types[i] && is_interface(types[i]))
        ks[i] = esc_heap_hole();
    flow_call_results(ks, n, x);
  } else if (x->kind == E_CALL) {
    flow_expr(esc_heap_hole(), x);
  } else {
    flow_expr(ks[0], x);  // comma-ok: the bool carries nothing
    if (types[0] && is_interface(types[0]) && !is_interface(x->type))
      flow_expr(esc_heap_hole(), x);
  }
}

static Type *target_type(Expr *x) {
  x = unparen(x);
  if (x->kind == E_IDENT)
    return x->ident.obj && x->ident.obj->kind == OBJ_VAR
               ? x->ident.obj->type
               : NULL;
  return x->type;
}

static void flow_assign(Stmt *s) {
  ExprVec *lhs = &s->assign.lhs;
  EscHole *ks = NEW_ARRAY(EscHole, lhs->len + 1);
  Type **types = NEW_ARRAY(Type *, lhs->len + 1);
  for (int i = 0; i < lhs->len; i++) {
    Expr *l = unparen(lhs->at[i]);
    if (s->op == T_DEFINE && l->kind == E_IDENT && l->ident.obj &&
        l->ident.obj->kind == OBJ_VAR && !esc_var(l->ident.obj) &&
        !l->ident.obj->var.is_global)
      esc_declare(l->ident.obj, cur, depth);
    ks[i] = flow_target(l);
    types[i] = target_type(l);
  }
  flow_values(ks, types, lhs->len, &s->assign.rhs);
}

static void flow_var_decl(Decl *d) {
  ExprVec *names = &d->var.names;
  EscHole *ks = NEW_ARRAY(EscHole, names->len + 1);
  Type **types = NEW_ARRAY(Type *, names->len + 1);
  for (int i = 0; i < names->len; i++) {
    Object *o = names->at[i]->ident.obj;
    if (o && o->kind == OBJ_VAR) {
      ks[i] = loc_hole(esc_declare(o, cur, depth));
      types[i] = o->type;
    } else if (d->var.type) {
      types[i] = d->var.type->type;
    }
  }
  if (d->var.values.len)
    flow_values(ks, types, names->len, &d->var.values);
}

static void flow_return(Stmt *s) {
  FuncInfo *f = s->return_.func ? s->return_.func : cur;
  ObjectVec *results = &f->sig->func.results;
  if (!s->return_.results.len)
    return;
  EscHole *ks = NEW_ARRAY(EscHole, results->len + 1);
  Type **types = NEW_ARRAY(Type *, results->len + 1);
  for (int i = 0; i < results->len; i++) {
    ks[i] = esc_var_hole(results->at[i]);
    types[i] = results->at[i]->type;
  }
  flow_values(ks, types, results->len, &s->return_.results);
}

// ---- statements ------------------------------------------------------------

static void flow_range(Stmt *s) {
  Expr *x = s->range.x;
  Type *t = under(x->type);
  if (s->range.body_info) {
    // The body becomes a closure that the iterator function gets.
    flow_discard(x);
    EscLoc *closure = flow_range_call(x, s);
    vec_each(Object *, v, &s->range.body_info->captures)
      esc_flow(addr_hole(loc_hole(closure)), esc_var(*v));
    FuncInfo *outer = cur;
    int outer_depth = depth;
    esc_walk_function(s->range.body_info);
    cur = outer;
    depth = outer_depth;
    return;
  }
  bool inside = s->range.define && s->range.per_iteration;
  EscHole ks[2] = {nowhere, nowhere};
  Expr *vars[2] = {s->range.key, s->range.value};
  for (int i = 0; i < 2; i++) {
    Expr *v = vars[i] ? unparen(vars[i]) : NULL;
    if (!v)
      continue;
    if (s->range.define && v->kind == E_IDENT && v->ident.obj &&
        v->ident.obj->kind == OBJ_VAR)
      esc_declare(v->ident.obj, cur, depth + inside);
    ks[i] = flow_target(v);
  }
  EscHole k = ks[1];
  // A variable of the caller's may be an interface that elements are boxed
  // for; to be simple, on the heap.
  if (vars[1] && !s->range.define && target_type(vars[1]) &&
      is_interface(target_type(vars[1])) && k.dst)
    k = esc_heap_hole();
  if (t->kind == TY_CHAN || t->kind == TY_MAP)
    flow_discard(x);  // their contents are on the heap
  else
    flow_expr(t->kind == TY_ARRAY ? k : deref_hole(k), x);
  depth++;
  flow_stmt(s->range.body);
  depth--;
}

static void flow_for(Stmt *s) {
  // Per-iteration variables belong to the loop, others to its outside.
  depth += s->for_.per_iteration;
  if (s->for_.init)
    flow_stmt(s->for_.init);
  depth += !s->for_.per_iteration;
  flow_discard(s->for_.cond);
  if (s->for_.post)
    flow_stmt(s->for_.post);
  flow_stmt(s->for_.body);
  depth--;
}

static void flow_type_switch(Stmt *s) {
  if (s->type_switch.init)
    flow_stmt(s->type_switch.init);
  Expr *x = s->type_switch.x;
  bool walked = false;
  vec_each(Stmt *, c, &s->type_switch.cases) {
    Object *o = (*c)->case_.obj;
    if (o) {
      EscHole k = loc_hole(esc_declare(o, cur, depth));
      bool boxed = !is_interface(o->type) && !pointer_shaped(o->type);
      flow_expr(boxed ? deref_hole(k) : k, x);
      walked = true;
    }
  }
  if (!walked)
    flow_discard(x);
  vec_each(Stmt *, c, &s->type_switch.cases)
    flow_block(&(*c)->case_.body);
}

static void flow_switch(Stmt *s) {
  if (s->switch_.init)
    flow_stmt(s->switch_.init);
  EscHole t = loc_hole(esc_temporary());
  Type *tag = s->switch_.tag ? s->switch_.tag->type : NULL;
  Type *iface = NULL;  // a tag or case is boxed for the comparison
  if (tag && is_interface(tag))
    iface = tag;
  vec_each(Stmt *, c, &s->switch_.cases)
    vec_each(Expr *, e, &(*c)->case_.exprs) {
      flow_as(t, *e, iface);
      if (tag && (*e)->type && is_interface((*e)->type))
        flow_as(t, s->switch_.tag, (*e)->type);
    }
  if (s->switch_.tag)
    flow_expr(t, s->switch_.tag);
  vec_each(Stmt *, c, &s->switch_.cases)
    flow_block(&(*c)->case_.body);
}

// go and defer. Outside of loops a deferred call, its arguments and the
// record of it live in the frame; otherwise, and for go, on the heap. The
// statement itself is the site of the record and the closure.
static void flow_later(Stmt *s) {
  EscLoc *record = esc_site(s, cur, depth);
  if (s->kind == S_GO || depth > 1 || cur->range)
    record->escapes = true;  // a range body's frame ends before
  Expr *x = unparen(s->expr.x);
  if (x->kind != E_CALL) {
    flow_discard(x);
    return;
  }
  Expr *fun = unparen(x->call.fun);
  EscHole k = record->escapes ? esc_heap_hole() : loc_hole(record);
  if (fun->kind == E_FUNC_LIT)
    flow_expr(k, fun);
  else if (fun->kind == E_SELECTOR && fun->selector.selection &&
           fun->selector.selection->kind == SEL_METHOD)
    esc_static_callee(fun) ? flow_receiver(k, fun)
                       : flow_expr(esc_heap_hole(), fun->selector.x);
  else if (fun->mode != MODE_BUILTIN && fun->mode != MODE_TYPE)
    flow_expr(k, fun);
  Type *ft = fun->type ? under(fun->type) : NULL;
  bool simple = ft && ft->kind == TY_FUNC && !ft->func.variadic &&
                ft->func.params.len == x->call.args.len;
  for (int i = 0; i < x->call.args.len; i++) {
    Expr *a = x->call.args.at[i];
    if (a->mode == MODE_TYPE)
      continue;
    flow_as(k, a, simple ? ft->func.params.at[i]->type : type_any);
  }
  // What the callee does with them when it runs.
  if (!record->escapes && s->kind == S_DEFER)
    flow_call(nowhere, x);
}

static void flow_labeled(Stmt *s) {
  // A label may be the head of a loop made with goto.
  Stmt *inner = s->labeled.stmt;
  if (s->labeled.obj && s->labeled.obj->used && inner &&
      inner->kind != S_FOR && inner->kind != S_RANGE &&
      inner->kind != S_SWITCH && inner->kind != S_TYPE_SWITCH &&
      inner->kind != S_SELECT)
    depth++;
  if (inner)
    flow_stmt(inner);
}

static void flow_block(StmtVec *stmts) {
  int before = depth;
  vec_each(Stmt *, s, stmts)
    flow_stmt(*s);
  depth = before;
}

static void flow_stmt(Stmt *s) {
  if (!s)
    return;
  switch (s->kind) {
  case S_DECL:
    vec_each(Decl *, d, &s->decls)
      if ((*d)->kind == D_VAR)
        flow_var_decl(*d);
    return;
  case S_LABELED: flow_labeled(s); return;
  case S_EXPR: flow_discard(s->expr.x); return;
  case S_SEND:
    flow_discard(s->send.chan);
    flow_as(esc_heap_hole(), s->send.value,
            under(s->send.chan->type)->chan.elem);
    return;
  case S_INCDEC: flow_target(s->expr.x); return;
  case S_ASSIGN: flow_assign(s); return;
  case S_GO:
  case S_DEFER: flow_later(s); return;
  case S_RETURN: flow_return(s); return;
  case S_BLOCK: flow_block(&s->block.stmts); return;
  case S_IF:
    flow_stmt(s->if_.init);
    flow_discard(s->if_.cond);
    flow_stmt(s->if_.then);
    flow_stmt(s->if_.els);
    return;
  case S_SWITCH: flow_switch(s); return;
  case S_TYPE_SWITCH: flow_type_switch(s); return;
  case S_SELECT:
    vec_each(Stmt *, c, &s->select.cases) {
      flow_stmt((*c)->case_.comm);
      flow_block(&(*c)->case_.body);
    }
    return;
  case S_FOR: flow_for(s); return;
  case S_RANGE: flow_range(s); return;
  default: return;
  }
}

// ---- functions -------------------------------------------------------------

static void declare_param(Object *o, FuncInfo *f, int result) {
  EscLoc *l = esc_declare(o, f, 1);
  l->is_param = result < 0;
  l->is_result = result >= 0;
  l->index = result;
  memset(&l->leak, -1, sizeof l->leak);
}

void esc_declare_signature(FuncInfo *f) {
  Type *sig = f->sig;
  if (sig->func.recv && !esc_var(sig->func.recv))
    declare_param(sig->func.recv, f, -1);
  vec_each(Object *, p, &sig->func.params)
    if (!esc_var(*p))
      declare_param(*p, f, -1);
  int i = 0;
  vec_each(Object *, r, &sig->func.results) {
    if (!esc_var(*r))
      declare_param(*r, f, i);
    i++;
  }
}

void esc_walk_function(FuncInfo *f) {
  cur = f;
  depth = 1;
  if (f->sig)
    esc_declare_signature(f);
  // The variables of a range over a function are parameters of its body.
  if (f->range && f->range->range.define) {
    Expr *vars[2] = {f->range->range.key, f->range->range.value};
    for (int i = 0; i < 2; i++)
      if (vars[i] && vars[i]->kind == E_IDENT && vars[i]->ident.obj &&
          vars[i]->ident.obj->kind == OBJ_VAR)
        esc_declare(vars[i]->ident.obj, f, 1);
  }
  if (f->body)
    flow_stmt(f->body);
}
