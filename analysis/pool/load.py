"""What must be equal for the results of laptops to be pooled. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data.factors import CONDITIONS, FIRST_LEVELS, LOAD, short
from analysis.data.model import Experiment, Trial
from analysis.errors import AnalysisError
from analysis.format import listing, number
from analysis.validity.ledger import faults

HASH_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Load:
    """Workload, rate [pictures/s] and length of the window [s]; `conditions` that are not the usual ones, in words,
    and the start of the hash over the `pictures`."""

    workload: str
    offered_rate: float
    measured_s: float
    conditions: str
    pictures: str

    @property
    def words(self) -> str:
        """Such as `workload io, 12 pictures/s offered, 12 s measured, rabbitmq`."""
        told = f"workload {self.workload}, {number(self.offered_rate)} pictures/s offered"
        return ", ".join(filter(None, [f"{told}, {number(self.measured_s)} s measured", self.conditions]))


def most_measured(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells under those conditions that have the most of them."""
    under = list(zip(*(cells[name] for name in CONDITIONS), strict=True))
    most = Counter(under).most_common(1)[0][0]
    return cells.loc[[each == most for each in under]]


def load_of(experiment: Experiment, cells: pd.DataFrame) -> Load:
    """The load of cells that have all conditions in common."""
    levels = {name: cells[name].iloc[0] for name in CONDITIONS}
    trials = [each for each in experiment.trials if all(getattr(each.cell, name) == levels[name] for name in levels)]
    return Load(
        workload=str(levels["workload"]),
        offered_rate=float(f"{levels['offered_rate']:.4g}"),
        measured_s=float(round(max(trial.window.length_s for trial in trials))),
        conditions=_unusual(levels),
        pictures=_pictures(experiment, trials[0]),
    )


def refuse_faults(trials: Sequence[Trial]) -> None:
    """AnalysisError if something was done to a stack on purpose."""
    if done := sorted({str(event["what"]) for trial in trials for event in faults(trial)}):
        raise AnalysisError(f"This experiment tells nothing of a laptop: {listing(done)} was done to its stack.")


def _unusual(levels: dict[str, Any]) -> str:
    names = [name for name in CONDITIONS if name not in LOAD and levels[name] != FIRST_LEVELS[name]]
    return ", ".join(short(name, levels[name]) for name in names)


def _pictures(experiment: Experiment, trial: Trial) -> str:
    planned = experiment.info.get("pictures_sha256") or {}
    sent = trial.info.get("pictures_sha256") or planned.get(trial.cell.workload) or "unknown"
    return str(sent)[:HASH_LENGTH]
