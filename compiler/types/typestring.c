// SPDX-License-Identifier: MIT
//
// Types as text, in three dialects:
//
//   MESSAGE   "[]geo.Point", "struct{a int; b any}": for people; packages by
//             name, by quoted path where two loaded packages share a name
//   REFLECT   "[]geo.Point", "struct { a int; b interface {} }": as %T prints
//   LINK      "[]example.org/geo.Point": injective; types of functions carry
//             their number, unexported names their package's path
//
// Type arguments in REFLECT are as in LINK, but with REFLECT's blanks.
#include "types.h"

typedef enum Dialect { MESSAGE, REFLECT, LINK } Dialect;

typedef struct Writer {
  Buf b;
  Dialect dialect;
  Package *pkg;        // MESSAGE: names of this package stand alone
  bool no_param_names;
  bool arguments;      // in type arguments of REFLECT
  int depth;
} Writer;

enum { DEEPEST = 2000 };

static void write_type(Writer *w, Type *t);

static void add(Writer *w, const char *s) {
  buf_adds(&w->b, s);
}

// ---- names -----------------------------------------------------------------

static bool shares_name(const Package *pkg) {
  int n;
  Package *const *all = load_all(&n);
  for (int i = 0; i < n; i++)
    if (all[i] != pkg && all[i]->name == pkg->name &&
        strcmp(all[i]->path, pkg->path) != 0)
      return true;
  return false;
}

static void write_package(Writer *w, const Package *pkg) {
  if (!pkg) return;
  switch (w->dialect) {
    case LINK:
      buf_printf(&w->b, "%s.", pkg->path);
      break;
    case REFLECT:
      buf_printf(&w->b, "%s.", pkg->name->s);
      break;
    case MESSAGE:
      if (pkg == w->pkg) return;
      if (shares_name(pkg))
        buf_printf(&w->b, "\"%s\".", pkg->path);
      else
        buf_printf(&w->b, "%s.", pkg->name->s);
  }
}

// The name of a field or method. What is not exported differs between
// packages, so that LINK must say whose it is.
static void write_member(Writer *w, const Object *obj, bool method) {
  if (obj->pkg && !name_is_exported(obj->name) &&
      (w->dialect == LINK || (w->dialect == REFLECT && method)))
    write_package(w, obj->pkg);
  add(w, obj->name->s);
}

static void write_items(Writer *w, TypeVec *list) {
  for (int i = 0; i < list->len; i++) {
    if (i) add(w, w->dialect == MESSAGE ? ", " : ",");
    write_type(w, list->at[i]);
  }
}

// [int,string]; of a generic type local to a generic function [int;string],
// the function's arguments first.
static void write_arguments(Writer *w, Type *t) {
  add(w, "[");
  if (t->named.outer.len) {
    write_items(w, &t->named.outer);
    add(w, ";");
  }
  write_items(w, &t->named.targs);
  add(w, "]");
}

// [P any, Q, R comparable]
static void write_tparams(Writer *w, TypeVec *list) {
  add(w, "[");
  Type *prev = NULL;
  for (int i = 0; i < list->len; i++) {
    Type *p = list->at[i];
    if (i) {
      if (p->tparam.constraint != prev) {
        add(w, " ");
        write_type(w, prev);
      }
      add(w, ", ");
    }
    prev = p->tparam.constraint;
    write_type(w, p);
  }
  if (prev) {
    add(w, " ");
    write_type(w, prev);
  }
  add(w, "]");
}

static void write_named(Writer *w, Type *t) {
  Object *obj = t->named.obj;
  write_package(w, obj->pkg);
  add(w, obj->name->s);
  Dialect d = w->dialect;
  if (t->named.targs.len) {
    // Arguments are told apart by their full paths, as in Go.
    bool was = w->arguments;
    if (d == REFLECT) {
      w->dialect = LINK;
      w->arguments = true;
    }
    write_arguments(w, t);
    w->dialect = d;
    w->arguments = was;
  } else if (w->dialect == MESSAGE && t->named.tparams.len) {
    write_tparams(w, &t->named.tparams);
  }
  if (d == LINK && t->named.local_id)
    buf_printf(&w->b, "·%d", t->named.local_id);
}

static void write_basic(Writer *w, Type *t) {
  if (t->basic.kind == B_UNSAFE_POINTER)
    add(w, "unsafe.");
  else if (w->dialect != MESSAGE)
    t = types_basic[t->basic.kind];  // byte is uint8
  add(w, t->basic.name);
}

