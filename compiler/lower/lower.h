// SPDX-License-Identifier: MIT
//
// Lowering: from a checked package to one LLVM module. Requires a package
// checked without errors; leaves a module that LLVMVerifyModule accepts.
//
// The value model
//
// Types fall in two classes (llvm_type.c: is_memory_class):
// * scalar class: numbers, bools, pointers, strings, slices, interfaces,
//   complex, and structs/arrays of at most four such leaves in all (an array
//   of more than one element is memory class). Their values are LLVM SSA
//   values (first-class structs for composite ones).
// * memory class: everything else. Their "value" is a pointer to memory that
//   holds them and that nobody changes while it is in use.
// lower_expr returns values by this rule; lower_expr_to writes a value of
// either class to fresh memory that the expression cannot refer to.
//
// Bools are i1 as values and i8 in memory (llvm_type for values, mem_type
// for memory; load_value and store_value convert). A struct value of scalar
// class uses mem_type, bool fields inside it are i8.
//
// Calls. Parameters of scalar class are passed as such (LLVM flattens first
// class structs); of memory class as a pointer to a copy that the callee
// owns. Results: none -> void; one of scalar class -> itself; several, all
// scalar class -> a literal struct; if any result is of memory class, the
// caller passes a pointer to a struct of all results as the FIRST parameter
// and the function returns void. The closure pointer is the LAST parameter,
// with attribute `nest`; only func literals, wrappers for method values and
// calls through func values have it.
#ifndef GL_LOWER_H
#define GL_LOWER_H

#include <llvm-c/Analysis.h>
#include <llvm-c/Comdat.h>
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>

#include "types.h"

typedef LLVMValueRef Val;

typedef struct LowerOptions {
  int opt_level;        // 0, 1, 2
  bool debug_full;      // -g: variables and types, not just lines
  bool verify;          // LLVMVerifyFunction after every function
  // Where the escape summaries of a compiled package are, or NULL.
  const char *(*summary_path)(Package *pkg);
  const char *build_info;  // of the program, for runtime/debug; or NULL
  bool reached_only;       // leave out what package main never refers to
} LowerOptions;
extern LowerOptions lower_options;

// One package being lowered.
typedef struct Module {
  Package *pkg;
  LLVMContextRef ctx;
  LLVMModuleRef mod;
  LLVMTargetDataRef layout;
  LLVMDIBuilderRef di;
  LLVMMetadataRef di_unit;
  StrMap strings;           // constant bytes -> Val (private globals)
  int part, nparts;         // which of the package's functions it holds
  Map parts;                // FuncInfo -> its part + 1, if there are several
  VEC(FuncInfo *) pending;  // instances still to be lowered
  Map instances;            // Objects of those asked for
  VEC(FuncInfo *) inlinable;  // copies of others' functions, to be lowered
  Map inlined;              // FuncInfo of those asked for, or turned down
  // common types
  LLVMTypeRef t_void, t_i1, t_i8, t_i16, t_i32, t_i64, t_f32, t_f64, t_ptr;
  LLVMTypeRef t_string, t_slice, t_iface;  // {ptr,i64} {ptr,i64,i64} {ptr,ptr}
} Module;
extern Module *M;  // the one being lowered

// Where an enclosing statement is left to (stmt.c).
typedef struct Target {
  struct Target *outer;
  Stmt *stmt;
  LLVMBasicBlockRef brk, cont;   // cont NULL unless a loop
} Target;

// A defer statement that runs at most once in a call (defer.c).
typedef struct Defer {
  Val pending;             // alloca i1: it ran, its call is still to come
  Val record, closure, code;  // code NULL: only the closure knows
} Defer;
typedef VEC(Defer) DeferVec;

// What is known at a place (known.c).
typedef struct NonNil NonNil;
typedef struct Held Held;
typedef struct Known {
  const NonNil *nonnil;    // pointers
  const Held *held;        // variables and what they hold
} Known;

