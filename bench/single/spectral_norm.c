// SPDX-License-Identifier: MIT

// Spectral norm of an infinite matrix: divisions and sums in nested loops.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double a(long i, long j) {
  return 1 / (double)((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(double *v, double *u, long n) {
  for (long i = 0; i < n; i++) {
    double sum = 0;
    for (long j = 0; j < n; j++)
      sum += a(i, j) * u[j];
    v[i] = sum;
  }
}

static void times_transposed(double *v, double *u, long n) {
  for (long i = 0; i < n; i++) {
    double sum = 0;
    for (long j = 0; j < n; j++)
      sum += a(j, i) * u[j];
    v[i] = sum;
  }
}

int main(void) {
  long n = 2000;
  double *u = calloc(n, 8), *v = calloc(n, 8), *t = calloc(n, 8);
  for (long i = 0; i < n; i++)
    u[i] = 1;
  for (int i = 0; i < 10; i++) {
    times(t, u, n);
    times_transposed(v, t, n);
    times(t, v, n);
    times_transposed(u, t, n);
  }
  double vBv = 0, vv = 0;
  for (long i = 0; i < n; i++) {
    vBv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  printf("%.9f\n", sqrt(vBv / vv));
  return 0;
}
