"""Charts as PowerPoint draws them, with their lines, their numbers and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_AXIS_CROSSES, XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from analysis.charts.parts.palette import GUESS, MODES, QUIET, ink
from analysis.charts.parts.predictions import NAME
from analysis.format import GROWS, listing, workers
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
    """One line per mode; where a mark stands in the place of a time there is no point."""
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


FONT_PT = 24


def add_chart(page: Any, name: str, group: Group, place: tuple[Any, Any, Any, Any]) -> Any:
    """The chart of that name on a slide, at (left, top, width, height); gives its shape."""
    kind = NATIVE[name]
    lines, counts = kind.lines(group), counts_of(group)
    data = CategoryChartData(number_format="0.000" if kind.log else "0.0")
    data.categories = [str(count) for count in counts]
    for line in lines:
        data.add_series(line.name, line.at(counts))
    shape = page.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *place, data)
    _dress(shape.chart, kind, lines)
    if len(counts) > 1:
        _label(shape.chart, lines)
    else:
        _add_legend(shape.chart)
    return shape


def _dress(chart: Any, kind: Kind, lines: Sequence[Line]) -> None:
    chart.font.size = Pt(FONT_PT)
    chart.has_title = False
    chart.has_legend = False
    _name(chart.category_axis, "workers")
    _name(chart.value_axis, kind.axis)
    if kind.log:
        # python-pptx knows no log scale; the element belongs first.
        base = OxmlElement("c:logBase")
        base.set("val", "10")
        chart.value_axis._element.scaling.insert(0, base)
        chart.value_axis.crosses = XL_AXIS_CROSSES.MINIMUM
    else:
        chart.value_axis.minimum_scale = 0
    for n, (series, line) in enumerate(zip(chart.plots[0].series, lines, strict=True)):
        # The first one is broader and its marks are hollow, so that it shows where the second one covers it.
        _colour(series, line, breadth=2 if n == 0 else 1)


def _label(chart: Any, lines: Sequence[Line]) -> None:
    """Each line's name at one of its ends: above the highest of those that stand there, below the others."""
    series = list(chart.plots[0].series)
    ends = [_end(each.values, line, order) for order, (each, line) in enumerate(zip(series, lines, strict=True))]
    for each, line, end in zip(series, lines, ends, strict=True):
        if end is None:
            continue
        highest = end == max(other for other in ends if other and other[0] == end[0])
        label = each.points[end[0]].data_label
        # Short, or it is broken into lines that reach the axis.
        label.text_frame.text = line.name.removesuffix(" time")
        # With hollow marks some programs break even one word.
        label.text_frame.word_wrap = False
        label.position = XL_LABEL_POSITION.ABOVE if highest else XL_LABEL_POSITION.BELOW
        font = label.text_frame.paragraphs[0].font
        font.size, font.color.rgb = Pt(FONT_PT), rgb(ink(line.colour))


def _add_legend(chart: Any) -> None:
    """The names below: with one worker count every line ends at the same place, and names there cover each other."""
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(FONT_PT)
    for series in chart.plots[0].series:
        # One point makes no line: without a mark nothing of it is seen.
        if series.marker.style == XL_MARKER_STYLE.NONE:
            series.marker.style, series.marker.size = XL_MARKER_STYLE.DASH, 20


def _end(values: Sequence[float | None], line: Line, order: int) -> tuple[int, float, int] | None:
    """The place of a line's name and its value there; of equals the first is the highest."""
    known = [n for n, value in enumerate(values) if value is not None]
    if not known:
        return None
    place = known[0 if line.reference else -1]
    return place, float(values[place] or 0.0), -order


def rgb(colour: str) -> Any:
    """A colour such as `#0072B2` as python-pptx takes it."""
    return RGBColor.from_string(colour.removeprefix("#"))


def _name(axis: Any, words: str) -> None:
    axis.axis_title.text_frame.text = words
    axis.axis_title.text_frame.paragraphs[0].font.size = Pt(FONT_PT)
    axis.axis_title.text_frame.paragraphs[0].font.bold = False
    axis.tick_labels.font.size = Pt(FONT_PT)


def _colour(series: Any, line: Line, *, breadth: int) -> None:
    colour = rgb(line.colour)
    series.smooth = False
    series.format.line.color.rgb = colour
    series.format.line.width = Pt(2 if line.dashed else 4 * breadth)
    if line.dashed:
        series.format.line.dash_style = MSO_LINE.DASH
    series.marker.style = line.marker or XL_MARKER_STYLE.NONE
    series.marker.size = 9 + 7 * (breadth - 1)
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = rgb("#FFFFFF") if breadth > 1 else colour
    series.marker.format.line.color.rgb = colour
    series.marker.format.line.width = Pt(3 if breadth > 1 else 1)


#: What a mark says in the middle of a sentence.
IT = {GROWS: "it "}
#: A cell that is not there; it does not say which of the two.
NO_CELL = "not measured, or withheld as invalid"


def lacking(name: str, group: Group) -> str:
    """Why something measured has no value in the chart of that name, and where; empty if nothing lacks one."""
    counts = counts_of(group)
    found: dict[str, dict[str, list[int]]] = {}
    for line in NATIVE[name].lines(group):
        for count, value in zip(counts, line.at(counts), strict=True):
            if value is None and not line.reference:
                why = line.marks.get(count) or NO_CELL
                found.setdefault(why, {}).setdefault(line.name, []).append(count)
    parts = [f"{IT.get(why, '')}{why} ({_where(lines)})" for why, lines in found.items()]
    return f"No point: {'; '.join(parts)}." if parts else ""


def _where(lines: Mapping[str, Sequence[int]]) -> str:
    """Lines with their worker counts, those together that share them."""
    by_counts: dict[tuple[int, ...], list[str]] = {}
    for name, counts in lines.items():
        by_counts.setdefault(tuple(counts), []).append(name)
    return ", ".join(f"{listing(names)} with {workers(counts)}" for counts, names in by_counts.items())
