"""Injects scheduled faults during a trial, and records when each began and ended."""

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil
import redis

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.faults.actions import ACTIONS, Undo
from loadtests.planning.faults import FAULTS, Fault, ScheduledFault
from loadtests.stack.base import Stack
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.stack_file import LOAD_PHASES

T = TypeVar("T")


class Injector:
    """Injects the faults that are due, one at a time."""

    def __init__(self, faults: Sequence[ScheduledFault], stack: Stack, clock: Clock) -> None:
        self._due, self._stack, self._clock = deque(faults), stack, clock
        self._undo: Undo | None = None
        self._held_until = 0.0
        self._measured_from: float | None = None
        self.events: list[dict[str, Any]] = []

    def check(self) -> None:
        """Begin the next fault or end the present one, if it is time."""
        if self._undo:
            if self._clock.now() >= self._held_until:
                self.end()
        elif self._due and self._is_due(self._due[0]):
            self._begin(self._due.popleft().what)

    def end(self) -> None:
        """Undo the present fault, also when the trial ends before its time."""
        undo, self._undo = self._undo, None
        if undo:
            _run_action(self.events[-1]["what"], undo)
            self.events[-1]["ended_at"] = self._clock.now()

    def check_all_injected(self) -> None:
        """Raise if the trial ended before every fault was injected."""
        if self._due:
            raise StackError(f"Fault {self._due[0].what} was not injected before the load ended: measure longer.")

    def _is_due(self, fault: ScheduledFault) -> bool:
        if self._measured_from is None:
            self._measured_from = _measured_from(self._stack.directory / LOAD_PHASES)
        return self._measured_from is not None and self._clock.now() >= self._measured_from + fault.at_s

    def _begin(self, name: str) -> None:
        stack, fault = self._stack, FAULTS[name]
        assert isinstance(stack, LocalStack), "the plan has seen to that"
        self._undo = _run_action(name, lambda: ACTIONS[name](stack))
        # An act may first have to look for somebody at work.
        began_at = self._clock.now()
        self._held_until = began_at + fault.hold_s
        expected = _expected(fault, stack.spec.profile)
        self.events.append({"kind": "fault", "what": name, "expected": expected, "began_at": began_at})


def _expected(fault: Fault, profile: str) -> dict[str, Any]:
    """Return what a profile is expected to show: whether pictures are lost, and the recovery time [s]."""
    if profile == "safe":
        return {"loses": False, "recovery_s": fault.recovery_s}
    return {"loses": fault.loses, "recovery_s": None, "words": fault.defaults}


def _run_action(name: str, act: Callable[[], T]) -> T:
    """Run an action; name the fault in any error."""
    try:
        return act()
    except (psutil.Error, redis.RedisError, sqlite3.Error, LookupError, OSError) as error:
        raise StackError(f"Fault {name} could not be injected: {type(error).__name__}: {error}.") from error


def _measured_from(path: Path) -> float | None:
    """Read when the measurement begins [Unix s]; None until the load process has written it."""
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["measure_from"])
    except FileNotFoundError:
        return None


HEAD = (
    *("fault", "", "accepted", "refused", "no response", "completed", "failed", "lost", "stuck", "stored twice"),
    *("recovered in", "expected of safe", "expected of defaults"),
)


def kept(name: str, ledger: Mapping[str, Any]) -> bool:
    """Return whether the promise was kept: the ledger is valid, and the stack recovered in time."""
    recovery_s = ledger["recovery_s"]
    return bool(ledger["valid"]) and recovery_s is not None and recovery_s <= FAULTS[name].recovery_s


def summary(ledgers: Mapping[str, Mapping[str, Any]]) -> str:
    """Summarise all faults in sentences: which kept the promise, and which broke it."""
    whole = [name for name, ledger in ledgers.items() if kept(name, ledger)]
    lost = [name for name, ledger in ledgers.items() if ledger["lost"]]
    rest = [name for name in ledgers if name not in whole and name not in lost]
    found = {
        f"After {_of(whole, ledgers)}, nothing was lost and all work finished in time.": whole,
        f"After {', '.join(lost)}, accepted pictures were lost.": lost,
        f"After {', '.join(rest)}, nothing was lost, but another promise was broken.": rest,
    }
    return " ".join(words for words, names in found.items() if names)


def table(ledgers: Mapping[str, Mapping[str, Any]]) -> str:
    """Format one line per fault as an aligned Markdown table."""
    rows = [HEAD, *(_cells(name, ledger) for name, ledger in ledgers.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths) for row in rows)


def _of(names: Sequence[str], of_all: Mapping[str, Any]) -> str:
    """Count faults, or name a single one."""
    if len(of_all) == 1:
        return ", ".join(names)
    return f"all {len(of_all)} faults" if len(names) == len(of_all) else f"{len(names)} of {len(of_all)} faults"


def _cells(name: str, ledger: Mapping[str, Any]) -> tuple[str, ...]:
    counts = ("accepted", "refused", "unknown", "completed", "failed_visibly", "lost", "stuck", "duplicate_writes")
    recovery_s, fault = ledger["recovery_s"], FAULTS[name]
    recovery = "never" if recovery_s is None else f"{recovery_s:.1f} s"
    expected = (f"none lost, recovery within {fault.recovery_s:g} s", fault.defaults)
    return (name, fault.code, *(str(ledger[count]) for count in counts), recovery, *expected)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
