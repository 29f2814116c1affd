"""Writes what one trial left behind: requests, pictures, backlog and circumstances."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from loadtests.scenarios.upload import Request
from loadtests.stack.broker import Broker
from loadtests.stack.client import get
from loadtests.stack.info import StackInfo
from loadtests.stack.observer import COMPONENTS

REQUEST_COLUMNS = ("id", "phase", "due_at", "sent_at", "answered_at", "status", "error", "picture")
BACKLOG_COLUMNS = ("sampled_at", "waiting", "in_hand", "done")


@dataclass(kw_only=True)
class Phases:
    """The borders of a trial in Unix seconds; a request belongs to the phase in which it was due."""

    started_at: float
    measure_from: float
    measure_until: float
    load_stopped_at: float = float("inf")
    collected_at: float = float("inf")

    def of(self, due_at: float) -> str:
        if due_at < self.measure_from:
            return "warmup"
        return "measure" if due_at < self.measure_until else "drain"


@dataclass(frozen=True)
class Sample:
    """CPU seconds that the load generator itself had used at a time."""

    at: float
    cpu_s: float


def write_requests(path: Path, requests: Sequence[Request], phases: Phases) -> None:
    """One row for every planned request, whatever became of it."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REQUEST_COLUMNS)
        for request in sorted(requests, key=lambda one: one.due_at):
            stamps = (_stamp(request.due_at), _stamp(request.sent_at), _stamp(request.answered_at))
            status = "" if request.status is None else request.status
            writer.writerow(
                (
                    request.id,
                    phases.of(request.due_at),
                    *stamps,
                    status,
                    request.error,
                    request.payload.picture,
                )
            )


def collect_server_side(directory: Path, info: StackInfo, trial: str, phases: Phases) -> dict[str, int] | None:
    """Write pictures.csv and backlog.csv; returns what the broker still holds.

    The broker is asked before the database: a picture that is finished in between is then missing from neither
    account, while the other order would make it look lost.
    """
    left = broker_left(info)
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0, trial=trial)
    (directory / "pictures.csv").write_bytes(rows)
    samples = [row for row in observations(info) if phases.started_at <= float(row["sampled_at"])]
    with (directory / "backlog.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, BACKLOG_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(samples)
    return left


def broker_left(info: StackInfo) -> dict[str, int] | None:
    """Messages that the broker holds now; None in mode sync, which sends none."""
    if info.mode == "sync":
        return None
    broker = Broker(info.broker_url)
    try:
        return asdict(broker.queue_length())
    finally:
        broker.close()


def observations(info: StackInfo) -> list[dict[str, str]]:
    """The complete rows that the stack's observer has written so far."""
    complete = info.observations.read_text().rpartition("\n")[0]
    return list(csv.DictReader(complete.splitlines()))


def cpu_seconds(samples: Sequence[dict[str, str]], own: Sequence[Sample], phases: Phases) -> dict[str, float]:
    """CPU seconds of each component over the measurement window, interpolated between samples."""
    window = (phases.measure_from, phases.measure_until)
    at = [float(row["sampled_at"]) for row in samples]
    used = {name: [float(row[f"cpu_{name}_s"] or "nan") for row in samples] for name in COMPONENTS}
    spent = {name: _increase(at, values, window) for name, values in used.items()}
    spent["load"] = _increase([sample.at for sample in own], [sample.cpu_s for sample in own], window)
    return {name: round(seconds, 4) for name, seconds in spent.items() if np.isfinite(seconds)}


def send_lag(requests: Sequence[Request]) -> dict[str, float]:
    """How late requests left, sent minus due, in seconds; nearest-rank percentiles."""
    lags = [request.sent_at - request.due_at for request in requests if request.sent_at is not None]
    if not lags:
        return {}
    p50, p99 = np.percentile(lags, [50, 99], method="inverted_cdf")
    return {"p50_s": round(float(p50), 6), "p99_s": round(float(p99), 6), "max_s": round(max(lags), 6)}


def achieved_rate(requests: Sequence[Request], phases: Phases) -> float:
    """Requests of the measurement window that were sent, per second of it."""
    sent = sum(phases.of(one.due_at) == "measure" and one.sent_at is not None for one in requests)
    return sent / (phases.measure_until - phases.measure_from)


def _increase(at: list[float], values: list[float], window: tuple[float, float]) -> float:
    """The growth of a counter over the window; NaN unless samples lie on both sides of it."""
    if len(at) < 2 or not at[0] <= window[0] or not window[1] <= at[-1]:
        return float("nan")
    start, end = np.interp(window, at, values)
    return float(end - start)


def _stamp(at: float | None) -> str:
    return "" if at is None else f"{at:.6f}"
