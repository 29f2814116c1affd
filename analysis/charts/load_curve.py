"""The wait for a picture against the offered load: what was measured, and under it what was predicted."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import Arrow, Doubt, EndLabel, draw_arrows, label_ends, mark_doubts
from analysis.charts.parts.axes import WORKERS_BOTTOM, WORKERS_LEFT, WORKERS_WIDTH, scale_time_axis
from analysis.charts.parts.layout import View, counted, framed, subtitle
from analysis.charts.parts.palette import MODES, QUIET
from analysis.data.factors import CONDITIONS, short
from analysis.series.load_curve import COLUMNS, RATE, LoadCurve, load_curves, load_sentence
from analysis.summary.groups import Group
from analysis.tables.summary import as_table

SHARES = {"p95": "p95", "p50": "median"}
MARGIN = 0.06
# Of the axis; an arrow further right has its words in two lines.
NARROW = 0.35


def against_load(groups: Sequence[Group], most: int) -> list[tuple[LoadCurve, View]]:
    """At most so many charts, one for each worker count that was measured at more than one rate."""
    return [
        (
            curve,
            View(
                name=f"load_w{curve.workers}",
                sentence=load_sentence(curve),
                draw=partial(draw_load_curve, curve),
                table=as_table(curve.cells, COLUMNS),
            ),
        )
        for curve in load_curves(groups)[:most]
    ]


def draw_load_curve(curve: LoadCurve, title: str) -> Figure:
    """Median and p95 of ready time against the offered rate in each mode; the predicted median is a thin grey line."""
    figure, below = framed(title, _circumstances(curve))
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, below - WORKERS_BOTTOM))
    rates = sorted(set(curve.cells[RATE]))
    across = rates[-1] - rates[0]
    ax.set(xlim=(rates[0] - MARGIN * across, rates[-1] + MARGIN * across), xlabel="offered [pictures/s]")
    labels = _draw_predicted(ax, curve.cells)
    arrows, doubts = [], []
    for mode, rows in curve.cells.groupby("mode", sort=False):
        place = rows[RATE].to_numpy(dtype=float) + 2 * MODES[str(mode)].shift * across / len(rates)
        for share in SHARES:
            labels += _draw_share(ax, place, rows, share)
            arrows += _arrows(place, rows, share)
        doubts += _doubts(place, rows)
    scale_time_axis(ax, room_for_arrows=bool(arrows), room_for_doubts=bool(doubts))
    ax.set_ylabel("ready time (log scale)")
    mark_doubts(ax, doubts)
    taken_px = draw_arrows(ax, arrows, last_place=rates[-1] - NARROW * across)
    label_ends(ax, labels, at_edge=True, taken_px=taken_px)
    return figure


def _circumstances(curve: LoadCurve) -> str:
    levels = [CONDITIONS["workload"].alone.format(curve.levels["workload"])]
    levels += [short(name, curve.levels[name]) for name in curve.varied if name != "workload"]
    trials = counted([int(count) for count in curve.cells["trials"]], "trial")
    return subtitle(levels, curve.groups, f"{trials} per cell", f"{curve.workers} worker{'s' * (curve.workers > 1)}")


def _draw_predicted(ax: Axes, cells: pd.DataFrame) -> list[EndLabel]:
    """The predicted median of each rate, where it is finite and both modes have the same."""
    if "predicted_ready_p50_s" not in cells:
        return []
    by_rate = cells.groupby(RATE)["predicted_ready_p50_s"]
    values = by_rate.first().where(by_rate.nunique() == 1).astype(float)
    known = values[np.isfinite(values)]
    if known.empty:
        return []
    ax.plot(known.index, known, color=QUIET, linewidth=1.5, marker="D", markersize=21, mfc="none", mew=2, zorder=1)
    return [EndLabel(x=float(known.index[-1]), y=float(known.iloc[-1]), text="predicted median", colour=QUIET)]


def _draw_share(ax: Axes, place: np.ndarray, rows: pd.DataFrame, share: str) -> list[EndLabel]:
    values = rows[f"ready_{share}_s"].where(rows[f"ready_{share}_mark"] == "").to_numpy(dtype=float)
    look, solid, mode = MODES[str(rows["mode"].iloc[0])], share == "p50", str(rows["mode"].iloc[0])
    line: dict[str, Any] = {"linestyle": "-" if solid else (0, (4, 3)), "linewidth": 3 if solid else 2}
    face = look.colour if solid else "white"
    ax.plot(place, values, look.marker, color=look.colour, markersize=12, mew=2.5, mfc=face, **line)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return []
    x, y = float(place[known[-1]]), float(values[known[-1]])
    return [EndLabel(x=x, y=y, text=f"{mode} {SHARES[share]}", colour=look.colour)]


def _arrows(place: np.ndarray, rows: pd.DataFrame, share: str) -> list[Arrow]:
    marks = zip(place, rows["mode"], rows[f"ready_{share}_mark"], strict=True)
    return [Arrow(x=float(x), mode=str(mode), words=f"{mode} {mark}") for x, mode, mark in marks if mark]


def _doubts(place: np.ndarray, rows: pd.DataFrame) -> list[Doubt]:
    points = zip(place, rows["ready_p50_s"], rows["ready_p50_mark"], rows["doubt"], strict=True)
    colour = MODES[str(rows["mode"].iloc[0])].colour
    return [
        Doubt(x=float(x), y=float(y), words=words, colour=colour)
        for x, y, mark, words in points
        if words and not mark and np.isfinite(y)
    ]
