// SPDX-License-Identifier: MIT
//
// Which values may be assigned or converted to which types, and which types
// implement which interfaces. Nothing is reported here: the callers know what
// the user was doing, and get the reason as a phrase.
#include "types.h"

// ---- implementing ----------------------------------------------------------

typedef struct Implementing {
  Type *v, *t;
  bool constraint;
  char **why;
  Package *pkg;
} Implementing;

// t by its own name, or as it is built, whatever alias spells it.
static const char *own_name(Type *t, Package *pkg) {
  if (!t->alias) return type_string(perm, t, pkg);
  Type plain = *t;
  plain.alias = NULL;
  return type_string(perm, &plain, pkg);
}

static bool fail(Implementing *k, const char *detail) {
  if (!k->why) return false;
  *k->why = arena_printf(perm, "%s does not %s %s%s%s",
                         own_name(k->v, k->pkg),
                         k->constraint ? "satisfy" : "implement",
                         own_name(k->t, k->pkg),
                         *detail ? " " : "", detail);
  return false;
}

static bool check_comparable(Implementing *k, Type *ti) {
  if (!ti->interface.is_comparable) return true;
  if (strictly_comparable(k->v)) return true;
  // Ordinary interfaces satisfy comparable, though == may panic.
  if (k->constraint && comparable_type(k->v, NULL)) {
    if (!current_checker || has_lang(current_checker, 20)) return true;
    if (k->why)
      *k->why = arena_printf(perm, "%s to satisfy comparable requires go1.20 "
                             "or later%s", type_string(perm, k->v, k->pkg),
                             lang_origin(current_checker));
    return false;
  }
  if (k->why)
    *k->why = arena_printf(perm, "%s does not %s comparable",
                           type_string(perm, k->v, k->pkg),
                           k->constraint ? "satisfy" : "implement");
  return false;
}

static bool in_terms(Type *set, const struct Term *x) {
  vec_each(struct Term, t, &set->interface.terms)
    if (term_contains(t, x)) return true;
  return false;
}

// v was written somewhere in constraint t, though other parts exclude it.
static bool mentions(Type *t, Type *v, int depth) {
  enum { DEEPEST = 50 };
  if (depth > DEEPEST) return false;
  if (t->kind == TY_UNION) {
    vec_each(struct Term, x, &t->union_.terms)
      if (identical(x->type, v)) return true;
    return false;
  }
  if (t->kind != TY_INTERFACE) return identical(t, v);
  vec_each(Type *, e, &t->interface.embeds)
    if (mentions(*e, v, depth + 1)) return true;
  return false;
}

static const char *terms_string(Type *set) {
  Buf b = {0};
  vec_each(struct Term, t, &set->interface.terms)
    buf_printf(&b, "%s%s%s", t == set->interface.terms.at ? "" : " | ",
               t->tilde ? "~" : "", type_string(perm, t->type, NULL));
  return b.at ? b.at : "";
}

// v is in the type set of the interface ti.
static bool check_terms(Implementing *k, Type *ti) {
  Type *vi = under(k->v);
  if (vi->kind == TY_INTERFACE) {
    interface_complete(vi);
    if (!vi->interface.has_terms) return fail(k, "");
    vec_each(struct Term, x, &vi->interface.terms)
      if (!in_terms(ti, x)) return fail(k, "");
    return check_comparable(k, ti);
  }
  struct Term self = {false, k->v};
  if (in_terms(ti, &self)) return check_comparable(k, ti);
  if (!k->why) return false;
  const char *v = type_string(perm, k->v, k->pkg);
  const char *t = type_string(perm, k->t, k->pkg);
  vec_each(struct Term, x, &ti->interface.terms)
    if (!x->tilde && identical(x->type, under(x->type)) &&
        identical(x->type, vi))
      return fail(k, arena_printf(perm, "(possibly missing ~ for %s in %s)",
                                  type_string(perm, x->type, k->pkg), t));
  if (mentions(ti, k->v, 0))
    return fail(k, arena_printf(perm, "(%s mentions %s, but %s is not in the "
                                "type set of %s)", t, v, v, t));
  return fail(k, arena_printf(perm, "(%s missing in %s)", v,
                              terms_string(ti)));
}

// A struct with an embedded field of unknown type may have any method.
static bool has_invalid_embedded(Type *t, int depth) {
  Type *u = under(t);
  if (u->kind == TY_POINTER) u = under(u->pointer.elem);
  if (u->kind != TY_STRUCT || depth > 10) return false;
  vec_each(Object *, f, &u->struct_.fields)
    if ((*f)->var.embedded && (!(*f)->type ||
                               under((*f)->type)->kind == TY_INVALID ||
                               has_invalid_embedded((*f)->type, depth + 1)))
      return true;
  return false;
}

