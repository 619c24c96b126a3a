// SPDX-License-Identifier: MIT
//
// Declarations that refer to themselves. Three kinds are errors: names that
// only stand for each other, objects needed to determine themselves, and
// types that contain themselves. Constants and variables that need each
// other's value are left to initorder.c.
#include "types.h"

// ---- reporting -------------------------------------------------------------

static const char *name_of(Checker *c, Object *obj) {
  if (!obj->pkg || obj->pkg == c->pkg) return obj->name->s;
  return arena_printf(perm, "%s.%s", obj->pkg->name->s, obj->name->s);
}

static int first_in_source(Object *const *cycle, int n) {
  int first = 0;
  for (int i = 1; i < n; i++)
    if (cycle[i]->pos < cycle[first]->pos) first = i;
  return first;
}

void report_cycle(Checker *c, Object *const *cycle, int n, int start) {
  Object *obj = cycle[start];
  bool is_type = obj->kind == OBJ_TYPE;
  const char *name = name_of(c, obj);
  if (n == 1) {
    check_error(c, obj->pos, "%s: %s refers to itself",
                is_type ? "invalid recursive type"
                        : "invalid cycle in declaration", name);
    return;
  }
  check_error(c, obj->pos, "%s %s",
              is_type ? "invalid recursive type"
                      : "invalid cycle in declaration of", name);
  for (int i = 0; i < n; i++) {
    Object *next = cycle[(start + i + 1) % n];
    note_at(obj->pos, "%s refers to %s", name_of(c, obj), name_of(c, next));
    obj = next;
  }
}

// ---- while objects are resolved --------------------------------------------

bool valid_cycle(Checker *c, Object *obj) {
  int start = c->path.len - 1;
  while (start >= 0 && c->path.at[start] != obj) start--;
  if (start < 0) return true;
  Object **cycle = c->path.at + start;
  int n = c->path.len - start, values = 0, definitions = 0;
  for (int i = 0; i < n; i++) {
    if (cycle[i]->kind == OBJ_CONST || cycle[i]->kind == OBJ_VAR) values++;
    if (cycle[i]->kind == OBJ_TYPE) {
      // type T[P C[T]]: cycles through type parameter lists are fine.
      if (c->in_tparams && cycle[i]->type && is_generic(cycle[i]->type))
        return true;
      if (!cycle[i]->type_.alias) definitions++;
    }
  }
  if (values == n) return true;  // initorder.c reports it
  if (values == 0 && definitions > 0) return true;
  report_cycle(c, cycle, n, first_in_source(cycle, n));
  return false;
}

bool needs_itself(Checker *c, Type *t) {
  if (t->named.cyclic) return true;
  Object *obj = t->named.obj;
  int start = c->path.len - 1;
  while (start >= 0 && c->path.at[start] != obj) start--;
  if (start < 0) return false;
  t->named.cyclic = true;
  int n = c->path.len - start;
  report_cycle(c, c->path.at + start, n,
               first_in_source(c->path.at + start, n));
  return true;
}

bool is_cyclic(Type *t) {
  t = deref(t, NULL);
  return t->kind == TY_NAMED && t->named.cyclic;
}

// ---- names that stand for each other ---------------------------------------

static Object *next_name(Package *pkg, Object *obj) {
  Expr *rhs = obj->decl->type.type;
  if (!rhs || rhs->kind != E_IDENT) return NULL;
  Object *next = scope_lookup(pkg->scope, rhs->ident.name);
  return next && next->kind == OBJ_TYPE && next->decl ? next : NULL;
}

void check_direct_cycles(Checker *c, ObjectVec *types) {
  Map state = {0};  // Object -> address in `mark`: on the path, or done
  static char on_path, done;
  vec_each(Object *, p, types) {
    ObjectVec path = {0};
    Object *obj = *p;
    while (obj) {
      char *s = map_get(&state, obj);
      if (s == &done) break;
      if (s == &on_path) {
        int start = 0;
        while (path.at[start] != obj) start++;
        obj->type = type_invalid;
        obj->color = COLOR_BLACK;
        int n = path.len - start;
        report_cycle(c, path.at + start, n,
                     first_in_source(path.at + start, n));
        break;
      }
      map_put(&state, obj, &on_path);
      vec_push(&path, obj);
      obj = next_name(c->pkg, obj);
    }
    vec_each(Object *, q, &path) map_put(&state, *q, &done);
  }
}

// ---- types that contain themselves -----------------------------------------

typedef struct Nest {
  VEC(Type *) types;  // whose values we are inside of
  Map plain;          // those of them that are no instances
  TypeVec path;       // the same, with what type arguments led through
  int depth;
} Nest;

static Map valid;  // declared types without type parameters, found finite

static bool finite(Checker *c, Nest *n, Type *t);

static bool finite_all(Checker *c, Nest *n, TypeVec *list) {
  vec_each(Type *, t, list)
    if (!finite(c, n, *t)) return false;
  return true;
}

static void contains_itself(Checker *c, Nest *n, Type *t) {
  Type *origin = t->named.origin ? t->named.origin : t;
  origin->named.rhs = origin->named.underlying = type_invalid;
  t->named.rhs = t->named.underlying = type_invalid;
  int start = 0;
  while (start < n->path.len && !identical(n->path.at[start], t)) start++;
  ObjectVec cycle = {0};
  for (int i = start; i < n->path.len; i++) {
    Type *on = n->path.at[i];
    Object *obj = on->named.obj;
    if (on->named.pos) {  // an instance, which stands elsewhere
      obj = NEW(Object);
      *obj = *on->named.obj;
      obj->pos = on->named.pos;
    }
    vec_push(&cycle, obj);
  }
  if (cycle.len) report_cycle(c, cycle.at, cycle.len, 0);
}

