// SPDX-License-Identifier: MIT
//
// BLAKE2b with 32 bytes of result, as RFC 7693 describes it: what names
// compiled packages in the cache. Chosen over SHA-2 because it hashes about a
// gigabyte a second without special instructions, and every compilation
// hashes the sources of all that it imports.
#include <sys/stat.h>

#include "base.h"

static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

// The order of message words in each round.
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t rotate(uint64_t x, int n) {
  return x >> n | x << (64 - n);
}

static void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x,
                uint64_t y) {
  v[a] += v[b] + x;
  v[d] = rotate(v[d] ^ v[a], 32);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 24);
  v[a] += v[b] + y;
  v[d] = rotate(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 63);
}

// The machine is little-endian, as the words of a block are.
static void compress(Hash *h, const unsigned char *block, bool last) {
  uint64_t m[16], v[16];
  memcpy(m, block, sizeof m);
  memcpy(v, h->state, sizeof h->state);
  memcpy(v + 8, iv, sizeof iv);
  v[12] ^= h->total;
  if (last) v[14] = ~v[14];
  for (int i = 0; i < 12; i++) {
    const uint8_t *s = sigma[i % 10];
    mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (int i = 0; i < 8; i++) h->state[i] ^= v[i] ^ v[i + 8];
}

void hash_init(Hash *h) {
  *h = (Hash){0};
  memcpy(h->state, iv, sizeof iv);
  h->state[0] ^= 0x01010000 ^ HASH_SIZE;
}

void hash_add(Hash *h, const void *data, size_t n) {
  const unsigned char *p = data;
  while (n > 0) {
    // The last block waits for hash_end, which marks it.
    if (h->fill == sizeof h->block) {
      h->total += h->fill;
      compress(h, h->block, false);
      h->fill = 0;
    }
    size_t k = sizeof h->block - h->fill;
    if (k > n) k = n;
    memcpy(h->block + h->fill, p, k);
    h->fill += k;
    p += k;
    n -= k;
  }
}

void hash_adds(Hash *h, const char *s) {
  uint64_t n = strlen(s);
  hash_add(h, &n, sizeof n);
  hash_add(h, s, n);
}

void hash_add_file(Hash *h, const char *path) {
  struct stat st = {0};
  stat(path, &st);
  int64_t facts[] = {(int64_t)st.st_dev, (int64_t)st.st_ino,
                     (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec,
                     (int64_t)st.st_mtim.tv_nsec};
  hash_adds(h, path);
  hash_add(h, facts, sizeof facts);
}

void hash_end(Hash *h, unsigned char out[HASH_SIZE]) {
  h->total += h->fill;
  memset(h->block + h->fill, 0, sizeof h->block - h->fill);
  compress(h, h->block, true);
  memcpy(out, h->state, HASH_SIZE);
}

const char *hash_end_hex(Hash *h) {
  unsigned char sum[HASH_SIZE];
  hash_end(h, sum);
  char *s = arena_alloc(perm, 2 * HASH_SIZE + 1);
  for (int i = 0; i < HASH_SIZE; i++)
    snprintf(s + 2 * i, 3, "%02x", sum[i]);
  return s;
}
