// SPDX-License-Identifier: MIT

// Package old says which of its files take part.
package old

// Names are the files' names.
var Names []string
