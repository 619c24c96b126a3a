// SPDX-License-Identifier: MIT
//
// Fields and methods by name, with promotion through embedded fields: the
// shallowest depth wins, and two at the same depth are ambiguous. Embedded
// types are visited breadth first; a declared type is visited once, at the
// shallowest depth it appears at.
#include <ctype.h>

#include "types.h"

// The way to an embedded type, shared by all that lie below it.
typedef struct Step {
  const struct Step *up;
  int index;   // of the field in its struct
  int length;  // of the way so far
} Step;

typedef VEC(int) Path;

// An embedded type to search at the current depth.
typedef struct Embedded {
  Type *type;
  const Step *path;
  bool indirect;   // a pointer was followed on the way
  bool multiples;  // appears several times at this depth
} Embedded;

typedef VEC(Embedded) Level;

static const Step *extend(const Step *up, int index) {
  Step *s = NEW(Step);
  s->up = up;
  s->index = index;
  s->length = up ? up->length + 1 : 1;
  return s;
}

static Path indices(const Step *s) {
  Path p = {0};
  if (!s) return p;
  p.len = p.cap = s->length;
  p.at = NEW_ARRAY(int, s->length);
  for (int i = s->length; s; s = s->up) p.at[--i] = s->index;
  return p;
}

static void add_embedded(Level *level, Object *f, const Embedded *at,
                         int index) {
  bool ptr;
  Type *t = deref(f->type, &ptr);
  Type *u = under(t);
  if (t->kind != TY_NAMED && u->kind != TY_STRUCT && u->kind != TY_INTERFACE)
    return;
  vec_each(Embedded, e, level)
    if (identical(e->type, t)) {
      e->multiples = true;
      return;
    }
  Embedded e = {t, extend(at->path, index), at->indirect || ptr,
                at->multiples};
  vec_push(level, e);
}

// Declared types visited: those without arguments are found by address, as
// chains of many thousands must not take quadratic time.
typedef struct Seen {
  Map plain;
  TypeVec instances;
} Seen;

static bool seen_before(Seen *seen, Type *t) {
  if (t->kind != TY_NAMED) return false;
  if (!t->named.targs.len) {
    if (map_has(&seen->plain, t)) return true;
    map_put(&seen->plain, t, t);
    return false;
  }
  vec_each(Type *, s, &seen->instances)
    if (identical(*s, t)) return true;
  vec_push(&seen->instances, t);
  return false;
}

// ---- one name --------------------------------------------------------------

typedef struct Search {
  Name *name;
  Package *pkg;
  bool fold_case;   // to suggest a method that is written differently
  LookupResult found;
} Search;

static bool equal_fold(const char *a, const char *b) {
  while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
    a++, b++;
  return !*a && !*b;
}

static bool matches(const Search *s, const Object *obj) {
  if (s->fold_case) return equal_fold(s->name->s, obj->name->s);
  return same_id(obj, s->pkg, s->name);
}

static void hit(Search *s, Object *obj, const Embedded *e, int field) {
  LookupResult *r = &s->found;
  if (r->obj || e->multiples) {
    r->ambiguous = true;
    return;
  }
  r->obj = obj;
  r->indirect = e->indirect;
  Path p = indices(field >= 0 ? extend(e->path, field) : e->path);
  r->path.at = p.at;
  r->path.len = p.len;
  r->path.cap = p.cap;
}

static void search_one(Search *s, const Embedded *e, Level *next) {
  Type *t = e->type;
  if (t->kind == TY_NAMED) {
    Type *from = t->named.origin ? t->named.origin : t;
    for (int i = 0; i < from->named.methods.len; i++)
      if (matches(s, from->named.methods.at[i])) {
        hit(s, t->named.origin ? instance_method(t, i)
                               : from->named.methods.at[i], e, -1);
        return;
      }
  }
  Type *u = under(t);
  if (u->kind == TY_STRUCT) {
    for (int i = 0; i < u->struct_.fields.len; i++) {
      Object *f = u->struct_.fields.at[i];
      if (matches(s, f)) {
        hit(s, f, e, i);
        continue;
      }
      if (!s->found.obj && f->var.embedded) add_embedded(next, f, e, i);
    }
  } else if (u->kind == TY_INTERFACE) {
    interface_complete(u);
    vec_each(Object *, m, &u->interface.all)
      if (matches(s, *m)) {
        hit(s, *m, e, -1);
        return;
      }
  }
}

static LookupResult search(Type *t, bool is_ptr, Name *name, Package *pkg,
                           bool fold_case) {
  Search s = {.name = name, .pkg = pkg, .fold_case = fold_case};
  Seen seen = {0};
  Level level = {0};
  Embedded start = {.type = t, .indirect = is_ptr};
  vec_push(&level, start);
  while (level.len) {
    Level next = {0};
    vec_each(Embedded, e, &level)
      if (!seen_before(&seen, e->type)) search_one(&s, e, &next);
    if (s.found.ambiguous) {
      s.found.obj = NULL;
      return s.found;
    }
    if (s.found.obj) return s.found;
    level = next;
  }
  return s.found;
}

