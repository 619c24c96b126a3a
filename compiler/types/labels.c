// SPDX-License-Identifier: MIT
//
// Labels: which statement each labeled break, continue and goto leads to,
// and the rules for goto: it must not jump into a block nor over a variable
// declaration. Labels belong to the whole function; function literals are
// functions of their own. Go finds these errors while it parses, so they are
// reported in files with syntax errors too.
#include "types.h"

typedef struct Block {
  struct Block *parent;
  Pos start;
  Stmt *labeled;      // the statement whose label this block's carries
} Block;

typedef struct Label {
  Block *parent;      // block the label stands in
  Stmt *stmt;         // the LABELED statement
  bool used;
} Label;

// Forward gotos of a block that have not met their label yet.
typedef VEC(Stmt *) Jumps;

typedef struct Labels {
  Checker *c;
  Map by_name;
  VEC(Label *) all;
} Labels;

static const char *place(Pos pos) {
  Loc loc = source_loc(pos);
  return arena_printf(perm, "%s:%d:%d", loc.path, loc.line, loc.col);
}

static Label *find(Labels *l, Stmt *branch) {
  return map_get(&l->by_name, branch->branch.label->ident.name);
}

static Label *declare_label(Labels *l, Block *b, Stmt *s) {
  Expr *name = s->labeled.label;
  Label *old = map_get(&l->by_name, name->ident.name);
  if (old) {
    check_error(l->c, name->pos, "label %s already defined at %s",
                name->ident.name->s, place(old->stmt->labeled.label->pos));
    return old;
  }
  Label *label = NEW(Label);
  *label = (Label){b, s, false};
  map_put(&l->by_name, name->ident.name, label);
  vec_push(&l->all, label);
  Object *o = object_new(OBJ_LABEL, name->pos, l->c->pkg, name->ident.name,
                         NULL);
  o->label.stmt = s;
  s->labeled.obj = o;
  name->ident.obj = o;
  return label;
}

// ---- labeled branches ------------------------------------------------------

static bool is_loop(Stmt *s) {
  return s->kind == S_FOR || s->kind == S_RANGE;
}

static bool may_break(Stmt *s) {
  return is_loop(s) || s->kind == S_SWITCH || s->kind == S_TYPE_SWITCH ||
         s->kind == S_SELECT;
}

static void leave(Labels *l, Block *b, Stmt *s) {
  bool is_break = s->op == T_BREAK;
  Expr *name = s->branch.label;
  const char *text = name->ident.name->s;
  Label *label = find(l, s);
  if (!label) {
    check_error(l->c, name->pos, "%s label not defined: %s",
                is_break ? "break" : "continue", text);
    return;
  }
  label->used = true;
  name->ident.obj = label->stmt->labeled.obj;
  Stmt *target = label->stmt->labeled.stmt;
  while (b && b->labeled != label->stmt)
    b = b->parent;
  if (b && (is_break ? may_break(target) : is_loop(target)))
    s->branch.target = target;
  else
    check_error(l->c, name->pos, "invalid %s label %s",
                is_break ? "break" : "continue", text);
}

// True if the label is behind us, in a block around the goto.
static bool jump_back(Labels *l, Block *b, Stmt *s) {
  Label *label = find(l, s);
  if (!label)
    return false;
  label->used = true;
  for (; b; b = b->parent) {
    if (b != label->parent)
      continue;
    s->branch.target = label->stmt;
    s->branch.label->ident.obj = label->stmt->labeled.obj;
    return true;
  }
  return false;
}

// ---- blocks ----------------------------------------------------------------

typedef struct Walk {
  Labels *l;
  Block *b;
  Jumps forward;
  Pos var_pos;          // of the latest variable declaration in the block
  const char *var_name;
  int over_var;         // so many of `forward` jump over it
} Walk;

static Jumps walk_block(Labels *l, Block *parent, Stmt *labeled, Pos start,
                        StmtVec *list);
static void walk_one(Walk *w, Stmt *s, Stmt *labeled);

static void saw_variable(Walk *w, Pos pos, const char *name) {
  w->var_pos = pos;
  w->var_name = name;
  w->over_var = w->forward.len;
}

// Forward gotos stay in order of appearance, so those before the latest
// variable declaration are a prefix; it shrinks as jumps find their labels.
static void resolve_forward(Walk *w, Stmt *s, Label *label) {
  Name *name = s->labeled.label->ident.name;
  int kept = 0, kept_over = 0;
  for (int i = 0; i < w->forward.len; i++) {
    Stmt *jump = w->forward.at[i];
    bool over = i < w->over_var;
    if (jump->branch.label->ident.name != name) {
      w->forward.at[kept++] = jump;
      kept_over += over;
      continue;
    }
    jump->branch.target = s;
    jump->branch.label->ident.obj = s->labeled.obj;
    label->used = true;
    if (over)
      check_error(w->l->c, jump->branch.label->pos,
                  "goto %s jumps over declaration of %s at %s", name->s,
                  w->var_name, place(w->var_pos));
  }
  w->forward.len = kept;
  w->over_var = kept_over;
}

