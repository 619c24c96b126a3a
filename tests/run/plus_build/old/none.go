// SPDX-License-Identifier: MIT

// +build windows darwin

package old

func init() { Names = append(Names, "none") }
