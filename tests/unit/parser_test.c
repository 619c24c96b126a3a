// SPDX-License-Identifier: MIT
//
// The parser: what it makes of expressions and types, errors and recovery,
// limits, copies, walks, comments and pragmas. Whole trees are in ../golden.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "capture.h"
#include "syntax.h"

static File *parse(const char *text) {
  return parse_file(source(text));
}

static Decl *decl(const char *text) {
  File *f = parse(arena_printf(perm, "package p\n%s\n", text));
  return f->decls.len ? f->decls.at[0] : NULL;
}

// ---- trees ----------------------------------------------------------------

// Shows the grouping: every operation in parentheses.
static void show(Buf *b, const Expr *x) {
  switch (x->kind) {
    case E_BINARY:
      buf_addc(b, '(');
      show(b, x->binary.x);
      buf_printf(b, " %s ", token_text[x->op]);
      show(b, x->binary.y);
      buf_addc(b, ')');
      break;
    case E_UNARY: case E_STAR:
      buf_printf(b, "(%s", x->kind == E_STAR ? "*" : token_text[x->op]);
      show(b, x->unary.x);
      buf_addc(b, ')');
      break;
    default:
      buf_adds(b, expr_string(perm, x));
  }
}

static void precedence(void **state) {
  static const struct { const char *in, *want; } tests[] = {
      {"a + b * c", "(a + (b * c))"},
      {"a - b - c", "((a - b) - c)"},
      {"a || b && c == d + e << f",
       "(a || (b && (c == (d + (e << f)))))"},
      {"-a * b", "((-a) * b)"},
      {"*p.x", "(*p.x)"},
      {"&T{}.f", "(&T{}.f)"},
      {"<-c + <-d", "((<-c) + (<-d))"},
      {"!a == b", "((!a) == b)"},
      {"a &^ b | c ^ d", "(((a &^ b) | c) ^ d)"},
      {"^-+x", "(^(-(+x)))"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Buf b = {0};
    show(&b, decl(arena_printf(perm, "var x = %s", tests[i].in))
                 ->var.values.at[0]);
    assert_string_equal(b.at, tests[i].want);
    assert_string_equal(flushed(), "");
  }
}

// Expressions that are printed as they were written.
static void strings(void **state) {
  static const char *const tests[] = {
      "f(a, b...)", "x[i]", "x[i, j]", "x[:]", "x[i:j]", "x[i:j:k]",
      "x.(T)", "x.y.z", "(a + b) * c", "[]int{}", "[...]int{…}",
      "map[string]int{…}", "func(a, b int, c ...T) (x, y int) {…}",
      "func() {}", "struct{a, b int; *T `tag`; p.Q}{}", "(<-chan int)(nil)",
      "chan (<-chan int)(nil)", "[]chan<- int(x)", "interface{m(int) bool; "
      "~int | string}(nil)", "F[int, []string](1)", "*(*T)(p)", "'a' + 0x1p1",
      "G[[2]T]{…}", "[n + 1]T{}",
  };
  for (int i = 0; i < COUNT(tests); i++) {
    // Fill in what the printer leaves out.
    Buf b = {0};
    for (const char *s = tests[i]; *s; s++) {
      if (strncmp(s, "…", strlen("…")) == 0) {
        bool body = s - tests[i] > 1 && s[-2] == ' ';
        buf_adds(&b, body ? "f()" : "{}");
        s += strlen("…") - 1;
      } else {
        buf_addc(&b, *s);
      }
    }
    Decl *d = decl(arena_printf(perm, "var x = %s", b.at));
    assert_string_equal(flushed(), "");
    assert_string_equal(expr_string(perm, d->var.values.at[0]), tests[i]);
  }
}

// type T[...]: type parameters or an array length.
static void type_parameters(void **state) {
  static const struct { const char *in; int tparams; } tests[] = {
      {"type T[P any] int", 1},       {"type T[P *C] int", 0},
      {"type T[P *C,] int", 1},       {"type T[P *C|Q] int", 0},
      {"type T[P *C|~Q] int", 1},     {"type T[P *[]int] int", 1},
      {"type T[P (C)] int", 0},       {"type T[P ([]C)] int", 1},
      {"type T[P *C, Q any] int", 2}, {"type T[P, Q any] int", 2},
      {"type T[P []int] int", 1},     {"type T[n] int", 0},
      {"type T[n * 2] int", 0},       {"type T[n + 1] int", 0},
      {"type T[p.n] int", 0},         {"type T[f(1)] int", 0},
      {"type T[] int", 0},            {"type T[...] int", 0},
      {"type T[P interface{ *C }] int", 1},
      {"type T[P ~int] int", 1},      {"type T[P any] = int", 1},
      {"type T[P func(Q)] int", 1},   {"type T[P map[K]V, K, V any] int", 3},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    Decl *d = decl(tests[i].in);
    assert_string_equal(flushed(), "");
    assert_int_equal(d->type.tparams.len, tests[i].tparams);
    if (!tests[i].tparams) assert_int_equal(d->type.type->kind, E_ARRAY_TYPE);
    assert_int_equal(d->type.alias, strchr(tests[i].in, '=') != NULL);
  }
}

static void parameters(void **state) {
  Decl *d = decl("func f(a, b int, c ...string) (x, y T)");
  FieldVec *v = &d->func.type->functype.params;
  assert_int_equal(v->len, 3);
  assert_false(v->at[0]->shares_type);
  assert_true(v->at[1]->shares_type);
  assert_ptr_equal(v->at[0]->type, v->at[1]->type);
  assert_int_equal(v->at[2]->type->kind, E_ELLIPSIS);
  assert_null(d->func.body);
  d = decl("func f(int, []T, p.Q, G[int]) *T");
  v = &d->func.type->functype.params;
  assert_int_equal(v->len, 4);
  vec_each(Field *, f, v) assert_null((*f)->name);
  assert_int_equal(d->func.type->functype.results.len, 1);
  assert_string_equal(flushed(), "");
}

static void positions(void **state) {
  const char *text = "package p\nvar x = a.b(1)[2] + c\n";
  File *f = parse(text);
  Expr *x = f->decls.at[0]->var.values.at[0];
  assert_int_equal(source_loc(x->pos).col, 19);
  assert_int_equal(source_loc(x->end).col, 22);
  assert_int_equal(source_loc(expr_start(x)).col, 9);
  Expr *index = x->binary.x, *call = index->index.x;
  assert_int_equal(source_loc(index->pos).col, 9);
  assert_int_equal(source_loc(index->end).col, 18);
  assert_int_equal(source_loc(index->index.lbrack).col, 15);
  assert_int_equal(source_loc(call->call.lparen).col, 12);
  assert_int_equal(source_loc(call->call.fun->selector.sel->pos).col, 11);
}

static void repeated_constants(void **state) {
  File *f = parse("package p\nconst (\n\ta, b T = iota, 1\n\tc, d\n\te = 2\n"
                  "\tf\n)\nconst g = 1\n");
  assert_int_equal(f->decls.len, 5);
  Decl **d = f->decls.at;
  assert_true(d[1]->const_.implicit);
  assert_int_equal(d[1]->const_.iota, 1);
  assert_int_equal(d[1]->const_.values.len, 2);
  assert_ptr_not_equal(d[0]->const_.values.at[0], d[1]->const_.values.at[0]);
  assert_ptr_not_equal(d[0]->const_.type, d[1]->const_.type);
  assert_null(d[3]->const_.type);
  assert_string_equal(expr_string(perm, d[3]->const_.values.at[0]), "2");
  assert_int_equal(d[3]->const_.iota, 3);
  assert_int_equal(d[0]->group, d[3]->group);
  assert_int_equal(d[4]->group, 0);
  assert_false(d[4]->const_.implicit);
}

static void comments_and_pragmas(void **state) {
  File *f = parse("// about p\n// more\npackage p // trailing\n\n// far\n\n"
                  "// near\n//go:noinline\nfunc f()\n\ntype T struct {\n"
                  "\ta int // of a\n\t// of b\n\tb int\n}\n"
                  "//go:lost\nvar (\n\t//go:found\n\tx int\n)\n");
  assert_string_equal(flushed(), "");
  assert_int_equal(f->doc.len, 2);
  assert_int_equal(f->decls.at[0]->doc.len, 2);
  FieldVec *fields = &f->decls.at[1]->type.type->struct_.fields;
  assert_int_equal(fields->at[0]->doc.len, 0);
  assert_int_equal(fields->at[1]->doc.len, 1);
  assert_int_equal(f->pragmas.len, 3);
  assert_ptr_equal(f->pragmas.at[0].decl, f->decls.at[0]);
  assert_null(f->pragmas.at[1].decl);
  assert_ptr_equal(f->pragmas.at[2].decl, f->decls.at[2]);
}

// ---- errors ---------------------------------------------------------------

static void errors(void **state) {
  static const struct { const char *in, *want; } tests[] = {
      {"", "1:1: syntax error: package statement must be first"},
      {"package", "1:8: syntax error: unexpected EOF, expected name"},
      {"package p\nx := 1\n", "2:1: syntax error: non-declaration statement "
                              "outside function body"},
      {"package p\nfunc f()\n{\n}\n",
       "3:1: syntax error: unexpected semicolon or newline before {"},
      {"package p\nvar x = (1 + )\n",
       "2:14: syntax error: unexpected ), expected expression"},
      {"package p\nfunc f() { if x = 1 {} }\n",
       "2:17: syntax error: cannot use assignment x = 1 as value"},
      {"package p\nfunc f() { if x == T{} {} }\n",
       "2:24: syntax error: unexpected { at end of statement"},
      {"package p\nfunc f() { a b }\n",
       "2:14: syntax error: unexpected name b at end of statement"},
      {"package p\nfunc f() { x := []int{1,\n2\n} }\n",
       "3:2: syntax error: unexpected newline in composite literal; possibly "
       "missing comma or }"},
      {"package p\nfunc f() { f(1 2) }\n",
       "2:16: syntax error: unexpected literal 2 in argument list; possibly "
       "missing comma or )"},
      {"package p\nfunc f() { for i := 0; i < 10 {} }\n",
       "2:31: syntax error: unexpected {, expected semicolon or newline"},
      {"package p\nfunc f() { else {} }\n",
       "2:12: syntax error: unexpected keyword else, expected }"},
      {"package p\nimport fmt\n",
       "2:11: syntax error: missing import path"},
      {"package p\nvar x int\nimport \"fmt\"\n",
       "3:1: syntax error: imports must appear before other declarations"},
      {"package p\nfunc (a T, b U) m() {}\n",
       "2:17: method has multiple receivers"},
      {"package p\nfunc f(a int, b) {}\n",
       "2:16: syntax error: missing parameter type"},
      {"package p\nfunc f(a int, []b) {}\n",
       "2:15: syntax error: missing parameter name"},
      {"package p\nfunc f[P]() {}\n",
       "2:9: syntax error: missing type constraint"},
      {"package p\nfunc f(a ...int, b int) {}\n",
       "2:10: can only use ... with final parameter"},
      {"package p\nvar f func[T any]()\n",
       "2:11: syntax error: function type must have no type parameters"},
      {"package p\nfunc f() { go (f()) }\n",
       "2:15: expression in go must not be parenthesized"},
      {"package p\nfunc f() { L: }\nfunc g() { L: x y }\n",
       "3:17: syntax error: unexpected name y at end of statement"},
      {"package p\nvar x = s[1::2]\n",
       "2:13: middle index required in 3-index slice"},
      {"package p\ntype T struct { (U) }\n",
       "2:17: syntax error: cannot parenthesize embedded type"},
      {"package p\nfunc f() { switch { foo() } }\n",
       "2:21: syntax error: unexpected name foo, expected case or default or "
       "}"},
  };
  for (int i = 0; i < COUNT(tests); i++) {
    File *f = parse(tests[i].in);
    assert_non_null(f);
    const char *got = flushed_messages();
    const char *space = strchr(tests[i].want, ' ');
    const char *want = arena_printf(
        perm, "t:%.*s error:%s\n", (int)(space - tests[i].want),
        tests[i].want, space);
    if (strncmp(got, want, strlen(want)) == 0) continue;  // the first error
    assert_string_equal(got, want);
  }
}

static void recovery(void **state) {
  parse("package p\nfunc f() {\n\tx := (1\n\ty := 2 +\n\tif x {\n}\n"
        "\nfunc g( {\n}\n\nvar = 3\n");
  assert_true(strstr(flushed(), "t:3:9: error: syntax error") != NULL);
  parse("package p\nvar = 1\nfunc () {}\ntype = 2\nconst 3\n");
  assert_string_equal(
      flushed_messages(),
      "t:2:5: error: syntax error: unexpected =, expected name\n"
      "t:3:9: error: method has no receiver\n"
      "t:3:9: error: syntax error: unexpected {, expected name\n"
      "t:4:6: error: syntax error: unexpected =, expected name\n"
      "t:5:7: error: syntax error: unexpected literal 3, expected name\n");
}

static void imports_only(void **state) {
  File *f = parse_imports(source("//go:build linux\n\npackage p\n"
                                 "import \"a\"\nimport (\n\t. \"b\"\n"
                                 "\tc \"d\"\n)\nfunc f( {"));
  assert_string_equal(flushed(), "");
  assert_int_equal(f->decls.len, 3);
  assert_string_equal(f->decls.at[1]->import.name->ident.name->s, ".");
  assert_string_equal(f->build_constraint->s, "linux");
}

// ---- limits, copies, walks ------------------------------------------------

static const char *repeated(const char *a, const char *mid, const char *z,
                            int n) {
  Buf b = {0};
  for (int i = 0; i < n; i++) buf_adds(&b, a);
  buf_adds(&b, mid);
  for (int i = 0; i < n; i++) buf_adds(&b, z);
  return b.at;
}

static bool count_expr(Walker *w, Expr *x) {
  ++*(int *)w->data;
  return true;
}

static int expr_count(Decl *d) {
  int n = 0;
  Walker w = {.expr = count_expr, .data = &n};
  walk_decl(&w, d);
  return n;
}

// Returns what is wrong, since only the main thread may assert.
static void *deep(void *unused) {
  static const struct { const char *a, *mid, *z; } tests[] = {
      {"(", "1", ")"},    {"^", "1", ""},       {"1+", "1", ""},
      {"", "a", ".b"},    {"", "a", "()"},      {"a[", "0", "]"},
      {"[]", "T{}", ""},  {"func() {", "", "}"}, {"T{", "", "}"},
      {"*", "x", ""},     {"<-", "x", ""},      {"[", "", ""},
  };
  FILE *null = fopen("/dev/null", "w");
  for (int i = 0; i < COUNT(tests); i++) {
    File *f = parse(arena_printf(
        perm, "package p\nvar x = %s\n",
        repeated(tests[i].a, tests[i].mid, tests[i].z, 200000)));
    if (!strstr(flushed(), "nesting deeper than"))
      return arena_printf(perm, "no error for %s", tests[i].a);
    expr_count(f->decls.at[0]);
    expr_copy(f->decls.at[0]->var.values.at[0]);
    ast_dump(f, null);
  }
  Decl *d = decl(arena_printf(perm, "var x = %s",
                              repeated("1+", "1", "", 90000)));
  fclose(null);
  if (expr_count(d) != 1 + 2 * 90000 + 1) return "not all operands";
  return (void *)flushed();
}

// main.c runs the compiler on a stack of this size, too.
static void limits(void **state) {
  pthread_attr_t attr;
  pthread_t thread;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, (size_t)512 << 20);
  assert_int_equal(pthread_create(&thread, &attr, deep, NULL), 0);
  void *problem;
  pthread_join(thread, &problem);
  assert_string_equal(problem, "");
}

