// SPDX-License-Identifier: MIT
//
// Exact values of constants. Integers are GMP integers. Floating-point
// values are GMP rationals as long as numerator and denominator stay below
// RATIONAL_BITS, and 512-bit MPFR numbers beyond: the rule keeps 1/3.0*3 == 1
// and also bounds the memory a constant can use. A complex constant is a
// pair of real ones. Values are immutable and live in `perm`; the limbs are
// malloc'ed by GMP and never freed.
//
// What must hold: a CONST_FLOAT is never infinite or NaN. Operations whose
// result would be return NULL. The 512-bit limit of integers is the caller's,
// who knows whether the constant is typed (const_bit_len).
#include <ctype.h>
#include <float.h>
#include <gmp.h>
#include <math.h>
#include <mpfr.h>

#include "types.h"

enum {
  PRECISION = 512,
  RATIONAL_BITS = 4096,
  LONGEST_EXACT = 10000,  // digits of a literal that become a rational
  LONGEST_INT = 1 << 16   // bits; a guard, operands never get there
};

struct Const {
  ConstKind kind;
  bool rational;  // CONST_FLOAT: q, else f
  union {
    bool b;
    struct { const char *at; size_t len; } s;
    mpz_t i;
    mpq_t q;
    mpfr_t f;
    struct { Const *re, *im; } c;
  };
};

// ---- making ----------------------------------------------------------------

static Const *new_const(ConstKind kind) {
  Const *c = NEW(Const);
  c->kind = kind;
  return c;
}

static Const *new_int(void) {
  Const *c = new_const(CONST_INT);
  mpz_init(c->i);
  return c;
}

static Const *new_rational(void) {
  Const *c = new_const(CONST_FLOAT);
  c->rational = true;
  mpq_init(c->q);
  return c;
}

// MPFR's default range is smaller than that of Go's constants.
static void widen_range(void) {
  static bool done;
  if (done) return;
  done = true;
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
}

static Const *new_big(void) {
  widen_range();
  Const *c = new_const(CONST_FLOAT);
  mpfr_init2(c->f, PRECISION);
  return c;
}

static bool fits_rational(const mpq_t q) {
  return mpz_sizeinbase(mpq_numref(q), 2) < RATIONAL_BITS &&
         mpz_sizeinbase(mpq_denref(q), 2) < RATIONAL_BITS;
}

// A rational that has grown too large becomes a rounded number.
static Const *normal_rational(Const *c) {
  if (fits_rational(c->q)) return c;
  Const *f = new_big();
  mpfr_set_q(f->f, c->q, MPFR_RNDN);
  return f;
}

// NULL for what is no number; zero becomes the rational zero.
static Const *normal_big(Const *c) {
  if (!mpfr_number_p(c->f)) return NULL;
  return mpfr_zero_p(c->f) ? new_rational() : c;
}

ConstKind const_kind(const Const *c) {
  return c ? c->kind : CONST_UNKNOWN;
}

Const *const_from_bool(bool b) {
  Const *c = new_const(CONST_BOOL);
  c->b = b;
  return c;
}

Const *const_from_string(const char *s, size_t n) {
  Const *c = new_const(CONST_STRING);
  c->s.at = arena_strndup(perm, s, n);
  c->s.len = n;
  return c;
}

Const *const_from_int64(int64_t v) {
  Const *c = new_int();
  mpz_set_si(c->i, v);
  return c;
}

Const *const_from_uint64(uint64_t v) {
  Const *c = new_int();
  mpz_set_ui(c->i, v);
  return c;
}

Const *const_from_double(double v) {
  if (!isfinite(v)) return NULL;
  Const *c = new_rational();
  mpq_set_d(c->q, v);
  return c;
}

Const *const_make_complex(const Const *re, const Const *im) {
  Const *c = new_const(CONST_COMPLEX);
  c->c.re = const_to_float(re);
  c->c.im = const_to_float(im);
  return c->c.re && c->c.im ? c : NULL;
}

// ---- literals --------------------------------------------------------------

static Const *int_literal(const char *digits) {
  int base = 10;
  if (digits[0] == '0' && digits[1]) {
    switch (tolower((unsigned char)digits[1])) {
      case 'x': base = 16; digits += 2; break;
      case 'b': base = 2; digits += 2; break;
      case 'o': base = 8; digits += 2; break;
      default: base = 8; digits++;
    }
  }
  Const *c = new_int();
  if (mpz_set_str(c->i, digits, base) != 0) return NULL;
  return c;
}

