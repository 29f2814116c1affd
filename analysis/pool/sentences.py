"""What the pooled results show, in sentences made of their numbers alone. Pure."""

from collections.abc import Sequence

from analysis.format import amount, duration, listing, number
from analysis.pool.speedups import Dot, Pooled, median
from analysis.tables.summary import Table


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
    """One row a laptop."""
    return Table(
        headings=["laptop", "cores", "machine", "workers", "throughput [pictures/s]", "speed-up [1]"]
        + ["ready time, p95 [s]", "remark"],
        rows=[
            [f"{dot.laptop}", f"{dot.cores}", dot.machine, f"{dot.workers}", number(dot.throughput, 2)]
            + [number(dot.speedup, 2), "–" if dot.ready_p95_s is None else duration(dot.ready_p95_s), _remark(dot)]
            for dot in dots
        ],
    )


def _remark(dot: Dot) -> str:
    said = ["outlier" if dot.outlier else "", "at least: all that was offered was done" if dot.at_least else ""]
    return ", ".join(filter(None, said)) or "–"
