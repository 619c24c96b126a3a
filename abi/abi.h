// SPDX-License-Identifier: MIT
//
// The layouts of values that compiled code, the runtime and the standard
// library agree on. The compiler builds constants of these shapes
// (lower/descriptor.c), the C runtime reads them, and stdlib/internal/abi
// mirrors them in .gl; tests/unit/abi_test.c and a run test compare the two.
//
// Every decision here is dear to change. The reasons:
//
// * A func value is a pointer to a closure object {code, captures...}. The
//   code receives that pointer in LLVM's `nest` parameter (r10), which is the
//   LAST parameter, so that a plain function called through a func value just
//   ignores it, also after LLVM has made the indirect call direct. Plain
//   functions used as values have a static closure object `NAME.f`. The nil
//   func is the null pointer.
// * Methods take the receiver as first parameter. Itabs and method tables
//   hold code that takes the interface's data word as first parameter:
//   the method itself for pointer-shaped receivers, else a wrapper.
// * Several results are one LLVM struct; LLVM returns up to three integer
//   words and four floating ones in registers (the last two on the x87 stack)
//   and uses sret by itself above.
// * The interface word holds pointer-shaped values (pointer, map, chan, func,
//   unsafe.Pointer) directly; everything else is boxed and never written to.
// * Type identity is the address of the descriptor (linkonce_odr, named by an
//   injective mangling). Two itabs for one pair may exist (one static, one
//   made at run time), so interfaces compare itab->type, never itabs.
// * Zero-size objects all live at `gl_zerobase`. A struct whose last field
//   has size zero (and which has other bytes) is padded by one byte.
#ifndef GL_ABI_H
#define GL_ABI_H

#include <stddef.h>
#include <stdint.h>

typedef struct GlType GlType;

typedef struct GlString {
  const uint8_t *ptr;
  intptr_t len;  // bytes
} GlString;

typedef struct GlSlice {
  void *ptr;
  intptr_t len, cap;  // elements
} GlSlice;

// Empty interface: the dynamic type, NULL for nil, and the data word.
typedef struct GlEface {
  const GlType *type;
  void *data;
} GlEface;

// A func value points to one of these; captures follow the code pointer.
typedef struct GlFuncVal {
  void *code;
} GlFuncVal;

// Kinds, with reflect's numbers.
enum {
  GL_BOOL = 1, GL_INT, GL_INT8, GL_INT16, GL_INT32, GL_INT64,
  GL_UINT, GL_UINT8, GL_UINT16, GL_UINT32, GL_UINT64, GL_UINTPTR,
  GL_FLOAT32, GL_FLOAT64, GL_COMPLEX64, GL_COMPLEX128,
  GL_ARRAY, GL_CHAN, GL_FUNC, GL_INTERFACE, GL_MAP, GL_POINTER, GL_SLICE,
  GL_STRING, GL_STRUCT, GL_UNSAFE_POINTER
};

// How an allocation says where its pointers are (second argument of gl_new):
//   0                     any word may be a pointer
//   few << 2 | 2          only among the first four words; few is 1 + the
//                         index of the bits, LSB first, in GL_LAYOUT_FEW_LIST
//   bits | 1              among the first 62 words, the first is bit 63
//   address of a GlType   the object is one or more values of that type
enum {
  GL_LAYOUT_ALL = 0,
  GL_LAYOUT_TAG_BITMAP = 1,
  GL_LAYOUT_TAG_FEW = 2,
  GL_LAYOUT_BITS = 62,
  GL_LAYOUT_FEW_BITS = 4,
  GL_LAYOUT_FEW = 9
};
// The nine that the collector can tell apart without a word per object.
#define GL_LAYOUT_FEW_LIST {1, 2, 3, 4, 5, 6, 7, 9, 11}

// few of bits, or 0.
static inline int gl_layout_few(uint64_t bits) {
  static const uint8_t list[GL_LAYOUT_FEW] = GL_LAYOUT_FEW_LIST;
  for (int i = 0; i < GL_LAYOUT_FEW; i++)
    if (list[i] == bits) return i + 1;
  return 0;
}

