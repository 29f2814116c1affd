"""Writes what one trial left behind: requests, pictures, backlog and circumstances."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from loadtests.scenarios.observations import observations
from loadtests.scenarios.phases import Phases
from loadtests.scenarios.upload_client import Request
from loadtests.stack.app_client import get
from loadtests.stack.stack_file import StackInfo

REQUEST_COLUMNS = ("id", "phase", "due_at", "sent_at", "answered_at", "status", "error", "picture")
BACKLOG_COLUMNS = ("sampled_at", "waiting", "in_hand", "in_database", "done", "counted_by")


def write_requests(path: Path, requests: Sequence[Request], phases: Phases) -> None:
    """One row for every planned request, whatever became of it."""
    with path.open("w", newline="", encoding="utf-8") as file:
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


def collect_server_side(directory: Path, info: StackInfo, trial: str, phases: Phases) -> None:
    """Write pictures.csv, elsewhere.csv, effects.csv and backlog.csv."""
    rows = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0, trial=trial)
    (directory / "pictures.csv").write_bytes(rows)
    write_elsewhere(directory / "elsewhere.csv", info, trial, phases)
    (directory / "effects.csv").write_bytes(get(f"{info.control_url}/effects.csv", token=info.token, timeout_s=60.0))
    samples = [row for row in observations(info) if phases.started_at <= float(row["sampled_at"])]
    with (directory / "backlog.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, BACKLOG_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(samples)


def write_elsewhere(path: Path, info: StackInfo, trial: str, phases: Phases) -> None:
    """One row for every picture that the stack worked on since the load began and that somebody else had sent."""
    text = get(f"{info.control_url}/pictures.csv", token=info.token, timeout_s=60.0, not_trial=trial).decode()
    rows = csv.DictReader(text.splitlines())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows.fieldnames or ())
        writer.writeheader()
        writer.writerows(row for row in rows if row["trial"] != trial and not _finished_before(row, phases.started_at))


def _finished_before(row: dict[str, str], at: float) -> bool:
    return bool(row["finished_at"]) and float(row["finished_at"]) < at


def send_lag(requests: Sequence[Request], phases: Phases) -> dict[str, float]:
    """How late the measured requests left, sent minus due, in seconds; nearest-rank percentiles."""
    sent = [one for one in requests if one.sent_at is not None and phases.of(one.due_at) == "measure"]
    lags = [one.sent_at - one.due_at for one in sent if one.sent_at is not None]
    if not lags:
        return {}
    p50, p99 = np.percentile(lags, [50, 99], method="inverted_cdf")
    return {"p50_s": round(float(p50), 6), "p99_s": round(float(p99), 6), "max_s": round(max(lags), 6)}


def achieved_rate(requests: Sequence[Request], phases: Phases) -> float:
    """Requests of the measurement window that were sent, per second of it."""
    sent = sum(phases.of(one.due_at) == "measure" and one.sent_at is not None for one in requests)
    return sent / (phases.measure_until - phases.measure_from)


def _stamp(at: float | None) -> str:
    return "" if at is None else f"{at:.6f}"
