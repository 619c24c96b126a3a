// SPDX-License-Identifier: MIT
//
// Type expressions: from syntax to types. Checks that need complete types
// (map keys, embedded fields, constraints used as types) are put off until
// all declarations are resolved.
#include "types.h"

static Type *type_expr(Checker *c, Expr *x);

static Type *denotes(Expr *x, Type *t) {
  x->mode = t->kind == TY_INVALID ? MODE_INVALID : MODE_TYPE;
  x->type = t;
  return t;
}

// ---- checks that come later ------------------------------------------------

typedef struct TypeCheck {
  Pos pos;
  Type *type;
  bool pointer;
} TypeCheck;

static void later(Checker *c, void (*run)(Checker *, void *), Pos pos,
                  Type *t, bool pointer) {
  TypeCheck *k = NEW(TypeCheck);
  k->pos = pos;
  k->type = t;
  k->pointer = pointer;
  check_later(c, run, k);
}

static void check_not_constraint(Checker *c, void *data) {
  TypeCheck *k = data;
  Type *u = under(k->type);
  if (u->kind != TY_INTERFACE) return;
  interface_complete(u);
  if (u->interface.is_comparable)
    check_error(c, k->pos, "cannot use type %s outside a type constraint: "
                "interface is (or embeds) comparable", type_str(c, k->type));
  else if (u->interface.has_terms)
    check_error(c, k->pos, "cannot use type %s outside a type constraint: "
                "interface contains type constraints", type_str(c, k->type));
}

void check_no_constraint(Checker *c, Pos pos, Type *t) {
  bool may_be_interface =
      t->kind == TY_INTERFACE ? t->interface.embeds.len > 0
      : t->kind == TY_NAMED && t != type_error &&
            (!t->named.underlying ||
             t->named.underlying->kind == TY_INTERFACE);
  if (may_be_interface) later(c, check_not_constraint, pos, t, false);
}

Type *check_var_type(Checker *c, Expr *x) {
  Type *t = check_type(c, x);
  check_no_constraint(c, expr_start(x), t);
  return t;
}

static void check_map_key(Checker *c, void *data) {
  TypeCheck *k = data;
  if (is_type_param(k->type) ? strictly_comparable(k->type)
                             : comparable_type(k->type, NULL))
    return;
  check_error(c, k->pos, "invalid map key type %s%s", type_str(c, k->type),
              is_type_param(k->type) ? " (missing comparable constraint)"
                                     : "");
}

static void check_array_size(Checker *c, void *data) {
  TypeCheck *k = data;
  if (type_size(k->type) < 0)
    type_too_large(c, k->pos, type_str(c, k->type));
}

// The runtime keeps the size of an element in 16 bits.
static void check_chan_elem(Checker *c, void *data) {
  TypeCheck *k = data;
  if (type_size(k->type) >= 1 << 16 || type_size(k->type) < 0)
    check_error(c, k->pos, "channel element type too large (>64kB)");
}

static void check_embedded(Checker *c, void *data) {
  TypeCheck *k = data;
  Type *u = under(k->type);
  if (is_type_param(k->type))
    check_error(c, k->pos, "embedded field type cannot be a "
                "(pointer to a) type parameter");
  else if (u->kind == TY_BASIC && u->basic.kind == B_UNSAFE_POINTER)
    check_error(c, k->pos, "embedded field type cannot be unsafe.Pointer");
  else if (u->kind == TY_POINTER)
    check_error(c, k->pos, "embedded field type cannot be a pointer");
  else if (u->kind == TY_INTERFACE && k->pointer)
    check_error(c, k->pos,
                "embedded field type cannot be a pointer to an interface");
}

// ---- structs ---------------------------------------------------------------

// The name an embedded field gets: T, *T, p.T or T[args].
static Expr *embedded_name(Expr *x) {
  bool star = false;
  for (;;) {
    switch (x->kind) {
      case E_IDENT: return x;
      case E_SELECTOR: return x->selector.sel;
      case E_INDEX: x = x->index.x; break;
      case E_PAREN: x = x->paren.x; break;
      case E_STAR:
        if (star) return NULL;
        star = true;
        x = x->unary.x;
        break;
      default: return NULL;
    }
  }
}

static Name *decode_tag(Expr *tag) {
  if (!tag || tag->kind != E_BASIC_LIT || tag->op != T_STRING) return NULL;
  Buf b = {0};
  literal_string(tag->lit.text, &b);
  return b.len ? name_intern(b.at, b.len) : NULL;
}

