// SPDX-License-Identifier: MIT
//
// Escape analysis: the graph, its solution and the summaries of functions.
// escape_flow.c walks the syntax tree and adds the edges.
//
// Requires a checked package. Leaves true: a variable whose var.heap is false,
// and an allocation site for which escapes_site is false, is never reachable
// after the frame (and, inside a loop, the iteration) that holds it is over.
//
// Every variable and every allocation site is a location. An edge src -> dst
// with a number of dereferences says that the value of src, after that many
// loads, may be stored in dst; -1 means that the address of src is. A walk
// backwards from each location finds the locations whose address may reach
// it; if the walk's root outlives such a location, that one has to live on
// the heap. Fields and elements are not told apart: x.f = p is x = p.
//
// Functions are taken in strongly connected components of the static call
// graph, callees first, so that a call can use its callee's summary: for each
// parameter the least number of loads after which it reaches the heap or a
// result. Inside one component arguments are connected to parameters
// directly. A callee that is not known leaks all its arguments.
//
// This is the scheme Go's compiler uses (cmd/compile/internal/escape);
// rejected: a per-function analysis without summaries, which would put every
// variable that is passed by address on the heap.

#include "escape.h"

EscLoc *esc_heap;              // everything that lives for ever
static Map var_locs;           // Object -> EscLoc
static Map site_locs;          // expression or statement -> EscLoc
static VEC(EscLoc *) batch_locs;

// ---- locations and edges ---------------------------------------------------

EscLoc *esc_loc_new(FuncInfo *func, int loop_depth) {
  EscLoc *l = NEW(EscLoc);
  l->func = func;
  l->loop_depth = loop_depth;
  vec_push(&batch_locs, l);
  return l;
}

EscLoc *esc_var(Object *var) {
  return map_get(&var_locs, var);
}

EscLoc *esc_declare(Object *var, FuncInfo *func, int loop_depth) {
  EscLoc *l = map_get(&var_locs, var);
  if (l)
    return l;
  l = esc_loc_new(func, loop_depth);
  l->var = var;
  map_put(&var_locs, var, l);
  // A frame could hold these, but not a default first segment.
  if (type_size(var->type) > ESC_MAX_VAR)
    l->escapes = true;
  return l;
}

bool esc_has_site(const void *site) {
  return map_get(&site_locs, site) != NULL;
}

EscLoc *esc_site(const void *site, FuncInfo *func, int loop_depth) {
  EscLoc *l = map_get(&site_locs, site);
  if (l)
    return l;
  l = esc_loc_new(func, loop_depth);
  l->site = site;
  map_put(&site_locs, site, l);
  return l;
}

void esc_flow(EscHole k, EscLoc *src) {
  if (!k.dst || !src)
    return;
  if (k.dst == src && k.derefs >= 0)
    return;
  EscEdge e = {src, k.derefs};
  vec_push(&k.dst->in, e);
}

EscHole esc_heap_hole(void) {
  return (EscHole){esc_heap, 0};
}

EscHole esc_var_hole(Object *var) {
  EscLoc *l = esc_var(var);
  return l ? (EscHole){l, 0} : esc_heap_hole();
}

// ---- solution --------------------------------------------------------------

static bool func_contains(FuncInfo *outer, FuncInfo *inner) {
  for (FuncInfo *f = inner ? inner->outer : NULL; f; f = f->outer)
    if (f == outer)
      return true;
  return false;
}

// Whether a value stored in `root` may be used when l is gone.
static bool outlives(EscLoc *root, EscLoc *l) {
  if (root->escapes || root->is_result)
    return true;
  if (root->func == l->func)
    return root->loop_depth < l->loop_depth;
  return func_contains(root->func, l->func);
}

// Notes that parameter l reaches root after `derefs` loads.
static void leak_param(EscLoc *l, EscLoc *root, int derefs) {
  int *slot = NULL;
  if (root->is_result && root->func == l->func &&
      root->index < ESC_MAX_RESULTS)
    slot = &l->leak.result[root->index];
  else
    slot = &l->leak.heap;
  if (*slot < 0 || *slot > derefs)
    *slot = derefs;
}

typedef VEC(EscLoc *) LocQueue;

static void enqueue(LocQueue *q, EscLoc *l) {
  if (l->queued)
    return;
  l->queued = true;
  vec_push(q, l);
}

// Shortest paths (in loads) backwards from root, after Bellman and Ford: an
// edge may weigh -1, but a path never counts less than 0 before its last edge.
static void walk_root(EscLoc *root, uint32_t generation, LocQueue *all) {
  LocQueue todo = {0};
  root->generation = generation;
  root->derefs = 0;
  vec_push(&todo, root);
  for (int i = 0; i < todo.len; i++) {
    EscLoc *l = todo.at[i];
    l->in_walk = false;
    int derefs = l->derefs;
    bool address = derefs < 0;
    if (address)
      derefs = 0;
    if (l != root && outlives(root, l)) {
      if (l->is_param && !address)
        leak_param(l, root, derefs);
      if (address && !l->escapes) {
        l->escapes = true;
        enqueue(all, l);
        continue;
      }
    }
    vec_each(EscEdge, e, &l->in) {
      EscLoc *src = e->src;
      if (src->escapes)
        continue;
      int d = derefs + e->derefs;
      if (src->generation == generation && src->derefs <= d)
        continue;
      src->generation = generation;
      src->derefs = d;
      if (!src->in_walk) {
        src->in_walk = true;
        vec_push(&todo, src);
      }
    }
  }
}

