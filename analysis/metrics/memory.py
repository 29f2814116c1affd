"""Whether the memory of a component grows while it works, and the table of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.format import Table

#: A process first loads what it needs; only then can it be said to grow [s].
LOADED_S = 60.0

#: By then it has met most of what it will meet, and its heap has the size that this takes: it grows in a few steps, and
#: what leaks goes on growing. How much it grew until then is reported, too [s].
SETTLED_S = 600.0

#: One that lived for less after that tells nothing [s].
LEAST_S = 120.0

#: Of each such time the lowest sample counts: what one picture takes comes and goes, what leaks stays. One that the
#: process did not live through is left out: its lowest sample may be its only one, and the highest of all [s].
FLOOR_S = 60.0

MB, TEN_MINUTES_S = 1e6, 600.0


@dataclass(frozen=True, kw_only=True)
class MemoryGrowth:
    """What one component held: the most that one of its processes did [MB], how many processes it had, and by how much
    each grew before and after it had settled [MB in 10 minutes]; None if none lived for long enough."""

    component: str
    processes: int
    largest_mb: float
    first_mb: float | None
    growth_mb: float | None


def memory_growth(memory: pd.DataFrame, *, settled_s: float = SETTLED_S) -> list[MemoryGrowth]:
    """One for each component, in the order in which they were first seen; each process settles in settled_s."""
    return [_of_component(str(name), rows, settled_s) for name, rows in memory.groupby("component", sort=False)]


def _of_component(name: str, rows: pd.DataFrame, settled_s: float) -> MemoryGrowth:
    rows = rows.assign(lived_s=rows["sampled_at"] - rows.groupby("pid")["sampled_at"].transform("min"))
    return MemoryGrowth(
        component=name,
        processes=int(rows["pid"].nunique()),
        largest_mb=float(rows["rss_bytes"].max()) / MB,
        first_mb=_growth_mb(rows[rows["lived_s"] <= settled_s], LOADED_S),
        growth_mb=_growth_mb(rows, settled_s),
    )


def _growth_mb(rows: pd.DataFrame, settled_s: float) -> float | None:
    slope = _common_slope(_floors(rows, settled_s))
    return None if slope is None else slope * TEN_MINUTES_S / MB


def _floors(rows: pd.DataFrame, settled_s: float) -> pd.DataFrame:
    """The lowest sample of each FLOOR_S of each process that lived for long enough after it had settled."""
    settled_for = rows["lived_s"] - settled_s
    lived_for = settled_for.groupby(rows["pid"]).transform("max")
    floor = settled_for // FLOOR_S
    whole = (settled_for >= 0) & (lived_for >= LEAST_S) & ((floor + 1) * FLOOR_S <= lived_for)
    kept = rows.assign(floor=floor)[whole].reset_index(drop=True)
    return kept.loc[kept.groupby(["pid", "floor"])["rss_bytes"].idxmin()]


def _common_slope(floors: pd.DataFrame) -> float | None:
    """Bytes per second, by least squares with one slope for all processes and a level for each (the within estimator
    of panel data), so that a process that was started again is no growth."""
    by_process = floors.groupby("pid")
    at = floors["sampled_at"] - by_process["sampled_at"].transform("mean")
    held = floors["rss_bytes"] - by_process["rss_bytes"].transform("mean")
    spread = float((at**2).sum())
    return float((at * held).sum()) / spread if spread > 0 else None


def memory_table(trials: Iterable[Trial]) -> Table | None:
    """One row per component of each trial; None if no trial was long enough to be asked."""
    rows = [
        [trial.name, *_row(component)]
        for trial in trials
        if trial.memory is not None
        for component in memory_growth(trial.memory)
    ]
    headings = ["trial", "component", "processes", "largest process [MB]"]
    headings += ["growth of a process until its 10th minute [MB in 10 min]", "growth after that [MB in 10 min]"]
    return Table(headings=headings, rows=rows) if rows else None


def _row(growth: MemoryGrowth) -> list[str]:
    slopes = ("–" if slope is None else f"{slope:+.2f}" for slope in (growth.first_mb, growth.growth_mb))
    return [growth.component, str(growth.processes), f"{growth.largest_mb:.0f}", *slopes]
