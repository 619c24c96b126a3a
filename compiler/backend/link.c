// SPDX-License-Identifier: MIT
//
// Linking a program. ld is run directly: the C compiler's driver would do the
// same after looking around for 15 ms. Where C's start files are not in one of
// the usual folders, the driver is asked after all.
//
// The order of inputs: glstart.o and glend.o bracket the text that SIGURG may
// preempt, so all package objects stand between them. -z now: lazy binding
// would need 3 KB of a goroutine's stack at the first call of a C function.
// -z start-stop-gc: __start_glwrap does not keep all wrappers.
//
// Methods that cannot be called are taken out first (prune.c). If that link
// fails it is tried again with the objects as they are, whose names the
// linker's messages then have.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"

extern char **environ;

typedef VEC(const char *) Args;

static const char *const lib_dirs[] = {
    "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib/x86_64-linux-gnu",
    "/lib64", "/usr/lib",
};

static bool exists(const char *dir, const char *file) {
  return access(arena_printf(perm, "%s/%s", dir, file), R_OK) == 0;
}

// The folder with C's start files, or NULL.
static const char *find_start_files(void) {
  for (size_t i = 0; i < sizeof lib_dirs / sizeof *lib_dirs; i++) {
    if (exists(lib_dirs[i], "crt1.o") && exists(lib_dirs[i], "crti.o") &&
        exists(lib_dirs[i], "crtn.o"))
      return lib_dirs[i];
  }
  return NULL;
}

static void add(Args *a, const char *s) {
  vec_push(a, s);
}

static const char *in_lib(const LinkInput *in, const char *file) {
  return arena_printf(perm, "%s/%s", in->lib_dir, file);
}

// How the driver wants a linker option.
static const char *option(bool driver, const char *o) {
  return driver ? arena_printf(perm, "-Wl,%s", o) : o;
}

static void add_z(Args *a, bool driver, const char *word) {
  if (driver) {
    add(a, arena_printf(perm, "-Wl,-z,%s", word));
  } else {
    add(a, "-z");
    add(a, word);
  }
}

static void add_options(Args *a, const LinkInput *in, bool driver) {
  add(a, option(driver, "--gc-sections"));
  add(a, option(driver, "--build-id=none"));
  add(a, option(driver, "--compress-debug-sections=zlib"));
  add_z(a, driver, "now");
  add_z(a, driver, "start-stop-gc");
  add_z(a, driver, "noexecstack");
  if (in->strip_debug)
    add(a, option(driver, "--strip-debug"));
}

static void add_inputs(Args *a, const LinkInput *in, bool driver) {
  add(a, in_lib(in, "glstart.o"));
  for (int i = 0; i < in->nobjects; i++)
    add(a, in->objects[i]);
  add(a, in_lib(in, "glend.o"));
  // Adds to the linker's own script, since it says INSERT.
  add(a, "-T");
  add(a, in_lib(in, "gl.ld"));
  add(a, in_lib(in, "libglrt.a"));
  add(a, "-l:libgc.a");  // static: starts 0.1 ms sooner, needs no package
  add(a, option(driver, "--as-needed"));  // libm costs 300 KiB of memory
  add(a, "-lpthread");
  add(a, "-lm");
}

static void ld_command(Args *a, const LinkInput *in, const char *tmp,
                       const char *start) {
  add(a, "ld");
  add(a, "-o");
  add(a, tmp);
  add(a, "-m");
  add(a, "elf_x86_64");
  add(a, "-dynamic-linker");
  add(a, "/lib64/ld-linux-x86-64.so.2");
  add_options(a, in, false);
  add(a, arena_printf(perm, "%s/crt1.o", start));
  add(a, arena_printf(perm, "%s/crti.o", start));
  add(a, arena_printf(perm, "-L%s", start));
  add_inputs(a, in, false);
  add(a, "-lc");
  add(a, arena_printf(perm, "%s/crtn.o", start));
}

static void cc_command(Args *a, const LinkInput *in, const char *tmp) {
  add(a, "cc");
  add(a, "-no-pie");
  add(a, "-o");
  add(a, tmp);
  add_options(a, in, true);
  add_inputs(a, in, true);
}

// What link_abandon, called by another thread, has to stop and remove. After
// it no linker is started: one that was killed would be tried again.
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static volatile pid_t linker;
static const char *volatile unfinished;
static bool abandoned;

void link_abandon(void) {
  pthread_mutex_lock(&starting);
  abandoned = true;
  if (linker > 0 && kill(linker, SIGKILL) == 0)
    waitpid(linker, NULL, 0);
  if (unfinished)
    unlink(unfinished);
  pthread_mutex_unlock(&starting);
}

// Runs the command; true if it ends with status 0.
static bool run(Args *a, bool quiet) {
  vec_push(a, NULL);
  pid_t pid;
  posix_spawn_file_actions_t fa;
  posix_spawn_file_actions_init(&fa);
  if (quiet)
    posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
  step_command(a->at);
  pthread_mutex_lock(&starting);
  int error = abandoned ? ECANCELED
                        : posix_spawnp(&pid, a->at[0], &fa, NULL,
                                       (char *const *)(uintptr_t)a->at,
                                       environ);
  if (!error)
    linker = pid;
  pthread_mutex_unlock(&starting);
  posix_spawn_file_actions_destroy(&fa);
  if (error) {
    if (error != ECANCELED)
      fprintf(stderr, "gl: cannot run %s: %s\n", a->at[0], strerror(error));
    return false;
  }
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR)
      return false;
  }
  linker = 0;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool link_add_identity(const LinkInput *in, Hash *h) {
  static const char *const ours[] = {"glstart.o", "glend.o", "gl.ld",
                                     "libglrt.a"};
  static const char *const theirs[] = {"crt1.o", "crti.o", "crtn.o",
                                       "libgc.a"};
  const char *start = find_start_files();
  if (!start || !exists(start, "libgc.a"))
    return false;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    hash_add_file(h, in_lib(in, ours[i]));
  for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
    hash_add_file(h, arena_printf(perm, "%s/%s", start, theirs[i]));
  hash_add(h, &in->strip_debug, sizeof in->strip_debug);
  for (int i = 0; i < in->nobjects; i++) {
    if (strncmp(in->objects[i], in->lib_dir, strlen(in->lib_dir)) == 0)
      hash_add_file(h, in->objects[i]);
  }
  return true;
}

static bool run_linker(const LinkInput *in, const char *tmp, bool quiet) {
  const char *start = find_start_files();
  Args a = {0};
  if (start)
    ld_command(&a, in, tmp, start);
  else
    cc_command(&a, in, tmp);
  return run(&a, quiet);
}

bool link_program(const LinkInput *in) {
  char *tmp = arena_printf(perm, "%s.%ld.tmp", in->out, (long)getpid());
  LinkInput pruned = *in;
  pruned.objects = prune_methods(in);
  unfinished = tmp;
  if (pruned.objects != in->objects)
    step_note("/proc/self/fd/N: objects without methods nobody can call");
  bool ok = run_linker(&pruned, tmp, true);
  prune_end();
  if (!ok && !run_linker(in, tmp, false)) {
    unlink(tmp);
    fprintf(stderr, "gl: linking %s failed\n", in->out);
    return false;
  }
  step_command((const char *const[]){"mv", tmp, in->out, NULL});
  ok = publish(tmp, in->out);
  unfinished = NULL;
  return ok;
}
