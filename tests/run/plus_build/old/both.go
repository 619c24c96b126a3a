// SPDX-License-Identifier: MIT

// +build linux,amd64

package old

func init() { Names = append(Names, "both") }
