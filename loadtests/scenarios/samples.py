"""What the stack's observer has written beside the load, and what the load generator itself has used."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import gevent
import numpy as np

from loadtests.scenarios.phases import Phases
from loadtests.stack.info import StackInfo
from loadtests.stack.observer import COMPONENTS

#: How long the next sample of the observer may take.
NEXT_SAMPLE_S = 5.0


@dataclass(frozen=True)
class Sample:
    """CPU seconds that the load generator itself had used at a time."""

    at: float
    cpu_s: float


def observations(info: StackInfo) -> list[dict[str, str]]:
    """The complete rows that the stack's observer has written so far."""
    complete = info.observations.read_text().rpartition("\n")[0]
    return list(csv.DictReader(complete.splitlines()))


def next_sample(info: StackInfo) -> dict[str, str] | None:
    """The observer's first sample from now on; None if none comes.

    In it the broker is asked before the database gives its rows: a picture that is finished in between is then
    missing from neither account, while the other order would make it look lost.
    """
    now = info.clock.now()
    while info.clock.now() < now + NEXT_SAMPLE_S:
        for sample in observations(info):
            if float(sample["sampled_at"]) >= now:
                return sample
        gevent.sleep(0.1)
    return None


def broker_left(sample: dict[str, str] | None) -> dict[str, int] | None:
    """Messages that the broker held in a sample; None in mode sync, which sends none, and if it was not asked."""
    if not sample or not sample["waiting"]:
        return None
    return {"waiting": int(sample["waiting"]), "in_hand": int(sample["in_hand"] or 0)}


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


def _increase(at: list[float], values: list[float], window: tuple[float, float]) -> float:
    """The growth of a counter over the window; NaN unless samples lie on both sides of it."""
    if len(at) < 2 or not at[0] <= window[0] or not window[1] <= at[-1]:
        return float("nan")
    start, end = np.interp(window, at, values)
    return float(end - start)
