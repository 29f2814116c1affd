"""Everybody's speed-up by number of cores: a dot each laptop, outliers ringed and named."""

from collections.abc import Sequence
from itertools import count

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import EndLabel, fill_look, label_ends
from analysis.charts.parts.doubts import Doubt, mark_doubts
from analysis.charts.parts.layout import STYLE, counted, framed
from analysis.charts.parts.palette import MODES, QUIET
from analysis.charts.parts.worker_axis import WORKERS_BOTTOM, WORKERS_LEFT, WORKERS_WIDTH
from analysis.format import number
from analysis.pool.speedups import LIMIT_MAD, MIN_ALIKE, Dot, Pooled, median

# Dots at one number of cores that are closer than CLOSE, in parts of the axis, stand so far apart.
BESIDE = 0.09
CLOSE = 0.05
HEADROOM = 1.15


def draw_speedups(pooled: Pooled, mode: str, title: str) -> Figure:
    """Speed-up from zero; the line is what as many workers would do at best, short lines are medians."""
    dots = pooled.of(mode)
    with matplotlib.rc_context(STYLE):
        figure, top = framed(title, _subtitle(pooled, dots))
        ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, top - WORKERS_BOTTOM))
        cores = sorted({dot.cores for dot in dots})
        ax.set_xticks(range(len(cores)), [str(each) for each in cores])
        highest = max(dots[0].workers, *(dot.speedup for dot in dots))
        ax.set(xlim=(-0.6, len(cores) - 0.4), ylim=(0, HEADROOM * highest))
        ax.set(xlabel="cores of the laptop", ylabel=f"speed-up by {dots[0].workers} workers")
        labels = _draw_medians(ax, cores, dots)
        doubts = [_draw_dot(ax, x, dot) for x, dot in _placed(ax, cores, dots)]
        mark_doubts(ax, [doubt for doubt in doubts if doubt])
        label_ends(ax, [*labels, _draw_ideal(ax, dots[0].workers)], at_edge=True)
    return figure


def _subtitle(pooled: Pooled, dots: Sequence[Dot]) -> str:
    hollow = "hollow: at least, because all that was offered was done" if any(dot.at_least for dot in dots) else ""
    rule = f"outlier: beyond median ± {LIMIT_MAD} MAD of {MIN_ALIKE} or more laptops with as many cores"
    parts = [pooled.load.words.replace(", ", " · "), counted([len(dots)], "laptop"), rule, hollow]
    return " · ".join(filter(None, parts))


def _draw_medians(ax: Axes, cores: list[int], dots: Sequence[Dot]) -> list[EndLabel]:
    """A short line at the median of each number of cores; gives the name of the last one."""
    colour = MODES[dots[0].mode].colour
    medians = [median([dot for dot in dots if dot.cores == each]) for each in cores]
    for place, each in enumerate(medians):
        ax.hlines(each.value, place - 0.32, place + 0.32, color=colour, linewidth=2, zorder=1)
    last = medians[-1]
    return [EndLabel(x=len(cores) - 1 + 0.32, y=last.value, text=f"median {last.words}", colour=colour)]


def _placed(ax: Axes, cores: list[int], dots: Sequence[Dot]) -> list[tuple[float, Dot]]:
    """Each dot with its place: over its number of cores, or as near beside it as it covers no other."""
    close = CLOSE * ax.get_ylim()[1]
    placed: list[tuple[float, Dot]] = []
    for dot in dots:
        middle = cores.index(dot.cores)
        near = {x for x, other in placed if other.cores == dot.cores and abs(other.speedup - dot.speedup) < close}
        tried = (middle + BESIDE * sign * n for n in count() for sign in (1, -1))
        placed.append((next(x for x in tried if x not in near), dot))
    return placed


def _draw_dot(ax: Axes, x: float, dot: Dot) -> Doubt | None:
    look = MODES[dot.mode]
    fill = fill_look(look, "none" if dot.at_least else "full")
    ax.plot([x], [dot.speedup], look.marker, markersize=13, markeredgewidth=2.5, **fill)
    words = f"outlier {number(dot.speedup)}"
    return Doubt(x=x, y=dot.speedup, words=words, colour=look.colour) if dot.outlier else None


def _draw_ideal(ax: Axes, workers: int) -> EndLabel:
    ax.axhline(workers, color=QUIET, linewidth=1.2)
    return EndLabel(x=ax.get_xlim()[1], y=workers, text=f"ideal: {workers}", colour=QUIET)
