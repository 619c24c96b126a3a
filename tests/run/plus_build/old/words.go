// SPDX-License-Identifier: MIT

// +buildings windows

package old

func init() { Names = append(Names, "words") }
