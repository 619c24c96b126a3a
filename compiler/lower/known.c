// SPDX-License-Identifier: MIT
//
// What is known at the place where code is being added, so that less of it is
// needed: which pointers are not nil, and what variables of the frame hold.
//
// Both are lists that grow at their heads and share their tails, so what was
// known at some place is kept by keeping two pointers. A pointer's fact is
// about an SSA value, which never changes: it holds in all code that the place
// dominates. What a variable holds is true until the variable is assigned to
// or paths join.
//
// set_block forgets everything, which is always right. Who knows where a block
// is reached from enters it with what is known there: enter_block.

#include "lower.h"

struct NonNil {
  const NonNil *next;
  Val pointer;
  int len;              // of the list from here on
};

struct Held {
  const Held *next;
  Object *var;
  Val v;                // NULL: no longer known
};

// How far a list is searched.
enum { MOST_LOOKED_AT = 64 };

// ---- pointers that are not nil ---------------------------------------------

void note_nonnil(Val p) {
  NonNil *n = NEW(NonNil);
  n->next = F->known.nonnil;
  n->pointer = p;
  n->len = n->next ? n->next->len + 1 : 1;
  F->known.nonnil = n;
}

bool known_nonnil(Val p) {
  if (LLVMIsAAllocaInst(p) || LLVMIsAGlobalValue(p))
    return true;
  const NonNil *n = F->known.nonnil;
  for (int i = 0; n && i < MOST_LOOKED_AT; i++, n = n->next)
    if (n->pointer == p)
      return true;
  return false;
}

// ---- what variables hold ---------------------------------------------------

// Whether nothing but assignments to its name changes the variable.
static bool is_private(Object *var) {
  TypeKind kind = under(var->type)->kind;
  bool resumed = F->info && F->info->has_defer;  // its results may be read
  return !var->var.is_global && !var->var.captured && !var->var.addr_taken &&
         !var->var.heap && !(var->var.is_result && resumed) &&
         kind != TY_STRUCT && kind != TY_ARRAY &&
         !lower_options.debug_full;
}

static void push_held(Object *var, Val v) {
  Held *h = NEW(Held);
  *h = (Held){F->known.held, var, v};
  F->known.held = h;
}

void note_held(Object *var, Val v) {
  if (is_private(var))
    push_held(var, v);
}

void forget_held(Object *var) {
  if (held_value(var))
    push_held(var, NULL);
}

Val held_value(Object *var) {
  if (var->var.captured)  // perhaps only since it was noted
    return NULL;
  const Held *h = F->known.held;
  for (int i = 0; h && i < MOST_LOOKED_AT; i++, h = h->next)
    if (h->var == var)
      return h->v;
  return NULL;
}

// ---- blocks ----------------------------------------------------------------

void enter_block(LLVMBasicBlockRef b, Known known) {
  set_block(b);
  F->known = known;
}

Known known_below(Known at) {
  return (Known){at.nonnil, NULL};
}

Known known_join(Known a, Known b) {
  const NonNil *x = a.nonnil, *y = b.nonnil;
  while (x != y) {
    if (!x || !y)
      return (Known){NULL, NULL};
    if (x->len >= y->len)
      x = x->next;
    else
      y = y->next;
  }
  return (Known){x, NULL};
}
