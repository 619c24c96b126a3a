// SPDX-License-Identifier: MIT

// +build windows linux

package old

func init() { Names = append(Names, "any") }
