"""What a finished picture costs in CPU seconds, by component."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import label_ends
from analysis.charts.parts.layout import circumstances, framed
from analysis.charts.parts.palette import COMPONENTS
from analysis.charts.stacked_bars import (
    BOTTOM,
    DOUBT_ROOM,
    LEFT,
    WIDTH,
    bar_places,
    draw_stacks,
    frame_doubts,
    in_order,
    name_bars,
)
from analysis.format import workers
from analysis.summary.cells import system_cost
from analysis.summary.groups import Group
from analysis.validity.verdict import OVERLOADED


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
    return f"the queue with {some} is overloaded and pays for unfinished pictures too"
