"""What a soak showed: python -m benchmarks.soak results/soak.

Prints ledger and memory as Markdown and exits 1 if a promise was broken, a file was left behind, or a process grew.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from analysis.console import print_anything
from analysis.data.model import Trial
from analysis.data.reader import read_experiment
from analysis.format import Table, amount
from analysis.metrics.memory import MemoryGrowth, memory_growth, memory_table
from analysis.validity.ledger import as_expected, faults, ledger

#: A process may grow by less than this [MB in 10 minutes].
MOST_GROWTH_MB = 1.0


def broken(trial: Trial, memory: list[MemoryGrowth]) -> Iterator[str]:
    """What must not be and is."""
    if not ledger(trial).valid:
        yield "the ledger does not hold"
    yield from (f"{fault['what']} was not as expected" for fault in faults(trial) if not as_expected(trial, fault))
    if trial.info["files"]["of_none"] or trial.info["files"]["half_written"]:
        yield f"files were left behind: {trial.info['files']}"
    for component in memory:
        if component.growth_mb is None:
            yield f"{component.component} lived too shortly to tell whether it grows"
        elif component.growth_mb >= MOST_GROWTH_MB:
            yield f"{component.component} grew by {component.growth_mb:.2f} MB in 10 min"


def summary(trial: Trial) -> str:
    """The ledger in one sentence."""
    drawn_up, done = ledger(trial), faults(trial)
    slowest = "never" if drawn_up.recovery_s is None else f"{drawn_up.recovery_s:.1f} s"
    kinds = len({fault["what"] for fault in done})
    return (
        f"{trial.window.length_s / 60:.0f} min, {amount(len(done), 'fault')} of {amount(kinds, 'kind')}: "
        f"{drawn_up.accepted} accepted, {drawn_up.refused} refused, {drawn_up.unknown} without an answer; "
        f"{drawn_up.completed} completed, {drawn_up.failed_visibly} failed visibly, {drawn_up.lost} lost, "
        f"{drawn_up.duplicate_writes} stored twice; slowest recovery {slowest}; "
        f"files of no picture: {trial.info['files']['of_none']}; "
        f"ready pictures without all their files: {drawn_up.incomplete}."
    )


def as_markdown(table: Table) -> str:
    lines = [table.headings, ["---"] * len(table.headings), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(argv: list[str]) -> int:
    """0 if all is as it must be."""
    (trial,) = read_experiment(Path(argv[0])).trials
    assert trial.memory is not None, "a soak is long enough"
    table = memory_table([trial])
    assert table is not None
    found = list(broken(trial, memory_growth(trial.memory)))
    print(f"{summary(trial)}\n\n{as_markdown(table)}\n\n{'; '.join(found) or 'Everything was as expected'}.")
    return 1 if found else 0


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
