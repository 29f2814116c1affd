"""Makes `slides.pptx`: the same slides with shapes and charts that the teacher can edit."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from pptx import Presentation
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Inches, Pt

from analysis.charts import Chart
from analysis.charts.parts.palette import QUIET, TEXT
from analysis.format import Table
from analysis.lesson.content.material import Material, Slide, Way
from analysis.lesson.content.page import without_marks
from analysis.lesson.slides.pptx_charts import NATIVE, add_chart, lacking, rgb

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


SIZE = (Inches(13.333), Inches(7.5))
LEFT, TOP, WIDTH, BODY_TOP = Inches(0.6), Inches(0.4), Inches(12.1), Inches(1.75)
BODY_HEIGHT = SIZE[1] - BODY_TOP - Inches(0.3)
TITLE_HEIGHT = BODY_TOP - TOP - Inches(0.15)
TITLES_PT, WORDS_PT = (36, 32, 28, 24), 28
#: More letters than this need the smaller size.
MUCH = 300
#: Width of a bold letter and height of a line, in sizes of the font: those of DejaVu, which is wider than most.
LETTER, LINE = 0.7, 1.2
#: A line under a chart that lacks some points: its height and its letters.
REMARK_HEIGHT, REMARK_LETTERS = Inches(0.45), 60
#: Code stands below one sentence of two lines at most.
CODE_BELOW_WORDS = Inches(1.05)
BLANK_LAYOUT, TITLE_ONLY = 6, 5
# Typed loosely: python-pptx tells few types.
Page = Any


def write_deck(slides: Sequence[Slide], material: Material, path: Path) -> None:
    """Every slide of the story; what a slide reveals stands on a slide of its own."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = SIZE
    begins = 0
    for number, slide in enumerate(slides, start=1):
        # What slides.html reveals takes slides of its own here, so the teacher's notes would name the wrong one.
        notes = [f"Slide {number} in the teacher's notes.", f"Minutes {begins} to {slide.until}."]
        notes += map(without_marks, slide.notes)
        _add_question(deck, slide, notes)
        if slide.expected:
            _write(_page(deck, slide.title, notes), [*slide.words, f"{slide.expected}."], WORDS_PT)
        if slide.chart:
            _add_chart(deck, material, material.charts[slide.chart], notes)
        if slide.table:
            _add_table(_page(deck, slide.answer, notes), slide.table)
        begins = slide.until
    deck.core_properties.title = material.experiment.name
    deck.save(str(path))


def _add_question(deck: Any, slide: Slide, notes: Sequence[str]) -> None:
    page = _page(deck, slide.title, notes)
    if slide.words:
        size = WORDS_PT if len("".join(slide.words)) <= MUCH else SMALL_PT
        _write(page, slide.words, size)
    if slide.code:
        below = CODE_BELOW_WORDS if slide.words else 0
        _write(page, slide.code.splitlines(), SMALL_PT, font="Courier New", below=below)
    if slide.ways:
        add_ways(page, slide.ways, (LEFT, BODY_TOP, WIDTH, BODY_HEIGHT))


def _page(deck: Any, title: str, notes: Sequence[str]) -> Page:
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = LEFT, TOP, WIDTH, TITLE_HEIGHT
    shape.text_frame.word_wrap = True
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    shape.text_frame.text = title
    style(shape.text_frame.paragraphs[0], _title_pt(title), bold=True)
    page.notes_slide.notes_text_frame.text = "\n".join(filter(None, notes))
    return page


def _title_pt(title: str) -> int:
    """The largest size in which a title does not reach what is below it, whatever font the teacher has."""
    for size in TITLES_PT:
        lines = wrap(title, int(WIDTH / Pt(size * LETTER)))
        if len(lines) * Pt(size * LINE) <= TITLE_HEIGHT:
            return size
    return TITLES_PT[-1]


def _write(page: Page, lines: Sequence[str], size_pt: int, font: str | None = None, below: int = 0) -> None:
    frame = page.shapes.add_textbox(LEFT, BODY_TOP + below, WIDTH, BODY_HEIGHT - below).text_frame
    frame.word_wrap = True
    for n, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = Pt(0 if font else size_pt / 5)
        style(paragraph, size_pt, font=font)


def _add_chart(deck: Any, material: Material, chart: Chart, notes: Sequence[str]) -> None:
    if chart.name in NATIVE:
        page = _page(deck, chart.finding, notes)
        why = lacking(chart.name, material.group)
        height = BODY_HEIGHT - _remark_height(why)
        shape = add_chart(page, chart.name, material.group, (LEFT, BODY_TOP, WIDTH, height))
        if why:
            _remark(page, why)
    else:
        page = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
        page.notes_slide.notes_text_frame.text = "\n".join(notes)
        shape = page.shapes.add_picture(str(chart.path.with_name(f"{chart.path.name}.png")), 0, 0, *SIZE)
    shape.name = chart.name
    _describe(shape, f"Chart: {chart.finding}.")


def _remark(page: Page, words: str) -> None:
    height = _remark_height(words)
    place = (LEFT, SIZE[1] - Inches(0.3) - height, WIDTH, height)
    frame = page.shapes.add_textbox(*place).text_frame
    frame.word_wrap = True
    frame.text = words
    style(frame.paragraphs[0], SMALL_PT)


def _remark_height(words: str) -> int:
    return len(wrap(words, REMARK_LETTERS)) * REMARK_HEIGHT


def _describe(shape: Any, words: str) -> None:
    """Alternative text, which python-pptx has no word for."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", words)


def _add_table(page: Page, content: Table) -> None:
    rows, columns = len(content.rows) + 1, len(content.headings)
    shape = page.shapes.add_table(rows, columns, LEFT, BODY_TOP, WIDTH, Emu(int(BODY_HEIGHT * min(1, rows / 9))))
    _describe(shape, "What went in and what came out.")
    _share_width(shape.table, content)
    for n, row in enumerate([content.headings, *content.rows]):
        for m, text in enumerate(row):
            cell = shape.table.cell(n, m)
            cell.text = text
            cell.margin_top = cell.margin_bottom = Inches(0.02)
            cell.text_frame.paragraphs[0].font.size = Pt(SMALL_PT)


def _share_width(table: Any, content: Table) -> None:
    """Each column gets as much as its longest text needs."""
    letters = [max(map(len, column)) + 2 for column in zip(content.headings, *content.rows, strict=True)]
    for column, needed in zip(table.columns, letters, strict=True):
        column.width = Emu(int(WIDTH * needed / sum(letters)))
