// SPDX-License-Identifier: MIT
//
// One LLVM module per package: its variables, functions, descriptors and the
// function that initialises it; for a program also the function that the main
// goroutine runs. The functions of a large package are spread over several
// modules (units), so that several processors can work on it.
//
//   path.init     variables whose initialiser needs code, in the order the
//                 checker found
//   path..init    path.init, then the init functions in source order
//   runtime.main  path..init of all packages, dependencies first, then
//                 main.main; the runtime knows it as gl_start
//
// All modules share one context, so that LLVM types can be kept in Type.

#include "lower.h"

LowerOptions lower_options = {.opt_level = 2};
Module *M;

static LLVMContextRef context;
static LLVMTargetMachineRef machine;

static const char triple[] = "x86_64-unknown-linux-gnu";

// SSE 4.2 and POPCNT: every x86-64 processor of the last fifteen years, and
// what floor, ceil and trunc need to be instructions.
static const char cpu[] = "x86-64-v2";

// ---- set-up ----------------------------------------------------------------

static LLVMCodeGenOptLevel codegen_level(void) {
  switch (lower_options.opt_level) {
  case 0: return LLVMCodeGenLevelNone;
  case 1: return LLVMCodeGenLevelLess;
  default: return LLVMCodeGenLevelDefault;
  }
}

void lower_init(void) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  context = LLVMContextCreate();
  LLVMTargetRef target;
  char *message;
  if (LLVMGetTargetFromTriple(triple, &target, &message))
    fatal("%s", message);
  machine = LLVMCreateTargetMachine(target, triple, cpu, "", codegen_level(),
                                    LLVMRelocPIC, LLVMCodeModelDefault);
}

LLVMTargetMachineRef target_machine(void) {
  return machine;
}

static void set_common_types(void) {
  M->t_void = LLVMVoidTypeInContext(context);
  M->t_i1 = LLVMInt1TypeInContext(context);
  M->t_i8 = LLVMInt8TypeInContext(context);
  M->t_i16 = LLVMInt16TypeInContext(context);
  M->t_i32 = LLVMInt32TypeInContext(context);
  M->t_i64 = LLVMInt64TypeInContext(context);
  M->t_f32 = LLVMFloatTypeInContext(context);
  M->t_f64 = LLVMDoubleTypeInContext(context);
  M->t_ptr = LLVMPointerTypeInContext(context, 0);
  LLVMTypeRef words[3] = {M->t_ptr, M->t_i64, M->t_i64};
  M->t_string = LLVMStructTypeInContext(context, words, 2, false);
  M->t_slice = LLVMStructTypeInContext(context, words, 3, false);
  LLVMTypeRef pointers[2] = {M->t_ptr, M->t_ptr};
  M->t_iface = LLVMStructTypeInContext(context, pointers, 2, false);
}

static void module_begin(const Unit *u) {
  M = NEW(Module);
  M->pkg = u->pkg;
  M->part = u->part;
  M->nparts = u->nparts;
  M->ctx = context;
  const char *name = u->pkg->path;
  if (u->part > 0)
    name = arena_printf(perm, "%s#%d", name, u->part);
  M->mod = LLVMModuleCreateWithNameInContext(name, context);
  LLVMSetTarget(M->mod, triple);
  M->layout = LLVMCreateTargetDataLayout(machine);
  LLVMSetModuleDataLayout(M->mod, M->layout);
  LLVMAddModuleFlag(M->mod, LLVMModuleFlagBehaviorWarning, "PIC Level", 9,
                    LLVMValueAsMetadata(LLVMConstInt(
                        LLVMInt32TypeInContext(context), 2, false)));
  set_common_types();
  debug_begin();
}

// ---- variables -------------------------------------------------------------

static bool is_main_package(void) {
  return strcmp(M->pkg->path, "main") == 0;
}

// A variable that stands for one of another package.
static bool is_foreign(Object *var) {
  const char *own = arena_printf(perm, "%s.%s", link_path(var->pkg),
                                 var->name->s);
  const char *given = linkname_of_global(var);
  return given && strcmp(given, own) != 0;
}

