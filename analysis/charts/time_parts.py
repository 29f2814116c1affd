"""Where the time of a picture goes: one bar a cell, stacked of the steps from the due time until it is ready."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import BAND, Arrow, draw_arrows, label_ends
from analysis.charts.parts.layout import circumstances, framed
from analysis.charts.parts.palette import TIME_PARTS
from analysis.charts.parts.view import View
from analysis.charts.stacked_bars import (
    BOTTOM,
    DOUBT_ROOM,
    LEFT,
    bar_places,
    draw_stacks,
    frame_doubts,
    in_order,
    name_bars,
)
from analysis.format import GROWS
from analysis.series.latency_breakdown import parts_of, parts_sentence, parts_table, time_parts
from analysis.summary.groups import Group

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
