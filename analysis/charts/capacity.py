"""The capacity at a goal: as a bar between what was kept and what was not, and as the trials that it was found by."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.capacities import TOO_FEW, WITHHELD
from analysis.charts.parts.annotations import Arrow, EndLabel, draw_arrows, label_ends
from analysis.charts.parts.layout import framed
from analysis.charts.parts.log_time import scale_time_axis
from analysis.charts.parts.palette import MODES, QUIET
from analysis.charts.parts.worker_axis import (
    WORKERS_BOTTOM,
    WORKERS_LEFT,
    WORKERS_WIDTH,
    places,
    worker_axes,
    worker_counts,
)
from analysis.format import number

HEADROOM = 1.15
# Of the axis; an arrow further right has its words in two lines.
NARROW = 0.35
# How far an arrow is moved for each part of its mode's shift, in parts of the axis.
ARROWS_APART = 0.4
# What is said of a trial in the table alone.
UNDRAWN = (WITHHELD, TOO_FEW)


def draw_capacity(rows: pd.DataFrame, ceiling: pd.DataFrame, title: str, subtitle: str) -> Figure:
    """Capacity [pictures/s] against workers: a bar from the highest rate that was kept to the lowest that was not."""
    figure, ax = worker_axes(title, subtitle, rows)
    counts = worker_counts(rows)
    limits = ceiling.set_index("workers")["ceiling_throughput"].reindex(counts)
    top = float(np.nanmax([*rows["passed"], *rows["failed"], *limits, 0.1]))
    ax.set(ylim=(0, HEADROOM * top), ylabel="capacity [pictures/s]")
    labels = [_draw_bars(ax, counts, own) for _, own in rows.groupby("mode", sort=False)]
    if limits.notna().any():
        ax.plot(range(len(counts)), limits, color=QUIET, linewidth=1.2)
        labels.append(EndLabel(x=len(counts) - 1, y=float(limits.iloc[-1]), text="bare processes", colour=QUIET))
    label_ends(ax, [label for label in labels if label], at_edge=True)
    return figure


def _draw_bars(ax: Axes, counts: list[int], rows: pd.DataFrame) -> EndLabel | None:
    mode = str(rows["mode"].iloc[0])
    look, place = MODES[mode], places(counts, rows)
    ax.vlines(place, rows["passed"], rows["failed"], color=look.colour, linewidth=5)
    for end, face in (("passed", look.colour), ("failed", "white")):
        ax.plot(place, rows[end], look.marker, color=look.colour, markersize=13, mfc=face, mew=2.5, linestyle="")
    known = np.flatnonzero(rows["passed"].notna())
    if not len(known):
        return None
    last = known[-1]
    return EndLabel(x=float(place[last]), y=float(rows["passed"].iloc[last]), text=f"{mode}: kept", colour=look.colour)


def draw_reached(
    shown: pd.DataFrame, found: pd.DataFrame, limit_s: float, what: str, title: str, subtitle: str
) -> Figure:
    """What each trial of one worker count showed against its rate, an arrow where that is no time; shaded what the
    capacity lies between."""
    figure, below = framed(title, subtitle)
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, below - WORKERS_BOTTOM))
    labels = [_draw_trials(ax, rows) for _, rows in shown.groupby("mode", sort=False)]
    ax.axhline(limit_s, linestyle=(0, (6, 4)), color=QUIET, linewidth=2)
    arrows, end = list(_arrows(shown)), float(shown["rate"].max())
    scale_time_axis(ax, room_for_arrows=bool(arrows), room_for_doubts=False)
    for _, row in found.dropna(subset=["passed", "failed"]).iterrows():
        ax.axvspan(row["passed"], row["failed"], color=MODES[str(row["mode"])].colour, alpha=0.12, linewidth=0)
    ax.set(xlabel="offered [pictures/s]", ylabel=f"{what} (log scale)", xlim=(0, 1.05 * end))
    labels.append(EndLabel(x=end, y=limit_s, text=f"goal: {number(limit_s, 2)} s", colour=QUIET))
    taken_px = draw_arrows(ax, arrows, last_place=(1 - NARROW) * end)
    label_ends(ax, [label for label in labels if label], at_edge=True, taken_px=taken_px)
    return figure


def _draw_trials(ax: Axes, rows: pd.DataFrame) -> EndLabel | None:
    """One point for each trial that has a time."""
    mode = str(rows["mode"].iloc[0])
    look, drawn = MODES[mode], rows.dropna(subset=["reached_s"]).sort_values("rate")
    if drawn.empty:
        return None
    ax.plot(
        drawn["rate"],
        drawn["reached_s"],
        look.marker,
        color=look.colour,
        markersize=13,
        mfc="none",
        mew=2.5,
        linestyle="",
    )
    last = drawn.iloc[-1]
    return EndLabel(x=float(last["rate"]), y=float(last["reached_s"]), text=mode, colour=look.colour)


def _arrows(shown: pd.DataFrame) -> Iterator[Arrow]:
    """One for each trial whose time grows without limit, or is missing; those of the modes stand beside each other."""
    apart = ARROWS_APART * float(shown["rate"].max())
    for row in shown[(shown["mark"] != "") & ~shown["mark"].isin(UNDRAWN)].to_dict("records"):
        mode, x = str(row["mode"]), float(row["rate"]) + apart * MODES[str(row["mode"])].shift
        yield Arrow(x=x, mode=mode, words=f"{mode} {row['mark']}", fill="none")