// mantissa digits with a point, then an exponent that is known to be small.
static Const *exact_float(const char *s, bool hex) {
  Buf digits = {0};
  long exp = 0;
  bool point = false;
  char mark = hex ? 'p' : 'e';
  if (hex) s += 2;
  for (; *s && tolower((unsigned char)*s) != mark; s++) {
    if (*s == '.') {
      point = true;
      continue;
    }
    buf_addc(&digits, *s);
    if (point) exp -= hex ? 4 : 1;
  }
  if (*s) exp += strtol(s + 1, NULL, 10);
  Const *c = new_rational();
  if (mpz_set_str(mpq_numref(c->q), digits.len ? digits.at : "0",
                  hex ? 16 : 10) != 0)
    return NULL;
  if (mpz_sgn(mpq_numref(c->q)) == 0) return c;
  mpz_t scale;
  mpz_init(scale);
  mpz_ui_pow_ui(scale, hex ? 2 : 10, (unsigned long)labs(exp));
  if (exp < 0)
    mpz_set(mpq_denref(c->q), scale);
  else
    mpz_mul(mpq_numref(c->q), mpq_numref(c->q), scale);
  mpz_clear(scale);
  mpq_canonicalize(c->q);
  return normal_rational(c);
}

static Const *float_literal(const char *s) {
  bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
  Const *c = new_big();
  char *end;
  // Base 0 would read 010.5 as octal, so decimals name their base.
  mpfr_strtofr(c->f, s, &end, hex ? 16 : 10, MPFR_RNDN);
  if (*end || !mpfr_number_p(c->f)) return NULL;
  if (mpfr_zero_p(c->f)) return new_rational();
  // Go's constants have exponents of 32 bits.
  mpfr_exp_t e = mpfr_get_exp(c->f);
  if (e > INT32_MAX) return NULL;
  if (e < INT32_MIN) return new_rational();
  if (labs(e) < RATIONAL_BITS && strlen(s) < LONGEST_EXACT)
    return exact_float(s, hex);
  return c;
}

static Const *imag_literal(char *s) {
  size_t n = strlen(s);
  s[n - 1] = '\0';  // the i
  bool prefixed = s[0] == '0' && isalpha((unsigned char)s[1]) &&
                  tolower((unsigned char)s[1]) != 'e';
  bool hex_float = prefixed && tolower((unsigned char)s[1]) == 'x' &&
                   (strchr(s, '.') || strpbrk(s, "pP"));
  // 0123i is decimal, for compatibility.
  Const *im = prefixed && !hex_float ? int_literal(s) : float_literal(s);
  return im ? const_make_complex(const_from_int64(0), im) : NULL;
}

Const *const_from_literal(const Name *text, Token kind) {
  if (kind == T_STRING) {
    Buf b = {0};
    literal_string(text, &b);
    return const_from_string(b.len ? b.at : "", b.len);
  }
  if (kind == T_CHAR) return const_from_int64(literal_char(text));
  char *s = arena_strndup(perm, text->s, text->len), *w = s;
  for (char *r = s; *r; r++)
    if (*r != '_') *w++ = *r;
  *w = '\0';
  if (!*s) return NULL;
  switch (kind) {
    case T_INT: return int_literal(s);
    case T_FLOAT: return float_literal(s);
    case T_IMAG: return imag_literal(s);
    default: return NULL;
  }
}

// ---- conversion between kinds ----------------------------------------------

// 512-bit value of a real constant.
static void get_big(mpfr_t out, const Const *c) {
  mpfr_init2(out, PRECISION);
  if (c->kind == CONST_INT)
    mpfr_set_z(out, c->i, MPFR_RNDN);
  else if (c->rational)
    mpfr_set_q(out, c->q, MPFR_RNDN);
  else
    mpfr_set(out, c->f, MPFR_RNDN);
}

