"""Pictures in the system over time, one panel per mode."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cells import Group
from analysis.charts.frame import circumstances, framed
from analysis.charts.labels import EndLabel, label_ends
from analysis.charts.palette import MODES, QUIET, WINDOW
from analysis.words import workers

LEFT, BOTTOM, RIGHT, BETWEEN = 0.085, 0.13, 0.875, 0.115


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
    ax.axvspan(*group.measured, color=WINDOW, zorder=0)
    ax.annotate(
        "measured",
        (sum(group.measured) / 2, 0.98),
        xycoords=ax.get_xaxis_transform(),
        ha="center",
        va="top",
        color=QUIET,
    )
    for _, rows in group.broker.query("mode == @mode").groupby("trial"):
        ax.plot(rows["since_s"], rows["in_system"], ":", color=QUIET, linewidth=1.5)
    traces = group.traces.query("mode == @mode")
    label_ends(ax, [_draw_count(ax, rows, mode) for _, rows in traces.groupby("workers")], at_edge=True)


def _draw_count(ax: Axes, rows: pd.DataFrame, mode: str) -> EndLabel:
    """Every repeat as a line of its own; the name stands at the end of the longest."""
    look = MODES[mode]
    for _, trial in rows.groupby("trial"):
        ax.step(trial["since_s"], trial["in_system"], where="post", color=look.colour, linewidth=2.5)
    last = rows.sort_values("since_s").iloc[-1]
    return EndLabel(
        x=float(last["since_s"]),
        y=float(last["in_system"]),
        text=workers(int(last["workers"])) if last["workers"] == 1 else str(last["workers"]),
        colour=look.colour,
    )