static bool is_underscore(const Name *n) {
  return n->len == 1 && n->s[0] == '_';
}

static void add_field(Checker *c, Type *t, Map *names, Field *f, Expr *name,
                      Type *type) {
  Name *text = name ? name->ident.name : name_cstr("_");
  Pos pos = name ? name->pos : f->pos;
  Object *obj = object_new(OBJ_VAR, pos, c->pkg, text, type);
  obj->var.is_field = true;
  obj->var.embedded = f->embedded || !f->name;
  obj->var.index = t->struct_.fields.len;
  obj->shown = spelled_type(f->type);
  obj->file = c->file;
  obj->color = COLOR_BLACK;
  if (name) name->ident.obj = obj;
  if (!is_underscore(text)) {
    Object *other = map_get(names, text);
    if (other) {
      check_error(c, pos, "%s redeclared", text->s);
      note_at(other->pos, "other declaration of %s", text->s);
      return;
    }
    map_put(names, text, obj);
  }
  vec_push(&t->struct_.fields, obj);
  vec_push(&t->struct_.tags, decode_tag(f->tag));
}

static Type *struct_type(Checker *c, Expr *x) {
  Type *t = type_struct_new(), *type = type_invalid;
  Map names = {0};
  vec_each(Field *, p, &x->struct_.fields) {
    Field *f = *p;
    if (!f->shares_type || p == x->struct_.fields.at)
      type = check_var_type(c, f->type);
    if (f->name && !f->embedded) {
      add_field(c, t, &names, f, f->name, type);
      continue;
    }
    Expr *name = embedded_name(f->type);
    if (!name) {
      check_error(c, expr_start(f->type), "invalid embedded field type %s",
                  expr_string(perm, f->type));
      type = type_invalid;
    }
    // The identifier already denotes the type: its object stays.
    Object *denoted = name ? name->ident.obj : NULL;
    add_field(c, t, &names, f, name, type);
    if (name) name->ident.obj = denoted;
    bool ptr;
    Type *base = deref(type, &ptr);
    later(c, check_embedded, expr_start(f->type), base, ptr);
  }
  return t;
}

// ---- interfaces ------------------------------------------------------------

static void check_union(Checker *c, void *data) {
  Expr *x = data;
  Type *t = x->type;
  VEC(Expr *) terms = {0};
  for (Expr *e = x;; e = unparen(e->binary.x)) {
    bool more = e->kind == E_BINARY && e->op == T_OR;
    vec_push(&terms, more ? e->binary.y : e);
    if (!more) break;
  }
  int n = t->union_.terms.len;
  if (terms.len != n) return;
  for (int i = 0; i < n; i++) {
    struct Term *term = &t->union_.terms.at[i];
    Pos pos = expr_start(terms.at[n - 1 - i]);
    Type *u = under(term->type);
    const char *s = type_str(c, term->type);
    // Terms are shown with their packages.
    const char *full = arena_printf(perm, "%s%s", term->tilde ? "~" : "",
                                    type_string(perm, term->type, NULL));
    if (u->kind == TY_INVALID) continue;
    if (term->tilde && u->kind == TY_INTERFACE) {
      check_error(c, pos, "invalid use of ~ (%s is an interface)", s);
      continue;
    }
    if (term->tilde && !identical(u, term->type)) {
      check_error(c, pos, "invalid use of ~ (underlying type of %s is %s)",
                  s, type_str(c, u));
      continue;
    }
    if (u->kind == TY_INTERFACE && n > 1) {
      interface_complete(u);
      if (u->interface.all.len)
        check_error(c, pos, "cannot use %s in union (%s contains methods)",
                    full, full);
      else if (term->type == type_comparable)
        check_error(c, pos, "cannot use comparable in union");
      else if (u->interface.is_comparable)
        check_error(c, pos, "cannot use %s in union (%s embeds comparable)",
                    full, full);
      continue;
    }
    for (int j = 0; j < i; j++) {
      struct Term *other = &t->union_.terms.at[j];
      if (is_interface(other->type) ||
          !(term_contains(other, term) || term_contains(term, other)))
        continue;
      check_error(c, pos, "overlapping terms %s and %s", full,
                  arena_printf(perm, "%s%s", other->tilde ? "~" : "",
                               type_string(perm, other->type, NULL)));
      break;
    }
  }
}

