// SPDX-License-Identifier: MIT
//
// Types, objects, scopes and packages; the checker that fills them in. After
// a package has been checked without errors, every Expr in it has its mode,
// type and constant value, identifiers their Object, selectors their
// Selection, and functions their FuncInfo; lowering relies on that.
#ifndef GL_TYPES_H
#define GL_TYPES_H

#include "abi.h"
#include "syntax.h"

// ---- data ------------------------------------------------------------------

typedef enum TypeKind {
  TY_INVALID,     // an error was reported; compatible with everything
  TY_BASIC,
  TY_NAMED,       // declared types and their instances
  TY_POINTER, TY_SLICE, TY_ARRAY, TY_MAP, TY_CHAN, TY_STRUCT, TY_FUNC,
  TY_INTERFACE,
  TY_TUPLE,       // results of a call; never the type of a value
  TY_TYPEPARAM,
  TY_UNION        // of constraints: ~int | string
} TypeKind;

// Basic kinds; up to B_STRING the numbers are those of abi.h where both have
// one. Untyped kinds stand at the end.
typedef enum BasicKind {
  B_INVALID, B_BOOL, B_INT, B_INT8, B_INT16, B_INT32, B_INT64,
  B_UINT, B_UINT8, B_UINT16, B_UINT32, B_UINT64, B_UINTPTR,
  B_FLOAT32, B_FLOAT64, B_COMPLEX64, B_COMPLEX128, B_STRING,
  B_UNSAFE_POINTER,
  B_UNTYPED_BOOL, B_UNTYPED_INT, B_UNTYPED_RUNE, B_UNTYPED_FLOAT,
  B_UNTYPED_COMPLEX, B_UNTYPED_STRING, B_UNTYPED_NIL, B_COUNT
} BasicKind;

enum {  // Type.basic.info
  BI_BOOLEAN = 1, BI_INTEGER = 2, BI_UNSIGNED = 4, BI_FLOAT = 8,
  BI_COMPLEX = 16, BI_STRING = 32, BI_UNTYPED = 64,
  BI_ORDERED = BI_INTEGER | BI_FLOAT | BI_STRING,
  BI_NUMERIC = BI_INTEGER | BI_FLOAT | BI_COMPLEX,
  BI_CONST = BI_BOOLEAN | BI_NUMERIC | BI_STRING
};

typedef VEC(Object *) ObjectVec;
typedef VEC(Type *) TypeVec;
struct Term;

struct Type {
  TypeKind kind;
  void *lower;   // lowering's: LLVM type and descriptor
  Object *alias; // the alias messages call it by, or NULL
  TypeVec *alias_args;  // of a generic alias, or NULL
  union {
    struct { BasicKind kind; int info; const char *name; } basic;
    struct {
      Object *obj;           // its TYPENAME
      Type *rhs;             // as declared, may be TY_NAMED; NULL: in progress
      Type *underlying;      // NULL until resolved; never TY_NAMED after
      ObjectVec methods;     // FUNC objects, in source order
      TypeVec targs;         // of an instance, else empty
      Type *origin;          // generic type an instance was made from
      TypeVec tparams;       // of a generic type
      TypeVec outer;         // of a generic type local to an instance of a
                             // function: the instance's arguments
      int local_id;          // 0 at package level, else unique in the package
      bool cyclic;           // needed itself, which was reported
      Pos pos;               // of an instance: where it was written first
    } named;
    struct { Type *elem; } pointer, slice;
    struct { Type *elem; int64_t len; } array;  // len -1: [...] not yet known
    struct { Type *key, *elem; } map;
    struct { Type *elem; int dir; } chan;       // GL_RECV_DIR | GL_SEND_DIR
    struct {
      ObjectVec fields;      // VAR objects with is_field
      VEC(Name *) tags;      // decoded; parallel to fields, NULL for none
      int64_t *offsets;      // sizes.c, NULL until asked for
    } struct_;
    struct {
      Object *recv;          // VAR, or NULL; not part of identity
      ObjectVec params, results;
      bool variadic;         // the last parameter's type is then a slice
      TypeVec tparams;       // of a generic function
    } func;
    struct {
      ObjectVec methods;     // declared here: FUNC objects
      TypeVec embeds;        // types, unions, type parameters' constraints
      VEC(Pos) embed_pos;
      ObjectVec all;         // complete: sorted by name, then package path
      bool complete, completing, implicit;
      bool has_terms;        // a type set that is not "all types"
      bool is_comparable;    // embeds comparable
      VEC(struct Term { bool tilde; Type *type; }) terms;  // if has_terms
    } interface;
    struct { TypeVec types; } tuple;
    struct { Object *obj; int index; Type *constraint; } tparam;
    struct { VEC(struct Term) terms; } union_;
  };
};

typedef enum Color {  // of an Object: how far its declaration is checked
  COLOR_WHITE, COLOR_GREY, COLOR_BLACK
} Color;

typedef enum ObjKind {
  OBJ_BAD, OBJ_PKGNAME, OBJ_CONST, OBJ_TYPE, OBJ_VAR, OBJ_FUNC, OBJ_LABEL,
  OBJ_BUILTIN, OBJ_NIL
} ObjKind;

