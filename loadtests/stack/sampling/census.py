"""How much memory each process of a long trial holds."""

import contextlib
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from loadtests.clock import Clock

MEMORY_COLUMNS = ("sampled_at", "component", "pid", "rss_bytes")

#: Looking through all processes is dear, and memory grows slowly.
PERIOD_S = 5.0

#: A shorter trial tells nothing of memory.
SHORTEST_S = 30.0


class Census:
    """Asked again and again, it counts when it is time, one row a process."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._next_at = clock.now()
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(MEMORY_COLUMNS)

    def check(self, roots: Mapping[str, int]) -> None:
        """roots: process ids by component; what they have started belongs to them."""
        now = self._clock.now()
        if now < self._next_at:
            return
        self._next_at = now + PERIOD_S
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((f"{now:.6f}", *row) for row in _counted(roots))


def _counted(roots: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    for component, pid in roots.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    # A process that has ended and was not waited for yet holds nothing.
                    if held := process.memory_info().rss:
                        yield component, process.pid, held
