// SPDX-License-Identifier: MIT

//go:build !amd64

package old

// Arch is what the package has for the machine.
const Arch = "any"
