// SPDX-License-Identifier: MIT
//
// Method lists and type sets of interfaces. interface_complete collects the
// methods of embedded interfaces and intersects the terms of embedded unions
// and types. An interface that embeds a type still being declared cannot be
// completed yet: what is known so far is filled in, and the next call tries
// again.
#include "types.h"

typedef VEC(struct Term) Terms;

// A type set: all types, or those of some terms.
typedef struct TypeSet {
  bool all;
  Terms terms;
} TypeSet;

// ---- terms -----------------------------------------------------------------

static bool term_includes(const struct Term *t, Type *type) {
  return identical(t->type, type) ||
         (t->tilde && identical(under(t->type), under(type)));
}

bool term_contains(const struct Term *x, const struct Term *y) {
  return y->tilde ? x->tilde && identical(under(x->type), under(y->type))
                  : term_includes(x, y->type);
}

static void add_term(Terms *list, struct Term t) {
  vec_each(struct Term, s, list)
    if (term_contains(s, &t)) return;
  vec_push(list, t);
}

static TypeSet intersect(TypeSet x, TypeSet y) {
  if (x.all) return y;
  if (y.all) return x;
  TypeSet r = {0};
  vec_each(struct Term, s, &x.terms)
    vec_each(struct Term, t, &y.terms) {
      if (term_contains(s, t))
        add_term(&r.terms, *t);
      else if (term_contains(t, s))
        add_term(&r.terms, *s);
    }
  return r;
}

// The types of an embedded element. *known is cleared if one of them is
// still being declared.
static TypeSet set_of(Type *t, bool *known);

static TypeSet set_of_union(Type *t, bool *known) {
  TypeSet r = {0};
  vec_each(struct Term, term, &t->union_.terms) {
    if (under(term->type)->kind == TY_INTERFACE) {
      TypeSet s = set_of(term->type, known);
      if (s.all) return s;
      vec_each(struct Term, x, &s.terms) add_term(&r.terms, *x);
    } else if (under(term->type)->kind != TY_INVALID) {
      // ~T with a T that is not its own underlying type has no types.
      if (!term->tilde || identical(term->type, under(term->type)))
        add_term(&r.terms, *term);
    }
  }
  return r;
}

static TypeSet set_of(Type *t, bool *known) {
  TypeSet r = {.all = true};
  if (t->kind == TY_UNION) return set_of_union(t, known);
  Type *u = under(t);
  switch (u->kind) {
    case TY_INVALID:
      if (t->kind == TY_NAMED && !t->named.rhs) *known = false;
      return r;
    case TY_INTERFACE:
      interface_complete(u);
      if (!u->interface.complete) *known = false;
      if (u->interface.has_terms) {
        r.all = false;
        vec_each(struct Term, x, &u->interface.terms) vec_push(&r.terms, *x);
      }
      return r;
    default: {
      struct Term term = {false, t};
      r.all = false;
      vec_push(&r.terms, term);
      return r;
    }
  }
}

// ---- methods ---------------------------------------------------------------

typedef struct Methods {
  ObjectVec *all;
  VEC(Pos) pos;    // where each was declared or embedded
  Map names;       // Name -> 1 + index of the first one so called
  bool report;
} Methods;

static void duplicate(Methods *k, Pos pos, Object *m, int other) {
  if (!k->report) return;
  error_at(pos, "duplicate method %s", m->name->s);
  note_at(k->pos.at[other], "other declaration of method %s", m->name->s);
}

// Whether embedded interfaces may not have methods in common, as before 1.14.
static bool no_overlap(void) {
  const File *f = current_checker ? current_checker->file : NULL;
  return f && f->lang && f->lang < 14;
}

static void add_method(Methods *k, Object *m, Pos pos, bool declared) {
  intptr_t first = (intptr_t)map_get(&k->names, m->name);
  for (int i = first ? (int)first - 1 : k->all->len; i < k->all->len; i++) {
    Object *other = k->all->at[i];
    if (!same_id(other, m->pkg, m->name)) continue;
    if (declared || no_overlap() ||
        (m->type && other->type && !identical(m->type, other->type)))
      duplicate(k, pos, m, i);
    return;
  }
  vec_push(k->all, m);
  vec_push(&k->pos, pos);
  if (!first) map_put(&k->names, m->name, (void *)(intptr_t)k->all->len);
}

static int compare_objects(const void *a, const void *b) {
  return compare_methods(*(Object *const *)a, *(Object *const *)b);
}

static void collect_methods(Type *t, bool report) {
  Methods k = {.all = &t->interface.all, .report = report};
  t->interface.all.len = 0;
  vec_each(Object *, m, &t->interface.methods)
    add_method(&k, *m, (*m)->pos, true);
  for (int i = 0; i < t->interface.embeds.len; i++) {
    Type *u = under(t->interface.embeds.at[i]);
    if (u->kind != TY_INTERFACE || t->interface.embeds.at[i]->kind == TY_UNION)
      continue;
    Pos pos = i < t->interface.embed_pos.len ? t->interface.embed_pos.at[i]
                                             : 0;
    vec_each(Object *, m, &u->interface.all) add_method(&k, *m, pos, false);
  }
  if (k.all->len)
    qsort(k.all->at, (size_t)k.all->len, sizeof *k.all->at, compare_objects);
}

// comparable and terms: only the comparable ones remain, and then saying
// comparable adds nothing.
static void keep_comparable(TypeSet *set) {
  int n = 0;
  vec_each(struct Term, t, &set->terms)
    if (strictly_comparable(t->type)) set->terms.at[n++] = *t;
  set->terms.len = n;
}

void interface_complete(Type *t) {
  if (t->interface.complete || t->interface.completing) return;
  t->interface.completing = true;
  bool known = true;
  // As declared so far: interface_complete is the only one to set it for
  // interfaces that embed, universe.c sets it for `comparable` itself.
  bool comparable = t->interface.is_comparable;
  TypeSet set = {.all = true};
  vec_each(Type *, e, &t->interface.embeds) {
    set = intersect(set, set_of(*e, &known));
    Type *u = under(*e);
    if ((*e)->kind != TY_UNION && u->kind == TY_INTERFACE)
      comparable |= u->interface.is_comparable;
  }
  if (comparable && !set.all) {
    keep_comparable(&set);
    comparable = false;
  }
  t->interface.has_terms = !set.all;
  t->interface.terms.at = set.terms.at;
  t->interface.terms.len = set.terms.len;
  t->interface.terms.cap = set.terms.cap;
  collect_methods(t, known);
  if (known) t->interface.is_comparable = comparable;
  t->interface.completing = false;
  t->interface.complete = known;
}
