"""Ends the stack when the process that started it is gone, however it went.

Run as a script with its standard input held open by the starter, which writes "+PGID" for each process group
that it starts and "-PGID" for each that has ended. End of input means that the starter is dead: a closed pipe
is the one sign that also follows SIGKILL, on every platform.
"""

import contextlib
import os
import signal
import sys
import time

#: How long a group may take to end by itself before it is killed.
GRACE_S = 3.0


def guard() -> None:
    """Read which groups live until the starter is gone, then end those that are left."""
    groups: set[int] = set()
    for line in sys.stdin:
        pgid = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(pgid)
    end(groups)


def end(groups: set[int]) -> None:
    """Ask every group to end, and kill what is left after the grace time."""
    send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while any(alive(pgid) for pgid in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    send(groups, signal.SIGKILL)


def send(groups: set[int], number: int) -> None:
    for pgid in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pgid, number)


def alive(pgid: int) -> bool:
    try:
        os.killpg(pgid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    # Ctrl-C and a closing terminal are the starter's business; this process only waits for its end.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    guard()