// The builtin functions, those of package unsafe too.
typedef enum BuiltinId {
  BUILTIN_NONE, BUILTIN_APPEND, BUILTIN_CAP, BUILTIN_CLEAR, BUILTIN_CLOSE,
  BUILTIN_COMPLEX, BUILTIN_COPY, BUILTIN_DELETE, BUILTIN_IMAG, BUILTIN_LEN,
  BUILTIN_MAKE, BUILTIN_MAX, BUILTIN_MIN, BUILTIN_NEW, BUILTIN_PANIC,
  BUILTIN_PRINT, BUILTIN_PRINTLN, BUILTIN_REAL, BUILTIN_RECOVER,
  BUILTIN_UNSAFE_ADD, BUILTIN_UNSAFE_ALIGNOF, BUILTIN_UNSAFE_OFFSETOF,
  BUILTIN_UNSAFE_SIZEOF, BUILTIN_UNSAFE_SLICE, BUILTIN_UNSAFE_SLICEDATA,
  BUILTIN_UNSAFE_STRING, BUILTIN_UNSAFE_STRINGDATA
} BuiltinId;

struct Object {
  ObjKind kind;
  Name *name;
  Type *type;        // NULL until resolved
  Type *shown;       // alias.c: what messages print instead, or NULL
  Pos pos;
  Package *pkg;      // NULL for the universe
  Scope *parent;     // scope it was declared in; NULL for fields and methods
  Pos scope_start;   // visible from here on (local objects)
  Color color;       // decl.c
  int order;         // of declaration in the package
  Decl *decl;        // of package-level objects and local types
  File *file;        // that declares it
  bool used;
  void *lower;       // lowering's
  union {
    struct { Const *cv; int index; } const_;        // index in its spec
    struct { bool alias; } type_;
    struct {
      int index;              // in its spec
      ObjectVec *group;       // globals: all variables of the declaration
      bool is_field, embedded, is_param, is_result, is_global;
      FuncInfo *func;         // that declares it; NULL for globals and fields
      bool captured;          // a func literal inside func uses it
      bool addr_taken;        // &x, x[:] of an array, method with pointer
                              // receiver called on it
      bool reassigned;        // assigned to after its declaration
      bool per_iteration;     // declared by a 1.22 loop clause
      bool heap;              // lower/escape.c: must live on the heap
      struct Embed *embed;    // globals: what //go:embed gives it, or NULL
    } var;
    struct {
      FuncInfo *info;         // NULL for interface methods
      Type *recv_named;       // methods: the Named type that has it
      bool ptr_recv;          // methods: declared with a pointer receiver
      Type *iface;            // interface methods: the interface
      Name *linkname;         // symbol from //go:linkname, or NULL
      Object *origin;         // of an instance's method: the generic one
      Type *instance;         // and the instance
    } func;
    struct { Package *imported; Decl *decl; } pkgname;
    struct { Stmt *stmt; } label;
    BuiltinId builtin;
  };
  Map *deps;  // package-level funcs and vars: Objects its code refers to
};

struct Scope {
  Scope *outer;
  Map names;          // Name -> Object
  ObjectVec objects;  // in order of declaration
  FuncInfo *func;     // function the scope belongs to, NULL outside
};

// A function declaration, a func literal, or the body of a range over a
// function (which becomes a function of its own).
struct FuncInfo {
  FuncInfo *outer;      // enclosing function; NULL at package level
  Object *obj;          // of a declaration, else NULL
  Decl *decl;           // D_FUNC, or NULL
  Expr *lit;            // E_FUNC_LIT, or NULL
  Stmt *range;          // S_RANGE over a function, or NULL
  Type *sig;            // TY_FUNC
  Stmt *body;           // S_BLOCK, or NULL
  Scope *scope;         // of declarations: type parameters, receiver,
                        // parameters and results are declared in it; the
                        // body's statements belong to the same block
  Package *pkg;
  ObjectVec captures;   // variables of enclosing functions used in here or in
                        // literals in here, by first use
  VEC(FuncInfo *) lits; // functions directly inside, in source order
  bool has_defer;       // a defer statement directly in it (range bodies
                        // count for the function around them)
  bool has_recover;     // calls recover directly
  bool named_results;
  int64_t frame_locals, frame_callee;  // frame.c: bytes of large values
  bool checked;         // the body is
  void *lower;          // lowering's
};

typedef enum SelectionKind {
  SEL_FIELD,            // x.f
  SEL_METHOD,           // x.m, called or as a method value
  SEL_METHOD_EXPR       // T.m
} SelectionKind;

struct Selection {
  SelectionKind kind;
  Type *recv;           // type of x, or T of a method expression
  Object *obj;          // the field (VAR) or the method (FUNC)
  VEC(int) path;        // field indices from recv on; pointers are followed.
                        // Of a field: including the field itself. Of a
                        // method: the embedded fields on the way.
  bool indirect;        // a pointer was followed on the way
};

// Initialisation of package variables, in order.
typedef struct InitEntry {
  ObjectVec lhs;        // several for `var a, b = f()`; blank ones included
  Expr *rhs;
} InitEntry;

// What //go:embed puts into a variable.
typedef struct EmbedFile {
  const char *name;     // relative to the package's folder
  const char *data;
  size_t len;
} EmbedFile;
typedef struct Embed {
  Pos pos;              // of the first directive
  VEC(EmbedFile) files; // sorted by folder, then name
} Embed;

