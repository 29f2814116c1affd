"""Workers needed against load: what was confirmed as a line of steps, what is undecided dotted."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.capacity.confirmed import at_most
from analysis.capacity.workers_needed import Step, steps, sync_is_fine
from analysis.charts.parts.annotations import EndLabel, label_ends
from analysis.charts.parts.layout import framed
from analysis.charts.parts.palette import MODES, WINDOW, ink, tag
from analysis.charts.parts.worker_axis import WORKERS_BOTTOM, WORKERS_LEFT, WORKERS_WIDTH, worker_counts

# Above the most workers there is room for what is said of sync.
ROOM_ABOVE = 0.15
WIDER = 1.05
# The palette's shift is for some places on an axis; with so many two equal lines are just as far apart in pixels.
USUAL_PLACES = 3
# In black and white the modes differ by these, besides their markers.
CONFIRMED = {"sync": "--", "queue": "-"}
UNDECIDED = {"sync": "-.", "queue": ":"}


def draw_needed(rows: pd.DataFrame, title: str, subtitle: str) -> Figure:
    """The fewest workers of each mode that keep a goal, over the load [pictures/s]; shaded where sync is fine."""
    figure, below = framed(title, subtitle)
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, below - WORKERS_BOTTOM))
    counts = worker_counts(rows)
    ax.set_yticks(range(len(counts)), [str(count) for count in counts])
    ax.set(ylim=(-0.5, len(counts) - 0.5 + ROOM_ABOVE * len(counts)), ylabel="workers needed")
    ax.set(xlim=(0, WIDER * float(np.nanmax(rows[["passed", "failed"]]))), xlabel="load [pictures/s]")
    _shade(ax, sync_is_fine(rows))
    labels = [_draw_mode(ax, counts, str(mode), steps(own)) for mode, own in rows.groupby("mode", sort=False)]
    label_ends(ax, [label for label in labels if label], at_edge=True)
    return figure


def _shade(ax: Axes, fine: Step | None) -> None:
    """The loads at which sync is fine, and the words at their end, on the side where there is room."""
    if fine is None:
        return
    colour, ends = MODES["sync"].colour, fine.passed
    ax.axvspan(0, ends, color=WINDOW, zorder=0, gid=tag("sync"))
    ax.axvline(ends, color=colour, linestyle=(0, (6, 4)), linewidth=1.5)
    left = ends > ax.get_xlim()[1] / 2
    ax.annotate(
        f"sync is fine up to {at_most(ends)}/s",
        (ends, 0.98),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        color=ink(colour),
    )


def _draw_mode(ax: Axes, counts: list[int], mode: str, found: list[Step]) -> EndLabel | None:
    """Filled the most that so many workers were confirmed to keep, hollow the least that they were not."""
    if not found:
        return None
    look, edge = MODES[mode], float(ax.get_xlim()[1])
    shift = look.shift * len(counts) / USUAL_PLACES
    height = [counts.index(step.workers) + shift for step in found]
    loads = [load for step in found for load in (step.start, step.passed)]
    ax.plot(loads, np.repeat(height, 2), color=look.colour, linewidth=3, linestyle=CONFIRMED[mode])
    for step, at in zip(found, height, strict=True):
        ax.plot([step.passed, min(step.failed, edge)], [at, at], UNDECIDED[mode], color=look.colour, linewidth=3)
        point: dict[str, Any] = {"marker": look.marker, "color": look.colour, "markersize": 11, "mew": 2.5}
        if math.isfinite(step.failed):
            ax.plot(step.failed, at, mfc="white", **point)
        ax.plot(step.passed, at, **point)
    return EndLabel(x=min(found[-1].failed, edge), y=height[-1], text=mode, colour=look.colour)
