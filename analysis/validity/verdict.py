"""Says whether a trial can be believed, and in words why not. Pure: rows in, verdict out."""

from dataclasses import dataclass

import pandas as pd

from analysis.data.machine_noise import noise_words
from analysis.data.model import Trial
from analysis.data.outcomes import outcomes
from analysis.metrics.backlog import backlog_growth, unanswered_growth
from analysis.metrics.failures import client_failure_words, failed_by_client, failure_words
from analysis.metrics.trial import send_lag_p99
from analysis.metrics.utilisation import utilisations
from analysis.validity.accounting import disagreements
from analysis.validity.ledger import faults, ledger, ledger_words, restart_words
from analysis.validity.saturation import doubts, overload_reasons

VALID = "VALID"
UNDECIDED = "UNDECIDED"
NOISY = "NOISY"
OVERLOADED = "OVERLOADED"
INVALID_CLIENT = "INVALID_CLIENT"
INVALID_ACCOUNTS = "INVALID_ACCOUNTS"
INVALID = (INVALID_CLIENT, INVALID_ACCOUNTS)
# What is noisy and else valid: noise hides nothing that the trial itself shows.
STEADY = (VALID, NOISY)
FROM_BEST_TO_WORST = (VALID, NOISY, UNDECIDED, OVERLOADED, INVALID_CLIENT, INVALID_ACCOUNTS)

# A tenth of what a picture of the workload io waits for its external resource, 250 ms. Both clocks start at the due
# time, so a late upload makes times longer and hides nothing; where answers are so short that less than this is a
# notable part of them, the report says so (`caveats.py`).
SEND_LAG_LIMIT_S = 0.025
# Uploads from elsewhere, as a share of the trial's own, that change its load by no more than its rate may be off; a few
# pictures by hand are little in any trial.
ELSEWHERE_TOLERANCE, FEW_ELSEWHERE = 0.02, 3
# Waits go as 1 / (1 - utilisation): at 0.8 a rate that is off by this changes them by 4 %, less than the 10 % within
# which two values are called the same.
RATE_TOLERANCE = 0.01


# What follows from broken accounts: where something was broken on purpose, what is lost is what the trial was made for.
LOOK = "No number of this trial can be trusted: look into its logs, then measure it again."
ON_PURPOSE = (
    "Something was broken here on purpose: its ledger tells what that did, and its rates and times are left out."
)


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
    return _together([*_checks(trial), _check_noise(trial)])


def verdict_but_for_noise(trial: Trial) -> Verdict:
    """The same whatever was heard of the machine: noise would hide that a trial is UNDECIDED."""
    return _together(_checks(trial))


def _checks(trial: Trial) -> list[Verdict]:
    rows = outcomes(trial)
    return [
        _check_accounts(trial, rows),
        _check_client(trial, rows),
        _check_growth(trial),
        _check_failures(rows),
    ]


def _together(found: list[Verdict]) -> Verdict:
    return Verdict(
        name=worst([verdict.name for verdict in found]),
        reasons=tuple(reason for verdict in found for reason in verdict.reasons),
    )


def worst(names: list[str]) -> str:
    """The worst of some verdicts' names."""
    return max(names, key=FROM_BEST_TO_WORST.index)


def together(names: list[str]) -> str:
    """The verdict on a cell from those on its trials: the worst, but fewer than half that are undecided leave it to
    the others, because all of them together are a longer measurement."""
    found = worst(names)
    if found == UNDECIDED and 2 * names.count(UNDECIDED) < len(names):
        return worst([name for name in names if name != UNDECIDED])
    return found


def _check_accounts(trial: Trial, rows: pd.DataFrame) -> Verdict:
    found = _disagreements(trial, rows)
    if not found:
        return Verdict(name=VALID)
    return Verdict(
        name=INVALID_ACCOUNTS, reasons=(*(f"{each}." for each in found), ON_PURPOSE if faults(trial) else LOOK)
    )


def _disagreements(trial: Trial, rows: pd.DataFrame) -> list[str]:
    """Where something was done to the stack on purpose, its own counts may fail it, and the ledger alone speaks."""
    if faults(trial):
        return ledger_words(ledger(trial))
    return [*disagreements(trial, rows), *restart_words(trial)]


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
    if words := client_failure_words(rows):
        reasons.append(words)
    # One request may cross an edge of the window without the rate being wrong; why own failures are missing is said.
    missing = len(cohort[~(failed_by_client(cohort) & cohort["sent_at"].isna())]) - sent
    if abs(missing) > max(1.0, RATE_TOLERANCE * len(cohort)):
        reasons.append(
            f"{sent} requests were sent inside the window where {len(cohort)} were planned. Offer less load, "
            "or use more load generators."
        )
    reasons += _elsewhere_reasons(trial)
    return Verdict(name=INVALID_CLIENT if reasons else VALID, reasons=tuple(reasons))


def _elsewhere_reasons(trial: Trial) -> list[str]:
    """What to say where others sent so much to the same stack that the load was another one than planned."""
    count = 0 if trial.elsewhere is None else len(trial.elsewhere)
    if count <= max(FEW_ELSEWHERE, ELSEWHERE_TOLERANCE * len(trial.requests)):
        return []
    return [
        f"{count} uploads came from elsewhere while the trial sent {len(trial.requests)}: the stack had another load "
        "than was planned. Let nobody else send to it, and measure again."
    ]


def _check_growth(trial: Trial) -> Verdict:
    found = (trial, utilisations(trial), backlog_growth(trial), unanswered_growth(trial))
    if reasons := overload_reasons(*found):
        return Verdict(name=OVERLOADED, reasons=reasons)
    reasons = doubts(*found)
    return Verdict(name=UNDECIDED if reasons else VALID, reasons=reasons)


def _check_failures(rows: pd.DataFrame) -> Verdict:
    """Failures cast doubt on the numbers but do not change what the backlog says: the verdict stays."""
    words = failure_words(rows)
    return Verdict(name=VALID, reasons=(words,) if words else ())


def _check_noise(trial: Trial) -> Verdict:
    words = noise_words(trial.info)
    if not words:
        return Verdict(name=VALID)
    advice = "Close other programs, or use a machine of your own, and measure again."
    return Verdict(name=NOISY, reasons=(f"The machine was not quiet: {words}. {advice}",))
