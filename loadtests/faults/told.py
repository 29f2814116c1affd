"""What the faults were expected to show and what they showed, as a table for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtests.planning.faults import FAULTS

HEAD = (
    *("fault", "", "accepted", "refused", "no answer", "completed", "failed", "lost", "stuck", "stored twice"),
    *("recovered in", "expected of safe", "expected of defaults"),
)


def kept(name: str, ledger: Mapping[str, Any]) -> bool:
    """Whether a fault showed what profile safe must show: the ledger is valid and it recovered in time."""
    recovery_s = ledger["recovery_s"]
    return bool(ledger["valid"]) and recovery_s is not None and recovery_s <= FAULTS[name].recovery_s


def summary(ledgers: Mapping[str, Mapping[str, Any]]) -> str:
    """What all faults together showed, in sentences: what was kept, and after which of them it was not."""
    whole = [name for name, ledger in ledgers.items() if kept(name, ledger)]
    lost = [name for name, ledger in ledgers.items() if ledger["lost"]]
    rest = [name for name in ledgers if name not in whole and name not in lost]
    found = {
        f"After {_of(whole, ledgers)} nothing was lost and everything was finished in time.": whole,
        f"After {', '.join(lost)} accepted pictures were lost.": lost,
        f"After {', '.join(rest)} nothing was lost, but something else was not as promised.": rest,
    }
    return " ".join(words for words, names in found.items() if names)


def table(ledgers: Mapping[str, Mapping[str, Any]]) -> str:
    """One line a fault, as a Markdown table that can be read as it is."""
    rows = [HEAD, *(_cells(name, ledger) for name, ledger in ledgers.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths) for row in rows)


def _of(names: Sequence[str], of_all: Mapping[str, Any]) -> str:
    """Some faults by their number, or a single one by its name."""
    if len(of_all) == 1:
        return ", ".join(names)
    return f"all {len(of_all)} faults" if len(names) == len(of_all) else f"{len(names)} of {len(of_all)} faults"


def _cells(name: str, ledger: Mapping[str, Any]) -> tuple[str, ...]:
    counts = ("accepted", "refused", "unknown", "completed", "failed_visibly", "lost", "stuck", "double_effects")
    recovery_s, fault = ledger["recovery_s"], FAULTS[name]
    recovery = "never" if recovery_s is None else f"{recovery_s:.1f} s"
    expected = (f"lost 0, {fault.recovery_s:g} s", fault.defaults)
    return (name, fault.code, *(str(ledger[count]) for count in counts), recovery, *expected)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
