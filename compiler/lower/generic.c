// SPDX-License-Identifier: MIT
//
// Instances of generic functions and methods. Each is lowered by itself
// (monomorphisation): its declaration's tree is copied, with what the checker
// noted in it, type arguments put in for type parameters and selections
// looked up again in the types that then stand there. What comes out is a
// tree without type parameters, which the rest of lowering cannot tell from
// an ordinary function's.
//
// Requires checked bodies of all generic functions, imported ones too.
// Instances are linkonce_odr: every module that needs one emits it and the
// linker keeps one.
//
// Rejected: checking the copy again from its text, with the parameters bound
// to the arguments. The rules for constants differ (T(300) is no constant
// when T is a type parameter), so a correct instance could be refused.

#include "lower.h"

typedef struct Copy {
  TypeVec from, to;   // type parameters, then types local to the function
  Map objects;        // Object -> its copy, for variables of the function
  Map stmts;          // Stmt -> its copy, for the targets of branches
  Map infos;          // FuncInfo -> its copy
  VEC(Stmt *) branches;
  Package *pkg;       // that declares the function
  TypeVec *targs;
} Copy;

static Copy *C;

static Expr *copy_expr(Expr *x);
static Stmt *copy_stmt(Stmt *s);
static FuncInfo *copy_info(FuncInfo *old);

static Type *copy_type(Type *t) {
  return t ? subst_type(t, &C->from, &C->to) : NULL;
}

// ---- objects and functions -------------------------------------------------

static Object *copy_object(Object *o) {
  if (!o || o->kind != OBJ_VAR || o->var.is_global || o->var.is_field)
    return o;
  Object *n = map_get(&C->objects, o);
  if (n)
    return n;
  n = NEW(Object);
  *n = *o;
  map_put(&C->objects, o, n);
  n->type = copy_type(o->type);
  n->lower = NULL;
  n->var.heap = false;
  n->var.func = o->var.func ? copy_info(o->var.func) : NULL;
  return n;
}

static ObjectVec copy_objects(ObjectVec *list) {
  ObjectVec n = {0};
  vec_each(Object *, o, list)
    vec_push(&n, copy_object(*o));
  return n;
}

static Type *copy_signature(Type *sig) {
  Type *n = type_func_new();
  n->func.recv = copy_object(sig->func.recv);
  n->func.params = copy_objects(&sig->func.params);
  n->func.results = copy_objects(&sig->func.results);
  n->func.variadic = sig->func.variadic;
  return n;
}

// The copy without its body, which comes when the walk meets it.
static FuncInfo *copy_info(FuncInfo *old) {
  FuncInfo *n = map_get(&C->infos, old);
  if (n)
    return n;
  n = NEW(FuncInfo);
  *n = *old;
  map_put(&C->infos, old, n);
  n->lower = NULL;
  n->outer = old->outer ? copy_info(old->outer) : NULL;
  n->sig = copy_signature(old->sig);
  n->captures = copy_objects(&old->captures);
  memset(&n->lits, 0, sizeof n->lits);
  vec_each(FuncInfo *, l, &old->lits)
    vec_push(&n->lits, copy_info(*l));
  return n;
}

// ---- expressions -----------------------------------------------------------

static ExprVec copy_exprs(ExprVec *list) {
  ExprVec n = {0};
  vec_each(Expr *, x, list)
    vec_push(&n, copy_expr(*x));
  return n;
}

// A method of a type parameter is a method of its argument, perhaps found
// through other embedded fields.
static Selection *copy_selection(Selection *s, Name *name) {
  Type *recv = copy_type(s->recv);
  if (recv == s->recv)
    return s;
  Selection *n = NEW(Selection);
  LookupResult r = lookup_field_or_method(recv, true, C->pkg, name);
  if (!r.obj)
    unreachable();
  n->kind = s->kind;
  n->recv = recv;
  n->obj = r.obj;
  vec_each(int, i, &r.path)
    vec_push(&n->path, *i);
  n->indirect = r.indirect;
  return n;
}