static struct Term union_term(Checker *c, Expr *x, bool single) {
  struct Term term = {0};
  Expr *type = x;
  if (x->kind == E_UNARY && x->op == T_TILDE) {
    term.tilde = true;
    type = x->unary.x;
  }
  term.type = check_type(c, type);
  if (is_type_param(term.type)) {
    if (term.tilde)
      check_error(c, expr_start(type),
                  "type in term %s cannot be a type parameter",
                  expr_string(perm, x));
    else if (!single)
      check_error(c, expr_start(x), "term cannot be a type parameter");
    else
      check_error(c, expr_start(x), "term cannot be a type parameter");
    term.type = type_invalid;
  }
  return term;
}

enum { MOST_TERMS = 100 };  // of a union

// An element of an interface: a type, ~T, or a union. Long unions nest to
// the left, so that this is a loop.
static Type *element_type(Checker *c, Expr *x) {
  bool is_union = x->kind == E_BINARY && x->op == T_OR;
  if (!is_union && !(x->kind == E_UNARY && x->op == T_TILDE)) {
    struct Term term = union_term(c, x, true);
    return term.type;
  }
  if (c->file && c->file->lang && c->file->lang < 18 &&
      !require_lang(c, expr_start(x), 18,
                    arena_printf(perm, "embedding interface element %s",
                                 expr_string(perm, x))))
    return type_invalid;
  VEC(Expr *) parts = {0};
  Expr *e = x;
  for (; e->kind == E_BINARY && e->op == T_OR; e = unparen(e->binary.x))
    vec_push(&parts, e->binary.y);
  vec_push(&parts, e);
  if (parts.len > MOST_TERMS) {
    Expr *surplus = parts.at[parts.len - 1 - MOST_TERMS];
    check_error(c, expr_start(surplus), "cannot handle more than %d union "
                "terms (implementation limitation)", MOST_TERMS);
    return type_invalid;
  }
  Type *t = NEW(Type);
  t->kind = TY_UNION;
  for (int i = parts.len - 1; i >= 0; i--) {
    struct Term term = union_term(c, parts.at[i], parts.len == 1);
    vec_push(&t->union_.terms, term);
  }
  denotes(x, t);
  check_later(c, check_union, x);
  return t;
}

static int compare_objects(const void *a, const void *b) {
  const Object *x = *(Object *const *)a, *y = *(Object *const *)b;
  int d = compare_methods(x, y);
  return d ? d : (x->pos > y->pos) - (x->pos < y->pos);
}

// Before Go 1.18 interfaces embed nothing but interfaces that are no
// constraints.
static void check_old_embeds(Checker *c, Type *t) {
  for (int i = 0; i < t->interface.embeds.len; i++) {
    Type *e = t->interface.embeds.at[i], *u = under(e);
    bool constraint = u->kind == TY_INTERFACE &&
                      (u->interface.has_terms || u->interface.is_comparable);
    if (u->kind == TY_INVALID || e->kind == TY_UNION ||
        (u->kind == TY_INTERFACE && !constraint))
      continue;
    if (!require_lang(c, t->interface.embed_pos.at[i], 18,
                      arena_printf(perm, "embedding %s %s",
                                   constraint ? "constraint interface"
                                              : "non-interface type",
                                   type_str(c, e))))
      t->interface.has_terms = t->interface.is_comparable = false;
  }
}

// Of a union, with those of the interfaces in it.
static int count_terms(Type *t) {
  int n = 0;
  vec_each(struct Term, term, &t->union_.terms) {
    Type *u = under(term->type);
    if (u->kind == TY_INTERFACE) interface_complete(u);
    n += u->kind == TY_INTERFACE ? u->interface.terms.len : 1;
  }
  return n;
}

static void check_union_sizes(Checker *c, Type *t) {
  for (int i = 0; i < t->interface.embeds.len; i++) {
    Type *e = t->interface.embeds.at[i];
    if (e->kind == TY_UNION && count_terms(e) > MOST_TERMS)
      check_error(c, t->interface.embed_pos.at[i], "cannot handle more than "
                  "%d union terms (implementation limitation)", MOST_TERMS);
  }
}

static void complete_later(Checker *c, void *data) {
  interface_complete(data);
  check_union_sizes(c, data);
  if (c->file && c->file->lang && c->file->lang < 18) check_old_embeds(c, data);
}

