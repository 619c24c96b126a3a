// SPDX-License-Identifier: MIT
//
// Offsets and numbers asm_amd64.S uses. runtime.h asserts each of them
// against the C structures, so that neither side can drift.
#ifndef GL_ASM_OFFSETS_H
#define GL_ASM_OFFSETS_H

#define G_SP 8
#define G_BP 16
#define G_SEG 24
#define G_M 40
#define G_ASAVE 48
#define G_RET0 56
#define G_RET1 64
#define G_DEFERFRAME 72
#define G_PANIC 80
#define G_GOID 88

#define SEG_LO 0
#define SEG_HI 8
#define SEG_PREV 16
#define SEG_NEXT 24
#define SEG_SAVED_SP 32
#define SEG_GUARD 40
#define SEG_ROOM 48

#define M_G0SP 0
#define M_CURG 8

#define DF_LINK 0
#define DF_HEAD 8
#define DF_SP 16
#define DF_PC 24
#define DF_RBP 32
#define DF_RBX 40
#define DF_R12 48
#define DF_R13 56
#define DF_R14 64
#define DF_R15 72
#define DF_SEG 80
#define DF_FLAGS 88

#define HCHAN_QCOUNT 0
#define HCHAN_LOCK 16
#define HCHAN_SLEEPERS 20
#define HCHAN_CLOSED 28
#define HCHAN_ISTIMER 29
#define HCHAN_WORDS 30
#define HCHAN_BUFCOUNT 32
#define HCHAN_BUFSIZE 40
#define HCHAN_SENDX 48
#define HCHAN_RECVX 56
#define HCHAN_BUF 64
#define HCHAN_RECVQ 72
#define HCHAN_SENDQ 88

// struct AsyncSave (preempt.c)
#define AS_R8 0
#define AS_R9 8
#define AS_R10 16
#define AS_R11 24
#define AS_R12 32
#define AS_R13 40
#define AS_R14 48
#define AS_R15 56
#define AS_RDI 64
#define AS_RSI 72
#define AS_RBP 80
#define AS_RBX 88
#define AS_RDX 96
#define AS_RAX 104
#define AS_RCX 112
#define AS_RSP 120
#define AS_RIP 128
#define AS_EFL 136
#define AS_XSAVE 144

// Small objects: sizes up to MALLOC_SMALL in steps of 16 have free lists.
#define MALLOC_SMALL 1024
#define MALLOC_CLASSES 65
// Groups of free lists, one for each libgc kind: all words may be pointers,
// pointer-free, descriptor in the last word, bitmap n = 1..9 of
// GL_LAYOUT_FEW_LIST.
#define LISTS_ALL 0
#define LISTS_NOSCAN 1
#define LISTS_EXACT 2
#define LISTS_FEW(n) (2 + (n))
#define LISTS_KINDS 12
// The guard word of a G that shall yield: above every stack pointer.
#define STACK_PREEMPT -1314
// Bytes below the guard that runtime assembly and small frames may use.
#define STACK_SLACK 640
// Where glibc keeps the split-stack guard: %fs:0x70.
#define TLS_GUARD 0x70

#endif