static Object *field_named(Type *t, Name *name) {
  Type *u = under(t);
  if (u->kind == TY_POINTER)
    u = under(u->pointer.elem);
  vec_each(Object *, f, &u->struct_.fields)
    if (same_id(*f, C->pkg, name))
      return *f;
  unreachable();
}

static void copy_elements(Expr *n, Expr *x) {
  Type *u = under(n->type);
  if (u->kind == TY_POINTER)
    u = under(u->pointer.elem);
  memset(&n->composite.elems, 0, sizeof n->composite.elems);
  vec_each(Expr *, e, &x->composite.elems) {
    Expr *c = copy_expr(*e);
    if (u->kind == TY_STRUCT && c->kind == E_KEY_VALUE)
      c->kv.key->ident.obj = field_named(u, c->kv.key->ident.name);
    vec_push(&n->composite.elems, c);
  }
}

static void copy_func_lit(Expr *n, Expr *x) {
  n->func.info = copy_info(x->func.info);
  n->func.info->lit = n;
  n->func.body = copy_stmt(x->func.body);
  n->func.info->body = n->func.body;
}

static void copy_operands(Expr *n, Expr *x) {
  switch (x->kind) {
  case E_IDENT:
    n->ident.obj = copy_object(x->ident.obj);
    return;
  case E_COMPOSITE_LIT:
    copy_elements(n, x);
    return;
  case E_FUNC_LIT:
    copy_func_lit(n, x);
    return;
  case E_PAREN:
    n->paren.x = copy_expr(x->paren.x);
    return;
  case E_SELECTOR:
    n->selector.x = copy_expr(x->selector.x);
    n->selector.sel = copy_expr(x->selector.sel);
    if (x->selector.selection)
      n->selector.selection = copy_selection(x->selector.selection,
                                             x->selector.sel->ident.name);
    return;
  case E_INDEX:
    n->index.x = copy_expr(x->index.x);
    n->index.indices = copy_exprs(&x->index.indices);
    return;
  case E_SLICE:
    n->slice.x = copy_expr(x->slice.x);
    n->slice.lo = copy_expr(x->slice.lo);
    n->slice.hi = copy_expr(x->slice.hi);
    n->slice.max = copy_expr(x->slice.max);
    return;
  case E_TYPE_ASSERT:
    n->assert.x = copy_expr(x->assert.x);
    n->assert.type = copy_expr(x->assert.type);
    return;
  case E_CALL:
    n->call.fun = copy_expr(x->call.fun);
    n->call.args = copy_exprs(&x->call.args);
    return;
  case E_STAR:
  case E_UNARY:
    n->unary.x = copy_expr(x->unary.x);
    return;
  case E_BINARY:
    n->binary.x = copy_expr(x->binary.x);
    n->binary.y = copy_expr(x->binary.y);
    return;
  case E_KEY_VALUE:
    n->kv.key = copy_expr(x->kv.key);
    n->kv.value = copy_expr(x->kv.value);
    return;
  default:
    return;  // types say all by their type
  }
}

static Expr *copy_expr(Expr *x) {
  if (!x)
    return NULL;
  Expr *n = NEW(Expr);
  *n = *x;
  n->type = copy_type(x->type);
  const TypeVec *targs = instance_args(x);
  if (targs) {
    TypeVec *list = NEW(TypeVec);
    vec_each(Type *, t, targs)
      vec_push(list, copy_type(*t));
    set_instance_args(n, list);
  }
  if (x->mode != MODE_TYPE)
    copy_operands(n, x);
  return n;
}

// ---- statements ------------------------------------------------------------

static StmtVec copy_stmts(StmtVec *list) {
  StmtVec n = {0};
  vec_each(Stmt *, s, list)
    vec_push(&n, copy_stmt(*s));
  return n;
}

// A type declared in a generic function is another one in each instance. Its
// name carries the instance's arguments.
static void copy_local_type(Decl *d) {
  Object *o = d->type.obj;
  if (!o || d->type.alias || !o->type || o->type->kind != TY_NAMED)
    return;
  Type *old = o->type;
  Type *t = type_named_new(o);
  o->type = old;
  t->named.local_id = old->named.local_id;
  if (old->named.tparams.len) {
    t->named.tparams = old->named.tparams;
    t->named.outer = *C->targs;
  } else {
    t->named.targs = *C->targs;
  }
  vec_push(&C->from, old);
  vec_push(&C->to, t);
  t->named.underlying = t->named.rhs = copy_type(under(old));
}

