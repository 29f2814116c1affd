"""Whether a trial kept a goal, for a search that asks for the highest rate that does (R30). Pure."""

from dataclasses import dataclass

from analysis.checks import INVALID_ACCOUNTS, NOISY, OVERLOADED, UNDECIDED, Verdict
from analysis.errors import AnalysisError
from analysis.experiment import Trial
from analysis.metrics import percentile
from analysis.outcomes import cohort

PASS, FAIL, UNSURE, INVALID = "pass", "fail", "undecided", "invalid"


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
    # Noise could have made it miss the goal, so it neither passes nor fails.
    if verdict.name == NOISY:
        return UNSURE
    if reached_s(trial, goal) > goal.limit_s or (cohort(trial)["outcome"] == "failed").any():
        return FAIL
    return UNSURE if verdict.name == UNDECIDED else PASS


def reached_s(trial: Trial, goal: Goal) -> float:
    """The percentile that a trial showed [s]."""
    return percentile(cohort(trial)[f"{goal.clock}_s"], goal.share)
