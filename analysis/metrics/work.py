"""Whether both modes did the same work on a picture: its CPU time must be conserved between them (R12, R33). Pure."""

from collections.abc import Iterator

import pandas as pd

from analysis.format import cpu_time, workers
from analysis.metrics.equivalence import pairs

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
                f"{prefix}With {workers(count)} a picture costs its workers {cpu_time(in_sync)} of CPU time in "
                f"sync and {cpu_time(in_queue)} in queue: the modes did not do the same work, so do not compare them"
            )
