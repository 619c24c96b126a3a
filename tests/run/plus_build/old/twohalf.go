// SPDX-License-Identifier: MIT

// +build linux
// +build !amd64

package old

func init() { Names = append(Names, "twohalf") }
