// SPDX-License-Identifier: MIT
//
// What lexer.re and lex_literal.c share; nothing else includes this.
#ifndef GL_LEXER_H
#define GL_LEXER_H

#include "syntax.h"

static inline Pos lex_pos(const Lexer *l, const char *p) {
  return l->source->base + (Pos)(p - l->source->text);
}

// Reports an error at a byte of the source.
void lex_error(Lexer *l, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// Complains about NULs, byte order marks and bytes that are not UTF-8.
void lex_check_text(Lexer *l, const char *s, const char *e);
// A character that begins no token.
void lex_invalid_char(Lexer *l, const char *s);
// Checks an identifier that is not plain ASCII. False: there is none.
bool lex_identifier(Lexer *l, const char *s);

// These finish a literal that begins at s and move the cursor behind it. They
// return its token, or T_BAD after an error that leaves it without a value.
Token lex_number(Lexer *l, const char *s);
Token lex_char(Lexer *l, const char *s);
Token lex_string(Lexer *l, const char *s);
Token lex_raw_string(Lexer *l, const char *s);

#endif
