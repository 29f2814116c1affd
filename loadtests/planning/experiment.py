"""An experiment: its factors, phases, trials and their order."""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from loadtests.errors import PlanError
from loadtests.planning.configuration import BROKERS, NO_FAULT, Cell, database_on, meaningful
from loadtests.planning.faults import (
    FAULTS,
    RandomFaults,
    ScheduledFault,
    possible,
    scheduled_faults,
    with_requirements,
)

#: How much a plan measures: so many repeats, as many as fit in a time, or as many as a precision needs.
AMOUNTS = ("repeats", "minutes", "precision")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a rate must meet: a percentile of one clock within a limit, and no failed upload.

    clock: ready or response; share: such as 0.95; limit_s: what the percentile may be [s]. probe_s, confirm_s and
    longest_s: how long to measure while looking, confirming, and at most; most_trials: of one cell's search.
    """

    clock: str
    share: float
    limit_s: float
    probe_s: float
    confirm_s: float
    longest_s: float
    most_trials: int


#: How a varied level stands in a trial's name.
LABELS: Mapping[str, Callable[[Cell], str]] = {
    "workload": lambda cell: cell.workload,
    "stack": lambda cell: cell.stack,
    "offered_rate": lambda cell: f"{cell.offered_rate:g}ups",
    "broker": lambda cell: cell.broker,
    "queue_type": lambda cell: cell.queue_type,
    "database": lambda cell: cell.database,
    "web_threads": lambda cell: f"t{cell.web_threads}",
    "prefetch": lambda cell: f"p{cell.prefetch}",
    "append_only": lambda cell: f"log-{cell.append_only}",
    "profile": lambda cell: cell.profile,
    "fault": lambda cell: cell.fault,
    "broker_delay_s": lambda cell: f"{cell.broker_delay_s * 1000:g}ms",
}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One measured execution of one cell; a control is a second one in the same block (A/A)."""

    name: str
    cell: Cell
    repeat: int
    control: bool = False

    def rerun(self) -> "Trial":
        """Return the rerun of a noisy trial, with the same load."""
        return replace(self, name=f"{self.name}-rerun")


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What is varied, each with its levels; the names are those of a cell."""

    workload: tuple[str, ...] = ("io",)
    offered_rate: tuple[float, ...]
    stack: tuple[str, ...] = ("local",)
    broker: tuple[str, ...] = ("redis",)
    queue_type: tuple[str, ...] = ("classic",)
    database: tuple[str, ...] = ("sqlite",)
    web_threads: tuple[int, ...] = (1,)
    prefetch: tuple[int, ...] = (1,)
    broker_delay_s: tuple[float, ...] = (0.0,)
    append_only: tuple[str, ...] = ("no",)
    profile: tuple[str, ...] = ("safe",)
    fault: tuple[str, ...] = (NO_FAULT,)
    workers: tuple[int, ...]
    mode: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Phases:
    """The lengths of a trial's phases [s]."""

    warmup_s: float
    measure_s: float
    drain_limit_s: float


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One question and all trials that answer it.

    minutes: the time that may be spent on it; then `repeats` is what should fit, and no block starts that would not.
    precision: how exactly the ratio of the modes' ready times is wanted, as the half width of its 95 % interval; then
    `repeats` is the most that may be spent on it. With a goal no rates are given: they are searched for.
    faults happen in every trial, and so does one of random_faults in every turn.
    """

    name: str
    question: str
    repeats: int
    seed: int
    minutes: float | None = None
    precision: float | None = None
    control: bool = False
    goal: Goal | None = None
    faults: tuple[ScheduledFault, ...] = ()
    random_faults: RandomFaults | None = None
    factors: Factors
    phases: Phases

    def trials(self) -> list[Trial]:
        """The trials in the order in which they are measured."""
        return list(itertools.chain.from_iterable(self.blocks()))

    def blocks(self) -> list[list[Trial]]:
        """Randomised interleaved blocks: each repeat is one block of every cell in a fresh random order, so that
        a machine that drifts does not favour a cell."""
        order = random.Random(f"{self.seed}/order")
        blocks = (self._block(repeat) for repeat in range(1, self.repeats + 1))
        return [order.sample(block, len(block)) for block in blocks]

    def _block(self, repeat: int) -> list[Trial]:
        """Return every cell once, and the last one twice if the plan has a control."""
        trials = [self._trial(cell, repeat) for cell in self.cells()]
        name = f"{trials[-1].name.removesuffix(f'-r{repeat}')}-control-r{repeat}"
        control = replace(trials[-1], name=name, control=True)
        return [*trials, *([control] if self.control else [])]

    def cells(self) -> list[Cell]:
        """Return every meaningful combination of levels."""
        cells = [cell for cell in self.combined() if meaningful(cell)]
        # What a trial writes down is what runs.
        cells = [replace(cell, prefetch=cell.prefetch_multiplier) for cell in cells]
        return [cell for cell in cells if cell.fault == NO_FAULT or possible(cell.fault, cell)]

    def combined(self) -> list[Cell]:
        """Every combination of levels."""
        names = [field.name for field in fields(Factors)]
        combined = itertools.product(*(getattr(self.factors, name) for name in names))
        return [Cell(**dict(zip(names, levels, strict=True))) for levels in combined]

    def faults_in(self, trial: Trial) -> list[ScheduledFault]:
        """List the faults of a trial in order."""
        planned, measure_s = (self.faults, self.random_faults), self.phases.measure_s
        return scheduled_faults(trial.cell, *planned, measure_s, self.seed_of(trial))

    def step(self, cell: Cell, number: int, measure_s: float) -> tuple["Experiment", Trial]:
        """One trial of a search: the cell at its own rate, and the experiment that it is measured in."""
        return replace(self, phases=replace(self.phases, measure_s=measure_s)), self._trial(cell, number)

    def on(self, stack: str) -> "Experiment":
        """The same experiment on another stack, with the database that this one has if the plan names none."""
        database = tuple(database_on(stack, level) for level in self.factors.database)
        return replace(self, factors=replace(self.factors, stack=(stack,), database=tuple(dict.fromkeys(database))))

    def seed_of(self, trial: Trial) -> str:
        """The seed of a trial's load: one for the whole block, so that both modes replay the same uploads."""
        return f"{self.seed}/{trial.repeat}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _trial(self, cell: Cell, repeat: int) -> Trial:
        parts = [cell.mode, f"w{cell.workers}"]
        parts += [label(cell) for name, label in LABELS.items() if len(getattr(self.factors, name)) > 1]
        return Trial(name="-".join([*parts, f"r{repeat}"]), cell=cell, repeat=repeat)


#: Two workers, a little more than half of what they can do, so that they recover.
WORKERS, RATE = 2, 4.0

#: How long after the measurement the accepted pictures may take, by profile: what is stuck in "defaults" would be
#: there in an hour, and nobody waits that long.
DRAIN_LIMIT_S = {"safe": 75.0, "defaults": 12.0}


@dataclass(frozen=True, kw_only=True)
class FaultExperiment(Experiment):
    """One trial for each fault, each on the levels that it needs."""

    def combined(self) -> list[Cell]:
        return [with_requirements(cell) for cell in super().combined()]


def fault_experiment(profile: str, broker: str, names: Sequence[str]) -> FaultExperiment:
    """Return the experiment of `python -m loadtests faults`, with the faults that this broker can have."""
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
