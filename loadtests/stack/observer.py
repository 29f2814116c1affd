"""Samples a stack from outside while it works: how long the queue is and what each component has cost."""

import contextlib
import csv
import threading
from pathlib import Path

import psutil

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.stack.broker import Broker
from loadtests.stack.client import get_json

#: Components whose CPU seconds are kept, as columns cpu_<name>_s, cumulative.
COMPONENTS = ("web", "worker", "broker", "external", "control")
COLUMNS = ("sampled_at", "waiting", "in_hand", "done", *(f"cpu_{name}_s" for name in COMPONENTS))

PERIOD_S = 0.5


class Meter:
    """Cumulative CPU seconds of a component: a process and all below it."""

    def __init__(self, pid: int) -> None:
        # The tree is read once: it does not change in a stack that is ready, and scanning it is dear.
        root = psutil.Process(pid)
        self._processes = [root, *root.children(recursive=True)]
        self._seconds = dict.fromkeys(self._processes, 0.0)

    def cpu_seconds(self) -> float:
        for process in self._processes:
            # A process that has ended keeps the seconds it was last seen with.
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._seconds[process] = times.user + times.system
        return sum(self._seconds.values())


class Observer(threading.Thread):
    """Writes one row of observations.csv every half second until it is stopped."""

    def __init__(
        self,
        path: Path,
        *,
        pids: dict[str, int],
        control_url: str,
        token: str,
        clock: Clock,
        broker_url: str | None,
    ) -> None:
        super().__init__(name="observer", daemon=True)
        self._path = path
        self._counts_url = f"{control_url}/counts/"
        self._token = token
        self._clock = clock
        self._broker = Broker(broker_url) if broker_url else None
        self._meters = {name: Meter(pid) for name, pid in pids.items() if name in COMPONENTS}
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
            counts = get_json(self._counts_url, token=self._token, timeout_s=2.0)
            row |= {"in_hand": counts["processing"], "done": counts["ready"] + counts["failed"]}
        if self._broker:
            with contextlib.suppress(StackError):
                length = self._broker.queue_length()
                row |= {"waiting": length.waiting, "in_hand": length.in_hand}
        return row | {f"cpu_{name}_s": f"{meter.cpu_seconds():.3f}" for name, meter in self._meters.items()}

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=10)
        if self._broker:
            self._broker.close()