struct Package {
  const char *path;     // import path; "main" for a program
  Name *name;
  const char *dir;
  bool is_std;          // from stdlib
  bool is_tree;         // from Go's source tree
  bool bodies;          // function bodies are checked (and will be lowered)
  bool fake;            // could not be loaded; errors about it stay silent
  VEC(File *) files;
  Scope *scope;         // package block
  VEC(Package *) imports;      // direct, in order of first import
  VEC(InitEntry *) init_order;
  ObjectVec methods;           // all methods declared in it
  VEC(FuncInfo *) funcs;       // all declared functions and methods with
                               // their FuncInfo, source order, `init`s too
  ObjectVec embeds;            // variables with embedded files
  VEC(FuncInfo *) global_lits; // func literals outside functions
  VEC(Pos) local_types;        // where functions declare types, ascending
  int lang;                    // minor version its module asks for, or 0
  int state;                   // load.c: loading, loaded
  void *lower;                 // lowering's
};

// ---- const.c: exact constants (GMP, MPFR) ----------------------------------

typedef enum ConstKind {
  CONST_UNKNOWN, CONST_BOOL, CONST_STRING, CONST_INT, CONST_FLOAT,
  CONST_COMPLEX
} ConstKind;

ConstKind const_kind(const Const *c);
Const *const_from_bool(bool b);
Const *const_from_string(const char *s, size_t n);
Const *const_from_int64(int64_t v);
Const *const_from_uint64(uint64_t v);
Const *const_from_double(double v);
// From the text of a literal token; NULL if too large to represent (an
// exponent beyond Go's limits).
Const *const_from_literal(const Name *text, Token kind);
bool const_bool(const Const *c);
const char *const_string(const Const *c, size_t *len);
// True if c is an integer (of any kind, 2.0 counts) in range.
bool const_int64(const Const *c, int64_t *out);
bool const_uint64(const Const *c, uint64_t *out);
// The low 64 bits of an integer constant in two's complement.
uint64_t const_bits(const Const *c);
double const_double(const Const *c);       // real part, nearest even
float const_float(const Const *c);
double const_imag_double(const Const *c);
int const_sign(const Const *c);            // -1, 0, 1; complex: 0 iff zero
Const *const_to_int(const Const *c);       // NULL if not integral
Const *const_to_float(const Const *c);     // NULL if it has an imaginary part
Const *const_to_complex(const Const *c);
Const *const_real(const Const *c);
Const *const_imag(const Const *c);
Const *const_make_complex(const Const *re, const Const *im);
// op is a Token. Operands are brought to one kind first. Integer division
// truncates if int_div. The caller has excluded division by zero. NULL if
// the result is too large (over 512 bits of integer or exponent overflow is
// reported by the caller).
Const *const_unary(Token op, const Const *x, int unsigned_bits);
Const *const_binary(const Const *x, Token op, const Const *y, bool int_div);
Const *const_shift(const Const *x, Token op, unsigned count);
bool const_compare(const Const *x, Token op, const Const *y);
int const_bit_len(const Const *c);
// As messages show it: strings quoted and shortened, floats with %.6g.
char *const_to_string(Arena *a, const Const *c);
// Rounds c to the type (also float32, float64, complex parts) if it is
// representable in it; NULL if not.
Const *const_represent(const Const *c, Type *basic);

// ---- universe.c ------------------------------------------------------------

extern Type *types_basic[B_COUNT];  // by BasicKind
extern Type *type_invalid, *type_byte, *type_rune;  // byte is its own Type
extern Type *type_error, *type_any, *type_comparable;  // any: empty interface
extern Scope *universe;
extern Package *package_unsafe;
extern Object *universe_iota;       // its value is that of Checker.iota
void universe_init(void);           // once, before anything else
const char *builtin_name(BuiltinId id);

// ---- type.c: constructors, identity, printing ------------------------------

Type *type_pointer(Type *elem);
Type *type_slice(Type *elem);
Type *type_array(Type *elem, int64_t len);
Type *type_map(Type *key, Type *elem);
Type *type_chan(Type *elem, int dir);
Type *type_tuple(Type *const *types, int n);
Type *type_named_new(Object *obj);
Type *type_func_new(void);
Type *type_struct_new(void);
Type *type_interface_new(void);
// An identifier is the same in two packages if it is exported.
bool same_id(const Object *obj, const Package *pkg, const Name *name);

