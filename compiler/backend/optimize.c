// SPDX-License-Identifier: MIT
//
// LLVM's pass pipelines. Requires a verified module; leaves one whose
// functions all check the stack: a definition without "split-stack" that was
// not asked for (//go:nosplit) is a mistake of ours.

#include <llvm-c/Support.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include "backend.h"

// Once per process: options LLVM takes from its command line only.
static void set_llvm_options(void) {
  static bool done;
  if (done)
    return;
  done = true;
  // Nil checks fold into the access they guard; see lower/value.c nil_check.
  const char *args[] = {"gl", "-enable-implicit-null-checks",
                        // A load that is moved to the check that guards its
                        // use cannot be moved out of a loop: a[i][k] in a loop
                        // over k loads a[i] once, if all at one place.
                        "-instcombine-code-sinking=false",
                        // Two fields joined just break even, or lose as
                        // vectorize_floats says.
                        "-slp-threshold=2",
                        // Of 225: a tenth less code of large programs, made
                        // in a sixth less time, and as fast.
                        "-inline-threshold=100",
                        // Basic blocks of loops that are split into parts
                        // with and without bounds checks.
                        "-irce-loop-size-cutoff=12",
                        // Processors order instructions themselves.
                        "-enable-misched=false",
                        // Follows variables, which optimised code has none
                        // of; the other way costs time without any.
                        "-experimental-debug-variable-locations=false"};
  LLVMParseCommandLineOptions(sizeof args / sizeof *args, args, "");
}

// ---- the pipeline ----------------------------------------------------------
//
// After LLVM's default<O2>, in three parts: see vectorize_floats for the
// second. Left out is what we have no use for (coroutines, OpenMP, tail calls,
// profiles), and what took more of the compile than it gave to programs:
//
//   * second rounds of jump-threading and correlated-propagation, sccp beside
//     gvn, and half of the eight rounds of instcombine;
//   * mldst-motion, aggressive-instcombine, float2int, loop-distribute and
//     vector-combine, which find next to nothing in Go.
//
// All together LLVM takes a quarter less time; bench/single stays as it is.

// simplifycfg's options from one place to the next.
#define CFG_EARLY "simplifycfg"
#define CFG "simplifycfg<switch-range-to-icmp>"
#define CFG_SINK                                                          \
  "simplifycfg<switch-range-to-icmp;hoist-common-insts;sink-common-insts>"
#define CFG_LATE                                                          \
  "simplifycfg<forward-switch-cond;switch-range-to-icmp;"                 \
  "switch-to-lookup;no-keep-loops;hoist-common-insts;sink-common-insts>"
#define ROTATE "loop-rotate<header-duplication;no-prepare-for-lto>"
#define COMBINE                                                           \
  "instcombine<max-iterations=1;no-use-loop-info;no-verify-fixpoint>"

static const char early_passes[] =
    "inferattrs,"
    "function<eager-inv>(lower-expect," CFG_EARLY
    ",sroa<modify-cfg>,early-cse<>),"
    "ipsccp,globalopt,function<eager-inv>(" COMBINE "," CFG "),"
    "always-inline,"
    "require<globals-aa>,function(invalidate<aa>),require<profile-summary>,"
    "cgscc(devirt<4>(inline,"
    "function-attrs<skip-non-recursive-function-attrs>,"
    "function<eager-inv;no-rerun>(sroa<modify-cfg>,early-cse<memssa>,"
    "jump-threading,correlated-propagation," CFG "," COMBINE ",reassociate,"
    "constraint-elimination,"
    "loop-mssa(loop-instsimplify,loop-simplifycfg,licm<no-allowspeculation>,"
    ROTATE ",licm<allowspeculation>,"
    "simple-loop-unswitch<no-nontrivial;trivial>)," CFG ",irce,"
    "loop(loop-idiom,indvars,simple-loop-unswitch<no-nontrivial;trivial>,"
    "loop-deletion,loop-unroll-full),"
    "sroa<modify-cfg>,gvn<>,bdce," COMBINE ",adce,memcpyopt,dse,"
    "loop-mssa(licm<allowspeculation>)," CFG_SINK "),"
    "function-attrs,function(require<should-not-run-function-passes>))),"
    "deadargelim,globalopt,globaldce,elim-avail-extern,rpo-function-attrs,"
    "recompute-globalsaa,"
    "function<eager-inv>(loop(" ROTATE ",loop-deletion),"
    "loop-vectorize<no-interleave-forced-only;no-vectorize-forced-only;>,"
    "infer-alignment,loop-load-elim," CFG_LATE ")";

