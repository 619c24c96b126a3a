// SPDX-License-Identifier: MIT

//go:build windows

TEXT main(SB), 4, $0
	RET
