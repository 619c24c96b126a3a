// SPDX-License-Identifier: MIT

// Fannkuch: permutations and reversals of small arrays of long.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long fannkuch(long n, long *result) {
  long *perm = calloc(n, 8), *perm1 = calloc(n, 8), *count = calloc(n, 8);
  for (long i = 0; i < n; i++)
    perm1[i] = i;
  long r = n, most = 0, checksum = 0;
  for (long nperm = 0;; nperm++) {
    for (; r != 1; r--)
      count[r - 1] = r;
    memmove(perm, perm1, n * 8);
    long flips = 0;
    for (long k = perm[0]; k != 0; k = perm[0]) {
      for (long i = 0, j = k; i < j; i++, j--) {
        long t = perm[i];
        perm[i] = perm[j];
        perm[j] = t;
      }
      flips++;
    }
    if (flips > most)
      most = flips;
    if ((nperm & 1) == 0)
      checksum += flips;
    else
      checksum -= flips;
    for (;;) {
      if (r == n) {
        *result = most;
        return checksum;
      }
      long first = perm1[0];
      for (long i = 0; i < r; i++)
        perm1[i] = perm1[i + 1];
      perm1[r] = first;
      count[r]--;
      if (count[r] > 0)
        break;
      r++;
    }
  }
}

int main(void) {
  long most, checksum = fannkuch(10, &most);
  printf("%ld %ld\n", checksum, most);
  return 0;
}
