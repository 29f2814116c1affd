"""Every fault once, on a stack under a steady load."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtests.errors import PlanError
from loadtests.planning.configuration import BROKERS, Cell
from loadtests.planning.experiment_merged import Experiment, Factors, Phases
from loadtests.planning.faults import FAULTS
from loadtests.planning.schedule import made_possible

#: Two workers, a little more than half of what they can do, so that they recover.
WORKERS, RATE = 2, 4.0

#: How long after the measurement the accepted pictures may take, by profile: what is stuck in "defaults" would be
#: there in an hour, and nobody waits that long.
DRAIN_LIMIT_S = {"safe": 75.0, "defaults": 12.0}


@dataclass(frozen=True, kw_only=True)
class FaultExperiment(Experiment):
    """One trial for each fault, each on the levels that it needs."""

    def combined(self) -> list[Cell]:
        return [made_possible(cell) for cell in super().combined()]


def fault_experiment(profile: str, broker: str, names: Sequence[str]) -> FaultExperiment:
    """What `python -m loadtests faults` measures: what of these faults can happen to the broker."""
    able = tuple(name for name in names if broker in FAULTS[name].brokers)
    if not able:
        raise PlanError(f"{' and '.join(names)} cannot happen to {broker}.")
    return FaultExperiment(
        name=f"faults-{profile}" if broker == BROKERS[0] else f"faults-{profile}-{broker}",
        question=f"What becomes of accepted pictures when something breaks? (profile {profile})",
        repeats=1,
        seed=11,
        factors=Factors(
            mode=("queue",),
            workers=(WORKERS,),
            offered_rate=(RATE,),
            profile=(profile,),
            broker=(broker,),
            fault=able,
        ),
        phases=Phases(warmup_s=1.0, measure_s=8.0, drain_limit_s=DRAIN_LIMIT_S[profile]),
    )
