#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The grammar of LANGUAGE.md holds together.

grammar.py ROOT: every rule that is mentioned is defined, once, can be reached
from source_file, and is in the index of the last section; and the parser
functions that the rules name exist for the statements and types.
"""
import os
import re
import sys

# Described in words, not by a rule.
WORDS = {"unicode_letter", "unicode_digit", "character", "or", "line", "end"}
# Tokens, which the scanner knows and the index counts as literals.
LEXICAL = re.compile(r"digit|_lit$|letter|exponent|mantissa|escape|quote|"
                     r"octal|hex|identifier")


def rules(text):
    """name -> what follows, from the indented blocks."""
    found, twice = {}, []
    block = re.compile(r"^    ([a-z_]+) +=((?:.|\n)*?[^.]) \.$", re.M)
    for name, body in block.findall(text):
        if name in found:
            twice.append(name)
        found[name] = re.sub(r"`\"`|\"[^\"]*\"|`[^`]`", " ", body)
    return found, twice


def mentioned(body):
    return set(re.findall(r"[a-z][a-z_]*", body)) - WORDS


def main():
    root = sys.argv[1]
    with open(os.path.join(root, "LANGUAGE.md"), encoding="utf-8") as f:
        text = f.read()
    head, index = text.split("\n## 22 ")
    found, problems = rules(head.split("\n## 1 ")[1])
    problems = [f"{n} is defined twice" for n in problems]
    reached, todo = set(), ["source_file"]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        if name not in found:
            problems.append(f"{name} is not defined")
            continue
        todo += mentioned(found[name])
    for name in found:
        if name not in reached:
            problems.append(f"{name} is never used")
        if not LEXICAL.search(name) and \
                not re.search(rf"[` ]{name}[` ]", index):
            problems.append(f"{name} is not in section 22")
    print("\n".join(problems) or f"{len(found)} rules")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