static void add_iface_method(Checker *c, Type *t, Field *f) {
  Name *name = f->name->ident.name;
  if (is_underscore(name)) {
    check_error(c, f->name->pos,
                "methods must have a unique non-blank name");
    return;
  }
  Type *sig = check_type(c, f->type);
  if (sig->kind != TY_FUNC) return;
  sig->func.recv = object_new(OBJ_VAR, f->name->pos, c->pkg, name_cstr(""), t);
  Object *m = object_new(OBJ_FUNC, f->name->pos, c->pkg, name, sig);
  m->func.iface = t;
  m->file = c->file;
  m->color = COLOR_BLACK;
  f->name->ident.obj = m;
  vec_push(&t->interface.methods, m);
}

static Type *interface_type(Checker *c, Expr *x) {
  Type *t = type_interface_new();
  t->interface.completing = true;  // nobody may look before it is filled in
  denotes(x, t);
  vec_each(Field *, p, &x->interface.elems) {
    Field *f = *p;
    if (f->name) {
      add_iface_method(c, t, f);
      continue;
    }
    Type *e = element_type(c, f->type);
    if (e->kind == TY_INVALID) continue;
    vec_push(&t->interface.embeds, e);
    vec_push(&t->interface.embed_pos, expr_start(f->type));
  }
  t->interface.completing = false;
  ObjectVec *m = &t->interface.methods;
  // By name as messages print them; a duplicate after what it repeats.
  if (m->len) qsort(m->at, (size_t)m->len, sizeof *m->at, compare_objects);
  if (m->len || t->interface.embeds.len)
    check_later(c, complete_later, t);
  else
    interface_complete(t);
  struct Literal literal = {x->pos, t};
  if (m->len) vec_push(&c->interfaces, literal);
  return t;
}

// ---- functions -------------------------------------------------------------

typedef struct Params {
  ObjectVec objs;
  VEC(Expr *) names;
  bool variadic;
} Params;

static Params collect_params(Checker *c, FieldVec *fields, bool results,
                             FuncInfo *info) {
  Params r = {0};
  Type *type = type_invalid, *shown = NULL;
  for (int i = 0; i < fields->len; i++) {
    Field *f = fields->at[i];
    bool last = i == fields->len - 1;
    if (!f->shares_type || i == 0) {
      Expr *x = f->type;
      bool dots = x->kind == E_ELLIPSIS;
      type = check_var_type(c, dots ? x->ellipsis.elem : x);
      if (dots && !results && last) {
        r.variadic = true;
        type = type_slice(type);
      } else if (dots) {
        check_error(c, x->pos,
                    "can only use ... with final parameter in list");
      }
      if (dots) denotes(x, type);
      shown = dots ? NULL : spelled_type(x);
    }
    Name *name = f->name ? f->name->ident.name : name_cstr("");
    Object *p = object_new(OBJ_VAR, f->name ? f->name->pos : f->pos, c->pkg,
                           name, type);
    p->shown = shown;
    p->var.is_param = !results;
    p->var.is_result = results;
    p->var.index = i;
    p->var.func = info;
    p->file = c->file;
    p->color = COLOR_BLACK;
    p->used = true;
    if (f->name) f->name->ident.obj = p;
    vec_push(&r.objs, p);
    vec_push(&r.names, f->name);
  }
  return r;
}

static void declare_params(Checker *c, Params *p, Pos from) {
  for (int i = 0; i < p->objs.len; i++)
    if (p->names.at[i]) declare(c, p->objs.at[i], from);
}

// The receiver, whose base may be generic: func (p *Pair[K, V]) ...
static Object *collect_receiver(Checker *c, Field *recv, FuncInfo *info) {
  Type *t = check_receiver_type(c, recv->type);
  Name *name = recv->name ? recv->name->ident.name : name_cstr("");
  Object *obj = object_new(OBJ_VAR, recv->name ? recv->name->pos : recv->pos,
                           c->pkg, name, t);
  obj->var.is_param = true;
  obj->var.func = info;
  obj->file = c->file;
  obj->color = COLOR_BLACK;
  obj->used = true;
  if (recv->name) recv->name->ident.obj = obj;
  return obj;
}

