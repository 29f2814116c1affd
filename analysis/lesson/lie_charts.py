"""Draws a lie beside the whole: the left side carries its stamp, so that it cannot be cut out and used."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from analysis.charts.frame import SMALLEST_PT, STYLE, framed
from analysis.charts.labels import BAND
from analysis.charts.palette import MODES, QUIET, TEXT, WINDOW
from analysis.lesson.panels import Bars, Dots, Lie, Panel, Steps

LEFT, RIGHT, WIDTH, BOTTOM = 0.09, 0.59, 0.38, 0.14
# Room above the panels for what each side is.
HEADING = 0.06
HEADROOM = 1.25  # 1 / BAND: no known value lies in the band without a scale.
STAMP = "MISLEADING"
STAMP_PT = 46
# Words over points and bars stay readable.
WORDS: Any = {
    "textcoords": "offset points",
    "color": TEXT,
    "path_effects": [withStroke(linewidth=4, foreground="white")],
}


def draw_lie(lie: Lie, subtitle: str) -> Figure:
    """Both sides on axes of the same reach, except where the axis itself is the lie."""
    with matplotlib.rc_context(STYLE):
        figure, top = framed(f"{lie.title}. {lie.hides}", subtitle)
        height = top - BOTTOM - HEADING
        shown, honest = (figure.add_axes((left, BOTTOM, WIDTH, height)) for left in (LEFT, RIGHT))
        reach = HEADROOM * max(_highest(lie.shown), _highest(lie.honest))
        for ax, panel, heading in ((shown, lie.shown, "What is shown"), (honest, lie.honest, "What was measured")):
            ax.set_title(heading, loc="left", fontsize=SMALLEST_PT, fontweight="bold", color=TEXT)
            ax.set_ylim(0, reach)
            ax.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
            _draw(ax, panel, reach)
        _stamp(shown)
        return figure


def _draw(ax: Axes, panel: Panel, reach: float) -> None:
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
    ax.set_xticks(places, [bar.label for bar in panel.bars])
    ax.set(xlim=(-0.7, len(values) - 0.3), xlabel=panel.below)
    if panel.start:
        ax.set_ylim(panel.start, panel.start + HEADROOM * (max(values) - panel.start))
        ax.ticklabel_format(axis="y", useOffset=False)
    for place, bar in zip(places, panel.bars, strict=True):
        ax.annotate(bar.words, (place, bar.value), (0, 6), ha="center", **WORDS)
    if panel.line:
        _draw_line(ax, *panel.line)


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
    for words, height in panel.lines.items():
        _draw_line(ax, words, height)
    ax.set_xlabel("seconds since the measurement began")


def _draw_steps(ax: Axes, panel: Steps) -> None:
    shares = 100 * np.arange(1, len(panel.times_s) + 1) / panel.of
    ax.step([0, *panel.times_s], [0, *shares], where="post", color=MODES[panel.mode].colour, linewidth=3)
    ax.set(ylim=(0, 115), xlim=(0, None), xlabel="wait for a picture [s]")
    ax.set_yticks([0, 25, 50, 75, 100])
    end = f"{len(panel.times_s)} of {panel.of}"
    ax.annotate(end, (panel.times_s[-1], shares[-1]), (0, 6), ha="right", **WORDS)


def _draw_line(ax: Axes, words: str, height: float) -> None:
    ax.axhline(height, color=QUIET, linestyle=(0, (4, 3)), linewidth=2)
    across = ax.get_yaxis_transform()
    ax.annotate(words, (0.99, height), (0, 3), xycoords=across, ha="right", va="bottom", **WORDS)


def _stamp(ax: Axes) -> None:
    """Across the whole panel, over everything else."""
    frame = {"boxstyle": "round,pad=0.15", "facecolor": "none", "edgecolor": TEXT, "linewidth": 4, "alpha": 0.55}
    ax.text(
        *(0.5, 0.5, STAMP),
        transform=ax.transAxes,
        rotation=32,
        ha="center",
        va="center",
        fontsize=STAMP_PT,
        fontweight="bold",
        color=TEXT,
        alpha=0.55,
        bbox=frame,
        zorder=10,
    )


def _highest(panel: Panel) -> float:
    if isinstance(panel, Bars):
        return max(bar.value for bar in panel.bars)
    if isinstance(panel, Dots):
        return float(max(value for value in panel.values if np.isfinite(value)))
    return 100.0
