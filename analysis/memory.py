"""Whether a component's memory grows while it works. Pure."""

from dataclasses import dataclass

import pandas as pd

#: A process first loads what it needs; only then can it be said to grow [s].
SETTLED_S = 60.0

#: One that lived for less after that tells nothing [s].
LEAST_S = 120.0

MB, TEN_MINUTES_S = 1e6, 600.0


@dataclass(frozen=True, kw_only=True)
class MemoryGrowth:
    """What one component held: the most that one of its processes did [MB], how many processes it had, and by how much
    each grew [MB in 10 minutes]; None if none lived for long enough."""

    component: str
    processes: int
    largest_mb: float
    growth_mb: float | None


def memory_growth(memory: pd.DataFrame) -> list[MemoryGrowth]:
    """One for each component, in the order in which they were first seen."""
    return [_of_component(str(name), rows) for name, rows in memory.groupby("component", sort=False)]


def _of_component(name: str, rows: pd.DataFrame) -> MemoryGrowth:
    slope = _common_slope(rows)
    return MemoryGrowth(
        component=name,
        processes=int(rows["pid"].nunique()),
        largest_mb=float(rows["rss_bytes"].max()) / MB,
        growth_mb=None if slope is None else slope * TEN_MINUTES_S / MB,
    )


def _common_slope(rows: pd.DataFrame) -> float | None:
    """Bytes per second, by least squares with one slope for all processes and a level for each (the within estimator
    of panel data), so that a process that was started again is no growth."""
    born = rows.groupby("pid")["sampled_at"].transform("min")
    settled = rows[rows["sampled_at"] - born >= SETTLED_S]
    settled = settled.groupby("pid").filter(lambda own: own["sampled_at"].max() - own["sampled_at"].min() >= LEAST_S)
    by_process = settled.groupby("pid")
    at = settled["sampled_at"] - by_process["sampled_at"].transform("mean")
    held = settled["rss_bytes"] - by_process["rss_bytes"].transform("mean")
    spread = float((at**2).sum())
    return float((at * held).sum()) / spread if spread > 0 else None
