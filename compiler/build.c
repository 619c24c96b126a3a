// SPDX-License-Identifier: MIT
//
// From packages to objects and programs, and where the parts of an
// installation are:
//
//   bin/gl
//   lib/gl/libglrt.a glstart.o glend.o     the runtime
//   lib/gl/pkg/<path, . for />.o           standard packages, compiled
//   lib/gl/pkg/<path, . for />.esc         and what escapes in their functions
//   lib/gl/stdlib/<path>/*.gl              and their sources
//
// A program links the standard packages it imports, directly or not. Its own
// packages are compiled when cache.c has no object made of the same sources.
// All objects of one run lie in a temporary folder, the work folder, under
// their keys: a package that is in the cache is copied there before it is
// checked, and its function bodies need no check then.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gl.h"

extern char **environ;

// ---- places ----------------------------------------------------------------

const char *self_path(void) {
  static char path[PATH_MAX];
  if (!path[0]) {
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0)
      fatal("/proc/self/exe: %s", strerror(errno));
    path[n] = 0;
  }
  return path;
}

const char *lib_dir(void) {
  char *bin = arena_strndup(perm, self_path(), strlen(self_path()));
  *strrchr(bin, '/') = 0;
  char *dir = arena_printf(perm, "%s/../lib/gl", bin);
  char real[PATH_MAX];
  return realpath(dir, real) ? arena_strndup(perm, real, strlen(real)) : dir;
}

static const char *work;   // the work folder, once it is needed
static pid_t work_owner;   // workers leave it alone

const char *work_dir(void) {
  if (work)
    return work;
  const char *base = getenv("TMPDIR");
  if (!base || !*base)
    base = "/tmp";
  char *dir = arena_printf(perm, "%s/gl-XXXXXX", base);
  if (!mkdtemp(dir))
    fatal("%s: %s", dir, strerror(errno));
  work_owner = getpid();
  work = dir;
  step_note("mkdir %s", dir);
  atexit(remove_work_dir);
  return dir;
}

void remove_work_dir(void) {
  if (!work || work_owner != getpid())
    return;
  DIR *d = opendir(work);
  struct dirent *e;
  while (d && (e = readdir(d)))
    unlink(arena_printf(perm, "%s/%s", work, e->d_name));
  if (d)
    closedir(d);
  rmdir(work);
  step_note("rm -r %s", work);
  work = NULL;
}

static const char *file_name(const char *import_path, const char *suffix) {
  char *s = arena_printf(perm, "%s%s", import_path, suffix);
  for (char *p = s; *p; p++) {
    if (*p == '/')
      *p = '.';
  }
  return s;
}

// ---- loading ---------------------------------------------------------------

static int64_t source_size(Package *pkg) {
  int64_t n = 0;
  vec_each(File *, f, &pkg->files)
    n += (int64_t)(*f)->source->len;
  return n;
}

// How many parts a package is compiled in depends on nothing but its size.
static int parts_of(Package *pkg) {
  enum { LARGE = 320 << 10, PART = 160 << 10 };
  int64_t size = source_size(pkg);
  return size < LARGE ? 1 : (int)(size / PART);
}

static bool is_main(Package *pkg) {
  return strcmp(pkg->name->s, "main") == 0;
}

static const char *unit_object(const Unit *u) {
  return arena_printf(perm, "%s/%s.o", work_dir(), unit_key(u));
}

// Where the escape summaries of a package are, for others to read.
static const char *summary_path(Package *pkg) {
  if (pkg->is_std)
    return arena_printf(perm, "%s/pkg/%s", lib_dir(),
                        file_name(pkg->path, ".esc"));
  return arena_printf(perm, "%s/%s.esc", work_dir(), summary_key(pkg));
}

static void note_unit(const char *what, const Unit *u, const char *object) {
  if (u->nparts > 1)
    step_note("%s %s, part %d of %d: %s", what, u->pkg->path, u->part + 1,
              u->nparts, object);
  else
    step_note("%s %s: %s", what, u->pkg->path, object);
}

// Whether all objects of the package are in the cache; then they are in the
// work folder, too.
static bool fetch_package(Package *pkg) {
  int n = parts_of(pkg);
  bool ok = is_main(pkg) ||
            cache_get(summary_key(pkg), summary_path(pkg), 0666);
  for (int i = 0; i < n && ok; i++) {
    Unit u = {pkg, i, n, is_main(pkg)};
    ok = cache_get(unit_key(&u), unit_object(&u), 0666);
    if (ok)
      note_unit("cached", &u, unit_object(&u));
  }
  return ok;
}

