// SPDX-License-Identifier: MIT
//
// The order in which package variables are initialised, as the spec has it:
// repeatedly the earliest declared variable that depends on no variable still
// to be initialised. Functions carry dependencies from the variables they
// mention to those who mention them; constants take part because they can be
// on a cycle (len of an array variable).
//
// Requires Object.deps of all package-level constants, variables, functions
// and methods. Variables of `var a, b = f()` share one deps and one entry.
#include "types.h"

typedef struct Node {
  Object *obj;
  VEC(struct Node *) succ;  // what it depends on
  VEC(struct Node *) pred;  // who depends on it
  int outstanding;          // dependencies not initialised yet
  bool done;
  // Tarjan's algorithm, on functions
  int index, low, component;
  bool on_stack;
} Node;

typedef VEC(Node *) NodeVec;

typedef struct Graph {
  NodeVec nodes;   // in order of declaration
  Map of;          // Object -> Node
} Graph;

static int by_order(const void *a, const void *b) {
  const Object *x = *(Object *const *)a, *y = *(Object *const *)b;
  return x->order - y->order;
}

// The deps of obj in order of declaration; those of this package.
static ObjectVec deps_of(Checker *c, Object *obj) {
  ObjectVec v = {0};
  if (!obj->deps) return v;
  for (int i = 0; i < obj->deps->cap; i++) {
    Object *d = (Object *)obj->deps->entries[i].key;
    if (!d) continue;
    if (d->kind == OBJ_FUNC && d->func.origin) d = d->func.origin;
    if (d->pkg == c->pkg && d->deps) vec_push(&v, d);
  }
  if (v.len) qsort(v.at, (size_t)v.len, sizeof *v.at, by_order);
  return v;
}

static Node *node_of(Graph *g, Object *obj) {
  Node *n = map_get(&g->of, obj);
  if (n) return n;
  n = NEW(Node);
  n->obj = obj;
  map_put(&g->of, obj, n);
  vec_push(&g->nodes, n);
  return n;
}

static int nodes_by_order(const void *a, const void *b) {
  return (*(Node *const *)a)->obj->order - (*(Node *const *)b)->obj->order;
}

static void add_objects(Graph *g, Checker *c) {
  vec_each(File *, f, &c->pkg->files) {
    vec_each(Decl *, p, &(*f)->decls) {
      Decl *d = *p;
      ExprVec *names = d->kind == D_CONST ? &d->const_.names
                       : d->kind == D_VAR ? &d->var.names : NULL;
      if (names)
        vec_each(Expr *, x, names)
          if ((*x)->ident.obj) node_of(g, (*x)->ident.obj);
      if (d->kind == D_FUNC && d->func.obj) node_of(g, d->func.obj);
    }
  }
  if (g->nodes.len)
    qsort(g->nodes.at, (size_t)g->nodes.len, sizeof *g->nodes.at,
          nodes_by_order);
}

// ---- functions, replaced by what they lead to ------------------------------

// Variables and constants a function leads to, one set for each strongly
// connected component: found once, so that large packages stay linear.
typedef struct Finder {
  Checker *c;
  Graph *g;
  NodeVec stack;
  int next, components;
  VEC(NodeVec *) reach;
} Finder;

static void add_once(NodeVec *list, Map *have, Node *n) {
  if (map_has(have, n)) return;
  map_put(have, n, n);
  vec_push(list, n);
}

static void visit(Finder *f, Node *n) {
  n->index = n->low = ++f->next;
  n->on_stack = true;
  vec_push(&f->stack, n);
  vec_each(Node *, p, &n->succ) {
    Node *s = *p;
    if (s->obj->kind != OBJ_FUNC) continue;
    if (!s->index) {
      visit(f, s);
      if (s->low < n->low) n->low = s->low;
    } else if (s->on_stack && s->index < n->low) {
      n->low = s->index;
    }
  }
  if (n->low != n->index) return;
  NodeVec *reach = NEW(NodeVec);
  Map have = {0};
  int from = f->stack.len;
  while (f->stack.at[from - 1] != n) from--;
  from--;
  for (int i = from; i < f->stack.len; i++)
    f->stack.at[i]->component = f->components;
  for (int i = from; i < f->stack.len; i++) {
    Node *m = f->stack.at[i];
    m->on_stack = false;
    vec_each(Node *, p, &m->succ) {
      if ((*p)->obj->kind != OBJ_FUNC)
        add_once(reach, &have, *p);
      else if ((*p)->component != m->component)
        vec_each(Node *, q, f->reach.at[(*p)->component])
          add_once(reach, &have, *q);
    }
  }
  f->stack.len = from;
  f->components++;
  vec_push(&f->reach, reach);
}

static void add_edge(Node *from, Node *to, Map *have) {
  if (map_has(have, to)) return;
  map_put(have, to, to);
  vec_push(&from->succ, to);
  vec_push(&to->pred, from);
}

