"""Says whether a trial can be believed, and in words why not. Pure: rows in, verdict out."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.data.machine_noise import noise_words
from analysis.data.model import Trial
from analysis.data.outcomes import FAILED_TOLERANCE, causes, client_failures, failed_by_client, once_per_trial, outcomes
from analysis.metrics.backlog import backlog_growth, unanswered_growth
from analysis.metrics.trial import send_lag_p99
from analysis.metrics.utilisation import utilisations
from analysis.validity.accounting import disagreements
from analysis.validity.ledger import broken_promises, died, faults, ledger
from analysis.validity.reasons import OTHERS, REMEDIES, Kind, Reason, reason
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


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a trial's numbers are worth, with the reasons and what to try."""

    name: str
    reasons: tuple[Reason, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons, one or more sentences each."""
        return tuple(map(str, self.reasons))

    @property
    def invalid(self) -> bool:
        return self.name in INVALID


@once_per_trial
def verdict_on(trial: Trial) -> Verdict:
    """The verdict on one trial: the worst that any check found, with the reasons of all of them."""
    return _together([*_checks(trial), _check_noise(trial)])


def verdicts_on(trials: Iterable[Trial]) -> dict[str, Verdict]:
    """The verdict on each trial, by its name."""
    return {trial.name: verdict_on(trial) for trial in trials}


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
    return Verdict(name=INVALID_ACCOUNTS, reasons=(*found, reason(Kind.ON_PURPOSE if faults(trial) else Kind.LOOK)))


def _disagreements(trial: Trial, rows: pd.DataFrame) -> list[Reason]:
    """Where something was done to the stack on purpose, its own counts may fail it, and the ledger alone speaks."""
    if faults(trial):
        return broken_promises(ledger(trial))
    return [*disagreements(trial, rows), *died(trial)]


def _check_client(trial: Trial, rows: pd.DataFrame) -> Verdict:
    cohort = rows[rows["in_cohort"]]
    if cohort.empty:
        return Verdict(name=INVALID_CLIENT, reasons=(reason(Kind.NOTHING_DUE),))
    found = [*_late(cohort), *_failed_by_client(rows), *_sent_otherwise(trial, rows), *_elsewhere(trial)]
    return Verdict(name=INVALID_CLIENT if found else VALID, reasons=tuple(found))


def _late(cohort: pd.DataFrame) -> list[Reason]:
    lag = send_lag_p99(cohort)
    if not lag > SEND_LAG_LIMIT_S:
        return []
    return [reason(Kind.SENT_LATE, lag_ms=float(round(lag * 1000)), limit_ms=float(round(SEND_LAG_LIMIT_S * 1000)))]


def _failed_by_client(rows: pd.DataFrame) -> list[Reason]:
    """The limits of the machine that uploads of any phase have met, and what to do."""
    counts = client_failures(rows)
    if counts.empty:
        return []
    limits = ", ".join(f"{count} {what}" for what, count in counts.items())
    remedies = list(dict.fromkeys(REMEDIES.get(str(what), OTHERS) for what in counts.index))
    words = {"limits": limits, "remedies": ", ".join(remedies[:2])}
    return [reason(Kind.FAILED_BY_CLIENT, count=int(counts.sum()), uploads=len(rows), **words)]


def _sent_otherwise(trial: Trial, rows: pd.DataFrame) -> list[Reason]:
    """One request may cross an edge of the window without the rate being wrong; own failures have their own reason."""
    cohort = rows[rows["in_cohort"]]
    sent = int(trial.window.holds(rows["sent_at"]).sum())
    missing = len(cohort[~(failed_by_client(cohort) & cohort["sent_at"].isna())]) - sent
    if abs(missing) <= max(1.0, RATE_TOLERANCE * len(cohort)):
        return []
    return [reason(Kind.SENT_OTHERWISE, sent=sent, planned=len(cohort))]


def _elsewhere(trial: Trial) -> list[Reason]:
    """Whether others sent so much to the same stack that the load was another one than planned."""
    count = 0 if trial.elsewhere is None else len(trial.elsewhere)
    if count <= max(FEW_ELSEWHERE, ELSEWHERE_TOLERANCE * len(trial.requests)):
        return []
    return [reason(Kind.SENT_BY_OTHERS, count=count, sent=len(trial.requests))]


def _check_growth(trial: Trial) -> Verdict:
    found = (trial, utilisations(trial), backlog_growth(trial), unanswered_growth(trial))
    if reasons := overload_reasons(*found):
        return Verdict(name=OVERLOADED, reasons=reasons)
    reasons = doubts(*found)
    return Verdict(name=UNDECIDED if reasons else VALID, reasons=reasons)


def _check_failures(rows: pd.DataFrame) -> Verdict:
    """Failures cast doubt on the numbers but do not change what the backlog says: the verdict stays."""
    cohort = rows[rows["in_cohort"]]
    # Of those that the load generator has failed itself, the check of the client tells.
    failed = cohort[(cohort["outcome"] == "failed") & ~failed_by_client(cohort)]
    if len(failed) <= FAILED_TOLERANCE * len(cohort):
        return Verdict(name=VALID)
    listed = ", ".join(f"{count} {cause}" for cause, count in causes(failed).value_counts().items())
    numbers = {"count": len(failed), "uploads": len(cohort)}
    return Verdict(name=VALID, reasons=(reason(Kind.UPLOADS_FAILED, **numbers, causes=listed),))


def _check_noise(trial: Trial) -> Verdict:
    taken = noise_words(trial.info)
    return Verdict(name=NOISY, reasons=(reason(Kind.NOT_QUIET, taken=taken),)) if taken else Verdict(name=VALID)
