// SPDX-License-Identifier: MIT

// FNV and CRC-32 over bytes: shifts, a table, and one long chain of each.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t *table(void) {
  uint32_t *t = calloc(256, 4);
  for (long i = 0; i < 256; i++) {
    uint32_t c = (uint32_t)i;
    for (int k = 0; k < 8; k++) {
      if ((c & 1) == 1)
        c = c >> 1 ^ 0xedb88320;
      else
        c >>= 1;
    }
    t[i] = c;
  }
  return t;
}

static uint32_t crc(uint32_t *t, uint8_t *p, long n) {
  uint32_t c = ~0u;
  for (long i = 0; i < n; i++)
    c = t[(uint8_t)c ^ p[i]] ^ c >> 8;
  return ~c;
}

static uint64_t fnv(uint8_t *p, long n) {
  uint64_t h = 14695981039346656037u;
  for (long i = 0; i < n; i++)
    h = (h ^ p[i]) * 1099511628211u;
  return h;
}

int main(void) {
  long n = 1 << 20;
  uint8_t *p = malloc(n);
  for (long i = 0; i < n; i++)
    p[i] = (uint8_t)(i * 7);
  uint32_t *t = table();
  uint64_t sum = 0;
  for (int i = 0; i < 80; i++) {
    p[i] ^= 0x55;
    sum = sum * 31 + crc(t, p, n) + fnv(p, n);
  }
  printf("%lu\n", sum);
  return 0;
}
