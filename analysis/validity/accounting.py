"""Bookkeeping: is every planned request accounted for, and do client and server agree (R33)?"""

from dataclasses import dataclass

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import refused
from analysis.format import amount, are
from analysis.validity.count_bounds import violations
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


def accounts(trial: Trial, rows: pd.DataFrame) -> Accounts:
    """The accounts of one trial, from its outcomes; `planned` is what the recorder put into the window."""
    counts = rows.loc[rows["in_cohort"], "outcome"].value_counts()
    return Accounts(
        planned=int((trial.requests["phase"] == "measure").sum()),
        ok=int(counts.get("ok", 0)),
        failed=int(counts.get("failed", 0)),
        unfinished=int(counts.get("unfinished", 0)),
        lost=lost(trial, rows),
    )


def lost(trial: Trial, rows: pd.DataFrame) -> int:
    """Pictures that were accepted and that nobody holds any more.

    The server does not know them, or it waits for them although the broker has no message, in whatever phase of the
    trial they were sent. An upload whose answer had not come may not have had a message yet, so it is not missed.
    """
    forgotten = int((rows["in_cohort"] & rows["accepted"] & rows["state"].isna()).sum())
    if trial.cell.mode == "sync" or trial.broker_left is None:
        return forgotten
    return forgotten + lost_pictures(trial, _waiting(rows))


def disagreements(trial: Trial, rows: pd.DataFrame) -> list[str]:
    """Every way in which the books do not close, one sentence each; empty when they do."""
    found = {
        **_duplicates(trial),
        **_strangers(trial, rows),
        **_contradictions(trial, rows),
        **_misordered(trial, rows),
    }
    sentences = [f"{count} {what}" for what, count in found.items() if count]
    balance = accounts(trial, rows)
    if not balance.balanced:
        sentences.append(
            f"{balance.planned} requests were planned, but ok + failed + unfinished = "
            f"{balance.ok} + {balance.failed} + {balance.unfinished}"
        )
    if _unasked(trial, rows):
        sentences.append("Pictures are not finished and nobody asked the broker what it holds: some may be lost")
    if balance.lost:
        lost = f"{amount(balance.lost, 'accepted picture')} {are(balance.lost)} lost"
        sentences.append(f"{lost}: neither finished nor held by the broker")
    return [*sentences, *violations(trial)]


def _unasked(trial: Trial, rows: pd.DataFrame) -> bool:
    """Whether waiting pictures cannot be told from lost ones."""
    return trial.cell.mode == "queue" and trial.broker_left is None and len(_waiting(rows)) > 0


def _waiting(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["accepted"] & rows["state"].isin(UNFINISHED)]


def _duplicates(trial: Trial) -> dict[str, int]:
    return {
        "requests.csv rows repeat an id": int(trial.requests["id"].duplicated().sum()),
        "pictures.csv rows repeat an id": int(trial.pictures["id"].duplicated().sum()),
    }


def _strangers(trial: Trial, rows: pd.DataFrame) -> dict[str, int]:
    unknown = ~trial.pictures["id"].isin(trial.requests["id"])
    return {
        "pictures on the server were never planned by the client": int(unknown.sum()),
        "requests were answered 2xx but the server has no picture": int(
            (rows["accepted"] & rows["state"].isna()).sum()
        ),
    }


def _contradictions(trial: Trial, rows: pd.DataFrame) -> dict[str, int]:
    ready = trial.pictures[trial.pictures["state"] == "ready"]
    unready = rows["accepted"] & rows["state"].notna() & (rows["state"] != "ready")
    return {
        "requests were refused although the picture is ready": int((refused(rows) & (rows["state"] == "ready")).sum()),
        "sync answers said done although the picture is not ready": int(
            unready.sum() if trial.cell.mode == "sync" else 0
        ),
        "ready pictures carry a reason for failing": int((ready["reason"] != "").sum()),
        "ready pictures were not executed exactly once": int((ready["executions"] != 1).sum()),
        "ready pictures lack a file": incomplete(trial),
        "ready pictures lack a stamp": int(
            ready[["received_at", "started_at", "finished_at"]].isna().any(axis=1).sum()
        ),
    }


def _misordered(trial: Trial, rows: pd.DataFrame) -> dict[str, int]:
    answer_after = "finished_at" if trial.cell.mode == "sync" else "received_at"
    answered = rows.assign(answered_at=rows["answered_at"].where(rows["accepted"]))
    pairs = [(rows, first, second) for first, second in ALWAYS_IN_ORDER]
    pairs.append((answered, answer_after, "answered_at"))
    return {
        f"requests have {first} after {second}": int((table[first] - table[second] > STAMP_TOLERANCE_S).sum())
        for table, first, second in pairs
    }
