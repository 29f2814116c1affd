"""Plays a fault on a stack while a trial is measured, and writes down when it really began and ended."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import redis

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.faults.acts import Undo
from loadtests.faults.catalogue import FAULTS
from loadtests.stack.info import LOAD_PHASES
from loadtests.stack.local import LocalStack

T = TypeVar("T")

#: Into the measurement, so that pictures are in every part of the stack.
AT_S = 2.0


class Injector:
    """Asked again and again, it does what is due."""

    def __init__(self, name: str, stack: LocalStack, clock: Clock) -> None:
        self._name, self._stack, self._clock = name, stack, clock
        self._fault = FAULTS[name]
        self._undo: Undo | None = None
        self._begins_at: float | None = None
        self.events: list[dict[str, Any]] = []

    def check(self) -> None:
        """Begin the fault or end it, if it is time."""
        if not self.events:
            self._begin_when_due()
        elif self._undo and self._clock.now() >= self.events[0]["began_at"] + self._fault.hold_s:
            self.end()

    def end(self) -> None:
        """Undo the fault, also when the trial ends before its time."""
        undo, self._undo = self._undo, None
        if undo:
            _told(self._name, undo)
            self.events[0]["ended_at"] = self._clock.now()

    def _begin_when_due(self) -> None:
        if self._begins_at is None:
            self._begins_at = _measured_from(self._stack.directory / LOAD_PHASES)
        if self._begins_at is not None and self._clock.now() >= self._begins_at + AT_S:
            self._undo = _told(self._name, lambda: self._fault.begin(self._stack))
            self.events.append({"kind": "fault", "what": self._name, "began_at": self._clock.now()})


def _told(name: str, act: Callable[[], T]) -> T:
    """What an act gives; what it meets on its way is told with the fault's name."""
    try:
        return act()
    except (psutil.Error, redis.RedisError, sqlite3.Error, LookupError) as error:
        raise StackError(f"The fault {name} could not be played: {type(error).__name__}: {error}.") from error


def _measured_from(path: Path) -> float | None:
    """When the measurement began or will begin [Unix s]; None until the load process has said so."""
    try:
        return float(json.loads(path.read_text())["measure_from"])
    except FileNotFoundError:
        return None
