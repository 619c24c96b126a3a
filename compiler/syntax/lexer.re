// SPDX-License-Identifier: MIT
//
// The lexer: source bytes to tokens, one at a time. re2c makes a direct-coded
// automaton of the rules in lexer_next. The rules match well-formed text in
// one go; where text may be malformed, a rule matches as much as belongs to
// the token and a function in lex_literal.c or below looks at it byte by byte
// and says what is wrong.
//
// Semicolons are inserted as the language says: after a token that may end a
// statement, a newline, a comment that holds one, or the end of the file is a
// SEMICOLON token.
#include "lexer.h"

const char *const token_text[T_COUNT] = {
#define TOKEN(name, text) [T_##name] = text,
#include "token.def"
};

// ---- comments -------------------------------------------------------------

static bool has_prefix(const char *s, const char *e, const char *prefix) {
  size_t n = strlen(prefix);
  return (size_t)(e - s) >= n && memcmp(s, prefix, n) == 0;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// Splits ":digits" off the end of s[0..n). Returns the offset of the digits,
// 0 if there is no colon. *value is -1 if what follows it is no number.
static size_t trailing_digits(const char *s, size_t n, int64_t *value) {
  size_t i = n;
  while (i > 0 && s[i - 1] != ':') i--;
  if (i == 0) return 0;
  *value = i < n ? 0 : -1;
  for (size_t j = i; j < n && *value >= 0; j++) {
    if (s[j] < '0' || s[j] > '9')
      *value = -1;
    else if (*value < (INT64_C(1) << 40))
      *value = *value * 10 + (s[j] - '0');
  }
  return i;
}

enum { MAX_LINE = 1 << 30 };

// text is what follows "line "; the directive holds from offset on.
static void line_directive(Lexer *l, const char *text, size_t n,
                           uint32_t offset) {
  int64_t line, col = 0, number;
  size_t i = trailing_digits(text, n, &line);
  if (!i) return;  // not a directive
  if (line < 0) {
    lex_error(l, text + i, "invalid line number: %.*s", (int)(n - i), text + i);
    return;
  }
  size_t i2 = trailing_digits(text, i - 1, &number);
  bool has_col = i2 && number >= 0;
  if (has_col) {
    col = line;
    line = number;
    if (col == 0 || col > MAX_LINE) {
      lex_error(l, text + i, "invalid column number: %.*s", (int)(n - i),
                text + i);
      return;
    }
    n = i - 1;
    i = i2;
  }
  if (line == 0 || line > MAX_LINE) {
    lex_error(l, text + i, "invalid line number: %.*s", (int)(n - i), text + i);
    return;
  }
  Source *s = l->source;
  const char *path = arena_strndup(perm, text, i - 1);
  if (has_col && i == 1)
    path = s->directives.len ? s->directives.at[s->directives.len - 1].path
                             : s->path;
  LineDirective d = {offset, path, (int)line, (int)col};
  vec_push(&s->directives, d);
}

static void add_pragma(Lexer *l, const char *s, const char *e) {
  if (!l->file) return;
  while (e > s && is_blank(e[-1])) e--;
  Pragma p = {lex_pos(l, s), name_intern(s + 2, (size_t)(e - s - 2)), NULL};
  vec_push(&l->file->pragmas, p);
  bool before_first_token = !l->pos;
  if (!before_first_token || l->file->build_constraint) return;
  if (!has_prefix(s, e, "//go:build") || !is_blank(s[10])) return;
  s += 10;
  while (s < e && is_blank(*s)) s++;
  l->file->build_constraint = name_intern(s, (size_t)(e - s));
}

static void add_comment(Lexer *l, const char *s, const char *e) {
  if (!l->file) return;
  Comment c = {lex_pos(l, s), lex_pos(l, e)};
  vec_push(&l->file->comments, c);
}

static void line_comment(Lexer *l, const char *s, const char *e) {
  lex_check_text(l, s, e);
  if (e > s && e[-1] == '\r') e--;
  add_comment(l, s, e);
  if (has_prefix(s, e, "//go:") || has_prefix(s, e, "//gl:")) {
    add_pragma(l, s, e);
  } else if (has_prefix(s, e, "//line ")) {
    bool at_line_start = s == l->source->text || s[-1] == '\n';
    const char *next_line = l->cursor + (l->cursor < l->limit);
    if (at_line_start)
      line_directive(l, s + 7, (size_t)(e - s - 7),
                     (uint32_t)(next_line - l->source->text));
  }
}

// After "/*". Returns whether the comment holds a newline.
static bool block_comment(Lexer *l, const char *s) {
  const char *p = l->cursor;
  bool newline = false;
  for (;; p++) {
    if (p == l->limit) {
      lex_error(l, s, "comment not terminated");
      break;
    }
    if (*p == '\n') newline = true;
    if (*p == '*' && p[1] == '/') {
      p += 2;
      break;
    }
  }
  l->cursor = p;
  lex_check_text(l, s, p);
  add_comment(l, s, p);
  if (has_prefix(s, p, "/*line ") && !newline && has_prefix(p - 2, p, "*/"))
    line_directive(l, s + 7, (size_t)(p - 2 - (s + 7)),
                   (uint32_t)(p - l->source->text));
  return newline;
}

// ---- tokens ---------------------------------------------------------------

static void token(Lexer *l, const char *s, Token tok) {
  l->tok = tok;
  l->pos = lex_pos(l, s);
  l->end = lex_pos(l, l->cursor);
}

static void literal(Lexer *l, const char *s, Token tok) {
  token(l, s, tok);
  l->lit = name_intern(s, (size_t)(l->cursor - s));
  l->nlsemi = true;
}

static void semicolon(Lexer *l, const char *s, const char *text) {
  token(l, s, T_SEMICOLON);
  l->lit = name_cstr(text);
}

static void ending(Lexer *l, const char *s, Token tok) {
  token(l, s, tok);
  l->nlsemi = true;
}

void lexer_init(Lexer *l, Source *s, File *f) {
  *l = (Lexer){.source = s, .file = f, .tok = T_BAD};
  l->cursor = s->text;
  l->limit = s->text + s->len;
  s->directives.len = 0;  // found again, should this be a second pass
  if (has_prefix(l->cursor, l->limit, "\xef\xbb\xbf")) l->cursor += 3;
}

/*!re2c
  re2c:define:YYCTYPE = "unsigned char";
  re2c:define:YYCURSOR = l->cursor;
  re2c:define:YYLIMIT = l->limit;
  re2c:define:YYMARKER = marker;
  re2c:yyfill:enable = 0;
  re2c:encoding:utf8 = 0;  // bytes; what is not ASCII is decoded by hand
  re2c:eof = 0;

  letter   = [a-zA-Z_];
  high     = [\x80-\xff];
  digits   = [0-9_]*;
  hex      = [0-9a-fA-F_]*;
  exponent = [eEpP] [+-]? digits;
  simple   = "\\" [abfnrtv\\];
*/

void lexer_next(Lexer *l) {
  bool nlsemi = l->nlsemi;
  const char *marker;
  l->nlsemi = false;
  l->lit = NULL;
  for (;;) {
    const char *s = l->cursor;
    /*!re2c
      [ \t\r]+   { continue; }
      "\n"       { if (nlsemi) { semicolon(l, s, "newline"); return; }
                   continue; }
      "//" [^\n]* { line_comment(l, s, l->cursor); continue; }
      "/*"       { if (block_comment(l, s) && nlsemi) {
                     semicolon(l, s, "newline");
                     return;
                   }
                   continue; }
      $          { if (nlsemi) semicolon(l, s, "EOF"); else token(l, s, T_EOF);
                   return; }

      "break"       { ending(l, s, T_BREAK); return; }
      "case"        { token(l, s, T_CASE); return; }
      "chan"        { token(l, s, T_CHAN); return; }
      "const"       { token(l, s, T_CONST); return; }
      "continue"    { ending(l, s, T_CONTINUE); return; }
      "default"     { token(l, s, T_DEFAULT); return; }
      "defer"       { token(l, s, T_DEFER); return; }
      "else"        { token(l, s, T_ELSE); return; }
      "fallthrough" { ending(l, s, T_FALLTHROUGH); return; }
      "for"         { token(l, s, T_FOR); return; }
      "func"        { token(l, s, T_FUNC); return; }
      "go"          { token(l, s, T_GO); return; }
      "goto"        { token(l, s, T_GOTO); return; }
      "if"          { token(l, s, T_IF); return; }
      "import"      { token(l, s, T_IMPORT); return; }
      "interface"   { token(l, s, T_INTERFACE); return; }
      "map"         { token(l, s, T_MAP); return; }
      "package"     { token(l, s, T_PACKAGE); return; }
      "range"       { token(l, s, T_RANGE); return; }
      "return"      { ending(l, s, T_RETURN); return; }
      "select"      { token(l, s, T_SELECT); return; }
      "struct"      { token(l, s, T_STRUCT); return; }
      "switch"      { token(l, s, T_SWITCH); return; }
      "type"        { token(l, s, T_TYPE); return; }
      "var"         { token(l, s, T_VAR); return; }

      letter (letter | [0-9])* { literal(l, s, T_IDENT); return; }
      (letter | high) (letter | [0-9] | high)* {
        if (!lex_identifier(l, s)) continue;
        literal(l, s, T_IDENT);
        return;
      }

      "0" | [1-9][0-9]* { literal(l, s, T_INT); return; }
      "0" [xX] hex ("." hex)? exponent? "i"?
        | [0-9] [bBoO]? digits ("." digits)? exponent? "i"?
        | "." [0-9] digits exponent? "i"? {
        Token kind = lex_number(l, s);
        literal(l, s, kind);
        return;
      }

      "'" [^'\\\n\x00\x80-\xff] "'" { literal(l, s, T_CHAR); return; }
      "'" { Token kind = lex_char(l, s); literal(l, s, kind); return; }
      ["] ([^"\\\n\x00\x80-\xff] | simple | "\\" ["])* ["] {
        literal(l, s, T_STRING);
        return;
      }
      ["] { Token kind = lex_string(l, s); literal(l, s, kind); return; }
      "`" { Token kind = lex_raw_string(l, s); literal(l, s, kind); return; }

      "||"  { token(l, s, T_OROR); return; }
      "&&"  { token(l, s, T_ANDAND); return; }
      "=="  { token(l, s, T_EQL); return; }
      "!="  { token(l, s, T_NEQ); return; }
      "<"   { token(l, s, T_LSS); return; }
      "<="  { token(l, s, T_LEQ); return; }
      ">"   { token(l, s, T_GTR); return; }
      ">="  { token(l, s, T_GEQ); return; }
      "+"   { token(l, s, T_ADD); return; }
      "-"   { token(l, s, T_SUB); return; }
      "|"   { token(l, s, T_OR); return; }
      "^"   { token(l, s, T_XOR); return; }
      "*"   { token(l, s, T_MUL); return; }
      "/"   { token(l, s, T_QUO); return; }
      "%"   { token(l, s, T_REM); return; }
      "&"   { token(l, s, T_AND); return; }
      "&^"  { token(l, s, T_ANDNOT); return; }
      "<<"  { token(l, s, T_SHL); return; }
      ">>"  { token(l, s, T_SHR); return; }
      "+="  { token(l, s, T_ADD_ASSIGN); return; }
      "-="  { token(l, s, T_SUB_ASSIGN); return; }
      "*="  { token(l, s, T_MUL_ASSIGN); return; }
      "/="  { token(l, s, T_QUO_ASSIGN); return; }
      "%="  { token(l, s, T_REM_ASSIGN); return; }
      "&="  { token(l, s, T_AND_ASSIGN); return; }
      "|="  { token(l, s, T_OR_ASSIGN); return; }
      "^="  { token(l, s, T_XOR_ASSIGN); return; }
      "<<=" { token(l, s, T_SHL_ASSIGN); return; }
      ">>=" { token(l, s, T_SHR_ASSIGN); return; }
      "&^=" { token(l, s, T_ANDNOT_ASSIGN); return; }
      "="   { token(l, s, T_ASSIGN); return; }
      ":="  { token(l, s, T_DEFINE); return; }
      "++"  { ending(l, s, T_INC); return; }
      "--"  { ending(l, s, T_DEC); return; }
      "<-"  { token(l, s, T_ARROW); return; }
      "!"   { token(l, s, T_NOT); return; }
      "~"   { token(l, s, T_TILDE); return; }
      "..." { token(l, s, T_ELLIPSIS); return; }
      "("   { token(l, s, T_LPAREN); return; }
      ")"   { ending(l, s, T_RPAREN); return; }
      "["   { token(l, s, T_LBRACK); return; }
      "]"   { ending(l, s, T_RBRACK); return; }
      "{"   { token(l, s, T_LBRACE); return; }
      "}"   { ending(l, s, T_RBRACE); return; }
      ","   { token(l, s, T_COMMA); return; }
      "."   { token(l, s, T_PERIOD); return; }
      ";"   { semicolon(l, s, ";"); return; }
      ":"   { token(l, s, T_COLON); return; }

      *     { lex_invalid_char(l, s); continue; }
    */
  }
}

// ---- dump -----------------------------------------------------------------

void tokens_dump(Source *s, FILE *out) {
  Lexer l;
  lexer_init(&l, s, NULL);
  do {
    lexer_next(&l);
    Loc loc = source_loc(l.pos);
    fprintf(out, "%d:%d\t%s", loc.line, loc.col, token_text[l.tok]);
    if (l.lit) fprintf(out, "\t%s", l.lit->s);
    fputc('\n', out);
  } while (l.tok != T_EOF);
}
