// SPDX-License-Identifier: MIT
//
// Type inference: finding the type arguments that a call, or a generic
// function used as a value, leaves out. Typed arguments are unified with
// their parameters; then what is known is unified with the core types and
// methods of constraints until nothing new comes out; untyped constants
// decide what is left by their default types.
#include "types.h"

typedef struct Failure {
  Pos pos;
  char *text;
} Failure;

typedef struct Inference {
  Checker *c;
  Pos pos;
  TypeVec tparams, targs;  // targs: given or found, NULL: unknown
  TypeVec params;          // types of parameters, one per argument
  ExprVec args;
  bool reverse;            // the parameter's type is the function's own
  Unifier u;
  Failure failure;
} Inference;

// ---- records of instances --------------------------------------------------

static Map instances;       // Expr -> TypeVec
static Map partial_lists;   // INDEX with too few type arguments -> TypeVec

const TypeVec *instance_args(const Expr *x) {
  return map_get(&instances, x);
}

void set_instance_args(const Expr *x, TypeVec *targs) {
  map_put(&instances, x, targs);
}

bool is_generic_func(const Expr *x) {
  return x->mode == MODE_VALUE && x->type && x->type->kind == TY_FUNC &&
         x->type->func.tparams.len > 0;
}

static void record(Expr *x, TypeVec *targs) {
  TypeVec *list = NEW(TypeVec);
  *list = *targs;
  for (;;) {
    map_put(&instances, x, list);
    if (x->kind == E_INDEX)
      x = x->index.x;
    else if (x->kind == E_PAREN)
      x = x->paren.x;
    else if (x->kind == E_SELECTOR)
      x = x->selector.sel;
    else
      return;
  }
}

static TypeVec partial_args(Expr *x) {
  TypeVec *list = map_get(&partial_lists, x);
  return list ? *list : (TypeVec){0};
}

static Type *instantiate_signature(Type *sig, TypeVec *targs) {
  Type *copy = NEW(Type);
  *copy = *sig;
  copy->lower = NULL;
  copy->func.tparams = (TypeVec){0};
  return subst_type(copy, &sig->func.tparams, targs);
}

typedef struct Verify {
  Pos pos;
  const char *name;
  TypeVec tparams, targs;
  ExprVec *list;
} Verify;

static void run_verify(Checker *c, void *data) {
  Verify *v = data;
  check_instance(c, v->pos, v->name, &v->tparams, &v->targs, v->list);
}

// Constraints are checked once all types are known.
static void verify(Checker *c, Pos pos, Expr *x, Type *sig, TypeVec *targs) {
  Verify *v = NEW(Verify);
  *v = (Verify){pos, expr_string(perm, x), sig->func.tparams, *targs,
                x->kind == E_INDEX ? &x->index.indices : NULL};
  if (c->func)
    run_verify(c, v);
  else
    check_later(c, run_verify, v);
}

static void set_instance(Checker *c, Pos pos, Expr *x, TypeVec *targs) {
  Type *sig = x->type;
  verify(c, pos, x, sig, targs);
  record(x, targs);
  x->type = instantiate_signature(sig, targs);
  for (Expr *y = x; y->kind == E_PAREN; y = y->paren.x)
    y->paren.x->type = x->type;
}

// ---- type parameters in types ----------------------------------------------

static int index_of(TypeVec *list, Type *t) {
  for (int i = 0; i < list->len; i++) {
    if (list->at[i] == t)
      return i;
  }
  return -1;
}

typedef struct Mentions {
  TypeVec *tparams;
  Map seen;
} Mentions;

static bool mentions(Mentions *m, Type *t);

static bool objects_mention(Mentions *m, ObjectVec *list) {
  vec_each(Object *, o, list) {
    if ((*o)->type && mentions(m, (*o)->type))
      return true;
  }
  return false;
}

static bool types_mention(Mentions *m, TypeVec *list) {
  vec_each(Type *, t, list) {
    if (mentions(m, *t))
      return true;
  }
  return false;
}

