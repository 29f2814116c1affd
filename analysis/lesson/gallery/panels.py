"""Draws one side of a lie: bars, dots or steps, with what stands beside them."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.charts.parts.annotations import BAND, LINE_PX
from analysis.charts.parts.palette import MODES, QUIET, TEXT, WINDOW
from analysis.lesson.gallery.panels_merged import Bars, Dots, Panel, Steps

HEADROOM = 1.25  # 1 / BAND: no known value lies in the band without a scale.
#: Of more bars every second has its name.
MOST_LABELLED = 10
#: How long a line of a name right of the axes may be.
LETTERS_BESIDE = 7
# Words over points and bars stay readable.
WORDS: Any = {
    "textcoords": "offset points",
    "color": TEXT,
    "path_effects": [withStroke(linewidth=4, foreground="white")],
}


def draw_panel(ax: Axes, panel: Panel, reach: float) -> None:
    """One side of a pair on its axes."""
    if isinstance(panel, Bars):
        _draw_bars(ax, panel)
    elif isinstance(panel, Dots):
        _draw_dots(ax, panel, reach)
    else:
        _draw_steps(ax, panel)
    ax.set_ylabel(panel.axis)


def _draw_bars(ax: Axes, panel: Bars) -> None:
    places = range(len(panel.bars))
    values = [bar.value for bar in panel.bars]
    colours = [MODES[bar.mode].colour for bar in panel.bars]
    hatches = ["//" if bar.mode == "queue" else "" for bar in panel.bars]
    drawn = ax.bar(
        places, [value - panel.start for value in values], 0.6, panel.start, color=colours, edgecolor="white"
    )
    for patch, hatch in zip(drawn, hatches, strict=True):
        patch.set_hatch(hatch)
    step = 1 if len(panel.bars) <= MOST_LABELLED else 2
    ax.set_xticks(places[::step], [bar.label for bar in panel.bars[::step]])
    ax.set(xlim=(-0.7, len(values) - 0.3), xlabel=panel.below)
    if panel.start:
        ax.set_ylim(panel.start, panel.start + HEADROOM * (max(values) - panel.start))
        ax.ticklabel_format(axis="y", useOffset=False)
    for place, bar in zip(places, panel.bars, strict=True):
        ax.annotate(bar.words, (place, bar.value), (0, 6), ha="center", **WORDS)
    if panel.line:
        _draw_lines(ax, dict([panel.line]))


def _draw_dots(ax: Axes, panel: Dots, reach: float) -> None:
    look = MODES[panel.mode]
    since, values = np.array(panel.since_s), np.array(panel.values)
    known = np.isfinite(values)
    ax.plot(since[known], values[known], look.marker, color=look.colour, markersize=6, alpha=0.7)
    if not known.all():
        # Above the known values there is no scale: where these stand says only when they were due.
        ax.axhspan(reach * BAND, reach, color=WINDOW, zorder=0)
        ax.set_yticks([tick for tick in ax.get_yticks() if tick <= reach * BAND])
        ax.plot(since[~known], np.full((~known).sum(), reach * 0.86), "^", color=TEXT, markersize=8, fillstyle="none")
        words = f"{(~known).sum()} of {len(values)}: no answer by the end"
        ax.annotate(words, (0.99, 0.98), xycoords="axes fraction", ha="right", va="top", color=TEXT)
    _draw_lines(ax, panel.lines)
    ax.set_xlabel("seconds since the measurement began")


def _draw_steps(ax: Axes, panel: Steps) -> None:
    shares = 100 * np.arange(1, len(panel.times_s) + 1) / panel.of
    ax.step([0, *panel.times_s], [0, *shares], where="post", color=MODES[panel.mode].colour, linewidth=3)
    ax.set(ylim=(0, 115), xlim=(0, None), xlabel="wait for a picture [s]")
    ax.set_yticks([0, 25, 50, 75, 100])
    end = f"{len(panel.times_s)} of {panel.of}"
    ax.annotate(end, (panel.times_s[-1], shares[-1]), (0, 6), ha="right", **WORDS)


def _draw_lines(ax: Axes, lines: Mapping[str, float]) -> None:
    """Each line with its name right of the axes, where no point and no bar is; names of near lines move apart."""
    line_high = LINE_PX / ax.get_window_extent().height
    taken = 0.0
    for words, height in sorted(lines.items(), key=lambda line: line[1]):
        ax.axhline(height, color=QUIET, linestyle=(0, (4, 3)), linewidth=2)
        name = wrap(words, LETTERS_BESIDE)
        half = len(name) * line_high / 2
        place = max(ax.transLimits.transform((0, height))[1], taken + half)
        taken = place + half
        ax.text(1.02, place, "\n".join(name), transform=ax.transAxes, va="center", color=TEXT)


def has_names(panel: Panel) -> bool:
    """Whether names of lines stand right of its axes."""
    return isinstance(panel, Dots) and bool(panel.lines) or isinstance(panel, Bars) and panel.line is not None


def highest(panel: Panel) -> float:
    """The highest known value."""
    if isinstance(panel, Bars):
        return max(bar.value for bar in panel.bars)
    if isinstance(panel, Dots):
        return float(max(value for value in panel.values if np.isfinite(value)))
    return 100.0
