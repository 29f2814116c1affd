"""Whether what waits piles up over the measurement window, faster than chance explains. Pure."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.experiment import Trial
from analysis.metrics import growth_rate, samples_in_window

# Shares of the arrival rate by which a count grows. A simulated 60 s window stays below the
# first at rho 0.9 in 97 of 100 trials; 12 s windows are wider, hence the second and the noise test.
SUSPECT_GROWTH = 0.03
CLEAR_GROWTH = 0.10
UNFINISHED_TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How fast a count grew, beside how fast uploads arrived, both per second.

    `beyond_noise` is growth that chance alone hardly gives; `left_over` tells whether more of the
    window's uploads than the tolerance were still waiting at the end.
    """

    slope: float
    arrival_rate: float
    beyond_noise: bool
    left_over: bool

    @property
    def share(self) -> float:
        return self.slope / self.arrival_rate

    @property
    def without_limit(self) -> bool:
        """Whether times depend on when one stops measuring."""
        clear = self.share > CLEAR_GROWTH and self.beyond_noise
        return clear or (self.share > SUSPECT_GROWTH and self.left_over)

    @property
    def undecided(self) -> bool:
        """Whether it grew too much to be called steady and too little to be called overload."""
        return self.share > SUSPECT_GROWTH and self.beyond_noise and not self.without_limit


def backlog_growth(trial: Trial, rows: pd.DataFrame) -> Growth:
    """Of the uploads that are due and not done."""
    return _growth(trial, rows, "left_at")


def unanswered_growth(trial: Trial, rows: pd.DataFrame) -> Growth:
    """Of the uploads that are due and not answered: in queue mode what the front door does not take in."""
    return _growth(trial, rows, "heard_at")


def _growth(trial: Trial, rows: pd.DataFrame, until: str) -> Growth:
    samples = samples_in_window(trial, rows, until)
    slope = growth_rate(samples)
    cohort = rows[rows["in_cohort"]]
    noise = 3 * math.sqrt(max(float(samples["in_system"].mean()), 1.0))
    return Growth(
        slope=slope,
        arrival_rate=max(len(cohort), 1) / trial.window.length_s,
        beyond_noise=slope * trial.window.length_s > noise,
        left_over=int((cohort[until] == math.inf).sum()) > UNFINISHED_TOLERANCE * len(cohort),
    )
