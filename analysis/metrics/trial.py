"""The numbers of a cell, each from the raw rows of all its trials. No plotting, no I/O."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.data.model import Trial, Window
from analysis.data.outcomes import in_system
from analysis.metrics.percentiles import percentile

BACKLOG_STEP_S = 0.5


def rate(at: pd.Series, window: Window) -> float:
    """Events per second, counted where they happened: those with `at` inside the window."""
    return float(window.holds(at).sum()) / window.length_s


def finished_in_window(trial: Trial) -> int:
    """Pictures that became ready inside the window, by the server's stamp, whenever they were due."""
    ready = trial.pictures["state"] == "ready"
    return int(trial.window.holds(trial.pictures.loc[ready, "finished_at"]).sum())


def throughput(trial: Trial) -> float:
    """Pictures finished per second of the window."""
    return finished_in_window(trial) / trial.window.length_s


def accepted_rate(trial: Trial, rows: pd.DataFrame) -> float:
    """Requests answered 2xx per second inside the window."""
    return rate(rows.loc[rows["accepted"], "answered_at"], trial.window)


def send_lag_p99(rows: pd.DataFrame) -> float:
    """The 99th percentile of sent minus due [s]: how late the load generator itself was."""
    return percentile((rows["sent_at"] - rows["due_at"]).dropna(), 0.99)


def service_times(rows: pd.DataFrame) -> pd.Series:
    """How long a worker was busy with each picture that became ready [s]."""
    return rows.loc[rows["outcome"] == "ok", "service_s"].dropna()


def utilisation(offered_rate: float, mean_service_s: float, places: int) -> float:
    """rho = arrival rate x mean service time / places of work; above 1 no queue can be stable (R24)."""
    return offered_rate * mean_service_s / places


def samples_in_window(trial: Trial, rows: pd.DataFrame, until: str) -> pd.DataFrame:
    """Uploads due and not past `until` every half second of the window: `at` [Unix s], `in_system` [pictures]."""
    at = np.arange(trial.window.start, trial.window.end, BACKLOG_STEP_S)
    return pd.DataFrame({"at": at, "in_system": in_system(rows, at, until)})


def growth_rate(samples: pd.DataFrame) -> float:
    """The least-squares slope of such samples [pictures/s] (R9); 0 with fewer than two samples."""
    if len(samples) < 2:
        return 0.0
    since = samples["at"] - samples["at"].iloc[0]
    return float(np.polyfit(since, samples["in_system"], 1)[0])


def cpu_per_picture(trials: Sequence[Trial]) -> dict[str, float]:
    """CPU seconds of each component per picture finished inside the windows of the trials that measured it.

    A component is missing if those trials finished none.
    """
    spent: dict[str, float] = defaultdict(float)
    finished: dict[str, int] = defaultdict(int)
    for trial in trials:
        pictures = finished_in_window(trial)
        for name, seconds in trial.cpu_seconds.items():
            spent[name] += seconds
            finished[name] += pictures
    return {name: spent[name] / finished[name] for name in sorted(spent) if finished[name]}
