"""What to measure: an experiment, its cells, and the order of its trials. Pure."""

import itertools
import random
from dataclasses import asdict, dataclass
from typing import Any

MODES = ("sync", "queue")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination of levels. offered_rate is in uploads per second."""

    mode: str
    workers: int
    workload: str
    offered_rate: float


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One measured execution of one cell."""

    name: str
    cell: Cell
    repeat: int


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What is varied, each with its levels."""

    mode: tuple[str, ...]
    workers: tuple[int, ...]
    workload: tuple[str, ...] = ("io",)
    offered_rate: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Phases:
    """Lengths in seconds."""

    warmup_s: float
    measure_s: float
    drain_limit_s: float


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One question and all trials that answer it."""

    name: str
    question: str
    repeats: int
    seed: int
    factors: Factors
    phases: Phases

    def trials(self) -> list[Trial]:
        """The trials in the order in which they are measured.

        Randomised interleaved blocks: each repeat is one block of every cell in a fresh random order, so that
        a machine that drifts does not favour a cell.
        """
        order = random.Random(f"{self.seed}/order")
        blocks = ([(cell, repeat) for cell in self.cells()] for repeat in range(1, self.repeats + 1))
        shuffled = (order.sample(block, len(block)) for block in blocks)
        return [self._trial(cell, repeat) for cell, repeat in itertools.chain.from_iterable(shuffled)]

    def cells(self) -> list[Cell]:
        factors = self.factors
        levels = itertools.product(factors.workload, factors.offered_rate, factors.workers, factors.mode)
        return [
            Cell(mode=mode, workers=workers, workload=workload, offered_rate=rate)
            for workload, rate, workers, mode in levels
        ]

    def seed_of(self, trial: Trial) -> str:
        """The seed of a trial's load: one for the whole block, so that both modes replay the same uploads."""
        return f"{self.seed}/{trial.repeat}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _trial(self, cell: Cell, repeat: int) -> Trial:
        parts = [cell.mode, f"w{cell.workers}"]
        if len(self.factors.workload) > 1:
            parts.append(cell.workload)
        if len(self.factors.offered_rate) > 1:
            parts.append(f"{cell.offered_rate:g}ups")
        return Trial(name="-".join([*parts, f"r{repeat}"]), cell=cell, repeat=repeat)