// Through declared types to a type literal; a type parameter gives its
// constraint's interface. Never NULL.
Type *under(Type *t);
bool identical(Type *a, Type *b);
bool identical_ignore_tags(Type *a, Type *b);
bool is_named(Type *t);             // basic, declared or type parameter
bool is_typed(Type *t);
bool is_untyped(Type *t);
bool is_boolean(Type *t), is_integer(Type *t), is_unsigned(Type *t);
bool is_float(Type *t), is_complex(Type *t), is_numeric(Type *t);
bool is_string(Type *t), is_ordered(Type *t), is_const_type(Type *t);
bool is_interface(Type *t);         // not a type parameter
bool is_type_param(Type *t);
bool is_generic(Type *t);
bool has_nil(Type *t);
bool is_bytes_or_runes(Type *t);    // []byte or []rune underneath
Type *default_type(Type *t);        // of an untyped type; else t
Type *deref(Type *t, bool *was_pointer);
// Whether == is allowed; why (may be NULL) gets a phrase such as
// "struct containing []int cannot be compared".
bool comparable_type(Type *t, char **why);
// The same without trusting interfaces, as the constraint comparable asks.
bool strictly_comparable(Type *t);
// Whether ok holds for the underlying type of t; of a type parameter, for
// those of its type set (false if that is not made of specific types).
bool type_set_all(Type *t, bool (*ok)(Type *u, void *data), void *data);
// As messages print types: qualified by package name relative to pkg (NULL:
// always qualified), by path where two packages share a name.
char *type_string(Arena *a, Type *t, Package *pkg);
// Injective text for linking: full import paths, local types numbered.
char *type_link_string(Arena *a, Type *t);
// As %T and reflect print it.
char *type_reflect_string(Arena *a, Type *t);
// "M(int) string": a method as messages compare it.
char *method_string(Arena *a, Object *m, Package *pkg);
void type_write_dump(Package *p, FILE *out);  // --emit=types

// ---- instance.c: generics --------------------------------------------------

// The interface a type parameter must satisfy; of `[T int]` an implicit one.
Type *constraint_interface(Type *tparam);
// t with tparams replaced by targs; t itself if it mentions none.
Type *subst_type(Type *t, TypeVec *tparams, TypeVec *targs);
// The instance of a generic type; the same Type for identical arguments.
Type *instantiate(Type *generic, TypeVec *targs);
// Gives an instance its right-hand side (methods: instance_method).
void instance_expand(Type *t);
// The method of an instance that corresponds to method i of its generic type.
Object *instance_method(Type *t, int i);

// ---- sizes.c: gc's layout on amd64 -----------------------------------------

int64_t type_size(Type *t);         // bytes; -1 if too large
int64_t type_align(Type *t);
int64_t field_offset(Type *strukt, int index);
bool type_has_pointers(Type *t);

// ---- scope.c ---------------------------------------------------------------

Scope *scope_new(Scope *outer, FuncInfo *func);
// Returns the object already there, if any (then nothing is inserted).
Object *scope_insert(Scope *s, Object *obj);
Object *scope_lookup(Scope *s, Name *name);
// Searches outwards; local objects only from their scope_start on. *where
// (may be NULL) gets the scope it was found in.
Object *scope_lookup_outward(Scope *s, Name *name, Pos pos, Scope **where);
Object *object_new(ObjKind kind, Pos pos, Package *pkg, Name *name, Type *t);

// ---- lookup.c --------------------------------------------------------------

typedef struct LookupResult {
  Object *obj;        // field or method; NULL if none
  VEC(int) path;
  bool indirect;      // a pointer was followed
  bool ambiguous;     // several at the same depth
  bool ptr_recv;      // found, but only *T has it (obj is set)
} LookupResult;
// addressable: a variable of type T, whose *T methods count.
LookupResult lookup_field_or_method(Type *t, bool addressable, Package *pkg,
                                    Name *name);
// The same whatever the case of letters.
LookupResult lookup_similar(Type *t, bool addressable, Package *pkg,
                            Name *name);
// The first method of iface that t lacks, or NULL. *wrong gets a method of t
// with that name but another type or a pointer receiver, *why a phrase in
// parentheses as Go prints: "(missing method M)", "(method M has pointer
// receiver)", "(wrong type for method M)\n\t\thave ...\n\t\twant ...".
Object *missing_method(Type *t, Type *iface, bool is_static, Object **wrong,
                       char **why, Package *pkg);
// Methods of t's method set (promoted ones too), sorted like interface.all.
typedef struct MethodEntry {
  Object *obj;
  VEC(int) path;      // embedded fields to follow from t (after one
                      // dereference if t is a pointer)
  bool indirect;
} MethodEntry;
typedef VEC(MethodEntry) MethodSet;
const MethodSet *method_set(Type *t);   // cached
// The order of methods: by name, then by package path.
int compare_methods(const Object *a, const Object *b);
// Whether every type of term y is one of term x.
bool term_contains(const struct Term *x, const struct Term *y);
// Completes the method list and type set; reports duplicates once.
void interface_complete(Type *iface);

// ---- conv.c ----------------------------------------------------------------

struct Checker;
// Whether x may be assigned to t (spec: Assignability). why as in
// missing_method. x's type may be untyped.
bool assignable(struct Checker *c, Expr *x, Type *t, char **why);
bool convertible(struct Checker *c, Expr *x, Type *t, char **why);
// Whether a value of type v implements interface t.
bool implements(Type *v, Type *t, char **why, Package *pkg);
// Whether type argument v satisfies constraint t.
bool satisfies(Type *v, Type *t, char **why, Package *pkg);

// ---- the checker -----------------------------------------------------------

typedef struct Mono Mono;

