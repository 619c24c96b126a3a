// SPDX-License-Identifier: MIT
//
// gl: the compiler of the Gl language. The passes in order:
//
//   syntax    source to tokens to tree      parse_file, by load_*
//   types     names, types, constants       check_package, by load_*
//   lower     tree to LLVM's representation lower_unit
//   backend   optimize, emit_object, link_program
//
// main itself only moves to a stack that deeply nested programs cannot
// overflow, and waits for signals that end the compiler.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "gl.h"

extern char **environ;

static const size_t stack_size = (size_t)512 << 20;  // lazily committed

static int emit_sources(const Options *o) {
  for (int i = 0; i < o->inputs.len; i++) {
    const char *path = o->inputs.at[i];
    Source *s = source_read(path);
    if (!s) {
      fprintf(stderr, "gl: %s: %s\n", path, strerror(errno));
      return 1;
    }
    if (o->emit == EMIT_TOKENS)
      tokens_dump(s, stdout);
    else
      ast_dump(parse_file(s), stdout);
  }
  return diag_flush() > 0;
}

static bool is_main(Package *pkg) {
  return strcmp(pkg->name->s, "main") == 0;
}

static int emit_stage(const Options *o, Package *pkg) {
  if (o->emit == EMIT_TYPES) {
    type_write_dump(pkg, stdout);
    return 0;
  }
  Unit u = {pkg, 0, 1, is_main(pkg)};
  LLVMModuleRef mod = lower_unit(&u);
  if (o->emit != EMIT_IR)
    optimize(mod);
  if (o->emit == EMIT_ASM)
    return !emit_assembly(mod, stdout);
  if (o->emit == EMIT_OBJ)
    return !emit_object(mod, o->out ? o->out : "out.o");
  emit_ir(mod, stdout);
  return 0;
}

static int build(Options *o) {
  if (o->emit == EMIT_TOKENS || o->emit == EMIT_AST)
    return emit_sources(o);
  set_load_options(o);
  if (!resolve_inputs(o))
    return 1;
  if (o->emit == EMIT_PROGRAM && o->several) {
    lower_init();
    return !build_packages(o);
  }
  Package *pkg = load_program(o);
  if (diag_flush() > 0 || !pkg)
    return 1;
  lower_init();
  if (o->emit != EMIT_PROGRAM)
    return emit_stage(o, pkg);
  if (!is_main(pkg))
    return !build_library(o, pkg);
  return !build_program(o, pkg, output_of(o, o->inputs.at[0]));
}

// The file is gone before the program starts; the kernel keeps it until the
// program ends.
static int execute(const char *path, char **args) {
  VEC(char *) argv = {0};
  vec_push(&argv, (char *)(uintptr_t)path);
  for (; *args; args++)
    vec_push(&argv, *args);
  vec_push(&argv, NULL);
  step_command((const char *const *)argv.at);
  int fd = open(path, O_PATH | O_CLOEXEC);
  remove_work_dir();
  execveat(fd, "", argv.at, environ, AT_EMPTY_PATH);
  fprintf(stderr, "gl: %s: %s\n", path, strerror(errno));
  return 2;
}

static int run(Options *o) {
  if (o->emit != EMIT_PROGRAM)
    return build(o);
  set_load_options(o);
  if (!resolve_inputs(o))
    return 1;
  Package *pkg = load_program(o);
  if (diag_flush() > 0 || !pkg)
    return 1;
  if (!is_main(pkg)) {
    fprintf(stderr, "gl: run: package %s is not a main package\n",
            pkg->name->s);
    return 1;
  }
  lower_init();
  const char *path = arena_printf(perm, "%s/%s", work_dir(),
                                  output_of(o, o->inputs.at[0]));
  if (!build_program(o, pkg, path))
    return 1;
  fflush(stdout);
  return execute(path, o->args);
}

static int print_env(void) {
  printf("GLVERSION=%s\nGLLIB=%s\nGLSTDLIB=%s/stdlib\nGLOS=linux\n"
         "GLARCH=amd64\nGLCACHE=%s\n",
         GL_VERSION, lib_dir(), lib_dir(), cache_dir() ? cache_dir() : "off");
  return 0;
}

static int gl_main(int argc, char **argv) {
  Options o = parse_options(argc, argv);
  switch (o.command) {
  case CMD_RUN:
    return run(&o);
  case CMD_BUILD:
    return build(&o);
  case CMD_BUILD_STD:
    lower_init();
    return !build_std(&o);
  case CMD_VERSION:
    printf("gl version %s linux/amd64\n", GL_VERSION);
    return 0;
  case CMD_ENV:
    return print_env();
  case CMD_CLEAN:
    return !cache_clean();
  case CMD_HELP: case CMD_NONE:
    break;
  }
  print_help(o.topic, stdout);
  return 0;
}

// ---- the big stack ---------------------------------------------------------

typedef struct Start {
  int argc;
  char **argv;
} Start;

static void *on_big_stack(void *arg) {
  Start *s = arg;
  exit(gl_main(s->argc, s->argv));
}

// ---- signals ---------------------------------------------------------------
//
// A build that is interrupted leaves no files behind. The handler only wakes
// the first thread, which may do what a handler may not.

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP};
static int signal_pipe[2];

static void on_signal(int sig) {
  char c = (char)sig;
  if (write(signal_pipe[1], &c, 1) != 1)
    _exit(128 + sig);
}

static void catch_signals(void) {
  if (pipe2(signal_pipe, O_CLOEXEC) != 0)
    return;
  for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
    struct sigaction old, new = {.sa_handler = on_signal,
                                 .sa_flags = SA_RESTART};
    if (sigaction(fatal_signals[i], NULL, &old) == 0 &&
        old.sa_handler == SIG_DFL)
      sigaction(fatal_signals[i], &new, NULL);
  }
}

// Ends the process when a signal comes; returns if none can.
static void wait_for_signal(void) {
  char c;
  ssize_t n;
  do
    n = read(signal_pipe[0], &c, 1);
  while (n < 0 && errno == EINTR);
  if (n != 1)
    return;
  kill_workers();
  link_abandon();
  remove_work_dir();
  signal(c, SIG_DFL);
  raise(c);
}

int main(int argc, char **argv) {
  Start s = {argc, argv};
  pthread_attr_t attr;
  pthread_t thread;
  catch_signals();
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, stack_size);
  if (pthread_create(&thread, &attr, on_big_stack, &s) != 0)
    return gl_main(argc, argv);
  wait_for_signal();
  pthread_join(thread, NULL);
  return 2;
}