// GlType.flags
enum {
  GL_TF_DIRECT = 1,   // pointer-shaped: the interface word is the value
  GL_TF_NAMED = 2,    // declared type (or predeclared)
  GL_TF_MEMEQ = 4,    // equality is equality of the bytes
  GL_TF_UNCOMMON = 8  // uncommon is not NULL
};

// A method of a concrete type, sorted by name, then by package path.
typedef struct GlMethod {
  GlString name;
  GlString pkgpath;    // empty for exported names
  const GlType *type;  // func type without receiver
  void *ifn;           // code taking the interface's data word first
  void *tfn;           // code taking the receiver itself first
} GlMethod;

typedef struct GlUncommon {
  GlString name;     // "T", also "T[int]"; empty for unnamed types
  GlString pkgpath;  // import path; empty for predeclared and unnamed types
  const GlMethod *methods;
  intptr_t nmethods;
} GlUncommon;

struct GlType {
  uintptr_t size;     // bytes
  uintptr_t ptrdata;  // bytes of the prefix that can hold pointers, 0: none
  uint32_t hash;      // FNV-1a of the descriptor's symbol name
  uint8_t kind, align, field_align, flags;
  const GlFuncVal *equal;   // func(p, q unsafe.Pointer) bool; NULL: no ==
  const GlFuncVal *hashfn;  // func(p unsafe.Pointer, seed uintptr) uintptr
  const uint8_t *gcdata;    // bit per word of the prefix, LSB first; or NULL
  GlString str;             // as %T prints it: "main.T", "map[string]int"
  const GlType *ptr_to;     // descriptor of *T where emitted, else NULL
  const GlUncommon *uncommon;
};

typedef struct GlArrayType {
  GlType t;
  const GlType *elem;
  const GlType *slice;
  uintptr_t len;
} GlArrayType;

// Channel directions: bit 0 may receive, bit 1 may send (as reflect.ChanDir).
enum { GL_RECV_DIR = 1, GL_SEND_DIR = 2, GL_BOTH_DIR = 3 };

typedef struct GlChanType {
  GlType t;
  const GlType *elem;
  intptr_t dir;
} GlChanType;

typedef struct GlFuncType {
  GlType t;
  const GlType *const *in;
  intptr_t nin;
  const GlType *const *out;
  intptr_t nout;
  intptr_t variadic;  // 0 or 1; the last parameter then is a slice
} GlFuncType;

typedef struct GlImethod {
  GlString name;
  GlString pkgpath;  // empty for exported names
  const GlType *type;
} GlImethod;

typedef struct GlInterfaceType {
  GlType t;
  const GlImethod *methods;  // sorted as GlUncommon's
  intptr_t nmethods;
} GlInterfaceType;

// A map's slot is struct{key; elem}.
typedef struct GlMapType {
  GlType t;
  const GlType *key;
  const GlType *elem;
  uintptr_t elem_off;   // of elem in the slot
  uintptr_t slot_size;  // bytes, alignment included
  const GlType *slot;   // descriptor-like summary of the slot, for the GC
} GlMapType;

typedef struct GlPtrType {
  GlType t;
  const GlType *elem;
} GlPtrType;

typedef struct GlSliceType {
  GlType t;
  const GlType *elem;
} GlSliceType;

typedef struct GlField {
  GlString name;
  GlString pkgpath;  // empty for exported names
  const GlType *type;
  GlString tag;
  uintptr_t offset;
  intptr_t embedded;  // 0 or 1
} GlField;

typedef struct GlStructType {
  GlType t;
  const GlField *fields;
  intptr_t nfields;
} GlStructType;

// Interface table: methods of `type` in the order of inter's methods.
typedef struct GlItab {
  const GlInterfaceType *inter;
  const GlType *type;
  uint32_t hash;  // type->hash
  uint32_t pad;
  void *fun[];
} GlItab;

