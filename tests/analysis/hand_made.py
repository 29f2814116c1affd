"""Trials and cells written down by hand, small enough to do the sums in the head."""

import math
from typing import Any

import pandas as pd

from analysis.capacity.results import LEVELS, with_prefix
from analysis.data.model import Cell, Trial, Window
from analysis.summary.cells import with_marks

CELL_DEFAULTS = {
    "workload": "io",
    "offered_rate": 10.0,
    "trials": 1,
    "throughput": 9.9,
    "backlog_growth": 0.0,
    "unanswered_grows": False,
    "planned": 100,
    "failed": 0,
    "unfinished": 0,
    "response_p50_s": 0.014,
    "response_p95_s": 0.02,
    "response_p99_s": math.nan,
    "ready_p50_s": 0.3,
    "ready_p95_s": 0.4,
    "ready_p99_s": math.nan,
    "service_p50_s": 0.29,
    "verdict": "VALID",
}

TRIAL_DEFAULTS = {
    **CELL_DEFAULTS,
    "mode": "queue",
    "workers": 4,
    "repeat": 1,
    "load": "the same uploads",
    "stack": "local",
    "broker": "redis",
    "queue_type": "classic",
    "database": "sqlite",
    "web_threads": 1,
    "prefetch": 1,
    "broker_delay_s": 0.0,
    "append_only": "no",
    "profile": "safe",
    "fault": "none",
    "utilisation": 0.8,
    "cpu_web_s_per_picture": 0.01,
    "cpu_broker_s_per_picture": 0.01,
}

#: What is heard of a machine that is fit to measure.
HEARD = {
    "timer_p50_s": 0.0001,
    "timer_p99_s": 0.0002,
    "timer_max_s": 0.003,
    "spin_cv": 0.01,
    "hiccup_p99_s": 0.0002,
    "hiccup_max_s": 0.002,
    "steal_share": 0.001,
    "pressure_share": 0.02,
    "clock_step_s": 4e-8,
    "child_clock_s": 0.0,
}


def trial(requests: list[dict[str, Any]], pictures: list[dict[str, Any]], **what: Any) -> Trial:
    """A trial whose window is [10, 20); requests and pictures by their ids, the rest filled in."""
    mode = what.pop("mode", "queue")
    fields = {
        "name": f"{mode}-w1-r1",
        "cell": Cell(mode=mode, workers=1, workload="io", offered_rate=1.0),
        "repeat": 1,
        "started_at": 8.0,
        "window": Window(start=10.0, end=20.0),
        "load_stopped_at": 25.0,
        "cpu_seconds": {"web": 1.0},
        "broker_remaining": 0 if mode == "queue" else None,
        "requests": _frame([_request(mode) | row for row in requests], _request(mode)),
        "pictures": _frame([_picture() | row for row in pictures], _picture()),
        "backlog": pd.DataFrame(columns=["sampled_at", "waiting", "unacked", "in_database", "done"]),
        "info": {},
    }
    return Trial(**(fields | what))


def crowded_door() -> Trial:
    """Queue mode, 10 uploads/s for 10 s; every other one is never answered, the rest are done at once."""
    requests: list[dict[str, Any]] = []
    pictures = []
    for n in range(100):
        due = 10 + n / 10
        requests.append({"id": str(n), "due_at": due, "sent_at": due, "answered_at": due + 0.01})
        if n % 2:
            requests[-1] |= {"answered_at": math.nan, "status": math.nan}
        else:
            pictures.append({"id": str(n), "received_at": due, "started_at": due, "finished_at": due + 0.01})
    return trial(requests, pictures)


def cells(*rows: dict[str, Any]) -> pd.DataFrame:
    """A summary with marks; every row names its mode and workers and what differs from the defaults."""
    return with_marks(pd.DataFrame([CELL_DEFAULTS | row for row in rows]))


def per_trial(*rows: dict[str, Any]) -> pd.DataFrame:
    """One row per trial as comparisons need it: every row names what differs from the defaults."""
    return pd.DataFrame([TRIAL_DEFAULTS | row for row in rows])


def capacities(*searches: tuple[str, int, float, float, float]) -> pd.DataFrame:
    """What searches have found: mode, workers, the rates that were kept and were not, and that of a drain."""
    levels = {name: TRIAL_DEFAULTS[name] for name in LEVELS}
    goal = {"clock": "ready", "share": 0.95, "limit_s": 2.0}
    known = {"predicted": 3.0, "reason": "All agreed.", "trials": 23, "measured_s": 900}
    names = ("mode", "workers", "passed", "failed", "drained")
    rows = [levels | goal | known | dict(zip(names, search, strict=True)) for search in searches]
    overloaded = pd.DataFrame([TRIAL_DEFAULTS | {"workers": 1, "verdict": "OVERLOADED", "throughput": 3.5}])
    return with_prefix(pd.DataFrame(rows), overloaded)


def _frame(rows: list[dict[str, Any]], defaults: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(defaults))


def _request(mode: str) -> dict[str, Any]:
    status = 201.0 if mode == "sync" else 202.0
    return {"id": "a", "phase": "measure", "due_at": 11.0, "sent_at": 11.0, "answered_at": 12.0} | {
        "status": status,
        "error": "",
        "picture": "p.jpg",
    }


def _picture() -> dict[str, Any]:
    return {"id": "a", "received_at": 11.1, "enqueued_at": 11.1, "started_at": 11.2, "finished_at": 11.9} | {
        "state": "ready",
        "executions": 1.0,
        "reason": "",
    }
