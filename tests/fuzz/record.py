"""What a fuzz run sent and what came of it, as a table for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.metrics.memory import MemoryGrowth, memory_growth
from tests.fuzz.watch import Samples


@dataclass
class Record:
    """Counts of kinds of requests, and of answers by status and reason; each process's memory; and what must not be."""

    kinds: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    memory: dict[str, Samples] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def tell(record: Record, rows: Sequence[Mapping[str, str]], memory: Sequence[MemoryGrowth]) -> None:
    """Print tables; rows are the pictures that were accepted."""
    _print_table(("kind of request", "how many"), [(kind, count) for kind, count in sorted(record.kinds.items())])
    answers = [(*answer, count) for answer, count in sorted(record.answers.items())]
    _print_table(("answer", "reason", "how many"), answers)
    states = Counter((row["state"], row["reason"]) for row in rows)
    _print_table(("picture", "reason", "how many"), [(*state, count) for state, count in sorted(states.items())])
    held = [(one.component, f"{one.largest_mb:.1f}", _signed(one.growth_mb)) for one in memory]
    _print_table(("process", "most memory [MB]", "growth over the second half [MB in 10 min]"), held)


def growths(memory: Mapping[str, Samples], *, settled_s: float) -> list[MemoryGrowth]:
    """Of each process, once it is settled [s]."""
    rows = [(at, name, name, held) for name, samples in memory.items() for at, held in samples]
    columns = ["sampled_at", "component", "pid", "rss_bytes"]
    return memory_growth(pd.DataFrame(rows, columns=columns), settled_s=settled_s)


def _signed(growth_mb: float | None) -> str:
    return "too short to tell" if growth_mb is None else f"{growth_mb:+.2f}"


def _print_table(headings: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    print("\n| " + " | ".join(map(str, headings)) + " |\n" + "| --- " * len(headings) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
