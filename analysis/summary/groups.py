"""What charts and sentences are made from: the summary of the trials that can be believed, with marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.class_predictions import Guess
from analysis.data.factors import Levels, conditions_of, prefix, rank, suffix, varied
from analysis.data.model import Experiment, Trial
from analysis.data.outcomes import in_system, outcomes
from analysis.metrics.backlog import broker_samples
from analysis.models.predictions import with_expected
from analysis.summary.cells import keeps_up, told_workers, with_marks
from analysis.summary.contrasts import MODE_METRICS, ModeRatio, mode_ratios
from analysis.validity.verdict import INVALID, OVERLOADED, Verdict

SPREAD_METRICS = ("throughput", "response_p50_s", "ready_p50_s")
TRACE_STEP_S = 0.1
TRACE_COLUMNS = ["mode", "workers", "trial", "since_s", "in_system"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The cells that share everything but mode and workers: what one set of charts compares.

    `levels` holds every condition, `varied` names those that the experiment varied. `cells` has one row
    per cell; `traces` and `broker` hold pictures in the system over time, as the rows give it and as the
    broker counted it; `windows` has one row per trial: what was measured [s since the load began]. `trials` are
    those that all of it was made of; `withheld` are mode and workers of the cells without a valid trial. `guess` is
    what the class had predicted, if it had.
    """

    levels: Levels
    varied: tuple[str, ...]
    suffix: str
    cells: pd.DataFrame
    traces: pd.DataFrame
    broker: pd.DataFrame
    windows: pd.DataFrame
    trials: tuple[Trial, ...]
    cores: int | None
    withheld: tuple[tuple[str, int], ...] = ()
    guess: Guess | None = None

    @property
    def prefix(self) -> str:
        """What a sentence begins with: the level of every condition that was varied."""
        return prefix(self.levels, self.varied)

    @property
    def offered_rate(self) -> float:
        """In pictures per second."""
        return float(self.levels["offered_rate"])

    def trials_of(self, mode: str, workers: int | None = None) -> list[Trial]:
        """The trials of a mode, or of one of its cells, in order of their repeats."""
        own = [trial for trial in self.trials if trial.cell.mode == mode and workers in (None, trial.cell.workers)]
        return sorted(own, key=lambda trial: trial.repeat)


def measured_under(experiment: Experiment, levels: Levels) -> list[Trial]:
    """The trials that were measured under these conditions, whatever they are worth."""
    return [trial for trial in experiment.trials if conditions_of(trial.cell) == levels]


def groups(
    experiment: Experiment, verdicts: Mapping[str, Verdict], summary: pd.DataFrame, per_trial: pd.DataFrame
) -> list[Group]:
    """One group for each combination of conditions, from one row per cell and one row per trial; trials with an INVALID
    verdict are withheld."""
    counted = [trial for trial in experiment.trials if not verdicts[trial.name].invalid]
    alike: dict[tuple[Any, ...], list[Trial]] = {}
    for trial in counted:
        alike.setdefault(tuple(rank(*each) for each in conditions_of(trial.cell).items()), []).append(trial)
    rows = summary[~summary["verdict"].isin(INVALID)].drop(columns="withheld")
    return [_group(experiment, alike[key], rows, per_trial, suffixed=len(alike) > 1) for key in sorted(alike)]


def _group(
    experiment: Experiment, trials: Sequence[Trial], summary: pd.DataFrame, per_trial: pd.DataFrame, *, suffixed: bool
) -> Group:
    levels = conditions_of(trials[0].cell)
    told_apart = varied(trial.cell for trial in experiment.trials)
    own = per_trial[per_trial["trial"].isin([trial.name for trial in trials])]
    cells = (
        summary[(summary[list(levels)] == pd.Series(levels)).all(axis=1)]
        .reset_index(drop=True)
        .pipe(with_marks)
        .pipe(with_spread, own)
        .pipe(with_likeness, mode_ratios(own, pd.DataFrame()))
        .pipe(with_ideal)
        .pipe(with_expected, experiment.bare, experiment.predicted)
    )
    return Group(
        levels=levels,
        varied=told_apart,
        suffix=suffix(levels, told_apart) if suffixed else "",
        cells=cells,
        traces=_stacked([_trace(trial) for trial in trials]),
        broker=_stacked([_broker_trace(trial) for trial in trials if trial.cell.mode == "queue"]),
        windows=pd.DataFrame([_window(trial) for trial in trials]),
        trials=tuple(trials),
        cores=experiment.cores,
        withheld=_withheld(experiment, trials, levels),
        guess=experiment.guess,
    )


