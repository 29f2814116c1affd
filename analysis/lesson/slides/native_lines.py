"""What stands in the charts that are PowerPoint's own: their lines with their numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from pptx.enum.chart import XL_MARKER_STYLE

from analysis.charts.parts.guessed import NAME
from analysis.charts.parts.palette import GUESS, MODES, QUIET
from analysis.summary.groups import Group

MARKERS = {"s": XL_MARKER_STYLE.SQUARE, "o": XL_MARKER_STYLE.CIRCLE}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series: its values by number of workers, and how it looks; a value that is not finite has no point.

    `marks` say why it has none. What was not measured is a reference: its name stands at its first point, out of the
    way of the others.
    """

    name: str
    values: Mapping[int, float]
    colour: str
    marker: Any = None
    dashed: bool = False
    reference: bool = False
    marks: Mapping[int, str] = field(default_factory=dict)

    def at(self, counts: Sequence[int]) -> list[float | None]:
        """Its value at each number of workers."""
        values = [self.values.get(count, np.nan) for count in counts]
        return [float(value) if np.isfinite(value) else None for value in values]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What stands in a chart: its axis with the unit, whether times are on a log scale, and its series."""

    axis: str
    log: bool
    lines: Callable[[Group], list[Line]]


def counts_of(group: Group) -> list[int]:
    """The worker counts, the fewest first."""
    return sorted({int(count) for count in group.cells["workers"]})


def _throughput(group: Group) -> list[Line]:
    offered = dict.fromkeys(counts_of(group), group.offered_rate)
    guessed = group.guess.throughput if group.guess else {}
    return [
        *_modes(group.cells, "throughput"),
        Line(name="offered", values=offered, colour=QUIET, dashed=True, reference=True),
        *_guess(guessed),
    ]


def _response(group: Group) -> list[Line]:
    return _modes(group.cells, "response_p50_s")


def _ready(group: Group) -> list[Line]:
    return [*_modes(group.cells, "ready_p50_s"), *_guess(group.guess.ready_s if group.guess else {})]


def _clocks(group: Group) -> list[Line]:
    queue = group.cells[group.cells["mode"] == "queue"]
    named = {"response_p50_s": "response time", "ready_p50_s": "ready time"}
    lines = [(name, line) for column, name in named.items() for line in _modes(queue, column)]
    return [replace(line, name=name, dashed=name == "response time") for name, line in lines]


def _modes(cells: pd.DataFrame, metric: str) -> list[Line]:
    """One line a mode; where a mark stands in the place of a time there is no point."""
    mark = f"{metric.removesuffix('_s')}_mark"
    lines = []
    for mode, rows in cells.groupby("mode", sort=False):
        at = rows.set_index("workers")
        marks = at[mark] if mark in at else pd.Series("", index=at.index)
        values, look = at[metric].where(marks == ""), MODES[str(mode)]
        line = Line(name=str(mode), values=dict(values), colour=look.colour, marker=MARKERS[look.marker])
        lines.append(replace(line, marks=dict(marks)))
    return lines


def _guess(guessed: Mapping[int, float]) -> list[Line]:
    if not guessed:
        return []
    return [Line(name=NAME, values=guessed, colour=GUESS, marker=XL_MARKER_STYLE.X, dashed=True, reference=True)]


NATIVE: Mapping[str, Kind] = {
    "response_time": Kind(axis="response time, median [s], log scale", log=True, lines=_response),
    "both_clocks": Kind(axis="time since due, median [s], log scale", log=True, lines=_clocks),
    "throughput": Kind(axis="throughput [pictures/s]", log=False, lines=_throughput),
    "ready_time": Kind(axis="ready time, median [s], log scale", log=True, lines=_ready),
}
