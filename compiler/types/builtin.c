// SPDX-License-Identifier: MIT
//
// Calls of builtin functions, those of package unsafe too. Leaves untyped
// arguments with the type the builtin uses them at.
#include "types.h"

typedef struct BuiltinInfo {
  int nargs;
  bool variadic;
  bool statement;  // may stand alone as a statement
} BuiltinInfo;

static const BuiltinInfo builtins[] = {
    [BUILTIN_APPEND] = {1, true, false},
    [BUILTIN_CAP] = {1, false, false},
    [BUILTIN_CLEAR] = {1, false, true},
    [BUILTIN_CLOSE] = {1, false, true},
    [BUILTIN_COMPLEX] = {2, false, false},
    [BUILTIN_COPY] = {2, false, true},
    [BUILTIN_DELETE] = {2, false, true},
    [BUILTIN_IMAG] = {1, false, false},
    [BUILTIN_LEN] = {1, false, false},
    [BUILTIN_MAKE] = {1, true, false},
    [BUILTIN_MAX] = {1, true, false},
    [BUILTIN_MIN] = {1, true, false},
    [BUILTIN_NEW] = {1, false, false},
    [BUILTIN_PANIC] = {1, false, true},
    [BUILTIN_PRINT] = {0, true, true},
    [BUILTIN_PRINTLN] = {0, true, true},
    [BUILTIN_REAL] = {1, false, false},
    [BUILTIN_RECOVER] = {0, false, true},
    [BUILTIN_UNSAFE_ADD] = {2, false, false},
    [BUILTIN_UNSAFE_ALIGNOF] = {1, false, false},
    [BUILTIN_UNSAFE_OFFSETOF] = {1, false, false},
    [BUILTIN_UNSAFE_SIZEOF] = {1, false, false},
    [BUILTIN_UNSAFE_SLICE] = {2, false, false},
    [BUILTIN_UNSAFE_SLICEDATA] = {1, false, false},
    [BUILTIN_UNSAFE_STRING] = {2, false, false},
    [BUILTIN_UNSAFE_STRINGDATA] = {1, false, false},
};

bool builtin_is_statement(BuiltinId id) { return builtins[id].statement; }

static bool is_const(const Expr *x) {
  return x->mode == MODE_CONST && x->cv;
}

static void value(Expr *e, Type *t) {
  e->mode = MODE_VALUE;
  e->type = t;
}

static void constant(Expr *e, Type *t, Const *cv) {
  e->mode = MODE_CONST;
  e->type = t;
  e->cv = cv;
}

static Type *array_behind_pointer(Type *u) {
  if (u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_ARRAY)
    return under(u->pointer.elem);
  return u;
}

static Type *byte_slice(void) {
  static Type *t;
  if (!t)
    t = type_slice(type_byte);
  return t;
}

static bool bytes_or_string(Type *u, void *has_string) {
  if (is_string(u)) {
    *(bool *)has_string = true;
    return true;
  }
  return u->kind == TY_SLICE && identical(u->slice.elem, type_byte);
}

// []byte or a string: what may be appended or copied to bytes.
static bool is_bytes_or_string(Expr *x, bool *has_string) {
  *has_string = false;
  return x->mode != MODE_NIL &&
         each_under(x->type, bytes_or_string, has_string);
}

static bool is_slice(Type *u, void *data) {
  (void)data;
  return u->kind == TY_SLICE;
}

typedef struct SliceElems {  // of a type set of slices
  Type *first, *other;
} SliceElems;

static bool note_elem(Type *u, void *data) {
  SliceElems *s = data;
  if (u->kind != TY_SLICE)
    return false;
  if (!s->first)
    s->first = u->slice.elem;
  else if (!s->other && !identical(s->first, u->slice.elem))
    s->other = u->slice.elem;
  return true;
}

static Type *slice_elem(Checker *c, Expr *x, const char *what) {
  if (x->mode == MODE_NIL) {
    check_error(c, expr_start(x),
                "invalid %s: argument must be a slice; have untyped nil",
                what);
    return NULL;
  }
  Element e;
  if (each_under(x->type, is_slice, NULL) && element_of(x->type, true, &e))
    return e.elem;
  SliceElems s = {NULL, NULL};
  if (each_under(x->type, note_elem, &s))
    check_error(c, expr_start(x), "invalid %s: mismatched slice element types "
                "%s and %s in %s", what, type_str(c, s.first),
                type_str(c, s.other), operand_string(c, x));
  else
    check_error(c, expr_start(x),
                "invalid %s: argument must be a slice; have %s", what,
                operand_string(c, x));
  return NULL;
}

