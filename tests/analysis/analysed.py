"""A folder's groups and a group's charts, as most tests need them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis.cells import Group, groups
from analysis.charts import MOST_CURVES, draw, draw_comparison, draw_view
from analysis.charts.forest import forest
from analysis.charts.inside import views
from analysis.charts.load_curve import against_load
from analysis.charts.view import View
from analysis.checks import Verdict, verdict_on
from analysis.compare.charts import AXES, charted, draw_lines, draw_ratios_of
from analysis.compare.reading import read_sides
from analysis.compare.together import togethers
from analysis.contrasts import Comparison, comparisons
from analysis.experiment import Experiment
from analysis.findings import findings
from analysis.mode_ratios import mode_ratios
from analysis.samples import read_experiment
from analysis.summary import summarise_trials


def grouped(folder: Path) -> list[Group]:
    """The groups of an experiment's folder."""
    return groups(*_judged(folder))


def compared(folder: Path) -> list[Comparison]:
    """What an experiment's folder says about the conditions that were varied."""
    return _comparisons(*_judged(folder))


def grouped_and_compared(folder: Path) -> tuple[list[Group], list[Comparison]]:
    """Both; the folder is read and judged once, because that takes longer than drawing."""
    experiment, verdicts = _judged(folder)
    return groups(experiment, verdicts), _comparisons(experiment, verdicts)


def drawn_across(folder: Path) -> dict[str, Figure]:
    """Every chart that needs more than one group or more than its cells: modes block by block, and the load."""
    return _drawn_across(*_judged(folder))


def drawn_whole(folder: Path) -> dict[str, Figure]:
    """Every chart of an experiment's folder: of those of a group alone, the first group's."""
    experiment, verdicts = _judged(folder)
    charted = groups(experiment, verdicts)
    together = drawn_comparisons(charted, _comparisons(experiment, verdicts))
    return drawn_charts(charted[0]) | together | _drawn_across(experiment, verdicts)


def views_of(folder: Path) -> list[tuple[View, pd.DataFrame]]:
    """Every chart but those of cells alone, each with the cells that it is about."""
    experiment, verdicts = _judged(folder)
    inside = [(view, group.cells) for group in groups(experiment, verdicts) for view in views(group)]
    return inside + _views_across(experiment, verdicts)


def _views_across(experiment: Experiment, verdicts: dict[str, Verdict]) -> list[tuple[View, pd.DataFrame]]:
    charted = groups(experiment, verdicts)
    controls = {trial.name: verdict_on(trial) for trial in experiment.controls}
    found = mode_ratios(summarise_trials(experiment.trials, verdicts), summarise_trials(experiment.controls, controls))
    across = [(view, group.cells) for group in charted for view in forest(group, found)]
    return across + [(view, curve.cells) for curve, view in against_load(charted, MOST_CURVES)]


def drawn_charts(group: Group) -> dict[str, Figure]:
    """Every chart of a group alone, by its name."""
    over_cells = {finding.chart: draw(group, finding.chart, finding.sentence) for finding in findings(group.cells)}
    return over_cells | {view.name: draw_view(view) for view in views(group)}


def drawn_comparisons(charted: Sequence[Group], compared: Sequence[Comparison]) -> dict[str, Figure]:
    """Every comparison's chart, by what is compared in it."""
    return {f"{each.factor} {each.level}": draw_comparison(each, charted) for each in compared}


def drawn_together(*folders: Path) -> dict[str, Figure]:
    """Every chart of a comparison of folders, as if it had been forced."""
    (together,) = togethers(read_sides(folders))
    forced = "forced: other time windows"
    lines = {metric: draw_lines(together, metric, forced) for metric in AXES}
    return lines | {f"ratios {which}": draw_ratios_of(together, which, forced) for which in charted(together)}


def _drawn_across(experiment: Experiment, verdicts: dict[str, Verdict]) -> dict[str, Figure]:
    return {view.name: draw_view(view) for view, _ in _views_across(experiment, verdicts)}


def _judged(folder: Path) -> tuple[Experiment, dict[str, Verdict]]:
    experiment = read_experiment(folder)
    return experiment, {trial.name: verdict_on(trial) for trial in experiment.trials}


def _comparisons(experiment: Experiment, verdicts: dict[str, Verdict]) -> list[Comparison]:
    return comparisons(summarise_trials(experiment.trials, verdicts))