// A 512-bit number whose value is integral; or, as rounding may have left a
// fraction in the last bits, one that becomes integral with a few bits less.
static Const *big_to_int(const mpfr_t f) {
  if (mpfr_get_exp(f) > LONGEST_INT) return NULL;
  Const *c = new_int();
  if (mpfr_integer_p(f)) {
    mpfr_get_z(c->i, f, MPFR_RNDZ);
    return c;
  }
  static const mpfr_rnd_t modes[] = {MPFR_RNDZ, MPFR_RNDA};
  for (int i = 0; i < 2; i++) {
    mpfr_t t;
    mpfr_init2(t, PRECISION - 4);
    mpfr_set(t, f, modes[i]);
    bool integral = mpfr_integer_p(t);
    if (integral) mpfr_get_z(c->i, t, MPFR_RNDZ);
    mpfr_clear(t);
    if (integral) return c;
  }
  return NULL;
}

Const *const_to_int(const Const *c) {
  switch (const_kind(c)) {
    case CONST_INT:
      return (Const *)c;
    case CONST_FLOAT:
      if (!c->rational) return big_to_int(c->f);
      if (mpz_cmp_ui(mpq_denref(c->q), 1) != 0) return NULL;
      Const *r = new_int();
      mpz_set(r->i, mpq_numref(c->q));
      return r;
    case CONST_COMPLEX:
      return const_sign(c->c.im) == 0 ? const_to_int(c->c.re) : NULL;
    default:
      return NULL;
  }
}

Const *const_to_float(const Const *c) {
  switch (const_kind(c)) {
    case CONST_INT: {
      Const *r = new_rational();
      mpq_set_z(r->q, c->i);
      return normal_rational(r);
    }
    case CONST_FLOAT:
      return (Const *)c;
    case CONST_COMPLEX:
      return const_sign(c->c.im) == 0 ? c->c.re : NULL;
    default:
      return NULL;
  }
}

Const *const_to_complex(const Const *c) {
  if (const_kind(c) == CONST_COMPLEX) return (Const *)c;
  Const *re = const_to_float(c);
  return re ? const_make_complex(re, const_from_int64(0)) : NULL;
}

Const *const_real(const Const *c) {
  return const_kind(c) == CONST_COMPLEX ? c->c.re : (Const *)c;
}

Const *const_imag(const Const *c) {
  return const_kind(c) == CONST_COMPLEX ? c->c.im : const_from_int64(0);
}

// ---- reading ---------------------------------------------------------------

bool const_bool(const Const *c) {
  return const_kind(c) == CONST_BOOL && c->b;
}

const char *const_string(const Const *c, size_t *len) {
  if (const_kind(c) != CONST_STRING) {
    if (len) *len = 0;
    return "";
  }
  if (len) *len = c->s.len;
  return c->s.at;
}

bool const_int64(const Const *c, int64_t *out) {
  Const *i = const_to_int(c);
  if (!i || !mpz_fits_slong_p(i->i)) return false;
  *out = mpz_get_si(i->i);
  return true;
}

bool const_uint64(const Const *c, uint64_t *out) {
  Const *i = const_to_int(c);
  if (!i || !mpz_fits_ulong_p(i->i)) return false;
  *out = mpz_get_ui(i->i);
  return true;
}

uint64_t const_bits(const Const *c) {
  Const *i = const_to_int(c);
  if (!i) return 0;
  uint64_t low = mpz_get_ui(i->i);  // of the absolute value
  return mpz_sgn(i->i) < 0 ? -low : low;
}

// Rounds once, to 53 or 24 bits with the type's exponent range, so that
// subnormal results are not rounded twice.
static double round_to(const Const *c, int bits, mpfr_exp_t emin,
                       mpfr_exp_t emax) {
  mpfr_exp_t old_min = mpfr_get_emin(), old_max = mpfr_get_emax();
  mpfr_t r;
  mpfr_init2(r, (mpfr_prec_t)bits);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  int t;
  if (c->kind == CONST_INT)
    t = mpfr_set_z(r, c->i, MPFR_RNDN);
  else if (c->rational)
    t = mpfr_set_q(r, c->q, MPFR_RNDN);
  else
    t = mpfr_set(r, c->f, MPFR_RNDN);
  t = mpfr_check_range(r, t, MPFR_RNDN);
  mpfr_subnormalize(r, t, MPFR_RNDN);
  double d = mpfr_get_d(r, MPFR_RNDN);
  mpfr_clear(r);
  mpfr_set_emin(old_min);
  mpfr_set_emax(old_max);
  return d;
}

static double round_double(const Const *c) {
  return round_to(c, DBL_MANT_DIG, -1073, DBL_MAX_EXP);
}

