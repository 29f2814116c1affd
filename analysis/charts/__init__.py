"""Draws and saves the charts of an experiment; every number in them was computed elsewhere."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from analysis.analysis import Analysis
from analysis.charts.backlog import draw_backlog
from analysis.charts.contrasts import draw_contrast
from analysis.charts.cumulative_flow import arrivals
from analysis.charts.forest import forest
from analysis.charts.latency import draw_both_clocks, draw_ready_time, draw_response_time
from analysis.charts.load_curve import against_load
from analysis.charts.parts.layout import DPI, STYLE, View, counted, subtitle
from analysis.charts.parts.svg_data import answering, points, tag_modes
from analysis.charts.percentile_spectrum import percentile_spectrum
from analysis.charts.stacked_bars import draw_cpu_cost, where_time_goes
from analysis.charts.throughput import draw_throughput
from analysis.charts.worker_timeline import swim_lanes
from analysis.data.factors import named, prefix, suffix
from analysis.findings.cells import Finding
from analysis.findings.contrasts import contrast_title
from analysis.format import Table
from analysis.summary.contrasts import Comparison
from analysis.summary.groups import Group
from analysis.tables.contrasts import contrast_table
from analysis.tables.summary import chart_table

Draw = Callable[[Group, str], Figure]
DRAWINGS: Mapping[str, Draw] = {
    "response_time": draw_response_time,
    "throughput": draw_throughput,
    "ready_time": draw_ready_time,
    "both_clocks": draw_both_clocks,
    "backlog": draw_backlog,
    "cpu_cost": draw_cpu_cost,
}
# Worker counts that have a chart against the load.
MOST_CURVES = 4


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One saved chart: `path` without suffix names its .png and .svg; `finding` is its title.

    `prefix` tells its conditions where the title stands alone; `table` holds its numbers.
    """

    name: str
    prefix: str
    finding: str
    path: Path
    table: Table


def draw_charts(made: Analysis, folder: Path) -> list[Chart]:
    """Draws one set of charts per group and one chart per comparison, in place of those that were there."""
    empty(folder)
    groups = made.groups
    charts = [_of_group(each.group, each, folder) for each in made.findings if each.group and each.chart]
    views_of = [(group, view) for group in groups for view in forest(group, made.modes)]
    views_of += [(group, view) for group in _ends(groups) for view in views(group)]
    charts += [_of_view(view, folder, group.prefix, group.suffix) for group, view in views_of]
    charts += [_of_view(view, folder, curve.prefix, curve.suffix) for curve, view in against_load(groups, MOST_CURVES)]
    return charts + [_of_comparison(each, groups, folder, made.compared) for each in made.compared]


def views(group: Group) -> list[View]:
    """Every chart that the trials of a group allow, in the order in which the report shows them."""
    return [*arrivals(group), *where_time_goes(group), *swim_lanes(group), *percentile_spectrum(group)]


def empty(folder: Path) -> None:
    """Make the folder of charts, or remove those that an earlier analysis has left in it."""
    folder.mkdir(exist_ok=True)
    for old in [*folder.glob("*.png"), *folder.glob("*.svg")]:
        old.unlink()


def draw(group: Group, chart: str, title: str) -> Figure:
    """One chart of one group as a figure."""
    with matplotlib.rc_context(STYLE):
        return DRAWINGS[chart](group, title)


def draw_view(view: View) -> Figure:
    """One chart that looks into trials as a figure."""
    with matplotlib.rc_context(STYLE):
        return view.draw(view.sentence)


def draw_comparison(comparison: Comparison, groups: Sequence[Group]) -> Figure:
    """One comparison as a figure; how and on what it was measured is stated by the groups of its two sides."""
    sides = [{**comparison.held, comparison.factor: level} for level in (comparison.base, comparison.level)]
    compared = [group for group in groups if group.levels in sides]
    return draw_ratios(comparison, compared, named(comparison.held, comparison.varied))


def draw_ratios(comparison: Comparison, compared: Sequence[Group], conditions: Sequence[str], note: str = "") -> Figure:
    """The ratios of one comparison as a figure, under these conditions and with a note at the end of the subtitle."""
    estimates = [contrast.estimate for contrast in comparison.contrasts if contrast.ratios]
    counts = counted([each.pairs for each in estimates], "pair")
    lines = dict.fromkeys("95 % intervals" if each.has_interval else "lowest to highest" for each in estimates)
    spread = f"lines: {' or '.join(lines)}" if any(each.pairs > 1 for each in estimates) else "no spread"
    with matplotlib.rc_context(STYLE):
        under = subtitle(conditions, compared, counts, " · ".join(filter(None, [spread, note])))
        return draw_contrast(comparison, contrast_title(comparison), under)


def _of_group(group: Group, finding: Finding, folder: Path) -> Chart:
    path = folder / f"{finding.chart}{group.suffix}"
    save(draw(group, finding.chart, finding.sentence), path)
    return Chart(
        name=finding.chart,
        prefix=group.prefix,
        finding=finding.sentence,
        path=path,
        table=chart_table(group.cells, finding.chart),
    )


def _ends(groups: Sequence[Group]) -> Sequence[Group]:
    """The first and the last: they differ most, and to look into the trials of all would be too many charts."""
    return groups[:: max(1, len(groups) - 1)]


def _of_view(view: View, folder: Path, prefix: str, suffix: str) -> Chart:
    path = folder / f"{view.name}{suffix}"
    save(draw_view(view), path)
    return Chart(name=view.name, prefix=prefix, finding=view.sentence, path=path, table=view.table)


def _of_comparison(
    comparison: Comparison, groups: Sequence[Group], folder: Path, compared: Sequence[Comparison]
) -> Chart:
    name = f"compared_{comparison.factor}"
    several = sum(each.factor == comparison.factor for each in compared) > 1
    levels = {**comparison.held, comparison.factor: comparison.level}
    path = folder / f"{name}{suffix(levels, (*comparison.varied, comparison.factor)) if several else ''}"
    save(draw_comparison(comparison, groups), path)
    return Chart(
        name=name,
        prefix=prefix(comparison.held, comparison.varied),
        finding=contrast_title(comparison),
        path=path,
        table=contrast_table(comparison),
    )


def as_svg(figure: Figure) -> bytes:
    """A figure as the content of an .svg; no date, so that the same numbers give the same file."""
    content = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def as_png(figure: Figure, dpi: float) -> bytes:
    """A figure as the content of a .png."""
    content = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(content, dpi=dpi)
    return content.getvalue()


def save(figure: Figure, path: Path) -> None:
    """Saves a figure as .png and as .svg, of which a page can ask modes and values."""
    named = points(figure)
    tag_modes(figure)
    drawing = path.with_name(f"{path.name}.svg")
    path.with_name(f"{path.name}.png").write_bytes(as_png(figure, 2 * DPI))
    drawing.write_text(answering(as_svg(figure).decode(), named), encoding="utf-8")
