// SPDX-License-Identifier: MIT
//
// Waking Ms (proc.c, m.c): who makes a G runnable stores it and then looks
// whether a P is idle and nobody spins; an M that gives up its P says so
// first and then looks at the queues once more. Who counted a spinning M and
// finds no P for it takes that back, and then looks for an idle P again: in
// between others relied on it.
//
// The G that submits keeps its P. Another G submits from a P of its own. An M
// may come from the poller, with a P and nothing to do; it spins unless
// enough others do. sysmon may hand off a P without work (handoffp).
//
// Checked: no G is left in a queue while Ps are idle. BROKEN 1: only Ms that
// spin look at the queues once more. 2: who finds no P does not look again.
// 3: the handed-off P is idle without a look at the queues.

#define PROCS 4
byte queue, nmspinning, ran, submitted;
byte polls = 1, handoffs = 1;
chan wake = [4] of { bit };
byte idle = 1;  // Ps; two are the submitters', one is in a system call

inline take(ok) {
  atomic {
    ok = (queue > 0);
    if
    :: ok -> queue--; ran++
    :: else
    fi
  }
}

inline startspinning(ok) {
  atomic {
    ok = (idle > 0);
    if
    :: ok -> idle--; wake ! 1
    :: else
    fi
  }
}

inline wakep(ok, again) {
  again = true;
  do
  :: !again || idle == 0 -> break
  :: else ->
     again = false;
     atomic {
       ok = (nmspinning == 0);
       if
       :: ok -> nmspinning = 1
       :: else
       fi
     };
     if
     :: ok ->
        startspinning(ok);
        if
        :: !ok ->
           nmspinning--;
#if BROKEN != 2
           again = true
#endif
        :: else
        fi
     :: else
     fi
  od
}

proctype Submitter() {
  bool ok, again;
  queue++;
  wakep(ok, again);
  submitted++
}

proctype M() {
  bool ok, again, spinning;
end:
  do
  :: wake ? _ -> spinning = true; goto find
  :: atomic { polls > 0 && idle > 0 -> polls--; idle-- };
     spinning = false;
find:
     if
     :: !spinning && 2 * nmspinning < PROCS - idle ->
        spinning = true;
        nmspinning++
     :: else
     fi;
     if
     :: spinning ->
        take(ok);
        if
        :: ok ->
           spinning = false;
           atomic { nmspinning--; ok = (nmspinning == 0) };
           if
           :: ok -> wakep(ok, again)
           :: else
           fi;
           if
           :: goto find
           :: goto busy  // the G does not end
           fi
        :: else
        fi
     :: else
     fi;
     idle++;  // gives up its P
     ok = spinning;
     if
     :: spinning -> spinning = false; nmspinning--
     :: else
     fi;
#if BROKEN == 1
     if
     :: ok
     :: else -> goto end
     fi;
#endif
     if
     :: queue > 0 ->
        atomic {
          ok = (idle > 0);
          if
          :: ok -> idle--
          :: else
          fi
        };
        if
        :: ok -> nmspinning++; spinning = true; goto find
        :: else
        fi
     :: else
     fi
  od;
busy:
  skip
}

proctype Sysmon() {
  bool ok, again;
  if
  :: nmspinning + idle == 0 ->
     atomic {
       ok = (nmspinning == 0);
       if
       :: ok -> nmspinning = 1; wake ! 1
       :: else
       fi
     };
     if
     :: ok -> goto done
     :: else
     fi
  :: skip
  fi;
  idle++;
#if BROKEN != 3
  if
  :: queue > 0 -> wakep(ok, again)
  :: else
  fi;
#endif
done:
  skip
}

// When nothing moves any more, nothing is left.
proctype Watch() {
  timeout;
  assert(queue == 0 || idle == 0)
}

init {
  atomic {
    run M(); run M(); run Submitter(); run Submitter(); run Sysmon();
    run Watch()
  }
}
