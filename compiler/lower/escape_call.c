// SPDX-License-Identifier: MIT
//
// Escape analysis of calls: which function a call reaches, and by what is
// known of that function, where the arguments go.
//
// A callee is known if it is a declared function or method, an instance, a
// func literal, a method of the concrete type that an interface value surely
// has, a local variable that is never assigned one of these again, or what a
// known function always returns (an iterator: `for x := range s.All()`). Of
// the component being analysed its parameters are connected to the arguments
// directly; of others there is a summary. The arguments of all other calls
// escape.

#include "escape.h"

enum { MOST_STEPS = 8 };   // from a func value back to where it was made

typedef struct Callee {
  FuncInfo *info;          // in the component being analysed, or
  const EscSummary *summary;   // known; neither: unknown
  int bound;               // parameters that the func value holds already
} Callee;

typedef struct Call {
  Callee callee;
  EscHole *results;        // where the call's results go
  int nresults;
} Call;

// ---- func values -----------------------------------------------------------

static Map values;         // local variable, assigned once -> its value

static void note_values(ExprVec *vars, ExprVec *list) {
  if (vars->len != list->len)
    return;
  for (int i = 0; i < vars->len; i++) {
    Expr *x = unparen(vars->at[i]);
    Object *v = x->kind == E_IDENT ? x->ident.obj : NULL;
    if (v && v->kind == OBJ_VAR && !v->var.reassigned &&
        !v->var.addr_taken && !v->var.is_global)
      map_put(&values, v, list->at[i]);
  }
}

// Remembers the values of variables that the statement declares and nobody
// changes afterwards.
void esc_note_values(Stmt *s) {
  if (s->kind == S_ASSIGN && s->op == T_DEFINE)
    note_values(&s->assign.lhs, &s->assign.rhs);
  if (s->kind == S_DECL)
    vec_each(Decl *, d, &s->decls) {
      if ((*d)->kind == D_VAR)
        note_values(&(*d)->var.names, &(*d)->var.values);
    }
}

// Where x's value comes from, one step back: the value of a variable that is
// assigned once, the operand of a conversion; NULL: from here.
static Expr *value_behind(Expr *x) {
  if (x->kind == E_IDENT && x->ident.obj && x->ident.obj->kind == OBJ_VAR)
    return map_get(&values, x->ident.obj);
  if (x->kind == E_CALL && x->call.fun->mode == MODE_TYPE &&
      x->call.args.len == 1)
    return x->call.args.at[0];
  return NULL;
}

static Expr *origin(Expr *x) {
  Expr *from = x;
  for (int i = 0; from && i < MOST_STEPS; i++) {
    x = unparen(from);
    from = value_behind(x);
  }
  return x;
}

typedef struct Returns {
  Expr *value;
  int n;
} Returns;

static bool no_literals(Walker *w, Expr *x) {
  (void)w;
  return x->kind != E_FUNC_LIT;
}

static bool note_return(Walker *w, Stmt *s) {
  Returns *r = w->data;
  if (s->kind == S_RETURN) {
    r->n++;
    r->value = s->return_.results.len == 1 ? s->return_.results.at[0] : NULL;
  }
  return true;
}

// What f returns if it has one result and one return statement, else NULL.
static Expr *returned_value(FuncInfo *f) {
  Returns r = {0};
  if (!f->body || f->sig->func.results.len != 1)
    return NULL;
  Walker w = {.expr = no_literals, .stmt = note_return, .data = &r};
  walk_stmt(&w, f->body);
  return r.n == 1 ? r.value : NULL;
}

// ---- callees ---------------------------------------------------------------

// The method that a call through an interface value x surely reaches.
Object *esc_concrete_method(Expr *x, Object *method) {
  for (int i = 0; x && is_interface(x->type); i++)
    x = i < MOST_STEPS ? value_behind(unparen(x)) : NULL;
  if (!x || x->mode == MODE_NIL || is_untyped(x->type) ||
      x->type->kind == TY_TUPLE)
    return NULL;
  LookupResult r =
      lookup_field_or_method(x->type, false, method->pkg, method->name);
  return r.obj && r.obj->kind == OBJ_FUNC && !r.obj->func.iface ? r.obj
                                                                : NULL;
}

