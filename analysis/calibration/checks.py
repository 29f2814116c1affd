"""Compares what the harness measured of reference servers with their known times, and shows it as a table."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.calibration.expected_times import TRUTHS, Measured
from analysis.data.machine_noise import STEAL_LIMIT
from analysis.data.outcomes import cohort
from analysis.data.reader import read_trial
from analysis.errors import AnalysisError
from analysis.format import Table
from analysis.metrics.percentiles import MIN_SAMPLES_P99, p99, percentile
from analysis.validity.verdict import verdict_on

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

ABSOLUTE_S = 0.002
# What a drawn service time, a stall and a queue are measured to, of the truth.
RELATIVE = {"distribution": 0.01, "stall": 0.02, "queue": 0.02}
# The last hundredth of a few hundred uploads hangs on single ones, which may overtake each other by a hair; a stall
# is the same for all.
JUDGED = {"distribution": ("p50", "p95"), "stall": ("p50", "p95", "p99"), "queue": ("p50", "p95")}
CODES = {"distribution": "C4", "stall": "C5", "queue": "C6"}

LAG_LIMIT_S = 0.002
# What is left of the lag where nothing is sent.
TIMER_LIMIT_S = 0.001
DUE_LIMIT_S = 0.001
SPIN_CV_LIMIT = 0.1
CLOCK_LIMIT_S = 0.001

# Of what is heard of the machine: code, words, unit and limit.
HEARD: Mapping[str, tuple[str, str, str, float | None]] = {
    "timer_p50_s": ("C2", "lag while idle, p50", "s", None),
    "timer_p99_s": ("C2", "lag while idle, p99", "s", TIMER_LIMIT_S),
    "timer_max_s": ("C2", "lag while idle, largest", "s", None),
    "spin_cv": ("C9", "spread of a fixed piece of work", "", SPIN_CV_LIMIT),
    "hiccup_p99_s": ("C9", "scheduling delay, p99", "s", None),
    "hiccup_max_s": ("C9", "scheduling delay, largest", "s", None),
    "steal_share": ("C9", "CPU time taken by other machines", "", STEAL_LIMIT),
    "pressure_share": ("C9", "time in which something waited for a CPU", "", None),
    "clock_step_s": ("C12", "resolution of the clock", "s", CLOCK_LIMIT_S),
    "child_clock_s": ("C12", "clock difference of a child process", "s", CLOCK_LIMIT_S),
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One figure of a calibration in `unit` (s, 1/s, or nothing for a share).

    `truth` is what is known, None where only a limit is; `limit` is how far from it, or how high, a good figure
    may be, None where it is recorded but not judged; `at_least`: more was not tried.
    """

    code: str
    what: str
    measured: float
    unit: str = "s"
    truth: float | None = None
    limit: float | None = None
    at_least: bool = False

    @property
    def passed(self) -> bool:
        if self.limit is None:
            return True
        return abs(self.measured - (self.truth or 0.0)) <= self.limit


def certify(folder: Path, noise: Mapping[str, float | None]) -> list[Check]:
    """Every check of a calibration, from the cases' folders and from what the machine's noise was."""
    cases = [_read(path.parent) for path in sorted(folder.glob("*/case.json"))]
    if not cases:
        raise AnalysisError(f"{folder} holds no calibration case.")
    by_kind: dict[str, list[Measured]] = {}
    for case in cases:
        by_kind.setdefault(case.case["kind"], []).append(case)
    compared = [check for kind in TRUTHS for case in by_kind.get(kind, ()) for check in _compare(case)]
    return [
        *(check for case in by_kind.get("floor", ()) for check in _floor(case)),
        *(check for case in by_kind.get("lag", ()) for check in _lag(case)),
        *_heard(noise, "C2"),
        _moved(cases),
        *_highest_rate(by_kind.get("rate", [])),
        *compared,
        *_heard(noise, "C9", "C12"),
        _negative(cases),
    ]


def _read(folder: Path) -> Measured:
    trial, plan = read_trial(folder), folder / "plan.csv"
    if not plan.exists():
        raise AnalysisError(f"{folder} holds no plan.csv: it was measured by another version. Calibrate again.")
    return Measured(
        trial=trial,
        truth=pd.read_csv(folder / "truth.csv").set_index("id"),
        case=json.loads((folder / "case.json").read_text(encoding="utf-8")),
        rows=cohort(trial),
        due=trial.started_at + pd.read_csv(plan).set_index("id")["offset_s"],
    )


