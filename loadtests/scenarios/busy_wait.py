"""Waits for due times, and measures how late: python -m loadtests.scenarios.busy_wait 200 5 41

Takes a rate [1/s], a length [s] and a seed; prints the median, the p99 and the largest of the lags [s] as JSON.
"""

import json
import sys
from collections.abc import Sequence

import gevent
import numpy as np

from loadtests.clock import Clock
from loadtests.workload.arrivals import Arrival, plan

#: A timer may ring this much too late; what is due is waited for awake that long.
TIMER_S = 0.0015


def sleep_s(due_at: float, clock: Clock) -> float:
    """How long to sleep before something is due [s]."""
    return max(0.0, due_at - TIMER_S - clock.now())


def busy_wait(due_at: float, clock: Clock) -> None:
    """Wait for the last moment awake: timers are exact to a millisecond only."""
    while clock.now() < due_at:
        gevent.sleep(0)


def lags_s(planned: Sequence[Arrival]) -> list[float]:
    """Wait for each of them as a sender does, beginning now."""
    clock, found = Clock.anchored(), []
    began_at = clock.now()
    for arrival in planned:
        due_at = began_at + arrival.offset_s
        gevent.sleep(sleep_s(due_at, clock))
        busy_wait(due_at, clock)
        found.append(clock.now() - due_at)
    return found


def main(argv: Sequence[str]) -> int:
    rate, length_s, seed = argv
    found = lags_s(plan(rate=float(rate), seed=seed, weights=[1.0], length_s=float(length_s)))
    p50, p99 = np.percentile(found, [50, 99], method="inverted_cdf")
    print(json.dumps({"timer_p50_s": float(p50), "timer_p99_s": float(p99), "timer_max_s": max(found)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