// One function being lowered.
typedef struct Func {
  struct Func *outer;      // the function whose lowering was interrupted
  FuncInfo *info;          // NULL for wrappers and generated functions
  Val fn;
  LLVMTypeRef fn_type;
  LLVMBuilderRef b;
  LLVMBuilderRef entry_b;  // inserts allocas into the entry block
  LLVMBasicBlockRef entry;
  Type *sig;
  const char *name;        // link name
  Val self;                // what it calls in place of itself, or NULL
  bool is_init;            // initialises the package's variables
  int nthunks;             // wrappers of go and defer named so far
  Map vars;                // Object -> Val: address of the variable
  Map values;              // Object -> Val: of variables that have none
  Known known;             // at the end of the current block
  Val sret;                // results pointer parameter, or NULL
  ObjectVec results;       // one per result; unnamed ones get an Object too
  Val closure;             // own closure pointer, or NULL
  Val defer_frame;         // alloca GlDeferFrame, or NULL
  LLVMBasicBlockRef defer_return;  // runs what is deferred, returns results
  DeferVec defers;         // statements in source order, unless:
  bool defers_listed;      // only the list in the frame knows what to run
  Map codes;               // closure in the frame -> Val: its code
  Target *targets;
  Map labels;              // LABELED Stmt -> LLVMBasicBlockRef of goto
  LLVMBasicBlockRef nil_block;     // block that calls panicnil
  LLVMMetadataRef nil_loc;         // debug location it serves
  LLVMMetadataRef scope;   // DISubprogram or lexical block; NULL: no debug
  const char *scope_path;  // file of scope
  Map boxes;               // Object -> Val: slot holding the variable's box
  struct RangeFunc *range_func;    // inside a range-over-func body
} Func;
extern Func *F;   // the one being lowered

// ---- entry: module.c -------------------------------------------------------

void lower_init(void);            // once: context, target
// What becomes one module: a package, or one part of its functions. Part 0
// has everything else too: variables, initialisation, descriptors.
typedef struct Unit {
  Package *pkg;
  int part, nparts;         // nparts is at least 1
  bool with_start;          // also runtime.main and gl_start, in part 0
} Unit;
LLVMModuleRef lower_unit(const Unit *u);
// Whether this module defines the function.
bool is_own_function(const FuncInfo *f);
LLVMTargetMachineRef target_machine(void);

// ---- llvm_type.c -----------------------------------------------------------

bool is_memory_class(Type *t);
LLVMTypeRef llvm_type(Type *t);     // as an SSA value; scalar class only,
                                    // memory class gives t_ptr
LLVMTypeRef mem_type(Type *t);      // as laid out in memory
LLVMTypeRef func_llvm_type(Type *sig, Type *recv, bool nest);
bool results_in_memory(Type *sig);
LLVMTypeRef results_struct(Type *sig);    // all results as laid out in memory
Val const_int(LLVMTypeRef t, int64_t v);
Val const_i64(int64_t v);
Val zero_value(Type *t);            // constant; of memory class: a pointer to
                                    // a read-only zero

// ---- value.c: memory -------------------------------------------------------

Val load_value(Val addr, Type *t);  // memory class: returns addr itself
// From a descriptor or itab, which nothing changes.
Val load_invariant(LLVMTypeRef t, Val addr);
void store_value(Val addr, Val v, Type *t);
void copy_memory(Val dst, Val src, Type *t);   // memmove semantics if the
                                               // two may be the same place
void zero_memory(Val dst, Type *t);
Val alloca_type(Type *t, const char *name);    // in the entry block, not zeroed
Val alloca_llvm(LLVMTypeRef t, const char *name);
// A private copy of a memory-class value (scalar values are returned as is).
Val snapshot(Val v, Type *t);
Val new_object(Type *t);            // zeroed heap memory for one t
// Tells LLVM what the length of v, a string or slice, is known to be.
void assume_lengths(Val v, Type *t);
Val extract(Val agg, unsigned i);   // LLVMBuildExtractValue
// v, with the parts of a string, slice or interface taken out here once.
Val in_parts(Val v);
Val make2(LLVMTypeRef t, Val a, Val b);
Val make_string(Val ptr, Val len);
Val make_slice(Val ptr, Val len, Val cap);
Val string_const(const char *s, size_t n);     // a string value
Val bytes_const(const char *s, size_t n);      // pointer to read-only bytes
Val gep_field(Val addr, Type *strukt, int index);
Val gep_index(Val addr, Type *elem, Val index);  // addr + index * size(elem)
Val gep_bytes(Val addr, int64_t offset);

