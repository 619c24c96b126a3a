#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""generate.py [--lines N] [--packages P] [--seed S] DIR

Writes a module of about N lines (50,000) in P packages (8) and a main package
into DIR: what a service of that size consists of, with nothing repeated word
for word. Structs with methods, interfaces and their implementations, maps,
slices, sorting, switches, closures, errors, string building, generics. The
program runs a little of every package and prints a checksum, so that what two
compilers made of it can be compared. The same arguments give the same text.
"""
import argparse
import os
import random

NOUNS = """account agent alarm asset batch block bucket buffer cable camera
card cart cell channel chart client clock cluster column contract cursor
device digest driver edge engine entry event field filter folder frame gate
graph group index item job journal key label lease ledger letter link list
lock market matrix message meter mirror node note offer order packet page
parcel parser path payment person plan point policy pool port price printer
probe queue quota rack range record region report request robot route row
rule sample scale schedule score sensor session shape sheet ship signal slot
socket source stage state stock store stream table target task tenant ticket
token tower track trade train tree unit user vault vector vendor vote wallet
widget window worker zone""".split()
VERBS = """add apply balance build check clear collect combine compute copy
count derive divide drop emit encode expand extract fetch fill find fold
format gather hash insert join limit mark measure merge mix move pack pick
place plan probe prune push rank read reduce refresh remove render rotate
route scan score select shift shuffle sift sort spread step store sum swap
tally trace trim update verify walk weigh wrap write""".split()
FIELDS = """id size count weight level rank total offset limit width depth
price stamp version seed rate""".split()


def title(s):
    return s[0].upper() + s[1:]


class Out:
    """Text of one file, indented by the braces at the ends of lines."""

    def __init__(self):
        self.lines = []
        self.depth = 0

    def __call__(self, text):
        for line in text.split("\n"):
            line = line.strip()
            case = line.startswith("case ") or line == "default:"
            if line.startswith("}") or line.startswith(")"):
                self.depth -= 1
            self.lines.append("\t" * (self.depth - case) + line if line
                              else "")
            if line.endswith("{") or line.endswith("("):
                self.depth += 1


class Writer:
    def __init__(self, rng):
        self.rng = rng
        self.names = set()

    def name(self, *words):
        """A name not given before in this package."""
        base = "".join(title(w) for w in words)
        name, n = base, 2
        while name.lower() in self.names:
            name, n = base + str(n), n + 1
        self.names.add(name.lower())
        return name

    def noun(self):
        return self.rng.choice(NOUNS)

    def verb(self):
        return self.rng.choice(VERBS)

    # ---- expressions and statements over int variables ----------------------

    def number(self):
        return str(self.rng.randrange(1, 97))

    def expr(self, vs, depth=2):
        r = self.rng.random()
        if depth == 0 or r < 0.2:
            return self.rng.choice(vs + [self.number()])
        a, b = self.expr(vs, depth - 1), self.expr(vs, depth - 1)
        op = self.rng.choice(["+", "-", "*", "+", "-", "&", "|", "^"])
        if r < 0.8:
            return f"({a} {op} {b})"
        if r < 0.9:
            return f"({a} % {self.number()})"
        return f"({a} >> {self.rng.randrange(1, 7)})"

    def condition(self, vs):
        op = self.rng.choice(["<", ">", "==", "!=", "<=", ">="])
        c = f"{self.expr(vs, 1)} {op} {self.expr(vs, 1)}"
        if self.rng.random() < 0.25:
            c += f" && {self.rng.choice(vs)}%{self.rng.randrange(2, 9)} != 1"
        return c

    def statements(self, out, vs, n, depth=2):
        """Changes the variables vs, all of type int."""
        for _ in range(n):
            r = self.rng.random()
            v = self.rng.choice(vs)
            if r < 0.35 or depth == 0:
                op = self.rng.choice(["=", "+=", "-=", "^="])
                out(f"{v} {op} {self.expr(vs)}")
            elif r < 0.55:
                out(f"if {self.condition(vs)} {{")
                self.statements(out, vs, self.rng.randrange(1, 3), depth - 1)
                if self.rng.random() < 0.4:
                    out("} else {")
                    self.statements(out, vs, 1, depth - 1)
                out("}")
            elif r < 0.7:
                i = "ijk"[depth]
                out(f"for {i} := 0; {i} < {self.rng.randrange(2, 12)}; "
                    f"{i}++ {{")
                self.statements(out, vs + [i] if False else vs, 1, depth - 1)
                out(f"{v} += {i} * {self.number()}\n}}")
            elif r < 0.85:
                out(f"switch {v} & 3 {{")
                for c in range(3):
                    out(f"case {c}:")
                    self.statements(out, vs, 1, 0)
                out("default:")
                self.statements(out, vs, 1, 0)
                out("}")
            else:
                out(f"{v} = ({v}*{self.rng.randrange(3, 99)} + "
                    f"{self.number()}) % 10007")

    # ---- declarations -------------------------------------------------------
    # Each writes declarations and returns an int expression that uses them.

    def function(self, out):
        name = self.name(self.verb(), self.noun())
        out(f"// {name} works on three numbers.\n"
            f"func {name}(a, b, c int) int {{\nx, y := a+b, b-c")
        vs = ["a", "b", "c", "x", "y"]
        self.statements(out, vs, self.rng.randrange(4, 9))
        out("return (x ^ y) + a - b + c\n}\n")
        return f"{name}({self.number()}, {self.number()}, {self.number()})"

    def record(self, out):
        """A struct with methods and a collection of it."""
        rng = self.rng
        name = self.name(self.noun(), self.noun())
        fields = rng.sample(FIELDS, rng.randrange(3, 7))
        out(f"// {name} is a record with a name.\ntype {name} struct {{\n"
            f"Name string\nTags []string")
        for f in fields:
            out(f"{f} int")
        out("}\n")
        out(f"func New{name}(name string, seed int) *{name} {{\n"
            f"r := &{name}{{Name: name}}")
        for f in fields:
            out(f"r.{f} = seed * {self.number()} % {rng.randrange(50, 999)}")
        out("return r\n}\n")
        for _ in range(rng.randrange(2, 5)):
            method = self.name(self.verb(), name)
            f, g = rng.sample(fields, 2)
            out(f"func (r *{name}) {method}(n int) int {{\nsum := n")
            self.statements(out, ["sum", f"r.{f}", f"r.{g}"],
                            rng.randrange(2, 5))
            out(f"return sum%1000 + r.{g}%10\n}}\n")
        key = rng.choice(fields)
        lst = self.name(name, "list")
        out(f"type {lst} []*{name}\n\n"
            f"func (l {lst}) Len() int {{ return len(l) }}\n"
            f"func (l {lst}) Less(i, j int) bool {{\n"
            f"if l[i].{key} != l[j].{key} {{\n"
            f"return l[i].{key} < l[j].{key}\n}}\n"
            f"return l[i].Name < l[j].Name\n}}\n"
            f"func (l {lst}) Swap(i, j int) {{ l[i], l[j] = l[j], l[i] }}\n")
        use = self.name("use", name)
        out(f"func {use}(n int) int {{\nvar all {lst}\n"
            f"byName := make(map[string]*{name})\n"
            f"for i := 0; i < n; i++ {{\n"
            f'r := New{name}("{name.lower()}"+strconv.Itoa(i*7%n), i)\n'
            f'r.Tags = append(r.Tags, r.Name, "t"+strconv.Itoa(i%3))\n'
            f"all = append(all, r)\nbyName[r.Name] = r\n}}\n"
            f"sort.Sort(all)\ntotal := len(byName)\n"
            f"for i, r := range all {{\ntotal += i * r.{method}(i) % 97\n"
            f"if o, ok := byName[r.Name]; ok && o != r {{\ntotal += o.{key}"
            f"\n}}\n}}\nreturn total\n}}\n")
        return f"{use}({rng.randrange(5, 15)})"

    def interface(self, out):
        """An interface, a few implementations, a switch over them."""
        rng = self.rng
        name = self.name(self.noun(), "er")
        get, put = self.verb() + "Value", self.verb() + "Next"
        if get[:-5] == put[:-4]:
            put = "other" + title(put)
        get, put = title(get), title(put)
        out(f"// {name} has several kinds.\ntype {name} interface {{\n"
            f"{get}() int\n{put}(n int) error\nString() string\n}}\n")
        err = self.name("err", name)
        out(f'var {err} = errors.New("{name.lower()}: out of range")\n')
        kinds = []
        for _ in range(rng.randrange(2, 5)):
            k = self.name(self.noun(), name)
            f, g = rng.sample(FIELDS, 2)
            out(f"type {k} struct {{\n{f}, {g} int\n}}\n\n"
                f"func (k *{k}) {get}() int {{\nv := k.{f}")
            self.statements(out, ["v", f"k.{g}"], rng.randrange(1, 4), 1)
            out(f"return v % 1000\n}}\n\n"
                f"func (k *{k}) {put}(n int) error {{\n"
                f"if n > {rng.randrange(3, 20)} {{\n"
                f'return fmt.Errorf("%w: %d in {k.lower()}", {err}, n)\n}}\n'
                f"k.{f} += n * {self.number()}\nk.{g} ^= n\nreturn nil\n}}\n\n"
                f"func (k *{k}) String() string {{\n"
                f'return fmt.Sprintf("{k.lower()}(%d, %d)", k.{f}, k.{g})\n'
                f"}}\n")
            kinds.append((k, f))
        use = self.name("use", name)
        made = ", ".join(f"&{k}{{{f}: n}}" for k, f in kinds)
        out(f"func {use}(n int) int {{\nlist := []{name}{{{made}}}\n"
            f"sum := 0\nfor i, v := range list {{\n"
            f"if err := v.{put}(n + i); err != nil {{\n"
            f"if errors.Is(err, {err}) {{\nsum += len(err.Error())\n"
            f"}}\ncontinue\n}}\nsum += v.{get}() + len(v.String())\n"
            f"switch k := v.(type) {{")
        for k, f in kinds:
            out(f"case *{k}:\nsum += k.{f} % 13")
        out("}\n}\nreturn sum\n}\n")
        return f"{use}({rng.randrange(1, 9)})"

    def table(self, out):
        """A table of constants with names, looked up both ways."""
        rng = self.rng
        name = self.name(self.noun(), "kind")
        words = rng.sample(NOUNS, rng.randrange(5, 12))
        consts = [self.name(name, w) for w in words]
        out(f"type {name} int\n\nconst (\n{consts[0]} {name} = iota")
        out("\n".join(consts[1:]) + "\n)\n")
        out(f"func (k {name}) String() string {{\nswitch k {{")
        for c, w in zip(consts, words):
            out(f'case {c}:\nreturn "{w}"')
        out('}\nreturn "unknown"\n}\n')
        table = self.name(name, "table")
        out(f"var {table} = map[string]{name}{{")
        for c, w in zip(consts, words):
            out(f'"{w}": {c},')
        out("}\n")
        use = self.name("parse", name)
        out(f"func {use}(s string) (n int) {{\n"
            f'for _, w := range strings.Split(s, " ") {{\n'
            f"k, ok := {table}[w]\nif !ok {{\nn -= len(w)\ncontinue\n}}\n"
            f"if k.String() == w {{\nn += int(k) * {self.number()}\n}}\n}}\n"
            f"return n\n}}\n")
        return f'{use}("{" ".join(rng.sample(NOUNS, 6))} {words[1]}")'

    def text(self, out):
        """Scanning and building strings."""
        rng = self.rng
        name = self.name(self.verb(), "text")
        a, b = rng.choice("abcdefg"), rng.choice("hijklmn")
        out(f"func {name}(s string) string {{\nvar b strings.Builder\n"
            f"n := 0\nfor i := 0; i < len(s); i++ {{\nswitch c := s[i]; {{\n"
            f"case c == '{a}':\nb.WriteString(\"<{self.noun()}>\")\n"
            f"case c == '{b}' && i > 0:\nb.WriteByte(s[i-1])\n"
            f"case c >= 'a' && c <= 'z':\nb.WriteByte(c - 32)\nn++\n"
            f"default:\nb.WriteByte(c)\n}}\n}}\n"
            f"if n > {rng.randrange(3, 40)} {{\n"
            f'return strings.ToLower(b.String()) + strconv.Itoa(n)\n}}\n'
            f"words := strings.Fields(b.String())\n"
            f"sort.Strings(words)\n"
            f'return strings.Join(words, "-")\n}}\n')
        text = " ".join(rng.sample(NOUNS, rng.randrange(3, 9)))
        return f'len({name}("{text}"))'

    def closures(self, out):
        """Functions that make and take functions."""
        rng = self.rng
        name = self.name("make", self.noun(), "step")
        out(f"func {name}(limit int) func(int) (int, bool) {{\n"
            f"calls, last := 0, {self.number()}\n"
            f"return func(n int) (int, bool) {{\ncalls++")
        self.statements(out, ["last", "n"], rng.randrange(1, 4), 1)
        out("return last % 5003, calls < limit\n}\n}\n")
        use = self.name("run", name)
        out(f"func {use}(n int) (sum int) {{\n"
            f"defer func() {{ sum = sum%1000 + n }}()\n"
            f"step := {name}(n)\nfor {{\nv, more := step(sum)\nsum += v\n"
            f"if !more {{\nbreak\n}}\n}}\n"
            f"counts := map[int]int{{}}\nfor i := 0; i < n; i++ {{\n"
            f"counts[(sum+i*i)%{rng.randrange(3, 9)}]++\n}}\n"
            f"return sum + len(counts)\n}}\n")
        return f"{use}({rng.randrange(3, 12)})"

    def generic(self, out):
        """A generic container used with two types."""
        rng = self.rng
        name = self.name(self.noun(), "of")
        out(f"type {name}[T any] struct {{\nitems []T\nlimit int\n}}\n\n"
            f"func (s *{name}[T]) Push(v T) bool {{\n"
            f"if len(s.items) >= s.limit {{\nreturn false\n}}\n"
            f"s.items = append(s.items, v)\nreturn true\n}}\n\n"
            f"func (s *{name}[T]) Each(f func(int, T)) {{\n"
            f"for i := len(s.items) - 1; i >= 0; i-- {{\n"
            f"f(i*{self.number()}, s.items[i])\n}}\n}}\n")
        use = self.name("use", name)
        out(f"func {use}(n int) int {{\nsum := 0\n"
            f"ints := {name}[int]{{limit: n}}\n"
            f"words := {name}[string]{{limit: n + 2}}\n"
            f"for i := 0; i < n*2; i++ {{\nints.Push(i * i)\n"
            f"words.Push(strconv.Itoa(i))\n}}\n"
            f"ints.Each(func(i, v int) {{ sum += i ^ v }})\n"
            f"words.Each(func(i int, s string) {{ sum += i * len(s) }})\n"
            f"return sum\n}}\n")
        return f"{use}({rng.randrange(3, 12)})"

    def declaration(self, out):
        kinds = [(30, self.function), (20, self.record), (20, self.interface),
                 (9, self.table), (9, self.text), (10, self.closures),
                 (2, self.generic)]
        pick = self.rng.choices([k for _, k in kinds],
                                [w for w, _ in kinds])[0]
        return pick(out)


HEAD = """package {package}

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

