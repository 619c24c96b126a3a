// SPDX-License-Identifier: MIT
//
// Floating-point numbers to and from decimal, where exactness needs wide
// arithmetic. The shortest form follows Raffaello Giulietti's Schubfach: of
// all decimals that read back as v, the shortest, and of these the one
// nearest to v. Forms with a given precision and parsing are the C library's,
// which is exact. These functions neither block nor allocate (a long number
// to be parsed excepted), and run on g0.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

typedef struct {
  uint64_t hi, lo;
} Pow10;

enum { POW10_MIN = -292 };
static const Pow10 pow10_table[] = {
#include "pow10.inc"
};

// v = mantissa * 2^exp, as stored; near: the next smaller number is only half
// as far away as the next larger one.
typedef struct {
  uint64_t mantissa;
  int exp;
  bool near;
  bool half_up;  // of two nearest decimals take the larger, not the even one
} Binary;

typedef struct {
  uint64_t digits;  // v = digits * 10^exp
  int exp;
} Decimal;

// floor(x / 2^n) for negative x too.
static int shift_floor(int x, int n) { return x >> n; }

static int floor_log10_pow2(int e) { return shift_floor(e * 1262611, 22); }

static int floor_log10_three_quarters_pow2(int e) {
  return shift_floor(e * 1262611 - 524031, 22);
}

static int floor_log2_pow10(int e) { return shift_floor(e * 1741647, 19); }

