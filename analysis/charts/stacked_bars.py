"""Bars side by side for the cells of a group, stacked of parts that are named at the right."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.parts.annotations import EndLabel
from analysis.charts.parts.palette import MODES, TEXT, ink, tag

LEFT, BOTTOM, WIDTH = 0.12, 0.21, 0.70
BAR = 0.8
GAP = 0.7
# With more bars than this their names would touch at the smallest size.
MOST_NAMED_BARS = 8
# Room above the highest bar for an upright word.
DOUBT_ROOM = 1.65
Looks = Mapping[str, tuple[str, str]]


def in_order(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells by workers, and sync before queue."""
    return cells.sort_values(["workers", "mode"], ascending=[True, False], ignore_index=True)


def bar_places(cells: pd.DataFrame) -> list[float]:
    """Where the bars stand: those of one worker count side by side, a gap between counts."""
    steps = cells["workers"].ne(cells["workers"].shift()).cumsum() - 1
    return [n + GAP * float(step) for n, step in enumerate(steps)]


def draw_stacks(
    ax: Axes, place: list[float], parts: pd.DataFrame, modes: pd.Series, looks: Looks, least_named: float = 0.0
) -> list[EndLabel]:
    """One bar a row, one part a column, with its fill and hatch; gives the names of those that are large enough."""
    below = pd.Series(0.0, index=parts.index)
    labels = []
    for part in parts:
        colour, hatch = looks[str(part)]
        height = parts[part]
        bars = ax.bar(place, height, BAR, below, color=colour, hatch=hatch, edgecolor=TEXT, linewidth=0.8)
        for bar, mode in zip(bars, modes, strict=True):
            bar.set_gid(tag(mode))
        if (height > least_named).any():
            labels.append(_part_label(str(part), place, below + height / 2, modes.where(height > least_named)))
        below = below + height
    return labels


def _part_label(part: str, place: list[float], middle: pd.Series, modes: pd.Series) -> EndLabel:
    """The name of a part at the last bar in which it is named; it belongs to a mode if no other names it."""
    named = modes.dropna()
    last = int(modes.notna().to_numpy().nonzero()[0][-1])
    mode = str(named.iloc[0]) if named.nunique() == 1 else ""
    return EndLabel(x=place[last] + BAR / 2, y=float(middle.iloc[last]), text=part, colour=TEXT, mode=mode)


def frame_doubts(ax: Axes, place: list[float], heights: pd.Series, doubts: pd.Series, modes: pd.Series) -> None:
    """A dashed frame around the bar of a doubtful cell, and upright above it why."""
    frame: dict[str, Any] = {"fill": False, "edgecolor": TEXT, "linewidth": 2.5, "linestyle": (0, (2.5, 1.5))}
    for x, height, words, mode in zip(place, heights, doubts, modes, strict=True):
        if words:
            ax.bar(x, height, BAR + 0.1, gid=tag(mode), **frame)
            above: dict[str, Any] = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center", "va": "bottom"}
            ax.annotate(words.replace(", ", "\n"), (x, height), rotation=90, gid=tag(mode), **above)


def name_bars(ax: Axes, place: list[float], cells: pd.DataFrame) -> None:
    """Mode below each bar, workers below each pair."""
    named = len(cells) <= MOST_NAMED_BARS
    ax.set_xlim(place[0] - 0.6, place[-1] + 0.6)
    ax.set_xticks(place, [mode if named else mode[0] for mode in cells["mode"]])
    ax.tick_params(axis="x", length=0)
    for tick, mode in zip(ax.get_xticklabels(), cells["mode"], strict=True):
        tick.set_color(ink(MODES[mode].colour))
    centres = pd.Series(place).groupby(cells["workers"]).mean()
    for count, centre in centres.items():
        ax.annotate(
            str(count), (centre, 0), xycoords=ax.get_xaxis_transform(), xytext=(0, -32), textcoords="offset points",
            ha="center", va="top",
        )  # fmt: skip
    ax.set_xlabel("workers" if named else "workers (s: sync, q: queue)", labelpad=36)