var (
	_ = errors.New
	_ = fmt.Sprint
	_ = sort.Ints
	_ = strconv.Itoa
	_ = strings.Fields
)
"""


def write(path, lines):
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def package(args, dir, name, lines, rng, below):
    """Writes files of a thousand lines; below: packages it may call."""
    os.makedirs(dir, exist_ok=True)
    w = Writer(rng)
    number = 0
    uses = []
    while lines > 0:
        out = Out()
        out.lines = HEAD.format(package=name).split("\n")
        while len(out.lines) < min(1000, lines):
            uses.append(w.declaration(out))
        lines -= len(out.lines)
        write(f"{dir}/{name}{number}.go", out.lines)
        number += 1
    out = Out()
    out.lines = [f"package {name}", ""]
    if below:
        out("import (" + "".join(f'\n"example/{b}"' for b in below) + "\n)\n")
    out("// Run uses a part of all there is.\nfunc Run(n int) int {\nsum := n")
    for b in below:
        out(f"sum += {b}.Run(n - 1)")
    out("if n < 0 {\nreturn sum\n}")
    for i, u in enumerate(uses):
        out(f"sum = (sum*31 + {u}) % 1000003")
    out("return sum\n}")
    write(f"{dir}/run.go", out.lines)


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--lines", type=int, default=50000)
    p.add_argument("--packages", type=int, default=8)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("dir")
    args = p.parse_args()
    rng = random.Random(args.seed)
    os.makedirs(args.dir, exist_ok=True)
    write(f"{args.dir}/go.mod", ["module example", "", "go 1.22"])
    names = [f"part{i}" for i in range(args.packages)]
    each = args.lines // max(1, len(names))
    for i, name in enumerate(names):
        below = rng.sample(names[:i], min(i, 2))
        package(args, f"{args.dir}/{name}", name, each, rng, sorted(below))
    out = Out()
    out("package main\n\nimport (\n\"fmt\"")
    for n in names:
        out(f'"example/{n}"')
    out(")\n\nfunc main() {\nsum := 0")
    for n in names:
        out(f"sum ^= {n}.Run(0)")
    out("fmt.Println(sum)\n}")
    write(f"{args.dir}/main.go", out.lines)


if __name__ == "__main__":
    main()
