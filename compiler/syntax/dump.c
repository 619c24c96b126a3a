// SPDX-License-Identifier: MIT
//
// Expressions as text, the way messages quote them, and the syntax tree as
// indented text for --emit=ast.
#include "syntax.h"

#include "abi.h"

// ---- expressions as source ------------------------------------------------

static void put(Buf *b, const Expr *x);

static void put_list(Buf *b, const ExprVec *list) {
  for (int i = 0; i < list->len; i++) {
    if (i) buf_adds(b, ", ");
    put(b, list->at[i]);
  }
}

// Names that share a type are followed by it once: "a, b int".
static void put_params(Buf *b, const FieldVec *list) {
  buf_addc(b, '(');
  for (int i = 0; i < list->len; i++) {
    const Field *f = list->at[i];
    if (i) buf_adds(b, ", ");
    if (f->name) {
      put(b, f->name);
      if (i + 1 < list->len && list->at[i + 1]->name &&
          list->at[i + 1]->shares_type)
        continue;
      buf_addc(b, ' ');
    }
    put(b, f->type);
  }
  buf_addc(b, ')');
}

static void put_signature(Buf *b, const Expr *x) {
  put_params(b, &x->functype.params);
  const FieldVec *results = &x->functype.results;
  if (results->len == 0) return;
  buf_addc(b, ' ');
  if (results->len == 1 && !results->at[0]->name)
    put(b, results->at[0]->type);
  else
    put_params(b, results);
}

static void put_struct(Buf *b, const FieldVec *list) {
  buf_adds(b, "struct{");
  for (int i = 0; i < list->len; i++) {
    const Field *f = list->at[i];
    if (i) buf_adds(b, list->at[i]->shares_type ? ", " : "; ");
    if (f->name && !f->embedded) put(b, f->name);
    if (i + 1 < list->len && list->at[i + 1]->shares_type) continue;
    if (f->name && !f->embedded) buf_addc(b, ' ');
    put(b, f->type);
    if (f->tag) {
      buf_addc(b, ' ');
      put(b, f->tag);
    }
  }
  buf_addc(b, '}');
}

static void put_interface(Buf *b, const FieldVec *list) {
  buf_adds(b, "interface{");
  for (int i = 0; i < list->len; i++) {
    const Field *f = list->at[i];
    if (i) buf_adds(b, "; ");
    if (f->name) {
      put(b, f->name);
      put_signature(b, f->type);
    } else {
      put(b, f->type);
    }
  }
  buf_addc(b, '}');
}

static void put_chan(Buf *b, const Expr *x) {
  const Expr *elem = x->chan.elem;
  bool both = x->chan.dir == (GL_RECV_DIR | GL_SEND_DIR);
  buf_adds(b, x->chan.dir == GL_RECV_DIR   ? "<-chan "
              : x->chan.dir == GL_SEND_DIR ? "chan<- "
                                           : "chan ");
  // chan (<-chan T) would read as chan<- (chan T) without parentheses.
  if (both && elem->kind == E_CHAN_TYPE && elem->chan.dir == GL_RECV_DIR) {
    buf_addc(b, '(');
    put(b, elem);
    buf_addc(b, ')');
  } else {
    put(b, elem);
  }
}

static void put_type(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      buf_addc(b, '[');
      if (x->array.ellipsis)
        buf_adds(b, "...");
      else if (x->array.len)
        put(b, x->array.len);
      buf_addc(b, ']');
      put(b, x->array.elem);
      break;
    case E_STRUCT_TYPE: put_struct(b, &x->struct_.fields); break;
    case E_FUNC_TYPE:
      buf_adds(b, "func");
      put_signature(b, x);
      break;
    case E_INTERFACE_TYPE: put_interface(b, &x->interface.elems); break;
    case E_MAP_TYPE:
      buf_adds(b, "map[");
      put(b, x->map.key);
      buf_addc(b, ']');
      put(b, x->map.value);
      break;
    case E_CHAN_TYPE: put_chan(b, x); break;
    case E_ELLIPSIS:
      buf_adds(b, "...");
      if (x->ellipsis.elem) put(b, x->ellipsis.elem);
      break;
    default: buf_adds(b, "<bad expr>"); break;
  }
}

