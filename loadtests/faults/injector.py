"""Plays faults on a stack while a trial is measured, and writes down when each really began and ended."""

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil
import redis

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.faults.actions import ACTS
from loadtests.faults.finding import Undo
from loadtests.planning.faults import FAULTS, Fault
from loadtests.planning.schedule import Due
from loadtests.stack.base import Stack
from loadtests.stack.local import LocalStack
from loadtests.stack.stack_file import LOAD_PHASES

T = TypeVar("T")


class Injector:
    """Asked again and again, it does what is due, one fault at a time."""

    def __init__(self, faults: Sequence[Due], stack: Stack, clock: Clock) -> None:
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
            _told(self.events[-1]["what"], undo)
            self.events[-1]["ended_at"] = self._clock.now()

    def check_all_played(self) -> None:
        """Raise if the trial was over before a fault had its turn."""
        if self._due:
            raise StackError(f"The fault {self._due[0].what} had no turn before the load ended: measure longer.")

    def _is_due(self, fault: Due) -> bool:
        if self._measured_from is None:
            self._measured_from = _measured_from(self._stack.directory / LOAD_PHASES)
        return self._measured_from is not None and self._clock.now() >= self._measured_from + fault.at_s

    def _begin(self, name: str) -> None:
        stack, fault = self._stack, FAULTS[name]
        assert isinstance(stack, LocalStack), "the plan has seen to that"
        self._undo = _told(name, lambda: ACTS[name](stack))
        # An act may first have to look for somebody at work.
        began_at = self._clock.now()
        self._held_until = began_at + fault.hold_s
        expected = _expected(fault, stack.spec.profile)
        self.events.append({"kind": "fault", "what": name, "expected": expected, "began_at": began_at})


def _expected(fault: Fault, profile: str) -> dict[str, Any]:
    """What a profile should show of a fault: that it loses pictures or none, and how soon all are done [s]."""
    if profile == "safe":
        return {"loses": False, "recovery_s": fault.recovery_s}
    return {"loses": fault.loses, "recovery_s": None, "words": fault.defaults}


def _told(name: str, act: Callable[[], T]) -> T:
    """What an act gives; what it meets on its way is told with the fault's name."""
    try:
        return act()
    except (psutil.Error, redis.RedisError, sqlite3.Error, LookupError, OSError) as error:
        raise StackError(f"The fault {name} could not be played: {type(error).__name__}: {error}.") from error


def _measured_from(path: Path) -> float | None:
    """When the measurement began or will begin [Unix s]; None until the load process has said so."""
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["measure_from"])
    except FileNotFoundError:
        return None
