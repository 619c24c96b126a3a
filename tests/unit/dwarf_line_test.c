// SPDX-License-Identifier: MIT
// link: runtime
//
// The reader of .debug_line on a hand-made unit, and on every way to cut it
// short.
#include "rt_test.h"

static const uint8_t unit[] = {
    58, 0, 0, 0,              // length of what follows
    4, 0,                     // version
    32, 0, 0, 0,              // header length, from here
    1, 1, 1, 0xfb, 14, 13,    // instruction, operations, is_stmt, -5, 14, 13
    0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1,   // operands of opcodes 1..12
    '/', 's', 0, 0,           // directories
    'a', '.', 'g', 'l', 0, 1, 0, 0,       // file 1 in directory 1
    0, 0,                     // end of files, and a byte of padding
    0, 9, 2, 0, 0x10, 0, 0, 0, 0, 0, 0,   // address 0x1000
    3, 9, 1,                  // line += 9, copy: 0x1000 is line 10
    75,                       // address += 4, line += 1: 0x1004 is line 11
    2, 6, 0, 1, 1,            // address += 6, end of sequence
};

static void rows(void **state) {
  static const struct { uint64_t pc; int line; } cases[] = {
      {0xfff, 0}, {0x1000, 10}, {0x1003, 10}, {0x1004, 11},
      {0x1009, 11}, {0x100a, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char file[64] = "";
    int line = 0;
    bool ok = dwarf_line(unit, sizeof unit, cases[i].pc, file, sizeof file,
                         &line);
    assert_int_equal(line, cases[i].line);
    assert_int_equal(ok, cases[i].line != 0);
    if (ok) assert_string_equal(file, "/s/a.gl");
  }
}

static void cut_short(void **state) {
  char file[8];
  int line;
  for (size_t n = 0; n <= sizeof unit; n++) {
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, unit, n);
    dwarf_line(copy, n, 0x1005, file, sizeof file, &line);
    if (n > 4) {  // a shorter length: the unit ends inside its tables
      copy[0] = (uint8_t)(n - 4);
      dwarf_line(copy, n, 0x1005, file, sizeof file, &line);
    }
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows),
      cmocka_unit_test(cut_short),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
