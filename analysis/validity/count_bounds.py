"""Between which bounds the pictures' timestamps put what samples from outside counted (R33). Pure.

A sample is taken at an instant that is not known, but two stamps hold it. So is the instant at which a picture begins
or ends to be counted. Whatever the instants were, the count lies between those who surely had come less those who may
have gone, and those who may have come less those who surely had gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.format import number
from analysis.metrics.percentiles import percentile
from analysis.validity.reasons import Kind, Reason, reason
from analysis.validity.unfinished import most_handed_over

#: How often the stack is sampled, from the end of one sample to the start of the next.
SAMPLE_PERIOD_S = 0.5
#: How long after the stamp the database may count a finish, or the broker an acknowledgement.
COMMIT_S = 0.1
#: How long a message may be on its way from a Redis list to a worker, in no count: the time until the node's main
#: process gets a core, and then until one of its pool processes has written down that work has started.
HANDOVER_S = 0.25
#: The share of samples that may be off, as a machine that stops for a moment makes them.
OFF_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What each sample counted, and the least and the most that it can have been [pictures]."""

    counted: pd.Series
    least: pd.Series
    most: pd.Series

    @property
    def off(self) -> int:
        """How many samples do not lie between the two."""
        return int(((self.counted < self.least) | (self.counted > self.most)).sum())

    @property
    def believable(self) -> bool:
        """Whether nearly all samples lie between the two."""
        return self.off <= OFF_SHARE * len(self.counted)

    @property
    def words(self) -> str:
        """How many are off, and the means of all, such as `3.4 where the stamps of the pictures allow 2 to 3`."""
        counted, least, most = (number(float(count.mean())) for count in (self.counted, self.least, self.most))
        return (
            f"{counted} on average, where the pictures' own timestamps allow {least} to {most} "
            f"({self.off} of {len(self.counted)} samples out of bounds)"
        )


def in_database(trial: Trial) -> Sampled:
    """Unfinished pictures by the database: from their row to their commit.

    A row is made after the upload was received, and is there when its message goes out or work on it starts.
    """
    samples = _samples(trial, "counted_by", "in_database")
    rows = trial.worked_on
    there = rows["enqueued_at"].fillna(rows["started_at"])
    return _between(
        samples,
        counted=samples["in_database"],
        until=samples["counted_by"],
        came=(rows["received_at"], there),
        went=(rows["finished_at"], rows["finished_at"] + COMMIT_S),
    )


def at_broker(trial: Trial) -> Sampled:
    """Messages that wait or are in hand: from after `enqueued_at`, by the 202 at the latest, to the acknowledgement.

    Those that are handed over are in neither: work on them starts within `HANDOVER_S`.
    """
    samples = _samples(trial, "waiting", "unacked")
    answers = trial.requests[["id", "answered_at", "status"]].drop_duplicates("id")
    rows = trial.worked_on.merge(answers, on="id", how="left")
    accepted = rows["answered_at"].where(rows["status"].between(200, 299))
    known = _between(
        samples,
        counted=samples["waiting"] + samples["unacked"],
        until=samples["ended_by"],
        came=(rows["enqueued_at"], accepted),
        went=_acknowledged(trial, rows),
    )
    return replace(known, least=known.least - _handed_over(trial, rows, samples))


def _handed_over(trial: Trial, rows: pd.DataFrame, samples: pd.DataFrame) -> pd.Series:
    """The most messages that can have been on their way to a worker at each sample: they wait, and are started soon."""
    begun = _by(rows["started_at"], samples["sampled_at"])
    waiting = _by(rows["enqueued_at"], samples["ended_by"]) - begun
    begin_soon = _by(rows["started_at"], samples["ended_by"] + HANDOVER_S) - begun
    return waiting.clip(upper=begin_soon).clip(lower=0, upper=most_handed_over(trial))


def unacked(trial: Trial) -> Sampled:
    """Messages in the workers' hands: at least the pictures in progress, at most the prefetch limit."""
    samples = _samples(trial, "waiting", "unacked")
    rows = trial.worked_on
    known = _between(
        samples,
        counted=samples["unacked"],
        until=samples["ended_by"],
        came=(rows["started_at"], rows["started_at"]),
        went=_acknowledged(trial, rows),
    )
    room = pd.Series(trial.cell.workers * trial.cell.prefetch, index=samples.index)
    return Sampled(counted=known.counted, least=known.least.clip(upper=room), most=room)


