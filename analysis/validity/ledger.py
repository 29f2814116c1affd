"""What became of every upload, by its id, and the tables of it: what goes in must come out.

After the checker `total-queue` of Jepsen: differences of sets of ids, never of counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data.model import Trial
from analysis.data.outcomes import once_per_trial
from analysis.format import Table, duration
from analysis.validity.reasons import Kind, Reason, reason
from analysis.validity.unfinished import incomplete, lost_pictures, stuck_pictures


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Uploads of a trial by what became of them, and what must not happen.

    attempted = accepted + refused + unknown, by what the client was told; unknown got no answer. Of the accepted,
    completed and failed visibly have ended, pending ones wait or are being worked on, and lost are the rest; stuck is
    the part of lost whose message the broker still counts as in a worker's hands. recovered were completed although
    the client was not told 2xx; unexpected were never sent. duplicated were started more than once, duplicate_writes
    stored more than once outside; incomplete ones are ready and lack a file. longest_wait_s counts from the due time.
    """

    attempted: int
    accepted: int
    refused: int
    unknown: int
    completed: int
    failed_visibly: int
    pending: int
    lost: int
    stuck: int
    recovered: int
    unexpected: int
    duplicated: int
    duplicate_writes: int | None
    incomplete: int
    longest_wait_s: float | None
    recovery_s: float | None

    @property
    def valid(self) -> bool:
        """Whether nothing was lost, made up, done twice outside, or called ready that is not there."""
        return not (self.lost or self.unexpected or self.duplicate_writes or self.incomplete)


def broken_promises(drawn_up: Ledger) -> list[Reason]:
    """What must not have happened and has."""
    found = {
        Kind.LOST_AND_STUCK: drawn_up.lost,
        Kind.NEVER_SENT: drawn_up.unexpected,
        Kind.STORED_TWICE: drawn_up.duplicate_writes or 0,
        Kind.INCOMPLETE: drawn_up.incomplete,
    }
    stuck = {Kind.LOST_AND_STUCK: {"stuck": drawn_up.stuck}}
    return [reason(kind, count=count, **stuck.get(kind, {})) for kind, count in found.items() if count]


def died(trial: Trial) -> list[Reason]:
    """What died by itself and was started again."""
    names = [event["what"] for event in trial.info.get("events", []) if event["kind"] == "restart"]
    return [reason(Kind.DIED, name=name) for name in dict.fromkeys(names)]


def faults(trial: Trial) -> list[Mapping[str, Any]]:
    """What was done to the stack on purpose, in order."""
    return [event for event in trial.info.get("events", []) if event["kind"] == "fault"]


@once_per_trial
def ledger(trial: Trial) -> Ledger:
    """The ledger of all phases of a trial."""
    sent = trial.requests[trial.requests["sent_at"].notna()].set_index("id")
    rows = trial.pictures.set_index("id")
    accepted = sent.index[sent["status"].between(200, 299)]
    completed, failed = (rows.index[rows["state"] == state] for state in ("ready", "failed"))
    unfinished = accepted.difference(completed).difference(failed)
    waiting = rows.reindex(unfinished).rename_axis("id").reset_index()
    lost = lost_pictures(trial, waiting)
    waits = rows["finished_at"].reindex(completed) - sent["due_at"].reindex(completed)
    writes = trial.external_writes
    return Ledger(
        attempted=len(sent),
        accepted=len(accepted),
        refused=int((sent["status"].notna()).sum()) - len(accepted),
        unknown=int(sent["status"].isna().sum()),
        completed=len(accepted.intersection(completed)),
        failed_visibly=len(accepted.intersection(failed)),
        pending=len(unfinished) - lost,
        lost=lost,
        stuck=stuck_pictures(trial, waiting),
        recovered=len(completed.intersection(sent.index).difference(accepted)),
        unexpected=len(rows.index.difference(pd.Index(trial.requests["id"]))),
        duplicated=int((rows["executions"] > 1).sum()),
        duplicate_writes=None
        if writes is None
        else int((writes["writes"][writes["id"].isin(trial.requests["id"])] > 1).sum()),
        incomplete=incomplete(trial),
        longest_wait_s=float(waits.max()) if len(waits) else None,
        recovery_s=_worst_recovery_s(trial),
    )


