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
// overflow.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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

// Named after the folder or the first file.
static const char *default_output(const Options *o) {
  char *path = realpath(o->inputs.at[0], NULL);
  char *base = path ? strrchr(path, '/') + 1 : NULL;
  if (!base || !*base)
    return "a.out";
  char *dot = strrchr(base, '.');
  if (dot && dot != base)
    *dot = 0;
  return arena_strndup(perm, base, strlen(base));
}

// A package that is no program has nothing to link: compiling shows that it
// is right, and its object is kept only if it has a name.
static int build_library(const Options *o, Package *pkg) {
  if (o->out)
    return !build_object(pkg, o->out);
  return !build_object(pkg, arena_printf(perm, "%s/0.o", work_dir()));
}

// Several packages, or a pattern.
static bool names_packages(const Options *o) {
  const char *first = o->inputs.at[0], *dot = strrchr(first, '.');
  bool is_source = dot && (!strcmp(dot, ".go") || !strcmp(dot, ".gl"));
  return strstr(first, "...") || (o->inputs.len > 1 && !is_source);
}

static int build(const Options *o) {
  if (o->emit == EMIT_TOKENS || o->emit == EMIT_AST)
    return emit_sources(o);
  if (o->emit == EMIT_PROGRAM && names_packages(o)) {
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
    return build_library(o, pkg);
  return !build_program(o, pkg, o->out ? o->out : default_output(o));
}

// The file is gone before the program starts; the kernel keeps it until the
// program ends.
static int execute(const char *path, char **args) {
  VEC(char *) argv = {0};
  vec_push(&argv, (char *)(uintptr_t)path);
  for (; *args; args++)
    vec_push(&argv, *args);
  vec_push(&argv, NULL);
  int fd = open(path, O_PATH | O_CLOEXEC);
  remove_work_dir();
  execveat(fd, "", argv.at, environ, AT_EMPTY_PATH);
  fprintf(stderr, "gl: %s: %s\n", path, strerror(errno));
  return 2;
}

static int run(const Options *o) {
  if (o->emit != EMIT_PROGRAM)
    return build(o);
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
                                  default_output(o));
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

int main(int argc, char **argv) {
  Start s = {argc, argv};
  pthread_attr_t attr;
  pthread_t thread;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, stack_size);
  if (pthread_create(&thread, &attr, on_big_stack, &s) != 0)
    return gl_main(argc, argv);
  pthread_join(thread, NULL);
  return 2;
}
