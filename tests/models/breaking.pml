// SPDX-License-Identifier: MIT
//
// Breaking a blocked poll (netpoll_epoll.c, proc.c): one M at a time sleeps in
// the poller, until the first timer it knew of. An M that gives up its P and
// finds an earlier timer becomes the poller, or breaks the wait of the one that
// is. A break is announced in `breaking`, so that one at a time is made; until
// there are descriptors for an eventfd the poller sleeps on that word instead.
//
// Checked: when all sleep, one sleeps in the poller and wakes for the first
// timer. BROKEN 1: a poller that has not yet said until when it sleeps is not
// broken. 2: `breaking` is cleared before the eventfd is read. 3: the poller
// looks for a P before it says that nobody polls.

#define NEVER 3
byte timer = NEVER;      // when the first is due
byte first = NEVER;      // for what the poller in its sleep will wake
bool polling;            // Go's lastpoll == 0
byte polluntil;          // 0: not known
bool breaking, epfd, asleep;
byte eventfd, idle, early = 1, running;

inline wake_futex() { asleep = false }

inline netpoll_break(was) {
  atomic { was = breaking; breaking = true };
  if
  :: was -> skip
  :: else ->
     if
     :: !epfd -> wake_futex()
     :: else
     fi;
     if
     :: epfd -> eventfd = 1
     :: else
     fi
  fi
}

inline netpoll(until) {
  if
  :: !epfd ->
     atomic {
       if
       :: !breaking -> asleep = true; first = until
       :: else
       fi
     };
end1:
     !asleep;
     first = NEVER;
     breaking = false
  :: else ->
     first = until;
end2:
     eventfd > 0;
     first = NEVER;
#if BROKEN != 2
     eventfd = 0;
     breaking = false
#else
     breaking = false;
     eventfd = 0
#endif
  fi
}

// An M with a P.
proctype M() {
  byte until, pu;
  bool was, ok;
work:
  if
  :: atomic { early > 0 -> early--; timer = 1 }
  :: atomic { timer == NEVER -> timer = 2 }
  :: skip
  fi;
  idle++;
  running--;
  until = timer;
  atomic { was = polling; polling = true };
  if
  :: !was ->
     polluntil = until;
     netpoll(until);
     polluntil = 0;
#if BROKEN != 3
     polling = false;
#endif
     atomic {
       ok = (idle > 0);
       if
       :: ok -> idle--; running++
       :: else
       fi
     };
#if BROKEN == 3
     polling = false;
#endif
     if
     :: ok -> goto work
     :: else
     fi
  :: else ->
     pu = polluntil;
#if BROKEN == 1
     pu = (pu == 0 -> until : pu);
#endif
     if
     :: until != NEVER && (pu == 0 || pu > until) -> netpoll_break(was)
     :: else
     fi
  fi
  // sleeps until work comes
}

// Opens a file: now there are descriptors.
proctype Creator() {
  epfd = true;
  breaking = true;
  wake_futex();
  eventfd = 1
}

// Work comes for an idle P.
proctype Submitter() {
end:
  atomic { idle > 0 -> idle--; running++; run M() }
}

proctype Watch() {
  timeout;
  assert(running > 0 || timer == NEVER || first == timer)
}

init {
  atomic {
    running = 2;
    if
    :: run Creator()
    :: epfd = true
    fi;
    run M(); run M(); run Submitter(); run Watch()
  }
}
