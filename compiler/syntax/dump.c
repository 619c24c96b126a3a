// SPDX-License-Identifier: MIT
//
// --emit=ast: the syntax tree, a node per line, indented by its depth, with
// the position that errors about it have.
//
//   2:1 func main
//     2:10 type func
//     2:13 block
//       3:2 expr
//         3:2 call
//           3:2 name println
#include "abi.h"
#include "syntax.h"

enum { MAX_INDENT = 60 };  // levels; deeper ones stay there

typedef struct Dumper {
  FILE *out;
  int depth;
} Dumper;

static void dump_expr(Dumper *d, const char *role, const Expr *x);
static void dump_stmt(Dumper *d, const char *role, const Stmt *s);
static void dump_decl(Dumper *d, const Decl *decl);

// Begins a line: indentation, position, and the role in the parent if that
// needs a name.
static void begin(Dumper *d, Pos pos, const char *role) {
  Loc l = source_loc(pos);
  int depth = d->depth < MAX_INDENT ? d->depth : MAX_INDENT;
  fprintf(d->out, "%*s%d:%d ", depth * 2, "", l.line, l.col);
  if (role) fprintf(d->out, "%s: ", role);
}

static void line(Dumper *d, Pos pos, const char *role, const char *text) {
  begin(d, pos, role);
  fprintf(d->out, "%s\n", text);
}

static void dump_exprs(Dumper *d, const char *role, const ExprVec *v) {
  vec_each(Expr *, x, v) dump_expr(d, role, *x);
}

static void dump_stmts(Dumper *d, const StmtVec *v) {
  vec_each(Stmt *, s, v) dump_stmt(d, NULL, *s);
}

static void dump_field(Dumper *d, const char *role, const Field *f) {
  begin(d, f->pos, role);
  fprintf(d->out, "%s", f->embedded ? "embedded" : "field");
  if (f->name) fprintf(d->out, " %s", f->name->ident.name->s);
  if (f->tag && f->tag->kind == E_BASIC_LIT)
    fprintf(d->out, " tag %s", f->tag->lit.text->s);
  fputs(f->shares_type ? " same type\n" : "\n", d->out);
  if (f->shares_type) return;
  d->depth++;
  dump_expr(d, NULL, f->type);
  d->depth--;
}

static void dump_fields(Dumper *d, const char *role, const FieldVec *v) {
  vec_each(Field *, f, v) dump_field(d, role, *f);
}

// ---- expressions -----------------------------------------------------------

static const char *const expr_names[] = {
    [E_BAD] = "bad", [E_COMPOSITE_LIT] = "composite literal",
    [E_FUNC_LIT] = "func literal", [E_PAREN] = "parens",
    [E_INDEX] = "index", [E_SLICE] = "slice",
    [E_TYPE_ASSERT] = "type assertion", [E_CALL] = "call", [E_STAR] = "star",
    [E_KEY_VALUE] = "key value", [E_STRUCT_TYPE] = "struct",
    [E_FUNC_TYPE] = "func", [E_INTERFACE_TYPE] = "interface",
    [E_MAP_TYPE] = "map", [E_ELLIPSIS] = "..."};

// The node itself, without those below it.
static void dump_expr_line(Dumper *d, const char *role, const Expr *x) {
  begin(d, x->pos, role);
  switch (x->kind) {
    case E_IDENT:
      fprintf(d->out, "name %s\n", x->ident.name->s);
      break;
    case E_BASIC_LIT:
      fprintf(d->out, "%s %s\n", token_text[x->op], x->lit.text->s);
      break;
    case E_SELECTOR:
      fprintf(d->out, "selector %s\n", x->selector.sel->ident.name->s);
      break;
    case E_UNARY:
      fprintf(d->out, "unary %s\n", token_text[x->op]);
      break;
    case E_BINARY:
      fprintf(d->out, "binary %s\n", token_text[x->op]);
      break;
    case E_ARRAY_TYPE:
      fprintf(d->out, "%s\n", x->array.ellipsis ? "array [...]"
                              : x->array.len    ? "array"
                                                : "slice type");
      break;
    case E_CHAN_TYPE:
      fprintf(d->out, "%s\n", x->chan.dir == GL_RECV_DIR   ? "<-chan"
                              : x->chan.dir == GL_SEND_DIR ? "chan<-"
                                                           : "chan");
      break;
    case E_CALL:
      fprintf(d->out, "%s\n", x->call.spread ? "call ..." : "call");
      break;
    default:
      fprintf(d->out, "%s\n", expr_names[x->kind]);
  }
}

static void dump_primary(Dumper *d, const Expr *x) {
  switch (x->kind) {
    case E_SELECTOR:
      dump_expr(d, NULL, x->selector.x);
      break;
    case E_INDEX:
      dump_expr(d, NULL, x->index.x);
      dump_exprs(d, "index", &x->index.indices);
      break;
    case E_SLICE:
      dump_expr(d, NULL, x->slice.x);
      dump_expr(d, "low", x->slice.lo);
      dump_expr(d, "high", x->slice.hi);
      dump_expr(d, "max", x->slice.max);
      break;
    case E_TYPE_ASSERT:
      dump_expr(d, NULL, x->assert.x);
      dump_expr(d, "type", x->assert.type);
      break;
    case E_CALL:
      dump_expr(d, NULL, x->call.fun);
      dump_exprs(d, "argument", &x->call.args);
      break;
    default:
      unreachable();
  }
}

