"""What no stack can do: work on more pictures than it has places, or hold others than its stamps say (R33). Pure."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.experiment import Trial

# Stamps of two processes may cross by this much.
STAMP_TOLERANCE_S = 0.001
# What the database's own count may differ by from the stamps, in the mean over the window: one picture, and as many
# of a hundred as may change hands between the sample's stamp and the count.
TOLERANCE_PICTURES, TOLERANCE_SHARE = 1.0, 0.05


def violations(trial: Trial) -> Iterator[str]:
    """Every conservation law that the trial breaks, one sentence each."""
    crowd = most_in_work(trial.pictures)
    if crowd > trial.cell.places:
        yield (
            f"{crowd} pictures were in work at once, where {trial.cell.places} can be: "
            "there are more workers than asked for"
        )
    held = _held(trial)
    if held is None:
        return
    sampled, stamped = held
    if abs(sampled - stamped) > TOLERANCE_PICTURES + TOLERANCE_SHARE * stamped:
        yield (
            f"The database held {sampled:.1f} unfinished pictures in the mean, but by the pictures' own stamps it was "
            f"{stamped:.1f}: Little's law does not hold"
        )


def most_in_work(pictures: pd.DataFrame) -> int:
    """The most finished pictures that were in work at one time.

    One without an end is left out: its worker may have died, and then nobody works on it.
    """
    done = pictures.dropna(subset=["started_at", "finished_at"])
    started, ended = (np.sort(done[name].to_numpy()) for name in ("started_at", "finished_at"))
    left = np.searchsorted(ended - STAMP_TOLERANCE_S, started, side="right")
    return int((np.arange(1, len(started) + 1) - left).max(initial=0))


def _held(trial: Trial) -> tuple[float, float] | None:
    """The mean number of unfinished pictures in the window [pictures], sampled and by the stamps.

    The mean of the number in the system over a window is the time that all pictures spend in it over its length, which
    is Little's law for a finite window. Both are taken at the same instants, so that sampling adds no error.
    """
    samples = trial.backlog[trial.window.holds(trial.backlog["sampled_at"])].dropna(subset=["in_database"])
    if trial.cell.mode != "queue" or samples.empty:
        return None
    at = samples["sampled_at"].to_numpy()
    came, went = (np.sort(trial.pictures[name].dropna().to_numpy()) for name in ("received_at", "finished_at"))
    stamped = np.searchsorted(came, at, side="right") - np.searchsorted(went, at, side="right")
    return float(samples["in_database"].mean()), float(stamped.mean())
