// SPDX-License-Identifier: MIT
//
// Calls whose signature is known only at run time, for package reflect. The
// layout of the register block is that of type regs in call.gl:
//
//   0    rdi rsi rdx rcx r8 r9       arguments
//   48   xmm0 .. xmm7, 8 bytes each
//   112  rax rdx rcx                 results
//   136  xmm0 xmm1
//   152  results in x87 registers: their number; 160: st0 st1, as doubles
//
// All of it runs on the goroutine's own stack, so each routine looks at the
// split-stack guard as compiled prologues do: r10 bytes of frame and r11
// bytes of stack arguments go to __morestack, which keeps rax and the
// argument registers and enters the body after the `ret`.

#define FUNC(name) \
  .globl name; .type name, @function; .p2align 4; name: .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name

	.text

// gl_reflectcall(code, closure, regs, stack, n): calls code with the block's
// registers, n words of stack arguments and the closure in r10.
FUNC(gl_reflectcall)
	leaq 512(,%r8,8), %r10
	movq %rsp, %r11
	subq %r10, %r11
	cmpq %fs:0x70, %r11
	ja 1f
	xorl %r11d, %r11d
	callq __morestack
	retq
1:	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rbx
	.cfi_offset %rbx, -24
	pushq %rbx
	movq %rdi, %rax
	movq %rdx, %rbx
	movq %rsi, %r10
	leaq 1(%r8), %r9
	andq $-2, %r9
	shlq $3, %r9
	subq %r9, %rsp
	movq %rsp, %rdi
	movq %rcx, %rsi
	movq %r8, %rcx
	rep movsq
	movq (%rbx), %rdi
	movq 8(%rbx), %rsi
	movq 16(%rbx), %rdx
	movq 24(%rbx), %rcx
	movq 32(%rbx), %r8
	movq 40(%rbx), %r9
	movsd 48(%rbx), %xmm0
	movsd 56(%rbx), %xmm1
	movsd 64(%rbx), %xmm2
	movsd 72(%rbx), %xmm3
	movsd 80(%rbx), %xmm4
	movsd 88(%rbx), %xmm5
	movsd 96(%rbx), %xmm6
	movsd 104(%rbx), %xmm7
	callq *%rax
	movq %rax, 112(%rbx)
	movq %rdx, 120(%rbx)
	movq %rcx, 128(%rbx)
	movsd %xmm0, 136(%rbx)
	movsd %xmm1, 144(%rbx)
	cmpq $1, 152(%rbx)
	jb 3f
	je 2f
	fstpl 160(%rbx)
	fstpl 168(%rbx)
	jmp 3f
2:	fstpl 160(%rbx)
3:	leaq -16(%rbp), %rsp
	popq %rbx
	popq %rbx
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_reflectcall)

// The code of what MakeFunc returns. r10 = the closure: its code, the bytes
// of stack arguments, and a func(closure, regs, stack) that does the work.
	.section glwrap, "ax", @progbits
FUNC(gl_makefunc)
	movq %r10, %rax
	leaq -512(%rsp), %r11
	cmpq %fs:0x70, %r11
	ja 1f
	movl $512, %r10d
	movq 8(%rax), %r11
	callq __morestack
	retq
1:	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq $176, %rsp
	movq $0, 152(%rsp)
	movq %rdi, (%rsp)
	movq %rsi, 8(%rsp)
	movq %rdx, 16(%rsp)
	movq %rcx, 24(%rsp)
	movq %r8, 32(%rsp)
	movq %r9, 40(%rsp)
	movsd %xmm0, 48(%rsp)
	movsd %xmm1, 56(%rsp)
	movsd %xmm2, 64(%rsp)
	movsd %xmm3, 72(%rsp)
	movsd %xmm4, 80(%rsp)
	movsd %xmm5, 88(%rsp)
	movsd %xmm6, 96(%rsp)
	movsd %xmm7, 104(%rsp)
	movq %rax, %rdi
	movq %rsp, %rsi
	leaq 16(%rbp), %rdx
	movq 16(%rax), %r10
	callq *(%r10)
	movq 112(%rsp), %rax
	movq 120(%rsp), %rdx
	movq 128(%rsp), %rcx
	movsd 136(%rsp), %xmm0
	movsd 144(%rsp), %xmm1
	cmpq $1, 152(%rsp)
	jb 3f
	je 2f
	fldl 168(%rsp)
2:	fldl 160(%rsp)
3:	movq %rbp, %rsp
	popq %rbp
	.cfi_def_cfa %rsp, 8
	retq
END(gl_makefunc)
	.text

// The code of method values whose integer arguments leave a register for the
// receiver. r10 = the closure: its code, the method, the receiver's word.
// Jumps, so that a method deferred in this way may recover.
FUNC(gl_methodvalue)
	movq %r8, %r9
	movq %rcx, %r8
	movq %rdx, %rcx
	movq %rsi, %rdx
	movq %rdi, %rsi
	movq 16(%r10), %rdi
	jmpq *8(%r10)
END(gl_methodvalue)

// The same where the first argument is the address of the results.
FUNC(gl_methodvalue_mem)
	movq %r8, %r9
	movq %rcx, %r8
	movq %rdx, %rcx
	movq %rsi, %rdx
	movq 16(%r10), %rsi
	jmpq *8(%r10)
END(gl_methodvalue_mem)

// Addresses of the above, for closures.
FUNC(gl_makefunc_code)
	leaq gl_makefunc(%rip), %rax
	retq
END(gl_makefunc_code)
FUNC(gl_methodvalue_code)
	leaq gl_methodvalue(%rip), %rax
	retq
END(gl_methodvalue_code)
FUNC(gl_methodvalue_mem_code)
	leaq gl_methodvalue_mem(%rip), %rax
	retq
END(gl_methodvalue_mem_code)

// The section of references to the descriptors of unnamed types, each the
// distance of the descriptor from the reference.
	.weak __start_gltypes
	.hidden __start_gltypes
	.weak __stop_gltypes
	.hidden __stop_gltypes
FUNC(gl_types_start)
	movq __start_gltypes@GOTPCREL(%rip), %rax
	retq
END(gl_types_start)
FUNC(gl_types_end)
	movq __stop_gltypes@GOTPCREL(%rip), %rax
	retq
END(gl_types_end)

	.section .note.GNU-stack, "", @progbits