Object *esc_static_callee(Expr *fun) {
  fun = unparen(fun);
  Object *o = func_object(fun);
  Selection *s = fun->kind == E_SELECTOR ? fun->selector.selection : NULL;
  if (s && s->kind == SEL_METHOD)
    o = s->obj;
  return o && o->kind == OBJ_FUNC && !o->func.iface ? o : NULL;
}

static Callee declared_callee(Object *f) {
  Callee c = {0};
  FuncInfo *info = esc_analyzable(f);
  if (info && esc_in_component(info))
    c.info = info;
  else
    c.summary = esc_summary_of(f);
  return c;
}

static Callee callee_of(Expr *fun, int steps);

// The callee that a call of fun gives.
static Callee callee_returned_by(Expr *fun, int steps) {
  Callee maker = callee_of(fun, steps);
  Callee c = {0};
  if (maker.summary)
    c.summary = maker.summary->returned;
  else if (maker.info && returned_value(maker.info))
    c = callee_of(returned_value(maker.info), steps);
  return c;
}

static Callee callee_of(Expr *fun, int steps) {
  Callee c = {0};
  fun = origin(fun);
  Object *f = esc_static_callee(fun);
  Selection *s = fun->kind == E_SELECTOR ? fun->selector.selection : NULL;
  if (steps == 0)
    return c;
  if (fun->kind == E_FUNC_LIT) {
    c.info = fun->func.info;
    esc_declare_signature(c.info);
  } else if (f) {
    c = declared_callee(f);
    c.bound = s != NULL;
  } else if (s && s->kind == SEL_METHOD && s->obj->func.iface) {
    f = esc_concrete_method(fun->selector.x, s->obj);
    if (f)
      c = declared_callee(f);
    c.bound = 1;
  } else if (fun->kind == E_CALL && fun->call.fun->mode != MODE_TYPE &&
             unparen(fun->call.fun)->mode != MODE_BUILTIN) {
    c = callee_returned_by(fun->call.fun, steps - 1);
  }
  return c;
}

const EscSummary *esc_summary_of_returned(FuncInfo *f) {
  Expr *x = returned_value(f);
  if (!x || under(x->type)->kind != TY_FUNC)
    return NULL;
  Callee c = callee_of(x, MOST_STEPS);
  if (c.info)
    return c.bound ? NULL : esc_summarize(c.info);
  if (!c.summary || !c.bound)
    return c.summary;
  EscSummary *s = NEW(EscSummary);
  *s = *c.summary;
  s->params++;
  s->nparams--;
  return s;
}

// ---- arguments and results -------------------------------------------------

// The holes for parameter i (a bound receiver counts): several, since it may
// leak to the heap and to results. All become edges into one temporary.
static EscHole argument_hole(Call *c, int i) {
  const EscSummary *s = c->callee.summary;
  if (c->callee.info) {
    Type *sig = c->callee.info->sig;
    if (sig->func.recv && i-- == 0)
      return esc_var_hole(sig->func.recv);
    if (i >= sig->func.params.len)
      return esc_heap_hole();
    return esc_var_hole(sig->func.params.at[i]);
  }
  if (!s || i >= s->nparams)
    return esc_heap_hole();
  const EscLeak *leak = &s->params[i];
  EscLoc *t = esc_temporary();
  if (leak->heap >= 0)
    esc_flow((EscHole){esc_heap, leak->heap}, t);
  for (int r = 0; r < ESC_MAX_RESULTS; r++) {
    if (leak->result[r] < 0)
      continue;
    if (r >= c->nresults)
      return esc_heap_hole();
    EscHole k = c->results[r];
    k.derefs += leak->result[r];
    esc_flow(k, t);
  }
  return (EscHole){t, 0};
}

// f(g()): each result of g to a parameter.
static void flow_tuple(Call *c, Expr *g, Type *sig, int first, bool pack) {
  TypeVec *types = &g->type->tuple.types;
  EscHole ks[ESC_MAX_RESULTS];
  if (pack || types->len > ESC_MAX_RESULTS) {
    flow_expr(esc_heap_hole(), g);
    return;
  }
  for (int i = 0; i < types->len; i++) {
    // What the call boxes goes to the heap, to be simple.
    bool boxed = is_interface(sig->func.params.at[i]->type) &&
                 !is_interface(types->at[i]);
    ks[i] = boxed ? esc_heap_hole() : argument_hole(c, first + i);
  }
  flow_call_results(ks, types->len, unparen(g));
}

