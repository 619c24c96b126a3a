#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the linker must drop from a small program: size.py --gl GL

Fault maps mention every function of a package, and descriptors every method of
a type; nobody calls those named here.
"""
import argparse
import os
import subprocess
import sys
import tempfile

SMALL = """package main

import "strconv"

func unused(p *int) int { return *p }

func main() { println(strconv.Itoa(42)) }
"""

# os.File has methods with times and folders; fmt calls String by name.
HELLO = """package main

import "fmt"

type number int

func (n number) String() string { return "number" }

func (n number) Unused() string { return "unused" }

func main() { fmt.Println(number(1)) }
"""

# Program, what it must not have, what it must.
PROGRAMS = [
    (SMALL, ["main.unused", "strconv.ParseFloat", "strconv.QuoteRune"],
     ["main.main", "strconv.Itoa"]),
    (HELLO, ["main.number.Unused", "time.Time.AppendFormat",
             "os.(*File).ReadDir"],
     ["main.number.String", "os.(*File).Write"]),
]


def symbols_of(gl, program, work):
    source = os.path.join(work, "main.go")
    out = os.path.join(work, "main")
    with open(source, "w") as f:
        f.write(program)
    subprocess.run([gl, "build", "-O0", "-o", out, source], check=True)
    subprocess.run([out], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return set(subprocess.run(["nm", out], check=True, text=True,
                              capture_output=True).stdout.split())


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--gl", required=True)
    o = p.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        for program, dropped, kept in PROGRAMS:
            symbols = symbols_of(o.gl, program, work)
            wrong += [s for s in dropped if s in symbols]
            wrong += [s for s in kept if s not in symbols]
    if wrong:
        print("dropped or kept wrongly:", *wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
