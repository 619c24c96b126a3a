// SPDX-License-Identifier: MIT

package old

// Arch is what the package has for the machine.
const Arch = "amd64"
