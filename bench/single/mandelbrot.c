// SPDX-License-Identifier: MIT

// Mandelbrot: a bitmap, eight points to a byte.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void row(uint8_t *bits, long len, long y, long n) {
  double ci = 2 * (double)y / (double)n - 1;
  for (long i = 0; i < len; i++) {
    uint8_t b = 0;
    for (long x = 8 * i; x < 8 * i + 8; x++) {
      double cr = 2 * (double)x / (double)n - 1.5;
      double zr = 0, zi = 0, r2 = 0, i2 = 0;
      long k = 0;
      for (; k < 50 && r2 + i2 <= 4; k++) {
        zi = 2 * zr * zi + ci;
        zr = r2 - i2 + cr;
        r2 = zr * zr;
        i2 = zi * zi;
      }
      b <<= 1;
      if (k == 50)
        b |= 1;
    }
    bits[i] = b;
  }
}

int main(void) {
  long n = 1600;
  uint8_t *bits = malloc(n / 8);
  uint32_t sum = 0;
  for (long y = 0; y < n; y++) {
    row(bits, n / 8, y, n);
    for (long i = 0; i < n / 8; i++)
      sum = sum * 31 + bits[i];
  }
  printf("%u\n", sum);
  return 0;
}
