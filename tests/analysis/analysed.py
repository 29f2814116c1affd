"""A folder's groups and a group's charts, as most tests need them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from analysis.charts import MOST_CURVES, draw, draw_comparison, draw_view
from analysis.charts.forest import forest
from analysis.charts.load_curve import against_load
from analysis.charts.parts.layout import View
from analysis.charts.render import views
from analysis.compare.alignment import togethers
from analysis.compare.charts import AXES, charted, draw_lines, draw_ratios_of
from analysis.compare.cli import read_sides
from analysis.data.reader import read_experiment
from analysis.findings.cells import findings
from analysis.summary.cells import summarise_trials
from analysis.summary.contrasts import Comparison, comparisons, mode_ratios
from analysis.summary.groups import Group, groups
from analysis.validity.verdict import verdict_on


class Drawings(Mapping[str, Figure]):
    """Charts by their names, each drawn when it is first asked for: most tests ask for one."""

    def __init__(self, draw: Mapping[str, Callable[[], Figure]]) -> None:
        self._draw, self._drawn = draw, dict[str, Figure]()

    def __getitem__(self, name: str) -> Figure:
        if name not in self._drawn:
            self._drawn[name] = self._draw[name]()
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._draw)

    def __len__(self) -> int:
        return len(self._draw)


class Judged:
    """An experiment's folder, read and judged once, because that takes longer than drawing a chart."""

    def __init__(self, folder: Path) -> None:
        self._experiment = read_experiment(folder)
        self._verdicts = {trial.name: verdict_on(trial) for trial in self._experiment.trials}

    @cached_property
    def groups(self) -> list[Group]:
        return groups(self._experiment, self._verdicts)

    @cached_property
    def compared(self) -> list[Comparison]:
        return comparisons(self.per_trial)

    @cached_property
    def across(self) -> list[tuple[View, pd.DataFrame]]:
        """Every chart that needs more than one group or more than its cells, with the cells that it is about."""
        controls = {trial.name: verdict_on(trial) for trial in self._experiment.controls}
        found = mode_ratios(self.per_trial, summarise_trials(self._experiment.controls, controls))
        of_modes = [(view, group.cells) for group in self.groups for view in forest(group, found)]
        return of_modes + [(view, curve.cells) for curve, view in against_load(self.groups, MOST_CURVES)]

    @cached_property
    def per_trial(self) -> pd.DataFrame:
        """Each trial by itself, as if it were a cell."""
        return summarise_trials(self._experiment.trials, self._verdicts)


def grouped(folder: Path) -> list[Group]:
    """The groups of an experiment's folder."""
    return Judged(folder).groups


def compared(folder: Path) -> list[Comparison]:
    """What an experiment's folder says about the conditions that were varied."""
    return Judged(folder).compared


def grouped_and_compared(folder: Path) -> tuple[list[Group], list[Comparison]]:
    """Both."""
    judged = Judged(folder)
    return judged.groups, judged.compared


def drawn_across(folder: Path) -> Mapping[str, Figure]:
    """Every chart that needs more than one group or more than its cells: modes block by block, and the load."""
    return _drawn_views([view for view, _ in Judged(folder).across])


def drawn_whole(folder: Path) -> dict[str, Figure]:
    """Every chart of an experiment's folder: of those of a group alone, the first group's."""
    judged = Judged(folder)
    across = _drawn_views([view for view, _ in judged.across])
    return {**drawn_charts(judged.groups[0]), **drawn_comparisons(judged.groups, judged.compared), **across}


def views_of(folder: Path) -> list[tuple[View, pd.DataFrame]]:
    """Every chart but those of cells alone, each with the cells that it is about."""
    judged = Judged(folder)
    return [(view, group.cells) for group in judged.groups for view in views(group)] + judged.across


def drawn_charts(group: Group) -> Mapping[str, Figure]:
    """Every chart of a group alone, by its name."""
    over_cells = {each.chart: partial(draw, group, each.chart, each.sentence) for each in findings(group.cells)}
    return Drawings(over_cells | {view.name: partial(draw_view, view) for view in views(group)})


def drawn_comparisons(charted: Sequence[Group], compared: Sequence[Comparison]) -> dict[str, Figure]:
    """Every comparison's chart, by what is compared in it."""
    return {f"{each.factor} {each.level}": draw_comparison(each, charted) for each in compared}


def drawn_together(*folders: Path) -> dict[str, Figure]:
    """Every chart of a comparison of folders, as if it had been forced."""
    (together,) = togethers(read_sides(folders))
    forced = "forced: other time windows"
    lines = {metric: draw_lines(together, metric, forced) for metric in AXES}
    return lines | {f"ratios {which}": draw_ratios_of(together, which, forced) for which in charted(together)}


def _drawn_views(found: Sequence[View]) -> Mapping[str, Figure]:
    return Drawings({view.name: partial(draw_view, view) for view in found})


def render_nothing(patch: pytest.MonkeyPatch) -> None:
    """Charts are drawn, but each of their files holds an empty picture: rendering takes most of the time, and what is
    written beside them does not depend on it."""
    dot = BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")

    def save(_: Figure, target: Any, *, format: str = "png", **__: Any) -> None:
        content = b'<svg xmlns="http://www.w3.org/2000/svg" />' if format == "svg" else dot.getvalue()
        target.write_bytes(content) if isinstance(target, Path) else target.write(content)

    patch.setattr(Figure, "savefig", save)
