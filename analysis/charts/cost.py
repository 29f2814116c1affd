"""What a finished picture costs in CPU seconds, by component."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cells import Group
from analysis.charts.frame import circumstances, framed
from analysis.charts.labels import EndLabel, label_ends
from analysis.charts.palette import COMPONENTS, MODES, TEXT
from analysis.summary import system_cost

LEFT, BOTTOM, WIDTH = 0.12, 0.21, 0.70
BAR = 0.8
GAP = 0.7
# With more bars than this their names would touch at the smallest size.
MOST_NAMED_BARS = 8
# Room above the highest bar for an upright word.
DOUBT_ROOM = 1.65


def draw_cpu_cost(group: Group, title: str) -> Figure:
    """CPU time per finished picture in milliseconds, stacked by component, one bar per cell."""
    figure, top = framed(title, circumstances(group))
    ax = figure.add_axes((LEFT, BOTTOM, WIDTH, top - BOTTOM))
    cells = group.cells.sort_values(["workers", "mode"], ascending=[True, False], ignore_index=True)
    cost = 1000 * system_cost(cells).fillna(0.0)
    place = _places(cells)
    heights, doubtful = cost.sum(axis=1), bool(cells["doubt"].any())
    room = DOUBT_ROOM if doubtful else 1.1
    ax.set(xlim=(place[0] - 0.6, place[-1] + 0.6), ylim=(0, room * float(heights.max()) or 1.0))
    ax.set_ylabel("CPU time per picture [ms]")
    label_ends(ax, _draw_stacks(ax, place, cost), at_edge=True)
    _name_bars(ax, place, cells)
    _mark_doubts(ax, place, heights, cells["doubt"])
    return figure


def _places(cells: pd.DataFrame) -> list[float]:
    """Where the bars stand: those of one worker count side by side, a gap between counts."""
    steps = cells["workers"].ne(cells["workers"].shift()).cumsum() - 1
    return [n + GAP * float(step) for n, step in enumerate(steps)]


def _draw_stacks(ax: Axes, place: list[float], cost: pd.DataFrame) -> list[EndLabel]:
    below = pd.Series(0.0, index=cost.index)
    labels = []
    for component in cost:
        colour, hatch = COMPONENTS[str(component)]
        height = cost[component]
        ax.bar(place, height, BAR, below, color=colour, hatch=hatch, edgecolor=TEXT, linewidth=0.8)
        if height.any():
            last = int(height.to_numpy().nonzero()[0][-1])
            middle = float(below.iloc[last] + height.iloc[last] / 2)
            labels.append(EndLabel(x=place[last] + BAR / 2, y=middle, text=str(component), colour=TEXT))
        below = below + height
    return labels


def _mark_doubts(ax: Axes, place: list[float], heights: pd.Series, doubts: pd.Series) -> None:
    """A dashed frame around the bar of a doubtful cell, and upright above it why."""
    for x, height, words in zip(place, heights, doubts, strict=True):
        if words:
            ax.bar(x, height, BAR + 0.1, fill=False, edgecolor=TEXT, linewidth=2.5, linestyle=(0, (2.5, 1.5)))
            above: dict[str, Any] = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center", "va": "bottom"}
            ax.annotate(words.replace(", ", "\n"), (x, height), rotation=90, **above)


def _name_bars(ax: Axes, place: list[float], cells: pd.DataFrame) -> None:
    named = len(cells) <= MOST_NAMED_BARS
    ax.set_xticks(place, [mode if named else mode[0] for mode in cells["mode"]])
    ax.tick_params(axis="x", length=0)
    for tick, mode in zip(ax.get_xticklabels(), cells["mode"], strict=True):
        tick.set_color(MODES[mode].colour)
    centres = pd.Series(place).groupby(cells["workers"]).mean()
    for count, centre in centres.items():
        ax.annotate(
            str(count), (centre, 0), xycoords=ax.get_xaxis_transform(), xytext=(0, -32), textcoords="offset points",
            ha="center", va="top",
        )  # fmt: skip
    ax.set_xlabel("workers" if named else "workers (s: sync, q: queue)", labelpad=36)
