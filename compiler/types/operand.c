// SPDX-License-Identifier: MIT
//
// Operands: how messages describe expressions and types, which variable an
// expression is part of, and checking what is left after an error so that
// the names in it count as used.
#include "types.h"

const char *type_str(Checker *c, Type *t) {
  if (!t)
    t = type_invalid;
  return type_string(perm, t, c->pkg);
}

// Follow-on errors mention invalid operands or types. One error is enough.
static bool is_follow_on(const char *text) {
  if (diag_error_count() == 0)
    return false;
  const char *op = strstr(text, "invalid operand");
  const char *type = strstr(text, "invalid type");
  return (op && op > text) || (type && type > text);
}

void check_error(Checker *c, Pos pos, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *text = arena_vprintf(perm, fmt, ap);
  va_end(ap);
  if (is_follow_on(text))
    return;
  // An error in a repeated constant expression belongs to the constant.
  error_at(c->iota_pos ? c->iota_pos : pos, "%s", text);
}

const char *lang_origin(Checker *c) {
  int lang = c->file->lang;
  if (build_lang(c->file->build_constraint) == lang)
    return arena_printf(perm, " (file declares //go:build go1.%d)", lang);
  return arena_printf(perm, " (-lang was set to go1.%d; check go.mod)",
                      package_lang(c->pkg));
}

bool has_lang(Checker *c, int minor) {
  return !c->file || c->file->lang == 0 || c->file->lang >= minor;
}

bool require_lang(Checker *c, Pos pos, int minor, const char *what) {
  if (has_lang(c, minor))
    return true;
  check_error(c, pos, "%s requires go1.%d or later%s", what, minor,
              lang_origin(c));
  return false;
}

const char *composite_kind(Type *t) {
  switch (under(t)->kind) {
  case TY_ARRAY: return "array";
  case TY_SLICE: return "slice";
  case TY_STRUCT: return "struct";
  case TY_POINTER: return "pointer";
  case TY_FUNC: return "func";
  case TY_INTERFACE: return "interface";
  case TY_MAP: return "map";
  case TY_CHAN: return "chan";
  case TY_TUPLE: return "tuple";
  case TY_UNION: return "union";
  default: return "";
  }
}

static const char *mode_text(const Expr *x) {
  switch (x->mode) {
  case MODE_INVALID: return "invalid operand";
  case MODE_NOVALUE: return "no value";
  case MODE_BUILTIN: return "built-in";
  case MODE_TYPE: return "type";
  case MODE_CONST: return "constant";
  case MODE_VAR: return "variable";
  case MODE_MAPINDEX: return "map index expression";
  case MODE_COMMAOK: return "comma, ok expression";
  case MODE_NIL: return "nil";
  case MODE_VALUE: case MODE_TUPLE: break;
  }
  return "value";
}

// Results as the signature names them: "(n int, err error)".
static void add_tuple(Checker *c, Buf *b, const Expr *x) {
  while (x->kind == E_PAREN)
    x = x->paren.x;
  Type *sig = x->kind == E_CALL && x->call.fun->type
                  ? under(x->call.fun->type)
                  : NULL;
  if (!sig || sig->kind != TY_FUNC) {
    buf_adds(b, type_str(c, x->type));
    return;
  }
  buf_addc(b, '(');
  for (int i = 0; i < sig->func.results.len; i++) {
    Object *r = sig->func.results.at[i];
    buf_adds(b, i ? ", " : "");
    if (r->name && r->name->len)
      buf_printf(b, "%s ", r->name->s);
    buf_adds(b, type_str(c, r->type));
  }
  buf_addc(b, ')');
}

// " of type T", with what kind of type T is if it has a name of its own.
static void add_type(Checker *c, Buf *b, const Expr *x) {
  Type *t = x->type, *shown = shown_type(x);
  if (t->kind == TY_INVALID) {
    buf_adds(b, " with invalid type");
    return;
  }
  buf_adds(b, " of ");
  if (is_generic(t))
    buf_adds(b, "generic ");
  if (t->kind != TY_TYPEPARAM &&
      (t->kind == TY_NAMED || t == type_any || t->alias || shown)) {
    const char *kind = composite_kind(t);
    Type *u = under(t);
    if (*kind == 0 && u->kind == TY_BASIC)
      kind = u->basic.name;
    if (*kind)
      buf_printf(b, "%s ", kind);
  }
  buf_adds(b, "type ");
  if (x->mode == MODE_TUPLE)
    add_tuple(c, b, x);
  else
    buf_adds(b, type_str(c, shown ? shown : t));
  if (t->kind != TY_TYPEPARAM)
    return;
  buf_printf(b, " constrained by %s", type_str(c, t->tparam.constraint));
  Type *bound = under(t);
  if (bound->kind == TY_INTERFACE && bound->interface.has_terms &&
      !bound->interface.terms.len)
    buf_adds(b, " with empty type set");
}