static bool mentions(Mentions *m, Type *t) {
  if (!t || t->kind == TY_BASIC || map_has(&m->seen, t))
    return false;
  if (t->kind == TY_TYPEPARAM)
    return index_of(m->tparams, t) >= 0;
  map_put(&m->seen, t, t);
  switch (t->kind) {
  case TY_NAMED: return types_mention(m, &t->named.targs);
  case TY_POINTER: return mentions(m, t->pointer.elem);
  case TY_SLICE: return mentions(m, t->slice.elem);
  case TY_ARRAY: return mentions(m, t->array.elem);
  case TY_MAP: return mentions(m, t->map.key) || mentions(m, t->map.elem);
  case TY_CHAN: return mentions(m, t->chan.elem);
  case TY_STRUCT: return objects_mention(m, &t->struct_.fields);
  case TY_FUNC:
    return objects_mention(m, &t->func.params) ||
           objects_mention(m, &t->func.results);
  case TY_INTERFACE:
    return objects_mention(m, &t->interface.methods) ||
           types_mention(m, &t->interface.embeds);
  case TY_UNION:
    vec_each(struct Term, term, &t->union_.terms) {
      if (mentions(m, term->type))
        return true;
    }
    return false;
  default: return false;
  }
}

static bool is_parameterized(TypeVec *tparams, Type *t) {
  Mentions m = {.tparams = tparams};
  return mentions(&m, t);
}

// A function may call itself: its type parameters within the call are not
// those of its body. So each call gets fresh ones.
static TypeVec rename_params(TypeVec *tparams) {
  TypeVec fresh = {0};
  vec_each(Type *, p, tparams) {
    Type *t = NEW(Type);
    *t = **p;
    t->lower = NULL;
    vec_push(&fresh, t);
  }
  vec_each(Type *, t, &fresh)
    (*t)->tparam.constraint =
        subst_type((*t)->tparam.constraint, tparams, &fresh);
  return fresh;
}

// ---- messages --------------------------------------------------------------

static bool fail(Inference *f, Pos pos, char *text) {
  if (!f->failure.text)
    f->failure = (Failure){pos, text};
  return false;
}

static const char *param_names(TypeVec *list) {
  Buf b = {0};
  for (int i = 0; i < list->len; i++) {
    const char *sep = i == 0                 ? ""
                      : i < list->len - 1    ? ", "
                      : list->len == 2       ? " and "
                                             : ", and ";
    buf_printf(&b, "%s%s", sep, list->at[i]->tparam.obj->name->s);
  }
  return b.at ? b.at : "";
}

static TypeVec found(Inference *f) {
  TypeVec list = {0};
  vec_each(Type **, h, &f->u.handles)
    vec_push(&list, **h);
  return list;
}

// The type with what is known put in; unknown parameters stay.
static Type *subst_known(Inference *f, Type *t, TypeVec *targs) {
  TypeVec from = {0}, to = {0};
  for (int i = 0; i < targs->len; i++) {
    if (!targs->at[i])
      continue;
    vec_push(&from, f->tparams.at[i]);
    vec_push(&to, targs->at[i]);
  }
  return subst_type(t, &from, &to);
}

static bool mismatch(Inference *f, Type *param, Expr *arg) {
  Checker *c = f->c;
  TypeVec targs = found(f);
  const char *have = type_str(c, arg->type), *x = expr_string(perm, arg);
  const char *want = type_str(c, param);
  bool none = true;
  vec_each(Type *, t, &targs)
    none = none && !*t;
  Type *known = subst_known(f, param, &targs);
  char *text;
  if (none)
    text = arena_printf(perm, "type %s of %s does not match %s (cannot infer "
                        "%s)",
                        have, x, want, param_names(&f->tparams));
  else if (known == param)
    text = arena_printf(perm, "type %s of %s does not match %s", have, x,
                        want);
  else if (f->reverse)
    text = arena_printf(perm, "inferred type %s for %s does not match type "
                        "%s of %s",
                        type_str(c, known), want, have, x);
  else
    text = arena_printf(perm, "type %s of %s does not match inferred type %s "
                        "for %s",
                        have, x, type_str(c, known), want);
  return fail(f, expr_start(arg), text);
}

// ---- the steps -------------------------------------------------------------

typedef VEC(int) IntVec;

