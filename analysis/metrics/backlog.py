"""Whether the backlog grows in the measurement window faster than chance explains, and what the broker counted."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import once_per_trial, outcomes
from analysis.metrics.trial import growth_rate, samples_in_window
from analysis.metrics.utilisation import utilisations

# Shares of the arrivals by which a count may grow: less is called steady, more than the second is overload.
SUSPECT_GROWTH = 0.03
CLEAR_GROWTH = 0.10
UNFINISHED_TOLERANCE = 0.01
# Growth by so many square roots of the mean count may be chance. Of a count like Poisson's the difference of two
# readings has a standard deviation of root two of them; with much to spare the uploads in progress make most of that
# chance, near saturation the line does. The rates at which each verdict is then given are in docs/method.md.
CHANCE_TO_SPARE, CHANCE_NEAR_SATURATION = 5.0, 3.0


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How a count of uploads grew over the window, by uploads/s along a straight line, and from its start to its end.

    Of those that arrived in the window so many are `unfinished` when the trial ends; `finished` left the count in the
    window whenever they had come. `mean` is the mean count. Near saturation chance is no excuse for what is missing.
    """

    slope: float
    arrived: int
    finished: int
    unfinished: int
    mean: float
    length_s: float
    near_saturation: bool

    @property
    def arrival_rate(self) -> float:
        """In uploads per second."""
        return max(self.arrived, 1) / self.length_s

    @property
    def finished_rate(self) -> float:
        return self.finished / self.length_s

    @property
    def share(self) -> float:
        """The slope as a share of the arrivals."""
        return self.slope / self.arrival_rate

    @property
    def missing(self) -> int:
        """How many fewer were finished than have arrived, which is what the count grew by from start to end."""
        return self.arrived - self.finished

    @property
    def falls_short(self) -> bool:
        """Whether clearly fewer were finished than have arrived."""
        more_than_few = self.missing > SUSPECT_GROWTH * self.arrived
        return more_than_few and (self.near_saturation or self.missing > self._chance)

    @property
    def without_limit(self) -> bool:
        """Whether times depend on when one stops measuring."""
        clear = self.share > CLEAR_GROWTH and self._beyond_chance
        left_over = self.unfinished > UNFINISHED_TOLERANCE * self.arrived
        lasting = left_over and (self.near_saturation or self._beyond_chance)
        return clear or (self.share > SUSPECT_GROWTH and lasting)

    @property
    def undecided(self) -> bool:
        """Whether it grew too much to be called steady and too little to be called overload."""
        suspect = self.share > SUSPECT_GROWTH and self._beyond_chance
        return (suspect or self.falls_short) and not self.without_limit

    @property
    def _beyond_chance(self) -> bool:
        return self.slope * self.length_s > self._chance

    @property
    def _chance(self) -> float:
        roots = CHANCE_NEAR_SATURATION if self.near_saturation else CHANCE_TO_SPARE
        return roots * math.sqrt(max(self.mean, 1.0))


@once_per_trial
def backlog_growth(trial: Trial) -> Growth:
    """Of the uploads that are due and not done."""
    return _growth(trial, "left_at")


@once_per_trial
def unanswered_growth(trial: Trial) -> Growth:
    """Of the uploads that are due and not answered: in queue mode what the front door does not take in."""
    return _growth(trial, "heard_at")


def _growth(trial: Trial, until: str) -> Growth:
    rows = outcomes(trial)
    samples = samples_in_window(trial, rows, until)
    cohort = rows[rows["in_cohort"]]
    return Growth(
        slope=growth_rate(samples),
        arrived=len(cohort),
        finished=int(trial.window.holds(rows[until]).sum()),
        unfinished=int((cohort[until] == math.inf).sum()),
        mean=float(samples["in_system"].mean()),
        length_s=trial.window.length_s,
        near_saturation=utilisations(trial).near_saturation,
    )


def broker_samples(trial: Trial) -> pd.DataFrame:
    """The samples in which the broker was counted while the load ran: `held` is waiting and in hand."""
    samples = trial.backlog.dropna(subset=["waiting", "unacked"])
    samples = samples[samples["sampled_at"].between(trial.started_at, trial.load_stopped_at)]
    return samples.assign(held=samples["waiting"] + samples["unacked"])
