// SPDX-License-Identifier: MIT

// +build !!linux

package old

func init() { Names = append(Names, "bad") }
