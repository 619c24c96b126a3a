#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Go's own test suite, where it is installed, with gl.

usage: run.py --gl GL [--suite DIR] [--list FILE] [options] [PATTERN...]

The suite is read in place; files are copied to a temporary folder only to be
compiled. Its rules are followed:

  run, rundir, runoutput   exit status 0, stdout and stderr together equal
                           NAME.out, or are empty where there is none
  compile, build, ...dir   compiles
  errorcheck, ...dir       for each `// ERROR "re"` or `// GC_ERROR "re"` a
                           message on that line that matches, no others

--expect FILE lists the tests that fail, a line each: `path: reason`. A test
that fails off the list, or passes on it, makes the exit status 1, unless the
reason begins with "by chance" (what a conservative collector finds). Without
a list the exit status is 0 and the failures are printed; --write FILE makes a
list of them.
"""
import argparse
import atexit
import collections
import concurrent.futures
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

KINDS = ("run", "rundir", "runoutput", "compile", "compiledir", "build",
         "builddir", "errorcheck", "errorcheckdir")
COMPILE_SECONDS = 120
RUN_SECONDS = 60

# What moves a run test out of the row of plain programs; those of type
# parameters have a folder.
SPECIAL = re.compile(r"\b(reflect|unsafe|runtime|complex\d*)\b")

# Tests whose program or output has changed with Go: println of floats is
# shorter, messages are reworded, nested types are named otherwise, and some
# run the go command. The newest Go's are read, and where it is not installed
# these are left out.
NEWEST = (
    "convert4.go", "deferprint.go", "goprint.go", "linkmain_run.go",
    "linkobj.go", "print.go", "fixedbugs/bug369.go", "fixedbugs/bug409.go",
    "fixedbugs/issue10607.go", "fixedbugs/issue14636.go",
    "fixedbugs/issue19658.go", "fixedbugs/issue21317.go",
    "fixedbugs/issue29190.go", "fixedbugs/issue31636.go",
    "fixedbugs/issue35576.go", "fixedbugs/issue6899.go",
    "fixedbugs/issue9355.go", "fixedbugs/issue9862_run.go", "ken/cplx0.go",
    "typeparam/nested.go",
    "typeparam/typeswitch5.go")

# How newer Go words what the suite expects: see the file.
REWORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "reworded.txt")

# Flags of errorcheck tests that are not about the language but about what
# the compiler makes of it: escapes, inlining, liveness, checks proven away.
GENERATED = re.compile(
    r"(^| )-(m|live|l|race|\+|std|wb|N|d=(?!panic( |$)))")

Test = collections.namedtuple("Test", "path kind args")
Result = collections.namedtuple("Result", "test ok why crash")


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def recipe(path):
    """The `// kind args` line that begins a test, or None."""
    for line in read(path).split("\n")[:30]:
        line = line.strip()
        if not line or line.startswith("//go:build") or \
                line.startswith("// +build"):
            continue
        if not line.startswith("//"):
            return None
        words = line[2:].split()
        return words if words and words[0] in KINDS else None
    return None


def holds(constraint):
    """Whether a //go:build expression holds where the suite is run.

    As for a Go toolchain without cgo: tests that need it are left out.
    """
    def tag(m):
        name = m.group(0)
        return str(name in ("linux", "unix", "amd64", "gc") or
                   name.startswith("go1."))
    words = re.sub(r"[\w.]+", tag, constraint)
    return eval(words.replace("&&", " and ").replace("||", " or ")
                .replace("!", " not ").strip())


def is_built(text):
    head = text.split("\npackage ")[0]
    m = re.search(r"^//go:build (.*)$", head, re.M)
    if m and not holds(m.group(1)):
        return False
    old = re.findall(r"^// \+build (.*)$", head, re.M)
    return all(any(holds(word.replace(",", "&&")) for word in line.split())
               for line in old)


def newest_suite():
    """The test folder of the Go that is installed as `go`, or None."""
    try:
        root = subprocess.run(["go", "env", "GOROOT"], capture_output=True,
                              text=True).stdout.strip()
    except OSError:
        return None
    folder = os.path.join(root, "test")
    return folder if root and os.path.isdir(folder) else None


def same(a, b):
    """Whether two tests are: NAME.go and NAME.dir, what it holds."""
    if not os.path.exists(b) or read(a) != read(b):
        return False
    a, b = a[:-3] + ".dir", b[:-3] + ".dir"
    if not os.path.isdir(a):
        return True
    return os.path.isdir(b) and sorted(os.listdir(a)) == sorted(
        os.listdir(b)) and all(
            read(os.path.join(a, f)) == read(os.path.join(b, f))
            for f in os.listdir(a) if f.endswith(".go"))


def collect(suite, patterns, newest, older):
    tests = []
    for folder, dirs, files in os.walk(suite):
        dirs[:] = sorted(d for d in dirs if not d.endswith(".dir") and
                         d not in ("bench", "codegen", "stress"))
        for name in sorted(files):
            if not name.endswith(".go"):
                continue
            path = os.path.relpath(os.path.join(folder, name), suite)
            if patterns and not any(p in path for p in patterns):
                continue
            if path in NEWEST and not newest:
                continue
            if older and same(os.path.join(suite, path),
                              os.path.join(older, path)):
                continue
            words = recipe(os.path.join(folder, name))
            if words and is_built(read(os.path.join(folder, name))):
                tests.append(Test(path, words[0], words[1:]))
    return tests


def row(test, text):
    """The line of the report a test counts in."""
    if test.kind.startswith("errorcheck"):
        return "other diagnostics" if GENERATED.search(
            " ".join(test.args)) else "errorcheck"
    if not test.kind.startswith("run"):
        return "compile"
    if test.path.startswith("typeparam/"):
        return "run: type parameters"
    if test.kind != "run" or SPECIAL.search(text):
        return "run: other"
    return "run: plain"


class Words:
    """What the suite expects to be said, and how the newest Go says it."""

    def __init__(self, path):
        self.rules, self.places = [], {}
        for line in read(path).split("\n"):
            if not line or line.startswith("#"):
                continue
            left, right = line.split("\t=>\t")
            if re.match(r"[\w/.-]+\.go:\d+$", left):
                self.places[left] = right
            else:
                self.rules.append((left, right))

    def reworded(self, want, place):
        if place in self.places:
            return self.places[place]
        for expr, replacement in self.rules:
            want = re.sub(expr, replacement, want)
        return want

    def match(self, want, got, place):
        for expr in (want, self.reworded(want, place)):
            try:
                if re.search(expr, got):
                    return True
            except re.error:
                if expr in got:
                    return True
        return False


class Runner:
    def __init__(self, gl, suite, opt, newest):
        self.gl, self.suite, self.opt = gl, suite, opt
        self.newest = newest
        self.words = Words(REWORDED)
        release = os.path.join(suite, "../VERSION")
        release = read(release) if os.path.exists(release) else ""
        version = re.search(r"go-?1\.(\d+)",
                            os.path.realpath(suite) + release)
        self.lang = [f"-lang=go1.{version.group(1)}"] if version else []

    def command(self, args, cwd, seconds, env=None):
        try:
            p = subprocess.run(args, cwd=cwd, timeout=seconds, env=env,
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired as e:
            return None, (e.stdout or b"").decode("utf-8", "replace")
        return p.returncode, p.stdout.decode("utf-8", "replace")

    def build(self, args, cwd, env=None):
        """(ok, crash, output) of gl build with the arguments."""
        code, out = self.command([self.gl, "build"] + args, cwd,
                                 COMPILE_SECONDS, env)
        crash = code not in (0, 1, 2) or "internal error" in out or \
            "LLVM ERROR" in out or "unreachable" in out
        return code == 0, crash, out if code is not None else "timeout\n"

    def language(self, test):
        """The version a recipe asks for, else the suite's own."""
        asked = [a for a in test.args if a.startswith("-lang=")]
        return asked or ([] if test.path in NEWEST else self.lang)

    def flags(self, test):
        return self.language(test) + [self.opt]

    def run(self, test):
        with tempfile.TemporaryDirectory() as tmp:
            try:
                ok, why, crash = getattr(self, "do_" + test.kind)(test, tmp)
            except OSError as e:
                ok, why, crash = False, str(e), False
        return Result(test, ok, why, crash)

    def full(self, test):
        suite = self.newest if test.path in NEWEST else self.suite
        return os.path.join(suite, test.path)

    # ---- programs ----

    @functools.cache
    def import_config(self):
        """Where Go's own compiler finds compiled packages."""
        path = os.path.join(tempfile.gettempdir(), f"importcfg{os.getpid()}")
        with open(path, "w") as f:
            subprocess.run(["go", "list", "-export", "-deps", "-f",
                            "{{if .Export}}packagefile {{.ImportPath}}="
                            "{{.Export}}{{end}}", "fmt", "runtime", "flag",
                            "testing"], stdout=f)
        atexit.register(os.remove, path)
        return path

    def expected(self, test):
        name = self.full(test)[:-3] + ".out"
        return read(name) if os.path.exists(name) else ""

    @staticmethod
    def experiments(test):
        """The environment with what `-goexperiment x` of a recipe asks for."""
        at = [i for i, a in enumerate(test.args) if a == "-goexperiment"]
        wanted = ",".join(test.args[i + 1] for i in at)
        return dict(os.environ, GOEXPERIMENT=wanted) if wanted else None

    def execute(self, test, exe, args, cwd):
        # The go command sets some of these for what it starts.
        env = dict(os.environ, GOTRACEBACK="", GOOS="linux", GOARCH="amd64")
        if self.newest:
            env["GOROOT"] = os.path.dirname(self.newest)
        if "STDLIB_IMPORTCFG" in read(self.full(test)):
            env["STDLIB_IMPORTCFG"] = self.import_config()
        code, out = self.command([exe] + args, cwd, RUN_SECONDS, env)
        if code is None:
            return False, "run: timeout", False
        if code != 0:
            return False, f"run: status {code}: {out[:300]}", code in (-11,)
        if out != self.expected(test):
            return False, "output differs: " + out[:300], False
        return True, "", False

    def do_run(self, test, tmp):
        folder = os.path.dirname(self.full(test))
        sources = [self.full(test)]
        args = []
        for before, a in zip([""] + test.args, test.args):
            if (a.startswith("-") or before == "-goexperiment") and not args:
                continue
            if a.endswith(".go"):
                sources.append(os.path.join(folder, a))
            else:
                args.append(a)
        exe = os.path.join(tmp, "a.out")
        ok, crash, out = self.build(self.flags(test) + ["-o", exe] + sources,
                                    folder, self.experiments(test))
        if not ok:
            return False, "compile: " + out[:300], crash
        # Programs find the suite's other files from its top.
        return self.execute(test, exe, args, folder[:-len(
            os.path.dirname(test.path)) or None])

    def do_runoutput(self, test, tmp):
        folder = os.path.dirname(self.full(test))
        sources = [self.full(test)] + [
            os.path.join(folder, a) for a in test.args if a.endswith(".go")]
        exe = os.path.join(tmp, "gen")
        ok, crash, out = self.build([self.opt, "-o", exe] + sources, folder)
        if not ok:
            return False, "compile: " + out[:300], crash
        code, out = self.command([exe], folder, RUN_SECONDS)
        if code != 0:
            return False, f"generator: status {code}: {out[:200]}", False
        source = os.path.join(tmp, "x.go")
        with open(source, "w", encoding="utf-8") as f:
            f.write(out)
        exe = os.path.join(tmp, "a.out")
        ok, crash, out = self.build([self.opt, "-o", exe, source], tmp)
        if not ok:
            return False, "compile output: " + out[:300], crash
        return self.execute(test, exe, [], tmp)

    # ---- compiling ----

    @staticmethod
    def object(tmp):
        return ["--emit=obj", "--no-main", "--bodyless",
                "-o", os.path.join(tmp, "a.o")]

    def do_compile(self, test, tmp):
        ok, crash, out = self.build(
            self.flags(test) + self.object(tmp) + [self.full(test)],
            os.path.dirname(self.full(test)))
        return ok, "compile: " + out[:300], crash

    def do_build(self, test, tmp):
        ok, crash, out = self.build([self.opt, "-o",
                                     os.path.join(tmp, "a.out"),
                                     self.full(test)],
                                    os.path.dirname(self.full(test)))
        return ok, "build: " + out[:300], crash

    # ---- folders of packages ----

    def layout(self, test, tmp):
        """Copies NAME.dir into a module, a folder for each package.

        Returns the folders in the suite's order: packages appear in the
        order of their first file; imports "./x" become "test/x".
        """
        source = self.full(test)[:-3] + ".dir"
        order = []
        single = "-s" in test.args  # a package for each file
        with open(os.path.join(tmp, "go.mod"), "w") as f:
            f.write("module test\n")
        for name in sorted(os.listdir(source)):
            if not name.endswith(".go"):
                continue
            text = read(os.path.join(source, name))
            package = re.search(r"^package (\w+)", text, re.M).group(1)
            stem = name[:-3]
            # The suite compiles package p from p.go, imported as "./p".
            folder = package if package == "main" else stem
            if single:
                package = stem
            for key, first in order:
                if key == package:
                    folder = first
            if package not in [k for k, _ in order]:
                order.append((package, folder))
            os.makedirs(os.path.join(tmp, folder), exist_ok=True)
            text = re.sub(r'"\./(\w+)"', r'"test/\1"', text)
            if name.endswith("_test.go"):  # a name like any other here
                name = name[:-3] + "_.go"
            with open(os.path.join(tmp, folder, name), "w",
                      encoding="utf-8", errors="surrogateescape") as f:
                f.write(text)
        return [folder for _, folder in order]

    def do_rundir(self, test, tmp):
        folders = self.layout(test, tmp)
        exe = os.path.join(tmp, "a.out")
        ok, crash, out = self.build(
            self.flags(test) + ["--bodyless", "-o", exe,
                                os.path.join(tmp, folders[-1])], tmp)
        if not ok:
            return False, "compile: " + out[:300], crash
        return self.execute(test, exe, [], tmp)

    def do_compiledir(self, test, tmp):
        for folder in self.layout(test, tmp):
            ok, crash, out = self.build(
                self.flags(test) + self.object(tmp) +
                [os.path.join(tmp, folder)], tmp)
            if not ok:
                return False, f"{folder}: {out[:300]}", crash
        return True, "", False

    do_builddir = do_compiledir

    # ---- messages ----

    def messages(self, args, cwd, limited=False):
        limit = [] if limited else ["-e"]
        code, out = self.command(
            [self.gl, "build", "--json", "--emit=types", "--no-main",
             "--bodyless", "-o", "/dev/null"] + limit + args, cwd,
            COMPILE_SECONDS)
        crash = code not in (0, 1)
        found = []
        for line in out.split("\n"):
            if not line.startswith("{"):
                continue
            m = json.loads(line)
            notes = "".join("\n\t" + n.get("message", "")
                            for n in m.get("notes", []))
            # The suite cuts folders off, in messages too.
            text = re.sub(r"/[^\s:]*/(\w+\.go:)", r"\1",
                          m["message"] + notes)
            found.append((os.path.basename(m["file"]), m["line"], text))
        return found, crash

    def check_errors(self, test, files, found):
        """(lines right, words right, explanation)"""
        where = test.path
        if test.kind == "errorcheckdir":
            where = where[:-3] + ".dir/{}"
        lines_ok, words_ok, why = True, True, []
        left = list(found)
        for path in files:
            name = os.path.basename(path)
            for number, line in enumerate(read(path).split("\n"), 1):
                m = re.search(r"// (?:GC_)?ERROR(?:AUTO)? (.*)", line)
                if not m or "////" in line:
                    continue
                here = [f for f in left if f[0] == name and f[1] == number]
                for f in here:
                    left.remove(f)
                texts = re.findall(r'"([^"]*)"', m.group(1))
                place = f"{where.format(name)}:{number}"
                if not here and self.words.places.get(place) == "-":
                    continue
                if not here:
                    lines_ok = words_ok = False
                    why.append(f"{name}:{number}: missing: {m.group(1)}")
                    continue
                for want in texts:
                    want = re.sub(r"LINE([+-]\d+)?",
                                  lambda g: f"{name}:" +
                                  str(number + int(g.group(1) or 0)), want)
                    if not any(self.words.match(want, f[2], place)
                               for f in here):
                        words_ok = False
                        why.append(f"{name}:{number}: want {want!r}, "
                                   f"got {[f[2] for f in here]}")
        for name, number, text in left:
            now = self.words.places.get(f"{where.format(name)}:{number}")
            if now and re.search(now, text):
                continue
            lines_ok = words_ok = False
            why.append(f"{name}:{number}: unexpected: {text}")
        return lines_ok, words_ok, "\n    ".join(why)

    def do_errorcheck(self, test, tmp):
        path = self.full(test)
        found, crash = self.messages(self.language(test) + [path],
                                     os.path.dirname(path),
                                     "-e=0" in test.args)
        lines, words, why = self.check_errors(test, [path], found)
        return lines and words and not crash, \
            ("words" if lines else "lines") + ":\n    " + why, crash

    def do_errorcheckdir(self, test, tmp):
        bad, crashed, lines_ok = [], False, True
        for folder in self.layout(test, tmp):
            path = os.path.join(tmp, folder)
            found, crash = self.messages(self.language(test) + [path],
                                         tmp)
            found = [f for f in found
                     if os.path.exists(os.path.join(path, f[0]))]
            files = [os.path.join(path, f) for f in sorted(os.listdir(path))]
            lines, words, why = self.check_errors(test, files, found)
            crashed |= crash
            lines_ok &= lines
            if not words:
                bad.append(why)
        return not bad and not crashed, \
            ("words" if lines_ok else "lines") + ":\n    " + \
            "\n    ".join(bad), crashed


