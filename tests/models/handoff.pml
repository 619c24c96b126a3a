// SPDX-License-Identifier: MIT
//
// Hand-off of a P (syscall.c, sysmon.c): an M in a system call leaves its P in
// state Psyscall. When it comes back it takes the P by compare-and-swap,
// unless sysmon was faster: then it takes an idle P or queues its G, under one
// lock, as an M does that finds nothing to do and makes its P idle.
//
// Checked: the P is with one M at a time, and no G waits in the queue while
// the P is idle. BROKEN looks for an idle P and queues the G in two steps.

#define CALLS 3
#define Pidle 0
#define Prunning 1
#define Psyscall 2

byte status = Prunning, users;
bool idle;     // the P is in the idle list
bool queued;   // the G is in the global queue
bool finished;

inline cas(ok, from, to) {
  atomic {
    ok = (status == from);
    if
    :: ok -> status = to
    :: else
    fi
  }
}

// Whoever has the P.
inline use() {
  users++;
  assert(users == 1 && status == Prunning);
  users--
}

proctype Caller() {
  bool ok;
  byte i;
  for (i : 1 .. CALLS) {
    use();
    status = Psyscall;
    // ... the call ...
    cas(ok, Psyscall, Prunning);
    if
    :: ok -> skip
    :: else ->
#ifndef BROKEN
       atomic {
         ok = idle;
         if
         :: ok -> idle = false; status = Prunning
         :: else -> queued = true
         fi
       };
#else
       atomic {
         ok = idle;
         if
         :: ok -> idle = false; status = Prunning
         :: else
         fi
       };
       if
       :: !ok -> queued = true
       :: else
       fi;
#endif
       if
       :: !ok -> (!queued)  // sleeps until another M runs the G
       :: else
       fi
    fi
  }
  finished = true
}

// sysmon takes the P back and another M runs on it.
proctype Sysmon() {
  bool ok;
  do
  :: finished -> break
  :: status == Psyscall ->
     cas(ok, Psyscall, Pidle);
     if
     :: ok ->
        status = Prunning;
        use();
        atomic {
          if
          :: queued -> queued = false  // and the G goes on with the P
          :: else -> status = Pidle; idle = true
          fi
        }
     :: else
     fi
  od
}

init { atomic { run Caller(); run Sysmon() } }
