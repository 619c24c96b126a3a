// SPDX-License-Identifier: MIT
//
// Everything of the runtime that C cannot say, for x86-64: growing the stack,
// changing stacks, resuming, deferred calls, and the allocator's fast path.
//
// Nothing here may be preempted by SIGURG: this text lies outside
// [gl_text_start, gl_text_end). The collector may suspend a thread at any
// instruction, hence the order of stores:
//   - leaving the G's stack: g->sp first, then rsp;
//   - coming back: g->m, then rsp, and only then g->sp = 0.
//
// On g0 the guard word %fs:0x70 is left alone: C has no split-stack
// prologues, and a poisoned guard thus survives a call into C.
#include "asm_offsets.h"

#define TLS(v) %fs:v@tpoff

#define FUNC(name) \
  .globl name; .type name, @function; .p2align 4; name: .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name

#define SAVE_XMM(base) \
  movups %xmm0, (base); movups %xmm1, 16(base); \
  movups %xmm2, 32(base); movups %xmm3, 48(base); \
  movups %xmm4, 64(base); movups %xmm5, 80(base); \
  movups %xmm6, 96(base); movups %xmm7, 112(base)
#define LOAD_XMM(base) \
  movups (base), %xmm0; movups 16(base), %xmm1; \
  movups 32(base), %xmm2; movups 48(base), %xmm3; \
  movups 64(base), %xmm4; movups 80(base), %xmm5; \
  movups 96(base), %xmm6; movups 112(base), %xmm7

// The registers that C functions save, but rbp.
#define CLEAR_SAVED \
  xorl %ebx, %ebx; xorl %r12d, %r12d; xorl %r13d, %r13d; \
  xorl %r14d, %r14d; xorl %r15d, %r15d

	.text

// __morestack: called by a prologue whose frame does not fit.
// In: r10 = frame size, r11 = bytes of stack arguments; rax (the nest
// parameter moved from r10 by the prologue) and all argument registers live.
// The prologue is `call __morestack; ret`, then the body: so the body starts
// at our return address + 1, and we return to the ret.
//
//   rbp+16  return address of the function (into its caller)
//   rbp+8   our return address (into the function's prologue)
//   rbp     caller's rbp
//   rbp-8.. rax, rcx, rdx, rsi, rdi
//
// The body is called on the next segment and returns to gl_morestack_ret.
FUNC(__morestack)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	cmpq $STACK_PREEMPT, %fs:TLS_GUARD
	je .Lpreempt
.Lretry:
	movq TLS(gl_tls_g), %rdx
	movq G_SEG(%rdx), %rcx
	movq SEG_NEXT(%rcx), %rsi
	testq %rsi, %rsi
	jz .Lgrow
	leaq (%r10,%r11), %rax
	cmpq SEG_ROOM(%rsi), %rax
	jae .Lgrow
	movq %rsp, SEG_SAVED_SP(%rcx)
	movq %rsi, G_SEG(%rdx)
	movq SEG_GUARD(%rsi), %rax
	movq %rax, %fs:TLS_GUARD
	movq SEG_HI(%rsi), %rdi
	testq %r11, %r11
	jnz .Lcopy
	movq -16(%rbp), %rcx
	movq %rdi, %rsp
	movq -8(%rbp), %rax
	movq -24(%rbp), %rdx
	movq -32(%rbp), %rsi
	movq -40(%rbp), %rdi
.Lbody:
	movq 8(%rbp), %r10
	incq %r10
	callq *%r10
	.globl gl_morestack_ret
gl_morestack_ret:
	movq %rbp, %rsp
	movq TLS(gl_tls_g), %r10
	movq G_SEG(%r10), %r11
	movq SEG_PREV(%r11), %r11
	movq %r11, G_SEG(%r10)
	movq SEG_GUARD(%r11), %r11
	movq %r11, %fs:TLS_GUARD
	popq %rbp
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	// Into the prologue, where a ret follows: calls and returns stay paired.
	retq
	.cfi_restore_state