def _acknowledged(trial: Trial, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The first and the last instant at which a message can have been acknowledged."""
    late_s = COMMIT_S + trial.cell.broker_delay_s
    if trial.cell.profile == "safe":
        return rows["finished_at"], rows["finished_at"] + late_s
    # Celery as it comes acknowledges when work starts.
    return rows["started_at"] - COMMIT_S, rows["started_at"] + late_s


def _samples(trial: Trial, *counts: str) -> pd.DataFrame:
    """The samples of the time of the load that hold these counts, with `ended_by`: the next one came a period later."""
    samples = trial.backlog.reindex(columns=["sampled_at", "counted_by", "waiting", "unacked", "in_database"])
    next_at = samples["sampled_at"].shift(-1) - SAMPLE_PERIOD_S
    # The broker is counted even where the database did not answer.
    samples = samples.assign(ended_by=next_at.mask(samples["counted_by"] > next_at, samples["counted_by"]))
    known = samples.dropna(subset=["ended_by", *counts])
    return known[known["sampled_at"].between(trial.started_at, trial.load_stopped_at)]


def _between(
    samples: pd.DataFrame,
    *,
    counted: pd.Series,
    until: pd.Series,
    came: tuple[pd.Series, pd.Series],
    went: tuple[pd.Series, pd.Series],
) -> Sampled:
    """came, went: the first and the last instant at which each picture can have begun and ceased to be counted."""
    since = samples["sampled_at"]
    return Sampled(
        counted=counted,
        least=_by(came[1], since) - _by(went[0], until),
        most=_by(came[0], until) - _by(went[1], since),
    )


def _by(stamps: pd.Series, at: pd.Series) -> pd.Series:
    """How many stamps lie at or before each time."""
    return pd.Series(np.searchsorted(np.sort(stamps.dropna().to_numpy()), at.to_numpy(), side="right"), index=at.index)


# Stamps of two processes may cross by this much.
STAMP_TOLERANCE_S = 0.001
# The smallest share of the samples that makes a trial believable.
FEWEST_SAMPLES = 0.5


def violations(trial: Trial) -> Iterator[Reason]:
    """Every conservation law that the trial breaks."""
    crowd = most_in_work(trial.worked_on)
    if crowd > trial.cell.places:
        yield reason(Kind.TOO_MANY_AT_WORK, count=crowd, places=trial.cell.places)
    # Older files do not say when their samples were counted, so those can be held against nothing.
    if "counted_by" in trial.backlog:
        yield from _unwatched(trial)
        yield from _uncounted(trial)
        yield from _miscounted(trial)


def most_in_work(pictures: pd.DataFrame) -> int:
    """The most finished pictures that were in progress at one time.

    One without an end is left out: its worker may have died, and then no worker has it.
    """
    done = pictures.dropna(subset=["started_at", "finished_at"])
    started, ended = (np.sort(done[name].to_numpy()) for name in ("started_at", "finished_at"))
    left = np.searchsorted(ended - STAMP_TOLERANCE_S, started, side="right")
    return int((np.arange(1, len(started) + 1) - left).max(initial=0))


def _unwatched(trial: Trial) -> Iterator[Reason]:
    """Whether the database counted too seldom to hold anything against."""
    sampled = trial.backlog.dropna(subset=["counted_by"])["sampled_at"]
    if trial.window.holds(sampled).sum() < FEWEST_SAMPLES * trial.window.length_s / SAMPLE_PERIOD_S:
        yield reason(Kind.HARDLY_SAMPLED)


def _uncounted(trial: Trial) -> Iterator[Reason]:
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
        yield reason(Kind.COUNT_DRIFTS, missed=float(round(missed)))


def _miscounted(trial: Trial) -> Iterator[Reason]:
    """Whether what was counted from outside is what the stamps say, sample by sample.

    The mean number in the system over a window is the time that all pictures spend in it over its length: Little's law
    for a finite window. Held against each sample it needs no tolerance but for what its own instant leaves open.
    """
    if not (database := in_database(trial)).believable:
        yield reason(Kind.DATABASE_MISCOUNTS, counted=database.words)
    if trial.cell.mode == "sync":
        return
    if not (broker := at_broker(trial)).believable:
        yield reason(Kind.BROKER_MISCOUNTS, counted=broker.words)
    if not (hands := unacked(trial)).believable:
        yield reason(Kind.HANDS_MISCOUNT, counted=hands.words)