void check_signature(Checker *c, Type *sig, Expr *x, Field *recv,
                     Scope *scope, FuncInfo *info) {
  denotes(x, sig);
  Scope *outer = c->scope;
  c->scope = scope ? scope : scope_new(c->scope, info);
  if (recv) sig->func.recv = collect_receiver(c, recv, info);
  FieldVec *tparams = &x->functype.tparams;
  if (tparams->len) {
    require_lang(c, tparams->at[0]->pos, 18, "type parameter");
    check_type_params(c, tparams, &sig->func.tparams);
  }
  Params p = collect_params(c, &x->functype.params, false, info);
  Params r = collect_params(c, &x->functype.results, true, info);
  sig->func.params = p.objs;
  sig->func.results = r.objs;
  sig->func.variadic = p.variadic;
  if (info && r.names.len && r.names.at[0]) info->named_results = true;
  // Also without a scope of the caller's: names must differ in a type, too.
  if (recv && recv->name) declare(c, sig->func.recv, x->end);
  declare_params(c, &p, x->end);
  declare_params(c, &r, x->end);
  c->scope = outer;
}

// ---- type parameters -------------------------------------------------------

static Object *new_tparam(Checker *c, Expr *name, int index) {
  Object *obj = object_new(OBJ_TYPE, name->pos, c->pkg, name->ident.name,
                           NULL);
  Type *t = NEW(Type);
  t->kind = TY_TYPEPARAM;
  t->tparam.obj = obj;
  t->tparam.index = index;
  obj->type = t;
  obj->color = COLOR_BLACK;
  obj->file = c->file;
  obj->used = true;
  name->ident.obj = obj;
  declare(c, obj, 0);
  return obj;
}

static Type *check_bound(Checker *c, Expr *x) {
  Expr *inner = unparen(x);
  bool element = (inner->kind == E_BINARY && inner->op == T_OR) ||
                 (inner->kind == E_UNARY && inner->op == T_TILDE);
  if (!element) {
    Type *t = check_type(c, x);
    if (!is_type_param(t)) return t;
    check_error(c, expr_start(x), "cannot use a type parameter as constraint");
    return type_invalid;
  }
  Type *t = type_interface_new();
  t->interface.implicit = true;
  Type *e = element_type(c, inner);
  if (e->kind == TY_INVALID) return e;
  vec_push(&t->interface.embeds, e);
  vec_push(&t->interface.embed_pos, expr_start(x));
  return t;
}

void check_type_params(Checker *c, FieldVec *fields, TypeVec *out) {
  // All are in scope of all constraints.
  for (int i = 0; i < fields->len; i++) {
    Field *f = fields->at[i];
    if (!f->name) continue;
    Object *p = new_tparam(c, f->name, out->len);
    vec_push(out, p->type);
  }
  Type *bound = type_invalid;
  int at = 0;
  for (int i = 0; i < fields->len; i++) {
    Field *f = fields->at[i];
    if (!f->name) continue;
    if (!f->shares_type || i == 0) bound = check_bound(c, f->type);
    out->at[at++]->tparam.constraint = bound;
  }
}

// Declares the type parameters that the receiver names. False after an error.
static bool receiver_params(Checker *c, Expr *x, TypeVec *params) {
  vec_each(Expr *, p, &x->index.indices) {
    Expr *name = unparen(*p);
    if (name->kind != E_IDENT) {
      check_error(c, name->pos,
                  "receiver type parameter %s must be an identifier",
                  expr_string(perm, name));
      return false;
    }
    Object *param = new_tparam(c, name, params->len);
    vec_push(params, param->type);
    denotes(name, param->type);
  }
  return true;
}

static Type *generic_receiver(Checker *c, Expr *x, Type *base) {
  TypeVec params = {0};
  if (!receiver_params(c, x, &params)) return type_invalid;
  TypeVec *formal = &base->named.tparams;
  if (params.len != formal->len) {
    check_error(c, expr_start(x), "receiver declares %d type parameter%s, "
                "but receiver base type declares %d", params.len,
                params.len == 1 ? "" : "s", formal->len);
    return type_invalid;
  }
  for (int i = 0; i < params.len; i++) {
    mono_same(c, params.at[i], formal->at[i]);
    params.at[i]->tparam.constraint =
        subst_type(formal->at[i]->tparam.constraint, formal, &params);
  }
  return instantiate(base, &params);
}