typedef struct Checker {
  Package *pkg;
  File *file;
  Scope *scope;         // innermost
  FuncInfo *func;       // innermost function, NULL at package level
  Const *iota;          // in a constant declaration, else NULL
  Pos iota_pos;         // errors in repeated specs point here, 0: none
  Object *decl;         // package-level object being checked: gets deps
  VEC(Object *) path;   // objects being resolved, for cycle messages
  VEC(struct Delayed {  // done when all declarations are resolved, with
                        // the fields above as they are now
    void (*run)(struct Checker *c, void *data);
    void *data;
    File *file;
    Scope *scope;
    FuncInfo *func;
    Const *iota;
    Pos iota_pos;
    Object *decl;
  }) delayed;
  VEC(struct TooLarge {  // sizes.c
    Pos pos;
    char *text;
  }) too_large;
  bool asked_too_large;  // unsafe.Sizeof reported a type of them
  ObjectVec imports;    // PKGNAMEs of all files
  VEC(Pos) bodyless;    // functions without body that must have one
  VEC(struct Literal {  // interface types with methods
    Pos pos;
    Type *type;
  }) interfaces;
  struct Mono *mono;    // mono.c
  int in_length;        // in an array length or T.x of a type expression:
                        // types still being declared are cycles here
  bool in_tparams;      // in a list of type parameters
  Map methods;          // TYPENAME -> ObjectVec *: what is declared for it
  bool lazy_types;      // decl.c: inside an alias declaration
  ObjectVec skipped;    // type names met there
  int depth;            // of nesting, against runaway recursion
  Type *shown;          // of what is assigned to next, see alias.c
  Expr *callee;         // the operand of the call being checked
  const char *wanted;   // what a generic function is assigned to, for messages
  bool has_call_or_recv;  // set by expressions that contain one (for len)
} Checker;

typedef struct CheckOptions {
  int lang;             // default minor version: 26
  bool no_main_ok;      // do not demand func main
  bool bodyless_ok;     // accept functions without body
  bool lax;             // unused variables and imports are warnings
} CheckOptions;
extern CheckOptions check_options;

// The package being checked, or NULL: how messages qualify names.
Package *checking_package(void);
extern Checker *current_checker;

// resolve.c: collects package-level objects of all files, checks imports,
// then everything. True if no errors.
bool check_package(Package *pkg);
// Marks the dot-import used that put obj into the file block (if one did).
void use_dot_import(Checker *c, Object *obj);
// cycle.c
void report_cycle(Checker *c, Object *const *cycle, int n, int start);
// Whether the objects on the path from obj on may depend on obj; reports.
bool valid_cycle(Checker *c, Object *obj);
// Whether t, needed now, is still being declared; reports that once.
bool needs_itself(Checker *c, Type *t);
// Whether t stands in the length of an array it is made of, [2 * T]int: the
// cycle, which this reports, is what is wrong.
bool in_own_length(Checker *c, Type *t);
// Whether t, or what it points to, needed itself: errors about it stay silent.
bool is_cyclic(Type *t);
void check_direct_cycles(Checker *c, ObjectVec *types);
// Reports interfaces that embed what mentions them again.
void check_anonymous_interfaces(Checker *c);
// Reports a declared type that contains itself.
void check_finite(Checker *c, Type *t);
// mono.c: records that type parameters get arguments; reports those that
// need infinitely many instances.
void mono_record(Checker *c, Pos pos, TypeVec *tparams, TypeVec *targs);
// A receiver's type parameter stands for its type's.
void mono_same(Checker *c, Type *declared, Type *original);
void mono_check(Checker *c);
// decl.c: makes sure obj's type (and value) is known; reports cycles.
void check_object(Checker *c, Object *obj);
// A declaration inside a function.
void check_local_decl(Checker *c, Decl *d);
void check_later(Checker *c, void (*run)(Checker *c, void *data), void *data);
void run_delayed(Checker *c);
// Reports a wrong number of values.
void check_arity(Checker *c, Decl *d, ExprVec *names, ExprVec *values,
                 bool is_const, bool implicit);
// Declares in the innermost scope; reports redeclaration with a note at the
// other. Blank names are not inserted.
void declare(Checker *c, Object *obj, Pos scope_start);
// typexpr.c: x must denote a type; reports and returns type_invalid if not.
Type *check_type(Checker *c, Expr *x);
// The same for the type of a variable, which no constraint can be.
Type *check_var_type(Checker *c, Expr *x);
// t, found at pos, becomes the type of a variable.
void check_no_constraint(Checker *c, Pos pos, Type *t);
// Also if x is a generic type without arguments (allowed for receivers).
Type *check_generic_type(Checker *c, Expr *x);
// Checks the arguments of an instance against the constraints; pos is that of
// the generic type or function, args may be NULL (inferred).
bool check_instance(Checker *c, Pos pos, const char *name, TypeVec *tparams,
                    TypeVec *targs, ExprVec *args);
// The type of a receiver; declares its type parameters.
Type *check_receiver_type(Checker *c, Expr *x);
// Declares type parameters in the innermost scope.
void check_type_params(Checker *c, FieldVec *fields, TypeVec *out);
// Fills in sig from a FUNC_TYPE; declares parameters in `scope` (NULL: not).
void check_signature(Checker *c, Type *sig, Expr *functype, Field *recv,
                     Scope *scope, FuncInfo *info);
// alias.c
// The type that a type expression denotes as messages name it, if that is by
// an alias that the type itself does not know of, else NULL.
Type *spelled_type(const Expr *x);
// The same for the type of a value.
Type *shown_type(const Expr *x);
// initorder.c
void compute_init_order(Checker *c);

