// SPDX-License-Identifier: MIT

// Switches on strings and integers: a keyword table, an interpreter's loop.
package main

import "fmt"

func keyword(s string) int {
	switch s {
	case "break":
		return 1
	case "case":
		return 2
	case "chan":
		return 3
	case "const":
		return 4
	case "continue":
		return 5
	case "default":
		return 6
	case "defer":
		return 7
	case "else":
		return 8
	case "fallthrough":
		return 9
	case "for":
		return 10
	case "func":
		return 11
	case "go":
		return 12
	case "goto":
		return 13
	case "if":
		return 14
	case "import":
		return 15
	case "interface":
		return 16
	case "map":
		return 17
	case "package":
		return 18
	case "range":
		return 19
	case "return":
		return 20
	case "select":
		return 21
	case "struct":
		return 22
	case "switch":
		return 23
	case "type":
		return 24
	case "var":
		return 25
	}
	return 0
}

const (
	opPush = iota
	opAdd
	opSub
	opDup
	opSwap
	opJump
	opPop
	opHalt
)

func interpret(code []int) int {
	stack := make([]int, 0, 16)
	steps := 0
	for pc := 0; ; steps++ {
		op := code[pc]
		pc++
		n := len(stack)
		switch op {
		case opPush:
			stack = append(stack, code[pc])
			pc++
		case opAdd:
			stack[n-2] += stack[n-1]
			stack = stack[:n-1]
		case opSub:
			stack[n-2] -= stack[n-1]
			stack = stack[:n-1]
		case opDup:
			stack = append(stack, stack[n-1])
		case opSwap:
			stack[n-1], stack[n-2] = stack[n-2], stack[n-1]
		case opJump:
			if stack[n-1] != 0 {
				pc = code[pc]
			} else {
				pc++
			}
		case opPop:
			stack = stack[:n-1]
		case opHalt:
			return steps + stack[0]
		}
	}
}

func main() {
	words := []string{"break", "x", "interface", "value", "func", "return",
		"string", "if", "for", "err", "nil", "range", "package", "fallthrough",
		"import", "types"}
	sum := 0
	for i := 0; i < 40000000; i++ {
		sum += keyword(words[i&15])
	}
	// total, counter: add counter to total until it is zero.
	code := []int{opPush, 0, opPush, 10000000, opDup, opPush, -1, opAdd,
		opSwap, opPop, opJump, 4, opHalt}
	fmt.Println(sum, interpret(code))
}