static LookupResult lookup(Type *t, bool addressable, Package *pkg,
                           Name *name, bool fold_case) {
  LookupResult none = {0};
  if (name->len == 1 && name->s[0] == '_') return none;
  // A declared pointer type has no methods, but its fields are reached.
  if (t->kind == TY_NAMED && under(t)->kind == TY_POINTER) {
    LookupResult r = lookup(under(t), false, pkg, name, fold_case);
    return r.obj && r.obj->kind == OBJ_FUNC ? none : r;
  }
  bool is_ptr;
  Type *base = deref(t, &is_ptr);
  // A pointer to an interface has no methods.
  if (is_ptr && under(base)->kind == TY_INTERFACE) return none;
  LookupResult r = search(base, is_ptr, name, pkg, fold_case);
  if (r.obj && r.obj->kind == OBJ_FUNC && r.obj->func.ptr_recv &&
      !r.indirect && !addressable)
    r.ptr_recv = true;
  return r;
}

LookupResult lookup_field_or_method(Type *t, bool addressable, Package *pkg,
                                    Name *name) {
  return lookup(t, addressable, pkg, name, false);
}

LookupResult lookup_similar(Type *t, bool addressable, Package *pkg,
                            Name *name) {
  return lookup(t, addressable, pkg, name, true);
}

// ---- method sets -----------------------------------------------------------

// What a name at some depth stands for: a method, or something that hides
// the methods below (a field, or several things).
typedef struct Slot {
  Name *key;
  MethodEntry entry;
  bool hides;
  int depth;
} Slot;

typedef struct Collector {
  Map slots;             // key -> Slot
  VEC(Slot *) order;
} Collector;

static Name *key_of(const Object *obj) {
  if (name_is_exported(obj->name) || !obj->pkg) return obj->name;
  const char *s = arena_printf(perm, "%s %s", obj->name->s, obj->pkg->path);
  return name_cstr(s);
}

static void claim(Collector *k, Object *obj, const Embedded *e, int depth) {
  Name *key = key_of(obj);
  Slot *s = map_get(&k->slots, key);
  if (s) {
    if (s->depth == depth) s->hides = true;
    return;
  }
  s = NEW(Slot);
  s->key = key;
  s->depth = depth;
  s->hides = obj->kind != OBJ_FUNC || e->multiples;
  s->entry.obj = obj;
  // Only *T has a method that is declared for *T.
  if (obj->kind == OBJ_FUNC && obj->func.ptr_recv && !e->indirect)
    s->hides = true;
  Path p = s->hides ? (Path){0} : indices(e->path);
  s->entry.path.at = p.at;
  s->entry.path.len = p.len;
  s->entry.path.cap = p.cap;
  s->entry.indirect = e->indirect;
  map_put(&k->slots, key, s);
  vec_push(&k->order, s);
}

static void collect_one(Collector *k, const Embedded *e, Level *next,
                        int depth) {
  Type *t = e->type;
  if (t->kind == TY_NAMED) {
    Type *from = t->named.origin ? t->named.origin : t;
    for (int i = 0; i < from->named.methods.len; i++)
      claim(k, t->named.origin ? instance_method(t, i)
                               : from->named.methods.at[i], e, depth);
  }
  Type *u = under(t);
  if (u->kind == TY_STRUCT) {
    for (int i = 0; i < u->struct_.fields.len; i++) {
      Object *f = u->struct_.fields.at[i];
      claim(k, f, e, depth);
      if (f->var.embedded) add_embedded(next, f, e, i);
    }
  } else if (u->kind == TY_INTERFACE) {
    interface_complete(u);
    vec_each(Object *, m, &u->interface.all) claim(k, *m, e, depth);
  }
}

int compare_methods(const Object *a, const Object *b) {
  int d = strcmp(a->name->s, b->name->s);
  if (d || name_is_exported(a->name)) return d;
  return strcmp(a->pkg ? a->pkg->path : "", b->pkg ? b->pkg->path : "");
}

static int compare_entries(const void *a, const void *b) {
  return compare_methods(((const MethodEntry *)a)->obj,
                         ((const MethodEntry *)b)->obj);
}

