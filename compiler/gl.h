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

typedef VEC(const char *) StringVec;

typedef struct Options {
  Command command;
  Emit emit;
  const char *out;          // -o, or NULL
  StringVec inputs;         // source files, folders, import paths, patterns;
                            // after resolve_inputs files or folders
  bool several;             // packages are named, not one
  StringVec flags;          // of build, as given, without -o
  char **args;              // of the program, for run; NULL-terminated
  int workers;              // -p: processes at most, 0: one a processor
  const char *topic;        // help's
  const char *std_source, *std_out;  // --build-std
} Options;

// options.c. Wrong usage: a message on stderr and exit status 2.
Options parse_options(int argc, char **argv);
void print_help(const char *topic, FILE *out);

// inputs.c
bool is_source(const char *path);
// Turns import paths and patterns among the inputs into folders. False after
// messages.
bool resolve_inputs(Options *o);
// Whether -o is a folder to write to.
bool names_folder(const char *out);
// The file to write the program of this input to.
const char *output_of(const Options *o, const char *input);

// build.c
// Sets up the loader for these options.
void set_load_options(const Options *o);
// The folder of the runtime library and standard packages, found beside the
// compiler.
const char *lib_dir(void);
// Path of gl itself.
const char *self_path(void);
Package *load_program(const Options *o);
// Builds the program into the file; false after messages.
bool build_program(const Options *o, Package *pkg, const char *out);
// Compiles all packages that the inputs name. Nothing is kept, but if -o is
// a folder, programs are written there.
bool build_packages(const Options *o);
// A package that is no program: its object goes to -o, or nowhere.
bool build_library(const Options *o, Package *pkg);
bool build_std(const Options *o);
// The folder for temporary files, made at the first call and removed when gl
// ends, or by remove_work_dir.
const char *work_dir(void);
void remove_work_dir(void);

// key.c: the names of packages in the cache. All imports are loaded.
const char *package_key(Package *pkg);
const char *unit_key(const Unit *u);
const char *summary_key(Package *pkg);   // of its escape summaries
// cache.c
// The folder and those above it, like mkdir -p.
void make_dirs(const char *path);
// No cache is no error: cache_dir is NULL, cache_get finds nothing.
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
// From another thread, before the process ends.
void kill_workers(void);

#endif