static Decl *copy_decl(Decl *d) {
  Decl *n = NEW(Decl);
  *n = *d;
  if (d->kind == D_VAR) {
    n->var.names = copy_exprs(&d->var.names);
    n->var.type = copy_expr(d->var.type);
    n->var.values = copy_exprs(&d->var.values);
  } else if (d->kind == D_TYPE) {
    copy_local_type(d);
  }
  return n;
}

static void copy_range(Stmt *n, Stmt *s) {
  n->range.key = copy_expr(s->range.key);
  n->range.value = copy_expr(s->range.value);
  n->range.x = copy_expr(s->range.x);
  if (s->range.body_info) {
    n->range.body_info = copy_info(s->range.body_info);
    n->range.body_info->range = n;
  }
  n->range.body = copy_stmt(s->range.body);
  if (s->range.body_info)
    n->range.body_info->body = n->range.body;
}

static void copy_clause(Stmt *n, Stmt *s) {
  n->case_.exprs = copy_exprs(&s->case_.exprs);
  n->case_.comm = copy_stmt(s->case_.comm);
  n->case_.obj = copy_object(s->case_.obj);
  n->case_.body = copy_stmts(&s->case_.body);
}

static void copy_parts(Stmt *n, Stmt *s) {
  switch (s->kind) {
  case S_BAD:
  case S_EMPTY:
    return;
  case S_DECL:
    memset(&n->decls, 0, sizeof n->decls);
    vec_each(Decl *, d, &s->decls)
      vec_push(&n->decls, copy_decl(*d));
    return;
  case S_LABELED:
    n->labeled.stmt = copy_stmt(s->labeled.stmt);
    return;
  case S_EXPR:
  case S_INCDEC:
  case S_GO:
  case S_DEFER:
    n->expr.x = copy_expr(s->expr.x);
    return;
  case S_SEND:
    n->send.chan = copy_expr(s->send.chan);
    n->send.value = copy_expr(s->send.value);
    return;
  case S_ASSIGN:
    n->assign.lhs = copy_exprs(&s->assign.lhs);
    n->assign.rhs = copy_exprs(&s->assign.rhs);
    return;
  case S_RETURN:
    n->return_.results = copy_exprs(&s->return_.results);
    n->return_.func = s->return_.func ? copy_info(s->return_.func) : NULL;
    return;
  case S_BRANCH:
    vec_push(&C->branches, n);
    return;
  case S_BLOCK:
    n->block.stmts = copy_stmts(&s->block.stmts);
    return;
  case S_IF:
    n->if_.init = copy_stmt(s->if_.init);
    n->if_.cond = copy_expr(s->if_.cond);
    n->if_.then = copy_stmt(s->if_.then);
    n->if_.els = copy_stmt(s->if_.els);
    return;
  case S_SWITCH:
    n->switch_.init = copy_stmt(s->switch_.init);
    n->switch_.tag = copy_expr(s->switch_.tag);
    n->switch_.cases = copy_stmts(&s->switch_.cases);
    return;
  case S_TYPE_SWITCH:
    n->type_switch.init = copy_stmt(s->type_switch.init);
    n->type_switch.bind = copy_expr(s->type_switch.bind);
    n->type_switch.x = copy_expr(s->type_switch.x);
    n->type_switch.cases = copy_stmts(&s->type_switch.cases);
    return;
  case S_SELECT:
    n->select.cases = copy_stmts(&s->select.cases);
    return;
  case S_FOR:
    n->for_.init = copy_stmt(s->for_.init);
    n->for_.cond = copy_expr(s->for_.cond);
    n->for_.post = copy_stmt(s->for_.post);
    n->for_.body = copy_stmt(s->for_.body);
    return;
  case S_RANGE:
    copy_range(n, s);
    return;
  case S_CASE:
    copy_clause(n, s);
    return;
  }
}

