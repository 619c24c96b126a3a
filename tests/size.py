#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the linker must drop from a small program: size.py --gl GL

Fault maps mention every function of a package; nobody calls those named here.
"""
import argparse
import os
import subprocess
import sys
import tempfile

PROGRAM = """package main

import "strconv"

func unused(p *int) int { return *p }

func main() { println(strconv.Itoa(42)) }
"""
DROPPED = ["main.unused", "strconv.ParseFloat", "strconv.QuoteRune"]
KEPT = ["main.main", "strconv.Itoa"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--gl", required=True)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "main.go")
        out = os.path.join(work, "main")
        with open(source, "w") as f:
            f.write(PROGRAM)
        subprocess.run([o.gl, "build", "-O0", "-o", out, source], check=True)
        subprocess.run([out], check=True, stderr=subprocess.DEVNULL)
        symbols = set(subprocess.run(["nm", out], check=True, text=True,
                                     capture_output=True).stdout.split())
    wrong = [s for s in DROPPED if s in symbols]
    wrong += [s for s in KEPT if s not in symbols]
    if wrong:
        print("dropped or kept wrongly:", *wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
