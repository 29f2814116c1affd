"""The speed-up of every laptop by number of cores: outliers, sentences and the chart."""

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.annotations import Doubt, EndLabel, fill_look, label_ends, mark_doubts
from analysis.charts.parts.axes import WORKERS_BOTTOM, WORKERS_LEFT, WORKERS_WIDTH
from analysis.charts.parts.layout import STYLE, counted, framed
from analysis.charts.parts.palette import MODES, QUIET
from analysis.data.outcomes import FAILED_TOLERANCE
from analysis.format import Table, amount, duration, listing, number
from analysis.format import workers as workers_words
from analysis.pool.share_format import Load, Shared
from analysis.validity.verdict import INVALID, OVERLOADED

# An outlier is further from the median of its kind than so many median absolute deviations.
LIMIT_MAD = 3
# Fewer laptops with as many cores have no median worth the name.
MIN_ALIKE = 4
# Laptops that agree almost exactly have no deviation; a difference of less than this share is none.
SMALLEST_MAD = 0.02


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One laptop in one mode: its speed-up is throughput with `workers` over that with one [1].

    It is `at_least` that where the workers did all that was offered; `throughput` in pictures/s, `ready_p95_s` None
    where it has no value.
    """

    laptop: int
    machine: str
    cores: int
    mode: str
    workers: int
    throughput: float
    speedup: float
    ready_p95_s: float | None
    at_least: bool
    outlier: bool = False


@dataclass(frozen=True, kw_only=True)
class Median:
    """The median speed-up of some laptops [1]; `at_least` that where the unknown ones could raise it."""

    value: float
    at_least: bool

    @property
    def words(self) -> str:
        return f"{'at least ' if self.at_least else ''}{number(self.value)}"


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What is drawn, and why a result is not; laptops are numbered in the order in which they came."""

    load: Load
    dots: tuple[Dot, ...]
    left_out: tuple[tuple[int, str], ...]

    def of(self, mode: str) -> list[Dot]:
        """One mode's dots by cores."""
        return sorted((dot for dot in self.dots if dot.mode == mode), key=lambda dot: (dot.cores, dot.speedup))


def pool(results: Sequence[Shared], workers: int | None = None) -> Pooled:
    """Results with the load that most have, at so many workers or else at the most that most of them measured."""
    load = Counter(result.load for result in results).most_common(1)[0][0]
    numbered = list(enumerate(results, start=1))
    alike = [(n, result) for n, result in numbered if result.load == load]
    left_out = [(n, _otherwise(result.load, load)) for n, result in numbered if result.load != load]
    dots: list[Dot] = []
    for mode in ("sync", "queue"):
        found, missing = _of_mode(alike, mode, workers)
        dots += _with_outliers(found)
        left_out += missing
    return Pooled(load=load, dots=tuple(dots), left_out=tuple(left_out))


def median(dots: Sequence[Dot]) -> Median:
    """The median of the dots, some of which may be lower bounds."""
    value = statistics.median(dot.speedup for dot in dots)
    highest = statistics.median(math.inf if dot.at_least else dot.speedup for dot in dots)
    return Median(value=value, at_least=highest > value)


def _otherwise(load: Load, usual: Load) -> str:
    """In what a load differs from that of most."""
    only_pictures = load == replace(usual, pictures=load.pictures)
    return "different pictures" if only_pictures else f"a different load: {load.words}"


def _of_mode(
    results: Sequence[tuple[int, Shared]], mode: str, asked: int | None
) -> tuple[list[Dot], list[tuple[int, str]]]:
    counts = Counter(max(having) for _, result in results if (having := _counts(result, mode)))
    if not counts:
        return [], []
    # Of two worker counts that equally many have as their most, the larger one.
    workers = asked or max(counts, key=lambda count: (counts[count], count))
    tried = [(n, _dot(n, result, mode, workers)) for n, result in results]
    return (
        [dot for _, dot in tried if isinstance(dot, Dot)],
        [(n, f"{mode}: {problem}") for n, problem in tried if isinstance(problem, str)],
    )


