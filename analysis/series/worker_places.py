"""Which worker had which picture, by the process that is recorded with it. Pure."""

import numpy as np
import pandas as pd


def lanes_of(work: pd.DataFrame) -> pd.Series:
    """A lane from 0 on for each row, of which `process` worked from `from_s` until `until_s`.

    A process has a lane of its own, or one for each picture that its threads work on at once; one that begins after
    another has ended takes over its lane. Without processes, as in older files, each picture takes the first free lane.
    """
    if work.empty:
        return pd.Series(0, work.index)
    strand = pd.concat([_first_free(own) for _, own in work.groupby("process")])
    keys = [work["process"], strand.reindex(work.index).rename("strand")]
    lives = work.groupby(keys).agg(from_s=("from_s", "min"), until_s=("until_s", "max"))
    lane = _first_free(lives)
    return pd.Series(lane.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy(), work.index)


def places_of(work: pd.DataFrame, count: int) -> pd.Series:
    """The same with no more lanes than so many: where processes left unfinished work and were replaced, a picture
    takes the place that will be free first."""
    lanes = lanes_of(work)
    return lanes if lanes.max() < count else _first_free(work, most=count)


def _first_free(work: pd.DataFrame, most: int | None = None) -> pd.Series:
    """The greedy colouring of an interval graph: in order of their starts each takes the first lane that is free."""
    free_at: list[float] = []
    taken = {}
    for row, begins, ends in work[["from_s", "until_s"]].sort_values("from_s", kind="stable").itertuples():
        lane = next((n for n, free in enumerate(free_at) if free <= begins), len(free_at))
        lane = int(np.argmin(free_at)) if lane == most else lane
        free_at[lane : lane + 1] = [ends]
        taken[row] = lane
    return pd.Series(taken).reindex(work.index)
