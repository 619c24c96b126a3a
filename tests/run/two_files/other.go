// SPDX-License-Identifier: MIT

package main

import str "strings"

var second = len(str.Repeat("ab", 3))

var total = 100

func helper(n int) string { return str.Repeat("x", n) }

func init() { total *= 2 }
