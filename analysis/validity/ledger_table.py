"""The ledgers of an experiment's trials as a table, and what was done to the stacks."""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.data.model import Trial
from analysis.format import duration
from analysis.tables.summary import Table
from analysis.validity.ledger import as_expected, faults, ledger, recovery_s

COLUMNS = {
    "lost": "lost",
    "stuck": "of them stuck",
    "attempted": "sent",
    "accepted": "accepted",
    "refused": "refused",
    "unknown": "no answer",
    "completed": "completed",
    "failed_visibly": "failed visibly",
    "pending": "pending",
    "recovered": "completed without a 2xx",
    "unexpected": "never sent",
    "duplicated": "begun more than once",
    "double_effects": "stored twice outside",
    "incomplete": "ready without a file",
}


def ledger_table(trials: Iterable[Trial]) -> Table:
    """One row a trial; it holds if nothing is lost, made up, stored twice, or ready without its files."""
    return Table(
        headings=["trial", "holds", *COLUMNS.values(), "longest wait", "recovered after"],
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
    told = ["–" if count is None else str(count) for count in counts]
    return [trial.name, "yes" if drawn_up.valid else "NO", *told, *words]
