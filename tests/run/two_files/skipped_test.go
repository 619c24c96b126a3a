// SPDX-License-Identifier: MIT

package main

func init() { total = -1000 }
