"""How rates that trials have confirmed are told: rounded only to the side on which they stay confirmed. Pure."""

import math
from collections.abc import Callable

from analysis.format import number

# Rates below this keep two digits after the point, all others one.
SMALL_RATE = 10


def at_most(kept: float) -> str:
    """A rate that was confirmed to be kept [pictures/s], rounded down: more was not confirmed."""
    return number(floored(kept), 2)


def at_least(missed: float) -> str:
    """A rate that was confirmed not to be kept [pictures/s], rounded up: less was not confirmed."""
    return number(_rounded(missed, math.ceil), 2)


def floored(kept: float) -> float:
    """The rate as it is told."""
    return _rounded(kept, math.floor)


def _rounded(rate: float, to_whole: Callable[[float], int]) -> float:
    if math.isnan(rate):
        return rate
    scale = 100 if rate < SMALL_RATE else 10
    # Rounded first, because 100 * 1.16 is a little less than 116.
    return to_whole(round(scale * rate, 6)) / scale
