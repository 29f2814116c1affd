"""A folder's groups and a group's charts, as most tests need them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from analysis.analysis import Analysis, analyse
from analysis.charts import MOST_CURVES, draw, draw_comparison, draw_view, views
from analysis.charts.forest import forest
from analysis.charts.load_curve import against_load
from analysis.charts.parts.layout import View
from analysis.compare.alignment import togethers
from analysis.compare.charts import AXES, charted, draw_lines, draw_ratios_of
from analysis.compare.comparison import read_sides
from analysis.data.reader import read_experiment
from analysis.findings.cells import findings
from analysis.lesson.content.material import Measured
from analysis.summary.contrasts import Comparison
from analysis.summary.groups import Group


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


def analysed(folder: Path) -> Analysis:
    """What the experiment in a folder says."""
    return analyse(read_experiment(folder))


def measured(folder: Path) -> Measured:
    """The same of its first group, for a lesson."""
    made = analysed(folder)
    return Measured(made=made, group=made.groups[0])


def across(made: Analysis) -> list[tuple[View, pd.DataFrame]]:
    """Every chart that needs more than one group or more than its cells, with the cells that it is about."""
    of_modes = [(view, group.cells) for group in made.groups for view in forest(group, made.modes)]
    return of_modes + [(view, curve.cells) for curve, view in against_load(made.groups, MOST_CURVES)]


def grouped(folder: Path) -> Sequence[Group]:
    """The groups of an experiment's folder."""
    return analysed(folder).groups


def compared(folder: Path) -> Sequence[Comparison]:
    """What an experiment's folder says about the conditions that were varied."""
    return analysed(folder).compared


def drawn_across(folder: Path) -> Mapping[str, Figure]:
    """Every chart that needs more than one group or more than its cells: modes block by block, and the load."""
    return _drawn_views([view for view, _ in across(analysed(folder))])


def drawn_whole(folder: Path) -> dict[str, Figure]:
    """Every chart of an experiment's folder: of those of a group alone, the first group's."""
    made = analysed(folder)
    of_views = _drawn_views([view for view, _ in across(made)])
    return {**drawn_charts(made.groups[0]), **drawn_comparisons(made), **of_views}


def views_of(folder: Path) -> list[tuple[View, pd.DataFrame]]:
    """Every chart but those of cells alone, each with the cells that it is about."""
    made = analysed(folder)
    return [(view, group.cells) for group in made.groups for view in views(group)] + across(made)


def drawn_charts(group: Group) -> Mapping[str, Figure]:
    """Every chart of a group alone, by its name."""
    over_cells = {each.chart: partial(draw, group, each.chart, each.sentence) for each in findings(group.cells)}
    return Drawings(over_cells | {view.name: partial(draw_view, view) for view in views(group)})


def drawn_comparisons(made: Analysis) -> dict[str, Figure]:
    """Every comparison's chart, by what is compared in it."""
    return {f"{each.factor} {each.level}": draw_comparison(each, made.groups) for each in made.compared}


def drawn_together(*folders: Path) -> dict[str, Figure]:
    """Every chart of a comparison of folders, as if it had been forced."""
    (together,) = togethers(read_sides(folders))
    forced = "forced: different time windows"
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
