// SPDX-License-Identifier: MIT

/* A comment. */

// +build windows

package old

func init() { Names = append(Names, "behind") }
