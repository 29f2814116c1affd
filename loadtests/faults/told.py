"""What the faults were expected to show and what they showed, as a table for a terminal. Pure."""

from collections.abc import Mapping
from typing import Any

from loadtests.faults.catalogue import FAULTS

HEAD = ("fault", "", "accepted", "refused", "unknown", "completed", "failed", "lost", "stuck", "twice", "recovered in")
WIDTHS = (25, 4, 9, 8, 8, 10, 7, 5, 6, 6, 13)


def kept(name: str, ledger: Mapping[str, Any]) -> bool:
    """Whether a fault showed what profile safe must show: the ledger is valid and it recovered in time."""
    recovery_s = ledger["recovery_s"]
    return bool(ledger["valid"]) and recovery_s is not None and recovery_s <= FAULTS[name].recovery_s


def table(ledgers: Mapping[str, Mapping[str, Any]]) -> str:
    """One line a fault."""
    return "\n".join([_line(HEAD), *(_line(_cells(name, ledger)) for name, ledger in ledgers.items())])


def _cells(name: str, ledger: Mapping[str, Any]) -> tuple[str, ...]:
    counts = ("accepted", "refused", "unknown", "completed", "failed_visibly", "lost", "stuck", "double_effects")
    recovery_s = ledger["recovery_s"]
    recovery = "never" if recovery_s is None else f"{recovery_s:.1f} s"
    return (name, FAULTS[name].code, *(str(ledger[count]) for count in counts), recovery)


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = (
        cell.ljust(width) if i < 2 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return "".join([first, *rest])
