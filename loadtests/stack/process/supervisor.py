"""Starts workers and broker again when they die, as a service manager would."""

import json
from pathlib import Path
from typing import Any

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack.process.process_group import Family

#: What comes back; anything else that ends makes the trial void.
SUPERVISED = ("broker", "worker", "sweeper")

#: A component that keeps dying is not started for ever: at most this often in this time.
MOST_RESTARTS, LATELY_S = 5, 60.0

#: Where they are kept, in the stack's directory.
RESTARTS = "restarts.json"


class Supervisor:
    """Looks after the children of one stack. events tells what died when, and when it was started again; it is also
    kept in a file, for whoever measures by hand."""

    def __init__(self, family: Family, clock: Clock, path: Path) -> None:
        self._family, self._clock, self._path = family, clock, path
        self._held: set[str] = set()
        self.events: list[dict[str, Any]] = []

    def check(self) -> None:
        """Start again what has died, unless it is held; raise if anything else has, or something dies again and
        again."""
        for name, child in list(self._family.children.items()):
            if name not in SUPERVISED:
                child.check()
            elif child.process.poll() is not None and name not in self._held:
                self._restart(name)

    def hold(self, name: str) -> None:
        """Leave a component down for now."""
        self._held.add(name)

    def release(self, name: str) -> None:
        self._held.discard(name)
        self.check()

    def _restart(self, name: str) -> None:
        child = self._family.children[name]
        lately = [event for event in self.events if event["began_at"] > self._clock.now() - LATELY_S]
        if sum(event["what"] == name for event in lately) >= MOST_RESTARTS:
            raise StackError(f"{name} has died {MOST_RESTARTS + 1} times. The end of {child.log}:\n{child.tail()}")
        event = {"kind": "restart", "what": name, "code": child.process.returncode, "began_at": self._clock.now()}
        self._family.restart(name)
        self.events.append(event | {"ended_at": self._clock.now()})
        self._path.write_text(json.dumps(self.events), encoding="utf-8")


def restarts_since(directory: Path, at: float) -> list[dict[str, Any]]:
    """What a stack's supervisor has started again since a time [Unix s]."""
    path = directory / RESTARTS
    events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [event for event in events if event["began_at"] >= at]
