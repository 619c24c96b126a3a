#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes this package's range tables from Debian's package unicode-data.

usage: tables.py [FOLDER]     (/usr/share/unicode)

Makes categories*.c, scripts*.c, properties*.c and cases.c, which hold the
tables as data that the linker drops when nothing refers to them;
rangetables.gl, which declares the package's variables; printable.gl, the set
that every program with fmt links; and ../internal/unicodemaps/maps.gl, the maps
from names to tables.
"""
import collections
import os
import sys

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
HERE = os.path.dirname(os.path.abspath(__file__))
LAST = 0x10FFFF
GRAPHIC = ("L", "M", "N", "P", "S", "Zs")  # the last is not printed
LONGEST = 880  # lines of a file
OWN = "gl_unicode_table_"
LICENCE = "// SPDX-License-Identifier: MIT\n//\n"


def fields(name):
    """The lines of a data file: lists of what stands between the ;."""
    with open(os.path.join(SOURCE, name), encoding="utf-8") as f:
        for line in f:
            line = line.split("#")[0].strip()
            if line:
                yield [x.strip() for x in line.split(";")]


def points(text):
    lo, _, hi = text.partition("..")
    return range(int(lo, 16), int(hi or lo, 16) + 1)


def characters():
    """(category, cases) of all code points; cases: upper, lower, title."""
    cats, cases, first = {}, {}, None
    for f in fields("UnicodeData.txt"):
        c = int(f[0], 16)
        for p in range(first if first is not None else c, c + 1):
            cats[p] = f[2]
        first = c if f[1].endswith(", First>") else None
        if f[12] or f[13] or f[14]:
            upper = int(f[12] or f[0], 16)
            cases[c] = (upper, int(f[13] or f[0], 16),
                        int(f[14], 16) if f[14] else upper)
    return cats, cases


def sets_of(name):
    sets = collections.defaultdict(set)
    for f in fields(name):
        sets[f[1]].update(points(f[0]))
    return dict(sorted(sets.items()))


def by_category(cats):
    sets = collections.defaultdict(set)
    for p in range(LAST + 1):
        cat = cats.get(p, "Cn")
        sets[cat].add(p)
        sets[cat[0]].add(p)
        if cat in ("Ll", "Lt", "Lu"):
            sets["LC"].add(p)
    return dict(sorted(sets.items()))


def orbits():
    """Of each code point that folds, all that fold to the same."""
    same = collections.defaultdict(set)
    for f in fields("CaseFolding.txt"):
        if f[1] in "CS":
            c, to = int(f[0], 16), int(f[2], 16)
            same[to] |= {c, to}
    return {p: s for s in same.values() for p in s}


def folding(sets, orbit):
    """What is outside of a set, and equal to something in it but for case."""
    out = {}
    for name, members in sets.items():
        more = {q for p in members & orbit.keys() for q in orbit[p]} - members
        if more:
            out[name] = more
    return out


def ranges(members):
    """[lo, hi, stride], a stride over 1 for three or more."""
    out = []
    for p in sorted(members):
        if out:
            lo, hi, stride = out[-1]
            if p - hi == stride or lo == hi:
                out[-1] = [lo, p, p - hi]
                continue
            if hi - lo == stride and stride > 1:
                out[-1] = [lo, lo, 1]  # two only: better apart
                if p - hi == 1:
                    out.append([hi, p, 1])
                    continue
                out.append([hi, hi, 1])
                out[-1] = [hi, p, p - hi]
                continue
        out.append([p, p, 1])
    return [[lo, hi, 1 if lo == hi else s] for lo, hi, s in out]


def split(members):
    """The ranges below and above 2^16."""
    return (ranges(p for p in members if p < 1 << 16),
            ranges(p for p in members if p >= 1 << 16))


def wrap(items):
    lines, line = [], " "
    for x in items:
        if len(line) + len(x) + 2 > 79:
            lines.append(line)
            line = " "
        line += f" {x},"
    return "\n".join(lines + [line])


def table(name, members):
    low, high = split(members)
    latin = sum(hi <= 0xFF for _, hi, _ in low)
    out = ""
    for kind, part in (("16", low), ("32", high)):
        if part:
            items = wrap("{0x%x, 0x%x, %d}" % tuple(r) for r in part)
            out += f"static Range{kind} {name}_{kind}[] = {{\n{items}\n}};\n"
    macro = "TABLE" if low and high else "LOW_TABLE" if low else "HIGH_TABLE"
    return out + f"{macro}({name}, {latin});\n"


def write(name, text):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as f:
        f.write(text)


def c_files(stem, what, tables, names):
    """tables: name -> members; names: variable -> table."""
    files = [""]
    for t, members in tables.items():
        text = table(t, members) + "".join(
            f"ALIAS({v}, {t});\n" for v, of in names.items()
            if of == t and v != t) + "\n"
        if files[-1].count("\n") + text.count("\n") > LONGEST:
            files.append("")
        files[-1] += text
    for i, text in enumerate(files, 1):
        write(f"{stem}{i}.c", LICENCE + f"// {what}, made by tables.py.\n"
              '#include "rangetable.h"\n\n' + text.rstrip("\n") + "\n")


def case_ranges(cases):
    """[lo, hi, deltas]; deltas None where upper and lower alternate."""
    out = []
    for p in sorted(cases):
        deltas = tuple(x - p for x in cases[p])
        if out:
            lo, hi, known = out[-1]
            turn = (p - lo) % 2
            if p == hi + 1 and known == deltas:
                out[-1][1] = p
                continue
            if p == hi + 1 and deltas == ((-1, 0, -1) if turn
                                          else (0, 1, 0)) and \
                    known in (None, (0, 1, 0)) and (known is None or lo == hi):
                out[-1] = [lo, p, None]
                continue
        out.append([p, p, deltas])
    return out


def cases_file(cases, folds):
    text = LICENCE + "// Conversion of case, and lists of tables. Made by " \
        'tables.py.\n#include "rangetable.h"\n\n'
    items = wrap("{0x%x, 0x%x, {%s}}" % (
        lo, hi, "A, A, A" if d is None else ", ".join(map(str, d)))
        for lo, hi, d in case_ranges(cases))
    text += "#define A (0x10FFFF + 1)  // upper and lower alternate\n" \
        f"static CaseRange ranges[] = {{\n{items}\n}};\n" \
        "Slice gl_unicode_CaseRanges = SLICE(ranges);\n\n"
    for name, sets in (("Graphic", GRAPHIC), ("Print", GRAPHIC[:-1])):
        text += f"static RangeTable *{name.lower()}[] = {{\n" + wrap(
            "&" + OWN + n for n in sets) + "\n};\n" \
            f"Slice gl_unicode_{name}Ranges = SLICE({name.lower()});\n\n"
    text += "\n".join(table("fold" + n, m) for n, m in folds.items())
    write("cases.c", text)


def declarations(groups, folds):
    text = "// SPDX-License-Identifier: MIT\n\npackage unicode\n\n" \
        "// The range tables, which lie in the C files beside this one. " \
        "Made by\n// tables.py.\n"
    for comment, names in groups:
        text += f"\n// {comment}\nvar (\n"
        for n in names:
            text += f"\t//go:linkname {n} gl_unicode_{n}\n" \
                f"\t{n} *RangeTable\n"
        text += ")\n"
    text += "\n// CaseRanges says how case is converted, in order.\n//\n" \
        "//go:linkname CaseRanges gl_unicode_CaseRanges\n" \
        "var CaseRanges []CaseRange\n\n" \
        "// GraphicRanges and PrintRanges are what IsGraphic and IsPrint " \
        "look at.\nvar (\n" \
        "\t//go:linkname GraphicRanges gl_unicode_GraphicRanges\n" \
        "\tGraphicRanges []*RangeTable\n" \
        "\t//go:linkname PrintRanges gl_unicode_PrintRanges\n" \
        "\tPrintRanges []*RangeTable\n)\n"
    text += MAPS
    write("rangetables.gl", text)


MAPS = """
// Tables by name. They are empty in a program that does not name them: then
// package internal/unicodemaps, which fills them, is not linked.
var (
	Categories      map[string]*RangeTable // general categories
	CategoryAliases map[string]string      // their longer names
	Scripts         map[string]*RangeTable
	Properties      map[string]*RangeTable
	FoldCategory    map[string]*RangeTable // see FoldScript
	// FoldScript has, for a script, what is not in it but is equal to one
	// of its code points but for case.
	FoldScript map[string]*RangeTable
)
"""


def maps_file(cats, aliases, scripts, props, fold_cats, fold_scripts):
    text = "// SPDX-License-Identifier: MIT\n\n" \
        "// Package unicodemaps fills package unicode's maps from names to " \
        "tables. The\n// compiler adds it to programs that name one of " \
        "them. Made by\n// stdlib/unicode/tables.py.\n" \
        "package unicodemaps\n\nimport (\n\t\"unicode\"\n" \
        "\t_ \"unsafe\" // for linkname\n)\n\n"
    folds = sorted(set(fold_cats) | set(fold_scripts))
    text += "var (\n"
    for n in folds:
        text += f"\t//go:linkname fold{n} gl_unicode_fold{n}\n" \
            f"\tfold{n} *unicode.RangeTable\n"
    text += ")\n\nfunc init() {\n"

    def one(name, names, value):
        width = max(map(len, names)) + 1
        return f"\tunicode.{name} = map[string]*unicode.RangeTable{{\n" + \
            "".join(f"\t\t\"{n}\":{' ' * (width - len(n))}{value(n)},\n"
                    for n in sorted(names)) + "\t}\n"
    text += one("Categories", cats, lambda n: f"unicode.{n}")
    text += one("Scripts", scripts, lambda n: f"unicode.{n}")
    text += one("Properties", props, lambda n: f"unicode.{n}")
    text += one("FoldCategory", fold_cats, lambda n: f"fold{n}")
    text += one("FoldScript", fold_scripts, lambda n: f"fold{n}")
    width = max(map(len, aliases)) + 1
    text += "\tunicode.CategoryAliases = map[string]string{\n" + "".join(
        f"\t\t\"{n}\":{' ' * (width - len(n))}\"{c}\",\n"
        for n, c in sorted(aliases.items())) + "\t}\n}\n"
    os.makedirs(os.path.join(HERE, "../internal/unicodemaps"), exist_ok=True)
    write("../internal/unicodemaps/maps.gl", text)


def quoted(values):
    """A string constant of these bytes, over several lines."""
    return " +\n".join('\t"' + "".join(f"\\x{v:02x}" for v in values[i:i + 18])
                       + '"' for i in range(0, len(values), 18))


def printable(categories):
    """printable.gl: what is printed as pages of 256 bits, found by a byte.

    The code points beyond the last page are one range.
    """
    members = set().union(*(categories[c] for c in categories
                            if c[0] in "LMNPS"))
    beyond = ranges(p for p in members if p >= 0xE0000)
    assert len(beyond) == 1 and beyond[0][2] == 1
    last = max(p for p in members if p < 0xE0000) >> 8
    pages, index = {}, []
    for page in range(last + 1):
        bits = bytes(sum((page << 8 | i << 3 | b in members) << b
                         for b in range(8)) for i in range(32))
        index.append(pages.setdefault(bits, len(pages)))
    text = "// SPDX-License-Identifier: MIT\n\npackage unicode\n\n" \
        "// What IsPrint says, made by tables.py. It stands apart from the " \
        "categories\n// since package fmt needs it: a sixth of their size." \
        "\n\n// The printed code points beyond the pages.\nconst (\n" \
        f"\tprintBeyondLo = 0x{beyond[0][0]:X}\n" \
        f"\tprintBeyondHi = 0x{beyond[0][1]:X}\n)\n\n" \
        "// printPages has for every 256 code points the page of printBits." \
        f"\nconst printPages = \"\" +\n{quoted(index)}\n\n" \
        "// printBits has pages of 256 bits.\nconst printBits = \"\" +\n"
    write("printable.gl", text + quoted(b"".join(pages)) + "\n")


def main():
    cats, cases = characters()
    categories = by_category(cats)
    scripts, props = sets_of("Scripts.txt"), sets_of("PropList.txt")
    scripts.pop("Unknown", None)
    orbit = orbits()
    fold_cats = folding(categories, orbit)
    for name in ("C", "Cn", "LC"):
        fold_cats.pop(name, None)
    fold_scripts = folding(scripts, orbit)
    aliases = {}
    for f in fields("PropertyValueAliases.txt"):
        if f[0] == "gc":
            aliases.update({long: f[1] for long in f[2:]})
    words = {"Digit": "Nd", "Letter": "L", "Lower": "Ll", "Mark": "M",
             "Number": "N", "Other": "C", "Punct": "P", "Space": "Z",
             "Symbol": "S", "Title": "Lt", "Upper": "Lu"}
    names = {n: n for n in categories} | words
    c_files("categories", "The general categories", categories, names)
    c_files("scripts", "The scripts", scripts, {n: n for n in scripts})
    c_files("properties", "The properties", props, {
        n: n for n in props} | {"STerm": "Sentence_Terminal"})
    printable(categories)
    cases_file(cases, fold_cats | fold_scripts)
    declarations([("The general categories.", sorted(names)),
                  ("The scripts.", list(scripts)),
                  ("The properties of code points.",
                   sorted([*props, "STerm"]))], fold_cats)
    maps_file(list(categories), aliases, list(scripts),
              sorted([*props, "STerm"]), fold_cats, fold_scripts)


if __name__ == "__main__":
    main()
