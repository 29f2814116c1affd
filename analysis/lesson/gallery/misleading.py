"""Three lies with a figure that is true: a mean, an axis that does not begin at zero, the best of many. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import cohort
from analysis.format import amount, duration, number, workers
from analysis.lesson.gallery.lie_rows import WAIT, due_since, is_complete, named_trial, ready_times
from analysis.lesson.gallery.panels_merged import Bar, Bars, Dots, Lie
from analysis.metrics.trial import p95, percentile

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
        hides=f"With a difference of {number(100 * (high - low) / low, 2)} % "
        f"one bar is drawn {EXAGGERATION} times as long as the other",
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
        hides=f"The best of {amount(len(seconds), 'second')} has a median of {duration(best)}, all of them together "
        f"{duration(whole)}, the worst {duration(float(seconds.max()))}",
        how=f"{named_trial(trial)}: the median wait for a picture of the uploads that were due in each second.",
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