static void define_global(Object *var) {
  Val g = var_address(var);
  if (is_foreign(var))
    return;
  LLVMSetInitializer(g, var->var.embed ? embedded_value(var)
                                       : LLVMConstNull(mem_type(var->type)));
  debug_global(var, g);
  if (is_main_package() && M->nparts == 1) {  // nobody can import it
    LLVMSetVisibility(g, LLVMDefaultVisibility);
    LLVMSetLinkage(g, LLVMInternalLinkage);
  }
}

static void define_globals(void) {
  vec_each(Object *, o, &M->pkg->scope->objects) {
    if ((*o)->kind == OBJ_VAR && strcmp((*o)->name->s, "_") != 0)
      define_global(*o);
  }
}

// Constant initialisers become data; true if e needs no code.
static bool initialised_statically(InitEntry *e) {
  if (e->lhs.len != 1)
    return false;
  Object *var = e->lhs.at[0];
  if (strcmp(var->name->s, "_") == 0)
    return false;
  Val v = static_value(e->rhs, var->type);
  if (!v)
    return false;
  LLVMSetInitializer(var_address(var), v);
  return true;
}

// ---- initialisation --------------------------------------------------------

static LLVMTypeRef void_func(void) {
  return LLVMFunctionType(M->t_void, NULL, 0, false);
}

static const char *init_symbol(Package *pkg) {
  return arena_printf(perm, "%s..init", link_path(pkg));
}

static void call_void(const char *symbol) {
  Val fn = function_declare(symbol, void_func());
  LLVMBuildCall2(F->b, void_func(), fn, NULL, 0, "");
}

static bool is_init_function(FuncInfo *f) {
  return f->obj && !f->obj->func.recv_named && !f->sig->func.recv &&
         strcmp(f->obj->name->s, "init") == 0;
}

static Pos first_pos(void) {
  return M->pkg->files.len ? M->pkg->files.at[0]->package_name->pos : 0;
}

static void begin_init(const char *name) {
  Val fn = function_declare(name, void_func());
  func_begin(fn, void_func(), name, first_pos());
  mark_no_args(fn);
  F->sig = type_func_new();
  F->is_init = true;
}

// path.init, if there is a variable that needs code: its name, or NULL.
static const char *init_variables(void) {
  const char *name = NULL;
  vec_each(InitEntry *, e, &M->pkg->init_order) {
    if (initialised_statically(*e))
      continue;
    if (!name) {
      name = arena_printf(perm, "%s.init", link_path(M->pkg));
      begin_init(name);
    }
    ExprVec rhs = {0};
    vec_push(&rhs, (*e)->rhs);
    set_pos((*e)->rhs->pos);
    lower_init_vars(&(*e)->lhs, &rhs);
  }
  if (name) {
    LLVMBuildRetVoid(F->b);
    func_end();
  }
  return name;
}

static void emit_package_init(void) {
  const char *variables = init_variables();
  begin_init(init_symbol(M->pkg));
  if (variables)
    call_void(variables);
  vec_each(FuncInfo *, f, &M->pkg->funcs) {
    if (is_init_function(*f) && (*f)->body)
      call_void(link_name_func((*f)->obj));
  }
  LLVMBuildRetVoid(F->b);
  func_end();
}

// ---- functions and types ---------------------------------------------------

static int64_t weight(const FuncInfo *f) {
  return f->body ? (int64_t)f->body->block.rbrace - f->body->pos + 1 : 1;
}

// Each part gets as much source as any other, in order.
static void divide_functions(void) {
  int64_t total = 0, before = 0;
  vec_each(FuncInfo *, f, &M->pkg->funcs)
    total += weight(*f);
  vec_each(FuncInfo *, f, &M->pkg->funcs) {
    intptr_t part = before * M->nparts / total;
    map_put(&M->parts, *f, (void *)(part + 1));
    before += weight(*f);
  }
}

