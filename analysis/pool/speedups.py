"""Everybody's speed-up side by side, and which of them lie far from the others. Pure."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.format import amount, number
from analysis.format import workers as workers_words
from analysis.metrics.failures import FAILED_TOLERANCE
from analysis.pool.load import Load
from analysis.pool.share_format import Shared
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
    return "other pictures" if only_pictures else f"another load: {load.words}"


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
            return f"with {workers_words(count)} {100 * cells[count].failed:.1f} % of the uploads failed"
    if cells[1].verdict != OVERLOADED or not cells[1].throughput:
        return "one worker was not saturated, so it is no measure for more"
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
