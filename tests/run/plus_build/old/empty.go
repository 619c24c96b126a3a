// SPDX-License-Identifier: MIT

// +build

package old

func init() { Names = append(Names, "empty") }