static float round_float(const Const *c) {
  return (float)round_to(c, FLT_MANT_DIG, -148, FLT_MAX_EXP);
}

static bool is_number(const Const *c) {
  return const_kind(c) >= CONST_INT;
}

double const_double(const Const *c) {
  return is_number(c) ? round_double(const_real(c)) : 0;
}

float const_float(const Const *c) {
  return is_number(c) ? round_float(const_real(c)) : 0;
}

double const_imag_double(const Const *c) {
  return const_kind(c) == CONST_COMPLEX ? round_double(c->c.im) : 0;
}

int const_sign(const Const *c) {
  switch (const_kind(c)) {
    case CONST_INT: return mpz_sgn(c->i);
    case CONST_FLOAT: return c->rational ? mpq_sgn(c->q) : mpfr_sgn(c->f);
    case CONST_COMPLEX:
      return const_sign(c->c.re) || const_sign(c->c.im) ? 1 : 0;
    default: return 1;
  }
}

int const_bit_len(const Const *c) {
  if (const_kind(c) != CONST_INT || mpz_sgn(c->i) == 0) return 0;
  return (int)mpz_sizeinbase(c->i, 2);
}

// ---- operations ------------------------------------------------------------

static Const *complex_unary(Token op, const Const *x) {
  return const_make_complex(const_unary(op, x->c.re, 0),
                            const_unary(op, x->c.im, 0));
}

static Const *negate(const Const *x) {
  if (x->kind == CONST_INT) {
    Const *r = new_int();
    mpz_neg(r->i, x->i);
    return r;
  }
  if (x->rational) {
    Const *r = new_rational();
    mpq_neg(r->q, x->q);
    return r;
  }
  Const *r = new_big();
  mpfr_neg(r->f, x->f, MPFR_RNDN);
  return r;
}

Const *const_unary(Token op, const Const *x, int unsigned_bits) {
  switch (op) {
    case T_ADD:
      return is_number(x) ? (Const *)x : NULL;
    case T_SUB:
      if (const_kind(x) == CONST_COMPLEX) return complex_unary(op, x);
      return is_number(x) ? negate(x) : NULL;
    case T_XOR: {
      Const *i = const_to_int(x);
      if (!i) return NULL;
      Const *r = new_int();
      mpz_com(r->i, i->i);
      if (unsigned_bits)
        mpz_fdiv_r_2exp(r->i, r->i, (mp_bitcnt_t)unsigned_bits);
      return r;
    }
    case T_NOT:
      return const_kind(x) == CONST_BOOL ? const_from_bool(!x->b) : NULL;
    default:
      return NULL;
  }
}

static Const *int_binary(const Const *x, Token op, const Const *y,
                         bool int_div) {
  if (op == T_QUO && !int_div) {
    Const *q = new_rational();
    mpz_set(mpq_numref(q->q), x->i);
    mpz_set(mpq_denref(q->q), y->i);
    mpq_canonicalize(q->q);
    return normal_rational(q);
  }
  Const *r = new_int();
  switch (op) {
    case T_ADD: mpz_add(r->i, x->i, y->i); break;
    case T_SUB: mpz_sub(r->i, x->i, y->i); break;
    case T_MUL: mpz_mul(r->i, x->i, y->i); break;
    case T_QUO: mpz_tdiv_q(r->i, x->i, y->i); break;
    case T_REM: mpz_tdiv_r(r->i, x->i, y->i); break;
    case T_AND: mpz_and(r->i, x->i, y->i); break;
    case T_OR: mpz_ior(r->i, x->i, y->i); break;
    case T_XOR: mpz_xor(r->i, x->i, y->i); break;
    case T_ANDNOT: {
      mpz_t not;
      mpz_init(not);
      mpz_com(not, y->i);
      mpz_and(r->i, x->i, not);
      mpz_clear(not);
      break;
    }
    default: return NULL;
  }
  return const_bit_len(r) > LONGEST_INT ? NULL : r;
}

static Const *rational_binary(const Const *x, Token op, const Const *y) {
  Const *r = new_rational();
  switch (op) {
    case T_ADD: mpq_add(r->q, x->q, y->q); break;
    case T_SUB: mpq_sub(r->q, x->q, y->q); break;
    case T_MUL: mpq_mul(r->q, x->q, y->q); break;
    case T_QUO: mpq_div(r->q, x->q, y->q); break;
    default: return NULL;
  }
  return normal_rational(r);
}