static const char *dumped(File *f) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  ast_dump(f, out);
  fclose(out);
  return text;
}

static void copies(void **state) {
  File *f = parse(
      "package p\nfunc f() {\n\tL: for i := 0; i < 10; i++ { continue L }\n"
      "\tfor k, v := range m { a[k] = v }\n\tselect { case x := <-c: default: "
      "c <- 1 }\n\tswitch y := x.(type) { case int, nil: go f(y...) }\n"
      "\tswitch { case a, b: fallthrough; default: defer g() }\n"
      "\tif x := 1; x > 2 { return 1, 2 } else if y { goto L } else { i++ }\n"
      "\tvar a, b T = 1, T{x: {1}, 2: p}\n\tconst c = iota\n"
      "\ttype T[P, Q any] struct { a, b int `t`; *E }\n"
      "\t_ = func(a, b int, c ...chan<- map[string][]int) (r *interface{ m(); "
      "~int|~string }) { x.y[1:2:3], z[i] = -a, (b).(T) }\n}\n");
  assert_string_equal(flushed(), "");
  Decl *d = f->decls.at[0];
  const char *before = dumped(f);
  int count = expr_count(d);
  d->func.body = stmt_copy(d->func.body);
  d->func.type = expr_copy(d->func.type);
  assert_string_equal(dumped(f), before);
  assert_int_equal(expr_count(d), count);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(precedence),
      cmocka_unit_test(strings),
      cmocka_unit_test(type_parameters),
      cmocka_unit_test(parameters),
      cmocka_unit_test(positions),
      cmocka_unit_test(repeated_constants),
      cmocka_unit_test(comments_and_pragmas),
      cmocka_unit_test(errors),
      cmocka_unit_test(recovery),
      cmocka_unit_test(imports_only),
      cmocka_unit_test(limits),
      cmocka_unit_test(copies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
