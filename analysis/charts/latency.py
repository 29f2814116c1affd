"""Response time and ready time against workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import Arrow, Doubt, EndLabel, draw_arrows, label_ends, mark_doubts
from analysis.charts.parts.axes import (
    draw_with_gaps,
    gaps_of,
    places,
    scale_time_axis,
    worker_axes,
    worker_counts,
)
from analysis.charts.parts.layout import circumstances
from analysis.charts.parts.palette import MODES
from analysis.charts.parts.predictions import draw_guessed, draw_predicted
from analysis.format import GROWS
from analysis.metrics.percentiles import bounds, bounds_words
from analysis.summary.groups import Group

# The lines that show how far a point can be trusted: how wide their ends are, and that they lie behind all points.
CAP_PT, BEHIND = 14, 1.5
NOTHING: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line: a percentile of one clock in one mode, its name, and whether it is the solid one."""

    mode: str
    clock: str
    share: str
    name: str
    solid: bool

    @property
    def percentile(self) -> str:
        """What it is called in the columns of a summary, such as `ready_p95`."""
        return f"{self.clock}_{self.share}"


def draw_response_time(group: Group, title: str) -> Figure:
    """Response time against workers, median and p95, in both modes."""
    return _draw(group, _both_shares(group, "response"), title, "response time")


def draw_ready_time(group: Group, title: str) -> Figure:
    """Ready time against workers, median and p95, in both modes."""
    series, guessed = _both_shares(group, "ready"), group.guess.ready_s if group.guess else NOTHING
    return _draw(group, series, title, "ready time", predicted="ready_p50_s", guessed=guessed)


def draw_both_clocks(group: Group, title: str) -> Figure:
    """Queue mode alone: the time to the answer and the time until the picture is ready, as medians."""
    series = [
        Series(mode="queue", clock="response", share="p50", name="response time", solid=False),
        Series(mode="queue", clock="ready", share="p50", name="ready time", solid=True),
    ]
    return _draw(group, series, title, "time since due", note="medians")


def _both_shares(group: Group, clock: str) -> list[Series]:
    modes = list(dict.fromkeys(group.cells["mode"]))
    names = {"p95": "p95", "p50": "median"}
    return [
        Series(mode=mode, clock=clock, share=share, name=f"{mode} {name}", solid=share == "p50")
        for mode in modes
        for share, name in names.items()
    ]


def _draw(
    group: Group,
    series: list[Series],
    title: str,
    what: str,
    *,
    note: str = "",
    predicted: str = "",
    guessed: Mapping[int, float] = NOTHING,
) -> Figure:
    cells = group.cells[group.cells["mode"].isin([each.mode for each in series])]
    lines = bounds_words(cells, dict.fromkeys(each.percentile for each in series))
    withheld = [each for each in group.withheld if each[0] in {one.mode for one in series}]
    figure, ax = worker_axes(title, circumstances(group, note, lines), cells, withheld)
    counts = worker_counts(cells, withheld)
    labels, arrows, doubts = [], [], []
    for each in series:
        rows = cells[cells["mode"] == each.mode]
        place = places(counts, rows)
        labels += _draw_line(ax, place, rows, each, gaps_of(each.mode, counts, withheld))
        arrows += _arrows(place, rows, each)
        doubts += _doubts(place, rows, each)
    labels += draw_predicted(ax, counts, cells, predicted, "predicted median")
    labels += draw_guessed(ax, counts, guessed)
    room = bool(arrows) or np.inf in guessed.values()
    scale_time_axis(ax, room_for_arrows=room, room_for_doubts=bool(doubts), drawn_on=bool(guessed))
    ax.set_ylabel(f"{what} (log scale)")
    mark_doubts(ax, doubts)
    taken_px = draw_arrows(ax, arrows, last_place=len(counts) - 1)
    label_ends(ax, labels, at_edge=True, taken_px=taken_px)
    return figure


def _draw_line(ax: Axes, place: np.ndarray, rows: pd.DataFrame, each: Series, gaps: list[float]) -> list[EndLabel]:
    """Draws the points that have a value, and how far they can be trusted thin behind them; gives their name."""
    values, colour = _values(rows, each), MODES[each.mode].colour
    draw_with_gaps(ax, place, values, gaps, color=colour, label=each.name, **_look(each))
    _draw_bounds(ax, place, rows, each)
    known = np.flatnonzero(values.notna())
    if not len(known):
        return []
    last = known[-1]
    return [EndLabel(x=float(place[last]), y=float(values.iloc[last]), text=each.name, colour=colour)]


def _draw_bounds(ax: Axes, place: np.ndarray, rows: pd.DataFrame, each: Series) -> None:
    ends = bounds(rows, each.percentile)
    look: dict[str, Any] = {"color": MODES[each.mode].colour, "zorder": BEHIND}
    ax.vlines(place, ends["low"], ends["high"], linewidth=1.5, linestyle=_look(each)["linestyle"], **look)
    for end in ends:
        ax.plot(place, ends[end], "_", markersize=CAP_PT, markeredgewidth=1.5, **look)


def _values(rows: pd.DataFrame, each: Series) -> pd.Series:
    return rows[f"{each.percentile}_s"].where(rows[f"{each.percentile}_mark"] == "")


def _doubts(place: np.ndarray, rows: pd.DataFrame, each: Series) -> list[Doubt]:
    return [
        Doubt(x=float(x), y=float(y), words=words, colour=MODES[each.mode].colour)
        for x, y, words in zip(place, _values(rows, each), rows["doubt"], strict=True)
        if words and y == y
    ]


def _look(each: Series) -> dict[str, Any]:
    look = MODES[each.mode]
    return {
        "marker": look.marker,
        "markersize": 12,
        "markeredgewidth": 2.5,
        "markerfacecolor": look.colour if each.solid else "white",
        "linestyle": "-" if each.solid else (0, (4, 3)),
        "linewidth": 3 if each.solid else 2,
    }


def _arrows(place: np.ndarray, rows: pd.DataFrame, each: Series) -> list[Arrow]:
    marks = rows[f"{each.percentile}_mark"]
    return [
        Arrow(x=float(x), mode=each.mode, words=_arrow_words(each, mark))
        for x, mark in zip(place, marks, strict=True)
        if mark
    ]


def _arrow_words(each: Series, mark: str) -> str:
    """Median and p95 grow together, so growth is said once for both."""
    if mark == GROWS:
        return f"{each.name.removesuffix(' median').removesuffix(' p95')} {mark}"
    return f"{each.name}: {mark}"