// ---- slices, maps and channels ---------------------------------------------

static void builtin_append(Checker *c, Expr *e, ExprVec *args) {
  Expr *x = args->at[0];
  Type *elem = slice_elem(c, x, "append");
  if (!elem)
    return;
  bool has_string = false;
  if (args->len == 2 && e->call.spread &&
      assignable(c, x, byte_slice(), NULL) &&
      is_bytes_or_string(args->at[1], &has_string) && has_string) {
    use_default_type(c, args->at[1]);
    value(e, x->type);
    return;
  }
  Type *sig = type_func_new();
  Type *params[] = {x->type, type_slice(elem)};
  for (int i = 0; i < 2; i++)
    vec_push(&sig->func.params,
             object_new(OBJ_VAR, x->pos, c->pkg, NULL, params[i]));
  sig->func.variadic = true;
  check_arguments(c, e, sig, args);
  value(e, x->type);
}

static void builtin_copy(Checker *c, Expr *e, ExprVec *args) {
  Expr *x = args->at[0], *y = args->at[1];
  bool has_string;
  bool special = x->mode != MODE_NIL &&
                 assignable(c, x, byte_slice(), NULL) &&
                 is_bytes_or_string(y, &has_string);
  if (!special) {
    Type *dst = slice_elem(c, x, "copy");
    if (!dst)
      return;
    Type *src = is_string(y->type) ? type_byte : slice_elem(c, y, "copy");
    if (!src)
      return;
    if (!identical(dst, src)) {
      check_error(c, expr_start(x),
                  "invalid copy: arguments %s and %s have different element "
                  "types %s and %s",
                  operand_string(c, x), operand_string(c, y),
                  type_str(c, dst), type_str(c, src));
      return;
    }
  }
  use_default_type(c, y);
  value(e, types_basic[B_INT]);
}

static bool has_length(Type *u, void *is_len) {
  u = array_behind_pointer(u);
  return u->kind == TY_ARRAY || u->kind == TY_SLICE || u->kind == TY_CHAN ||
         (*(bool *)is_len && (is_string(u) || u->kind == TY_MAP));
}

static void builtin_len(Checker *c, Expr *e, Expr *x, BuiltinId id) {
  Type *t = array_behind_pointer(under(x->type));
  Type *result = types_basic[B_INT];
  bool len = id == BUILTIN_LEN;
  if (x->mode == MODE_NIL) {
    // falls to the error
  } else if (is_type_param(x->type)) {
    if (each_under(x->type, has_length, &len))
      value(e, result);
  } else if (t->kind == TY_ARRAY) {
    if (c->has_call_or_recv)
      value(e, result);
    else
      constant(e, result, const_from_int64(t->array.len));
  } else if (len && is_string(t)) {
    size_t n;
    if (is_const(x)) {
      const_string(x->cv, &n);
      use_default_type(c, x);
      constant(e, result, const_from_int64((int64_t)n));
    } else {
      value(e, result);
    }
  } else if (t->kind == TY_SLICE || t->kind == TY_CHAN ||
             (len && t->kind == TY_MAP)) {
    value(e, result);
  }
  if (e->mode == MODE_INVALID && t->kind != TY_INVALID)
    check_error(c, expr_start(x), "invalid argument: %s for built-in %s",
                operand_string(c, x), builtin_name(id));
}

static bool clearable(Type *u, void *data) {
  (void)data;
  return u->kind == TY_MAP || u->kind == TY_SLICE;
}

static void builtin_clear(Checker *c, Expr *e, Expr *x) {
  require_lang(c, expr_start(e->call.fun), 21, "clear");
  if (!each_under(x->type, clearable, NULL)) {
    check_error(c, expr_start(x),
                "invalid argument: cannot clear %s: argument must be (or "
                "constrained by) map or slice",
                operand_string(c, x));
    return;
  }
  e->mode = MODE_NOVALUE;
}

