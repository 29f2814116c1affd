"""Samples a stack from outside while it works: how long the queue is and what each component has cost."""

import contextlib
import csv
import threading

import psutil

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack.client import get_json
from loadtests.stack.queue_length import Queue
from loadtests.stack.site import Site

#: Components whose CPU seconds are kept, as columns cpu_<name>_s, cumulative.
COMPONENTS = ("web", "worker", "broker", "database", "external", "control", "proxy")
COLUMNS = ("sampled_at", "waiting", "in_hand", "in_database", "done", *(f"cpu_{name}_s" for name in COMPONENTS))

#: Components that start a process for every connection.
GROWING = ("database",)

PERIOD_S = 0.5


class Meter:
    """Cumulative CPU seconds of a component: a process and all below it."""

    def __init__(self, pid: int, *, grows: bool = False) -> None:
        # Unless it grows, the tree is read once: scanning it is dear.
        self._root, self._grows = psutil.Process(pid), grows
        self._seconds = dict.fromkeys(self._tree(), 0.0)

    def cpu_seconds(self) -> float:
        if self._grows:
            self._seconds = dict.fromkeys(self._tree(), 0.0) | self._seconds
        for process in self._seconds:
            # A process that has ended keeps the seconds it was last seen with.
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._seconds[process] = times.user + times.system
        return sum(self._seconds.values())

    def _tree(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


class Observer(threading.Thread):
    """Writes one row of observations.csv every half second until it is stopped."""

    def __init__(self, site: Site, pids: dict[str, int], queue: Queue | None) -> None:
        super().__init__(name="observer", daemon=True)
        self._path = site.directory / "observations.csv"
        self._counts_url = f"{site.control_url}/counts/"
        self._token = site.token
        self._clock = Clock(site.clock_offset_ns)
        self._queue = queue
        self._meters = {name: Meter(pid, grows=name in GROWING) for name, pid in pids.items() if name in COMPONENTS}
        self._stopped = threading.Event()
        self.failure = ""

    def run(self) -> None:
        try:
            self._write_samples()
        except Exception as error:
            # Told by whoever checks the stack: a thread that dies in silence would leave flat lines.
            self.failure = f"{type(error).__name__}: {error}"

    def _write_samples(self) -> None:
        with self._path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            while not self._stopped.wait(PERIOD_S):
                writer.writerow(self.sample())
                file.flush()

    def sample(self) -> dict[str, object]:
        """One row; what could not be asked stays empty."""
        row: dict[str, object] = {"sampled_at": f"{self._clock.now():.6f}"}
        with contextlib.suppress(StackError):
            row |= self._counts()
        if self._queue:
            with contextlib.suppress(StackError):
                length = self._queue.length()
                row["waiting"] = length.waiting
                # A broker that does not tell leaves what the app says.
                if length.in_hand is not None:
                    row["in_hand"] = length.in_hand
        return row | {f"cpu_{name}_s": f"{meter.cpu_seconds():.3f}" for name, meter in self._meters.items()}

    def _counts(self) -> dict[str, int]:
        """What the database says; asked first, so that a picture that is finished in between is still in it."""
        counts = get_json(self._counts_url, token=self._token, timeout_s=2.0)
        return {
            "in_hand": counts["processing"],
            "in_database": counts["queued"] + counts["processing"],
            "done": counts["ready"] + counts["failed"],
        }

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=10)
