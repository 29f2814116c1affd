"""How far a percentile can be trusted, from the trials that it was pooled from. Pure."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.metrics.equivalence import ALIKE, DIFFERENT, SAME_WITHIN, UNCLEAR
from analysis.metrics.trial import MIN_SAMPLES_P95, percentile

# Two-sided 95 % quantiles of Student's t by degrees of freedom, from NIST/SEMATECH, e-Handbook of Statistical
# Methods, section 1.3.6.7.2. A larger number of degrees takes the last one, which is a little too wide.
T_QUANTILES = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
# Fewer pairs than this have a lowest and a highest ratio, but no interval worth the name.
MIN_PAIRS = 3


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The geometric mean `ratio` of so many pairs; `low` to `high` is its interval, or all there is."""

    ratio: float
    low: float
    high: float
    pairs: int

    @property
    def has_interval(self) -> bool:
        """Whether `low` to `high` is a 95 % interval; with two pairs it is the lowest and the highest."""
        return self.pairs >= MIN_PAIRS

    @property
    def same(self) -> bool:
        """Whether the whole interval lies so close to 1 that there is no difference that matters (R28)."""
        return self.has_interval and self.low >= 1 - SAME_WITHIN and self.high <= 1 + SAME_WITHIN

    @property
    def unclear(self) -> bool:
        """Whether the interval shows neither a difference nor that there is none."""
        return self.has_interval and not self.same and self.low <= 1 <= self.high

    @property
    def likeness(self) -> str:
        """What the interval shows, in the words of a table; empty where there is none."""
        if not self.has_interval:
            return ""
        return ALIKE if self.same else UNCLEAR if self.unclear else DIFFERENT

    @property
    def within_percent(self) -> int:
        """How far from 1 the interval reaches, rounded up."""
        return max(1, math.ceil(round(100 * max(1 - self.low, self.high - 1), 6)))


def estimate(ratios: Sequence[float]) -> Estimate:
    """The t interval on the log ratios (R28) from three pairs on; below that the lowest and the highest."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    if len(logs) < MIN_PAIRS:
        low, high = min(logs), max(logs)
    else:
        half = t_quantile(len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
        low, high = mean - half, mean + half
    return Estimate(ratio=math.exp(mean), low=math.exp(low), high=math.exp(high), pairs=len(logs))


def t_quantile(degrees: int) -> float:
    """The t that 2.5 % of its distribution exceed."""
    return T_QUANTILES[min(degrees, len(T_QUANTILES)) - 1]


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
    lowest and the highest of a median; NaN where there is neither, or where the percentile itself is not told."""
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
    told = " or ".join(words for words, there in kinds.items() if there)
    return f"lines: {told}" if told else ""