static const char float_passes[] =
    "function<eager-inv>(slp-vectorizer,vector-combine," COMBINE ")";

static const char late_passes[] =
    "function<eager-inv>(loop-unroll<O2>,sroa<preserve-cfg>,infer-alignment,"
    COMBINE ",loop-mssa(licm<allowspeculation>),alignment-from-assumptions,"
    "loop-sink,div-rem-pairs,"
    "simplifycfg<switch-range-to-icmp;speculate-unpredictables>),"
    "globaldce,constmerge,rel-lookup-table-converter";

static bool has_attribute(LLVMValueRef fn, const char *name) {
  return LLVMGetStringAttributeAtIndex(fn, LLVMAttributeFunctionIndex, name,
                                       (unsigned)strlen(name)) != NULL;
}

static void check_stack_attributes(LLVMModuleRef mod) {
  LLVMValueRef fn = LLVMGetFirstFunction(mod);
  for (; fn; fn = LLVMGetNextFunction(fn)) {
    if (LLVMCountBasicBlocks(fn) > 0 && !has_attribute(fn, "split-stack") &&
        !has_attribute(fn, "gl-nosplit"))
      unreachable();
  }
}

// ---- pairs and quadruples of float operations ------------------------------
//
// LLVM's SLP vectorizer also joins neighbouring integer fields, to save two
// instructions: "x.n++; x.m--" becomes one load of 16 bytes. If one of the
// fields was stored a moment ago, that load waits for the store to leave the
// processor, which costs more than ten times as much. So only functions that
// compute with floats get it; the others are hidden from it by an attribute.

static bool is_float_arithmetic(LLVMValueRef i) {
  switch (LLVMGetInstructionOpcode(i)) {
  case LLVMFAdd: case LLVMFSub: case LLVMFMul: case LLVMFDiv: return true;
  default: return false;
  }
}

static bool computes_with_floats(LLVMValueRef fn) {
  LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn);
  for (; b; b = LLVMGetNextBasicBlock(b)) {
    LLVMValueRef i = LLVMGetFirstInstruction(b);
    for (; i; i = LLVMGetNextInstruction(i)) {
      if (is_float_arithmetic(i))
        return true;
    }
  }
  return false;
}

static void run_passes(LLVMModuleRef mod, const char *passes,
                       LLVMPassBuilderOptionsRef options) {
  LLVMErrorRef error = LLVMRunPasses(mod, passes, target_machine(), options);
  if (error)
    fatal("%s", LLVMGetErrorMessage(error));
}

static void vectorize_floats(LLVMModuleRef mod,
                             LLVMPassBuilderOptionsRef options) {
  const char *name = "noimplicitfloat";
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  LLVMAttributeRef hide =
      LLVMCreateEnumAttribute(LLVMGetModuleContext(mod), kind, 0);
  bool any = false;
  LLVMValueRef fn = LLVMGetFirstFunction(mod);
  for (; fn; fn = LLVMGetNextFunction(fn)) {
    if (computes_with_floats(fn))
      any = true;
    else
      LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, hide);
  }
  if (any)
    run_passes(mod, float_passes, options);
  for (fn = LLVMGetFirstFunction(mod); fn; fn = LLVMGetNextFunction(fn))
    LLVMRemoveEnumAttributeAtIndex(fn, LLVMAttributeFunctionIndex, kind);
}

void optimize(LLVMModuleRef mod) {
  set_llvm_options();
  LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
  add_reader(mod);
  if (lower_options.opt_level == 0) {
    run_passes(mod, "default<O0>", options);
  } else if (lower_options.opt_level == 1) {
    run_passes(mod, "default<O1>", options);
  } else {
    run_passes(mod, early_passes, options);
    vectorize_floats(mod, options);
    run_passes(mod, late_passes, options);
  }
  LLVMDisposePassBuilderOptions(options);
  remove_reader(mod);
  check_stack_attributes(mod);
  split_sections(mod);
}
