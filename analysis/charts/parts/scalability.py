"""The scalability law of each mode, drawn under what was measured, no further than it can say something."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.parts.palette import MODES
from analysis.charts.parts.worker_axis import place_of
from analysis.models.usl import scalability

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
