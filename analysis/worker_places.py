"""Which worker had which picture, as far as start and finish tell: no record says so. Pure."""

import math
from collections.abc import Sequence


def worker_places(started_s: Sequence[float], finished_s: Sequence[float], count: int) -> list[int | None]:
    """A place from 0 to `count` - 1 for each picture, None for one that was never begun.

    started_s and finished_s belong together; a missing time is NaN, and work without an end keeps its place. In order
    of their starts each picture takes the first place that is free, or, if none is, the one that will be free first:
    the greedy colouring of an interval graph, which needs no more places than ever overlap.
    """
    free_at = [-math.inf] * count
    places: list[int | None] = [None] * len(started_s)
    begun = [n for n, at in enumerate(started_s) if not math.isnan(at)]
    for n in sorted(begun, key=lambda n: started_s[n]):
        free = (place for place, at in enumerate(free_at) if at <= started_s[n])
        place = next(free, min(range(count), key=lambda other: free_at[other]))
        free_at[place] = math.inf if math.isnan(finished_s[n]) else finished_s[n]
        places[n] = place
    return places
