// SPDX-License-Identifier: MIT
//
// Linked before the package objects: the start of .gl text. SIGURG preempts
// only between gl_text_start and gl_text_end (glend.S).
	.text
	.globl gl_text_start
	.p2align 4
gl_text_start:
	ud2
	.section .note.GNU-stack, "", @progbits
