"""What quiz, texts and gallery are filled with: one experiment, judged, and the group of cells they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.data.model import Experiment, Trial
from analysis.format import amount
from analysis.lesson.content.slide import Slide
from analysis.summary.groups import Group, measured_under
from analysis.validity.verdict import Verdict, verdict_on

#: The lesson's texts and sources.
SOURCES = Path(__file__).parents[3] / "docs" / "lesson"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An experiment with its verdicts and one of its groups of cells.

    `here` is what the preflight expects on this machine; `slides` are those to which the notes refer.
    """

    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    group: Group
    here: Sequence[str] = ()
    slides: Sequence[Slide] = ()

    @property
    def trials(self) -> list[Trial]:
        """The believed trials of that group, the fewest workers first."""
        return sorted(self.group.trials, key=lambda trial: (trial.cell.workers, trial.cell.mode, trial.repeat))

    @property
    def withheld_cells(self) -> set[tuple[str, int]]:
        """Mode and workers of the cells that were measured and of which no trial can be believed."""
        alike = measured_under(self.experiment, self.group.levels)
        cells = [{(trial.cell.mode, trial.cell.workers) for trial in each} for each in (alike, self.trials)]
        return cells[0] - cells[1]


def measured(experiment: Experiment, group: Group, here: Sequence[str] = (), slides: Sequence[Slide] = ()) -> Measured:
    """The experiment with the verdicts on its trials."""
    verdicts = {trial.name: verdict_on(trial) for trial in experiment.trials}
    return Measured(experiment=experiment, verdicts=verdicts, group=group, here=here, slides=slides)


def measured_on(experiment: Experiment, group: Group) -> str:
    """The day and the machine of an experiment, as far as they are known."""
    machine = experiment.info.get("machine") or {}
    day = str(experiment.info.get("created_at") or "")[:10]
    parts = [day, str(machine.get("cpu") or ""), amount(group.cores, "core") if group.cores else ""]
    return ", ".join(filter(None, parts)) or "on an unknown machine"
