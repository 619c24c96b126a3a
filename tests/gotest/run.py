#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests that Go's packages bring, against Gl's packages.

  run.py --gl GL [--goroot DIR] [--expect FILE] [--write FILE] [PACKAGE...]

For each package its _test.go files become one package PACKAGE_test, which
imports what it tests as a program does, in a copy of the source tree that
consists of links; a main function hands the tests and examples to Go's
package testing. Files of the package itself (those that do not say
PACKAGE_test) take part with a dot import. What they use of the insides of
Go's own package ours need not have: such a declaration, and what needs it,
is left out. The lists of expect.txt say which, and which tests fail, each
with a reason:

  PACKAGE without NAME...       declarations that need Go's insides, and
                                imports of them
  PACKAGE fails NAME: reason    a test that fails
  PACKAGE skips NAME: reason    a test that is not run at all

Everything else must compile and pass; a test that passes though it is listed
is an error too. --write FILE writes the lists anew, with the reasons that
--expect gives, and "?" for the new ones.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = re.compile(r"^(func|type|var|const|import|package)\b")
ERROR = re.compile(r"^(\S+?\.go):(\d+):(?:\d+:)? error: (.*)$")
RESULT = re.compile(r"^\s*--- (PASS|FAIL|SKIP): (\S+)", re.M)
MISSING = re.compile(r"undefined reference to `\S*\.(\w+)'")
UNUSED = re.compile(r'"([^"]+)" imported (?:as \w+ )?and not used')

