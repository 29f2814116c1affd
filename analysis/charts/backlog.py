"""Pictures in the system over time, one panel per mode."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import EndLabel, label_ends
from analysis.charts.parts.axes import SINCE, mark_events, panels, shade_measured
from analysis.charts.parts.layout import circumstances, framed
from analysis.charts.parts.palette import MODES, TEXT
from analysis.data.model import marks
from analysis.format import workers
from analysis.summary.groups import Group

# Stands at its panel, because in mode sync there is no broker.
BY_BROKER = "dotted: by the broker"
# Room above the highest count for words, in multiples of it.
ROOM, ROOM_WITH_EVENTS = 1.2, 1.6
# How a line is drawn whose cell is doubtful.
DASHED = (0, (4, 1.5))
# The lines of more workers are thinner, so that two that cross can be followed.
WIDEST, THINNEST = 5.0, 1.5
# The broker's count lies upon the line that it should be equal to.
DOTTED: dict[str, Any] = {"color": TEXT, "linewidth": 2.2, "linestyle": (0, (1, 2.5)), "zorder": 4}


def draw_backlog(group: Group, title: str) -> Figure:
    """Pictures due and not done over the seconds since the load began; dotted the broker's own count."""
    figure, below = framed(title, circumstances(group))
    modes = list(dict.fromkeys(group.cells["mode"]))
    happened = {mode: [mark for trial in group.trials_of(mode) for mark in marks(trial)] for mode in modes}
    room = ROOM_WITH_EVENTS if any(happened.values()) else ROOM
    highest = room * max(float(group.traces["in_system"].max()), 5.0)
    for mode, ax in zip(modes, panels(figure, below, [(mode, MODES[mode].colour) for mode in modes]), strict=True):
        ax.set(xlim=(0, group.traces["since_s"].max()), ylim=(0, highest), xlabel=SINCE)
        _draw_mode(ax, group, mode)
        mark_events(ax, happened[mode])
    figure.axes[0].set_ylabel("pictures in the system")
    return figure


def _draw_mode(ax: Axes, group: Group, mode: str) -> None:
    windows = group.windows.query("mode == @mode")
    # What every trial of the panel measured.
    shade_measured(ax, float(windows["from_s"].max()), float(windows["until_s"].min()))
    counted = group.broker.query("mode == @mode")
    if len(counted):
        ax.set_title(BY_BROKER, color=TEXT, loc="right", fontsize="medium")
    for _, rows in counted.groupby("trial"):
        ax.plot(rows["since_s"], rows["in_system"], **DOTTED)
    traces = group.traces.query("mode == @mode")
    doubts = group.cells.query("mode == @mode").set_index("workers")["doubt"]
    widths = np.linspace(WIDEST, THINNEST, traces["workers"].nunique())
    by_count = zip(traces.groupby("workers"), widths, strict=True)
    drawn = [_draw_count(ax, rows, mode, doubts[count], width) for (count, rows), width in by_count]
    label_ends(ax, [label for labels in drawn for label in labels], at_edge=True)


def _draw_count(ax: Axes, rows: pd.DataFrame, mode: str, doubt: str, width: float) -> list[EndLabel]:
    """Every repeat as a line of its own; at the end of the longest its name, below it what is doubtful."""
    colour = MODES[mode].colour
    look: dict[str, Any] = {"color": colour, "linewidth": width, "linestyle": DASHED if doubt else "-"}
    for _, trial in rows.groupby("trial"):
        ax.step(trial["since_s"], trial["in_system"], where="post", **look)
    last = rows.sort_values("since_s").iloc[-1]
    name = workers(int(last["workers"])) if last["workers"] == 1 else str(last["workers"])
    words = [*reversed(doubt.split(", ")), name] if doubt else [name]
    return [EndLabel(x=float(last["since_s"]), y=float(last["in_system"]), text=text, colour=colour) for text in words]
