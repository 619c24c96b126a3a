// SPDX-License-Identifier: MIT
//
// Source files: the package clause and the declarations of the top level.
#include "parser.h"

// A function without a body, possibly because its "{" is on the next line.
static bool is_bodiless_func(const DeclVec *decls) {
  if (!decls->len) return false;
  const Decl *d = decls->at[decls->len - 1];
  return d->kind == D_FUNC && !d->func.body;
}

// PackageClause = "package" PackageName .
static bool package_clause(Parser *p) {
  File *f = p->file;
  f->doc = lead_comments(p);
  f->package_name = blank_name(p);
  if (p->l.tok != T_PACKAGE) {
    syntax_error(p, p->l.pos, "package statement must be first");
    return false;
  }
  next(p);
  f->package_name = name(p);
  drop_pragmas(p);
  want(p, T_SEMICOLON);
  return !f->had_errors;
}

static void skip_to_decl(Parser *p) {
  advance_to(p, T_IMPORT, T_CONST, T_TYPE, T_VAR, T_FUNC);
}

// TopLevelDecl. Returns false if there is none.
static bool top_level_decl(Parser *p) {
  DeclVec *decls = &p->file->decls;
  switch (p->l.tok) {
    case T_IMPORT: import_decl(p, decls); break;
    case T_CONST: const_decl(p, decls); break;
    case T_TYPE: type_decl(p, decls); break;
    case T_VAR: var_decl(p, decls); break;
    case T_FUNC: func_decl(p, decls); break;
    default:
      if (p->l.tok == T_LBRACE && is_bodiless_func(decls))
        syntax_error(p, p->l.pos, "unexpected semicolon or newline before {");
      else
        syntax_error(p, p->l.pos,
                     "non-declaration statement outside function body");
      skip_to_decl(p);
      return false;
  }
  drop_guard(p);
  // Before the next token is read, which may bring the next one's pragmas.
  drop_pragmas(p);
  return true;
}

static Parser parser_new(Source *s) {
  Parser p = {.file = NEW(File)};
  p.file->source = s;
  lexer_init(&p.l, s, p.file);
  return p;
}

// SourceFile = PackageClause ";" { ImportDecl ";" } { TopLevelDecl ";" } .
static File *source_file(Source *s, bool imports_only) {
  Parser parser = parser_new(s), *p = &parser;
  next(p);
  if (!package_clause(p)) return p->file;
  Token prev = T_IMPORT;
  while (p->l.tok != T_EOF) {
    if (p->l.tok == T_IMPORT && prev != T_IMPORT)
      syntax_error(p, p->l.pos,
                   "imports must appear before other declarations");
    if (imports_only && p->l.tok != T_IMPORT) break;
    prev = p->l.tok;
    if (!top_level_decl(p)) continue;
    if (p->l.tok != T_EOF && !got(p, T_SEMICOLON)) {
      unexpected(p, " after top level declaration");
      skip_to_decl(p);
    }
  }
  return p->file;
}

File *parse_file(Source *s) {
  return source_file(s, false);
}

File *parse_imports(Source *s) {
  return source_file(s, true);
}