// Instances are compared, others are found by address: chains of 100,000
// types must not take quadratic time.
static bool inside_of(Nest *n, Type *t) {
  if (!t->named.targs.len) return map_get(&n->plain, t) != NULL;
  vec_each(Type *, e, &n->types)
    if ((*e)->named.targs.len && identical(*e, t)) return true;
  return false;
}

static bool finite_named(Checker *c, Nest *n, Type *t) {
  if (map_has(&valid, t)) return true;
  if (inside_of(n, t)) {
    contains_itself(c, n, t);
    return false;
  }
  Type *origin = t->named.origin ? t->named.origin : t;
  if (origin->named.obj->pkg != c->pkg && !t->named.targs.len) return true;
  vec_push(&n->types, t);
  vec_push(&n->path, t);
  if (!t->named.targs.len) map_put(&n->plain, t, t);
  bool ok = !origin->named.rhs || finite(c, n, origin->named.rhs);
  n->types.len--;
  n->path.len--;
  if (!t->named.targs.len) map_put(&n->plain, t, NULL);
  if (ok && !t->named.targs.len && !t->named.tparams.len &&
      origin->named.rhs)
    map_put(&valid, t, t);
  return ok;
}

// A type parameter stands for the argument of the innermost instance, which
// belongs to the types around that instance.
static bool finite_param(Checker *c, Nest *n, Type *t) {
  if (!n->types.len) return true;
  Type *inst = n->types.at[n->types.len - 1];
  Type *origin = inst->named.origin;
  if (!origin) return true;
  for (int i = 0; i < origin->named.tparams.len; i++) {
    if (origin->named.tparams.at[i] != t || i >= inst->named.targs.len)
      continue;
    n->types.len--;  // inst has arguments, it is not in n->plain
    bool ok = finite(c, n, inst->named.targs.at[i]);
    n->types.at[n->types.len++] = inst;
    return ok;
  }
  return true;
}

static bool finite(Checker *c, Nest *n, Type *t) {
  enum { DEEPEST = 400000 };
  if (!t || n->depth >= DEEPEST) return true;
  bool ok = true;
  n->depth++;
  switch (t->kind) {
    case TY_ARRAY: ok = finite(c, n, t->array.elem); break;
    case TY_STRUCT:
      vec_each(Object *, f, &t->struct_.fields)
        if (!finite(c, n, (*f)->type)) {
          ok = false;
          break;
        }
      break;
    case TY_UNION:
      vec_each(struct Term, term, &t->union_.terms)
        if (!finite(c, n, term->type)) {
          ok = false;
          break;
        }
      break;
    case TY_INTERFACE: ok = finite_all(c, n, &t->interface.embeds); break;
    case TY_NAMED: ok = finite_named(c, n, t); break;
    case TY_TYPEPARAM: ok = finite_param(c, n, t); break;
    default: break;
  }
  n->depth--;
  return ok;
}

// ---- anonymous interfaces --------------------------------------------------

// interface{ I } whose method, by way of I, mentions interface{ I } again has
// no finite text, and texts are what identity of types rests on when linking.
static Map endless;  // those reported

static bool reaches(Type *t, Map *on_path, int depth);

static bool reaches_vars(ObjectVec *list, Map *on_path, int depth) {
  vec_each(Object *, v, list)
    if ((*v)->type && reaches((*v)->type, on_path, depth)) return true;
  return false;
}

static bool reaches_methods(Type *t, Map *on_path, int depth) {
  if (map_has(&endless, t)) return false;
  if (map_get(on_path, t)) {
    map_put(&endless, t, t);
    return true;
  }
  interface_complete(t);
  map_put(on_path, t, t);
  bool found = false;
  vec_each(Object *, m, &t->interface.all)
    if ((*m)->type && reaches((*m)->type, on_path, depth)) {
      found = true;
      break;
    }
  map_put(on_path, t, NULL);
  return found;
}

static bool reaches(Type *t, Map *on_path, int depth) {
  enum { DEEPEST = 1000 };
  if (++depth > DEEPEST) return true;
  switch (t->kind) {
    case TY_POINTER: return reaches(t->pointer.elem, on_path, depth);
    case TY_SLICE: return reaches(t->slice.elem, on_path, depth);
    case TY_ARRAY: return reaches(t->array.elem, on_path, depth);
    case TY_CHAN: return reaches(t->chan.elem, on_path, depth);
    case TY_MAP:
      return reaches(t->map.key, on_path, depth) ||
             reaches(t->map.elem, on_path, depth);
    case TY_STRUCT:
      return reaches_vars(&t->struct_.fields, on_path, depth);
    case TY_FUNC:
      return reaches_vars(&t->func.params, on_path, depth) ||
             reaches_vars(&t->func.results, on_path, depth);
    case TY_INTERFACE: return reaches_methods(t, on_path, depth);
    default: return false;
  }
}

static int by_pos(const void *a, const void *b) {
  Pos x = ((const struct Literal *)a)->pos;
  Pos y = ((const struct Literal *)b)->pos;
  return x < y ? -1 : x > y;
}

void check_anonymous_interfaces(Checker *c) {
  if (!c->interfaces.len) return;
  qsort(c->interfaces.at, (size_t)c->interfaces.len, sizeof *c->interfaces.at,
        by_pos);
  vec_each(struct Literal, l, &c->interfaces) {
    Map on_path = {0};
    if (reaches(l->type, &on_path, 0))
      check_error(c, l->pos, "invalid recursive type: anonymous interface "
                  "refers to itself (see https://go.dev/issue/56103)");
  }
}

void check_finite(Checker *c, Type *t) {
  Nest n = {0};
  finite(c, &n, t);
}
