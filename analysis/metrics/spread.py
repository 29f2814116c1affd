"""The geometric mean of a few ratios and how far it can be trusted. Pure."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.metrics.equivalence import ALIKE, DIFFERENT, SAME_WITHIN, UNCLEAR

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
