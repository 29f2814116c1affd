"""Says whether two values differ: of one trial each by a margin, of several by the interval on their ratio."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from analysis.format import cpu_time, number, workers

# Two values closer than this are not called different: one short trial per cell cannot tell them apart.
SAME_WITHIN = 0.10
Row = Any


class Likeness(StrEnum):
    """What the interval on the ratio of two values shows, in the words of a table."""

    SAME = "the same"
    UNCLEAR = "cannot be told apart"
    DIFFERENT = "differs"


def pairs(cells: pd.DataFrame) -> list[tuple[int, Row, Row]]:
    """The worker counts measured in both modes, with the sync row and the queue row of each."""
    by_mode = {mode: rows.set_index("workers", drop=False) for mode, rows in cells.groupby("mode")}
    if set(by_mode) != {"sync", "queue"}:
        return []
    common = sorted(set(by_mode["sync"].index) & set(by_mode["queue"].index))
    return [(count, by_mode["sync"].loc[count], by_mode["queue"].loc[count]) for count in common]


def same(one: float, other: float) -> bool:
    """Whether the larger of two values is at most 10 % above the smaller, too close to be called different."""
    return abs(one - other) <= SAME_WITHIN * min(abs(one), abs(other))


def likeness(sync: Row, queue: Row, metric: str) -> Likeness:
    """What is said of a metric of both modes: what the interval on their ratio shows, which a table tells too.

    Where there is no interval, values close to each other cannot be told apart.
    """
    if found := queue.get(f"likeness_{metric}"):
        return Likeness(found)
    return Likeness.UNCLEAR if same(sync[metric], queue[metric]) else Likeness.DIFFERENT


def measured_alike(sync: Row, queue: Row, metric: str) -> bool:
    """Whether both modes have the same value of a metric as far as was measured: one trial each shows two numbers."""
    found = queue.get(f"likeness_{metric}")
    return Likeness(found) is Likeness.SAME if found else same(sync[metric], queue[metric])


def both(one: float, other: float) -> str:
    """Two numbers as a range, or as one number if they read the same."""
    return "–".join(dict.fromkeys(number(value) for value in sorted([one, other])))


# In sync a web process takes the upload in as well, in queue a worker takes its message: some percent either way.
UNEQUAL_WORK = 1.35
# Fewer finished pictures than this have a mean CPU time that says little.
MIN_FINISHED = 20


def unequal_work(cells: pd.DataFrame, prefix: str = "") -> Iterator[str]:
    """A sentence for each worker count at which the modes' CPU time per picture differs by more than they can."""
    columns = ("cpu_web_s_per_picture", "cpu_worker_s_per_picture")
    if not set(columns) <= set(cells.columns):
        return
    for count, sync, queue in pairs(cells):
        in_sync, in_queue = float(sync[columns[0]]), float(queue[columns[1]])
        finished = min(row["ok"] for row in (sync, queue))
        if finished >= MIN_FINISHED and max(in_queue, in_sync) > UNEQUAL_WORK * min(in_queue, in_sync):
            yield (
                f"{prefix}With {workers(count)}, a picture costs its workers {cpu_time(in_sync)} of CPU time in "
                f"sync and {cpu_time(in_queue)} in queue: the modes did not do the same work, so do not compare them"
            )


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
    def likeness(self) -> Likeness | None:
        """What the interval shows; None where there is none."""
        if not self.has_interval:
            return None
        return Likeness.SAME if self.same else Likeness.UNCLEAR if self.unclear else Likeness.DIFFERENT

    @property
    def within_percent(self) -> int:
        """How far from 1 the interval reaches, rounded up."""
        return max(1, math.ceil(round(100 * max(1 - self.low, self.high - 1), 6)))


def estimate(ratios: Sequence[float]) -> Estimate:
    """The t interval on the log ratios (R28) with three or more pairs; below that the lowest and the highest."""
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