// Sets the fault of a type that cannot be closed.
static bool closable(Type *u, void *what) {
  const char **fault = what;
  if (u->kind != TY_CHAN)
    *fault = "non-channel";
  else if (!(u->chan.dir & GL_SEND_DIR))
    *fault = "receive-only channel";
  return !*fault;
}

static void builtin_close(Checker *c, Expr *e, Expr *x) {
  const char *what = NULL;
  if (!each_under(x->type, closable, &what) && !what)
    what = "non-channel";
  if (what) {
    check_error(c, expr_start(x), "invalid operation: cannot close %s %s",
                what, operand_string(c, x));
    return;
  }
  e->mode = MODE_NOVALUE;
}

typedef struct Keys {
  Type *key;
  bool differ;
} Keys;

static bool add_key(Type *u, void *data) {
  Keys *k = data;
  if (u->kind != TY_MAP)
    return false;
  k->differ = k->key && !identical(k->key, u->map.key);
  k->key = u->map.key;
  return !k->differ;
}

static void builtin_delete(Checker *c, Expr *e, ExprVec *args) {
  Expr *x = args->at[0];
  Keys elem = {NULL, false};
  if (!each_under(x->type, add_key, &elem)) {
    check_error(c, expr_start(x),
                elem.differ ? "invalid argument: maps of %s must have "
                              "identical key types"
                            : "invalid argument: %s is not a map",
                operand_string(c, x));
    return;
  }
  if (check_assignment(c, args->at[1], elem.key, "argument to delete"))
    e->mode = MODE_NOVALUE;
}

static bool can_make(Type *u, void *data) {
  (void)data;
  return u->kind == TY_SLICE || u->kind == TY_MAP || u->kind == TY_CHAN;
}

static void builtin_make(Checker *c, Expr *e) {
  ExprVec *args = &e->call.args;
  Expr *x = args->at[0];
  Type *t = check_var_type(c, x);
  if (t->kind == TY_INVALID) {
    for (int i = 1; i < args->len; i++)
      use_expr(c, args->at[i]);
    return;
  }
  x->mode = MODE_TYPE;
  x->type = t;
  Type *u = common_under(t);
  if (!u || !can_make(u, NULL)) {
    check_error(c, expr_start(x),
                "invalid argument: cannot make %s: %s", expr_string(perm, x),
                u || (under(t)->interface.has_terms &&
                      !each_under(t, can_make, NULL))
                    ? "type must be slice, map, or channel"
                  : why_no_common(c, t, false));
    for (int i = 1; i < args->len; i++)
      use_expr(c, args->at[i]);
    return;
  }
  int min = u->kind == TY_SLICE ? 2 : 1;
  if (args->len < min || args->len > min + 1) {
    check_error(c, expr_start(e),
                "invalid operation: %s expects %d or %d arguments; found %d",
                expr_string(perm, e), min, min + 1, args->len);
    return;
  }
  int64_t sizes[2] = {-1, -1};
  for (int i = 1; i < args->len; i++)
    check_index_value(c, args->at[i], -1, &sizes[i - 1]);
  if (sizes[0] >= 0 && sizes[1] >= 0 && sizes[0] > sizes[1])
    check_error(c, expr_start(args->at[1]),
                "invalid argument: length and capacity swapped");
  value(e, t);
}

static void builtin_new(Checker *c, Expr *e) {
  Expr *x = e->call.args.at[0];
  check_expr_or_type(c, x);
  if (x->mode == MODE_BUILTIN) {
    check_error(c, expr_start(x), "%s must be called", operand_string(c, x));
    return;
  }
  if (x->mode == MODE_INVALID)
    return;
  if (x->mode != MODE_TYPE) {
    if (is_untyped(x->type) &&
        !check_assignment(c, x, NULL, "argument to new"))
      return;
    require_lang(c, expr_start(e->call.fun), 26,
                 arena_printf(perm, "new(%s)", expr_string(perm, x)));
  } else {
    check_no_constraint(c, expr_start(x), x->type);
  }
  value(e, type_pointer(x->type));
}

// ---- numbers ---------------------------------------------------------------

