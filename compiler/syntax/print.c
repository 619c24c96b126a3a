// SPDX-License-Identifier: MIT
//
// Expressions as source text on one line, for messages. Bodies of functions
// and elements of composite literals are shortened to {…}, as in Go's
// messages.
#include "abi.h"
#include "syntax.h"

static void print_expr(Buf *b, const Expr *x);

static void print_exprs(Buf *b, const ExprVec *v) {
  vec_each(Expr *, x, v) {
    if (x != v->at) buf_adds(b, ", ");
    print_expr(b, *x);
  }
}

// ---- types -----------------------------------------------------------------

// Whether the field after i has the same type, which is then printed there.
static bool type_follows(const FieldVec *v, int i) {
  return i + 1 < v->len && v->at[i + 1]->shares_type;
}

static void print_params(Buf *b, const FieldVec *v) {
  buf_addc(b, '(');
  for (int i = 0; i < v->len; i++) {
    if (i) buf_adds(b, ", ");
    if (v->at[i]->name) print_expr(b, v->at[i]->name);
    if (type_follows(v, i)) continue;
    if (v->at[i]->name) buf_addc(b, ' ');
    print_expr(b, v->at[i]->type);
  }
  buf_addc(b, ')');
}

static void print_signature(Buf *b, const Expr *x) {
  const FieldVec *results = &x->functype.results;
  print_params(b, &x->functype.params);
  if (!results->len) return;
  buf_addc(b, ' ');
  if (results->len == 1 && !results->at[0]->name)
    print_expr(b, results->at[0]->type);
  else
    print_params(b, results);
}

static void print_fields(Buf *b, const FieldVec *v) {
  for (int i = 0; i < v->len; i++) {
    const Field *f = v->at[i];
    if (i) buf_adds(b, f->shares_type ? ", " : "; ");
    if (f->name) print_expr(b, f->name);
    if (type_follows(v, i)) continue;
    if (f->name) buf_addc(b, ' ');
    print_expr(b, f->type);
    if (!f->tag) continue;
    buf_addc(b, ' ');
    print_expr(b, f->tag);
  }
}

static void print_elems(Buf *b, const FieldVec *v) {
  vec_each(Field *, f, v) {
    if (f != v->at) buf_adds(b, "; ");
    if ((*f)->name) {
      print_expr(b, (*f)->name);
      print_signature(b, (*f)->type);
    } else {
      print_expr(b, (*f)->type);
    }
  }
}

static void print_chan(Buf *b, const Expr *x) {
  const Expr *elem = x->chan.elem;
  buf_adds(b, x->chan.dir == GL_RECV_DIR   ? "<-chan "
              : x->chan.dir == GL_SEND_DIR ? "chan<- "
                                           : "chan ");
  // chan (<-chan T) is not chan<- chan T
  bool parens = x->chan.dir == GL_BOTH_DIR && elem->kind == E_CHAN_TYPE &&
                elem->chan.dir == GL_RECV_DIR;
  if (parens) buf_addc(b, '(');
  print_expr(b, elem);
  if (parens) buf_addc(b, ')');
}

static void print_type(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      buf_addc(b, '[');
      if (x->array.ellipsis) buf_adds(b, "...");
      if (x->array.len) print_expr(b, x->array.len);
      buf_addc(b, ']');
      print_expr(b, x->array.elem);
      break;
    case E_STRUCT_TYPE:
      buf_adds(b, "struct{");
      print_fields(b, &x->struct_.fields);
      buf_addc(b, '}');
      break;
    case E_FUNC_TYPE:
      buf_adds(b, "func");
      print_signature(b, x);
      break;
    case E_INTERFACE_TYPE:
      buf_adds(b, "interface{");
      print_elems(b, &x->interface.elems);
      buf_addc(b, '}');
      break;
    case E_MAP_TYPE:
      buf_adds(b, "map[");
      print_expr(b, x->map.key);
      buf_addc(b, ']');
      print_expr(b, x->map.value);
      break;
    case E_CHAN_TYPE:
      print_chan(b, x);
      break;
    case E_ELLIPSIS:
      buf_adds(b, "...");
      print_expr(b, x->ellipsis.elem);
      break;
    default:
      unreachable();
  }
}

// ---- values ----------------------------------------------------------------

static void print_slice(Buf *b, const Expr *x) {
  print_expr(b, x->slice.x);
  buf_addc(b, '[');
  if (x->slice.lo) print_expr(b, x->slice.lo);
  buf_addc(b, ':');
  if (x->slice.hi) print_expr(b, x->slice.hi);
  if (x->slice.max) {
    buf_addc(b, ':');
    print_expr(b, x->slice.max);
  }
  buf_addc(b, ']');
}

static void print_primary(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_SELECTOR:
      print_expr(b, x->selector.x);
      buf_addc(b, '.');
      print_expr(b, x->selector.sel);
      break;
    case E_INDEX:
      print_expr(b, x->index.x);
      buf_addc(b, '[');
      print_exprs(b, &x->index.indices);
      buf_addc(b, ']');
      break;
    case E_SLICE:
      print_slice(b, x);
      break;
    case E_TYPE_ASSERT:
      print_expr(b, x->assert.x);
      buf_adds(b, ".(");
      if (x->assert.type)
        print_expr(b, x->assert.type);
      else
        buf_adds(b, "type");
      buf_addc(b, ')');
      break;
    case E_CALL:
      print_expr(b, x->call.fun);
      buf_addc(b, '(');
      print_exprs(b, &x->call.args);
      buf_adds(b, x->call.spread ? "...)" : ")");
      break;
    default:
      unreachable();
  }
}

static void print_expr(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_BAD:
      buf_adds(b, "<bad expr>");
      break;
    case E_IDENT:
      buf_add(b, x->ident.name->s, x->ident.name->len);
      break;
    case E_BASIC_LIT:
      buf_add(b, x->lit.text->s, x->lit.text->len);
      break;
    case E_COMPOSITE_LIT:
      if (x->composite.type) print_expr(b, x->composite.type);
      buf_adds(b, x->composite.elems.len ? "{…}" : "{}");
      break;
    case E_FUNC_LIT:
      print_expr(b, x->func.type);
      buf_adds(b, x->func.body->block.stmts.len ? " {…}" : " {}");
      break;
    case E_PAREN:
      buf_addc(b, '(');
      print_expr(b, x->paren.x);
      buf_addc(b, ')');
      break;
    case E_STAR:
      buf_addc(b, '*');
      print_expr(b, x->unary.x);
      break;
    case E_UNARY:
      buf_adds(b, token_text[x->op]);
      print_expr(b, x->unary.x);
      break;
    case E_BINARY:
      print_expr(b, x->binary.x);
      buf_printf(b, " %s ", token_text[x->op]);
      print_expr(b, x->binary.y);
      break;
    case E_KEY_VALUE:
      print_expr(b, x->kv.key);
      buf_adds(b, ": ");
      print_expr(b, x->kv.value);
      break;
    case E_SELECTOR: case E_INDEX: case E_SLICE: case E_TYPE_ASSERT:
    case E_CALL:
      print_primary(b, x);
      break;
    default:
      print_type(b, x);
  }
}

char *expr_string(Arena *a, const Expr *x) {
  Buf b = {0};
  print_expr(&b, x);
  return a == perm ? b.at : arena_strndup(a, b.at, b.len);
}