static Stmt *copy_stmt(Stmt *s) {
  if (!s)
    return NULL;
  Stmt *n = NEW(Stmt);
  *n = *s;
  map_put(&C->stmts, s, n);
  copy_parts(n, s);
  return n;
}

// ---- instances -------------------------------------------------------------

// A FuncInfo for obj, whose generic declaration is `info`.
static FuncInfo *copy_function(Object *obj, FuncInfo *info, TypeVec *from,
                               TypeVec *to) {
  Copy c = {.pkg = info->pkg, .targs = to};
  Copy *outer = C;
  C = &c;
  vec_each(Type *, t, from)
    vec_push(&c.from, *t);
  vec_each(Type *, t, to)
    vec_push(&c.to, *t);
  FuncInfo *n = copy_info(info);
  n->obj = obj;
  n->body = copy_stmt(info->body);
  vec_each(Stmt *, b, &c.branches) {
    Stmt *target = map_get(&c.stmts, (*b)->branch.target);
    if (target)
      (*b)->branch.target = target;
  }
  C = outer;
  return n;
}

static const char *args_string(TypeVec *targs) {
  Buf b = {0};
  vec_each(Type *, t, targs) {
    if (t != targs->at)
      buf_addc(&b, ',');
    buf_adds(&b, type_link_string(perm, *t));
  }
  return b.at;
}

// The instance f[targs], the same Object for the same arguments.
static Object *function_instance(Object *f, const TypeVec *targs) {
  static StrMap instances;
  TypeVec *args = NEW(TypeVec);
  vec_each(Type *, t, targs)
    vec_push(args, *t);
  const char *name =
      arena_printf(perm, "%s[%s]", link_name_func(f), args_string(args));
  Object *o = strmap_get(&instances, name, strlen(name));
  if (o)
    return o;
  o = NEW(Object);
  *o = *f;
  o->lower = NULL;
  o->func.linkname = name_cstr(name);
  o->func.origin = f;
  strmap_put(&instances, name, strlen(name), o);
  Type *sig = f->type;
  o->func.info = copy_function(o, f->func.info, &sig->func.tparams, args);
  o->type = o->func.info->sig;
  return o;
}

// The instance's own body for a method of an instantiated type.
static void method_instance(Object *m) {
  Object *generic = m->func.origin;
  if (m->func.info != generic->func.info || !generic->func.info->body)
    return;
  Type *recv = deref(generic->type->func.recv->type, NULL);
  m->func.info = copy_function(m, generic->func.info, &recv->named.targs,
                               &m->func.instance->named.targs);
  m->type = m->func.info->sig;
}

FuncInfo *instance_info(Object *f) {
  if (f->func.instance)
    method_instance(f);
  return f->func.info;
}

void require_instance(Object *f) {
  instance_info(f);
  if (!f->func.origin || !f->func.info || !f->func.info->body ||
      map_has(&M->instances, f))
    return;
  map_put(&M->instances, f, f);
  vec_push(&M->pending, f->func.info);
}

Object *func_object(Expr *x) {
  for (;;) {
    if (x->kind == E_PAREN)
      x = x->paren.x;
    else if (x->kind == E_INDEX && instance_args(x))
      x = x->index.x;
    else if (x->kind == E_SELECTOR && !x->selector.selection)
      x = x->selector.sel;
    else
      break;
  }
  Object *o = x->kind == E_IDENT ? x->ident.obj : NULL;
  if (!o || o->kind != OBJ_FUNC)
    return NULL;
  const TypeVec *targs = instance_args(x);
  return targs ? function_instance(o, targs) : o;
}

bool is_generic_function(FuncInfo *f) {
  if (f->sig->func.tparams.len)
    return true;
  Object *o = f->obj;
  return o && o->func.recv_named && o->func.recv_named->named.tparams.len;
}

// Lowers what has been asked for, and what that asks for.
void lower_instances(void) {
  for (int i = 0; i < M->pending.len; i++) {
    FuncInfo *info = M->pending.at[i];
    escape_require(info);
    lower_function(info);
    make_odr(LLVMGetNamedFunction(M->mod, link_name_info(info)));
  }
  M->pending.len = 0;
}