static bool implements_in(Implementing *k) {
  Type *vu = under(k->v), *ti = under(k->t);
  if (vu->kind == TY_INVALID || ti->kind == TY_INVALID) return true;
  if (vu->kind == TY_POINTER && under(vu->pointer.elem)->kind == TY_INVALID)
    return true;
  if (ti->kind != TY_INTERFACE) {
    const char *t = type_string(perm, k->t, k->pkg);
    bool ptr = ti->kind == TY_POINTER &&
               under(ti->pointer.elem)->kind == TY_INTERFACE;
    return fail(k, arena_printf(
        perm, ptr ? "(type %s is pointer to interface, not interface)"
                  : "(%s is not an interface)", t));
  }
  interface_complete(ti);
  if (!ti->interface.has_terms && !ti->interface.is_comparable &&
      !ti->interface.all.len)
    return true;
  if (vu->kind == TY_INTERFACE) {
    interface_complete(vu);
    if (vu->interface.has_terms && !vu->interface.terms.len) return true;
  }
  if (ti->interface.has_terms && !ti->interface.terms.len) {
    if (k->why)
      *k->why = arena_printf(perm, "cannot %s %s (empty type set)",
                             k->constraint ? "satisfy" : "implement",
                             type_string(perm, k->t, k->pkg));
    return false;
  }
  char *missing = NULL;
  if (missing_method(k->v, k->t, true, NULL, k->why ? &missing : NULL,
                     k->pkg) &&
      !has_invalid_embedded(k->v, 0))
    return fail(k, missing ? missing : "");
  return ti->interface.has_terms ? check_terms(k, ti)
                                 : check_comparable(k, ti);
}

bool implements(Type *v, Type *t, char **why, Package *pkg) {
  Implementing k = {v, t, false, why, pkg};
  return implements_in(&k);
}

bool satisfies(Type *v, Type *t, char **why, Package *pkg) {
  Implementing k = {v, t, true, why, pkg};
  return implements_in(&k);
}

// ---- assignability ---------------------------------------------------------

// The specific types of a type parameter; NULL if it has none.
static Type *specific(Type *t) {
  if (!is_type_param(t)) return NULL;
  Type *i = under(t);
  if (i->kind != TY_INTERFACE) return NULL;
  interface_complete(i);
  return i->interface.has_terms && i->interface.terms.len ? i : NULL;
}

static void because(char **why, char *text) {
  if (why) *why = *why && **why ? arena_printf(perm, "%s\n\t%s", text, *why)
                                : text;
}

static bool assignable_type(Checker *c, Expr *x, Type *v, Type *t,
                            char **why);

static bool assignable_untyped(Checker *c, Expr *x, Type *t) {
  if (x->mode == MODE_NIL) return has_nil(t);
  if (is_type_param(t)) {
    Type *set = specific(t);
    if (!set) return false;
    vec_each(struct Term, term, &set->interface.terms)
      if (!assignable_untyped(c, x, term->type)) return false;
    return true;
  }
  Type *type = NULL;
  Const *cv = NULL;
  return implicit_type(c, x, t, &type, &cv) == CONV_OK && type;
}

// The cases that look into type sets.
static bool assignable_params(Checker *c, Expr *x, Type *v, Type *t,
                              char **why) {
  if (!is_named(v) && is_type_param(t)) {
    Type *set = specific(t);
    if (!set) return false;
    vec_each(struct Term, term, &set->interface.terms)
      if (!assignable_type(c, x, v, term->type, why)) {
        because(why, arena_printf(perm, "cannot assign %s to %s (in %s)",
                                  type_str(c, v), type_str(c, term->type),
                                  type_str(c, t)));
        return false;
      }
    return true;
  }
  if (is_type_param(v) && !is_named(t)) {
    Type *set = specific(v);
    if (!set) return false;
    vec_each(struct Term, term, &set->interface.terms)
      if (!assignable_type(c, x, term->type, t, why)) {
        because(why, arena_printf(perm, "cannot assign %s (in %s) to %s",
                                  type_str(c, term->type), type_str(c, v),
                                  type_str(c, t)));
        return false;
      }
    return true;
  }
  return false;
}

static bool is_interface_pointer(Type *u) {
  return u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_INTERFACE;
}

static bool assignable_type(Checker *c, Expr *x, Type *v, Type *t,
                            char **why) {
  if (identical(v, t)) return true;
  Type *vu = under(v), *tu = under(t);
  if (vu->kind == TY_INVALID || tu->kind == TY_INVALID) return true;
  bool params = is_type_param(v) || is_type_param(t);
  bool one_unnamed = !is_named(v) || !is_named(t);
  if (!params && one_unnamed && identical(vu, tu)) return true;
  if (is_interface(t) || is_interface_pointer(tu)) {
    if (implements(v, t, why, c->pkg)) return true;
    if (!is_type_param(v)) return false;
    if (why) *why = NULL;
  }
  if (is_interface(v) && implements(t, v, NULL, c->pkg)) {
    if (why) *why = "need type assertion";
    return false;
  }
  if (!params && vu->kind == TY_CHAN && vu->chan.dir == GL_BOTH_DIR &&
      tu->kind == TY_CHAN && identical(vu->chan.elem, tu->chan.elem))
    return one_unnamed;
  return params && assignable_params(c, x, v, t, why);
}

