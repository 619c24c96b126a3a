// SPDX-License-Identifier: MIT
//
// Functions whose frame could never fit the largest stack: their arguments,
// the copies that range loops make of arrays, and the values that calls pass
// and return. Variables do not count, since large ones live on the heap.
#include "types.h"

static const int64_t LARGEST_FRAME = (int64_t)1 << 30;

static int64_t size_of_value(Type *t) {
  if (!t || (under(t)->kind != TY_ARRAY && under(t)->kind != TY_STRUCT))
    return 0;
  int64_t size = type_size(t);
  return size > 0 ? size : 0;
}

static int64_t size_of_all(ObjectVec *list) {
  int64_t size = 0;
  vec_each(Object *, o, list) {
    size += size_of_value((*o)->type);
    if (size < 0 || size > LARGEST_FRAME << 12) return LARGEST_FRAME << 12;
  }
  return size;
}

void frame_add(Checker *c, Type *t) {
  if (c->func && c->func->frame_locals <= LARGEST_FRAME)
    c->func->frame_locals += size_of_value(t);
}

void frame_add_call(Checker *c, Type *sig) {
  if (!c->func) return;
  int64_t results = size_of_all(&sig->func.results);
  int64_t callee = size_of_all(&sig->func.params) + results;
  if (c->func->frame_locals <= LARGEST_FRAME)
    c->func->frame_locals += results;
  if (c->func->frame_callee < callee) c->func->frame_callee = callee;
}

void frame_check(Checker *c, FuncInfo *info) {
  Type *sig = info->sig;
  if (!info->obj || sig->func.tparams.len) return;
  int64_t args = size_of_all(&sig->func.params) +
                 size_of_all(&sig->func.results);
  if (sig->func.recv) args += size_of_value(sig->func.recv->type);
  int64_t locals = info->frame_locals, callee = info->frame_callee;
  if (locals + args + callee <= LARGEST_FRAME) return;
  enum { MB = 20 };
  const char *more = callee ? arena_printf(perm, " + %lld MB callee",
                                           (long long)(callee >> MB))
                            : "";
  check_error(c, info->obj->pos, "stack frame too large (>1GB): %lld MB "
              "locals + %lld MB args%s", (long long)(locals >> MB),
              (long long)(args >> MB), more);
}
