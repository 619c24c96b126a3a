// SPDX-License-Identifier: MIT
//
// --emit=types: what the checker found out about a package, as text. Objects
// stand in order of declaration; constants with their values, variables and
// functions with their types, types with layout and method sets, and the
// order of initialisation at the end.
#include "types.h"

static void dump_const(Package *p, Object *obj, FILE *out) {
  fprintf(out, "const %s %s = %s\n", obj->name->s,
          type_string(perm, obj->type, p),
          const_to_string(perm, obj->const_.cv));
}

static void dump_layout(Package *p, Type *u, FILE *out) {
  if (u->kind != TY_STRUCT) return;
  for (int i = 0; i < u->struct_.fields.len; i++) {
    Object *f = u->struct_.fields.at[i];
    fprintf(out, "\t+%lld %s %s\n", (long long)field_offset(u, i),
            f->name->s, type_string(perm, f->type, p));
  }
}

static void dump_methods(Package *p, Type *t, const char *star, FILE *out) {
  const MethodSet *set = method_set(t);
  vec_each(const MethodEntry, m, set) {
    fprintf(out, "\t(%s%s) %s", star, type_string(perm, deref(t, NULL), p),
            method_string(perm, m->obj, p));
    if (m->path.len) {
      fprintf(out, " via");
      vec_each(int, i, &m->path) fprintf(out, " %d", *i);
    }
    fputc('\n', out);
  }
}

static void dump_type(Package *p, Object *obj, FILE *out) {
  Type *t = obj->type;
  if (obj->type_.alias) {
    fprintf(out, "type %s = %s\n", obj->name->s, type_string(perm, t, p));
    return;
  }
  if (is_generic(t)) {
    fprintf(out, "type %s %s\n", type_string(perm, t, p),
            type_string(perm, under(t), p));
    return;
  }
  Type *u = under(t);
  fprintf(out, "type %s %s // size %lld, align %lld%s%s\n", obj->name->s,
          type_string(perm, u, p), (long long)type_size(t),
          (long long)type_align(t),
          type_has_pointers(t) ? ", pointers" : "",
          comparable_type(t, NULL) ? "" : ", not comparable");
  dump_layout(p, u, out);
  if (u->kind != TY_INTERFACE) {
    dump_methods(p, t, "", out);
    dump_methods(p, type_pointer(t), "*", out);
  }
}

static void dump_func(Package *p, FuncInfo *info, FILE *out) {
  Object *obj = info->obj;
  char *sig = method_string(perm, obj, p);
  if (info->sig->func.recv)
    fprintf(out, "func (%s) %s", type_string(perm, info->sig->func.recv->type,
                                             p), sig);
  else
    fprintf(out, "func %s", sig);
  if (info->has_defer) fprintf(out, " // defers");
  if (info->has_recover) fprintf(out, " // recovers");
  fputc('\n', out);
  vec_each(FuncInfo *, lit, &info->lits) {
    fprintf(out, "\tliteral %s", type_string(perm, (*lit)->sig, p));
    if ((*lit)->captures.len) fprintf(out, " captures");
    vec_each(Object *, v, &(*lit)->captures)
      fprintf(out, " %s", (*v)->name->s);
    fputc('\n', out);
  }
}

void type_write_dump(Package *p, FILE *out) {
  fprintf(out, "package %s // %s\n", p->name->s, p->path);
  vec_each(Package *, i, &p->imports)
    fprintf(out, "import \"%s\"\n", (*i)->path);
  vec_each(Object *, q, &p->scope->objects) {
    Object *obj = *q;
    if (!obj->type) continue;
    if (obj->kind == OBJ_CONST) dump_const(p, obj, out);
    if (obj->kind == OBJ_TYPE) dump_type(p, obj, out);
    if (obj->kind == OBJ_VAR)
      fprintf(out, "var %s %s\n", obj->name->s,
              type_string(perm, obj->type, p));
  }
  vec_each(FuncInfo *, f, &p->funcs) dump_func(p, *f, out);
  vec_each(InitEntry *, q, &p->init_order) {
    fprintf(out, "init");
    vec_each(Object *, v, &(*q)->lhs) fprintf(out, " %s", (*v)->name->s);
    fprintf(out, " = %s\n", expr_string(perm, (*q)->rhs));
  }
}