bool assignable(Checker *c, Expr *x, Type *t, char **why) {
  if (why) *why = NULL;
  if (x->mode == MODE_INVALID || !t || t->kind == TY_INVALID) return true;
  if (x->mode == MODE_NIL && (!x->type || is_untyped(x->type)))
    return assignable_untyped(c, x, t);
  if (!x->type || x->type->kind == TY_INVALID) return true;
  if (identical(x->type, t)) return true;
  if (is_untyped(x->type)) return assignable_untyped(c, x, t);
  return assignable_type(c, x, x->type, t, why);
}

// ---- conversions -----------------------------------------------------------

static bool is_basic(Type *u, int info) {
  return u->kind == TY_BASIC && u->basic.info & info;
}

static bool is_kind(Type *u, BasicKind k) {
  return u->kind == TY_BASIC && u->basic.kind == k;
}

static bool convertible_pointers(Type *v, Type *t) {
  if (v->kind != TY_POINTER || t->kind != TY_POINTER) return false;
  Type *a = v->pointer.elem, *b = t->pointer.elem;
  return !is_type_param(a) && !is_type_param(b) &&
         identical_ignore_tags(under(a), under(b));
}

static bool slice_to_array(Type *vu, Type *tu) {
  if (vu->kind != TY_SLICE) return false;
  if (tu->kind == TY_POINTER) tu = under(tu->pointer.elem);
  return tu->kind == TY_ARRAY && identical(vu->slice.elem, tu->array.elem);
}

static bool convertible_under(Type *vu, Type *tu) {
  const int real = BI_INTEGER | BI_FLOAT;
  if (is_basic(vu, real) && is_basic(tu, real)) return true;
  if (is_basic(vu, BI_COMPLEX) && is_basic(tu, BI_COMPLEX)) return true;
  if (is_basic(tu, BI_STRING) &&
      (is_basic(vu, BI_INTEGER) || is_bytes_or_runes(vu)))
    return true;
  if (is_basic(vu, BI_STRING) && is_bytes_or_runes(tu)) return true;
  bool vp = vu->kind == TY_POINTER || is_kind(vu, B_UINTPTR);
  bool tp = tu->kind == TY_POINTER || is_kind(tu, B_UINTPTR);
  if (vp && is_kind(tu, B_UNSAFE_POINTER)) return true;
  if (tp && is_kind(vu, B_UNSAFE_POINTER)) return true;
  return slice_to_array(vu, tu);
}

static bool convertible_type(Checker *c, Expr *x, Type *v, Type *t,
                             char **why);

static bool convertible_params(Checker *c, Expr *x, Type *v, Type *t,
                               char **why) {
  Type *vs = specific(v), *ts = specific(t);
  if ((is_type_param(v) && !vs) || (is_type_param(t) && !ts)) return false;
  if (vs && ts) {
    vec_each(struct Term, from, &vs->interface.terms)
      vec_each(struct Term, to, &ts->interface.terms) {
        if (convertible_type(c, x, from->type, to->type, why)) continue;
        because(why, arena_printf(perm, "cannot convert %s (in %s) to type "
                                  "%s (in %s)", type_str(c, from->type),
                                  type_str(c, v), type_str(c, to->type),
                                  type_str(c, t)));
        return false;
      }
    return true;
  }
  Type *set = vs ? vs : ts;
  vec_each(struct Term, term, &set->interface.terms) {
    Type *from = vs ? term->type : v, *to = vs ? t : term->type;
    if (convertible_type(c, x, from, to, why)) continue;
    if (vs)
      because(why, arena_printf(perm, "cannot convert %s (in %s) to type %s",
                                type_str(c, from), type_str(c, v),
                                type_str(c, t)));
    else
      because(why, arena_printf(perm, "cannot convert %s to type %s (in %s)",
                                type_str(c, from), type_str(c, to),
                                type_str(c, t)));
    return false;
  }
  return true;
}

static bool convertible_type(Checker *c, Expr *x, Type *v, Type *t,
                             char **why) {
  if (is_untyped(v)) {
    if (assignable_untyped(c, x, t)) return true;
  } else if (assignable_type(c, x, v, t, why)) {
    return true;
  }
  if (is_type_param(v) || is_type_param(t)) {
    if (why) *why = NULL;
    return convertible_params(c, x, v, t, why);
  }
  Type *vu = under(v), *tu = under(t);
  return identical_ignore_tags(vu, tu) || convertible_pointers(v, t) ||
         convertible_under(vu, tu);
}

bool convertible(Checker *c, Expr *x, Type *t, char **why) {
  if (assignable(c, x, t, why)) return true;
  if (x->mode == MODE_NIL || !x->type) return false;
  return convertible_type(c, x, x->type, t, why);
}
