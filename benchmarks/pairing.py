"""What it gains that both modes replay the same uploads: python -m benchmarks.pairing

Simulated studies of two modes, the second of which takes 5 % longer for every picture. Each study gives an interval
on the ratio of ready p95, by the code that gives it in a report; told is how wide it is if both modes replay the
same uploads, and if each draws its own.
"""

import math
import statistics
import sys

import numpy as np
import pandas as pd

from analysis.calibration.expected_times import fifo
from analysis.console import print_anything
from analysis.metrics.equivalence import Estimate, estimate
from analysis.metrics.percentiles import percentile

STUDIES, BLOCKS = 100, 8
PLACES, SLOWER = 2, 1.05
WARMUP, MEASURED = 500, 1500
#: Standard deviation of the logarithm of a service time, whose mean is 1.
SIGMA = 0.5
UTILISATIONS = (0.5, 0.7, 0.8)


def ready_p95(utilisation: float, draw: np.random.Generator, slower: float) -> float:
    """The 95th percentile of ready time in one simulated trial, in mean service times."""
    count = WARMUP + MEASURED
    arrivals = np.cumsum(draw.exponential(1 / (utilisation * PLACES), count))
    services = slower * draw.lognormal(-(SIGMA**2) / 2, SIGMA, count)
    return percentile(pd.Series((fifo(arrivals, services, PLACES) - arrivals)[WARMUP:]), 0.95)


def study(utilisation: float, number: int, *, paired: bool) -> Estimate:
    """The ratio of the slower mode to the other with its interval, from one pair a block."""
    ratios = []
    for block in range(BLOCKS):
        seeds = [(number, block, 0), (number, block, 0 if paired else 1)]
        first, second = (np.random.default_rng(seed) for seed in seeds)
        ratios.append(ready_p95(utilisation, second, SLOWER) / ready_p95(utilisation, first, 1.0))
    return estimate(ratios)


def half_width(estimates: list[Estimate]) -> float:
    """The median half width of the intervals, as a factor minus one."""
    return statistics.median(math.sqrt(each.high / each.low) - 1 for each in estimates)


def table() -> str:
    """The study as Markdown."""
    lines = ["| utilisation | same uploads | own uploads | narrower by |", "| --- | --- | --- | --- |"]
    for utilisation in UTILISATIONS:
        same, own = (
            half_width([study(utilisation, number, paired=paired) for number in range(STUDIES)])
            for paired in (True, False)
        )
        lines.append(f"| {utilisation} | ± {same:.1%} | ± {own:.1%} | {own / same:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print_anything()
    print(table())
    sys.exit(0)
