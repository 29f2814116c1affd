from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from diagram_text import diagram_text_px
from playwright.sync_api import Browser
from sealing import sealed
from synthetic_experiment import both_modes, write_experiment

from analysis.lesson.worksheets.prediction_sheets import blank_axes
from analysis.summary.groups import Group
from tests.pages import offline, pages_of, serious_findings

#: A4 upright without its margins, at 96 dots an inch.
INSIDE_THE_MARGINS = (680, 1017)
PT_OF_A_PX = 0.75


def test_it_prints_on_two_pages_of_a4(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "handout.html", 794, 1123) as page:
        pdf = page.pdf(prefer_css_page_size=True)

    assert pages_of(pdf) == 2
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf


def test_the_words_of_the_diagram_can_be_read_on_paper(lesson: Path, browser: Browser) -> None:
    with offline(browser, lesson / "handout.html", *INSIDE_THE_MARGINS) as page:
        page.emulate_media(media="print")
        sizes = diagram_text_px(page)

    assert len(sizes) > 15
    assert min(sizes) * PT_OF_A_PX >= 8


@pytest.mark.parametrize("width", [390, 1280])
def test_it_needs_no_network_and_axe_finds_nothing_serious(lesson: Path, browser: Browser, width: int) -> None:
    with offline(browser, lesson / "handout.html", width, 844) as page:
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_asks_what_the_slides_ask_and_has_room_for_both_numbers(lesson: Path) -> None:
    text = (lesson / "handout.html").read_text()

    for mode in ("in sync", "with the queue"):
        assert f"With 1 worker: how long until the response, {mode}?" in text
    for words in ("How much do more workers finish?", "I expect", "measured", "because", "queue [pictures/s]"):
        assert words in text


def test_the_blank_axes_of_throughput_are_those_of_the_chart(demo_group: Group) -> None:
    chart, blank = drawn_charts(demo_group)["throughput"].axes[0], blank_axes(demo_group, "throughput").axes[0]

    assert blank.get_ylim() == chart.get_ylim()
    assert blank.get_xlim() == chart.get_xlim()
    assert blank.get_ylabel() == chart.get_ylabel()


def test_the_blank_axes_of_the_ready_time_are_those_of_the_chart_with_the_guess_in_it(tmp_path: Path) -> None:
    group = grouped(sealed(write_experiment(tmp_path / "demo", both_modes())))[0]

    chart, blank = drawn_charts(group)["ready_time"].axes[0], blank_axes(group, "ready_time").axes[0]
    assert blank.get_ylim() == pytest.approx(chart.get_ylim())
    assert blank.get_yscale() == chart.get_yscale() == "log"


def test_no_measured_point_is_on_the_blank_axes(demo_group: Group) -> None:
    assert [len(blank_axes(demo_group, chart).axes[0].lines) for chart in ("throughput", "ready_time")] == [1, 0]
