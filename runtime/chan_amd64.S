// SPDX-License-Identifier: MIT
//
// Short cuts of the channel operations, on the G's own stack: what neither
// waits nor wakes anybody, for buffered elements of one word; and a look
// without the lock that tells a select with default that nothing is there.
// Everything else goes on to the C of chan.c by gl_mcall, which starts anew.
//
// Like all runtime assembly this lies outside the text SIGURG may preempt:
// the P stays ours from the first instruction to the last, so that the lock
// may be left out while there is one P.
#include "asm_offsets.h"

#define FUNC(name) \
  .globl name; .type name, @function; .p2align 5; name: .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name

#define GO_SLOW(target) \
  movq target@GOTPCREL(%rip), %r11; jmp gl_mcall

// Take the lock of the channel rdi, or go to `busy`. r8d = GOMAXPROCS.
#define LOCK_OR(busy) \
	movl gl_gomaxprocs(%rip), %r8d; \
	cmpl $1, %r8d; \
	je 1f; \
	xorl %eax, %eax; \
	movl $1, %ecx; \
	lock cmpxchgl %ecx, HCHAN_LOCK(%rdi); \
	jne busy; \
1:

// Release it and return `result`; somebody may sleep on it.
#define UNLOCK_AND_RETURN(result) \
	cmpl $1, %r8d; \
	je 2f; \
	movl $0, HCHAN_LOCK(%rdi); \
	cmpl $0, HCHAN_SLEEPERS(%rdi); \
	jne 3f; \
2:	movl $result, %eax; \
	retq; \
3:	pushq %rbp; \
	movq %rsp, %rbp; \
	movq chan_unlock_slow@GOTPCREL(%rip), %r11; \
	callq gl_ccall; \
	movl $result, %eax; \
	popq %rbp; \
	retq

// Release it without having done anything: the slow path will take it again
// and then sees the sleepers.
#define UNLOCK_SLOW(target) \
	cmpl $1, %r8d; \
	je 4f; \
	movl $0, HCHAN_LOCK(%rdi); \
4:	GO_SLOW(target)

// With the lock: put *rsi into the buffer of rdi, or go to `wait`.
#define SEND_OR(wait) \
	movq HCHAN_BUFCOUNT(%rdi), %rax; \
	movq HCHAN_BUFSIZE(%rdi), %r10; \
	cmpq %r10, %rax; \
	jae wait; \
	cmpb $0, HCHAN_CLOSED(%rdi); \
	jne wait; \
	cmpq $0, HCHAN_RECVQ(%rdi); \
	jne wait; \
	movq HCHAN_SENDX(%rdi), %rcx; \
	movq HCHAN_BUF(%rdi), %rdx; \
	movq (%rsi), %r9; \
	movq %r9, (%rdx,%rcx,8); \
	incq %rcx; \
	xorl %r9d, %r9d; \
	cmpq %r10, %rcx; \
	cmoveq %r9, %rcx; \
	movq %rcx, HCHAN_SENDX(%rdi); \
	incq %rax; \
	movq %rax, HCHAN_BUFCOUNT(%rdi); \
	movq %rax, HCHAN_QCOUNT(%rdi)

// With the lock: take from the buffer of rdi into *rsi (may be NULL), or go
// to `wait`. Only what the collector would see is cleared: the line of the
// buffer then stays shared with the sender's processor.
#define RECV_OR(wait) \
	movq HCHAN_BUFCOUNT(%rdi), %rax; \
	testq %rax, %rax; \
	jz wait; \
	cmpq $0, HCHAN_SENDQ(%rdi); \
	jne wait; \
	movq HCHAN_RECVX(%rdi), %rcx; \
	movq HCHAN_BUF(%rdi), %rdx; \
	movq (%rdx,%rcx,8), %r10; \
	cmpb $1, HCHAN_WORDS(%rdi); \
	jne 9f; \
	movq $0, (%rdx,%rcx,8); \
