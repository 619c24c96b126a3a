// SPDX-License-Identifier: MIT
//
// Linked after the package objects: the end of .gl text; see glstart.S.
	.text
	.globl gl_text_end
	.p2align 4
gl_text_end:
	ud2
	.section .note.GNU-stack, "", @progbits
