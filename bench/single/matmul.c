// SPDX-License-Identifier: MIT

// Matrix product: slices of slices of double, the textbook's three loops.

#include <stdio.h>
#include <stdlib.h>

typedef struct {
  double *at;
  long len, cap;
} Row;

typedef struct {
  Row *at;
  long len, cap;
} Matrix;

static Matrix matrix(long n, double seed) {
  Matrix m = {calloc(n, sizeof(Row)), n, n};
  for (long i = 0; i < n; i++) {
    m.at[i] = (Row){calloc(n, sizeof(double)), n, n};
    for (long j = 0; j < n; j++)
      m.at[i].at[j] = seed * (double)(i - j) * (double)(i + j);
  }
  return m;
}

static void multiply(Matrix c, Matrix a, Matrix b) {
  long n = a.len;
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < n; j++) {
      double sum = 0;
      for (long k = 0; k < n; k++)
        sum += a.at[i].at[k] * b.at[k].at[j];
      c.at[i].at[j] = sum;
    }
  }
}

int main(void) {
  long n = 400;
  Matrix a = matrix(n, 1 / (double)n), b = matrix(n, 2 / (double)n),
         c = matrix(n, 0);
  for (long i = 0; i < 6; i++) {
    multiply(c, a, b);
    Matrix t = a;
    a = c;
    c = t;
    a.at[i].at[i] = 1;
  }
  printf("%.6e\n", a.at[n / 2].at[n / 3]);
  return 0;
}