// ---- literals --------------------------------------------------------------

static void write_params(Writer *w, ObjectVec *params, bool variadic) {
  add(w, "(");
  for (int i = 0; i < params->len; i++) {
    Object *p = params->at[i];
    Type *t = p->type;
    if (i) add(w, ", ");
    if (w->dialect == MESSAGE && !w->no_param_names && p->name &&
        p->name->len) {
      add(w, p->name->s);
      add(w, " ");
    }
    if (variadic && i == params->len - 1 && t && t->kind == TY_SLICE) {
      add(w, "...");
      t = t->slice.elem;
    }
    write_type(w, w->dialect == MESSAGE && p->shown ? p->shown : t);
  }
  add(w, ")");
}

static void write_signature(Writer *w, Type *t) {
  if (t->func.tparams.len && w->dialect == MESSAGE)
    write_tparams(w, &t->func.tparams);
  write_params(w, &t->func.params, t->func.variadic);
  ObjectVec *r = &t->func.results;
  if (r->len == 0) return;
  add(w, " ");
  bool named = r->at[0]->name && r->at[0]->name->len &&
               w->dialect == MESSAGE && !w->no_param_names;
  if (r->len == 1 && !named)
    write_type(w, w->dialect == MESSAGE && r->at[0]->shown ? r->at[0]->shown
                                                           : r->at[0]->type);
  else
    write_params(w, r, false);
}

static void write_quoted(Writer *w, const Name *s) {
  char *q = const_to_string(perm, const_from_string(s->s, s->len));
  if (w->dialect == MESSAGE) {
    add(w, q);
    return;
  }
  add(w, "\"");  // const_to_string shortens; these must not be
  for (uint32_t i = 0; i < s->len; i++) {
    if (s->s[i] == '"' || s->s[i] == '\\') add(w, "\\");
    buf_addc(&w->b, s->s[i]);
  }
  add(w, "\"");
}

static const char *open_brace(Writer *w, const char *word, int n) {
  add(w, word);
  if (w->dialect != REFLECT && !w->arguments) {
    add(w, "{");
    return "}";
  }
  add(w, n ? " { " : " {");
  return n ? " }" : "}";
}

static void write_struct(Writer *w, Type *t) {
  int n = t->struct_.fields.len;
  const char *end = open_brace(w, "struct", n);
  for (int i = 0; i < n; i++) {
    Object *f = t->struct_.fields.at[i];
    Name *tag = t->struct_.tags.at[i];
    if (i) add(w, "; ");
    // To the linker an embedded field is not one named like its type, and its
    // name may be an alias.
    bool unique = w->dialect == LINK && !w->arguments;
    if (f->var.embedded && unique) add(w, "?");
    if (!f->var.embedded || unique) {
      write_member(w, f, false);
      add(w, " ");
    }
    write_type(w, w->dialect == MESSAGE && f->shown ? f->shown : f->type);
    if (tag && tag->len) {
      add(w, " ");
      write_quoted(w, tag);
    }
  }
  add(w, end);
}

static void write_term(Writer *w, const struct Term *t) {
  if (t->tilde) add(w, "~");
  write_type(w, t->type);
}

// REFLECT and LINK name the whole method set, MESSAGE what was written.
static void write_interface(Writer *w, Type *t) {
  if (t == type_any && w->dialect == MESSAGE) {
    add(w, "any");
    return;
  }
  if (t == type_comparable->named.underlying && w->dialect == MESSAGE) {
    add(w, "interface{comparable}");
    return;
  }
  if (t->interface.implicit && t->interface.embeds.len == 1) {
    write_type(w, t->interface.embeds.at[0]);
    return;
  }
  bool whole = w->dialect != MESSAGE;
  if (whole) interface_complete(t);
  ObjectVec *methods = whole ? &t->interface.all : &t->interface.methods;
  int n = methods->len + (whole ? 0 : t->interface.embeds.len);
  const char *end = open_brace(w, "interface", n);
  int i = 0;
  vec_each(Object *, m, methods) {
    if (i++) add(w, "; ");
    write_member(w, *m, true);
    if ((*m)->type) write_signature(w, (*m)->type);
  }
  if (!whole)
    vec_each(Type *, e, &t->interface.embeds) {
      if (i++) add(w, "; ");
      write_type(w, *e);
    }
  if (whole && t->interface.has_terms)
    vec_each(struct Term, term, &t->interface.terms) {
      add(w, "|");
      write_term(w, term);
    }
  if (whole && t->interface.is_comparable) add(w, "|comparable");
  add(w, end);
}

