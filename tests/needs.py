# SPDX-License-Identifier: MIT
"""What a test may need of the machine, and whether it is there.

A test that lacks it is skipped, and says what was missing: a machine without
a network is no defect of Gl. What is asked here is asked of the system, by
the calls the test would make; nothing of Gl takes part, so that a defect
never looks like something missing. Also a command:

  needs.py NAME...   prints what is missing, exit status 77; 0 where all is
                     there
"""

import os
import resource
import signal
import socket
import sys
import threading


def refused(family, kind, address):
    """Why nothing listens on address and is reached there; or None."""
    try:
        with socket.socket(family, kind) as server:
            server.bind((address, 0))
            if kind == socket.SOCK_STREAM:
                server.listen(1)
            server.settimeout(60)
            with socket.socket(family, kind) as client:
                client.settimeout(60)
                client.connect(server.getsockname())
                client.send(b"x")
                if kind == socket.SOCK_DGRAM:
                    server.recv(1)
    except OSError as x:
        return x.strerror or str(x)
    return None


def loopback():
    """The interface that reaches this machine itself, by IPv4."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        why = refused(socket.AF_INET, kind, "127.0.0.1")
        if why:
            return f"no loopback interface (127.0.0.1: {why})"
    return None


def descriptors(least):
    """As many open files; the runtime takes the hard limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < least:
        return f"{hard} open files allowed (ulimit -n), {least} needed"
    return None


def threads(least):
    """As many threads: of this user (ulimit -u), or of the container."""
    threading.stack_size(64 << 10)
    done, made = threading.Event(), []
    try:
        for _ in range(least):
            t = threading.Thread(target=done.wait)
            t.start()
            made.append(t)
    except RuntimeError:
        return f"{len(made)} threads allowed, {least} needed"
    finally:
        done.set()
        for t in made:
            t.join()
    return None


def file(path):
    """A file or folder that a machine need not have."""
    return None if os.access(path, os.R_OK) else f"no {path}"


def missing(names):
    """The first of the names that is missing, in words; else None."""
    for name in names:
        name, _, value = name.partition("=")
        if name == "loopback":
            why = loopback()
        elif name == "descriptors":
            why = descriptors(int(value))
        elif name == "threads":
            why = threads(int(value))
        elif name == "file":
            why = file(value)
        else:
            raise ValueError("unknown need: " + name)
        if why:
            return why
    return None


def ordinary():
    """Undoes what nohup and shells' & leave: signals ignored or blocked.

    Children have what this process has, and programs leave an ignored
    signal ignored: what a test expects of SIGHUP would depend on how the
    tests were started. What modes files get would, too, and so would what
    the runtime does if variables tell it.
    """
    os.umask(0o022)
    for name in ("GOGC", "GOMEMLIMIT", "GOTRACEBACK", "GODEBUG"):
        os.environ.pop(name, None)
    for s in signal.valid_signals():
        if s not in (signal.SIGKILL, signal.SIGSTOP):
            if signal.getsignal(s) == signal.SIG_IGN:
                signal.signal(s, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def main():
    why = missing(sys.argv[1:])
    if why:
        print(why + ": skipped")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
