"""What went in and what came out, as the table that a class sees after something was broken. Pure."""

from collections.abc import Sequence

from analysis.experiment import Cell, Experiment, Trial
from analysis.ledger import ledger
from analysis.tables import Table
from analysis.words import listing

#: More faults than this do not fit on a slide at a size that the last row of a class reads.
MOST_ROWS = 7
#: Told only where there are some.
CUT_OFF = "no answer: the connection broke"
FAULT_HEADINGS = ["fault", "accepted", "completed", "lost", "stored twice"]


def all_trials(trials: Sequence[Trial]) -> tuple[str, Table]:
    """The ledgers of trials in which nothing was broken, added up for each mode."""
    modes = sorted({trial.cell.mode for trial in trials}, reverse=True)
    by_mode = {mode: _added_up([trial for trial in trials if trial.cell.mode == mode]) for mode in modes}
    counts = {name: [by_mode[mode][name] for mode in modes] for name in by_mode[modes[0]]}
    accepted = sum(counts["accepted"])
    lost, twice = (sum(counts[name]) or "none" for name in ("lost", "stored twice"))
    headings = [f"{mode}, {_trials(sum(trial.cell.mode == mode for trial in trials))}" for mode in modes]
    told = [[name, *map(str, each)] for name, each in counts.items() if any(each) or name != CUT_OFF]
    sentence = f"Nothing broken: {accepted} accepted, {lost} lost, {twice} stored twice"
    return sentence, Table(headings=["uploads", *headings], rows=told)


def _added_up(trials: Sequence[Trial]) -> dict[str, int]:
    """What became of the uploads: those sent are the next four, and those accepted are the four after that."""
    drawn_up = [ledger(trial) for trial in trials]
    cut_off = sum(_cut_off(trial) for trial in trials)
    return {
        "sent": sum(each.attempted for each in drawn_up),
        "refused: answered with an error": sum(each.refused for each in drawn_up),
        "no answer yet when the trial ended": sum(each.unknown for each in drawn_up) - cut_off,
        CUT_OFF: cut_off,
        "accepted": sum(each.accepted for each in drawn_up),
        "completed": sum(each.completed for each in drawn_up),
        "failed, and said so": sum(each.failed_visibly for each in drawn_up),
        "still waiting when the trial ended": sum(each.pending for each in drawn_up),
        "lost": sum(each.lost for each in drawn_up),
        "stored twice": sum(each.double_effects or 0 for each in drawn_up),
    }


def _cut_off(trial: Trial) -> int:
    """How many uploads got no answer since something happened to them on the way, not since the trial ended."""
    sent = trial.requests[trial.requests["sent_at"].notna()]
    return int((sent["status"].isna() & (sent["error"] != "")).sum())


def _trials(count: int) -> str:
    return f"{count} trial{'' if count == 1 else 's'}"


def broken_trials(experiment: Experiment) -> list[Trial]:
    """Those trials of an experiment in which something was broken on purpose."""
    return [trial for trial in experiment.trials if trial.cell.fault != Cell.fault]


def faults_title(broken: Sequence[Trial]) -> str:
    """What was broken: the fault, or how many."""
    names = sorted({trial.cell.fault for trial in broken})
    return f"Break it: {names[0] if len(names) == 1 else f'{len(names)} faults, one at a time'}"


def faults(name: str, broken: Sequence[Trial]) -> tuple[str, Table]:
    """One row for each fault of the experiment of that name, those that lost most first."""
    drawn_up = [(trial.cell.fault, ledger(trial)) for trial in broken]
    drawn_up.sort(key=lambda each: (-each[1].lost, -(each[1].double_effects or 0), each[0]))
    rows = [
        [fault, str(each.accepted), str(each.completed), str(each.lost), str(each.double_effects or 0)]
        for fault, each in drawn_up[:MOST_ROWS]
    ]
    losing = sum(each.lost > 0 for _, each in drawn_up)
    profiles = listing(sorted({trial.cell.profile for trial in broken}))
    sentence = f"{name} (profile {profiles}): {losing} of {len(drawn_up)} faults lost accepted uploads"
    return sentence, Table(headings=FAULT_HEADINGS, rows=rows)
