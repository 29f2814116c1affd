"""The lines of a comparison's charts: what stands where, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.charts.parts.annotations import Arrow, EndLabel
from analysis.charts.parts.doubts import Doubt
from analysis.charts.parts.palette import MODES
from analysis.charts.parts.worker_axis import worker_counts
from analysis.compare.alignment import Together
from analysis.compare.look import STYLES, Style

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
