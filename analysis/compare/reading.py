"""Reads the experiments that are to be compared, and finds a name for each."""

from collections.abc import Sequence
from pathlib import Path

from analysis.compare.side import Side
from analysis.data.reader import read_experiment
from analysis.errors import AnalysisError
from analysis.format import readable
from analysis.summary.cells import summarise_trials
from analysis.summary.contrasts import with_cost
from analysis.summary.groups import groups
from analysis.validity.verdict import verdict_on


def read_sides(folders: Sequence[Path]) -> list[Side]:
    """Every folder's experiment, judged; in the order in which they were named."""
    found = [folder.resolve() for folder in folders]
    if len(set(found)) < len(found):
        raise AnalysisError("The same folder is named twice, and an experiment differs from itself in nothing.")
    return [_side(folder, label) for folder, label in zip(found, labels(found), strict=True)]


def labels(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that tell the folders apart, such as `demo` or `laptop/demo`."""
    longest = max(len(folder.parts) for folder in folders)
    for length in range(1, longest + 1):
        ends = [readable("/".join(folder.parts[-length:])) for folder in folders]
        if len(set(ends)) == len(folders):
            return ends
    return [readable(str(folder)) for folder in folders]


def _side(folder: Path, label: str) -> Side:
    experiment = read_experiment(folder)
    verdicts = {trial.name: verdict_on(trial) for trial in experiment.trials}
    believed = [trial for trial in experiment.trials if not verdicts[trial.name].invalid]
    return Side(
        label=label,
        experiment=experiment,
        verdicts=verdicts,
        groups=groups(experiment, verdicts),
        per_trial=with_cost(summarise_trials(believed, verdicts)) if believed else summarise_trials([], verdicts),
    )