static void to_untyped_float(Expr *x) {
  if (is_numeric(x->type) && const_sign(const_imag(x->cv)) == 0)
    x->type = types_basic[B_UNTYPED_FLOAT];
}

static bool match_complex(Checker *c, Expr *x, Expr *y) {
  bool xu = is_untyped(x->type), yu = is_untyped(y->type);
  if (xu && !yu)
    return try_convert_untyped(c, x, y->type);
  if (yu && !xu)
    return try_convert_untyped(c, y, x->type);
  if (!xu)
    return true;
  if (is_const(x) && is_const(y)) {
    to_untyped_float(x);
    to_untyped_float(y);
    return true;
  }
  return try_convert_untyped(c, x, types_basic[B_FLOAT64]) &&
         try_convert_untyped(c, y, types_basic[B_FLOAT64]);
}

static bool is_float_kind(Type *u, void *data) {
  (void)data;
  return u->kind == TY_BASIC &&
         (u->basic.kind == B_FLOAT32 || u->basic.kind == B_FLOAT64);
}

static bool is_complex_kind(Type *u, void *data) {
  (void)data;
  return u->kind == TY_BASIC &&
         (u->basic.kind == B_COMPLEX64 || u->basic.kind == B_COMPLEX128);
}

// Their results would need a type parameter nobody has declared. Of others
// the caller complains.
static bool no_type_param(Checker *c, Expr *x, BuiltinId id) {
  if (!is_type_param(x->type) ||
      !each_under(x->type, id == BUILTIN_COMPLEX ? is_float_kind
                                                 : is_complex_kind, NULL))
    return true;
  check_error(c, expr_start(x), "%s not supported as argument to built-in %s "
              "for go1.18 (see go.dev/issue/50937)", operand_string(c, x),
              builtin_name(id));
  return false;
}

static Type *complex_of(Type *t) {
  Type *u = under(t);
  if (u->kind != TY_BASIC)
    return NULL;
  switch (u->basic.kind) {
  case B_FLOAT32: return types_basic[B_COMPLEX64];
  case B_FLOAT64: return types_basic[B_COMPLEX128];
  case B_UNTYPED_FLOAT: return types_basic[B_UNTYPED_COMPLEX];
  default: return NULL;
  }
}

static Type *part_of(Type *t) {
  Type *u = under(t);
  if (u->kind != TY_BASIC)
    return NULL;
  switch (u->basic.kind) {
  case B_COMPLEX64: return types_basic[B_FLOAT32];
  case B_COMPLEX128: return types_basic[B_FLOAT64];
  case B_UNTYPED_COMPLEX: return types_basic[B_UNTYPED_FLOAT];
  default: return NULL;
  }
}

static void builtin_complex(Checker *c, Expr *e, ExprVec *args) {
  Expr *x = args->at[0], *y = args->at[1];
  if (!match_complex(c, x, y))
    return;
  if (!identical(x->type, y->type)) {
    check_error(c, expr_start(x),
                "invalid operation: %s (mismatched types %s and %s)",
                expr_string(perm, e), type_str(c, x->type),
                type_str(c, y->type));
    return;
  }
  if (!no_type_param(c, x, BUILTIN_COMPLEX))
    return;
  Type *t = complex_of(x->type);
  if (!t) {
    check_error(c, expr_start(x),
                "invalid argument: arguments have type %s, expected "
                "floating-point",
                type_str(c, x->type));
    return;
  }
  if (is_const(x) && is_const(y))
    constant(e, t, const_make_complex(const_to_float(x->cv),
                                      const_to_float(y->cv)));
  else
    value(e, t);
}

static void builtin_part(Checker *c, Expr *e, Expr *x, BuiltinId id) {
  if (is_untyped(x->type)) {
    if (is_const(x)) {
      if (is_numeric(x->type))
        x->type = types_basic[B_UNTYPED_COMPLEX];
    } else if (!try_convert_untyped(c, x, types_basic[B_COMPLEX128])) {
      return;
    }
  }
  if (!no_type_param(c, x, id))
    return;
  Type *t = part_of(x->type);
  if (!t) {
    check_error(c, expr_start(x),
                "invalid argument: argument has type %s, expected complex "
                "type",
                type_str(c, x->type));
    return;
  }
  if (is_const(x))
    constant(e, t, id == BUILTIN_REAL ? const_real(x->cv)
                                      : const_imag(x->cv));
  else
    value(e, t);
}