// The upper part of g * cp, its last bit telling whether anything was lost.
static uint64_t round_to_odd(Pow10 g, uint64_t cp) {
  unsigned __int128 x = (unsigned __int128)g.lo * cp;
  unsigned __int128 y = (unsigned __int128)g.hi * cp + (uint64_t)(x >> 64);
  return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

static Decimal shortest(Binary b) {
  uint64_t c = b.mantissa;
  bool odd = c & 1;
  // The interval that rounds to v, and v itself, times 4.
  uint64_t cbl = 4 * c - 2 + b.near, cb = 4 * c, cbr = 4 * c + 2;
  int k = b.near ? floor_log10_three_quarters_pow2(b.exp)
                 : floor_log10_pow2(b.exp);
  int h = b.exp + floor_log2_pow10(-k) + 1;
  Pow10 g = pow10_table[-k - POW10_MIN];
  uint64_t vbl = round_to_odd(g, cbl << h);
  uint64_t vb = round_to_odd(g, cb << h);
  uint64_t vbr = round_to_odd(g, cbr << h);
  uint64_t lower = vbl + odd, upper = vbr - odd;
  uint64_t s = vb / 4;
  if (s >= 10) {
    uint64_t sp = s / 10;
    bool up = lower <= 40 * sp, wp = 40 * sp + 40 <= upper;
    if (up != wp)
      return (Decimal){sp + wp, k + 1};
  }
  bool u = lower <= 4 * s, w = 4 * s + 4 <= upper;
  if (u != w)
    return (Decimal){s + w, k};
  uint64_t mid = 4 * s + 2;
  bool up = vb > mid || (vb == mid && ((s & 1) || b.half_up));
  return (Decimal){s + up, k};
}

static Decimal trimmed(Decimal d) {
  while (d.digits % 10 == 0) {
    d.digits /= 10;
    d.exp++;
  }
  return d;
}

// v is finite and positive.
static Decimal decimal64(double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  uint64_t frac = bits & ((UINT64_C(1) << 52) - 1);
  int exp = (int)(bits >> 52);
  if (exp == 0)
    return trimmed(shortest((Binary){frac, -1074, false, false}));
  Binary b = {frac | UINT64_C(1) << 52, exp - 1075, frac == 0 && exp > 1,
              false};
  return trimmed(shortest(b));
}

// The one tie there is, 2^-12, Go rounds up: programs print 0.00024414063.
static Decimal decimal32(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  uint32_t frac = bits & ((1u << 23) - 1);
  int exp = (int)(bits >> 23);
  if (exp == 0)
    return trimmed(shortest((Binary){frac, -149, false, false}));
  Binary b = {frac | 1u << 23, exp - 150, frac == 0 && exp > 1, frac == 0};
  return trimmed(shortest(b));
}

// Writes the digits at p and returns their number.
static int put_digits(uint8_t *p, uint64_t v) {
  uint8_t tmp[20];
  int i = sizeof tmp;
  do {
    tmp[--i] = (uint8_t)('0' + v % 10);
    v /= 10;
  } while (v);
  memcpy(p, tmp + i, sizeof tmp - (size_t)i);
  return (int)sizeof tmp - i;
}

// The digits of the shortest form, and the position of the decimal point
// relative to their start. v is finite and positive.
GlPair gl_ftoa64(uint8_t *digits, double v) {
  Decimal d = decimal64(v);
  int n = put_digits(digits, d.digits);
  return (GlPair){(uintptr_t)n, (uintptr_t)(intptr_t)(n + d.exp)};
}

GlPair gl_ftoa32(uint8_t *digits, float v) {
  Decimal d = decimal32(v);
  int n = put_digits(digits, d.digits);
  return (GlPair){(uintptr_t)n, (uintptr_t)(intptr_t)(n + d.exp)};
}

// prec digits after the point, as "%e" and "%f" of C; at most size bytes.
intptr_t gl_ftoa_e(char *buf, intptr_t size, intptr_t prec, double v) {
  return snprintf(buf, (size_t)size, "%.*e", (int)prec, v);
}

enum { SMALL_PREC = 19 };  // 10^19 fits 64 bits

// "%f" of v >= 0 where v * 10^prec fits 64 bits, with exact arithmetic: v is
// mantissa / 2^shift, and mantissa * 10^prec fits 117 bits. 0 if it does not
// apply.
static intptr_t small_fixed(uint8_t *buf, int prec, double v) {
  static const uint64_t powers[SMALL_PREC + 1] = {
      1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u,
      1000000000u, 10000000000u, 100000000000u, 1000000000000u,
      10000000000000u, 100000000000000u, 1000000000000000u,
      10000000000000000u, 100000000000000000u, 1000000000000000000u,
      10000000000000000000u};
  if (prec > SMALL_PREC || v * (double)powers[prec] >= 1e19)
    return 0;
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  int exp = (int)(bits >> 52);
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (exp)
    mantissa |= UINT64_C(1) << 52;
  int shift = 1075 - (exp ? exp : 1);
  unsigned __int128 whole = (unsigned __int128)mantissa * powers[prec];
  uint64_t q;
  if (shift <= 0) {
    q = (uint64_t)(whole << -shift);
  } else if (shift > 118) {
    q = 0;  // less than half a unit
  } else {
    unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    unsigned __int128 rest = whole & (half * 2 - 1);
    q = (uint64_t)(whole >> shift);
    q += rest > half || (rest == half && (q & 1));
  }
  uint8_t digits[20];
  int n = put_digits(digits, q), len = 0;
  if (n <= prec) {
    buf[len++] = '0';
    buf[len++] = '.';
    for (int i = n; i < prec; i++) buf[len++] = '0';
    memcpy(buf + len, digits, (size_t)n);
    return len + n;
  }
  memcpy(buf, digits, (size_t)(n - prec));
  len = n - prec;
  if (prec > 0) {
    buf[len++] = '.';
    memcpy(buf + len, digits + n - prec, (size_t)prec);
    len += prec;
  }
  return len;
}

intptr_t gl_ftoa_f(char *buf, intptr_t size, intptr_t prec, double v) {
  intptr_t n = small_fixed((uint8_t *)buf, (int)prec, v);
  return n ? n : snprintf(buf, (size_t)size, "%.*f", (int)prec, v);
}

// ---- %g, for print and println

static int put_exponent(uint8_t *p, int e) {
  int n = 0;
  p[n++] = 'e';
  p[n++] = e < 0 ? '-' : '+';
  e = abs(e);
  if (e < 10)
    p[n++] = '0';
  return n + put_digits(p + n, (uint64_t)e);
}

static int put_general(uint8_t *p, Decimal d) {
  uint8_t digits[20];
  int n = put_digits(digits, d.digits), point = n + d.exp, len = 0;
  if (point - 1 < -4 || point - 1 >= 6) {
    p[len++] = digits[0];
    if (n > 1) {
      p[len++] = '.';
      memcpy(p + len, digits + 1, (size_t)n - 1);
      len += n - 1;
    }
    return len + put_exponent(p + len, point - 1);
  }
  if (point <= 0) {
    p[len++] = '0';
    p[len++] = '.';
    for (int i = point; i < 0; i++) p[len++] = '0';
  }
  for (int i = 0; i < n || i < point; i++) {
    if (i == point && i > 0)
      p[len++] = '.';
    p[len++] = i < n ? digits[i] : '0';
  }
  return len;
}

// At most 25 bytes at p; returns their number.
static int put_special(uint8_t *p, double v) {
  const char *s = v != v ? "NaN" : v > 0 ? "+Inf" : "-Inf";
  int n = (int)strlen(s);
  memcpy(p, s, (size_t)n);
  return n;
}

static int put_sign(uint8_t *p, bool negative) {
  if (negative)
    *p = '-';
  return negative;
}

intptr_t gl_fmt_g64(uint8_t *p, double v) {
  if (v - v != 0)
    return put_special(p, v);
  int n = put_sign(p, __builtin_signbit(v));
  if (v == 0) {
    p[n] = '0';
    return n + 1;
  }
  return n + put_general(p + n, decimal64(__builtin_fabs(v)));
}

intptr_t gl_fmt_g32(uint8_t *p, float v) {
  if (v - v != 0)
    return put_special(p, v);
  int n = put_sign(p, __builtin_signbit(v));
  if (v == 0) {
    p[n] = '0';
    return n + 1;
  }
  return n + put_general(p + n, decimal32(__builtin_fabsf(v)));
}

// ---- parsing: s[0:n] is a valid number in C's syntax

enum { SHORT_NUMBER = 400 };

static char *terminated(char *room, const uint8_t *s, intptr_t n) {
  char *p = n < SHORT_NUMBER ? room : malloc((size_t)n + 1);
  if (!p)
    abort();
  memcpy(p, s, (size_t)n);
  p[n] = 0;
  return p;
}

double gl_strtod(const uint8_t *s, intptr_t n) {
  char room[SHORT_NUMBER], *p = terminated(room, s, n);
  double v = strtod(p, NULL);
  if (p != room)
    free(p);
  return v;
}

float gl_strtof(const uint8_t *s, intptr_t n) {
  char room[SHORT_NUMBER], *p = terminated(room, s, n);
  float v = strtof(p, NULL);
  if (p != room)
    free(p);
  return v;
}
