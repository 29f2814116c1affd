"""The rows behind a lie, and what their trial is called. Pure."""

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort
from analysis.format import workers
from analysis.metrics.trial import p95
from analysis.validity.verdict import STEADY

#: What the axis of a wait says.
WAIT = "wait for a picture [s]"


def ready_times(trial: Trial) -> pd.Series:
    """How long each measured upload took to be ready [s]; infinite where it was not."""
    return cohort(trial)["ready_s"]


def is_complete(trial: Trial, verdict: str) -> bool:
    """Whether every upload became ready, and there are enough of them for a p95."""
    waits = ready_times(trial)
    return verdict in STEADY and bool(np.isfinite(waits).all()) and not np.isnan(p95(waits))


def due_since(trial: Trial) -> tuple[float, ...]:
    """When uploads were due [s since the measurement began]."""
    return tuple(cohort(trial)["due_at"] - trial.window.start)


def named_trial(trial: Trial) -> str:
    """Its mode and workers in words."""
    return f"{trial.cell.mode}, {workers(trial.cell.workers)}"
