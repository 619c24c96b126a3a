#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests of Go's type checker, where they are installed, with gl.

usage: typecheck.py --gl GL [--data DIR] [--expect FILE] [options] [PATTERN...]

The files below DIR (internal/types/testdata of the installed Go) say in
comments what is wrong with the token before them: the text of a message, or
an expression for it,

  x := 1 /* ERROR "declared and not used" */
  y := 2 /* ERRORx "declared .* not used: y" */

Each folder or file is a package. Every message of gl must be asked for by a
comment on its line, and every comment must get one. As Go's compiler, gl
checks no types where the syntax is wrong: then comments may be left over.

The files use a function `assert`, which is added.

--expect FILE lists the packages that fail, a line each: `path: reason`; one
that fails off the list, or passes on it, makes the exit status 1.
--go compares with what `go tool compile` says instead: lines, columns, words.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not beside the sources
from run import read_expected  # noqa: E402

SECONDS = 60

TOKEN = re.compile(r"""
    (?P<blank>\s+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<token>`[^`]*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'
      |\w+|<<=|>>=|&\^=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|<<|>>|&\^
      |[-+*/%&|^]=|.)""", re.X | re.S)

Want = collections.namedtuple("Want", "line column expr is_text")
Got = collections.namedtuple("Got", "file line column text")
Result = collections.namedtuple("Result", "path lines words crash why wanted")


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def unquote(literal):
    """What a Go string literal denotes."""
    literal = literal.strip()
    if literal.startswith("`"):
        return literal[1:-1]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(
        m.group(1), m.group(1)), literal[1:-1])


def comments(text):
    """The Wants of a file's comments."""
    wants = []
    line, start, last = 1, 0, None
    for m in TOKEN.finditer(text):
        piece = m.group(0)
        if m.group("token"):
            last = (line, m.start() - start + 1)
        elif m.group("comment") and last:
            body = piece[2:-2] if piece[1] == "*" else piece[2:]
            kind = re.match(r" ERROR(x?) (.*)", body, re.S)
            if kind:
                wants.append(Want(*last, unquote(kind.group(2)),
                                  not kind.group(1)))
        if "\n" in piece:
            line += piece.count("\n")
            start = m.start() + piece.rfind("\n") + 1
    return wants


def go_expression(expr):
    """A regular expression of Go in Python's words."""
    return expr.replace(r"\Q", "").replace(r"\E", "").replace(r"\z", r"\Z")


def matches(want, text):
    if want.is_text:
        return want.expr in text
    return re.search(go_expression(want.expr), text) is not None


def packages(data, patterns):
    """(path below data, its files) of all packages."""
    found = []
    for kind in ("check", "examples", "fixedbugs", "spec"):
        folder = os.path.join(data, kind)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                files = [os.path.join(path, f)
                         for f in sorted(os.listdir(path))]
            else:
                files = [path]
            files = [f for f in files if f.endswith(".go")]
            short = os.path.join(kind, name)
            if files and (not patterns or any(p in short for p in patterns)):
                found.append((short, files))
    return found


def flags(files):
    """The words of a first line such as `// -lang=go1.20`."""
    m = re.match(r"//\s*(-.*)", read(files[0]))
    return m.group(1).split() if m else []


def support(files, tmp):
    """A file with what the tests take as built in, or nothing."""
    text = "".join(map(read, files))
    name = re.search(r"^package (\w+)", text, re.M)
    if not name or not re.search(r"\bassert\(", text) or \
            re.search(r"^func assert\(", text, re.M):
        return []
    path = os.path.join(tmp, "assert_.go")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"package {name.group(1)}\n\nfunc assert(bool) {{}}\n")
    return [path]


