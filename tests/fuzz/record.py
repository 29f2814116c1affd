"""What a fuzz run sent and what came of it, as a table for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fuzz.watch import Samples, growth


@dataclass
class Record:
    """Counts of kinds of requests, and of answers by status and reason; each process's memory; and what must not be."""

    kinds: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    memory: dict[str, Samples] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def tell(record: Record, rows: Sequence[Mapping[str, str]]) -> None:
    """Print tables; rows are the pictures that were accepted."""
    _print_table(("kind of request", "how many"), [(kind, count) for kind, count in sorted(record.kinds.items())])
    answers = [(*answer, count) for answer, count in sorted(record.answers.items())]
    _print_table(("answer", "reason", "how many"), answers)
    states = Counter((row["state"], row["reason"]) for row in rows)
    _print_table(("picture", "reason", "how many"), [(*state, count) for state, count in sorted(states.items())])
    memory = [
        (name, f"{samples[-1][1] / 1e6:.1f}", f"{in_ten_minutes(samples):+.2f}")
        for name, samples in record.memory.items()
    ]
    _print_table(("process", "memory at the end [MB]", "growth over the second half [MB in 10 min]"), memory)


def in_ten_minutes(samples: Samples) -> float:
    """A process's growth in megabytes."""
    return growth(samples) * 600 / 1e6


def _print_table(headings: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    print("\n| " + " | ".join(map(str, headings)) + " |\n" + "| --- " * len(headings) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
