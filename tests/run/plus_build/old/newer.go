// SPDX-License-Identifier: MIT

// +build go1.9

package old

func init() { Names = append(Names, "newer") }