static void put_literal(Buf *b, const Expr *x) {
  if (x->kind == E_FUNC_LIT) {
    put(b, x->func.type);
    bool empty = !x->func.body || x->func.body->block.stmts.len == 0;
    buf_adds(b, empty ? " {}" : " {…}");
    return;
  }
  if (x->composite.type) put(b, x->composite.type);
  buf_adds(b, x->composite.elems.len ? "{…}" : "{}");
}

static void put_slice(Buf *b, const Expr *x) {
  put(b, x->slice.x);
  buf_addc(b, '[');
  if (x->slice.lo) put(b, x->slice.lo);
  buf_addc(b, ':');
  if (x->slice.hi) put(b, x->slice.hi);
  if (x->slice.max) {
    buf_addc(b, ':');
    put(b, x->slice.max);
  }
  buf_addc(b, ']');
}

static void put_postfix(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_SELECTOR:
      put(b, x->selector.x);
      buf_addc(b, '.');
      put(b, x->selector.sel);
      break;
    case E_INDEX:
      put(b, x->index.x);
      buf_addc(b, '[');
      put_list(b, &x->index.indices);
      buf_addc(b, ']');
      break;
    case E_SLICE: put_slice(b, x); break;
    case E_TYPE_ASSERT:
      put(b, x->assert.x);
      buf_adds(b, ".(");
      if (x->assert.type)
        put(b, x->assert.type);
      else
        buf_adds(b, "type");
      buf_addc(b, ')');
      break;
    case E_CALL:
      put(b, x->call.fun);
      buf_addc(b, '(');
      put_list(b, &x->call.args);
      buf_adds(b, x->call.spread ? "...)" : ")");
      break;
    default: put_type(b, x); break;
  }
}

static void put_one(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_IDENT: buf_add(b, x->ident.name->s, x->ident.name->len); break;
    case E_BASIC_LIT: buf_add(b, x->lit.text->s, x->lit.text->len); break;
    case E_COMPOSITE_LIT: case E_FUNC_LIT: put_literal(b, x); break;
    case E_PAREN:
      buf_addc(b, '(');
      put(b, x->paren.x);
      buf_addc(b, ')');
      break;
    case E_STAR:
      buf_addc(b, '*');
      put(b, x->unary.x);
      break;
    case E_UNARY:
      buf_adds(b, token_text[x->op]);
      put(b, x->unary.x);
      break;
    case E_KEY_VALUE:
      put(b, x->kv.key);
      buf_adds(b, ": ");
      put(b, x->kv.value);
      break;
    default: put_postfix(b, x); break;
  }
}

// Binary expressions nest to the left, and may do so 100,000 deep.
static void put(Buf *b, const Expr *x) {
  VEC(const Expr *) chain = {0};
  for (; x->kind == E_BINARY; x = x->binary.x) vec_push(&chain, x);
  put_one(b, x);
  while (chain.len > 0) {
    const Expr *e = chain.at[--chain.len];
    buf_printf(b, " %s ", token_text[e->op]);
    put(b, e->binary.y);
  }
}

char *expr_string(Arena *a, const Expr *x) {
  Buf b = {0};
  put(&b, x);
  return arena_strndup(a, b.at ? b.at : "", b.len);
}

// ---- the tree -------------------------------------------------------------

