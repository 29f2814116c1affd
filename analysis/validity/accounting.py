"""Bookkeeping: is every planned request accounted for, and do client and server agree (R33)?"""

from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import once_per_trial, outcomes, refused
from analysis.validity.count_bounds import violations
from analysis.validity.reasons import Kind, Reason, reason
from analysis.validity.unfinished import incomplete, lost_pictures

UNFINISHED = ("queued", "processing")
# Stamps of one host come from one clock; more than this is not rounding.
STAMP_TOLERANCE_S = 0.001
# Each pair: the first cannot come after the second, whoever stamped it.
ALWAYS_IN_ORDER = (
    ("due_at", "sent_at"),
    ("sent_at", "answered_at"),
    ("sent_at", "received_at"),
    ("received_at", "started_at"),
    ("started_at", "finished_at"),
)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """How the planned requests of the measurement window ended, in requests."""

    planned: int
    ok: int
    failed: int
    unfinished: int
    lost: int

    @property
    def balanced(self) -> bool:
        return self.planned == self.ok + self.failed + self.unfinished


@once_per_trial
def accounts(trial: Trial) -> Accounts:
    """The accounts of one trial; `planned` is what the recorder put into the window."""
    rows = outcomes(trial)
    counts = rows.loc[rows["in_cohort"], "outcome"].value_counts()
    return Accounts(
        planned=int((trial.requests["phase"] == "measure").sum()),
        ok=int(counts.get("ok", 0)),
        failed=int(counts.get("failed", 0)),
        unfinished=int(counts.get("unfinished", 0)),
        lost=lost(trial, rows),
    )


def lost(trial: Trial, rows: pd.DataFrame) -> int:
    """Pictures that were accepted, but neither finished nor held by the broker or a worker.

    The server does not know them, or it waits for them although the broker has no message, in whatever phase of the
    trial they were sent. An upload whose answer had not come may not have had a message yet, so it is not missed.
    """
    forgotten = int((rows["in_cohort"] & rows["accepted"] & rows["state"].isna()).sum())
    if trial.cell.mode == "sync" or trial.broker_remaining is None:
        return forgotten
    return forgotten + lost_pictures(trial, _waiting(rows))


def disagreements(trial: Trial, rows: pd.DataFrame) -> list[Reason]:
    """Every way in which the books do not balance; empty when they do."""
    counts = {**_duplicates(trial), **_strangers(trial, rows), **_contradictions(trial, rows)}
    found = [reason(kind, count=count) for kind, count in counts.items() if count]
    found += _misordered(trial, rows)
    books = accounts(trial)
    if not books.balanced:
        ended = {"ok": books.ok, "failed": books.failed, "unfinished": books.unfinished}
        found.append(reason(Kind.UNBALANCED, planned=books.planned, **ended))
    if _unasked(trial, rows):
        found.append(reason(Kind.BROKER_NOT_ASKED))
    if books.lost:
        found.append(reason(Kind.LOST, count=books.lost))
    return [*found, *violations(trial)]


def _unasked(trial: Trial, rows: pd.DataFrame) -> bool:
    """Whether waiting pictures cannot be told from lost ones."""
    return trial.cell.mode == "queue" and trial.broker_remaining is None and len(_waiting(rows)) > 0


def _waiting(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["accepted"] & rows["state"].isin(UNFINISHED)]


def _duplicates(trial: Trial) -> dict[Kind, int]:
    return {
        Kind.REPEATED_REQUESTS: int(trial.requests["id"].duplicated().sum()),
        Kind.REPEATED_PICTURES: int(trial.pictures["id"].duplicated().sum()),
    }


def _strangers(trial: Trial, rows: pd.DataFrame) -> dict[Kind, int]:
    unknown = ~trial.pictures["id"].isin(trial.requests["id"])
    return {
        Kind.NEVER_PLANNED: int(unknown.sum()),
        Kind.NO_PICTURE: int((rows["accepted"] & rows["state"].isna()).sum()),
    }


def _contradictions(trial: Trial, rows: pd.DataFrame) -> dict[Kind, int]:
    ready = trial.pictures[trial.pictures["state"] == "ready"]
    unready = rows["accepted"] & rows["state"].notna() & (rows["state"] != "ready")
    return {
        Kind.REFUSED_BUT_READY: int((refused(rows) & (rows["state"] == "ready")).sum()),
        Kind.DONE_BUT_NOT_READY: int(unready.sum() if trial.cell.mode == "sync" else 0),
        Kind.READY_WITH_REASON: int((ready["reason"] != "").sum()),
        Kind.NOT_EXECUTED_ONCE: int((ready["executions"] != 1).sum()),
        Kind.READY_WITHOUT_FILE: incomplete(trial),
        Kind.READY_WITHOUT_STAMP: int(ready[["received_at", "started_at", "finished_at"]].isna().any(axis=1).sum()),
    }


def _misordered(trial: Trial, rows: pd.DataFrame) -> list[Reason]:
    """One for each pair of stamps of which the second comes before the first."""
    answer_after = "finished_at" if trial.cell.mode == "sync" else "received_at"
    answered_at = rows["answered_at"].where(rows["accepted"])
    pairs = {(first, second): (rows[first], rows[second]) for first, second in ALWAYS_IN_ORDER}
    pairs[answer_after, "answered_at"] = (rows[answer_after], answered_at)
    counts = {names: int((one - other > STAMP_TOLERANCE_S).sum()) for names, (one, other) in pairs.items()}
    return [
        reason(Kind.MISORDERED, count=count, first=first, second=second)
        for (first, second), count in counts.items()
        if count
    ]