// expr.c. Each sets x's fields; after an error x->mode is MODE_INVALID.
// Any expression, type or builtin; hint (may be NULL) is the type wanted by
// the context, for composite literals without type and func inference.
void check_raw_expr(Checker *c, Expr *x, Type *hint);
// A single value (constants too).
void check_expr(Checker *c, Expr *x);
void check_expr_hint(Checker *c, Expr *x, Type *hint);
// A single value or a type.
void check_expr_or_type(Checker *c, Expr *x);
// A value or a call with several results (MODE_TUPLE).
void check_multi_expr(Checker *c, Expr *x);
// Gives an untyped x (and its untyped operands) the type t or t's default.
void convert_untyped(Checker *c, Expr *x, Type *t);
// Like convert_untyped with x's default type.
void use_default_type(Checker *c, Expr *x);
// x is assigned to a variable of type t (NULL: of x's default type);
// context is "assignment", "argument", "return statement", "variable
// declaration", "range clause", "send", ... False after an error.
bool check_assignment(Checker *c, Expr *x, Type *t, const char *context);
// A constant non-negative integer that fits int; -1 after an error.
int64_t check_array_len(Checker *c, Expr *x);
// assign.c
void check_init_vars(Checker *c, ObjectVec *lhs, ExprVec *rhs,
                     Stmt *return_stmt);