char *operand_string(Checker *c, const Expr *x) {
  if (x->mode == MODE_NIL) {
    if (!x->type || x->type->kind == TY_INVALID)
      return "nil (with invalid type)";
    if (is_untyped(x->type))
      return "nil";
    return arena_printf(perm, "nil (of type %s)", type_str(c, x->type));
  }
  Buf b = {0};
  const char *text = expr_string(perm, x);
  buf_printf(&b, "%s (", text);
  bool has_type = false;
  if (x->mode > MODE_TYPE && x->type) {
    if (is_untyped(x->type))
      buf_printf(&b, "%s ", x->type->basic.name);
    else
      has_type = true;
  }
  buf_adds(&b, mode_text(x));
  if (x->mode == MODE_CONST && x->cv) {
    const char *val = const_to_string(perm, x->cv);
    if (strcmp(val, text) != 0)
      buf_printf(&b, " %s", val);
  }
  if (has_type)
    add_type(c, &b, x);
  buf_addc(&b, ')');
  return b.at;
}

static const char *summary_of(Checker *c, Type *t) {
  if (!t || t->kind == TY_INVALID)
    return "unknown type";
  if (!is_untyped(t))
    return type_str(c, t);
  if (is_numeric(t))
    return "number";
  const char *name = t->basic.name;
  return strncmp(name, "untyped ", 8) == 0 ? name + 8 : name;
}

char *types_summary(Checker *c, Type *const *types, int n, bool variadic,
                    bool spread) {
  Buf b = {0};
  buf_addc(&b, '(');
  for (int i = 0; i < n; i++) {
    Type *t = types[i];
    bool last = i == n - 1;
    buf_adds(&b, i ? ", " : "");
    if (last && variadic) {
      buf_adds(&b, "...");
      if (t && t->kind == TY_SLICE)
        t = t->slice.elem;
    }
    buf_adds(&b, summary_of(c, t));
    if (last && spread)
      buf_adds(&b, "...");
  }
  buf_addc(&b, ')');
  return b.at;
}

bool is_blank(const Expr *x) {
  return x->kind == E_IDENT && x->ident.name->len == 1 &&
         x->ident.name->s[0] == '_';
}

// ---- variables -------------------------------------------------------------

static bool is_pointer_type(Type *t) {
  return t && under(t)->kind == TY_POINTER;
}

Object *root_variable(Expr *x) {
  for (;;) {
    switch (x->kind) {
    case E_PAREN:
      x = x->paren.x;
      break;
    case E_IDENT: {
      Object *o = x->ident.obj;
      return o && o->kind == OBJ_VAR ? o : NULL;
    }
    case E_SELECTOR: {
      Selection *s = x->selector.selection;
      if (!s) {  // a variable of another package
        Object *o = x->selector.sel->ident.obj;
        return o && o->kind == OBJ_VAR ? o : NULL;
      }
      if (s->kind != SEL_FIELD || s->indirect)
        return NULL;
      x = x->selector.x;
      if (is_pointer_type(x->type))
        return NULL;
      break;
    }
    case E_INDEX:
      x = x->index.x;
      if (!x->type || under(x->type)->kind != TY_ARRAY)
        return NULL;
      break;
    default:
      return NULL;
    }
  }
}

void mark_addr_taken(Expr *x) {
  Object *v = root_variable(x);
  if (v)
    v->var.addr_taken = true;
}

// ---- after errors ----------------------------------------------------------

static bool use_one(Checker *c, Expr *x, bool lhs) {
  Expr *inner = unparen(x);
  if (inner->kind == E_KEY_VALUE)
    return use_one(c, inner->kv.value, lhs);
  if (inner->kind != E_IDENT) {
    check_generic_expr(c, x);
    return x->mode != MODE_INVALID;
  }
  if (is_blank(inner))
    return true;
  Object *v = NULL;
  bool was_used = false;
  if (lhs) {
    v = scope_lookup_outward(c->scope, inner->ident.name, inner->pos, NULL);
    was_used = v && v->used;
  }
  check_generic_expr(c, x);
  if (v && v->kind == OBJ_VAR && v->pkg == c->pkg)
    v->used = was_used;
  return x->mode != MODE_INVALID;
}

bool use_expr(Checker *c, Expr *x) { return use_one(c, x, false); }

bool use_lhs(Checker *c, Expr *x) { return use_one(c, x, true); }

bool use_exprs(Checker *c, ExprVec *list) {
  bool ok = true;
  vec_each(Expr *, x, list) {
    if (!use_one(c, *x, false))
      ok = false;
  }
  return ok;
}