def _counts(result: Shared, mode: str) -> list[int]:
    return [cell.workers for cell in result.cells if cell.mode == mode and cell.workers > 1]


def _dot(laptop: int, result: Shared, mode: str, workers: int) -> Dot | str:
    """The dot, or why there is none."""
    cells = {cell.workers: cell for cell in result.cells if cell.mode == mode}
    for count in (1, workers):
        if count not in cells:
            return f"no trial with {amount(count, 'worker')}"
        if cells[count].verdict in INVALID:
            return f"the trials with {count} are invalid"
        if cells[count].failed > FAILED_TOLERANCE:
            return f"with {workers_words(count)}, {100 * cells[count].failed:.1f} % of the uploads failed"
    if cells[1].verdict != OVERLOADED or not cells[1].throughput:
        return "one worker was not saturated, so speed-up cannot be computed"
    many = cells[workers]
    return Dot(
        laptop=laptop,
        machine=result.machine,
        cores=result.cores,
        mode=mode,
        workers=workers,
        throughput=many.throughput,
        speedup=many.throughput / cells[1].throughput,
        ready_p95_s=many.ready_p95_s,
        at_least=many.verdict != OVERLOADED,
    )


def _with_outliers(dots: Sequence[Dot]) -> list[Dot]:
    """Marks those beyond median ± 3 MAD of the laptops with as many cores; a lower bound is far from nothing."""
    marked = []
    for dot in dots:
        alike = [each.speedup for each in dots if each.cores == dot.cores and not each.at_least]
        far = not dot.at_least and len(alike) >= MIN_ALIKE and _far(dot.speedup, alike)
        marked.append(replace(dot, outlier=far))
    return marked


def _far(value: float, alike: Sequence[float]) -> bool:
    middle = statistics.median(alike)
    deviation = statistics.median(abs(each - middle) for each in alike)
    return abs(value - middle) > LIMIT_MAD * max(deviation, SMALLEST_MAD * middle)


def title(pooled: Pooled, mode: str) -> str:
    """The median speed-up for each number of cores, and how many laptops lie far from the others."""
    dots = pooled.of(mode)
    cores = sorted({dot.cores for dot in dots})
    with_cores = [f"with {amount(count, 'core')}" for count in cores]
    ends = list(
        zip(
            with_cores,
            [f"{median([dot for dot in dots if dot.cores == count]).words} times" for count in cores],
            strict=True,
        )
    )
    (first, times), *others = ends if len(ends) <= 3 else [ends[0], ends[-1]]
    start = f"{dots[0].workers} {mode} workers finish {times} what 1 finishes {first}"
    far = sum(dot.outlier for dot in dots)
    outliers = f"; {amount(far, 'outlier')}" if far else ""
    return f"{listing([start, *(f'{times} {more}' for more, times in others)])}{outliers}"


def table(dots: Sequence[Dot]) -> Table:
    """One row per laptop."""
    return Table(
        headings=["laptop", "cores", "machine", "workers", "throughput [pictures/s]", "speed-up"]
        + ["ready time, p95 [s]", "remark"],
        rows=[
            [f"{dot.laptop}", f"{dot.cores}", dot.machine, f"{dot.workers}", number(dot.throughput, 2)]
            + [number(dot.speedup, 2), "–" if dot.ready_p95_s is None else duration(dot.ready_p95_s), _remark(dot)]
            for dot in dots
        ],
    )


def _remark(dot: Dot) -> str:
    said = ["outlier" if dot.outlier else "", "at least: everything offered was finished" if dot.at_least else ""]
    return ", ".join(filter(None, said)) or "–"


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
    hollow = "hollow: at least, because everything offered was finished" if any(dot.at_least for dot in dots) else ""
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
        tried = (middle + BESIDE * sign * n for n in itertools.count() for sign in (1, -1))
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