bool is_own_function(const FuncInfo *f) {
  if (f->pkg != M->pkg)
    return false;
  return M->nparts == 1 ||
         (intptr_t)map_get(&M->parts, f) == M->part + 1;
}

static bool is_lowered_here(FuncInfo *f) {
  return !is_generic_function(f) &&
         !(f->obj && strcmp(f->obj->name->s, "_") == 0) && is_own_function(f);
}

// Nobody imports package main. What refers to one of its functions has
// declared it; one that go:linkname gives a name is for others.
static bool is_reached(FuncInfo *f) {
  const char *name = link_name_info(f);
  return strncmp(name, "main.", 5) != 0 ||
         LLVMGetNamedFunction(M->mod, name) != NULL;
}

// In the order of the source, again until there is nothing new.
static void lower_reached(void) {
  bool *done = NEW_ARRAY(bool, M->pkg->funcs.len + 1);
  for (bool more = true; more;) {
    more = false;
    for (int i = 0; i < M->pkg->funcs.len; i++) {
      FuncInfo *f = M->pkg->funcs.at[i];
      if (done[i] || !is_lowered_here(f) || !is_reached(f))
        continue;
      lower_function(f);
      done[i] = more = true;
    }
    lower_instances();
  }
}

static void lower_functions(void) {
  if (lower_options.reached_only && is_main_package() && M->nparts == 1) {
    lower_reached();
    return;
  }
  vec_each(FuncInfo *, f, &M->pkg->funcs) {
    if (is_lowered_here(*f))
      lower_function(*f);
  }
}

// Other packages refer to the descriptors of this one's types.
static void emit_descriptors(void) {
  if (is_main_package())
    return;
  vec_each(Object *, o, &M->pkg->scope->objects) {
    Type *t = (*o)->type;
    if ((*o)->kind != OBJ_TYPE || !t || t->kind != TY_NAMED ||
        t->named.obj != *o || t->named.tparams.len)
      continue;
    type_descriptor(t);
    type_descriptor(type_pointer(t));
  }
}

// ---- the program's start ---------------------------------------------------

// What debug.ReadBuildInfo reads, if the linker keeps it.
static void emit_build_info(const char *s) {
  Val text = LLVMConstStringInContext2(M->ctx, s, strlen(s), false);
  Val g = LLVMAddGlobal(M->mod, LLVMTypeOf(text), "gl_build_info");
  LLVMSetInitializer(g, text);
  LLVMSetGlobalConstant(g, true);
}

static void emit_start(void) {
  if (lower_options.build_info)
    emit_build_info(lower_options.build_info);
  const char name[] = "runtime.main";
  Val fn = function_declare(name, void_func());
  func_begin(fn, void_func(), name, first_pos());
  PackageVec all = load_order(M->pkg);
  vec_each(Package *, p, &all)
    call_void(init_symbol(*p));
  rt_call("initdone", NULL, 0);
  call_void("main.main");
  LLVMBuildRetVoid(F->b);
  func_end();
  LLVMAddAlias2(M->mod, void_func(), 0, fn, "gl_start");
}

// ---- entry -----------------------------------------------------------------

static void verify_module(void) {
  char *message = NULL;
  if (LLVMVerifyModule(M->mod, LLVMReturnStatusAction, &message)) {
    fprintf(stderr, "%s\n", message);
    unreachable();
  }
  LLVMDisposeMessage(message);
}

// What a package has once.
static void lower_rest(bool with_start) {
  define_globals();
  emit_package_init();
  emit_descriptors();
  if (with_start)
    emit_start();
}

LLVMModuleRef lower_unit(const Unit *u) {
  module_begin(u);
  if (M->nparts > 1)
    divide_functions();
  escape_analyze(u->pkg);
  if (u->part == 0)
    lower_rest(u->with_start);
  lower_functions();
  lower_instances();
  lower_inlinable();
  emit_type_refs();
  debug_end();
  if (lower_options.verify)
    verify_module();
  return M->mod;
}
