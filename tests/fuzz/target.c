// SPDX-License-Identifier: MIT
//
// Compiles one input in this process: lexer, parser and checker, and with
// FUZZ_LOWER also the lowering, LLVM's verifier and, for one input in four,
// the optimizer.
//
// The compiler never frees what it allocates and keeps the packages it has
// loaded, so inputs follow each other in one process and import each package
// only once; a long run must restart the process now and then (libFuzzer's
// -fork does). An input is a package with an import path of its own, so that
// its link names are.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend.h"
#include "fuzz.h"

// What the loader opens: a file in memory, rewritten for each input.
static const char *input_path(const uint8_t *data, size_t n) {
  static int fd = -1;
  static char path[64];
  if (fd < 0) {
    fd = memfd_create("input.gl", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  }
  if (fd < 0 || ftruncate(fd, 0) != 0 ||
      pwrite(fd, data, n, 0) != (ssize_t)n)
    fatal("cannot write the input");
  return path;
}

// Diagnostics are written, so that writing them is tested, but to nowhere;
// sanitizers use the descriptor.
static void set_up(void) {
  stderr = fopen("/dev/null", "w");
  load_options.stdlib = GL_STDLIB;
  diag_options.limit = 0;
#ifdef FUZZ_LOWER
  lower_options.verify = true;
  lower_init();
#endif
}

#ifdef FUZZ_LOWER
static void lower(Package *pkg, bool optimized) {
  lower_options.opt_level = optimized ? 2 : 0;
  Unit u = {pkg, 0, 1, false};
  LLVMModuleRef mod = lower_unit(&u);
  if (optimized)
    optimize(mod);
  LLVMDisposeModule(mod);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static bool ready;
  static int errors, count;
  if (!ready)
    set_up();
  ready = true;
  const char *path = input_path(data, n);
  Package *pkg = load_files(&path, 1,
                            arena_printf(perm, "fuzz/%d", count++));
  int now = diag_flush();
  bool ok = pkg && now == errors;
  errors = now;
#ifdef FUZZ_LOWER
  if (ok)
    lower(pkg, n % 4 == 0);
#endif
  (void)ok;
  return 0;
}
