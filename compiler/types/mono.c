// SPDX-License-Identifier: MIT
//
// Generic code that would need infinitely many instances. Each time a type
// parameter P of the package gets an argument that mentions type parameter Q,
// there is an edge from Q to P: of weight 0 if the argument is Q itself, of
// weight 1 if it is a type made from Q, which is larger. Around a cycle of
// positive weight types grow for ever. The type parameters a receiver
// declares stand for those of the receiver's type.
#include "types.h"

typedef struct Edge {
  struct Vertex *src;
  int weight;
  Pos pos;
  Type *arg;
} Edge;

typedef struct Vertex {
  Object *obj;     // of a type parameter
  VEC(Edge) in;
  int weight;      // of the heaviest path found that ends here
  Edge *pre;       // its last edge
} Vertex;

struct Mono {
  Map canon;              // Type -> the Type it stands for
  Map of;                 // Type -> Vertex
  VEC(Vertex *) vertices;
};

static Mono *mono_of(Checker *c) {
  if (!c->mono) c->mono = NEW(Mono);
  return c->mono;
}

void mono_same(Checker *c, Type *declared, Type *original) {
  map_put(&mono_of(c)->canon, declared, original);
}

static Vertex *vertex_of(Mono *m, Type *p) {
  Type *canon = map_get(&m->canon, p);
  if (canon) p = canon;
  Vertex *v = map_get(&m->of, p);
  if (v) return v;
  v = NEW(Vertex);
  v->obj = p->tparam.obj;
  map_put(&m->of, p, v);
  vec_push(&m->vertices, v);
  return v;
}

// ---- recording -------------------------------------------------------------

typedef struct Argument {
  Mono *mono;
  Vertex *dst;
  Type *arg;
  Pos pos;
  int depth;
} Argument;

static void flow(Argument *f, Type *t);

static void flow_vars(Argument *f, ObjectVec *list) {
  vec_each(Object *, v, list) flow(f, (*v)->type);
}

static void flow_from(Argument *f, Type *p) {
  Edge e = {vertex_of(f->mono, p), p != f->arg, f->pos, f->arg};
  vec_push(&f->dst->in, e);
}

static void flow(Argument *f, Type *t) {
  enum { DEEPEST = 200 };
  if (!t || f->depth >= DEEPEST) return;
  f->depth++;
  switch (t->kind) {
    case TY_TYPEPARAM: flow_from(f, t); break;
    case TY_NAMED:
      vec_each(Type *, a, &t->named.targs) flow(f, *a);
      break;
    case TY_POINTER: flow(f, t->pointer.elem); break;
    case TY_SLICE: flow(f, t->slice.elem); break;
    case TY_ARRAY: flow(f, t->array.elem); break;
    case TY_CHAN: flow(f, t->chan.elem); break;
    case TY_MAP:
      flow(f, t->map.key);
      flow(f, t->map.elem);
      break;
    case TY_STRUCT: flow_vars(f, &t->struct_.fields); break;
    case TY_FUNC:
      flow_vars(f, &t->func.params);
      flow_vars(f, &t->func.results);
      break;
    case TY_INTERFACE: flow_vars(f, &t->interface.methods); break;
    default: break;
  }
  f->depth--;
}

void mono_record(Checker *c, Pos pos, TypeVec *tparams, TypeVec *targs) {
  for (int i = 0; i < tparams->len && i < targs->len; i++) {
    Type *p = tparams->at[i];
    // Packages do not import each other in circles.
    if (p->kind != TY_TYPEPARAM || p->tparam.obj->pkg != c->pkg) continue;
    Mono *m = mono_of(c);
    Argument f = {m, vertex_of(m, p), targs->at[i], pos, 0};
    flow(&f, targs->at[i]);
  }
}

// ---- checking --------------------------------------------------------------

// v has a path longer than there are vertices: going back from it leads into
// a cycle.
static void report(Checker *c, Vertex *v) {
  Map seen = {0};
  while (!map_has(&seen, v)) {
    map_put(&seen, v, v);
    v = v->pre->src;
  }
  check_error(c, v->obj->pos, "instantiation cycle:");
  VEC(Edge *) path = {0};
  VEC(Vertex *) to = {0};
  Vertex *at = v;
  do {
    vec_push(&path, at->pre);
    vec_push(&to, at);
    at = at->pre->src;
  } while (at != v);
  for (int i = path.len - 1; i >= 0; i--)
    note_at(path.at[i]->pos, "%s instantiated as %s", to.at[i]->obj->name->s,
            type_str(c, path.at[i]->arg));
}

void mono_check(Checker *c) {
  Mono *m = c->mono;
  if (!m) return;
  for (bool again = true; again;) {
    again = false;
    vec_each(Vertex *, p, &m->vertices) {
      Vertex *v = *p;
      vec_each(Edge, e, &v->in) {
        int w = e->src->weight + e->weight;
        if (w <= v->weight) continue;
        v->weight = w;
        v->pre = e;
        again = true;
        if (w > m->vertices.len) {
          report(c, v);
          return;
        }
      }
    }
  }
}