TAGS = {"linux", "unix", "amd64", "gc", "gl", "purego"}
OTHER_OS = {
    "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios",
    "js", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows"}
OTHER_ARCH = {
    "386", "arm", "arm64", "loong64", "mips", "mipsle", "mips64",
    "mips64le", "ppc64", "ppc64le", "riscv64", "s390x", "wasm"}


def holds(line):
    """Whether a //go:build line is true of Gl."""
    def tag(match):
        word = match.group(0)
        if word in ("and", "or", "not"):
            return word
        return str(word in TAGS or bool(re.match(r"go1\.\d+$", word)))
    text = line.replace("&&", " and ").replace("||", " or ")
    text = text.replace("!", " not ")
    return eval(re.sub(r"[\w.]+", tag, text))


def takes_part(path):
    words = os.path.basename(path)[:-len("_test.go")].split("_")[1:]
    if any(w in OTHER_OS | OTHER_ARCH for w in words):
        return False
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("//go:build "):
                return holds(line[len("//go:build "):].strip())
            if line.startswith("package "):
                return True
    return False


class Decl:
    """Some lines of a file: a top-level declaration and what is before it."""

    def __init__(self, lines, first):
        self.lines = lines
        self.first = first  # number of its first line in the file
        self.dropped = False
        code = [l for l in lines if TOP.match(l)]
        self.head = code[0] if code else ""

    def names(self):
        m = re.match(r"func (?:\([^)]*?(\w+)(?:\[[^]]*\])?\) )?(\w+)",
                     self.head)
        if m:
            return [".".join(x for x in m.groups() if x)]
        m = re.match(r"(?:type|var|const) (\w+)", self.head)
        if m:
            return [m.group(1)]
        return [m.group(1) for l in self.lines
                if (m := re.match(r"\t(\w+)", l))]

    def name(self):
        names = self.names()
        return names[0] if names else "?"


def split(text):
    """A file's declarations. gofmt puts their ends at the margin."""
    decls, lines, first = [], [], 1
    open_with = None
    raw = False
    for n, line in enumerate(text.split("\n"), 1):
        lines.append(line)
        was_raw = raw
        if line.count("`") % 2:
            raw = not raw
        if was_raw and open_with is None:
            continue
        if open_with is None and TOP.match(line):
            bare = line.split("//")[0].rstrip() if "`" not in line else line
            if raw:
                open_with = "`"
            elif bare.endswith(("{", "(", ",", "=")) or (
                    line.startswith("func") and "{" not in line):
                open_with = "}" if bare.endswith("{") else ")"
                if bare.endswith((",", "=")):
                    open_with = "?"
            else:
                decls.append(Decl(lines, first))
                lines, first = [], n + 1
        elif open_with and not raw and (
                re.match(r"^[})\]]", line) and not line.endswith("{")
                or (open_with == "`")
                or (open_with == "?" and not line.startswith("\t"))):
            decls.append(Decl(lines, first))
            lines, first, open_with = [], n + 1, None
    if lines:
        decls.append(Decl(lines, first))
    return decls


class File:
    def __init__(self, path, package, test_package):
        self.name = os.path.basename(path)[:-len("_test.go")] + "_gotest.go"
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            text = f.read()
        m = re.search(r"^package (\w+)", text, re.M)
        inside = m.group(1) == os.path.basename(package)
        clause = "package " + test_package
        if inside and f'. "{package}"' not in text and \
                f'import "{package}"' not in text:
            clause += f'; import . "{package}"'
        text = text[:m.start()] + clause + text[m.end():]
        self.decls = split(text)

    def text(self):
        out = []
        for d in self.decls:
            out += [""] * len(d.lines) if d.dropped else d.lines
        return "\n".join(out)

    def decl_at(self, line):
        for d in self.decls:
            if d.first <= line < d.first + len(d.lines):
                return d
        return None


def link_tree(goroot, root, path):
    """root/src holds links to goroot/src, but a folder for path."""
    here, there = os.path.join(root, "src"), os.path.join(goroot, "src")
    parts = path.split("/")
    for i in range(len(parts)):
        os.makedirs(here, exist_ok=True)
        for e in os.listdir(there):
            if e != parts[i]:
                os.symlink(os.path.join(there, e), os.path.join(here, e))
        here = os.path.join(here, parts[i])
        there = os.path.join(there, parts[i])
        if not os.path.isdir(there):
            break
        if i == len(parts) - 1:
            os.makedirs(here, exist_ok=True)
    return here


class Package:
    def __init__(self, path, options, work):
        self.path = path
        self.options = options
        self.root = os.path.join(work, path.replace("/", "_"))
        self.source = os.path.join(options.goroot, "src", path)
        self.base = os.path.basename(path)
        self.log = []

    def prepare(self):
        link_tree(self.options.goroot, self.root, self.path + "_test/x")
        src = os.path.join(self.root, "src")
        self.dir = os.path.join(src, self.path + "_test")
        os.makedirs(self.dir, exist_ok=True)
        version = os.path.join(self.options.goroot, "VERSION")
        if os.path.exists(version):
            shutil.copy(version, self.root)
        self.main = os.path.join(src, "gotest_main")
        os.makedirs(self.main)
        self.cwd = os.path.join(self.root, "cwd", self.base)
        shutil.copytree(self.source, self.cwd, symlinks=True)
        names = sorted(n for n in os.listdir(self.source)
                       if n.endswith("_test.go"))
        self.files = [
            File(os.path.join(self.source, n), self.path, self.base + "_test")
            for n in names if takes_part(os.path.join(self.source, n))]

    def write(self):
        tests, examples, has_main = [], [], False
        for f in self.files:
            with open(os.path.join(self.dir, f.name), "w", encoding="utf-8",
                      errors="surrogateescape") as out:
                out.write(f.text())
            for d in f.decls:
                if d.dropped:
                    continue
                m = re.match(r"func (Test[^a-z]\w*|Test)\(\w+ \*\w+\.T\) {",
                             d.head)
                if m:
                    tests.append(m.group(1))
                m = re.match(r"func (Example\w*)\(\) {", d.head)
                output = self.output_of(d) if m else None
                if output is not None:
                    examples.append((m.group(1), output))
                has_main |= d.head.startswith("func TestMain(")
        tests = [t for t in tests
                 if t != "TestMain" and t not in self.skipped]
        examples = [e for e in examples if e[0] not in self.skipped]
        lines = [f"package {self.base}_test", 'import "testing"',
                 "var GlTests = []testing.InternalTest{"]
        lines += [f'\t{{"{t}", {t}}},' for t in tests]
        lines += ["}", "var GlExamples = []testing.InternalExample{"]
        for name, (text, unordered) in examples:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            quoted = quoted.replace("\n", "\\n").replace("\t", "\\t")
            lines.append(f'\t{{"{name}", {name}, "{quoted}", '
                         f'{str(unordered).lower()}}},')
        lines += ["}"]
        if has_main:
            lines += ["func GlMain(m *testing.M) { TestMain(m) }"]
        with open(os.path.join(self.dir, "gotest_list.go"), "w",
                  encoding="utf-8", errors="surrogateescape") as out:
            out.write("\n".join(lines) + "\n")
        run = "t.GlMain(m)" if has_main else "os.Exit(m.Run())"
        with open(os.path.join(self.main, "main.go"), "w") as out:
            out.write(f'''package main

import (
	"os"
	"testing"
	"testing/internal/testdeps"
	t "{self.path}_test"
)

var _ = os.Exit

func main() {{
	testdeps.ImportPath = "{self.path}"
	m := testing.MainStart(testdeps.TestDeps{{}}, t.GlTests, nil, nil,
		t.GlExamples)
	{run}
}}
''')
        self.tests = tests + [e[0] for e in examples]

    @staticmethod
    def output_of(decl):
        """What an example prints, by the comment at its end, or None."""
        out = None
        unordered = False
        for line in decl.lines:
            s = line.strip()
            m = re.match(r"//\s*(unordered )?output:(.*)$", s, re.I)
            if m:
                out, unordered = [m.group(2).strip()], bool(m.group(1))
            elif out is not None and s.startswith("//"):
                out.append(s[2:].removeprefix(" "))
        if out is None:
            return None
        return "\n".join(out).strip(), unordered

    def environment(self):
        env = dict(os.environ)
        env["GLGOROOT"] = self.root + ":" + self.options.goroot
        env["GOROOT"] = self.options.goroot
        env["PATH"] = env["PATH"] + ":" + self.options.goroot + "/bin"
        for name in ("GOFLAGS", "GODEBUG", "GOTRACEBACK", "GOMAXPROCS"):
            env.pop(name, None)
        return env

    def compile(self):
        out = os.path.join(self.root, "test")
        r = subprocess.run(
            [self.options.gl, "build", "-e", "-" + self.options.opt, "-o",
             out, self.main], capture_output=True, text=True, errors="replace",
            env=self.environment(), cwd=self.root)
        return r.returncode, r.stderr

    def drop(self, text):
        """Drops what has errors. Returns whether there was something."""
        found = False
        for name in MISSING.findall(text):
            for f in self.files:
                for d in f.decls:
                    if d.name() == name and not d.dropped:
                        d.dropped = found = True
                        self.dropped.append(name)
                        self.log.append(f"{name}: is not there")
        for line in text.split("\n"):
            m = ERROR.match(line)
            f = m and [f for f in self.files
                       if f.name == os.path.basename(m.group(1))]
            if not f:
                continue
            n = int(m.group(2))
            d = f[0].decl_at(n)
            if not d or d.dropped:
                continue
            if UNUSED.search(m.group(3)):
                at = n - d.first
                if re.search(r"^import \w*\s*\"", d.lines[at]):
                    d.lines[at] = d.lines[at].replace("import ", "import _ ") \
                        if '_ "' not in d.lines[at] else d.lines[at]
                    d.lines[at] = re.sub(r"import _ \w+ ", "import _ ",
                                         d.lines[at])
                else:
                    d.lines[at] = re.sub(r'(?:[\w.]+ )?(")', r'_ \1',
                                         d.lines[at], count=1)
                found = True
            elif d.head.startswith("import"):
                at = n - d.first
                self.log.append(f"import {d.lines[at].strip()}: "
                                f"{m.group(3)}")
                d.lines[at] = "// " + d.lines[at]
                found = True
            elif not d.head.startswith("package") and d.head:
                d.dropped = True
                self.dropped.append(d.name())
                self.log.append(f"{d.name()}: {m.group(3)}")
                found = True
        return found

    def apply(self, without, skipped):
        self.dropped = []
        self.skipped = skipped
        imports = [w for w in without if "/" in w]
        for f in self.files:
            for d in f.decls:
                if d.head.startswith("import"):
                    d.lines = [l if not any(f'"{i}"' in l for i in imports)
                               else "// " + l for l in d.lines]
                elif d.name() in without:
                    d.dropped = True
                    self.dropped.append(d.name())

    def build(self):
        """None, or the errors that are left."""
        for _ in range(40):
            self.write()
            rc, text = self.compile()
            if rc == 0:
                return None
            if not self.drop(text):
                return text or f"status {rc}"
        return "too many rounds"

    def run(self):
        """{test: PASS, FAIL, SKIP or LOST}, and what was printed."""
        try:
            r = subprocess.run(
                [os.path.join(self.root, "test"), "-test.v", "-test.short",
                 "-test.timeout", f"{self.options.timeout}s",
                 *self.options.flag], cwd=self.cwd, env=self.environment(),
                capture_output=True, timeout=self.options.timeout + 60)
            text = (r.stdout + b"\n" + r.stderr).decode(errors="replace")
        except subprocess.TimeoutExpired as e:
            text = (e.stdout or b"").decode(errors="replace") + "\nHANGS"
        got = {t: "LOST" for t in self.tests}
        for m in RESULT.finditer(text):
            if m.group(2) in got:
                got[m.group(2)] = m.group(1)
        return got, text


class Expected:
    """The lists."""

    def __init__(self, path):
        self.without, self.fails, self.skips = {}, {}, {}
        self.head = ""
        if not path or not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as f:
            for line in f:
                words = line.rstrip("\n").split(" ", 2)
                if line.startswith("#") or len(words) < 3:
                    self.head += line
                elif words[1] == "without":
                    self.without.setdefault(words[0], []).extend(
                        words[2].split())
                else:
                    name, reason = words[2].split(": ", 1)
                    kind = self.fails if words[1] == "fails" else self.skips
                    kind.setdefault(words[0], {})[name] = reason


def judge(path, options, work, expected):
    """Returns (report lines, number of mistakes, lines for the lists)."""
    p = Package(path, options, work)
    p.prepare()
    known = set(expected.without.get(path, []))
    skips = expected.skips.get(path, {})
    fails = expected.fails.get(path, {})
    p.apply(known, set(skips))
    errors = p.build()
    lines, wrong, out = [], 0, []
    if errors:
        return [f"{path}: does not compile", *errors.split("\n")[:20]], 1, out
    got, text = p.run()
    with open(os.path.join(work, path.replace("/", "_") + ".log"), "w") as f:
        f.write("\n".join(p.log) + "\n" + text)
    for name in sorted(set(p.dropped)):
        if name not in known:
            lines += [f"  {l}" for l in p.log if l.startswith(name + ":")]
            wrong += 1
    imports = {w for w in known if "/" in w}
    if p.dropped or imports:
        names = sorted(set(p.dropped) | imports)
        out += [f"{path} without {' '.join(names[i:i + 6])}"
                for i in range(0, len(names), 6)]
    count = {"PASS": 0, "FAIL": 0, "SKIP": 0, "LOST": 0}
    for name, result in got.items():
        count[result] += 1
        bad = result in ("FAIL", "LOST")
        if bad:
            out.append(f"{path} fails {name}: {fails.get(name, '?')}")
        if bad and name not in fails:
            lines.append(f"  {result} {name}")
            wrong += 1
        elif name in fails and result == "PASS":
            lines.append(f"  passes, though listed: {name}")
            wrong += 1
    out += [f"{path} skips {n}: {r}" for n, r in skips.items()]
    lines.insert(0, f"{path}: {count['PASS']} pass, {count['FAIL']} fail, "
                 f"{count['LOST']} lost, {count['SKIP']} skipped, "
                 f"{len(skips)} not run, {len(set(p.dropped))} left out")
    if count["LOST"]:
        lines += ["  | " + l for l in text.strip().split("\n")[-30:]]
    if not options.keep:
        shutil.rmtree(p.root, ignore_errors=True)
    return lines, wrong, out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gl", required=True)
    parser.add_argument("--goroot", default="/usr/local/go")
    parser.add_argument("--expect")
    parser.add_argument("--write")
    parser.add_argument("--opt", default="O0")
    parser.add_argument("--timeout", type=int, default=120)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--keep")
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("packages", nargs="*")
    options = parser.parse_args()
    options.gl = os.path.abspath(options.gl)
    if not os.path.isdir(os.path.join(options.goroot, "src/testing")):
        print(f"{options.goroot} is not there: skipped")
        return 77
    expected = Expected(options.expect)
    packages = options.packages
    work = options.keep or tempfile.mkdtemp()
    os.makedirs(work, exist_ok=True)
    wrong, lists = 0, []
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        jobs = [pool.submit(judge, p, options, work, expected)
                for p in packages]
        for job in jobs:
            lines, mistakes, out = job.result()
            print("\n".join(lines), flush=True)
            wrong += mistakes
            lists += out
    if options.write:
        with open(options.write, "w", encoding="utf-8") as f:
            f.write(expected.head + "\n".join(lists) + "\n")
    if not options.keep:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
