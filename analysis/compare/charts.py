"""The charts of a comparison: every metric against workers with a line for each mode of each experiment, and ratios."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import Chart, draw_ratios, save
from analysis.charts.parts.annotations import Arrow, Doubt, EndLabel, draw_arrows, fill_look, label_ends, mark_doubts
from analysis.charts.parts.axes import scale_time_axis, worker_axes, worker_counts
from analysis.charts.parts.layout import STYLE, counted, subtitle
from analysis.charts.parts.palette import MODES, QUIET
from analysis.charts.throughput import HEADROOM
from analysis.compare.alignment import READY_P95, RESPONSE_P95, Together
from analysis.compare.findings import of_chart, title
from analysis.data.factors import named, suffix
from analysis.findings.contrasts import contrast_title
from analysis.format import number
from analysis.summary.contrasts import READY, RESPONSE, THROUGHPUT
from analysis.summary.groups import Group
from analysis.tables.contrasts import contrast_table
from analysis.tables.summary import as_table


def circumstances(groups: Sequence[Group], varied: Sequence[str], *notes: str) -> str:
    """The subtitle of a chart with a line for each mode of each experiment."""
    trials = [int(count) for group in groups for count in group.cells["trials"]]
    note = " · ".join(filter(None, [other_cores(groups), *notes]))
    counts = f"{counted(trials, 'trial')} per cell"
    return subtitle(conditions(groups, varied), without_other_cores(groups), counts, note)


def conditions(groups: Sequence[Group], varied: Sequence[str]) -> list[str]:
    """The load, and what was varied, of all experiments: more than one level where they were forced together."""
    return list(dict.fromkeys(words for group in groups for words in named(group.levels, varied)))


def without_other_cores(groups: Sequence[Group]) -> list[Group]:
    """The groups; without their cores where those differ, because a subtitle tells one number."""
    return list(groups) if not other_cores(groups) else [replace(group, cores=None) for group in groups]


def other_cores(groups: Sequence[Group]) -> str:
    """The cores of each machine, such as `2 and 8 cores`; empty if all have as many."""
    cores = list(dict.fromkeys(group.cores for group in groups))
    return f"{' and '.join('?' if each is None else str(each) for each in cores)} cores" if len(cores) > 1 else ""


# The longest label for which the margin right of the lines has room beside the mode; longer ones become letters.
LONGEST_LABEL = 11


@dataclass(frozen=True)
class Style:
    """Dash of the line and filled half of the marker of one experiment."""

    dash: Any
    fill: str


# In black and white all of them stay apart. More would not.
STYLES = (
    Style(dash="-", fill="full"),
    Style(dash=(0, (4, 3)), fill="none"),
    Style(dash=(0, (1, 1.5)), fill="left"),
    Style(dash=(0, (7, 2, 1, 2)), fill="top"),
)


def line_look(mode: str, style: Style) -> dict[str, Any]:
    """How a line is drawn: colour and shape are the mode's, dash and fill the experiment's."""
    look = MODES[mode]
    line = {"linestyle": style.dash, "linewidth": 3, "marker": look.marker, "markersize": 12, "markeredgewidth": 2.5}
    return line | fill_look(look, style.fill)


def lettered(together: Together) -> tuple[Together, str]:
    """The same with labels for which a chart has room, and what its subtitle adds so that they are understood."""
    if all(len(label) <= LONGEST_LABEL for label in together.labels):
        return together, ""
    letters = {label: chr(ord("A") + n) for n, label in enumerate(together.labels)}
    compared = tuple(replace(each, base=letters[each.base], level=letters[each.level]) for each in together.compared)
    meaning = " · ".join(f"{letter}: {label}" for label, letter in letters.items())
    return replace(together, labels=tuple(letters.values()), compared=compared), meaning


# Lines stand side by side at each worker count: so far apart, and together no wider than this.
STEP, WIDEST = 0.1, 0.5


@dataclass(frozen=True, kw_only=True)
class Line:
    """One mode of one experiment in one chart: its rows, where they stand on the axis, and its label."""

    mode: str
    label: str
    style: Style
    rows: pd.DataFrame
    place: np.ndarray

    @property
    def name(self) -> str:
        """What stands at its end."""
        return f"{self.mode} {self.label}"


def lines_of(together: Together) -> list[Line]:
    """Every mode of every experiment, side by side at each worker count."""
    counts = worker_counts(together.cells)
    modes = [(mode, n) for mode in MODES for n, group in enumerate(together.groups) if mode in set(group.cells["mode"])]
    step = min(STEP, WIDEST / len(modes))
    lines = []
    for at, (mode, n) in enumerate(modes):
        cells = together.groups[n].cells
        rows = cells[cells["mode"] == mode].sort_values("workers")
        place = np.array([counts.index(int(count)) for count in rows["workers"]]) + step * (at - (len(modes) - 1) / 2)
        lines.append(Line(mode=mode, label=together.labels[n], style=STYLES[n], rows=rows, place=place))
    return lines


def values(line: Line, metric: str) -> pd.Series:
    """The values that can be drawn; where something is said in the place of one there is none."""
    mark = f"{metric.removesuffix('_s')}_mark"
    measured = line.rows[metric].astype(float)
    return measured.where(line.rows[mark] == "") if mark in line.rows else measured


def ends(line: Line, metric: str) -> tuple[pd.Series, pd.Series]:
    """The ends of the interval, or for throughput the lowest and the highest trial, of the values that are drawn."""
    known = values(line, metric).notna()
    name, unit = metric.removesuffix("_s"), "_s" if metric.endswith("_s") else ""
    low, high = (line.rows[f"{name}_{end}{unit}"].astype(float).where(known) for end in ("low", "high"))
    return low, high


def end_labels(lines: Sequence[Line], metric: str) -> list[EndLabel]:
    """Each line's name at its last value; a line without one has only arrows."""
    found = []
    for line in lines:
        drawn = values(line, metric).to_numpy()
        if len(known := np.flatnonzero(np.isfinite(drawn))):
            x, y, colour = line.place[known[-1]], drawn[known[-1]], MODES[line.mode].colour
            found.append(EndLabel(x=float(x), y=float(y), text=line.name, colour=colour))
    return found


