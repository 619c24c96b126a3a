// SPDX-License-Identifier: MIT
//
// Waking Ms (proc.c): who makes a G runnable stores it and then looks whether
// somebody spins; a spinning M that gives up says so first and then looks at
// the queues once more.
//
// Checked: no G is left in a queue while Ps are idle. BROKEN looks at
// the queues before it says that it no longer spins.

#define GS 3
byte queue, nmspinning, ran;
chan wake = [4] of { bit };
byte idle;  // Ps

inline take(ok) {
  atomic {
    ok = (queue > 0);
    if
    :: ok -> queue--; ran++
    :: else
    fi
  }
}

// Starts a spinning M if none spins.
inline wakep() {
  atomic {
    if
    :: nmspinning == 0 && idle > 0 ->
       nmspinning = 1;
       idle--;
       wake ! 1
    :: else
    fi
  }
}

proctype Submitter() {
  byte i;
  for (i : 1 .. GS) {
    queue++;
    wakep()
  }
}

// An M that is woken spinning, with the P that was idle.
proctype M() {
  bool ok;
end:
  do
  :: wake ? _ ->
spin:
     take(ok);
     if
     :: ok -> nmspinning--; wakep(); goto work
     :: else
     fi;
     idle++;  // gives up its P
#ifndef BROKEN
     nmspinning--;
     ok = (queue > 0);
#else
     ok = (queue > 0);
     nmspinning--;
#endif
     if
     :: ok -> atomic {
          if
          :: idle > 0 -> idle--; nmspinning++; goto spin
          :: else -> goto end  // somebody was started with it
          fi
        }
     :: else -> goto end
     fi;
work:
     do
     :: take(ok);
        if
        :: ok -> skip
        :: else -> break
        fi
     od;
     nmspinning++;
     goto spin
  od
}

// When nothing moves any more, nothing is left.
proctype Watch() {
  timeout;
  assert(ran == GS)
}

init { atomic { idle = 2; run M(); run M(); run Submitter(); run Watch() } }
