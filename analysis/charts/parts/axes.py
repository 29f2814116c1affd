"""The axes of charts: panels over time, worker counts with withheld cells, and the logarithmic axis of times."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from analysis.charts.parts.annotations import BAND, LINE_PX
from analysis.charts.parts.layout import framed
from analysis.charts.parts.palette import MODES, QUIET, TEXT, WINDOW, ink
from analysis.data.model import Mark

LEFT, BOTTOM, RIGHT, BETWEEN = 0.085, 0.13, 0.875, 0.125
TITLE = 0.055
# A tick label with some room.
TICK_PX = 75
SINCE = "seconds since the load began"
# Words stand before lines, with a rim of paper.
BEFORE: Any = {"zorder": 5, "path_effects": [withStroke(linewidth=4, foreground="white")]}
# By these names a test finds the marks again.
EVENT, EVENT_WORDS = "event", "event-words"
# Words that would be said again within this time are said once.
ONCE_S = 1.0


def panels(figure: Figure, below: float, titles: Sequence[tuple[str, str]], left: float = LEFT) -> list[Axes]:
    """One panel for each title and its colour; only the first has tick labels on its y axis.

    The title is the label too, by which the panel of a mode is known.
    """
    width = (RIGHT - left - BETWEEN * (len(titles) - 1)) / len(titles)
    made = []
    for n, (title, colour) in enumerate(titles):
        ax = figure.add_axes((left + n * (width + BETWEEN), BOTTOM, width, below - BOTTOM - TITLE), label=title)
        ax.set_title(title, color=ink(colour), loc="left", fontweight="bold")
        ax.tick_params(labelleft=n == 0)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=int(ax.get_window_extent().width / TICK_PX)))
        made.append(ax)
    return made


def shade_measured(ax: Axes, start_s: float, end_s: float) -> None:
    """Shades what was measured; nothing if the end is not after the start."""
    if start_s >= end_s:
        return
    ax.axvspan(start_s, end_s, color=WINDOW, zorder=0)
    across = ax.get_xaxis_transform()
    middle = ((start_s + end_s) / 2, 0.98)
    rim: Any = BEFORE | {"path_effects": [withStroke(linewidth=4, foreground=WINDOW)]}
    ax.annotate("measured", middle, xycoords=across, ha="center", va="top", color=QUIET, **rim)


def mark_events(ax: Axes, marks: Sequence[Mark], first_row: int = 1) -> None:
    """A line for every event inside the limits of the axes, and its words at the top, in rows where they would touch.

    Rows above the first one are left to other words.
    """
    start, end = ax.get_xlim()
    taken: list[tuple[int, float, float]] = []
    said: dict[str, float] = {}
    for mark in sorted((mark for mark in marks if start <= mark.at_s <= end), key=lambda mark: mark.at_s):
        ax.axvline(mark.at_s, color=TEXT, linewidth=1.8, linestyle="-.", zorder=3, gid=EVENT)
        if mark.at_s - said.get(mark.words, float("-inf")) > ONCE_S:
            said[mark.words] = mark.at_s
            _write(ax, mark, first_row, taken)


def _write(ax: Axes, mark: Mark, first_row: int, taken: list[tuple[int, float, float]]) -> None:
    """The words right of their line, or left of it where they would leave the axes; `taken` holds rows and ends."""
    text = _words(ax, mark, row=first_row, right=True)
    if text.get_window_extent().x1 > ax.get_window_extent().x1:
        text.remove()
        text = _words(ax, mark, row=first_row, right=False)
    box = text.get_window_extent()
    busy = {row for row, start, end in taken if start < box.x1 and box.x0 < end}
    row = next(row for row in range(first_row, first_row + len(taken) + 1) if row not in busy)
    taken.append((row, box.x0, box.x1))
    text.xyann = (text.xyann[0], _down_pt(ax, row))


def _words(ax: Axes, mark: Mark, *, row: int, right: bool) -> Annotation:
    return ax.annotate(
        mark.words,
        (mark.at_s, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(5 if right else -5, _down_pt(ax, row)),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        color=TEXT,
        gid=EVENT_WORDS,
        **BEFORE,
    )


def _down_pt(ax: Axes, row: int) -> float:
    return -(row * LINE_PX + 6) * 72 / float(ax.figure.dpi)


#: Mode and workers of the cells that were measured and are not shown.
Withheld = Sequence[tuple[str, int]]
# Below the ticks, for two lines of words.
WITHHELD_ROOM = 0.085

WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH = 0.105, 0.13, 0.67


def worker_axes(title: str, subtitle: str, cells: pd.DataFrame, withheld: Withheld = ()) -> tuple[Figure, Axes]:
    """A figure with room for names right of the lines, one tick per worker count; it says which cells are withheld."""
    figure, top = framed(title, subtitle)
    bottom = WORKERS_BOTTOM + (WITHHELD_ROOM if withheld else 0)
    ax = figure.add_axes((WORKERS_LEFT, bottom, WORKERS_WIDTH, top - bottom))
    counts = worker_counts(cells, withheld)
    ax.set_xticks(range(len(counts)), [_tick_words(count, withheld) for count in counts])
    ax.set(xlim=(-0.35, len(counts) - 0.85), xlabel="workers")
    return figure, ax


def _tick_words(count: int, withheld: Withheld) -> str:
    modes = [mode for mode, other in withheld if other == count]
    return "\n".join([str(count), *([" + ".join(modes), "withheld"] if modes else [])])


def worker_counts(cells: pd.DataFrame, withheld: Withheld = ()) -> list[int]:
    """The worker counts that were measured, ascending."""
    return sorted({int(count) for count in cells["workers"]} | {count for _, count in withheld})


def draw_with_gaps(ax: Axes, place: np.ndarray, values: pd.Series, gaps: Sequence[float], **look: Any) -> None:
    """Draw one line through the values, broken at each place of a withheld cell."""
    x, y = np.append(place, gaps), np.append(values, np.full(len(gaps), np.nan))
    along = np.argsort(x)
    ax.plot(x[along], y[along], **look)


def gaps_of(mode: str, counts: list[int], withheld: Withheld) -> list[float]:
    """Where the withheld cells of one mode stand on the axis."""
    return [counts.index(count) + MODES[mode].shift for other, count in withheld if other == mode]


def places(counts: list[int], rows: pd.DataFrame) -> np.ndarray:
    """Where the rows of one mode stand on the axis."""
    shift = MODES[rows["mode"].iloc[0]].shift
    return np.array([counts.index(int(count)) for count in rows["workers"]]) + shift


def place_of(counts: list[int], workers: np.ndarray | float) -> np.ndarray:
    """Where any number of workers lies among the measured counts, by its logarithm between two of them."""
    return np.asarray(np.interp(np.log2(workers), np.log2(counts), range(len(counts))))


# Below this ratio of top to bottom a logarithmic axis shows hardly a tick.
SMALLEST_RANGE = 20.0
# Above this one, ticks at 2 and 5 would be too close to be read.
MOST_TICKED = 2000.0
# In parts of the axis.
ROOM_BELOW = 0.09
# The axis on which a class draws its guess [s]; a chart with the guess in it has the same.
DRAWN_ON = (0.1, 100.0)


def scale_time_axis(
    ax: Axes,
    *,
    room_for_arrows: bool,
    room_for_doubts: bool,
    drawn_on: bool = False,
    values: Sequence[float] | None = None,
) -> None:
    """A log axis around the values drawn [s], or those given, with a free band at the top when arrows stand there.

    `drawn_on` widens it to the axis on which people have drawn. Below the lowest value there is room for a word when
    one stands there.
    """
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines]
    if drawn_on:
        drawn.append(np.array(DRAWN_ON))
    low, high = _limits(np.concatenate(drawn) if values is None else np.array(values))
    if room_for_doubts:
        low *= (low / high) ** ROOM_BELOW
    highest_tick = high
    if room_for_arrows:
        high = low * (high / low) ** (1 / BAND)
        # Above the band's edge there is no scale, so that no arrow is read as a value.
        ax.add_patch(Rectangle((0, BAND), 1, 1 - BAND, transform=ax.transAxes, color=WINDOW, zorder=0))
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.yaxis.set_major_locator(FixedLocator(_ticks(low, highest_tick)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _tick_label(seconds)))


def _limits(values: np.ndarray) -> tuple[float, float]:
    known = values[values > 0]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
    widen = max(1.0, SMALLEST_RANGE / (high / low)) ** 0.5
    return low / widen / 1.4, high * widen * 1.4


def _ticks(low: float, high: float) -> list[float]:
    steps = (1,) if high / low > MOST_TICKED else (1, 2, 5)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [at for decade in decades for step in steps if low <= (at := step * 10.0**decade) <= high]


def _tick_label(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 0.0999 else f"{seconds * 1000:g} ms"