static bool from_arguments(Inference *f, IntVec *untyped) {
  for (int i = 0; i < f->args.len; i++) {
    Expr *arg = f->args.at[i];
    Type *param = f->params.at[i];
    if (!is_parameterized(&f->tparams, param) &&
        !is_parameterized(&f->tparams, arg->type))
      continue;
    if (is_typed(arg->type)) {
      if (!unify(&f->u, param, arg->type, UNIFY_ASSIGN))
        return mismatch(f, param, arg);
    } else if (param->kind == TY_TYPEPARAM && arg->mode != MODE_NIL) {
      vec_push(untyped, i);
    }
  }
  return true;
}

// The core type of a constraint: of a single term the term, else the type
// underlying all of them.
static Type *core_of(Type *p, bool *tilde, bool *single) {
  *tilde = *single = false;
  Type *i = under(p);
  if (i->kind != TY_INTERFACE)
    return NULL;
  interface_complete(i);
  if (!i->interface.has_terms)
    return NULL;
  if (i->interface.terms.len == 1) {
    *single = true;
    *tilde = i->interface.terms.at[0].tilde;
    return i->interface.terms.at[0].type;
  }
  vec_each(struct Term, t, &i->interface.terms)
    *tilde = *tilde || t->tilde;
  return common_under(p);
}

static bool not_satisfied(Inference *f, Type *p, Type *t, const char *why) {
  return fail(f, f->pos,
              arena_printf(perm, "%s (type %s) does not satisfy %s%s%s",
                           p->tparam.obj->name->s, type_str(f->c, t),
                           type_str(f->c, p->tparam.constraint),
                           *why ? " " : "", why));
}

static bool from_constraint(Inference *f, int i) {
  Type *p = f->tparams.at[i], **slot = f->u.handles.at[i], *t = *slot;
  bool tilde, single;
  Type *core = core_of(p, &tilde, &single);
  if (core && t) {
    if (!unify(&f->u, t, core, 0))
      return not_satisfied(f, p, t, "");
  } else if (core && single && !tilde) {
    *slot = core;
  }
  if (!t || is_parameterized(&f->tparams, t))
    return true;
  Type *iface = under(p);
  if (iface->kind != TY_INTERFACE || unify_methods(&f->u, iface, t))
    return true;
  char *why = NULL;
  missing_method(t, iface, true, NULL, &why, f->c->pkg);
  return not_satisfied(f, p, t, why ? why : "");
}

static bool from_constraints(Inference *f) {
  for (;;) {
    int before = unifier_unknowns(&f->u);
    for (int i = 0; i < f->tparams.len; i++) {
      if (!from_constraint(f, i))
        return false;
    }
    if (unifier_unknowns(&f->u) == before)
      return true;
  }
}

static bool from_untyped(Inference *f, int *at, int n) {
  Type **most = NEW_ARRAY(Type *, f->tparams.len);
  for (int k = 0; k < n; k++) {
    Expr *arg = f->args.at[at[k]];
    int i = index_of(&f->tparams, f->params.at[at[k]]);
    if (i < 0 || *f->u.handles.at[i])
      continue;
    if (!most[i] || most[i] == arg->type) {
      most[i] = arg->type;
    } else if (is_numeric(most[i]) && is_numeric(arg->type)) {
      if (arg->type->basic.kind > most[i]->basic.kind)
        most[i] = arg->type;
    } else {
      return fail(f, expr_start(arg),
                  arena_printf(perm, "mismatched types %s and %s (cannot "
                               "infer %s)",
                               type_str(f->c, most[i]),
                               type_str(f->c, arg->type),
                               f->tparams.at[i]->tparam.obj->name->s));
    }
  }
  for (int i = 0; i < f->tparams.len; i++) {
    if (most[i])
      *f->u.handles.at[i] = default_type(most[i]);
  }
  return true;
}

// ---- what was found may mention other type parameters ----------------------

// Forgets types that contain themselves: T = []T.
static void forget_cycles(Inference *f, TypeVec *targs) {
  int n = targs->len;
  for (int i = 0; i < n; i++) {
    if (!targs->at[i])
      continue;
    bool *reached = NEW_ARRAY(bool, n);
    int *stack = NEW_ARRAY(int, n + 1), depth = 0;
    stack[depth++] = i;
    while (depth > 0) {
      Type *t = targs->at[stack[--depth]];
      for (int j = 0; t && j < n; j++) {
        TypeVec one = {&f->tparams.at[j], 1, 1};
        if (reached[j] || !is_parameterized(&one, t))
          continue;
        reached[j] = true;
        stack[depth++] = j;
      }
    }
    if (reached[i])
      targs->at[i] = NULL;
  }
}