def _withheld(experiment: Experiment, valid: Sequence[Trial], levels: Levels) -> tuple[tuple[str, int], ...]:
    """Mode and workers of the cells that were measured under these conditions and have no valid trial."""
    measured, shown = (
        {(trial.cell.mode, trial.cell.workers) for trial in each}
        for each in (measured_under(experiment, levels), valid)
    )
    return tuple(sorted(measured - shown))


def with_spread(cells: pd.DataFrame, per_trial: pd.DataFrame) -> pd.DataFrame:
    """Adds `METRIC_low` and `METRIC_high` over the trials of each cell; missing where there is one trial."""
    keys = ["mode", "workers"]
    spread = per_trial.groupby(keys)[list(SPREAD_METRICS)].agg(["min", "max"])
    spread.columns = pd.Index([f"{metric}_{end}" for metric in SPREAD_METRICS for end in ("low", "high")])
    several = per_trial.groupby(keys).size() > 1
    known = spread.where(np.isfinite(spread)).where(several, axis=0)
    return cells.merge(known.reset_index(), on=keys, how="left")


def with_likeness(cells: pd.DataFrame, ratios: Sequence[ModeRatio]) -> pd.DataFrame:
    """Adds `likeness_METRIC`, what the interval on queue over sync shows at each worker count; empty without one."""
    found = {(each.metric, each.workers): each.estimate.likeness for each in ratios if each.ratios}
    return cells.assign(
        **{
            f"likeness_{metric}": [found.get((metric, count)) or "" for count in cells["workers"]]
            for metric in MODE_METRICS
        }
    )


def with_ideal(cells: pd.DataFrame) -> pd.DataFrame:
    """Adds `ideal_throughput` [pictures/s]: N times what one worker finished.

    Missing unless that one worker was saturated, because an idle worker says nothing about capacity, nor does
    one whose uploads fail.
    """
    saturated = cells[(cells["workers"] == 1) & (cells["verdict"] == OVERLOADED) & (cells["doubt"] == "")]
    one = saturated["throughput"].iloc[0] if len(saturated) else np.nan
    return cells.assign(ideal_throughput=cells["workers"] * one)


def _window(trial: Trial) -> dict[str, Any]:
    since = {"from_s": trial.window.start - trial.started_at, "until_s": trial.window.end - trial.started_at}
    return {"mode": trial.cell.mode, "trial": trial.name, "length_s": trial.window.length_s} | since


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=TRACE_COLUMNS)


def _trace(trial: Trial) -> pd.DataFrame:
    at = np.arange(trial.started_at, trial.load_stopped_at, TRACE_STEP_S)
    return _labelled(trial, at, in_system(outcomes(trial), at))


def _broker_trace(trial: Trial) -> pd.DataFrame:
    samples = broker_samples(trial)
    return _labelled(trial, samples["sampled_at"].to_numpy(), samples["held"].to_numpy())


def _labelled(trial: Trial, at: np.ndarray, count: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mode": trial.cell.mode,
            "workers": trial.cell.workers,
            "trial": trial.name,
            "since_s": at - trial.started_at,
            "in_system": count,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The first trial of each mode at one worker count, and those words for it that also tell what is doubtful."""

    workers: int
    words: str
    overloaded: bool
    trials: tuple[Trial, ...]


def tellings(group: Group) -> list[Telling]:
    """The fewest workers that are overloaded and the fewest that keep up; where there are neither, the fewest."""
    rows = group.cells.sort_values("workers")
    overloaded = rows.loc[rows["verdict"] == OVERLOADED, "workers"]
    keeping = [count for count, alike in rows.groupby("workers") if all(keeps_up(row) for _, row in alike.iterrows())]
    chosen = [*overloaded[:1], *keeping[:1]] or [*rows["workers"][:1]]
    return [_telling(group, int(str(count))) for count in dict.fromkeys(chosen)]


def steadiest(group: Group) -> Telling:
    """The fewest workers that keep up, or the nearest to it that there is."""
    return tellings(group)[-1]


def in_modes(modes: Iterable[str], said: Iterable[str]) -> str:
    """What is said of each mode, such as `2 s in sync and 3 s in queue`; once where it is the same."""
    words = list(said)
    if len(words) > 1 and len(set(words)) == 1:
        return f"{words[0]} in both modes"
    return " and ".join(f"{each} in {mode}" for mode, each in zip(modes, words, strict=True))


def _telling(group: Group, count: int) -> Telling:
    rows: pd.DataFrame = group.cells[group.cells["workers"] == count]
    return Telling(
        workers=count,
        words=told_workers(count, *(row for _, row in rows.iterrows())),
        overloaded=bool((rows["verdict"] == OVERLOADED).any()),
        trials=tuple(group.trials_of(mode, count)[0] for mode in dict.fromkeys(rows["mode"])),
    )
