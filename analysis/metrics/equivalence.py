"""Puts the two modes side by side."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.format import cpu_time, number, workers

# Two values closer than this are called the same: one short trial per cell cannot tell them apart.
SAME_WITHIN = 0.10
# What may be said of two values that were measured more than once: by the interval on their ratio, and by that alone.
ALIKE, UNCLEAR, DIFFERENT = "the same", "cannot be told apart", "differs"
Row = Any


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


def likeness(sync: Row, queue: Row, metric: str) -> str:
    """What is said of a metric of both modes: what the interval on their ratio shows, which a table tells too.

    Where there is no interval, values close to each other cannot be told apart.
    """
    found = str(queue.get(f"likeness_{metric}", ""))
    return found or (UNCLEAR if same(sync[metric], queue[metric]) else DIFFERENT)


def measured_alike(sync: Row, queue: Row, metric: str) -> bool:
    """Whether both modes have the same value of a metric as far as was measured: one trial each shows two numbers."""
    return str(queue.get(f"likeness_{metric}", "") or (ALIKE if same(sync[metric], queue[metric]) else "")) == ALIKE


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