// One case of selectgo. Sends come first in the array, then receives.
typedef struct GlScase {
  void *chan;  // NULL: never ready
  void *elem;  // value to send, or where to receive to (NULL: drop)
} GlScase;
#define GL_SELECT_MAX 65536

// Space for a map iterator in the frame of a range statement; runtime/map.gl
// gives it its fields. key and elem are the first two words and point to the
// current entry, key is NULL at the end.
#define GL_HITER_WORDS 16

// Bytes of the buffers in frames for short strings and slices.
#define GL_SHORT_TEXT 32

// A deferred call: fn is a func(). Records of a defer statement that is not
// in a loop live in the frame, others on the heap.
typedef struct GlDefer {
  struct GlDefer *next;
  const GlFuncVal *fn;
} GlDefer;

// In the frame of every function that has a defer statement. gl_deferenter
// (asm_amd64.S) fills in the saved registers and links it to the G;
// like setjmp it returns a second time, with 1, when a panic was recovered.
typedef struct GlDeferFrame {
  struct GlDeferFrame *link;  // next outer frame of this G with defers
  GlDefer *head;              // most recent deferred call
  uintptr_t sp, pc, rbp, rbx, r12, r13, r14, r15;
  void *seg;                  // segment sp points into
  uintptr_t flags;            // GL_DF_*
  uintptr_t spare[2];
} GlDeferFrame;
#define GL_DEFER_FRAME_WORDS 14
// One that can recover nothing ends before sp: it is never resumed.
#define GL_LIGHT_DEFER_FRAME_WORDS 2
enum { GL_DF_RECOVERED = 1, GL_DF_RETURNING = 2 };
// Where a G holds its innermost frame; compiled code links light ones itself.
#define GL_G_DEFERFRAME 72

// Codes of runtime.panicbounds(x, y, signed_, code), after Go's boundsError.
enum {
  GL_BOUNDS_INDEX,        // s[x], 0 <= x < len(s) failed
  GL_BOUNDS_SLICE_ALEN,   // s[?:x], 0 <= x <= len(s) failed (string, array)
  GL_BOUNDS_SLICE_ACAP,   // s[?:x], 0 <= x <= cap(s) failed
  GL_BOUNDS_SLICE_B,      // s[x:y], 0 <= x <= y failed
  GL_BOUNDS_SLICE3_ALEN,  // s[::x], 0 <= x <= len(s) failed
  GL_BOUNDS_SLICE3_ACAP,  // s[::x], 0 <= x <= cap(s) failed
  GL_BOUNDS_SLICE3_B,     // s[:x:y], 0 <= x <= y failed
  GL_BOUNDS_SLICE3_C,     // s[x:y:], 0 <= x <= y failed
  GL_BOUNDS_CONVERT       // (*[x]T)(s), x <= len(s) failed
};

// Results of the channel operations (C never panics; the .gl side does).
enum {
  GL_CHAN_OK = 0,
  GL_CHAN_SEND_CLOSED = 1,   // panic: send on closed channel
  GL_CHAN_CLOSE_CLOSED = 2,  // panic: close of closed channel
  GL_CHAN_CLOSE_NIL = 3,     // panic: close of nil channel
  GL_CHAN_BAD_SIZE = 4       // panic: makechan: size out of range
};

// The first two words of a channel, read inline by len and cap.
typedef struct GlChanHead {
  uintptr_t qcount;    // elements in the buffer
  uintptr_t dataqsiz;  // its capacity
} GlChanHead;
// The first word of a map, read inline by len.
typedef struct GlMapHead {
  uintptr_t count;
} GlMapHead;

// Two words returned in rax and rdx.
typedef struct GlPair {
  uintptr_t a, b;
} GlPair;

_Static_assert(sizeof(GlType) == 80, "mirrored in stdlib/internal/abi");
_Static_assert(sizeof(GlDeferFrame) == 8 * GL_DEFER_FRAME_WORDS, "frame");
_Static_assert(offsetof(GlDeferFrame, sp) == 8 * GL_LIGHT_DEFER_FRAME_WORDS,
               "light frame");
_Static_assert(sizeof(void *) == 8, "64-bit only");

#endif
