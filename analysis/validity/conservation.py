"""What no stack can do: work on more pictures than it has places, or hold others than its stamps say (R33). Pure."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.metrics.trial import percentile
from analysis.validity.count_bounds import (
    COMMIT_S,
    OFF_SHARE,
    SAMPLE_PERIOD_S,
    at_broker,
    in_database,
    in_hand,
)

# Stamps of two processes may cross by this much.
STAMP_TOLERANCE_S = 0.001
# The smallest share of the samples that makes a trial believable.
FEWEST_SAMPLES = 0.5


def violations(trial: Trial) -> Iterator[str]:
    """Every conservation law that the trial breaks, one sentence each."""
    crowd = most_in_work(trial.worked_on)
    if crowd > trial.cell.places:
        yield (
            f"{crowd} pictures were in work at once, where {trial.cell.places} can be: "
            "there are more workers than asked for"
        )
    # Older files do not say when their samples were counted, so those can be held against nothing.
    if "counted_by" in trial.backlog:
        yield from _unwatched(trial)
        yield from _uncounted(trial)
        yield from _miscounted(trial)


def most_in_work(pictures: pd.DataFrame) -> int:
    """The most finished pictures that were in work at one time.

    One without an end is left out: its worker may have died, and then nobody works on it.
    """
    done = pictures.dropna(subset=["started_at", "finished_at"])
    started, ended = (np.sort(done[name].to_numpy()) for name in ("started_at", "finished_at"))
    left = np.searchsorted(ended - STAMP_TOLERANCE_S, started, side="right")
    return int((np.arange(1, len(started) + 1) - left).max(initial=0))


def _unwatched(trial: Trial) -> Iterator[str]:
    """Whether the database counted too seldom to hold anything against."""
    sampled = trial.backlog.dropna(subset=["counted_by"])["sampled_at"]
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
    finished = np.sort(trial.worked_on["finished_at"].dropna().to_numpy())
    latest, earliest = samples["counted_by"] + STAMP_TOLERANCE_S, samples["sampled_at"] - COMMIT_S
    lowest = samples["done"] - np.searchsorted(finished, latest, side="right")
    highest = samples["done"] - np.searchsorted(finished, earliest, side="left")
    missed = percentile(lowest, 1 - OFF_SHARE) - percentile(highest, OFF_SHARE)
    if missed > 0:
        yield (
            f"The database's count of finished pictures and the rows drift apart by {missed:.0f} or more: rows "
            "were lost or added, or the count stood still"
        )


def _miscounted(trial: Trial) -> Iterator[str]:
    """Whether what was counted from outside is what the stamps say, sample by sample.

    The mean number in the system over a window is the time that all pictures spend in it over its length: Little's law
    for a finite window. Held against each sample it needs no tolerance but for what its own instant leaves open.
    """
    if not (database := in_database(trial)).believable:
        yield f"The database held unfinished pictures, {database.words}: Little's law does not hold"
    if trial.cell.mode == "sync":
        return
    if not (broker := at_broker(trial)).believable:
        yield f"The broker held messages, {broker.words}"
    if not (hands := in_hand(trial)).believable:
        yield f"The broker said that the workers held messages, {hands.words}"
