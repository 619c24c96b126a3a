// SPDX-License-Identifier: MIT
//
// The command line. Options of gl stand before the first source of `run`,
// anywhere for `build`; what follows the sources of `run` belongs to the
// program.

#include <unistd.h>

#include "gl.h"

static const char usage[] =
    "Gl compiles and runs Gl programs.\n"
    "\n"
    "    gl run [options] FILE... | PKG [arguments]   build and run a program\n"
    "    gl build [options] [-o OUT] FILE... | PKG    build a program\n"
    "    gl build [options] [-o DIR] PKG PKG...       check that they build;\n"
    "                                                 programs go to DIR\n"
    "    gl version                                   print the version\n"
    "    gl clean -cache                              empty the cache\n"
    "    gl env                                       print where things are\n"
    "    gl help [command]\n"
    "\n"
    "PKG is a folder, an import path, or a pattern with ... for any text:\n"
    "./... is all packages of a module. Several files make one package. Files\n"
    "end in .gl or .go.\n";

static const char help_build[] =
    "usage: gl build [options] [-o OUT] FILE... | PKG...\n"
    "       gl run [options] FILE... | PKG [arguments]\n"
    "\n"
    "    -o OUT         name of the program, or folder of programs (build)\n"
    "    -O0 -O1 -O2    optimisation, -O2 by default\n"
    "    -g             variables and types for the debugger\n"
    "    --emit=STAGE   print a stage instead: tokens, ast, types, ir,\n"
    "                   ir-opt, asm; obj writes an object file\n"
    "    --json         errors as one JSON object per line\n"
    "    -e             no limit on the number of errors\n"
    "    --lax          unused variables and imports are warnings\n"
    "    -x             print the steps: commands, and as comments what gl\n"
    "                   does itself\n"
    "    -p N           processes that compile, one a processor by default\n"
    "    -tags LIST     further build tags, separated by commas\n"
    "    -lang=go1.N    language version\n"
    "    --no-main      package main needs no func main\n"
    "    --bodyless     functions without a body are accepted\n"
    "\n"
    "Exit status: 1 for errors in the source, 2 for wrong usage; run passes\n"
    "on the program's own.\n";

void print_help(const char *topic, FILE *out) {
  if (topic && (strcmp(topic, "build") == 0 || strcmp(topic, "run") == 0))
    fputs(help_build, out);
  else
    fputs(usage, out);
}

// ---- words -----------------------------------------------------------------

static _Noreturn void usage_error(const char *fmt, const char *arg) {
  fputs("gl: ", stderr);
  fprintf(stderr, fmt, arg);
  fputs("\nRun 'gl help' for usage.\n", stderr);
  exit(2);
}

static const char *after(const char *s, const char *prefix) {
  size_t n = strlen(prefix);
  return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

static Emit emit_stage(const char *word) {
  static const struct {
    const char *word;
    Emit emit;
  } stages[] = {{"tokens", EMIT_TOKENS}, {"ast", EMIT_AST},
                {"types", EMIT_TYPES},   {"ir", EMIT_IR},
                {"ir-opt", EMIT_IR_OPT}, {"asm", EMIT_ASM},
                {"obj", EMIT_OBJ}};
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    if (strcmp(stages[i].word, word) == 0)
      return stages[i].emit;
  }
  usage_error("--emit=%s: no such stage", word);
}

static int language_version(const char *word) {
  char *end;
  const char *minor = after(word, "go1.");
  long n = minor ? strtol(minor, &end, 10) : -1;
  if (!minor || end == minor || *end || n < 0 || n > 26)
    usage_error("-lang=%s: want go1.N with N at most 26", word);
  return (int)n;
}

static Command command_of(const char *word) {
  static const struct {
    const char *word;
    Command command;
  } commands[] = {{"run", CMD_RUN},         {"build", CMD_BUILD},
                  {"version", CMD_VERSION}, {"--version", CMD_VERSION},
                  {"help", CMD_HELP},       {"--help", CMD_HELP},
                  {"-h", CMD_HELP},         {"env", CMD_ENV},
                  {"clean", CMD_CLEAN},
                  {"--build-std", CMD_BUILD_STD}};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(commands[i].word, word) == 0)
      return commands[i].command;
  }
  usage_error("unknown command %s", word);
}

// ---- options ---------------------------------------------------------------

static bool parse_lang(const char *a) {
  const char *v = after(a, "-lang=");
  if (!v)
    v = after(a, "--lang=");
  if (!v)
    return false;
  check_options.lang = language_version(v);
  return true;
}

