"""The .pptx opened again: its charts hold the numbers, and its letters are large enough."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from analysed import grouped
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_MARKER_STYLE
from pptx.util import Pt
from synthetic_experiment import both_modes, break_books, write_experiment

from analysis.charts.parts.predictions import NAME
from analysis.lesson.slides.pptx_charts import NATIVE, add_chart, lacking
from analysis.summary.cells import MISSING
from analysis.summary.groups import Group

SMALLEST = Pt(24)
COUNTS = ["1", "2", "4", "8"]
#: What was not measured, and so cannot lack a measured point.
REFERENCES = ("offered", NAME)


@pytest.fixture(scope="module")
def deck(lesson: Path) -> Any:
    return Presentation(str(lesson / "slides.pptx"))


@pytest.fixture(scope="module")
def cells(lesson: Path) -> pd.DataFrame:
    return pd.read_csv(lesson.parent / "summary.csv").set_index(["mode", "workers"])


def shapes(deck: Any) -> Iterator[Any]:
    for slide in deck.slides:
        yield from slide.shapes


def charts(deck: Any) -> dict[str, dict[str, tuple[float | None, ...]]]:
    """The values of each series of each chart."""
    found = {shape.name: shape.chart for shape in shapes(deck) if shape.has_chart}
    return {
        name: {series.name: tuple(series.values) for series in chart.plots[0].series} for name, chart in found.items()
    }


def test_the_throughput_chart_holds_the_numbers_of_the_summary(deck: Any, cells: pd.DataFrame) -> None:
    held = charts(deck)["throughput"]

    for mode in ("sync", "queue"):
        assert held[mode] == pytest.approx(list(cells.loc[mode, "throughput"]), rel=1e-5)
    assert held["offered"] == (10, 10, 10, 10)
    assert held["class prediction"] == (4, 8, 16, 32)


@pytest.mark.parametrize(("chart", "column"), [("response_time", "response_p50_s"), ("ready_time", "ready_p50_s")])
def test_a_time_is_in_its_chart_unless_it_grows_without_limit(
    deck: Any, cells: pd.DataFrame, chart: str, column: str
) -> None:
    held = charts(deck)[chart]

    assert held["sync"] == (None, None, *held["sync"][2:])
    assert held["sync"][2:] == pytest.approx([cells.loc[("sync", count), column] for count in (4, 8)], rel=1e-5)
    assert held["queue"][2:] == pytest.approx([cells.loc[("queue", count), column] for count in (4, 8)], rel=1e-5)


def test_a_line_is_named_at_its_end_and_no_two_names_stand_in_the_same_place(deck: Any) -> None:
    """Of two lines that end alike one has its name above, one below."""
    for chart in (shape.chart for shape in shapes(deck) if shape.has_chart):
        assert not chart.has_legend
        places = [_name_of(series) for series in chart.plots[0].series if any(series.values)]
        assert len(set(places)) == len(places) >= 2


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_with_one_worker_count_a_legend_names_the_lines_since_all_of_them_end_there(
    demo_group: Group, name: str
) -> None:
    alone = replace(demo_group, cells=demo_group.cells[demo_group.cells["workers"] == 8])
    deck = Presentation()
    page = deck.slides.add_slide(deck.slide_layouts[6])

    chart = add_chart(page, name, alone, (0, 0, Pt(900), Pt(400))).chart

    assert chart.has_legend and not chart.legend.include_in_layout
    assert chart.legend.font.size >= SMALLEST
    assert chart._chartSpace.xpath(".//c:dLbl") == []
    assert XL_MARKER_STYLE.NONE not in [series.marker.style for series in chart.plots[0].series]


def _name_of(series: Any) -> tuple[int, Any]:
    """The point at which a line's name stands, and on which side of it."""
    (label,) = series._element.xpath("c:dLbls/c:dLbl[c:tx]")
    place = label.xpath("c:idx")[0].val
    assert series.points[place].data_label.text_frame.text == series.name.removesuffix(" time")
    assert series.points[place].data_label.text_frame.word_wrap is False, "the name would be broken into two lines"
    return place, series.points[place].data_label.position