def doubts_of(lines: Sequence[Line], metric: str) -> list[Doubt]:
    """The points of doubtful cells."""
    return [
        Doubt(x=float(x), y=float(y), words=words, colour=MODES[line.mode].colour)
        for line in lines
        for x, y, words in zip(line.place, values(line, metric), line.rows["doubt"], strict=True)
        if words and y == y
    ]


def arrows_of(lines: Sequence[Line], metric: str) -> list[Arrow]:
    """An arrow for each missing value; its words name the mode, and the experiments if not all of them need it."""
    mark = f"{metric.removesuffix('_s')}_mark"
    marked = [(line, said) for line in lines for said in dict.fromkeys(line.rows[mark]) if said]
    return [
        Arrow(x=float(x), mode=line.mode, words=f"{_whose(line, lines, marked, said)} {said}", fill=line.style.fill)
        for line, said in marked
        for x, here in zip(line.place, line.rows[mark], strict=True)
        if here == said
    ]


def _whose(line: Line, lines: Sequence[Line], marked: Sequence[tuple[Line, str]], said: str) -> str:
    having = [each.label for each, words in marked if each.mode == line.mode and words == said]
    everybody = [each.label for each in lines if each.mode == line.mode]
    return line.mode if having == everybody else f"{line.mode} {', '.join(having)}"


AXES = {
    THROUGHPUT: "throughput [pictures/s]",
    RESPONSE: "response time, median",
    RESPONSE_P95: "response time, p95",
    READY: "ready time, median",
    READY_P95: "ready time, p95",
}
# Room between the last line and the edge of the axes.
EDGE = 0.15


def draw_all(together: Together, folder: Path, forced: str) -> list[Chart]:
    """Draws and saves every chart; `forced` says what makes the comparison unfair, and stands in all of them."""
    end = suffix(together.levels, together.varied)
    charts = [_line_chart(together, metric, folder, end, forced) for metric in AXES]
    return charts + [_ratio_chart(together, each, folder, end, forced) for each in charted(together)]


