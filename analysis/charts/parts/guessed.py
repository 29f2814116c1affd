"""What the class had predicted, drawn over what was measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from analysis.charts.parts.annotations import ARROW_FROM, ARROW_TO, EndLabel
from analysis.charts.parts.log_time import DRAWN_ON
from analysis.charts.parts.palette import GUESS

NAME = "the class's guess"
# Points; left of the arrows of what was measured, halfway up them.
SIZE = 13
BESIDE, IN_BAND = 0.2, (ARROW_FROM + ARROW_TO) / 2


def draw_guessed(ax: Axes, counts: list[int], guessed: Mapping[int, float]) -> list[EndLabel]:
    """A thin dashed line with crosses at the worker counts that have a guess; gives its name.

    A time that is to grow without limit is a cross in the band above the axis, left of what was measured.
    """
    values = np.array([guessed.get(count, np.nan) for count in counts])
    growing = np.flatnonzero(np.isposinf(values))
    band: dict[str, Any] = {"y": np.full(len(growing), IN_BAND), "transform": ax.get_xaxis_transform()}
    ax.scatter(growing - BESIDE, **band, marker="X", s=SIZE**2, color=GUESS, edgecolors=GUESS)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        # Crosses alone are named from the end of the scale below them.
        return [EndLabel(x=float(at) - BESIDE, y=DRAWN_ON[1], text=NAME, colour=GUESS) for at in growing[-1:]]
    look: dict[str, Any] = {"marker": "X", "markersize": SIZE, "markeredgecolor": "white"}
    ax.plot(known, values[known], color=GUESS, linestyle=(0, (2, 2)), linewidth=1.8, **look)
    return [EndLabel(x=float(known[-1]), y=float(values[known[-1]]), text=NAME, colour=GUESS)]
