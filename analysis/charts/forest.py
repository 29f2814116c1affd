"""The two modes against each other: a ratio with its interval in each row, 1 marked, and the control beside it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.charts.contrasts import log_ticks
from analysis.charts.parts.annotations import LINE_PX, Doubt, ring_point
from analysis.charts.parts.axes import BEFORE
from analysis.charts.parts.layout import DPI, SIZE_INCH, View, circumstances, framed
from analysis.charts.parts.palette import FAINT, QUIET, TEXT, WINDOW
from analysis.findings.contrasts import ROW_WORDS, modes_title, ratio_text
from analysis.metrics.equivalence import SAME_WITHIN
from analysis.summary.contrasts import MODE_METRICS, ModeRatio
from analysis.summary.groups import Group
from analysis.tables.contrasts import mode_table

LEFT, RIGHT, BOTTOM = 0.205, 0.755, 0.13
# The longest name of a row that LEFT has room for, and what each further letter takes.
LEFT_LETTERS, LETTER = 18, 0.0105
# Room for the heading of the rows' names.
HEADING = 0.025
# The axis reaches at least so far from 1, so that a difference of nothing does not look like one.
NARROWEST = 1.3
# The axis is made for the others: the answer of a queue may be so early that nothing else would be seen.
OFF_THE_AXIS = "response_p50_s"
MARKER = 9
BEYOND = "off the axis"


def forest(group: Group, modes: Sequence[ModeRatio]) -> list[View]:
    """One chart of the ratios of a group; none where the modes cannot be paired."""
    own = [each for each in modes if each.levels == group.levels and each.ratios]
    table = mode_table([each for each in modes if each.levels == group.levels], ())
    if not table or not any(not each.control for each in own):
        return []
    return [View(name="modes", sentence=modes_title(own), draw=partial(draw_forest, group, own), table=table)]


def draw_forest(group: Group, found: Sequence[ModeRatio], title: str) -> Figure:
    """Queue over sync on a log axis, one row per metric and worker count; hollow: a cell against its own twin."""
    figure, below = framed(title, circumstances(group, " · ".join(_notes(found))))
    height = below - BOTTOM - HEADING
    rows = _rows(found, room=int(height * SIZE_INCH[1] * DPI / LINE_PX))
    left = LEFT + LETTER * max(0, max(len(_name(each)) for each in rows) - LEFT_LETTERS)
    ax = figure.add_axes((left, BOTTOM, RIGHT - left, height))
    _scale(ax, rows)
    for place, each in enumerate(rows):
        _draw_row(ax, each, place)
    _name_rows(ax, rows)
    ax.set_xlabel("queue / sync (log scale)")
    return figure


def _notes(found: Sequence[ModeRatio]) -> list[str]:
    control = next((each.control for each in found if each.control), "")
    return [
        "lines: 95 % intervals" if any(each.estimate.has_interval for each in found) else "no interval",
        "grey: ±10 %",
        *([f"A/A: {control} against itself"] if control else []),
    ]


def _rows(found: Sequence[ModeRatio], room: int) -> list[ModeRatio]:
    """By metric, then by workers, controls last; of each metric the fewest and the most workers, or the most alone,
    where there is no room for all."""
    ordered = sorted(found, key=lambda each: (bool(each.control), MODE_METRICS.index(each.metric), each.workers))
    counts = {metric: [each.workers for each in ordered if each.metric == metric] for metric in MODE_METRICS}
    kept = ordered
    for ends in (lambda all_of: (all_of[0], all_of[-1]), lambda all_of: all_of[-1:]):
        if len(kept) > room:
            kept = [each for each in ordered if each.control or each.workers in ends(sorted(counts[each.metric]))]
    return kept[:room]


def _scale(ax: Axes, rows: Sequence[ModeRatio]) -> None:
    inside = [each for each in rows if each.metric != OFF_THE_AXIS] or rows
    reached = [at for each in inside for at in (*each.ratios, each.estimate.low, each.estimate.high)]
    low, high = min([1 / NARROWEST, *reached]), max([NARROWEST, *reached])
    margin = (high / low) ** 0.08
    ax.set(xscale="log", xlim=(low / margin, high * margin), ylim=(len(rows) - 0.5, -0.5))
    ax.grid(visible=False)
    ax.xaxis.set_major_locator(FixedLocator(log_ticks(ax)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    ax.axvspan(1 - SAME_WITHIN, 1 + SAME_WITHIN, color=WINDOW, zorder=0)
    ax.axvline(1, color=QUIET, linewidth=2, zorder=1)
    for above, (one, other) in enumerate(zip(rows, rows[1:], strict=False)):
        if (one.metric, one.control) != (other.metric, other.control):
            ax.axhline(above + 0.5, color=FAINT, linewidth=1.2)


def _draw_row(ax: Axes, each: ModeRatio, place: int) -> None:
    """Interval and mean, or an arrow where they lie beyond the axis; right of it the numbers."""
    found = each.estimate
    low, high = ax.get_xlim()
    if low < found.ratio < high:
        face = "white" if each.control else TEXT
        ax.hlines(place, max(found.low, low), min(found.high, high), color=TEXT, linewidth=3)
        ax.plot([found.ratio], [place], "D", color=TEXT, markersize=MARKER, mew=2.5, mfc=face)
        if each.doubt:
            ring_point(ax, Doubt(x=found.ratio, y=place, words=each.doubt, colour=TEXT))
    else:
        _point_beyond(ax, place, left=found.ratio <= low)
    said = ratio_text(found.ratio)
    if found.pairs > 1:
        said += f" ({ratio_text(found.low)}–{ratio_text(found.high)})"
    beside: Any = {"xytext": (14, 0), "textcoords": "offset points", "va": "center_baseline"}
    ax.annotate(said, (1, place), xycoords=ax.get_yaxis_transform(), **beside)


def _point_beyond(ax: Axes, place: int, *, left: bool) -> None:
    """An arrow at the end of the axis, and beside it what it means."""
    at, across = 0.02 if left else 0.98, ax.get_yaxis_transform()
    ax.plot([at], [place], "<" if left else ">", color=TEXT, markersize=1.5 * MARKER, transform=across)
    beside: Any = {"xytext": (14 if left else -14, 0), "textcoords": "offset points", "va": "center_baseline"}
    look = {"ha": "left" if left else "right", "color": QUIET, **BEFORE}
    ax.annotate(BEYOND, (at, place), xycoords=across, **beside, **look)


def _name(each: ModeRatio) -> str:
    """What a row is, and what makes it doubtful."""
    named = f"{ROW_WORDS[each.metric]}, {each.workers}"
    return " ".join(filter(None, ["A/A" if each.control else "", named, each.doubt]))


def _name_rows(ax: Axes, rows: Sequence[ModeRatio]) -> None:
    ax.set_yticks(range(len(rows)), [_name(each) for each in rows])
    ax.tick_params(axis="y", length=0)
    ax.annotate(
        "workers", (0, 1), xycoords="axes fraction", xytext=(-6, 4), textcoords="offset points",
        ha="right", va="baseline", color=QUIET,
    )  # fmt: skip
