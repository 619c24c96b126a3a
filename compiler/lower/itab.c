// SPDX-License-Identifier: MIT
//
// Interface tables known at compile time: GlItab constants, one per module
// that uses the pair, merged at link time. The runtime makes others, so code
// compares the types in itabs and never itabs.

#include "lower.h"

static bool same_method(Object *a, Object *b) {
  return a->name == b->name &&
         (name_is_exported(a->name) || a->pkg == b->pkg);
}

int iface_method_index(Type *iface, Object *method) {
  Type *t = under(iface);
  interface_complete(t);
  for (int i = 0; i < t->interface.all.len; i++) {
    if (same_method(t->interface.all.at[i], method))
      return i;
  }
  unreachable();
}

static const MethodEntry *find_method(Type *t, Object *method) {
  const MethodSet *ms = method_set(t);
  vec_each(MethodEntry, m, ms) {
    if (same_method(m->obj, method))
      return m;
  }
  unreachable();
}

static Val itab_const(Type *t, Type *iface) {
  ObjectVec *all = &under(iface)->interface.all;
  Val *fun = NEW_ARRAY(Val, all->len + 1);
  for (int i = 0; i < all->len; i++)
    fun[i] = itab_method_code(t, find_method(t, all->at[i]));
  Val parts[] = {type_descriptor(iface), type_descriptor(t),
                 const_int(M->t_i32, type_hash(t)), const_int(M->t_i32, 0),
                 LLVMConstArray2(M->t_ptr, fun, (uint64_t)all->len)};
  return LLVMConstStructInContext(M->ctx, parts, 5, false);
}

Val itab_for(Type *concrete, Type *iface) {
  interface_complete(under(iface));
  const char *name = link_name_itab(concrete, iface);
  Val g = LLVMGetNamedGlobal(M->mod, name);
  if (g)
    return g;
  Val init = itab_const(concrete, iface);
  g = LLVMAddGlobal(M->mod, LLVMTypeOf(init), name);
  LLVMSetInitializer(g, init);
  LLVMSetGlobalConstant(g, true);
  make_odr(g);
  return g;
}