Type *check_receiver_type(Checker *c, Expr *x) {
  Expr *base = unparen(x);
  bool ptr = base->kind == E_STAR;
  if (ptr) base = unparen(base->unary.x);
  if (base->kind != E_INDEX) {
    Type *t = check_var_type(c, x), *named = deref(t, NULL);
    if (named->kind != TY_NAMED || !named->named.targs.len) return t;
    // By way of an alias.
    check_error(c, expr_start(base),
                "cannot define new methods on instantiated type %s",
                type_str(c, named));
    return denotes(x, type_invalid);
  }
  require_lang(c, expr_start(base), 18, "type instantiation");
  Type *g = check_generic_type(c, base->index.x);
  if (g->kind == TY_INVALID) {
    receiver_params(c, base, &(TypeVec){0});
    return g;
  }
  if (g->kind == TY_NAMED && is_generic(g) && g->named.obj->type_.alias) {
    if (under(g)->kind != TY_INVALID)
      check_error(c, expr_start(base->index.x),
                  "cannot define new methods on generic alias type %s",
                  type_str(c, g));
    receiver_params(c, base, &(TypeVec){0});
    return type_invalid;
  }
  if (g->kind != TY_NAMED || !is_generic(g)) {
    check_error(c, expr_start(base->index.x), "%s is not a generic type",
                type_str(c, g));
    receiver_params(c, base, &(TypeVec){0});
    return type_invalid;
  }
  Type *t = generic_receiver(c, base, g);
  denotes(base, t);
  if (ptr && t->kind != TY_INVALID) t = type_pointer(t);
  return denotes(x, t);
}

// ---- instances -------------------------------------------------------------

bool check_instance(Checker *c, Pos pos, const char *name, TypeVec *tparams,
                    TypeVec *targs, ExprVec *args) {
  if (tparams->len != targs->len) {
    bool few = targs->len < tparams->len;
    check_error(c, pos, "%s type arguments for type %s: have %d, want %d",
                few ? "not enough" : "too many", name, targs->len,
                tparams->len);
    return false;
  }
  for (int i = 0; i < tparams->len; i++) {
    Type *p = tparams->at[i];
    Type *bound = subst_type(p->tparam.constraint ? p->tparam.constraint
                                                  : type_any,
                             tparams, targs);
    if (under(bound)->kind == TY_INVALID) continue;
    if (under(bound)->kind != TY_INTERFACE) {  // [P int]
      Type one = {.kind = TY_TYPEPARAM};
      one.tparam.constraint = bound;
      bound = constraint_interface(&one);
    }
    char *why = NULL;
    if (satisfies(targs->at[i], bound, &why, c->pkg)) continue;
    Pos at = args && i < args->len ? expr_start(args->at[i]) : pos;
    check_error(c, at, "%s", why ? why : "invalid type argument");
    return false;
  }
  mono_record(c, pos, tparams, targs);
  return true;
}

typedef struct InstanceCheck {
  Expr *x;
  Type *generic;
  TypeVec args;   // an instance of an alias does not know them
} InstanceCheck;

static void check_instance_later(Checker *c, void *data) {
  InstanceCheck *k = data;
  check_instance(c, expr_start(k->x), k->generic->named.obj->name->s,
                 &k->generic->named.tparams, &k->args, &k->x->index.indices);
}

static Type *instance_type(Checker *c, Expr *x) {
  require_lang(c, expr_start(x), 18, "type instantiation");
  Type *g = check_generic_type(c, x->index.x);
  TypeVec args = {0};
  bool generic = g->kind == TY_NAMED && is_generic(g);
  bool ok = g->kind != TY_INVALID && (generic || !in_own_length(c, g));
  if (ok && !generic) {
    Buf list = {0};
    vec_each(Expr *, a, &x->index.indices)
      buf_printf(&list, "%s%s", a == x->index.indices.at ? "" : ", ",
                 expr_string(perm, *a));
    check_error(c, expr_start(x),
                "invalid operation: %s[%s] (%s is not a generic type)",
                expr_string(perm, x->index.x), list.at ? list.at : "",
                type_str(c, g));
    ok = false;
  }
  if (!ok) return type_invalid;
  vec_each(Expr *, a, &x->index.indices) {
    Type *t = check_var_type(c, *a);
    if (t->kind == TY_INVALID) ok = false;
    vec_push(&args, t);
  }
  if (!ok) return type_invalid;
  InstanceCheck *k = NEW(InstanceCheck);
  k->x = x;
  k->generic = g;
  k->args = args;
  Type *instance = instantiate(g, &args);
  if (instance->kind == TY_NAMED && !instance->named.pos)
    instance->named.pos = expr_start(x);
  if (instance->kind != TY_INVALID)
    check_later(c, check_instance_later, k);
  return instance;
}

