// SPDX-License-Identifier: MIT
//
// The lock of lock.c: 0 free, 1 held, 2 held and somebody may sleep. A futex
// sleeps only if the word still has the value it was given, and may wake for
// no reason.
//
// Checked: one holder at a time, and nobody sleeps for ever. BROKEN takes the
// lock with 1 after sleeping and so forgets those who still sleep.

#define THREADS 3
byte state, holders, sleepers;
chan wake = [THREADS] of { bit };

proctype Thread() {
  byte old;
  // Fast path, then some spinning: any number of failures look alike.
  if
  :: atomic { state == 0 -> state = 1 }; goto held
  :: skip
  fi;
  do
  :: atomic { old = state; state = 2 };
#ifdef BROKEN
     if
     :: old == 0 -> state = 1
     :: else
     fi;
#endif
     if
     :: old == 0 -> break
     :: else
     fi;
     if
     :: atomic { state == 2 -> sleepers++ };
        if
        :: wake ? _
        fi
     :: atomic { state != 2 -> skip }
     fi
  od;
held:
  holders++;
  assert(holders == 1);
  holders--;
  atomic { old = state; state = 0 };
  if
  :: old == 2 -> atomic {
       if
       :: sleepers > 0 -> sleepers--; wake ! 1
       :: else
       fi
     }
  :: else
  fi
}

init {
  byte i;
  atomic { for (i : 1 .. THREADS) { run Thread() } }
}
