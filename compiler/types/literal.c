// SPDX-License-Identifier: MIT
//
// Literals: basic ones, function literals, and composite literals with their
// keys, indices and elided types. A composite literal whose elided type is a
// pointer has that pointer type and stands for &T{...}.
#include "types.h"

enum { LONGEST_NUMBER = 10000 };

// ---- basic literals --------------------------------------------------------

static void literal_lang(Checker *c, Expr *x) {
  const char *s = x->lit.text->s;
  if (x->lit.text->len <= 2 || !c->file || c->file->lang == 0 ||
      c->file->lang >= 13)
    return;
  const char *what = NULL;
  char radix = s[0] == '0' ? s[1] | 0x20 : 0;
  if (strchr(s, '_'))
    what = "underscore in numeric literal";
  else if (radix == 'b')
    what = "binary literal";
  else if (radix == 'o')
    what = "0o/0O-style octal literal";
  else if (radix == 'x' && x->op != T_INT)
    what = "hexadecimal floating-point literal";
  if (what)
    require_lang(c, x->pos, 13, what);
}

static BasicKind literal_kind(Token kind) {
  switch (kind) {
  case T_INT: return B_UNTYPED_INT;
  case T_FLOAT: return B_UNTYPED_FLOAT;
  case T_IMAG: return B_UNTYPED_COMPLEX;
  case T_CHAR: return B_UNTYPED_RUNE;
  default: return B_UNTYPED_STRING;
  }
}

void check_basic_lit(Checker *c, Expr *x) {
  Name *text = x->lit.text;
  if (x->op != T_STRING && x->op != T_CHAR) {
    literal_lang(c, x);
    if (text->len > LONGEST_NUMBER) {
      check_error(c, x->pos, "excessively long constant: %.10s... (%u chars)",
                  text->s, text->len);
      return;
    }
  }
  Const *cv = const_from_literal(text, x->op);
  if (!cv) {
    check_error(c, x->pos, "malformed constant: %s", text->s);
    return;
  }
  x->mode = MODE_CONST;
  x->type = types_basic[literal_kind(x->op)];
  x->cv = cv;
  check_overflow(c, x, x->pos);
}

// ---- function literals -----------------------------------------------------

typedef struct DelayedBody {
  FuncInfo *info;
  Object *decl;
  File *file;
  Const *iota;
} DelayedBody;

static void run_body(Checker *c, void *data) {
  DelayedBody *d = data;
  Object *decl = c->decl;
  File *file = c->file;
  const Const *iota = c->iota;
  c->decl = d->decl;
  c->file = d->file;
  c->iota = d->iota;
  check_func_body(c, d->info);
  c->decl = decl;
  c->file = file;
  c->iota = (Const *)iota;
}

static FuncInfo *literal_info(Checker *c, Expr *x) {
  FuncInfo *f = NEW(FuncInfo);
  f->outer = c->func;
  f->lit = x;
  f->pkg = c->pkg;
  f->body = x->func.body;
  f->scope = scope_new(c->scope, f);
  if (c->func)
    vec_push(&c->func->lits, f);
  else
    vec_push(&c->pkg->global_lits, f);
  return f;
}

// Bodies outside functions wait until every declaration is known: they may
// use the very variable that is being declared.
void check_func_lit(Checker *c, Expr *x) {
  if (x->func.info) {  // seen before, after an error
    x->mode = MODE_VALUE;
    x->type = x->func.info->sig;
    return;
  }
  FuncInfo *f = literal_info(c, x);
  x->func.info = f;
  f->sig = type_func_new();
  check_signature(c, f->sig, x->func.type, NULL, f->scope, f);
  x->func.type->mode = MODE_TYPE;
  x->func.type->type = f->sig;
  if (!f->sig || f->sig->kind != TY_FUNC) {
    x->func.info = NULL;
    return;
  }
  x->mode = MODE_VALUE;
  x->type = f->sig;
  if (!f->body)
    return;
  // In an array length the types around may be incomplete.
  if (c->func && !c->in_length) {
    check_func_body(c, f);
    return;
  }
  DelayedBody *d = NEW(DelayedBody);
  *d = (DelayedBody){f, c->decl, c->file, (Const *)c->iota};
  check_later(c, run_body, d);
}

// ---- structs ---------------------------------------------------------------