// ---- control: value.c ------------------------------------------------------

LLVMBasicBlockRef new_block(const char *name);
void set_block(LLVMBasicBlockRef b);   // where nothing is known
LLVMBasicBlockRef cur_block(void);
bool terminated(void);              // current block has a terminator
void br(LLVMBasicBlockRef b);       // nothing if terminated
void cond_br(Val cond, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
void cond_br_likely(Val cond, LLVMBasicBlockRef likely,
                    LLVMBasicBlockRef unlikely);

// ---- known.c ---------------------------------------------------------------

// p is not nil here, nor in any code that is reached through here only.
void note_nonnil(Val p);
bool known_nonnil(Val p);
// var, a local variable, holds v from here on, if nobody assigns to it.
void note_held(Object *var, Val v);
void forget_held(Object *var);      // before var is assigned to
Val held_value(Object *var);        // NULL if not known
// set_block, and what is known there is `known`.
void enter_block(LLVMBasicBlockRef b, Known known);
// In code that is dominated by the place where `at` is known; where paths from
// two places join.
Known known_below(Known at);
Known known_join(Known a, Known b);

// ---- runtime_call.c --------------------------------------------------------

// Calls NAME of runtime.def.
Val rt_call(const char *name, Val *args, unsigned n);
#define RT_CALL(name, ...)                                   \
  rt_call(name, (Val[]){__VA_ARGS__},                        \
          sizeof((Val[]){__VA_ARGS__}) / sizeof(Val))
Val rt_func(const char *name, LLVMTypeRef *type);   // declared on first use
void add_attr(Val fn, unsigned index, const char *name, uint64_t value);
void add_call_attr(Val call, const char *name);
// For backend/prune.c: the attribute of a call of a method found at run time,
// and how the names of tables of methods begin, of types and of interfaces.
#define METHOD_CALL "gl-method"

// Attribute of functions without parameters: backend/noargs.c.
#define NO_ARGS "gl-noargs"
#define METHOD_TABLE "method.table"
#define IMETHOD_TABLE "imethod.table"

// ---- checks: value.c -------------------------------------------------------

// Continues only if ok; else calls the noreturn runtime function in a cold
// block.
void check(Val ok, const char *panic_name, Val *args, unsigned n);
void nil_check(Val ptr);            // panics if NULL (implicit null check)

// ---- mangle.c: link names (NUL-terminated, in perm) ------------------------

const char *link_name_func(Object *f);          // also methods
const char *link_name_global(Object *v);
const char *linkname_of_global(Object *v);      // by go:linkname, or NULL
const char *link_name_lit(FuncInfo *lit);       // main.f.func1
const char *link_name_info(FuncInfo *info);     // either
const char *link_path(Package *pkg);            // import path, escaped
const char *link_name_type(Type *t);            // type:...
const char *link_name_itab(Type *t, Type *iface);

// ---- layout.c: where pointers are ------------------------------------------

int64_t pointer_prefix(Type *t);    // bytes that can hold pointers
// Bit per word of the prefix, in perm, and its length in bytes; NULL if there
// are no pointers or too many words.
uint8_t *pointer_bitmap(Type *t, int64_t prefix, size_t *len);
// The layout argument of gl_new for an object, or for an array, of type t,
// which has pointers; for a closure object of struct type ct.
Val layout_of_type(Type *t);
Val layout_of_closure(LLVMTypeRef ct);

// ---- descriptor.c, itab.c, eqhash.c ----------------------------------------

Val type_descriptor(Type *t);       // address of the linkonce_odr constant
// Only size and pointer bitmap, for the collector: pulls in no methods.
Val gc_descriptor(Type *t);
uint32_t type_hash(Type *t);        // in its descriptor
void emit_type_refs(void);          // once, when all descriptors are there
bool is_memory_equal(Type *t);      // == compares the bytes
Val itab_for(Type *concrete, Type *iface);
Val equal_func_value(Type *t);      // closure object, NULL constant if none
Val hash_func_value(Type *t);
int iface_method_index(Type *iface, Object *method);
// x == y for any comparable type (i1); values by the value model.
Val lower_equal(Val x, Val y, Type *t);

// ---- func.c: functions, closures, wrappers ---------------------------------

// func.c: returns what the result variables hold, after the deferred calls.
void return_results(void);
void return_values(void);           // the same where there are none
Val static_closure(Val fn);         // constant closure object {fn}
// Memory for a closure of struct type ct, its code pointer set.
Val new_closure(LLVMTypeRef ct, Val code, bool on_heap);
// The code of a static closure or of one in this frame, else NULL.
Val closure_code(Val closure);
Val function_for(Object *f);        // the code of a declared func or method
Val func_value_of(Object *f);       // static closure object
void lower_function(FuncInfo *info);
// recursion.c: worth a copy of it that its calls of itself are inlined from.
bool unrolls_recursion(FuncInfo *info);
// The closure object of a func literal or range body, made here and now.
Val lower_closure(FuncInfo *info, bool on_heap);
// A func value for method m of receiver value recv (bound). Receiver of
// interface type: m is an interface method.
Val lower_method_value(Val recv, Type *recv_type, Selection *sel, bool on_heap);
Val lower_method_expr(Selection *sel);   // T.m as a func value
// Code that takes the interface's data word first and calls t's method.
Val itab_method_code(Type *t, const MethodEntry *m);
Val method_code(Type *t, const MethodEntry *m);  // takes the receiver itself
Val function_declare(const char *name, LLVMTypeRef type);   // attributes set
// Begin and end a generated function (wrapper, eq, hash, init): makes a new
// F whose builder stands in the entry block.
void mark_no_args(Val fn);
void func_begin(Val fn, LLVMTypeRef type, const char *name, Pos pos);
void func_end(void);
// Several modules may define g; the linker keeps one. Hidden, in a comdat of
// its own name.
void make_odr(Val g);
void mark_wrapper(Val fn);          // section glwrap, comdat

// ---- vars (func.c) ---------------------------------------------------------

Val var_address(Object *var);       // local, captured or global
Val var_value(Object *var);         // what it holds now
void declare_local(Object *var, Val init);  // init NULL: zero. Boxes it on
                                            // the heap if escape.c says so
bool var_on_heap(Object *var);
// A fresh copy of a per-iteration variable.
void renew_local(Object *var);

// ---- directive.c, intrinsic.c: functions without body ----------------------

typedef enum DirectiveKind {
  DIR_NONE, DIR_CCALL, DIR_BLOCKING, DIR_MCALL, DIR_ASM, DIR_INTRINSIC
} DirectiveKind;
// What the pragmas of a function ask for.
typedef struct Directive {
  DirectiveKind kind;
  const char *name;           // C function, symbol or intrinsic
  bool noinline_, nosplit;
  bool noescape;              // without a body: keeps none of its arguments
  bool wrapper;               // no caller of its own to recover
  bool nointerface;           // a method that no interface has
} Directive;
const Directive *directive_of(Object *f);   // never NULL
bool has_c_convention(Object *f);
void emit_stub(const char *symbol, const char *target, const char *how);
void add_foreign_symbol(const char *name);
bool is_foreign_symbol(const char *name);
void lower_bodyless(FuncInfo *info);
Val emit_intrinsic(Object *f, Val *args);
Val bytes_equal(Val p, Val q, Val n);       // i1

// ---- inline.c --------------------------------------------------------------

// f is called from this module: if another one defines it and it is small, a
// copy is lowered here as well, for LLVM to inline.
void offer_inline(Object *f);
void lower_inlinable(void);

// ---- generic.c -------------------------------------------------------------

// The function that x (an IDENT or pkg.F, perhaps with type arguments)
// denotes, an instance if it is generic; NULL if x is something else.
Object *func_object(Expr *x);
// f's body; of an instance's method the instance's own.
FuncInfo *instance_info(Object *f);
// Sees to it that f is lowered, if it is an instance.
void require_instance(Object *f);
bool is_generic_function(FuncInfo *f);
void lower_instances(void);

// ---- escape.c --------------------------------------------------------------

// Decides for all functions of the package, once; afterwards:
void escape_analyze(Package *pkg);
void escape_require(FuncInfo *f);   // an instance, or of another package
// Writes what is known of the package's functions to a file, for compilations
// that do not check their bodies. False, with a message, if that fails.
bool escape_write_summaries(Package *pkg, const char *path);
bool escapes_var(Object *var);      // must live on the heap
// For an allocation site: E_FUNC_LIT, E_COMPOSITE_LIT (slice or map literal,
// or the operand of &), E_CALL of new/make/append, method value SELECTOR,
// conversion to interface/[]byte/string of x (site is x itself).
// A go or defer statement is the site of its closure and record: a defer
// that may run more than once in a call has them on the heap.
bool escapes_site(const void *site);
// An append that runs more than once in a call: its memory in the frame serves
// the first time only.
bool is_append_in_loop(const void *site);
// A func literal copies this variable instead of pointing to it.
bool capture_by_value(Object *var);

// ---- call.c ----------------------------------------------------------------

// Value of a call with one result; NULL for none.
Val lower_call(Expr *x);
// Results of any call into vals (scalar values or addresses), n of them.
void lower_call_multi(Expr *x, Val *vals);
void lower_go(Stmt *s);
// Tells LLVM of v, a function or a call of one, that the memory of arguments
// and results is the call's alone: the caller passes places of its own, which
// nobody else sees until the call is over. What leaves the frame is boxed.
void mark_own_memory(Val v, Type *sig, Type *recv);
// Calls code with arguments by the calling convention; results into vals.
Val emit_call(Val code, Type *sig, Type *recv, Val recv_val, Val *args,
              Val closure, Val *vals, bool noinline);
void emit_func_value_call(Val func, Type *sig, Val *args, Val *vals,
                          bool noinline);
void emit_iface_call(Val iface, Type *iface_type, Object *method, Val *args,
                     Val *vals, bool noinline);
// The code of an interface's method; its calls are to be marked.
Val load_iface_method(Val itab, Type *iface_type, Object *method);
// Marks a call of a method that is found at run time, for backend/prune.c.
void mark_method_call(Val call, const Object *method);
void emit_static_call(Object *f, Type *recv_type, Val recv, Val *args,
                      Val *vals, bool noinline);
// zeroext and signext for C; the first parameter is argument `first`.
void extend_arguments(Val call, Type *sig, unsigned first);
// The func() closure that performs the call later (go, defer).
Val later_closure(Expr *call, bool on_heap, bool may_be_nil);

// ---- defer.c ---------------------------------------------------------------

void enter_defer(FuncInfo *info);   // at the start of a function with defer
void lower_defer(Stmt *s);
void end_defer(void);               // after its body

// ---- expressions: expr.c, op.c, convert.c, index.c, composite.c, builtin.c -

Val lower_expr(Expr *x);                   // value of x, type x->type
void lower_expr_to(Expr *x, Val dst);      // into fresh memory
Val lower_address(Expr *x);                // of an addressable expression, or
                                           // a composite literal: its memory
// The type of x's value; the one place that will substitute type arguments.
Type *type_of(Expr *x);
bool is_addressable(Expr *x);
bool has_call(Expr *x);
bool is_comparison(Token op);
// Whether x[i] takes the variable x after a call in i, which may assign to
// it, as Go's compiler does. (The specification leaves the order open.)
bool index_first(Expr *x);              // a call or receive: order matters
// The receiver of method selector x as the method declares it (T, *T or the
// interface value); *recv_type gets its type.
Val lower_receiver(Expr *x, Type **recv_type);
// x converted to t, implicitly (assignment) or explicitly.
Val lower_expr_as(Expr *x, Type *t);
void lower_expr_as_to(Expr *x, Type *t, Val dst);
Val convert_value(Val v, Type *from, Type *to, const void *site);
Val convert_explicitly(Expr *x);           // the conversion T(y)
// GL_SHORT_TEXT bytes in the frame for what a site allocates, or NULL if it
// has to be on the heap.
Val short_buffer(const void *site);
Val lower_const(Const *c, Type *t);        // scalar class
// Goes to yes or no by x; what is known when it goes there.
typedef struct Outcome {
  Known yes, no;
} Outcome;
Outcome lower_cond(Expr *x, LLVMBasicBlockRef yes, LLVMBasicBlockRef no);
Val lower_binary(Token op, Val x, Val y, Type *t, Type *ytype, Pos pos);
// Comma-ok forms: value (by the value model) and i1.
void lower_comma_ok(Expr *x, Val *value, Val *ok);
// Follows a selection's path from a value or address to the field's address.
Val lower_field_path(Val v, Type *t, bool is_addr, Selection *sel, int n,
                     Type **result);
Val lower_builtin(Expr *x);                // any builtin call; NULL: no value
Val lower_composite(Expr *x);
void lower_composite_to(Expr *x, Val dst);
Val lower_type_assert(Val iface, Type *from, Type *to, bool comma_ok, Val *ok);
// Constant initialisers for package variables: NULL if not constant.
Val static_value(Expr *x, Type *t);
// As static_value, but of a value that may be copied any number of times: no
// &T{} and no slice literals.
Val static_template(Expr *x, Type *t);
Val static_zero(Type *t);                  // of mem_type(t)
// A private global; init is of mem_type(t).
Val static_global(Val init, Type *t, bool constant);

// embed.c: the initialiser of a variable with a //go:embed directive.
Val embedded_value(Object *var);

// Index given by a constant key; number of elements of an array or slice
// literal.
int64_t literal_key(Expr *key);
int64_t literal_len(Expr *x);

// op.c
int int_bits(Type *t);
bool is_signed_int(Type *t);
Val to_i64(Val v, Type *t);                // integer of type t, extended
// x op y for a comparison (i1); the types may differ: interface and concrete.
Val lower_compare(Token op, Val x, Type *xt, Val y, Type *yt);
// Operands of a string sum, from element 1 on of the array returned; element
// 0 is free. concat_strings joins n strings; site: the sum,
// or NULL.
Val *lower_concat_operands(Expr *x, int *n);
Val concat_strings(Val *vals, int n, const void *site);
bool is_const_text(Expr *x);               // a constant string, not empty
Val lower_is_nil(Val v, Type *t);          // i1
// view.c
// b of string(b), s of []byte(s) or []rune(s); NULL if x is something else.
Expr *converted_bytes(Expr *x);
Expr *converted_string(Expr *x);
Expr *converted_runes(Expr *x);
// Before x is lowered: if it is string(b), or in a literal of a key contains
// that, the value may be the bytes themselves. For who only looks at it
// before anything else happens.
void view_string(Expr *x);
void view_key(Expr *x);
Val lower_view(Expr *x);                   // such a conversion, else NULL
Val lower_string_view(Expr *x, Type *t);   // view_string, lower_expr_as
// A string or slice of which only the bytes are looked at.
Val lower_viewed_bytes(Expr *x, Type *t);
// convert.c
bool is_pointer_shaped(Type *t);           // the interface word is the value
bool is_empty_interface(Type *t);
Val iface_type(Val v, Type *iface);        // dynamic type or NULL
Val iface_unbox(Val data, Type *t);        // the concrete value
// index.c
Val lower_index_value(Expr *x, bool *is_signed);    // i64
void bounds_check(Val i, bool is_signed, Val limit, bool inclusive, int code);
Val lower_index(Expr *x);
Val lower_index_address(Expr *x);
Val lower_slice_expr(Expr *x);
// Address of the element, also if there is none (then of a zero value).
Val map_access(Type *map, Val m, Val key, Val *ok);
Val map_assign(Type *map, Val m, Val key);
void map_delete(Type *map, Val m, Val key);
// builtin.c
bool is_builtin_call(Expr *x);
bool is_conversion(Expr *x);
Val frame_address(void);                   // llvm.frameaddress(0)
// select.c: ok may be NULL
Val lower_receive(Val ch, Type *chan, Val *ok);
void lower_send_value(Val ch, Val elem_addr);
void check_chan_code(Val code);            // panics unless GL_CHAN_OK

// ---- statements: stmt.c, assign.c, switch.c, range.c, select.c, defer.c ----

void lower_stmt(Stmt *s);
void lower_block(Stmt *s);
void lower_return(Stmt *s);
void lower_assign(Stmt *s);
void lower_switch(Stmt *s);
void lower_type_switch(Stmt *s);
void lower_range(Stmt *s);
void lower_range_func(Stmt *s);
void lower_select(Stmt *s);
void lower_init_vars(ObjectVec *lhs, ExprVec *rhs);
// An assignable place whose operands have been evaluated, but which has not
// been checked (nil, bounds) yet: that comes after the right side.
typedef enum { LV_BLANK, LV_VAR, LV_DEREF, LV_SLICE, LV_ARRAY, LV_FIELD,
               LV_MAP } LvalueKind;
typedef struct Lvalue {
  LvalueKind kind;
  Type *type;             // of the variable; NULL if blank
  struct Lvalue *base;    // ARRAY, FIELD
  Object *var;            // VAR, if it is one
  Val addr;               // VAR; DEREF: pointer; SLICE: the slice; MAP
  Val index;              // SLICE, ARRAY: i64; MAP: key
  bool index_signed;
  Type *outer;            // type of the slice, array, struct or map
  int field;
  Pos pos;                // where a failed check points to
} Lvalue;
Val lvalue_address(Lvalue *l);      // checked; a map's entry is made
void note_assigned(Lvalue *l, Val v);   // v was stored there
// builtin.c: l = append(l, ...), x is the call.
void lower_append_in_place(Expr *x, Lvalue *l);
Lvalue *lower_lvalue(Expr *x);
void assign_lvalue(Lvalue *l, Val v, Type *vtype, const void *site);
// A value by the value model that later evaluations cannot change.
Val lower_stable(Expr *x, Type *t);
// Such values of a list; those with calls are evaluated first. types[i] NULL:
// only for its effects.
void lower_operands(Expr **xs, Type **types, int n, Val *vals);
// The number of passes over a list: 2 if some elements have calls and others
// have none. Whether x is evaluated in this pass.
int operand_passes(Expr **xs, int n);
bool in_pass(Expr *x, int pass, int passes);
// Returns from F; vals by the value model, one per result.
void emit_return(Val *vals);
void emit_unreachable(void);      // ends the block and begins a dead one
// break, continue or goto as if it stood here.
void lower_jump(Token op, Stmt *target);
void loop_back_edge(LLVMBasicBlockRef b);  // br; the hook of replay mode
void lower_stmts(StmtVec *v);
// rangefunc.c. lower_function calls lower_range_body instead of lower_block
// when info->range is set, after parameters and captures are bound.
void lower_range_body(FuncInfo *info);
void range_func_return(Stmt *s);           // a return statement in a body
void range_func_jump(Token op, Stmt *target);
bool range_func_contains(Stmt *target);    // in the body being lowered
Val range_func_frame(void);                // frame address for recover
// GlDeferFrame of the function around the body: what defer in it links to.
Val range_func_defer_frame(void);
void push_target(Target *t, Stmt *s, LLVMBasicBlockRef brk,
                 LLVMBasicBlockRef cont);
void pop_target(void);

// ---- debug.c: DWARF --------------------------------------------------------

void set_pos(Pos pos);              // debug location of what follows
void debug_begin(void);
void debug_function(Func *f, Pos pos);
void debug_scope(Pos pos);          // the caller restores F->scope
void debug_var(Object *var, Val addr, int argno);  // argno 0: not a parameter
// is_pointer: addr holds the variable's address.
void debug_var_at(Object *var, Val addr, int argno, bool is_pointer);
void debug_global(Object *var, Val g);
void debug_end(void);

#endif
