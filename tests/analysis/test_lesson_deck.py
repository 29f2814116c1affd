"""The .pptx opened again: its charts hold the numbers, and its letters are large enough."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Pt

SMALLEST = Pt(24)
COUNTS = ["1", "2", "4", "8"]


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
    assert held["the class's guess"] == (4, 8, 16, 32)


@pytest.mark.parametrize(("chart", "column"), [("response_time", "response_p50_s"), ("ready_time", "ready_p50_s")])
def test_a_time_is_in_its_chart_unless_it_grows_without_limit(
    deck: Any, cells: pd.DataFrame, chart: str, column: str
) -> None:
    held = charts(deck)[chart]

    assert held["sync"] == (None, None, *held["sync"][2:])
    assert held["sync"][2:] == pytest.approx([cells.loc[("sync", count), column] for count in (4, 8)], rel=1e-5)
    assert held["queue"][2:] == pytest.approx([cells.loc[("queue", count), column] for count in (4, 8)], rel=1e-5)


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
    assert all("Minutes" in slide.notes_slide.notes_text_frame.text for slide in deck.slides)


def test_nothing_stands_outside_the_slide(deck: Any) -> None:
    for shape in shapes(deck):
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= deck.slide_width
        assert shape.top + shape.height <= deck.slide_height
