#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a random Go program with one defined outcome.

usage: generate.py SEED

The program ends, prints what it computed and depends on nothing but the
seed: no map order, no addresses, no scheduling. It covers expressions of all
basic types with wrap-around, conversions, strings, slices, maps, structs,
interfaces, closures, defer and recover, control flow, goroutines and
channels, type parameters, iterators, method values and complex numbers.
compare.sh runs it with several compilers.
"""
import random
import sys

INTS = ["int8", "int16", "int32", "int64", "int",
        "uint8", "uint16", "uint32", "uint64", "uint"]
BASIC = INTS + ["float64", "float32", "string", "bool"]
WIDTH = {"int8": 8, "int16": 16, "int32": 32, "int64": 64, "int": 64,
         "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "uint": 64}


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.out = []
        self.indent = 0
        self.count = 0
        self.globals = {}   # type -> names
        self.scopes = []    # list of {type: [names]}
        self.funcs = []     # (name, params, result)
        self.depth = 0
        self.in_loop = 0

    # ---- text ----

    def line(self, text):
        self.out.append("\t" * self.indent + text)

    def open(self, text):
        self.line(text + " {")
        self.indent += 1
        self.scopes.append({})

    def close(self, tail=""):
        self.scopes.pop()
        self.indent -= 1
        self.line("}" + tail)

    def name(self, prefix="v"):
        self.count += 1
        return f"{prefix}{self.count}"

    def declare(self, typ, name):
        self.scopes[-1].setdefault(typ, []).append(name)

    def visible(self, typ):
        found = list(self.globals.get(typ, []))
        for scope in self.scopes:
            found += scope.get(typ, [])
        return found

    def assignable(self, typ):
        found = [n for n in self.globals.get(typ, []) if n[0] == "g"]
        for scope in self.scopes:
            found += [n for n in scope.get(typ, []) if n[0] == "v"]
        return found

    # ---- constants and variables ----

    def literal(self, typ):
        r = self.r
        if typ in WIDTH:
            bits = WIDTH[typ]
            if typ[0] == "u":
                low, high = 0, 2 ** bits - 1
            else:
                low, high = -2 ** (bits - 1), 2 ** (bits - 1) - 1
            return str(r.choice([low, high, 0, 1, r.randint(low, high),
                                 r.randint(0, 100), r.randint(low, high)]))
        if typ in ("float64", "float32"):
            return r.choice(["0", "1.5", "-2.25", "1e10", "3.125", "-0.5",
                             "1e-3", "7", str(r.randint(-1000, 1000))])
        if typ == "string":
            words = ["", "a", "gl", "héllo", "日本", "x\\ty", "zzz", "0"]
            return '"' + "".join(r.choice(words)
                                 for _ in range(r.randint(0, 3))) + '"'
        return r.choice(["true", "false"])

    def variable(self, typ):
        names = self.visible(typ)
        if not names:
            return f"{typ}({self.constant(typ)})"
        return self.r.choice(names)

    def constant(self, typ):
        return self.r.choice(self.globals[typ])

    # ---- expressions ----

    def expr(self, typ, depth=3):
        r = self.r
        if depth <= 0 or r.random() < 0.15:
            return self.variable(typ)
        if typ in WIDTH:
            return self.int_expr(typ, depth)
        if typ in ("float64", "float32"):
            return self.float_expr(typ, depth)
        if typ == "string":
            return self.string_expr(depth)
        return self.bool_expr(depth)

    def int_expr(self, typ, depth):
        r = self.r
        sub = lambda t=typ: self.expr(t, depth - 1)
        kind = r.randrange(14)
        if kind < 5:
            op = r.choice(["+", "-", "*", "&", "|", "^", "&^"])
            return f"({sub()} {op} {sub()})"
        if kind == 5:
            return f"({sub()} {r.choice('/%')} ({sub()} | 1))"
        if kind == 6:
            count = r.choice(["uint8", "uint16", "uint"])
            mask = r.choice([" & 7", " & 63", " & 127", ""])
            return f"({sub()} {r.choice(['<<', '>>'])} ({sub(count)}{mask}))"
        if kind == 7:
            return f"({r.choice('-^+')}{sub()})"
        if kind == 8:
            return f"{typ}({sub(r.choice(INTS))})"
        if kind == 9 and typ == "int":
            return r.choice([f"len({sub('string')})",
                             f"len({self.slice('int')})",
                             f"cap({self.slice('int')}[:0:0])"])
        if kind == 10 and typ == "int":
            s = self.slice("int")
            return f"at({s}, {sub()})"
        if kind == 11:
            return self.call(typ, depth)
        if kind == 12:
            return f"{r.choice(['min', 'max'])}({sub()}, {sub()})"
        if kind == 13 and typ == "int":
            return f"mapGet({sub('string')}, {sub()})"
        return f"{typ}({sub(r.choice(INTS))})"

    def float_expr(self, typ, depth):
        r = self.r
        kind = r.randrange(6)
        sub = lambda t=typ: self.expr(t, depth - 1)
        if kind < 3:
            return f"({sub()} {r.choice('+-*/')} {sub()})"
        if kind == 3:
            return f"{typ}({sub(r.choice(INTS))})"
        if kind == 4:
            other = "float32" if typ == "float64" else "float64"
            return f"{typ}({sub(other)})"
        return f"(-{sub()})"

    def string_expr(self, depth):
        r = self.r
        sub = lambda t="string": self.expr(t, depth - 1)
        kind = r.randrange(7)
        if kind < 2:
            return f"cut({sub()} + {sub()})"
        if kind == 2:
            return f"cut({sub()} + {sub()} + {sub()})"
        if kind == 3:
            return f"string(rune({sub('uint8')}))"
        if kind == 4:
            return f"string([]byte({sub()}))"
        if kind == 5:
            return f"string([]rune({sub()}))"
        return f"part({sub()}, {sub('int')}, {sub('int')})"

    def bool_expr(self, depth):
        r = self.r
        kind = r.randrange(6)
        if kind < 3:
            typ = r.choice(INTS + ["float64", "string"])
            op = r.choice(["==", "!=", "<", "<=", ">", ">="])
            return (f"({self.expr(typ, depth - 1)} {op} "
                    f"{self.expr(typ, depth - 1)})")
        if kind == 3:
            return f"(!{self.expr('bool', depth - 1)})"
        if kind == 4:
            return (f"({self.expr('bool', depth - 1)} "
                    f"{r.choice(['&&', '||'])} "
                    f"{self.expr('bool', depth - 1)})")
        a, b = r.choice(BASIC), r.choice(BASIC)
        return (f"(any({self.expr(a, depth - 1)}) == "
                f"any({self.expr(b, depth - 1)}))")

    def slice(self, typ):
        names = self.visible("[]" + typ)
        return self.r.choice(names) if names else f"[]{typ}(nil)"

    def call(self, typ, depth):
        choices = [f for f in self.funcs if f[2] == typ]
        if not choices:
            return self.variable(typ)
        name, params, _ = self.r.choice(choices)
        args = ", ".join(self.expr(p, depth - 2) for p in params)
        return f"{name}({args})"

    # ---- statements ----

    def block(self, n):
        for _ in range(n):
            self.statement()

    def statement(self):
        r = self.r
        kinds = [self.declare_var, self.declare_var, self.assign, self.assign,
                 self.op_assign, self.print_value, self.slice_var,
                 self.append, self.store]
        if self.depth < 4:
            kinds += [self.if_, self.for_, self.range_, self.switch_,
                      self.closure, self.recovering, self.goroutines,
                      self.type_switch, self.struct_, self.select_,
                      self.labelled, self.iterate, self.generic,
                      self.complex, self.method_value, self.map_ops,
                      self.defers, self.workers, self.loop_closures,
                      self.convert, self.fallthrough, self.order]
        r.choice(kinds)()

    def nested(self, n):
        self.depth += 1
        self.block(self.r.randint(1, n))
        self.depth -= 1

    def declare_var(self):
        typ = self.r.choice(BASIC)
        value = self.expr(typ)
        v = self.name()
        form = self.r.randrange(2)
        self.line(f"var {v} {typ} = {value}" if form
                  else f"{v} := {typ}({value})")
        self.line(f"_ = {v}")
        self.declare(typ, v)

    def assign(self):
        typ = self.r.choice(BASIC)
        names = self.assignable(typ)
        if not names:
            return
        if self.r.random() < 0.2 and len(set(names)) > 1:
            a, b = self.r.sample(sorted(set(names)), 2)
            self.line(f"{a}, {b} = {b}, {self.expr(typ)}")
        else:
            self.line(f"{self.r.choice(names)} = {self.expr(typ)}")

    def op_assign(self):
        typ = self.r.choice(INTS)
        names = self.assignable(typ)
        if not names:
            return
        v = self.r.choice(names)
        form = self.r.randrange(3)
        if form == 0:
            self.line(f"{v}{self.r.choice(['++', '--'])}")
        elif form == 1:
            op = self.r.choice(["+=", "-=", "*=", "&=", "|=", "^=", "&^="])
            self.line(f"{v} {op} {self.expr(typ)}")
        else:
            op = self.r.choice(["<<=", ">>="])
            self.line(f"{v} {op} {self.expr('uint8')} & 31")

    def print_value(self):
        values = ", ".join(self.expr(self.r.choice(BASIC))
                           for _ in range(self.r.randint(1, 3)))
        self.line(f"show({values})")

    def slice_var(self):
        v = self.name()
        n = self.r.randint(0, 5)
        items = ", ".join(self.expr("int", 1) for _ in range(n))
        self.line(f"{v} := []int{{{items}}}")
        self.line(f"_ = {v}")
        self.declare("[]int", v)

    def append(self):
        names = self.assignable("[]int")
        if not names:
            return
        v = self.r.choice(names)
        form = self.r.randrange(3)
        if form == 0:
            self.line(f"{v} = append(short({v}), {self.expr('int')})")
        elif form == 1:
            self.line(f"{v} = append(short({v}), {self.slice('int')}...)")
            self.line(f"{v} = short({v})")
        else:
            self.line(f"copy({v}, {self.slice('int')})")

    def store(self):
        names = self.assignable("[]int")
        if not names:
            return
        v, i, x = self.r.choice(names), self.name("i"), self.name("x")
        # Calls may change the slice: when it is read beside them is open.
        self.line(f"{i}, {x} := {self.expr('int')}, {self.expr('int')}")
        self.open(f"if len({v}) > 0")
        self.line(f"{v}[uint({i})%uint(len({v}))] = {x}")
        self.close(" else {")
        self.line(f"\t_, _ = {i}, {x}")
        self.line("}")

    def if_(self):
        self.open(f"if {self.expr('bool')}")
        self.nested(3)
        if self.r.random() < 0.5:
            self.close(" else {")
            self.indent += 1
            self.scopes.append({})
            self.nested(3)
        self.close()

    def for_(self):
        i = self.name("i")
        self.open(f"for {i} := {self.r.randint(0, 2)}; "
                  f"{i} < {self.r.randint(1, 6)} && spend(); {i}++")
        self.declare("int", i)
        self.nested(3)
        if self.r.random() < 0.3:
            self.open(f"if {self.expr('bool', 2)}")
            self.line(self.r.choice(["break", "continue"]))
            self.close()
        self.close()

    def range_(self):
        form = self.r.randrange(3)
        i, x = self.name("i"), self.name("x")
        if form == 0:
            self.open(f"for {i}, {x} := range short({self.slice('int')})")
            self.declare("int", x)
        elif form == 1:
            self.open(f"for {i}, r{x} := range {self.expr('string', 1)}")
            self.line(f"{x} := int(r{x})")
            self.declare("int", x)
        else:
            self.open(f"for {i} := range {self.r.randint(0, 4)}")
        self.declare("int", i)
        self.line("if !spend() {")
        self.line("\tbreak")
        self.line("}")
        self.line(f"_ = {i}")
        if form != 2:
            self.line(f"_ = {x}")
        self.nested(3)
        self.close()

    def switch_(self):
        self.line(f"switch {self.expr('int', 2)} & 3 {{")
        for case in self.r.sample(range(4), self.r.randint(1, 4)):
            self.open_case(f"case {case}:")
            self.nested(2)
            self.close_case()
        if self.r.random() < 0.5:
            self.open_case("default:")
            self.nested(2)
            self.close_case()
        self.line("}")

    def open_case(self, text):
        self.line(text)
        self.indent += 1
        self.scopes.append({})

    def close_case(self):
        self.indent -= 1
        self.scopes.pop()

    def type_switch(self):
        v = self.name("t")
        typ = self.r.choice(BASIC)
        self.line(f"switch {v} := any({self.expr(typ)}).(type) {{")
        for case in self.r.sample(BASIC, self.r.randint(1, 5)):
            self.open_case(f"case {case}:")
            self.line(f"show({v})")
            self.declare(case, v)
            self.nested(2)
            self.close_case()
        self.open_case("default:")
        self.line(f"show({v})")
        self.close_case()
        self.line("}")

    def closure(self):
        f = self.name("f")
        p = self.name()
        self.open(f"{f} := func({p} int) int")
        self.declare("int", p)
        if self.r.random() < 0.3:
            self.line(f"defer func() {{ {p}++ }}()")
        self.nested(3)
        self.line(f"return {self.expr('int')}")
        self.close()
        for _ in range(self.r.randint(1, 3)):
            self.line(f"show({f}({self.expr('int', 2)}))")

    def recovering(self):
        self.line("func() {")
        self.indent += 1
        self.scopes.append({})
        self.line("defer func() { showPanic(recover()) }()")
        self.nested(2)
        x, y = self.expr("int", 2), self.expr("int", 2)
        self.line(self.r.choice([
            f"show({x} / ({y} & 1))",
            f"show({self.slice('int')}[({x}) & 7])",
            f"show(any({x}).({self.r.choice(BASIC)}))",
            f"show({self.expr('string', 2)}[:{y} & 7])",
            f"panic({self.expr(self.r.choice(['int', 'string']), 1)})",
            f"var p *point; show(p.x + {x})",
            f"var m map[string]int; m[{self.expr('string', 1)}] = {x}",
            f"show(1 << ({x}))",
        ]))
        self.close("()")

    def goroutines(self):
        c, x = self.name("c"), self.name("i")
        n = self.r.randint(1, 4)
        self.line(f"{c} := make(chan int, {self.r.randint(0, 3)})")
        self.open("go func()")
        self.line(f"defer close({c})")
        self.open(f"for {x} := 0; {x} < {n}; {x}++")
        self.line(f"{c} <- {x} * {self.r.randint(1, 9)}")
        self.close()
        self.close("()")
        v = self.name("x")
        self.open(f"for {v} := range {c}")
        self.declare("int", v)
        self.line(f"show({v}, {self.expr('int', 2)})")
        self.close()

    def select_(self):
        c = self.name("c")
        self.line(f"{c} := make(chan int, 1)")
        if self.r.random() < 0.5:
            self.line(f"{c} <- {self.expr('int', 2)}")
        self.line("select {")
        v = self.name("x")
        self.line(f"case {v} := <-{c}:")
        self.line(f"\tshow({v})")
        self.line("default:")
        self.line("\tshow(\"empty\")")
        self.line("}")

    def struct_(self):
        v, w = self.name("s"), self.name("s")
        self.line(f"{v} := point{{x: {self.expr('int', 2)}, "
                  f"name: {self.expr('string', 2)}}}")
        self.line(f"{w} := {v}")
        self.line(f"{w}.in.a[{self.r.randrange(3)}] = "
                  f"{self.expr('int16', 2)}")
        self.line(f"{w}.move({self.expr('int', 2)})")
        self.line(f"show({v}.sum(), {w}.sum(), {v} == {w}, {w}.in)")
        self.line(f"show(shape({v}).sum(), shape(&{w}).sum())")

    def labelled(self):
        label, i, j = self.name("L"), self.name("i"), self.name("i")
        self.line(f"{label}:")
        self.open(f"for {i} := 0; {i} < 4; {i}++")
        self.open(f"for {j} := range 3")
        self.declare("int", i)
        self.declare("int", j)
        self.line(f"show({i}, {j}, spend())")
        self.open(f"if {self.expr('bool', 2)}")
        self.line(f"{self.r.choice(['break', 'continue'])} {label}")
        self.close()
        self.nested(2)
        self.close()
        self.close()

    def iterate(self):
        """range over functions, left in every way there is."""
        label, i, x = self.name("L"), self.name("i"), self.name("x")
        it = self.r.choice([
            f"upto({self.r.randint(0, 5)})",
            f"filter(upto(6), func(n int) bool {{ return n&1 == "
            f"{self.r.randint(0, 1)} }})",
            f"values(short({self.slice('int')}))"])
        self.line(f"{label}:")
        self.open(f"for {i} := range {self.r.randint(1, 3)}")
        self.declare("int", i)
        self.open(f"for {x} := range {it}")
        self.declare("int", x)
        self.line("if !spend() {")
        self.line(f"\tbreak {label}")
        self.line("}")
        self.line(f"_ = {x}")
        if self.r.random() < 0.3:
            self.line(f"defer show(\"deferred\", {x})")
        self.nested(2)
        self.open(f"if {self.expr('bool', 2)}")
        self.line(self.r.choice(["break", "continue", f"break {label}",
                                 f"continue {label}"]))
        self.close()
        self.close()
        self.line(f"show({i})")
        self.close()

    def generic(self):
        r, typ = self.r, self.r.choice(BASIC[:-1])
        xs = ", ".join(self.expr(typ, 2) for _ in range(r.randint(1, 4)))
        v = self.name("w")
        self.line(f"{v} := []{typ}{{{xs}}}")
        self.line(r.choice([
            f"show(largest({v}...), total({v}))",
            f"show(mapped({v}, func(e {typ}) string {{ "
            f"return fmt.Sprint(e) }}))",
            f"show(pairOf({v}[0], {self.expr('bool', 1)}).swap())",
            f"show(new(stack[{typ}]).push({v}...).pop())",
            f"show(kindOf({v}[0]), kindOf({v}), kindOf(pairOf({v}[0], 1)))",
        ]))

    def complex(self):
        a, b = self.name("z"), self.name("z")
        for z in a, b:
            self.line(f"{z} := complex({self.r.randint(-9, 9)}, "
                      f"{self.r.randint(-9, 9)}.5)")
        op = self.r.choice(["+", "-", "*"])
        self.line(f"{a} {op}= {b}")
        self.line(f"show({a}, real({a}) > imag({b}), {a} == {b}, "
                  f"complex64({a}{op}{b}), -{b})")

    def method_value(self):
        v, f, g = self.name("s"), self.name("f"), self.name("f")
        self.line(f"{v} := point{{x: {self.expr('int', 2)}}}")
        self.line(f"{f}, {g} := {v}.move, {v}.sum")
        self.line(f"{f}({self.expr('int', 2)})")
        self.line(f"(*point).move(&{v}, {self.r.randint(0, 9)})")
        self.line(f"show({g}(), {v}.sum(), point.sum({v}), "
                  f"shape.sum({v}))")

    def map_ops(self):
        key = self.r.choice(["string", "int", "uint8", "float64", "bool"])
        m, k, v = self.name("m"), self.name("k"), self.name("x")
        self.line(f"{m} := map[{key}]int{{}}")
        for _ in range(self.r.randint(1, 5)):
            self.line(self.r.choice([
                f"{m}[{self.expr(key, 2)}] += {self.expr('int', 2)}",
                f"{m}[{self.expr(key, 2)}]++",
                f"delete({m}, {self.expr(key, 1)})"]))
        self.line(f"{v} := 0")
        self.open(f"for {k} := range {m}")
        self.line(f"{v} += {m}[{k}] * (1 + len(fmt.Sprint({k})))")
        self.close()
        self.line(f"show(len({m}), {v}, {m})")
        if self.r.random() < 0.3:
            self.line(f"clear({m})")
            self.line(f"show(len({m}))")

    def defers(self):
        i, x = self.name("i"), self.name("x")
        self.line(f"show(func() ({x} int) {{")
        self.indent += 1
        self.scopes.append({})
        self.open(f"for {i} := range {self.r.randint(1, 4)}")
        self.declare("int", i)
        self.line(f"defer func() {{ {x} = {x}*3 + {i} }}()")
        self.open(f"if {self.expr('bool', 2)}")
        self.line(f"defer func(n int) {{ {x} += n; recover() }}"
                  f"({self.expr('int', 2)})")
        self.close()
        self.close()
        if self.r.random() < 0.4:
            self.line(f"panic({self.expr('int', 1)})")
            self.close("())")
            # It may not be recovered: whoever calls must.
            self.out[-1:] = ["\t" * self.indent + "}())"]
            self.wrap_last(f"show(func() ({x} int) {{")
        else:
            self.line(f"return {self.expr('int', 2)}")
            self.close("())")

    def wrap_last(self, start):
        """Puts what begins with the line start into a function that
        recovers."""
        at = max(i for i, text in enumerate(self.out)
                 if text.strip() == start)
        tab = "\t" * self.indent
        self.out[at:at] = [tab + "func() {",
                           tab + "defer func() { showPanic(recover()) }()"]
        self.line("}()")

    def workers(self):
        n, c, wg = self.r.randint(1, 5), self.name("c"), self.name("wg")
        mu, x, i = self.name("mu"), self.name("x"), self.name("i")
        self.line(f"var {wg} sync.WaitGroup")
        self.line(f"var {mu} sync.Mutex")
        self.line(f"{x}, {c} := 0, make([]int, {n})")
        self.open(f"for {i} := range {n}")
        self.open(f"{wg}.Go(func()")
        self.line(f"{mu}.Lock()")
        self.line(f"defer {mu}.Unlock()")
        self.line(f"{x} += {i} * {self.r.randint(1, 9)}")
        self.line(f"{c}[{i}] = {i} << {self.r.randint(0, 5)}")
        self.close(")")
        self.close()
        self.line(f"{wg}.Wait()")
        self.line(f"show({x}, {c})")

    def loop_closures(self):
        fs, i = self.name("fs"), self.name("i")
        self.line(f"var {fs} []func() int")
        self.open(f"for {i} := 0; {i} < {self.r.randint(1, 4)}; {i}++")
        self.line(f"{fs} = append({fs}, func() int {{ {i} += 10; "
                  f"return {i} }})")
        if self.r.random() < 0.5:
            self.line(f"{i} += {fs}[0]() & 1")
        self.close()
        self.open(f"for _, f := range {fs}")
        self.line("show(f(), f())")
        self.close()

    def convert(self):
        v = self.name("w")
        self.line(f"{v} := []int{{{self.expr('int', 1)}, "
                  f"{self.expr('int', 1)}, 3}}")
        n = self.r.randint(0, 4)
        self.line("func() {")
        self.line("\tdefer func() { showPanic(recover()) }()")
        self.line(f"\ta := [{n}]int({v})")
        self.line(f"\tp := (*[{n}]int)({v})")
        self.line(f"\tfor i := range p {{ p[i]++ }}")
        self.line(f"\tshow(a, *p, {v}, a == *p)")
        self.line("}()")

    def fallthrough(self):
        self.line(f"switch {self.name()} := {self.expr('int', 2)}; {{")
        v = f"v{self.count}"
        for n in range(self.r.randint(1, 4)):
            self.line(f"case {v}&{1 << n} != 0:")
            self.line(f"\tshow({n})")
            if self.r.random() < 0.5:
                self.line("\tfallthrough")
        self.line("default:")
        self.line(f"\tshow({v})")
        self.line("}")

    def order(self):
        """What happens in which order, shown by calls that trace."""
        v = self.name("w")
        self.line(f"{v} := []int{{1, 2, 3}}")
        self.line(self.r.choice([
            f"{v}[trace(0)], {v}[trace(1)] = trace(2), {v}[trace(2)]",
            f"show(trace(1)+trace(2)*trace(3), {v}[trace(0)])",
            f"{v}[trace(2)] += trace({self.r.randint(0, 9)})",
            f"show(map[int]int{{trace(1): trace(2), trace(3): trace(4)}})",
            f"show(trace(0) == 1 && trace(1) == 1 || trace(2) == 2)",
            f"{v} = append({v}[:trace(1)], trace(5), trace(6))"]))
        self.line(f"show({v})")

    # ---- the program ----

    def function(self, number):
        name = f"fn{number}"
        params = [self.r.choice(BASIC) for _ in range(self.r.randint(0, 3))]
        result = self.r.choice(INTS)
        names = [self.name() for _ in params]
        text = ", ".join(f"{n} {t}" for n, t in zip(names, params))
        self.open(f"func {name}({text}) (res {result})")
        for n, t in zip(names, params):
            self.declare(t, n)
        self.line("if !spend() {")
        self.line("\treturn")
        self.line("}")
        self.depth = 1
        self.block(self.r.randint(2, 6))
        self.depth = 0
        self.line(f"return {self.expr(result)}")
        self.close()
        self.line("")
        self.funcs.append((name, params, result))

    def program(self):
        self.out.append(PRELUDE)
        for typ in BASIC:
            for _ in range(3):
                k, g = self.name("k"), self.name("g")
                self.line(f"var {k} {typ} = {self.literal(typ)}")
                self.line(f"var {g} {typ} = {self.literal(typ)}")
                self.globals.setdefault(typ, []).extend([k, g])
        self.line("var gs = []int{1, 2, 3}")
        self.globals["[]int"] = ["gs"]
        self.line("")
        for i in range(self.r.randint(2, 6)):
            self.function(i)
        self.open("func main()")
        self.block(self.r.randint(10, 25))
        self.line("fmt.Println(lines, len(gs))")
        self.close()
        return "\n".join(self.out) + "\n"


PRELUDE = '''package main

import (
	"cmp"
	"fmt"
	"iter"
	"sync"
)

var _ sync.Locker = &sync.Mutex{}

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 |
		~uint64 | ~uint | ~float32 | ~float64 | ~string
}

func largest[T cmp.Ordered](xs ...T) (m T) {
	for i, x := range xs {
		if i == 0 || x > m {
			m = x
		}
	}
	return
}

func total[T number, S ~[]T](xs S) (t T) {
	for _, x := range xs {
		t += x
	}
	return
}

func mapped[T, U any](xs []T, f func(T) U) (us []U) {
	for _, x := range xs {
		us = append(us, f(x))
	}
	return
}

type pair[A, B any] struct {
	a A
	b B
}

func pairOf[A, B any](a A, b B) pair[A, B] { return pair[A, B]{a, b} }

func (p pair[A, B]) swap() pair[B, A] { return pairOf(p.b, p.a) }

type stack[T any] struct{ items []T }

func (s *stack[T]) push(xs ...T) *stack[T] {
	s.items = append(s.items, xs...)
	return s
}

func (s *stack[T]) pop() (x T, left int) {
	left = len(s.items) - 1
	return s.items[left], left
}

func kindOf[T any](x T) string {
	switch any(x).(type) {
	case int, int8, uint64:
		return "integer"
	case string:
		return "string"
	case []T:
		return "never"
	case interface{ swap() pair[int, T] }:
		return "never either"
	}
	return fmt.Sprintf("%T", x)
}

func upto(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func filter(seq iter.Seq[int], keep func(int) bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		for x := range seq {
			if keep(x) && !yield(x) {
				return
			}
		}
	}
}

func values(s []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, x := range s {
			if !yield(x) {
				return
			}
		}
	}
}

func trace(n int) int {
	show("trace", n)
	return n
}

type inner struct {
	a [3]int16
	f float32
}

type point struct {
	x    int
	name string
	in   inner
	big  [4]uint64
}

type shape interface{ sum() int }

func (p point) sum() int {
	return p.x + len(p.name) + int(p.in.a[0]) + int(p.big[1])
}

func (p *point) move(d int) {
	p.x += d
	p.big[d&3]++
}

// Work is bounded: every loop and call spends some of it.
var fuel = 3000
var lines int

func spend() bool {
	fuel--
	return fuel > 0
}

func show(v ...any) {
	if lines++; lines < 400 {
		fmt.Println(v...)
	}
}

func showPanic(v any) {
	if e, ok := v.(error); ok {
		show("error:", e.Error())
	} else {
		show("value:", v)
	}
}

func at(s []int, i int) int {
	if len(s) == 0 {
		return i
	}
	return s[uint(i)%uint(len(s))]
}

func short(s []int) []int {
	if len(s) > 20 {
		return s[5:10]
	}
	return s
}

func cut(s string) string {
	if len(s) > 40 {
		return s[3:20]
	}
	return s
}

func part(s string, i, j int) string {
	a, b := uint(i)%uint(len(s)+1), uint(j)%uint(len(s)+1)
	if a > b {
		a, b = b, a
	}
	return s[a:b]
}

var table = map[string]int{"a": 1, "gl": 2}

func mapGet(k string, v int) int {
	old, ok := table[k]
	if !ok && len(table) < 50 {
		table[k] = v
	} else if v&7 == 0 {
		delete(table, k)
	}
	return old + len(table)
}
'''

if __name__ == "__main__":
    sys.stdout.write(Generator(int(sys.argv[1])).program())
