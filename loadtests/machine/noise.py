"""Measures the machine's noise: its speed before a trial, and the CPU time that others take during it."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

#: One piece of work takes some 20 ms. The first third wakes the processor up and does not count; the median of the
#: others does not fall for one hiccup. A short trial is listened to for less long: a twentieth of its measurement.
MOST_SPINS, FEWEST_SPINS, SPINS_PER_S, SPIN_ADDITIONS = 30, 6, 2.5, 1_500_000

#: The largest share of trials that is measured again because it was noisy: where more are, the machine is like that.
MOST_NOISY = 0.25

PRESSURE = Path("/proc/pressure/cpu")


@dataclass(frozen=True, kw_only=True)
class Noise:
    """spin_before_s: a fixed piece of work on the idle machine, before the stack.

    steal_share: CPU time that the hypervisor gave to others, of all; pressure_share: time in which something waited
    for a CPU, the trial's own processes included. None where the system does not tell.
    """

    spin_before_s: float
    steal_share: float | None
    pressure_share: float | None


class CpuContention:
    """Measures the CPU time that others take from its creation on."""

    def __init__(self) -> None:
        self._began_at, self._cpu, self._pressure_s = time.monotonic(), psutil.cpu_times(), _pressure_s()

    def shares(self) -> dict[str, float | None]:
        """Of the time since: steal_share and pressure_share, as in Noise."""
        length_s, cpu, pressure_s = time.monotonic() - self._began_at, psutil.cpu_times(), _pressure_s()
        return {
            "steal_share": _steal_share(self._cpu, cpu),
            "pressure_share": _share(self._pressure_s, pressure_s, length_s),
        }


class NoiseMonitor:
    """Measures noise from its creation to its end; measure_s is the length of the measurement."""

    def __init__(self, measure_s: float) -> None:
        spins = max(FEWEST_SPINS, min(MOST_SPINS, round(SPINS_PER_S * measure_s)))
        self._spin_before_s = steady_spin_s(spins)
        self._taken = CpuContention()

    def end(self) -> Noise:
        """Return the noise; call it when nothing of the trial runs any more."""
        return Noise(spin_before_s=self._spin_before_s, **self._taken.shares())


def steady_spin_s(count: int) -> float:
    """The median of some spins without the first third [s]."""
    spins = [spin_s() for _ in range(count)]
    return statistics.median(spins[count // 3 :])


def spin_s() -> float:
    """Time a fixed piece of work [s]."""
    began = time.perf_counter()
    sum(range(SPIN_ADDITIONS))
    return time.perf_counter() - began


def busy_s() -> float:
    """Return the CPU seconds that this machine has used since it started."""
    times = psutil.cpu_times()
    return sum(getattr(times, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq"))


def _steal_share(before: Any, after: Any) -> float | None:
    """Of the CPU time between two readings; only Linux knows it."""
    whole = sum(after[:8]) - sum(before[:8])  # guest time, which follows, is part of user time already
    return _share(getattr(before, "steal", None), getattr(after, "steal", None), whole)


def _share(before: float | None, after: float | None, whole: float) -> float | None:
    return None if before is None or after is None or whole <= 0 else round((after - before) / whole, 5)


def _pressure_s() -> float | None:
    """Seconds since the start of the system in which at least one process waited for a CPU."""
    try:
        return int(PRESSURE.read_text(encoding="utf-8").split("total=")[1].split()[0]) / 1e6
    except (OSError, IndexError, ValueError):
        return None
