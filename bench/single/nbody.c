// SPDX-License-Identifier: MIT

// N-body: the planets' orbits, double arithmetic on an array of structs.

#include <math.h>
#include <stdio.h>

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

#define PI 3.14159265358979323846
#define SOLAR (4 * PI * PI)
#define DAYS 365.24

static double energy(Body *bodies, long n) {
  double e = 0;
  for (long i = 0; i < n; i++) {
    Body *b = &bodies[i];
    e += 0.5 * b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz);
    for (long j = i + 1; j < n; j++) {
      Body *c = &bodies[j];
      double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
      e -= b->mass * c->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}

static void offset_momentum(Body *bodies, long n) {
  double px = 0, py = 0, pz = 0;
  for (long i = 0; i < n; i++) {
    Body *b = &bodies[i];
    px += b->vx * b->mass;
    py += b->vy * b->mass;
    pz += b->vz * b->mass;
  }
  bodies[0].vx = -px / SOLAR;
  bodies[0].vy = -py / SOLAR;
  bodies[0].vz = -pz / SOLAR;
}

static void advance(Body *bodies, long n, double dt) {
  for (long i = 0; i < n; i++) {
    Body *b = &bodies[i];
    for (long j = i + 1; j < n; j++) {
      Body *c = &bodies[j];
      double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
      double d2 = dx * dx + dy * dy + dz * dz;
      double mag = dt / (d2 * sqrt(d2));
      b->vx -= dx * c->mass * mag;
      b->vy -= dy * c->mass * mag;
      b->vz -= dz * c->mass * mag;
      c->vx += dx * b->mass * mag;
      c->vy += dy * b->mass * mag;
      c->vz += dz * b->mass * mag;
    }
  }
  for (long i = 0; i < n; i++) {
    Body *b = &bodies[i];
    b->x += dt * b->vx;
    b->y += dt * b->vy;
    b->z += dt * b->vz;
  }
}

int main(void) {
  Body bodies[] = {
      {0, 0, 0, 0, 0, 0, SOLAR},
      {4.84143144246472090e+00, -1.16032004402742839e+00,
       -1.03622044471123109e-01, 1.66007664274403694e-03 * DAYS,
       7.69901118419740425e-03 * DAYS, -6.90460016972063023e-05 * DAYS,
       9.54791938424326609e-04 * SOLAR},
      {8.34336671824457987e+00, 4.12479856412430479e+00,
       -4.03523417114321381e-01, -2.76742510726411021e-03 * DAYS,
       4.99852801234917238e-03 * DAYS, 2.30417297573763929e-05 * DAYS,
       2.85885980666130812e-04 * SOLAR},
      {1.28943695621391310e+01, -1.51111514016986312e+01,
       -2.23307578892655734e-01, 2.96460137564761618e-03 * DAYS,
       2.37847173959480950e-03 * DAYS, -2.96589568540237556e-05 * DAYS,
       4.36624404335156298e-05 * SOLAR},
      {1.53796971148509165e+01, -2.59193146099879641e+01,
       1.79258772950371181e-01, 2.68067772490389322e-03 * DAYS,
       1.62824170038242295e-03 * DAYS, -9.51592254519715870e-05 * DAYS,
       5.15138902046611451e-05 * SOLAR},
  };
  long n = sizeof bodies / sizeof *bodies;
  offset_momentum(bodies, n);
  printf("%.9f\n", energy(bodies, n));
  for (int i = 0; i < 5000000; i++)
    advance(bodies, n, 0.01);
  printf("%.9f\n", energy(bodies, n));
  return 0;
}
