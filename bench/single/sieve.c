// SPDX-License-Identifier: MIT

// The sieve of Eratosthenes over an array of bool.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static long sieve(long n) {
  bool *composite = calloc(n, 1);
  long count = 0;
  for (long i = 2; i < n; i++) {
    if (composite[i])
      continue;
    count++;
    for (long j = 2 * i; j < n; j += i)
      composite[j] = true;
  }
  free(composite);
  return count;
}

int main(void) {
  long sum = 0;
  for (long i = 0; i < 60; i++)
    sum += sieve(1000000 + i);
  printf("%ld\n", sum);
  return 0;
}