static void solve(void) {
  static uint32_t generation;
  LocQueue all = {0};
  vec_each(EscLoc *, l, &batch_locs)
    enqueue(&all, *l);
  enqueue(&all, esc_heap);
  for (int i = 0; i < all.len; i++) {
    all.at[i]->queued = false;
    walk_root(all.at[i], ++generation, &all);
  }
  vec_each(EscLoc *, l, &batch_locs) {
    if ((*l)->var)
      (*l)->var->var.heap = (*l)->escapes;
    // A parameter that itself moved to the heap takes its value along.
    if ((*l)->is_param && (*l)->escapes)
      (*l)->leak.heap = 0;
  }
}

// ---- strongly connected components of the call graph -----------------------

typedef struct SccNode {
  FuncInfo *func;
  int index, low;
  bool on_stack, current;   // current: in the component being analysed
} SccNode;

static Map scc_nodes;
static VEC(SccNode *) scc_stack;
static int scc_counter;

static SccNode *visit(FuncInfo *f);

bool esc_in_component(FuncInfo *f) {
  SccNode *n = map_get(&scc_nodes, f);
  return n && n->current;
}

FuncInfo *esc_analyzable(Object *f) {
  FuncInfo *info = instance_info(f);
  if (!info || !info->body || !info->checked || is_generic_function(info))
    return NULL;
  // Of a package that is compiled already some bodies may be checked by now,
  // for inlining; its summaries do not depend on that.
  bool is_instance = f->func.instance || f->func.origin;
  return info->pkg->bodies || is_instance ? info : NULL;
}

static bool visit_callees_expr(Walker *w, Expr *x) {
  SccNode *from = w->data;
  Object *o = func_object(x);
  if (x->kind == E_SELECTOR && x->selector.selection) {
    o = x->selector.selection->obj;
    if (o->kind == OBJ_FUNC && o->func.iface)
      o = esc_concrete_method(x->selector.x, o);
  }
  FuncInfo *info =
      o && o->kind == OBJ_FUNC && !o->func.iface ? esc_analyzable(o) : NULL;
  if (!info)
    return true;
  SccNode *to = map_get(&scc_nodes, info);
  if (!to) {
    to = visit(info);
    if (to->low < from->low)
      from->low = to->low;
  } else if (to->on_stack && to->index < from->low) {
    from->low = to->index;
  }
  return true;
}

static bool visit_callees_stmt(Walker *w, Stmt *s) {
  (void)w;
  esc_note_values(s);
  return true;
}

static void analyze(FuncInfo *const *funcs, int n) {
  batch_locs.len = 0;
  for (int i = 0; i < n; i++)
    esc_declare_signature(funcs[i]);
  for (int i = 0; i < n; i++)
    esc_walk_function(funcs[i]);
  solve();
  for (int i = 0; i < n; i++)
    esc_keep_summary(funcs[i]);
  esc_heap->in.len = 0;
}

// The functions of the component that f is the root of.
static void analyze_component(SccNode *root) {
  VEC(FuncInfo *) funcs = {0};
  VEC(SccNode *) nodes = {0};
  SccNode *n;
  do {
    n = scc_stack.at[--scc_stack.len];
    n->on_stack = false;
    n->current = true;
    vec_push(&nodes, n);
    vec_push(&funcs, n->func);
  } while (n != root);
  analyze(funcs.at, funcs.len);
  vec_each(SccNode *, m, &nodes)
    (*m)->current = false;
}

static SccNode *visit(FuncInfo *f) {
  SccNode *n = NEW(SccNode);
  n->func = f;
  n->index = n->low = ++scc_counter;
  n->on_stack = true;
  map_put(&scc_nodes, f, n);
  vec_push(&scc_stack, n);
  Walker w = {.expr = visit_callees_expr, .stmt = visit_callees_stmt,
              .data = n};
  walk_stmt(&w, f->body);
  if (n->low == n->index)
    analyze_component(n);
  return n;
}

// ---- entry -----------------------------------------------------------------

void escape_require(FuncInfo *f) {
  if (!esc_heap) {
    esc_heap = NEW(EscLoc);
    esc_heap->escapes = true;
    esc_heap->loop_depth = -1;
  }
  if (f->body && !map_get(&scc_nodes, f))
    visit(f);
}

void escape_analyze(Package *pkg) {
  static Map done;
  if (map_has(&done, pkg))
    return;
  map_put(&done, pkg, pkg);
  vec_each(FuncInfo *, f, &pkg->funcs) {
    if (!is_generic_function(*f))
      escape_require(*f);
  }
  vec_each(FuncInfo *, f, &pkg->global_lits)
    escape_require(*f);
}

bool escapes_var(Object *var) {
  return var->var.heap;
}

bool is_append_in_loop(const void *site) {
  EscLoc *l = map_get(&site_locs, site);
  return l && l->in_loop;
}

// Sites that no walk has met, such as those of package variables, escape.
bool escapes_site(const void *site) {
  EscLoc *l = map_get(&site_locs, site);
  return !l || l->escapes;
}
