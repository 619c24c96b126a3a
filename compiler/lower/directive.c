// SPDX-License-Identifier: MIT
//
// Functions without a body, and what the //gl: and //go: lines above a
// declaration ask for. The //gl: lines count in the standard library only:
//
//   //gl:ccall f      a stub that runs the C function f on g0
//   //gl:blocking f   the same around a system call that may block
//   //gl:mcall f      a stub that runs f(g, ...) on g0; f may park the G
//   //gl:asm f        the assembly routine f itself
//   //gl:intrinsic n  code put in place of each call (intrinsic.c)
//
// A stub loads the target into r11 and jumps to the runtime's assembly; the
// arguments stay in their registers. It is written as module assembly, since
// LLVM would not leave r11 and the argument registers alone.

#include "lower.h"

static Map directives;  // Object -> Directive
static StrMap foreign;  // C and assembly symbols that directives name

static const struct {
  const char *word;
  DirectiveKind kind;
} words[] = {
    {"gl:ccall ", DIR_CCALL},   {"gl:blocking ", DIR_BLOCKING},
    {"gl:mcall ", DIR_MCALL},   {"gl:asm ", DIR_ASM},
    {"gl:intrinsic ", DIR_INTRINSIC},
};

static char *trimmed(const char *s) {
  while (*s == ' ' || *s == '\t')
    s++;
  size_t n = strlen(s);
  while (n && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
    n--;
  return arena_strndup(perm, s, n);
}

// Go's experiment fieldtrack, which gives go:nointerface its meaning.
static bool tracks_fields(void) {
  const char *s = getenv("GOEXPERIMENT");
  return s && strstr(s, "fieldtrack");
}

static void read_pragma(Directive *d, const char *text, bool is_std) {
  if (strncmp(text, "go:noinline", 11) == 0)
    d->noinline_ = true;
  else if (strncmp(text, "go:nosplit", 10) == 0)
    d->nosplit = true;
  else if (strncmp(text, "go:nointerface", 14) == 0)
    d->nointerface = tracks_fields();
  else if (strncmp(text, "go:noescape", 11) == 0)
    d->noescape = true;
  else if (is_std && strncmp(text, "gl:wrapper", 10) == 0)
    d->wrapper = d->noinline_ = true;
  for (size_t i = 0; is_std && i < sizeof words / sizeof *words; i++) {
    size_t n = strlen(words[i].word);
    if (strncmp(text, words[i].word, n) == 0) {
      d->kind = words[i].kind;
      d->name = trimmed(text + n);
    }
  }
}

const Directive *directive_of(Object *f) {
  Directive *d = map_get(&directives, f);
  if (d)
    return d;
  d = NEW(Directive);
  map_put(&directives, f, d);
  Decl *decl = f->decl;
  if (!decl && f->func.info)
    decl = f->func.info->decl;
  if (!decl || !f->file)
    return d;
  vec_each(Pragma, p, &f->file->pragmas) {
    if (p->decl == decl)
      read_pragma(d, p->text->s, f->pkg->is_std);
  }
  return d;
}

bool has_c_convention(Object *f) {
  switch (directive_of(f)->kind) {
  case DIR_CCALL: case DIR_BLOCKING: case DIR_MCALL: case DIR_ASM:
    return true;
  default:
    return false;
  }
}

void add_foreign_symbol(const char *name) {
  strmap_put(&foreign, name, strlen(name), &foreign);
}

bool is_foreign_symbol(const char *name) {
  return strmap_get(&foreign, name, strlen(name)) != NULL;
}

// ---- stubs -----------------------------------------------------------------

void emit_stub(const char *symbol, const char *target, const char *how) {
  add_foreign_symbol(target);
  char *text = arena_printf(
      perm,
      ".section \".text.%s\",\"ax\",@progbits\n"
      ".p2align 4\n"
      ".globl \"%s\"\n"
      ".hidden \"%s\"\n"
      ".type \"%s\",@function\n"
      "\"%s\":\n"
      "  movq \"%s\"@GOTPCREL(%%rip), %%r11\n"
      "  jmp %s\n"
      ".size \"%s\", . - \"%s\"\n"
      ".text\n",
      symbol, symbol, symbol, symbol, symbol, target, how, symbol, symbol);
  LLVMAppendModuleInlineAsm(M->mod, text, strlen(text));
}

// An intrinsic that is used as a value needs real code.
static void emit_intrinsic_function(Object *f, const char *symbol) {
  Type *sig = f->type;
  LLVMTypeRef type = func_llvm_type(sig, NULL, false);
  Val fn = function_declare(symbol, type);
  func_begin(fn, type, symbol, 0);
  int n = sig->func.params.len;
  Val *args = NEW_ARRAY(Val, n + 1);
  for (int i = 0; i < n; i++)
    args[i] = LLVMGetParam(fn, (unsigned)i);
  Val result = emit_intrinsic(f, args);
  if (result)
    LLVMBuildRet(F->b, result);
  else
    LLVMBuildRetVoid(F->b);
  func_end();
}

// Emits what stands behind a declaration without body in this package.
void lower_bodyless(FuncInfo *info) {
  Object *f = info->obj;
  const Directive *d = directive_of(f);
  const char *symbol = link_name_func(f);
  switch (d->kind) {
  case DIR_CCALL:
    emit_stub(symbol, d->name, "gl_ccall");
    break;
  case DIR_BLOCKING:
    emit_stub(symbol, d->name, "gl_ccall_blocking");
    break;
  case DIR_MCALL:
    emit_stub(symbol, d->name, "gl_mcall");
    break;
  case DIR_INTRINSIC:
    emit_intrinsic_function(f, symbol);
    break;
  case DIR_ASM: case DIR_NONE:
    break;
  }
}
