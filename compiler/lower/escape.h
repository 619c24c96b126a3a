// SPDX-License-Identifier: MIT
//
// What the files of escape analysis share: escape.c (graph and solution),
// escape_flow.c and escape_call.c (tree to graph), escape_summary.c.
#ifndef GL_ESCAPE_H
#define GL_ESCAPE_H

#include "lower.h"

enum {
  ESC_MAX_VAR = 128 << 10,       // bytes of a variable on the stack
  ESC_MAX_IMPLICIT = 64 << 10,   // bytes of new(T), &T{}, make([]T, n)
  ESC_MAX_RESULTS = 8            // results told apart in summaries
};

typedef struct EscLoc EscLoc;

typedef struct EscEdge {
  EscLoc *src;
  int derefs;
} EscEdge;

// What becomes of a parameter: the least number of loads after which it
// reaches the heap or a result, -1: never.
typedef struct EscLeak {
  int heap;
  int result[ESC_MAX_RESULTS];
} EscLeak;

struct EscLoc {
  Object *var;             // the variable, or
  const void *site;        // the allocation site; neither: temporary
  FuncInfo *func;          // whose frame would hold it
  bool in_loop;         // of an append, whose loop_depth is 1 all the same
  int loop_depth;          // 1 is the function's body
  VEC(EscEdge) in;         // what may be stored here
  bool escapes;
  bool is_param, is_result;
  int index;               // of the result
  EscLeak leak;            // of a parameter
  // state of a walk
  uint32_t generation;
  int derefs;
  bool in_walk, queued;
};

// Where a value goes: to dst, after some loads. dst NULL: nowhere.
typedef struct EscHole {
  EscLoc *dst;
  int derefs;
} EscHole;

// Of an analysed function: its parameters, receiver first. If it always
// returns one known function, such as an iterator, that one's summary too.
typedef struct EscSummary {
  EscLeak *params;
  int nparams;
  const struct EscSummary *returned;   // or NULL
} EscSummary;

extern EscLoc *esc_heap;

// escape.c
EscLoc *esc_loc_new(FuncInfo *func, int loop_depth);
EscLoc *esc_var(Object *var);      // NULL: global
EscLoc *esc_declare(Object *var, FuncInfo *func, int loop_depth);
bool esc_has_site(const void *site);
EscLoc *esc_site(const void *site, FuncInfo *func, int loop_depth);
void esc_flow(EscHole k, EscLoc *src);
EscHole esc_heap_hole(void);
EscHole esc_var_hole(Object *var);
bool esc_in_component(FuncInfo *f);
// f's body, or its instance's, if this compilation analyses it, else NULL.
FuncInfo *esc_analyzable(Object *f);

// escape_summary.c
EscSummary *esc_summarize(FuncInfo *f);          // analysed just now
void esc_keep_summary(FuncInfo *f);
// NULL: nothing is known.
const EscSummary *esc_summary_of(Object *f);

// escape_flow.c
void esc_declare_signature(FuncInfo *f);   // safe to repeat
void esc_walk_function(FuncInfo *f);
// In the function being walked:
EscLoc *esc_temporary(void);
// A site whose address flows to k: the memory that k's value points to. What
// is put into that memory flows to the location returned.
EscLoc *esc_spill(EscHole k, const void *site);
void flow_expr(EscHole k, Expr *x);
void flow_as(EscHole k, Expr *x, Type *to);   // converted to type `to`
void flow_discard(Expr *x);

// escape_call.c
void esc_note_values(Stmt *s);
// The declared function that a call of fun surely reaches, or NULL.
Object *esc_static_callee(Expr *fun);
// The same for a method of an interface, by the concrete type of x's value.
Object *esc_concrete_method(Expr *x, Object *method);
const EscSummary *esc_summary_of_returned(FuncInfo *f);
void flow_receiver(EscHole k, Expr *sel);
// x is a call of a function; its i-th result goes to ks[i].
void flow_call_results(EscHole *ks, int nks, Expr *x);
void flow_method_value(EscHole k, Expr *x);
EscLoc *flow_range_call(Expr *x, const void *site);

#endif
