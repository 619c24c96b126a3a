// SPDX-License-Identifier: MIT
//
// launch FILE PROGRAM: runs the program and writes to FILE its status, wall
// time and processor time in nanoseconds, and peak memory in KiB.
//
// A program started by a big process inherits that one's peak memory across
// exec. This one is small, so what it sees is the program's own.

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long nanoseconds(struct timeval t) {
  return t.tv_sec * 1000000000LL + t.tv_usec * 1000LL;
}

int main(int argc, char **argv) {
  if (argc < 3)
    return 2;
  long long start = now();
  pid_t child = fork();
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  int status = 127;
  struct rusage u;
  if (child < 0 || wait4(child, &status, 0, &u) < 0)
    return 2;
  long long wall = now() - start;
  FILE *f = fopen(argv[1], "w");
  if (!f)
    return 2;
  fprintf(f, "%d %lld %lld %ld\n", status, wall,
          nanoseconds(u.ru_utime) + nanoseconds(u.ru_stime), u.ru_maxrss);
  return fclose(f) ? 2 : 0;
}