def run(args, cwd):
    try:
        p = subprocess.run(args, cwd=cwd, timeout=SECONDS,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    return p.returncode, p.stdout.decode("utf-8", "replace")


class Gl:
    def __init__(self, gl):
        self.gl = gl

    def messages(self, files, extra, tmp, more):
        """(messages, crash)"""
        lang = [f for f in extra if f.startswith("-lang=")]
        code, out = run([self.gl, "build", "--json", "--emit=types", "-e",
                         "--no-main", "-o", os.path.join(tmp, "x")] +
                        more + lang + files, tmp)
        found = []
        for line in out.split("\n"):
            if line.startswith("{"):
                m = json.loads(line)
                notes = "".join(
                    f"\n\t{n['file']}:{n['line']}:{n['column']}: "
                    f"{n['message']}" for n in m.get("notes", []))
                found.append(Got(m["file"], m["line"], m["column"],
                                 m["message"] + notes))
        return found, code not in (0, 1)


class Go:
    """Go's compiler, for comparison."""

    def __init__(self, folder):
        self.config = os.path.join(folder, "importcfg")
        with open(self.config, "w", encoding="utf-8") as f:
            subprocess.run(["go", "list", "-export", "-deps", "-f",
                            "{{if .Export}}packagefile {{.ImportPath}}="
                            "{{.Export}}{{end}}", "std"], stdout=f)

    def messages(self, files, extra, tmp):
        lang = [f for f in extra if f.startswith("-lang=")]
        code, out = run(["go", "tool", "compile", "-e", "-complete", "-p", "p",
                         "-importcfg", self.config,
                         "-o", os.path.join(tmp, "y")] + lang + files, tmp)
        found = []
        for line in out.split("\n"):
            m = re.match(r"(\S+\.go):(\d+)(?::(\d+))?: (.*)", line)
            if m:
                found.append(Got(m.group(1), int(m.group(2)),
                                 int(m.group(3) or 0), m.group(4)))
            elif found and line.startswith("\t"):
                last = found.pop()
                found.append(last._replace(text=last.text + "\n" + line))
        return found, code not in (0, 1, 2)


def place(file, line):
    return f"{os.path.basename(file)}:{line}"


def judge(path, files, found, crash):
    """Compares messages with the comments of the files."""
    left = [g for g in found if not re.match(
        r"assert\(.*\(no value\) used as value", g.text)]
    stopped = any("syntax error" in g.text for g in found)
    lines, words, why = True, True, []
    wanted = 0
    for file in files:
        by_line = collections.defaultdict(list)
        for w in comments(read(file)):
            by_line[w.line].append(w)
            wanted += 1
        for line, wants in by_line.items():
            here = [g for g in left if os.path.samefile(g.file, file) and
                    g.line == line]
            for g in here:
                left.remove(g)
            rest = list(here)
            for w in list(wants):
                fits = [g for g in rest if matches(w, g.text)]
                if fits:
                    rest.remove(min(fits,
                                    key=lambda g: abs(g.column - w.column)))
                    wants.remove(w)
            if stopped:
                wants = []
            if len(wants) != len(rest):
                lines = words = False
            elif wants:
                words = False
            if wants:
                why.append(f"{place(file, line)}: missing "
                           f"{[w.expr for w in wants]}")
            if rest:
                why.append(f"{place(file, line)}: unasked "
                           f"{[f'{g.column}: {g.text}' for g in rest]}")
    for g in left:
        lines = words = False
        why.append(f"{place(g.file, g.line)}: unasked {g.text!r}")
    if crash:
        lines = words = False
        why.append("crash or hang")
    return Result(path, lines, words, crash, why, wanted)


def compare(path, files, found, crash, theirs):
    """Compares messages with those of Go."""
    key = lambda g: (os.path.basename(g.file), g.line, g.column,
                     g.text.split("\n\t/")[0])
    # Notes of ours may be more than Go's; continued texts may not.
    ours, goes = list(map(key, found)), list(map(key, theirs))
    cut = lambda k: k[:3] + (k[3].split("\n")[0],)
    why = []
    lines = {k[:2] for k in ours} == {k[:2] for k in goes}
    ours, goes = list(map(cut, ours)), list(map(cut, goes))
    for k in goes:
        if k in ours:
            ours.remove(k)
        else:
            why.append("go: %s:%d:%d: %s" % k)
    for k in ours:
        why.append("gl: %s:%d:%d: %s" % k)
    if crash:
        why.append("crash or hang")
    why.sort(key=lambda s: (s.split(":")[1], int(s.split(":")[2])
                            if s.count(":") > 2 else 0))
    return Result(path, lines and not crash, not why, crash, why, len(goes))


def check(tool, go, package):
    path, files = package
    with tempfile.TemporaryDirectory() as tmp:
        extra = flags(files)
        # In Go's own tree language versions do not count.
        files = [shutil.copy(f, tmp) for f in files]
        sources = files + support(files, tmp)
        # Go's compiler says what its checker does not: bodies are missing.
        more = [] if go else ["--bodyless"]
        found, crash = tool.messages(sources, extra, tmp, more)
        if go:
            theirs, _ = go.messages(sources, extra, tmp)
            return compare(path, files, found, crash, theirs)
        return judge(path, files, found, crash)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gl", required=True)
    parser.add_argument("--data",
                        default="/usr/local/go/src/internal/types/testdata")
    parser.add_argument("--expect")
    parser.add_argument("--go", action="store_true")
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("-v", action="store_true", help="listed ones too")
    parser.add_argument("patterns", nargs="*")
    o = parser.parse_args()
    if not os.path.isdir(o.data):
        print(f"{o.data} is not installed: skipped")
        return 77
    tool = Gl(os.path.abspath(o.gl))
    expected = read_expected(o.expect)
    with tempfile.TemporaryDirectory() as tmp, \
            concurrent.futures.ThreadPoolExecutor(o.j) as pool:
        go = Go(tmp) if o.go else None
        results = list(pool.map(lambda p: check(tool, go, p),
                                packages(o.data, o.patterns)))
    bad = 0
    for r in results:
        listed = r.path in expected
        if not r.words and (not listed or o.v):
            print(f"FAIL {r.path}")
            for line in r.why:
                print("    " + line)
        if r.words and listed:
            print(f"PASSES but is listed: {r.path}")
        bad += r.words == listed
    print(f"packages: {len(results)}, right lines "
          f"{sum(r.lines for r in results)}, right words "
          f"{sum(r.words for r in results)}; messages asked for: "
          f"{sum(r.wanted for r in results)}")
    print(f"crashes and hangs: {sum(r.crash for r in results)}")
    return 1 if o.expect and bad else 0


if __name__ == "__main__":
    sys.exit(main())
