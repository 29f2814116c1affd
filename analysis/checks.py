"""Says whether a trial can be believed, and in words why not. Pure: rows in, verdict out."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.accounts import accounts, disagreements
from analysis.experiment import Trial
from analysis.metrics import backlog_samples, growth_rate, send_lag_p99
from analysis.outcomes import outcomes

VALID = "VALID"
UNDECIDED = "UNDECIDED"
OVERLOADED = "OVERLOADED"
INVALID_CLIENT = "INVALID_CLIENT"
INVALID_ACCOUNTS = "INVALID_ACCOUNTS"
INVALID = (INVALID_CLIENT, INVALID_ACCOUNTS)
FROM_BEST_TO_WORST = (VALID, UNDECIDED, OVERLOADED, INVALID_CLIENT, INVALID_ACCOUNTS)

SEND_LAG_LIMIT_S = 0.025
RATE_TOLERANCE = 0.01
# Shares of the arrival rate by which the backlog grows. A simulated 60 s window stays below the
# first at rho 0.9 in 97 of 100 trials; 12 s windows are wider, hence the second and the noise test.
SUSPECT_GROWTH = 0.03
CLEAR_GROWTH = 0.10
UNFINISHED_TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a trial's numbers are worth; `reasons` are sentences with what to try."""

    name: str
    reasons: tuple[str, ...] = ()

    @property
    def invalid(self) -> bool:
        return self.name in INVALID


def verdict_on(trial: Trial) -> Verdict:
    """The verdict on one trial: the worst that any check found, with the reasons of all of them."""
    rows = outcomes(trial)
    found = [_check_accounts(trial, rows), _check_client(trial, rows), _check_backlog(trial, rows)]
    return Verdict(
        name=worst([verdict.name for verdict in found]),
        reasons=tuple(reason for verdict in found for reason in verdict.reasons),
    )


def worst(names: list[str]) -> str:
    """The worst of some verdicts' names."""
    return max(names, key=FROM_BEST_TO_WORST.index)


def _check_accounts(trial: Trial, rows: pd.DataFrame) -> Verdict:
    found = disagreements(trial, rows)
    if not found:
        return Verdict(name=VALID)
    advice = "No number of this trial can be trusted: look into its logs, then measure it again."
    return Verdict(name=INVALID_ACCOUNTS, reasons=(*(f"{each}." for each in found), advice))


def _check_client(trial: Trial, rows: pd.DataFrame) -> Verdict:
    cohort = rows[rows["in_cohort"]]
    sent = int(trial.window.holds(rows["sent_at"]).sum())
    lag = send_lag_p99(cohort)
    if cohort.empty:
        return Verdict(name=INVALID_CLIENT, reasons=("No request was due inside the measurement window.",))
    reasons = []
    if lag > SEND_LAG_LIMIT_S:
        reasons.append(
            f"The load generator was late: 1 in 100 requests left {lag * 1000:.0f} ms or more after it was "
            f"due (limit {SEND_LAG_LIMIT_S * 1000:.0f} ms). Close other programs or offer less load."
        )
    # One request may cross an edge of the window without the rate being wrong.
    if abs(sent - len(cohort)) > max(1.0, RATE_TOLERANCE * len(cohort)):
        reasons.append(
            f"{sent} requests were sent inside the window where {len(cohort)} were planned. Offer less load, "
            "or use more load generators."
        )
    return Verdict(name=INVALID_CLIENT if reasons else VALID, reasons=tuple(reasons))


def _check_backlog(trial: Trial, rows: pd.DataFrame) -> Verdict:
    books = accounts(trial, rows)
    samples = backlog_samples(trial, rows)
    slope = growth_rate(samples)
    arrival_rate = max(books.planned, 1) / trial.window.length_s
    share = slope / arrival_rate
    noise = 3 * math.sqrt(max(float(samples["in_system"].mean()), 1.0))
    beyond_noise = slope * trial.window.length_s > noise
    left_over = books.unfinished > UNFINISHED_TOLERANCE * books.planned
    if (share > CLEAR_GROWTH and beyond_noise) or (share > SUSPECT_GROWTH and left_over):
        return Verdict(name=OVERLOADED, reasons=(_overload_words(slope, arrival_rate, trial),))
    if share > SUSPECT_GROWTH and beyond_noise:
        return Verdict(name=UNDECIDED, reasons=(_undecided_words(slope, trial),))
    return Verdict(name=VALID)


def _overload_words(slope: float, arrival_rate: float, trial: Trial) -> str:
    return (
        f"{arrival_rate:.1f} pictures/s arrive and the backlog grows by {slope:.1f} pictures/s: "
        f"{_workers(trial)} cannot keep up, so waiting times depend on when one stops measuring. "
        "Add workers or offer less load."
    )


def _undecided_words(slope: float, trial: Trial) -> str:
    return (
        f"The backlog grew by {slope:.2f} pictures/s, too little to call it overload and too much to call it "
        f"steady. A window of {trial.window.length_s:.0f} s cannot decide near saturation: measure longer."
    )


def _workers(trial: Trial) -> str:
    return "1 worker" if trial.cell.workers == 1 else f"{trial.cell.workers} workers"
