"""Three lies that hide a queue: who waits sends less, accepted is not finished, what never came has no time. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort, outcomes
from analysis.format import duration, number, workers
from analysis.lesson.gallery.lie_rows import due_since, named_trial, ready_times
from analysis.lesson.gallery.panels_merged import Bar, Bars, Dots, Lie, Steps
from analysis.metrics.trial import accepted_rate, percentile, throughput
from analysis.validity.verdict import OVERLOADED

ANSWER, ANSWERED, FINISHED = "wait for an answer [s]", "“throughput” [1/s]", "finished [pictures/s]"


def closed_loop(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """Who waits for each answer before he sends again never meets a queue."""
    growing = [trial for trial in trials if trial.cell.mode == "sync" and verdicts[trial.name] == OVERLOADED]
    if not growing:
        return None
    trial = growing[0]
    rows = cohort(trial)
    unanswered = int(rows["answered_at"].isna().sum())
    taken = _taken_up(trial)
    alone = taken["answered_at"] - taken["received_at"]
    return Lie(
        name="closed-loop",
        title="Closed loop",
        hides=f"Users who wait their turn see {duration(percentile(alone, 0.5))}; of those who do not know of each "
        f"other, {unanswered} of {len(rows)} had no answer by the end",
        how=f"{named_trial(trial)}. As many users as workers, each of whom waits for his answer, find the server free "
        "each time: their times are those from received_at to answered_at of what was taken up in the measurement, and "
        "they send no more than is finished. Beside it the times from when each upload was due.",
        shown=Dots(
            since_s=tuple(taken["received_at"] - trial.window.start),
            values=tuple(alone),
            axis=ANSWER,
            mode="sync",
            lines={f"median {duration(percentile(alone, 0.5))}": percentile(alone, 0.5)},
        ),
        honest=Dots(since_s=due_since(trial), values=tuple(rows["response_s"]), axis=ANSWER, mode="sync", lines={}),
    )


def submitted(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """An accepted upload is not a finished picture."""
    growing = [trial for trial in trials if trial.cell.mode == "queue" and verdicts[trial.name] == OVERLOADED]
    beside = {trial.cell.workers: trial for trial in trials if trial.cell.mode == "sync"}
    pairs = [(beside[trial.cell.workers], trial) for trial in growing if trial.cell.workers in beside]
    if not pairs:
        return None
    sync, queue = pairs[0]
    taken, done = accepted_rate(queue, outcomes(queue)), throughput(queue)
    return Lie(
        name="submitted",
        title="Submitted taken for done",
        hides=f"The queue took in {number(taken)} uploads/s and finished {number(done)}, "
        f"sync {number(throughput(sync))}",
        how=f"{workers(queue.cell.workers).capitalize()} in both modes: answers with 2xx per second, and finished "
        "pictures per second, of the same trials.",
        shown=Bars(
            bars=tuple(_rate(each, accepted_rate(each, outcomes(each))) for each in (sync, queue)), axis=ANSWERED
        ),
        honest=Bars(bars=tuple(_rate(each, throughput(each)) for each in (sync, queue)), axis=FINISHED),
    )


def survivors(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """What failed or never came has no time, and so it is easily forgotten."""
    trial = max(trials, key=lambda each: float(np.isinf(ready_times(each)).mean()))
    waits = ready_times(trial)
    known = np.sort(waits[np.isfinite(waits)])
    if not 0 < len(known) < len(waits):
        return None
    return Lie(
        name="survivors",
        title="Failures dropped",
        hides=f"“Half are ready within {duration(float(np.median(known)))}” leaves out {len(waits) - len(known)} of "
        f"{len(waits)} uploads that were not ready by the end",
        how=f"{named_trial(trial)}: the share that is ready within a time, of those that became ready and of all.",
        shown=Steps(times_s=tuple(known), of=len(known), mode=trial.cell.mode, axis="share of the finished ones [%]"),
        honest=Steps(times_s=tuple(known), of=len(waits), mode=trial.cell.mode, axis="share of all uploads [%]"),
    )


def _taken_up(trial: Trial) -> pd.DataFrame:
    """The answered uploads that the server took up inside the measurement, whenever they were due."""
    rows = outcomes(trial)
    return rows[rows["accepted"] & trial.window.holds(rows["received_at"])]


def _rate(trial: Trial, value: float) -> Bar:
    return Bar(label=trial.cell.mode, value=value, words=f"{number(value)}/s", mode=trial.cell.mode)
