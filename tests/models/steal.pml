// SPDX-License-Identifier: MIT
//
// The run queue of a P (runq.c): the owner puts at the tail; the owner and
// thieves take from the head by compare-and-swap. A thief copies the Gs before
// it claims them: afterwards the owner may overwrite the slots.
//
// Checked: every G is taken exactly once. BROKEN copies after the claim.

#define SIZE 2
#define GS 4
byte head, tail, ring[SIZE], taken[GS];
bool finished;

#define AT(i) ring[(i) % SIZE]

proctype Owner() {
  byte next, h;
  do
  :: next < GS ->
     h = head;
     if
     :: tail - h < SIZE -> AT(tail) = next; tail++; next++
     :: else
     fi
  :: h = head;
     if
     :: tail == h ->
        if
        :: next == GS -> break
        :: else
        fi
     :: else ->
        byte g = AT(h);
        atomic {
          if
          :: head == h -> head++; taken[g]++
          :: else
          fi
        }
     fi
  od;
  finished = true
}

proctype Thief() {
  byte h, t, n, i, batch[SIZE];
  bool ok;
  do
  :: finished -> break
  :: h = head;
     t = tail;
     n = t - h;
     n = n - n / 2;
     if
     :: n == 0 || n > SIZE -> skip
     :: else ->
#ifndef BROKEN
        for (i : 0 .. n - 1) { batch[i] = AT(h + i) }
#endif
        atomic {
          ok = (head == h);
          if
          :: ok -> head = h + n
          :: else
          fi
        };
        if
        :: ok ->
#ifdef BROKEN
           for (i : 0 .. n - 1) { batch[i] = AT(h + i) }
#endif
           for (i : 0 .. n - 1) { taken[batch[i]]++ }
        :: else
        fi
     fi
  od
}

init {
  byte i;
  atomic { run Owner(); run Thief(); run Thief() };
  (_nr_pr == 1);
  for (i : 0 .. GS - 1) { assert(taken[i] == 1) }
}
