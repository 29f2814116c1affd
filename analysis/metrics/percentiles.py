"""Percentiles, and how far each can be trusted. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.metrics.equivalence import MIN_PAIRS, t_quantile

# What each end of a two-sided 95 % interval with equal tails may miss.
TAIL = 0.025


def least_samples(share: float) -> int:
    """The fewest samples from which a percentile from the median up may be claimed (R26).

    All of n samples lie below the true one with probability share**n, which must be less than the tail. A bound from
    above alone, at 95 %, needs fewer: 59 instead of 72 for the p95.
    """
    return math.ceil(math.log(TAIL) / math.log(share))


MIN_SAMPLES_P95, MIN_SAMPLES_P99 = least_samples(0.95), least_samples(0.99)


def percentile(samples: pd.Series, share: float) -> float:
    """The nearest-rank percentile (Hyndman and Fan's definition 1); `share` in (0, 1]; NaN if empty.

    The rank counts from the smallest, so infinite samples leave it exact until they reach it.
    """
    if samples.empty:
        return math.nan
    # The rounding keeps 0.95 * 100 from becoming rank 96 by the last bit of a float.
    place = math.ceil(round(share * len(samples), 9)) - 1
    return float(np.partition(samples.to_numpy(dtype=float), place)[place])


def claimed(samples: pd.Series, share: float) -> float:
    """The percentile; NaN when there are too few samples to claim one."""
    return percentile(samples, share) if len(samples) >= least_samples(share) else math.nan


def p95(samples: pd.Series) -> float:
    """The 95th percentile; NaN when there are too few samples to claim one."""
    return claimed(samples, 0.95)


def p99(samples: pd.Series) -> float:
    """The 99th percentile; NaN when there are too few samples to claim one."""
    return claimed(samples, 0.99)


#: The percentiles that get an interval: clock, share, and the fewest samples that it may be claimed from.
PERCENTILES = {"p50": (0.5, 1), "p95": (0.95, MIN_SAMPLES_P95)}
CLOCKS = ("response", "ready")


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Where the percentile of an endless measurement lies, with 95 % confidence [s]."""

    low: float
    high: float


def interval(trials: Sequence[pd.Series], share: float, min_samples: int = 1) -> Interval | None:
    """The jackknife-t interval over trials, on the logarithm of the pooled nearest-rank percentile (R27).

    Waiting times that follow each other are alike, so the trial is the unit and not the request: each trial is left
    out once, which gives k pseudo-values k a - (k - 1) a_i (Tukey 1958) with a t interval around their mean.
    None with fewer trials than make an interval, with too few samples, or where a percentile is not finite.
    """
    count = len(trials)
    if count < MIN_PAIRS or sum(map(len, trials)) < min_samples:
        return None
    pooled = [pd.concat(trials), *(pd.concat([*trials[:n], *trials[n + 1 :]]) for n in range(count))]
    found = np.array([percentile(samples, share) for samples in pooled])
    if not (np.isfinite(found).all() and (found > 0).all()):
        return None
    whole, *without = np.log(found)
    pseudo = count * whole - (count - 1) * np.array(without)
    half = t_quantile(count - 1) * float(pseudo.std(ddof=1)) / math.sqrt(count)
    middle = float(pseudo.mean())
    return Interval(low=math.exp(middle - half), high=math.exp(middle + half))


def interval_columns(cohorts: Sequence[pd.DataFrame]) -> Mapping[str, float]:
    """The ends of every interval of a cell, from the outcomes of each of its trials; NaN where there is none."""
    columns = {}
    for clock in CLOCKS:
        for name, (share, min_samples) in PERCENTILES.items():
            found = interval([rows[f"{clock}_s"] for rows in cohorts], share, min_samples)
            columns[f"{clock}_{name}_low_s"] = found.low if found else math.nan
            columns[f"{clock}_{name}_high_s"] = found.high if found else math.nan
    return columns


def bounds(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    """`low` and `high` [s] around a percentile of each cell, such as `ready_p50`: its interval, and with two trials the
    lowest and the highest of a median; NaN where there is neither, or where the percentile itself is not reported."""
    ends = {end: cells[f"{name}_{end}_s"] for end in ("low", "high")}
    if f"{name}_s_low" in cells:
        ends = {end: known.fillna(cells[f"{name}_s_{end}"]) for end, known in ends.items()}
    return pd.DataFrame(ends).where(cells[f"{name}_mark"] == "", axis=0)


def bounds_words(cells: pd.DataFrame, names: Iterable[str]) -> str:
    """What the lines from `low` to `high` are, for the subtitle of a chart; nothing where there are none."""
    known = pd.concat([cells.loc[bounds(cells, name)["low"].notna(), "trials"] for name in names])
    kinds = {
        "95\N{NO-BREAK SPACE}% intervals over the trials": (known >= MIN_PAIRS).any(),
        "lowest to highest of two trials": (known < MIN_PAIRS).any(),
    }
    listed = " or ".join(words for words, there in kinds.items() if there)
    return f"lines: {listed}" if listed else ""