static int field_index(Checker *c, ObjectVec *fields, Name *name) {
  bool exported = name_is_exported(name);
  for (int i = 0; i < fields->len; i++) {
    Object *f = fields->at[i];
    if (f->name == name && (exported || f->pkg == c->pkg))
      return i;
  }
  return -1;
}

// Finding the fields of a literal by name must not take time quadratic in
// their number.
static Map *field_table(Checker *c, ObjectVec *fields) {
  Map *m = NEW(Map);
  vec_each(Object *, f, fields) {
    Name *name = (*f)->name;
    bool blank = name && name->len == 1 && name->s[0] == '_';
    if (name && !blank && field_index(c, &(ObjectVec){f, 1, 1}, name) == 0)
      map_put(m, name, *f);
  }
  return m;
}

static void keyed_field(Checker *c, Expr *e, Type *base, Map *fields,
                        Map *seen) {
  if (e->kind != E_KEY_VALUE) {
    check_error(c, expr_start(e),
                "mixture of field:value and value elements in struct literal");
    use_expr(c, e);
    return;
  }
  Expr *key = e->kv.key;
  Object *field =
      key->kind == E_IDENT ? map_get(fields, key->ident.name) : NULL;
  check_expr_hint(c, e->kv.value, NULL);
  if (key->kind != E_IDENT) {
    check_error(c, expr_start(e), "invalid field name %s in struct literal",
                expr_string(perm, key));
    return;
  }
  if (!field) {
    check_error(c, key->pos, "%s",
                lookup_error(c, base, type_str(c, base), key->ident.name,
                             true));
    suggest_field(c, key, base);
    return;
  }
  key->ident.obj = field;
  key->type = field->type;
  check_assignment(c, e->kv.value, field->type, "struct literal");
  if (map_has(seen, field))
    check_error(c, expr_start(e), "duplicate field name %s in struct literal",
                key->ident.name->s);
  map_put(seen, field, field);
}

static void positional_fields(Checker *c, Expr *x, Type *base,
                              ObjectVec *fields) {
  ExprVec *elems = &x->composite.elems;
  for (int i = 0; i < elems->len; i++) {
    Expr *e = elems->at[i];
    if (e->kind == E_KEY_VALUE) {
      check_error(c, expr_start(e),
                  "mixture of field:value and value elements in struct "
                  "literal");
      use_expr(c, e->kv.value);
      continue;
    }
    check_expr(c, e);
    if (i >= fields->len) {
      check_error(c, expr_start(e),
                  "too many values in struct literal of type %s",
                  type_str(c, base));
      for (int j = i + 1; j < elems->len; j++)
        use_expr(c, elems->at[j]);
      return;
    }
    Object *f = fields->at[i];
    if (f->pkg != c->pkg && f->name && !name_is_exported(f->name)) {
      check_error(c, expr_start(e),
                  "implicit assignment to unexported field %s in struct "
                  "literal of type %s",
                  f->name->s, type_str(c, base));
      continue;
    }
    check_assignment(c, e, f->type, "struct literal");
  }
  if (elems->len < fields->len)
    check_error(c, x->composite.rbrace,
                "too few values in struct literal of type %s",
                type_str(c, base));
}

static void struct_literal(Checker *c, Expr *x, Type *base, Type *u) {
  ExprVec *elems = &x->composite.elems;
  if (elems->len == 0)
    return;
  ObjectVec *fields = &u->struct_.fields;
  if (elems->at[0]->kind != E_KEY_VALUE) {
    positional_fields(c, x, base, fields);
    return;
  }
  Map *table = field_table(c, fields);
  Map seen = {0};
  vec_each(Expr *, e, elems)
    keyed_field(c, *e, base, table, &seen);
}

// ---- arrays, slices, maps --------------------------------------------------

// Only literals without a type take their type from the context.
static void check_element(Checker *c, Expr *x, Type *elem) {
  check_expr_hint(c, x, x->kind == E_COMPOSITE_LIT ? elem : NULL);
}

