// SPDX-License-Identifier: MIT

// +build linux
// +build amd64 arm64

package old

func init() { Names = append(Names, "two") }
