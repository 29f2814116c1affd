"""Every fault once, on a stack under a steady load."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtests.configuration import Cell
from loadtests.faults.catalogue import FAULTS
from loadtests.plan import Experiment, Factors, Phases

#: Two workers, a little more than half of what they can do, so that they recover.
WORKERS, RATE = 2, 4.0

#: How long after the measurement the accepted pictures may take, by profile: what is stuck in "defaults" would be
#: there in an hour, and nobody waits that long.
DRAIN_LIMIT_S = {"safe": 75.0, "defaults": 12.0}


@dataclass(frozen=True, kw_only=True)
class FaultExperiment(Experiment):
    """One trial for each fault, each on the levels that it needs."""

    def cells(self) -> list[Cell]:
        return [replace(cell, **(FAULTS[cell.fault].levels or {})) for cell in super().cells()]


def fault_experiment(profile: str, names: Sequence[str]) -> FaultExperiment:
    """What `python -m loadtests faults` measures."""
    return FaultExperiment(
        name=f"faults-{profile}",
        question=f"What becomes of accepted pictures when something breaks? (profile {profile})",
        repeats=1,
        seed=11,
        factors=Factors(
            mode=("queue",), workers=(WORKERS,), offered_rate=(RATE,), profile=(profile,), fault=tuple(names)
        ),
        phases=Phases(warmup_s=1.0, measure_s=8.0, drain_limit_s=DRAIN_LIMIT_S[profile]),
    )
