"""Throughput against workers: what N workers finished, what was offered, predicted, and possible at best."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import Doubt, EndLabel, label_ends, mark_doubts
from analysis.charts.parts.axes import (
    Withheld,
    draw_with_gaps,
    gaps_of,
    place_of,
    places,
    worker_axes,
    worker_counts,
)
from analysis.charts.parts.layout import circumstances
from analysis.charts.parts.palette import MODES, QUIET
from analysis.charts.parts.predictions import draw_guessed, draw_predicted, draw_scalability, law_words
from analysis.format import amount, number
from analysis.summary.groups import Group

# Room above the offered load for the name of the line of what is possible.
HEADROOM = 1.3
# What lies further above what was measured than this leaves the axes, so that the measurement stays readable.
MOST_ABOVE = 3.0
# What N workers could do at best, as far as it is known: the ceiling was measured.
LIMITS = {"ceiling_throughput": "ceiling: bare work", "ideal_throughput": "ideal: N × 1 worker"}
# From where to where the ceiling of the only worker count is drawn: to the edge of the axes.
SHORT_LINE = (-0.2, 0.15)
UPWARDS = "\N{UPWARDS ARROW}"


def draw_throughput(group: Group, title: str) -> Figure:
    """Throughput [pictures/s] from zero; dashed the offered load, thin what is possible, diamonds the prediction."""
    figure, ax = worker_axes(title, circumstances(group, _notes(group)), group.cells, group.withheld)
    counts = worker_counts(group.cells, group.withheld)
    top = throughput_top(group)
    ax.set(ylim=(0, top), ylabel="throughput [pictures/s]")
    draw_scalability(ax, counts, group.cells)
    labels = [_draw_mode(ax, counts, rows, group.withheld) for _, rows in group.cells.groupby("mode")]
    labels.append(_draw_offered(ax, group.offered_rate, counts))
    labels += _draw_limit(ax, counts, group.cells, top)
    labels += draw_predicted(ax, counts, group.cells, "throughput", "predicted")
    labels += draw_guessed(ax, counts, group.guess.throughput if group.guess else {})
    _mark_cores(ax, counts, group)
    mark_doubts(ax, [doubt for _, rows in group.cells.groupby("mode") for doubt in _doubts(counts, rows)])
    label_ends(ax, labels, at_edge=True)
    return figure


def _notes(group: Group) -> str:
    return " · ".join(filter(None, [_efficiency(group), law_words(group.cells)]))


def throughput_top(group: Group) -> float:
    """Where the axis ends [pictures/s]; a guess beyond what was offered makes room for itself, up to a limit, and so
    does the ceiling of the only worker count."""
    guessed = max(group.guess.throughput.values(), default=0.0) if group.guess else 0.0
    most = max(group.offered_rate, float(group.cells["throughput"].max()))
    above = max(guessed, _only_ceiling(group.cells))
    return HEADROOM * max(most, min(above, MOST_ABOVE * most))


def _only_ceiling(cells: pd.DataFrame) -> float:
    """What is possible with the only worker count [pictures/s]; 0 where there are several or it is not known."""
    known = cells.get("ceiling_throughput", pd.Series(dtype=float)).dropna()
    return float(known.iloc[0]) if len(known) and cells["workers"].nunique() == 1 else 0.0


def _efficiency(group: Group) -> str:
    """How near the saturated cells come to the ceiling, which is the work without web, queue and database."""
    known = group.cells.get("efficiency", pd.Series(dtype=float)).dropna()
    if known.empty:
        return ""
    ends = dict.fromkeys(number(100 * share, 0) for share in (known.min(), known.max()))
    return f"when saturated {'–'.join(ends)} % of what the work alone could do"


def _draw_mode(ax: Axes, counts: list[int], rows: pd.DataFrame, withheld: Withheld) -> EndLabel:
    mode = str(rows["mode"].iloc[0])
    look, place = MODES[mode], places(counts, rows)
    line = {"marker": look.marker, "color": look.colour, "linewidth": 3, "markersize": 12}
    draw_with_gaps(ax, place, rows["throughput"], gaps_of(mode, counts, withheld), **line)
    ax.vlines(place, rows["throughput_low"], rows["throughput_high"], color=look.colour, linewidth=1.5)
    return EndLabel(x=float(place[-1]), y=float(rows["throughput"].iloc[-1]), text=mode, colour=look.colour)


def _doubts(counts: list[int], rows: pd.DataFrame) -> list[Doubt]:
    colour = MODES[rows["mode"].iloc[0]].colour
    points = zip(places(counts, rows), rows["throughput"], rows["doubt"], strict=True)
    return [Doubt(x=float(x), y=float(y), words=words, colour=colour) for x, y, words in points if words]


def _draw_offered(ax: Axes, offered_rate: float, counts: list[int]) -> EndLabel:
    ax.axhline(offered_rate, linestyle=(0, (6, 4)), color=QUIET, linewidth=2)
    return EndLabel(x=len(counts) - 0.85, y=offered_rate, text=f"offered {number(offered_rate)}/s", colour=QUIET)


def _draw_limit(ax: Axes, counts: list[int], cells: pd.DataFrame, top: float) -> list[EndLabel]:
    """The line of what is possible; where it leaves the axes its name stands beside it, above the offered load."""
    if cells["workers"].nunique() == 1:
        return _draw_only_limit(ax, _only_ceiling(cells), top)
    per_count = cells.drop_duplicates("workers").set_index("workers").reindex(columns=list(LIMITS)).sort_index()
    known = [column for column in LIMITS if per_count[column].notna().all()]
    if not known:
        return []
    at, limit, name = place_of(counts, per_count.index.to_numpy()), per_count[known[0]], LIMITS[known[0]]
    ax.plot(at, limit, color=QUIET, linewidth=1.2)
    if limit.iloc[-1] < top:
        # The margin has no room for the whole name.
        short = name.partition(": ")[2]
        return [EndLabel(x=float(at[-1]), y=float(limit.iloc[-1]), text=short, colour=QUIET)]
    leaves_at = float(np.interp(top * 0.93, limit, at))
    left = leaves_at > (len(counts) - 1) / 2
    ax.annotate(
        name,
        (leaves_at, top * 0.93),
        xytext=(-10 if left else 16, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=QUIET,
    )
    return []


def _draw_only_limit(ax: Axes, ceiling: float, top: float) -> list[EndLabel]:
    """A short line, or at the top of the axes how far above them it would be."""
    name = LIMITS["ceiling_throughput"].partition(": ")[2]
    if ceiling >= top:
        return [EndLabel(x=SHORT_LINE[1], y=top, text=f"{UPWARDS} {name} {number(ceiling)}/s", colour=QUIET)]
    if not ceiling:
        return []
    ax.hlines(ceiling, *SHORT_LINE, color=QUIET, linewidth=1.2)
    return [EndLabel(x=SHORT_LINE[1], y=ceiling, text=name, colour=QUIET)]


def _mark_cores(ax: Axes, counts: list[int], group: Group) -> None:
    """A line where there are as many workers as cores; it ends below the names above the offered load."""
    cores = group.cores
    if cores is None or not counts[0] <= cores <= counts[-1]:
        return
    place = float(place_of(counts, cores))
    ax.vlines(place, 0, group.offered_rate, linestyle=":", color=QUIET, linewidth=1.5)
    ax.annotate(
        amount(cores, "core"),
        (place, 0.04),
        xycoords=ax.get_xaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        color=QUIET,
    )
