#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No input makes the compiler crash or hang.

robust.py GL: feeds it truncated and damaged programs, deep nesting, long
lines and rubbish. It must end by itself within the limit with status 0 or 1,
and with status 1 print an error.
"""

import glob
import os
import random
import subprocess
import sys
import tempfile

LIMIT = 20  # seconds each


def deep(before, open_, middle, close, after, n=100000):
    return before + open_ * n + middle + close * n + after


def cases():
    p = "package main\n"
    f = p + "func main() {\n"
    yield "empty", b""
    yield "nul", b"\0"
    yield "bom", b"\xef\xbb\xbf"
    yield "bom_twice", b"\xef\xbb\xbf\xef\xbb\xbfpackage main\nfunc main(){}"
    yield "binary", bytes(random.Random(1).randrange(256)
                          for _ in range(100000))
    yield "invalid_utf8", (f + 's := "').encode() + b'\xff\xfe"; _ = s }'
    yield "only_package", p.encode()
    yield "long_line", (f + "x := 1" + " + 1" * 250000 + "\n_ = x\n}\n"
                        ).encode()
    yield "long_name", (p + "var " + "x" * 1000000 + " int\n").encode()
    yield "long_string", (p + 'var s = "' + "x" * 1000000 + '"\n').encode()
    yield "long_comment", (p + "//" + "x" * 1000000).encode()
    yield "long_number", (p + "var n = " + "9" * 100000 + "\n").encode()
    yield "huge_exponent", (p + "const c = 1e999999999\nvar x = c\n").encode()
    yield "huge_shift", (p + "const c = 1 << 1000000000000\n").encode()
    yield "shift_many", (p + "const c = 1 << 100000\nvar x = c\n").encode()
    yield "parens", deep(f + "_ = ", "(", "1", ")", "\n}\n").encode()
    yield "open_parens", (f + "_ = " + "(" * 100000).encode()
    yield "blocks", deep(f, "{", "", "}", "}\n").encode()
    yield "open_blocks", (f + "{" * 100000).encode()
    yield "ifs", deep(f, "if true {", "", "}", "}\n", 20000).encode()
    yield "else_ifs", (f + "if true {}" + " else if true {}" * 20000 +
                       "\n}\n").encode()
    yield "unary", (f + "_ = " + "-" * 1 + "- " * 100000 + "1\n}\n").encode()
    yield "stars", (p + "var x " + "*" * 100000 + "int\n").encode()
    yield "slices", (p + "var x " + "[]" * 100000 + "int\n").encode()
    yield "chans", (p + "var x " + "chan " * 100000 + "int\n").encode()
    yield "funcs", (p + "var x " + "func() " * 100000 + "\n").encode()
    yield "structs", deep(p + "type T ", "struct { f ", "int", "}", "\n",
                          20000).encode()
    yield "maps", deep(p + "var x ", "map[int]", "int", "", "\n").encode()
    yield "literals", deep(f + "_ = ", "[]any{", "1", "}", "\n}\n",
                           20000).encode()
    yield "closures", deep(f + "_ = ", "func() any { return ", "1", " }",
                           "\n}\n", 5000).encode()
    yield "calls", deep(f + "_ = ", "f(", "1", ")", "\n}\n").encode()
    yield "selectors", (f + "_ = x" + ".y" * 100000 + "\n}\n").encode()
    yield "array_huge", (p + "var a [1 << 62]int\nfunc main() {}\n").encode()
    yield "array_overflow", (p + "var a [1<<40][1<<40]int\n").encode()
    yield "array_negative", (p + "var a [-1]int\n").encode()
    yield "self_struct", (p + "type T struct { t T }\n").encode()
    yield "self_array", (p + "type T [2]T\nvar t T\n").encode()
    yield "self_alias", (p + "type A = B\ntype B = A\n").encode()
    yield "self_interface", (p + "type I interface { I }\n").encode()
    yield "self_const", (p + "const a = b\nconst b = a\n").encode()
    yield "self_var", (p + "var a = f()\nfunc f() int { return a }\n"
                       ).encode()
    yield "self_len", (p + "var a [len(a)]int\n").encode()
    yield "self_method", (p + "type T struct{}\nfunc (t T) T() T {"
                          " return t.T }\n").encode()
    yield "many_decls", (p + "".join("var v%d = %d\n" % (i, i)
                                     for i in range(20000))).encode()
    yield "many_errors", (f + "x = y\n" * 20000 + "}\n").encode()
    yield "many_cases", (f + "switch 1 {\n" + "".join(
        "case %d:\n" % i for i in range(2, 5002)) + "}\n}\n").encode()
    yield "case_twice", (f + "switch 1 {\n" + "case 1:\n" * 5000 +
                         "}\n}\n").encode()
    yield "goto_many", (f + "".join("L%d: goto L%d\n" % (i, i)
                                    for i in range(2000)) + "}\n").encode()
    yield "semicolons", (p + ";" * 100000).encode()
    yield "quotes", (p + '"' * 100001).encode()
    yield "backquote", (p + "`").encode()
    yield "runes", (p + "'" * 100001).encode()
    yield "open_comment", (p + "/*").encode()
    yield "line_directive", (p + "//line x:99999999999999999999\nvar a b\n"
                             ).encode()
    yield "import_odd", (p + 'import "\\x00"\nimport ""\nimport "../.."\n'
                         'import "/"\nimport "a b"\n').encode()
    yield "crlf", f.replace("\n", "\r\n").encode() + b"}\r\n"
    yield "lone_cr", (f + "x\ry\r\n}").encode()
    yield "brackets", (f + "_ = " + "[" * 100000).encode()
    yield "type_params", (p + "func f[" + "T " * 1000 + "]() {}\n").encode()
    yield "concat", (f + '_ = "a"' + ' + "a"' * 50000 + "\n}\n").encode()


def damaged():
    """Cuts and random edits of real programs."""
    here = os.path.dirname(os.path.abspath(__file__))
    rnd = random.Random(7)
    programs = sorted(glob.glob(here + "/../examples/*.gl") +
                      glob.glob(here + "/run/*.gl"))
    for path in rnd.sample(programs, min(25, len(programs))):
        with open(path, "rb") as f:
            text = f.read()
        name = os.path.basename(path)[:-3]
        yield name + "_cut", text[:rnd.randrange(len(text))]
        edited = bytearray(text)
        for _ in range(5):
            at = rnd.randrange(len(edited))
            what = rnd.randrange(3)
            if what == 0:
                del edited[at:at + rnd.randrange(1, 20)]
            elif what == 1:
                edited[at] = rnd.randrange(32, 127)
            else:
                edited[at:at] = bytes(edited[at:at + rnd.randrange(1, 40)])
        yield name + "_edit", bytes(edited)


def main():
    gl = sys.argv[1]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="gltest") as work:
        source = os.path.join(work, "input.gl")
        out = os.path.join(work, "out.o")
        count = 0
        for name, data in [*cases(), *damaged()]:
            count += 1
            with open(source, "wb") as f:
                f.write(data)
            what = None
            try:
                r = subprocess.run(
                    [gl, "build", "-O0", "--emit=obj", "-o", out, source],
                    stdin=subprocess.DEVNULL, capture_output=True,
                    timeout=LIMIT)
                if r.returncode not in (0, 1):
                    what = "exit status %d" % r.returncode
                elif r.returncode == 1 and not r.stderr:
                    what = "status 1 without an error"
            except subprocess.TimeoutExpired:
                r, what = None, "still running after %d s" % LIMIT
            if what:
                failures += 1
                print("%s: %s" % (name, what))
                if r and r.stderr:
                    print("  " + r.stderr[-300:].decode("utf-8", "replace"))
        # Files that are no files.
        for path in [work, os.path.join(work, "none.gl"), "/dev/null",
                     os.path.join(work, "empty_folder")]:
            os.makedirs(os.path.join(work, "empty_folder"), exist_ok=True)
            try:
                r = subprocess.run([gl, "build", "-o", out, path],
                                   capture_output=True, timeout=LIMIT)
                if r.returncode not in (1, 2):
                    failures += 1
                    print("%s: exit status %d" % (path, r.returncode))
            except subprocess.TimeoutExpired:
                failures += 1
                print("%s: still running" % path)
    print("%d inputs, %d failures" % (count, failures))
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
