"""Whether a trial kept a goal, for a search that asks for the highest rate that does (R29, R30). Pure."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort, outcomes
from analysis.errors import AnalysisError
from analysis.metrics.backlog import backlog_growth, unanswered_growth
from analysis.metrics.trial import claimed, least_samples
from analysis.validity.saturation import doubts_of_growth
from analysis.validity.verdict import INVALID_ACCOUNTS, OVERLOADED, UNDECIDED, Verdict

PASS, FAIL, UNSURE, INVALID = "pass", "fail", "undecided", "invalid"

# Too few uploads for a percentile still miss a goal if chance gives so many misses in a smaller share of trials (R29).
CHANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A percentile of one clock, ready or response, and what it may be [s]; and no upload may fail."""

    clock: str
    share: float
    limit_s: float


def outcome(trial: Trial, verdict: Verdict, goal: Goal) -> str:
    """What a trial says of its rate; raises where it says nothing because its books do not close."""
    if verdict.name == INVALID_ACCOUNTS:
        raise AnalysisError(f"{trial.name}: {' '.join(verdict.reasons)}")
    if verdict.invalid:
        return INVALID
    if verdict.name == OVERLOADED:
        return FAIL
    rows = cohort(trial)
    if (rows["outcome"] == "failed").any() or _missed(rows[f"{goal.clock}_s"], goal):
        return FAIL
    too_few = len(rows) < least_samples(goal.share)
    return UNSURE if too_few or (verdict.name == UNDECIDED and _may_grow(trial)) else PASS


def _may_grow(trial: Trial) -> bool:
    """Whether what a trial did leaves it open if it keeps up; that much was asked of it is what a search is for."""
    rows = outcomes(trial)
    return bool(doubts_of_growth(backlog_growth(trial, rows), unanswered_growth(trial, rows)))


def reached_s(trial: Trial, goal: Goal) -> float:
    """The percentile that a trial showed [s]; NaN where it has too few uploads to claim one."""
    return claimed(cohort(trial)[f"{goal.clock}_s"], goal.share)


def _missed(times_s: pd.Series, goal: Goal) -> bool:
    """Whether the percentile was missed: by what it was, or by more misses than chance gives few uploads."""
    if len(times_s) < least_samples(goal.share):
        return _chance_of(int((times_s > goal.limit_s).sum()), len(times_s), goal.share) < CHANCE
    return claimed(times_s, goal.share) > goal.limit_s


def _chance_of(misses: int, uploads: int, share: float) -> float:
    """How likely so many misses or more are where each upload keeps the limit with probability `share`."""
    fewer = (math.comb(uploads, n) * (1 - share) ** n * share ** (uploads - n) for n in range(misses))
    return 1 - sum(fewer)
