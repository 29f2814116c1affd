"""Six misleading charts of true numbers, each beside the whole picture of the same rows. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort, outcomes
from analysis.format import amount, duration, number, workers
from analysis.metrics.percentiles import p95, percentile
from analysis.metrics.trial import accepted_rate, throughput
from analysis.validity.verdict import OVERLOADED, STEADY

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


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `mode` gives its colour, `words` stand above it."""

    label: str
    value: float
    words: str
    mode: str


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars on an axis that begins at `start`; `line` is a name and a height."""

    bars: tuple[Bar, ...]
    axis: str
    start: float = 0.0
    below: str = ""
    line: tuple[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Dots:
    """One dot an upload: when it was due and how long it waited [s]; an infinite wait had no end."""

    since_s: tuple[float, ...]
    values: tuple[float, ...]
    axis: str
    mode: str
    lines: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Which share of `of` uploads was ready within a time; `times_s` of those that were, ascending."""

    times_s: tuple[float, ...]
    of: int
    mode: str
    axis: str


Panel = Bars | Dots | Steps


@dataclass(frozen=True, kw_only=True)
class Lie:
    """One way to mislead: `hides` says in numbers what it leaves out, `how` where both sides come from."""

    name: str
    title: str
    hides: str
    how: str
    shown: Panel
    honest: Panel


#: By how much the truncated axis makes the larger of two bars look larger.
EXAGGERATION = 6