def charted(together: Together) -> list[int]:
    """Which of the further experiments have a ratio to show."""
    known = [any(contrast.ratios for contrast in of_chart(each).contrasts) for each in together.compared]
    return [n for n, shown in enumerate(known, start=1) if shown]


def draw_lines(together: Together, metric: str, forced: str = "") -> Figure:
    """One metric against workers: colour and shape tell the mode, dash and fill the experiment."""
    shown, meaning = lettered(together)
    under = circumstances(together.groups, together.varied, meaning, forced)
    with matplotlib.rc_context(STYLE):
        figure, ax = worker_axes(title(shown, metric), under, together.cells)
        lines = lines_of(shown)
        ax.set_xlim(right=max(float(line.place[-1]) for line in lines) + EDGE)
        for line in lines:
            ax.plot(line.place, values(line, metric), label=line.name, **line_look(line.mode, line.style))
            ax.vlines(line.place, *ends(line, metric), color=MODES[line.mode].colour, linewidth=1.5)
        (_rates if metric == THROUGHPUT else _times)(ax, together, lines, metric)
        ax.set_ylabel(AXES[metric])
    return figure


def draw_ratios_of(together: Together, which: int, forced: str = "") -> Figure:
    """The ratios of one of the further experiments to the first."""
    shown, meaning = lettered(together)
    sides = [together.groups[0], together.groups[which]]
    note = " · ".join(filter(None, [other_cores(sides), meaning, forced]))
    words = conditions(sides, together.varied)
    return draw_ratios(of_chart(shown.compared[which - 1]), without_other_cores(sides), words, note)


def _line_chart(together: Together, metric: str, folder: Path, end: str, forced: str) -> Chart:
    name = metric.removesuffix("_s")
    spread = [f"{name}_{end}{unit}" for unit in ("", "_s") for end in ("low", "high")]
    path = folder / f"{name}{end}"
    save(draw_lines(together, metric, forced), path)
    return Chart(
        name=name,
        prefix=together.prefix,
        finding=title(together, metric),
        path=path,
        table=as_table(together.cells, ["experiment", "mode", "workers", metric, *spread, "verdict"]),
    )


def _ratio_chart(together: Together, which: int, folder: Path, end: str, forced: str) -> Chart:
    path = folder / f"{'ratios' if len(together.compared) == 1 else f'ratios-{which}'}{end}"
    save(draw_ratios_of(together, which, forced), path)
    comparison = together.compared[which - 1]
    return Chart(
        name="ratios",
        prefix=together.prefix,
        finding=contrast_title(of_chart(comparison)),
        path=path,
        table=contrast_table(comparison),
    )


def _rates(ax: Axes, together: Together, lines: Sequence[Line], metric: str) -> None:
    """Pictures per second from zero, with what was offered dashed."""
    offered = sorted({group.offered_rate for group in together.groups})
    ax.set_ylim(0, HEADROOM * max(*offered, *(float(line.rows[metric].max()) for line in lines)))
    labels = end_labels(lines, metric)
    for rate in offered:
        ax.axhline(rate, linestyle=(0, (6, 4)), color=QUIET, linewidth=1.5, zorder=1)
        labels.append(EndLabel(x=ax.get_xlim()[1], y=rate, text=f"offered {number(rate)}/s", colour=QUIET))
    mark_doubts(ax, doubts_of(lines, metric))
    label_ends(ax, labels, at_edge=True)


def _times(ax: Axes, together: Together, lines: Sequence[Line], metric: str) -> None:
    """Times on a log axis; an arrow where a time grows without limit or is missing."""
    arrows, doubts = arrows_of(lines, metric), doubts_of(lines, metric)
    scale_time_axis(ax, room_for_arrows=bool(arrows), room_for_doubts=bool(doubts))
    mark_doubts(ax, doubts)
    taken_px = draw_arrows(ax, arrows, last_place=float(len(worker_counts(together.cells)) - 1))
    label_ends(ax, end_labels(lines, metric), at_edge=True, taken_px=taken_px)
