"""Samples a running stack: queue depth and CPU seconds, every half second."""

import contextlib
import csv
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loadtests.clock import Clock
from loadtests.errors import StackError
from loadtests.machine.noise import busy_s
from loadtests.stack.app_client import get_json
from loadtests.stack.sampling.final_account import Accountant, answer_request
from loadtests.stack.services.queue_depth import Queue

#: Components whose CPU seconds are kept, as columns cpu_<name>_s, cumulative.
COMPONENTS = ("web", "worker", "broker", "database", "external", "control", "proxy", "sweeper")
COUNTS = ("sampled_at", "waiting", "unacked", "in_database", "done", "counted_by")
#: CPU seconds that the whole machine has spent, but for this process; cumulative.
MACHINE = "cpu_machine_s"
COLUMNS = (*COUNTS, *(f"cpu_{name}_s" for name in COMPONENTS), MACHINE)

PERIOD_S = 0.5


class Meter(Protocol):
    """Tells the CPU seconds that a component has used since it began."""

    def cpu_seconds(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class SamplingTarget:
    """The stack to sample, and the file to write."""

    observations: Path
    control_url: str
    token: str
    clock: Clock


class Sampler(threading.Thread):
    """Writes one row of observations.csv every half second until it is stopped, and takes the accounts asked for."""

    def __init__(self, view: SamplingTarget, queue: Queue | None, meters: Mapping[str, Meter]) -> None:
        super().__init__(name="sampler", daemon=True)
        self._view, self._queue, self._meters = view, queue, meters
        self._stopped = threading.Event()
        self._accountant = Accountant(queue, view.control_url, view.token, view.clock) if queue else None
        self.failure = ""

    def run(self) -> None:
        try:
            self._write_samples()
        except Exception as error:
            # Told by whoever checks the stack: a thread that dies in silence would leave flat lines.
            self.failure = f"{type(error).__name__}: {error}"

    def _write_samples(self) -> None:
        with self._view.observations.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            while not self._stopped.wait(PERIOD_S):
                writer.writerow(self.sample())
                file.flush()
                if self._accountant:
                    with contextlib.suppress(StackError):
                        answer_request(self._view.observations.parent, self._accountant, self._stopped)

    def sample(self) -> dict[str, object]:
        """Take one sample; missing values stay empty."""
        row: dict[str, object] = {"sampled_at": f"{self._view.clock.now():.6f}"}
        with contextlib.suppress(StackError):
            row |= self._counts()
            row["counted_by"] = f"{self._view.clock.now():.6f}"
        if self._queue:
            with contextlib.suppress(StackError):
                length = self._queue.length()
                row["waiting"] = length.waiting
                # A broker that does not tell leaves what the app says.
                if length.unacked is not None:
                    row["unacked"] = length.unacked
        used = {f"cpu_{name}_s": f"{meter.cpu_seconds():.3f}" for name, meter in self._meters.items()}
        return row | used | {MACHINE: f"{busy_s() - time.process_time():.3f}"}

    def _counts(self) -> dict[str, int]:
        """What the database says; asked first, so that a picture that is finished in between is still in it."""
        counts = get_json(f"{self._view.control_url}/counts/", token=self._view.token, timeout_s=2.0)
        return {
            "unacked": counts["processing"],
            "in_database": counts["queued"] + counts["processing"],
            "done": counts["ready"] + counts["failed"],
        }

    def check(self) -> None:
        """Raise if sampling has stopped."""
        if not self.is_alive():
            raise StackError(f"Sampling of the stack has stopped: {self.failure}.")

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=10)