9:	testq %rsi, %rsi; \
	jz 5f; \
	movq %r10, (%rsi); \
5:	incq %rcx; \
	xorl %r9d, %r9d; \
	cmpq HCHAN_BUFSIZE(%rdi), %rcx; \
	cmoveq %r9, %rcx; \
	movq %rcx, HCHAN_RECVX(%rdi); \
	decq %rax; \
	movq %rax, HCHAN_BUFCOUNT(%rdi); \
	movq %rax, HCHAN_QCOUNT(%rdi)

	.text

// gl_chansend(c, elem)
FUNC(gl_chansend)
	testq %rdi, %rdi
	jz .Lsend
	cmpb $0, HCHAN_WORDS(%rdi)
	je .Lsend
	LOCK_OR(.Lsend)
	SEND_OR(.Lsendwait)
	UNLOCK_AND_RETURN(0)
.Lsendwait:
	UNLOCK_SLOW(chansend)
.Lsend:
	GO_SLOW(chansend)
END(gl_chansend)

// gl_chanrecv(c, elem)
FUNC(gl_chanrecv)
	testq %rdi, %rdi
	jz .Lrecv
	cmpb $0, HCHAN_WORDS(%rdi)
	je .Lrecv
	LOCK_OR(.Lrecv)
	RECV_OR(.Lrecvwait)
	UNLOCK_AND_RETURN(1)
.Lrecvwait:
	UNLOCK_SLOW(chanrecv)
.Lrecv:
	GO_SLOW(chanrecv)
END(gl_chanrecv)

// gl_selectnbsend(c, elem): not closed and, later, full: so it was not ready
// at one instant.
FUNC(gl_selectnbsend)
	testq %rdi, %rdi
	jz .Lnosend
	cmpb $0, HCHAN_CLOSED(%rdi)
	jne .Lnbsend
	movq HCHAN_BUFSIZE(%rdi), %rax
	testq %rax, %rax
	jz 6f
	cmpq %rax, HCHAN_BUFCOUNT(%rdi)
	je .Lnosend
	cmpb $0, HCHAN_WORDS(%rdi)
	je .Lnbsend
	LOCK_OR(.Lnbsend)
	SEND_OR(.Lnbsendwait)
	UNLOCK_AND_RETURN(1)
.Lnbsendwait:
	UNLOCK_SLOW(selectnbsend)
6:	cmpq $0, HCHAN_RECVQ(%rdi)
	jne .Lnbsend
.Lnosend:
	xorl %eax, %eax
	retq
.Lnbsend:
	GO_SLOW(selectnbsend)
END(gl_selectnbsend)

// gl_selectnbrecv(c, elem): empty and, later, not closed. A timer's channel
// may have a time due that is not in it yet.
FUNC(gl_selectnbrecv)
	testq %rdi, %rdi
	jz .Lnorecv
	cmpb $0, HCHAN_ISTIMER(%rdi)
	jne .Lnbrecv
	cmpq $0, HCHAN_BUFSIZE(%rdi)
	je 7f
	cmpq $0, HCHAN_BUFCOUNT(%rdi)
	je 8f
	cmpb $0, HCHAN_WORDS(%rdi)
	je .Lnbrecv
	LOCK_OR(.Lnbrecv)
	RECV_OR(.Lnbrecvwait)
	UNLOCK_AND_RETURN(1)
.Lnbrecvwait:
	UNLOCK_SLOW(selectnbrecv)
7:	cmpq $0, HCHAN_SENDQ(%rdi)
	jne .Lnbrecv
8:	cmpb $0, HCHAN_CLOSED(%rdi)
	jne .Lnbrecv
.Lnorecv:
	xorl %eax, %eax
	retq
.Lnbrecv:
	GO_SLOW(selectnbrecv)
END(gl_selectnbrecv)

	.section .note.GNU-stack, "", @progbits
