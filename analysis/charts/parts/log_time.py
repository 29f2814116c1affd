"""A logarithmic axis of times that a person can read."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.charts.parts.annotations import BAND
from analysis.charts.parts.palette import WINDOW

# Below this ratio of top to bottom a logarithmic axis shows hardly a tick.
SMALLEST_RANGE = 20.0
# Above this one, ticks at 2 and 5 would be too close to be read.
MOST_TICKED = 2000.0
# In parts of the axis.
ROOM_BELOW = 0.09
# The axis on which a class draws its guess [s]; a chart with the guess in it has the same.
DRAWN_ON = (0.1, 100.0)


def scale_time_axis(
    ax: Axes,
    *,
    room_for_arrows: bool,
    room_for_doubts: bool,
    drawn_on: bool = False,
    values: Sequence[float] | None = None,
) -> None:
    """A log axis around the values drawn [s], or those given, with a free band at the top when arrows stand there.

    `drawn_on` widens it to the axis on which people have drawn. Below the lowest value there is room for a word when
    one stands there.
    """
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines]
    if drawn_on:
        drawn.append(np.array(DRAWN_ON))
    low, high = _limits(np.concatenate(drawn) if values is None else np.array(values))
    if room_for_doubts:
        low *= (low / high) ** ROOM_BELOW
    highest_tick = high
    if room_for_arrows:
        high = low * (high / low) ** (1 / BAND)
        # Above the band's edge there is no scale, so that no arrow is read as a value.
        ax.add_patch(Rectangle((0, BAND), 1, 1 - BAND, transform=ax.transAxes, color=WINDOW, zorder=0))
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.yaxis.set_major_locator(FixedLocator(_ticks(low, highest_tick)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _tick_label(seconds)))


def _limits(values: np.ndarray) -> tuple[float, float]:
    known = values[values > 0]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
    widen = max(1.0, SMALLEST_RANGE / (high / low)) ** 0.5
    return low / widen / 1.4, high * widen * 1.4


def _ticks(low: float, high: float) -> list[float]:
    steps = (1,) if high / low > MOST_TICKED else (1, 2, 5)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [at for decade in decades for step in steps if low <= (at := step * 10.0**decade) <= high]


def _tick_label(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 0.0999 else f"{seconds * 1000:g} ms"
