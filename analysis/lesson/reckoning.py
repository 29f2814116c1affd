"""What went in and what came out, as the table that a class sees after something was broken. Pure."""

from collections.abc import Sequence

from analysis.experiment import Cell, Experiment, Trial
from analysis.ledger import ledger
from analysis.tables import Table
from analysis.words import listing

#: More faults than this do not fit on a slide at a size that the last row of a class reads.
MOST_ROWS = 7
FAULT_HEADINGS = ["fault", "accepted", "completed", "lost", "stored twice"]


def all_trials(experiment: Experiment) -> tuple[str, Table]:
    """The ledgers of all trials of an experiment, added up."""
    drawn_up = [ledger(trial) for trial in experiment.trials]
    counts = {
        "sent": sum(each.attempted for each in drawn_up),
        "refused, or without an answer": sum(each.refused + each.unknown for each in drawn_up),
        "accepted": sum(each.accepted for each in drawn_up),
        "completed": sum(each.completed for each in drawn_up),
        "failed, and said so": sum(each.failed_visibly for each in drawn_up),
        "still waiting when the trial ended": sum(each.pending for each in drawn_up),
        "lost": sum(each.lost for each in drawn_up),
        "stored twice": sum(each.double_effects or 0 for each in drawn_up),
    }
    kept = counts["lost"] + counts["stored twice"] == 0
    said = "nothing was lost, nothing was stored twice" if kept else f"{counts['lost']} were lost"
    sentence = f"Of {counts['accepted']} accepted uploads {said}"
    return sentence, Table(headings=["uploads", "number"], rows=[[name, str(n)] for name, n in counts.items()])


def faults(broken: Sequence[Trial]) -> tuple[str, Table]:
    """One row for each fault, those that lost most first."""
    drawn_up = [(trial.cell.fault, ledger(trial)) for trial in broken if trial.cell.fault != Cell.fault]
    drawn_up.sort(key=lambda each: (-each[1].lost, -(each[1].double_effects or 0), each[0]))
    rows = [
        [fault, str(each.accepted), str(each.completed), str(each.lost), str(each.double_effects or 0)]
        for fault, each in drawn_up[:MOST_ROWS]
    ]
    losing = sum(each.lost > 0 for _, each in drawn_up)
    profiles = listing(sorted({trial.cell.profile for trial in broken}))
    sentence = f"Profile {profiles}: {losing} of {len(drawn_up)} faults lost accepted uploads"
    return sentence, Table(headings=FAULT_HEADINGS, rows=rows)
