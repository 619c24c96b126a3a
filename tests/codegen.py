#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at what the optimiser leaves of functions: codegen.py --gl GL FILE

In FILE, comments right before a function say what its optimised IR has and
has not; N times if a number is given:

  // opt has [N] REGEXP
  // opt no REGEXP

Before a variable they look at its definition and at what the initialisation
of the package has to do with it.
"""
import argparse
import re
import subprocess
import sys

DIRECTIVE = re.compile(r"// opt (has|no) (?:(\d+) )?(.*)")
FUNC = re.compile(r"func (?:\(\w+ (\*?)(\w+)\) )?(\w+)")
VAR = re.compile(r"var (\w+)")
GLOBAL = re.compile(r"@(main\.\w+)(?:\.\d+)? = ")
DEFINE = re.compile(r'define [^@]*@"?([^"(]*(?:\(\*\w+\))?[^"(]*)"?\(')


def wanted(path):
    """Yields (line, name of the function, has or no, count, regexp)."""
    pending = []
    with open(path) as f:
        for number, line in enumerate(f, 1):
            m = DIRECTIVE.match(line)
            if m:
                pending.append((number,) + m.groups())
                continue
            m = FUNC.match(line)
            if m:
                star, recv, name = m.groups()
                if recv:
                    name = ("(*%s)." if star else "%s.") % recv + name
                for n, what, count, regexp in pending:
                    yield n, "main." + name, what, count, regexp
            m = VAR.match(line)
            if m:
                for n, what, count, regexp in pending:
                    yield n, "main." + m.group(1), what, count, regexp
            if not line.startswith("//"):
                pending = []


def functions(ir):
    """Name -> text of each function."""
    found, name = {}, None
    for line in ir.splitlines():
        m = DEFINE.match(line)
        if m:
            name = m.group(1)
            found[name] = ""
        if name:
            found[name] += line + "\n"
        if line == "}":
            name = None
    for line in ir.splitlines():
        m = GLOBAL.match(line)
        if m:
            used = [u for u in found.get("main..init", "").splitlines()
                    if "@%s" % m.group(1) in u]
            found[m.group(1)] = "\n".join([line] + used)
    return found


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--gl", required=True)
    p.add_argument("file")
    o = p.parse_args()
    ir = subprocess.run([o.gl, "build", "--emit=ir-opt", o.file], check=True,
                        capture_output=True, text=True).stdout
    found = functions(ir)
    errors = checked = 0
    for line, name, what, count, regexp in wanted(o.file):
        checked += 1
        n = len(re.findall(regexp, found.get(name, "")))
        good = n == 0 if what == "no" else n == int(count or max(n, 1))
        if name not in found or not good:
            errors += 1
            print("%s:%d: %s has %s %r" % (o.file, line, name,
                  n if name in found else "vanished with its", regexp))
    if not checked:
        print("%s: nothing to check" % o.file)
    return 1 if errors or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