void check_const_init(Checker *c, Object *obj, Type *type, Expr *init);
// func literals, bodies: stmt.c
void check_func_body(Checker *c, FuncInfo *info);
// decl.c: the same for a declared function of a package that was loaded
// without bodies. False after errors.
bool check_body_now(FuncInfo *info);
// resolves names: marks used, adds deps and captures
void check_ident(Checker *c, Expr *x, bool want_type);
// labels.c
void check_labels(Checker *c, FuncInfo *info);
// The same for the whole bodies of a file that does not parse, as far as they
// do; nothing else of such a file is checked.
void check_labels_of_file(Package *pkg, File *f);
// branches.c: the same for branches without labels in such a file.
void check_branches(Checker *c, Stmt *body);
// spelling.c: after an error about a name that is not there, a note at the
// nearest one that is: in scope; in a package; a field or method; a field.
void suggest_name(Checker *c, Expr *x);
void suggest_exported(Checker *c, Expr *x, Package *pkg);
void suggest_member(Checker *c, Expr *x, Type *t);
void suggest_field(Checker *c, Expr *x, Type *t);
// The import path below the folder root that is nearest to path, or NULL.
const char *nearest_package(const char *root, const char *path);
// sizes.c: a type that does not fit the address space. Reported at the end,
// unless errors where its size was asked for say the same.
void type_too_large(Checker *c, Pos pos, const char *name);
void report_too_large(Checker *c);
// pragma.c: directives that are not allowed outside the standard library.
void check_pragma_words(File *file);
// Directives that stand where they say nothing; after everything else.
// Whether the file imports the package of this literal ("\"embed\"").
bool file_imports(File *f, const char *literal);
void check_pragma_places(Checker *c);
// frame.c: a copy of a value of type t, or a call, in the current function;
// and, when its body is checked, whether it all fits a stack.
void frame_add(Checker *c, Type *t);
void frame_add_call(Checker *c, Type *sig);
void frame_check(Checker *c, FuncInfo *info);
// return.c: whether the statement list ends in a terminating statement
bool is_terminating(Stmt *s, Name *label);
// An error about x unless one was reported inside x already.
void check_error(Checker *c, Pos pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// lang version check: reports "X requires go1.N or later" and returns false.
bool require_lang(Checker *c, Pos pos, int minor, const char *what);
// Evaluates calls and conversions, builtins: call.c, builtin.c
void check_call(Checker *c, Expr *x, Type *hint);
void check_builtin(Checker *c, Expr *x, BuiltinId id);
void check_conversion(Checker *c, Expr *x, Type *t);
void check_selector(Checker *c, Expr *x, bool want_type);
void check_index(Checker *c, Expr *x);
void check_slice_expr(Checker *c, Expr *x);
void check_composite(Checker *c, Expr *x, Type *hint);

// ---- between the files that check bodies -----------------------------------

typedef enum ConvCode {  // why an untyped value cannot take a type
  CONV_OK, CONV_INVALID, CONV_TRUNCATED, CONV_OVERFLOW
} ConvCode;

// operand.c: describing expressions and types in messages
const char *type_str(Checker *c, Type *t);
// "x (variable of type int)"
char *operand_string(Checker *c, const Expr *x);
// "struct", "slice", ...; "" for basic types
const char *composite_kind(Type *t);
// "(number, string, T)": what was passed, or is wanted
char *types_summary(Checker *c, Type *const *types, int n, bool variadic,
                    bool spread);
// The language version of a package's files without a go:build line.
int package_lang(Package *pkg);
// Whether the file's language version is at least 1.minor.
bool has_lang(Checker *c, int minor);
// Where the file's language version comes from, in parentheses.
const char *lang_origin(Checker *c);
// The variable x is (part of): `x`, `x.f`, `x[i]` of an array. NULL if x
// lies behind a pointer or is none.
Object *root_variable(Expr *x);
void mark_addr_taken(Expr *x);
// After an error elsewhere: checks x so that what it uses counts as used.
// False if x has errors.
bool use_expr(Checker *c, Expr *x);
bool use_exprs(Checker *c, ExprVec *list);
bool use_lhs(Checker *c, Expr *x);
bool is_blank(const Expr *x);       // the identifier _

// untyped.c
ConvCode implicit_type(Checker *c, Expr *x, Type *target, Type **type,
                       Const **cv);
// False after an error.
bool try_convert_untyped(Checker *c, Expr *x, Type *target);
// Gives x and what it consists of the type t, if it is untyped still.
void update_type(Checker *c, Expr *x, Type *t);
// Appends text that is equal for equal constants.
void const_key(Buf *b, const Const *cv);
// Like check_assignment; the context is "argument to fun".
bool check_argument(Checker *c, Expr *x, Type *t, Expr *fun);

// expr.c
void capture_variable(Checker *c, Object *v);
void add_dependency(Checker *c, Object *obj);
void check_generic_expr(Checker *c, Expr *x);  // uninstantiated ones too
Type *channel_elem(Checker *c, Pos pos, Expr *x, bool recv);
void check_assertable(Checker *c, Expr *at, Expr *x, Type *t, bool is_case);
// binary.c
void check_binary(Checker *c, Expr *x);
// Checks x op y, both checked before, into e. stmt: e is an `x op= y`.
void combine(Checker *c, Expr *e, Expr *x, Expr *y, Token op, bool stmt);
bool match_types(Checker *c, Expr *x, Expr *y);
bool check_comparison(Checker *c, Expr *e, Expr *x, Expr *y, Token op,
                      bool switch_case);
// Reports a constant result that is too large. False then.
bool check_overflow(Checker *c, Expr *x, Pos op_pos);
// call.c
// The values of a list: those of one call with several results, or of each
// expression. Stand-ins for the results of a call are new Exprs.
ExprVec check_values(Checker *c, ExprVec *list, bool generic);
// One value, or two if comma-ok is possible and asked for, or a call's.
ExprVec check_multi_values(Checker *c, Expr *x, bool comma_ok);
void set_comma_ok(Expr *x);
Type *check_arguments(Checker *c, Expr *call, Type *sig, ExprVec *args);
// builtin.c
bool builtin_is_statement(BuiltinId id);
// selector.c
// type: t as messages name it.
char *lookup_error(Checker *c, Type *t, const char *type, Name *sel,
                   bool struct_lit);
// index.c
// An index, or a size: false after an error; *val is -1 if not constant.
bool check_index_value(Checker *c, Expr *x, int64_t max, int64_t *val);
bool is_valid_index(Checker *c, Expr *x, const char *what, bool negative_ok);
// literal.c
void check_basic_lit(Checker *c, Expr *x);
void check_func_lit(Checker *c, Expr *x);
// assign.c
// t if x may be a generic function and t is a type of functions, else NULL.
// name: of what it is assigned to, for messages.
Type *func_hint(Checker *c, const Expr *x, Type *t, const char *name);
Object *local_var(Checker *c, Pos pos, Name *name, Type *t);
// The type of a left-hand side, NULL for _, type_invalid after an error.
Type *check_lhs(Checker *c, Expr *x);
// lhs = x, where x is checked already, or NULL: rhs is checked first.
void assign_var(Checker *c, Expr *lhs, Expr *rhs, Expr *x,
                const char *context);
bool init_var(Checker *c, Object *var, Expr *x, const char *context);
void check_assign(Checker *c, Stmt *s);
// unused.c
void check_unused(Checker *c, Scope *s);

// typeset.c
Type *common_under(Type *t);        // NULL if the types of t's set differ
const char *why_no_common(Checker *c, Type *t, bool strings);
Type *send_only_term(Type *t);  // a send-only channel of its type set
Type *common_bytes(Type *t, bool *string);
bool each_under(Type *t, bool (*ok)(Type *u, void *data), void *data);
typedef struct Element {            // what x[i] is
  Type *key, *elem;                 // key: of maps, else NULL
  int64_t length;                   // -1 if not known
  Mode mode;
} Element;
bool element_of(Type *t, bool addressable, Element *e);
// unify.c
enum { UNIFY_ASSIGN = 1, UNIFY_EXACT = 2 };
typedef struct Unifier {
  TypeVec tparams;                  // bound: types are looked for
  VEC(Type **) handles;             // parallel; shared by those that are equal
  int depth;
  bool by_methods;                  // interfaces unify by their methods, as
                                    // from Go 1.21 on
} Unifier;
void unifier_init(Unifier *u, TypeVec *tparams, TypeVec *targs);
bool unify(Unifier *u, Type *x, Type *y, int mode);
// t has the methods of the interface, with types that unify.
bool unify_methods(Unifier *u, Type *iface, Type *t);
int unifier_unknowns(Unifier *u);
// infer.c
// The type arguments of the instance of a generic function that x (an IDENT,
// SELECTOR or INDEX) denotes; NULL if it is none.
const TypeVec *instance_args(const Expr *x);
void set_instance_args(const Expr *x, TypeVec *targs);  // of a copy
// x[targs] where x is a generic function. With fewer type arguments than
// parameters it stays generic, for a call or an assignment to infer the rest.
void check_func_index(Checker *c, Expr *e);
// A generic function used as a value: infers what is missing from the type
// wanted (NULL: from the constraints alone). False after an error.
bool infer_value(Checker *c, Expr *x, Type *wanted);
// Infers the type arguments of a call of a generic function and of generic
// functions among the arguments; params are the parameters' types, one for
// each argument. Returns the instantiated signature and types, or NULL.
Type *infer_call(Checker *c, Expr *call, Type *sig, ExprVec *args,
                 TypeVec *params);
bool is_generic_func(const Expr *x);

// Where break, continue and fallthrough lead to.
typedef struct Flow {
  Stmt *breaks, *continues;
  Stmt *in_switch;      // innermost: this switch's clause list directly
  bool fallthrough_ok;  // the last statement of a clause that may
  bool last_clause;
} Flow;
// stmt.c
void check_stmt(Checker *c, Stmt *s, Flow flow);
void check_stmt_list(Checker *c, StmtVec *list, Flow flow);
void open_scope(Checker *c);
void close_scope(Checker *c);       // reports unused variables
// switch.c
void check_switch(Checker *c, Stmt *s, Flow flow);
void check_type_switch(Checker *c, Stmt *s, Flow flow);
void check_select(Checker *c, Stmt *s, Flow flow);
// range.c
void check_range(Checker *c, Stmt *s, Flow flow);

// ---- embed.c: //go:embed ---------------------------------------------------

// Finds and reads the files of all directives.
void resolve_embeds(Package *pkg);
// Checks the variables' types.
void check_embeds(Checker *c);
bool is_embed_fs(Type *t);

// ---- module.c: go.mod and go.work ------------------------------------------

typedef struct Module Module;
// The module around a folder; without a path if there is none.
Module *module_around(const char *dir);
int module_lang(const Module *m);   // of its go line, or 0
// The import path of a folder in a module; NULL outside of modules.
const char *module_path_of(const char *dir);
// The module's own path, likewise.
const char *module_name_of(const char *dir);
// The folder is one that go.work lists.
bool module_in_work(const char *dir);
// The main module is that around dir, unless there is one already.
void module_set_main(const char *dir);
// The folder of an import path, or NULL; then *missing is the module that
// should have it and is not there, or NULL.
const char *module_find(const char *import, const char *importer_dir,
                        const char **missing);

// ---- load.c: from files and import paths to packages -----------------------

typedef struct LoadOptions {
  const char *stdlib;        // folder of the standard library
  const char *tags;          // further build tags, separated by commas
  bool skip_empty;           // a folder without sources to build is no error
  bool all_bodies;           // check (and lower) bodies of std packages too
  // Whether the package's objects were compiled before; its bodies are not
  // checked then. Its files are parsed, its imports loaded. May be NULL.
  bool (*fetch)(Package *pkg);
} LoadOptions;
extern LoadOptions load_options;

// A package from the named files (.gl, .go) or from a folder. path is its
// import path, "main" by default. NULL after an error.
Package *load_files(const char *const *paths, int n, const char *path);
Package *load_dir(const char *dir, const char *path);
// The folder of an import path, seen from the current folder; NULL: none.
const char *load_find(const char *path);
typedef VEC(Package *) PackageVec;
// The package and all it imports, directly or not, in the order in which they
// are initialised.
PackageVec load_order(Package *pkg);
// gotree.c: packages of Go's source tree. Whether a folder (a real path) lies
// in it; the folder of an import path, or NULL; the Debian package that brings
// the import path when there is no tree, or NULL.
bool gotree_contains(const char *dir);
const char *gotree_find(const char *path);
// Whether a folder (a real path) is one of Go's own commands or a package of
// theirs; its import path, NULL outside of a tree; the tree's version.
bool gotree_is_command(const char *dir);
const char *gotree_path_of(const char *dir);
const char *gotree_version(const char *dir);
const char *gotree_package(const char *path);
// added.c: files of ours for packages of others. Those that building Go writes
// into the package of this folder; the folder with functions for those that
// the package of this path has in assembly, or NULL, and its files. After
// parsing the declarations that these stand for are dropped. False: a file
// cannot be read.
typedef VEC(Source *) SourceVec;
bool added_generated(const char *dir, SourceVec *out);
const char *added_assembly_dir(const char *path);
bool added_assembly(const char *path, const char *dir, SourceVec *out);
void added_replace(Package *pkg);
// By import path; loads and checks once. importer_dir finds the module.
Package *load_import(const char *path, const char *importer_dir, Pos pos);
// All packages loaded so far, dependencies first.
Package *const *load_all(int *n);
// Whether the file takes part (name suffixes and //go:build line).
bool build_matches(const char *filename, const Name *constraint);
// Whether the +build lines at the start of a file's text hold.
bool build_plus_matches(const char *text);
// Set while the files of a package with assembly are chosen: its portable
// code is built, as for an architecture it does not know.
extern bool build_no_arch;
// Set while the files of a package of Go's source tree are chosen.
extern bool build_tree;
// The language version a constraint implies (go1.22 && ... gives 22), or 0.
int build_lang(const Name *constraint);

#endif