def read_expected(path):
    expected = {}
    if path and os.path.exists(path):
        for line in read(path).split("\n"):
            if line and not line.startswith("#"):
                name, _, reason = line.partition(":")
                expected[name] = reason.strip()
    return expected


def reason(result):
    """A few words for the list, from what the test printed."""
    missing = re.search(r"package (\S+) is not in std", result.why)
    if missing:
        return "needs package " + missing.group(1)
    if "could not import C" in result.why:
        return "needs cgo"
    if result.why.startswith("words:"):
        return "messages are worded differently"
    if result.why.startswith("lines:"):
        return "errors on other lines"
    undefined = re.search(r"error: undefined: (\S+)", result.why)
    if undefined:
        return "needs " + undefined.group(1)
    return re.sub(r"\s+", " ", result.why)[:60]


def write_expected(path, rows, old):
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Tests that fail, and why. Made by run.py --write.\n")
        for r in sorted(rows):
            f.write(f"\n# {r}\n")
            for x in rows[r]:
                name = x.test.path
                if not x.ok or old.get(name, "").startswith("by chance"):
                    f.write(f"{name}: {old.get(name) or reason(x)}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gl", required=True)
    parser.add_argument("--suite", default="/usr/share/go-1.19/test",
                        help="folder; newest: that of the installed go")
    parser.add_argument("--unless", metavar="SUITE",
                        help="not those that are the same in this suite")
    parser.add_argument("--expect")
    parser.add_argument("--write")
    parser.add_argument("--row", help="only tests of this row")
    parser.add_argument("--without", help="no tests of this row")
    parser.add_argument("--kind", help="only tests of this kind")
    parser.add_argument("-O", dest="opt", default="-O1")
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("-v", action="store_true")
    parser.add_argument("patterns", nargs="*")
    o = parser.parse_args()
    newest = newest_suite()
    if o.suite == "newest":
        o.suite = newest or "a newer Go"
    if not os.path.isdir(o.suite):
        print(f"{o.suite} is not installed: skipped")
        return 77
    runner = Runner(os.path.abspath(o.gl), o.suite, o.opt, newest)
    rows = collections.defaultdict(list)
    todo = []
    for test in collect(o.suite, o.patterns, newest, o.unless):
        r = row(test, read(runner.full(test)))
        if (o.row and r != o.row) or r == o.without or \
                (o.kind and test.kind != o.kind):
            continue
        todo.append((r, test))
    with concurrent.futures.ThreadPoolExecutor(o.j) as pool:
        for (r, _), result in zip(todo, pool.map(runner.run,
                                                 [t for _, t in todo])):
            rows[r].append(result)
    expected = read_expected(o.expect)
    bad = 0
    crashes = 0
    for r in sorted(rows):
        for x in rows[r]:
            crashes += x.crash
            listed = x.test.path in expected
            by_chance = expected.get(x.test.path, "").startswith("by chance")
            if not x.ok and (not listed or o.v):
                print(f"FAIL {x.test.path} [{r}] {x.why}")
            if x.ok and listed and not by_chance:
                print(f"PASSES but is listed: {x.test.path}")
            bad += x.ok == listed and not by_chance
    if o.write:
        write_expected(o.write, rows, expected)
    for r in sorted(rows):
        good = sum(x.ok for x in rows[r])
        extra = ""
        if r == "errorcheck":
            lines = sum(x.ok or x.why.startswith("words") for x in rows[r])
            extra = f", right lines {lines}"
        print(f"{r}: {good} of {len(rows[r])}{extra}")
    every = [x for r in rows for x in rows[r] if x.test.kind == "run"]
    if every:
        print(f"all run tests: {sum(x.ok for x in every)} of {len(every)}")
    print(f"crashes and hangs of the compiler: {crashes}")
    return 1 if o.expect and bad else 0


if __name__ == "__main__":
    sys.exit(main())
