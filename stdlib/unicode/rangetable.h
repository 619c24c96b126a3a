// SPDX-License-Identifier: MIT
//
// The layouts of RangeTable and what it is made of, for the tables that
// tables.py writes as C.
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint16_t lo, hi, stride;
} Range16;

typedef struct {
  uint32_t lo, hi, stride;
} Range32;

typedef struct {
  void *at;
  size_t len, cap;
} Slice;

typedef struct {
  Slice r16, r32;
  intptr_t latin_offset;  // ranges of r16 that end below 2^8
} RangeTable;

typedef struct {
  uint32_t lo, hi;
  int32_t delta[3];
} CaseRange;

#define SLICE(a) \
  { a, sizeof(a) / sizeof *(a), sizeof(a) / sizeof *(a) }
#define NONE \
  { NULL, 0, 0 }

// The variable name of package unicode and its table; ranges name_16 and
// name_32 hold what is in it.
#define ALIAS(name, of) RangeTable *gl_unicode_##name = &gl_unicode_table_##of
#define MAKE_TABLE(name, ...)                               \
  RangeTable gl_unicode_table_##name = {__VA_ARGS__};       \
  ALIAS(name, name)
#define TABLE(name, latin) \
  MAKE_TABLE(name, SLICE(name##_16), SLICE(name##_32), latin)
#define LOW_TABLE(name, latin) MAKE_TABLE(name, SLICE(name##_16), NONE, latin)
#define HIGH_TABLE(name, latin) MAKE_TABLE(name, NONE, SLICE(name##_32), latin)

extern RangeTable gl_unicode_table_L, gl_unicode_table_M, gl_unicode_table_N,
    gl_unicode_table_P, gl_unicode_table_S, gl_unicode_table_Zs;
