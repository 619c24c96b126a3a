// SPDX-License-Identifier: MIT
//
// "did you mean": the name in reach that is nearest to one that is not. The
// measure counts letters inserted, dropped, replaced, and neighbours that
// changed places; a name may be off by one for every three letters. What is
// found goes into a note at its declaration, behind Go's own message.
#include <dirent.h>

#include "types.h"

enum { LONGEST = 40, ALIKE_DEPTH = 8 };

static int least(int a, int b) { return a < b ? a : b; }

// The number of slips between two names; more than enough if one is long.
static int distance(const char *a, size_t n, const char *b, size_t m) {
  int row[3][LONGEST + 1];  // two rows back, one back, this one
  if (n > LONGEST || m > LONGEST) return LONGEST;
  for (size_t j = 0; j <= m; j++) row[1][j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    row[2][0] = (int)i;
    for (size_t j = 1; j <= m; j++) {
      int same = a[i - 1] == b[j - 1];
      int d = least(row[1][j - 1] + !same,
                    least(row[1][j], row[2][j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d = least(d, row[0][j - 2] + 1);
      row[2][j] = d;
    }
    memcpy(row[0], row[1], sizeof row[0]);
    memcpy(row[1], row[2], sizeof row[1]);
  }
  return row[1][m];
}

typedef struct Nearest {
  const Name *wanted;
  Package *pkg;      // what others do not export is out of its reach
  Object *obj;       // the best so far, or NULL
  int slips;         // of it; at first one more than is allowed
} Nearest;

static Nearest nearest_new(Checker *c, const Name *wanted) {
  return (Nearest){wanted, c->pkg, NULL, (int)wanted->len / 3 + 1};
}

static void consider(Nearest *n, Object *o) {
  if (!o || !o->name || !o->name->len || o->name->s[0] == '_') return;
  if (n->wanted->len < 3 || o->kind == OBJ_LABEL || o->kind == OBJ_BAD) return;
  if (o->kind == OBJ_PKGNAME && o->pkgname.imported->fake) return;
  if (o->pkg && o->pkg != n->pkg && !name_is_exported(o->name)) return;
  int d = distance(n->wanted->s, n->wanted->len, o->name->s, o->name->len);
  if (d >= n->slips) return;
  n->slips = d;
  n->obj = o;
}

static void consider_all(Nearest *n, ObjectVec *list) {
  vec_each(Object *, o, list) consider(n, *o);
}

// Names the universe has no place for are noted where they were misspelt.
static void note_nearest(const Nearest *n, Pos pos) {
  if (n->obj)
    note_at(n->obj->pos ? n->obj->pos : pos, "did you mean %s?",
            n->obj->name->s);
}

void suggest_name(Checker *c, Expr *x) {
  Nearest n = nearest_new(c, x->ident.name);
  for (Scope *s = c->scope; s; s = s->outer)
    vec_each(Object *, o, &s->objects)
      if ((*o)->scope_start <= x->pos) consider(&n, *o);
  note_nearest(&n, x->pos);
}

void suggest_exported(Checker *c, Expr *x, Package *pkg) {
  Nearest n = nearest_new(c, x->ident.name);
  consider_all(&n, &pkg->scope->objects);
  note_nearest(&n, x->pos);
}

static void consider_members(Nearest *n, Type *t, int depth) {
  t = deref(t, NULL);
  if (t->kind == TY_NAMED)
    consider_all(n, &(t->named.origin ? t->named.origin : t)->named.methods);
  Type *u = under(t);
  if (u->kind == TY_INTERFACE) {
    interface_complete(u);
    consider_all(n, &u->interface.all);
  }
  if (u->kind != TY_STRUCT || depth == ALIKE_DEPTH) return;
  consider_all(n, &u->struct_.fields);
  vec_each(Object *, f, &u->struct_.fields)
    if ((*f)->var.embedded && (*f)->type)
      consider_members(n, (*f)->type, depth + 1);
}

void suggest_member(Checker *c, Expr *x, Type *t) {
  Nearest n = nearest_new(c, x->ident.name);
  consider_members(&n, t, 0);
  note_nearest(&n, x->pos);
}

void suggest_field(Checker *c, Expr *x, Type *t) {
  Nearest n = nearest_new(c, x->ident.name);
  if (under(t)->kind == TY_STRUCT)
    consider_all(&n, &under(t)->struct_.fields);
  note_nearest(&n, x->pos);
}

// ---- packages --------------------------------------------------------------

// The entry of a folder whose name is nearest to elem, or NULL.
static const char *nearest_folder(const char *dir, const char *elem,
                                  size_t len) {
  DIR *d = opendir(dir);
  const char *best = NULL;
  int slips = (int)len / 3;
  struct dirent *e;
  while (d && (e = readdir(d))) {
    size_t n = strlen(e->d_name);
    if (strchr(e->d_name, '.')) continue;
    int now = distance(elem, len, e->d_name, n);
    if (now > slips) continue;
    if (now == slips && (!best || strcmp(best, e->d_name) < 0)) continue;
    slips = now;
    best = arena_strndup(perm, e->d_name, n);
  }
  if (d) closedir(d);
  return best;
}

const char *nearest_package(const char *root, const char *path) {
  Buf b = {0};
  for (const char *s = path; *s;) {
    size_t n = strcspn(s, "/");
    const char *dir = b.len ? arena_printf(perm, "%s/%s", root, b.at) : root;
    const char *elem = nearest_folder(dir, s, n);
    if (!elem) return NULL;
    buf_printf(&b, "%s%s", b.len ? "/" : "", elem);
    s += n + (s[n] == '/');
  }
  return b.at;
}
