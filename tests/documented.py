#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""documented.py FOLDER...: exported names without a comment.

Looks at the .gl files of standard packages. A comment stands before a
declaration, or behind it; constants, variables and fields may share that of
their group, their type or the lines they stand among. Prints FILE:LINE: NAME.
"""

import re
import sys
from pathlib import Path

FUNC = re.compile(r"func (?:\((?:\w+ )?\*?(\w+)[^)]*\) )?([A-Z]\w*)[\[(]")
PLAIN = re.compile(r"(?:type|const|var) ([A-Z]\w*)")
GROUP = re.compile(r"(?:type|const|var) \($")
STRUCT = re.compile(r"(?:type )?([A-Z]\w*)(?:\[.*\])? (struct|interface) \{$")
MEMBER = re.compile(r"\t((?:\w+, )*\w+)(?:[ (]|$)")


def members(lines, at, commented):
    """Undocumented members of the group after line at, and its end."""
    found = []
    fresh = commented  # a comment holds until the next empty line
    depth = 0
    for i in range(at + 1, len(lines)):
        line = lines[i]
        if re.match(r"[)}]", line):
            return found, i
        text = line.strip()
        if not text:
            fresh = commented
        elif text.startswith("//"):
            fresh = True
        elif depth == 0 and not fresh and " // " not in line:
            m = MEMBER.match(line)
            for name in m.group(1).split(", ") if m else ():
                if name[0].isupper():
                    found.append((i + 1, name))
        depth += line.count("{") + line.count("(")
        depth -= line.count("}") + line.count(")")
    return found, len(lines)


def check(path):
    lines = path.read_text().split("\n")
    i = 0
    while i < len(lines):
        line = lines[i]
        commented = i > 0 and lines[i - 1].startswith("//")
        func, plain = FUNC.match(line), PLAIN.match(line)
        if func and (func.group(1) or "X")[0].isupper() and not commented:
            yield i + 1, func.group(2)
        elif plain and not commented and " // " not in line:
            yield i + 1, plain.group(1)
        struct = STRUCT.match(line)
        if GROUP.match(line) or struct:
            found, i = members(lines, i, commented)
            yield from found
        i += 1


def main():
    bad = False
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).glob("*.gl")):
            for line, name in check(path):
                print("%s:%d: %s has no comment" % (path, line, name))
                bad = True
    return bad


if __name__ == "__main__":
    sys.exit(main())