static bool parse_tags(const char *a) {
  const char *v = after(a, "-tags=");
  if (v)
    load_options.tags = v;
  return v != NULL;
}

// Whether a is an option without a following word; sets what it says.
static bool parse_flag(Options *o, const char *a) {
  const char *v;
  if (strcmp(a, "-O0") == 0 || strcmp(a, "-O1") == 0 || strcmp(a, "-O2") == 0)
    lower_options.opt_level = a[2] - '0';
  else if (strcmp(a, "-g") == 0)
    lower_options.debug_full = true;
  else if (strcmp(a, "--json") == 0 || strcmp(a, "-json") == 0)
    diag_options.json = true;
  else if (strcmp(a, "-e") == 0)
    diag_options.limit = 0;
  else if (strcmp(a, "--lax") == 0 || strcmp(a, "-lax") == 0)
    check_options.lax = true;
  else if (strcmp(a, "-x") == 0)
    steps_shown = true;
  else if (strcmp(a, "--no-main") == 0)
    check_options.no_main_ok = true;
  else if (strcmp(a, "--bodyless") == 0)
    check_options.bodyless_ok = true;
  else if ((v = after(a, "--emit=")))
    o->emit = emit_stage(v);
  else
    return parse_lang(a) || parse_tags(a);
  return true;
}

// An option with a word of its own; *a moves on to that word.
static bool parse_pair(Options *o, char ***a) {
  if (strcmp(**a, "-tags") == 0) {
    if (!*++*a)
      usage_error("%s", "-tags: no list given");
    load_options.tags = **a;
    return true;
  }
  if (strcmp(**a, "-p") != 0)
    return false;
  char *end, *word = *++*a;
  long n = word ? strtol(word, &end, 10) : 0;
  if (n < 1 || n > 1000 || *end)
    usage_error("%s", "-p: want a number from 1 to 1000");
  o->workers = (int)n;
  return true;
}

static void parse_run(Options *o, char **argv) {
  char **a = argv;
  for (; *a && (*a)[0] == '-' && (*a)[1]; a++) {
    if (!parse_pair(o, &a) && !parse_flag(o, *a))
      usage_error("unknown option %s", *a);
  }
  if (!*a)
    usage_error("%s", "run: no source files");
  if (!is_source(*a)) {
    vec_push(&o->inputs, *a++);
  } else {
    while (*a && is_source(*a))
      vec_push(&o->inputs, *a++);
  }
  o->args = a;
}

static void parse_build(Options *o, char **argv) {
  for (char **a = argv; *a; a++) {
    if (strcmp(*a, "-o") == 0) {
      if (!*++a)
        usage_error("%s", "-o: no file given");
      o->out = *a;
    } else if ((*a)[0] == '-' && (*a)[1]) {
      char **first = a;
      if (!parse_pair(o, &a) && !parse_flag(o, *a))
        usage_error("unknown option %s", *a);
      for (; first <= a; first++)
        vec_push(&o->flags, *first);
    } else {
      vec_push(&o->inputs, *a);
    }
  }
  if (o->inputs.len == 0)
    vec_push(&o->inputs, ".");
}

static void parse_build_std(Options *o, int argc, char **argv) {
  if (argc != 4)
    usage_error("%s", "--build-std: want STDLIB_DIR OUT_DIR");
  o->std_source = argv[2];
  o->std_out = argv[3];
}

static void parse_clean(char **argv) {
  if (!argv[0] || argv[1] || strcmp(argv[0], "-cache") != 0)
    usage_error("%s", "clean: want -cache");
}

static bool want_color(void) {
  const char *no = getenv("NO_COLOR");
  const char *term = getenv("TERM");
  return isatty(2) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

Options parse_options(int argc, char **argv) {
  Options o = {0};
  diag_options.color = want_color();
  diag_options.limit = 10;
#ifdef GL_DEBUG
  lower_options.verify = true;
#endif
  if (argc < 2) {
    print_help(NULL, stderr);
    exit(2);
  }
  o.command = command_of(argv[1]);
  switch (o.command) {
  case CMD_RUN: parse_run(&o, argv + 2); break;
  case CMD_BUILD: parse_build(&o, argv + 2); break;
  case CMD_BUILD_STD: parse_build_std(&o, argc, argv); break;
  case CMD_CLEAN: parse_clean(argv + 2); break;
  case CMD_HELP: o.topic = argv[2]; break;
  default: break;
  }
  return o;
}
