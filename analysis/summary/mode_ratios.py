"""The two modes side by side, block by block: ratios of trials that replayed the same uploads (R28). Pure."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.factors import CONDITIONS, Levels
from analysis.metrics.spread import MIN_PAIRS, Estimate, estimate
from analysis.summary.contrasts import SIDE_OVERLOADED, TIMES, doubt_of, pair_ratios, with_cost
from analysis.summary.marks import MISSING, with_doubts
from analysis.validity.verdict import INVALID, OVERLOADED

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
    """Every pair of modes, then every control against its own cell; from one row a trial, INVALID ones left out."""
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
        return f"a side has {MISSING[metric.split('_')[1]]}"
    if metric in CLOCKS:
        return "a side has too few uploads"
    finished = rows[["throughput_base", "throughput_other"]] > 0
    return "the CPU time of a side is not known" if finished.all(axis=None) else "a side finished no picture"