// Returns one more than the largest index. length < 0: not limited.
static int64_t indexed_elements(Checker *c, ExprVec *elems, Type *elem,
                                int64_t length) {
  Map seen = {0};
  int64_t index = 0, max = 0;
  vec_each(Expr *, p, elems) {
    Expr *e = *p, *value = e;
    bool valid = false;
    if (e->kind == E_KEY_VALUE) {
      int64_t v;
      value = e->kv.value;
      if (check_index_value(c, e->kv.key, length, &v)) {
        valid = v >= 0;
        if (valid)
          index = v;
        else
          check_error(c, expr_start(e), "index %s must be integer constant",
                      expr_string(perm, e->kv.key));
      }
    } else if (length >= 0 && index >= length) {
      check_error(c, expr_start(e), "index %lld is out of bounds (>= %lld)",
                  (long long)index, (long long)length);
    } else {
      valid = true;
    }
    // Indices are keys of a map of pointers: shifted by one as NULL is none.
    const void *slot = (const void *)(uintptr_t)(index + 1);
    if (valid && map_has(&seen, slot))
      check_error(c, expr_start(e),
                  "duplicate index %lld in array or slice literal",
                  (long long)index);
    if (valid)
      map_put(&seen, slot, (void *)e);
    index = index == INT64_MAX ? index : index + 1;
    if (index > max)
      max = index;
    check_element(c, value, elem);
    check_assignment(c, value, elem, "array or slice literal");
  }
  return max;
}

static bool is_duplicate_key(Expr *key, bool by_type, StrMap *seen) {
  Buf b = {0};
  const_key(&b, key->cv);
  if (by_type) {
    buf_addc(&b, '\0');
    buf_adds(&b, type_link_string(perm, key->type));
  }
  if (strmap_get(seen, b.at, b.len))
    return true;
  strmap_put(seen, b.at, b.len, key);
  return false;
}

static void map_literal(Checker *c, Expr *x, Type *u) {
  StrMap seen = {0};
  bool by_type = is_interface(u->map.key);
  vec_each(Expr *, p, &x->composite.elems) {
    Expr *e = *p;
    if (e->kind != E_KEY_VALUE) {
      check_error(c, expr_start(e), "missing key in map literal");
      use_expr(c, e);
      continue;
    }
    Expr *key = e->kv.key, *value = e->kv.value;
    check_element(c, key, u->map.key);
    check_assignment(c, key, u->map.key, "map literal");
    if (key->mode == MODE_CONST && key->cv &&
        is_duplicate_key(key, by_type, &seen))
      check_error(c, expr_start(key), "duplicate key %s in map literal",
                  const_to_string(perm, key->cv));
    check_element(c, value, u->map.elem);
    check_assignment(c, value, u->map.elem, "map literal");
  }
}

// ---- composite literals ----------------------------------------------------

// [...]T{...}
static void open_array(Checker *c, Expr *x) {
  Expr *type = x->composite.type;
  Type *elem = check_var_type(c, type->array.elem);
  int64_t n = indexed_elements(c, &x->composite.elems, elem, -1);
  if (elem->kind == TY_INVALID)
    return;
  x->mode = MODE_VALUE;
  x->type = type_array(elem, n);
  type->mode = MODE_TYPE;
  type->type = x->type;
}

static void bad_literal(Checker *c, Expr *x, Type *t, Type *u) {
  vec_each(Expr *, e, &x->composite.elems)
    use_expr(c, *e);
  if (u->kind != TY_INVALID)
    check_error(c, expr_start(x), "invalid composite literal%s type %s",
                x->composite.type ? "" : " element", type_str(c, t));
}

void check_composite(Checker *c, Expr *x, Type *hint) {
  Expr *type = x->composite.type;
  Type *t = type_invalid;
  if (type && type->kind == E_ARRAY_TYPE && type->array.ellipsis) {
    open_array(c, x);
    return;
  }
  if (type)
    t = check_type(c, type);
  else if (hint)
    t = hint;
  else
    check_error(c, x->pos, "missing type in composite literal");
  Type *base = t;
  Type *u = common_under(base);
  if (!type && u && u->kind == TY_POINTER) {
    base = u->pointer.elem;
    u = common_under(base);
  }
  if (!u) {
    vec_each(Expr *, e, &x->composite.elems)
      use_expr(c, *e);
    check_error(c, expr_start(x),
                "invalid composite literal%s type %s (no common underlying "
                "type)",
                type ? "" : " element", type_str(c, t));
    return;
  }
  switch (u->kind) {
  case TY_STRUCT:
    struct_literal(c, x, base, u);
    break;
  case TY_ARRAY:
    indexed_elements(c, &x->composite.elems, u->array.elem, u->array.len);
    break;
  case TY_SLICE:
    indexed_elements(c, &x->composite.elems, u->slice.elem, -1);
    break;
  case TY_MAP:
    map_literal(c, x, u);
    break;
  default:
    bad_literal(c, x, t, u);
    return;
  }
  x->mode = MODE_VALUE;
  x->type = t;
}
