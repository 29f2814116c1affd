"""Panels side by side over seconds since the load began, with the measured window and what happened marked."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator

from analysis.charts.parts.annotations import LINE_PX
from analysis.charts.parts.palette import QUIET, TEXT, WINDOW, ink
from analysis.data.events import Mark

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
