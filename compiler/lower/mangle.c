// SPDX-License-Identifier: MIT
//
// Link names. Readable, because traces and gdb show them, and injective:
//
//   path.F            function              path.f.func1     literal in f
//   path.T.M          method of T           path.f-range1    range body in f
//   path.(*T).M       method of *T          path.init.0      an init function
//   path.v            variable              path.glob..func1 literal outside
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

// 1 + the number of siblings of the same sort before lit.
static int lit_number(FuncInfo *lit) {
  int n = 1;
  FuncInfo **at = lit->outer ? lit->outer->lits.at : lit->pkg->global_lits.at;
  int len = lit->outer ? lit->outer->lits.len : lit->pkg->global_lits.len;
  for (int i = 0; i < len && at[i] != lit; i++)
    n += !at[i]->range == !lit->range;
  return n;
}

const char *link_name_lit(FuncInfo *lit) {
  const char *name = map_get(&names, lit);
  if (name)
    return name;
  const char *outer = arena_printf(perm, "%s.glob.", link_path(lit->pkg));
  if (lit->outer)
    outer = link_name_info(lit->outer);
  // Go's names: f.func1, in it f.func1.1, and f-range1.
  bool nested = lit->outer && !lit->outer->obj && !lit->outer->range;
  name = arena_printf(perm, "%s%s%d", outer,
                      lit->range ? "-range" : nested ? "." : ".func",
                      lit_number(lit));
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