.Lcopy:
	// Stack arguments: r11 bytes at 24(%rbp), to just below the segment's
	// top, 16-aligned.
	movq %r11, %rcx
	addq $15, %r11
	andq $-16, %r11
	subq %r11, %rdi
	movq %rdi, %r11
	leaq 24(%rbp), %rsi
	rep movsb
	movq %r11, %rsp
	movq -8(%rbp), %rax
	movq -16(%rbp), %rcx
	movq -24(%rbp), %rdx
	movq -32(%rbp), %rsi
	movq -40(%rbp), %rdi
	jmp .Lbody

	// No next segment, or one too small: stack_grow(g, need) on g0 makes
	// one, or reports the overflow and exits.
.Lgrow:
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	movq %rsp, G_SP(%rdx)
	movq %rbp, G_BP(%rdx)
	movq TLS(gl_tls_m), %rcx
	movq M_G0SP(%rcx), %rsp
	subq $128, %rsp
	SAVE_XMM(%rsp)
	movq %rdx, %rdi
	leaq (%r10,%r11), %rsi
	callq stack_grow@PLT
	LOAD_XMM(%rsp)
	movq TLS(gl_tls_g), %rdx
	movq G_SP(%rdx), %rsp
	movq $0, G_SP(%rdx)
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	jmp .Lretry

	// Somebody poisoned the guard: yield, then look at the real limit.
.Lpreempt:
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	subq $128, %rsp
	SAVE_XMM(%rsp)
	leaq preempt_morestack(%rip), %r11
	callq gl_mcall
	LOAD_XMM(%rsp)
	addq $128, %rsp
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	movq TLS(gl_tls_g), %rdx
	movq G_SEG(%rdx), %rdx
	movq SEG_LO(%rdx), %rdx
	addq $STACK_SLACK, %rdx
	leaq 16(%rbp), %rax
	subq %r10, %rax
	cmpq %rdx, %rax
	jbe .Lretry
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	popq %rbp
	.cfi_def_cfa %rsp, 8
	popq %r10
	.cfi_def_cfa_offset 0
	incq %r10
	jmpq *%r10
	.globl gl_morestack_end
gl_morestack_end:
END(__morestack)

// gl_mcall: r11 = target, arguments a0..a4 in rdi, rsi, rdx, rcx, r8.
// Calls target(g, a0..a4) on g0 with the G saved. When it returns, the same
// G continues; when it parks the G, gl_gogo continues it.
// Results: rax = g->ret[0], rdx = g->ret[1].
FUNC(gl_mcall)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq TLS(gl_tls_g), %rax
	movq TLS(gl_tls_m), %r10
	movq %rbp, G_BP(%rax)
	movq %rsp, G_SP(%rax)
	movq %r8, %r9
	movq %rcx, %r8
	movq %rdx, %rcx
	movq %rsi, %rdx
	movq %rdi, %rsi
	movq %rax, %rdi
	movq M_G0SP(%r10), %rsp
	callq *%r11
	movq TLS(gl_tls_g), %rdi
	movq %rbp, %rsp
	movq $0, G_SP(%rdi)
	movq G_RET0(%rdi), %rax
	movq G_RET1(%rdi), %rdx
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_mcall)

// gl_call_clean(a, b, fn): on g0, fn(a, b) with nothing in the registers that
// C functions save, which lie in this frame meanwhile, nor in the vector
// registers, which a signal saves.
FUNC(gl_call_clean)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	subq $8, %rsp
	CLEAR_SAVED
	.irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	xorps %xmm\i, %xmm\i
	.endr
	callq *%rdx
	addq $8, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_call_clean)

// gl_gogo(g): on g0, continue g. Ends in an indirect jump: a return would
// always be mispredicted, since the call was on another stack.
FUNC(gl_gogo)
	.cfi_undefined %rip
	movq TLS(gl_tls_m), %rcx
	movq %rdi, TLS(gl_tls_g)
	movq %rdi, M_CURG(%rcx)
	movq %rcx, G_M(%rdi)
	movq G_SEG(%rdi), %rdx
	movq SEG_GUARD(%rdx), %rdx
	movq %rdx, %fs:TLS_GUARD
	cmpq $0, G_ASAVE(%rdi)
	jne gl_gogo_async
	movq G_SP(%rdi), %rsp
	movq $0, G_SP(%rdi)
	movq G_RET0(%rdi), %rax
	movq G_RET1(%rdi), %rdx
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	popq %rcx
	jmpq *%rcx