def test_a_chart_that_lacks_points_says_why(deck: Any) -> None:
    for slide in deck.slides:
        for chart in (shape.chart for shape in slide.shapes if shape.has_chart):
            lacks = any(None in series.values for series in chart.plots[0].series if series.name not in REFERENCES)
            said = any("No point:" in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
            assert said == lacks


def test_a_missing_point_is_told_with_the_one_reason_that_holds(demo_group: Group) -> None:
    told = lacking("response_time", demo_group)
    cells = demo_group.cells
    half = (cells["mode"] == "queue") & (cells["workers"] == 4)
    marked = cells.assign(response_p50_mark=cells["response_p50_mark"].mask(half, MISSING["p50"]))

    assert told == "No point: it grows without limit (sync with 1 and 2 workers)."
    assert lacking("response_time", replace(demo_group, cells=marked)) == (
        "No point: it grows without limit (sync with 1 and 2 workers); half or more missing (queue with 4 workers)."
    )
    assert lacking("throughput", demo_group) == ""


def test_a_cell_that_is_not_there_may_have_been_measured_and_withheld(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "withheld", both_modes((4, 8)))
    break_books(folder / "queue-w4-r1")

    assert lacking("throughput", grouped(folder)[0]) == (
        "No point: not measured, or withheld as invalid (queue with 4 workers)."
    )


def test_of_two_lines_that_coincide_the_first_has_larger_and_hollow_marks(deck: Any) -> None:
    for chart in (shape.chart for shape in shapes(deck) if shape.has_chart):
        first, second = list(chart.plots[0].series)[:2]
        assert first.marker.size > second.marker.size + 5
        assert first.marker.format.fill.fore_color.rgb == RGBColor(255, 255, 255)
        assert second.marker.format.fill.fore_color.rgb != RGBColor(255, 255, 255)


def test_what_is_expected_is_shown_after_the_question_and_before_the_chart(deck: Any) -> None:
    told = [" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in deck.slides]
    asked = next(n for n, words in enumerate(told) if "How many workers are enough?" in words)

    assert "Expected" not in told[asked]
    assert "How many workers are enough?" in told[asked + 1] and "Expected: the backlog grows" in told[asked + 1]
    assert [shape.name for shape in deck.slides[asked + 2].shapes] == ["backlog"]


def test_the_way_of_an_upload_is_drawn_in_both_modes_with_its_answer(deck: Any) -> None:
    (page,) = (
        slide for slide in deck.slides if slide.shapes.title and slide.shapes.title.text == "The path of an upload"
    )
    told = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]

    assert [told.count(name) for name in ("User", "Django app", "External resource")] == [2, 2, 2]
    assert [told.count(name) for name in ("Task queue", "Worker processes")] == [1, 1]
    assert "201, when it is done" in told and "202, at once" in told
    assert [words.partition(":")[0] for words in told if ":" in words] == ["sync", "queue"]
    assert len(page.element.xpath(".//a:tailEnd")) == 2 + 4 + 2


def test_a_title_ends_above_what_is_below_it(deck: Any) -> None:
    """As wide as DejaVu Sans Bold draws it, which is what there is where the font of the deck is missing."""
    for slide in deck.slides:
        title = slide.shapes.title
        if title is not None:
            lines = wrapped(title.text_frame.text, title.text_frame.paragraphs[0].font.size.pt, title.width.pt - 15)
            assert lines * title.text_frame.paragraphs[0].font.size.pt * 1.17 <= title.height.pt


def wrapped(words: str, size: float, width: float) -> int:
    """Lines that a title takes, in points."""
    font = FontProperties(family="DejaVu Sans", weight="bold")
    lines, taken = 1, 0.0
    for word in words.split():
        needed = TextPath((0, 0), f"{word} ", size=size, prop=font).get_extents().width + size / 3
        lines, taken = (lines + 1, needed) if taken + needed > width else (lines, taken + needed)
    return lines


def test_the_categories_are_the_worker_counts(deck: Any) -> None:
    for shape in shapes(deck):
        if shape.has_chart:
            assert list(shape.chart.plots[0].categories) == COUNTS


def test_every_letter_is_at_least_24_points_high(deck: Any) -> None:
    frames = [shape.text_frame for shape in shapes(deck) if shape.has_text_frame and shape.text_frame.text]
    frames += [cell.text_frame for shape in shapes(deck) if shape.has_table for cell in shape.table.iter_cells()]
    sizes = [paragraph.font.size for frame in frames for paragraph in frame.paragraphs if paragraph.text]
    drawn = [shape.chart for shape in shapes(deck) if shape.has_chart]
    sizes += [chart.font.size for chart in drawn] + [chart.value_axis.tick_labels.font.size for chart in drawn]

    assert len(sizes) > 60
    assert all(size is not None and size >= SMALLEST for size in sizes)


def test_charts_pictures_and_tables_say_in_words_what_they_show(deck: Any) -> None:
    shown = [shape for shape in shapes(deck) if shape.has_chart or shape.has_table or shape.shape_type == 13]

    words = [shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in shown]
    assert len(words) >= 7
    assert all(each and len(each) > 20 for each in words)


def test_every_slide_has_notes_with_its_minutes(deck: Any) -> None:
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert all("Minutes" in words and "`" not in words for words in notes)


def test_nothing_stands_outside_the_slide(deck: Any) -> None:
    for shape in shapes(deck):
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= deck.slide_width
        assert shape.top + shape.height <= deck.slide_height
