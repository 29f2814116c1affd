"""How a sender waits for what is due."""

import gevent

from loadtests.clock import Clock

#: A timer may ring this much too late; what is due is waited for awake that long.
TIMER_S = 0.0015


def nap_s(due_at: float, clock: Clock) -> float:
    """How long to sleep before something is due [s]."""
    return max(0.0, due_at - TIMER_S - clock.now())


def wait_awake(due_at: float, clock: Clock) -> None:
    """Wait for the last moment awake: timers are exact to a millisecond only."""
    while clock.now() < due_at:
        gevent.sleep(0)
