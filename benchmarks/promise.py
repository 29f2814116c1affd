"""What the promise costs, safe over defaults, pair by pair: python -m benchmarks.promise results/promise.

Prints a Markdown table and exits 1 if CPU time per picture is above its limit with all of its interval.
"""

import sys
from pathlib import Path

from analysis.console import print_anything
from analysis.data.reader import read_experiment
from analysis.metrics.equivalence import estimate
from analysis.summary.cells import summarise_trials
from analysis.summary.contrasts import CPU, THROUGHPUT, Comparison, comparisons
from analysis.tables.contrasts import METRIC_WORDS, spread_texts
from analysis.validity.verdict import verdicts_on

#: Ten percent more CPU time for a picture is what a kept promise may cost.
MOST_CPU = 1.1

HEADINGS = ("workload", "what", "safe / defaults", "from", "to", "spread", "pairs")


def compared(folder: Path) -> Comparison:
    """The two profiles, pair by pair."""
    experiment = read_experiment(folder)
    verdicts = verdicts_on(experiment.trials)
    (found,) = comparisons(summarise_trials(experiment.trials, verdicts))
    return found


def inverted(comparison: Comparison, metric: str) -> tuple[float, ...]:
    """One ratio a pair: safe over defaults, whichever of the two stands first."""
    (contrast,) = [each for each in comparison.contrasts if each.metric == metric]
    return contrast.ratios if comparison.level == "safe" else tuple(1 / ratio for ratio in contrast.ratios)


def main(argv: list[str]) -> int:
    """0 if the promise is cheap enough."""
    comparison = compared(Path(argv[0]))
    print(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}")
    for metric in (THROUGHPUT, CPU):
        cells = (str(comparison.held["workload"]), METRIC_WORDS[metric], *spread_texts(inverted(comparison, metric)))
        print(f"| {' | '.join(cells)} |")
    return 1 if estimate(inverted(comparison, CPU)).low > MOST_CPU else 0


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
