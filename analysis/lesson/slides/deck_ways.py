"""The ways of an upload as shapes that the teacher can move, and how words on the editable slides look."""

from collections.abc import Sequence
from typing import Any

from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Inches, Pt

from analysis.charts.parts.palette import QUIET, TEXT
from analysis.lesson.content.slide import Way
from analysis.lesson.slides.pptx_charts import rgb

#: Nothing is smaller than 24 pt: on a slide 7.5 inches high that is 32 px of 720.
SMALL_PT = 24
GAP, LINE_HEIGHT, BOX_HEIGHT, TURN = Inches(0.45), Inches(0.5), Inches(1.05), Inches(0.22)


def add_ways(page: Any, ways: Sequence[Way], place: tuple[Any, Any, Any, Any]) -> None:
    """One row for each mode at (left, top, width, height); what both begin and end with stands in the same columns."""
    left, top, width, height = place
    columns = max(len(way.parts) for way in ways)
    box_width = Emu(int((width - GAP * (columns - 1)) / columns))
    for n, way in enumerate(ways):
        row_top = Emu(int(top + n * height / len(ways)))
        _words(page, way.mode, (left, row_top, width, LINE_HEIGHT))
        places = [*range(len(way.parts) - 1), columns - 1]
        box_top = row_top + LINE_HEIGHT + Inches(0.05)
        boxes = [
            _box(page, name, (left + at * (box_width + GAP), box_top, box_width, BOX_HEIGHT))
            for name, at in zip(way.parts, places, strict=True)
        ]
        for one, other in zip(boxes, boxes[1:], strict=False):
            _connect(page, one, other)
        _answer(page, boxes[0], boxes[1], way.answer)


def style(paragraph: Any, size_pt: int, *, bold: bool = False, font: str | None = None) -> None:
    """Letters of that size, dark, at the left."""
    paragraph.alignment = 1  # left; the default layout centres titles
    paragraph.font.size = Pt(size_pt)
    paragraph.font.bold = bold
    paragraph.font.color.rgb = rgb(TEXT)
    if font:
        paragraph.font.name = font


def _words(page: Any, words: str, place: tuple[Any, Any, Any, Any]) -> None:
    frame = page.shapes.add_textbox(*place).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_top = frame.margin_bottom = 0
    frame.text = words
    style(frame.paragraphs[0], SMALL_PT)


def _box(page: Any, name: str, place: tuple[Any, Any, Any, Any]) -> Any:
    box = page.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *place)
    # Without a fill the theme's shadow falls on the letters.
    box.fill.solid()
    box.fill.fore_color.rgb = rgb("#FFFFFF")
    box.shadow.inherit = False
    _draw(box.line, 1.5)
    box.text_frame.word_wrap = True
    box.text_frame.text = name
    style(box.text_frame.paragraphs[0], SMALL_PT)
    return box


def _connect(page: Any, one: Any, other: Any) -> None:
    arrow = page.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, 0, 0)
    arrow.begin_connect(one, 3)
    arrow.end_connect(other, 1)
    _draw(arrow.line, 3)
    _end_in_arrowhead(arrow)


def _answer(page: Any, user: Any, web: Any, words: str) -> None:
    """A dashed line from below the web process back to the user, with the answer under it."""
    bottom = user.top + user.height
    ends = [box.left + box.width // 2 for box in (web, user)]
    line = page.shapes.build_freeform(ends[0], bottom)
    line.add_line_segments([(ends[0], bottom + TURN), (ends[1], bottom + TURN), (ends[1], bottom)], close=False)
    back = line.convert_to_shape()
    back.fill.background()
    back.shadow.inherit = False
    _draw(back.line, 3)
    back.line.dash_style = MSO_LINE.DASH
    _end_in_arrowhead(back)
    place = (user.left, bottom + TURN + Inches(0.05), web.left + web.width - user.left, LINE_HEIGHT)
    _words(page, words, place)


def _draw(line: Any, breadth_pt: float) -> None:
    line.color.rgb = rgb(QUIET)
    line.width = Pt(breadth_pt)


def _end_in_arrowhead(arrow: Any) -> None:
    """python-pptx has no word for arrowheads."""
    head = OxmlElement("a:tailEnd")
    head.set("type", "triangle")
    arrow.line._get_or_add_ln().append(head)
