// SPDX-License-Identifier: MIT

// The queens on a board: recursion over arrays of bool.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  long n;
  bool *column, *up, *down;
  long solutions, visited;
} Board;

static void place(Board *b, long row) {
  b->visited++;
  if (row == b->n) {
    b->solutions++;
    return;
  }
  for (long c = 0; c < b->n; c++) {
    if (b->column[c] || b->up[row + c] || b->down[row - c + b->n - 1])
      continue;
    b->column[c] = b->up[row + c] = b->down[row - c + b->n - 1] = true;
    place(b, row + 1);
    b->column[c] = b->up[row + c] = b->down[row - c + b->n - 1] = false;
  }
}

int main(void) {
  long n = 11;
  Board b = {.n = n, .column = calloc(n, 1), .up = calloc(2 * n - 1, 1),
             .down = calloc(2 * n - 1, 1)};
  for (int i = 0; i < 10; i++)
    place(&b, 0);
  printf("%ld %ld\n", b.solutions, b.visited);
  return 0;
}
