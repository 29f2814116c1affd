"""How quiet this machine is, and how fine its clock."""

import statistics
import time
from dataclasses import dataclass

from loadtests.noise import spin_s

SPINS = 200
NAP_S, NAPS_FOR_S = 0.001, 5.0


@dataclass(frozen=True, kw_only=True)
class Noise:
    """spin_cv: standard deviation over mean of one fixed piece of work; the others in seconds.

    hiccup_p99_s, hiccup_max_s: how much longer than asked a nap of a millisecond took.
    clock_step_s: the smallest step of the clock that was seen.
    """

    spin_cv: float
    hiccup_p99_s: float
    hiccup_max_s: float
    clock_step_s: float


def noise() -> Noise:
    """Listen to the machine for some seconds."""
    spins = [spin_s() for _ in range(SPINS)]
    hiccups = sorted(_hiccups())
    return Noise(
        spin_cv=statistics.stdev(spins) / statistics.fmean(spins),
        hiccup_p99_s=hiccups[int(0.99 * len(hiccups))],
        hiccup_max_s=hiccups[-1],
        clock_step_s=_clock_step_s(),
    )


def _hiccups() -> list[float]:
    until, found = time.monotonic() + NAPS_FOR_S, []
    while (began := time.monotonic()) < until:
        time.sleep(NAP_S)
        found.append(time.monotonic() - began - NAP_S)
    return found


def _clock_step_s() -> float:
    stamps = [time.monotonic_ns() for _ in range(10_000)]
    return min(later - earlier for earlier, later in zip(stamps, stamps[1:], strict=False) if later > earlier) / 1e9