def _floor(case: Measured) -> Iterator[Check]:
    """What the harness shows of a server that answers at once, from the due time and from the true sending."""
    uncorrected = case.rows["answered_at"] - case.rows["sent_at"]
    for name, times in {"response": case.rows["response_s"], "response without send lag": uncorrected}.items():
        yield Check(code="C1", what=f"floor, {name}, p50", measured=percentile(times, 0.5))
        if not math.isnan(p99(times)):
            yield Check(code="C1", what=f"floor, {name}, p99", measured=p99(times))


def _lag(case: Measured) -> Iterator[Check]:
    lag = (case.rows.set_index("id")["sent_at"] - case.due).dropna()
    where = f"send lag at {case.case['rate']:g}/s"
    yield Check(code="C2", what=f"{where}, p50", measured=percentile(lag, 0.5))
    yield Check(code="C2", what=f"{where}, p99", measured=percentile(lag, 0.99), limit=LAG_LIMIT_S)
    yield Check(code="C2", what=f"{where}, largest", measured=float(lag.max()))


def _moved(cases: list[Measured]) -> Check:
    """How far any due time in a record is from its plan; infinitely, if an upload is in no record."""
    off = [(_recorded_due(case).reindex(case.due.index) - case.due).abs().fillna(math.inf).max() for case in cases]
    what = "largest difference between a due time and the plan"
    return Check(code="C2", what=what, measured=float(max(off)), limit=DUE_LIMIT_S)


def _recorded_due(case: Measured) -> pd.Series:
    return case.trial.requests.drop_duplicates("id").set_index("id")["due_at"]


def _highest_rate(cases: list[Measured]) -> Iterator[Check]:
    """The last step before the first that was not kept; none, which is 0, where that is the lowest."""
    steps = sorted(cases, key=lambda case: float(case.case["rate"]))
    kept = list(itertools.takewhile(lambda case: not verdict_on(case.trial).invalid, steps))
    if steps:
        yield Check(
            code="C3",
            what="highest rate that one process sustained",
            measured=kept[-1].case["rate"] if kept else 0,
            unit="1/s",
            at_least=len(kept) == len(steps),
        )


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
            limit=_allowed_s(kind, name, true_s) if name in JUDGED[kind] else None,
        )


def _allowed_s(kind: str, name: str, true_s: float) -> float:
    """A stall's tail is seconds long; of its median a fiftieth is what a connection costs."""
    relative_s = RELATIVE[kind] * true_s
    return relative_s if kind == "stall" and name != "p50" else max(ABSOLUTE_S, relative_s)


def _heard(noise: Mapping[str, float | None], *codes: str) -> Iterator[Check]:
    """What was heard of the machine; what its system does not tell is left out."""
    for name, (code, what, unit, limit) in HEARD.items():
        measured = noise[name]
        if code in codes and measured is not None:
            yield Check(code=code, what=what, measured=measured, unit=unit, limit=limit)


def _negative(cases: list[Measured]) -> Check:
    count = sum(int((case.rows[["response_s", "ready_s"]] < 0).any(axis=1).sum()) for case in cases)
    return Check(code="C12", what="negative times", measured=count, unit="", limit=0)


def calibration_table(calibration: Mapping[str, Any] | None) -> Table | None:
    """Every check in words; None where the machine was never calibrated with this code."""
    if not calibration:
        return None
    return Table(
        headings=["check", "what", "measured", "truth", "tolerance", ""],
        rows=[_row(check) for check in calibration["checks"]],
    )


def _row(check: Mapping[str, Any]) -> list[str]:
    figures = (check["measured"], check["truth"], check["limit"])
    shown = ["–" if value is None else _shown(value, check["unit"]) for value in figures]
    # Older calibrations do not know it.
    shown[0] += " or more" if check.get("at_least") else ""
    return [check["code"], check["what"], *shown, "" if check["limit"] is None else _said(check["passed"])]


def _shown(value: float, unit: str) -> str:
    """To four digits: a calibration is read for its thousandths."""
    if unit == "s":
        return "below 0.001 ms" if 0 < value < 1e-6 else f"{value * 1000:,.4g} ms"
    return f"{value:,.0f}/s" if unit == "1/s" else f"{value:,.3g}"


def _said(passed: bool) -> str:
    return "passed" if passed else "MISSED"
