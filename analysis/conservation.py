"""What no stack can do: work on more pictures than it has places, or hold others than its stamps say (R33). Pure."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.experiment import Trial
from analysis.metrics import percentile

# Stamps of two processes may cross by this much.
STAMP_TOLERANCE_S = 0.001
# How often the stack is sampled, and the smallest share of those samples that makes a trial believable.
SAMPLE_PERIOD_S, FEWEST_SAMPLES = 0.5, 0.5
# How long a picture may have its stamp before the database counts it, and the share of samples that may be off.
COMMIT_S, OFF_SHARE = 0.1, 0.1
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
    yield from _unwatched(trial)
    yield from _uncounted(trial)
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


def _unwatched(trial: Trial) -> Iterator[str]:
    """Whether too few samples are there to hold anything against; older files do not say when they were counted."""
    if "counted_by" not in trial.backlog:
        return
    sampled = trial.backlog["sampled_at"]
    if trial.window.holds(sampled).sum() < FEWEST_SAMPLES * trial.window.length_s / SAMPLE_PERIOD_S:
        yield "The stack was hardly sampled while it was measured, so its own counts say nothing"


def _uncounted(trial: Trial) -> Iterator[str]:
    """Whether the database counted as many finished pictures as have rows: uploads that both books lack show here.

    What was finished before the first row is one unknown constant. Each sample bounds it, because the count was taken
    between its two stamps, and a finish is counted once it is committed. Where no row is missing all samples allow one
    constant; a tenth of them may be off at either end, as a machine that stops for a moment makes them.
    """
    samples = trial.backlog.reindex(columns=["sampled_at", "done", "counted_by"]).dropna()
    if samples.empty:
        return
    finished = np.sort(trial.pictures["finished_at"].dropna().to_numpy())
    latest, earliest = samples["counted_by"] + STAMP_TOLERANCE_S, samples["sampled_at"] - COMMIT_S
    lowest = samples["done"] - np.searchsorted(finished, latest, side="right")
    highest = samples["done"] - np.searchsorted(finished, earliest, side="left")
    missed = percentile(lowest, 1 - OFF_SHARE) - percentile(highest, OFF_SHARE)
    if missed > 0:
        yield (
            f"The database's count of finished pictures and the rows drift apart by {missed:.0f} or more: rows "
            "were lost or added, or the count stood still"
        )


def _held(trial: Trial) -> tuple[float, float] | None:
    """The mean number of unfinished pictures in the window [pictures], sampled and by the stamps.

    The mean of the number in the system over a window is the time that all pictures spend in it over its length, which
    is Little's law for a finite window. Both are taken at the same instants, so that sampling adds no error.
    """
    samples = trial.backlog[trial.window.holds(trial.backlog["sampled_at"])].dropna(subset=["in_database"])
    if samples.empty:
        return None
    at = samples["sampled_at"].to_numpy()
    came, went = (np.sort(trial.pictures[name].dropna().to_numpy()) for name in ("received_at", "finished_at"))
    stamped = np.searchsorted(came, at, side="right") - np.searchsorted(went, at, side="right")
    return float(samples["in_database"].mean()), float(stamped.mean())