static Const *float_binary(const Const *x, Token op, const Const *y) {
  if (x->rational && y->rational) return rational_binary(x, op, y);
  mpfr_t a, b;
  get_big(a, x);
  get_big(b, y);
  Const *r = new_big();
  switch (op) {
    case T_ADD: mpfr_add(r->f, a, b, MPFR_RNDN); break;
    case T_SUB: mpfr_sub(r->f, a, b, MPFR_RNDN); break;
    case T_MUL: mpfr_mul(r->f, a, b, MPFR_RNDN); break;
    case T_QUO: mpfr_div(r->f, a, b, MPFR_RNDN); break;
    default: mpfr_set_nan(r->f);
  }
  mpfr_clear(a);
  mpfr_clear(b);
  if (mpfr_regular_p(r->f) && labs(mpfr_get_exp(r->f)) > INT32_MAX)
    return NULL;
  return normal_big(r);
}

static Const *op2(const Const *x, Token op, const Const *y) {
  return x && y ? float_binary(x, op, y) : NULL;
}

static Const *complex_binary(const Const *x, Token op, const Const *y) {
  Const *a = x->c.re, *b = x->c.im, *c = y->c.re, *d = y->c.im;
  switch (op) {
    case T_ADD: case T_SUB:
      return const_make_complex(op2(a, op, c), op2(b, op, d));
    case T_MUL:
      return const_make_complex(
          op2(op2(a, T_MUL, c), T_SUB, op2(b, T_MUL, d)),
          op2(op2(b, T_MUL, c), T_ADD, op2(a, T_MUL, d)));
    case T_QUO: {
      Const *s = op2(op2(c, T_MUL, c), T_ADD, op2(d, T_MUL, d));
      if (!s || const_sign(s) == 0) return NULL;
      return const_make_complex(
          op2(op2(op2(a, T_MUL, c), T_ADD, op2(b, T_MUL, d)), T_QUO, s),
          op2(op2(op2(b, T_MUL, c), T_SUB, op2(a, T_MUL, d)), T_QUO, s));
    }
    default:
      return NULL;
  }
}

// Brings x and y to the larger of their kinds.
static bool match(const Const **x, const Const **y) {
  ConstKind k = const_kind(*x) > const_kind(*y) ? const_kind(*x)
                                                : const_kind(*y);
  if (!is_number(*x) || !is_number(*y))
    return const_kind(*x) == const_kind(*y) && *x;
  if (k == CONST_FLOAT) {
    *x = const_to_float(*x);
    *y = const_to_float(*y);
  } else if (k == CONST_COMPLEX) {
    *x = const_to_complex(*x);
    *y = const_to_complex(*y);
  }
  return *x && *y;
}

static Const *concat(const Const *x, const Const *y) {
  Const *c = new_const(CONST_STRING);
  c->s.len = x->s.len + y->s.len;
  char *s = arena_alloc(perm, c->s.len + 1);
  memcpy(s, x->s.at, x->s.len);
  memcpy(s + x->s.len, y->s.at, y->s.len);
  c->s.at = s;
  return c;
}

Const *const_binary(const Const *x, Token op, const Const *y, bool int_div) {
  if (int_div || op == T_REM || op == T_AND || op == T_OR || op == T_XOR ||
      op == T_ANDNOT) {
    Const *i = const_to_int(x), *j = const_to_int(y);
    if (i && j) return int_binary(i, op, j, int_div);
  }
  if (!match(&x, &y)) return NULL;
  switch (x->kind) {
    case CONST_BOOL:
      if (op == T_ANDAND) return const_from_bool(x->b && y->b);
      return op == T_OROR ? const_from_bool(x->b || y->b) : NULL;
    case CONST_STRING: return op == T_ADD ? concat(x, y) : NULL;
    case CONST_INT: return int_binary(x, op, y, int_div);
    case CONST_FLOAT: return float_binary(x, op, y);
    case CONST_COMPLEX: return complex_binary(x, op, y);
    default: return NULL;
  }
}