END(gl_gogo)

// Continue a G that SIGURG took off its stack: rdi = g. Everything comes from
// the save area; the last words travel over the stack below the red zone.
FUNC(gl_gogo_async)
	.cfi_undefined %rip
	movq G_ASAVE(%rdi), %rbx
	movq G_SP(%rdi), %rsp
	leaq -128(%rsp), %rsp
	pushq AS_RIP(%rbx)
	pushq AS_EFL(%rbx)
	movq AS_XSAVE(%rbx), %rcx
	movl $-1, %eax
	movl $-1, %edx
	xrstor64 (%rcx)
	movq AS_R8(%rbx), %r8
	movq AS_R9(%rbx), %r9
	movq AS_R10(%rbx), %r10
	movq AS_R11(%rbx), %r11
	movq AS_R12(%rbx), %r12
	movq AS_R13(%rbx), %r13
	movq AS_R14(%rbx), %r14
	movq AS_R15(%rbx), %r15
	movq AS_RSI(%rbx), %rsi
	movq AS_RBP(%rbx), %rbp
	movq AS_RDX(%rbx), %rdx
	movq AS_RAX(%rbx), %rax
	movq AS_RCX(%rbx), %rcx
	pushq AS_RDI(%rbx)
	pushq AS_RBX(%rbx)
	// Now every register is loaded or on the stack, and scanning from
	// rsp is complete.
	movq $0, G_SP(%rdi)
	movq $0, G_ASAVE(%rdi)
	popq %rbx
	popq %rdi
	popfq
	retq $128
END(gl_gogo_async)

// gl_ccall: r11 = target; up to six integer and eight floating arguments pass
// through, rax, rdx and xmm0-1 come back.
FUNC(gl_ccall)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq TLS(gl_tls_g), %r10
	movq %rsp, G_BP(%r10)
	movq %rsp, G_SP(%r10)
	movq TLS(gl_tls_m), %r10
	movq M_G0SP(%r10), %rsp
	callq *%r11
	movq %rbp, %rsp
	movq TLS(gl_tls_g), %r10
	movq $0, G_SP(%r10)
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_ccall)

// gl_ccall_blocking: the same around a call that may block in the kernel.
// Up to six integer arguments.
FUNC(gl_ccall_blocking)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq TLS(gl_tls_g), %r10
	movq %rsp, G_BP(%r10)
	movq %rsp, G_SP(%r10)
	movq TLS(gl_tls_m), %rax
	movq M_G0SP(%rax), %rsp
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	pushq %r11
	pushq %r11
	movq %r10, %rdi
	callq entersyscall@PLT
	popq %r11
	popq %r11
	popq %r9
	popq %r8
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	callq *%r11
	pushq %rax
	pushq %rdx
	movq TLS(gl_tls_g), %rdi
	callq exitsyscall@PLT
	movl %eax, %ecx
	popq %rdx
	popq %rax
	testb %cl, %cl
	jz 1f
	movq %rbp, %rsp
	movq TLS(gl_tls_g), %r10
	movq $0, G_SP(%r10)
	popq %rbp
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	retq
	.cfi_restore_state
	// No P: leave the G in the shape gl_mcall leaves it, and queue it.
1:	movq TLS(gl_tls_g), %rdi
	movq TLS(gl_tls_m), %r10
	movq %rax, G_RET0(%rdi)
	movq %rdx, G_RET1(%rdi)
	movq %rbp, %rsp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, G_SP(%rdi)
	movq M_G0SP(%r10), %rsp
	callq exitsyscall0@PLT
	ud2
END(gl_ccall_blocking)

// gl_goentry: first instructions of a G; rbx = its func value, rbp = 0.
FUNC(gl_goentry)
	.cfi_undefined %rip
	movq %rbx, %r10
	callq *(%rbx)
	.globl gl_goentry_ret