// min and max. `best` is the operand whose value is the result so far, if
// all are constant; its type is that of all operands so far.
static void builtin_minmax(Checker *c, Expr *e, ExprVec *args, BuiltinId id) {
  require_lang(c, expr_start(e->call.fun), 21,
               arena_printf(perm, "built-in %s", builtin_name(id)));
  Token op = id == BUILTIN_MAX ? T_GTR : T_LSS;
  Expr *best = args->at[0];
  bool all_const = true;
  for (int i = 0; i < args->len; i++) {
    Expr *a = args->at[i];
    if (!is_ordered(a->type) || a->mode == MODE_NIL) {
      check_error(c, expr_start(a), "invalid argument: %s cannot be ordered",
                  operand_string(c, a));
      return;
    }
    all_const = all_const && is_const(a);
    if (i == 0)
      continue;
    if (!match_types(c, best, a))
      return;
    if (!identical(best->type, a->type)) {
      check_error(c, expr_start(a),
                  "invalid argument: mismatched types %s (previous argument) "
                  "and %s (type of %s)",
                  type_str(c, best->type), type_str(c, a->type),
                  expr_string(perm, a));
      return;
    }
    if (!is_const(best) || (all_const && const_compare(a->cv, op, best->cv)))
      best = a;
  }
  Type *t = all_const ? best->type : default_type(best->type);
  if (all_const)
    constant(e, t, best->cv);
  else
    value(e, t);
  vec_each(Expr *, a, args)
    convert_untyped(c, *a, t);
}

// ---- panic, print, recover -------------------------------------------------

static void builtin_print(Checker *c, Expr *e, ExprVec *args, BuiltinId id) {
  const char *context =
      arena_printf(perm, "argument to built-in %s", builtin_name(id));
  e->mode = MODE_NOVALUE;
  vec_each(Expr *, a, args) {
    if (!check_assignment(c, *a, NULL, context))
      e->mode = MODE_INVALID;
  }
}

static void builtin_recover(Checker *c, Expr *e) {
  // The body of a range over a function recovers for the function around it.
  FuncInfo *f = c->func;
  for (; f; f = f->outer) {
    f->has_recover = true;
    if (!f->range)
      break;
  }
  value(e, type_any);
}

// ---- unsafe ----------------------------------------------------------------

static void size_constant(Checker *c, Expr *e, Expr *x, int64_t size) {
  if (size < 0) {
    c->asked_too_large = true;
    check_error(c, expr_start(x), "%s is too large", operand_string(c, x));
    return;
  }
  constant(e, types_basic[B_UINTPTR], const_from_int64(size));
}

// Whether the size depends on a type parameter.
static bool has_variable_size(Type *t, int depth) {
  enum { DEEPEST = 1000 };
  if (is_type_param(t))
    return true;
  Type *u = under(t);
  if (depth > DEEPEST)
    return false;
  if (u->kind == TY_ARRAY)
    return has_variable_size(u->array.elem, depth + 1);
  if (u->kind != TY_STRUCT)
    return false;
  vec_each(Object *, f, &u->struct_.fields) {
    if (has_variable_size((*f)->type, depth + 1))
      return true;
  }
  return false;
}

static void builtin_sizeof(Checker *c, Expr *e, Expr *x, BuiltinId id) {
  bool align = id == BUILTIN_UNSAFE_ALIGNOF;
  const char *context =
      align ? "argument to unsafe.Alignof" : "argument to unsafe.Sizeof";
  if (!check_assignment(c, x, NULL, context))
    return;
  if (has_variable_size(x->type, 0))
    value(e, types_basic[B_UINTPTR]);
  else
    size_constant(c, e, x, align ? type_align(x->type) : type_size(x->type));
}

// The offset of a field, through embedded structs.
static int64_t path_offset(Type *t, LookupResult *r) {
  int64_t offset = 0;
  for (int i = 0; i < r->path.len; i++) {
    Type *u = under(t);
    if (u->kind != TY_STRUCT)
      return -1;
    int64_t o = field_offset(u, r->path.at[i]);
    if (o < 0)
      return -1;
    offset += o;
    t = u->struct_.fields.at[r->path.at[i]]->type;
  }
  return offset;
}