static void build(Graph *g, Checker *c) {
  add_objects(g, c);
  for (int i = 0; i < g->nodes.len; i++) {
    Node *n = g->nodes.at[i];
    ObjectVec deps = deps_of(c, n->obj);
    vec_each(Object *, d, &deps) {
      Node *s = map_get(&g->of, *d);
      if (s) vec_push(&n->succ, s);
    }
  }
  Finder f = {.c = c, .g = g};
  vec_each(Node *, n, &g->nodes)
    if ((*n)->obj->kind == OBJ_FUNC && !(*n)->index) visit(&f, *n);
  vec_each(Node *, p, &g->nodes) {
    Node *n = *p;
    if (n->obj->kind == OBJ_FUNC) continue;
    NodeVec direct = {0};
    vec_each(Node *, s, &n->succ) vec_push(&direct, *s);
    n->succ.len = 0;
    Map have = {0};
    vec_each(Node *, s, &direct) {
      if ((*s)->obj->kind != OBJ_FUNC)
        add_edge(n, *s, &have);
      else
        vec_each(Node *, q, f.reach.at[(*s)->component])
          add_edge(n, *q, &have);
    }
  }
}

// ---- cycles ----------------------------------------------------------------

// A path of dependencies from `from` to `to`, in reverse.
static bool find_path(Checker *c, Object *from, Object *to, Map *seen,
                      ObjectVec *path, int depth) {
  enum { DEEPEST = 20000 };
  if (map_has(seen, from) || depth > DEEPEST) return false;
  map_put(seen, from, from);
  ObjectVec deps = deps_of(c, from);
  vec_each(Object *, d, &deps) {
    if (*d == to || find_path(c, *d, to, seen, path, depth + 1)) {
      vec_push(path, *d);
      return true;
    }
  }
  return false;
}

static void report(Checker *c, Object *obj) {
  Map seen = {0};
  ObjectVec path = {0};
  if (!find_path(c, obj, obj, &seen, &path, 0)) return;
  Object *at = path.at[0];
  if (path.len == 1) {
    check_error(c, at->pos, "initialization cycle: %s refers to itself",
                at->name->s);
    return;
  }
  check_error(c, at->pos, "initialization cycle for %s", at->name->s);
  for (int i = path.len - 1; i >= 0; i--) {
    note_at(at->pos, "%s refers to %s", at->name->s, path.at[i]->name->s);
    at = path.at[i];
  }
}

// ---- order -----------------------------------------------------------------

static void emit(Checker *c, Object *obj, Map *emitted) {
  if (obj->kind != OBJ_VAR) return;
  Decl *d = obj->decl;
  ExprVec *values = &d->var.values;
  bool shared = obj->var.group->len > 1 && values->len == 1;
  if (!shared && obj->var.index >= values->len) return;
  if (shared && map_has(emitted, d)) return;
  map_put(emitted, d, d);
  InitEntry *e = NEW(InitEntry);
  e->rhs = values->at[shared ? 0 : obj->var.index];
  if (shared)
    vec_each(Object *, v, obj->var.group) vec_push(&e->lhs, *v);
  else
    vec_push(&e->lhs, obj);
  vec_push(&c->pkg->init_order, e);
}

// A binary heap: constants first, then by outstanding dependencies, then by
// order of declaration.
static bool before(const Node *a, const Node *b) {
  bool ac = a->obj->kind == OBJ_CONST, bc = b->obj->kind == OBJ_CONST;
  if (ac != bc) return ac;
  if (a->outstanding != b->outstanding) return a->outstanding < b->outstanding;
  return a->obj->order < b->obj->order;
}

static void place(NodeVec *h, int i, Node *n) {
  h->at[i] = n;
  n->index = i;
}

static void sift_up(NodeVec *h, int i) {
  Node *n = h->at[i];
  while (i > 0 && before(n, h->at[(i - 1) / 2])) {
    place(h, i, h->at[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
  place(h, i, n);
}

static void sift_down(NodeVec *h, int i) {
  Node *n = h->at[i];
  for (;;) {
    int child = 2 * i + 1;
    if (child >= h->len) break;
    if (child + 1 < h->len && before(h->at[child + 1], h->at[child])) child++;
    if (!before(h->at[child], n)) break;
    place(h, i, h->at[child]);
    i = child;
  }
  place(h, i, n);
}

static Node *pop(NodeVec *h) {
  Node *n = h->at[0];
  Node *last = h->at[--h->len];
  if (h->len) {
    place(h, 0, last);
    sift_down(h, 0);
  }
  return n;
}

void compute_init_order(Checker *c) {
  Graph g = {0};
  build(&g, c);
  NodeVec heap = {0};
  vec_each(Node *, p, &g.nodes) {
    if ((*p)->obj->kind == OBJ_FUNC) continue;
    (*p)->outstanding = (*p)->succ.len;
    vec_push(&heap, *p);
    sift_up(&heap, heap.len - 1);
  }
  Map emitted = {0};
  while (heap.len) {
    Node *n = pop(&heap);
    n->done = true;
    // Go on after a cycle: there may be others.
    if (n->outstanding > 0) report(c, n->obj);
    vec_each(Node *, p, &n->pred) {
      if ((*p)->done) continue;
      (*p)->outstanding--;
      sift_up(&heap, (*p)->index);
    }
    emit(c, n->obj, &emitted);
  }
}
