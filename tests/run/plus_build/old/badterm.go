// SPDX-License-Identifier: MIT

// +build li-nux linux

package old

func init() { Names = append(Names, "badterm") }