static const char *const expr_names[] = {
    [E_BAD] = "Bad", [E_IDENT] = "Ident", [E_BASIC_LIT] = "BasicLit",
    [E_COMPOSITE_LIT] = "CompositeLit", [E_FUNC_LIT] = "FuncLit",
    [E_PAREN] = "Paren", [E_SELECTOR] = "Selector", [E_INDEX] = "Index",
    [E_SLICE] = "Slice", [E_TYPE_ASSERT] = "TypeAssert", [E_CALL] = "Call",
    [E_STAR] = "Star", [E_UNARY] = "Unary", [E_BINARY] = "Binary",
    [E_KEY_VALUE] = "KeyValue", [E_ARRAY_TYPE] = "ArrayType",
    [E_STRUCT_TYPE] = "StructType", [E_FUNC_TYPE] = "FuncType",
    [E_INTERFACE_TYPE] = "InterfaceType", [E_MAP_TYPE] = "MapType",
    [E_CHAN_TYPE] = "ChanType", [E_ELLIPSIS] = "Ellipsis"};

static const char *const stmt_names[] = {
    [S_BAD] = "Bad", [S_EMPTY] = "Empty", [S_DECL] = "Decl",
    [S_LABELED] = "Labeled", [S_EXPR] = "Expr", [S_SEND] = "Send",
    [S_INCDEC] = "IncDec", [S_ASSIGN] = "Assign", [S_GO] = "Go",
    [S_DEFER] = "Defer", [S_RETURN] = "Return", [S_BRANCH] = "Branch",
    [S_BLOCK] = "Block", [S_IF] = "If", [S_SWITCH] = "Switch",
    [S_TYPE_SWITCH] = "TypeSwitch", [S_SELECT] = "Select", [S_FOR] = "For",
    [S_RANGE] = "Range", [S_CASE] = "Case"};

static const char *const decl_names[] = {
    [D_BAD] = "Bad", [D_IMPORT] = "Import", [D_CONST] = "Const",
    [D_TYPE] = "Type", [D_VAR] = "Var", [D_FUNC] = "Func"};

// Depth is found from the source ranges: a node is below all open nodes
// whose range contains it.
typedef struct Dump {
  FILE *out;
  VEC(Pos) ends;
} Dump;

static void indent(Dump *d, Pos start, Pos end) {
  while (d->ends.len > 0 && start >= d->ends.at[d->ends.len - 1])
    d->ends.len--;
  Loc loc = source_loc(start);
  fprintf(d->out, "%*s", 2 * (d->ends.len + 1), "");
  vec_push(&d->ends, end);
  fprintf(d->out, "%d:%d ", loc.line, loc.col);
}

static bool dump_expr(Walker *w, Expr *x) {
  Dump *d = w->data;
  indent(d, expr_start(x), x->end);
  fputs(expr_names[x->kind], d->out);
  if (x->kind == E_IDENT || x->kind == E_BASIC_LIT)
    fprintf(d->out, " %s", expr_string(perm, x));
  else if (x->kind == E_UNARY || x->kind == E_BINARY)
    fprintf(d->out, " %s", token_text[x->op]);
  fputc('\n', d->out);
  return true;
}

static bool dump_stmt(Walker *w, Stmt *s) {
  Dump *d = w->data;
  Pos start = s->pos;
  if (s->kind == S_ASSIGN && s->assign.lhs.len)
    start = expr_start(s->assign.lhs.at[0]);
  indent(d, start, s->end);
  fputs(stmt_names[s->kind], d->out);
  if (s->kind == S_ASSIGN || s->kind == S_INCDEC || s->kind == S_BRANCH)
    fprintf(d->out, " %s", token_text[s->op]);
  fputc('\n', d->out);
  return true;
}

static bool dump_decl(Walker *w, Decl *x) {
  Dump *d = w->data;
  indent(d, x->pos, x->end);
  fprintf(d->out, "%sDecl\n", decl_names[x->kind]);
  return true;
}

void ast_dump(File *f, FILE *out) {
  Dump d = {.out = out};
  Walker w = {dump_expr, dump_stmt, dump_decl, &d};
  fprintf(out, "File %s\n", f->source->path);
  if (f->package_name && f->package_name->kind == E_IDENT)
    fprintf(out, "  package %s\n", f->package_name->ident.name->s);
  vec_each(Decl *, x, &f->decls) {
    d.ends.len = 0;
    walk_decl(&w, *x);
  }
}
