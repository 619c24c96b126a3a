// SPDX-License-Identifier: MIT
//
// Variables that are declared and never used. Called for each scope when it
// closes: by then every use has been seen, as function literals are checked
// where they stand.
#include "types.h"

void check_unused(Checker *c, Scope *s) {
  vec_each(Object *, p, &s->objects) {
    Object *v = *p;
    if (v->kind != OBJ_VAR || v->used || v->var.is_param ||
        v->var.is_result || v->var.is_global || !v->name)
      continue;
    if (v->name->len == 1 && v->name->s[0] == '_')
      continue;
    if (check_options.lax)
      warning_at(v->pos, "declared and not used: %s", v->name->s);
    else
      check_error(c, v->pos, "declared and not used: %s", v->name->s);
    v->used = true;  // once is enough
  }
}
