"""Charts as PowerPoint's own, with their numbers in them."""

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_AXIS_CROSSES, XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from analysis.charts.parts.palette import ink
from analysis.lesson.slides.native_lines import NATIVE, Kind, Line, counts_of
from analysis.summary.groups import Group

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