def recovery_s(trial: Trial, fault: Mapping[str, Any]) -> float | None:
    """How long after a fault's end everything accepted by then was finished [s]; None if something never was."""
    sent = trial.requests[trial.requests["sent_at"].notna()]
    accepted = trial.pictures.set_index("id").reindex(sent["id"][sent["status"].between(200, 299)])
    there = accepted[accepted["received_at"] <= fault["ended_at"]]
    if there["finished_at"].isna().any():
        return None
    return max(0.0, float(there["finished_at"].max()) - fault["ended_at"]) if len(there) else 0.0


def as_expected(trial: Trial, fault: Mapping[str, Any]) -> bool:
    """Whether a fault showed what was written down beforehand: that pictures are lost or none, and how soon all were
    finished. Each of a trial's faults answers for what the trial lost."""
    expected, drawn_up, took_s = fault["expected"], ledger(trial), recovery_s(trial, fault)
    if expected["recovery_s"] is None:
        return bool(drawn_up.lost) == bool(expected["loses"])
    return drawn_up.valid and took_s is not None and took_s <= float(expected["recovery_s"])


def _worst_recovery_s(trial: Trial) -> float | None:
    """The longest of the trial's faults; None without any, or if something never was finished."""
    found = [recovery_s(trial, fault) for fault in faults(trial)]
    times = [time for time in found if time is not None]
    return max(times) if times and len(times) == len(found) else None


COLUMNS = {
    "lost": "lost",
    "stuck": "of them stuck",
    "attempted": "sent",
    "accepted": "accepted",
    "refused": "refused",
    "unknown": "no response",
    "completed": "completed",
    "failed_visibly": "failed visibly",
    "pending": "pending",
    "recovered": "completed without a 2xx",
    "unexpected": "never sent",
    "duplicated": "started more than once",
    "duplicate_writes": "stored twice externally",
    "incomplete": "ready without a file",
}


def ledger_table(trials: Iterable[Trial]) -> Table:
    """One row per trial; it is valid if nothing is lost, made up, stored twice, or ready without its files."""
    return Table(
        headings=["trial", "valid", *COLUMNS.values(), "longest wait", "recovered after"],
        rows=[_row(trial) for trial in trials],
    )


def fault_table(trials: Iterable[Trial]) -> Table | None:
    """What was done to the stacks, what was expected of it and what it showed; None if nothing was done."""
    rows = [_fault_row(trial, fault) for trial in trials for fault in faults(trial)]
    headings = ["trial", "profile", "fault", "from [s]", "to [s]", "expected", "lost", "recovered after", "as expected"]
    return Table(headings=headings, rows=rows) if rows else None


def restarts_told(trial: Trial) -> str:
    """What died and was started again, in seconds from the start of the measurement; empty if nothing did."""
    restarts = [event for event in trial.info.get("events", []) if event["kind"] == "restart"]
    return "; ".join(f"{event['what']} at {event['began_at'] - trial.window.start:.1f} s" for event in restarts)


def _fault_row(trial: Trial, fault: Mapping[str, Any]) -> list[str]:
    lost, recovered_s = ledger(trial).lost, recovery_s(trial, fault)
    times = [f"{fault[edge] - trial.window.start:.1f}" for edge in ("began_at", "ended_at")]
    recovered = "never" if recovered_s is None else duration(recovered_s)
    expected = fault.get("expected")
    judged = "–" if not expected else "yes" if as_expected(trial, fault) else "NO"
    return [trial.name, trial.cell.profile, fault["what"], *times, _told(expected), str(lost), recovered, judged]


def _told(expected: Mapping[str, Any] | None) -> str:
    if not expected:
        return "–"
    if expected["recovery_s"] is not None:
        return f"nothing lost, within {expected['recovery_s']:g} s"
    return f"{'pictures lost' if expected['loses'] else 'nothing lost'}: {expected['words']}"


def _row(trial: Trial) -> list[str]:
    drawn_up = ledger(trial)
    counts = [getattr(drawn_up, name) for name in COLUMNS]
    times = (drawn_up.longest_wait_s, drawn_up.recovery_s)
    words = ["–" if time is None else duration(time) for time in times]
    texts = ["–" if count is None else str(count) for count in counts]
    return [trial.name, "yes" if drawn_up.valid else "NO", *texts, *words]