static void flow_args(Call *c, Expr *x, Type *sig, int first) {
  ExprVec *args = &x->call.args;
  ObjectVec *params = &sig->func.params;
  int np = params->len;
  bool pack = sig->func.variadic && !x->call.spread;
  if (args->len == 1 && args->at[0]->mode == MODE_TUPLE) {
    flow_tuple(c, args->at[0], sig, first, pack);
    return;
  }
  EscLoc *packed = NULL;
  if (pack)
    packed = esc_spill(argument_hole(c, first + np - 1), x);
  for (int i = 0; i < args->len; i++) {
    if (pack && i >= np - 1) {
      Type *slice = params->at[np - 1]->type;
      flow_as((EscHole){packed, 0}, args->at[i], under(slice)->slice.elem);
    } else {
      flow_as(argument_hole(c, first + i), args->at[i], params->at[i]->type);
    }
  }
}

// The results of a callee in the component being analysed.
static void flow_results(Call *c) {
  if (!c->callee.info)
    return;
  ObjectVec *results = &c->callee.info->sig->func.results;
  for (int i = 0; i < c->nresults && i < results->len; i++) {
    if (c->results[i].dst)
      esc_flow(c->results[i], esc_var(results->at[i]));
  }
}

// Whether the call passes the receiver's address (x.M with *T's method and
// an addressable x of type T, perhaps through embedded fields).
void flow_receiver(EscHole k, Expr *sel) {
  Selection *s = sel->selector.selection;
  Expr *x = sel->selector.x;
  bool is_pointer = under(x->type)->kind == TY_POINTER;
  bool through_pointer = is_pointer || s->indirect;
  bool wants_pointer = s->obj->func.ptr_recv;
  if (s->path.len) {
    // Fewer loads than the path has are on the safe side.
    k.derefs -= wants_pointer && !through_pointer;
  } else if (wants_pointer && !is_pointer) {
    k.derefs--;
  } else if (!wants_pointer && is_pointer) {
    k.derefs++;
  }
  flow_expr(k, x);
}

// The receiver of x.M, called or bound, goes to k.
static void flow_any_receiver(EscHole k, Expr *sel) {
  if (sel->selector.selection->obj->func.iface)
    flow_expr(k, sel->selector.x);  // the data word: few loads, safe
  else
    flow_receiver(k, sel);
}

// ---- calls -----------------------------------------------------------------

static bool selects_method(Expr *fun) {
  return fun->kind == E_SELECTOR && fun->selector.selection &&
         fun->selector.selection->kind == SEL_METHOD;
}

void flow_call_results(EscHole *ks, int nks, Expr *x) {
  Expr *fun = unparen(x->call.fun);
  Type *ft = fun->type ? under(fun->type) : NULL;
  if (!ft || ft->kind != TY_FUNC) {
    flow_discard(fun);
    vec_each(Expr *, a, &x->call.args)
      flow_expr(esc_heap_hole(), *a);
    return;
  }
  Call c = {callee_of(fun, MOST_STEPS), ks, nks};
  if (selects_method(fun))
    flow_any_receiver(argument_hole(&c, 0), fun);
  else
    flow_discard(fun);
  flow_args(&c, x, ft, c.callee.bound);
  flow_results(&c);
}

// A method value keeps a copy of the receiver in a closure, which flows to k.
// Who calls it may keep what it returns: its results go to the heap.
void flow_method_value(EscHole k, Expr *x) {
  EscHole ks[ESC_MAX_RESULTS];
  for (int i = 0; i < ESC_MAX_RESULTS; i++)
    ks[i] = esc_heap_hole();
  Call c = {callee_of(x, MOST_STEPS), ks, ESC_MAX_RESULTS};
  flow_any_receiver((EscHole){esc_spill(k, x), 0}, x);
  flow_any_receiver(argument_hole(&c, 0), x);
}

// The body of a range over the function x, a closure made at `site`.
EscLoc *flow_range_call(Expr *x, const void *site) {
  Call c = {.callee = callee_of(x, MOST_STEPS)};
  return esc_spill(argument_hole(&c, c.callee.bound), site);
}
