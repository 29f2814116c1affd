"""Meters for CPU seconds and memory."""

import contextlib
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil

from loadtests.clock import Clock
from loadtests.stack.process.process_group import ProcessGroup
from loadtests.stack.sampling.sampler import COMPONENTS

#: Components that start a process for every connection.
GROWING = ("database",)


def process_meters(group: ProcessGroup) -> dict[str, "ProcessMeter"]:
    """A meter for each component that is a process of this machine, and of what takes its place if it dies."""
    names = [name for name in group.children if name in COMPONENTS]
    return {name: ProcessMeter(partial(_pid, group, name), grows=name in GROWING) for name in names}


def _pid(group: ProcessGroup, name: str) -> int | None:
    child = group.children.get(name)
    return child.pid if child else None


class ProcessMeter:
    """Cumulative CPU seconds of a component: a process and all below it.

    find: the component's process id, which is another one once it was started again; None while it is down.
    """

    def __init__(self, find: Callable[[], int | None], *, grows: bool = False) -> None:
        # Unless it grows, the tree is read once: scanning it is dear.
        self._find, self._grows = find, grows
        self._pid: int | None = None
        self._seconds: dict[psutil.Process, float] = {}
        self._look()

    def cpu_seconds(self) -> float:
        if self._find() != self._pid:
            # Started again; its children come one by one.
            self._grows = True
        if self._grows:
            self._look()
        for process in self._seconds:
            # A process that has ended keeps the seconds it was last seen with.
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._seconds[process] = times.user + times.system
        return sum(self._seconds.values())

    def _look(self) -> None:
        """Take up the processes that are there now."""
        self._pid = self._find()
        with contextlib.suppress(psutil.NoSuchProcess):
            if self._pid is not None:
                root = psutil.Process(self._pid)
                self._seconds = dict.fromkeys([root, *root.children(recursive=True)], 0.0) | self._seconds


class CgroupMeter:
    """Cumulative CPU seconds of some containers, each given by a process in it, by the kernel's accounts of each."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._accounts = [account for pid in pids if (account := _account(pid))]
        self._seconds = dict.fromkeys(self._accounts, 0.0)

    def cpu_seconds(self) -> float:
        for path, unit in self._accounts:
            # A container that has ended keeps the seconds it was last seen with.
            with contextlib.suppress(OSError):
                self._seconds[(path, unit)] = _used(path.read_text(encoding="utf-8")) * unit
        return sum(self._seconds.values())


#: A file of the kernel's, and how many seconds its unit is.
Account = tuple[Path, float]


def _account(pid: int) -> Account | None:
    """Where the kernel keeps the CPU time of the container that a process is in; None on another machine."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            first = Path("/sys/fs/cgroup/cpuacct" + path) / "cpuacct.usage"
            second = Path("/sys/fs/cgroup" + path) / "cpu.stat"
            if "cpuacct" in controllers.split(",") and first.exists():
                return first, 1e-9
            if not controllers and second.exists() and "usage_usec" in second.read_text(encoding="utf-8"):
                return second, 1e-6
    return None


def _used(text: str) -> int:
    """The one number of cgroup v1's file, or the first figure of v2's."""
    return int(text.split()[1] if text.startswith("usage_usec") else text)


MEMORY_COLUMNS = ("sampled_at", "component", "pid", "rss_bytes")

#: Looking through all processes is dear, and memory grows slowly.
PERIOD_S = 5.0

#: A shorter trial tells nothing of memory.
SHORTEST_S = 30.0


class MemorySampler:
    """Writes the memory of each process to a CSV file, every few seconds."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._next_at = clock.now()
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(MEMORY_COLUMNS)

    def check(self, roots: Mapping[str, int]) -> None:
        """Take a sample if one is due. roots: process ids by component; their descendants count too."""
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
