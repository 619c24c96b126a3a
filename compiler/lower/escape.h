// SPDX-License-Identifier: MIT
//
// What escape.c (graph and solution) and escape_flow.c (tree to graph) share.
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

struct EscLoc {
  Object *var;             // the variable, or
  const void *site;        // the allocation site; neither: temporary
  FuncInfo *func;          // whose frame would hold it
  int loop_depth;          // 1 is the function's body
  VEC(EscEdge) in;         // what may be stored here
  bool escapes;
  bool is_param, is_result;
  int index;               // of the result
  int leak_heap;           // of a parameter: loads until the heap, -1: never
  int leak_result[ESC_MAX_RESULTS];
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

// Parameters of an analysed function, receiver first; an unnamed parameter
// has a location too.
typedef struct EscSummary {
  EscLoc **params;
  int nparams;
} EscSummary;

extern EscLoc *esc_heap;

EscLoc *esc_loc_new(FuncInfo *func, int loop_depth);
EscLoc *esc_var(Object *var);      // NULL: global, or of another package
EscLoc *esc_declare(Object *var, FuncInfo *func, int loop_depth);
bool esc_has_site(const void *site);
EscLoc *esc_site(const void *site, FuncInfo *func, int loop_depth);
void esc_flow(EscHole k, EscLoc *src);
EscSummary *esc_summary(FuncInfo *f);

// escape_flow.c
void esc_declare_signature(FuncInfo *f);
void esc_walk_function(FuncInfo *f);

#endif
