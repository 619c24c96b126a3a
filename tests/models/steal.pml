// SPDX-License-Identifier: MIT
//
// The run queue of a P (runq.c): the owner puts at the tail; the owner and
// thieves take from the head by compare-and-swap. A thief copies the Gs before
// it claims them: afterwards the owner may overwrite the slots. A full ring
// gives half of what it has to the global queue, by the same steps. The G that
// was readied last is in runnext, from where it is kicked into the ring by the
// next one, run by the owner, or taken by a thief who finds the ring empty.
//
// Checked: every G is taken exactly once. BROKEN 1: a thief copies after the
// claim. 2: the owner takes from runnext by a load and a store.

#define SIZE 2
#define GS 3
#define NONE 255
byte head, tail, ring[SIZE], taken[GS], runnext = NONE;
bool finished;

#define AT(i) ring[(i) % SIZE]

inline claim(ok, h, n) {
  atomic {
    ok = (head == h);
    if
    :: ok -> head = h + n
    :: else
    fi
  }
}

inline take_runnext(g) {
#if BROKEN != 2
  atomic { g = runnext; runnext = NONE }
#else
  g = runnext;
  runnext = NONE
#endif
}

// Of g into the ring, or with half of it into the global queue.
inline put(g) {
  do
  :: h = head;
     if
     :: tail - h < SIZE -> AT(tail) = g; tail++; break
     :: else ->
        batch = AT(h);
        claim(ok, h, 1);
        if
        :: ok -> taken[batch]++; taken[g]++; break
        :: else
        fi
     fi
  od
}

proctype Owner() {
  byte next, h, g, batch;
  bool ok;
  do
  :: next < GS -> put(next); next++
  :: next < GS ->
     atomic { g = runnext; runnext = next };
     next++;
     if
     :: g != NONE -> put(g)
     :: else
     fi
  :: runnext != NONE ->
     take_runnext(g);
     if
     :: g != NONE -> taken[g]++
     :: else
     fi
  :: h = head;
     if
     :: tail == h ->
        if
        :: next == GS && runnext == NONE -> break
        :: else
        fi
     :: else ->
        g = AT(h);
        claim(ok, h, 1);
        if
        :: ok -> taken[g]++
        :: else
        fi
     fi
  od;
  finished = true
}

proctype Thief() {
  byte h, t, n, i, g, batch[SIZE];
  bool ok;
  do
  :: finished -> break
  :: h = head;
     t = tail;
     n = t - h;
     n = n - n / 2;
     if
     :: n > SIZE / 2 -> skip  // h and t were not of one instant
     :: n == 0 ->
        atomic { g = runnext; runnext = NONE };
        if
        :: g != NONE -> taken[g]++
        :: else
        fi
     :: else ->
#if BROKEN != 1
        for (i : 0 .. n - 1) { batch[i] = AT(h + i) }
#endif
        claim(ok, h, n);
        if
        :: ok ->
#if BROKEN == 1
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