static void simplify(Inference *f, TypeVec *targs) {
  forget_cycles(f, targs);
  // Without cycles each round settles at least one.
  for (int round = 0; round < targs->len; round++) {
    bool changed = false;
    for (int i = 0; i < targs->len; i++) {
      if (!targs->at[i] || !is_parameterized(&f->tparams, targs->at[i]))
        continue;
      Type *t = subst_known(f, targs->at[i], targs);
      changed = changed || t != targs->at[i];
      targs->at[i] = t;
      // What was a generic function among the arguments is one no more.
      if (t->kind == TY_FUNC && t->func.tparams.len &&
          !is_parameterized(&f->tparams, t))
        t->func.tparams = (TypeVec){0};
    }
    if (!changed)
      return;
  }
}

static bool all_found(Inference *f, TypeVec *targs) {
  for (int i = 0; i < targs->len; i++) {
    if (targs->at[i] && !is_parameterized(&f->tparams, targs->at[i]))
      continue;
    Object *o = f->tparams.at[i]->tparam.obj;
    Loc loc = source_loc(o->pos);
    return fail(f, f->pos,
                arena_printf(perm, "cannot infer %s (declared at %s:%d:%d)",
                             o->name->s, loc.path, loc.line, loc.col));
  }
  return true;
}

static bool infer(Inference *f) {
  vec_each(Expr *, x, &f->args) {
    if ((*x)->mode == MODE_INVALID || (*x)->type->kind == TY_INVALID)
      return false;
  }
  while (f->targs.len < f->tparams.len)
    vec_push(&f->targs, NULL);
  for (int i = 0; i < f->params.len; i++)
    f->params.at[i] = subst_known(f, f->params.at[i], &f->targs);
  unifier_init(&f->u, &f->tparams, &f->targs);
  IntVec untyped = {0};
  if (!from_arguments(f, &untyped) || !from_constraints(f) ||
      !from_untyped(f, untyped.at, untyped.len))
    return false;
  TypeVec targs = found(f);
  simplify(f, &targs);
  if (!all_found(f, &targs))
    return false;
  f->targs = targs;
  return true;
}

// ---- values ----------------------------------------------------------------

void check_func_index(Checker *c, Expr *e) {
  Expr *x = e->index.x;
  Type *sig = x->type;
  ExprVec *list = &e->index.indices;
  TypeVec targs = {0};
  bool ok = require_lang(c, c->callee == e ? expr_start(e) : e->index.lbrack,
                         18, "function instantiation");
  vec_each(Expr *, t, list) {
    Type *type = check_var_type(c, *t);
    ok = ok && type->kind != TY_INVALID;
    vec_push(&targs, type);
  }
  int want = sig->func.tparams.len;
  if (targs.len > want) {
    check_error(c, expr_start(list->at[targs.len - 1]),
                "got %d type arguments but want %d", targs.len, want);
    ok = false;
  }
  if (!ok)
    return;
  e->mode = MODE_VALUE;
  e->type = sig;
  if (targs.len == want) {
    set_instance(c, expr_start(e), e, &targs);
    return;
  }
  TypeVec *partial = NEW(TypeVec);
  *partial = targs;
  map_put(&partial_lists, e, partial);
}

