"""The axes of a chart without what was measured, to draw a prediction on."""

from dataclasses import replace

import matplotlib
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import BAND
from analysis.charts.parts.layout import STYLE
from analysis.charts.parts.log_time import scale_time_axis
from analysis.charts.parts.palette import QUIET
from analysis.charts.parts.worker_axis import worker_axes
from analysis.charts.throughput import throughput_top
from analysis.format import amount, number
from analysis.summary.groups import Group

TITLES = {"throughput": "Pictures finished per second", "ready_time": "Until the picture is ready"}


def blank_axes(group: Group, chart: str) -> Figure:
    """The axes as the chart will have them, with a grid; the offered load is known beforehand."""
    with matplotlib.rc_context(STYLE):
        offered = f"queue mode, {amount(number(group.offered_rate), 'upload')} per second offered"
        figure, ax = worker_axes(TITLES[chart], offered, group.cells)
        # No names stand right of these axes.
        left, bottom, _, height = ax.get_position().bounds
        ax.set_position((left, bottom, 0.98 - left, height))
        ax.grid(visible=True, axis="both", which="major")
        if chart == "throughput":
            ax.set(ylim=(0, throughput_top(replace(group, guess=None))), ylabel="throughput [pictures/s]")
            ax.axhline(group.offered_rate, linestyle=(0, (6, 4)), color=QUIET, linewidth=2)
        else:
            scale_time_axis(ax, room_for_arrows=True, room_for_doubts=False, drawn_on=True)
            ax.set_ylabel("ready time (log scale)")
            ax.text(0.02, (1 + BAND) / 2, "it grows without limit", transform=ax.transAxes, color=QUIET, va="center")
        return figure