void set_load_options(const Options *o) {
  load_options.stdlib = arena_printf(perm, "%s/stdlib", lib_dir());
  lower_options.summary_path = summary_path;
  lower_options.reached_only =
      o->emit == EMIT_PROGRAM && !lower_options.debug_full;
  if (o->emit == EMIT_PROGRAM && cache_dir())
    load_options.fetch = fetch_package;
}

// In the form of debug.BuildInfo.String, without the version. dir: of the
// package, NULL for a program made of files.
static const char *build_info(const char *dir) {
  const char *path = dir ? module_path_of(dir) : NULL;
  const char *module = dir ? module_name_of(dir) : NULL;
  Buf b = {0};
  buf_printf(&b, "path\t%s\n", path ? path : "command-line-arguments");
  if (module)
    buf_printf(&b, "mod\t%s\t(devel)\t\n", module);
  buf_printf(&b, "build\t-buildmode=exe\nbuild\t-compiler=gl\n");
  if (load_options.tags)
    buf_printf(&b, "build\t-tags=%s\n", load_options.tags);
  buf_printf(&b, "build\tCGO_ENABLED=0\nbuild\tGOARCH=amd64\n"
                 "build\tGOOS=linux\nbuild\tGOAMD64=v1\n");
  return b.at;
}

Package *load_program(const Options *o) {
  bool folder = o->inputs.len == 1 && path_is_dir(o->inputs.at[0]);
  lower_options.build_info = build_info(folder ? o->inputs.at[0] : NULL);
  if (folder)
    return load_dir(o->inputs.at[0], NULL);
  return load_files(o->inputs.at, o->inputs.len, NULL);
}

// ---- programs --------------------------------------------------------------

typedef struct Job {
  Unit unit;
  const char *out;    // object file
  const char *key;    // in the cache, or NULL
  int64_t size;       // of the sources
} Job;

typedef VEC(Job) JobVec;

static bool compile(const Job *j) {
  note_unit("compile", &j->unit, j->out);
  LLVMModuleRef mod = lower_unit(&j->unit);
  optimize(mod);
  bool ok = emit_object(mod, j->out);
  LLVMDisposeModule(mod);
  if (ok)
    cache_put(j->key, j->out);
  return ok;
}

static bool compile_job(int i, void *data) {
  return compile(&((JobVec *)data)->at[i]);
}

static int larger_first(const void *a, const void *b) {
  const Job *x = a, *y = b;
  if (x->size != y->size)
    return x->size < y->size ? 1 : -1;
  return strcmp(x->out, y->out);
}

static void keep_summaries(Package *pkg) {
  if (cache_dir() && escape_write_summaries(pkg, summary_path(pkg)))
    cache_put(summary_key(pkg), summary_path(pkg));
}

// The large ones first, so that nobody waits for a large one that came last.
static bool compile_all(JobVec *jobs, int workers) {
  if (!jobs->len)
    return true;
  vec_each(Job, j, jobs) {
    escape_analyze(j->unit.pkg);
    if (j->key && j->unit.part == 0 && !is_main(j->unit.pkg))
      keep_summaries(j->unit.pkg);
  }
  qsort(jobs->at, (size_t)jobs->len, sizeof *jobs->at, larger_first);
  return run_jobs(jobs->len, workers, compile_job, jobs);
}

static const char *std_object(Package *pkg) {
  const char *path = arena_printf(perm, "%s/pkg/%s", lib_dir(),
                                  file_name(pkg->path, ".o"));
  if (access(path, R_OK) != 0)
    fatal("%s: %s (was the standard library built?)", path, strerror(errno));
  return path;
}

typedef VEC(const char *) PathVec;

// The package's objects, and jobs for those that are not there yet.
static void add_units(PathVec *objects, JobVec *jobs, Package *pkg) {
  int n = parts_of(pkg);
  for (int i = 0; i < n; i++) {
    Unit u = {pkg, i, n, is_main(pkg)};
    Job j = {u, unit_object(&u), unit_key(&u), source_size(pkg) / n};
    vec_push(objects, j.out);
    if (access(j.out, R_OK) != 0)
      vec_push(jobs, j);
  }
}