bool infer_value(Checker *c, Expr *x, Type *wanted) {
  Type *sig = x->type;
  Type *want = wanted ? under(wanted) : NULL;
  if (want && want->kind != TY_FUNC)
    want = NULL;
  if (!want && !map_has(&partial_lists, x)) {
    check_error(c, expr_start(x),
                "cannot use generic function %s without instantiation",
                expr_string(perm, x));
    return false;
  }
  Inference f = {.c = c, .reverse = true};
  f.pos = x->kind == E_INDEX ? x->index.lbrack : expr_start(x);
  f.tparams = rename_params(&sig->func.tparams);
  TypeVec partial = partial_args(x);
  vec_each(Type *, t, &partial)
    vec_push(&f.targs, *t);
  if (want) {
    if (!partial.len && !require_lang(c, f.pos, 18, "function instantiation"))
      return false;
    require_lang(c, f.pos, 21,
                 partial.len ? "partially instantiated function in assignment"
                             : "implicitly instantiated function in "
                               "assignment");
    Expr *arg = NEW(Expr);
    arg->kind = E_IDENT;
    arg->pos = f.pos;
    arg->ident.name = name_cstr(c->wanted ? c->wanted : "variable");
    arg->mode = MODE_VALUE;
    arg->type = want;
    vec_push(&f.args, arg);
    vec_push(&f.params, instantiate_signature(sig, &f.tparams));
  }
  if (!infer(&f)) {
    if (f.failure.text)
      check_error(c, f.failure.pos, "%s", f.failure.text);
    return false;
  }
  set_instance(c, expr_start(x), x, &f.targs);
  return true;
}

// ---- calls -----------------------------------------------------------------

static void add_params(Inference *f, TypeVec *fresh, TypeVec *given) {
  vec_each(Type *, t, fresh)
    vec_push(&f->tparams, *t);
  vec_each(Type *, t, given)
    vec_push(&f->targs, *t);
  while (f->targs.len < f->tparams.len)
    vec_push(&f->targs, NULL);
}

// A generic function among the arguments brings its own type parameters.
static void add_argument(Inference *f, Expr *x, Type **type) {
  TypeVec fresh = rename_params(&x->type->func.tparams);
  TypeVec given = partial_args(x);
  *type = instantiate_signature(x->type, &fresh);
  (*type)->func.tparams = fresh;  // for messages
  add_params(f, &fresh, &given);
}

static TypeVec slice_of(TypeVec *list, int from, int n) {
  TypeVec part = {0};
  for (int i = from; i < from + n; i++)
    vec_push(&part, list->at[i]);
  return part;
}

// Stand-ins for generic arguments, with their renamed types.
static void collect_arguments(Inference *f, ExprVec *args, TypeVec *params) {
  for (int i = 0; i < args->len; i++) {
    Expr *x = args->at[i];
    // Before Go 1.21 its own constraints must say what is missing.
    if (is_generic_func(x) && !has_lang(f->c, 21) && partial_args(x).len)
      infer_value(f->c, x, NULL);
    if (is_generic_func(x)) {
      Expr *y = NEW(Expr);
      *y = *x;
      require_lang(f->c, expr_start(x), 21,
                   "implicitly instantiated function as argument");
      add_argument(f, x, &y->type);
      x = y;
    }
    vec_push(&f->args, x);
    vec_push(&f->params, params->at[i]);
  }
}

static void report(Checker *c, Expr *call, Failure *failure) {
  if (failure->text)
    check_error(c, failure->pos, "in call to %s, %s",
                expr_string(perm, call->call.fun), failure->text);
}

Type *infer_call(Checker *c, Expr *call, Type *sig, ExprVec *args,
                 TypeVec *params) {
  Expr *fun = call->call.fun;
  int n = sig->func.tparams.len;
  Inference f = {.c = c, .pos = call->call.lparen};
  TypeVec given = partial_args(fun), renamed = {0}, list = {0};
  if (n > 0) {
    require_lang(c, expr_start(call), 18,
                 fun->kind == E_INDEX ? "function instantiation"
                                      : "implicit function instantiation");
    renamed = rename_params(&sig->func.tparams);
    add_params(&f, &renamed, &given);
  }
  vec_each(Type *, t, params)
    vec_push(&list, subst_type(*t, &sig->func.tparams, &renamed));
  collect_arguments(&f, args, &list);
  if (!infer(&f)) {
    report(c, call, &f.failure);
    return NULL;
  }
  int at = n;
  vec_each(Expr *, x, args) {
    if (!is_generic_func(*x))
      continue;
    int k = (*x)->type->func.tparams.len;
    TypeVec part = slice_of(&f.targs, at, k);
    set_instance(c, expr_start(*x), *x, &part);
    at += k;
  }
  if (n == 0)
    return sig;
  TypeVec own = slice_of(&f.targs, 0, n);
  vec_each(Type *, t, params)
    *t = subst_type(*t, &sig->func.tparams, &own);
  set_instance(c, call->call.lparen, fun, &own);
  return fun->type;
}
