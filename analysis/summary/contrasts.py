"""Ratios of trials that differ in one condition, or in the mode, with their spread. Pure."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.factors import CONDITIONS, FACTORS, OF_THE_BROKER, Levels, rank
from analysis.metrics.equivalence import MIN_PAIRS, Estimate, Likeness, estimate
from analysis.summary.cells import MISSING, system_cost, with_doubts
from analysis.validity.verdict import INVALID, OVERLOADED

RESPONSE, READY, THROUGHPUT, CPU = "response_p50_s", "ready_p50_s", "throughput", "cpu_s"
METRICS = (RESPONSE, READY, THROUGHPUT, CPU)
TIMES = (RESPONSE, READY)
SIDE_OVERLOADED = "one side is overloaded"
# What two trials must share to be a pair: the same repeat replays the same uploads at the same times (R19).
SHARED = ["mode", "workers", "repeat", "load"]


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One metric at one mode and worker count: the other level over the base, one ratio a pair.

    There are no ratios of times where a side is overloaded: they depend on when one stops measuring. `missing` says
    why there are none. A control is a pair whose two sides must not differ. `utilisation` is the mean of each side,
    `doubt` what makes one of them mean less than it seems to. Unless it is `paired` its one ratio is that of two cells.
    """

    mode: str
    workers: int
    metric: str
    control: bool
    ratios: tuple[float, ...]
    utilisation: tuple[float, float]
    doubt: str
    paired: bool = True
    missing: str = ""

    @property
    def pairs(self) -> int:
        return len(self.ratios) if self.paired else 0

    @property
    def estimate(self) -> Estimate:
        return estimate(self.ratios)

    @property
    def likeness(self) -> Likeness | None:
        """What the pairs show; None where there are too few of them for an interval, or none."""
        return self.estimate.likeness if self.paired and self.ratios else None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One level of a condition against another, all else `held`; `varied` names what must be told apart."""

    factor: str
    base: Any
    level: Any
    held: Levels
    varied: tuple[str, ...]
    contrasts: tuple[Contrast, ...]


def comparisons(per_trial: pd.DataFrame) -> list[Comparison]:
    """Every level of every varied condition against its first, from one row per trial; INVALID ones do not count."""
    rows = _without_own_prefetch(with_doubts(with_cost(per_trial[~per_trial["verdict"].isin(INVALID)])))
    changed = [name for name in CONDITIONS if rows[name].nunique() > 1]
    found = [each for factor in FACTORS if factor in changed for each in _of_factor(rows, factor, changed)]
    return [each for each in found if any(contrast.ratios for contrast in each.contrasts)]


def _without_own_prefetch(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with one prefetch, if it differs only as the profiles differ, each of which has its own."""
    is_own = rows["profile"].nunique() > 1 and rows.groupby("profile")["prefetch"].nunique().max() == 1
    return rows.assign(prefetch=rows["prefetch"].min()) if is_own else rows


def with_cost(per_trial: pd.DataFrame) -> pd.DataFrame:
    """Adds the CPU seconds per finished picture: of all parts, and of all but the broker."""
    cost = system_cost(per_trial)
    without_broker = cost.drop(columns="broker", errors="ignore")
    return per_trial.assign(
        cpu_s=cost.sum(axis=1, min_count=1), cpu_without_broker_s=without_broker.sum(axis=1, min_count=1)
    )


def _of_factor(rows: pd.DataFrame, factor: str, changed: list[str]) -> Iterator[Comparison]:
    held = [name for name in CONDITIONS if name != factor]
    for levels, alike in rows.groupby(held, sort=False):
        base, *others = sorted(alike[factor].unique(), key=lambda level: rank(factor, level))
        sides = dict(list(alike.groupby(factor)))
        for other in others:
            pairs = sides[base].merge(sides[other], on=SHARED, suffixes=("_base", "_other"))
            yield Comparison(
                factor=factor,
                base=base,
                level=other,
                held=dict(zip(held, levels, strict=True)),
                varied=tuple(name for name in changed if name != factor),
                contrasts=tuple(_contrasts(pairs, factor)),
            )


def _contrasts(pairs: pd.DataFrame, factor: str) -> Iterator[Contrast]:
    for key, rows in pairs.groupby(["mode", "workers"]):
        mode, workers = str(key[0]), int(str(key[1]))
        control = mode == "sync" and factor in OF_THE_BROKER
        overloaded = bool((rows[["verdict_base", "verdict_other"]] == OVERLOADED).any(axis=None))
        for metric in METRICS:
            withheld = overloaded and metric in TIMES
            ratios = (
                () if withheld else pair_ratios(rows, "cpu_without_broker_s" if control and metric == CPU else metric)
            )
            if (mode, metric) != ("sync", RESPONSE) and (ratios or withheld):
                yield Contrast(
                    mode=mode,
                    workers=workers,
                    metric=metric,
                    control=control,
                    ratios=ratios,
                    utilisation=(float(rows["utilisation_base"].mean()), float(rows["utilisation_other"].mean())),
                    doubt=doubt_of(rows),
                    missing=SIDE_OVERLOADED if withheld else "",
                )


