"""Holds what the harness measured of servers whose answers are known against these answers."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import INVALID_CLIENT, verdict_on
from analysis.errors import AnalysisError
from analysis.experiment import Trial
from analysis.metrics import percentile
from analysis.outcomes import cohort
from analysis.queues import fifo
from analysis.samples import read_trial

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
# Below this many samples no two-sided 95 % interval of a p99 exists, so none is claimed (R26).
MIN_SAMPLES_P99 = 368

ABSOLUTE_S = 0.002
# What a drawn service time, a stall and a queue are measured to, of the truth.
RELATIVE = {"distribution": 0.01, "stall": 0.02, "queue": 0.02}
# The last hundredth of a few hundred uploads hangs on single ones, which may overtake each other by a hair; a stall
# is the same for all.
JUDGED = {"distribution": ("p50", "p95"), "stall": ("p50", "p95", "p99"), "queue": ("p50", "p95")}
CODES = {"distribution": "C4", "stall": "C5", "queue": "C6"}

LAG_LIMIT_S = 0.002
SPIN_CV_LIMIT = 0.1
CLOCK_STEP_LIMIT_S = 0.001


@dataclass(frozen=True, kw_only=True)
class Check:
    """One figure of a calibration in `unit` (s, 1/s, or nothing for a share).

    `truth` is what is known, None where only a limit is; `limit` is how far from it, or how high, a good figure
    may be, None where it is only told.
    """

    code: str
    what: str
    measured: float
    unit: str = "s"
    truth: float | None = None
    limit: float | None = None

    @property
    def passed(self) -> bool:
        if self.limit is None:
            return True
        return abs(self.measured - (self.truth or 0.0)) <= self.limit


# Longer than it works on an upload by this much, the server was stalled meanwhile.
HELD_S = 1e-6


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One case: its trial, what the server says of each upload, and what it was told to be."""

    trial: Trial
    truth: pd.DataFrame
    case: Mapping[str, Any]
    rows: pd.DataFrame


def certify(folder: Path, noise: Mapping[str, float]) -> list[Check]:
    """Every check of a calibration, from the cases' folders and from what the machine's noise was."""
    cases = [_read(path.parent) for path in sorted(folder.glob("*/case.json"))]
    if not cases:
        raise AnalysisError(f"{folder} holds no case of a calibration.")
    by_kind: dict[str, list[Measured]] = {}
    for case in cases:
        by_kind.setdefault(case.case["kind"], []).append(case)
    compared = [check for kind in TRUTHS for case in by_kind.get(kind, ()) for check in _compare(case)]
    return [
        *(check for case in by_kind.get("floor", ()) for check in _floor(case)),
        *(check for case in by_kind.get("lag", ()) for check in _lag(case)),
        *_highest_rate(by_kind.get("rate", [])),
        *compared,
        *_machine(noise),
        _negative(cases),
    ]


def _read(folder: Path) -> Measured:
    trial = read_trial(folder)
    return Measured(
        trial=trial,
        truth=pd.read_csv(folder / "truth.csv").set_index("id"),
        case=json.loads((folder / "case.json").read_text(encoding="utf-8")),
        rows=cohort(trial),
    )


def _floor(case: Measured) -> Iterator[Check]:
    """What the harness shows of a server that answers at once, from the due time and from the true sending."""
    uncorrected = case.rows["answered_at"] - case.rows["sent_at"]
    for name, times in {"response": case.rows["response_s"], "response without send lag": uncorrected}.items():
        yield Check(code="C1", what=f"floor, {name}, p50", measured=percentile(times, 0.5))


def _lag(case: Measured) -> Iterator[Check]:
    lag = case.rows["sent_at"] - case.rows["due_at"]
    where = f"send lag at {case.case['rate']:g}/s"
    yield Check(code="C2", what=f"{where}, p50", measured=percentile(lag, 0.5))
    yield Check(code="C2", what=f"{where}, p99", measured=percentile(lag, 0.99), limit=LAG_LIMIT_S)


