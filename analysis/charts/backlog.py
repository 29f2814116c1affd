"""Pictures in the system over time, one panel per mode."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cells import Group
from analysis.charts.frame import circumstances, framed
from analysis.charts.labels import EndLabel, label_ends
from analysis.charts.palette import MODES, QUIET, WINDOW
from analysis.words import workers

LEFT, BOTTOM, RIGHT, BETWEEN = 0.085, 0.13, 0.875, 0.125
# How a line is drawn whose cell is doubtful.
DASHED = (0, (4, 1.5))


def draw_backlog(group: Group, title: str) -> Figure:
    """Pictures due and not done over the seconds since the load began; dotted the broker's own count."""
    note = "dotted: by the broker" if len(group.broker) else ""
    figure, top = framed(title, circumstances(group, note))
    modes = list(dict.fromkeys(group.cells["mode"]))
    width = (RIGHT - LEFT - BETWEEN * (len(modes) - 1)) / len(modes)
    highest = 1.2 * max(float(group.traces["in_system"].max()), 5.0)
    for n, mode in enumerate(modes):
        ax = figure.add_axes((LEFT + n * (width + BETWEEN), BOTTOM, width, top - BOTTOM - 0.055))
        ax.set(xlim=(0, group.traces["since_s"].max()), ylim=(0, highest), xlabel="seconds since the load began")
        ax.set_title(mode, color=MODES[mode].colour, loc="left", fontweight="bold")
        _draw_mode(ax, group, mode)
        ax.tick_params(labelleft=n == 0)
    figure.axes[0].set_ylabel("pictures in the system")
    return figure


def _draw_mode(ax: Axes, group: Group, mode: str) -> None:
    _shade(ax, group.windows.query("mode == @mode"))
    for _, rows in group.broker.query("mode == @mode").groupby("trial"):
        ax.plot(rows["since_s"], rows["in_system"], ":", color=QUIET, linewidth=1.5)
    traces = group.traces.query("mode == @mode")
    doubts = group.cells.query("mode == @mode").set_index("workers")["doubt"]
    drawn = [_draw_count(ax, rows, mode, doubts[count]) for count, rows in traces.groupby("workers")]
    label_ends(ax, [label for labels in drawn for label in labels], at_edge=True)


def _shade(ax: Axes, windows: pd.DataFrame) -> None:
    """Shades what every trial of the panel measured; nothing if no time is common to all."""
    start, end = float(windows["from_s"].max()), float(windows["until_s"].min())
    if start >= end:
        return
    ax.axvspan(start, end, color=WINDOW, zorder=0)
    across = ax.get_xaxis_transform()
    ax.annotate("measured", ((start + end) / 2, 0.98), xycoords=across, ha="center", va="top", color=QUIET)


def _draw_count(ax: Axes, rows: pd.DataFrame, mode: str, doubt: str) -> list[EndLabel]:
    """Every repeat as a line of its own; at the end of the longest its name, below it what is doubtful."""
    colour = MODES[mode].colour
    look: dict[str, Any] = {"color": colour, "linewidth": 2.5, "linestyle": DASHED if doubt else "-"}
    for _, trial in rows.groupby("trial"):
        ax.step(trial["since_s"], trial["in_system"], where="post", **look)
    last = rows.sort_values("since_s").iloc[-1]
    name = workers(int(last["workers"])) if last["workers"] == 1 else str(last["workers"])
    words = [*reversed(doubt.split(", ")), name] if doubt else [name]
    return [EndLabel(x=float(last["since_s"]), y=float(last["in_system"]), text=text, colour=colour) for text in words]
