"""What every page of the lesson is filled with: one experiment, read and judged once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.cells import Group, groups
from analysis.checks import Verdict, verdict_on
from analysis.conditions import conditions_of
from analysis.errors import AnalysisError
from analysis.experiment import Experiment, Trial
from analysis.samples import read_experiment

#: The lesson's texts and sources.
SOURCES = Path(__file__).parents[2] / "docs" / "lesson"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """An experiment with its verdicts, and the group of cells that the lesson tells of: the first one."""

    experiment: Experiment
    verdicts: Mapping[str, Verdict]
    group: Group

    @property
    def trials(self) -> list[Trial]:
        """The believed trials of that group, the fewest workers first."""
        believed = [trial for trial in self.experiment.trials if not self.verdicts[trial.name].invalid]
        alike = [trial for trial in believed if conditions_of(trial.cell) == self.group.levels]
        return sorted(alike, key=lambda trial: (trial.cell.workers, trial.cell.mode, trial.repeat))


def read_measured(folder: Path) -> Measured:
    """The experiment in a folder; refused if no lesson can be made of it."""
    experiment = read_experiment(folder)
    if experiment.searched:
        raise AnalysisError(f"{folder} is a search for a capacity. A lesson needs cells at one rate, as demo.toml has.")
    verdicts = {trial.name: verdict_on(trial, experiment.ordinary_spins_s) for trial in experiment.trials}
    charted = groups(experiment, verdicts)
    if not charted:
        raise AnalysisError(f"No trial in {folder} can be believed, so there is nothing to teach with. Measure again.")
    return Measured(experiment=experiment, verdicts=verdicts, group=charted[0])