static Type *struct_behind_pointer(Type *t) {
  Type *u = under(t);
  if (u->kind == TY_POINTER && under(u->pointer.elem)->kind == TY_STRUCT)
    return u->pointer.elem;
  return t;
}

static void record_field(Expr *sel, Type *base, LookupResult *r) {
  Selection *s = NEW(Selection);
  s->kind = SEL_FIELD;
  s->recv = base;
  s->obj = r->obj;
  s->path.at = r->path.at;
  s->path.len = s->path.cap = r->path.len;
  sel->selector.selection = s;
  sel->selector.sel->ident.obj = r->obj;
  sel->mode = MODE_VAR;
  sel->type = r->obj->type;
}

static void builtin_offsetof(Checker *c, Expr *e) {
  Expr *arg = e->call.args.at[0], *sel = unparen(arg);
  if (sel->kind != E_SELECTOR) {
    check_error(c, expr_start(arg),
                "invalid argument: %s is not a selector expression",
                expr_string(perm, arg));
    use_expr(c, arg);
    return;
  }
  Expr *x = sel->selector.x;
  check_expr(c, x);
  if (x->mode == MODE_INVALID)
    return;
  Name *name = sel->selector.sel->ident.name;
  Type *base = struct_behind_pointer(x->type);
  LookupResult r = lookup_field_or_method(base, false, c->pkg, name);
  if (!r.obj || r.ambiguous) {
    check_error(c, expr_start(x),
                "invalid argument: %s has no single field %s",
                type_str(c, base), name->s);
    return;
  }
  if (r.obj->kind == OBJ_FUNC) {
    check_error(c, expr_start(arg), "invalid argument: %s is a method value",
                expr_string(perm, arg));
    return;
  }
  if (r.indirect) {
    check_error(c, expr_start(x),
                "invalid argument: field %s is embedded via a pointer in %s",
                name->s, type_str(c, base));
    return;
  }
  record_field(sel, base, &r);
  if (has_variable_size(base, 0))
    value(e, types_basic[B_UINTPTR]);
  else
    size_constant(c, e, x, path_offset(base, &r));
}

static void builtin_add(Checker *c, Expr *e, ExprVec *args) {
  require_lang(c, expr_start(e->call.fun), 17, "unsafe.Add");
  Type *pointer = types_basic[B_UNSAFE_POINTER];
  if (check_assignment(c, args->at[0], pointer, "argument to unsafe.Add") &&
      is_valid_index(c, args->at[1], "length", true))
    value(e, pointer);
}

static void builtin_slice(Checker *c, Expr *e, ExprVec *args) {
  require_lang(c, expr_start(e->call.fun), 17, "unsafe.Slice");
  Expr *x = args->at[0];
  Type *u = common_under(x->type);
  if (!u || u->kind != TY_POINTER) {
    check_error(c, expr_start(x), "invalid argument: %s is not a pointer",
                operand_string(c, x));
    return;
  }
  if (is_valid_index(c, args->at[1], "length", false))
    value(e, type_slice(u->pointer.elem));
}

static void builtin_slice_data(Checker *c, Expr *e, Expr *x) {
  require_lang(c, expr_start(e->call.fun), 20, "unsafe.SliceData");
  Type *u = common_under(x->type);
  if (!u || u->kind != TY_SLICE) {
    check_error(c, expr_start(x), "invalid argument: %s is not a slice",
                operand_string(c, x));
    return;
  }
  value(e, type_pointer(u->slice.elem));
}

static void builtin_string(Checker *c, Expr *e, ExprVec *args) {
  require_lang(c, expr_start(e->call.fun), 20, "unsafe.String");
  if (check_assignment(c, args->at[0], type_pointer(type_byte),
                       "argument to unsafe.String") &&
      is_valid_index(c, args->at[1], "length", false))
    value(e, types_basic[B_STRING]);
}

static void builtin_string_data(Checker *c, Expr *e, Expr *x) {
  require_lang(c, expr_start(e->call.fun), 20, "unsafe.StringData");
  if (check_assignment(c, x, types_basic[B_STRING],
                       "argument to unsafe.StringData"))
    value(e, type_pointer(type_byte));
}