static void dump_type(Dumper *d, const Expr *x) {
  switch (x->kind) {
    case E_ARRAY_TYPE:
      dump_expr(d, "length", x->array.len);
      dump_expr(d, NULL, x->array.elem);
      break;
    case E_STRUCT_TYPE:
      dump_fields(d, NULL, &x->struct_.fields);
      break;
    case E_FUNC_TYPE:
      dump_fields(d, "type parameter", &x->functype.tparams);
      dump_fields(d, "parameter", &x->functype.params);
      dump_fields(d, "result", &x->functype.results);
      break;
    case E_INTERFACE_TYPE:
      dump_fields(d, NULL, &x->interface.elems);
      break;
    case E_MAP_TYPE:
      dump_expr(d, "key", x->map.key);
      dump_expr(d, "value", x->map.value);
      break;
    case E_CHAN_TYPE:
      dump_expr(d, NULL, x->chan.elem);
      break;
    case E_ELLIPSIS:
      dump_expr(d, NULL, x->ellipsis.elem);
      break;
    default:
      unreachable();
  }
}

static void dump_below(Dumper *d, const Expr *x) {
  switch (x->kind) {
    case E_BAD: case E_IDENT: case E_BASIC_LIT:
      break;
    case E_COMPOSITE_LIT:
      dump_expr(d, "type", x->composite.type);
      dump_exprs(d, NULL, &x->composite.elems);
      break;
    case E_FUNC_LIT:
      dump_expr(d, "type", x->func.type);
      dump_stmt(d, NULL, x->func.body);
      break;
    case E_PAREN:
      dump_expr(d, NULL, x->paren.x);
      break;
    case E_STAR: case E_UNARY:
      dump_expr(d, NULL, x->unary.x);
      break;
    case E_BINARY:
      dump_expr(d, NULL, x->binary.x);
      dump_expr(d, NULL, x->binary.y);
      break;
    case E_KEY_VALUE:
      dump_expr(d, "key", x->kv.key);
      dump_expr(d, "value", x->kv.value);
      break;
    case E_SELECTOR: case E_INDEX: case E_SLICE: case E_TYPE_ASSERT:
    case E_CALL:
      dump_primary(d, x);
      break;
    default:
      dump_type(d, x);
  }
}

static void dump_expr(Dumper *d, const char *role, const Expr *x) {
  if (!x) return;
  dump_expr_line(d, role, x);
  d->depth++;
  dump_below(d, x);
  d->depth--;
}

// ---- statements ------------------------------------------------------------

static const char *const stmt_names[] = {
    [S_BAD] = "bad statement", [S_EMPTY] = "empty", [S_DECL] = "declaration",
    [S_LABELED] = "label", [S_EXPR] = "expr", [S_SEND] = "send",
    [S_GO] = "go", [S_DEFER] = "defer", [S_RETURN] = "return",
    [S_BLOCK] = "block", [S_IF] = "if", [S_SWITCH] = "switch",
    [S_TYPE_SWITCH] = "type switch", [S_SELECT] = "select", [S_FOR] = "for",
    [S_RANGE] = "range", [S_CASE] = "case"};

static void dump_stmt_line(Dumper *d, const char *role, const Stmt *s) {
  begin(d, s->pos, role);
  switch (s->kind) {
    case S_LABELED:
      fprintf(d->out, "label %s\n", s->labeled.label->ident.name->s);
      break;
    case S_ASSIGN:
      fprintf(d->out, "assign %s\n", token_text[s->op]);
      break;
    case S_INCDEC: case S_BRANCH:
      fprintf(d->out, "%s", token_text[s->op]);
      if (s->kind == S_BRANCH && s->branch.label)
        fprintf(d->out, " %s", s->branch.label->ident.name->s);
      fputc('\n', d->out);
      break;
    case S_RANGE:
      fprintf(d->out, "range%s\n", !s->range.key      ? ""
                                   : s->range.define ? " :="
                                                     : " =");
      break;
    case S_CASE:
      fprintf(d->out, "%s\n", s->case_.is_default ? "default" : "case");
      break;
    default:
      fprintf(d->out, "%s\n", stmt_names[s->kind]);
  }
}

static void dump_simple(Dumper *d, const Stmt *s) {
  switch (s->kind) {
    case S_EXPR: case S_INCDEC: case S_GO: case S_DEFER:
      dump_expr(d, NULL, s->expr.x);
      break;
    case S_SEND:
      dump_expr(d, NULL, s->send.chan);
      dump_expr(d, "value", s->send.value);
      break;
    case S_ASSIGN:
      dump_exprs(d, "left", &s->assign.lhs);
      dump_exprs(d, "right", &s->assign.rhs);
      break;
    case S_RETURN:
      dump_exprs(d, NULL, &s->return_.results);
      break;
    case S_DECL:
      vec_each(Decl *, decl, &s->decls) dump_decl(d, *decl);
      break;
    default:
      break;
  }
}

