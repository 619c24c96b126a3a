// SPDX-License-Identifier: MIT
//
// Runs a fuzz target without libFuzzer, the same way every time:
//
//   fuzz_check SEED COUNT FILE...
//
// compiles each file, then COUNT inputs made of them by mutations from SEED.
// What is being compiled is in the file fuzz-input.gl of the working folder,
// which stays there after a crash or after LIMIT seconds.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fuzz.h"

enum { LIMIT = 20, MAX_INPUT = 1 << 16 };

typedef struct Input {
  uint8_t *at;
  size_t len;
} Input;

static const char kept[] = "fuzz-input.gl";

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static Input read_input(const char *path) {
  Input in = {malloc(MAX_INPUT), 0};
  FILE *f = fopen(path, "rb");
  if (!f || !in.at)
    fail(path);
  in.len = fread(in.at, 1, MAX_INPUT, f);
  fclose(f);
  return in;
}

// The input lies in a shared mapping of the kept file, so that it is there
// after a crash without a system call for each input.
static void compile(const uint8_t *data, size_t n) {
  static uint8_t *map;
  if (!map) {
    FILE *f = fopen(kept, "w+b");
    if (!f || ftruncate(fileno(f), MAX_INPUT) != 0)
      fail(kept);
    map = mmap(NULL, MAX_INPUT, PROT_READ | PROT_WRITE, MAP_SHARED,
               fileno(f), 0);
    if (map == MAP_FAILED)
      fail(kept);
  }
  memset(map, '\n', MAX_INPUT);
  memcpy(map, data, n);
  alarm(LIMIT);
  LLVMFuzzerTestOneInput(data, n);
  alarm(0);
}

static void mutations(Input *inputs, int n, unsigned seed, unsigned count) {
  static uint8_t data[MAX_INPUT];
  for (unsigned i = 0; i < count; i++) {
    unsigned s = seed + i * 2654435761u;
    Input *a = &inputs[s % (unsigned)n];
    Input *b = &inputs[(s / 7919) % (unsigned)n];
    size_t len = a->len;
    memcpy(data, a->at, len);
    if (i % 4 == 0)
      len = LLVMFuzzerCustomCrossOver(a->at, a->len, b->at, b->len, data,
                                      MAX_INPUT, s);
    len = LLVMFuzzerCustomMutator(data, len, MAX_INPUT, s);
    compile(data, len);
  }
}

// Deeply nested programs need the stack that gl gives itself.
static void grow_stack(char **argv) {
  struct rlimit r;
  const rlim_t want = (rlim_t)512 << 20;
  if (getrlimit(RLIMIT_STACK, &r) != 0 || r.rlim_cur >= want)
    return;
  r.rlim_cur = want;
  if (setrlimit(RLIMIT_STACK, &r) == 0)
    execv("/proc/self/exe", argv);
}

int main(int argc, char **argv) {
  grow_stack(argv);
  if (argc < 4) {
    fprintf(stderr, "usage: %s SEED COUNT FILE...\n", argv[0]);
    return 2;
  }
  unsigned seed = (unsigned)strtoul(argv[1], NULL, 10);
  unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
  int n = argc - 3;
  Input *inputs = calloc((size_t)n, sizeof *inputs);
  if (!inputs)
    fail("calloc");
  for (int i = 0; i < n; i++) {
    inputs[i] = read_input(argv[3 + i]);
    compile(inputs[i].at, inputs[i].len);
  }
  mutations(inputs, n, seed, count);
  unlink(kept);
  printf("%d files and %u mutations compiled\n", n, count);
  return 0;
}