Const *const_shift(const Const *x, Token op, unsigned count) {
  Const *i = const_to_int(x);
  if (!i) return NULL;
  if (op == T_SHL && mpz_sgn(i->i) && count > LONGEST_INT) return NULL;
  Const *r = new_int();
  if (op == T_SHL)
    mpz_mul_2exp(r->i, i->i, count);
  else
    mpz_fdiv_q_2exp(r->i, i->i, count);
  return const_bit_len(r) > LONGEST_INT ? NULL : r;
}

static int compare_strings(const Const *x, const Const *y) {
  size_t n = x->s.len < y->s.len ? x->s.len : y->s.len;
  int d = memcmp(x->s.at, y->s.at, n);
  return d ? d : (x->s.len > y->s.len) - (x->s.len < y->s.len);
}

static int compare_floats(const Const *x, const Const *y) {
  if (x->rational && y->rational) return mpq_cmp(x->q, y->q);
  mpfr_t a, b;
  get_big(a, x);
  get_big(b, y);
  int d = mpfr_cmp(a, b);
  mpfr_clear(a);
  mpfr_clear(b);
  return d;
}

bool const_compare(const Const *x, Token op, const Const *y) {
  if (!match(&x, &y)) return false;
  int d = 0;
  switch (x->kind) {
    case CONST_BOOL: d = x->b - y->b; break;
    case CONST_STRING: d = compare_strings(x, y); break;
    case CONST_INT: d = mpz_cmp(x->i, y->i); break;
    case CONST_FLOAT: d = compare_floats(x, y); break;
    case CONST_COMPLEX:
      d = compare_floats(x->c.re, y->c.re) || compare_floats(x->c.im, y->c.im);
      break;
    default: return false;
  }
  switch (op) {
    case T_EQL: return d == 0;
    case T_NEQ: return d != 0;
    case T_LSS: return d < 0;
    case T_LEQ: return d <= 0;
    case T_GTR: return d > 0;
    case T_GEQ: return d >= 0;
    default: return false;
  }
}

// ---- as messages show them -------------------------------------------------

static void quote(Buf *b, const char *s, size_t n) {
  buf_addc(b, '"');
  for (size_t i = 0; i < n; i++) {
    unsigned char ch = (unsigned char)s[i];
    switch (ch) {
      case '"': buf_adds(b, "\\\""); break;
      case '\\': buf_adds(b, "\\\\"); break;
      case '\a': buf_adds(b, "\\a"); break;
      case '\b': buf_adds(b, "\\b"); break;
      case '\f': buf_adds(b, "\\f"); break;
      case '\n': buf_adds(b, "\\n"); break;
      case '\r': buf_adds(b, "\\r"); break;
      case '\t': buf_adds(b, "\\t"); break;
      case '\v': buf_adds(b, "\\v"); break;
      default:
        if (ch < 0x20 || ch == 0x7f)
          buf_printf(b, "\\x%02x", ch);
        else
          buf_addc(b, (char)ch);
    }
  }
  buf_addc(b, '"');
}

// At most 72 characters with the quotes; the rest is "...".
static void add_string(Buf *b, const Const *c) {
  enum { LONGEST = 72 };
  Buf q = {0};
  quote(&q, c->s.at, c->s.len);
  size_t chars = 0, cut = 0;
  for (size_t i = 0; i < q.len; i++) {
    if (((unsigned char)q.at[i] & 0xc0) == 0x80) continue;
    if (chars == LONGEST - 3) cut = i;
    chars++;
  }
  if (chars <= LONGEST) {
    buf_add(b, q.at, q.len);
  } else {
    buf_add(b, q.at, cut);
    buf_adds(b, "...");
  }
}

// Decimal exponent and mantissa of a number outside the range of doubles.
static void add_huge(Buf *b, const Const *c) {
  mpfr_t f;
  get_big(f, c);
  mpfr_exp_t exp;
  char digits[32];
  mpfr_get_str(digits, &exp, 10, 6, f, MPFR_RNDN);
  mpfr_clear(f);
  char *d = digits;
  if (*d == '-') buf_addc(b, *d++);
  size_t n = strlen(d);
  while (n > 1 && d[n - 1] == '0') n--;
  buf_addc(b, d[0]);
  if (n > 1) buf_addc(b, '.');
  buf_add(b, d + 1, n - 1);
  buf_printf(b, "e%+ld", (long)exp - 1);
}

