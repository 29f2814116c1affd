"""Holds an experiment against the laws that sync and queue must obey: python -m benchmarks.laws results/demo.

Prints each law with its limit and what was measured, and exits 1 if one is broken. The laws are ratios of
figures that were measured side by side, so that they hold on slow and on fast machines.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.console import print_anything


@dataclass(frozen=True)
class Law:
    """A ratio and the interval in which it must lie."""

    text: str
    measured: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.measured <= self.high


def laws(summary: pd.DataFrame) -> Iterator[Law]:
    """The laws for one workload at one offered rate, both modes, workers 1, 4 and 8 among the levels."""
    rows = summary.set_index(["mode", "workers"])
    # With 1 worker sync has no p95 at all; its best one, with 8, is the harder thing to be compared with.
    slow, fast = rows.loc[("sync", 8), "response_p95_s"], rows.loc[("queue", 1), "response_p95_s"]
    yield Law("response p95: queue, 1 worker / sync, 8 workers", fast / slow, 0, 0.1)
    finished = rows["throughput"]
    yield Law("throughput, 1 worker: queue / sync", finished["queue", 1] / finished["sync", 1], 0.9, 1.1)
    for mode in ("sync", "queue"):
        yield Law(f"throughput, {mode}: 4 workers / 1", finished[mode, 4] / finished[mode, 1], 2.7, 4.4)
        eight = rows.loc[(mode, 8)]
        yield Law(f"ready p50 / service p50, {mode}, 8 workers", eight.ready_p50_s / eight.service_p50_s, 0.85, 1.15)
    unaccounted = (summary["planned"] - summary[["ok", "failed", "unfinished"]].sum(axis=1)).abs().sum()
    yield Law("uploads not accounted for, all cells", unaccounted, 0, 0)
    yield Law("pictures lost, all cells", summary["lost"].sum(), 0, 0)


def main(argv: list[str]) -> int:
    """0 if every law holds."""
    found = list(laws(pd.read_csv(Path(argv[0]) / "summary.csv")))
    for law in found:
        print(f"{'holds ' if law.holds else 'BROKEN'}  {law.measured:8.3f}  in [{law.low:g}, {law.high:g}]  {law.text}")
    return 0 if all(law.holds for law in found) else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