// ---- dispatch --------------------------------------------------------------

static bool count_fits(Checker *c, Expr *e, BuiltinId id, int n) {
  const BuiltinInfo *b = &builtins[id];
  const char *what = n < b->nargs                    ? "not enough"
                     : n > b->nargs && !b->variadic ? "too many"
                                                    : NULL;
  if (!what)
    return true;
  check_error(c, expr_start(e),
              "invalid operation: %s arguments for %s (expected %d, found %d)",
              what, expr_string(perm, e), b->nargs, n);
  return false;
}

static void with_values(Checker *c, Expr *e, BuiltinId id, ExprVec *args) {
  Expr *x = args->len ? args->at[0] : NULL;
  switch (id) {
  case BUILTIN_APPEND: builtin_append(c, e, args); break;
  case BUILTIN_CAP: case BUILTIN_LEN: builtin_len(c, e, x, id); break;
  case BUILTIN_CLEAR: builtin_clear(c, e, x); break;
  case BUILTIN_CLOSE: builtin_close(c, e, x); break;
  case BUILTIN_COMPLEX: builtin_complex(c, e, args); break;
  case BUILTIN_COPY: builtin_copy(c, e, args); break;
  case BUILTIN_DELETE: builtin_delete(c, e, args); break;
  case BUILTIN_IMAG: case BUILTIN_REAL: builtin_part(c, e, x, id); break;
  case BUILTIN_MAX: case BUILTIN_MIN: builtin_minmax(c, e, args, id); break;
  case BUILTIN_PANIC:
    if (check_assignment(c, x, type_any, "argument to panic"))
      e->mode = MODE_NOVALUE;
    break;
  case BUILTIN_PRINT: case BUILTIN_PRINTLN:
    builtin_print(c, e, args, id);
    break;
  case BUILTIN_RECOVER: builtin_recover(c, e); break;
  case BUILTIN_UNSAFE_ADD: builtin_add(c, e, args); break;
  case BUILTIN_UNSAFE_ALIGNOF: case BUILTIN_UNSAFE_SIZEOF:
    builtin_sizeof(c, e, x, id);
    break;
  case BUILTIN_UNSAFE_SLICE: builtin_slice(c, e, args); break;
  case BUILTIN_UNSAFE_SLICEDATA: builtin_slice_data(c, e, x); break;
  case BUILTIN_UNSAFE_STRING: builtin_string(c, e, args); break;
  case BUILTIN_UNSAFE_STRINGDATA: builtin_string_data(c, e, x); break;
  default: unreachable();
  }
}

// The arguments of these are types, or not evaluated in the usual way.
static bool special_arguments(Checker *c, Expr *e, BuiltinId id) {
  bool special = id == BUILTIN_MAKE || id == BUILTIN_NEW ||
                 id == BUILTIN_UNSAFE_OFFSETOF;
  if (!special || !count_fits(c, e, id, e->call.args.len))
    return special;
  if (id == BUILTIN_MAKE)
    builtin_make(c, e);
  else if (id == BUILTIN_NEW)
    builtin_new(c, e);
  else
    builtin_offsetof(c, e);
  return true;
}

void check_builtin(Checker *c, Expr *e, BuiltinId id) {
  ExprVec *list = &e->call.args;
  e->mode = MODE_INVALID;
  e->type = type_invalid;
  if (e->call.spread && id != BUILTIN_APPEND) {
    check_error(c, expr_start(e),
                "invalid operation: invalid use of ... with built-in %s",
                builtin_name(id));
    use_exprs(c, list);
    return;
  }
  if (special_arguments(c, e, id))
    return;
  bool outer_calls = c->has_call_or_recv;
  bool is_len = id == BUILTIN_LEN || id == BUILTIN_CAP;
  if (is_len)
    c->has_call_or_recv = false;
  ExprVec args = check_values(c, list, false);
  bool ok = true;
  vec_each(Expr *, x, &args)
    ok = ok && (*x)->mode != MODE_INVALID;
  if (ok && count_fits(c, e, id, args.len))
    with_values(c, e, id, &args);
  if (is_len)
    c->has_call_or_recv = outer_calls;
}
