"""How much memory the processes of long trials held, as a table."""

from collections.abc import Iterable

from analysis.experiment import Trial
from analysis.memory import MemoryGrowth, memory_growth
from analysis.tables import Table


def memory_table(trials: Iterable[Trial]) -> Table | None:
    """One row a component of each trial; None if no trial was long enough to be asked."""
    rows = [
        [trial.name, *_row(component)]
        for trial in trials
        if trial.memory is not None
        for component in memory_growth(trial.memory)
    ]
    headings = ["trial", "component", "processes", "largest process [MB]", "growth of a process [MB in 10 min]"]
    return Table(headings=headings, rows=rows) if rows else None


def _row(growth: MemoryGrowth) -> list[str]:
    slope = "–" if growth.growth_mb is None else f"{growth.growth_mb:+.2f}"
    return [growth.component, str(growth.processes), f"{growth.largest_mb:.0f}", slope]
