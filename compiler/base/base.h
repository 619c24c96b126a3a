// SPDX-License-Identifier: MIT
//
// What every phase uses: arenas, interned names, growable lists, hash maps,
// source files with positions, and diagnostics.
#ifndef GL_BASE_H
#define GL_BASE_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- util.c ----------------------------------------------------------------

// Our mistake, not the user's: prints file and line to stderr and aborts.
#define unreachable() unreachable_at(__FILE__, __LINE__)
_Noreturn void unreachable_at(const char *file, int line);
// Prints "gl: " and the message to stderr and exits with status 2.
_Noreturn void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

// ---- steps.c ---------------------------------------------------------------

// Whether the two below print, on stderr: -x.
extern bool steps_shown;
// A line of what the compiler itself does.
void step_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// A line a shell would take; the list ends in NULL.
void step_command(const char *const *argv);

// ---- arena.c ---------------------------------------------------------------

// Memory that is freed all at once. Allocations are zeroed, 16-byte aligned.
typedef struct Arena Arena;

extern Arena *perm;  // lives as long as the compiler

Arena *arena_new(void);
void arena_free(Arena *a);
void *arena_alloc(Arena *a, size_t size);
char *arena_strndup(Arena *a, const char *s, size_t n);
// Formats into the arena; the result is NUL-terminated.
char *arena_printf(Arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0), nonnull(2)));
#define NEW(T) ((T *)arena_alloc(perm, sizeof(T)))
#define NEW_ARRAY(T, n) ((T *)arena_alloc(perm, sizeof(T) * (size_t)(n)))

// ---- vec.c -----------------------------------------------------------------

// A growable list: struct { T *at; int len, cap; }, in `perm`.
#define VEC(T) \
  struct {     \
    T *at;     \
    int len;   \
    int cap;   \
  }
// Appends x. Old storage stays in the arena; lists double.
#define vec_push(v, x)                                                     \
  ((v)->len == (v)->cap                                                    \
       ? ((v)->at = vec_grow((v)->at, (v)->len, &(v)->cap,                 \
                             sizeof *(v)->at))                             \
       : (v)->at,                                                          \
   (v)->at[(v)->len++] = (x))
void *vec_grow(void *at, int len, int *cap, size_t elem_size);
// for each element, as a pointer p to it
#define vec_each(T, p, v) \
  for (T *p = (v)->at; p < (v)->at + (v)->len; p++)

// A growable byte string, NUL-terminated after every append.
typedef struct Buf {
  char *at;
  size_t len, cap;
} Buf;
void buf_add(Buf *b, const char *s, size_t n);
void buf_addc(Buf *b, char c);
void buf_adds(Buf *b, const char *s);
void buf_printf(Buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

// ---- name.c ----------------------------------------------------------------

// An interned byte string: equal texts are the same pointer.
typedef struct Name {
  uint32_t len;
  uint32_t hash;
  char s[];  // NUL-terminated
} Name;
Name *name_intern(const char *s, size_t n);
Name *name_cstr(const char *s);
// An identifier is exported if it begins with an upper-case letter (Unicode
// category Lu, by utf8proc).
bool name_is_exported(const Name *n);

// ---- map.c -----------------------------------------------------------------

// Hash map from pointers (also interned names) to pointers. Zero is empty.
typedef struct Map {
  struct MapEntry {
    const void *key;
    void *val;
  } *entries;
  int len, cap;
} Map;
void *map_get(const Map *m, const void *key);             // or NULL
bool map_has(const Map *m, const void *key);
void map_put(Map *m, const void *key, void *val);         // replaces
// Hash map from byte strings to pointers. Zero is empty. Keys are copied.
typedef struct StrMap {
  struct StrMapEntry {
    const char *key;
    size_t len;
    uint32_t hash;
    void *val;
  } *entries;
  int len, cap;
} StrMap;
void *strmap_get(const StrMap *m, const char *key, size_t n);
void strmap_put(StrMap *m, const char *key, size_t n, void *val);

// ---- hash.c ----------------------------------------------------------------

// BLAKE2b with a result of 32 bytes.
enum { HASH_SIZE = 32 };
typedef struct Hash {
  uint64_t state[8];
  uint64_t total;   // bytes before the block
  unsigned char block[128];
  size_t fill;      // of the block
} Hash;
void hash_init(Hash *h);
void hash_add(Hash *h, const void *data, size_t n);
// With the length before it, so that a list of strings is unambiguous.
void hash_adds(Hash *h, const char *s);
// A file by name, size and when it was written, without reading it.
void hash_add_file(Hash *h, const char *path);
void hash_end(Hash *h, unsigned char out[HASH_SIZE]);
const char *hash_end_hex(Hash *h);  // in perm

// ---- path.c ----------------------------------------------------------------

// Without symbolic links; the path itself if it does not exist. In perm.
const char *path_absolute(const char *path);
const char *path_dir(const char *path);      // what stands before the last /
// As messages show it: without the current folder in front.
const char *path_shorten(const char *path);
// path is dir or lies below it. Also for import paths.
bool path_inside(const char *path, const char *dir);
bool path_is_dir(const char *path);
// There is something of that name, and it is no plain file: a folder, a pipe.
bool path_is_special(const char *path);

// ---- source.c --------------------------------------------------------------

// A position: 0 is none, else 1 + offset into all source files laid end to
// end. Cheap to store in every node.
typedef uint32_t Pos;

// A //line directive: the text from offset on belongs to this file and line.
typedef struct LineDirective {
  uint32_t offset;
  const char *path;
  int line, col;  // col 0 if not given
} LineDirective;

typedef struct Source {
  const char *path;  // as the user gave it, used in messages
  const char *text;  // NUL-terminated; the NUL is not part of the text
  uint32_t len;
  Pos base;          // of its first byte
  VEC(uint32_t) lines;  // offset of each line start
  VEC(LineDirective) directives;  // by ascending offset
} Source;

typedef struct Loc {
  const Source *source;
  const char *path;  // after //line directives
  int line, col;     // 1-based; col counts bytes, 0 if a //line hides it
  int real_line;     // without directives
} Loc;

// Reads a file; NULL and errno if that fails. Files over 1 GiB give EFBIG.
Source *source_read(const char *path);
Source *source_from_text(const char *path, const char *text, size_t len);
Loc source_loc(Pos pos);
const Source *source_of(Pos pos);

// ---- diag.c ----------------------------------------------------------------

typedef enum Severity { DIAG_ERROR, DIAG_WARNING } Severity;

// How diagnostics are printed and counted.
typedef struct DiagOptions {
  bool json;    // one object per line on stderr: file, line, column, severity,
                // message, notes
  bool color;   // only ever true for a terminal without NO_COLOR
  int limit;    // errors printed before "too many errors"; 0 is no limit
} DiagOptions;
extern DiagOptions diag_options;

// Records an error or warning at a position. Nothing is printed before
// diag_flush. A second error on the same line of the same file with the same
// text is dropped; so is a syntax error on a line that has one already.
// syntax_error_at puts "syntax error: " before the message.
void error_at(Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void error_at_v(Pos pos, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void syntax_error_at(Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void warning_at(Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Adds a note to the latest error: "file:line:col: note: message".
void note_at(Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int diag_error_count(void);
// Prints what was recorded, sorted by file and position, with source line and
// caret, and forgets it (the count stays). Returns the number of errors so
// far.
int diag_flush(void);

#endif
