"""What was predicted, drawn under what was measured: diamonds, the class prediction, and the scalability law."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.parts.annotations import ARROW_FROM, ARROW_TO, EndLabel
from analysis.charts.parts.axes import DRAWN_ON, place_of
from analysis.charts.parts.palette import GUESS, MODES, QUIET
from analysis.models.usl import scalability

DIAMOND = "\N{WHITE DIAMOND}"


def draw_predicted(ax: Axes, counts: list[int], cells: pd.DataFrame, metric: str, name: str) -> list[EndLabel]:
    """A diamond at each worker count whose prediction has a value, the same for both modes; gives their name."""
    column = f"predicted_{metric}"
    if column not in cells:
        return []
    by_count = cells.groupby("workers")[column]
    values = by_count.first().where(by_count.nunique() == 1).reindex(counts).astype(float)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return []
    ax.plot(known, values.iloc[known], "D", markersize=21, mfc="none", mec=QUIET, mew=2, linestyle="", zorder=1)
    return [EndLabel(x=float(known[-1]), y=float(values.iloc[known[-1]]), text=f"{DIAMOND} {name}", colour=QUIET)]


NAME = "class prediction"
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


POINTS = 60


def draw_scalability(ax: Axes, counts: list[int], cells: pd.DataFrame) -> None:
    """A thin line with its band for each mode whose law is known, from the fewest workers that were their limit on."""
    for mode, found in scalability(cells).items():
        look = MODES[mode]
        workers = np.linspace(found.smallest, min(counts[-1], found.furthest), POINTS)
        along = place_of(counts, workers) + look.shift
        ax.fill_between(along, *found.band(workers), color=look.colour, alpha=0.2, linewidth=0, zorder=0.5)
        dash = {"sync": "--", "queue": ":"}[str(mode)]
        ax.plot(along, found.law.throughput(workers), dash, color=look.colour, linewidth=1, zorder=0.6)


def law_words(cells: pd.DataFrame) -> str:
    """What the subtitle says of the bands; nothing where there are none."""
    return "shaded: scalability law, 95 %" if scalability(cells) else ""