static void dump_switches(Dumper *d, const Stmt *s) {
  switch (s->kind) {
    case S_SWITCH:
      dump_stmt(d, "init", s->switch_.init);
      dump_expr(d, "tag", s->switch_.tag);
      dump_stmts(d, &s->switch_.cases);
      break;
    case S_TYPE_SWITCH:
      dump_stmt(d, "init", s->type_switch.init);
      dump_expr(d, "bind", s->type_switch.bind);
      dump_expr(d, "guard", s->type_switch.x);
      dump_stmts(d, &s->type_switch.cases);
      break;
    case S_SELECT:
      dump_stmts(d, &s->select.cases);
      break;
    case S_CASE:
      dump_exprs(d, "case", &s->case_.exprs);
      dump_stmt(d, "comm", s->case_.comm);
      dump_stmts(d, &s->case_.body);
      break;
    default:
      dump_simple(d, s);
  }
}

static void dump_stmt(Dumper *d, const char *role, const Stmt *s) {
  if (!s) return;
  dump_stmt_line(d, role, s);
  d->depth++;
  switch (s->kind) {
    case S_LABELED:
      dump_stmt(d, NULL, s->labeled.stmt);
      break;
    case S_BLOCK:
      dump_stmts(d, &s->block.stmts);
      break;
    case S_IF:
      dump_stmt(d, "init", s->if_.init);
      dump_expr(d, "condition", s->if_.cond);
      dump_stmt(d, "then", s->if_.then);
      dump_stmt(d, "else", s->if_.els);
      break;
    case S_FOR:
      dump_stmt(d, "init", s->for_.init);
      dump_expr(d, "condition", s->for_.cond);
      dump_stmt(d, "post", s->for_.post);
      dump_stmt(d, NULL, s->for_.body);
      break;
    case S_RANGE:
      dump_expr(d, "key", s->range.key);
      dump_expr(d, "value", s->range.value);
      dump_expr(d, "over", s->range.x);
      dump_stmt(d, NULL, s->range.body);
      break;
    default:
      dump_switches(d, s);
  }
  d->depth--;
}

// ---- declarations ----------------------------------------------------------

static void dump_func(Dumper *d, const Decl *decl) {
  begin(d, decl->pos, NULL);
  fprintf(d->out, "func %s\n", decl->func.name->ident.name->s);
  d->depth++;
  if (decl->func.recv) dump_field(d, "receiver", decl->func.recv);
  dump_expr(d, "type", decl->func.type);
  dump_stmt(d, NULL, decl->func.body);
  d->depth--;
}

static void dump_names(Dumper *d, const ExprVec *names) {
  vec_each(Expr *, x, names)
    fprintf(d->out, "%s%s", x == names->at ? " " : ", ",
            (*x)->ident.name->s);
}

static void dump_values(Dumper *d, const Decl *decl, const char *word,
                        const ExprVec *names, const Expr *type,
                        const ExprVec *values) {
  begin(d, decl->pos, NULL);
  fputs(word, d->out);
  dump_names(d, names);
  if (decl->kind == D_CONST) {
    fprintf(d->out, " iota %d", decl->const_.iota);
    if (decl->const_.implicit) fputs(" implicit", d->out);
  }
  fputc('\n', d->out);
  d->depth++;
  dump_expr(d, "type", type);
  dump_exprs(d, NULL, values);
  d->depth--;
}

static void dump_decl(Dumper *d, const Decl *decl) {
  switch (decl->kind) {
    case D_BAD:
      line(d, decl->pos, NULL, "bad declaration");
      break;
    case D_IMPORT:
      line(d, decl->pos, NULL, "import");
      d->depth++;
      dump_expr(d, "name", decl->import.name);
      dump_expr(d, NULL, decl->import.path);
      d->depth--;
      break;
    case D_CONST:
      dump_values(d, decl, "const", &decl->const_.names, decl->const_.type,
                  &decl->const_.values);
      break;
    case D_VAR:
      dump_values(d, decl, "var", &decl->var.names, decl->var.type,
                  &decl->var.values);
      break;
    case D_TYPE:
      begin(d, decl->pos, NULL);
      fprintf(d->out, "type %s%s\n", decl->type.name->ident.name->s,
              decl->type.alias ? " alias" : "");
      d->depth++;
      dump_fields(d, "type parameter", &decl->type.tparams);
      dump_expr(d, NULL, decl->type.type);
      d->depth--;
      break;
    case D_FUNC:
      dump_func(d, decl);
      break;
  }
}

void ast_dump(File *f, FILE *out) {
  Dumper d = {.out = out};
  fprintf(out, "package %s\n", f->package_name->ident.name->s);
  if (f->build_constraint)
    fprintf(out, "build constraint %s\n", f->build_constraint->s);
  vec_each(Decl *, decl, &f->decls) dump_decl(&d, *decl);
}
