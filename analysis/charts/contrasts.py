"""What changing one condition changes: a ratio with its spread for each metric, mode and worker count."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.charts.parts.annotations import LINE_PX, Doubt, ring_point
from analysis.charts.parts.layout import DPI, MARGIN_PX, SIZE_INCH, framed
from analysis.charts.parts.palette import FAINT, MODES, QUIET, WINDOW, ink, tag
from analysis.data.factors import short
from analysis.metrics.equivalence import SAME_WITHIN
from analysis.summary.contrasts import (
    CPU,
    METRICS,
    READY,
    RESPONSE,
    SIDE_OVERLOADED,
    THROUGHPUT,
    Comparison,
    Contrast,
)

PANELS = {RESPONSE: "response time", READY: "ready time", THROUGHPUT: "throughput", CPU: "CPU / picture"}
LEFT, RIGHT, BOTTOM, BETWEEN = 0.195, 0.98, 0.15, 0.02
# The longest name of a line that LEFT has room for, and what each further letter takes.
LEFT_LETTERS, LETTER = 16, 0.0105
PANEL_TITLE = 0.06
# Ticks by how readily a person reads them; one that would touch another is left out.
TICKS = (1.0, 2.0, 0.5, 5.0, 0.2, 10.0, 0.1, 100.0, 0.01, 1.5, 0.7, 1.2, 0.8)
TICK_PX = 62
# The axis reaches at least so far from 1, so that a difference of nothing does not look like one.
NARROWEST = 1.3
Line = tuple[str, int]


def draw_contrast(comparison: Comparison, title: str, subtitle: str) -> Figure:
    """One panel per metric, all on one log axis; small dots are pairs, hollow markers are controls."""
    figure, top = framed(title, subtitle)
    height = top - BOTTOM - PANEL_TITLE
    metrics = [name for name in METRICS if any(each.metric == name for each in comparison.contrasts)]
    lines = _lines(comparison, room=int(height * SIZE_INCH[1] * DPI / LINE_PX))
    names = [_line_name(comparison, line) for line in lines]
    left = LEFT + LETTER * max(0, max(map(len, names)) - LEFT_LETTERS)
    width = (RIGHT - left - BETWEEN * (len(metrics) - 1)) / len(metrics)
    for n, metric in enumerate(metrics):
        ax = figure.add_axes((left + n * (width + BETWEEN), BOTTOM, width, height))
        ax.set_title(PANELS[metric], fontsize="medium")
        _scale(ax, comparison)
        _draw_panel(ax, comparison, metric, lines)
    _name_lines(figure.axes[0], names, lines)
    words = f"value / value with {short(comparison.factor, comparison.base)} (log scale) · grey: ±10 % · small: pairs"
    figure.text((LEFT + RIGHT) / 2, MARGIN_PX / 2 / (SIZE_INCH[1] * DPI), words, ha="center", va="bottom")
    return figure


def _lines(comparison: Comparison, room: int) -> list[Line]:
    """Mode and workers of each line, from the top; the fewest and the most workers where not all have room."""
    found = sorted({(each.mode, each.workers) for each in comparison.contrasts})
    counts = sorted({workers for _, workers in found})
    most = max(2, room // len({mode for mode, _ in found}))
    kept = counts if len(counts) <= most else [counts[0], *counts[1 - most :]]
    return [(mode, workers) for mode, workers in found if workers in kept]


def _scale(ax: Axes, comparison: Comparison) -> None:
    """A log axis around all ratios and ends of the comparison, the same in every panel."""
    drawn = [each for each in comparison.contrasts if each.ratios]
    reached = [at for each in drawn for at in (*each.ratios, each.estimate.low, each.estimate.high)]
    low, high = min([1 / NARROWEST, *reached]), max([NARROWEST, *reached])
    margin = (high / low) ** 0.06
    ax.set(xscale="log", xlim=(low / margin, high * margin))
    ax.xaxis.set_major_locator(FixedLocator(log_ticks(ax)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))


def log_ticks(ax: Axes) -> list[float]:
    """The ratios that have room on an axis whose limits are set."""
    low, high = ax.get_xlim()
    across_px = ax.get_position().width * SIZE_INCH[0] * DPI
    room = math.log(high / low) * TICK_PX / across_px
    kept: list[float] = []
    for tick in TICKS:
        inside = low * math.exp(room / 3) <= tick <= high / math.exp(room / 3)
        if inside and all(abs(math.log(tick / other)) >= room for other in kept):
            kept.append(tick)
    return kept


def _draw_panel(ax: Axes, comparison: Comparison, metric: str, lines: list[Line]) -> None:
    ax.set(ylim=(len(lines) - 0.5, -0.5), yticks=[])
    ax.grid(visible=False)
    ax.axvspan(1 - SAME_WITHIN, 1 + SAME_WITHIN, color=WINDOW, zorder=0)
    ax.axvline(1, color=QUIET, linewidth=1.5, zorder=1)
    for above, (one, other) in enumerate(zip(lines, lines[1:], strict=False)):
        if one[0] != other[0]:
            ax.axhline(above + 0.5, color=FAINT, linewidth=1.5)
    for contrast in comparison.contrasts:
        if contrast.metric == metric and (line := (contrast.mode, contrast.workers)) in lines:
            _draw_contrast(ax, contrast, lines.index(line))
    of_sync = [n for n, (mode, _) in enumerate(lines) if mode == "sync"]
    if metric == RESPONSE and of_sync:
        _write(ax, "as ready time", sum(of_sync) / len(of_sync), "sync")


def _draw_contrast(ax: Axes, contrast: Contrast, line: float) -> None:
    if not contrast.ratios:
        _write(ax, "overloaded" if contrast.missing == SIDE_OVERLOADED else "no value", line, contrast.mode)
        return
    look, found = MODES[contrast.mode], contrast.estimate
    dots: dict[str, Any] = {"marker": look.marker, "linestyle": "", "color": look.colour}
    ax.plot(contrast.ratios, [line] * found.pairs, markersize=4, markeredgewidth=0, **dots)
    ax.hlines(line, found.low, found.high, color=look.colour, linewidth=3 if found.has_interval else 1.5)
    face = "white" if contrast.control else look.colour
    ax.plot([found.ratio], [line], markersize=12, markeredgewidth=2.5, markerfacecolor=face, **dots)
    if contrast.doubt:
        ring_point(ax, Doubt(x=found.ratio, y=line, words=contrast.doubt, colour=look.colour))


def _write(ax: Axes, words: str, line: float, mode: str) -> None:
    """Words in the place of a point."""
    across = ax.get_yaxis_transform()
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    look: dict[str, Any] = {"ha": "center", "va": "center", "color": QUIET, "bbox": paper}
    ax.annotate(words, (0.5, line), xycoords=across, gid=tag(mode), **look)


def _line_name(comparison: Comparison, line: Line) -> str:
    """Mode and workers, whether it is a control, and what makes it doubtful."""
    first = next(each for each in comparison.contrasts if (each.mode, each.workers) == line)
    return " ".join(filter(None, [*map(str, line), "control" if first.control else "", first.doubt]))


def _name_lines(ax: Axes, names: list[str], lines: list[Line]) -> None:
    """The names of the lines left of the first panel."""
    ax.set_yticks(range(len(lines)), names)
    ax.tick_params(axis="y", length=0)
    for text, (mode, _) in zip(ax.get_yticklabels(), lines, strict=True):
        text.set_color(ink(MODES[mode].colour))
    ax.annotate(
        "mode, workers", (0, 1), xycoords="axes fraction", xytext=(-6, 6), textcoords="offset points",
        ha="right", va="baseline", color=QUIET,
    )  # fmt: skip
