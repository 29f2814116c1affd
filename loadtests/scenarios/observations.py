"""Reads the samples of the stack's sampler: phases, CPU seconds, the final account."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
import numpy as np
import psutil

from loadtests.stack.sampling.final_account import LOOK_FOR_S, read_account, request_account
from loadtests.stack.sampling.sampler import COMPONENTS, MACHINE
from loadtests.stack.stack_file import StackInfo

#: Not yet: until somebody says when.
OPEN_END = float("inf")


@dataclass(kw_only=True)
class Phases:
    """The borders of a trial in Unix seconds; a request belongs to the phase in which it was due."""

    started_at: float
    measure_from: float
    measure_until: float
    load_stopped_at: float = OPEN_END
    collected_at: float = OPEN_END

    def of(self, due_at: float) -> str:
        if due_at < self.measure_from:
            return "warmup"
        return "measure" if due_at < self.measure_until else "drain"


#: How long the next sample of the sampler may take.
NEXT_SAMPLE_S = 5.0

#: How long the final account may take: a sample, the checks, and the rows of a long backlog.
ACCOUNT_S = NEXT_SAMPLE_S + LOOK_FOR_S + 20.0


@dataclass(frozen=True)
class Sample:
    """CPU seconds of the load generator at a time."""

    at: float
    cpu_s: float


def observations(info: StackInfo) -> list[dict[str, str]]:
    """Return the rows that the sampler has written so far."""
    complete = info.observations.read_text(encoding="utf-8").rpartition("\n")[0]
    return list(csv.DictReader(complete.splitlines()))


def wait_for_sample(info: StackInfo) -> None:
    """Wait for the sampler's first sample from now on, or until none comes: the load then lies between samples."""
    now = info.clock.now()
    while info.clock.now() < now + NEXT_SAMPLE_S:
        if any(float(sample["sampled_at"]) >= now for sample in observations(info)):
            return
        gevent.sleep(0.1)


def final_account(info: StackInfo) -> dict[str, Any] | None:
    """What the broker still holds and what is missing there; None in mode sync, and if it could not be asked.

    It is taken before the database gives its rows: a picture that is finished in between is then missing from neither,
    while the other order would make it look lost.
    """
    if info.mode == "sync":
        return None
    directory, request = Path(info.directory), f"{info.clock.now():.6f}"
    request_account(directory, request)
    deadline = info.clock.now() + ACCOUNT_S
    while info.clock.now() < deadline:
        answered, account = read_account(directory, request)
        if answered:
            return account
        gevent.sleep(0.1)
    return None


def cpu_seconds(
    samples: Sequence[dict[str, str]], load: Sequence[Sequence[Sample]], phases: Phases
) -> dict[str, float]:
    """CPU seconds of each component over the measurement window, interpolated between samples.

    load holds the samples of each process that puts load on the stack.
    """
    window = (phases.measure_from, phases.measure_until)
    at = [float(row["sampled_at"]) for row in samples]
    used = {name: [float(row[f"cpu_{name}_s"] or "nan") for row in samples] for name in COMPONENTS}
    spent = {name: _increase(at, values, window) for name, values in used.items()}
    spent["load"] = sum(_increase([one.at for one in own], [one.cpu_s for one in own], window) for own in load)
    return {name: round(seconds, 4) for name, seconds in spent.items() if np.isfinite(seconds)}


def others_share(samples: Sequence[dict[str, str]], used: dict[str, float], phases: Phases) -> float | None:
    """What processes that are no part of the trial took of the machine's CPU time over the window, 0 to 1.

    used: CPU seconds by component. None where it is not known which processes belong to the trial, as in containers.
    """
    window = (phases.measure_from, phases.measure_until)
    busy = [float(row[MACHINE] or "nan") for row in samples]
    machine_s = _increase([float(row["sampled_at"]) for row in samples], busy, window)
    if not np.isfinite(machine_s) or used.keys() <= {"load"}:
        return None
    length_s = phases.measure_until - phases.measure_from
    return round(max(0.0, machine_s - sum(used.values())) / (length_s * len(psutil.cpu_times(percpu=True))), 5)


def _increase(at: list[float], values: list[float], window: tuple[float, float]) -> float:
    """The growth of a counter over the window; NaN unless samples lie on both sides of it."""
    if len(at) < 2 or not at[0] <= window[0] or not window[1] <= at[-1]:
        return float("nan")
    start, end = np.interp(window, at, values)
    return float(end - start)