static void walk_inner(Walk *w, Stmt *labeled, Pos start, StmtVec *list) {
  Jumps jumps = walk_block(w->l, w->b, labeled, start, list);
  vec_each(Stmt *, j, &jumps)
    vec_push(&w->forward, *j);
}

static void walk_cases(Walk *w, Stmt *labeled, StmtVec *cases) {
  vec_each(Stmt *, p, cases)
    walk_inner(w, labeled, (*p)->pos, &(*p)->case_.body);
}

static void walk_if(Walk *w, Stmt *s, Stmt *labeled) {
  for (;;) {
    walk_inner(w, labeled, s->if_.then->pos, &s->if_.then->block.stmts);
    Stmt *els = s->if_.els;
    if (!els)
      return;
    if (els->kind != S_IF) {
      walk_one(w, els, labeled);
      return;
    }
    s = els;
  }
}

static void walk_decls(Walk *w, Stmt *s) {
  vec_each(Decl *, d, &s->decls) {
    if ((*d)->kind != D_VAR || (*d)->var.names.len == 0)
      continue;
    Expr *name = (*d)->var.names.at[0];
    saw_variable(w, name->pos, name->ident.name->s);
    return;
  }
}

static const char *defined_names(Stmt *s) {
  Buf b = {0};
  vec_each(Expr *, x, &s->assign.lhs) {
    if (b.len)
      buf_adds(&b, ", ");
    buf_adds(&b, expr_string(perm, *x));
  }
  return b.at ? b.at : "";
}

static void walk_branch(Walk *w, Stmt *s) {
  if (!s->branch.label)
    return;  // stmt.c has seen to it
  if (s->op != T_GOTO)
    leave(w->l, w->b, s);
  else if (!jump_back(w->l, w->b, s))
    vec_push(&w->forward, s);
}

static void walk_one(Walk *w, Stmt *s, Stmt *labeled) {
  while (s->kind == S_LABELED) {
    Name *name = s->labeled.label->ident.name;
    if (strcmp(name->s, "_") != 0) {
      Label *label = declare_label(w->l, w->b, s);
      resolve_forward(w, s, label);
      labeled = s;
    }
    s = s->labeled.stmt;
  }
  switch (s->kind) {
  case S_DECL: walk_decls(w, s); break;
  case S_BRANCH: walk_branch(w, s); break;
  case S_ASSIGN:
    if (s->op == T_DEFINE)
      saw_variable(w, s->pos, defined_names(s));
    break;
  case S_BLOCK: walk_inner(w, labeled, s->pos, &s->block.stmts); break;
  case S_IF: walk_if(w, s, labeled); break;
  case S_FOR:
    walk_inner(w, labeled, s->for_.body->pos, &s->for_.body->block.stmts);
    break;
  case S_RANGE:
    walk_inner(w, labeled, s->range.body->pos, &s->range.body->block.stmts);
    break;
  case S_SWITCH: walk_cases(w, labeled, &s->switch_.cases); break;
  case S_TYPE_SWITCH: walk_cases(w, labeled, &s->type_switch.cases); break;
  case S_SELECT: walk_cases(w, labeled, &s->select.cases); break;
  default: break;
  }
}

// Returns the gotos whose labels are not in the block.
static Jumps walk_block(Labels *l, Block *parent, Stmt *labeled, Pos start,
                        StmtVec *list) {
  Block *b = NEW(Block);
  *b = (Block){parent, start, labeled};
  Walk w = {.l = l, .b = b};
  vec_each(Stmt *, s, list)
    walk_one(&w, *s, NULL);
  return w.forward;
}

void check_labels(Checker *c, FuncInfo *info) {
  Labels l = {.c = c};
  Jumps left = walk_block(&l, NULL, NULL, info->body->pos,
                          &info->body->block.stmts);
  vec_each(Stmt *, p, &left) {
    Expr *name = (*p)->branch.label;
    Label *label = find(&l, *p);
    if (label) {
      label->used = true;
      check_error(c, name->pos, "goto %s jumps into block starting at %s",
                  name->ident.name->s, place(label->parent->start));
    } else {
      check_error(c, name->pos, "label %s not defined", name->ident.name->s);
    }
  }
  vec_each(Label *, p, &l.all) {
    Expr *name = (*p)->stmt->labeled.label;
    if (!(*p)->used)
      check_error(c, name->pos, "label %s defined and not used",
                  name->ident.name->s);
  }
}

// ---- files with syntax errors ----------------------------------------------

static void labels_of(Walker *w, Stmt *body) {
  if (!body || body->block.broken) return;
  FuncInfo info = {.body = body};
  check_labels(w->data, &info);
  check_branches(w->data, body);
}

static bool labels_of_literal(Walker *w, Expr *x) {
  if (x->kind == E_FUNC_LIT) labels_of(w, x->func.body);
  return true;
}

void check_labels_of_file(Package *pkg, File *f) {
  Checker c = {.pkg = pkg, .file = f};
  Walker w = {.expr = labels_of_literal, .data = &c};
  vec_each(Decl *, d, &f->decls) {
    if ((*d)->kind == D_FUNC) labels_of(&w, (*d)->func.body);
    walk_decl(&w, *d);
  }
}