// ---- all of them -----------------------------------------------------------

static Type *not_a_type(Checker *c, Expr *x) {
  check_error(c, expr_start(x), "%s is not a type", expr_string(perm, x));
  use_expr(c, x);
  x->mode = MODE_INVALID;
  return type_invalid;
}

static Type *named_type(Checker *c, Expr *x) {
  if (x->kind == E_IDENT) {
    check_ident(c, x, true);
  } else {
    c->in_length++;
    check_selector(c, x, true);
    c->in_length--;
  }
  switch (x->mode) {
    case MODE_TYPE: return x->type ? x->type : type_invalid;
    case MODE_INVALID: return type_invalid;
    case MODE_NOVALUE:
      check_error(c, expr_start(x), "%s used as type", operand_string(c, x));
      break;
    default:
      check_error(c, expr_start(x), "%s is not a type", operand_string(c, x));
  }
  x->mode = MODE_INVALID;
  return type_invalid;
}

static Type *array_type(Checker *c, Expr *x) {
  if (x->array.ellipsis) {
    check_error(c, x->pos,
                "invalid use of [...] array (outside a composite literal)");
    check_var_type(c, x->array.elem);
    return type_invalid;
  }
  if (!x->array.len) return type_slice(check_var_type(c, x->array.elem));
  bool lazy = c->lazy_types;  // the length may need what is left out
  c->lazy_types = false;
  c->in_length++;
  int64_t len = check_array_len(c, x->array.len);
  c->in_length--;
  c->lazy_types = lazy;
  Type *elem = check_var_type(c, x->array.elem);
  if (len < 0) return type_invalid;
  enum { HARMLESS = 1 << 10 };  // nothing small becomes too large by these
  Type *t = type_array(elem, len);
  if (len > HARMLESS) later(c, check_array_size, x->pos, t, false);
  return t;
}

static Type *chan_type(Checker *c, Expr *x) {
  Type *elem = check_var_type(c, x->chan.elem);
  if (elem->kind == TY_NAMED || elem->kind == TY_ARRAY ||
      elem->kind == TY_STRUCT)
    later(c, check_chan_elem, x->pos, elem, false);
  return type_chan(elem, x->chan.dir);
}

static Type *map_type(Checker *c, Expr *x) {
  Type *key = check_var_type(c, x->map.key);
  Type *elem = check_var_type(c, x->map.value);
  later(c, check_map_key, expr_start(x->map.key), key, false);
  return type_map(key, elem);
}

static Type *type_expr(Checker *c, Expr *x) {
  switch (x->kind) {
    case E_BAD: return type_invalid;
    case E_IDENT: case E_SELECTOR: return named_type(c, x);
    case E_INDEX: return instance_type(c, x);
    case E_PAREN: return check_type(c, x->paren.x);
    case E_ARRAY_TYPE: return array_type(c, x);
    case E_STRUCT_TYPE: return struct_type(c, x);
    case E_FUNC_TYPE: {
      Type *sig = type_func_new();
      check_signature(c, sig, x, NULL, NULL, NULL);
      return sig;
    }
    case E_INTERFACE_TYPE: return interface_type(c, x);
    case E_MAP_TYPE: return map_type(c, x);
    case E_CHAN_TYPE: return chan_type(c, x);
    case E_STAR: {
      Type *elem = check_var_type(c, x->unary.x);
      return elem->kind == TY_INVALID ? elem : type_pointer(elem);
    }
    case E_ELLIPSIS:
      check_error(c, x->pos, "invalid use of ...");
      return type_invalid;
    default:
      return not_a_type(c, x);
  }
}

Type *check_generic_type(Checker *c, Expr *x) {
  enum { DEEPEST = 400000 };
  if (c->depth >= DEEPEST) {
    check_error(c, expr_start(x), "type nests too deeply");
    return denotes(x, type_invalid);
  }
  c->depth++;
  Type *t = type_expr(c, x);
  c->depth--;
  return denotes(x, t);
}

Type *check_type(Checker *c, Expr *x) {
  Type *t = check_generic_type(c, x);
  if (t->kind == TY_NAMED && is_generic(t)) {
    check_error(c, expr_start(x),
                "cannot use generic type %s without instantiation",
                type_str(c, t));
    return denotes(x, type_invalid);
  }
  return t;
}
