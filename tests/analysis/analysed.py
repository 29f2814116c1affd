"""A folder's groups and a group's charts, as most tests need them."""

from pathlib import Path

from matplotlib.figure import Figure

from analysis.cells import Group, groups
from analysis.charts import draw, draw_comparison
from analysis.checks import verdict_on
from analysis.contrasts import Comparison, comparisons
from analysis.findings import findings
from analysis.samples import read_experiment
from analysis.summary import summarise_trials


def grouped(folder: Path) -> list[Group]:
    """The groups of an experiment's folder."""
    experiment = read_experiment(folder)
    return groups(experiment, {trial.name: verdict_on(trial) for trial in experiment.trials})


def drawn_charts(group: Group) -> dict[str, Figure]:
    """Every chart of a group, by its name."""
    return {finding.chart: draw(group, finding.chart, finding.sentence) for finding in findings(group.cells)}


def compared(folder: Path) -> list[Comparison]:
    """What an experiment's folder says about the conditions that were varied."""
    experiment = read_experiment(folder)
    verdicts = {trial.name: verdict_on(trial) for trial in experiment.trials}
    return comparisons(summarise_trials(experiment.trials, verdicts))


def drawn_comparisons(folder: Path) -> dict[str, Figure]:
    """Every comparison's chart, by what is compared in it."""
    charted = grouped(folder)
    return {f"{each.factor} {each.level}": draw_comparison(each, charted) for each in compared(folder)}