gl_goentry_ret:
	// The G is dead: g0 shall not find, and save in its frames for the
	// collector to see, what its functions left in registers.
	CLEAR_SAVED
	leaq goexit0(%rip), %r11
	callq gl_mcall
	ud2
END(gl_goentry)

// The func value of the main goroutine.
FUNC(gl_main_code)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	callq gl_start@PLT
	xorl %edi, %edi
	movq gl_exit@GOTPCREL(%rip), %r11
	callq gl_ccall
	ud2
END(gl_main_code)

// gl_mstart_asm(m): the rest of this thread's stack is g0.
FUNC(gl_mstart_asm)
	.cfi_undefined %rip
	xorl %ebp, %ebp
	subq $128, %rsp
	andq $-16, %rsp
	movq %rsp, M_G0SP(%rdi)
	callq mstart1@PLT
	ud2
END(gl_mstart_asm)

// gl_deferenter(frame): like setjmp. Fills in and links the frame, returns 0;
// returns 1 when gl_recovery(frame) ends a panic.
FUNC(gl_deferenter)
	movq TLS(gl_tls_g), %rdx
	movq (%rsp), %rax
	leaq 8(%rsp), %rcx
	movq %rax, DF_PC(%rdi)
	movq %rcx, DF_SP(%rdi)
	movq %rbp, DF_RBP(%rdi)
	movq %rbx, DF_RBX(%rdi)
	movq %r12, DF_R12(%rdi)
	movq %r13, DF_R13(%rdi)
	movq %r14, DF_R14(%rdi)
	movq %r15, DF_R15(%rdi)
	movq G_SEG(%rdx), %rax
	movq %rax, DF_SEG(%rdi)
	movq $0, DF_HEAD(%rdi)
	movq $0, DF_FLAGS(%rdi)
	movq G_DEFERFRAME(%rdx), %rax
	movq %rax, DF_LINK(%rdi)
	movq %rdi, G_DEFERFRAME(%rdx)
	xorl %eax, %eax
	retq
END(gl_deferenter)

// gl_recovery(frame): continue after the gl_deferenter that filled frame in.
// Younger segments stay behind as the cache of frame->seg.
FUNC(gl_recovery)
	movq TLS(gl_tls_g), %rdx
	movq DF_SEG(%rdi), %rax
	movq %rax, G_SEG(%rdx)
	movq SEG_GUARD(%rax), %rax
	movq %rax, %fs:TLS_GUARD
	movq DF_RBP(%rdi), %rbp
	movq DF_RBX(%rdi), %rbx
	movq DF_R12(%rdi), %r12
	movq DF_R13(%rdi), %r13
	movq DF_R14(%rdi), %r14
	movq DF_R15(%rdi), %r15
	movq DF_SP(%rdi), %rsp
	movq DF_PC(%rdi), %rcx
	movl $1, %eax
	jmpq *%rcx
END(gl_recovery)

// gl_calldefer(fn): call a func() value. Its return address tells
// runtime.gorecover that the callee is a deferred call.
FUNC(gl_calldefer)
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq %rdi, %r10
	callq *(%rdi)
	.globl gl_calldefer_ret
gl_calldefer_ret:
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_calldefer)

// gl_sigpanic: where the handler of a fault sends a G that shall panic, with
// the arguments of runtime.sigpanic in their registers. The handler has put
//   8(%rsp)  rsp of the faulting instruction; 0: (%rsp) is a return address
//   (%rsp)   its pc
// on the stack: from here on all looks like a call by that instruction.
	.weak runtime.sigpanic
FUNC(gl_sigpanic)
	.cfi_def_cfa %rsp, 16
	pushq %rbp
	.cfi_def_cfa_offset 24
	.cfi_offset %rbp, -24
	.cfi_offset %rip, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	callq runtime.sigpanic
	.globl gl_sigpanic_ret
gl_sigpanic_ret:
	ud2
END(gl_sigpanic)

// Accessors: .gl code has no thread-locals of its own.
FUNC(gl_getg)
	movq TLS(gl_tls_g), %rax
	retq
END(gl_getg)
FUNC(gl_goid)
	movq TLS(gl_tls_g), %rax
	movq G_GOID(%rax), %rax
	retq
