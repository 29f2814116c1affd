"""The ledgers of an experiment's trials as a table, and when something was done to the stack."""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.experiment import Trial
from analysis.ledger import ledger
from analysis.tables import Table
from analysis.words import duration

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
}


def ledger_table(trials: Iterable[Trial]) -> Table:
    """One row a trial; it holds if nothing is lost, made up, or stored twice."""
    return Table(
        headings=["trial", "holds", *COLUMNS.values(), "longest wait", "recovered after"],
        rows=[_row(trial) for trial in trials],
    )


def event_words(trial: Trial) -> str:
    """What happened to a trial's stack, in seconds from the start of the measurement; empty if nothing did."""
    return "; ".join(_event(event, trial.window.start) for event in trial.info.get("events", []))


def _event(event: Mapping[str, Any], zero: float) -> str:
    what = f"{event['what']}" if event["kind"] == "fault" else f"{event['what']} started again"
    began, ended = event["began_at"] - zero, event["ended_at"] - zero
    return f"{what} at {began:.1f} s" + (f" to {ended:.1f} s" if event["kind"] == "fault" else "")


def _row(trial: Trial) -> list[str]:
    drawn_up = ledger(trial)
    counts = [getattr(drawn_up, name) for name in COLUMNS]
    times = (drawn_up.longest_wait_s, drawn_up.recovery_s)
    words = ["–" if time is None else duration(time) for time in times]
    told = ["–" if count is None else str(count) for count in counts]
    return [trial.name, "yes" if drawn_up.valid else "NO", *told, *words]
