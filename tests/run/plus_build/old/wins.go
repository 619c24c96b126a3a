// SPDX-License-Identifier: MIT

//go:build linux
// +build windows

package old

func init() { Names = append(Names, "wins") }
