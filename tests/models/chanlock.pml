// SPDX-License-Identifier: MIT
//
// The lock of a channel (lock.c): released by a plain store, after which the
// releaser looks at locksleepers. The store may linger in its store buffer
// until after the look. Who wants to sleep raises locksleepers and then, by
// membarrier, makes the others' buffers drain.
//
// Checked: one holder at a time, and nobody sleeps for ever. BROKEN leaves the
// barrier out.

#define THREADS 2
byte lock, holders, locksleepers, asleep;
bool pending[THREADS];  // a store of 0 in the store buffer
chan wake = [THREADS] of { bit };

#define DRAIN(i) if :: pending[i] -> pending[i] = false; lock = 0 :: else fi

// Store buffers drain when they please.
proctype Memory() {
end:
  do
  :: atomic { pending[0] -> pending[0] = false; lock = 0 }
  :: atomic { pending[1] -> pending[1] = false; lock = 0 }
  od
}

// A locked instruction drains the own buffer.
#define TRYLOCK(ok) \
  atomic { DRAIN(me); ok = (lock == 0); if :: ok -> lock = 1 :: else fi }

proctype Thread(byte me) {
  bool ok;
  byte round;
  for (round : 1 .. 2) {
    TRYLOCK(ok);
    if
    :: ok -> goto held
    :: else
    fi;
    atomic { DRAIN(me); locksleepers++ };
#ifndef BROKEN
    atomic { DRAIN(0); DRAIN(1) };
#endif
    do
    :: TRYLOCK(ok);
       if
       :: ok -> break
       :: else
       fi;
       if
       :: atomic { lock == 1 -> asleep++ }; wake ? _
       :: atomic { lock == 0 -> skip }
       fi
    od;
    atomic { DRAIN(me); locksleepers-- };
held:
    holders++;
    assert(holders == 1);
    holders--;
    pending[me] = true;
    if
    :: locksleepers > 0 -> atomic {
         DRAIN(me);
         if
         :: asleep > 0 -> asleep--; wake ! 1
         :: else
         fi
       }
    :: else
    fi
  }
}

init { atomic { run Memory(); run Thread(0); run Thread(1) } }