def _highest_rate(cases: list[Measured]) -> Iterator[Check]:
    kept = [case.case["rate"] for case in cases if verdict_on(case.trial).name != INVALID_CLIENT]
    if kept:
        yield Check(code="C3", what="highest rate that one process kept", measured=max(kept), unit="1/s")


def _compare(case: Measured) -> Iterator[Check]:
    """The percentiles of what was measured against those of what is true."""
    kind = case.case["kind"]
    truth = TRUTHS[kind](case)
    for name, share in SHARES.items():
        if name == "p99" and len(truth) < MIN_SAMPLES_P99:
            continue
        true_s = percentile(truth, share)
        yield Check(
            code=CODES[kind],
            what=f"{case.trial.name.removesuffix('-r1')}, {name}",
            measured=percentile(case.rows["ready_s"], share),
            truth=true_s,
            limit=max(ABSOLUTE_S, RELATIVE[kind] * true_s) if name in JUDGED[kind] else None,
        )


def _logged(case: Measured) -> pd.Series:
    """What the server itself has seen, from the connection to its answer [s]."""
    seen = case.truth.reindex(case.rows["id"])
    return seen["answered_at"] - seen["connected_at"]


def _stalled(case: Measured) -> pd.Series:
    """The plan replayed on a server that stalls [s]: an upload that comes in a stall waits for its end, and one that is
    being worked on when it begins is finished at its end.

    Whether an upload came before a stall or in it hangs on a hair for one in a stall, and is the server's to say.
    """
    mean_s, due = case.case["truth"]["mean_s"], case.rows["due_at"].to_numpy()
    came = case.truth["received_at"].reindex(case.rows["id"]).to_numpy()
    finished = _awake(case, _awake(case, came) + mean_s)
    held = finished - came > mean_s + HELD_S
    return pd.Series(np.where(held, finished - due, mean_s))


def _awake(case: Measured, at: np.ndarray) -> np.ndarray:
    """The first times from some times on at which the server is not stalled [Unix s]."""
    truth = case.case["truth"]
    into = at - case.case["opened_at"] - truth["stall_after_s"]
    if truth["stall_every_s"]:
        into = np.where(into >= 0, into % truth["stall_every_s"], into)
    return np.where((into >= 0) & (into < truth["stall_s"]), at - into + truth["stall_s"], at)


def _queued(case: Measured) -> pd.Series:
    """The plan replayed in a FIFO queue with the service times that each upload was given [s].

    Uploads that are due within a millisecond may overtake each other on the way, so they are served in the order in
    which they came.
    """
    seen = case.truth.reindex(case.rows["id"])
    order = np.argsort(seen["received_at"].to_numpy(), kind="stable")
    due, services = case.rows["due_at"].to_numpy()[order], seen["service_s"].to_numpy()[order]
    return pd.Series(fifo(np.maximum.accumulate(due), services, case.case["truth"]["servers"]) - due)


TRUTHS: Mapping[str, Callable[[Measured], pd.Series]] = {
    "distribution": _logged,
    "stall": _stalled,
    "queue": _queued,
}


def _machine(noise: Mapping[str, float]) -> Iterator[Check]:
    yield Check(
        code="C9",
        what="spread of one fixed piece of work",
        measured=noise["spin_cv"],
        unit="",
        limit=SPIN_CV_LIMIT,
    )
    yield Check(code="C9", what="longest hiccup of the machine", measured=noise["hiccup_max_s"])
    yield Check(code="C12", what="smallest step of the clock", measured=noise["clock_step_s"], limit=CLOCK_STEP_LIMIT_S)


def _negative(cases: list[Measured]) -> Check:
    count = sum(int((case.rows[["response_s", "ready_s"]] < 0).any(axis=1).sum()) for case in cases)
    return Check(code="C12", what="times below zero", measured=count, unit="", limit=0)
