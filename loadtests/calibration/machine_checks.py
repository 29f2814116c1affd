"""Measures this machine: its noise, its clock, and the sender's timers."""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from loadtests import ROOT
from loadtests.calibration.cases import SEED
from loadtests.errors import TrialError
from loadtests.machine.noise import CpuContention, spin_s
from loadtests.stack.process.environment import inherited

SPINS = 200
NAP_S, NAPS_FOR_S = 0.001, 5.0

#: How often, and for how long, a sender with nothing to send is to notice that something is due: [1/s] and [s].
TIMER_RATE, TIMER_FOR_S = 200, 5

#: How long a child may take beyond what it is to do.
CHILD_LIMIT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Noise:
    """spin_cv: standard deviation over mean of one fixed piece of work; shares are of all time; the others in seconds.

    hiccup_p99_s, hiccup_max_s: how much longer than asked a nap of a millisecond took.
    steal_share, pressure_share: what others took of the CPU during the naps, as in a trial's noise.
    clock_step_s: the smallest step of the clock that was seen.
    child_clock_s: by how much the clock of a process started here is surely off ours, as in another time namespace.
    timer_p50_s, timer_p99_s, timer_max_s: how late a sender with nothing to send noticed what was due.
    """

    spin_cv: float
    hiccup_p99_s: float
    hiccup_max_s: float
    steal_share: float | None
    pressure_share: float | None
    clock_step_s: float
    child_clock_s: float
    timer_p50_s: float
    timer_p99_s: float
    timer_max_s: float


def noise() -> Noise:
    """Measure the noise of the machine for some seconds."""
    spins = [spin_s() for _ in range(SPINS)]
    taken = CpuContention()
    hiccups = sorted(_hiccups())
    shares = taken.shares()
    return Noise(
        spin_cv=statistics.stdev(spins) / statistics.fmean(spins),
        hiccup_p99_s=hiccups[int(0.99 * len(hiccups))],
        hiccup_max_s=hiccups[-1],
        steal_share=shares["steal_share"],
        pressure_share=shares["pressure_share"],
        clock_step_s=_clock_step_s(),
        child_clock_s=_child_clock_s(),
        **_timer_lag(),
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


def _child_clock_s() -> float:
    """Return how far a child's clock is surely off: it must read it between two of our own readings [s]."""
    before = time.monotonic_ns()
    read = int(_said(("-I", "-S", "-c", "import time; print(time.monotonic_ns())"), CHILD_LIMIT_S))
    return max(before - read, read - time.monotonic_ns(), 0) / 1e9


def _timer_lag() -> dict[str, float]:
    """Measure the sender's timers, in a process of its own because they are gevent's."""
    arguments = ("-m", "loadtests.scenarios.busy_wait", str(TIMER_RATE), str(TIMER_FOR_S), str(SEED))
    lags: dict[str, float] = json.loads(_said(arguments, TIMER_FOR_S + CHILD_LIMIT_S))
    return lags


def _said(arguments: tuple[str, ...], limit_s: float) -> str:
    """Run Python and return what it prints."""
    command = (sys.executable, *arguments)
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=inherited(), capture_output=True, encoding="utf-8", errors="replace", timeout=limit_s
        )
    except subprocess.TimeoutExpired as error:
        raise TrialError(f"The noise of this machine could not be measured: {error}.") from error
    if done.returncode != 0:
        raise TrialError(f"The noise of this machine could not be measured: {done.stderr[-300:]}")
    return done.stdout
