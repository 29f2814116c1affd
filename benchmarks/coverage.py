"""How often a 95 % interval holds the truth: python -m benchmarks.coverage

Simulated studies of a queue whose response times are known exactly, each analysed by the code that makes the
intervals of a report.
"""

import math
import sys

import numpy as np
import pandas as pd

from analysis.calibration.expected_times import fifo
from analysis.console import print_anything
from analysis.metrics.percentiles import interval

STUDIES, TRIALS, MEASURED = 100, 8, 2000
PLACES = 2
#: Requests that are left out before each trial, by utilisation: a busy queue takes longer to forget its start.
WARMUP = {0.5: 500, 0.8: 1500}
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def true_percentile(utilisation: float, share: float) -> float:
    """The percentile of the response time in the queue M/M/2, in mean service times, by bisection.

    P(T > t) = e^-t + C (e^-bt - e^-t) / (1 - b) with b = 2 (1 - utilisation) and Erlang's C, the probability to wait:
    an exponential wait and an exponential service (Gross and Harris, Fundamentals of Queueing Theory, M/M/c).
    """
    offered = PLACES * utilisation
    waits = offered**2 / (2 * (1 - utilisation)) / (1 + offered + offered**2 / (2 * (1 - utilisation)))
    spare = PLACES - offered

    def longer(t: float) -> float:
        if math.isclose(spare, 1):
            return math.exp(-t) * (1 + waits * t)
        return math.exp(-t) + waits * (math.exp(-spare * t) - math.exp(-t)) / (1 - spare)

    low, high = 0.0, 1000.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if longer(middle) > 1 - share else (low, middle)
    return high


def trial(utilisation: float, draw: np.random.Generator) -> pd.Series:
    """Response times of one simulated trial, in mean service times."""
    count = WARMUP[utilisation] + MEASURED
    arrivals = np.cumsum(draw.exponential(1 / (utilisation * PLACES), count))
    finished = fifo(arrivals, draw.exponential(1.0, count), PLACES)
    return pd.Series((finished - arrivals)[WARMUP[utilisation] :])


def coverage(utilisation: float, studies: int = STUDIES) -> dict[str, float]:
    """The share of the studies whose interval holds the true percentile, by percentile."""
    hits = dict.fromkeys(SHARES, 0)
    for number in range(studies):
        draw = np.random.default_rng([number, int(100 * utilisation)])
        trials = [trial(utilisation, draw) for _ in range(TRIALS)]
        for name, share in SHARES.items():
            found = interval(trials, share)
            hits[name] += found is not None and found.low <= true_percentile(utilisation, share) <= found.high
    return {name: count / studies for name, count in hits.items()}


def card() -> str:
    """The coverage card as Markdown."""
    lines = [f"| utilisation | {' | '.join(SHARES)} |", "| --- | --- | --- | --- |"]
    for utilisation in WARMUP:
        covered = coverage(utilisation)
        lines.append(f"| {utilisation} | {' | '.join(f'{covered[name]:.0%}' for name in SHARES)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print_anything()
    print(card())
    sys.exit(0)