// A program may replace a program, an object or an archive, and an empty
// file, not by mistake the source that stands behind -o.
static bool may_replace(const char *out) {
  static const char *const kinds[] = {"\177ELF", "!<arch>\n"};
  FILE *f = path_is_special(out) ? NULL : fopen(out, "rb");
  if (!f)
    return true;
  char head[9] = {0};
  bool ok = fread(head, 1, sizeof head - 1, f) == 0;
  for (int i = 0; i < 2 && !ok; i++)
    ok = strncmp(head, kinds[i], strlen(kinds[i])) == 0;
  fclose(f);
  if (!ok)
    fprintf(stderr, "gl: build output \"%s\" already exists and is not an "
            "object file\n", out);
  return ok;
}

// Said before the work, not by the linker after it.
static bool has_folder(const char *out) {
  const char *slash = strrchr(out, '/');
  if (!slash || slash == out)
    return true;
  const char *dir = arena_strndup(perm, out, (size_t)(slash - out));
  if (path_is_dir(dir))
    return true;
  fprintf(stderr, "gl: cannot write %s: there is no folder %s\n", out, dir);
  return false;
}

// The program's key: what is linked, in this order. NULL if that is not
// known.
static const char *program_key(const LinkInput *in, Package *pkg) {
  Hash h;
  hash_init(&h);
  hash_adds(&h, "program");
  hash_adds(&h, package_key(pkg));
  if (!link_add_identity(in, &h))
    return NULL;
  return hash_end_hex(&h);
}

static bool link_cached(const LinkInput *in, Package *pkg, bool keep) {
  const char *key = cache_dir() ? program_key(in, pkg) : NULL;
  const char *tmp = arena_printf(perm, "%s.%ld.tmp", in->out, (long)getpid());
  if (cache_get(key, tmp, 0777)) {
    step_note("cached program: %s", in->out);
    return publish(tmp, in->out);
  }
  if (!link_program(in))
    return false;
  if (keep)
    cache_put(key, in->out);
  return true;
}

bool build_program(const Options *o, Package *pkg, const char *out) {
  if (!has_folder(out) || !may_replace(out))
    return false;
  PathVec objects = {0};
  JobVec jobs = {0};
  PackageVec all = load_order(pkg);
  vec_each(Package *, p, &all) {
    if ((*p)->is_std && *p != pkg)
      vec_push(&objects, std_object(*p));
    else
      add_units(&objects, &jobs, *p);
  }
  LinkInput in = {.lib_dir = lib_dir(), .objects = objects.at,
                  .nobjects = objects.len, .out = out};
  if (!compile_all(&jobs, o->workers) ||
      !link_cached(&in, pkg, o->command == CMD_RUN))
    return false;
  cache_trim();
  return true;
}

// ---- the standard library --------------------------------------------------

static time_t newer(time_t a, time_t b) {
  return a > b ? a : b;
}

static time_t modified(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 ? st.st_mtime : 0;
}

// The youngest source of pkg and what it imports.
static time_t sources_modified(Package *pkg, Map *seen) {
  if (map_has(seen, pkg))
    return 0;
  map_put(seen, pkg, pkg);
  time_t t = 0;
  vec_each(File *, f, &pkg->files)
    t = newer(t, modified((*f)->source->path));
  vec_each(Package *, p, &pkg->imports)
    t = newer(t, sources_modified(*p, seen));
  return t;
}

static bool is_fresh(Package *pkg, const char *object) {
  time_t made = modified(object);
  Map seen = {0};
  return made > modified(self_path()) && made > sources_modified(pkg, &seen);
}

static bool has_sources(const char *dir) {
  DIR *d = opendir(dir);
  struct dirent *e;
  bool found = false;
  while (d && !found && (e = readdir(d))) {
    const char *dot = strrchr(e->d_name, '.');
    found = dot && (strcmp(dot, ".gl") == 0 || strcmp(dot, ".go") == 0);
  }
  if (d)
    closedir(d);
  return found;
}

// Loads every package below root/path.
static void load_tree(const char *root, const char *path) {
  const char *dir = arena_printf(perm, "%s/%s", root, path);
  if (*path && has_sources(dir))
    load_import(path, root, 0);
  DIR *d = opendir(dir);
  struct dirent *e;
  while (d && (e = readdir(d))) {
    if (e->d_name[0] == '.' || e->d_name[0] == '_' ||
        strcmp(e->d_name, "testdata") == 0)
      continue;
    const char *sub =
        arena_printf(perm, *path ? "%s/%s" : "%s%s", path, e->d_name);
    if (path_is_dir(arena_printf(perm, "%s/%s", root, sub)))
      load_tree(root, sub);
  }
  if (d)
    closedir(d);
}

// ---- several packages ------------------------------------------------------

