"""What quiz, texts and gallery are filled with: one experiment, judged, and the group of cells they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.cells import Group
from analysis.checks import Verdict, verdict_on
from analysis.conditions import conditions_of
from analysis.experiment import Experiment, Trial

#: The lesson's texts and sources.
SOURCES = Path(__file__).parents[2] / "docs" / "lesson"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An experiment with its verdicts, one of its groups of cells, and what the preflight expects on this machine."""

    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    group: Group
    here: Sequence[str] = ()

    @property
    def trials(self) -> list[Trial]:
        """The believed trials of that group, the fewest workers first."""
        believed = [trial for trial in self.experiment.trials if not self.verdicts[trial.name].invalid]
        alike = [trial for trial in believed if conditions_of(trial.cell) == self.group.levels]
        return sorted(alike, key=lambda trial: (trial.cell.workers, trial.cell.mode, trial.repeat))


def measured(experiment: Experiment, group: Group, here: Sequence[str] = ()) -> Measured:
    """The experiment with the verdicts on its trials."""
    verdicts = {trial.name: verdict_on(trial) for trial in experiment.trials}
    return Measured(experiment=experiment, verdicts=verdicts, group=group, here=here)


def measured_on(experiment: Experiment, group: Group) -> str:
    """The day and the machine of an experiment, as far as they are known."""
    machine = experiment.info.get("machine") or {}
    day = str(experiment.info.get("created_at") or "")[:10]
    parts = [day, str(machine.get("cpu") or ""), f"{group.cores} cores" if group.cores else ""]
    return ", ".join(filter(None, parts)) or "on an unknown machine"