def mean_only(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """A mean says nothing of those who wait longest."""
    complete = [trial for trial in trials if is_complete(trial, verdicts[trial.name])]
    if not complete:
        return None
    trial = max(complete, key=lambda each: p95(ready_times(each)) / ready_times(each).mean())
    waits, mean, high = ready_times(trial), float(ready_times(trial).mean()), p95(ready_times(trial))
    return Lie(
        name="mean-only",
        title="Mean only",
        hides=f"The mean wait for a picture is {duration(mean)}; 1 in 20 waited longer than {duration(high)}, "
        f"one {duration(float(waits.max()))}",
        how=f"{named_trial(trial)}: the mean of all measured uploads, and the same uploads one by one.",
        shown=Bars(
            bars=(Bar(label=named_trial(trial), value=mean, words=duration(mean), mode=trial.cell.mode),), axis=WAIT
        ),
        honest=Dots(
            since_s=due_since(trial),
            values=tuple(waits),
            axis=WAIT,
            mode=trial.cell.mode,
            lines={f"p95 {duration(high)}": high, f"mean {duration(mean)}": mean},
        ),
    )


def truncated(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """A bar says by its length how much it is, but only from zero."""
    complete = [trial for trial in trials if is_complete(trial, verdicts[trial.name])]
    most = max((trial.cell.workers for trial in complete), default=0)
    medians = {trial.cell.mode: percentile(ready_times(trial), 0.5) for trial in _by_mode(complete, most)}
    low, high = min(medians.values(), default=0.0), max(medians.values(), default=0.0)
    # What reads the same cannot be made to look different.
    if len(medians) < 2 or f"{1000 * low:.1f}" == f"{1000 * high:.1f}":
        return None
    bars = tuple(
        Bar(label=mode, value=1000 * value, words=f"{1000 * value:.1f} ms", mode=mode)
        for mode, value in medians.items()
    )
    start = 1000 * (low - (high - low) / (EXAGGERATION - 1))
    return Lie(
        name="truncated",
        title="Truncated axis",
        hides=f"With a difference of {number(100 * (high - low) / low, 2)} %, "
        f"one bar is {EXAGGERATION} times as long as the other",
        how=f"The median wait for a picture with {workers(most)} in both modes, from {start:.1f} ms and from zero.",
        shown=Bars(bars=bars, axis="wait for a picture [ms]", start=start),
        honest=Bars(bars=bars, axis="wait for a picture [ms]"),
    )


def best_of(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> Lie | None:
    """Whoever measures often enough can show the luckiest."""
    complete = [trial for trial in trials if is_complete(trial, verdicts[trial.name])]
    if not complete:
        return None
    trial = max(complete, key=lambda each: np.ptp(_each_second(each)) / _each_second(each).min())
    seconds, mode = _each_second(trial), trial.cell.mode
    best, whole = float(seconds.min()), percentile(ready_times(trial), 0.5)
    shown = Bar(label="our result", value=best, words=duration(best), mode=mode)
    return Lie(
        name="best-of",
        title=f"Best of {len(seconds)}",
        hides=f"The best of {amount(len(seconds), 'second')} has a median of {duration(best)}, all together "
        f"{duration(whole)}, the worst {duration(float(seconds.max()))}",
        how=f"{named_trial(trial)}: the median wait for a picture, by the second in which the uploads were due.",
        shown=Bars(bars=(shown,), axis=WAIT),
        honest=Bars(
            bars=tuple(Bar(label=str(n), value=float(each), words="", mode=mode) for n, each in seconds.items()),
            axis=WAIT,
            below="second of the measurement",
            line=(f"median of all {duration(whole)}", whole),
        ),
    )


def _each_second(trial: Trial) -> pd.Series:
    """The median wait in each whole second of the measurement in which something was due [s], counted from 1."""
    rows = cohort(trial)
    second = np.floor(rows["due_at"] - trial.window.start).astype(int) + 1
    medians = rows["ready_s"].groupby(second).apply(percentile, 0.5)
    return medians[medians.index <= int(trial.window.length_s)]


def _by_mode(trials: Sequence[Trial], count: int) -> list[Trial]:
    """One trial of each mode with that many workers, sync first."""
    firsts = {trial.cell.mode: trial for trial in reversed(trials) if trial.cell.workers == count}
    return [firsts[mode] for mode in ("sync", "queue") if mode in firsts]


ANSWER, ANSWERED, FINISHED = "wait for a response [s]", "“throughput” [1/s]", "finished [pictures/s]"


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
        hides=f"Users who take turns see {duration(percentile(alone, 0.5))}; of independent users, "
        f"{unanswered} of {len(rows)} had no response by the end",
        how=f"{named_trial(trial)}. As many users as workers, who each wait for the response, always find the server "
        "free: their times run from received_at to answered_at, and they send no more than is finished. Beside it: the "
        "times from when each upload was due.",
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
        title="Submitted counted as done",
        hides=f"The queue accepted {number(taken)} uploads/s and finished {number(done)}; "
        f"sync finished {number(throughput(sync))}",
        how=f"{workers(queue.cell.workers).capitalize()} in both modes: 2xx responses per second, and finished "
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
        how=f"{named_trial(trial)}: the share ready within a time, of those that became ready and of all.",
        shown=Steps(times_s=tuple(known), of=len(known), mode=trial.cell.mode, axis="share of finished uploads [%]"),
        honest=Steps(times_s=tuple(known), of=len(waits), mode=trial.cell.mode, axis="share of all uploads [%]"),
    )


def _taken_up(trial: Trial) -> pd.DataFrame:
    """The answered uploads that the server took up inside the measurement, whenever they were due."""
    rows = outcomes(trial)
    return rows[rows["accepted"] & trial.window.holds(rows["received_at"])]


def _rate(trial: Trial, value: float) -> Bar:
    return Bar(label=trial.cell.mode, value=value, words=f"{number(value)}/s", mode=trial.cell.mode)


#: In the order of the gallery; each takes the trials and their verdicts by name.
TELLERS: Sequence[Callable[[Sequence[Trial], Mapping[str, str]], Lie | None]] = (
    *(mean_only, closed_loop, submitted),
    *(survivors, truncated, best_of),
)


def lies(trials: Sequence[Trial], verdicts: Mapping[str, str]) -> list[Lie]:
    """Those that this experiment allows; each needs a cell in which something can be hidden."""
    charts = [tell(trials, verdicts) for tell in TELLERS]
    return [lie for lie in charts if lie]
