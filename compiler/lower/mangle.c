// SPDX-License-Identifier: MIT
//
// Link names. Readable, because traces and gdb show them, and injective:
//
//   path.F            function              path.f.func1     literal in f
//   path.T.M          method of T           path.f.func1.2   and in that
//   path.(*T).M       method of *T          path.f-range1    range body in f
//   path.v            variable              path.init.0      an init function
//                                           path.init.func1  literal outside
//   type:TYPE         descriptor            itab:TYPE,IFACE  interface table
//
// A dot in the last element of an import path is written %2e, and so are a
// percent sign and a quote, so that the first dot after the last slash ends
// the path.

#include "lower.h"

static Map names;  // Object or FuncInfo -> link name

// ---- paths -----------------------------------------------------------------

static bool needs_escape(const char *p, const char *last) {
  return *p == '%' || *p == '"' || (unsigned char)*p < ' ' ||
         (*p == '.' && p >= last);
}

const char *link_path(Package *pkg) {
  const char *slash = strrchr(pkg->path, '/');
  const char *last = slash ? slash : pkg->path;
  Buf b = {0};
  for (const char *p = pkg->path; *p; p++) {
    if (needs_escape(p, last))
      buf_printf(&b, "%%%02x", (unsigned char)*p);
    else
      buf_addc(&b, *p);
  }
  return b.at ? b.at : "";
}

// ---- functions -------------------------------------------------------------

static const char *init_name(Object *f) {
  int n = 0;
  vec_each(FuncInfo *, i, &f->pkg->funcs) {
    if ((*i)->obj == f)
      break;
    if ((*i)->obj && (*i)->obj->name == f->name &&
        !(*i)->obj->func.recv_named)
      n++;
  }
  return arena_printf(perm, "%s.init.%d", link_path(f->pkg), n);
}

// T of path.T.M, with type arguments if it is an instance.
static const char *receiver_name(Object *f) {
  Type *t = f->func.recv_named;
  if (t->named.targs.len == 0 && !t->named.local_id)
    return arena_printf(perm, "%s.%s", link_path(f->pkg),
                        f->func.ptr_recv
                            ? arena_printf(perm, "(*%s)",
                                           t->named.obj->name->s)
                            : t->named.obj->name->s);
  return arena_printf(perm, f->func.ptr_recv ? "(*%s)" : "%s",
                      type_link_string(perm, t));
}

static const char *make_func_name(Object *f) {
  if (f->func.linkname)
    return f->func.linkname->s;
  if (f->func.recv_named)
    return arena_printf(perm, "%s.%s", receiver_name(f), f->name->s);
  if (strcmp(f->name->s, "init") == 0)
    return init_name(f);
  return arena_printf(perm, "%s.%s", link_path(f->pkg), f->name->s);
}

const char *link_name_func(Object *f) {
  const char *name = map_get(&names, f);
  if (!name) {
    name = make_func_name(f);
    map_put(&names, f, (void *)name);
  }
  return name;
}

static const char *word_at(const char *s) {
  s += strspn(s, " \t");
  return arena_strndup(perm, s, strcspn(s, " \t\r"));
}

// The symbol a line `go:linkname v symbol` gives a variable, or NULL.
const char *linkname_of_global(Object *v) {
  size_t n = v->name->len;
  if (!v->file)
    return NULL;
  vec_each(Pragma, p, &v->file->pragmas) {
    const char *s = p->text->s;
    if (strncmp(s, "go:linkname ", 12) != 0)
      continue;
    s += 12 + strspn(s + 12, " \t");
    if (strncmp(s, v->name->s, n) == 0 && (s[n] == ' ' || s[n] == '\t'))
      return word_at(s + n);
  }
  return NULL;
}

const char *link_name_global(Object *v) {
  const char *name = map_get(&names, v);
  if (!name) {
    name = linkname_of_global(v);
    if (!name)
      name = arena_printf(perm, "%s.%s", link_path(v->pkg), v->name->s);
    map_put(&names, v, (void *)name);
  }
  return name;
}

// ---- func literals and range bodies ----------------------------------------
//
// As in Go: literals are counted in the function around them, for which a
// range body is no function: f.func1, f.func2, f-range1; those in a literal
// go on with f.func1.1. Package variables are set by a function `init`, so
// literals outside functions are counted in the order of initialization.

// Counts the literals and range bodies of the sort of lit before it in list.
// True if lit was among them.
static bool count_before(FuncInfo *lit, FuncInfo **list, int len, int *n) {
  for (int i = 0; i < len; i++) {
    FuncInfo *f = list[i];
    if (f == lit)
      return true;
    *n += !f->range == !lit->range;
    if (f->range && count_before(lit, f->lits.at, f->lits.len, n))
      return true;
  }
  return false;
}

static FuncInfo *function_around(FuncInfo *lit) {
  FuncInfo *f = lit->outer;
  while (f && f->range)
    f = f->outer;
  return f;
}

// The first variable that is initialized with what stands at pos: the last
// one that is declared before it. -1 if the order is not known.
static int init_step(Package *pkg, Pos pos) {
  int step = -1;
  Pos best = 0;
  for (int i = 0; i < pkg->init_order.len; i++) {
    Pos at = pkg->init_order.at[i]->lhs.at[0]->pos;
    if (at <= pos && at > best) {
      best = at;
      step = i;
    }
  }
  return step;
}

static int compare_order(const void *a, const void *b) {
  const int *x = a, *y = b;
  return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0])
                      : (x[1] > y[1]) - (x[1] < y[1]);
}

// Names all literals outside functions of a package.
static void name_global_lits(Package *pkg) {
  int n = pkg->global_lits.len;
  int (*order)[2] = arena_alloc(perm, sizeof *order * (size_t)n);
  for (int i = 0; i < n; i++) {
    order[i][0] = init_step(pkg, pkg->global_lits.at[i]->lit->pos);
    order[i][1] = i;
  }
  qsort(order, (size_t)n, sizeof *order, compare_order);
  for (int i = 0; i < n; i++)
    map_put(&names, pkg->global_lits.at[order[i][1]],
            arena_printf(perm, "%s.init.func%d", link_path(pkg), i + 1));
}

const char *link_name_lit(FuncInfo *lit) {
  const char *name = map_get(&names, lit);
  if (name)
    return name;
  FuncInfo *outer = function_around(lit);
  if (!outer) {
    name_global_lits(lit->pkg);
    return map_get(&names, lit);
  }
  int n = 1;
  count_before(lit, outer->lits.at, outer->lits.len, &n);
  const char *sort = lit->range ? "-range" : outer->obj ? ".func" : ".";
  name = arena_printf(perm, "%s%s%d", link_name_info(outer), sort, n);
  map_put(&names, lit, (void *)name);
  return name;
}

const char *link_name_info(FuncInfo *info) {
  return info->obj ? link_name_func(info->obj) : link_name_lit(info);
}

// ---- types -----------------------------------------------------------------

const char *link_name_type(Type *t) {
  return arena_printf(perm, "type:%s", type_link_string(perm, t));
}

const char *link_name_itab(Type *t, Type *iface) {
  return arena_printf(perm, "itab:%s,%s", type_link_string(perm, t),
                      type_link_string(perm, iface));
}
