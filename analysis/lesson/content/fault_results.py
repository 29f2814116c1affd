"""What went in and what came out, as the table that a class sees after something was broken. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.data.model import Cell, Experiment, Trial
from analysis.format import Table, amount
from analysis.validity.ledger import Ledger, ledger
from analysis.validity.ledger import faults as faults_of

#: More faults than this do not fit on a slide at a size that the last row of a class reads.
MOST_ROWS = 7
#: What the teacher breaks in the lesson, by the notes.
LIVE_FAULT = "broker-killed"
#: Told only where there are some.
CUT_OFF = "no response: the connection broke"


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """What one fault did to uploads in all its trials of one profile."""

    fault: str
    profile: str
    accepted: int
    completed: int
    lost: int
    twice: int


def all_trials(trials: Sequence[Trial]) -> tuple[str, Table]:
    """The ledgers of trials in which nothing was broken, added up for each mode."""
    modes = sorted({trial.cell.mode for trial in trials}, reverse=True)
    by_mode = {mode: _added_up([trial for trial in trials if trial.cell.mode == mode]) for mode in modes}
    counts = {name: [by_mode[mode][name] for mode in modes] for name in by_mode[modes[0]]}
    accepted, lost, twice = (sum(counts[name]) for name in ("accepted", "lost", "stored twice"))
    headings = [f"{mode}, {amount(sum(trial.cell.mode == mode for trial in trials), 'trial')}" for mode in modes]
    rows = [[name, *map(str, each)] for name, each in counts.items() if any(each) or name != CUT_OFF]
    start = "" if lost or twice else "No faults: "
    sentence = f"{start}{accepted} accepted, {lost or 'none'} lost, {twice or 'none'} stored twice"
    return sentence, Table(headings=["uploads", *headings], rows=rows)


def _added_up(trials: Sequence[Trial]) -> dict[str, int]:
    """What became of the uploads: those sent are the next four, and those accepted are the four after that."""
    drawn_up = [ledger(trial) for trial in trials]
    cut_off = sum(_cut_off(trial) for trial in trials)
    return {
        "sent": sum(each.attempted for each in drawn_up),
        "refused: got an error response": sum(each.refused for each in drawn_up),
        "no response yet when the trial ended": sum(each.unknown for each in drawn_up) - cut_off,
        CUT_OFF: cut_off,
        "accepted": sum(each.accepted for each in drawn_up),
        "completed": sum(each.completed for each in drawn_up),
        "failed visibly": sum(each.failed_visibly for each in drawn_up),
        "still waiting when the trial ended": sum(each.pending for each in drawn_up),
        "lost": sum(each.lost for each in drawn_up),
        "stored twice": sum(each.duplicate_writes or 0 for each in drawn_up),
    }


def _cut_off(trial: Trial) -> int:
    """How many uploads got no answer since something happened to them on the way, not since the trial ended."""
    sent = trial.requests[trial.requests["sent_at"].notna()]
    return int((sent["status"].isna() & (sent["error"] != "")).sum())


def broken_trials(experiment: Experiment) -> list[Trial]:
    """Those trials of an experiment in which something was broken on purpose."""
    return [trial for trial in experiment.trials if _name(trial)]


def faults_title(broken: Sequence[Trial]) -> str:
    """What was broken: the fault, or how many."""
    names = {_name(trial) for trial in broken}
    return f"Break it: {names.pop() if len(names) == 1 else f'{len(names)} faults, one at a time'}"


def faults(broken: Sequence[Trial]) -> tuple[str, Table]:
    """One row for each fault and profile: first the one that is broken in the lesson, then those that lost most."""
    found = _reckoned(broken)
    order = sorted(
        found, key=lambda each: (each.fault != LIVE_FAULT, -each.lost, -each.twice, each.fault, each.profile)
    )
    several = len({each.profile for each in found}) > 1
    headings = ["fault", *(["profile"] if several else []), "accepted", "completed", "lost", "stored twice"]
    rows = [
        [
            each.fault,
            *([each.profile] if several else []),
            *map(str, (each.accepted, each.completed, each.lost, each.twice)),
        ]
        for each in order[:MOST_ROWS]
    ]
    return _faults_sentence(found), Table(headings=headings, rows=rows)


def _reckoned(broken: Sequence[Trial]) -> list[Reckoned]:
    """The sums over the trials of each fault and profile; Celery's defaults before what is safe."""
    alike: dict[tuple[str, str], list[Ledger]] = {}
    for trial in broken:
        alike.setdefault((trial.cell.profile, _name(trial)), []).append(ledger(trial))
    return [
        Reckoned(
            fault=fault,
            profile=profile,
            accepted=sum(each.accepted for each in drawn_up),
            completed=sum(each.completed for each in drawn_up),
            lost=sum(each.lost for each in drawn_up),
            twice=sum(each.duplicate_writes or 0 for each in drawn_up),
        )
        for (profile, fault), drawn_up in sorted(alike.items())
    ]


def _faults_sentence(found: Sequence[Reckoned]) -> str:
    """Of one fault how many uploads were lost, of several how many of them lost some, with each profile."""
    by_profile: dict[str, list[Reckoned]] = {}
    for each in found:
        by_profile.setdefault(each.profile, []).append(each)
    names = {each.fault for each in found}
    if len(names) == 1:
        parts = [f"profile {profile}: {_lost(rows[0])}" for profile, rows in by_profile.items()]
        return f"{names.pop()}, {'; '.join(parts)}"
    parts = [f"profile {profile}: {_losing(rows)}" for profile, rows in by_profile.items()]
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _lost(row: Reckoned) -> str:
    twice = f", {row.twice} stored twice" if row.twice else ""
    return f"{row.lost or 'none'} of {amount(row.accepted, 'accepted upload')} lost{twice}"


def _losing(rows: Sequence[Reckoned]) -> str:
    losing = sum(row.lost > 0 for row in rows)
    return f"{losing or 'none'} of {amount(len(rows), 'fault')} lost accepted uploads"


def _name(trial: Trial) -> str:
    """The fault of a trial, or how many faults it had one after the other; empty if nothing was broken."""
    if trial.cell.fault != Cell.fault:
        return trial.cell.fault
    names = dict.fromkeys(fault["what"] for fault in faults_of(trial))
    return next(iter(names)) if len(names) == 1 else f"{len(names)} faults in turn" if names else ""
