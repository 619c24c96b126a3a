// SPDX-License-Identifier: MIT
//
// The command line of gl, and what main.c, options.c and build.c share.
#ifndef GL_GL_H
#define GL_GL_H

#include "backend.h"

typedef enum Command {
  CMD_NONE, CMD_RUN, CMD_BUILD, CMD_VERSION, CMD_HELP, CMD_ENV, CMD_CLEAN,
  CMD_BUILD_STD
} Command;

typedef enum Emit {
  EMIT_PROGRAM, EMIT_TOKENS, EMIT_AST, EMIT_TYPES, EMIT_IR, EMIT_IR_OPT,
  EMIT_ASM, EMIT_OBJ
} Emit;

typedef struct Options {
  Command command;
  Emit emit;
  const char *out;          // -o, or NULL
  VEC(const char *) inputs; // source files, folders, or DIR/... patterns
  char **args;              // of the program, for run; NULL-terminated
  int workers;              // -p: processes at most, 0: one a processor
  const char *topic;        // help's
  const char *std_source, *std_out;  // --build-std
} Options;

// options.c. Wrong usage: a message on stderr and exit status 2.
Options parse_options(int argc, char **argv);
void print_help(const char *topic, FILE *out);

// build.c
// The folder of the runtime library and standard packages, found beside the
// compiler.
const char *lib_dir(void);
// Path of gl itself.
const char *self_path(void);
Package *load_program(const Options *o);
// Builds the program into the file; false after messages.
bool build_program(const Options *o, Package *pkg, const char *out);
bool build_object(Package *pkg, const char *out);
// Compiles all packages that the inputs name and keeps nothing.
bool build_packages(const Options *o);
bool build_std(const Options *o);
// The folder for temporary files, made at the first call and removed when gl
// ends, or by remove_work_dir.
const char *work_dir(void);
void remove_work_dir(void);

// key.c: the names of packages in the cache. All imports are loaded.
const char *package_key(Package *pkg);
const char *unit_key(const Unit *u);
const char *summary_key(Package *pkg);   // of its escape summaries
// cache.c. No cache is no error: cache_dir is NULL, cache_get finds nothing.
const char *cache_dir(void);
// Copies the entry to the file; false if there is none (key NULL: never).
bool cache_get(const char *key, const char *to, int mode);
// Keeps a copy of the file, if it can.
void cache_put(const char *key, const char *from);
// Removes what has not been used for long; looks once a day.
void cache_trim(void);
// Removes everything. False after messages.
bool cache_clean(void);

// workers.c
// Runs job(0) to job(n - 1) in several processes, 0: as many as there are
// processors. False if one failed.
bool run_jobs(int n, int workers, bool (*job)(int i, void *data), void *data);

#endif