END(gl_goid)
FUNC(gl_get_deferframe)
	movq TLS(gl_tls_g), %rax
	movq G_DEFERFRAME(%rax), %rax
	retq
END(gl_get_deferframe)
FUNC(gl_set_deferframe)
	movq TLS(gl_tls_g), %rax
	movq %rdi, G_DEFERFRAME(%rax)
	retq
END(gl_set_deferframe)
FUNC(gl_get_panic)
	movq TLS(gl_tls_g), %rax
	movq G_PANIC(%rax), %rax
	retq
END(gl_get_panic)
FUNC(gl_set_panic)
	movq TLS(gl_tls_g), %rax
	movq %rdi, G_PANIC(%rax)
	retq
END(gl_set_panic)

FUNC(gl_breakpoint)
	int3
	retq
END(gl_breakpoint)

// gl_new(size, layout): zeroed memory that may hold pointers, laid out as
// GL_LAYOUT_* says. Pops the M's free list of the size class and kind; listed
// objects are zero but for the link.
FUNC(gl_new)
	cmpq $MALLOC_SMALL-8, %rdi
	ja .Lslow
	leaq 15(%rdi), %rcx
	shrq $4, %rcx
	movq %fs:0, %rdx
	testq %rsi, %rsi
	jnz .Lfew
.Lpop:	leaq gl_tls_free@tpoff(%rdx,%rcx,8), %rdx
	movq (%rdx), %rax
	testq %rax, %rax
	jz .Lslow
	movq (%rax), %rcx
	movq %rcx, (%rdx)
	movq $0, (%rax)
	retq
.Lfew:	testb $2, %sil
	jz .Lexact
	movq %rsi, %r8
	shrq $2, %r8
	imulq $8*MALLOC_CLASSES, %r8, %r8
	leaq 8*MALLOC_CLASSES*LISTS_FEW(0)(%rdx,%r8), %rdx
	jmp .Lpop
	// The bitmap goes into the last word, where libgc looks for it. Until
	// then that word is 0, and the object holds nothing.
.Lexact:
	testb $1, %sil
	jz .Lslow
	leaq 8+15(%rdi), %rcx
	shrq $4, %rcx
	leaq gl_tls_free@tpoff+8*MALLOC_CLASSES*LISTS_EXACT(%rdx,%rcx,8), %rdx
	movq (%rdx), %rax
	testq %rax, %rax
	jz .Lslow
	movq (%rax), %r8
	movq %r8, (%rdx)
	movq $0, (%rax)
	shlq $4, %rcx
	movq %rsi, -8(%rax,%rcx)
	retq
.Lslow:	leaq malloc_scan_slow(%rip), %r11
	jmp gl_ccall
END(gl_new)

// gl_new_noscan(size): zeroed memory the collector does not look into. The
// objects of these lists are dirty.
FUNC(gl_new_noscan)
	cmpq $MALLOC_SMALL, %rdi
	ja 1f
	leaq 15(%rdi), %rcx
	shrq $4, %rcx
	movq %fs:0, %rdx
	leaq gl_tls_free@tpoff+8*MALLOC_CLASSES(%rdx,%rcx,8), %rdx
	movq (%rdx), %rax
	testq %rax, %rax
	jz 1f
	movq (%rax), %rsi
	movq %rsi, (%rdx)
	pxor %xmm0, %xmm0
	movq %rax, %rdx
2:	movups %xmm0, (%rdx)
	addq $16, %rdx
	decq %rcx
	jnz 2b
	retq
1:	leaq malloc_noscan_slow(%rip), %r11
	jmp gl_ccall
END(gl_new_noscan)

// The stubs of runtime.def's C and M lines.
#define STUB(name, target, how) \
  .globl name; .type name, @function; .p2align 4; name: \
  movq target@GOTPCREL(%rip), %r11; jmp how; .size name, . - name
#define RT(c, n, r, p, a) RT_##c(n)
#define RT_C(n) STUB(gl_##n, n, gl_ccall)
#define RT_M(n) STUB(gl_##n, n, gl_mcall)
#define RT_A(n)
#define RT_G(n)
#include "runtime.def"

	.section .note.GNU-stack, "", @progbits
