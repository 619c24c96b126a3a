// SPDX-License-Identifier: MIT
//
// Parking and readying (proc.c, chan.c): a G that must wait queues itself
// under the lock of what it waits for, is marked waiting before that lock is
// released, and has saved its registers by then; whoever takes it out of the
// queue may run it at once on another M.
//
// Checked: the G never runs twice at a time, is not lost, and gets every item.
// BROKEN marks it waiting after the release.

#define ITEMS 3
#define Grunnable 0
#define Grunning 1
#define Gwaiting 2

byte status = Grunnable;
bool queued, inrunq = true, lock;
byte items, got, running;

inline acquire() { atomic { !lock -> lock = true } }
inline release() { lock = false }

// An M: takes the G from the run queue and runs it until it parks.
proctype M() {
  do
  :: atomic { inrunq -> inrunq = false };
     assert(status == Grunnable);
     status = Grunning;
     running++;
     assert(running == 1);
     do
     :: acquire();
        if
        :: items > 0 -> items--; got++; release()
        :: else ->
           queued = true;
           running--;  // its registers are saved: it has left this M
#ifndef BROKEN
           status = Gwaiting;
           release();
#else
           release();
           status = Gwaiting;
#endif
           break
        fi;
        if
        :: got == ITEMS -> running--; goto done
        :: else
        fi
     od
  :: got == ITEMS -> break
  od;
done:
  skip
}

proctype Sender() {
  byte n, wake;
  for (n : 1 .. ITEMS) {
    acquire();
    items++;
    wake = queued;
    queued = false;
    release();
    if
    :: wake -> status = Grunnable; inrunq = true
    :: else
    fi
  }
}

init { atomic { run M(); run M(); run Sender() } }
