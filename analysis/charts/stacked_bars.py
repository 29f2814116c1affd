"""Stacked bars, one per cell: CPU time per picture, and where the time of a picture goes."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import BAND, Arrow, EndLabel, draw_arrows, label_ends
from analysis.charts.parts.layout import View, circumstances, framed
from analysis.charts.parts.palette import COMPONENTS, MODES, TEXT, TIME_PARTS, ink, tag
from analysis.format import GROWS, workers
from analysis.series.latency_breakdown import parts_of, parts_sentence, parts_table, time_parts
from analysis.summary.cells import system_cost
from analysis.summary.groups import Group
from analysis.validity.verdict import OVERLOADED

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


def draw_cpu_cost(group: Group, title: str) -> Figure:
    """CPU time per finished picture in milliseconds, stacked by component, one bar per cell."""
    figure, top = framed(title, circumstances(group, _unfinished(group.cells)))
    ax = figure.add_axes((LEFT, BOTTOM, WIDTH, top - BOTTOM))
    cells = in_order(group.cells)
    cost = 1000 * system_cost(cells).fillna(0.0)
    place = bar_places(cells)
    heights, doubtful = cost.sum(axis=1), bool(cells["doubt"].any())
    room = DOUBT_ROOM if doubtful else 1.1
    ax.set(ylim=(0, room * float(heights.max()) or 1.0), ylabel="CPU time per picture [ms]")
    name_bars(ax, place, cells)
    label_ends(ax, draw_stacks(ax, place, cost, cells["mode"], COMPONENTS), at_edge=True)
    frame_doubts(ax, place, heights, cells["doubt"], cells["mode"])
    return figure


def _unfinished(cells: pd.DataFrame) -> str:
    """Why overloaded cells of the queue cost more than those of sync: what waits in them was already accepted."""
    answers = (cells["mode"] == "queue") & (cells["verdict"] == OVERLOADED) & (cells["response_p50_mark"] == "")
    if not answers.any():
        return ""
    some = workers([int(count) for count in cells["workers"][answers].sort_values()])
    return f"the queue with {some} is overloaded, so it also spends time on unfinished pictures"


# Narrower than other bars, because the names of the parts are longer.
BREAKDOWN_WIDTH = 0.69
# Of the highest bar; a smaller part has no name.
LEAST_NAMED = 0.01


def where_time_goes(group: Group) -> list[View]:
    """One chart, if any cell has times of its own."""
    table = in_order(time_parts(group))
    if "ready_s" not in table:
        return []
    return [
        View(
            name="time_parts",
            sentence=parts_sentence(group, table),
            draw=partial(draw_time_parts, group, table),
            table=parts_table(table),
        )
    ]


def draw_time_parts(group: Group, table: pd.DataFrame, title: str) -> Figure:
    """Mean time per picture in seconds, stacked by part; an arrow where it grows without limit."""
    figure, below = framed(title, circumstances(group))
    ax = figure.add_axes((LEFT, BOTTOM, BREAKDOWN_WIDTH, below - BOTTOM))
    place, heights = bar_places(table), table["ready_s"]
    cells = in_order(group.cells)
    grows = heights.isna()
    doubts = cells["doubt"].where(~grows, "")
    room = (DOUBT_ROOM if doubts.any() else 1.1) / (BAND if grows.any() else 1)
    ax.set(ylim=(0, room * float(heights.max())), ylabel="mean time per picture [s]")
    name_bars(ax, place, cells)
    least, parts = LEAST_NAMED * float(heights.max()), table[parts_of(table)]
    labels = draw_stacks(ax, place, parts, table["mode"], TIME_PARTS, least_named=least)
    arrows = [
        Arrow(x=place[n], mode=str(cells["mode"].iloc[n]), words=f"{cells['mode'].iloc[n]} {GROWS}")
        for n in np.flatnonzero(grows)
    ]
    label_ends(ax, labels, at_edge=True, taken_px=draw_arrows(ax, arrows, last_place=place[-1]))
    frame_doubts(ax, place, heights.fillna(0.0), doubts, cells["mode"])
    return figure