static bool load_named(const char *dir) {
  const char *path = module_path_of(dir);
  if (!path) {
    fprintf(stderr, "gl: %s: no go.mod or gl.mod in it or above\n", dir);
    return false;
  }
  int errors = diag_error_count();
  return load_import(path, dir, 0) || diag_error_count() == errors;
}

// Compiles what is loaded and none of the library; programs too, if asked.
static bool compile_loaded(const Options *o, bool programs) {
  PathVec objects = {0};
  JobVec jobs = {0};
  int n;
  Package *const *all = load_all(&n);
  for (int i = 0; i < n; i++) {
    if (!all[i]->is_std && !all[i]->fake && (programs || !is_main(all[i])))
      add_units(&objects, &jobs, all[i]);
  }
  bool ok = compile_all(&jobs, o->workers);
  cache_trim();
  return ok;
}

bool build_library(const Options *o, Package *pkg) {
  if (!o->out || names_folder(o->out))
    return compile_loaded(o, true);
  Job j = {{pkg, 0, 1, false}, o->out, NULL, 0};
  return compile(&j);
}

// The program of one folder, by a compiler of its own: two packages main in
// one would have the same names.
static bool build_apart(const Options *o, const char *dir) {
  StringVec argv = {0};
  vec_push(&argv, self_path());
  vec_push(&argv, "build");
  vec_each(const char *, flag, &o->flags)
    vec_push(&argv, *flag);
  vec_push(&argv, "-o");
  vec_push(&argv, output_of(o, dir));
  vec_push(&argv, path_absolute(dir));
  vec_push(&argv, NULL);
  step_command(argv.at);
  pid_t pid;
  int status;
  int error = posix_spawn(&pid, self_path(), NULL, NULL,
                          (char *const *)(uintptr_t)argv.at, environ);
  if (error) {
    fprintf(stderr, "gl: %s: %s\n", self_path(), strerror(error));
    return false;
  }
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR)
      return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_program(const char *dir) {
  const char *path = module_path_of(dir);
  int n;
  Package *const *all = load_all(&n);
  for (int i = 0; i < n; i++) {
    if (strcmp(all[i]->path, path) == 0)
      return is_main(all[i]);
  }
  return false;
}

static bool write_programs(const Options *o) {
  int n = 0;
  bool ok = true;
  vec_each(const char *, dir, &o->inputs) {
    if (is_program(*dir)) {
      ok &= build_apart(o, *dir);
      n++;
    }
  }
  if (!n)
    fprintf(stderr, "gl: no main packages to build\n");
  return ok && n > 0;
}

// A standard package, which needs no building. Go's commands do.
static bool is_std_folder(const char *dir) {
  const char *path = path_absolute(dir);
  return path_inside(path, path_absolute(load_options.stdlib)) ||
         (gotree_contains(path) && !strstr(path, "/src/cmd/"));
}

bool build_packages(const Options *o) {
  bool write = o->out && strcmp(o->out, "/dev/null") != 0;
  if (write && !names_folder(o->out)) {
    fprintf(stderr, "gl: cannot write multiple packages to non-directory %s\n",
            o->out);
    return false;
  }
  universe_init();
  load_options.skip_empty = true;
  bool ok = true;
  vec_each(const char *, dir, &o->inputs)
    ok &= is_std_folder(*dir) || load_named(*dir);
  if (diag_flush() > 0 || !ok)
    return false;
  return compile_loaded(o, !write) && (!write || write_programs(o));
}

bool build_std(const Options *o) {
  load_options.stdlib = o->std_source;
  load_options.all_bodies = true;
  check_options.no_main_ok = true;
  universe_init();
  mkdir(o->std_out, 0777);
  load_tree(o->std_source, "");
  if (diag_flush() != 0)
    return false;
  int n;
  Package *const *all = load_all(&n);
  JobVec jobs = {0};
  for (int i = 0; i < n; i++) {
    if (all[i] == package_unsafe || all[i]->fake)
      continue;
    const char *path =
        arena_printf(perm, "%s/%s", o->std_out,
                     file_name(all[i]->path, ".o"));
    Job j = {{all[i], 0, 1, false}, path, NULL, source_size(all[i])};
    if (!is_fresh(all[i], path))
      vec_push(&jobs, j);
  }
  bool ok = compile_all(&jobs, o->workers);
  vec_each(Job, j, &jobs) {
    Package *pkg = j->unit.pkg;
    ok &= escape_write_summaries(
        pkg, arena_printf(perm, "%s/%s", o->std_out,
                          file_name(pkg->path, ".esc")));
  }
  return ok;
}
