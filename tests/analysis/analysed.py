"""A folder's groups and a group's charts, as most tests need them."""

from pathlib import Path

from matplotlib.figure import Figure

from analysis.cells import Group, groups
from analysis.charts import draw
from analysis.checks import verdict_on
from analysis.findings import findings
from analysis.samples import read_experiment


def grouped(folder: Path) -> list[Group]:
    """The groups of an experiment's folder."""
    experiment = read_experiment(folder)
    return groups(experiment, {trial.name: verdict_on(trial) for trial in experiment.trials})


def drawn_charts(group: Group) -> dict[str, Figure]:
    """Every chart of a group, by its name."""
    return {finding.chart: draw(group, finding.chart, finding.sentence) for finding in findings(group.cells)}