static MethodSet *compute_method_set(Type *t) {
  MethodSet *set = NEW(MethodSet);
  if (t->kind == TY_NAMED && under(t)->kind == TY_POINTER) return set;
  bool is_ptr;
  Type *base = deref(t, &is_ptr);
  if (is_ptr && under(base)->kind == TY_INTERFACE) return set;
  Collector k = {0};
  Seen seen = {0};
  Level level = {0};
  Embedded start = {.type = base, .indirect = is_ptr};
  vec_push(&level, start);
  for (int depth = 0; level.len; depth++) {
    Level next = {0};
    vec_each(Embedded, e, &level)
      if (!seen_before(&seen, e->type)) collect_one(&k, e, &next, depth);
    level = next;
  }
  vec_each(Slot *, s, &k.order)
    if (!(*s)->hides) vec_push(set, (*s)->entry);
  if (set->len)
    qsort(set->at, (size_t)set->len, sizeof *set->at, compare_entries);
  return set;
}

const MethodSet *method_set(Type *t) {
  static Map cache;
  MethodSet *set = map_get(&cache, t);
  if (set) return set;
  set = compute_method_set(t);
  // While packages are checked a type may still get fields and methods.
  if (!checking_package()) map_put(&cache, t, set);
  return set;
}

// ---- implementing interfaces -----------------------------------------------

static bool points_to_interface(Type *t) {
  Type *u = under(t);
  return u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_INTERFACE;
}

static char *missing_text(Type *t, Type *iface, Object *m, Package *pkg) {
  Type *p = points_to_interface(t) ? t : points_to_interface(iface) ? iface
                                                                    : NULL;
  if (!p) return arena_printf(perm, "(missing method %s)", m->name->s);
  const char *s = type_string(perm, p, pkg);
  return is_type_param(under(p)->pointer.elem)
             ? arena_printf(perm, "(type %s is pointer to type parameter, "
                            "not type parameter)", s)
             : arena_printf(perm, "(type %s is pointer to interface, not "
                            "interface)", s);
}

static char *have_want(const char *what, Object *m, Object *have,
                       Package *pkg) {
  char *h = method_string(perm, have, pkg), *w = method_string(perm, m, pkg);
  if (strcmp(h, w) == 0) {  // types of packages with the same name
    h = method_string(perm, have, NULL);
    w = method_string(perm, m, NULL);
    if (strcmp(h, w) == 0)
      return arena_printf(perm, "(%s %s)", what, m->name->s);
  }
  return arena_printf(perm, "(%s %s)\n\t\thave %s\n\t\twant %s", what,
                      m->name->s, h, w);
}

// A method that is missing, but is there under a similar name.
static char *similar_text(Type *t, Type *iface, Object *m, Package *pkg) {
  LookupResult r = lookup(t, false, m->pkg, m->name, true);
  if (!r.obj || r.obj->kind != OBJ_FUNC) return missing_text(t, iface, m, pkg);
  if (r.obj->name == m->name)
    return arena_printf(perm, "(unexported method %s)", m->name->s);
  if (current_checker) check_object(current_checker, r.obj);
  return have_want("missing method", m, r.obj, pkg);
}

// Whether t has m; if not, and why is wanted, says why.
static bool has_method(Type *t, Type *iface, Object *m, Object **wrong,
                       char **why, Package *pkg) {
  LookupResult r = lookup(t, false, m->pkg, m->name, false);
  char *text = NULL;
  if (r.ambiguous) {
    if (why)
      text = arena_printf(perm, "(ambiguous selector %s.%s)",
                          type_string(perm, t, pkg), m->name->s);
  } else if (!r.obj) {
    if (why) text = similar_text(t, iface, m, pkg);
  } else if (r.obj->kind != OBJ_FUNC) {
    if (why)
      text = arena_printf(perm, "(%s.%s is a field, not a method)",
                          type_string(perm, t, pkg), m->name->s);
  } else if (r.ptr_recv) {
    if (wrong) *wrong = r.obj;
    if (why)
      text = arena_printf(perm, "(method %s has pointer receiver)",
                          m->name->s);
  } else {
    if (!r.obj->type && current_checker) check_object(current_checker, r.obj);
    if (!r.obj->type || !m->type || identical(r.obj->type, m->type))
      return true;
    if (wrong) *wrong = r.obj;
    if (why) text = have_want("wrong type for method", m, r.obj, pkg);
  }
  if (why) *why = text;
  return false;
}

Object *missing_method(Type *t, Type *iface, bool is_static, Object **wrong,
                       char **why, Package *pkg) {
  Type *i = under(iface);
  if (wrong) *wrong = NULL;
  if (i->kind != TY_INTERFACE || t->kind == TY_INVALID) return NULL;
  interface_complete(i);
  bool from_interface = under(t)->kind == TY_INTERFACE;
  vec_each(Object *, m, &i->interface.all) {
    if (has_method(t, iface, *m, wrong, why, pkg)) continue;
    // The value in an interface may have the method all the same.
    if (from_interface && !is_static && !(wrong && *wrong)) {
      LookupResult r = lookup(t, false, (*m)->pkg, (*m)->name, false);
      if (!r.obj) continue;
    }
    return *m;
  }
  return NULL;
}
