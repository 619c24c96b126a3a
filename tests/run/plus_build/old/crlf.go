// SPDX-License-Identifier: MIT

// +build windows


package old

func init() { Names = append(Names, "crlf") }
