"""Draws and saves the charts of an experiment; every number in them was computed elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from analysis.cells import Group
from analysis.charts.backlog import draw_backlog
from analysis.charts.clocks import draw_both_clocks, draw_ready_time, draw_response_time
from analysis.charts.cost import draw_cpu_cost
from analysis.charts.frame import DPI, STYLE
from analysis.charts.throughput import draw_throughput
from analysis.findings import findings

Draw = Callable[[Group, str], Figure]
DRAWINGS: Mapping[str, Draw] = {
    "response_time": draw_response_time,
    "throughput": draw_throughput,
    "ready_time": draw_ready_time,
    "both_clocks": draw_both_clocks,
    "backlog": draw_backlog,
    "cpu_cost": draw_cpu_cost,
}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One saved chart: `path` without suffix names its .png and .svg; `finding` is its title."""

    name: str
    finding: str
    path: Path
    group: Group


def draw_charts(groups: list[Group], folder: Path) -> list[Chart]:
    """Draws one set of charts per group into the folder, in place of those that were there."""
    folder.mkdir(exist_ok=True)
    for old in [*folder.glob("*.png"), *folder.glob("*.svg")]:
        old.unlink()
    return [
        _saved(group, finding.chart, finding.sentence, folder) for group in groups for finding in findings(group.cells)
    ]


def draw(group: Group, chart: str, title: str) -> Figure:
    """One chart of one group as a figure."""
    with matplotlib.rc_context(STYLE):
        return DRAWINGS[chart](group, title)


def _saved(group: Group, chart: str, title: str, folder: Path) -> Chart:
    path = folder / f"{chart}{group.suffix}"
    with matplotlib.rc_context(STYLE):
        figure = draw(group, chart, title)
        figure.savefig(path.with_name(f"{path.name}.png"), dpi=2 * DPI)
        # No date, so that the same numbers give the same file.
        figure.savefig(path.with_name(f"{path.name}.svg"), metadata={"Date": None, "Creator": None})
    return Chart(name=chart, finding=title, path=path, group=group)
