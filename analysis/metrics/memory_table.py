"""How much memory the processes of long trials held, as a table."""

from collections.abc import Iterable

from analysis.data.model import Trial
from analysis.metrics.memory import MemoryGrowth, memory_growth
from analysis.tables.summary import Table


def memory_table(trials: Iterable[Trial]) -> Table | None:
    """One row a component of each trial; None if no trial was long enough to be asked."""
    rows = [
        [trial.name, *_row(component)]
        for trial in trials
        if trial.memory is not None
        for component in memory_growth(trial.memory)
    ]
    headings = ["trial", "component", "processes", "largest process [MB]"]
    headings += ["growth of a process until its 10th minute [MB in 10 min]", "and from then on [MB in 10 min]"]
    return Table(headings=headings, rows=rows) if rows else None


def _row(growth: MemoryGrowth) -> list[str]:
    slopes = ("–" if slope is None else f"{slope:+.2f}" for slope in (growth.first_mb, growth.growth_mb))
    return [growth.component, str(growth.processes), f"{growth.largest_mb:.0f}", *slopes]
