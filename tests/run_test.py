#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one test program and says why it failed.

The first line of the program says what to do:

  // run [args...]    compile, run, exit status 0; stdout is NAME.out, and
                      stderr is NAME.err where that file exists
  // panic            compile, run, exit status 2; stdout is NAME.out where
                      it exists; every line of NAME.err is found in stderr,
                      in that order: a whole line, or, after a ~, a regular
                      expression that matches a part of one
  // errorcheck       compiling fails with status 1; every error stands on a
                      line with // ERROR "regexp", and every such regexp
                      matches an error of its line (several regexps: several
                      errors)
  // compile          compiles to an object, silently
  // build            compiles and links, silently
  // golden STAGE...  for each stage, --emit=STAGE prints NAME.STAGE

A line `// needs: NAME...` after it names what not every machine has (see
needs.py); where it is missing, the test is skipped: status 77.

`// run` programs run as -O2 and as -O0. A directory is a test whose first
line is that of its main.gl. With --tool go the same is done by the go
command, which is how expected outputs come about.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not into the tree
import needs  # noqa: E402

FIRST = re.compile(r"//\s*(run|panic|errorcheck|compile|build|golden)\b(.*)")
NEEDS = re.compile(r"^// needs:(.*)$", re.MULTILINE)
ERROR = re.compile(r"//\s*ERROR\s+((?:\"(?:[^\"\\]|\\.)*\"\s*|`[^`]*`\s*)+)")
QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`")
MESSAGE = re.compile(r"^(.*?):(\d+)(?::(\d+))?: (?:error: )?(.*)$")


class Failure(Exception):
    pass


def clip(text, limit=4000):
    if len(text) > limit:
        return text[:limit] + "\n... (%d bytes more)" % (len(text) - limit)
    return text


def read(path):
    with open(path, "rb") as f:
        return f.read().decode("utf-8", "surrogateescape")


def differs(what, want, got):
    """The first differing line, with what was expected there."""
    w, g = want.split("\n"), got.split("\n")
    for i in range(max(len(w), len(g))):
        a = w[i] if i < len(w) else "<end>"
        b = g[i] if i < len(g) else "<end>"
        if a != b:
            return "%s differs at line %d\n  want: %s\n  got:  %s\n" % (
                what, i + 1, clip(a, 400), clip(b, 400))
    return what + " differs"


class Test:
    def __init__(self, options):
        self.o = options
        self.path = options.test
        self.source = self.path
        if os.path.isdir(self.path):
            self.source = os.path.join(self.path, "main.gl")
        self.text = read(self.source)
        m = FIRST.match(self.text.split("\n", 1)[0])
        self.base = os.path.splitext(self.path)[0]
        named = NEEDS.search(self.text)
        self.needs = named.group(1).split() if named else []
        if m:
            self.kind, self.args = m.group(1), m.group(2).split()
        elif self.beside(".out") or "/examples/" in self.path:
            self.kind, self.args = "run", []  # the examples
        else:
            raise Failure("the first line names no kind of test")

    def beside(self, suffix):
        path = self.base + suffix
        return path if os.path.exists(path) else None

    # ---- the two tools ----------------------------------------------------

    def execute(self, argv, limit, **env):
        e = dict(os.environ, NO_COLOR="1", **env)
        p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, env=e,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = p.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            out, err = self.end(p)
            raise Failure("%s: still running after %d s\nstdout:\n%s\n"
                          "stderr:\n%s" % (
                              os.path.basename(argv[0]), limit,
                              clip(out.decode("utf-8", "replace")),
                              clip(err.decode("utf-8", "replace"), 40000)))
        dec = lambda b: b.decode("utf-8", "surrogateescape")
        return p.returncode, dec(out), dec(err)

    @staticmethod
    def end(p):
        """What a program that takes too long wrote. Asked to, it says what
        its goroutines wait for, if it still can."""
        for sig in (signal.SIGQUIT, signal.SIGKILL):
            p.send_signal(sig)
            try:
                return p.communicate(timeout=20)
            except subprocess.TimeoutExpired as x:
                got = x.stdout or b"", x.stderr or b""
        return got  # its children hold the pipes

    def for_go(self, work):
        """A copy of the test under names the go command accepts."""
        if os.path.isdir(self.path):
            d = os.path.join(work, "src")
            shutil.copytree(self.path, d)
            for root, _, files in os.walk(d):
                for f in files:
                    if f.endswith(".gl"):
                        f = os.path.join(root, f)
                        os.rename(f, f[:-3] + ".go")
            return d
        copy = os.path.join(work, "main.go")
        shutil.copy(self.source, copy)
        return copy

    def compile(self, work, level, out=None, emit=None):
        if self.o.tool == "go":
            copy = self.for_go(work)
            argv = ["go", "build", "-gcflags=-e", "-o", out or os.devnull]
            if os.path.isdir(copy):
                argv[1:1] = ["-C", copy]
                copy = "."
            return self.execute(argv + [copy], 300)
        argv = [self.o.gl, "build", level]
        argv += ["-e"] if self.kind == "errorcheck" else []  # no limit
        argv += ["--emit=" + emit] if emit else []
        argv += ["-o", out] if out else []
        return self.execute(argv + [self.path], self.o.timeout)

    def must_compile(self, work, level, out, emit=None):
        status, stdout, stderr = self.compile(work, level, out, emit)
        if status != 0:
            raise Failure("compiling (%s) ended with status %d\n%s" % (
                level, status, clip(stdout + stderr)))
        if self.o.tool != "go" and (stdout or stderr):
            raise Failure("compiling (%s) was not silent\n%s" % (
                level, clip(stdout + stderr)))

    # ---- the kinds --------------------------------------------------------

    def levels(self):
        if self.o.tool == "go":
            return ["-O2"]
        return self.o.levels.split(",")

    def each_run(self, check):
        with tempfile.TemporaryDirectory(prefix="gltest") as work:
            for level in self.levels():
                program = os.path.join(work, "program")
                self.must_compile(work, level, program)
                for procs in self.o.procs.split(","):
                    env = {"GOMAXPROCS": procs} if procs else {}
                    for _ in range(self.o.count):
                        got = self.execute([program] + self.args,
                                           self.o.timeout, **env)
                        try:
                            check(*got)
                        except Failure as x:
                            raise Failure("at %s%s: %s" % (
                                level, " GOMAXPROCS=" + procs if procs
                                else "", x))
                if self.o.tool == "go":
                    break

    def update(self, suffix, text, always):
        path = self.base + suffix
        if text or always:
            with open(path, "wb") as f:
                f.write(text.encode("utf-8", "surrogateescape"))
        elif os.path.exists(path):
            os.remove(path)

    def run(self):
        def check(status, stdout, stderr):
            if status != 0:
                raise Failure("exit status %d\nstdout:\n%s\nstderr:\n%s" % (
                    status, clip(stdout), clip(stderr)))
            if self.o.update:
                self.update(".out", stdout, True)
                self.update(".err", stderr, False)
                return
            want = read(self.base + ".out") if self.beside(".out") else ""
            if stdout != want:
                raise Failure(differs("stdout", want, stdout) +
                              "stderr:\n" + clip(stderr))
            if self.beside(".err") and stderr != read(self.base + ".err"):
                raise Failure(differs("stderr", read(self.base + ".err"),
                                      stderr))
        self.each_run(check)

    def panic(self):
        def check(status, stdout, stderr):
            if status != 2:
                raise Failure("exit status %d, want 2\nstdout:\n%s\n"
                              "stderr:\n%s" % (status, clip(stdout),
                                               clip(stderr)))
            if self.beside(".out") and stdout != read(self.base + ".out"):
                raise Failure(differs("stdout", read(self.base + ".out"),
                                      stdout))
            if self.o.update and not self.beside(".err"):
                keep = []
                for line in stderr.split("\n"):
                    if line.startswith("goroutine ") or not line:
                        break
                    keep.append(line)
                self.update(".err", "\n".join(keep) + "\n", True)
                self.update(".out", stdout, False)
            lines = stderr.split("\n")
            at = 0
            for want in read(self.base + ".err").splitlines():
                if not want:
                    continue
                if want.startswith("~"):
                    hit = lambda s: re.search(want[1:], s)
                else:
                    hit = lambda s: s == want
                while at < len(lines) and not hit(lines[at]):
                    at += 1
                if at == len(lines):
                    raise Failure("stderr lacks: %s\nstderr:\n%s" % (
                        want, clip(stderr)))
                at += 1
        self.each_run(check)

    def errors_wanted(self):
        want = []
        for number, line in enumerate(self.text.split("\n"), 1):
            m = ERROR.search(line)
            for q in QUOTED.finditer(m.group(1)) if m else ():
                text = q.group(1)
                text = (q.group(2) if text is None
                        else re.sub(r"\\([\"])", r"\1", text))
                want.append([number, text, False])
        return want

    def errors_got(self, report):
        """[line, message, what follows: its other lines and its notes].

        The lines of source that are shown do not count, since they hold the
        expressions themselves.
        """
        got = []
        names = (os.path.basename(self.source), "main.go")
        for line in report.split("\n"):
            m = MESSAGE.match(line)
            if (m and not line.startswith("\t") and
                    os.path.basename(m.group(1)) in names):
                if not re.match(r"(note|warning):", m.group(4)):
                    got.append([int(m.group(2)), m.group(4), ""])
                    continue
            if got and not line.startswith("    "):
                got[-1][2] += "\n" + line
        return got

    @staticmethod
    def matches(pattern, message, more):
        if pattern.startswith("(?s)"):
            message += more
        return re.search(pattern, message)

    def errorcheck(self):
        with tempfile.TemporaryDirectory(prefix="gltest") as work:
            out = os.path.join(work, "program")
            status, stdout, stderr = self.compile(work, "-O0", out)
        report = stdout + stderr
        if status != 1:
            raise Failure("exit status %d, want 1\n%s" % (status,
                                                          clip(report)))
        want, wrong = self.errors_wanted(), []
        for line, message, more in self.errors_got(report):
            for w in want:
                if (w[0] == line and not w[2] and
                        self.matches(w[1], message, more)):
                    w[2] = True
                    break
            else:
                wrong.append("line %d: unexpected: %s" % (line, message))
        for line, text, seen in want:
            if not seen:
                wrong.append("line %d: missing: %s" % (line, text))
        if wrong or not want:
            raise Failure("\n".join(wrong) + "\ncompiler said:\n" +
                          clip(report))

    def compile_only(self):
        with tempfile.TemporaryDirectory(prefix="gltest") as work:
            for level in self.levels():
                self.must_compile(work, level, os.path.join(work, "o"),
                                  "obj")

    def build(self):
        with tempfile.TemporaryDirectory(prefix="gltest") as work:
            for level in self.levels():
                self.must_compile(work, level, os.path.join(work, "o"))

    def golden(self):
        for stage in self.args:
            status, stdout, stderr = self.compile(None, "-O2", None, stage)
            if status not in (0, 1):
                raise Failure("--emit=%s ended with status %d\n%s" % (
                    stage, status, clip(stderr)))
            got = (stdout + stderr).replace(os.path.dirname(self.path) + "/",
                                            "")
            # Where the tree lies is in the debug information.
            got = re.sub(r'directory: "[^"]*"', 'directory: ""', got)
            if self.o.update:
                self.update("." + stage, got, True)
            elif not self.beside("." + stage):
                raise Failure("no file " + self.base + "." + stage)
            elif got != read(self.base + "." + stage):
                raise Failure(differs("--emit=" + stage,
                                      read(self.base + "." + stage), got))

    def perform(self):
        {"run": self.run, "panic": self.panic, "golden": self.golden,
         "errorcheck": self.errorcheck, "compile": self.compile_only,
         "build": self.build}[self.kind]()


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("test")
    p.add_argument("--gl", default="build/bin/gl", help="the compiler")
    p.add_argument("--tool", default="gl", choices=["gl", "go"])
    p.add_argument("--levels", default="-O2,-O0", help="of optimisation")
    p.add_argument("--procs", default="", help="GOMAXPROCS, by commas")
    p.add_argument("--count", type=int, default=1, help="runs of each")
    p.add_argument("--timeout", type=int, default=150, help="seconds a step")
    p.add_argument("--needs", help="skip (status 77) where it is missing")
    p.add_argument("--update", action="store_true",
                   help="rewrite expected outputs")
    # argparse takes "-O2" for an option of its own unless joined.
    argv = sys.argv[1:]
    for i in range(len(argv) - 1):
        if argv[i] == "--levels":
            argv[i:i + 2] = ["--levels=" + argv[i + 1], ""]
    test = None
    try:
        options = p.parse_args([a for a in argv if a])
        if options.needs and not os.path.exists(options.needs):
            print(f"{options.needs} is not installed: skipped")
            return 77
        test = Test(options)
        missing = needs.missing(test.needs)
        if missing:
            print(f"{missing}: skipped")
            return 77
        needs.ordinary()
        test.perform()
    except Failure as x:
        name = test.path if test else argv[-1]
        sys.stderr.write("FAIL %s: %s\n" % (name, x))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