// With six digits; with as many as it takes if an integer would be shown that
// c is not.
static void add_double(Buf *b, const Const *c, double d) {
  char text[32];
  snprintf(text, sizeof text, "%.6g", d);
  if (!const_to_int(c) && !strchr(text, '.'))
    for (int digits = 1; digits <= 17; digits++) {
      snprintf(text, sizeof text, "%.*g", digits, d);
      if (strtod(text, NULL) == d) break;
    }
  buf_adds(b, text);
}

static void add_real(Buf *b, const Const *c) {
  if (c->kind == CONST_INT) {
    char *s = mpz_get_str(NULL, 10, c->i);
    buf_adds(b, s);
    free(s);
    return;
  }
  double d = round_double(c);
  if (isinf(d) || (d == 0 && const_sign(c) != 0))
    add_huge(b, c);
  else
    add_double(b, c, d);
}

char *const_to_string(Arena *a, const Const *c) {
  Buf b = {0};
  switch (const_kind(c)) {
    case CONST_UNKNOWN: buf_adds(&b, "unknown"); break;
    case CONST_BOOL: buf_adds(&b, c->b ? "true" : "false"); break;
    case CONST_STRING: add_string(&b, c); break;
    case CONST_INT: case CONST_FLOAT: add_real(&b, c); break;
    case CONST_COMPLEX:
      buf_addc(&b, '(');
      add_real(&b, c->c.re);
      buf_adds(&b, " + ");
      add_real(&b, c->c.im);
      buf_adds(&b, "i)");
      break;
  }
  return arena_strndup(a, b.at, b.len);
}

// ---- representability ------------------------------------------------------

static Const *in_int_range(const Const *c, int bits, bool is_unsigned) {
  Const *i = const_to_int(c);
  if (!i) return NULL;
  if (is_unsigned)
    return mpz_sgn(i->i) >= 0 && const_bit_len(i) <= bits ? i : NULL;
  if (mpz_sgn(i->i) >= 0) return const_bit_len(i) < bits ? i : NULL;
  mpz_t t;
  mpz_init(t);
  mpz_com(t, i->i);  // -2^(bits-1) has one bit too many, its complement not
  bool fits = mpz_sgn(t) == 0 || (int)mpz_sizeinbase(t, 2) < bits;
  mpz_clear(t);
  return fits ? i : NULL;
}

static Const *rounded(const Const *c, int bits) {
  Const *f = c ? const_to_float(c) : NULL;
  if (!f) return NULL;
  return const_from_double(bits == 32 ? (double)round_float(f)
                                      : round_double(f));
}

static Const *rounded_complex(const Const *c, int bits) {
  Const *z = const_to_complex(c);
  if (!z) return NULL;
  Const *re = rounded(z->c.re, bits), *im = rounded(z->c.im, bits);
  return re && im ? const_make_complex(re, im) : NULL;
}

Const *const_represent(const Const *c, Type *basic) {
  if (const_kind(c) == CONST_UNKNOWN) return (Const *)c;
  Type *u = under(basic);
  if (u->kind != TY_BASIC) return NULL;
  int info = u->basic.info;
  if (info & BI_BOOLEAN) return c->kind == CONST_BOOL ? (Const *)c : NULL;
  if (info & BI_STRING) return c->kind == CONST_STRING ? (Const *)c : NULL;
  if (!is_number(c)) return NULL;
  switch (u->basic.kind) {
    case B_INT: case B_INT64: return in_int_range(c, 64, false);
    case B_INT8: return in_int_range(c, 8, false);
    case B_INT16: return in_int_range(c, 16, false);
    case B_INT32: return in_int_range(c, 32, false);
    case B_UINT: case B_UINT64: case B_UINTPTR:
      return in_int_range(c, 64, true);
    case B_UINT8: return in_int_range(c, 8, true);
    case B_UINT16: return in_int_range(c, 16, true);
    case B_UINT32: return in_int_range(c, 32, true);
    case B_UNTYPED_INT: case B_UNTYPED_RUNE: return const_to_int(c);
    case B_FLOAT32: return rounded(c, 32);
    case B_FLOAT64: return rounded(c, 64);
    case B_UNTYPED_FLOAT: return const_to_float(c);
    case B_COMPLEX64: return rounded_complex(c, 32);
    case B_COMPLEX128: return rounded_complex(c, 64);
    case B_UNTYPED_COMPLEX: return const_to_complex(c);
    default: return NULL;
  }
}