static void write_chan(Writer *w, Type *t) {
  Type *e = t->chan.elem;
  bool parens = t->chan.dir == GL_BOTH_DIR && e->kind == TY_CHAN &&
                e->chan.dir == GL_RECV_DIR;
  add(w, t->chan.dir == GL_RECV_DIR ? "<-chan "
         : t->chan.dir == GL_SEND_DIR ? "chan<- " : "chan ");
  if (parens) add(w, "(");
  write_type(w, e);
  if (parens) add(w, ")");
}

static void write_tparam(Writer *w, Type *t) {
  Object *obj = t->tparam.obj;
  add(w, obj->name->s);
  // func f[int any]: not the int everybody thinks of.
  if (w->dialect == MESSAGE && scope_lookup(universe, obj->name)) {
    Loc l = source_loc(obj->pos);
    buf_printf(&w->b, " /* with %s declared at %s:%d:%d */", obj->name->s,
               l.path, l.line, l.col);
  }
  // LINK strings of generic code are only used as keys.
  if (w->dialect == LINK) buf_printf(&w->b, "·%p", (void *)t);
}

static void write_literal(Writer *w, Type *t) {
  switch (t->kind) {
    case TY_INVALID: add(w, "invalid type"); break;
    case TY_BASIC: write_basic(w, t); break;
    case TY_NAMED: write_named(w, t); break;
    case TY_POINTER: add(w, "*"); write_type(w, t->pointer.elem); break;
    case TY_SLICE: add(w, "[]"); write_type(w, t->slice.elem); break;
    case TY_ARRAY:
      buf_printf(&w->b, "[%lld]", (long long)t->array.len);
      write_type(w, t->array.elem);
      break;
    case TY_MAP:
      add(w, "map[");
      write_type(w, t->map.key);
      add(w, "]");
      write_type(w, t->map.elem);
      break;
    case TY_CHAN: write_chan(w, t); break;
    case TY_STRUCT: write_struct(w, t); break;
    case TY_FUNC: add(w, "func"); write_signature(w, t); break;
    case TY_INTERFACE: write_interface(w, t); break;
    case TY_TUPLE:
      add(w, "(");
      for (int i = 0; i < t->tuple.types.len; i++) {
        if (i) add(w, ", ");
        write_type(w, t->tuple.types.at[i]);
      }
      add(w, ")");
      break;
    case TY_TYPEPARAM: write_tparam(w, t); break;
    case TY_UNION:
      vec_each(struct Term, term, &t->union_.terms) {
        if (term != t->union_.terms.at) add(w, " | ");
        write_term(w, term);
      }
  }
}

static void write_type(Writer *w, Type *t) {
  if (!t) {
    add(w, "invalid type");
    return;
  }
  if (w->depth >= DEEPEST && w->dialect == MESSAGE) {
    add(w, "...");
    return;
  }
  if (t->alias && w->dialect == MESSAGE) {
    write_package(w, t->alias->pkg);
    add(w, t->alias->name->s);
    if (t->alias_args) {
      add(w, "[");
      write_items(w, t->alias_args);
      add(w, "]");
    }
    return;
  }
  w->depth++;
  write_literal(w, t);
  w->depth--;
}

static char *finish(Writer *w, Arena *a) {
  return arena_strndup(a, w->b.at ? w->b.at : "", w->b.len);
}

char *type_string(Arena *a, Type *t, Package *pkg) {
  Writer w = {.pkg = pkg};
  write_type(&w, t);
  return finish(&w, a);
}

char *type_link_string(Arena *a, Type *t) {
  Writer w = {.dialect = LINK};
  write_type(&w, t);
  return finish(&w, a);
}

char *type_reflect_string(Arena *a, Type *t) {
  Writer w = {.dialect = REFLECT};
  write_type(&w, t);
  return finish(&w, a);
}

char *method_string(Arena *a, Object *m, Package *pkg) {
  Writer w = {.pkg = pkg, .no_param_names = true};
  add(&w, m->name->s);
  if (m->type && m->type->kind == TY_FUNC) write_signature(&w, m->type);
  return finish(&w, a);
}