def doubt_of(rows: pd.DataFrame) -> str:
    """Every doubt that a side of any pair has, each once."""
    said = ", ".join(filter(None, [*rows["doubt_base"], *rows["doubt_other"]]))
    return ", ".join(dict.fromkeys(said.split(", ")))


def pair_ratios(rows: pd.DataFrame, metric: str) -> tuple[float, ...]:
    """The ratio of each pair in order of repeats; a pair without two values above zero gives none."""
    one, other = (rows[f"{metric}_{side}"].where(lambda values: values > 0) for side in ("base", "other"))
    ratios = (other / one).replace([0.0, np.inf], np.nan)
    return tuple(ratios.groupby(rows["repeat"]).first().dropna())


MODE_METRICS = ("response_p50_s", "ready_p50_s", "ready_p95_s", "throughput", "cpu_s")
CLOCKS = (*TIMES, "ready_p95_s")
BLOCK = [*CONDITIONS, "workers", "repeat", "load"]


@dataclass(frozen=True, kw_only=True)
class ModeRatio:
    """One metric at one worker count: queue over sync, one ratio a block, and the mean utilisation of both sides.

    `control` names the mode where the same cell was measured twice instead: its ratios should be 1. There are no
    ratios of times where a side is overloaded; `missing` says why there are none. `doubt` is what makes a side mean
    less than it seems to.
    """

    levels: Levels
    workers: int
    metric: str
    control: str
    ratios: tuple[float, ...]
    utilisation: tuple[float, float]
    doubt: str = ""
    missing: str = ""

    @property
    def estimate(self) -> Estimate:
        return estimate(self.ratios)


def mode_ratios(per_trial: pd.DataFrame, controls: pd.DataFrame) -> list[ModeRatio]:
    """Every pair of modes, then every control against its own cell; from one row per trial, INVALID ones left out."""
    rows, twins = _usable(per_trial), _usable(controls)
    modes = dict(list(rows.groupby("mode"))) if len(rows) else {}
    found = list(_ratios(modes["sync"], modes["queue"], BLOCK)) if {"sync", "queue"} <= set(modes) else []
    return found + (list(_ratios(rows, twins, [*BLOCK, "mode"])) if len(twins) and len(rows) else [])


def log_ratio_sd(found: Sequence[ModeRatio]) -> float | None:
    """The largest spread among the ratios of ready p95, or of the median where that is all there is; None without
    three blocks. It is the standard deviation of the logarithms."""
    spreads = {
        metric: [
            statistics.stdev(map(math.log, each.ratios))
            for each in found
            if each.metric == metric and not each.control and len(each.ratios) >= MIN_PAIRS
        ]
        for metric in ("ready_p95_s", "ready_p50_s")
    }
    return max(spreads["ready_p95_s"] or spreads["ready_p50_s"], default=None)


def _usable(per_trial: pd.DataFrame) -> pd.DataFrame:
    believed = per_trial[~per_trial["verdict"].isin(INVALID)] if len(per_trial) else per_trial
    return with_doubts(with_cost(believed)) if len(believed) else believed


def _ratios(base: pd.DataFrame, other: pd.DataFrame, shared: list[str]) -> Iterator[ModeRatio]:
    pairs = base.merge(other, on=shared, suffixes=("_base", "_other"))
    for key, rows in pairs.groupby([*CONDITIONS, "workers"], sort=False):
        *levels, workers = key
        overloaded = bool((rows[["verdict_base", "verdict_other"]] == OVERLOADED).any(axis=None))
        for metric in MODE_METRICS:
            ratios = () if overloaded and metric in CLOCKS else pair_ratios(rows, metric)
            yield ModeRatio(
                levels=dict(zip(CONDITIONS, levels, strict=True)),
                workers=int(str(workers)),
                metric=metric,
                control=str(rows["mode"].iloc[0]) if "mode" in shared else "",
                ratios=ratios,
                utilisation=(float(rows["utilisation_base"].mean()), float(rows["utilisation_other"].mean())),
                doubt=doubt_of(rows),
                missing="" if ratios else _why_missing(rows, metric, overloaded=overloaded),
            )


def _why_missing(rows: pd.DataFrame, metric: str, *, overloaded: bool) -> str:
    """Why no block has a ratio of a metric."""
    sides = [f"{metric}_base", f"{metric}_other"]
    if metric in CLOCKS and overloaded:
        return SIDE_OVERLOADED
    if metric in CLOCKS and np.isinf(rows[sides].astype(float)).any(axis=None):
        return f"one side has {MISSING[metric.split('_')[1]]}"
    if metric in CLOCKS:
        return "one side has too few uploads"
    finished = rows[["throughput_base", "throughput_other"]] > 0
    return "the CPU time of one side is unknown" if finished.all(axis=None) else "one side finished no picture"
